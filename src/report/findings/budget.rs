//! Reduces a report to a size limit, for a reader with a limited input such as a language model.
//!
//! The least useful parts are removed first: samples, then histograms, symptoms, lifecycle events, references,
//! unexplained patterns, sources and notes beyond the first few. Whole findings are removed last, from the lowest rank
//! up.

use serde::Serialize;

use crate::report::tally::Histogram;

use super::left_out::{Budget, LeftOut};
use super::report::Report;

/// Bytes of JSON that count as one token. Models use 3 to 5 bytes per token, fewer for ids and numbers.
const BYTES_PER_TOKEN: usize = 4;
/// Number of notes, sources and unexplained patterns kept in the first pass.
const FEW: usize = 3;
/// Bytes reserved for the counts of removed parts.
const RESERVE: usize = 320;

impl Report {
    /// Reduces the report to at most `tokens` tokens of JSON, as far as possible. The result can no longer be merged.
    pub fn fit(&mut self, tokens: usize) {
        self.mergeable = None;
        self.budget = None;
        let room = tokens.saturating_mul(BYTES_PER_TOKEN).saturating_sub(RESERVE);
        let mut left = LeftOut::default();
        let cuts: [fn(&mut Report, &mut LeftOut); 8] = [
            |report, left| report.findings.iter_mut().for_each(|f| left.samples += cut(&mut f.samples, 1)),
            |report, left| report.findings.iter_mut().for_each(|f| left.samples += cut(&mut f.samples, 0)),
            |report, left| {
                for finding in &mut report.findings {
                    left.histograms += usize::from(!finding.histogram.counts.is_empty());
                    finding.histogram = Histogram::default();
                }
            },
            |report, left| report.findings.iter_mut().for_each(|f| left.symptoms += cut(&mut f.symptoms, 0)),
            |report, left| left.marks += cut(&mut report.marks, 0),
            |report, left| {
                report.findings.iter_mut().for_each(|f| left.references += cut(&mut f.references, 0));
            },
            |report, left| {
                left.unclassified += cut(&mut report.unclassified, FEW);
                left.sources += cut(&mut report.sources, FEW);
                left.notes += cut(&mut report.notes, FEW);
            },
            |report, left| left.unclassified += cut(&mut report.unclassified, 0),
        ];
        let mut size = length(self);
        for cut in cuts {
            if size > room {
                cut(self, &mut left);
                size = length(self);
            }
        }
        while size > room
            && self.findings.len() > 1
            && let Some(finding) = self.findings.pop()
        {
            size = size.saturating_sub(length(&finding) + 1);
            left.findings += 1;
        }
        let last: [fn(&mut Report, &mut LeftOut); 3] = [
            |report, left| left.next_steps += cut(&mut report.next_steps, FEW),
            |report, left| {
                left.sources += cut(&mut report.sources, 1);
                left.notes += cut(&mut report.notes, 0);
                left.next_steps += cut(&mut report.next_steps, 0);
            },
            |report, left| left.findings += cut(&mut report.findings, 0),
        ];
        for cut in last {
            if size > room {
                cut(self, &mut left);
                size = length(self);
            }
        }
        if left.findings > 0 {
            self.left_out = Some(self.left_out.unwrap_or(0) + left.findings);
        }
        self.budget = Some(Budget { tokens, is_kept: size <= room, left_out: left });
    }
}

/// Truncates a list to `keep` elements and returns the number of removed ones.
fn cut<T>(all: &mut Vec<T>, keep: usize) -> usize {
    let left_out = all.len().saturating_sub(keep);
    all.truncate(keep);
    left_out
}

/// Returns the length of a value as compact JSON, in bytes.
fn length(value: &impl Serialize) -> usize {
    let mut counter = Counter(0);
    // Writing to a counter cannot fail.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

struct Counter(usize);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{self, Layers};
    use crate::engine::Engine;
    use crate::report::{View, merge};
    use crate::scan::{Options, scan_bytes};

    #[test]
    fn a_budget_is_kept_and_says_what_it_cost() {
        let engine = Engine::new(catalogue::load(&Layers::default()).expect("the rules"));
        let log = include_bytes!("../../../fixtures/logs/mixed/file.log");
        let whole = scan_bytes(&engine, "mixed.log", log, &Options::default());
        let all = whole.findings.len();
        for tokens in [500, 1000, 2000, 4000, 8000, 12_000] {
            let mut report = whole.clone();
            report.fit(tokens);
            let text = serde_json::to_string(&report).expect("JSON");
            assert!(text.len() <= tokens * BYTES_PER_TOKEN, "{tokens} tokens: {} bytes", text.len());
            let budget = report.budget.clone().expect("a budget");
            assert!(budget.is_kept);
            assert_eq!(report.findings.len() + budget.left_out.findings, all);
            assert_eq!(report.left_out, Some(budget.left_out.findings).filter(|n| *n > 0));
            assert!(merge([report.clone()], &View::default()).is_err());
            // Less useful parts are removed before findings.
            assert!(budget.left_out.findings == 0 || report.findings.iter().all(|f| f.samples.is_empty()));
            assert_eq!(report.totals, whole.totals);
        }
        let mut large = whole.clone();
        large.fit(1_000_000);
        assert_eq!(large.budget.clone().expect("a budget").left_out, LeftOut::default());
        assert_eq!(large.findings, whole.findings);
        let mut tiny = whole;
        tiny.fit(1);
        assert!(!tiny.budget.expect("a budget").is_kept);
    }
}
