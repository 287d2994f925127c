//! `rules check`: finds problems of rule files before they are committed. One file per kind of problem.

mod captures;
mod checked;
mod examples;
mod fixes;
mod overrides;
mod prove;
mod shell;
mod signatures;

use crate::catalogue::{self, Problem, Problems, RuleFile};
use crate::engine::Engine;

use super::slow_signatures;

use checked::Checked;

/// Checks rule files, which are laid over the embedded rules unless `no_default_rules` excludes those. Without files,
/// the embedded rules are checked. `prove` searches for shadowed rules over all possible lines instead of the examples
/// only.
///
/// Returns the problems in the order of files and lines.
pub fn check(files: &[RuleFile], no_default_rules: bool, prove: bool) -> Vec<Problem> {
    let catalogue = match catalogue::over(files, no_default_rules) {
        Ok(catalogue) => catalogue,
        Err(Problems(problems)) => return sorted(problems),
    };
    let engine = Engine::new(catalogue);
    let checked = Checked::new(&engine, files);
    let mut problems = Vec::new();
    for &(index, rule) in &checked.rules {
        examples::check(&checked, index, rule, &mut problems);
        captures::check(&checked, rule, &mut problems);
        fixes::check(&checked, rule, &mut problems);
        signatures::check(&checked, rule, &mut problems);
    }
    problems.extend_from_slice(engine.catalogue().idle_overrides());
    examples::check_others(&checked, &mut problems);
    overrides::check(&checked, &mut problems);
    problems
        .extend(slow_signatures(&engine).into_iter().filter(|slow| checked.has_file(&slow.location.file)));
    if prove {
        prove::check(&checked, &mut problems);
    }
    problems.iter_mut().for_each(|problem| problem.source_line = checked.line(&problem.location));
    sorted(problems)
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    let place = |p: &Problem| (p.location.file.clone(), p.location.line, p.location.column, p.code);
    problems.sort_by_key(place);
    problems
}
