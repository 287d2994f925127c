//! Texts in Markdown, as GitHub reads it: nothing that a log says becomes a link, an image, a heading or a tag, or calls
//! anybody.

use crate::redact::Redactor;

/// A text among others. Words that a forge would make links of, or call people by (`@name`, `#12`, addresses), become code:
/// a backslash does not stop them, for they are looked for in what was made of the Markdown.
pub(in crate::render) fn plain(text: &str) -> String {
    let line = in_one_line(text);
    let parts: Vec<&str> = line.split('`').collect();
    // Rules name commands and options between backticks.
    let has_code =
        parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty());
    let mut text = String::new();
    for (index, part) in if has_code { parts } else { vec![line.as_str()] }.into_iter().enumerate() {
        let part = if index % 2 == 1 { code(part) } else { by_word(part, &code, &escaped) };
        // Two codes side by side would be another one.
        if text.ends_with('`') && part.starts_with('`') {
            text.push(' ');
        }
        text.push_str(&part);
    }
    match first_mark(&text) {
        Some(at) => format!("{}\\{}", &text[..at], &text[at..]),
        None => text,
    }
}

/// A text in a cell of a table, where a pipe ends the cell even in code.
pub(in crate::render) fn cell(text: &str) -> String {
    by_word(&in_one_line(text), &|word| code(&word.replace('|', "¦")), &|word| {
        escaped(word).replace("\\|", "&#124;")
    })
}

/// The words of a line, those that a forge would act on written in one way, and the others, and the punctuation around, in
/// another.
fn by_word(line: &str, active: &dyn Fn(&str) -> String, inert: &dyn Fn(&str) -> String) -> String {
    let word = |word: &str| {
        if !is_active(word) {
            return inert(word);
        }
        let core = word.trim_start_matches(['(', '"', '\'']);
        let before = &word[..word.len() - core.len()];
        let bare = core.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
        format!("{}{}{}", inert(before), active(bare), inert(&core[bare.len()..]))
    };
    line.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// A text as code within a line.
pub(in crate::render) fn code(text: &str) -> String {
    let line = in_one_line(text);
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    let marks = "`".repeat(longest_run(&line) + 1);
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{marks}{pad}{line}{pad}{marks}")
}

/// Lines of code, indented so that they belong to an item of a list.
pub(in crate::render) fn block(language: &str, text: &str, indent: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| Redactor::OPEN.clean(line).into_owned()).collect();
    let marks = "`".repeat(lines.iter().map(|line| longest_run(line) + 1).max().unwrap_or(0).max(3));
    let mut out = String::new();
    let opening = format!("{marks}{language}");
    for line in std::iter::once(&opening).chain(&lines).chain(std::iter::once(&marks)) {
        out.push_str(format!("{:indent$}{line}", "").trim_end());
        out.push('\n');
    }
    out
}

/// A text in one line, in which everything can be seen.
fn in_one_line(text: &str) -> String {
    let line = text.split(['\n', '\r', '\t']).collect::<Vec<&str>>().join(" ");
    Redactor::OPEN.clean(line.trim()).into_owned()
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn is_active(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let has_number_after = |mark: &str| {
        lower
            .match_indices(mark)
            .any(|(at, _)| lower[at + mark.len()..].starts_with(|c: char| c.is_ascii_digit()))
    };
    word.contains('@')
        || lower.contains("://")
        || lower.contains("www.")
        || has_number_after("#")
        || has_number_after("gh-")
}

fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if r"\`*_{}[]<>|~&$!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Where a text begins with what would make it a heading, an item of a list or a line across.
fn first_mark(text: &str) -> Option<usize> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let is_mark = match text[digits..].chars().next()? {
        '#' | '+' | '-' | '=' => digits == 0,
        '.' | ')' => digits > 0,
        _ => false,
    };
    is_mark.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, expected) in [
            (
                "a*b_c <b>x</b> [l](u) ![i](u) & ~~s~~ $x$",
                r"a\*b\_c \<b\>x\</b\> \[l\](u) \!\[i\](u) \& \~\~s\~\~ \$x\$",
            ),
            ("ask @joe about #12 or GH-7", "ask `@joe` about `#12` or `GH-7`"),
            ("see (https://x.y/z), www.x.y", "see (`https://x.y/z`), `www.x.y`"),
            ("# no heading", r"\# no heading"),
            ("- no item", r"\- no item"),
            ("1. no item", r"1\. no item"),
            ("1.5 s", r"1\.5 s"),
            ("two\nlines\u{202e}", "two lines\\\\u\\{202e\\}"),
            ("run `a*b|c` now", "run `a*b|c` now"),
            ("`x`@y", "`x` `@y`"),
            ("a ` b", "a \\` b"),
        ] {
            assert_eq!(plain(text), expected);
        }
        assert_eq!(cell("a|b @x|y"), "a&#124;b `@x¦y`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(code(""), "(empty)");
        assert_eq!(block("text", "```\nx", 2), "  ````text\n  ```\n  x\n  ````\n");
    }
}
