//! Fills the facts of the log into advice templates.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Context of a filled-in value, which decides how the value is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuotingContext {
    /// A sentence for a person.
    Sentence,
    /// A command for a shell.
    Command,
    /// A value inside quotes in JSON5.
    Config,
}

/// Replaces each `{name}` by the fact of that name, or by the placeholder `<name>` if the fact is missing or not valid
/// for `place`.
pub(crate) fn fill(template: &str, facts: &BTreeMap<String, String>, place: QuotingContext) -> String {
    replace(template, |name| match facts.get(name) {
        Some(value) if place == QuotingContext::Command && fits(name, value) => shell_quote(value),
        Some(value) if place == QuotingContext::Sentence => value.clone(),
        Some(value) if place == QuotingContext::Config && !is_masked(value) => {
            value.replace('\\', "\\\\").replace('"', "\\\"")
        }
        _ => format!("<{name}>"),
    })
}

/// Returns true if a value is a valid command argument for the fact `name`. A log can contain any text as a host; an
/// invalid value is listed among the facts but never put into a command.
fn fits(name: &str, value: &str) -> bool {
    if value.contains(char::is_control) || !is_argument(value) {
        return false;
    }
    match name {
        "host" | "hostname" | "server_host" => is_host(value),
        "port" => value.parse::<u16>().is_ok_and(|port| port > 0),
        "path" | "file" | "folder" | "directory" | "dir" => is_path(value),
        "url" | "base_url" | "endpoint" => is_url(value),
        "pid" | "status" | "retry_after" => value.chars().all(|c| c.is_ascii_digit() || c == '.'),
        _ => true,
    }
}

/// Returns true if a value can be a command argument. A leading hyphen would make it an option, and a masked or
/// truncated value is unusable.
pub fn is_argument(value: &str) -> bool {
    !value.is_empty() && !value.starts_with('-') && !is_masked(value)
}

/// Prefixes of the masks that replace secrets, people and machines.
const MASKS: [&str; 7] = ["[redacted", "[email", "[phone", "[number", "[user", "[host", "[ip"];

/// Returns true if a part of the value was masked or truncated, by clawsift or by the program that wrote the log.
fn is_masked(value: &str) -> bool {
    value.contains("***") || value.contains('…') || MASKS.iter().any(|mask| value.contains(mask))
}

/// Returns true for a DNS name or an IP address.
fn is_host(value: &str) -> bool {
    let address = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    if address.parse::<IpAddr>().is_ok() {
        return true;
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    value.len() <= 253 && value.strip_suffix('.').unwrap_or(value).split('.').all(is_label)
}

/// Returns true for a single path as programs print it: absolute, or relative to the home folder or the current folder,
/// without shell metacharacters.
fn is_path(value: &str) -> bool {
    let is_windows =
        value.as_bytes().get(1) == Some(&b':') && value.starts_with(|c: char| c.is_ascii_alphabetic());
    let has_root = value.starts_with(['/', '~', '.']) || is_windows || !value.contains(char::is_whitespace);
    let is_odd = |c: char| "\"`$;|<>*?…".contains(c) || (c == '\\' && !is_windows);
    has_root && !value.contains(is_odd)
}

fn is_url(value: &str) -> bool {
    let rest =
        ["https://", "http://", "ws://", "wss://"].iter().find_map(|scheme| value.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or(authority, |(host, _)| host);
        is_host(host) && rest.chars().all(|c| c.is_ascii_graphic() && !"'\"`\\<>$;|".contains(c))
    })
}

/// Returns the template with the same value in place of every fact.
pub fn filled(template: &str, value: &str) -> String {
    replace(template, |_| value.to_owned())
}

/// Returns the names of the facts in a template, in order.
///
/// ```
/// assert_eq!(clawsift::report::placeholders("ping {host} -p {port} ${HOME}"), ["host", "port"]);
/// ```
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    replace(template, |name| {
        names.push(name);
        String::new()
    });
    names
}

fn replace<'t>(template: &'t str, mut with: impl FnMut(&'t str) -> String) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = rest[1..].split('}').next().unwrap_or_default();
        // Braces of JSON5 and of shells do not enclose a single name.
        if !is_name(name) || !rest[1 + name.len()..].starts_with('}') || out.ends_with('$') {
            out.push('{');
            rest = &rest[1..];
            continue;
        }
        out.push_str(&with(name));
        rest = &rest[name.len() + 2..];
    }
    out.push_str(rest);
    out
}

/// API hosts of the providers that OpenClaw knows by name.
const PROVIDERS: &[(&str, &str)] = &[
    ("anthropic", "api.anthropic.com"),
    ("openai", "api.openai.com"),
    ("google", "generativelanguage.googleapis.com"),
    ("openrouter", "openrouter.ai"),
    ("groq", "api.groq.com"),
    ("deepseek", "api.deepseek.com"),
    ("mistral", "api.mistral.ai"),
    ("xai", "api.x.ai"),
    ("moonshot", "api.moonshot.ai"),
];

/// Adds the provider's default host if the log does not name a host.
pub(crate) fn add_provider_facts(facts: &mut BTreeMap<String, String>) {
    let Some(provider) = facts.get("provider") else { return };
    if let Some((_, host)) = PROVIDERS.iter().find(|(name, _)| name == provider) {
        facts.entry("host".to_owned()).or_insert_with(|| (*host).to_owned());
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Quotes any value as one word of a POSIX shell. Only characters that no shell expands stay unquoted: zsh expands
/// `=ls` to the path of `ls`, and shells differ on `~`.
pub fn shell_quote(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,-".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_written_for_their_place() {
        let facts = BTreeMap::from([
            ("host".to_owned(), "api.x.com".to_owned()),
            ("model".to_owned(), "a'; rm -rf ~ #\"".to_owned()),
            ("option".to_owned(), "-oProxyCommand=x".to_owned()),
        ]);
        let fill = |template: &str, place| fill(template, &facts, place);
        assert_eq!(fill("ping {host} {port}", QuotingContext::Command), "ping api.x.com <port>");
        assert_eq!(fill("use {model}", QuotingContext::Command), r#"use 'a'\''; rm -rf ~ #"'"#);
        assert_eq!(fill("ssh {option}", QuotingContext::Command), "ssh <option>");
        assert_eq!(
            fill(r#"{ models: { "{model}": {} } }"#, QuotingContext::Config),
            r#"{ models: { "a'; rm -rf ~ #\"": {} } }"#
        );
        assert_eq!(fill("Wait {retry_after} s, {", QuotingContext::Sentence), "Wait <retry_after> s, {");
        for (name, value, expected) in [
            ("host", "$(reboot)", "<host>"),
            ("host", "a.b;reboot", "<host>"),
            ("host", "a b", "<host>"),
            ("host", "-a.b", "<host>"),
            ("host", "[::1]", "'[::1]'"),
            ("host", "my_nas.local", "my_nas.local"),
            ("port", "22; reboot", "<port>"),
            ("port", "70000", "<port>"),
            ("port", "443", "443"),
            ("path", "/a b/c'd", r"'/a b/c'\''d'"),
            ("path", r"C:\Users\x y", r"'C:\Users\x y'"),
            ("path", "$(reboot)/x", "<path>"),
            ("path", "/a b/c", "'/a b/c'"),
            ("path", "reboot now", "<path>"),
            ("path", "/x\n/y", "<path>"),
            ("url", "https://a.b:8443/v1", "https://a.b:8443/v1"),
            ("url", "https://a.b/$(reboot)", "<url>"),
            ("model", "[redacted]", "<model>"),
            ("model", "openai/[redacted 2]", "<model>"),
            ("account", "[email]", "<account>"),
            ("account", "[phone:87dd]", "<account>"),
            ("account", "-[number]", "<account>"),
            ("key", "sk-…f00d", "<key>"),
            ("key", "sk-***f00d", "<key>"),
            ("tool", "", "<tool>"),
            ("tool", "-rf", "<tool>"),
            ("tool", "=ls", "'=ls'"),
            ("tool", "~root", "'~root'"),
            ("tool", "a=b", "'a=b'"),
            ("tool", "[a]", "'[a]'"),
        ] {
            let facts = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            assert_eq!(
                super::fill(&format!("{{{name}}}"), &facts, QuotingContext::Command),
                expected,
                "{value}"
            );
            assert_eq!(super::fill(&format!("{{{name}}}"), &facts, QuotingContext::Sentence), value);
        }
        for masked in ["[redacted]", "[email 1]"] {
            let facts = BTreeMap::from([("model".to_owned(), masked.to_owned())]);
            assert_eq!(
                super::fill(r#"{ "{model}": 1 }"#, &facts, QuotingContext::Config),
                r#"{ "<model>": 1 }"#
            );
        }
        assert_eq!(fill("awk '{print $1}' ${HOME}", QuotingContext::Command), "awk '{print $1}' ${HOME}");
    }
}
