//! Kinds of secrets, generated at random.

use std::sync::LazyLock;

use super::table::{Named, Table, Token, made, table};

/// A generated secret.
#[derive(Debug, Clone)]
pub struct Secret {
    pub kind: String,
    /// The whole secret, as its owner would copy it.
    pub text: String,
    /// The random parts, which cannot be guessed.
    pub random: Vec<String>,
    /// Context that identifies the secret, with `{}` in its place; just `{}` if its own format does.
    pub place: String,
    /// Length of its fixed prefix, in characters.
    pub fixed: usize,
}

impl Secret {
    /// Returns the secret in its context.
    pub fn in_place(&self) -> String {
        self.place.replace("{}", &self.text)
    }

    pub fn is_known_by_shape(&self) -> bool {
        self.place == "{}"
    }
}

/// Generator of a kind of secret. In a pattern, `A16` stands for 16 letters and digits, `W` for those with `_` and `-`,
/// `H` for hexadecimal digits, `U` for capitals and digits, `D` for digits, `L` for small letters, `B` for Base64; all
/// other characters are literal.
struct Kind {
    name: &'static str,
    pattern: &'static [&'static str],
    place: &'static str,
}

const fn shape(name: &'static str, pattern: &'static [&'static str]) -> Kind {
    Kind { name, pattern, place: "{}" }
}

const fn place(name: &'static str, pattern: &'static [&'static str], place: &'static str) -> Kind {
    Kind { name, pattern, place }
}

const KINDS: &[Kind] = &[
    shape("Anthropic", &["=sk-ant-api03-", "W80"]),
    shape("OpenAI", &["=sk-proj-", "W60"]),
    shape("OpenAI, old", &["=sk-", "A48"]),
    shape("OpenRouter", &["=sk-or-v1-", "H64"]),
    shape("DeepSeek", &["=sk-", "H32"]),
    shape("Google", &["=AIza", "W35"]),
    shape("Google, OAuth", &["=ya29.", "W60"]),
    shape("Google, refresh", &["=1//0", "W40"]),
    shape("Google, client", &["=GOCSPX-", "W28"]),
    shape("Groq", &["=gsk_", "A52"]),
    shape("xAI", &["=xai-", "A80"]),
    shape("Hugging Face", &["=hf_", "A34"]),
    shape("Replicate", &["=r8_", "A37"]),
    shape("Together", &["=tgp_v1_", "W43"]),
    shape("Perplexity", &["=pplx-", "A48"]),
    shape("NVIDIA", &["=nvapi-", "W64"]),
    shape("Cerebras", &["=csk-", "A48"]),
    shape("Fireworks", &["=fw_", "A24"]),
    shape("ElevenLabs", &["=sk_", "H48"]),
    shape("Stripe", &["=sk_live_", "A24"]),
    shape("AWS, id", &["=AKIA", "U16"]),
    shape("GitHub", &["=ghp_", "A36"]),
    shape("GitHub, fine", &["=github_pat_", "A22", "=_", "A59"]),
    shape("GitLab", &["=glpat-", "W20"]),
    shape("npm", &["=npm_", "A36"]),
    shape("SendGrid", &["=SG.", "W22", "=.", "W43"]),
    shape("Twilio", &["=SK", "H32"]),
    shape("Slack", &["=xoxb-", "D12", "=-", "D12", "=-", "A24"]),
    shape("Slack, app", &["=xapp-1-A", "U10", "=-", "D13", "=-", "H64"]),
    shape("Slack, webhook", &["=https://hooks.slack.com/services/T", "U8", "=/B", "U10", "=/", "A24"]),
    shape("Discord", &["=M", "A23", "=.", "A6", "=.", "W38"]),
    shape("Discord, webhook", &["=https://discord.com/api/webhooks/", "D18", "=/", "W68"]),
    shape("Telegram", &["D10", "=:AA", "W33"]),
    shape("Telegram, address", &["=https://api.telegram.org/bot", "D10", "=:AA", "W33", "=/getMe"]),
    shape("Matrix", &["=syt_", "A12", "=_", "A20", "=_", "A6"]),
    shape("JSON web token", &["=eyJ", "W30", "=.", "W60", "=.", "W43"]),
    shape("Nostr", &["=nsec1", "A58"]),
    place("Bearer", &["W32"], "Authorization: Bearer {}"),
    place("Bearer, alone", &["A32"], "sent Bearer {} to it"),
    place("Basic", &["B24"], "authorization: Basic {}"),
    place("Mistral", &["A32"], "x-api-key: {}"),
    place("Azure", &["H32"], "api-key: {}"),
    place("Cohere", &["A40"], "COHERE_API_KEY={}"),
    place("AWS, secret", &["A40"], "aws_secret_access_key = {}"),
    place("Azure storage", &["A86"], "AccountName=x;AccountKey={}==;EndpointSuffix=y"),
    place("Gateway token", &["H48"], "OPENCLAW_GATEWAY_TOKEN={}"),
    place("Gateway token, configured", &["A24"], r#"{"gateway":{"auth":{"token":"{}"}}}"#),
    place("Gateway token, option", &["A24"], "openclaw gateway --token {} run"),
    place("JSON key", &["A32"], r#"{"apiKey":"{}"}"#),
    place("JavaScript key", &["A32"], "{ apiKey: '{}' }"),
    place("Password", &["A14"], r#"{"password": "{}"}"#),
    place("URL password", &["A16"], "https://joe:{}@proxy.corp:3128/"),
    place("Database", &["A16"], "postgres://app:{}@db:5432/main"),
    place("Query", &["A20"], "GET https://api.example.com/v1?alt=sse&key={}"),
    place("Cookie", &["A32"], "Cookie: theme=dark; session={}; x=1"),
];

impl Kind {
    fn make(&self, mut seed: u64) -> Secret {
        let (mut text, mut random) = (String::new(), Vec::new());
        for part in self.pattern {
            match part.strip_prefix('=') {
                Some(fixed) => text.push_str(fixed),
                None => {
                    let (alphabet, length) = part.split_at(1);
                    let piece = piece(alphabet, length.parse().expect("a length"), &mut seed);
                    text.push_str(&piece);
                    random.push(piece);
                }
            }
        }
        let fixed = self.pattern[0].strip_prefix('=').map_or(0, str::len);
        Secret { kind: self.name.to_owned(), text, random, place: self.place.to_owned(), fixed }
    }
}

/// Returns a random piece that has a digit, a capital and a small letter if its alphabet has them, like any real one.
fn piece(alphabet: &str, length: usize, seed: &mut u64) -> String {
    let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let lower = "abcdefghijklmnopqrstuvwxyz";
    let digits = "0123456789";
    let (classes, extra): (Vec<&str>, &str) = match alphabet {
        "A" => (vec![lower, upper, digits], ""),
        "W" => (vec![lower, upper, digits], "_-"),
        "B" => (vec![lower, upper, digits], "+/"),
        "H" => (vec!["abcdef", digits], ""),
        "U" => (vec![upper, digits], ""),
        "D" => (vec![digits], ""),
        other => panic!("{other}"),
    };
    let all: Vec<u8> = format!("{}{extra}", classes.concat()).into_bytes();
    let mut next = |below: usize| {
        // Marsaglia's xorshift generator.
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed % below as u64) as usize
    };
    let mut piece: Vec<u8> = (0..length).map(|_| all[next(all.len())]).collect();
    for (at, class) in classes.iter().enumerate() {
        piece[1 + at] = class.as_bytes()[next(class.len())];
    }
    // Punctuation at the edge could belong to the sentence.
    for at in [0, length - 1] {
        if !piece[at].is_ascii_alphanumeric() {
            piece[at] = b'a';
        }
    }
    String::from_utf8(piece).expect("ASCII")
}

/// Number of kinds that are defined in this file.
pub const COMMON: usize = KINDS.len();

/// Number of kinds: those of this file, and those of the imported table.
pub static COUNT: LazyLock<usize> = LazyLock::new(|| KINDS.len() + TABLE.tokens.len() + TABLE.named.len());

static TABLE: LazyLock<Table> = LazyLock::new(table);

/// Returns a secret of this kind.
pub fn secret(kind: usize, seed: u64) -> Secret {
    let kind = kind % *COUNT;
    if let Some(kind) = KINDS.get(kind) {
        return kind.make(seed | 1 << 40);
    }
    let kind = kind - KINDS.len();
    let (id, form, place) = match TABLE.tokens.get(kind) {
        Some(Token { id, after, form }) => (id, form, format!("{after}{{}}")),
        None => {
            let Named { id, names, form } = &TABLE.named[kind - TABLE.tokens.len()];
            (id, form, format!("{}_id={{}}", names[0]))
        }
    };
    let text = made(form, seed).unwrap_or_else(|| panic!("{id}: no secret can be made"));
    let fixed = form.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).count();
    Secret { kind: id.clone(), random: vec![text.clone()], text, place, fixed }
}
