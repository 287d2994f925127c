//! The words of a text as concepts see them: in lower case, compound names split, with a kind in place of what only identifies.
//!
//! `API_KEY`, `apiKey` and `api-key` are all `api key`; "can't" is `can not`; a number is `#`, an address `<host>` or `<url>`, a
//! file `<path>`. The names and values of fields are left out unless the name tells of a failure. Each word keeps its place in the text.

use std::net::Ipv4Addr;
use std::ops::Range;

use crate::record::{SUBSTITUTE, start};

use super::fields::{self, Field};

/// Maximum number of bytes of a text that are read, and maximum number of words.
const MAX_TEXT: usize = 6000;
const MAX_WORDS: usize = 600;

/// How far apart the words are that a mark separates.
const MARKS: [(char, u32); 9] =
    [('.', 4), ('。', 4), (';', 2), ('；', 2), ('!', 3), ('?', 3), ('…', 3), ('·', 4), ('—', 2)];
/// Last parts of host names.
const DOMAINS: [&str; 21] = [
    "com", "org", "net", "io", "ai", "dev", "cn", "local", "lan", "internal", "test", "example", "corp",
    "de", "app", "co", "me", "home", "arpa", "sh", "us",
];
/// Numbers that mean something by themselves: close codes of WebSockets, exit codes of killed processes.
const SPEAKING: [&str; 9] = ["1000", "1005", "1006", "1008", "1011", "1012", "137", "139", "0"];

/// Parts of names of things that deal with failures.
const THINGS: [&str; 20] = [
    "handler",
    "tracker",
    "hook",
    "hooks",
    "watch",
    "watcher",
    "watchdog",
    "reporter",
    "dashboard",
    "sentry",
    "guard",
    "monitor",
    "logger",
    "alert",
    "alerts",
    "bot",
    "helper",
    "digest",
    "drill",
    "codes",
];

/// The place of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    /// Number of words before it; a mark counts as some.
    pub position: u32,
    pub clause: u32,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// What is done with the words of a text.
pub(super) trait Words {
    /// Takes a word.
    fn word(&mut self, word: &str, at: At);

    /// Returns the length in bytes of the longest known word at the start of a text in a script without spaces; 0 for none.
    fn longest(&self, text: &str) -> usize;

    /// Returns the words for which a name with capitals in the middle stands.
    fn name(&self, name: &str) -> Option<&str>;
}

/// Reads a text, and hands its words on.
pub(super) struct Reader<'t, W> {
    text: &'t str,
    statuses: &'t [u16],
    words: &'t mut W,
    /// Sentences in quotation marks are those of others.
    skips_quoted: bool,
    at: usize,
    position: u32,
    clause: u32,
    count: usize,
}

impl<'t, W: Words> Reader<'t, W> {
    /// Creates a reader; of the numbers in the text, `statuses` are HTTP statuses. Positions and clauses begin behind `after`.
    pub fn new(
        text: &'t str,
        statuses: &'t [u16],
        words: &'t mut W,
        after: (u32, u32),
        skips_quoted: bool,
    ) -> Self {
        let (position, clause) = after;
        Self { text: start(text, MAX_TEXT), statuses, words, skips_quoted, at: 0, position, clause, count: 0 }
    }

    /// Reads the text, and returns the next position and clause.
    pub fn read(mut self) -> (u32, u32) {
        while let Some(next) = self.rest().chars().next()
            && self.count < MAX_WORDS
        {
            self.part(next);
        }
        (self.position + 1, self.clause + 1)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Reads what begins with `next`.
    fn part(&mut self, next: char) {
        match next {
            '\n' | '|' => self.skip_and_break(next.len_utf8()),
            '\u{1b}' => self.at += self.length_of_escape(),
            SUBSTITUTE => self.known("<id>", next.len_utf8()),
            '#' | '✗' => self.known(if next == '#' { "#" } else { "✗" }, next.len_utf8()),
            '"' => self.quotation_mark(),
            '“' | '„' | '«' => self.quoted(&['”', '“', '»']),
            '0'..='9' => self.number(),
            '/' | '~' | '.' | '\\' if self.is_path() => self.path(),
            '\'' | '’' => self.at += next.len_utf8(),
            _ if is_without_spaces(next) => self.unspaced(),
            _ if next.is_alphabetic() => self.name(),
            _ => self.mark(next),
        }
    }

    /// A mark between words.
    fn mark(&mut self, mark: char) {
        self.at += mark.len_utf8();
        let ends = self.rest().starts_with(char::is_whitespace) || self.rest().is_empty() || !mark.is_ascii();
        if let Some((_, gap)) = MARKS.iter().find(|(known, _)| *known == mark && ends) {
            self.position += gap;
        }
    }

    fn skip_and_break(&mut self, bytes: usize) {
        self.at += bytes;
        self.clause += 1;
    }

    /// Takes `bytes` of the text as a known word.
    fn known(&mut self, word: &str, bytes: usize) {
        let range = self.at..self.at + bytes;
        self.at = range.end;
        self.emit(word, range);
    }

    fn emit(&mut self, word: &str, range: Range<usize>) {
        self.words.word(word, At { position: self.position, clause: self.clause, range });
        self.position += 1;
        self.count += 1;
    }

    fn emit_all(&mut self, words: &str, range: &Range<usize>) {
        words.split(' ').for_each(|word| self.emit(word, range.clone()));
    }

    fn length_of_escape(&self) -> usize {
        let end =
            self.rest().find(|c: char| c.is_ascii_alphabetic()).map_or(self.rest().len(), |end| end + 1);
        end.min(16)
    }

    /// A quotation mark: that before the name of a field in JSON, or one without meaning.
    fn quotation_mark(&mut self) {
        match fields::in_json(self.rest()) {
            Some(field) => self.field(&field),
            None => self.quoted(&['"']),
        }
    }

    /// Text in quotation marks: words as any other, unless it is a sentence of somebody else.
    fn quoted(&mut self, closing: &[char]) {
        let opening = self.rest().chars().next().map_or(1, char::len_utf8);
        let inner = &self.rest()[opening..];
        let line = inner.split('\n').next().unwrap_or_default();
        let end = line.find(closing).filter(|_| self.skips_quoted);
        let is_sentence = |text: &str| text.split_whitespace().nth(1).is_some() || !text.is_ascii();
        match end {
            Some(end) if is_sentence(&line[..end]) => self.skip_and_break(opening + end),
            _ => self.at += opening,
        }
    }

    /// Reads on in the value of a field that tells of a failure; leaves out any other.
    fn field(&mut self, field: &Field<'_>) {
        self.skip_and_break(field.value.start);
        if field.is_clean_exit() {
            self.known("<exit-0>", 0);
        }
        if field.tells_of_failure() {
            return;
        }
        self.skip_and_break(field.value.len());
    }

    /// A number, an address of numbers, or a status.
    fn number(&mut self) {
        let rest = self.rest();
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
        let whole = rest[..length].trim_end_matches(['.', ',']);
        let range = self.at..self.at + whole.len();
        if whole.parse::<Ipv4Addr>().is_ok() {
            let port = port_behind(&rest[whole.len()..]);
            self.at = range.end + port.map_or(0, |port| port.len() + 1);
            return self.address(whole, port, &range);
        }
        self.at = range.end;
        let is_status = |number: u16| self.statuses.contains(&number);
        match whole {
            _ if whole.parse().is_ok_and(is_status) => self.emit(&format!("http{whole}"), range),
            "18789" => self.emit("port18789", range),
            _ if whole.bytes().all(|byte| byte == b'0') => self.emit("0", range),
            _ if SPEAKING.contains(&whole) => self.emit(whole, range),
            _ => self.emit("#", range),
        }
    }

    /// A host, told by its address or name, and its port.
    fn address(&mut self, host: &str, port: Option<&str>, range: &Range<usize>) {
        let kind = match host {
            "localhost" | "host.docker.internal" | "::1" => "loopback",
            _ => host.parse().map_or("<host>", kind_of),
        };
        self.emit(kind, range.clone());
        for channel in ["telegram", "discord", "slack", "whatsapp"] {
            if host.contains(channel) {
                self.emit(&format!("<{channel}>"), range.clone());
            }
        }
        if let Some(port) = port {
            self.emit(&format!("port{port}"), range.clone());
        }
    }

    /// Returns true if a path begins here: a slash behind which a name stands.
    fn is_path(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '<')) {
            return false;
        }
        let rest = self.rest().trim_start_matches(['~', '.']);
        rest.starts_with(['/', '\\'])
            && rest[1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_'))
    }

    fn path(&mut self) {
        let rest = self.rest();
        let is_over = |c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')' | '(' | '>' | '|' | ':')
        };
        let path = &rest[..rest.find(is_over).unwrap_or(rest.len())];
        let range = self.at..self.at + path.len();
        self.at = range.end;
        self.emit("<path>", range.clone());
        self.file(path, &range);
    }

    /// What a file's name tells of it.
    fn file(&mut self, path: &str, range: &Range<usize>) {
        let path = path.to_ascii_lowercase();
        let configs = ["openclaw.json", "config.yaml", "config.yml", "config.json", "config.toml"];
        if configs.iter().any(|name| path.contains(name)) {
            self.emit_all("openclaw json", range);
        }
        if [".sqlite", ".db"].iter().any(|ending| path.contains(ending)) {
            self.emit("<sqlite>", range.clone());
        }
        if path.contains("/sessions/") || path.ends_with(".jsonl") {
            self.emit("<session>", range.clone());
        }
    }

    /// Words of a script without spaces: the longest known one, or one character.
    fn unspaced(&mut self) {
        let longest = self.words.longest(self.rest());
        let length = match longest {
            0 => self.rest().chars().next().map_or(1, char::len_utf8),
            known => known,
        };
        let word = &self.rest()[..length];
        self.known(word, length);
    }

    /// A name: a word, several in one, the name of a field, a host, a file, or an address with a scheme.
    fn name(&mut self) {
        let rest = self.rest();
        let is_part = |c: char| {
            c.is_alphanumeric() && !is_without_spaces(c) || matches!(c, '_' | '-' | '.' | '\'' | '’')
        };
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let whole = rest[..length].trim_end_matches(['.', '-', '\'', '’']);
        let behind = &rest[whole.len()..];
        let range = self.at..self.at + whole.len();
        // Most words are nothing but that.
        if whole.bytes().all(|byte| byte.is_ascii_lowercase())
            && !behind.starts_with([':', '='])
            && whole != "cannot"
        {
            self.at = range.end;
            return self.emit(whole, range);
        }
        if behind.starts_with("://") {
            return self.url();
        }
        if let Some(field) = fields::in_text(whole, behind) {
            return self.field(&field);
        }
        let lower = whole.to_ascii_lowercase();
        if is_host(&lower) {
            let port = port_behind(behind);
            self.at = range.end + port.map_or(0, |port| port.len() + 1);
            return self.address(&lower, port, &range);
        }
        self.at = range.end;
        if lower.contains('.')
            && [".jsonl", ".sqlite", ".db", "openclaw.json"].iter().any(|part| lower.contains(part))
        {
            return self.file(&lower, &range);
        }
        if is_name(&lower) {
            return self.emit("<name>", range);
        }
        if is_id(&lower) {
            return self.emit("<id>", range);
        }
        let mut start = range.start;
        for part in whole.split(['_', '-', '.']) {
            self.compound(part, start);
            start += part.len() + 1;
        }
    }

    /// Words that capitals separate, and contractions.
    fn compound(&mut self, part: &str, start: usize) {
        let range = start..start + part.len();
        if let Some(words) = self.words.name(part) {
            let words = words.to_owned();
            return self.emit_all(&words, &range);
        }
        let mut first = 0;
        let chars: Vec<(usize, char)> = part.char_indices().collect();
        for window in chars.windows(2).enumerate() {
            let (index, [(_, a), (at, b)]) = window else { continue };
            let is_hump = a.is_lowercase() && b.is_uppercase();
            let is_next_lower = || chars.get(index + 2).is_some_and(|(_, c)| c.is_lowercase());
            if is_hump || (a.is_uppercase() && b.is_uppercase() && is_next_lower()) {
                self.plain(&part[first..*at], start + first);
                first = *at;
            }
        }
        self.plain(&part[first..], start + first);
    }

    fn plain(&mut self, word: &str, start: usize) {
        if word.is_empty() {
            return;
        }
        let range = start..start + word.len();
        let lower = word.replace('’', "'").to_lowercase();
        match lower.as_str() {
            "can't" | "cannot" => self.emit_all("can not", &range),
            "won't" => self.emit_all("will not", &range),
            _ => match lower.split_once('\'') {
                Some((verb, "t")) => {
                    self.emit(verb.strip_suffix('n').unwrap_or(verb), range.clone());
                    self.emit("not", range);
                }
                Some((word, _)) => self.emit(word, range),
                None => {
                    // `gpt-5`, `sha256`: digits at the end of a longer word say nothing.
                    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit());
                    let is_plain = lower.len() - bare.len() <= 2 || is_placeholder(&lower);
                    self.emit(if is_plain { &lower } else { bare }, range);
                }
            },
        }
    }

    /// An address with a scheme.
    fn url(&mut self) {
        let rest = self.rest();
        let is_over =
            |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ',' | '|' | '`');
        let url = &rest[..rest.find(is_over).unwrap_or(rest.len())];
        let range = self.at..self.at + url.len();
        self.at = range.end;
        let lower = url.to_ascii_lowercase();
        self.emit("<url>", range.clone());
        let authority = lower.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
            _ => (authority, None),
        };
        self.address(host.trim_matches(['[', ']']), port, &range);
        let sells = ["billing", "credit", "payment", "topup", "recharge", "/plan"];
        if sells.iter().any(|word| lower.contains(word)) {
            self.emit("<billing>", range);
        }
    }
}

/// Returns true for words such as `http429` and `port11434`.
fn is_placeholder(word: &str) -> bool {
    word.starts_with("http") || word.starts_with("port")
}

/// Returns true for characters of scripts that put no spaces between words.
pub(super) fn is_without_spaces(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Returns the word for an address: this machine, a private network, or another one.
fn kind_of(address: Ipv4Addr) -> &'static str {
    match () {
        () if address.is_loopback() || address.is_unspecified() => "loopback",
        () if address.is_private() => "lan",
        () => "<ip>",
    }
}

/// Returns true for names such as `api.example.com`.
fn is_host(name: &str) -> bool {
    name == "localhost"
        || name.rsplit_once('.').is_some_and(|(first, last)| !first.is_empty() && DOMAINS.contains(&last))
}

/// Returns the port in a text that begins `:8080`.
fn port_behind(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(':')?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    (2..=5).contains(&length).then(|| &digits[..length])
}

/// Returns true for names such as `error-handler`, which tell of no failure.
fn is_name(name: &str) -> bool {
    let parts = name.split('-');
    name.contains('-') && (parts.clone().count() > 3 || parts.clone().any(|part| THINGS.contains(&part)))
}

/// Returns true for what only identifies: hexadecimal digits of a length that no word has.
fn is_id(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    name.len() >= 10 && digits > 0 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
