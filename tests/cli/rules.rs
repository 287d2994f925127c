//! Rules of the user.

mod list;
mod new;
mod schema;

use std::fs;

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, clawsift_in, json, piped, stderr, stdout};

const OWN: &str = "\
category: gateway
rules:
  - id: own/flux
    title: The flux capacitor is empty
    severity: critical
    any:
      - regex: 'flux level (?<level>\\d+)'
    causes: [Somebody drove to 1985]
    fixes:
      - say: Fill up at level {level}.
        run: fill --to 88 --from {level} --in {tank}
";

#[test]
fn groups_are_there_without_the_built_in_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("own.yaml");
    let text = "category: channel\nrules:\n  - { id: own/channel, title: A channel complains, severity: error, \
                all: [{ shared: channel-record }, { literal: flurbed }], causes: [c], fixes: [{ say: s }] }\n";
    std::fs::write(&rules, text).expect("a file");
    let mut command = clawsift();
    command.args(["--no-default-rules", "--format", "json", "--rules"]).arg(&rules);
    let report = json(&piped(command, b"2026-11-22T10:00:00Z warn gateway/channels/telegram it flurbed\n"));
    assert_eq!(report["findings"][0]["rule"], "own/channel");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_overlay_adds_to_the_built_in_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.yaml"), OWN).expect("a file");
    let log = "error: flux level 3\nError: 502 Bad Gateway\n";
    let run = |arguments: &[&str]| {
        let mut command = clawsift_in(folder.path());
        command.args(arguments);
        piped(command, log.as_bytes())
    };
    let report = json(&run(&["--rules", "own.yaml", "--format", "json"]));
    assert_eq!(report["findings"][0]["rule"], "own/flux");
    assert_eq!(report["findings"][1]["rule"], "overloaded/bad-gateway");
    assert_eq!(report["findings"][0]["fixes"][0]["run"], "fill --to 88 --from 3 --in <tank>");
    let alone = json(&run(&["--rules", ".", "--no-default-rules", "--format", "json"]));
    assert_eq!(alone["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(alone["catalogue"]["rules"], 1);
}

#[test]
fn an_overlay_replaces_a_rule_of_the_same_id() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.yaml"), OWN.replace("own/flux", "overloaded/bad-gateway"))
        .expect("a file");
    let mut command = clawsift_in(folder.path());
    command.args(["--rules", "own.yaml"]);
    let output = piped(command, b"flux level 3\n");
    assert!(stdout(&output).contains("The flux capacitor is empty"), "{}", stdout(&output));
}

#[test]
fn a_fault_in_a_rule_file_is_shown_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let faults = [
        ("key.yaml", OWN.replace("causes", "couses")),
        ("severity.yaml", OWN.replace("critical", "deadly")),
        ("regex.yaml", OWN.replace("(?<level>", "(?<level")),
        ("yaml.yaml", OWN.replace("    any:", "   any:")),
        ("overrides.yaml", OWN.replace("    causes", "    overrides: [dns/not-fund]\n    causes")),
        ("kinds.yaml", OWN.replace("regex: 'flux", "literal: x\n        regex: 'flux")),
        ("lookahead.yaml", OWN.replace("flux level", "(?=flux) level")),
    ];
    for (name, text) in &faults {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    for (name, _) in &faults {
        assert_cmd_snapshot!(name.to_string(), clawsift_in(folder.path()).args(["--rules", name, "."]));
    }
}

#[test]
fn a_rule_that_is_not_there() {
    assert_cmd_snapshot!(clawsift().args(["--disable", "dns/notfound", "fixtures/logs"]));
    assert_cmd_snapshot!(clawsift().args(["--rules", "nowhere.yaml", "fixtures/logs"]));
}

#[test]
fn a_bench_names_what_rules_cost_and_which_signature_is_slow() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.yaml"), OWN.replace("flux level (?<level>", "(?<level>"))
        .expect("a file");
    let run = |arguments: &[&str]| {
        let mut command = clawsift_in(folder.path());
        command.args(["rules", "bench", "--rules", "own.yaml"]).args(arguments);
        piped(command, b"error: flux level 3\nError: 502 Bad Gateway\n")
    };
    let bench = json(&run(&["--format", "json"]));
    assert_eq!((&bench["records"], &bench["judged"]), (&2.into(), &2.into()));
    let rules = bench["rules"].as_array().expect("rules");
    let own = rules.iter().find(|rule| rule["rule"] == "own/flux").expect("its cost");
    assert_eq!((&own["candidates"], &own["matches"], &own["wins"]), (&2.into(), &2.into(), &1.into()));
    assert_eq!(bench["warnings"][0]["code"], "slow-signature");
    assert_eq!(bench["warnings"][0]["location"]["line"], 7);

    let table = run(&[]);
    assert!(stdout(&table).contains("own/flux (slow)"), "{}", stdout(&table));
    assert!(stdout(&table).contains("warning: own.yaml:7:9: "), "{}", stdout(&table));
    assert_eq!(table.status.code(), Some(0));
}

#[test]
fn an_overlay_leaves_rules_out_and_weighs_others_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "disable:\n  - { rule: overloaded/bad-gateway, reason: the proxy in front restarts, until: '2999-01-31' }\n  \
                - { rule: dns/not-found, reason: that was long ago, until: '2020-01-31' }\nseverity:\n  \
                - { rule: auth/invalid-key, to: critical, reason: nothing works without }\n";
    fs::write(folder.path().join("own.yaml"), text).expect("a file");
    let mut command = clawsift_in(folder.path());
    command.args(["--rules", "own.yaml", "--format", "json"]);
    let output = piped(
        command,
        b"Error: 502 Bad Gateway\nError: getaddrinfo ENOTFOUND api.x.com\nError: 401 Incorrect API key provided\n",
    );
    let report = json(&output);
    let found: Vec<(&str, &str)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| (finding["rule"].as_str().expect("an id"), finding["severity"].as_str().expect("one")))
        .collect();
    assert_eq!(found, [("auth/invalid-key", "critical"), ("dns/not-found", "error")]);
    let said = stderr(&output);
    assert!(said.starts_with(
        "clawsift: own.yaml:3:5: this entry expired on 2020-01-31 and no longer changes `dns/not-found`"
    ));
}

#[test]
fn the_users_own_rules_are_read_where_settings_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("clawsift/rules");
    fs::create_dir_all(&rules).expect("a folder");
    fs::write(rules.join("own.yaml"), OWN).expect("a file");
    let rule = |arguments: &[&str]| {
        let mut command = clawsift();
        command.env("XDG_CONFIG_HOME", folder.path()).args(["--format", "json"]).args(arguments);
        json(&piped(command, b"error: flux level 3\n"))["findings"][0]["rule"].clone()
    };
    assert_eq!(rule(&[]), "own/flux");
    assert_eq!(rule(&["--no-default-rules"]), serde_json::Value::Null);
}

#[test]
fn many_rules_are_kept_until_their_file_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = |title: &str| {
        let rule = |number: usize| {
            let id = format!("own/flux-{number}");
            format!(
                "  - {{ id: {id}, title: {title}, severity: error, any: [{{ literal: flux level {number} is low }}], causes: [a], \
                 fixes: [{{ say: do }}], references: [https://example.com/a/page/that/says/more/of/the/flux/{number}] }}\n"
            )
        };
        let rules: String = (10_000..11_500).map(rule).collect();
        fs::write(folder.path().join("own.yaml"), format!("category: tool\nrules:\n{rules}"))
            .expect("a file");
    };
    let title = |line: &[u8]| {
        let mut command = clawsift_in(folder.path());
        command.env("XDG_CACHE_HOME", folder.path().join("cache"));
        command.args(["--format", "json", "--rules", "own.yaml"]);
        json(&piped(command, line))["findings"][0]["title"].clone()
    };
    let kept = || fs::read_dir(folder.path().join("cache/clawsift")).map_or(0, Iterator::count);
    rules("first");
    assert_eq!(title(b"error: flux level 10003 is low\n"), "first");
    assert_eq!(kept(), 1);
    assert_eq!(title(b"error: flux level 11003 is low\n"), "first");
    assert_eq!(title(b"Error: getaddrinfo ENOTFOUND api.x.com\n"), "DNS lookup failed: host name not found");
    assert_eq!(kept(), 1);
    rules("second");
    assert_eq!(title(b"error: flux level 10003 is low\n"), "second");
    assert_eq!(kept(), 2);
    // With a file in place of the cache folder, nothing can be cached, and nothing else changes.
    fs::remove_dir_all(folder.path().join("cache")).expect("removing");
    fs::write(folder.path().join("cache"), "").expect("a file");
    assert_eq!(title(b"error: flux level 10003 is low\n"), "second");
}

#[test]
fn examples_are_tried_and_what_fails_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = "    examples: ['flux level 7', 'the flux is low', 'flux level 3: connect ECONNREFUSED 10.0.0.1:443']\n    \
                    counter_examples: ['the flux level 12 is fine']\n";
    fs::write(folder.path().join("own.yaml"), format!("{OWN}{examples}")).expect("a file");
    fs::write(folder.path().join("none.yaml"), OWN).expect("a file");
    let test = |arguments: &[&str]| {
        let mut command = clawsift_in(folder.path());
        command.args(["rules", "test"]).args(arguments);
        command
    };
    assert_cmd_snapshot!(test(&["own.yaml", "--mutate"]));
    assert_cmd_snapshot!(test(&["none.yaml"]));
}

#[test]
fn suggested_lines_pin_a_rule_down() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.yaml"), OWN).expect("a file");
    let test = |arguments: &[&str]| {
        let mut command = clawsift_in(folder.path());
        command.args(["rules", "test", "own.yaml"]).args(arguments);
        command.output().expect("the program runs")
    };
    let suggested = test(&["--mutate", "--suggest", "pins.yaml"]);
    assert_eq!(stderr(&suggested).lines().count(), 1, "{}", stderr(&suggested));
    assert_eq!(test(&["pins.yaml", "--mutate", "--min-score", "100"]).status.code(), Some(0));
    // An existing file is not overwritten.
    assert_eq!(test(&["--mutate", "--suggest", "pins.yaml"]).status.code(), Some(2));
}

#[test]
fn a_retired_id_is_told_also_where_other_rules_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let retired = "retired:\n  - { id: own/flux, why: the car is gone }\n";
    fs::write(folder.path().join("own.yaml"), format!("{OWN}{retired}")).expect("a file");
    let mut command = clawsift_in(folder.path());
    command.args(["--rules", "own.yaml", "--disable", "overloaded/bad-gateway"]);
    let output = piped(command, b"error: flux level 3\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the id `own/flux` was retired: the car is gone [retired-id]"));
}
