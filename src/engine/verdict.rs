//! Decides which rule wins a record: the highest evidence, on equal evidence the rule that overrides the other, then the more
//! specific signature.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Category, Evidence};

use super::Claim;
use super::class::Class;
use super::signature::Found;

/// The rule that explains a record, and its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Index of the rule in the catalogue.
    pub rule: usize,
    /// The strongest evidence of the rule.
    pub evidence: Evidence,
    /// Facts by name: the signatures' named groups, and status, code, provider, model, host and port if known.
    pub captures: BTreeMap<String, String>,
    /// OpenClaw's own account of the failure, right or wrong.
    pub claims: Vec<Claim>,
    /// The text that the rule's strongest signature matched, without ids and durations.
    pub matched: Option<String>,
    /// True if a fact holds an id or a duration, so that the verdict applies to this record only.
    pub shows_opaque: bool,
}

/// A rule that matches a record.
pub(super) struct Contender {
    pub rule: usize,
    pub found: Found,
}

/// Returns the contender that wins. If several are left with no precedence between them, the first one wins, so that the result is
/// deterministic.
pub(super) fn decide(contenders: Vec<Contender>, catalogue: &Catalogue) -> Option<Contender> {
    unbeaten(contenders, catalogue).into_iter().next()
}

/// Returns the rules that win, given the evidence of each contender: one, or several with no precedence between them.
pub(super) fn winners(
    contenders: impl Iterator<Item = (usize, Evidence, Class)>,
    catalogue: &Catalogue,
) -> Vec<usize> {
    let contenders = contenders.map(|(rule, evidence, class)| {
        let found = Found { evidence, class, ..Found::default() };
        Contender { rule, found }
    });
    unbeaten(contenders.collect(), catalogue).into_iter().map(|contender| contender.rule).collect()
}

/// Returns the contenders with the highest evidence that no other contender overrides, and of those the ones whose signature is of the
/// most specific class.
pub(super) fn unbeaten(mut contenders: Vec<Contender>, catalogue: &Catalogue) -> Vec<Contender> {
    let rules = catalogue.rules();
    let is_benign = |contender: &Contender| rules[contender.rule].category == Category::None;
    if contenders.iter().any(is_benign) {
        contenders.retain(is_benign);
    }
    let strongest = contenders.iter().map(|c| c.found.evidence).max();
    contenders.retain(|c| Some(c.found.evidence) == strongest);
    let present: Vec<usize> = contenders.iter().map(|c| c.rule).collect();
    let beaten = |rule: usize| present.iter().any(|&other| catalogue.losers(other).contains(&rule));
    let left: Vec<usize> = present.iter().copied().filter(|&rule| !beaten(rule)).collect();
    // If all override each other in a circle, keep all.
    if !left.is_empty() {
        contenders.retain(|c| left.contains(&c.rule));
    }
    let class = |contender: &Contender| contender.found.class.in_rule(&rules[contender.rule].id);
    let most_specific = contenders.iter().map(class).max();
    contenders.retain(|contender| Some(class(contender)) == most_specific);
    contenders.sort_by_key(|contender| contender.rule);
    contenders
}

#[cfg(test)]
mod tests {
    use crate::catalogue;
    use crate::engine::Engine;
    use crate::record::{Lines, Record};

    /// Returns the ids of the rules that are left for the text `xxx`, if each given rule matches an x.
    fn left(rules: &[(&str, &str)]) -> Vec<String> {
        let mut text = "category: dns\nrules:\n".to_owned();
        for (id, overrides) in rules {
            text.push_str(&format!(
                "  - {{ id: {id}, title: t, severity: error, any: [{{ literal: xxx }}], overrides: [{overrides}], \
                 causes: [c], fixes: [{{ say: s }}] }}\n"
            ));
        }
        let engine = Engine::new(catalogue::from_text("x.yaml", &text).expect("good"));
        let raw = Lines::new(b"xxx", 0).next().expect("a record");
        let rivals = engine.rivals(&Record::parse(&raw));
        rivals.into_iter().map(|at| engine.rule(at).id.clone()).collect()
    }

    #[test]
    fn a_rule_goes_before_those_it_overrides() {
        assert_eq!(left(&[("dns/a", ""), ("dns/b", "dns/a")]), ["dns/b"]);
        assert_eq!(left(&[("dns/a", ""), ("dns/b", "")]), ["dns/a", "dns/b"]);
        // In a circle no rule wins.
        assert_eq!(left(&[("dns/a", "dns/b"), ("dns/b", "dns/a")]), ["dns/a", "dns/b"]);
    }

    #[test]
    fn a_family_is_overridden_but_for_the_rule_that_says_otherwise() {
        assert_eq!(left(&[("dns/a", ""), ("dns/b", "'dns/*'"), ("dns/c", "")]), ["dns/b"]);
        assert_eq!(left(&[("dns/a", "dns/b"), ("dns/b", "'dns/*'"), ("dns/c", "")]), ["dns/a"]);
    }
}
