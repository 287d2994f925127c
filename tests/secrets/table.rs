//! Each form of the imported table of tokens, alone and behind its name.

use clawsift::redact::Redactor;
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::bytes_regex;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::Deserialize;

/// Characters in a row of a secret that are a leak.
const TELLING: usize = 12;

#[derive(Deserialize)]
pub struct Table {
    pub tokens: Vec<Token>,
    pub named: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Token {
    pub id: String,
    #[serde(default)]
    pub after: String,
    pub form: String,
}

#[derive(Deserialize)]
pub struct Named {
    pub id: String,
    pub names: Vec<String>,
    pub form: String,
}

pub fn table() -> Table {
    serde_saphyr::from_str(include_str!("../../src/redact/tokens.yaml")).expect("the table")
}

/// A secret of a form that looks as if a machine had made it, another one for each seed.
pub fn made(form: &str, seed: u64) -> Option<String> {
    let form_text = form;
    let form = bytes_regex(&format!("(?-u:{form})")).ok()?;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let is_made = |secret: &String| {
        let has = |test: fn(&u8) -> bool| secret.bytes().any(|b| test(&b));
        let is_mixed =
            has(u8::is_ascii_digit) && (has(u8::is_ascii_alphabetic) || !has(|b| !b.is_ascii_digit()));
        // A full stop or a bracket at the end is of the sentence.
        let begins = secret.starts_with(|c: char| c != '=' && c != '-');
        begins
            && (is_mixed || secret.len() >= 24)
            && secret.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '=')
    };
    let samples = std::iter::from_fn(|| form.new_tree(&mut runner).ok().map(|tree| tree.current()));
    // Signs that no vendor writes there: a percent sign that begins no escape, padding within.
    let texts = samples.take(200).filter_map(|bytes| String::from_utf8(bytes).ok());
    let plain = |text: String| {
        let body = text.trim_end_matches('=').len();
        // Outside of a class it belongs to the form.
        let fixed = form_text
            .split('[')
            .any(|part| part.split(']').next_back().is_some_and(|rest| rest.contains('=')));
        let inner = if fixed { text[..body].to_owned() } else { text[..body].replace('=', "A") };
        inner.replace('%', "A") + &text[body..]
    };
    texts.map(plain).find(is_made)
}

/// What of a secret is in a text.
pub fn left(text: &str, secret: &str) -> Option<String> {
    let length = TELLING.min(secret.len());
    (0..=secret.len() - length)
        .map(|at| &secret[at..at + length])
        .find(|piece| text.contains(piece))
        .map(str::to_owned)
}

#[test]
fn each_form_of_the_table_is_masked() {
    let mut leaks = Vec::new();
    for Token { id, after, form } in table().tokens {
        for secret in (0..5).filter_map(|seed| made(&form, seed)) {
            for (before, behind) in [
                ("", ""),
                ("refused ", " for m1"),
                ("(", ")"),
                ("\"", "\","),
                ("https://x.org/", "/y"),
                ("a=", "&b=2"),
            ] {
                let text = format!("{before}{after}{secret}{behind}");
                let clean = Redactor::MASKING.clean(&text);
                let piece = left(&clean, &secret);
                leaks.extend(piece.map(|piece| format!("{id}: {piece} of {text} in {clean}")));
            }
        }
    }
    leaks.dedup_by_key(|leak| leak.split(':').next().unwrap_or_default().to_owned());
    assert!(leaks.is_empty(), "{}: {leaks:#?}", leaks.len());
}

#[test]
fn each_value_behind_its_vendors_name_is_masked() {
    let mut leaks = Vec::new();
    for Named { id, names, form } in table().named {
        for secret in (0..5).filter_map(|seed| made(&form, seed)) {
            for name in &names {
                for text in [
                    format!("{name}={secret}"),
                    format!("\"{name}_api\": \"{secret}\""),
                    format!("{}_ID: {secret}", name.to_uppercase()),
                ] {
                    let clean = Redactor::MASKING.clean(&text);
                    leaks.extend(
                        left(&clean, &secret).map(|piece| format!("{id}: {piece} of {text} in {clean}")),
                    );
                }
            }
        }
    }
    leaks.dedup_by_key(|leak| leak.split(':').next().unwrap_or_default().to_owned());
    assert!(leaks.is_empty(), "{}: {leaks:#?}", leaks.len());
}
