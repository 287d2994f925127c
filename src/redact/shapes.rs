//! Secrets that their own shape gives away: a known beginning, an alphabet, a length.
//!
//! The shapes are those that the providers document or print. Of a run of letters that could as well be a word, a digit or
//! a capital is asked.

use std::ops::Range;
use std::sync::LazyLock;

use super::decoding::Reading;

/// What a part of a secret is made of.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Capitals and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Base64 of either alphabet.
    Base64,
    /// What a path or a token of several parts is made of.
    Dotted,
}

/// A part of a secret.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// So many characters, from the least to the most.
    Run(Of, usize, usize),
    /// This text.
    Text(&'static str),
}

/// How secrets of one kind look.
struct Shape {
    start: &'static str,
    parts: &'static [Part],
    /// The start tells nothing but the kind of address, and is shown.
    shows_start: bool,
}

const MANY: usize = 8192;

/// A start and so many characters behind it.
macro_rules! run {
    ($start:literal, $of:ident, $least:literal) => {
        Shape { start: $start, parts: &[Part::Run(Of::$of, $least, MANY)], shows_start: false }
    };
    ($start:literal, $of:ident, exactly $count:literal) => {
        Shape { start: $start, parts: &[Part::Run(Of::$of, $count, $count)], shows_start: false }
    };
}

/// An address that is a secret behind its start.
macro_rules! address {
    ($start:literal) => {
        Shape { start: $start, parts: &[Part::Run(Of::Dotted, 20, MANY)], shows_start: true }
    };
}

/// A start, and parts with dots between them.
macro_rules! dotted {
    ($start:literal, $($part:expr),+) => {
        Shape { start: $start, parts: &[$($part),+], shows_start: false }
    };
}

const DISCORD: &[Part] = &[
    Part::Run(Of::Word, 22, 27),
    Part::Text("."),
    Part::Run(Of::Word, 6, 7),
    Part::Text("."),
    Part::Run(Of::Word, 27, MANY),
];

/// All of them. Of two that begin alike the longer one stands first.
static SHAPES: &[Shape] = &[
    // Models: Anthropic, OpenAI, OpenRouter, DeepSeek, Moonshot, Qwen and whoever else copies OpenAI.
    run!("sk-", Word, 16),
    run!("gsk_", Word, 20),    // Groq
    run!("xai-", Word, 20),    // xAI
    run!("AIza", Word, 30),    // Google
    run!("AQ.", Word, 30),     // Google, newer
    run!("ya29.", Dotted, 20), // Google, OAuth
    run!("1//0", Word, 20),    // Google, refresh
    run!("GOCSPX-", Word, 16), // Google, client
    run!("hf_", Alnum, 20),    // Hugging Face
    run!("r8_", Alnum, 20),    // Replicate
    run!("tgp_v1_", Word, 20), // Together
    run!("pplx-", Word, 20),   // Perplexity
    run!("nvapi-", Word, 20),  // NVIDIA
    run!("csk-", Word, 20),    // Cerebras
    run!("fw_", Alnum, 16),    // Fireworks
    run!("pa-", Word, 30),     // Voyage
    run!("jina_", Word, 20),   // Jina
    run!("tvly-", Word, 16),   // Tavily
    run!("BSA", Word, 24),     // Brave Search
    run!("fc-", Hex, 30),      // Firecrawl
    run!("lsv2_", Word, 20),   // LangSmith
    run!("pcsk_", Word, 20),   // Pinecone
    run!("vck_", Word, 20),    // Vercel's AI gateway
    run!("ABSK", Base64, 40),  // Amazon Bedrock
    run!("bedrock-api-key-", Base64, 20),
    run!("sk_", Word, 16),      // ElevenLabs, Stripe
    run!("rk_", Word, 16),      // Stripe, restricted
    run!("whsec_", Base64, 16), // Stripe, webhooks
    // Clouds and forges.
    run!("AKIA", Upper, exactly 16), // AWS
    run!("ASIA", Upper, exactly 16),
    run!("ABIA", Upper, exactly 16),
    run!("ACCA", Upper, exactly 16),
    run!("LTAI", Alnum, 12), // Alibaba
    run!("ghp_", Alnum, 20), // GitHub
    run!("gho_", Alnum, 20),
    run!("ghu_", Alnum, 20),
    run!("ghs_", Alnum, 20),
    run!("ghr_", Alnum, 20),
    run!("github_pat_", Word, 20),
    run!("glpat-", Word, 16), // GitLab
    run!("gldt-", Word, 16),
    run!("glrt-", Word, 16),
    run!("glptt-", Word, 16),
    run!("glcbt-", Word, 16),
    run!("npm_", Alnum, 30),
    run!("pypi-", Word, 40),
    run!("dckr_pat_", Word, 20), // Docker
    run!("dop_v1_", Hex, 40),    // DigitalOcean
    run!("hvs.", Word, 20),      // Vault
    run!("tskey-", Word, 16),    // Tailscale
    run!("glsa_", Word, 20),     // Grafana
    run!("sntrys_", Base64, 20), // Sentry
    run!("dapi", Hex, 32),       // Databricks
    run!("ntn_", Alnum, 30),     // Notion
    run!("secret_", Alnum, 30),
    run!("lin_api_", Alnum, 20), // Linear
    run!("ATATT3", Word, 40),    // Atlassian
    run!("AGE-SECRET-KEY-1", Upper, 40),
    run!("SK", Hex, exactly 32), // Twilio
    run!("AC", Hex, exactly 32),
    run!("key-", Hex, exactly 32), // Mailgun
    run!("xkeysib-", Word, 40),    // Brevo
    run!("re_", Word, 24),         // Resend
    dotted!("SG.", Part::Run(Of::Word, 16, MANY), Part::Text("."), Part::Run(Of::Word, 16, MANY)), // SendGrid
    // Messengers.
    run!("xoxa-", Base64, 10), // Slack
    run!("xoxb-", Base64, 10),
    run!("xoxc-", Base64, 10),
    run!("xoxd-", Base64, 10),
    run!("xoxe-", Base64, 10),
    run!("xoxe.", Dotted, 10),
    run!("xoxo-", Base64, 10),
    run!("xoxp-", Base64, 10),
    run!("xoxr-", Base64, 10),
    run!("xoxs-", Base64, 10),
    run!("xapp-", Base64, 10),
    run!("mfa.", Word, 40), // Discord
    dotted!("M", DISCORD[0], DISCORD[1], DISCORD[2], DISCORD[3], DISCORD[4]),
    dotted!("N", DISCORD[0], DISCORD[1], DISCORD[2], DISCORD[3], DISCORD[4]),
    dotted!("O", DISCORD[0], DISCORD[1], DISCORD[2], DISCORD[3], DISCORD[4]),
    run!("syt_", Word, 16),    // Matrix
    run!("EAA", Alnum, 60),    // WhatsApp, Messenger
    run!("oauth:", Alnum, 24), // Twitch
    run!("nsec1", Alnum, 50),  // Nostr
    address!("hooks.slack.com/services/"),
    address!("hooks.slack.com/workflows/"),
    address!("hooks.slack.com/triggers/"),
    address!("discord.com/api/webhooks/"),
    address!("discordapp.com/api/webhooks/"),
    // JSON web tokens, signed or encrypted.
    dotted!("eyJ", Part::Run(Of::Word, 8, MANY), Part::Text("."), Part::Run(Of::Dotted, 8, MANY)),
];

/// For each byte whether a shape begins with it, and the indices of those that do.
static BY_FIRST: LazyLock<[Vec<u8>; 128]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|_| Vec::new());
    for (index, shape) in (0u8..).zip(SHAPES) {
        if let Some(of_byte) = shape.start.bytes().next().and_then(|b| table.get_mut(usize::from(b))) {
            of_byte.push(index);
        }
    }
    table
});

/// Notes where secrets stand that their shape gives away.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Range<usize>>) {
    let text = reading.text.as_bytes();
    let table = &*BY_FIRST;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        let begins = byte.is_ascii_alphanumeric()
            && (at == 0 || !text[at - 1].is_ascii_alphanumeric() || reading.is_seam(at));
        let secret = match byte {
            b'-' => private_key(text, at),
            b':' => telegram(text, at),
            _ if begins => table.get(usize::from(byte)).and_then(|indices| {
                indices.iter().find_map(|&index| SHAPES[usize::from(index)].at(text, at))
            }),
            _ => None,
        };
        match secret {
            Some(secret) => {
                at = secret.end.max(at + 1);
                found.push(secret);
            }
            None => at += 1,
        }
    }
    lines_of_a_key(&reading.text, found);
}

impl Shape {
    /// The secret of this shape that begins there.
    fn at(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let rest = &text[start..];
        if !rest.starts_with(self.start.as_bytes()) {
            return None;
        }
        let mut at = self.start.len();
        for part in self.parts {
            match part.length(&rest[at..]) {
                Some(length) => at += length,
                None => {
                    at += part.cut_length(&rest[at..])?;
                    break;
                }
            }
        }
        let tail = &rest[self.start.len()..at];
        let is_odd = tail.iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        // What goes on is another word.
        let ends = match self.parts.last() {
            Some(Part::Run(_, least, most)) if least == most => {
                rest.get(at).is_none_or(|b| !b.is_ascii_alphanumeric())
            }
            _ => true,
        };
        let shown = if self.shows_start { self.start.len() } else { 0 };
        (is_odd && ends).then_some(start + shown..start + at)
    }
}

impl Part {
    /// How many bytes of it a text begins with.
    fn length(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::Text(expected) => text.starts_with(expected.as_bytes()).then_some(expected.len()),
            Self::Run(of, least, most) => {
                let mut length = text.iter().take(most).take_while(|b| of.has(**b)).count();
                // A full stop ends a sentence.
                while matches!(of, Of::Dotted) && length > 0 && matches!(text[length - 1], b'.' | b'/') {
                    length -= 1;
                }
                (length >= least).then_some(length)
            }
        }
    }
}

impl Part {
    /// The length of its beginning, where an ellipsis says that its end was left out.
    fn cut_length(self, text: &[u8]) -> Option<usize> {
        let length = match self {
            Self::Text(_) => 0,
            Self::Run(of, ..) => text.iter().take_while(|b| of.has(**b)).count(),
        };
        let is_cut = text[length..].starts_with("…".as_bytes());
        // What OpenClaw itself has masked goes on behind it.
        let goes_on = text.get(length + 3).is_some_and(u8::is_ascii_alphanumeric);
        (is_cut && !goes_on).then_some(length)
    }
}

impl Of {
    fn has(self, byte: u8) -> bool {
        let extra: &[u8] = match self {
            Self::Alnum => b"",
            Self::Word => b"_-",
            Self::Upper => return byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => return byte.is_ascii_hexdigit(),
            Self::Base64 => b"_-+/=%",
            Self::Dotted => b"_-.+/=%",
        };
        byte.is_ascii_alphanumeric() || extra.contains(&byte)
    }
}

/// A private key in PEM, to its end or that of the text.
fn private_key(text: &[u8], at: usize) -> Option<Range<usize>> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let rest = text.get(at..)?.strip_prefix(BEGIN)?;
    let label = rest.iter().take(60).position(|&b| b == b'-')?;
    if !rest[..label].windows(b"PRIVATE KEY".len()).any(|word| word == b"PRIVATE KEY") {
        return None;
    }
    let body = &rest[label..];
    let end = memchr::memmem::find(body, END).map_or(body.len(), |end| {
        let after = &body[end + END.len()..];
        let close = memchr::memmem::find(&after[..after.len().min(80)], b"-----");
        end + END.len() + close.map_or(0, |close| close + 5)
    });
    Some(at..at + BEGIN.len() + label + end)
}

/// A bot's token of Telegram, of which this is the colon: its number stands before, also as a part of an address.
fn telegram(text: &[u8], colon: usize) -> Option<Range<usize>> {
    let (run, rest) = (Part::Run(Of::Word, 30, 64), &text[colon + 1..]);
    let tail = run.length(rest).or_else(|| run.cut_length(rest).filter(|length| *length >= 8))?;
    let digits = text[..colon].iter().rev().take(13).take_while(|b| b.is_ascii_digit()).count();
    (6..=12).contains(&digits).then_some(colon - digits..colon + 1 + tail)
}

/// The lines of a PEM key whose beginning stands elsewhere: 64 characters of Base64, and nothing else.
fn lines_of_a_key(text: &str, found: &mut Vec<Range<usize>>) {
    const LINE: usize = 64;
    if text.len() < LINE {
        return;
    }
    let mut start = 0;
    for line in text.split('\n') {
        let bare = line.trim();
        let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if bare.len() == LINE
            && bare.bytes().all(is_base64)
            && bare.bytes().any(|b| b.is_ascii_lowercase())
            && bare.bytes().any(|b| b.is_ascii_uppercase())
        {
            let at = start + (line.len() - line.trim_start().len());
            found.push(at..at + LINE);
        }
        start += line.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let readings = Reading::all(text);
        find(&readings[0], &mut found);
        found.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn a_shape_begins_a_word_and_ends_where_its_alphabet_does() {
        for (text, secret) in [
            ("key (sk-proj-abcdEFGH0123456789abcd), so", "sk-proj-abcdEFGH0123456789abcd"),
            ("id AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
            (
                "https://hooks.slack.com/services/T0000AAAA/B0000AAAA/abcdEFGH0123abcd.",
                "T0000AAAA/B0000AAAA/abcdEFGH0123abcd",
            ),
            (
                "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
                "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY----- and",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            ),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB", "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB"),
            ("cut: sk-ant-api03-A…", "sk-ant-api03-A"),
            ("cut: eyJhbGciOiJI…", "eyJhbGciOiJI"),
            ("cut: /bot5985304170:AA7nC6Kr1Fpagfek…", "5985304170:AA7nC6Kr1Fpagfek"),
            (
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-D!",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-D",
            ),
        ] {
            assert_eq!(all(text), [secret]);
        }
    }

    #[test]
    fn words_are_no_secrets() {
        for text in [
            "task-0123456789abcdef0123 risk-assessment",
            "sk-this-is-a-name-of-something",
            "masked by OpenClaw: sk-ant…6789",
            "AKIAIOSFODNN7EXAMPLELONGER",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "12:30:45.123 at 2026-11-22T10:19:02.749Z",
            "secret_of_the_configuration_is_missing",
            "commit 7f3c1e0b9d2a4c5e8f60718293a4b5c6d7e8f901",
        ] {
            assert!(all(text).is_empty(), "{text}: {:?}", all(text));
        }
    }
}
