//! Generates logs of a gateway with scripted failures, in the three formats that users have. The records are those of
//! OpenClaw 2026.9.6, with their fields and in their order.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A model of a provider.
#[derive(Clone, Copy)]
pub struct Model(pub &'static str, pub &'static str);

/// Kind of failure of a request.
#[derive(Clone, Copy)]
pub enum Fault {
    /// The provider answers with this status and message.
    Status(u16, &'static str),
    /// The request gets no answer; the error has this code.
    Code(&'static str),
}

/// One turn of a conversation.
#[derive(Clone, Copy)]
pub struct Turn {
    pub run: &'static str,
    pub session: &'static str,
    /// Trace id, which the records of a run share in the JSON formats.
    pub trace: &'static str,
}

/// A log under construction.
pub struct Script {
    now: Timestamp,
    pub file: String,
    pub console: String,
    pub plain: String,
}

impl Script {
    pub fn new() -> Self {
        let plain = "Log file: /tmp/openclaw/openclaw-2026-11-22.log\n".to_owned();
        let now = "2026-11-22T10:00:00Z".parse().expect("a time");
        let mut script = Self { now, file: String::new(), console: String::new(), plain };
        script.record(
            "info",
            "gateway",
            "http server listening (14 plugins: x; 2.3s)",
            &json!(null),
            "",
            None,
        );
        script.record(
            "info",
            "gateway",
            "agent model: alpha/a1 (thinking=off, fast=off)",
            &json!(null),
            "",
            None,
        );
        script
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Adds one record in each format. `fields` are those of the JSON log; `tail` is the part of them that the console
    /// prints.
    pub fn record(
        &mut self,
        level: &str,
        subsystem: &str,
        message: &str,
        fields: &Value,
        tail: &str,
        turn: Option<Turn>,
    ) {
        self.now += SignedDuration::from_millis(40);
        let time = self.now.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        let bindings = json!({ "subsystem": subsystem }).to_string();
        let mut record = match fields {
            Value::Null => json!({ "0": bindings, "1": message }),
            fields => json!({ "0": bindings, "1": fields, "2": message }),
        };
        record["_meta"] = json!({
            "date": format!("{time}Z"), "logLevelName": level.to_uppercase(), "name": bindings, "parentNames": ["openclaw"],
        });
        record["time"] = json!(format!("{time}+00:00"));
        record["message"] = json!(message);
        if let Some(turn) = turn {
            record["traceId"] = json!(turn.trace);
        }
        self.file.push_str(&format!("{record}\n"));
        let label = subsystem.strip_prefix("gateway/").unwrap_or(subsystem);
        self.console.push_str(&format!("{time}+00:00 [{label}] {message}{tail}\n"));
        self.plain.push_str(&format!("{time}+00:00 {level} {subsystem} {message}\n"));
    }

    /// Adds the start of a run.
    pub fn start(&mut self, turn: Turn) {
        let message = format!("⇄ res ✓ agent 66ms runId={} conn=d538c128…4c55 id=2:1", turn.run);
        self.record("info", "gateway/ws", &message, &json!(null), "", Some(turn));
    }

    /// Adds the records of a request that fails.
    pub fn attempt(&mut self, turn: Turn, Model(provider, model): Model, fault: Fault) {
        let message = match fault {
            Fault::Status(status, _) => format!(
                "[model-fetch] response provider={provider} api=openai-completions model={model} status={status} elapsedMs=38 dispatcher=new contentType=application/json"
            ),
            Fault::Code(code) => format!(
                "[model-fetch] error provider={provider} api=openai-completions model={model} elapsedMs=6 name=TypeError code=undefined causeName=Error causeCode={code} message=fetch failed"
            ),
        };
        let level = if matches!(fault, Fault::Status(..)) { "info" } else { "warn" };
        self.record(level, "provider-transport-fetch", &message, &json!(null), "", Some(turn));
        let (raw, sentence, reason) = (fault.raw(), fault.sentence(provider, model), fault.reason());
        let fields = json!({
            "event": "embedded_run_agent_end", "runId": turn.run, "isError": true, "error": sentence,
            "failoverReason": reason, "model": model, "provider": provider, "rawErrorPreview": raw,
        });
        let tail = format!(
            ": runId={} isError=true model={model} provider={provider} error={sentence} rawError={raw}",
            turn.run
        );
        self.record("warn", "agent/embedded", "embedded run agent end", &fields, &tail, Some(turn));
    }

    /// Adds the same request again after a pause.
    pub fn retry(&mut self, turn: Turn, Model(provider, model): Model, fault: Fault, attempt: u32) {
        let reason = fault.reason();
        let message = format!(
            "transient same-model retry {attempt}/8 for {provider}/{model} reason={reason}: delayMs=1145"
        );
        self.record("warn", "agent/embedded", &message, &json!(null), "", Some(turn));
        self.wait(2);
        self.attempt(turn, Model(provider, model), fault);
    }

    /// Adds the records with which the lanes of a run give up.
    pub fn lanes(&mut self, turn: Turn, sentence: &str) {
        for lane in ["main".to_owned(), format!("session:agent:main:{}", turn.session)] {
            let message = format!("lane task error: lane={lane} durationMs=844 error=\"{sentence}\"");
            let fields = json!({ "errorName": "FailoverError" });
            self.record("error", "diagnostic", &message, &fields, " errorName=FailoverError", Some(turn));
        }
    }

    /// Adds OpenClaw's decision about a candidate of a fallback chain.
    pub fn decision(
        &mut self,
        turn: Turn,
        decision: &str,
        requested: Model,
        candidate: Model,
        next: Option<Model>,
        reason: &str,
    ) {
        let mut fields = json!({
            "event": "model_fallback_decision", "runId": turn.run, "decision": decision,
            "requestedProvider": requested.0, "requestedModel": requested.1,
            "candidateProvider": candidate.0, "candidateModel": candidate.1, "reason": reason,
            "isPrimary": requested.0 == candidate.0 && requested.1 == candidate.1,
        });
        if let Some(next) = next {
            fields["nextCandidateProvider"] = json!(next.0);
            fields["nextCandidateModel"] = json!(next.1);
        } else {
            fields["fallbackStepFinalOutcome"] = json!("chain_exhausted");
        }
        let next = next.map_or("none".to_owned(), |next| format!("{}/{}", next.0, next.1));
        let tail = format!(
            ": decision={decision} requested={}/{} candidate={}/{} reason={reason} next={next}",
            requested.0, requested.1, candidate.0, candidate.1
        );
        self.record("warn", "model-fallback/decision", "model fallback decision", &fields, &tail, Some(turn));
    }

    /// Adds the error message to the client.
    pub fn refuse(&mut self, turn: Turn, sentence: &str) {
        let message = format!(
            "⇄ res ✗ agent errorCode=UNAVAILABLE errorMessage={sentence} runId={} error={sentence} conn=2e578f7e…ad99 id=2:1",
            turn.run
        );
        self.record("info", "gateway/ws", &message, &json!(null), "", Some(turn));
    }

    /// Adds a run that fails with one model and has no other.
    pub fn fail(&mut self, turn: Turn, model: Model, fault: Fault) {
        self.attempt(turn, model, fault);
        self.give_up(turn, model, fault);
    }

    /// Adds the end of a run that has no other model to ask.
    pub fn give_up(&mut self, turn: Turn, model: Model, fault: Fault) {
        let sentence = fault.sentence(model.0, model.1);
        self.lanes(turn, &sentence);
        self.decision(turn, "candidate_failed", model, model, None, fault.reason());
        self.refuse(turn, &sentence);
    }

    /// Adds a run that OpenClaw rejects because a key is on cooldown.
    pub fn skip(&mut self, turn: Turn, model: Model) {
        let sentence = format!(
            "Inline API key for provider \"{}\" is temporarily disabled after a provider auth/billing failure. Retry after about 1 minute.",
            model.0
        );
        let quoted = sentence.replace('"', "\\\"");
        self.lanes(turn, &quoted);
        self.decision(turn, "skip_candidate", model, model, None, "auth");
        self.refuse(turn, &sentence);
    }

    /// Adds the successful end of the run.
    pub fn succeed(&mut self, turn: Turn) {
        let message = format!("[agent] run {} ended with stopReason=stop", turn.run);
        self.record("info", "agents/agent-command", &message, &json!(null), "", Some(turn));
    }
}

impl Fault {
    fn raw(self) -> String {
        match self {
            Self::Status(status, words) => format!("{status}: {words}"),
            Self::Code(_) => "Connection error.".to_owned(),
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Status(401 | 403, _) => "auth",
            Self::Status(402, _) => "billing",
            Self::Status(429, _) => "rate_limit",
            Self::Status(529 | 503, _) => "overloaded",
            Self::Status(..) => "server_error",
            Self::Code(_) => "timeout",
        }
    }

    pub fn sentence(self, provider: &str, model: &str) -> String {
        match self {
            Self::Status(401 | 403, _) => {
                "Authentication failed (provider returned HTTP 401). Your provider token may have expired — try the request again in a moment.".to_owned()
            }
            Self::Status(402, _) => format!(
                "⚠️ {provider} ({model}) returned a billing error — your API key has run out of credits or has an insufficient balance."
            ),
            Self::Status(429, _) => "⚠️ API rate limit reached. Please try again later.".to_owned(),
            Self::Status(529 | 503, _) => {
                "The AI service is temporarily overloaded. Please try again in a moment.".to_owned()
            }
            Self::Status(..) => "LLM request failed: provider returned an internal error.".to_owned(),
            Self::Code("ECONNREFUSED") => {
                "LLM request failed: connection refused by the provider endpoint.".to_owned()
            }
            Self::Code(_) => "LLM request failed: network connection error.".to_owned(),
        }
    }
}
