//! `clawsift rules schema`, and the committed copy for editors.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::OWN;
use crate::{clawsift, stdout};

const KEPT: &str = "schema/rules.schema.json";

fn validator() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("the schema")).expect("JSON");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("YAML")
}

#[test]
fn the_schema_that_is_kept_is_that_of_the_types() {
    let printed = stdout(&clawsift().args(["rules", "schema"]).output().expect("output"));
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT)).unwrap_or_default();
    assert!(
        kept.replace("\r\n", "\n") == printed,
        "{KEPT} is stale; renew it with: cargo run -- rules schema > {KEPT}"
    );
}

#[test]
fn every_rule_file_is_valid_and_names_the_schema() {
    let validator = validator();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for path in walkdir::WalkDir::new(folder) {
        let path = path.expect("a path").into_path();
        if path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let first = text.lines().next().unwrap_or_default();
        let up = if path.parent().is_some_and(|parent| parent.ends_with("codes")) { "../" } else { "" };
        assert_eq!(
            first,
            format!("# yaml-language-server: $schema={up}../schema/rules.schema.json"),
            "{}",
            path.display()
        );
        let faults: Vec<String> =
            validator.iter_errors(&yaml(&text)).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0], "{}", path.display());
    }
}

#[test]
fn what_the_loader_refuses_is_not_valid() {
    let validator = validator();
    assert!(validator.is_valid(&yaml(OWN)));
    let faults = [
        ("causes", "couses"),
        ("category: gateway", "categroy: gateway"),
        ("category: gateway\n", ""),
        ("gateway", "gate_way"),
        ("critical", "deadly"),
        ("own/flux", "Own/Flux"),
        ("own/flux", "flux"),
        ("regex: 'flux", "literal: x\n        regex: 'flux"),
        ("regex: ", "regexp: "),
        ("regex: 'flux level (?<level>\\d+)'", "http_status: 200"),
        ("regex: 'flux level (?<level>\\d+)'", "http_status: [429, 200]"),
        ("regex: 'flux level (?<level>\\d+)'", "error_code: []"),
        ("regex: 'flux level (?<level>\\d+)'", "literal: ''"),
        ("regex: 'flux level (?<level>\\d+)'", "evidence: body"),
        ("regex: 'flux level (?<level>\\d+)'", "{ shared: channel-record, evidence: body }"),
        ("[Somebody drove to 1985]", "[]"),
        ("    causes: [Somebody drove to 1985]\n", ""),
        ("    title: The flux capacitor is empty\n", ""),
        ("      - say: Fill up at level {level}.\n        run", "      - run"),
    ];
    for (from, to) in faults {
        let text = OWN.replacen(from, to, 1);
        assert_ne!(text, OWN, "{from}");
        assert!(!validator.is_valid(&yaml(&text)), "{from} -> {to}:\n{text}");
    }
}

#[test]
fn what_the_loader_takes_is_valid() {
    let validator = validator();
    for signature in [
        "literal: x",
        "http_status: 429",
        "http_status: [502, 504]",
        "error_code: ETIMEDOUT",
        "error_code: [ETIMEDOUT, ENOTFOUND]",
        "field: { provider: [ollama*, lmstudio], status: 404, ok: false }",
        "shared: channel-record",
        "{ literal: x, evidence: sentence }",
    ] {
        let text = OWN.replace("regex: 'flux level (?<level>\\d+)'", signature);
        assert!(validator.is_valid(&yaml(&text)), "{text}");
    }
    let benign = OWN.replace("category: gateway", "category: none");
    assert!(validator.is_valid(&yaml(&benign.replace("    causes: [Somebody drove to 1985]\n", ""))));
    assert!(validator.is_valid(&json!({ "retired": [] })));
}

#[test]
fn a_draft_is_valid() {
    let line = "error: connect ECONNREFUSED 10.0.0.7:8081 while the flux was 'away'";
    let draft = clawsift().args(["rules", "new", "--from-line", line]).output().expect("output");
    assert!(validator().is_valid(&yaml(&stdout(&draft))), "{}", stdout(&draft));
}

#[test]
fn what_an_editor_shows_is_there() {
    let schema: Value =
        serde_json::from_str(&stdout(&clawsift().args(["rules", "schema"]).output().expect("output")))
            .expect("JSON");
    let types = schema["$defs"].as_object().expect("types").iter().map(|(name, kind)| (name.as_str(), kind));
    for (name, kind) in types.chain([("the file", &schema)]) {
        assert!(kind["description"].is_string(), "{name}");
        for (key, value) in kind["properties"].as_object().into_iter().flatten() {
            assert!(value["description"].is_string(), "{name}.{key} has no comment for an author to read");
        }
    }
}
