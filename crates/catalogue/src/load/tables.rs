//! Adds the signatures of code tables to the rules that the tables name.

use std::collections::HashMap;

use super::super::code_table::{CODE, CodeSignature, Desugared, RawCodeTable};
use super::super::{Location, Problem, ProblemCode, RuleFile, signature};
use super::Loader;

impl Loader<'_> {
    /// Adds the tables of one file, each with the signatures that it adds to rules. `seen` holds the ids of the layer's tables.
    pub(super) fn tables(
        &mut self,
        source: &RuleFile,
        tables: Vec<(RawCodeTable, Vec<Desugared>)>,
        seen: &mut HashMap<String, Location>,
    ) {
        for (table, added) in tables {
            if self.has_faults_enough() {
                return;
            }
            if let Some(location) = table.codes.first().map(|entry| source.location(entry)) {
                let expected = "a different id, or delete one of the two tables";
                self.is_new(source, &table.id, &location, expected, seen);
            }
            self.check_table(source, &table);
            let group = table.group();
            for desugared in added {
                let Some(&at) = self.index.get(&desugared.rule) else { continue };
                match signature::read(desugared.signature, desugared.location.clone(), &self.expressions) {
                    Ok(signature) => self.rules[at].codes.push(CodeSignature {
                        frame: group.clone(),
                        code: desugared.code,
                        signature,
                    }),
                    Err((code, message, expected)) => {
                        self.problems.push(source.problem(code, &desugared.location, message, expected));
                    }
                }
            }
            let shown = table.shown();
            match self.tables.iter_mut().find(|known| known.id == shown.id) {
                Some(known) => *known = shown,
                None => self.tables.push(shown),
            }
            if let Some(group) = group {
                let frame = self.signatures(source, table.frame);
                self.shared.insert(group, frame.into());
            }
        }
    }

    /// Checks what a table says of its codes: each once, of a known rule, a number only in a frame or a spelling.
    fn check_table(&mut self, source: &RuleFile, table: &RawCodeTable) {
        let mut seen: HashMap<String, Location> = HashMap::new();
        let places = table.places();
        let is_open = table.frame.is_empty() && table.shapes.is_empty() && !table.explain_only;
        for entry in &table.codes {
            let (code, location) = (entry.value.code.text(), source.location(entry));
            if let Some(first) = seen.insert(code.clone(), location.clone()) {
                let message =
                    format!("the code `{code}` stands twice in the table `{}`; first at {first}", table.id);
                self.problems.push(source.problem(
                    ProblemCode::DuplicateCode,
                    &location,
                    message,
                    "one entry per code",
                ));
            }
            if !self.index.contains_key(&entry.value.rule) {
                let problem = self.unknown_rule("code_tables", &entry.value.rule);
                self.problems.push(Problem {
                    location: location.clone(),
                    source_line: source.line(location.line),
                    ..problem
                });
            }
            if is_open && code.bytes().all(|byte| byte.is_ascii_digit()) {
                let message = format!("the number {code} would count in each record");
                let expected = "a frame under `where:`, or spellings under `shapes:`";
                self.problems.push(source.problem(ProblemCode::BareNumber, &location, message, expected));
            }
            let in_each_place: Vec<_> = places.iter().map(|place| (place.clone(), code.clone())).collect();
            let other = in_each_place.iter().find_map(|code| self.codes.get(code));
            if let Some((other, first)) = other.filter(|(other, _)| *other != entry.value.rule) {
                let message = format!("the code `{code}` belongs to the rule `{other}` at {first}");
                let expected = "one rule per code, or frames under `where:` that tell the two apart";
                self.problems.push(source.problem(ProblemCode::DuplicateCode, &location, message, expected));
            } else {
                let own = (entry.value.rule.clone(), location);
                self.codes.extend(in_each_place.into_iter().map(|code| (code, own.clone())));
            }
        }
        for shape in table.shapes.iter().filter(|shape| !shape.value.contains(CODE)) {
            self.problems.push(source.problem(
                ProblemCode::BadSignature,
                &source.location(shape),
                format!("the spelling `{}` has no place for the code", shape.value),
                "`{code}` where the code stands",
            ));
        }
    }
}
