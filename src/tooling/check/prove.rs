//! Proof of shadowed rules: another rule wins every line that the rule matches.
//!
//! A signature covers another one if no line matches the other without matching the first. The proof searches the
//! product of both automata for such a line.

use crate::catalogue::{Problem, ProblemCode, Rule, Signature, SignatureKind};
use crate::tooling::automata::{Automata, Difference};

use super::checked::Checked;

pub(super) fn check(checked: &Checked<'_>, problems: &mut Vec<Problem>) {
    let mut automata = Automata::default();
    for &(index, rule) in &checked.rules {
        if let Some((winner, witness)) = shadow(checked, index, rule, &mut automata) {
            // The check of examples also reports the rule as shadowed; the proof replaces that report.
            problems.retain(|p| p.code != ProblemCode::ShadowedRule || p.location != rule.location);
            problems.push(Problem::new(
                ProblemCode::ShadowedRule,
                &rule.location,
                format!(
                    "the rule `{}` can never win: `{}` wins each line that it matches, such as {witness:?}",
                    rule.id,
                    checked.engine.rule(winner).id
                ),
                "a signature that the other rule does not have, or merge the two rules",
            ));
        }
    }
}

/// Returns the rule that wins every line that this rule matches, with such a line as a witness.
fn shadow(
    checked: &Checked<'_>,
    index: usize,
    rule: &Rule,
    automata: &mut Automata,
) -> Option<(usize, String)> {
    let evidence = rule.any.iter().chain(&rule.all).map(|signature| signature.evidence).max()?;
    let winners = winners(checked, index);
    let mut covered = |signature: &Signature| {
        winners.iter().find_map(|&(winner, overrides)| {
            let wins = |s: &&Signature| s.evidence > evidence || overrides && s.evidence == evidence;
            let others = checked.engine.rule(winner).any.iter().filter(wins);
            Some((winner, others.into_iter().find_map(|outer| covers(outer, signature, automata))?))
        })
    };
    // A rule matches only lines that every signature of `all:` matches; for `any:`, each signature must be covered.
    if let Some(found) = rule.all.iter().find_map(&mut covered) {
        return Some(found);
    }
    let mut witness = None;
    for signature in &rule.any {
        witness = Some(covered(signature)?);
    }
    witness
}

/// Returns the rules that can win by a single signature with stronger evidence than this rule, each with `true` if it
/// also wins on equal evidence.
fn winners(checked: &Checked<'_>, index: usize) -> Vec<(usize, bool)> {
    let rules = checked.engine.catalogue().rules().iter().enumerate();
    let simple = rules.filter(|(at, other)| *at != index && other.all.is_empty() && other.none.is_empty());
    simple.map(|(at, _)| (at, checked.engine.catalogue().losers(at).contains(&index))).collect()
}

/// Returns a shortest line that `inner` matches, if `outer` matches every such line.
fn covers(outer: &Signature, inner: &Signature, automata: &mut Automata) -> Option<String> {
    match (&outer.kind, &inner.kind) {
        (SignatureKind::ErrorCode(outer), SignatureKind::ErrorCode(inner)) => {
            inner.iter().all(|code| outer.contains(code)).then(|| inner.concat())
        }
        (SignatureKind::HttpStatus(outer), SignatureKind::HttpStatus(inner)) => {
            let first = inner.first()?;
            inner.iter().all(|status| outer.contains(status)).then(|| format!("HTTP {first}"))
        }
        (outer, inner) => {
            let inner = automata.of(inner)?;
            let (outer, line) = (automata.of(outer)?, inner.shortest()?);
            // A cheap test first: most pairs already differ on this line.
            let may_cover = outer.pattern.is_match(line) && inner.beyond(&outer) == Difference::None;
            may_cover.then(|| line.to_owned())
        }
    }
}
