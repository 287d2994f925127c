//! Next steps: a checklist for connection errors, reduced to the steps that the findings call for.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::catalogue::Category::{
    Auth, BadRequest, Billing, Channel, Config, ConnectTimeout, Connection, ContextOverflow, Dns, Gateway,
    LocalModel, Memory, ModelNotFound, Overloaded, Permission, Plugin, Proxy, RateLimit, RequestTimeout,
    ServerError, Session, Storage, Tls, Tool,
};
use crate::redact::Cleaner;

use super::advice::{QuotingContext, fill};
use super::finding::Finding;
use super::rank::hurt;

/// One step of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct NextStep {
    /// The instruction.
    pub say: String,
    /// The shell command for the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Ranks of the findings that call for the step; empty for the final steps of the list.
    pub findings: Vec<usize>,
}

impl NextStep {
    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.lines(&mut self.say);
        cleaner.command(&mut self.run);
    }
}

struct Step {
    say: &'static str,
    run: Option<&'static str>,
    categories: &'static [Category],
}

/// The troubleshooting checklist, in order.
const CHECKLIST: &[Step] = &[
    Step {
        say: "Run OpenClaw's self-check; it changes nothing without --fix.",
        run: Some("openclaw doctor"),
        categories: &[
            Auth,
            Config,
            Gateway,
            Channel,
            Plugin,
            Session,
            Storage,
            Memory,
            ModelNotFound,
            Proxy,
            Tool,
        ],
    },
    Step {
        say: "Check that the key or token exists, is complete, belongs to the right provider and has not expired.",
        run: Some("openclaw models status --check"),
        categories: &[Auth, Permission],
    },
    Step {
        say: "Check that the gateway's machine can reach the provider.",
        run: Some("curl -v --connect-timeout 10 https://{host}/"),
        categories: &[Connection, ConnectTimeout, RequestTimeout, Dns, Tls],
    },
    Step {
        say: "Check whether a proxy is configured between the gateway and the provider, and whether it allows the request.",
        run: Some("openclaw proxy validate"),
        categories: &[Proxy],
    },
    Step {
        say: "Check that the host name resolves on the gateway's machine.",
        run: Some("nslookup {host}"),
        categories: &[Dns],
    },
    Step {
        say: "Check the issuer and the dates of the server's certificate.",
        run: Some(
            "openssl s_client -connect {host}:443 -servername {host} </dev/null 2>/dev/null | openssl x509 -noout -issuer -dates",
        ),
        categories: &[Tls],
    },
    Step {
        say: "Check that the local model server is running and has the model.",
        run: Some("ollama list"),
        categories: &[LocalModel],
    },
    Step {
        say: "Check the provider's status page: Anthropic https://status.anthropic.com, OpenAI https://status.openai.com.",
        run: None,
        categories: &[ServerError, Overloaded, RequestTimeout],
    },
    Step {
        say: "Check how much of the provider's limits is used, and which auth profiles are on cooldown.",
        run: Some("openclaw status --usage"),
        categories: &[RateLimit, Billing],
    },
    Step {
        say: "List the models that the provider offers now.",
        run: Some("openclaw models list --refresh --provider {provider}"),
        categories: &[ModelNotFound, ContextOverflow, BadRequest],
    },
    Step {
        say: "Read the matching records with all their details.",
        run: Some("openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift --format ndjson"),
        categories: &[Connection, RequestTimeout, ServerError, BadRequest, Tool],
    },
    Step {
        say: "Call the provider's API directly to find out whether OpenClaw is the cause.",
        run: Some("curl -v https://{host}/"),
        categories: &[
            Auth,
            Permission,
            Billing,
            RateLimit,
            ServerError,
            Overloaded,
            RequestTimeout,
            Dns,
            Tls,
            Proxy,
            ModelNotFound,
        ],
    },
];

/// Returns the steps that the findings call for, each once, filled in with the facts of the first finding that calls
/// for it. The step with the highest total score of its findings comes first, ties in checklist order. The score is
/// divided by the number of categories of the step, because a step for many kinds of failures helps little with each.
pub(crate) fn next_steps(findings: &[Finding]) -> Vec<NextStep> {
    let mut steps: Vec<(f64, NextStep)> = CHECKLIST
        .iter()
        .filter_map(|step| {
            let callers: Vec<&Finding> = findings
                .iter()
                .filter(|finding| !finding.quoted && step.categories.contains(&finding.category))
                .collect();
            let facts: BTreeMap<String, String> = callers.first()?.facts();
            let categories = step.categories.len();
            let step = NextStep {
                say: fill(step.say, &facts, QuotingContext::Sentence),
                run: step.run.map(|run| fill(run, &facts, QuotingContext::Command)),
                findings: callers.iter().map(|finding| finding.rank).collect(),
            };
            let hurt: f64 = callers.iter().map(|finding| hurt(finding)).sum();
            // A step has at most about a dozen categories, so the conversion is exact.
            Some((hurt / categories as f64, step))
        })
        .collect();
    steps.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    steps.into_iter().map(|(_, step)| step).collect()
}
