//! The JSON Schemas of reports and matches: current, complete, and consistent with the output.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{HOSTILE, fixtures, json, run, written};

fn kept(what: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/{what}.schema.json"));
    fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n")
}

fn validator(what: &str) -> jsonschema::Validator {
    jsonschema::draft202012::new(&serde_json::from_str(&kept(what)).expect("JSON")).expect("a schema")
}

fn check(validator: &jsonschema::Validator, what: &str, value: &Value) {
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect();
    assert_eq!(faults, [""; 0], "{what}");
}

#[test]
fn the_schemas_that_are_kept_are_those_of_the_types() {
    for what in ["report", "match", "rules"] {
        let is_fresh = kept(what) == written(&["schema", what]);
        assert!(is_fresh, "stale; renew it with: cargo run -- schema {what} > schema/{what}.schema.json");
    }
    assert_eq!(written(&["schema", "rules"]), written(&["rules", "schema"]));
}

#[test]
fn reports_and_matches_are_valid() {
    let (report, a_match) = (validator("report"), validator("match"));
    let mut inputs: Vec<Vec<String>> = fixtures().into_iter().map(|case| vec![case]).collect();
    inputs.push(HOSTILE.map(str::to_owned).to_vec());
    let mut matches = 0;
    for input in inputs {
        let of = |format: &'static str| {
            let arguments = input.iter().map(String::as_str).chain(["--format", format]);
            arguments.collect::<Vec<&str>>()
        };
        check(&report, &input.join(" "), &json(&of("json")));
        for line in written(&of("ndjson")).lines() {
            check(&a_match, &input.join(" "), &serde_json::from_str(line).expect("an object"));
            matches += 1;
        }
    }
    assert!(matches > 500, "{matches}");
    check(
        &report,
        "--budget",
        &json(&["--format", "json", "--budget", "900", "fixtures/logs/mixed/file.log"]),
    );
    check(&report, "--top", &json(&["--format", "json", "--top", "1", "fixtures/logs/mixed/file.log"]));
    let unread = run(&["--format", "json", "nowhere.log"]);
    check(&report, "nowhere.log", &serde_json::from_slice(&unread.stdout).expect("JSON"));
}

#[test]
fn what_is_no_report_is_not_valid() {
    let validator = validator("report");
    let report = json(&["--format", "json", "fixtures/logs/mixed/file.log"]);
    for (pointer, value) in [
        ("/schema", "clawsift.report/v2".into()),
        ("/findings/0/severity", "deadly".into()),
        ("/findings/0/incidents", (-1).into()),
        ("/findings/0/first_seen", 7.into()),
        ("/sources/0/kind", "socket".into()),
        ("/totals", Value::Null),
    ] {
        let mut broken = report.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn everything_is_described() {
    for what in ["report", "match"] {
        let schema: Value = serde_json::from_str(&kept(what)).expect("JSON");
        let types = schema["$defs"].as_object().expect("types").iter();
        for (name, kind) in types.map(|(name, kind)| (name.as_str(), kind)).chain([(what, &schema)]) {
            let text = kind["description"].as_str().unwrap_or_default();
            assert!(!text.is_empty() && !text.contains("[`"), "{name}: {text}");
            for (key, value) in kind["properties"].as_object().into_iter().flatten() {
                let text = value["description"].as_str().unwrap_or_default();
                assert!(!text.is_empty() && !text.contains("[`"), "{name}.{key}: {text}");
            }
        }
    }
}
