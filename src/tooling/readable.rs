//! Formats regular expressions in readable form; the library's printer adds flags and a group around each part.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Look, Repetition};

/// Classes with a name, by their ranges.
const NAMED: [(&str, &[(u8, u8)]); 3] = [
    ("\\w", &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')]),
    ("\\d", &[(b'0', b'9')]),
    ("\\s", &[(b'\t', b'\r'), (b' ', b' ')]),
];

/// Returns an expression as text.
pub(super) fn readable(hir: &Hir) -> String {
    let mut out = String::new();
    write(hir, &mut out);
    out
}

fn write(hir: &Hir, out: &mut String) {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            out.push_str(&regex_syntax::escape(&String::from_utf8_lossy(&literal.0)));
        }
        HirKind::Class(Class::Bytes(class)) => out.push_str(&of_class(class)),
        HirKind::Class(Class::Unicode(_)) => out.push_str(&hir.to_string()),
        HirKind::Look(look) => out.push_str(match look {
            Look::Start => "^",
            Look::End => "$",
            Look::WordAscii | Look::WordUnicode => "\\b",
            Look::WordAsciiNegate | Look::WordUnicodeNegate => "\\B",
            _ => return out.push_str(&hir.to_string()),
        }),
        HirKind::Repetition(repetition) => {
            grouped(&repetition.sub, true, out);
            times(repetition, out);
        }
        HirKind::Capture(capture) => {
            match &capture.name {
                Some(name) => drop(write!(out, "(?<{name}>")),
                None => out.push('('),
            }
            write(&capture.sub, out);
            out.push(')');
        }
        HirKind::Concat(parts) => parts.iter().for_each(|part| grouped(part, false, out)),
        HirKind::Alternation(parts) => {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                write(part, out);
            }
        }
    }
}

/// Writes an expression, in a group if a neighbour or a repetition would otherwise apply to only a part of it.
fn grouped(hir: &Hir, is_repeated: bool, out: &mut String) {
    let needs_group = match hir.kind() {
        HirKind::Alternation(_) => true,
        HirKind::Concat(_) => is_repeated,
        HirKind::Literal(literal) => is_repeated && String::from_utf8_lossy(&literal.0).chars().count() > 1,
        _ => false,
    };
    if !needs_group {
        return write(hir, out);
    }
    out.push_str("(?:");
    write(hir, out);
    out.push(')');
}

fn times(repetition: &Repetition, out: &mut String) {
    let _ = match (repetition.min, repetition.max) {
        (0, Some(1)) => write!(out, "?"),
        (0, None) => write!(out, "*"),
        (1, None) => write!(out, "+"),
        (min, None) => write!(out, "{{{min},}}"),
        (min, Some(max)) if min == max => write!(out, "{{{min}}}"),
        (min, Some(max)) => write!(out, "{{{min},{max}}}"),
    };
    if !repetition.greedy {
        out.push('?');
    }
}

/// Returns a class by its members or by its complement, whichever is shorter.
fn of_class(class: &ClassBytes) -> String {
    let mut negated = class.clone();
    negated.negate();
    // No text contains a line feed, so it makes no difference.
    let mut line_feed = ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]);
    negated.difference(&line_feed);
    if negated.ranges().is_empty() {
        return ".".to_owned();
    }
    line_feed.intersect(class);
    let size = |class: &ClassBytes| -> usize { class.ranges().iter().map(ClassBytesRange::len).sum() };
    let is_negated = size(&negated) < size(class);
    let content = content(if is_negated { &negated } else { class });
    match (is_negated, content.as_str()) {
        (false, "\\w" | "\\d" | "\\s") => content,
        (true, "\\w" | "\\d" | "\\s") => content.to_ascii_uppercase(),
        (true, content) => format!("[^{content}]"),
        (false, content) => format!("[{content}]"),
    }
}

fn content(class: &ClassBytes) -> String {
    let (mut out, mut rest) = (String::new(), class.clone());
    for (name, ranges) in NAMED {
        let named = ClassBytes::new(ranges.iter().map(|&(start, end)| ClassBytesRange::new(start, end)));
        // A named class without the line feed is equivalent.
        let mut missing = named.clone();
        missing.difference(&rest);
        if missing.ranges().iter().all(|range| (range.start(), range.end()) == (b'\n', b'\n')) {
            out.push_str(name);
            rest.difference(&named);
        }
    }
    for range in rest.ranges() {
        for (at, byte) in [range.start(), range.end()].into_iter().enumerate() {
            match (at, range.len()) {
                (1, 1) => continue,
                (1, 3..) => out.push('-'),
                _ => {}
            }
            match byte {
                b'\\' | b']' | b'[' | b'^' | b'-' => drop(write!(out, "\\{}", char::from(byte))),
                b' '..=b'~' => out.push(char::from(byte)),
                byte => drop(write!(out, "\\x{byte:02X}")),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use clawsift_catalogue::pattern::Pattern;

    #[test]
    fn an_expression_reads_as_it_was_written() {
        for pattern in [
            r"\bflurb (?:failed|crashed) \d",
            r"(?<host>[^\s:]+):\d{2,5}(?:ab)?x*?",
            r"^a\.b[\-_]{3}$",
            r"[^.]{0,60}(?:请求|x)",
            r"\S+ \W",
        ] {
            assert_eq!(readable(&Pattern::parse(pattern).expect("a pattern")), pattern);
        }
    }
}
