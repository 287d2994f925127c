//! Scope of a failure or success (gateway, provider, model, channel), for relating a success to a failure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::redact::Cleaner;

use super::ending::Ending;

/// Maximum number of scopes kept per finding, and of successes kept per source: the latest ones.
pub(crate) const MAX_SCOPES: usize = 64;

/// Scope of a failure or a success.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// Folder of the gateway's log.
    pub gateway: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl Scope {
    pub(crate) fn redact(&mut self, cleaner: &Cleaner) {
        cleaner.text(&mut self.gateway);
        cleaner.each([&mut self.provider, &mut self.model, &mut self.channel].into_iter().flatten());
    }
}

/// The last incident in a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LastSeen {
    /// Time for ordering within the gateway.
    pub order: Option<Timestamp>,
    pub ending: Ending,
    pub scope: Scope,
}

/// A success and the last time it was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Success {
    pub order: Timestamp,
    pub scope: Scope,
    /// A fallback model answered in place of the requested one.
    pub is_fallback: bool,
}

impl Success {
    /// Returns true if the success shows that the failure is over. A success of another model of the same provider says
    /// nothing about a failure of one model, and neither does a fallback's success.
    pub fn cures(&self, failed: &Scope, category: Category) -> bool {
        let scope = &self.scope;
        if scope.gateway != failed.gateway {
            return false;
        }
        if failed.channel.is_some() || failed.provider.is_none() {
            return failed.channel.is_some() && scope.channel == failed.channel;
        }
        let other_model = scope.model.as_ref().zip(failed.model.as_ref()).is_some_and(|(a, b)| a != b);
        scope.provider == failed.provider
            && !(other_model && (self.is_fallback || concerns_a_model(category)))
    }
}

fn concerns_a_model(category: Category) -> bool {
    use Category::{BadRequest, ContentPolicy, ContextOverflow, ModelNotFound, Overloaded, RateLimit};
    matches!(category, BadRequest | ContentPolicy | ContextOverflow | ModelNotFound | Overloaded | RateLimit)
}

/// Keeps the latest entry per scope, and at most `MAX_SCOPES` entries, the latest ones.
pub(crate) fn keep_latest<T: Ord + Clone>(all: &mut Vec<T>, new: T, is_same: impl Fn(&T, &T) -> bool) {
    match all.iter_mut().find(|old| is_same(old, &new)) {
        Some(old) if new > *old => *old = new,
        Some(_) => {}
        None => all.push(new),
    }
    if all.len() > MAX_SCOPES
        && let Some(oldest) = all.iter().min().cloned()
    {
        all.retain(|one| *one != oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_cures_what_it_is_a_success_of() {
        let scope = |gateway: &str, provider: &str, model: &str| Scope {
            gateway: gateway.to_owned(),
            provider: Some(provider.to_owned()),
            model: Some(model.to_owned()).filter(|model| !model.is_empty()),
            channel: None,
        };
        let failed = scope("g", "p", "m");
        let success =
            |scope: Scope, is_fallback| Success { order: Timestamp::UNIX_EPOCH, scope, is_fallback };
        let cures = |gateway, provider, model, category| {
            success(scope(gateway, provider, model), false).cures(&failed, category)
        };
        assert!(cures("g", "p", "m", Category::RateLimit));
        assert!(cures("g", "p", "", Category::RateLimit));
        assert!(!cures("g", "p", "other", Category::RateLimit));
        assert!(cures("g", "p", "other", Category::Auth));
        assert!(!success(scope("g", "p", "other"), true).cures(&failed, Category::Auth));
        assert!(!cures("g", "q", "m", Category::Auth));
        assert!(!cures("h", "p", "m", Category::Auth));
        let channel = Scope { channel: Some("telegram".to_owned()), ..Scope::default() };
        assert!(success(channel.clone(), false).cures(&channel, Category::Channel));
        assert!(!success(Scope::default(), false).cures(&Scope::default(), Category::Gateway));
    }

    #[test]
    fn of_too_many_scopes_the_latest_are_kept_in_whatever_order_they_come() {
        let last = |n: i64| LastSeen {
            order: Timestamp::from_second(n).ok(),
            ending: Ending::default(),
            scope: Scope { provider: Some(format!("p{}", n % 100)), ..Scope::default() },
        };
        let keep = |numbers: &mut dyn Iterator<Item = i64>| {
            let mut all = Vec::new();
            numbers.for_each(|n| keep_latest(&mut all, last(n), |a, b| a.scope == b.scope));
            all.sort();
            all
        };
        let forth = keep(&mut (0..200));
        assert_eq!(forth.len(), MAX_SCOPES);
        assert_eq!(forth, keep(&mut (0..200).rev()));
    }
}
