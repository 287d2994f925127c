//! Each format of the imported table of tokens, alone and after its name.

use clawsift::redact::Redactor;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde::Deserialize;

/// Number of consecutive characters of a secret that count as a leak.
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
    serde_saphyr::from_str(include_str!("../../../src/redact/tokens.yaml")).expect("the table")
}

/// Returns a secret of a format, a different one for each seed.
pub fn made(form: &str, seed: u64) -> Option<String> {
    let form = ParserBuilder::new().unicode(false).utf8(false).build().parse(form).ok()?;
    let mut random = fastrand::Rng::with_seed(seed);
    let is_made = |secret: &String| {
        secret.bytes().any(|b| b.is_ascii_digit())
            && secret.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '=')
            || secret.len() >= 24
    };
    std::iter::repeat_with(|| {
        let mut secret = String::new();
        write(&form, &mut random, &mut secret);
        secret
    })
    .take(200)
    .find(is_made)
}

/// Writes a random text of a format. Most characters are letters and digits, as in real tokens.
fn write(form: &Hir, random: &mut fastrand::Rng, out: &mut String) {
    match form.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).expect("ASCII")),
        HirKind::Class(class) => out.push(member(class, random)),
        HirKind::Repetition(part) => {
            let most = part.max.unwrap_or(part.min + 12);
            (0..random.u32(part.min..=most)).for_each(|_| write(&part.sub, random, out));
        }
        HirKind::Capture(part) => write(&part.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, out)),
        HirKind::Alternation(parts) => write(&parts[random.usize(..parts.len())], random, out),
    }
}

fn member(class: &Class, random: &mut fastrand::Rng) -> char {
    let all: Vec<char> = match class {
        Class::Bytes(class) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(char::from).collect()
        }
        Class::Unicode(class) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
        }
    };
    let of = |test: fn(&char) -> bool| all.iter().copied().filter(test).collect::<Vec<char>>();
    let (usual, marks) = (of(char::is_ascii_alphanumeric), of(|c| matches!(c, '-' | '_')));
    let from = match (usual.is_empty(), marks.is_empty()) {
        (true, _) => all,
        (false, false) if random.u8(..16) == 0 => marks,
        _ => usual,
    };
    from[random.usize(..from.len())]
}

/// Returns the part of a secret that is in a text.
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
