//! `--format markdown`, parsed as GitHub parses it.

use std::sync::LazyLock;

use clawsift::render::{Format, Style, render};
use clawsift::report::Report;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use serde_json::json as object;

use super::{HOSTILE, LOG, fixtures, hostile, json, snapshot, written};

/// Elements of a parsed page.
#[derive(Default)]
struct Parsed {
    /// Paragraphs, items, cells and headings, with `\0` in place of code.
    texts: Vec<String>,
    headings: Vec<String>,
    rows: Vec<usize>,
    links: Vec<String>,
    blocks: Vec<String>,
    /// Raw HTML and images.
    foreign: Vec<String>,
}

fn parse(page: &str) -> Parsed {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    let mut parsed = Parsed::default();
    let (mut text, mut is_block, mut is_link) = (String::new(), false, false);
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => parsed.foreign.push(html.to_string()),
            Event::Start(Tag::Image { dest_url, .. }) => parsed.foreign.push(dest_url.to_string()),
            Event::FootnoteReference(name) => parsed.foreign.push(name.to_string()),
            Event::InlineMath(math) | Event::DisplayMath(math) => parsed.foreign.push(math.to_string()),
            Event::TaskListMarker(_) | Event::Rule => parsed.foreign.push("a marker".to_owned()),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                assert_eq!(link_type, LinkType::Autolink, "{dest_url}");
                parsed.links.push(dest_url.to_string());
                is_link = true;
            }
            Event::End(TagEnd::Link) => is_link = false,
            Event::Start(Tag::TableRow | Tag::TableHead) => parsed.rows.push(0),
            Event::End(TagEnd::TableCell) => {
                *parsed.rows.last_mut().expect("a row") += 1;
                parsed.texts.push(std::mem::take(&mut text));
            }
            Event::Start(Tag::CodeBlock(_)) => is_block = true,
            Event::End(TagEnd::CodeBlock) => {
                parsed.blocks.push(std::mem::take(&mut text));
                is_block = false;
            }
            Event::End(TagEnd::Heading(_)) => {
                parsed.headings.push(text.clone());
                parsed.texts.push(std::mem::take(&mut text));
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item) => parsed.texts.push(std::mem::take(&mut text)),
            Event::Start(Tag::BlockQuote(_) | Tag::Strikethrough | Tag::Emphasis | Tag::Strong) => {
                parsed.foreign.push("a style".to_owned());
            }
            Event::Code(_) => text.push('\0'),
            Event::Text(more) if is_block || !is_link => text.push_str(&more),
            _ => {}
        }
    }
    parsed
}

/// Checks a page with this number of findings, independent of their text.
fn check(page: &str, findings: usize) -> Parsed {
    assert!(page.len() < 60_000, "{}", page.len());
    let parsed = parse(page);
    assert_eq!(parsed.foreign, [""; 0]);
    let columns: Vec<usize> = parsed.rows.iter().copied().filter(|&columns| columns != 8).collect();
    assert!(columns.is_empty(), "{columns:?}");
    assert_eq!(parsed.rows.len(), if findings == 0 { 0 } else { findings + 1 });
    for text in &parsed.texts {
        let lower = text.to_lowercase();
        let has_number_after = |mark: &str| {
            lower
                .match_indices(mark)
                .any(|(at, _)| lower[at + mark.len()..].starts_with(|c: char| c.is_ascii_digit()))
        };
        let calls = lower.contains('@') || has_number_after("#") || has_number_after("gh-");
        assert!(!calls && !lower.contains("://") && !lower.contains("www."), "{text}");
    }
    let own = ["clawsift: ", "Next steps", "Unexplained warnings and errors", "Notes"];
    for heading in &parsed.headings {
        let is_finding = heading.split_once('.').is_some_and(|(rank, _)| rank.parse::<usize>().is_ok());
        assert!(is_finding || own.iter().any(|own| heading.starts_with(own)), "{heading}");
    }
    parsed
}

#[test]
fn a_page_of_a_report() {
    snapshot("markdown", &written(&["--format", "markdown", LOG]));
}

#[test]
fn every_fixture_is_a_page() {
    for case in fixtures() {
        let page = written(&["--share", &case]);
        let parsed = check(&page, parse(&page).rows.len().saturating_sub(1));
        assert!(parsed.links.iter().all(|link| link.starts_with("https://")), "{:?}", parsed.links);
    }
}

#[test]
fn a_hostile_log_stays_text() {
    let share = written(&[&HOSTILE[..], &["--share"]].concat());
    for page in [hostile("markdown"), share] {
        let parsed = check(&page, 10);
        assert!(
            parsed.links.iter().all(|link| link == "https://docs.openclaw.example/boom"),
            "{:?}",
            parsed.links
        );
        assert!(parsed.blocks.iter().any(|block| block.contains("<script>alert(1)</script>")));
        assert!(parsed.blocks.iter().any(|block| block.contains("```` ``` `")));
    }
}

#[test]
fn a_flood_of_findings_and_long_values_fits_into_an_issue() {
    const FINDINGS: usize = 3000;
    let long = "`*_\\|<>@x #1 [漢😀](http://x) ".repeat(400);
    let mut report = json(&["--format", "json", "fixtures/logs/mixed/file.log"]);
    let mut finding = report["findings"][0].clone();
    let text = |value: &mut serde_json::Value| *value = object!(long);
    text(&mut finding["title"]);
    finding["causes"] = object!([long, long]);
    finding["fixes"] = object!([{ "say": long, "run": long, "config": long }]);
    finding["captures"] = object!({ "tool": vec![object!({ "value": long, "incidents": 1 }); 40] });
    text(&mut finding["samples"][0]["text"]);
    text(&mut finding["samples"][0]["source"]);
    let shape = object!({
        "template": long, "level": "warn", "subsystem": long, "records": 7, "sample": finding["samples"][0],
    });
    report["findings"] = object!(vec![finding; FINDINGS]);
    report["unclassified"] = object!(vec![shape; 100]);
    report["next_steps"] = object!(vec![object!({ "say": long, "run": long, "findings": [] }); 20]);
    report["notes"] = object!(vec![&long; 20]);
    let report: Report = serde_json::from_value(report).expect("a report");
    for share in [false, true] {
        let style = Style { share, ..Style::new(80, TimeZone::UTC) };
        let mut page = Vec::new();
        render(&report, Format::Markdown, &style, &mut page).expect("a page");
        let page = String::from_utf8(page).expect("UTF-8");
        let rows = parse(&page).rows.len() - 1;
        check(&page, rows);
        assert!(rows >= 3, "{rows}");
        assert!(page.contains("more findings not shown"));
        for part in ["#### 1. ", "#### Next steps", "#### Unexplained warnings and errors", "#### Notes"] {
            assert!(page.contains(part), "{part}");
        }
    }
}

/// Texts that Markdown and forges act on, and text that may surround them.
const FRAGMENTS: [&str; 36] = [
    "`",
    "``",
    "```",
    "|",
    "\\",
    "<b>",
    "</b>",
    "<!--",
    "@joe",
    "#12",
    "GH-7",
    "](x)",
    "[",
    "]",
    "![",
    "*",
    "**",
    "_",
    "~~",
    "$",
    "- ",
    "1. ",
    "# ",
    "> ",
    "&lt;",
    "\n",
    "\n\n",
    "http://x.y",
    "www.x.y",
    " ",
    "a",
    "(",
    ")",
    "'",
    "\"",
    "---",
];

/// Returns a report with `text` in each place that rules and logs can fill.
fn saying(base: &serde_json::Value, text: &str) -> Report {
    let mut report = base.clone();
    let finding = &mut report["findings"][0];
    finding["title"] = object!(text);
    finding["causes"] = object!([text]);
    finding["fixes"] = object!([{ "say": text, "run": text, "config": text }]);
    finding["captures"] = object!({ "tool": [{ "value": text, "incidents": 1 }] });
    finding["contradicted"] = object!([{ "value": text, "incidents": 1 }]);
    finding["references"] = object!([text]);
    finding["samples"][0]["text"] = object!(text);
    finding["samples"][0]["source"] = object!(text);
    report["sources"][0]["name"] = object!(text);
    report["notes"] = object!([text]);
    serde_json::from_value(report).expect("a report")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_acts_on_the_page(
        parts in prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..14),
        share: bool,
    ) {
        static BASE: LazyLock<serde_json::Value> = LazyLock::new(|| json(&["--format", "json", LOG]));
        let text = parts.concat();
        let style = Style { share, ..Style::new(80, TimeZone::UTC) };
        let mut page = Vec::new();
        render(&saying(&BASE, &text), Format::Markdown, &style, &mut page).expect("a page");
        check(&String::from_utf8(page).expect("UTF-8"), 1);
    }
}
