//! The named values of a record, and the parts of a message that are not evidence.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;
use serde_json::{Map, Value};

use super::author::Author;
use super::error_fields::PAIR;
use super::json;

/// Maximum number of values kept per record; real ones have about 70.
const MAX_FIELDS: usize = 256;
/// Maximum length in bytes of the value of a `key=value` pair. Longer ones are quoted content.
const MAX_VALUE: usize = 8192;
/// Maximum nesting depth of objects; real ones nest three deep.
const MAX_DEPTH: usize = 6;

/// Named values of a record, from its objects and from the `key=value` pairs in its message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    values: BTreeMap<String, String>,
}

impl Fields {
    /// Returns the value with the given name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Returns the values that name an error: `err`, `error`, `errorMessage`.
    pub fn errors(&self) -> impl Iterator<Item = &str> {
        let near = self.values.range::<str, _>((Bound::Included("err"), Bound::Included("errorMessage")));
        near.filter(|(name, _)| ["err", "error", "errorMessage"].contains(&name.as_str()))
            .map(|(_, value)| &**value)
    }

    /// Returns true if there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds a value if the name has none yet. The order of precedence is: the record itself, its objects, its message.
    pub(super) fn add(&mut self, name: &str, value: impl Into<String>) {
        if self.values.len() < MAX_FIELDS && !self.values.contains_key(name) {
            self.values.insert(name.to_owned(), value.into());
        }
    }

    /// Reads an object of the record, and collects the texts of the fields that are errors if this author wrote them.
    pub(super) fn read_object(
        &mut self,
        object: &Map<String, Value>,
        author: Author,
        errors: &mut Vec<(String, String)>,
    ) {
        for (name, value) in object {
            self.read_value(name, value, errors, author.is_error(name), 0);
        }
    }

    fn read_value(
        &mut self,
        name: &str,
        value: &Value,
        errors: &mut Vec<(String, String)>,
        is_error: bool,
        depth: usize,
    ) {
        if depth > MAX_DEPTH || errors.len() > MAX_FIELDS {
            return;
        }
        match value {
            Value::Null => {}
            Value::Bool(flag) => self.add(name, flag.to_string()),
            Value::Number(number) => self.add(name, number.to_string()),
            Value::String(text) => {
                if is_error && !text.is_empty() && !errors.iter().any(|(_, seen)| seen == text) {
                    errors.push((name.to_owned(), text.clone()));
                }
                self.add(name, text.clone());
            }
            Value::Array(items) if is_error => {
                for item in items {
                    self.read_value(name, item, errors, true, depth + 1);
                }
            }
            Value::Object(map) if is_error => {
                for (inner, value) in map {
                    self.read_value(inner, value, errors, true, depth + 1);
                }
            }
            // Lists and objects under other names describe the circumstances (previous attempts, timings), not the failure.
            Value::Array(_) | Value::Object(_) => {}
        }
    }

    /// Reads the `key=value` pairs of a message, an object at its end, and provider and model if a sentence names them.
    pub(super) fn read_message(&mut self, message: &str, author: Author, errors: &mut Vec<(String, String)>) {
        if let Some((_, object)) = json::object_at_end(message) {
            self.read_object(&object, author, errors);
        }
        if message.contains('=')
            && let Some(regex) = &*PAIR
        {
            for pair in regex.captures_iter(message).take(MAX_FIELDS) {
                let value = pair["value"].trim_end_matches([',', ';', ':']);
                // JavaScript prints a missing value as `undefined`.
                if !value.is_empty() && value.len() <= MAX_VALUE && value != "undefined" {
                    self.add(&pair["key"], value.trim_matches('"'));
                }
            }
        }
        // A record of the file log that is cut at the start or end of a file can still name its run.
        if message.contains("\"_meta")
            && let Some(regex) = &*JSON_ID
        {
            for pair in regex.captures_iter(message).take(MAX_FIELDS) {
                self.add(&pair["key"], &pair["value"]);
            }
        }
        self.read_model(message);
        if !self.values.contains_key("runId")
            && message.contains("run ")
            && let Some(run) = RUN.as_ref().and_then(|regex| regex.captures(message))
        {
            self.add("runId", &run["run"]);
        }
    }

    /// Reads provider and model from the fields that join them (`for p/m reason=`, `requested=p/m`) and from those under other
    /// names.
    fn read_model(&mut self, message: &str) {
        for (alias, name) in
            [("candidateProvider", "provider"), ("candidateModel", "model"), ("modelId", "model")]
        {
            if let Some(value) = self.values.get(alias).cloned() {
                self.add(name, value);
            }
        }
        let mut pairs: Vec<String> = ["candidate", "requested", "from", "provider"]
            .iter()
            .filter_map(|name| self.values.get(*name).cloned())
            .collect();
        let may_name_model = message.contains("for ") || message.contains("⚠️ ");
        if may_name_model && let Some(found) = MODEL.as_ref().and_then(|regex| regex.captures(message)) {
            pairs.push(found["model"].to_owned());
        }
        if message.contains("⚠️ ")
            && let Some(found) = BILLED.as_ref().and_then(|regex| regex.captures(message))
        {
            pairs.push(format!("{}/{}", &found["provider"], &found["model"]));
        }
        for pair in pairs {
            if let Some((provider, model)) = pair.split_once('/') {
                if self.values.get("provider").is_some_and(|p| *p == pair) {
                    self.values.remove("provider");
                }
                self.add("provider", provider);
                self.add("model", model);
            }
        }
    }
}

static JSON_ID: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r#"\\*"(?<key>runId|traceId|provider|model)\\*":\\*"(?<value>[^"\\]+)"#).ok()
});

/// Matches `for p/m reason=`, `for p/m after`, `⚠️ p/m request failed (`.
static MODEL: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?:\bfor |⚠️ )(?<model>[A-Za-z0-9_.-]+/[^\s:;,]+)(?: reason=| after |:| request failed|; )",
    )
    .ok()
});

/// Matches `⚠️ p (m) returned a billing error`.
static BILLED: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"⚠️ (?<provider>[A-Za-z0-9_.-]+) \((?<model>[^)\s]+)\) returned a billing error").ok()
});

static RUN: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"\brun (?<run>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b").ok()
});

/// Matches `key=value` pairs that are not evidence: ids, durations, sizes, and the reason that OpenClaw derives itself. `field:`
/// signatures can still match that reason.
static NOISE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)\b(?:
            (?:runId|sessionId|sessionKey|requestId|traceId|spanId|conn|id|pid|profile|profileId|jobId|lane
              |elapsedMs|durationMs|delayMs|totalMs|waitedMs|thresholdMs|stages)=\S+
          | source=[a-z_]+\b
          | (?:reason|failoverReason)=(?:auth|auth_permanent|format|rate_limit|overloaded|billing|server_error|timeout
              |tls_certificate|context_overflow|model_not_found|session_expired|empty_response|no_error_details|unclassified
              |unknown)\b )",
    )
    .ok()
});

/// Matches quoted content of others: a user's message, an assistant's answer, a search query, a command's output. A quotation
/// that is cut or holds quotes extends to the end of the message.
static QUOTATION: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        \b(?:text|query|prompt|preview|snippet|content|subject|caption|question|transcript|command|cmd|note|summary
            |title|topic|reply|description|input|label|user_message|utterance|raw_params
            |jobName|taskName|chatName|groupName|threadName|threadTitle|chatTitle|sessionTitle|displayName|senderName)=
            (?: "(?:[^"\\]|\\.)*(?:"|$) | '[^']*(?:'|$) | (?s:\{.*)$ )
      | \b(?:sender|from|room|chat|chatId|author|user)=\S+\ .*\bbody=(?s:.*)$
      | \b(?:preview|generated|replied|said|asked|quoted|transcript|message\ from\ \S+|reply|title|prompt|search(?:ed)?(?:\ for)?):?\ (?:"(?s:.*)|“(?s:.*)|«(?s:.*))$
        "#,
    )
    .ok()
});

/// Matches the names that people give to jobs, tasks, chats and the like: several words in quotation marks. A single word is an id.
static NAME: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)
        \b(?<noun>(?:job|task|workflow|reminder|topic|thread|chat|group|conversation|meeting|poll
            |(?:reply|answer|message)\ to)(?:\ name)?:?[\ =])
        (?: "[^"\ ]+\ [^"]*" | “[^”\ ]+\ [^”]*” | «[^»\ ]+\ [^»]*» | '[^'\ ]+\ [^']*' )
        "#,
    )
    .ok()
});

/// Matches the output of a command that succeeded.
static OUTPUT: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"\b(?:stdout|stderr|output)=\s*(?:"(?:[^"\\]|\\.)*(?:"|$)|\S+)"#).ok());

/// Returns a message without the parts that are not evidence.
pub(super) fn without_noise(message: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(message);
    let mut take_out = |regex: &LazyLock<Option<Pattern>>, kept: Option<&str>| {
        if let Some(regex) = &**regex
            && let Cow::Owned(rest) =
                regex.replace_all(&text, |found| kept.map_or_else(String::new, |kept| found[kept].to_owned()))
        {
            text = Cow::Owned(rest);
        }
    };
    if message.contains(['"', '=', '“', '«']) {
        take_out(&QUOTATION, None);
    }
    if message.contains(['"', '\'', '“', '«']) {
        take_out(&NAME, Some("noun"));
    }
    if message.contains('=') {
        take_out(&NOISE, None);
        if message.contains("exitCode=0") || message.contains("exit=0") {
            take_out(&OUTPUT, None);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(message: &str) -> Fields {
        let mut fields = Fields::default();
        fields.read_message(message, Author::Own, &mut Vec::new());
        fields
    }

    #[test]
    fn reads_pairs_and_models_in_each_spelling() {
        let f = fields(
            "[model-fetch] error provider=llm06 model=m1 code=ENOTFOUND causeCode=undefined message=x y",
        );
        assert_eq!(
            (f.get("provider"), f.get("code"), f.get("causeCode")),
            (Some("llm06"), Some("ENOTFOUND"), None)
        );
        for message in [
            "transient same-model retry 1/8 for custom/m1 reason=timeout: delayMs=871",
            "transient retry window elapsed for custom/m1 after 6/8 retries; stopping",
            "model fallback decision: decision=candidate_failed requested=custom/m1 candidate=custom/m1",
            "[context-overflow-diag] sessionKey=agent:main provider=custom/m1 source=x",
            "⚠️ custom/m1 request failed (provider internal error, HTTP 500).",
            "⚠️ custom (m1) returned a billing error — your API key has run out of credits",
        ] {
            let f = fields(message);
            assert_eq!((f.get("provider"), f.get("model")), (Some("custom"), Some("m1")), "{message}");
        }
        let f = fields("[agent] run cab52cbb-7144-44d8-b45b-c113863dfdcb ended with stopReason=stop");
        assert_eq!(f.get("runId"), Some("cab52cbb-7144-44d8-b45b-c113863dfdcb"));
    }

    #[test]
    fn a_record_that_was_cut_still_names_its_run() {
        let f = fields(
            r#"agent end","_meta":{"logLevelName":"WARN"},"runId":"r1","traceId":"t1","provider":"p"}"#,
        );
        assert_eq!(
            (f.get("runId"), f.get("traceId"), f.get("provider")),
            (Some("r1"), Some("t1"), Some("p"))
        );
    }

    #[test]
    fn error_texts_are_taken_out_of_objects_and_settings_are_not() {
        let object = serde_json::json!({
            "rawErrorPreview": "terminated",
            "error": {"message": "inner", "cause": {"code": "ENOTFOUND"}},
            "previousAttempts": [{"error": "HTTP 500"}],
            "status": 408,
        });
        let (mut fields, mut errors) = (Fields::default(), Vec::new());
        fields.read_object(object.as_object().expect("an object"), Author::Own, &mut errors);
        let texts: Vec<&str> = errors.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["ENOTFOUND", "inner", "terminated"]);
        assert_eq!(fields.get("status"), Some("408"));
    }

    #[test]
    fn ids_durations_and_derived_reasons_are_no_evidence() {
        let text = without_noise("retry for a/b reason=rate_limit: delayMs=429 status=500 conn=4011ab");
        assert_eq!(text, "retry for a/b :  status=500 ");
    }

    #[test]
    fn what_was_said_is_no_evidence_whatever_quotes_it() {
        for said in ["reply: \"HTTP 401", "reply: “HTTP 401”", "reply: «HTTP 401»", "日志text=\"HTTP 401\""]
        {
            let text = without_noise(&format!("sent {said}")).into_owned();
            assert!(text.starts_with("sent ") && !text.contains("401"), "{text}");
        }
        for (message, evident) in [
            (r#"cron: job "Check 401 errors" skipped: HTTP 500"#, "cron: job  skipped: HTTP 500"),
            (r#"job failed: HTTP 500 jobName="Check 401 errors""#, "job failed: HTTP 500 "),
            (r#"reply to "why 401?" was cut: HTTP 500"#, "reply to  was cut: HTTP 500"),
            (r#"thread "thread_401" not found"#, r#"thread "thread_401" not found"#),
            (r#"task "foo: connect ETIMEDOUT 1.2.3.4:443"#, r#"task "foo: connect ETIMEDOUT 1.2.3.4:443"#),
            ("job 'Check 401 errors' failed: HTTP 500", "job  failed: HTTP 500"),
        ] {
            assert_eq!(without_noise(message), evident);
        }
    }
}
