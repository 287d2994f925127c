//! `--format sarif`, for reports and for problems of rules, against the official schema.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{HOSTILE, LOG, fixtures, json, run, snapshot, written};

fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/output_formats/sarif-schema-2.1.0.json");
    // A bracket in one of its patterns is not escaped, which only lenient engines take.
    let schema = fs::read_to_string(path).expect("the schema").replace("{2}]?$", r"{2}\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

fn check(validator: &jsonschema::Validator, text: &Value) {
    let faults: Vec<String> =
        validator.iter_errors(text).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect();
    assert_eq!(faults, [""; 0]);
}

#[test]
fn a_result_a_finding() {
    snapshot("sarif", &written(&["--format", "sarif", LOG]));
}

#[test]
fn every_fixture_and_the_hostile_log_are_valid() {
    let validator = validator();
    check(&validator, &json(&[&HOSTILE[..], &["--format", "sarif"]].concat()));
    for case in fixtures() {
        let log = json(&["--format", "sarif", &case]);
        check(&validator, &log);
        for result in log["runs"][0]["results"].as_array().expect("results") {
            // Code scanning rejects a result without a location, and identifies alerts by their fingerprints.
            assert_eq!(result["locations"].as_array().map(Vec::len), Some(1), "{case}");
            assert!(result["partialFingerprints"]["clawsift/v1"].as_str().is_some_and(|f| f.len() == 16));
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("an index");
            assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
    }
}

#[test]
fn faults_of_rules_are_valid() {
    let validator = validator();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/check/cases");
    let folder = folder.to_str().expect("a path");
    for path in [folder, "tests/cli/check/cases/duplicate-id.yaml", "rules", "nowhere.yaml"] {
        let output = run(&["rules", "check", "--format", "sarif", path]);
        check(&validator, &serde_json::from_slice(&output.stdout).expect("JSON"));
    }
}

#[test]
fn a_source_that_cannot_be_read_is_a_notification() {
    let output = run(&["--format", "sarif", "nowhere.log", LOG]);
    assert_eq!(output.status.code(), Some(2));
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    check(&validator(), &log);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
}

#[test]
fn what_a_log_says_is_no_link() {
    let log = json(&[&HOSTILE[..], &["--format", "sarif"]].concat());
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let text = result["message"]["text"].as_str().expect("a message").replace(r"\\", "");
        let is_bare = |bracket: &str| text.match_indices(bracket).any(|(at, _)| !text[..at].ends_with('\\'));
        assert!(!is_bare("[") && !is_bare("]"), "{text}");
    }
}
