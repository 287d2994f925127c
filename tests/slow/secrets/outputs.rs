//! Every output that is derived from a log.

use std::sync::LazyLock;

use clap::ValueEnum;
use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::render::{Extent, Format, Style, render, render_rules};
use clawsift::report::{Report, RulePage, View, merge};
use clawsift::scan::{Options, scan_bytes};
use clawsift::tooling::{draft, draft_line};
use jiff::tz::TimeZone;

use super::kinds::Secret;
use super::writings::Log;

pub static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

/// Returns every output for the log, with a name for each.
pub fn outputs(log: &Log) -> Vec<(String, String)> {
    let report = report(log, Redactor::MASKING);
    let mut outputs = reports(&report);
    let mut open = report_of_part(log);
    open.redact(Redactor::MASKING);
    let merged = merge([open], &View::default()).expect("a report");
    outputs.extend(reports(&merged).into_iter().map(|(name, text)| (format!("merged {name}"), text)));
    outputs.extend(drafts(log, &report));
    let page = RulePage::explain(&ENGINE, Redactor::MASKING, &log.text);
    let page = page.map(|pages| {
        let mut out = Vec::new();
        render_rules(&pages, &style(100), &mut out).expect("a page");
        String::from_utf8(out).expect("UTF-8") + &serde_json::to_string(&pages).expect("JSON")
    });
    outputs.push(("explain".to_owned(), page.unwrap_or_else(|error| error.to_string())));
    outputs
}

pub fn report(log: &Log, redactor: Redactor) -> Report {
    let options = Options::new().jobs(1).redactor(redactor).keep_matches(true).zone(TimeZone::UTC);
    scan_bytes(&ENGINE, &log.name, log.text.as_bytes(), &options)
}

/// Returns a report made with `--no-redact`, as read from a file.
fn report_of_part(log: &Log) -> Report {
    let text = serde_json::to_vec(&report(log, Redactor::OPEN)).expect("JSON");
    serde_json::from_slice(&text).expect("a report")
}

/// Returns a report in every format.
pub fn reports(report: &Report) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    for format in Format::value_variants() {
        let widths: &[usize] = if *format == Format::Table { &[40, 80, 250] } else { &[100] };
        for &width in widths {
            let style = Style { extent: Extent::Details(99), ..style(width) };
            outputs.push((format!("{format:?} {width}"), rendered(report, *format, &style)));
        }
    }
    let style = Style { share: true, ..style(100) };
    outputs.push(("share".to_owned(), rendered(report, Format::Markdown, &style)));
    outputs
}

fn style(width: usize) -> Style {
    Style::new(width, TimeZone::UTC)
}

fn rendered(report: &Report, format: Format, style: &Style) -> String {
    let mut out = Vec::new();
    render(report, format, style, &mut out).expect("a report");
    String::from_utf8(out).expect("UTF-8")
}

/// Returns drafts of rules for the log.
fn drafts(log: &Log, report: &Report) -> Vec<(String, String)> {
    let of_clusters = report.unclassified.iter().map(|cluster| draft(cluster, &ENGINE));
    // If a secret spans two lines, one half alone cannot be recognized.
    let lines: Vec<&str> = log.text.lines().chain([""]).collect();
    let goes_on = |line: &&str| line.starts_with([' ', '│', '>']) || line.starts_with("web_1");
    let whole = lines.windows(2).filter(|pair| !pair.iter().any(goes_on));
    let of_lines = whole.map(|pair| draft_line(pair[0], &ENGINE));
    let of_text = std::iter::once_with(|| draft_line(&log.text, &ENGINE));
    let all = of_clusters.chain(of_lines).chain(of_text);
    all.map(|draft| {
        ("draft".to_owned(), draft.map_or_else(|error| error.to_string(), |draft| draft.to_string()))
    })
    .collect()
}

/// Returns the part of a secret that is in a text: any twelve consecutive characters of its random parts, verbatim,
/// with line ends and borders between them, or in Base64. A shorter random part counts as a whole.
pub fn leak(text: &str, secret: &Secret) -> Option<String> {
    const TELLING: usize = 12;
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && !"│║|".contains(*c)).collect();
    let pieces = secret
        .random
        .iter()
        .filter(|part| part.len() >= TELLING)
        .flat_map(|part| (0..=part.len() - TELLING).map(move |at| &part[at..at + TELLING]));
    pieces
        .into_iter()
        .find(|piece| {
            text.contains(piece)
                || bare.contains(piece)
                || in_base64(piece).iter().any(|code| text.contains(code))
        })
        .map(str::to_owned)
}

/// Returns the parts of a text's Base64 form that do not depend on its position in the encoded data.
fn in_base64(piece: &str) -> [String; 3] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    [0, 1, 2].map(|skipped| {
        let groups = piece.as_bytes()[skipped..].chunks_exact(3);
        let letters = groups.flat_map(|group| {
            let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
        });
        letters.collect()
    })
}

#[test]
fn a_leak_is_seen_however_it_is_written() {
    let secret = Secret {
        kind: String::new(),
        text: String::new(),
        random: vec!["abcdEFGH0123ijkl".to_owned()],
        place: String::new(),
        fixed: 0,
    };
    for text in ["xabcdEFGH0123x", "abcdEF │\n│ GH0123ijkl", "aGkgYWJjZEVGR0gwMTIzaWprbA=="] {
        assert!(leak(text, &secret).is_some(), "{text}");
    }
    assert_eq!(leak("abcdEFGH012 3ij", &Secret { random: vec!["abcdEFGH0124".to_owned()], ..secret }), None);
}
