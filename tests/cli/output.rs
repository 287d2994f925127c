//! Output formats, for people and for scripts.

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, fixture, json, piped, stderr, stdout};

#[test]
fn a_table_with_advice() {
    assert_cmd_snapshot!(clawsift().arg("fixtures/logs/dns-notfound/file.log"));
}

#[test]
fn a_rate_limit_shows_the_limits() {
    assert_cmd_snapshot!(clawsift().arg("fixtures/logs/openai-429/file.log"));
}

#[test]
fn plain_text_names_the_better_command() {
    assert_cmd_snapshot!(clawsift().arg("fixtures/logs/openai-429-quota/logs-plain.txt"));
}

#[test]
fn many_findings_on_a_narrow_terminal() {
    assert_cmd_snapshot!(clawsift().env("COLUMNS", "80").arg("fixtures/logs/mixed/file.log"));
}

#[test]
fn as_many_details_as_asked_for() {
    let titles = |arguments: &[&str]| {
        let output =
            clawsift().arg("fixtures/logs/mixed/file.log").args(arguments).output().expect("a report");
        stdout(&output).lines().filter(|line| line.starts_with("   rule ")).count()
    };
    assert_eq!(titles(&[]), 5);
    assert_eq!(titles(&["--details", "2"]), 2);
    assert_eq!(titles(&["--details", "all"]), 16);
    assert_eq!(titles(&["--details", "0"]), 0);
    let wrong = clawsift().args(["--details", "few"]).output().expect("an error");
    assert!(stderr(&wrong).contains("write a number such as 3, or `all`"), "{}", stderr(&wrong));
}

#[test]
fn a_summary_is_the_table_alone() {
    assert_cmd_snapshot!(clawsift().args(["--summary", "fixtures/logs/openai-429-quota/logs-plain.txt"]));
}

#[test]
fn what_a_rule_has_found_is_marked_in_colour() {
    let colored = clawsift()
        .args(["--color", "always", "fixtures/logs/dns-notfound/file.log"])
        .output()
        .expect("a report");
    assert!(stdout(&colored).contains("code=\u{1b}[1m\u{1b}[33mENOTFOUND\u{1b}[0m"), "{}", stdout(&colored));
    let forced = clawsift()
        .env("CLICOLOR_FORCE", "1")
        .arg("fixtures/logs/dns-notfound/file.log")
        .output()
        .expect("a report");
    assert_eq!(stdout(&forced), stdout(&colored));
    let plain = clawsift()
        .env("NO_COLOR", "1")
        .arg("fixtures/logs/dns-notfound/file.log")
        .output()
        .expect("a report");
    assert!(!stdout(&plain).contains('\u{1b}'));
}

#[test]
fn a_locale_without_unicode_gets_ascii_lines() {
    assert_cmd_snapshot!(clawsift().env("LANG", "C").args([
        "--top",
        "1",
        "fixtures/logs/tls-expired/file.log"
    ]));
}

#[test]
fn a_clean_log_says_so_in_one_line() {
    assert_cmd_snapshot!(clawsift().arg("fixtures/logs/ok-anthropic/file.log"));
}

#[test]
fn json_holds_the_whole_report() {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""version": "[^"]+""#, r#""version": "[version]""#);
    settings.add_filter(r#""rules": \d+"#, r#""rules": "[rules]""#);
    settings.add_filter(r#""fingerprint": "[0-9a-f]{16}""#, r#""fingerprint": "[fingerprint]""#);
    settings.bind(|| {
        assert_cmd_snapshot!(clawsift().args([
            "--format",
            "json",
            "fixtures/logs/dns-notfound/logs-json.txt"
        ]));
    });
}

#[test]
fn ndjson_holds_an_object_a_match() {
    assert_cmd_snapshot!(clawsift().args([
        "--format",
        "ndjson",
        "fixtures/logs/openai-500-recovers/file.log"
    ]));
}

#[test]
fn the_formats_agree() {
    let report = json(
        &clawsift().args(["--format", "json", "fixtures/logs/mixed/file.log"]).output().expect("output"),
    );
    let rows =
        clawsift().args(["--format", "ndjson", "fixtures/logs/mixed/file.log"]).output().expect("output");
    let rows: Vec<serde_json::Value> =
        stdout(&rows).lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(report["totals"]["matched"], rows.len());
    let causes: Vec<_> = rows.iter().filter(|row| row["role"] == "cause").collect();
    assert_eq!(report["totals"]["incidents"], causes.len());
    let in_order = rows.windows(2).all(|pair| pair[0]["offset"].as_u64() < pair[1]["offset"].as_u64());
    assert!(in_order, "rows come in the order of their positions");
    let findings = report["findings"].as_array().expect("findings");
    for (index, finding) in findings.iter().enumerate() {
        assert_eq!(finding["rank"], index + 1);
        let mine = causes.iter().filter(|row| row["rule"] == finding["rule"]).count();
        assert_eq!(finding["incidents"], mine, "{}", finding["rule"]);
    }
}

#[test]
fn the_position_leads_to_the_record() {
    let bytes = fixture("mixed/logs-plain.txt");
    let rows = clawsift()
        .args(["--format", "ndjson", "fixtures/logs/mixed/logs-plain.txt"])
        .output()
        .expect("output");
    for row in stdout(&rows).lines() {
        let row: serde_json::Value = serde_json::from_str(row).expect("an object");
        let offset = usize::try_from(row["offset"].as_u64().expect("an offset")).expect("an offset");
        assert!(bytes[offset..].starts_with(b"2026-11-22T"), "{row}");
        let line = bytes[..offset].iter().filter(|&&b| b == b'\n').count() as u64 + 1;
        assert_eq!(row["line"], line);
    }
}

#[test]
fn filters_leave_findings_out() {
    let rules = |arguments: &[&str]| -> Vec<String> {
        let output = clawsift()
            .args(["--format", "json", "fixtures/logs/mixed/file.log"])
            .args(arguments)
            .output()
            .expect("output");
        let report = json(&output);
        let findings = report["findings"].as_array().expect("findings").clone();
        findings.iter().filter_map(|finding| finding["rule"].as_str().map(str::to_owned)).collect()
    };
    let all = rules(&[]);
    assert_eq!(all.len(), 16);
    assert_eq!(rules(&["--top", "2"]), all[..2]);
    assert_eq!(rules(&["--category", "tls", "--category", "dns"]), ["tls/self-signed", "dns/not-found"]);
    assert!(!rules(&["--min-severity", "error"]).iter().any(|rule| rule.starts_with("rate-limit")));
    assert!(!rules(&["--disable", "tls/self-signed"]).contains(&"tls/self-signed".to_owned()));
    // The log ends at 10:12:48.
    assert_eq!(rules(&["--since", "2026-11-22T10:08:30Z", "--category", "auth"]), ["auth/openai-key"]);
    assert_eq!(rules(&["--since", "3m"]), ["rate-limit/tokens"]);
    assert!(!rules(&["--until", "2026-11-22T10:02:00"]).contains(&"auth/openai-key".to_owned()));
}

#[test]
fn the_order_of_work_changes_nothing() {
    let run = |jobs: &str| {
        let output =
            clawsift().args(["--format", "json", "--jobs", jobs, "fixtures/logs"]).output().expect("output");
        stdout(&output)
    };
    assert_eq!(run("1"), run("4"));
}

#[test]
fn colour_comes_when_it_is_asked_for() {
    let path = "fixtures/logs/tls-expired/file.log";
    let has_colour = |command: &mut std::process::Command| {
        stdout(&command.arg(path).output().expect("output")).contains('\u{1b}')
    };
    assert!(!has_colour(&mut clawsift()));
    assert!(has_colour(clawsift().args(["--color", "always"])));
    assert!(!has_colour(clawsift().args(["--color", "never"])));
}

#[test]
fn a_file_takes_the_report_and_standard_output_stays_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let output = clawsift()
        .args(["--format", "json", "--output"])
        .arg(&file)
        .arg("fixtures/logs/tls-expired/file.log")
        .output()
        .expect("output");
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).expect("the file")).expect("an object");
    assert_eq!(report["findings"][0]["category"], "tls");
    let files = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 1, "no temporary file is left");
}

#[test]
fn fail_on_tells_scripts_by_the_status() {
    let status = |severity: &str, log: &str| {
        clawsift().args(["--fail-on", severity, log]).output().expect("output").status.code()
    };
    assert_eq!(status("error", "fixtures/logs/tls-expired/file.log"), Some(1));
    assert_eq!(status("critical", "fixtures/logs/tls-expired/file.log"), Some(0));
    assert_eq!(status("info", "fixtures/logs/ok-anthropic/file.log"), Some(0));
    // Findings hidden by --top still count for the status.
    let output = clawsift()
        .args(["--fail-on", "error", "--top", "0", "fixtures/logs/tls-expired/file.log"])
        .output()
        .expect("output");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    use std::io::Read;
    use std::process::Stdio;
    let mut child = clawsift()
        .args(["--format", "ndjson", "fixtures/logs"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut first = [0; 1];
    child.stdout.take().expect("standard output").read_exact(&mut first).expect("a byte");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn a_filter_in_the_pipe_is_noticed() {
    let log = String::from_utf8(fixture("openai-429-quota/logs-plain.txt")).expect("text");
    let filtered: String =
        log.lines().filter(|line| line.contains("error")).flat_map(|line| [line, "\n"]).collect();
    let output = piped(clawsift(), filtered.as_bytes());
    assert!(stdout(&output).contains("looks filtered"), "{}", stdout(&output));
}

#[test]
fn a_default_tail_is_noticed() {
    let log = String::from_utf8(fixture("mixed/logs-plain.txt")).expect("text");
    let (head, rest) = log.split_once('\n').expect("a header");
    // The 200th record from the end begins at the 200th line with a time stamp from the end.
    let starts: Vec<usize> = rest.match_indices("\n2026-").map(|(at, _)| at + 1).collect();
    let tail = format!("{head}\n{}", &rest[starts[starts.len() - 200]..]);
    let output = piped(clawsift(), tail.as_bytes());
    assert!(stdout(&output).contains("only the newest records"), "{}", stdout(&output));
    let output = piped(clawsift(), log.as_bytes());
    assert!(!stdout(&output).contains("only the newest records"));
}

#[test]
fn help_shows_examples() {
    assert_cmd_snapshot!(clawsift().arg("--help"));
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let output = clawsift()
        .env("COLUMNS", "80")
        .arg("fixtures/logs/openai-429-quota/file.log")
        .output()
        .expect("output");
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&stdout(&output)), "the README shows something else than:\n{}", stdout(&output));
}

#[test]
fn findings_are_sorted_as_asked_for() {
    let order = |sort: &str| {
        let output = clawsift()
            .args(["fixtures/logs/mixed/file.log", "--format", "json", "--sort", sort])
            .output()
            .expect("output");
        json(&output)["findings"].as_array().expect("findings").clone()
    };
    for (sort, key) in [("count", "incidents"), ("recent", "last_seen")] {
        let values: Vec<String> = order(sort).iter().map(|finding| finding[key].to_string()).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{sort}: {values:?}");
    }
    let rank = |finding: &serde_json::Value| {
        ["critical", "error", "warning", "info"].iter().position(|name| finding["severity"] == *name)
    };
    assert!(order("severity").is_sorted_by_key(rank));
    let ranks: Vec<u64> = order("rank").iter().filter_map(|finding| finding["rank"].as_u64()).collect();
    assert!(ranks.iter().copied().eq(1..=ranks.len() as u64));
}

#[test]
fn a_budget_cuts_json_for_a_language_model_and_nothing_else() {
    let log = "fixtures/logs/mixed/file.log";
    let cut =
        clawsift().args(["--format", "json", "--budget", "2000", log]).output().expect("the program runs");
    assert!(cut.stdout.len() <= 8000, "{}", cut.stdout.len());
    let report = json(&cut);
    assert_eq!((&report["budget"]["tokens"], &report["totals"]["incidents"]), (&2000.into(), &17.into()));
    assert_eq!(report["left_out"], report["budget"]["left_out"]["findings"]);
    assert!(report["mergeable"].is_null());
    let table = clawsift().args(["--budget", "2000", log]).output().expect("the program runs");
    assert_eq!(table.status.code(), Some(2));
    assert!(stderr(&table).contains("--format json"), "{}", stderr(&table));
}
