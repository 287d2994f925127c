//! Tests of the screen on a backend without a terminal.

use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{LiveView, Pane, change_json, change_line, draw, end_json};
use crate::catalogue::{self, Layers, Severity};
use crate::engine::Engine;
use crate::report::Report;
use crate::scan::{Options, scan_bytes};
use crate::watch::{Change, ChangeKind, Stage};

static UTC: TimeZone = TimeZone::UTC;

fn report(log: &[u8]) -> Report {
    let engine = Engine::new(catalogue::load(&Layers::default()).expect("the rules"));
    let options = Options { zone: TimeZone::UTC, ..Options::default() };
    scan_bytes(&engine, "/tmp/openclaw/openclaw-2026-11-22.log", log, &options)
}

fn mixed() -> Report {
    report(include_bytes!("../../../fixtures/logs/mixed/file.log"))
}

fn screen(view: &LiveView<'_>, columns: u16, rows: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a terminal");
    terminal.draw(|frame| _ = draw(view, frame)).expect("a frame");
    terminal.backend().to_string()
}

fn view<'v>(report: &'v Report, fresh: &'v [String]) -> LiveView<'v> {
    LiveView {
        report,
        name: "/tmp/openclaw/openclaw-2026-11-22.log",
        stage: Stage::Following,
        rate: 12.3,
        silent: Some(Duration::from_secs(3)),
        fresh,
        selected: Some("billing/quota-used-up"),
        least: Severity::Info,
        pane: Pane::None,
        message: None,
        zone: &UTC,
        unicode: true,
        color: true,
    }
}

#[test]
fn the_table_fits_a_narrow_and_a_wide_terminal() {
    let report = mixed();
    let fresh = ["auth/openai-key".to_owned()];
    insta::assert_snapshot!("narrow", screen(&view(&report, &fresh), 80, 24));
    insta::assert_snapshot!("wide", screen(&view(&report, &fresh), 140, 40));
}

#[test]
fn a_finding_is_explained_and_can_be_turned_over() {
    let report = mixed();
    let page = |scroll| LiveView { pane: Pane::Finding(scroll), ..view(&report, &[]) };
    insta::assert_snapshot!("page_narrow", screen(&page(0), 80, 24));
    insta::assert_snapshot!("page_wide", screen(&page(0), 140, 40));
    assert_ne!(screen(&page(0), 80, 24), screen(&page(3), 80, 24));
    // Scrolled beyond the end, the page shows the end and not an empty area.
    assert!(screen(&page(1000), 80, 24).contains("more "), "{}", screen(&page(1000), 80, 24));
}

#[test]
fn keys_messages_and_empty_logs_have_their_words() {
    let report = mixed();
    insta::assert_snapshot!("help", screen(&LiveView { pane: Pane::Help, ..view(&report, &[]) }, 80, 24));
    let message =
        LiveView { message: Some("copied\u{1b}[2J"), least: Severity::Critical, ..view(&report, &[]) };
    let text = screen(&message, 80, 24);
    assert!(
        text.contains("copied\\u{1b}[2J")
            && text.contains("16 findings below critical; press f to show more"),
        "{text}"
    );
    let nothing = crate::report::Report { findings: Vec::new(), ..report.clone() };
    assert!(screen(&view(&nothing, &[]), 80, 24).contains("no problems found so far"));
    let ascii = screen(&LiveView { unicode: false, pane: Pane::Finding(0), ..view(&report, &[]) }, 80, 24);
    assert!(ascii.is_ascii() || !ascii.contains(['─', '█']), "{ascii}");
}

#[test]
fn a_terminal_of_any_size_is_drawn() {
    let report = mixed();
    for (columns, rows) in [(1, 1), (5, 3), (20, 4), (79, 2), (300, 100)] {
        for pane in [Pane::None, Pane::Finding(5), Pane::Help] {
            screen(&LiveView { pane, ..view(&report, &[]) }, columns, rows);
        }
    }
}

#[test]
fn lines_hold_what_scripts_need() {
    let report = report(include_bytes!("../../../fixtures/logs/dns-notfound/file.log"));
    let change = Change { kind: ChangeKind::New, finding: report.findings[0].clone() };
    insta::assert_snapshot!(anstream::adapter::strip_str(&change_line(&change, &TimeZone::UTC)).to_string());
    let line: serde_json::Value = serde_json::from_str(&change_json(&change)).expect("JSON");
    assert_eq!(
        (&line["event"], &line["change"], &line["rule"]),
        (&"finding".into(), &"new".into(), &"dns/not-found".into())
    );
    assert!(line["captures"]["host"].is_string(), "{line}");
    let end: serde_json::Value = serde_json::from_str(&end_json(&report)).expect("JSON");
    assert_eq!(end["totals"]["incidents"], report.totals.incidents);
}
