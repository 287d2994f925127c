//! Ways in which a secret is written into a log.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::json as object;

use super::kinds::Secret;

/// A log that contains a secret, and its name.
#[derive(Debug, Clone)]
pub struct Log {
    pub name: String,
    pub text: String,
}

/// A way to write a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Plain,
    Console,
    FileLog,
    FileLogError,
    LogsJson,
    Transcript,
    /// As JSON in JSON, nested to this depth.
    Nested(usize),
    /// Letters written as numeric escapes.
    ByNumber,
    Coloured,
    ColouredInJson,
    Unseen,
    InPercents,
    InHtml,
    Continued,
    Wrapped,
    /// After this number of bytes without a blank.
    FarOut(usize),
    FileName,
    Run,
    Model,
    Label,
    /// After a colour code whose first byte was lost.
    LostCode,
    /// Wrapped within a box, a quotation, or a container's log.
    WrappedBehind(&'static str),
    /// With its middle omitted, but too little of it.
    Shortened(&'static str),
    /// As a header in Base64.
    HeaderInBase64,
    /// With non-breaking blanks and typographic quotes.
    Typographic,
    /// Percent-encoded this number of times.
    InPercentsTimes(usize),
    /// In a text of its own that identifies it.
    Told(&'static str),
}

/// All writings.
pub const ALL: &[Writing] = &[
    Writing::Plain,
    Writing::Console,
    Writing::FileLog,
    Writing::FileLogError,
    Writing::LogsJson,
    Writing::Transcript,
    Writing::Nested(0),
    Writing::Nested(1),
    Writing::Nested(2),
    Writing::Nested(3),
    Writing::Nested(4),
    Writing::ByNumber,
    Writing::Coloured,
    Writing::ColouredInJson,
    Writing::Unseen,
    Writing::InPercents,
    Writing::InHtml,
    Writing::Continued,
    Writing::Wrapped,
    Writing::FarOut(520),
    Writing::FarOut(1580),
    Writing::FarOut(4780),
    Writing::FarOut(20_000),
    Writing::FileName,
    Writing::Run,
    Writing::Model,
    Writing::Label,
    Writing::LostCode,
    Writing::WrappedBehind("│ "),
    Writing::WrappedBehind("> "),
    Writing::WrappedBehind("web_1  | "),
    Writing::Shortened("…"),
    Writing::Shortened("***"),
    Writing::HeaderInBase64,
    Writing::Typographic,
    Writing::InPercentsTimes(2),
    Writing::InPercentsTimes(3),
    Writing::Told("GEMINI_API_KEYS={},{};{}"),
    Writing::Told("OPENAI_API_KEY_2={}"),
    Writing::Told(r#"{"apiKeys":["{}","{}"]}"#),
    Writing::Told(r#"{"tokens":{"main":"{}"}}"#),
    Writing::Told(r#"{"name":"OPENAI_API_KEY","value":"{}"}"#),
    Writing::Told("<key>OPENAI_API_KEY</key><string>{}</string>"),
    Writing::Told("<password>{}</password>"),
    Writing::Told("API key '{}' is invalid"),
    Writing::Told("openclaw config set gateway.auth.token {}"),
    Writing::Told("curl -u joe:{} https://x.org/"),
    Writing::Told("Authorization: Bearer tid={};exp=1764400000;8kp=1"),
    Writing::Told("密码：{}"),
    Writing::Told(r#"{"type":"oauth","access":"{}","expires":1}"#),
    Writing::Told("https://joe:{}@proxy.corp:3128/"),
    Writing::Told("Authorization: Bearer 12|{}"),
    Writing::Told("api_keys:\n  - {}\n  - {}"),
    Writing::Told("tokens: Map(2) { 'alice' => '{}', 'bob' => '{}' }"),
    Writing::Told(r#"{"apiKeys":[{"id":1,"value":"{}"},{"id":2,"value":"{}"}]}"#),
    Writing::Told(r#"{"credentials":{"openai":{"type":"api","data":"{}"}}}"#),
    Writing::Told("AUTH PLAIN {}"),
    Writing::Told("A001 LOGIN joe {}"),
    Writing::Told("ALTER USER 'app'@'%' IDENTIFIED BY '{}'"),
    Writing::Told("curl --user=joe:{} https://x.org/"),
    Writing::Told("curl --oauth2-bearer {} https://x.org/"),
    Writing::Told("openclaw gateway --token \\\n  {} run"),
    Writing::Told("openclaw gateway --token\n  {}"),
    Writing::Told(r#"config: invalid value "{}" for channels.telegram.botToken"#),
    Writing::Told(r#"{"received":"{}","path":["gateway","auth","token"]}"#),
    Writing::Told(r#"{"0":"Authorization: Bearer","1":"{}"}"#),
    Writing::Told("password: Some(\"{}\"), port: 1"),
    Writing::Told("auth[password]={}&auth[user]=joe"),
    Writing::Told("<wsse:Password Type=\"text\">{}</wsse:Password>"),
    Writing::Told("app:{}@tcp(db:3306)/main"),
    Writing::Told("Authorization: Bearer ^[[33m{}^[[0m"),
    Writing::Told("**Authorization:** Bearer {}"),
    Writing::Told("contraseña: {}"),
];

/// Text that makes a rule explain the record.
const REFUSED: &str = "401 Incorrect API key provided";

impl Writing {
    /// Returns a log with the secret written in this way, once in a record that a rule explains and once in one that
    /// none does. `None` if the secret cannot be recognized or written there.
    pub fn log(self, secret: &Secret) -> Option<Log> {
        let place = secret.in_place();
        let middle = secret.text.len() / 2;
        let split = |by: &str| {
            let parted = format!("{}{by}{}", &secret.text[..middle], &secret.text[middle..]);
            secret.place.replace("{}", &parted)
        };
        let shaped = || secret.is_known_by_shape().then(|| secret.text.clone());
        let mut name = "gateway.log".to_owned();
        let text = match self {
            Self::Plain => plain(&place),
            Self::Console => {
                both(|start| format!("2026-11-22T00:00:00.000+00:00 [agent/embedded] {start}: {place} end"))
            }
            Self::FileLog => both(|start| file_log(&format!("{start}: {place}"), &object!({}))),
            Self::FileLogError => both(|start| {
                file_log(
                    start,
                    &object!({"rawErrorPreview": place, "error": {"message": format!("{start} {place}")}}),
                )
            }),
            Self::LogsJson => both(|start| {
                let raw = file_log(&format!("{start}: {place}"), &object!({"errorBody": place}));
                // OpenClaw writes the type first.
                let rest =
                    object!({"level": "error", "message": start, "raw": raw, "time": "2026-11-22T00:00:00Z"});
                format!("{{\"type\":\"log\",{}", &rest.to_string()[1..])
            }),
            Self::Transcript => {
                let message = object!({
                    "role": "assistant", "content": [], "provider": "openai", "model": "m", "stopReason": "error",
                    "errorMessage": format!("{REFUSED}: {place}"), "errorBody": place,
                });
                format!(
                    "{{\"type\":\"message\",\"timestamp\":\"2026-11-22T00:00:00.000Z\",\"message\":{message}}}"
                )
            }
            Self::Nested(depth) => {
                let mut text = object!({"error": {"message": place}}).to_string();
                for _ in 0..depth {
                    text = object!(text).to_string();
                }
                both(|start| file_log(&format!("{start} body={text}"), &object!({})))
            }
            Self::ByNumber => {
                let start = u32::from(secret.text.chars().next()?);
                let odd = secret.place.replace("{}", &format!("\\u{start:04x}{}", &secret.text[1..]));
                plain(&odd)
            }
            Self::Coloured => plain(&split("\u{1b}[31m")),
            Self::ColouredInJson => {
                both(|start| file_log(&format!("{start}: {}", split("\u{1b}[0m")), &object!({})))
            }
            Self::Unseen => plain(&split("\u{200b}")),
            Self::InPercents => plain(&in_percents(&place)),
            Self::InHtml => plain(&place.replace('&', "&amp;").replace('"', "&quot;").replace('=', "&#61;")),
            Self::Continued => both(|start| {
                format!("2026-11-22T00:00:00Z error agent/embedded {start}\n    at send ({place})")
            }),
            Self::Wrapped => plain(&split("\n      ")),
            Self::FarOut(before) => {
                let padding = "0x".repeat(before / 2);
                both(|start| {
                    format!("2026-11-22T00:00:00Z error agent/embedded {start} {padding}|{place} tail")
                })
            }
            Self::FileName => {
                name = shaped().filter(|text| !text.contains('/'))? + ".log";
                plain("nothing")
            }
            Self::Run => {
                let id = shaped()?;
                both(|start| {
                    let fields =
                        object!({"runId": id, "traceId": id, "sessionKey": format!("agent:main:{id}")});
                    file_log(start, &fields)
                }) + &file_log(
                    &format!("[agent] run {id} ended with stopReason=stop provider={id} model={id}"),
                    &object!({}),
                )
            }
            Self::Model => {
                let id = shaped()?;
                both(|start| {
                    format!("2026-11-22T00:00:00Z error agent/embedded {start} provider={id} model={id}/{id}")
                })
            }
            Self::Label => {
                let id = shaped()?;
                both(|start| format!("2026-11-22T00:00:00Z error agent/{id} {start}"))
            }
            Self::LostCode => plain(&secret.place.replace("{}", &format!("[31m{}[0m", secret.text))),
            Self::WrappedBehind(border) => plain(&split(&format!("\n{border}"))),
            // The rest of a shorter secret may be no more than other tools show.
            Self::Shortened(gap) => {
                // The half before the gap must identify it.
                let is_long =
                    secret.text.len() >= 48 && (2..=secret.text.len() / 2 - 12).contains(&secret.fixed);
                let is_plain = secret.text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
                is_long.then_some(()).filter(|()| is_plain && shaped().is_some())?;
                plain(&split(gap))
            }
            Self::HeaderInBase64 => {
                plain(&STANDARD.encode(format!("Authorization: Bearer {}", told(secret)?)))
            }
            Self::Typographic => {
                let place = place.replace(' ', "\u{a0}");
                let mut is_open = false;
                let quoted = place.chars().map(|c| match c {
                    '"' => {
                        is_open = !is_open;
                        if is_open { '“' } else { '”' }
                    }
                    c => c,
                });
                plain(&quoted.collect::<String>())
            }
            Self::InPercentsTimes(times) => {
                let place = (1..times).fold(in_percents(&place), |text, _| text.replace('%', "%25"));
                plain(&place)
            }
            Self::Told(text) => plain(&text.replace("{}", told(secret)?)),
        };
        Some(Log { name, text: text + "\n" })
    }
}

/// Returns a secret that can be anywhere in a text.
fn told(secret: &Secret) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    // Letters alone could be a word.
    let is_uuid = secret.text.len() == 36 && secret.text.matches('-').count() == 4;
    let is_made = secret.text.bytes().any(|b| b.is_ascii_digit()) && secret.text.len() >= 16 && !is_uuid;
    (is_made && secret.text.chars().all(is_plain)).then_some(secret.text.as_str())
}

fn plain(place: &str) -> String {
    both(|start| format!("2026-11-22T00:00:00Z error agent/embedded {start}: {place} end"))
}

/// Returns a record that a rule explains, and one that none does.
fn both(record: impl Fn(&str) -> String) -> String {
    format!("{}\n{}\n", record(REFUSED), record("odd thing in the cellar"))
}

fn file_log(message: &str, fields: &serde_json::Value) -> String {
    let mut record = object!({
        "0": r#"{"subsystem":"agent/embedded"}"#, "1": fields, "2": message,
        "_meta": {"date": "2026-11-22T00:00:00.000Z", "logLevelName": "ERROR", "name": r#"{"subsystem":"agent/embedded"}"#},
        "time": "2026-11-22T00:00:00.000Z", "message": message,
    });
    if let (Some(record), Some(fields)) = (record.as_object_mut(), fields.as_object()) {
        record.extend(fields.clone());
    }
    record.to_string()
}

/// Percent-encodes all characters except letters and digits, as in a URL within a URL.
fn in_percents(text: &str) -> String {
    let one =
        |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", u32::from(c)) };
    text.chars().map(one).collect()
}
