//! The examples of docs/RULES.md: its rule files have no problems, and its signatures match as described.

use clawsift::catalogue::{self, RuleFile};
use clawsift::engine::Engine;
use clawsift::tooling;

const PAGE: &str = include_str!("../../docs/RULES.md");

/// Returns the rule files of the page: YAML blocks with rules, changes to rules, or examples of them.
fn rule_files() -> impl Iterator<Item = RuleFile> {
    let blocks = PAGE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let keys = ["rules:", "disable:", "more_examples:"];
    let is_rule_file = move |text: &&str| text.lines().any(|line| keys.contains(&line));
    // The expiry date in an example must not make this test fail one day.
    blocks
        .filter(is_rule_file)
        .map(|text| RuleFile::new("page.yaml", text.replace("2027-01-31", "9999-12-31")))
}

fn passes(files: &[RuleFile]) {
    let problems = tooling::check(files, false, true);
    assert!(problems.is_empty(), "{problems:#?}");
    let catalogue = catalogue::over(files, false).unwrap_or_else(|problems| panic!("{problems}"));
    let run = tooling::test(&Engine::new(catalogue), files);
    assert!(run.failures.is_empty(), "{:#?}", run.failures);
}

#[test]
fn the_rule_files_have_no_fault() {
    let files: Vec<RuleFile> = rule_files().collect();
    assert_eq!(files.len(), 3);
    files.into_iter().for_each(|file| passes(&[file]));
}

#[test]
fn each_kind_of_signature_finds_what_the_page_says() {
    let head = "| signature | usual evidence | finds | does not find |";
    let rows = PAGE.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let mut text = "category: plugin\nrules:\n".to_owned();
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
        let [signature, evidence, finds, does_not_find] = cells[..] else { panic!("{row}") };
        // The example is tested against this rule alone, whatever rule would win it.
        let evidence = match signature.starts_with("shared") {
            true => String::new(),
            false => format!("        evidence: {evidence}\n"),
        };
        text.push_str(&format!(
            "  - id: page/kind{count}\n    title: t\n    severity: error\n    any:\n      - {signature}\n{evidence}    causes: [c]\n    \
             fixes: [{{ say: '{{lease}}' }}]\n    examples: ['{finds}']\n    counter_examples: ['{does_not_find}']\n"
        ));
        count += 1;
    }
    assert_eq!(count, 6);
    let file = RuleFile::new("page.yaml", text);
    let catalogue =
        catalogue::over(std::slice::from_ref(&file), true).unwrap_or_else(|problems| panic!("{problems}"));
    let run = tooling::test(&Engine::new(catalogue), &[file]);
    assert!(run.failures.is_empty(), "{:#?}", run.failures);
}
