//! `clawsift explain`.

use std::fs;

use super::{clawsift, piped, stderr, stdout};

#[test]
fn a_status_has_a_page() {
    let mut command = clawsift();
    command.args(["explain", "429"]);
    insta::assert_snapshot!(stdout(&command.output().expect("output")));
}

#[test]
fn a_code_and_an_id_have_the_same_page() {
    let explain = |what: &str| clawsift().args(["explain", what]).output().expect("output");
    let page = explain("ENOTFOUND");
    assert_eq!(page.status.code(), Some(0));
    let text = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(text.contains("nslookup <host>"), "{text}");
    // The page of a code says what the code means, too.
    let is_of_code = |line: &&str| !line.contains("code  ") && !line.trim().starts_with("https://nodejs.org");
    let without: Vec<&str> = text.lines().filter(is_of_code).collect();
    let of_rule = explain("dns/not-found").stdout;
    assert_eq!(without, String::from_utf8_lossy(&of_rule).lines().filter(is_of_code).collect::<Vec<_>>());
    assert!(without.len() < text.lines().count(), "{text}");
}

#[test]
fn a_pasted_line_fills_its_facts_in() {
    let line = "2026-11-22T10:26:59.000+00:00 [model-fetch] error provider=llm02 model=m1 elapsedMs=28 name=TypeError \
                causeCode=CERT_HAS_EXPIRED message=fetch failed failoverReason=timeout";
    let mut command = clawsift();
    command.args(["explain", line]);
    insta::assert_snapshot!(stdout(&command.output().expect("output")));
    // The quotation marks are optional, and the line may come from a pipe.
    let mut loose = clawsift();
    loose.arg("explain").args(line.split(' ').filter(|word| !word.is_empty()));
    let mut dash = clawsift();
    dash.args(["explain", "-"]);
    assert_eq!(loose.output().expect("output").stdout, piped(dash, line.as_bytes()).stdout);
}

#[test]
fn a_category_shows_all_its_rules() {
    let out = clawsift().args(["explain", "dns"]).output().expect("output");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(text.contains("dns/not-found") && text.contains("dns/resolver"), "{text}");
}

#[test]
fn what_nothing_explains_is_said_to_be_so() {
    let mut command = clawsift();
    command.args(["explain", "rate-limit/request"]);
    let out = command.output().expect("output");
    assert_eq!((out.status.code(), stdout(&out).as_str()), (Some(2), ""));
    insta::assert_snapshot!(stderr(&out), @"clawsift: no rule, category or code is called `rate-limit/request`; the nearest rules are `rate-limit/requests`, `rate-limit/burst`, `rate-limit/free-tier`");
    let mut command = clawsift();
    command.args(["explain", "all is well today"]);
    let out = command.output().expect("output");
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(stdout(&out), @"unexplained: no rule matches this line; the lines around it may name the cause");
}

#[test]
fn a_retired_id_leads_to_its_heir() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("retired.yaml");
    fs::write(
        &rules,
        "retired:\n  - { id: dns/old, replaced_by: dns/not-found, why: two rules became one }\n  \
         - { id: dns/gone, why: it never matched }\n",
    )
    .expect("a file");
    let explain = |what: &str| {
        let mut command = clawsift();
        command.arg("explain").arg(what).arg("--rules").arg(&rules);
        command.output().expect("output")
    };
    assert!(String::from_utf8_lossy(&explain("dns/old").stdout).contains("dns/not-found"));
    let gone = explain("dns/gone");
    assert_eq!(gone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("it never matched"));
}

#[test]
fn a_secret_in_a_pasted_line_is_not_repeated() {
    let line =
        "401 Incorrect API key provided: sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789. key_prefix";
    let out = clawsift().args(["explain", line]).output().expect("output");
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(!text.contains("abcdefghijklmnop"), "{text}");
}
