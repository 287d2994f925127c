//! The rule that wins a record with a place and a cause: `tests/precedence/table.tsv` holds the winners, in each format,
//! `others.tsv` the named codes that another rule wins.
//!
//! `CLAWSIFT_UPDATE=1 cargo test --test library precedence` rewrites both; read the difference before you commit it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use clawsift::catalogue::{self, Category, Rule, SignatureKind};
use clawsift::engine::Engine;
use clawsift::record::{Lines, Record};

use super::printed::Printed;

/// The parts of OpenClaw in which something fails: name, subsystem, level, and what is written around the cause.
const PLACES: [(&str, &str, &str, &str); 12] = [
    (
        "provider",
        "agent/embedded",
        "warn",
        "embedded run agent end: runId=1 isError=true model=m1 provider=openai error=LLM request failed. rawError={}",
    ),
    (
        "fallback",
        "model-fallback/decision",
        "warn",
        "model fallback decision: decision=candidate_failed requested=openai/m1 candidate=openai/m1 reason=unknown next=none detail={}",
    ),
    ("run", "diagnostic", "error", "lane task error: lane=main durationMs=12 error=\"{}\""),
    ("telegram", "gateway/channels/telegram", "error", "[default] channel exited: {}"),
    ("signal", "gateway/channels/signal", "error", "[default] channel exited: {}"),
    ("tool", "", "error", "[tools] web_fetch failed: {}"),
    ("plugin", "plugins", "error", "[plugins] acme failed during register from /srv/acme/index.js: {}"),
    ("mcp", "bundle-mcp", "warn", "failed to start server \"docs\" (node server.js): {}"),
    (
        "session",
        "session-store",
        "error",
        "failed to load session store /home/claw/.openclaw/agents/main/sessions/sessions.json: {}",
    ),
    ("gateway", "gateway", "error", "request handler failed: {}"),
    ("memory", "memory", "warn", "memory sync failed (session update): {}"),
    ("cron", "cron", "warn", "cron: job failed: {}"),
];

/// Causes, from the transport to OpenClaw's own summary: name and text.
const CAUSES: [(&str, &str); 34] = [
    ("refused", "connect ECONNREFUSED 127.0.0.1:8080"),
    ("refused-ollama", "connect ECONNREFUSED 127.0.0.1:11434"),
    ("refused-proxy", "connect ECONNREFUSED 127.0.0.1:7890"),
    ("reset", "read ECONNRESET"),
    ("no-answer", "connect ETIMEDOUT 203.0.113.9:443"),
    ("headers-timeout", "Headers Timeout Error (UND_ERR_HEADERS_TIMEOUT)"),
    ("unreachable", "connect ENETUNREACH 203.0.113.9:443"),
    ("no-name", "getaddrinfo ENOTFOUND api.example.com"),
    ("name-later", "getaddrinfo EAI_AGAIN api.example.com"),
    ("certificate", "certificate has expired (CERT_HAS_EXPIRED)"),
    ("self-signed", "self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN)"),
    ("fetch-failed", "TypeError: fetch failed"),
    ("disk-full", "ENOSPC: no space left on device, write"),
    ("no-file", "ENOENT: no such file or directory, open '/home/claw/x.json'"),
    ("no-access", "EACCES: permission denied, open '/home/claw/x.json'"),
    ("files", "EMFILE: too many open files, open '/home/claw/x.json'"),
    ("database-locked", "SqliteError: database is locked (SQLITE_BUSY)"),
    ("database-broken", "SqliteError: database disk image is malformed (SQLITE_CORRUPT)"),
    ("port-in-use", "listen EADDRINUSE: address already in use 127.0.0.1:18789"),
    ("no-memory", "JavaScript heap out of memory"),
    ("bad-key", "401 {\"error\":{\"message\":\"Incorrect API key provided\",\"code\":\"invalid_api_key\"}}"),
    ("forbidden", "403 {\"error\":{\"message\":\"Access denied\"}}"),
    ("no-money", "402 {\"error\":{\"message\":\"Insufficient credits\"}}"),
    (
        "quota",
        "429 {\"error\":{\"message\":\"You exceeded your current quota\",\"code\":\"insufficient_quota\"}}",
    ),
    (
        "rate",
        "429 {\"error\":{\"message\":\"Rate limit reached for requests\",\"code\":\"rate_limit_exceeded\"}}",
    ),
    (
        "no-model",
        "404 {\"error\":{\"message\":\"The model `m1` does not exist\",\"code\":\"model_not_found\"}}",
    ),
    (
        "too-long",
        "400 {\"error\":{\"message\":\"maximum context length is 8192 tokens\",\"code\":\"context_length_exceeded\"}}",
    ),
    (
        "bad-request",
        "400 {\"error\":{\"message\":\"Unsupported parameter\",\"type\":\"invalid_request_error\"}}",
    ),
    ("internal", "500 {\"error\":{\"message\":\"Internal server error\"}}"),
    (
        "overloaded",
        "529 {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
    ),
    ("status-500", "HTTP 500"),
    ("status-429", "HTTP 429"),
    ("gateway-closed", "gateway closed (1006 abnormal closure (no close frame))"),
    ("unknown", "unexpected state"),
];

/// Returns the rule that explains a record; `-` if none does.
fn winner(engine: &Engine, record: &str) -> String {
    let raw = Lines::new(record.as_bytes(), 0).next().expect("a record");
    let verdict = engine.classify(&Record::parse(&raw));
    verdict.map_or("-".to_owned(), |verdict| engine.rule(verdict.rule).id.clone())
}

/// Returns the winners of a place and a cause: one rule, or one per format where they differ.
fn winners(
    engine: &Engine,
    (_, subsystem, level, template): (&str, &str, &str, &str),
    cause: &str,
) -> String {
    let is_quoted = template.contains("\"{}\"");
    let cause = if is_quoted { cause.replace('"', "\\\"") } else { cause.to_owned() };
    let message = template.replace("{}", &cause);
    let mut formats: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (format, record) in (Printed { subsystem, level, message: &message }).in_each_format() {
        formats.entry(winner(engine, &record)).or_default().push(format);
    }
    if formats.len() == 1 {
        return formats.into_keys().collect();
    }
    let formats = formats.iter().map(|(rule, formats)| format!("{}: {rule}", formats.join(", ")));
    formats.collect::<Vec<_>>().join("; ")
}

fn engine() -> Engine {
    Engine::new(catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}")))
}

/// Compares a table with the file of `tests/precedence` that holds it.
fn compare(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/precedence").join(name);
    if env::var_os("CLAWSIFT_UPDATE").is_some() {
        fs::write(&path, table).expect("the table is written");
    }
    let known = fs::read_to_string(&path).expect("the table");
    let differing: Vec<_> = table.lines().zip(known.lines()).filter(|(now, known)| now != known).collect();
    assert!(differing.is_empty() && table.lines().count() == known.lines().count(), "{differing:#?}");
}

#[test]
fn each_place_and_cause_has_its_winner() {
    let engine = engine();
    let mut table = "place\tcause\trule\n".to_owned();
    for place in PLACES {
        for (cause, text) in CAUSES {
            table.push_str(&format!("{}\t{cause}\t{}\n", place.0, winners(&engine, place, text)));
        }
    }
    compare("table.tsv", &table);
}

/// Returns the codes of a rule that count in every record: names, and official texts.
fn named_codes(rule: &Rule) -> Vec<&str> {
    let open = rule.codes.iter().filter(|code| code.frame.is_none());
    let names = open.flat_map(|code| {
        let names = match &code.signature.kind {
            SignatureKind::ErrorCode(names) => names.as_slice(),
            _ => &[],
        };
        names.iter().map(String::as_str).chain(code.code.as_deref())
    });
    names.collect()
}

/// In each place, a named code wins by its own category or by one that says where it happened. `others.tsv` lists the exceptions.
#[test]
fn each_named_code_wins_in_each_place() {
    let engine = engine();
    let catalogue = engine.catalogue();
    let is_of_place = |category: Category| {
        matches!(
            category,
            Category::Channel
                | Category::Tool
                | Category::Plugin
                | Category::Memory
                | Category::Session
                | Category::Gateway
                | Category::Storage
        )
    };
    let mut others = "place\tcode\trule\twinner\n".to_owned();
    let mut count = 0;
    for (index, rule) in catalogue.rules().iter().enumerate() {
        for code in named_codes(rule) {
            for (place, subsystem, level, template) in PLACES {
                let message = &template.replace("{}", &format!("it failed ({code})"));
                let file = Printed { subsystem, level, message }.file_log();
                count += 1;
                let raw = Lines::new(file.as_bytes(), 0).next().expect("a record");
                let Some(verdict) = engine.classify(&Record::parse(&raw)) else {
                    others.push_str(&format!("{place}\t{code}\t{}\t-\n", rule.id));
                    continue;
                };
                let found = engine.rule(verdict.rule);
                if verdict.rule != index && found.category != rule.category && !is_of_place(found.category) {
                    others.push_str(&format!("{place}\t{code}\t{}\t{}\n", rule.id, found.id));
                }
            }
        }
    }
    assert!(count > 1000, "{count}");
    compare("others.tsv", &others);
}
