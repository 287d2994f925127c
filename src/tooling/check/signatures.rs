//! Check of signatures that match too much: bare numbers, and greedy expressions.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::catalogue::{Problem, ProblemCode, Rule, SignatureKind};
use clawsift_catalogue::pattern::Pattern;

use super::checked::Checked;

pub(super) fn check(checked: &Checked<'_>, rule: &Rule, problems: &mut Vec<Problem>) {
    for signature in rule.any.iter().chain(&rule.all).chain(&rule.none) {
        if !checked.has_file(&signature.location.file) {
            continue;
        }
        let hir = match &signature.kind {
            SignatureKind::Regex(pattern) => Pattern::parse(pattern).ok(),
            _ => None,
        };
        let is_number = match &signature.kind {
            SignatureKind::Literal(text) => is_digits(text.trim().as_bytes()),
            SignatureKind::ErrorCode(codes) => codes.iter().any(|code| is_digits(code.as_bytes())),
            _ => hir.as_ref().is_some_and(is_number),
        };
        if is_number {
            problems.push(Problem::new(
                ProblemCode::BareNumber,
                &signature.location,
                format!("a signature of `{}` is a bare number, which may occur in any line", rule.id),
                "`http_status:` for a status, or the words next to the number",
            ));
        }
        if hir.as_ref().is_some_and(is_greedy) {
            problems.push(Problem::new(
                ProblemCode::GreedyRegex,
                &signature.location,
                format!(
                    "a regular expression of `{}` has `.*` before its text, so it finds the last occurrence",
                    rule.id
                ),
                "`.*?`, or a class and a bound such as `[^\\n]{0,80}?`",
            ));
        }
    }
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Returns true if an expression matches digits only.
fn is_number(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => is_digits(&literal.0),
        HirKind::Class(class) => is_digit_class(class),
        HirKind::Capture(capture) => is_number(&capture.sub),
        HirKind::Repetition(repetition) => is_number(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_number),
    }
}

fn is_digit_class(class: &Class) -> bool {
    let is_digit = |byte: u32| (u32::from(b'0')..=u32::from(b'9')).contains(&byte);
    match class {
        Class::Bytes(class) => class.iter().all(|r| is_digit(r.start().into()) && is_digit(r.end().into())),
        Class::Unicode(class) => class.iter().all(|r| is_digit(r.start().into()) && is_digit(r.end().into())),
    }
}

/// Returns true if an expression has a greedy `.*` or `.+` that is followed by something to match.
fn is_greedy(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_greedy(&capture.sub),
        HirKind::Repetition(repetition) => is_greedy(&repetition.sub),
        HirKind::Alternation(parts) => parts.iter().any(is_greedy),
        HirKind::Concat(parts) => parts.iter().enumerate().any(|(at, part)| {
            let looks_on = parts[at + 1..].iter().any(|next| next.properties().minimum_len() > Some(0));
            is_greedy(part) || takes_all(part) && looks_on
        }),
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => false,
    }
}

/// Returns true for `.*` or `.+`, with or without a group.
fn takes_all(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => takes_all(&capture.sub),
        HirKind::Repetition(repetition) => {
            repetition.greedy && repetition.max.is_none() && is_dot(&repetition.sub)
        }
        _ => false,
    }
}

/// Returns true for a class of any character, with or without the line feed.
fn is_dot(hir: &Hir) -> bool {
    let HirKind::Class(class) = hir.kind() else { return false };
    let mut others = class.clone();
    others.negate();
    match others {
        Class::Bytes(class) => class.iter().all(|r| (r.start(), r.end()) == (b'\n', b'\n')),
        Class::Unicode(class) => class.iter().all(|r| (r.start(), r.end()) == ('\n', '\n')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> (bool, bool) {
        let hir = Pattern::parse(pattern).expect("a pattern");
        (is_number(&hir), is_greedy(&hir))
    }

    #[test]
    fn numbers_alone_and_greedy_expressions_are_known() {
        for pattern in ["429", r"\b429\b", r"\b(?:429|529)\b", r"4\d\d"] {
            assert_eq!(of(pattern), (true, false), "{pattern}");
        }
        for pattern in ["provider.*model=(?<m>x)", "(.+) failed", "a(?:b.*c|d)", "[^\\n]*x"] {
            assert_eq!(of(pattern), (false, true), "{pattern}");
        }
        for pattern in ["status 429", "a.*?b", "a.*", "a.{0,9}b", "\"[^\"]*\"", "x.*$"] {
            assert_eq!(of(pattern), (false, false), "{pattern}");
        }
    }
}
