//! Bar charts over time: a small one per finding, and the time line by category.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use crate::catalogue::{Category, Severity};
use crate::ci_commands::{Syntax, broken};
use crate::classify::LifecycleKind;
use crate::redact::Redactor;
use crate::render::sparkline::columns;
use crate::render::words::number;
use crate::report::{Finding, Report, Value};

use super::moment::Clock;

/// Number of columns of the time line before the script redraws it.
pub(super) const COLUMNS: usize = 120;
/// Number of columns of a finding's chart.
pub(super) const SPARK: usize = 32;
/// Height of the charts, in SVG units.
pub(super) const HEIGHT: u64 = 24;
/// Minimum height of a bar, so that one incident stays visible.
const LEAST: u64 = 3;

/// The row of one category in the time line.
pub(super) struct Lane {
    pub category: Category,
    /// Highest severity of the category's findings.
    pub severity: Severity,
    pub incidents: String,
    /// The bars as an SVG path.
    pub path: String,
}

/// Returns the bars of one finding over the whole time of the log, as an SVG path.
pub(super) fn spark(finding: &Finding, span: (Timestamp, Timestamp)) -> String {
    path(&columns(finding.times.bins.iter().copied(), finding.times.bin_seconds, span, SPARK))
}

/// Returns one row per category, in the order of their first findings.
pub(super) fn lanes(findings: &[Finding], span: (Timestamp, Timestamp)) -> Vec<Lane> {
    let mut order: Vec<Category> = Vec::new();
    let mut sums: BTreeMap<Category, (Severity, u64, Vec<u64>)> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.times.bins.is_empty()) {
        let (severity, incidents, sum) = sums.entry(finding.category).or_insert_with(|| {
            order.push(finding.category);
            (finding.severity, 0, vec![0; COLUMNS])
        });
        *severity = finding.severity.max(*severity);
        *incidents += finding.times.bins.iter().map(|(_, count)| count).sum::<u64>();
        let bins = finding.times.bins.iter().copied();
        for (sum, count) in sum.iter_mut().zip(columns(bins, finding.times.bin_seconds, span, COLUMNS)) {
            *sum += count;
        }
    }
    let lane = |category: Category| {
        let (severity, incidents, sum) = sums.get(&category)?;
        Some(Lane { category, severity: *severity, incidents: number(*incidents), path: path(sum) })
    };
    order.into_iter().filter_map(lane).collect()
}

/// Returns bars as an SVG path, each one unit wide.
fn path(columns: &[u64]) -> String {
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    for (x, &count) in columns.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = u128::from(count) * u128::from(HEIGHT) / u128::from(most);
        let height = u64::try_from(height).unwrap_or(HEIGHT).max(LEAST);
        let _ = write!(path, "M{x} {HEIGHT}v-{height}h1v{height}z");
    }
    path
}

/// Data for the page's script, which filters findings and zooms the time line.
#[derive(Serialize)]
struct Data {
    /// First and last second of the log, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<(i64, i64)>,
    /// Start of each period with a constant offset of the time zone, and that offset, in seconds.
    offsets: Vec<(i64, i32)>,
    findings: Vec<FindingData>,
    marks: Vec<(i64, String)>,
}

#[derive(Serialize)]
struct FindingData {
    severity: Severity,
    category: Category,
    incidents: u64,
    providers: Vec<(String, u64)>,
    models: Vec<(String, u64)>,
    bin_seconds: i64,
    /// Start of each bin, in seconds after the start of the previous one, and number of incidents that began in it.
    bins: Vec<(i64, u64)>,
}

/// Returns the data for the script as JSON that is safe inside a `script` element.
pub(super) fn data(report: &Report, clock: &Clock<'_>) -> serde_json::Result<String> {
    let data = Data {
        span: clock.span.map(|(first, last)| (first.as_second(), last.as_second())),
        offsets: clock.offsets(),
        findings: report.findings.iter().map(finding_data).collect(),
        marks: report.marks.iter().map(|mark| (mark.time.as_second(), mark_text(&mark.what))).collect(),
    };
    // Character references are not resolved inside a script.
    Ok(broken(&embeddable(&serde_json::to_string(&data)?), Syntax::Json))
}

fn finding_data(finding: &Finding) -> FindingData {
    let mut before = 0;
    let bins = finding.times.bins.iter().map(|&(start, count)| {
        let after = start.saturating_sub(before);
        before = start;
        (after, count)
    });
    FindingData {
        severity: finding.severity,
        category: finding.category,
        incidents: finding.incidents,
        providers: values(finding, "provider"),
        models: values(finding, "model"),
        bin_seconds: finding.times.bin_seconds,
        bins: bins.collect(),
    }
}

/// Returns the values of a capture with the incidents of each.
pub(super) fn values(finding: &Finding, name: &str) -> Vec<(String, u64)> {
    let clean = |value: &Value| (Redactor::OPEN.clean(&value.value).into_owned(), value.incidents);
    finding.captures.get(name).into_iter().flatten().map(clean).collect()
}

fn mark_text(mark: &LifecycleKind) -> String {
    match mark {
        LifecycleKind::GatewayStart => "gateway started".to_owned(),
        LifecycleKind::ConfigReload => "configuration changed".to_owned(),
        LifecycleKind::Version(version) => format!("version {}", Redactor::OPEN.clean(version)),
    }
}

/// Escapes the characters in JSON that an HTML parser interprets. They occur only in strings.
fn embeddable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_share_and_never_nothing() {
        assert_eq!(path(&[0, 0]), "");
        assert_eq!(path(&[4, 0, 2, 1000]), "M0 24v-3h1v3zM2 24v-3h1v3zM3 24v-24h1v24z");
    }

    #[test]
    fn data_cannot_end_its_element() {
        let text = "</script><!--<script>&\u{2028}\"";
        let json = embeddable(&serde_json::to_string(text).expect("JSON"));
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
    }
}
