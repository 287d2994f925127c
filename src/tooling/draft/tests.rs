//! Tests of drafts for lines and clusters, each loaded as an overlay.

use std::collections::BTreeMap;

use super::*;
use crate::report::Sample;

fn engine() -> Engine {
    Engine::new(catalogue::embedded().expect("rules"))
}

fn cluster(template: &str, text: &str, subsystem: &str) -> Unclassified {
    Unclassified {
        template: template.to_owned(),
        level: Some(Level::Error),
        subsystem: Some(subsystem.to_owned()),
        records: 3,
        first_seen: None,
        last_seen: None,
        sample: Sample { text: text.to_owned(), ..Sample::default() },
    }
}

/// Asserts that a draft is a valid rule file, that its rule wins the example, and that its advice uses all captures.
fn check(draft: &Draft, engine: &Engine) -> Engine {
    let text = draft.to_string();
    assert!(text.starts_with("# yaml-language-server: $schema="), "{text}");
    let with = catalogue::overlaid(engine.catalogue().clone(), "draft.yaml", &text);
    let with = Engine::new(with.unwrap_or_else(|problems| panic!("{problems}\n{text}")));
    assert_eq!(with.catalogue().rules().len(), engine.catalogue().rules().len() + 1);
    let rule = with.catalogue().rules().iter().position(|rule| rule.id == draft.id).expect("the rule");
    for example in &with.rule(rule).examples {
        let raw = Lines::new(example.as_bytes(), 0).next().expect("a record");
        assert_eq!(with.rivals(&Record::parse(&raw)), [rule], "{text}");
        assert_eq!(with.classify(&Record::parse(&raw)).map(|verdict| verdict.rule), Some(rule), "{text}");
    }
    for counter_example in &with.rule(rule).counter_examples {
        let raw = Lines::new(counter_example.as_bytes(), 0).next().expect("a record");
        assert!(!with.matches(rule, &Record::parse(&raw)), "{counter_example}\n{text}");
    }
    for capture in &draft.signature.captures {
        assert!(with.rule(rule).fixes[0].say.contains(&format!("{{{capture}}}")), "{text}");
    }
    with
}

#[test]
fn a_draft_of_a_cluster_wins_its_records() {
    let engine = engine();
    let text = "flux capacitor of \"x'1\" lost 88 gigawatts (it's gone)";
    let template = "flux capacitor of <*> lost <*> gigawatts (it's gone)";
    let draft = draft(&cluster(template, text, "tools"), &engine).expect("a draft");
    let with = check(&draft, &engine);
    let other = "Flux capacitor of \"y\" lost 3 gigawatts (it's gone)";
    assert_eq!(
        winner(other, &with).map(|rule| with.rule(rule).id.as_str()),
        Some("tool/flux-capacitor-lost-gigawatts")
    );
    assert_eq!(draft.signature.captures, ["quoted", "number"]);
}

#[test]
fn what_differs_in_a_cluster_is_masked_whatever_it_looks_like() {
    let engine = engine();
    let text = "cannot open the drawer of user anna today error=hinge gave way";
    let template = "cannot open the drawer of user <*> today error=hinge gave way";
    let draft = draft(&cluster(template, text, "kitchen"), &engine).expect("a draft");
    assert_eq!(
        draft.signature.regex,
        r#"cannot\s+open\s+the\s+drawer\s+of\s+user\s+(?<name>[^\s,;)"'<>]+)\s+today"#
    );
    check(&draft, &engine);
}

#[test]
fn ids_hosts_and_numbers_become_captures() {
    let engine = engine();
    for (line, regex) in [
        ("flux 3 of 5 lost", r"flux\s+(?<number>\d+)\s+of\s+(?<number_2>\d+)\s+lost"),
        (
            "flux at node-7.internal:5432 lost",
            r#"flux\s+at\s+(?<host>[^\s/:?#,;)"'<>]+):(?<port>\d+)\s+lost"#,
        ),
        ("flux at 10.0.0.7:80 lost", r"flux\s+at\s+(?<host>[\d.]+):(?<port>\d+)\s+lost"),
        ("flux at ::1 lost", r"flux\s+at\s+(?<host>[0-9a-f:]+)\s+lost"),
        (
            "flux at https://a.example/x?y=1, lost",
            r#"flux\s+at\s+https://(?<host>[^\s/:?#,;)"'<>]+)[^\s,;)"'<>]+,\s+lost"#,
        ),
        ("flux in /var/lib/x.db lost", r#"flux\s+in\s+(?<path>[^\s:,;)"'<>]+)\s+lost"#),
        ("flux 3f2a9c1d lost again", r"flux\s+(?<id>[0-9a-f-]+)\s+lost\s+again"),
        ("flux 5dd13851-aaaa-4bcd-abcd-abcdefabcdef lost", r#"flux\s+(?<id>[^\s,;)"'<>]+)\s+lost"#),
        ("flux lostAttempt=3 again", r"flux\s+lostAttempt=(?<lost_attempt>\d+)\s+again"),
        ("flux provider=acme lost", r#"flux\s+provider=(?<provider>[^\s,;)"'<>]+)\s+lost"#),
        ("flux took waitMs=17 of 30s", r#"flux\s+took\s+waitMs=[^\s,;)"'<>]+\s+of\s+(?<number>\d+)s"#),
        ("flux HTTP 418 lost", r"flux\s+HTTP\s+418\s+lost"),
        (
            "flux \"a b\" lost: gateway.auth.token",
            r#"flux\s+"(?<quoted>[^"\n]+)"\s+lost:\s+gateway\.auth\.token"#,
        ),
        ("flux of org-AbCdEfGhIjKlMnOp lost", r#"flux\s+of\s+(?<name>[^\s,;)"'<>]+)\s+lost"#),
        (
            "flux lost, Bearer sk-abcdefghijklmnop1234 there",
            r#"flux\s+lost,\s+Bearer\s+[^\s,;)"'<>]+\s+there"#,
        ),
        ("flux 2026-11-22T10:00:00Z lost", r"flux\s+(?<time>\d[\dtz:., +-]*)\s+lost"),
    ] {
        let draft = draft_line(line, &engine).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(draft.signature.regex, regex, "{line}");
        let text = draft.to_string();
        assert!(!text.contains("sk-abc"), "{text}");
        check(&draft, &engine);
    }
}

#[test]
fn a_draft_goes_before_what_explains_its_line() {
    let engine = engine();
    let draft =
        draft_line("error: connect ECONNREFUSED 10.0.0.7:8081 by the flux", &engine).expect("a draft");
    assert_eq!(draft.overrides, ["connection/refused"]);
    assert_eq!((draft.category, draft.evidence), (Category::Connection, Some(Evidence::Transport)));
    check(&draft, &engine);
}

/// Covers each kind of line in the fixtures, in each format; to save time, a sample of them unless `CLAWSIFT_DRAFTS=1`
/// is set. A line that cannot be drafted must give a reason.
#[test]
fn a_draft_works_for_lines_of_every_format() {
    let engine = engine();
    let step = if std::env::var_os("CLAWSIFT_DRAFTS").is_some() { 1 } else { 16 };
    let (mut seen, mut tried, mut drafted) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let logs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let mut files: Vec<_> = std::fs::read_dir(logs)
        .expect("logs")
        .filter_map(|folder| std::fs::read_dir(folder.expect("a folder").path()).ok())
        .flat_map(|folder| folder.map(|file| file.expect("a file").path()))
        .filter(|path| path.extension().is_some_and(|ending| ending != "gz"))
        .collect();
    files.sort();
    for file in files {
        let bytes = std::fs::read(&file).expect("a log");
        for raw in Lines::new(&bytes, 0) {
            let record = Record::parse(&raw);
            let is_failure = record.parts.level.is_none_or(|level| level >= Level::Warn);
            let key = (record.format, template(&record.display_text()));
            if !is_failure || !seen.insert(key) {
                continue;
            }
            let of_format = tried.entry(record.format).or_insert(0);
            *of_format += 1;
            if *of_format % step != 0 {
                continue;
            }
            match draft_line(&text_of(&raw), &engine) {
                Ok(draft) => {
                    check(&draft, &engine);
                    *drafted.entry(record.format).or_insert(0) += 1;
                }
                Err(DraftError::NoEvidence | DraftError::NothingInCommon(_) | DraftError::Harmless(_)) => {}
                Err(error) => panic!("{error}\n{}", text_of(&raw)),
            }
        }
    }
    eprintln!("{drafted:?} of {tried:?}");
    assert!(drafted.len() >= 4 && drafted.values().sum::<usize>() >= 10, "{drafted:?}");
}

#[test]
fn a_record_of_several_lines_and_colours_is_drafted() {
    let engine = engine();
    let text = "\u{1b}[31merror: flux went 'away' for good\u{1b}[0m\n    at flux (/app/flux.js:3:4)\n";
    let draft = draft_line(text, &engine).expect("a draft");
    assert!(draft.example.contains('\n') && !draft.example.contains('\u{1b}'), "{draft}");
    check(&draft, &engine);
}

#[test]
fn what_cannot_be_drafted_says_why() {
    let engine = engine();
    let error = |line: &str| draft_line(line, &engine).expect_err(line);
    assert_eq!(error(" \n"), DraftError::Empty);
    assert_eq!(error("17 18: 19"), DraftError::NothingInCommon("17 18: 19".to_owned()));
    assert_eq!(
        error("2026-11-22T10:04:00.228+00:00 info gateway resolving authentication…"),
        DraftError::NoEvidence
    );
    let harmless =
        engine.catalogue().rules().iter().find(|rule| rule.category == Category::None).expect("a rule");
    assert!(matches!(error(&harmless.examples[0]), DraftError::Harmless(_) | DraftError::NoEvidence));
}

#[test]
fn an_id_is_a_new_one() {
    let engine = engine();
    let mut draft = draft_line("error: flux went away", &engine).expect("a draft");
    assert_eq!(draft.set_id("Flux", &engine), Err(BadId::Malformed("Flux".to_owned())));
    assert_eq!(draft.set_id("dns/not-found", &engine), Err(BadId::Taken("dns/not-found".to_owned())));
    assert_eq!(draft.set_id("own/flux", &engine), Ok(()));
    draft.set_title("The flux is 'gone'");
    draft.set_category(Category::Dns);
    draft.set_severity(Severity::Critical);
    let with = check(&draft, &engine);
    let rule = with.catalogue().rules().last().expect("the rule");
    assert_eq!((rule.title.as_str(), rule.category), ("The flux is 'gone'", Category::Dns));
}

#[test]
fn the_category_is_that_of_the_most_alike_example() {
    let text = "provider answered that the rate limit for requests per minute is reached, try again later";
    let draft = draft(&cluster(text, text, "x"), &engine()).expect("a draft");
    assert_eq!(draft.category, Category::RateLimit, "{draft}");
    assert!(!draft.counter_examples.is_empty());
}

#[test]
fn what_varies_throughout_gets_no_draft() {
    let error = draft(&cluster("<*> <*>: <*>", "17 18: 19", "x"), &engine()).expect_err("an error");
    assert_eq!(error, DraftError::NothingInCommon("17 18: 19".to_owned()));
}
