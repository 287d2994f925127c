//! Generates a large rule file from the embedded rules: `make_rules OUT COUNT`.
//!
//! Each copy of a rule looks for different words of the same form: its letters are exchanged, vowels for vowels and consonants
//! for consonants. So a catalogue of thousands of rules is as expensive to load and to match as a hand-written one.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;

use clawsift::catalogue::{self, Rule, Signature, SignatureKind};

const VOWELS: &[u8] = b"aeiou";
const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxyz";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, count] = arguments.as_slice() else {
        return Err("usage: make_rules FOLDER COUNT".into());
    };
    let catalogue = catalogue::embedded()?;
    let rules = catalogue.rules();
    let count: usize = count.parse()?;
    fs::create_dir_all(out)?;
    let mut files: Vec<(String, String)> = Vec::new();
    for (index, rule) in rules.iter().cycle().take(count).enumerate() {
        let category = format!("{}", rule.category);
        let file = match files.iter().position(|(name, _)| *name == category) {
            Some(at) => at,
            None => {
                files.push((category.clone(), format!("category: {category}\nrules:\n")));
                files.len() - 1
            }
        };
        write_rule(&mut files[file].1, rule, 1 + index / rules.len())?;
    }
    for (category, text) in files {
        fs::write(format!("{out}/{category}.yaml"), text)?;
    }
    Ok(())
}

/// Writes a copy of a rule whose words differ from those of all other copies.
fn write_rule(out: &mut String, rule: &Rule, copy: usize) -> std::fmt::Result {
    writeln!(out, "  - id: copy-{copy}/{}", rule.id)?;
    writeln!(out, "    title: {}", quoted(&rule.title))?;
    writeln!(out, "    severity: {}", rule.severity)?;
    for (name, signatures) in [("any", &rule.any), ("all", &rule.all), ("none", &rule.none)] {
        if !signatures.is_empty() {
            writeln!(out, "    {name}:")?;
        }
        for signature in signatures {
            writeln!(out, "      - {}", signature_line(signature, name == "any", copy))?;
        }
    }
    for (name, texts) in [("causes", &rule.causes), ("examples", &rule.examples)] {
        if !texts.is_empty() {
            writeln!(out, "    {name}:")?;
        }
        for text in texts {
            writeln!(out, "      - {}", quoted(text))?;
        }
    }
    if !rule.fixes.is_empty() {
        writeln!(out, "    fixes:")?;
    }
    for fix in &rule.fixes {
        writeln!(out, "      - say: {}", quoted(&fix.say))?;
        for (name, text) in [("run", &fix.run), ("config", &fix.config)] {
            if let Some(text) = text {
                writeln!(out, "        {name}: {}", quoted(text))?;
            }
        }
    }
    writeln!(out)
}

fn signature_line(signature: &Signature, is_alternative: bool, copy: usize) -> String {
    match &signature.kind {
        SignatureKind::Literal(text) => format!("literal: {}", quoted(&exchanged(text, copy))),
        SignatureKind::Regex(pattern) => format!("regex: {}", quoted(&exchanged(pattern, copy))),
        SignatureKind::ErrorCode(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| exchanged(code, copy)).collect();
            format!("error_code: {codes:?}")
        }
        SignatureKind::Field(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, values)| {
                    let values: Vec<String> = values.iter().map(|value| exchanged(value, copy)).collect();
                    format!("{name}: {values:?}")
                })
                .collect();
            format!("field: {{ {} }}", fields.join(", "))
        }
        // No two rules of a catalogue may be identified by the same status alone.
        SignatureKind::HttpStatus(statuses) if is_alternative => {
            format!("literal: {}", quoted(&exchanged(&format!("status of kind {}", statuses[0]), copy)))
        }
        SignatureKind::HttpStatus(statuses) => format!("http_status: {statuses:?}"),
        SignatureKind::Shared(name) => format!("shared: {name}"),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\n', " "))
}

/// Exchanges the letters of a text or pattern, except in escapes, classes, group names and flags.
fn exchanged(text: &str, copy: usize) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let end = match c {
            '[' => Some(']'),
            '{' => Some('}'),
            '(' if rest.as_str().starts_with("?<") || rest.as_str().starts_with("?P<") => Some('>'),
            '(' if rest.as_str().starts_with("?-") => Some(':'),
            _ => None,
        };
        out.push(exchanged_letter(c, copy));
        if c == '\\' {
            out.extend(rest.next());
        }
        if let Some(end) = end {
            copy_up_to(end, &mut rest, &mut out);
        }
    }
    out
}

fn copy_up_to(end: char, rest: &mut std::str::Chars<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        out.push(c);
        if c == '\\' {
            out.extend(rest.next());
        } else if c == end {
            break;
        }
    }
}

fn exchanged_letter(c: char, copy: usize) -> char {
    let lower = c.to_ascii_lowercase();
    for letters in [VOWELS, CONSONANTS] {
        if let Some(at) = letters.iter().position(|&letter| char::from(letter) == lower) {
            let other = char::from(letters[(at + copy) % letters.len()]);
            return if c.is_ascii_uppercase() { other.to_ascii_uppercase() } else { other };
        }
    }
    c
}
