//! HTTP statuses in each spelling that OpenClaw and SDKs print; a bare number is never a status.

use std::sync::LazyLock;

use crate::record::Record;
use clawsift_catalogue::pattern::Pattern;

/// Matches a status after a word that introduces one, or before its reason phrase.
static NAMED: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r#"(?x)
        (?:
            \bHTTP(?:/\d(?:\.\d)?)?(?:[\s_-]*(?:status|error|code))*\\*["']?\s*[:=]?\s*\(?      # HTTP 429, HTTP/1.1 429, HTTP status 429
          | \b(?:http)?status(?:[\s_-]*code)?\\*["']?\s*(?:[:=]|of|is|was)?\s*\\*["']?\(?         # status=429, statusCode: 429, "status":"429"
          | (?:^|[^a-z\s]|[^t]\s)(?:http_?)?code\\*["']?\s*[:=]\s*\\*["']?                                         # "code":429, httpCode=429
          | \b(?:api\ error|error\ code|status\ error)(?:\ code)?:?\s*\(?                        # API error (401), Error code: 429
          | \berror\s+\(
          | \b(?:server|api|provider|endpoint|upstream|backend|model|gateway|openai|anthropic)\ (?:returned|answered|responded\ with|replied\ with)\s+(?:an?\s+)?(?:http\s+)?(?:status\s+)?
          | \b(?:failed|responded|rejected|refused)\ with\s+(?:an?\s+)?(?:http\s+)?(?:status\s+)?(?:code\s+)?
          | \breply:\s*
          | \bunexpected\ server\ response:\ ?                                                # the ws package
          | \b(?:raw_?error|error|err|detail|error_?message|error_?preview)="?(?:[A-Za-z]*error:\s*)?  # rawError=429 ...
          | \bfailed(?::|!)?\s+\(                                                               # failed (403): , failed! (502: Bad Gateway)
          | \bAPI\ [^\s]+\ failed\ \(
        )
        (?<status>[45]\d\d)
        (?:$|[^0-9A-Za-z_.%:/-]|[.:](?:\s|$|\{|<))
        "#,
    )
    .ok()
});

/// Matches a status before its standard reason phrase.
static PHRASED: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r"(?x)\b(?<status>
            401:?\ Unauthorized | 402:?\ Payment\ Required | 403:?\ Forbidden | 407:?\ Proxy\ Authentication
          | 4\d\d:?\ (?:Bad|Invalid)\ Request | 4\d\d:?\ Client\ Error | 404:?\ Not\ Found | 405:?\ Method\ Not\ Allowed
          | 406:?\ Not\ Acceptable | 409:?\ Conflict | 410:?\ Gone | 415:?\ Unsupported\ Media | 422:?\ Unprocessable | 5\d\d:?\ Server\ Error
          | 408:?\ Request\ Time | 413:?\ (?:Request\ Entity|Payload|Content)\ Too | 429:?\ Too\ Many
          | 500:?\ Internal\ Server | 501:?\ Not\ Impl | 502:?\ Bad\ Gateway | 503:?\ Service\ (?:Temporarily\ )?Unavail
          | 504:?\ Gateway\ Time | 521:?\ Web\ server | 522:?\ Connection\ timed | 524:?\ A\ timeout | 529:?\ (?:Site\ is\ )?Overloaded
        )",
    )
    .ok()
});

/// Matches a status at the start of an error text: `429 Too Many Requests`, `401: {"error":...}`, `Error: 503 <html>`.
static LEADING: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"^\s*(?:⚠️\s*)?(?:[A-Za-z]*Error:\s*)?(?<status>[45]\d\d)(?:$|:?\s|:\{)").ok()
});

/// Matches a status at the start of a message, which needs a body or a phrase after it because sentences can begin with a bare
/// number.
static LEADING_BODY: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)^\s*(?:⚠️\s*)?(?:
            (?:[A-Za-z]*Error:\s*)?(?<status>[45]\d\d)(?::\s|:?\s*(?:\{|<|")|\sstatus\ code)
          | (?:(?:[A-Z][A-Za-z]*Error|Error|(?:[A-Za-z]+\ ){1,2}[Ee]rror):\s+)+(?<behind>[45]\d\d)(?:\s|$)
        )"#,
    )
    .ok()
});

/// Adds the statuses in a text. `lower` is the text in lower case. In an error text a bare status at the start counts, too.
pub(super) fn find(text: &str, lower: &str, is_error: bool, statuses: &mut Vec<u16>) {
    if !has_candidate(text.as_bytes()) {
        return;
    }
    let leading = if is_error { &LEADING } else { &LEADING_BODY };
    for (pattern, text) in [(&NAMED, lower), (&PHRASED, lower), (leading, text)] {
        let Some(pattern) = &**pattern else { continue };
        for found in pattern.captures_iter(text) {
            let digits = found.name("status").or_else(|| found.name("behind"));
            statuses.extend(digits.and_then(|digits| digits.get(..3)?.parse::<u16>().ok()));
        }
    }
}

/// Returns true if a text holds a three-digit number that begins with 4 or 5.
fn has_candidate(text: &[u8]) -> bool {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    memchr::memchr2_iter(b'4', b'5', text)
        .any(|at| is_digit(at + 1) && is_digit(at + 2) && !is_digit(at + 3) && (at == 0 || !is_digit(at - 1)))
}

/// Adds the statuses in the record's fields. The `status` of a fallback decision is ignored because OpenClaw makes it up (408 for
/// every transport fault); only the provider's own code counts there.
pub(super) fn find_in_fields(record: &Record<'_>, statuses: &mut Vec<u16>) {
    const FIELDS: &[&str] = &["httpCode", "httpStatus", "statusCode", "status", "errorStatus"];
    let derived = record.field("event").is_some_and(|event| {
        event.starts_with("model_fallback") || event == "embedded_run_failover_decision"
    });
    for name in FIELDS {
        if derived && *name == "status" {
            continue;
        }
        let status = record.field(name).and_then(|value| value.parse::<u16>().ok());
        statuses.extend(status.filter(|s| (400..600).contains(s)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(text: &str, is_error: bool) -> Vec<u16> {
        let mut found = Vec::new();
        find(text, &text.to_ascii_lowercase(), is_error, &mut found);
        found.dedup();
        found
    }

    #[test]
    fn finds_each_spelling() {
        for text in [
            "[model-fetch] response provider=x status=429 elapsedMs=3",
            "HTTP 429",
            "HTTP/1.1 429 Too Many Requests",
            "HTTP status 429",
            "Request failed with status code 429",
            "failed with status 429: slow down",
            r#"{"error":{"code":429,"message":"x"}}"#,
            r#"{\"status\":\"429\"}"#,
            "statusCode: 429",
            "unexpected status 429",
            "OpenAI API error (429): x",
            "Error code: 429 - {'error'",
            "the server returned 429",
            "request failed with 429",
            r#"lane task error: error="429 Too Many Requests""#,
            "rawError=429 {\"type\":\"error\"}",
            "error=429 x",
            "429 Too Many Requests",
            "429 Invalid Request",
            "x: 429 Client Error: y",
            r#"429 {"error":{}}"#,
            "Error: 429 status code (no body)",
            "authentication failed, HTTP 429). Re-authenticate",
            "Call to 'x' failed! (429: Too Many)",
            "Authentication failed (provider returned HTTP 429).",
        ] {
            assert_eq!(statuses(text, false), [429], "{text}");
        }
        for text in ["429 slow down", "401: {\"error\":{}}", "503", "Error: 502 <html>"] {
            assert_eq!(statuses(text, true).len(), 1, "{text}");
        }
    }

    #[test]
    fn never_takes_a_bare_number() {
        for text in [
            "429 items processed",
            "res ✓ agent 500ms",
            "processed 401 items, 0 errors",
            "the port is 5000 and the fallback port is 503",
            "listening on :5000 pid=502",
            "code=1006 errcode=522 exit code 137",
            "conn=4011ab request id req-4291 failed",
            "status=200 elapsedMs=429",
            "status=4290 HTTP 4290",
            "2026-05-00 v4.29 502",
            "room 402 is available, ticket #402",
            "error 500ms",
            "search returned 500 results",
            "received 429 messages from backlog",
            "got 401 rows",
            "sync got 503 files",
            "error 404 budget",
            "exit code: 429",
            "status=500:0",
            "finished with 0 errors and 3 warnings in 529 seconds",
        ] {
            assert_eq!(statuses(text, false), [] as [u16; 0], "{text}");
        }
    }
}
