//! Tells whether a record without a level reads like a failure. The console and pasted text give no levels, so that a failure that no
//! rule knows would pass unseen otherwise.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use clawsift_catalogue::pattern::{Pattern, matches};

use super::format::Format;
use super::parse::Record;

/// Maximum number of leading bytes that are examined.
const MAX_TEXT: usize = 4096;

/// Text in quotation marks: names, titles and the words of others.
static QUOTED: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#""[^"\n]*"|`[^`\n]*`|“[^”\n]*”|\b\w+://\S+"#).ok());

/// Openings by which programs report an error: its class, `Uncaught`, a cross.
static OPENING: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^\s*(?:\[[^\]\n]*\]\s*)*(?:
            (?:[\w$]+[.:])*[A-Z][\w$]*(?:Error|Exception)(?:\s?[:(\[] | $ | \n)
          | Error(?::|\ \[|\ \() | Uncaught\ | Unhandled\ | Traceback\ \( | panic: | thread\ '.*'\ panicked
          | [❌✗✘✖] | ⚠️\ .*(?:failed|error)
        )",
    )
    .ok()
});

/// The stack of an error: frames of JavaScript, Java or Python.
static STACK: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"\n\s+(?:at .+[:(]\d+|at [\w.$<>]+\(.*\)|File ".+", line \d+)"#).ok());

/// Values by which a record says that something failed: `isError=true`, `outcome=error`.
static FAILED_VALUE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"\b(?:iserror=true|(?:outcome|status|result|state)=(?:error|failed|failure|timeout)\b|ok=false\b)",
    )
    .ok()
});

/// Values of an `error` field that mean none.
const NO_ERROR: [&str; 9] = ["null", "none", "undefined", "false", "true", "0", "no", "-", "n/a"];

/// Words of a failure, in the texts of programs; not as parts of names such as `retry-failed-uploads`.
static WORDS: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"(?x)(?:^|[^\w/.-])(?:
            failed | failure | fails | fatal | cannot | can't | could\ not | couldn't | unable\ to | refused | denied | rejected
          | crashed | timed\ out | aborted | unreachable | not\ found | (?:is|are)\ missing | malformed | corrupt(?:ed)?
          | unauthorized | forbidden | exceeded | exhausted | panicked | threw | unhandled | invalid | unsupported | unavailable
          | out\ of\ memory | disk\ (?:is\ )?full | killed\ by\ signal | exited\ with\ (?:code|status)\ [1-9]\d* | stalled
          | errors?(?:\ (?:while|in|during|from|\w+ing))? (?::|\ \() | error\ (?:while|during|\w+ing) | handler\ error
        )(?:[^\w/-]|$)|error:",
    )
    .ok()
});

/// Openings with which a failure begins in text of unknown origin, where a word in the middle of a sentence means little.
static LOOSE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"(?x)^\s*(?:
            (?:failed|unable)\ to\ | cannot\ | could\ not\ | can't\ | invalid\ \w+: | fatal: | error(?:\ \w+){0,4}:\ \S
          | [^.?!,\n]{1,60}\ (?:failed|error|denied|refused|rejected)(?::\s|\ \()
        )",
    )
    .ok()
});

/// Phrases of a record in which nothing failed, although it holds words of a failure.
static NOTHING_WRONG: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"(?x)\b(?:0|no|zero|without|any)\ (?:\w+\ )?(?:errors?|failed|failures?|timeouts?|problems?|issues?|denied|rejected|timed\ out)\b
          | \b(?:failed|errors?|failures?|timeouts?|unhealthy|rejected|denied|dropped|aborted|missing|crashed|invalid|unavailable)
            (?:\ \w+)?\s?[=:]\s?(?:0|false|none|null|\[\])(?:$|[^\w.])
          | \b0\ (?:failed|rejected|denied|missing|aborted|dropped|invalid|unavailable)\b
          | \b(?:nothing|never|not)\ (?:failed|exceeded|crashed|denied|rejected)\b
          | \b(?:error|failure)s?\ cleared\b | \b(?:recovered|reconnected)\b
          | \boutcome=(?:ok|success)|\bok=true|\biserror=false|\bretry\ policy\b|\bon(?:error|failure)=",
    )
    .ok()
});

/// A number of failures, whatever else is zero.
static COUNTED: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"\b[1-9]\d* (?:failed|errors?|failures|timeouts?|rejected)(?:[^\w:=]|$)|\b(?:failed|errors|failures)=[1-9]",
    )
    .ok()
});

/// Parts of which each text that reads like a failure holds one, for a quick look before the expressions.
static STEMS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    const STEMS: [&str; 45] = [
        "fail",
        "error",
        "exception",
        "fatal",
        "cannot",
        "can't",
        "could",
        "unable",
        "refused",
        "denied",
        "rejected",
        "crash",
        "timed",
        "abort",
        "unreach",
        "not found",
        "missing",
        "malformed",
        "corrupt",
        "unauthor",
        "forbidden",
        "exceeded",
        "exhausted",
        "panic",
        "threw",
        "unhandled",
        "invalid",
        "unsupported",
        "unavailable",
        "out of memory",
        "disk ",
        "killed by",
        "exited with",
        "stalled",
        "traceback",
        "uncaught",
        "=timeout",
        "ok=false",
        "\n",
        "❌",
        "✗",
        "✘",
        "✖",
        "⚠",
        "iserror=true",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(STEMS).ok()
});

impl Record<'_> {
    /// Returns true if a record without a level reads like a failure: an error's class or stack at the right place, a value that
    /// says so, or words of a failure outside quotations. False for quoted content and for records with a level.
    pub fn reads_like_failure(&self) -> bool {
        *self.reads_like_failure.get_or_init(|| self.is_worded_as_failure())
    }

    fn is_worded_as_failure(&self) -> bool {
        let parts = &self.parts;
        if !self.is_evidence() || parts.level.is_some() {
            return false;
        }
        let text = start(&parts.message, MAX_TEXT);
        if parts.errors.iter().map(|(_, text)| &**text).chain(parts.fields.errors()).any(is_error) {
            return true;
        }
        if STEMS.as_ref().is_some_and(|stems| !stems.is_match(text)) {
            return false;
        }
        if matches(&OPENING, text) || (text.contains('\n') && matches(&STACK, text)) {
            return true;
        }
        let bare = match &*QUOTED {
            Some(quoted) => quoted.replace_all(text, |_| String::new()),
            None => Cow::Borrowed(text),
        };
        let lower = bare.to_ascii_lowercase();
        if matches(&FAILED_VALUE, &lower) {
            return true;
        }
        let words = if self.is_of_a_program() { &WORDS } else { &LOOSE };
        matches(words, &lower) && (matches(&COUNTED, &lower) || !matches(&NOTHING_WRONG, &lower))
    }

    /// Returns true if a text may state what happened: one line that is no option, setting, entry of a list or question.
    pub fn is_statement(&self) -> bool {
        let text = self.parts.message.trim();
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let is_setting = first.ends_with(':') && first.contains('.');
        let is_marked = !first
            .starts_with(|c: char| c.is_alphanumeric() || matches!(c, '[' | '"' | '\'' | '`' | '<' | '{'));
        let is_sentence = !rest.is_empty() || !text.is_ascii();
        let is_listing =
            text.split(',').count() > 2 && text.split(',').skip(1).all(|item| !item.trim().contains(' '));
        is_sentence
            && !is_listing
            && !text.contains('\n')
            && !is_setting
            && !is_marked
            && !text.ends_with('?')
    }

    /// Returns true if a program wrote the record, by its form.
    fn is_of_a_program(&self) -> bool {
        self.format != Format::Text || self.wrapper.is_some()
    }
}

/// Returns true if the text of an error field names an error.
fn is_error(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !NO_ERROR.iter().any(|none| text.eq_ignore_ascii_case(none))
}

/// Returns the start of a text, of at most `max_bytes`.
pub(crate) fn start(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use crate::record::{Lines, Record};

    fn reads_like_failure(text: &str) -> bool {
        let raw = Lines::new(text.as_bytes(), 0).next().expect("a record");
        Record::parse(&raw).reads_like_failure()
    }

    #[test]
    fn failures_without_a_level_are_seen() {
        for text in [
            "[diagnostic] lane task error: lane=main durationMs=1 error=\"Something new\"",
            "[agent/embedded] embedded run agent end: runId=1 isError=true model=m",
            "[widget] sync failed: something new",
            "WidgetError: something new",
            "a.b.WidgetException: something new",
            "Uncaught Error: x",
            "Error: x\n    at f (a.js:1:2)",
            "something happened\n    at f (file:///a.js:1:2)",
            "Failed to start CLI: x",
            "Widget refresh failed: x",
            "10:00:00 [widget] cannot open the door",
            "[widget] sync failed: no route found",
            "[widget] save failed; previous state restored",
            "[cron] 3 failed, 0 timeouts",
            "[approvals] error replaying pending approvals: x",
            "[widget] the worker exited with code 1",
        ] {
            assert!(reads_like_failure(text), "{text}");
        }
    }

    #[test]
    fn each_word_of_a_failure_passes_the_quick_look() {
        for words in [
            "failed",
            "failure",
            "fails",
            "fatal",
            "cannot",
            "can't",
            "could not",
            "couldn't",
            "unable to",
            "refused",
            "denied",
            "rejected",
            "crashed",
            "timed out",
            "aborted",
            "unreachable",
            "not found",
            "is missing",
            "malformed",
            "corrupt",
            "unauthorized",
            "forbidden",
            "exceeded",
            "exhausted",
            "panicked",
            "threw",
            "unhandled",
            "invalid",
            "unsupported",
            "unavailable",
            "out of memory",
            "disk full",
            "disk is full",
            "killed by signal",
            "exited with code 1",
            "stalled",
            "errors: 3",
            "error while",
            "handler error",
            "outcome=timeout",
            "outcome=error",
            "status=failed",
            "ok=false",
            "isError=true",
        ] {
            assert!(reads_like_failure(&format!("[widget] it {words} now")), "{words}");
        }
    }

    #[test]
    fn healthy_lines_do_not_read_like_failures() {
        for text in [
            "[agent/embedded] embedded run agent end: runId=1 isError=false",
            "[doctor] Errors: 0",
            "[cron] 12 jobs, 0 failed",
            "[cron] job retry-failed-uploads started",
            "[cron] failed requests: 0",
            "[cron] no requests failed",
            "[cron] nothing failed",
            "[cron] quota not exceeded",
            "[memory] indexed docs/errors/not-found.md",
            "[cron] job done errors=0 failed=0",
            "[agents/tool] last error cleared",
            "[retry] policy loaded onError=continue maxFailures=3 error=null",
            "[plugins] error-tracker: registered",
            "[web] polling timeout=30s",
            "[web] see https://docs.example.com/error-codes/failed",
            "[cron] \"the job failed\" delivered",
            "The request failed because of the weather, they said.",
            "How to handle a failed request",
            "[ws] ⇄ res ✓ agent 500ms",
        ] {
            assert!(!reads_like_failure(text), "{text}");
        }
    }
}
