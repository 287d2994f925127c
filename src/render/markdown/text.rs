//! Escaping for GitHub-flavoured Markdown: log text never becomes a link, an image, a heading, a tag, or a mention of a
//! user.

use crate::redact::Redactor;

/// Returns a text as Markdown. Words that GitHub would turn into a link or a mention (`@name`, `#12`, addresses) become
/// code. A backslash does not prevent that, because GitHub looks for them in the rendered text.
pub(in crate::render) fn plain(text: &str) -> String {
    let line = in_one_line(text);
    let parts: Vec<&str> = line.split('`').collect();
    // Rules put commands and options between backticks.
    let has_code =
        parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty());
    let mut text = String::new();
    for (index, part) in if has_code { parts } else { vec![line.as_str()] }.into_iter().enumerate() {
        let part = if index % 2 == 1 { code(part) } else { by_word(part, &code, &escaped) };
        // Two adjacent code spans would merge into a different one.
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

/// Returns a text as a table cell, where a pipe ends the cell even in code.
pub(in crate::render) fn cell(text: &str) -> String {
    by_word(&in_one_line(text), &|word| code(&word.replace('|', "¦")), &|word| {
        escaped(word).replace("\\|", "&#124;")
    })
}

/// Formats a line word by word: words that GitHub acts on with `active`, all others and the surrounding punctuation
/// with `inert`.
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

/// Returns a text as inline code.
pub(in crate::render) fn code(text: &str) -> String {
    let line = in_one_line(text);
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    let marks = "`".repeat(longest_run(&line) + 1);
    let pad = if line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{marks}{pad}{line}{pad}{marks}")
}

/// Returns a code block, indented to belong to a list item.
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

/// Returns a text on one line with control characters made visible.
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

/// Returns the position of a character that would make the text a heading, a list item or a horizontal rule.
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
