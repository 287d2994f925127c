//! Detects syntax errors in a shell command: unclosed quotes and groups, operators without a command, redirections
//! without a target.
//!
//! This is a lexer and not a parser: it knows quotes, operators, groups and the reserved words that open and close a
//! block (POSIX 2.9, 2.10), and the common operators of Bash. An accepted command may still fail for other reasons.

use std::iter::Peekable;
use std::str::CharIndices;

/// Words that open a block at the start of a command, with the words that close it.
const BLOCKS: [(&str, &str); 6] =
    [("{", "}"), ("if", "fi"), ("for", "done"), ("while", "done"), ("until", "done"), ("case", "esac")];
/// Words that are followed by another command.
const LEADS: [&str; 6] = ["then", "elif", "else", "do", "!", "time"];

/// A syntax error in a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    /// A quote, parenthesis, group or block is not closed.
    #[error("`{0}` is never closed")]
    Unclosed(&'static str),
    /// A closing parenthesis or word has no opening one.
    #[error("`{0}` has no opening counterpart")]
    Unopened(&'static str),
    /// An operator has no command before it.
    #[error("there is no command before `{0}`")]
    NothingBefore(&'static str),
    /// An operator has no command after it.
    #[error("there is no command after `{0}`")]
    NothingAfter(&'static str),
    /// A redirection has no target.
    #[error("the redirection `{0}` has no target")]
    NoTarget(&'static str),
    /// There is a parenthesis in the middle of a command.
    #[error("`(` within a command must be quoted")]
    Parenthesis,
}

use Mistake::{NoTarget, NothingAfter, NothingBefore, Parenthesis, Unclosed, Unopened};

/// Checks a command and stops at the first mistake.
///
/// # Errors
/// Returns the first mistake.
pub(super) fn check(command: &str) -> Result<(), Mistake> {
    let chars = command.char_indices().peekable();
    Lexer { chars, text: command, open: Vec::new(), now: Now::default(), documents: Vec::new() }.run()
}

/// An open construct, and the state to restore when it is closed.
struct Open {
    kind: &'static str,
    around: Now,
}

/// State of the current command.
#[derive(Default)]
struct Now {
    /// `true` if the current command has a word.
    has_command: bool,
    /// Operator that still needs a command after it.
    operator: Option<&'static str>,
    /// Redirection that still needs its target.
    redirection: Option<&'static str>,
    /// Offset of the start of the current word.
    word: Option<usize>,
}

struct Lexer<'a> {
    chars: Peekable<CharIndices<'a>>,
    text: &'a str,
    open: Vec<Open>,
    now: Now,
    /// Terminators of the here-documents that begin on the next line.
    documents: Vec<String>,
}

impl Lexer<'_> {
    fn run(mut self) -> Result<(), Mistake> {
        while let Some((at, c)) = self.chars.next() {
            if self.is_in("\"") || self.is_in("${") {
                self.quoted(at, c)?;
            } else {
                self.plain(at, c)?;
            }
        }
        self.end_word(self.text.len())?;
        match self.open.last() {
            Some(open) => Err(Unclosed(open.kind)),
            None => self.end_list(),
        }
    }

    /// Processes a character within double quotes or `${...}`.
    fn quoted(&mut self, at: usize, c: char) -> Result<(), Mistake> {
        match c {
            '\\' => drop(self.chars.next()),
            '"' if self.is_in("\"") => self.close(),
            '"' => self.enter("\""),
            '}' if self.is_in("${") => self.close(),
            // Within double quotes, an apostrophe is an ordinary character.
            '\'' if self.open.iter().all(|open| open.kind != "\"") => self.single_quoted()?,
            '$' => self.dollar()?,
            '`' => self.backquote(at)?,
            _ => {}
        }
        Ok(())
    }

    /// Processes a character outside quotes.
    fn plain(&mut self, at: usize, c: char) -> Result<(), Mistake> {
        match c {
            ' ' | '\t' | '\r' => self.end_word(at)?,
            '\n' => self.end_line(at)?,
            '#' if self.now.word.is_none() => while self.chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '|' | '&' | ';' => self.operator(at, c)?,
            '<' | '>' => self.redirection(at, c)?,
            '(' => self.parenthesis(at)?,
            ')' => self.close_parenthesis(at)?,
            '`' => self.backquote(at)?,
            _ => {
                self.now.word.get_or_insert(at);
                match c {
                    '\\' => drop(self.chars.next()),
                    '\'' => self.single_quoted()?,
                    '"' => self.enter("\""),
                    '$' => self.dollar()?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn single_quoted(&mut self) -> Result<(), Mistake> {
        self.chars.find(|(_, c)| *c == '\'').map(drop).ok_or(Unclosed("'"))
    }

    /// Processes the characters after a `$`.
    fn dollar(&mut self) -> Result<(), Mistake> {
        if self.take('{') {
            self.enter("${");
        } else if self.take('(') {
            match self.take('(') {
                true => self.arithmetic()?,
                false => self.enter("$("),
            }
        }
        Ok(())
    }

    /// Skips `$((...))`.
    fn arithmetic(&mut self) -> Result<(), Mistake> {
        let mut depth = 2_usize;
        while depth > 0 {
            match self.chars.next() {
                Some((_, '(')) => depth += 1,
                Some((_, ')')) => depth -= 1,
                Some(_) => {}
                None => return Err(Unclosed("$((")),
            }
        }
        Ok(())
    }

    fn backquote(&mut self, at: usize) -> Result<(), Mistake> {
        if self.is_in("`") {
            return self.close_list(at);
        }
        self.now.word.get_or_insert(at);
        self.enter("`");
        Ok(())
    }

    fn parenthesis(&mut self, at: usize) -> Result<(), Mistake> {
        let is_word = self.now.word.is_some_and(|start| !self.text[start..at].ends_with('='));
        if is_word && self.take(')') {
            // A function definition, whose body is a new command.
            self.now = Now::default();
            return Ok(());
        }
        if is_word || (self.now.word.is_none() && self.now.has_command && !self.is_in("case")) {
            return Err(Parenthesis);
        }
        self.now.word.get_or_insert(at);
        self.enter("(");
        Ok(())
    }

    fn close_parenthesis(&mut self, at: usize) -> Result<(), Mistake> {
        if self.is_in("case") {
            // End of a `case` pattern, which is followed by a command.
            self.now = Now::default();
            return Ok(());
        }
        if !self.is_in("(") && !self.is_in("$(") {
            self.end_word(at)?;
            return Err(self.open.last().map_or(Unopened(")"), |open| Unclosed(open.kind)));
        }
        self.close_list(at)
    }

    fn operator(&mut self, at: usize, c: char) -> Result<(), Mistake> {
        if c == '&' && self.take('>') {
            self.end_word(at)?;
            self.take('>');
            self.now.redirection = Some("&>");
            return Ok(());
        }
        self.end_word(at)?;
        if let Some(redirection) = self.now.redirection {
            return Err(NoTarget(redirection));
        }
        let operator = match c {
            '|' if self.take('|') => "||",
            '|' if self.take('&') => "|&",
            '|' => "|",
            '&' if self.take('&') => "&&",
            '&' => "&",
            _ if self.is_in("case") && self.take(';') => {
                self.now = Now::default();
                return Ok(());
            }
            _ => ";",
        };
        if let Some(pending) = self.now.operator {
            return Err(NothingAfter(pending));
        }
        if !self.now.has_command {
            return Err(NothingBefore(operator));
        }
        self.now.has_command = false;
        self.now.operator = (!matches!(operator, ";" | "&")).then_some(operator);
        Ok(())
    }

    fn redirection(&mut self, at: usize, c: char) -> Result<(), Mistake> {
        // Bash's `<(...)` and `>(...)` are words.
        if self.take('(') {
            self.now.word.get_or_insert(at);
            self.enter("(");
            return Ok(());
        }
        self.end_word(at)?;
        if let Some(redirection) = self.now.redirection {
            return Err(NoTarget(redirection));
        }
        self.now.redirection = Some(match c {
            '<' if self.take('<') => {
                if self.take('<') {
                    "<<<"
                } else {
                    "<<"
                }
            }
            '<' => "<",
            _ if self.take('>') => ">>",
            _ => ">",
        });
        // `<&`, `<>`, `>&` and `>|` need a target like the other redirections.
        self.chars.next_if(|(_, next)| matches!((c, next), (_, '&') | ('<', '>') | ('>', '|')));
        Ok(())
    }

    /// Ends the current word, which may open or close a block.
    fn end_word(&mut self, at: usize) -> Result<(), Mistake> {
        let Some(start) = self.now.word.take() else { return Ok(()) };
        let word = &self.text[start..at];
        if let Some(redirection) = self.now.redirection.take() {
            if redirection == "<<" {
                self.documents.push(word.trim_start_matches('-').replace(['\'', '"', '\\'], ""));
            }
            // A redirection alone is a complete command: it creates the file.
            self.now.has_command = true;
            self.now.operator = None;
            return Ok(());
        }
        let operator = self.now.operator.take();
        if self.now.has_command {
            return Ok(());
        }
        if let Some((opening, _)) = BLOCKS.iter().find(|(opening, _)| *opening == word) {
            let is_list = matches!(*opening, "{" | "if" | "while" | "until");
            self.enter(opening);
            self.now.has_command = !is_list;
        } else if let Some((_, closing)) = BLOCKS.iter().find(|(_, closing)| *closing == word) {
            if let Some(operator) = operator {
                return Err(NothingAfter(operator));
            }
            let top = self.open.last().map(|open| open.kind);
            if !BLOCKS.iter().any(|(opening, end)| end == closing && Some(*opening) == top) {
                return Err(Unopened(closing));
            }
            self.close();
            self.now.has_command = true;
        } else {
            self.now.has_command = !LEADS.contains(&word);
        }
        Ok(())
    }

    /// Ends a line; a pipeline may continue on the next one.
    fn end_line(&mut self, at: usize) -> Result<(), Mistake> {
        self.end_word(at)?;
        if let Some(redirection) = self.now.redirection {
            return Err(NoTarget(redirection));
        }
        self.now.has_command = false;
        for end in std::mem::take(&mut self.documents) {
            self.skip_document(&end);
        }
        Ok(())
    }

    /// Skips the lines of a here-document (`<<END`), which are plain text.
    fn skip_document(&mut self, end: &str) {
        while let Some(&(start, _)) = self.chars.peek() {
            let line = self.text[start..].lines().next().unwrap_or_default();
            while self.chars.next().is_some_and(|(_, c)| c != '\n') {}
            if line.trim_start_matches('\t') == end {
                return;
            }
        }
    }

    /// Checks that nothing is missing at the end of a command list.
    fn end_list(&self) -> Result<(), Mistake> {
        match (self.now.redirection, self.now.operator) {
            (Some(redirection), _) => Err(NoTarget(redirection)),
            (_, Some(operator)) => Err(NothingAfter(operator)),
            _ => Ok(()),
        }
    }

    fn close_list(&mut self, at: usize) -> Result<(), Mistake> {
        self.end_word(at)?;
        self.end_list()?;
        self.close();
        Ok(())
    }

    fn enter(&mut self, kind: &'static str) {
        self.open.push(Open { kind, around: std::mem::take(&mut self.now) });
    }

    fn close(&mut self) {
        self.now = self.open.pop().map(|open| open.around).unwrap_or_default();
    }

    fn is_in(&self, kind: &str) -> bool {
        self.open.last().is_some_and(|open| open.kind == kind)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that each command is accepted.
    fn accepted(commands: &[&str]) {
        commands.iter().for_each(|command| assert_eq!(check(command), Ok(()), "{command}"));
    }

    /// Asserts that each command is rejected with this mistake.
    fn refused(mistake: &Mistake, commands: &[&str]) {
        commands.iter().for_each(|command| assert_eq!(check(command).as_ref(), Err(mistake), "{command}"));
    }

    #[test]
    fn quotes_must_be_closed() {
        accepted(&[
            "echo 'a | b' \"c ; d\" e\\'f",
            r#"echo "it's" 'a "b'"#,
            "echo \"a\\\"b\"",
            "# it's a comment",
            "echo a#'b'",
        ]);
        refused(&Unclosed("'"), &["echo 'x", "echo \"a\" 'b", "echo a # b\necho 'c"]);
        refused(&Unclosed("\""), &["echo \"x", "echo \"x\\\"", "echo 'a' \"b"]);
    }

    #[test]
    fn substitutions_must_be_closed() {
        accepted(&[
            "echo $(date) `date` ${HOME:-/root}",
            r#"chown "$(id -un)" x"#,
            r#"echo "${x:-"y z"} $(ls "a b" | wc -l)""#,
            r#"echo "${x:-don't}""#,
            "echo $((1 + (2 << 3)))",
            "diff <(ls a) <(ls b)",
        ]);
        refused(&Unclosed("$("), &["echo $(date", "echo \"$(date", "echo $(echo $(date)"]);
        refused(&Unclosed("`"), &["echo `date", "echo `echo $(date)"]);
        refused(&Unclosed("${"), &["echo ${HOME", "echo \"${HOME"]);
        refused(&Unclosed("$(("), &["echo $((1 + 2)"]);
    }

    #[test]
    fn groups_and_blocks_must_be_closed() {
        accepted(&[
            "(cd /tmp && ls)",
            "{ ls; date; } > x",
            "awk '{print $1}' x",
            "find . -exec ls {} \\;",
            "echo } { fi",
            "for i in 1 2; do echo $i; done",
            "if ls; then date; elif id; then :; else df; fi",
            "while ! ls; do sleep 1; done",
            "case $x in a|b) ls ;; (*) date ;; esac",
            "f() { ls; }; f",
            "a=(1 2)",
        ]);
        refused(&Unclosed("("), &["(ls", "(ls; (date)"]);
        refused(&Unclosed("{"), &["{ ls", "{ ls }", "(ls) && { date;", "{ ls )"]);
        refused(&Unclosed("for"), &["for i in 1 2; do echo", "for i in 1 2"]);
        refused(&Unclosed("if"), &["if ls; then date"]);
        refused(&Unopened(")"), &["ls )", "ls)"]);
        refused(&Unopened("}"), &["ls; }"]);
        refused(&Unopened("done"), &["if ls; then date; done"]);
        refused(&Parenthesis, &["echo (x)", "echo f(x)"]);
    }

    #[test]
    fn operators_need_commands() {
        accepted(&[
            "ls | wc",
            "ls || date && id",
            "ls;",
            "ls &",
            "ls & date; id",
            "ls |\n wc",
            "\n\nls\n\ndate\n",
            "ls |& wc",
            "A=1",
        ]);
        refused(&NothingBefore("|"), &["| wc", "(| wc)", "ls; | wc"]);
        refused(&NothingBefore("&&"), &["&& ls", "ls; && date"]);
        refused(&NothingBefore("||"), &["|| ls"]);
        refused(&NothingBefore(";"), &["; ls", "ls;; date", "ls & ; date"]);
        refused(&NothingBefore("&"), &["& ls", "ls; & date"]);
        refused(
            &NothingAfter("|"),
            &["ls |", "ls | | wc", "ls | ; wc", "(ls |)", "{ ls | }", "echo $(ls | )"],
        );
        refused(&NothingAfter("&&"), &["ls &&", "ls && || date", "ls && # date"]);
        refused(&NothingAfter("||"), &["ls ||", "ls || & date"]);
    }

    #[test]
    fn redirections_need_targets() {
        accepted(&[
            "ls >x 2>&1",
            "ls > x",
            ">x",
            "ls &>x",
            "ls >>x <y",
            "ls 2>&-",
            "x </dev/null 2>/dev/null | wc",
            "cat <<<x",
            "cat <<EOF > x\nit's | text (\nEOF\nls",
            "cat <<-'EOF'\n\t\"\n\tEOF",
        ]);
        refused(&NoTarget(">"), &["ls >", "ls > | wc", "ls 2> ; date", "(ls >)", "ls >\n"]);
        refused(&NoTarget(">>"), &["ls >>", "ls >> > x"]);
        refused(&NoTarget("<"), &["wc <", "wc < && ls"]);
        refused(&NoTarget("<<<"), &["wc <<<"]);
        refused(&NoTarget("&>"), &["ls &>"]);
    }

    #[test]
    fn a_mistake_is_told_in_words() {
        for (command, words) in [
            ("ls |", "there is no command after `|`"),
            ("| ls", "there is no command before `|`"),
            ("ls '", "`'` is never closed"),
            ("ls )", "`)` has no opening counterpart"),
            ("ls >", "the redirection `>` has no target"),
        ] {
            assert_eq!(check(command).map_err(|mistake| mistake.to_string()), Err(words.to_owned()));
        }
    }
}
