//! Advice of the rules: every configuration key and every OpenClaw command must exist in the version that the fixtures
//! were taken from (2026.9.6), because OpenClaw rejects its whole configuration if a key does not exist. A value filled
//! into a command must be one argument in each shell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use clawsift::catalogue::{self, Catalogue};
use clawsift::report::{is_argument, shell_quote};
use proptest::prelude::*;
use serde_json::Value;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/openclaw").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn catalogue() -> Catalogue {
    catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}"))
}

/// The keys of the configuration's schema, with `*` for a name that the user chooses and `[]` for an entry of a list.
struct Keys(BTreeSet<String>);

impl Keys {
    fn read() -> Self {
        let keys: BTreeSet<String> = fixture("config-keys.txt").lines().map(str::to_owned).collect();
        assert!(keys.len() > 6000, "only {} keys", keys.len());
        Self(keys)
    }

    /// Returns true if a path exists, with each name as given or as one that the user chooses.
    fn has(&self, path: &[String]) -> bool {
        let mut reached: BTreeSet<String> = BTreeSet::from([String::new()]);
        for name in path {
            let join = |prefix: &String, name: &str| match prefix.as_str() {
                "" => name.to_owned(),
                prefix => format!("{prefix}.{name}"),
            };
            reached = reached
                .iter()
                .flat_map(|prefix| [join(prefix, name), join(prefix, "*")])
                .filter(|candidate| self.leads_on(candidate))
                .collect();
        }
        !reached.is_empty()
    }

    fn leads_on(&self, path: &str) -> bool {
        // These accept any name; the schema does not list their content.
        let is_open = |(map, _): (&str, &str)| map == "env.vars" || map.ends_with(".params");
        if path.rsplit_once('.').is_some_and(is_open) {
            return true;
        }
        self.0.contains(path)
            || self
                .0
                .range(format!("{path}.")..)
                .next()
                .is_some_and(|key| key.starts_with(&format!("{path}.")))
    }
}

/// Collects all paths of a configuration, down to its leaves.
fn paths(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                path.push(name.clone());
                paths(value, path, found);
                path.pop();
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for item in items {
                path.push("[]".to_owned());
                paths(item, path, found);
                path.pop();
            }
        }
        _ => found.push(path.clone()),
    }
}

#[test]
fn every_configuration_key_exists() {
    let keys = Keys::read();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for rule in catalogue().rules() {
        for config in rule.fixes.iter().filter_map(|fix| fix.config.as_deref()) {
            // The subset of JSON5 that the fixes use is also YAML.
            let value: Value = serde_saphyr::from_str(config)
                .unwrap_or_else(|error| panic!("{}: {config}: {error}", rule.id));
            let mut found = Vec::new();
            paths(&value, &mut Vec::new(), &mut found);
            assert!(!found.is_empty(), "{}: an empty configuration", rule.id);
            seen += found.len();
            wrong.extend(
                found
                    .iter()
                    .filter(|path| !keys.has(path))
                    .map(|path| format!("{}: {}", rule.id, path.join("."))),
            );
        }
    }
    assert!(seen > 20, "only {seen} keys were looked at");
    assert!(wrong.is_empty(), "no such keys:\n{}", wrong.join("\n"));
    assert!(
        !keys.has(&["rateLimiting".to_owned()]) && !keys.has(&["models".to_owned(), "primary".to_owned()])
    );
}

/// The commands of OpenClaw, from its help pages.
struct Help {
    /// Subcommands by the path of their parent; options by the path of their page.
    subcommands: BTreeMap<String, BTreeSet<String>>,
    options: BTreeMap<String, BTreeSet<String>>,
}

impl Help {
    fn read() -> Self {
        let mut help = Self { subcommands: BTreeMap::new(), options: BTreeMap::new() };
        let mut page: Vec<String> = Vec::new();
        let mut section = "";
        for line in fixture("help.txt").lines() {
            if let Some(usage) = line.strip_prefix("Usage: openclaw") {
                let words: Vec<&str> =
                    usage.split_whitespace().take_while(|word| !word.starts_with(['[', '<'])).collect();
                // `cron|automations` are two names of one page.
                let last = words.last().copied().unwrap_or_default();
                let stem = &words[..words.len().saturating_sub(1)];
                page = last
                    .split('|')
                    .map(|name| [stem, &[name]].concat().join(" ").trim().to_owned())
                    .collect();
                section = "";
            } else if line.starts_with("Options:") {
                section = "options";
            } else if line.starts_with("Commands:") {
                section = "commands";
            } else if !line.starts_with(' ') && !line.is_empty() {
                section = "";
            } else if line.starts_with("  ") && !line.starts_with("   ") {
                let words = line.split_whitespace().map(|word| word.trim_end_matches(','));
                for name in &page {
                    match section {
                        "options" => {
                            let options = help.options.entry(name.clone()).or_default();
                            options.extend(
                                words.clone().filter(|word| word.starts_with('-')).map(str::to_owned),
                            );
                        }
                        "commands" => {
                            let word = words.clone().next().unwrap_or_default();
                            help.subcommands.entry(name.clone()).or_default().insert(word.to_owned());
                        }
                        _ => {}
                    }
                }
            }
        }
        help
    }

    /// Returns the error in a command, given as the words after `openclaw`.
    fn fault(&self, words: &[&str]) -> Option<String> {
        let mut path = String::new();
        let mut rest = words.iter().copied().peekable();
        while let Some(word) = rest.next_if(|word| !word.starts_with(['-', '<', '{'])) {
            let Some(known) = self.subcommands.get(&path) else { break };
            if !known.contains(word) {
                // `openclaw models` and similar commands also take arguments of their own.
                return (!path.starts_with("config "))
                    .then(|| format!("`{path}` has no subcommand `{word}`"));
            }
            path = format!("{path} {word}").trim().to_owned();
        }
        let options = self.options.get(&path)?;
        words
            .iter()
            .filter(|word| word.starts_with("--"))
            .map(|word| word.split('=').next().unwrap_or(word))
            .find(|word| !options.contains(*word) && !["--help", "--dev", "--profile"].contains(word))
            .map(|word| format!("`openclaw {path}` has no option `{word}`"))
    }
}

/// Returns the OpenClaw commands in a shell command, each as a list of words.
fn openclaw_commands(shell: &str) -> Vec<Vec<&str>> {
    let parts = shell.split(['|', '&', ';', '\n']);
    parts
        .map(|part| part.split_whitespace().collect::<Vec<_>>())
        .filter_map(|words| {
            let at = words.iter().position(|word| *word == "openclaw")?;
            words[..at].iter().all(|word| word.contains('=')).then(|| words[at + 1..].to_vec())
        })
        .collect()
}

#[test]
fn every_openclaw_command_exists() {
    let help = Help::read();
    assert!(help.subcommands[""].contains("gateway") && help.subcommands["gateway"].contains("restart"));
    assert!(help.options["doctor"].contains("--fix") && help.fault(&["restart"]).is_some());
    assert!(help.fault(&["doctor", "--mend"]).is_some());
    let mut wrong = Vec::new();
    let mut seen = 0;
    for rule in catalogue().rules() {
        for shell in rule.fixes.iter().filter_map(|fix| fix.run.as_deref()) {
            for words in openclaw_commands(shell) {
                seen += 1;
                wrong.extend(help.fault(&words).map(|fault| format!("{}: {fault}: {shell}", rule.id)));
            }
        }
    }
    assert!(seen > 100, "only {seen} commands were looked at");
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// `openclaw config get|set|unset PATH` must name a path of the schema.
#[test]
fn every_path_in_a_command_exists() {
    let keys = Keys::read();
    let mut wrong = Vec::new();
    for rule in catalogue().rules() {
        for shell in rule.fixes.iter().filter_map(|fix| fix.run.as_deref()) {
            for words in openclaw_commands(shell) {
                let ["config", "get" | "set" | "unset", path, ..] = words.as_slice() else { continue };
                let path: Vec<String> = path.split('.').map(str::to_owned).collect();
                // A path that is a fact of the record, such as the rejected key.
                let is_fact = path.len() == 1 && path[0].starts_with(['{', '<']);
                // A path of any channel is right if one of the channels has it.
                let of_channel = |channel: &str| -> Vec<String> {
                    path.iter()
                        .map(|key| if key == "{channel}" { channel.to_owned() } else { key.clone() })
                        .collect()
                };
                let is_known = |channel: &&str| keys.has(&of_channel(channel));
                if !is_fact && !["telegram", "discord", "slack"].iter().any(is_known) {
                    wrong.push(format!("{}: {shell}", rule.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "no such paths:\n{}", wrong.join("\n"));
}

/// Returns the values that a shell reads from quoted ones; `None` if the shell is not installed.
fn evaluated(shell: &str, values: &[String]) -> Option<Vec<String>> {
    let quoted: Vec<String> = values.iter().map(|value| shell_quote(value)).collect();
    let script = format!(r"printf '%s\0' {}", quoted.join(" "));
    let output = Command::new(shell).args(["-c", &script]).output().ok()?;
    assert!(output.status.success(), "{shell}: {script}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.split_terminator('\0').map(str::to_owned).collect())
}

#[test]
fn a_value_that_a_shell_would_expand_is_quoted() {
    for value in
        ["=ls", "~", "~root", "a=b", "", "^x", "[email]", "{a,b}", "a b", "#x", "!x", "$x", "`x`", "a'b", "ä"]
    {
        assert!(shell_quote(value).starts_with('\''), "{value}: {}", shell_quote(value));
    }
    for value in ["openai", "gpt-5.2", "api.openai.com", "https://a.b:8443/v1", "me@x.org", "50%", "a+b,c"] {
        assert_eq!(shell_quote(value), value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn what_is_quoted_comes_out_of_each_shell_as_it_was(
        values in prop::collection::vec("[ \t\n'\"`$()\\[\\]{}<>|&;*?!#~=%^\\\\\\-,.:/@+aZ1ä\u{a0}]{0,12}", 1..100)
    ) {
        // After the format of `printf` there are no options, but a shell's builtin may treat arguments differently.
        let values: Vec<String> = values.into_iter().filter(|value| value.is_empty() || is_argument(value)).collect();
        for shell in ["sh", "bash", "zsh", "ksh"] {
            if let Some(evaluated) = evaluated(shell, &values) {
                prop_assert_eq!(&evaluated, &values, "{}", shell);
            }
        }
    }
}
