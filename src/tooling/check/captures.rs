//! Check of captures: a capture named in a fix must be produced by a signature, and a produced capture should be used.

use std::collections::BTreeMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::catalogue::{Location, Problem, ProblemCode, Rule, SignatureKind};
use crate::report::placeholders;
use clawsift_catalogue::pattern::Pattern;

use super::checked::Checked;

/// Facts that any failure may have, independent of the rule.
const FACTS: [&str; 8] = ["provider", "model", "channel", "host", "port", "status", "code", "retry_after"];

pub(super) fn check(checked: &Checked<'_>, rule: &Rule, problems: &mut Vec<Problem>) {
    let made = made(checked, rule);
    let mut used: Vec<&str> = placeholders(&rule.title);
    for name in rule.causes.iter().flat_map(|cause| placeholders(cause)) {
        used.push(name);
        if !FACTS.contains(&name) && !made.contains_key(name) {
            problems.push(unknown(name, rule, &rule.location));
        }
    }
    for (at, fix) in rule.fixes.iter().enumerate() {
        for text in [Some(&fix.say), fix.run.as_ref(), fix.config.as_ref()].into_iter().flatten() {
            for name in placeholders(text) {
                used.push(name);
                if !FACTS.contains(&name) && !made.contains_key(name) {
                    problems.push(unknown(name, rule, checked.places.fix(rule, at)));
                }
            }
        }
    }
    for (name, location) in &made {
        let is_used = used.contains(&name.as_str()) || FACTS.contains(&name.as_str());
        if !is_used && checked.has_file(&location.file) {
            problems.push(Problem::new(
                ProblemCode::UnusedCapture,
                location,
                format!("`{}` captures `{{{name}}}`, but no cause or fix uses it", rule.id),
                format!("`{{{name}}}` in a cause or fix, or a group without a name (?:...)"),
            ));
        }
    }
}

fn unknown(name: &str, rule: &Rule, place: &Location) -> Problem {
    Problem::new(
        ProblemCode::UnknownCapture,
        place,
        format!("no signature of `{}` captures `{{{name}}}`", rule.id),
        format!("a group (?<{name}>...) in a signature, or one of {}", FACTS.join(", ")),
    )
}

/// Returns the captures that the signatures of a rule produce, with their locations.
fn made(checked: &Checked<'_>, rule: &Rule) -> BTreeMap<String, Location> {
    let mut made = BTreeMap::new();
    let shared = checked.engine.catalogue().shared();
    for signature in rule.any.iter().chain(&rule.all) {
        let group = match &signature.kind {
            SignatureKind::Shared(name) => shared.get(name).map(|group| group.as_slice()).unwrap_or_default(),
            _ => std::slice::from_ref(signature),
        };
        for member in group {
            if let SignatureKind::Regex(pattern) = &member.kind
                && let Ok(hir) = Pattern::parse(pattern)
            {
                let mut names = Vec::new();
                collect_names(&hir, &mut names);
                for name in names {
                    made.entry(name).or_insert_with(|| member.location.clone());
                }
            }
        }
    }
    made
}

/// Collects the group names of a regular expression.
fn collect_names(hir: &Hir, names: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.as_deref().map(str::to_owned));
            collect_names(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => collect_names(&repetition.sub, names),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect_names(part, names));
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => {}
    }
}
