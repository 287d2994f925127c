//! Short texts about a finding, for formats with one line per finding.

use crate::redact::Redactor;
use crate::report::{Finding, Report};

use super::words::{self, count};

/// Maximum number of facts per finding.
const MAX_FACTS: usize = 12;

/// Returns the first facts in one line: `provider openai, model m1 and 2 more`.
pub(super) fn facts(finding: &Finding) -> String {
    words::facts(finding).take(MAX_FACTS).collect::<Vec<String>>().join(", ")
}

/// Returns counts, status and facts in one line: `3 incidents, 27 records, ongoing; provider openai`.
pub(super) fn seen(finding: &Finding) -> String {
    let mut text = format!(
        "{}, {}, {}",
        count(finding.incidents, "incident"),
        count(finding.records, "record"),
        finding.status.name()
    );
    if let Some((first, last)) = finding.first_seen.zip(finding.last_seen) {
        text.push_str(&if first == last { format!(", {first}") } else { format!(", {first} to {last}") });
    }
    let facts = facts(finding);
    if !facts.is_empty() {
        text.push_str(&format!("; {facts}"));
    }
    text
}

/// Returns the causes and fixes, one per line.
pub(super) fn advice(finding: &Finding) -> String {
    let why = finding.causes.iter().map(|cause| format!("Why: {cause}"));
    let fixes = finding.fixes.iter().enumerate().flat_map(|(index, fix)| {
        let say = format!("Fix {}: {}", index + 1, fix.say);
        let run = fix.run.iter().map(|run| format!("  $ {run}"));
        let config = fix.config.iter().map(|config| format!("  in openclaw.json: {config}"));
        std::iter::once(say).chain(run).chain(config).collect::<Vec<String>>()
    });
    let lines: Vec<String> = why.chain(fixes).collect();
    lines.join("\n")
}

/// Returns the names of sources that could not be read in full, with the reasons.
pub(super) fn problems(report: &Report) -> impl Iterator<Item = (&str, &str)> {
    let sources = report.sources.iter();
    sources.flat_map(|source| source.problems.iter().map(|problem| (source.name.as_str(), problem.as_str())))
}

/// Makes control characters in each line visible. Unlike logs, rules may contain several lines.
pub(super) fn visible(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| Redactor::OPEN.clean(line)).collect();
    lines.join("\n")
}

/// Returns true if the address is an HTTP or HTTPS URL without unusual characters.
pub(super) fn is_web_address(address: &str) -> bool {
    (address.starts_with("https://") || address.starts_with("http://"))
        && address.chars().all(|c| c.is_ascii_graphic() && !r#"<>"\^`{|}"#.contains(c))
}
