//! Template data of one finding.

use crate::render::words::{began_after, contradiction, count, number, source_name, status};
use crate::report::{Finding, Sample, Status, Value};

use super::chart;
use super::moment::{Clock, Moment};

/// Maximum number of values per fact.
const MAX_VALUES: usize = 8;
/// Number of findings that are expanded initially.
const OPEN: usize = 1;

/// A finding with all texts formatted.
pub(super) struct FindingView<'a> {
    pub finding: &'a Finding,
    pub is_open: bool,
    pub incidents: String,
    pub records: String,
    pub status: String,
    pub is_ongoing: bool,
    pub first: Option<Moment>,
    pub last: Option<Moment>,
    pub began: Option<String>,
    pub spark: Option<String>,
    pub facts: Vec<Fact<'a>>,
    pub contradiction: Option<String>,
    pub samples: Vec<SampleView<'a>>,
    pub symptoms: Vec<(String, &'a str, &'a str)>,
    pub references: Vec<Reference<'a>>,
}

/// A fact of the log.
pub(super) struct Fact<'a> {
    pub name: String,
    pub values: Vec<(&'a str, String)>,
    /// Text with the number of values that are not shown.
    pub more: Option<String>,
}

/// A record shown as evidence.
pub(super) struct SampleView<'a> {
    pub sample: &'a Sample,
    pub place: String,
    pub time: Option<Moment>,
}

/// A link to further reading.
pub(super) struct Reference<'a> {
    pub text: &'a str,
    /// `true` if the text becomes a link.
    pub is_link: bool,
}

impl<'a> FindingView<'a> {
    pub fn new(finding: &'a Finding, clock: &Clock<'_>) -> Self {
        let is_one_value =
            |values: &[Value]| values.first().is_some_and(|v| v.incidents == finding.incidents);
        let says: Vec<&str> = finding.contradicted.iter().map(|claim| claim.value.as_str()).collect();
        Self {
            finding,
            is_open: finding.rank <= OPEN,
            incidents: count(finding.incidents, "incident"),
            records: count(finding.records, "record"),
            status: status(finding, clock.span.map(|(_, last)| last)),
            is_ongoing: finding.status == Status::Ongoing,
            first: finding.first_seen.map(|time| clock.moment(time)),
            last: finding.last_seen.filter(|last| Some(*last) != finding.first_seen).map(|t| clock.moment(t)),
            began: finding.began.as_ref().map(began_after),
            spark: clock.span.map(|span| chart::spark(finding, span)),
            facts: finding
                .captures
                .iter()
                .map(|(name, values)| {
                    Fact::new(name, values, is_one_value(values), finding.captures_cut.contains(name))
                })
                .collect(),
            contradiction: contradiction(
                &says,
                |name| Some(finding.captures.get(name)?.first()?.value.as_str()),
                true,
            ),
            samples: finding.samples.iter().map(|sample| SampleView::new(sample, clock)).collect(),
            symptoms: finding
                .symptoms
                .iter()
                .map(|symptom| (number(symptom.records), symptom.title.as_str(), symptom.rule.as_str()))
                .collect(),
            references: finding.references.iter().map(|text| Reference::new(text)).collect(),
        }
    }
}

impl<'a> Fact<'a> {
    /// Formats the first values, with counts unless all incidents have the same value.
    fn new(name: &str, values: &'a [Value], is_same: bool, is_cut: bool) -> Self {
        let shown = values.iter().take(MAX_VALUES);
        let times = |value: &Value| match is_same && values.len() == 1 {
            true => String::new(),
            false => format!("×{}", number(value.incidents)),
        };
        let more = values.len().saturating_sub(MAX_VALUES) as u64;
        let at_least = if is_cut { "at least " } else { "" };
        Self {
            name: name.replace('_', " "),
            values: shown.map(|value| (value.value.as_str(), times(value))).collect(),
            more: (more > 0).then(|| format!("and {at_least}{} more", number(more))),
        }
    }
}

impl<'a> SampleView<'a> {
    pub fn new(sample: &'a Sample, clock: &Clock<'_>) -> Self {
        Self {
            sample,
            place: format!("{}:{}", source_name(&sample.source), sample.line),
            time: sample.time.map(|time| clock.moment(time)),
        }
    }
}

impl<'a> Reference<'a> {
    /// Only web addresses become links; a third-party rule could contain a script URL.
    fn new(text: &'a str) -> Self {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        let is_link =
            scheme.is_some_and(|s| s.eq_ignore_ascii_case("https") || s.eq_ignore_ascii_case("http"));
        Self { text, is_link }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_become_links() {
        for (text, is_link) in [
            ("https://docs.openclaw.ai/x", true),
            ("HTTP://x.example", true),
            ("javascript:alert(1)", false),
            ("javascript://https://%0aalert(1)", false),
            ("data:text/html,x", false),
            (" https://x", false),
            ("RFC 9110", false),
        ] {
            assert_eq!(Reference::new(text).is_link, is_link, "{text}");
        }
    }
}
