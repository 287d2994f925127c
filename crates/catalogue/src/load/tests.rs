//! Faults are reported with their location, and good files load.

use super::*;
use crate::{background, read_rules};

const GOOD: &str = "\
category: dns
rules:
  - id: dns/not-found
    title: A host name does not resolve
    severity: error
    any:
      - error_code: ENOTFOUND
      - http_status: [502, 503]
      - field: { failoverReason: dns, status: 404 }
    causes: [a typo]
    fixes: [{ say: Check the name }]
";

fn load(text: &str) -> Result<Catalogue, Problems> {
    load_files([RuleFile::new("x.yaml", text)])
}

fn load_files(files: impl IntoIterator<Item = RuleFile>) -> Result<Catalogue, Problems> {
    let background = background();
    let mut loader = Loader::new(&background);
    loader.layer(files);
    loader.finish()
}

fn problem(text: &str) -> Problem {
    let mut problems = load(text).expect_err("a fault").0;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[test]
fn reads_every_kind_of_value() {
    let catalogue = load(GOOD).expect("good");
    let rule = &catalogue.rules()[0];
    assert_eq!(rule.any[1].kind, SignatureKind::HttpStatus(vec![502, 503]));
    assert_eq!(rule.any[0].evidence, crate::Evidence::Transport);
    let SignatureKind::Field(fields) = &rule.any[2].kind else { panic!() };
    assert_eq!(fields["status"], ["404"]);
}

#[test]
fn a_fault_names_file_line_column_and_what_was_expected() {
    let p = problem(&GOOD.replace("severity: error", "severity: awful"));
    assert_eq!(p.code, ProblemCode::UnknownName);
    assert_eq!((p.location.line, p.source_line.as_deref()), (5, Some("    severity: awful")));
    assert!(p.message.contains("awful"), "{p}");

    let p = problem(&GOOD.replace("causes:", "cuases:"));
    assert!(p.expected.contains("`causes`"), "{p}");

    let p = problem(&GOOD.replace("error_code: ENOTFOUND", "regex: 'a(b'"));
    assert_eq!((p.code, p.location.line), (ProblemCode::BadRegex, 7));

    let p = problem(&GOOD.replace("error_code: ENOTFOUND", "regex: 'a*'"));
    assert!(p.message.contains("empty"), "{p}");

    let p = problem(&GOOD.replace("    causes", "    overrides: [dns/not-fund]\n    causes"));
    assert_eq!(p.code, ProblemCode::UnknownRule);
    assert!(p.expected.contains("dns/not-found"), "{p}");

    let p = problem(&GOOD.replace("dns/not-found", "DNS"));
    assert_eq!(p.code, ProblemCode::BadId);

    let twice = format!("{GOOD}{}", &GOOD["category: dns\nrules:\n".len()..]);
    assert_eq!(problem(&twice).code, ProblemCode::DuplicateId);
}

#[test]
fn rules_share_groups_and_ids_stay_retired() {
    let group = "\
shared:
  name-server: [{ literal: resolver }]
retired:
  - { id: dns/old, replaced_by: dns/not-found, why: two rules became one }
";
    let load = |rules: &str| load_files([RuleFile::new("a.yaml", rules), RuleFile::new("b.yaml", group)]);
    let sharing = GOOD.replace("error_code: ENOTFOUND", "shared: name-server");
    let catalogue = load(&sharing).expect("good");
    assert_eq!(catalogue.rules()[0].any[0].kind, SignatureKind::Shared("name-server".to_owned()));
    assert_eq!(catalogue.shared()["name-server"].len(), 1);

    let unknown = load(&sharing.replace("name-server", "name-sever")).expect_err("a fault").0.remove(0);
    assert_eq!((unknown.code, unknown.location.line), (ProblemCode::UnknownGroup, 7));
    assert!(unknown.expected.contains("`name-server`"), "{unknown}");

    let back = load(&GOOD.replace("dns/not-found", "dns/old")).expect_err("a fault").0.remove(0);
    assert_eq!(back.code, ProblemCode::RetiredId);

    let old = load(&GOOD.replace("    causes", "    overrides: [dns/old]\n    causes"));
    let old = old.expect_err("a fault").0.remove(0);
    assert!(old.expected.contains("`dns/not-found`"), "{old}");
}

#[test]
fn the_embedded_rules_are_as_good_as_they_are_taken_for() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    if let Err(problems) = load_files(read_rules(&folder).expect("rules")) {
        panic!("{problems}");
    }
}

#[test]
fn a_yaml_bomb_is_refused() {
    let mut text = String::from("category: dns\na: &a [x,x,x,x,x,x,x,x,x]\n");
    for (from, to) in ('a'..'j').zip('b'..'k') {
        text.push_str(&format!(
            "{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"
        ));
    }
    assert!(problem(&text).code.hides_the_file());
}

const TABLE: &str = "
code_tables:
  - id: resolver
    vendor: Resolver
    source: https://example.com
    where: [{ field: { subsystem: ['*dns*'] } }]
    shapes: ['code={code}\\b', 'answered {code}']
    codes:
      - { code: 3, means: No such name, rule: dns/not-found, text: no such name }
      - { code: 5, means: Refused, rule: dns/not-found }
  - id: names
    vendor: Resolver
    source: https://example.com
    codes:
      - { code: NXDOMAIN, means: No such name, rule: dns/not-found }
  - id: shown
    vendor: Resolver
    source: https://example.com
    explain_only: true
    codes:
      - { code: 7, means: Shown, rule: dns/not-found }
";

#[test]
fn a_code_table_adds_signatures_to_its_rules() {
    let catalogue = load(&format!("{GOOD}{TABLE}")).expect("good");
    let codes = &catalogue.rules()[0].codes;
    let kinds: Vec<&SignatureKind> = codes.iter().map(|code| &code.signature.kind).collect();
    let regex = |text: &str| SignatureKind::Regex(text.to_owned());
    assert_eq!(
        kinds,
        [
            &SignatureKind::Literal("no such name".to_owned()),
            &regex(r"code=(?<code>3|5)\b"),
            &regex("answered (?<code>3|5)"),
            &SignatureKind::ErrorCode(vec!["NXDOMAIN".to_owned()]),
        ]
    );
    let frames: Vec<Option<&str>> = codes.iter().map(|code| code.frame.as_deref()).collect();
    assert_eq!(frames, [Some("codes/resolver"), Some("codes/resolver"), Some("codes/resolver"), None]);
    assert_eq!(codes[0].code.as_deref(), Some("3"));
    assert!(catalogue.shared().contains_key("codes/resolver"));
    assert_eq!(catalogue.tables().len(), 3);
}

#[test]
fn a_rule_that_is_replaced_keeps_its_codes() {
    let background = background();
    let mut loader = Loader::new(&background);
    loader.layer([RuleFile::new("x.yaml", format!("{GOOD}{TABLE}"))]);
    loader.layer([RuleFile::new("own.yaml", GOOD)]);
    assert_eq!(loader.finish().expect("good").rules()[0].codes.len(), 4);
}

#[test]
fn tables_travel_in_any_format() {
    let catalogue = load(&format!("{GOOD}{TABLE}")).expect("good");
    let bytes = postcard::to_stdvec(&catalogue).expect("bytes");
    let back: Catalogue = postcard::from_bytes(&bytes).expect("a catalogue");
    assert_eq!(back.tables(), catalogue.tables());
}

#[test]
fn a_code_means_one_thing_where_two_tables_count() {
    let second = "  - { id: dns/other, title: t, severity: error, any: [{ literal: other }], causes: [c], fixes: [{ say: s }] }\n";
    let table = |id: &str, frame: &str, shape: &str, code: &str, rule: &str| {
        format!(
            "  - {{ id: {id}, vendor: v, source: 'https://example.com', where: [{{ literal: {frame} }}, {{ literal: {id} }}], shapes: ['{shape}'], \
             codes: [{{ code: {code}, means: m, rule: {rule} }}] }}\n"
        )
    };
    let first = table("one", "frame", "code={code}", "7", "dns/not-found");
    for (other, expected) in [
        (table("two", "frame", "code={code}", "7", "dns/other"), Some(ProblemCode::DuplicateCode)),
        (table("one", "place", "code={code}", "8", "dns/other"), Some(ProblemCode::DuplicateId)),
        (table("two", "frame", "code={code}", "7", "dns/not-found"), None),
        (table("two", "frame", "code={code}", "8", "dns/other"), None),
        (table("two", "frame", "status={code}", "7", "dns/other"), None),
        (table("two", "place", "code={code}", "7", "dns/other"), None),
    ] {
        let text = format!("{GOOD}{second}code_tables:\n{first}{other}");
        let found = load(&text).err().map(|problems| problems.0[0].code);
        assert_eq!(found, expected, "{text}");
    }
}
