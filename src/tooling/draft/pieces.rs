//! Splits a text into variable parts, which a signature masks, and fixed parts, which it looks for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::record::SUBSTITUTE;
use clawsift_catalogue::pattern::Pattern;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Fixed text.
    Fixed(String),
    /// White space.
    Space,
    /// Variable text, which `pattern` matches. With a name it becomes a capture.
    Varying { name: Option<String>, pattern: &'static str },
}

/// Patterns for any word: all characters up to a delimiter.
const WORD: &str = r#"[^\s,;)"'<>]+"#;
const HOST: &str = r#"[^\s/:?#,;)"'<>]+"#;
const NUMBER: &str = r"\d+";
/// Maximum length of a quoted value, in bytes; a longer quotation is a text.
const MAX_QUOTED: usize = 120;
/// Words that precede an HTTP status.
const BEFORE_STATUS: [&str; 12] = [
    "http",
    "http/1.1",
    "http/2",
    "status",
    "status=",
    "status:",
    "status code",
    "status\":",
    "code",
    "code=",
    "code:",
    "code\":",
];
/// Keys whose values identify an instance and not the kind of failure.
const WHO: [&str; 12] = [
    "provider", "model", "channel", "host", "hostname", "user", "agent", "lane", "plugin", "server", "tool",
    "account",
];
/// Technical terms with digits that never vary.
const TERMS: [&str; 14] = [
    "http2", "h2", "oauth2", "sha256", "sha1", "md5", "base64", "utf8", "utf-8", "ipv4", "ipv6", "x509",
    "sqlite3", "s3",
];
/// Top-level domains. `config.json` and `gateway.auth.token` only look like host names.
const DOMAINS: [&str; 30] = [
    "com",
    "org",
    "net",
    "io",
    "ai",
    "dev",
    "app",
    "cloud",
    "co",
    "cn",
    "de",
    "eu",
    "uk",
    "fr",
    "jp",
    "us",
    "info",
    "local",
    "localdomain",
    "lan",
    "internal",
    "intranet",
    "corp",
    "home",
    "arpa",
    "test",
    "example",
    "invalid",
    "localhost",
    "svc",
];

/// A kind of value recognized by its form: capture name, pattern at the current position, and pattern for the
/// signature.
struct Form {
    name: Option<&'static str>,
    looks: Option<Pattern>,
    pattern: &'static str,
    /// Additional check of the text before the value and of the value itself, which an expression cannot express.
    is_one: fn(&str, &str) -> bool,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |name, looks: &str, pattern, is_one| Form {
        name,
        looks: Pattern::new(&format!("^(?:{looks})")).ok(),
        pattern,
        is_one,
    };
    let always = |_: &str, _: &str| true;
    vec![
        form(
            Some("time"),
            r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?",
            r"\d[\dtz:., +-]*",
            always,
        ),
        form(Some("time"), r"\d{1,2}:\d\d:\d\d(?:[.,]\d+)?", r"[\d:.,]+", always),
        form(Some("host"), r"\d{1,3}(?:\.\d{1,3}){3}", r"[\d.]+", always),
        form(
            Some("host"),
            r"[0-9a-fA-F]{0,4}::[0-9a-fA-F:]*|(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}",
            r"[0-9a-f:]+",
            always,
        ),
        form(Some("host"), r"localhost|(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,}", HOST, is_host),
        form(Some("id"), r"[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*", r"[0-9a-f-]+", has_digits_and_letters),
        form(Some("number"), r"\d+", NUMBER, |before, number| !is_status(before, number)),
        form(Some("number"), r"\d+(?:[.,]\d+)+", r"[\d.,]+", always),
    ]
});

static URL: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?<host>[^\s/:?#@,;)"'<>]+)(?::(?<port>\d+))?(?<path>[/?#][^\s,;)"'<>]*)?"#,
    )
    .ok()
});

static PATH: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"^(?:[~.]{0,2}/[\w.@-]|[A-Za-z]:\\)[^\s:,;)"'<>]*"#).ok());

/// A number and its unit.
static MEASURE: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r"^(?<number>\d+(?:\.\d+)?)(?<unit>ms|s|m|h|d|[KMGkmg]i?[Bb]?|B|x)\b").ok()
});

static REDACTED: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^\[redacted(?::[0-9a-f]+)?\]").ok());

static KEY: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r#"(?:^|[\s(\[{,"'])(?<key>[A-Za-z][A-Za-z0-9_]*)["']?[=:]["']?$"#).ok());

/// Splits a text into parts. `varying` are words that are known to differ, independent of their form.
pub(super) fn pieces(text: &str, varying: &BTreeSet<&str>) -> Vec<Piece> {
    let mut reader = Reader { text, at: 0, pieces: Vec::new() };
    while reader.at < text.len() {
        reader.next(varying);
    }
    reader.pieces
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    pieces: Vec<Piece>,
}

impl Reader<'_> {
    fn next(&mut self, varying: &BTreeSet<&str>) {
        let (before, rest) = self.text.split_at(self.at);
        let Some(c) = rest.chars().next() else { return };
        if c.is_whitespace() {
            if self.pieces.last() != Some(&Piece::Space) {
                self.pieces.push(Piece::Space);
            }
            self.at += c.len_utf8();
            return;
        }
        if c == SUBSTITUTE {
            // The key distinguishes a duration from an id. A duration has no diagnostic value, so it is not captured.
            let is_duration = key(before).is_some_and(|key| key.ends_with("Ms"));
            self.vary((!is_duration).then_some("id"), WORD, c.len_utf8());
            return;
        }
        if let Some(found) = REDACTED.as_ref().and_then(|pattern| pattern.find(rest)) {
            self.vary(None, WORD, found.end);
            return;
        }
        let is_start =
            before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != SUBSTITUTE);
        if !is_start
            || !(self.quoted()
                || self.url()
                || self.path()
                || self.known_word(varying)
                || self.form()
                || self.word())
        {
            self.fix(c.len_utf8());
        }
    }

    /// Reads a quoted value, except for keys and strings of JSON.
    fn quoted(&mut self) -> bool {
        let (before, rest) = self.text.split_at(self.at);
        let (pattern, quote) = match rest.as_bytes()[0] {
            b'"' => (r#"[^"\n]+"#, '"'),
            b'\'' => (r"[^'\n]+", '\''),
            b'`' => (r"[^`\n]+", '`'),
            _ => return false,
        };
        let opens = before.chars().next_back().is_none_or(|c| c.is_whitespace() || "(=:[".contains(c));
        let Some(length) = rest[1..].find(quote).filter(|&length| (1..=MAX_QUOTED).contains(&length)) else {
            return false;
        };
        let closes =
            rest[length + 2..].chars().next().is_none_or(|c| c.is_whitespace() || ",;.:)]".contains(c));
        let is_json =
            before.ends_with("\":") || rest[length + 2..].starts_with(':') || rest[1..=length].contains('\n');
        if !opens || !closes || is_json {
            return false;
        }
        self.fix(1);
        self.vary(Some("quoted"), pattern, length);
        self.fix(1);
        true
    }

    fn url(&mut self) -> bool {
        let text = self.text;
        let Some(found) = URL.as_ref().and_then(|pattern| pattern.captures(&text[self.at..])) else {
            return false;
        };
        self.fix(found["scheme"].len());
        self.vary(Some("host"), HOST, found["host"].len());
        if let Some(port) = found.name("port") {
            self.fix(1);
            self.vary(Some("port"), NUMBER, port.len());
        }
        let path = found["path"].trim_end_matches('.');
        if !path.is_empty() {
            self.vary(None, WORD, path.len());
        }
        true
    }

    fn path(&mut self) -> bool {
        let Some(found) = PATH.as_ref().and_then(|pattern| pattern.find(&self.text[self.at..])) else {
            return false;
        };
        let path = self.text[self.at..][found].trim_end_matches('.');
        self.vary(Some("path"), r#"[^\s:,;)"'<>]+"#, path.len());
        true
    }

    /// Reads a word that is known to vary.
    fn known_word(&mut self, varying: &BTreeSet<&str>) -> bool {
        let rest = &self.text[self.at..];
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let is_whole = self.text[..self.at].chars().next_back().is_none_or(char::is_whitespace);
        if !is_whole || !varying.contains(word) {
            return false;
        }
        let length = word.trim_end_matches(|c: char| ",;:.)\"'<>".contains(c)).len();
        if length > 0 {
            self.vary(Some("name"), WORD, length);
        }
        length > 0
    }

    fn form(&mut self) -> bool {
        let (before, rest) = self.text.split_at(self.at);
        for form in FORMS.iter() {
            let Some(found) = form.looks.as_ref().and_then(|pattern| pattern.find(rest)) else { continue };
            let ends = rest[found.end..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let goes_on = rest[found.end..].starts_with(['-', '.'])
                && rest[found.end + 1..].starts_with(|c: char| c.is_alphanumeric());
            if !ends || goes_on || !(form.is_one)(before, &rest[found.clone()]) {
                continue;
            }
            self.vary(form.name, form.pattern, found.end);
            let port = self.text[self.at..].strip_prefix(':').unwrap_or_default();
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            if form.name == Some("host") && (1..=5).contains(&digits) {
                self.fix(1);
                self.vary(Some("port"), NUMBER, digits);
            }
            return true;
        }
        false
    }

    /// Reads a word: fixed, except for a number with a unit, a name with digits, or a value that identifies an
    /// instance.
    fn word(&mut self) -> bool {
        let (before, rest) = self.text.split_at(self.at);
        if let Some(found) = MEASURE.as_ref().and_then(|pattern| pattern.captures(rest)) {
            let (number, unit) = (found["number"].len(), found["unit"].len());
            let pattern = if found["number"].contains('.') { r"[\d.]+" } else { NUMBER };
            self.vary(Some("number"), pattern, number);
            self.fix(unit);
            return true;
        }
        let is_of_word = |c: char| c.is_alphanumeric() || "_.-".contains(c);
        let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches(['.', '-']);
        if word.is_empty() {
            return false;
        }
        let is_code =
            !word.chars().any(char::is_lowercase) && word.chars().filter(|c| c.is_alphabetic()).count() > 2;
        let is_term =
            TERMS.contains(&word.to_ascii_lowercase().as_str()) || is_code || is_status(before, word);
        let is_name = !is_term && (word.chars().any(|c| c.is_ascii_digit()) || is_random(word));
        let tells_who = before.ends_with('=') && key(before).is_some_and(|key| WHO.contains(&key));
        match is_name || tells_who {
            true => {
                // The name of a model may contain slashes and colons.
                let whole =
                    rest.find(|c: char| c.is_whitespace() || ",;)\"'<>]}".contains(c)).unwrap_or(rest.len());
                let length =
                    if tells_who { rest[..whole].trim_end_matches([':', '.']).len() } else { word.len() };
                self.vary(Some("name"), WORD, length);
            }
            false => self.fix(word.len()),
        }
        true
    }

    fn fix(&mut self, length: usize) {
        let text = &self.text[self.at..self.at + length];
        match self.pieces.last_mut() {
            Some(Piece::Fixed(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Fixed(text.to_owned())),
        }
        self.at += length;
    }

    /// Adds a variable part. A value with a key in the text (`attempt=3`) is named after the key.
    fn vary(&mut self, name: Option<&str>, pattern: &'static str, length: usize) {
        let name = name.map(|name| match key(&self.text[..self.at]) {
            Some(key)
                if name != "port" && self.text[..self.at].trim_end_matches(['"', '\'']).ends_with('=') =>
            {
                capture_name(key)
            }
            _ => name.to_owned(),
        });
        self.pieces.push(Piece::Varying { name, pattern });
        self.at += length;
    }
}

/// Returns the key of the next value, as in `attempt=` and `"attempt":`.
fn key(before: &str) -> Option<&str> {
    // Only the end of the text matters, and keys are short.
    let start = (before.len().saturating_sub(60)..=before.len()).find(|&at| before.is_char_boundary(at))?;
    KEY.as_ref()?.captures(&before[start..])?.name("key")
}

/// Converts `delayMax` to `delay_max`.
fn capture_name(key: &str) -> String {
    let mut name = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() && name.ends_with(|before: char| before.is_ascii_lowercase()) {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// Returns true if a number is the HTTP status of a failed request, which must stay fixed.
fn is_status(before: &str, number: &str) -> bool {
    let is_failure =
        number.len() == 3 && number.parse::<u16>().is_ok_and(|status| (400..600).contains(&status));
    let before = before.trim_end().to_ascii_lowercase();
    let before = before.trim_end_matches('(').trim_end();
    is_failure && (before.is_empty() || BEFORE_STATUS.iter().any(|name| before.ends_with(name)))
}

fn is_host(before: &str, host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_sought =
        ["ENOTFOUND ", "EAI_AGAIN ", "ECONNREFUSED ", "ETIMEDOUT "].iter().any(|code| before.ends_with(code));
    is_sought || DOMAINS.contains(&last.as_str())
}

fn has_digits_and_letters(_: &str, text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Returns true if a word has the unusual mix of upper and lower case of a random id: `org-AbCdEfGhIjKlMnOp`.
fn is_random(word: &str) -> bool {
    word.split(['-', '_', '.']).any(|part| {
        let rises = part
            .as_bytes()
            .windows(2)
            .filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
        part.len() >= 10 && rises.count() * 4 >= part.len()
    })
}
