//! Everything that is made of a log.

use std::sync::LazyLock;

use clap::ValueEnum;
use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::kit::{draft, draft_line};
use clawsift::redact::Redactor;
use clawsift::render::{Extent, Format, Style, render, render_rules};
use clawsift::report::{Report, RulePage, View, merge};
use clawsift::scan::{Options, scan_bytes};
use jiff::tz::TimeZone;

use super::kinds::Secret;
use super::writings::Log;

pub static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(catalogue::embedded().expect("good rules")));

/// What the program makes of a log, by the name of the way to make it.
pub fn faces(log: &Log) -> Vec<(String, String)> {
    let report = report(log, Redactor::MASKING);
    let mut faces = reports(&report);
    let mut open = report_of_part(log);
    open.redact(Redactor::MASKING);
    let merged = merge([open], &View::default()).expect("a report");
    faces.extend(reports(&merged).into_iter().map(|(name, text)| (format!("merged {name}"), text)));
    faces.extend(drafts(log, &report));
    let page = RulePage::explain(&ENGINE, Redactor::MASKING, &log.text);
    let page = page.map(|pages| {
        let mut out = Vec::new();
        render_rules(&pages, &style(100), &mut out).expect("a page");
        String::from_utf8(out).expect("UTF-8") + &serde_json::to_string(&pages).expect("JSON")
    });
    faces.push(("explain".to_owned(), page.unwrap_or_else(|error| error.to_string())));
    faces
}

pub fn report(log: &Log, redactor: Redactor) -> Report {
    let options =
        Options { jobs: 1, redactor, keep_matches: true, zone: TimeZone::UTC, ..Options::default() };
    scan_bytes(&ENGINE, &log.name, log.text.as_bytes(), &options)
}

/// A report that was made with `--no-redact`, as it is read from a file.
fn report_of_part(log: &Log) -> Report {
    let text = serde_json::to_vec(&report(log, Redactor::OPEN)).expect("JSON");
    serde_json::from_slice(&text).expect("a report")
}

/// A report in every format.
pub fn reports(report: &Report) -> Vec<(String, String)> {
    let mut faces = Vec::new();
    for format in Format::value_variants() {
        let widths: &[usize] = if *format == Format::Table { &[40, 80, 250] } else { &[100] };
        for &width in widths {
            let style = Style { extent: Extent::Details(99), ..style(width) };
            faces.push((format!("{format:?} {width}"), rendered(report, *format, &style)));
        }
    }
    let style = Style { share: true, ..style(100) };
    faces.push(("share".to_owned(), rendered(report, Format::Markdown, &style)));
    faces
}

fn style(width: usize) -> Style {
    Style::new(width, TimeZone::UTC)
}

fn rendered(report: &Report, format: Format, style: &Style) -> String {
    let mut out = Vec::new();
    render(report, format, style, &mut out).expect("a report");
    String::from_utf8(out).expect("UTF-8")
}

/// Drafts of rules for what the log says.
fn drafts(log: &Log, report: &Report) -> Vec<(String, String)> {
    let of_clusters = report.unclassified.iter().map(|cluster| draft(cluster, &ENGINE));
    // Where a secret goes over two lines, nobody can tell one half of it alone.
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

/// What of a secret is in a text: any twelve characters in a row of what is random in it, as they are, with line ends and
/// borders between them, or in Base64. Of a short part the whole counts.
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

/// What is the same in Base64 of a text, wherever it stands in what was encoded.
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
