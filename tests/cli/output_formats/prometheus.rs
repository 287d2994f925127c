//! `--format prometheus`. `.ci/output-formats` reads it with Prometheus' own parser; these tests cover the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::{LOG, hostile, snapshot, written};

#[test]
fn gauges_of_a_report() {
    snapshot("prometheus", &written(&["--format", "prometheus", LOG]));
}

#[test]
fn each_family_and_series_comes_once_with_names_as_is_usual() {
    let all = written(&["--format", "prometheus", "fixtures/logs"]);
    for text in [hostile("prometheus"), all] {
        let (mut comments, mut series) = (BTreeSet::new(), BTreeSet::new());
        let mut families: Vec<&str> = Vec::new();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let name: Vec<&str> = comment.splitn(3, ' ').take(2).collect();
                assert!(comments.insert(name.join(" ")), "{line}");
                continue;
            }
            let (name, value) = line.rsplit_once(' ').expect("a value");
            assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
            assert!(series.insert(name), "{line}");
            let family = name.split('{').next().expect("a name");
            if families.last() != Some(&family) {
                families.push(family);
            }
        }
        assert_eq!(families.len(), families.iter().collect::<BTreeSet<_>>().len(), "families stay together");
        for family in families {
            assert!(family.starts_with("clawsift_"), "{family}");
            let ends_of_others = ["_total", "_count", "_sum", "_bucket", "_milliseconds", "_ms"];
            assert!(!ends_of_others.iter().any(|end| family.ends_with(end)), "{family}");
            assert!(
                comments.contains(&format!("HELP {family}")) && comments.contains(&format!("TYPE {family}"))
            );
        }
    }
}

#[test]
fn the_number_of_series_is_bound_by_the_rules() {
    let text = hostile("prometheus");
    let mut by_family: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        *by_family.entry(line.split(['{', ' ']).next().expect("a name")).or_default() += 1;
    }
    assert!(by_family.values().all(|&series| series <= 10), "{by_family:?}");
    assert!(!text.contains("HYPERLINK") && !text.contains("octocat"), "no value of a log is a label");
}
