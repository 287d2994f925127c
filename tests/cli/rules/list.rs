//! `clawsift rules list` and `clawsift rules show`.

use std::fs;

use insta_cmd::assert_cmd_snapshot;

use super::OWN;
use crate::{clawsift, clawsift_in, json, stderr, stdout};

fn list(arguments: &[&str]) -> std::process::Output {
    clawsift().args(["rules", "list"]).args(arguments).output().expect("output")
}

#[test]
fn a_list_has_a_row_a_rule() {
    let all = json(&list(&["--format", "json"]));
    let all = all.as_array().expect("rules");
    assert!(all.len() > 100, "{}", all.len());
    assert!(all.iter().all(|rule| rule["file"].as_str().is_some_and(|file| file.starts_with("rules/"))));

    let some = list(&["--category", "dns", "--category", "tls", "--format", "json"]);
    let some = json(&some);
    let of =
        |category: &str| some.as_array().expect("rules").iter().filter(|r| r["category"] == category).count();
    assert!(of("dns") > 0 && of("tls") > 0);
    assert_eq!(of("dns") + of("tls"), some.as_array().map_or(0, Vec::len));

    let table = stdout(&list(&[]));
    let row = table.lines().find(|line| line.contains("rate-limit/requests")).expect("a row");
    assert!(row.contains("rate_limit") && row.contains("rules/rate_limit.yaml"), "{row}");
    assert_cmd_snapshot!(clawsift().args(["rules", "list", "--category", "dns", "--format", "markdown"]));
    assert_cmd_snapshot!(clawsift().args(["rules", "list", "--category", "dns"]));
}

#[test]
fn overlays_are_listed_and_shown_where_they_stand() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = OWN.replace("own/flux", "dns/not-found").replace("The flux", "<The> | flux");
    fs::write(folder.path().join("own.yaml"), text).expect("a file");
    let run = |arguments: &[&str]| {
        clawsift_in(folder.path()).args(["rules"]).args(arguments).output().expect("output")
    };
    let alone = run(&["list", "--rules", "own.yaml", "--no-default-rules", "--format", "markdown"]);
    let row = r"| dns/not-found | gateway | critical | &lt;The> \| flux capacitor is empty | 0 | own.yaml |";
    assert_eq!(stdout(&alone).lines().nth(2), Some(row));

    let shown = json(&run(&["show", "dns/not-found", "--rules", "own.yaml", "--format", "json"]));
    assert_eq!(shown[0]["location"]["file"], "own.yaml");
    assert_eq!(shown[0]["any"][0]["regex"], r"flux level (?<level>\d+)");
    assert_eq!(shown[0]["any"][0]["evidence"], "body");
    assert_eq!(shown[0]["fixes"][0]["run"], "fill --to 88 --from {level} --in {tank}");
}

#[test]
fn a_rule_is_shown_whole() {
    assert_cmd_snapshot!(clawsift().args(["rules", "show", "dns/not-found", "rate-limit/tokens"]));
    let shown = clawsift().args(["rules", "show", "channel/telegram-network", "--format", "json"]).output();
    let shown = json(&shown.expect("output"));
    let signatures =
        ["any", "all", "none"].map(|list| shown[0][list].as_array().cloned().unwrap_or_default());
    let group =
        signatures.iter().flatten().find(|signature| signature["shared"].is_string()).expect("a group");
    assert!(group["members"].as_array().is_some_and(|members| !members.is_empty()), "{group}");
    assert!(group.get("evidence").is_none(), "{group}");
}

#[test]
fn a_rule_that_is_not_there_is_not_shown() {
    let error = |id: &str| {
        let output = clawsift().args(["rules", "show", "dns/not-found", id]).output().expect("output");
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), String::new()));
        stderr(&output)
    };
    assert_eq!(
        error("dns/notfound"),
        "clawsift: unknown rule `dns/notfound`; the nearest is `dns/not-found`\n"
    );
}
