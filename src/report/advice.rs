//! Advice with the facts of the log filled in.

use std::collections::BTreeMap;

/// Where a filled-in value will stand, which decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A sentence for a person.
    Sentence,
    /// A command for a shell.
    Command,
    /// A value inside quotes in JSON5.
    Config,
}

/// Fills `{name}` in with the fact of that name, or with a placeholder `<name>`.
pub(super) fn fill(template: &str, facts: &BTreeMap<String, String>, place: Place) -> String {
    replace(template, |name| match facts.get(name) {
        // A value that begins with a hyphen would be taken for an option.
        Some(value) if place == Place::Command && !value.starts_with('-') => shell_quote(value),
        Some(value) if place == Place::Sentence => value.clone(),
        Some(value) if place == Place::Config => value.replace('\\', "\\\\").replace('"', "\\\""),
        _ => format!("<{name}>"),
    })
}

/// A template with one value for all facts.
pub fn filled(template: &str, value: &str) -> String {
    replace(template, |_| value.to_owned())
}

/// The names of the facts that a template wants, in order.
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
        // Braces of JSON5 and of shells have other things between them.
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

/// Where the providers that OpenClaw knows by name are reached.
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

/// Adds what is known of the provider and the log does not say: its usual host.
pub(super) fn add_provider_facts(facts: &mut BTreeMap<String, String>) {
    let Some(provider) = facts.get("provider") else { return };
    if let Some((_, host)) = PROVIDERS.iter().find(|(name, _)| name == provider) {
        facts.entry("host".to_owned()).or_insert_with(|| (*host).to_owned());
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The value as one word of a POSIX shell, however odd it is.
pub fn shell_quote(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-:/@%+=,".contains(c);
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
        assert_eq!(fill("ping {host} {port}", Place::Command), "ping api.x.com <port>");
        assert_eq!(fill("use {model}", Place::Command), r#"use 'a'\''; rm -rf ~ #"'"#);
        assert_eq!(fill("ssh {option}", Place::Command), "ssh <option>");
        assert_eq!(
            fill(r#"{ models: { "{model}": {} } }"#, Place::Config),
            r#"{ models: { "a'; rm -rf ~ #\"": {} } }"#
        );
        assert_eq!(fill("Wait {retry_after} s, {", Place::Sentence), "Wait <retry_after> s, {");
        assert_eq!(fill("awk '{print $1}' ${HOME}", Place::Command), "awk '{print $1}' ${HOME}");
    }
}
