//! Secrets never leave the program, and neither do terminal escapes.
//!
//! Every text that goes from a log into a report passes through [`Redactor`] before it is cut, so that half a key
//! never survives the cutting. This module knows nothing of the others but [`crate::pattern`].

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::pattern::{Groups, Pattern};
use xxhash_rust::xxh3::xxh3_64;

/// Cleans texts on their way out of the program.
#[derive(Debug, Clone, Copy)]
pub struct Redactor {
    mask: bool,
}

impl Redactor {
    /// Masks secrets and escapes control characters; what every output uses by default.
    pub const MASKING: Self = Self { mask: true };
    /// Escapes control characters only (`--no-redact`).
    pub const OPEN: Self = Self { mask: false };

    /// The text with secrets masked and control characters made visible.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let masked = if self.mask { mask_secrets(text) } else { Cow::Borrowed(text) };
        match masked {
            Cow::Borrowed(text) => escape_controls(text),
            Cow::Owned(text) => Cow::Owned(escape_controls(&text).into_owned()),
        }
    }

    /// [`clean`](Self::clean), then cut to `max_chars` characters with an ellipsis where something was left out.
    pub fn excerpt(&self, text: &str, max_chars: usize) -> String {
        let bounded = prefix(text, max_chars.saturating_mul(8));
        let clean = self.clean(bounded);
        match clean.char_indices().nth(max_chars) {
            Some((end, _)) => format!("{}…", &clean[..end]),
            None => clean.into_owned(),
        }
    }
}

/// A prefix of at most `max_bytes` bytes that ends between two words where it can, so that no secret is cut in half
/// before it could be recognised.
fn prefix(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let bounded = &text[..floor_char_boundary(text, max_bytes)];
    match bounded.rfind(char::is_whitespace) {
        Some(end) => &bounded[..end],
        None => bounded,
    }
}

/// The last character boundary at or before `index`.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Secrets that their own shape gives away: a known prefix, an alphabet, a minimum length.
static BY_SHAPE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)
        -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z\ ]*PRIVATE\ KEY-----|\z)
        | \bsk-[A-Za-z0-9_-]{16,}                           # OpenAI, Anthropic, OpenRouter, DeepSeek
        | \b(?:gsk|hf|r8|tgp_v1)_[A-Za-z0-9_-]{20,}         # Groq, Hugging Face, Replicate, Together
        | \b(?:xai|pplx|nvapi)-[A-Za-z0-9_-]{20,}
        | \bAIza[A-Za-z0-9_-]{30,}                          # Google
        | \bya29\.[A-Za-z0-9_-]{20,}
        | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                     # AWS
        | \b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})
        | \bxox[a-z]-[A-Za-z0-9-]{10,} | \bxapp-[A-Za-z0-9-]{10,}
        | \d{6,12}:[A-Za-z0-9_-]{30,}                       # Telegram bot token, also behind /bot in a URL
        | \b[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}   # Discord bot token
        | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*           # JSON web token
        ",
    )
    .ok()
});

/// Secrets known by where they stand: an authorization header, a URL's password, a `key=` or `token:` value.
static BY_PLACE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(
        r#"(?x)
        (?<before>
            \b(?:proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?(?:(?:bearer|basic|token|digest)\s+)?
          | \b(?:bearer|basic)\s+
          | [?&](?:api[_-]?key|key|access_token|token|sig|signature|secret|password)=
          | \b(?:set-)?cookie\\*["']?\s*[:=]\s*\\*["']?
          | \b(?:[a-z0-9]+[_-])*(?:[a-z]*token|[a-z]*secret|[a-z]*password|passwd|[a-z]*key)(?:_id)?\\*["']?\s*[:=]\s*\[?\\*["']?
          | --(?:token|password|api-key)\s+
        )
        (?<secret>[^\s"'\\,;&@<>(){}\[\]]{6,})
        "#,
    )
    .ok()
});

/// The password of a URL: whatever stands between the colon and the last `@` before the path.
static URL_PASSWORD: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"(?<before>://[^/\s:@"'<>]*:)(?<secret>[^/\s"'<>]+)@"#).ok());

fn mask_secrets(text: &str) -> Cow<'_, str> {
    let by_shape = match &*BY_SHAPE {
        Some(regex) => regex.replace_all(text, |found| tag(found.whole())),
        None => Cow::Borrowed(text),
    };
    let by_shape = match &*URL_PASSWORD {
        Some(regex) if by_shape.contains("://") => {
            let mask = |found: Groups<'_>| format!("{}{}@", &found["before"], tag(&found["secret"]));
            Cow::Owned(regex.replace_all(&by_shape, mask).into_owned())
        }
        _ => by_shape,
    };
    let Some(regex) = &*BY_PLACE else {
        return by_shape;
    };
    let replace = |found: Groups<'_>| {
        let (before, secret) = (&found["before"], &found["secret"]);
        match is_secret_value(before, secret) {
            true => format!("{before}{}", tag(secret)),
            false => found.whole().to_owned(),
        }
    };
    let lower = by_shape.to_ascii_lowercase();
    match by_shape {
        Cow::Borrowed(text) => regex.replace_in(text, &lower, replace),
        Cow::Owned(text) => Cow::Owned(regex.replace_in(&text, &lower, replace).into_owned()),
    }
}

/// Whether a value in a secret's place looks like one. What stands behind `Authorization` or in a query does; behind
/// other names it must have a digit and a letter, or be long and mixed: `token: missing`, `reason=token_mismatch` and
/// `max_tokens_key=12345678` are none.
fn is_secret_value(before: &str, secret: &str) -> bool {
    if secret.starts_with("[redacted") || secret.chars().all(|c| c == '*' || c == '.') {
        return false;
    }
    let before = before.to_ascii_lowercase();
    let has = |test: fn(&char) -> bool| secret.chars().any(|c| test(&c));
    let is_word = secret.len() < 8
        || ["undefined", "redacted", "required", "authentication", "authorization"].contains(&secret);
    if ["authorization", "bearer ", "basic ", "password", "passwd", "--"]
        .iter()
        .any(|place| before.contains(place))
    {
        return !is_word;
    }
    before.starts_with(['?', '&'])
        || (has(char::is_ascii_digit) && has(char::is_ascii_alphabetic))
        || (secret.len() >= 16 && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase))
}

/// What stands for a masked secret. Equal secrets get the same four digits, so that "the same key" can still be seen.
fn tag(secret: &str) -> String {
    format!("[redacted:{:04x}]", xxh3_64(secret.as_bytes()) & 0xffff)
}

/// Whether a character would do something to a terminal or to the reading order, or nothing to be seen, instead of being
/// shown.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("  "),
            c if is_hostile(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_secrets_by_shape_and_by_place() {
        let cases = [
            "Incorrect API key provided: sk-proj-abcdEFGH0123456789abcd",
            "x-api-key: sk-ant-api03-AAAAbbbbCCCCdddd1111",
            "Authorization: Bearer abcdef0123456789",
            r#"{\"authorization\":\"Basic dXNlcjpwYXNz1234\"}"#,
            "via http://joe:hunter2secret@proxy.corp:3128",
            "GET /v1/models?key=AbCd1234 failed",
            "OPENAI_API_KEY=abcd1234efgh",
            "bot 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw failed",
            "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
            "gsk_0123456789abcdefghijABCD",
            "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
            "via http://u:abc@p:3128",
            "via http://joe:p@ss,word9@p:3128",
            "Authorization: Bearer abcdefghijklmnop",
            "password: correcthorse",
            "AZURE_OPENAI_KEY=abcd1234efgh",
            "aws_secret_access_key=abcd1234EFGH",
            r#""refreshToken":"1//0gAbCdEf1234""#,
            r#"{"x-api-key":["abcd1234efgh"]}"#,
            "openclaw --token abcd1234efgh",
            "key=AAAA1111bbbb2222",
        ];
        for case in cases {
            let clean = Redactor::MASKING.clean(case);
            assert!(clean.contains("[redacted:"), "{case} -> {clean}");
        }
        let joe = Redactor::MASKING.clean("via http://joe:hunter2secret@proxy.corp:3128");
        assert!(!joe.contains("hunter2"), "{joe}");
        assert!(joe.contains("@proxy.corp:3128"), "{joe}");
    }

    #[test]
    fn leaves_ordinary_words_alone() {
        for text in [
            "unauthorized: gateway token mismatch reason=token_mismatch",
            "gateway.auth.token: missing env var",
            "connect ECONNREFUSED http://127.0.0.1:11434/api",
            "OAuth token refresh failed for openai: try again",
            "Incorrect API key provided: sk-proj-****abcd",
        ] {
            assert_eq!(Redactor::MASKING.clean(text), text);
        }
    }

    #[test]
    fn equal_secrets_share_a_tag_and_others_do_not() {
        let text = Redactor::MASKING.clean("?key=AAAA1111bbbb&key=AAAA1111bbbb&key=CCCC2222dddd");
        let tags: Vec<&str> = text.split('=').skip(1).map(|t| t.trim_end_matches("&key")).collect();
        assert_eq!(tags[0], tags[1]);
        assert_ne!(tags[0], tags[2]);
    }

    #[test]
    fn escapes_what_a_terminal_would_obey_and_cuts_at_a_character() {
        let clean = Redactor::OPEN.clean("a\u{1b}[31mb\u{202e}c\nd");
        assert_eq!(clean, "a\\u{1b}[31mb\\u{202e}c\\nd");
        for unseen in ['\u{ad}', '\u{61c}', '\u{200d}', '\u{2028}', '\u{2060}', '\u{2069}', '\u{e0041}'] {
            let clean = Redactor::OPEN.clean(&unseen.to_string()).into_owned();
            assert_eq!(clean, format!("\\u{{{:x}}}", u32::from(unseen)));
        }
        assert_eq!(Redactor::OPEN.excerpt("äöüß", 2), "äö…");
        assert_eq!(Redactor::OPEN.excerpt("ab", 2), "ab");
    }
}
