//! `--format junit`, parsed as XML, like in a CI system.

use roxmltree::{Document, Node};

use super::{HOSTILE, LOG, hostile, json, run, snapshot, written};

fn cases<'d>(document: &'d Document<'d>) -> Vec<Node<'d, 'd>> {
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<Node> = root.children().filter(Node::is_element).collect();
    assert!(suites.iter().all(|suite| suite.tag_name().name() == "testsuite"));
    let cases: Vec<Node> = suites[0].children().filter(|node| node.has_tag_name("testcase")).collect();
    let having =
        |name: &str| cases.iter().filter(|case| case.children().any(|n| n.has_tag_name(name))).count();
    for of in [root, suites[0]] {
        assert_eq!(of.attribute("tests"), Some(cases.len().to_string().as_str()));
        assert_eq!(of.attribute("failures"), Some(having("failure").to_string().as_str()));
        assert_eq!(of.attribute("errors"), Some(having("error").to_string().as_str()));
    }
    for case in &cases {
        assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
    }
    cases
}

fn failures(text: &str) -> usize {
    let document = Document::parse(text).expect("XML");
    cases(&document).iter().filter(|case| case.children().any(|node| node.has_tag_name("failure"))).count()
}

#[test]
fn a_test_a_finding() {
    snapshot("junit", &written(&["--format", "junit", LOG]));
}

#[test]
fn a_hostile_log_stays_text() {
    let text = hostile("junit");
    let document = Document::parse(&text).expect("XML");
    let report = json(&[&HOSTILE[..], &["--format", "json"]].concat());
    assert_eq!(cases(&document).len(), 1 + report["findings"].as_array().expect("findings").len());
    let names = ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out"];
    for node in document.descendants().filter(Node::is_element) {
        assert!(names.contains(&node.tag_name().name()), "{node:?}");
    }
    assert!(document.descendants().any(|node| node.is_text() && node.text().unwrap_or("").contains("]]>")));
}

#[test]
fn the_tests_fail_as_the_exit_status_says() {
    // Three critical, three error, two warning, two info.
    let fails = |severity: &str| {
        let output = run(&[&HOSTILE[..], &["--format", "junit", "--fail-on", severity]].concat());
        assert_eq!(output.status.code(), Some(1));
        failures(&String::from_utf8(output.stdout).expect("UTF-8"))
    };
    assert_eq!([fails("critical"), fails("error"), fails("warning"), fails("info")], [3, 6, 8, 10]);
    assert_eq!(failures(&hostile("junit")), 6);
    assert_eq!(failures(&written(&["--format", "junit", "fixtures/logs/ok-anthropic/file.log"])), 0);
}

#[test]
fn a_source_that_cannot_be_read_is_an_error() {
    let output = run(&["--format", "junit", "nowhere.log", LOG]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let document = Document::parse(&text).expect("XML");
    let cases = cases(&document);
    let unread: Vec<&Node> =
        cases.iter().filter(|case| case.children().any(|node| node.has_tag_name("error"))).collect();
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0].attribute("name"), Some("read nowhere.log"));
}
