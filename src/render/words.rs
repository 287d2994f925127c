//! Phrases and number formats shared by several output formats.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::classify::LifecycleKind;
use crate::record::Format;
use crate::report::{Began, Finding, Report, Status, Totals, is_argument, shell_quote};

/// Returns the reason why there is nothing to report on; `None` if records were read.
pub(super) fn nothing_read(report: &Report) -> Option<String> {
    if report.sources.iter().all(|source| !source.problems.is_empty()) {
        return Some("nothing could be read".to_owned());
    }
    if report.is_skipped() {
        return Some(match report.sources.as_slice() {
            [only] => format!("{} is a binary file, not a log", source_name(&only.name)),
            many => format!("nothing to read: {} binary files and no log", number(many.len() as u64)),
        });
    }
    (report.totals.records == 0).then(|| format!("no records in {}", names(report)))
}

/// Returns the message for records without a finding.
pub(super) fn nothing_found(report: &Report) -> String {
    let known = report.sources.iter().any(|s| s.formats.iter().any(|f| f.format != Format::Text));
    match report.totals.unclassified {
        _ if report.filtered_out > 0 || report.left_out.is_some() => {
            let hidden = count(report.filtered_out, "incident");
            let findings = count(report.left_out.unwrap_or(0) as u64, "finding");
            format!("nothing to show (the filters left out {hidden} and {findings})")
        }
        0 if !known => "no OpenClaw log format recognised and no known error".to_owned(),
        0 => "no problems found".to_owned(),
        n => format!("no known failure, but {} unexplained", warnings(n)),
    }
}

/// Returns the share of warnings and errors that rules explain.
pub(super) fn share_explained(totals: &Totals) -> String {
    let explained = totals.warnings.saturating_sub(totals.unclassified);
    // Rounded down, so that 99.96 % is not shown as 100 %.
    let per_mille = explained.saturating_mul(1000) / totals.warnings.max(1);
    let text = format!(
        "{}.{} % of {} explained; {} unexplained in {}",
        per_mille / 10,
        per_mille % 10,
        count(totals.warnings, "warning or error"),
        number(totals.unclassified),
        count(totals.shapes, "pattern"),
    );
    text.replace("warning or errors", "warnings and errors")
}

/// Returns the number of omitted findings and the option that omitted them.
pub(super) fn left_out(report: &Report) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(findings) = report.left_out {
        texts.push(format!("{} left out by --top", count(findings as u64, "more finding")));
    }
    if report.filtered_out > 0 {
        texts.push(format!("{} left out by the filters", count(report.filtered_out, "incident")));
    }
    texts
}

/// Returns the facts by name, each with its most frequent value and the number of other values: `provider openai`,
/// `model m1 and 2 more`.
pub(super) fn facts(finding: &Finding) -> impl Iterator<Item = String> {
    finding.captures.iter().filter_map(|(name, values)| {
        let value = &values.first()?.value;
        let others = match values.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        Some(format!("{} {value}{others}", name.replace('_', " ")))
    })
}

/// Returns the status of a failure at the end of the log.
pub(super) fn status(finding: &Finding, log_end: Option<Timestamp>) -> String {
    match finding.status {
        Status::Ongoing => "ongoing".to_owned(),
        Status::Recovered => "recovered".to_owned(),
        Status::Degraded => "fallback answered".to_owned(),
        Status::Quiet => match log_end.zip(finding.last_seen) {
            Some((end, seen)) => format!("quiet for {}", length(end.duration_since(seen))),
            None => "quiet".to_owned(),
        },
    }
}

/// Returns the command that drafts a rule for an unexplained pattern, given by its number in the report.
pub(super) fn draft_command(number: usize, source: &str) -> String {
    let log = match source {
        "-" => "-".to_owned(),
        name if is_argument(name) => shell_quote(name),
        _ => "<log>".to_owned(),
    };
    format!("clawsift rules new --from-unknown {number} {log}")
}

/// Returns the lifecycle event after which a failure began.
pub(super) fn began_after(began: &Began) -> String {
    let what = match &began.after {
        LifecycleKind::GatewayStart => "the gateway start".to_owned(),
        LifecycleKind::ConfigReload => "a configuration change".to_owned(),
        LifecycleKind::Version(version) => format!("the update to {version}"),
    };
    let update = match (&began.since_version, &began.after) {
        (Some(version), LifecycleKind::GatewayStart | LifecycleKind::ConfigReload) => {
            format!("; not seen before the update to {version}")
        }
        _ => String::new(),
    };
    format!("{} after {what}{update}", length(began.span()))
}

/// Returns the display name of a source.
pub(super) fn source_name(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// Returns the name of the only source that was not skipped, or the number of such sources.
pub(super) fn names(report: &Report) -> String {
    let mut read = report.sources.iter().filter(|source| source.skipped.is_none());
    match (read.next(), read.count()) {
        (Some(only), 0) => source_name(&only.name).to_owned(),
        (first, others) => format!("{} sources", usize::from(first.is_some()) + others),
    }
}

/// Maximum number of skipped files that are named.
const MAX_SKIPPED: usize = 3;

/// Returns the notes on the sources, each with the name of its source. More than a few skipped files share one note without a
/// name.
pub(super) fn source_notes(report: &Report) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let skipped = || report.sources.iter().filter(|source| source.skipped.is_some());
    let number = skipped().count();
    let is_many = number > MAX_SKIPPED;
    let shared = is_many.then(|| {
        let file = |name: &'_ str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let few: Vec<String> = skipped().take(MAX_SKIPPED).map(|source| file(&source.name)).collect();
        let others = number - MAX_SKIPPED;
        ("", format!("Binary files skipped: {} and {others} more", few.join(", ")).into())
    });
    let named = report.sources.iter().filter(move |source| !is_many || source.skipped.is_none());
    let notes = named.flat_map(|source| source.notes.iter().map(|note| (source.name.as_str(), note.into())));
    shared.into_iter().chain(notes)
}

/// Formats a count: `1 warning or error`, `12,345 warnings or errors`.
pub(super) fn warnings(n: u64) -> String {
    format!("{} {}", number(n), if n == 1 { "warning or error" } else { "warnings or errors" })
}

/// Formats a count: `1 record`, `12,345 records`.
pub(super) fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(n), if n == 1 { "" } else { "s" })
}

/// Formats a number with separators: `12,345`.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Truncates a text to at most `max_chars` characters.
pub(super) fn shortened(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Formats a duration in its largest suitable unit.
pub(super) fn length(duration: SignedDuration) -> String {
    match duration.as_mins() {
        0 | 1 => format!("{} s", duration.as_secs()),
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 48 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / (24 * 60)),
    }
}

/// Returns OpenClaw's own statement if the evidence contradicts it, with the code or status from the facts if there is
/// one.
pub(super) fn contradiction<'f>(
    says: &[&str],
    fact: impl Fn(&str) -> Option<&'f str>,
    unicode: bool,
) -> Option<String> {
    if says.is_empty() {
        return None;
    }
    let quoted = |text: &&str| if unicode { format!("“{text}”") } else { format!("\"{text}\"") };
    let says: Vec<String> = says.iter().take(3).map(quoted).collect();
    let wire = ["code", "status"].iter().find_map(|name| Some(format!("{name} {}", fact(name)?)));
    let wire = wire.unwrap_or_else(|| "see the title".to_owned());
    Some(format!("{wire}; OpenClaw's own message says {}", says.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_read_well() {
        assert_eq!(count(1, "record"), "1 record");
        assert_eq!(count(1_234_567, "record"), "1,234,567 records");
        assert_eq!(length(SignedDuration::from_secs(75)), "75 s");
        assert_eq!(length(SignedDuration::from_mins(61)), "61 min");
        assert_eq!(length(SignedDuration::from_hours(3)), "3 h");
        assert_eq!(length(SignedDuration::from_hours(72)), "3 days");
    }
}
