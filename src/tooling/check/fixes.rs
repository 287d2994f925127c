//! Check of fixes and references: commands must have valid shell syntax, and references must be valid addresses.

use fluent_uri::Uri;

use crate::catalogue::{Problem, ProblemCode, Rule};
use crate::report::filled;

use super::checked::Checked;
use super::shell;

/// Prefix of texts in a draft that a person must write.
const TODO: &str = "TODO";
/// Maximum length of a command, in bytes; longer text is not a command to paste.
const MAX_COMMAND: usize = 4096;

pub(super) fn check(checked: &Checked<'_>, rule: &Rule, problems: &mut Vec<Problem>) {
    let texts = std::iter::once(&rule.title).chain(&rule.causes);
    if texts.chain(rule.fixes.iter().map(|fix| &fix.say)).any(|text| text.starts_with(TODO)) {
        problems.push(Problem::new(
            ProblemCode::IncompleteRule,
            &rule.location,
            format!("the rule `{}` is a draft: it still contains TODO", rule.id),
            "a title, causes and fixes for an operator, instead of each `TODO`",
        ));
    }
    for (at, fix) in rule.fixes.iter().enumerate() {
        if let Some(fault) = fix.run.as_deref().and_then(fault_of_command) {
            problems.push(Problem::new(
                ProblemCode::BadCommand,
                checked.places.fix(rule, at),
                format!("invalid shell command: {fault}"),
                "a command for a POSIX shell, ready to paste; clawsift quotes the value of each `{capture}`",
            ));
        }
    }
    for (at, reference) in rule.references.iter().enumerate() {
        if !is_address(reference) {
            problems.push(Problem::new(
                ProblemCode::BadReference,
                checked.places.reference(rule, at),
                format!("`{reference}` is not a URL"),
                "a URL such as https://docs.openclaw.ai/gateway/troubleshooting",
            ));
        }
    }
}

/// Returns the syntax error of a command, if any.
fn fault_of_command(command: &str) -> Option<String> {
    if command.len() > MAX_COMMAND {
        return Some(format!("it has more than {MAX_COMMAND} characters"));
    }
    shell::check(&without_blanks(&filled(command, "x"))).err().map(|mistake| mistake.to_string())
}

/// Replaces each `<name>` placeholder by a word, because a shell would read it as a redirection.
fn without_blanks(command: &str) -> String {
    let mut out = String::new();
    let mut rest = command;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let blank = rest[start + 1..].split('>').next().unwrap_or_default();
        let is_blank = blank.starts_with(|c: char| c.is_ascii_alphabetic())
            && blank.chars().all(|c| c.is_ascii_alphanumeric() || "-_ ./".contains(c))
            && rest[start + 1 + blank.len()..].starts_with('>');
        out.push(if is_blank { 'x' } else { '<' });
        rest = &rest[start + 1 + if is_blank { blank.len() + 1 } else { 0 }..];
    }
    out + rest
}

/// Returns true if the text has the form of a web address.
fn is_address(text: &str) -> bool {
    let Ok(uri) = Uri::parse(text) else { return false };
    let host = uri.authority().map(|authority| authority.host()).unwrap_or_default();
    matches!(uri.scheme().as_str(), "http" | "https")
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_must_be_one_of_a_shell() {
        for command in [
            "openclaw models status",
            "curl -sS https://{host}/v1/models | head -c 200",
            "for i in 1 2; do echo $i; done",
            "openssl s_client -connect {host}:443 </dev/null 2>/dev/null | openssl x509 -noout -dates",
            "awk '{print $1}' x",
            "openclaw models set <provider>/<model>",
        ] {
            assert_eq!(fault_of_command(command), None, "{command}");
        }
        for command in ["echo 'x", "echo \"x", "ls | | wc", "for i in 1 2; do echo", "echo $(date", "ls )"] {
            assert!(fault_of_command(command).is_some(), "{command}");
        }
    }

    #[test]
    fn a_reference_must_be_an_address() {
        assert!(is_address("https://docs.openclaw.ai/gateway#x"));
        for text in
            ["docs.openclaw.ai", "https//x.y", "https://", "ftp://x.y", "https://x y.z", "https://local/"]
        {
            assert!(!is_address(text), "{text}");
        }
    }
}
