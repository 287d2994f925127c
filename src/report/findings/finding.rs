//! A row of the report, and how it is built from the tally of a rule.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Category, Confidence, LimitTable, Severity};
use crate::redact::Cleaner;
use crate::report::incidents::Sample;
use crate::report::tally::{FindingTally, Histogram, RuleText, Times, ValueCounts};

use super::advice::{self, QuotingContext, fill};
use super::began::Began;
use super::fingerprint::fingerprint;
use super::fix::FilledFix;
use super::status::Status;
use super::value::Value;

/// One row of the report: a rule, how often it explains a failure, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Finding {
    /// Position in the report, from 1.
    pub rank: usize,
    /// The rule's id.
    pub rule: String,
    /// Stable identifier of the failure: the same rule and facts (such as provider, model, host and code) give the same
    /// fingerprint on any machine and in any run.
    #[serde(default)]
    pub fingerprint: String,
    /// The rule's title.
    pub title: String,
    /// The rule's category.
    pub category: Category,
    /// The rule's severity.
    pub severity: Severity,
    /// Whether a rule knows the wording of the records, or only what their words likely mean.
    #[serde(default)]
    pub confidence: Confidence,
    /// `true` if the failure was seen only in text that looks like log records but may be a quotation, such as a chat
    /// message or a model's answer. The severity is then `info`, independent of the rule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// Status of the failure at the end of the log.
    pub status: Status,
    /// Number of incidents: failures as a person would count them.
    pub incidents: u64,
    /// Number of records of these incidents, related records (symptoms) included.
    pub records: u64,
    /// Time of the first record.
    pub first_seen: Option<Timestamp>,
    /// Time of the last record.
    pub last_seen: Option<Timestamp>,
    /// The lifecycle event after which the failure began, if the log contains one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Began>,
    /// Number of incidents per time interval.
    pub histogram: Histogram,
    /// The incidents at the finest known resolution, for a time line that can be zoomed. Not in JSON, because
    /// `mergeable` contains it.
    #[serde(skip)]
    pub times: Times,
    /// Captured facts by name, the most frequent value first.
    pub captures: BTreeMap<String, Vec<Value>>,
    /// Names of facts with more values than could be kept. Only some of their values are listed, each with its exact
    /// count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures_cut: Vec<String>,
    /// Records that show the cause.
    pub samples: Vec<Sample>,
    /// OpenClaw's own statements about these failures that the evidence contradicts: its messages and reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted: Vec<Value>,
    /// Related records: records of other rules in the same incidents.
    pub symptoms: Vec<Symptom>,
    /// Possible causes.
    pub causes: Vec<String>,
    /// Fixes, in the order to try them.
    pub fixes: Vec<FilledFix>,
    /// Published limits of the provider, if the rule has a table of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitTable>,
    /// Links to further reading.
    pub references: Vec<String>,
}

impl Finding {
    /// Returns the first command that may fix the failure.
    pub fn first_command(&self) -> Option<&str> {
        self.fixes.iter().find_map(|fix| fix.run.as_deref())
    }

    /// Returns the most frequent value of each capture, and the known facts of the provider.
    pub(crate) fn facts(&self) -> BTreeMap<String, String> {
        facts(&self.captures)
    }

    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        let own = cleaner.knowing(self.samples.iter().map(|sample| sample.text.as_str()));
        let values = self.captures.values_mut().flatten().chain(&mut self.contradicted);
        values.for_each(|Value { value, .. }| own.text(value));
        self.samples.iter_mut().for_each(|sample| sample.redact(&own));
        self.causes.iter_mut().for_each(|cause| own.lines(cause));
        self.fixes.iter_mut().for_each(|fix| fix.redact(&own));
    }
}

fn facts(captures: &BTreeMap<String, Vec<Value>>) -> BTreeMap<String, String> {
    let mut facts: BTreeMap<String, String> = captures
        .iter()
        .filter_map(|(name, values)| Some((name.clone(), values.first()?.value.clone())))
        .collect();
    advice::add_provider_facts(&mut facts);
    facts
}

/// Related records of another rule in the incidents of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[non_exhaustive]
pub struct Symptom {
    /// The other rule's id.
    pub rule: String,
    /// The other rule's title.
    pub title: String,
    /// Number of records.
    pub records: u64,
}

impl Finding {
    /// Turns the finding into one that was seen only in quoted text. Quoted text proves nothing, so the only advice is
    /// to check it.
    pub(crate) fn into_quoted(self) -> Self {
        Self {
            title: format!("{} (not in OpenClaw's own records)", self.title),
            fingerprint: fingerprint(&format!("{} quoted", self.rule), &self.captures, &self.captures_cut),
            severity: Severity::Info,
            quoted: true,
            causes: vec![
                "The record is part of a text that somebody wrote, such as a chat message or an answer, and looks pasted (it is older \
                 than the text before it, or has another format), or it is in a log that does not look like OpenClaw's."
                    .to_owned(),
            ],
            fixes: vec![FilledFix {
                say: "Check the record. With --json, the log separates OpenClaw's own records from quoted text.".to_owned(),
                run: Some("openclaw logs --json --limit 5000 --max-bytes 1000000 | clawsift".to_owned()),
                config: None,
            }],
            ..self
        }
    }
}

/// Builds the finding of a rule.
pub(crate) fn finding(
    tally: &FindingTally,
    rule: &RuleText,
    rules: &[RuleText],
    status: Status,
    began: Option<Began>,
) -> Finding {
    let values = |counts: &ValueCounts, shown: &dyn Fn(&str) -> bool| {
        let mut values: Vec<Value> = counts
            .iter()
            .filter(|(value, _)| shown(value))
            .map(|(value, incidents)| Value { value: value.to_owned(), incidents })
            .collect();
        values.sort_by(by_frequency);
        values
    };
    let captures: BTreeMap<String, Vec<Value>> =
        tally.captures.iter().map(|(name, counts)| (name.clone(), values(counts, &|_| true))).collect();
    let captures_cut: Vec<String> =
        tally.captures.iter().filter(|(_, c)| c.is_cut).map(|(name, _)| name.clone()).collect();
    let is_wrong = |says: &str| tally.means.get(says).is_some_and(|means| !means.contains(&rule.category));
    let facts = facts(&captures);
    let mut symptoms: Vec<Symptom> = tally
        .symptoms
        .iter()
        .map(|(&index, &records)| Symptom {
            rule: rules[index].id.clone(),
            title: rules[index].title.clone(),
            records,
        })
        .collect();
    symptoms.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.rule.cmp(&b.rule)));
    Finding {
        rank: 0,
        rule: rule.id.clone(),
        fingerprint: fingerprint(&rule.id, &captures, &captures_cut),
        title: rule.title.clone(),
        category: rule.category,
        severity: rule.severity,
        confidence: rule.confidence,
        quoted: false,
        status,
        incidents: tally.incidents,
        records: tally.records,
        first_seen: tally.first.as_ref().map(|(time, _)| *time),
        last_seen: tally.last_seen,
        began,
        histogram: tally.timeline.histogram(),
        times: tally.timeline.times(),
        contradicted: values(&tally.claims, &is_wrong),
        samples: tally.samples.clone(),
        symptoms,
        causes: rule.causes.iter().map(|cause| fill(cause, &facts, QuotingContext::Sentence)).collect(),
        fixes: rule.fixes.iter().map(|fix| FilledFix::new(fix, &facts)).collect(),
        limits: rule.limits.clone(),
        references: rule.references.clone(),
        captures,
        captures_cut,
    }
}

fn by_frequency(a: &Value, b: &Value) -> Ordering {
    b.incidents.cmp(&a.incidents).then_with(|| a.value.cmp(&b.value))
}
