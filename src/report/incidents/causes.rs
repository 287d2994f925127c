//! The causes of an incident.
//!
//! If a fallback answers, its own failures on the way do not matter. If the run ends without an answer, each provider that failed
//! for a reason of its own has to be repaired, so the incident counts once for each of these reasons.

use litemap::LiteMap;

use super::fallback::{FallbackFailure, Fallbacks};
use super::incident::{Incident, RunState};
use super::primary_evidence::PrimaryEvidence;
use super::sample::Sample;

impl Incident {
    /// Returns the record that shows the cause: of the provider that failed first, if it has one.
    pub fn shown_sample(&self) -> Option<&Sample> {
        let provider = self.lead().and_then(|lead| lead.provider.as_deref());
        let of_lead = self
            .fallbacks
            .0
            .iter()
            .find(|f| Some(f.provider.as_str()) == provider)
            .and_then(|f| f.sample.as_ref());
        let other = || self.fallbacks.0.iter().find_map(|fallback| fallback.sample.as_ref());
        of_lead.or(self.sample.as_ref()).or_else(other).map(|(_, _, sample)| sample)
    }

    /// Returns the incident as one incident per cause if the run ended without an answer and providers failed for different reasons,
    /// `None` if there is one cause.
    pub fn by_cause(&self) -> Option<Vec<Self>> {
        let has_failed =
            !self.ending.recovered && matches!(self.course, RunState::Exhausted(_) | RunState::Closed(_));
        if self.fallbacks.is_empty() || !has_failed {
            return None;
        }
        let lead = self.lead()?;
        let cause = self.cause()?.rule;
        let mut seen = vec![cause];
        let mut first = self.clone();
        first.fallbacks.0.clear();
        let mut parts = Vec::new();
        for fallback in &self.fallbacks.0 {
            let own = self.leads.iter().find(|own| own.provider.as_deref() == Some(&fallback.provider));
            let is_another = |own: &&PrimaryEvidence| own.is_proven() && !seen.contains(&own.rule);
            match own.filter(is_another).filter(|_| lead.provider.as_deref() != Some(&fallback.provider)) {
                Some(own) => {
                    seen.push(own.rule);
                    first.forget(fallback);
                    parts.push(self.of_fallback(fallback, own.clone()));
                }
                None => first.fallbacks.0.push(fallback.clone()),
            }
        }
        if parts.is_empty() {
            return None;
        }
        parts.insert(0, first);
        Some(parts)
    }

    /// Takes the records of a fallback out of the counts.
    fn forget(&mut self, fallback: &FallbackFailure) {
        self.records = self.records.saturating_sub(fallback.records());
        fallback.take_out_of(&mut self.rules);
    }

    /// Returns an incident of the records of a fallback alone.
    fn of_fallback(&self, fallback: &FallbackFailure, lead: PrimaryEvidence) -> Self {
        Self {
            first_seen: fallback.first_seen,
            last_seen: fallback.last_seen,
            first_order: fallback.first_order,
            last_order: fallback.last_order,
            leads: vec![lead],
            root: None,
            sample: fallback.sample.clone(),
            records: fallback.records(),
            rules: fallback.rules.clone(),
            captures: fallback.captures.clone(),
            claims: LiteMap::new(),
            quick: None,
            fallbacks: Fallbacks::default(),
            ..self.clone()
        }
    }
}
