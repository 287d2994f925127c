//! Secrets never leave the program, and neither do terminal escapes.
//!
//! Every text that goes from a log into a report passes through [`Redactor`] before it is cut, so that half a key
//! never survives the cutting. Secrets are known by their shape ([`shapes`]) or by their place ([`places`]), in the text as
//! it stands and as it was before somebody escaped, coloured or wrapped it ([`decoding`]). This module knows nothing of the
//! others.

mod controls;
mod decoding;
mod personal;
mod places;
mod shapes;

use std::borrow::Cow;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

pub(crate) use personal::Personal;

use decoding::Reading;

/// Bytes of a text in which secrets are looked for that captures may have been cut out of.
const MAX_CONTEXT: usize = 64 << 10;
/// Times that a text is looked through again.
const MAX_PASSES: usize = 4;
/// A piece of a secret that is shorter tells nothing.
const MIN_PIECE: usize = 8;

/// Cleans texts on their way out of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redactor {
    secrets: bool,
    personal: bool,
}

impl Redactor {
    /// Masks secrets and escapes control characters; what every output uses by default.
    pub const MASKING: Self = Self { secrets: true, personal: false };
    /// Escapes control characters only (`--no-redact`).
    pub const OPEN: Self = Self { secrets: false, personal: false };
    /// Masks telephone numbers and e-mail addresses as well (`--redact-personal`).
    pub const PERSONAL: Self = Self { secrets: true, personal: true };

    /// The text with secrets masked and control characters made visible.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.mask(text) {
            Cow::Borrowed(text) => match controls::escape(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text),
                Cow::Owned(escaped) => Cow::Owned(self.mask_again(escaped)),
            },
            Cow::Owned(masked) => Cow::Owned(self.mask_again(controls::escape(&masked).into_owned())),
        }
    }

    /// [`clean`](Self::clean) for a text of several lines, which stay lines. A secret may go over some of them.
    pub fn clean_lines(&self, text: &str) -> String {
        self.mask_again(controls::escape_lines(&self.mask(text)))
    }

    /// [`clean`](Self::clean), then cut to `max_chars` characters with an ellipsis where something was left out.
    pub fn excerpt(&self, text: &str, max_chars: usize) -> String {
        let bounded = prefix(text, max_chars.saturating_mul(8));
        shortened(&self.clean(bounded), max_chars, bounded.len() < text.len())
    }

    /// What must not be shown of a record, so that it can be found again in the pieces that were cut out of its texts.
    pub fn secrets<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Secrets {
        let mut secrets = Vec::new();
        for text in texts {
            for found in self.find(prefix(text, MAX_CONTEXT)) {
                let raw = text[found.range.clone()].to_owned();
                if raw != found.content && raw.len() >= MIN_PIECE {
                    secrets.push((raw, found.mask.clone()));
                }
                if found.content.len() >= MIN_PIECE {
                    secrets.push((found.content, found.mask));
                }
            }
        }
        // The longer first: it may hold the shorter.
        secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Secrets(secrets)
    }

    /// [`excerpt`](Self::excerpt) of a piece of a text that holds these secrets: what of them is in the piece is masked, too,
    /// though neither shape nor place may be left to tell it.
    pub fn excerpt_of_piece(&self, piece: &str, max_chars: usize, secrets: &Secrets) -> String {
        match secrets.0.is_empty() {
            true => self.excerpt(piece, max_chars),
            false => self.excerpt(&secrets.mask(prefix(piece, max_chars.saturating_mul(8))), max_chars),
        }
    }

    /// The text with secrets masked.
    fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = self.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
        for Found { range, mask, .. } in found {
            out.push_str(&text[copied..range.start]);
            out.push_str(&mask);
            copied = range.end;
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// Masks what is seen only now that something is masked or escaped: a value may end there that went on before.
    fn mask_again(&self, mut text: String) -> String {
        for _ in 0..MAX_PASSES {
            match self.mask(&text) {
                Cow::Owned(masked) if masked != text => text = masked,
                _ => break,
            }
        }
        text
    }

    /// What is to be masked, in order, without overlaps.
    fn find(&self, text: &str) -> Vec<Found> {
        let mut all = Vec::new();
        if !self.secrets && !self.personal {
            return all;
        }
        for reading in Reading::all(text) {
            let mut note = |range: Range<usize>, what: What| {
                let range = characters(&reading.text, range);
                let content = reading.text[range.clone()].to_owned();
                let range = characters(text, reading.origin(range));
                all.push(Found { range, mask: what.mask(&content), content, what });
            };
            if self.secrets {
                let mut found = Vec::new();
                shapes::find(&reading, &mut found);
                found.drain(..).for_each(|range| note(range, What::Shape));
                places::find(&reading, &mut found);
                found.into_iter().for_each(|range| note(range, What::Place));
            }
            if self.personal {
                let mut found = Vec::new();
                personal::find(&reading, &mut found);
                found.into_iter().for_each(|(range, what)| note(range, What::Personal(what)));
            }
        }
        joined(all)
    }
}

/// What was found.
#[derive(Debug, Clone)]
struct Found {
    range: Range<usize>,
    what: What,
    /// As it was before it was escaped.
    content: String,
    mask: String,
}

/// By what it was found; what tells more stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Shape,
    Place,
    Personal(Personal),
}

impl What {
    /// What stands for it. Equal secrets get the same four digits, so that "the same key" can still be seen.
    fn mask(self, content: &str) -> String {
        match self {
            Self::Shape | Self::Place => tag("redacted", content),
            Self::Personal(Personal::Phone) => tag(Personal::Phone.name(), &personal::digits(content)),
            Self::Personal(Personal::Email) => tag(Personal::Email.name(), &content.to_lowercase()),
        }
    }

    fn order(self) -> u8 {
        match self {
            Self::Shape => 0,
            Self::Place => 1,
            Self::Personal(_) => 2,
        }
    }
}

/// What overlaps is masked as one, with the mask of what tells most: a key has the same wherever it stands.
fn joined(mut all: Vec<Found>) -> Vec<Found> {
    all.sort_by_key(|found| (found.range.start, found.what.order(), std::cmp::Reverse(found.range.end)));
    let mut out: Vec<Found> = Vec::with_capacity(all.len());
    for found in all {
        match out.last_mut() {
            Some(last) if found.range.start < last.range.end => {
                let range = last.range.start..last.range.end.max(found.range.end);
                // The same shape read again in another way may be longer: a reading that ends early was cut by an escape.
                let longer = found.range.len() > last.range.len() || found.content.len() > last.content.len();
                let is_better = match found.what.order().cmp(&last.what.order()) {
                    std::cmp::Ordering::Less => true,
                    std::cmp::Ordering::Equal => longer,
                    std::cmp::Ordering::Greater => false,
                };
                if is_better {
                    *last = found;
                }
                last.range = range;
            }
            _ => out.push(found),
        }
    }
    out
}

/// The secrets of a record.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// A piece without what belongs to a secret: all of one, a part of one, or the end or beginning of one at its edge.
    pub(crate) fn mask(&self, piece: &str) -> String {
        let mut out = piece.to_owned();
        for (secret, mask) in &self.0 {
            if out.len() >= MIN_PIECE && secret.contains(out.as_str()) {
                return mask.clone();
            }
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), mask);
            }
            let lengths = || (MIN_PIECE..secret.len().min(out.len())).rev();
            let end = lengths().find(|&n| secret.is_char_boundary(n) && out.ends_with(&secret[..n]));
            if let Some(length) = end {
                out.truncate(out.len() - length);
                out.push_str(mask);
                continue;
            }
            let tail = |n: usize| secret.get(secret.len() - n..);
            if let Some(length) = lengths().find(|&n| tail(n).is_some_and(|tail| out.starts_with(tail))) {
                out.replace_range(..length, mask);
            }
        }
        out
    }
}

fn tag(name: &str, content: &str) -> String {
    format!("[{name}:{:04x}]", xxh3_64(content.as_bytes()) & 0xffff)
}

/// A prefix of at most `max_bytes` bytes that ends where no secret goes on, so that none is cut in half before it could be
/// recognised.
fn prefix(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let end = (0..=max_bytes).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let bounded = &text[..end];
    let goes_on = |c: char| !c.is_whitespace() && !matches!(c, ',' | ';' | '(' | ')' | '{' | '}' | '<' | '>');
    bounded.trim_end_matches(goes_on)
}

fn shortened(clean: &str, max_chars: usize, is_cut: bool) -> String {
    match clean.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None if is_cut => format!("{}…", clean.trim_end()),
        None => clean.to_owned(),
    }
}

/// A range that begins and ends between two characters.
fn characters(text: &str, range: Range<usize>) -> Range<usize> {
    let start = (0..=range.start.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let end = (range.end..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_at_the_end_of_a_line_is_no_password_when_it_is_cleaned_again() {
        let once = Redactor::MASKING.clean("target: ws://127.0.0.1:18789\n12:29:49 joe@x: ws://h:1\r\n@");
        assert_eq!(Redactor::MASKING.clean(&once), once);
    }

    #[test]
    fn a_header_is_masked_whatever_it_was_shortened_to_elsewhere() {
        let text = "x-cookie: id=1; session=abcdef\u{1}or conn=649c6b33…4830 closed\nnext";
        let once = Redactor::MASKING.clean(text);
        assert!(!once.contains("abcdef"), "{once}");
        assert_eq!(Redactor::MASKING.clean(&once), once);
        let text = "Cookie: conn=649c6b33…4830; session=abcdef";
        assert!(!Redactor::MASKING.clean(text).contains("abcdef"));
        let masked = "Cookie: [redacted:0a1b]; x";
        assert_eq!(Redactor::MASKING.clean(masked), masked);
    }

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
            assert_eq!(Redactor::MASKING.clean(&clean), clean, "a clean text stays as it is");
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
            "runId=cab52cbb-7144-44d8-b45b-c113863dfdcb sessionKey=agent:main:explicit:cab52cbb-7144",
            "model claude-opus-4-5-20251101, gpt-5.2-codex-max, deepseek-r1-distill-llama-70b",
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
        let key = "sk-ant-api03-AAAAbbbbCCCCdddd1111";
        let tags: std::collections::BTreeSet<String> = [
            key.to_owned(),
            format!("x-api-key: {key}."),
            format!(r#"{{\"apiKey\":\"{key}\"}}"#),
            format!("?key%3D{key}"),
            key.replace("api03", "api\u{1b}[31m03"),
            key.replace("api03", "\\u0061pi03"),
        ]
        .iter()
        .filter_map(|text| Some(Redactor::MASKING.clean(text).split_once("[redacted:")?.1[..4].to_owned()))
        .collect();
        assert_eq!(tags.len(), 1, "{tags:?}");
    }

    #[test]
    fn a_piece_of_a_secret_is_masked_without_its_place() {
        let text = "x-api-key: abcd1234efgh5678 refused for user joe";
        let secrets = Redactor::MASKING.secrets([text]);
        let piece = |piece: &str| Redactor::MASKING.excerpt_of_piece(piece, 200, &secrets);
        for part in ["abcd1234efgh5678", "1234efgh5678", "1234efgh5678 refused", "key abcd1234e"] {
            let shown = piece(part);
            assert!(shown.contains("[redacted:") && !shown.contains("1234e"), "{part}: {shown}");
        }
        assert_eq!(piece("joe"), "joe");
    }

    #[test]
    fn people_are_masked_where_that_is_asked_for() {
        let text = "to +49 151 1234567, joe@x.org and 491511234567@s.whatsapp.net";
        assert_eq!(Redactor::MASKING.clean(text), text);
        let clean = Redactor::PERSONAL.clean(text);
        let [phone, account] =
            [1, 4].map(|at| clean.split(' ').nth(at).map(|word| word.trim_end_matches(',')));
        assert_eq!(phone, account, "{clean}");
        assert!(clean.contains("[email:") && !clean.contains("151"), "{clean}");
        assert_eq!(Redactor::PERSONAL.clean(&clean), clean);
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
        assert_eq!(Redactor::OPEN.clean_lines("a\u{7}\r\nb"), "a\\u{7}\nb");
    }

    #[test]
    fn no_secret_is_cut_before_it_is_seen() {
        for before in 0..80 {
            let text =
                format!("{}sk-ant-api03-AAAAbbbbCCCCdddd1111,{}", "x ".repeat(before), "y".repeat(200));
            for max in [1, 2, 5, 8, 10] {
                let shown = Redactor::MASKING.excerpt(&text, max);
                assert!(!shown.contains("api03"), "{before} {max}: {shown}");
            }
        }
    }
}
