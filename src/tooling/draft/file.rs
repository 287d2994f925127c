//! Formats a draft as a rule file.

use std::fmt::{self, Write as _};

use crate::tooling::yaml::{list, quoted};

use super::Draft;

/// Head of a rule file, for editors.
const HEAD: &str = "\
# yaml-language-server: $schema=rules.schema.json
# An editor checks this file by that schema; to have it: clawsift rules schema > rules.schema.json
";

impl fmt::Display for Draft {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{HEAD}category: {}\nrules:\n", self.category)?;
        writeln!(out, "  - id: {}\n    title: {}", self.id, quoted(&self.title))?;
        writeln!(
            out,
            "    severity: {}\n    any:\n      - regex: {}",
            self.severity,
            quoted(&self.signature.regex)
        )?;
        if let Some(evidence) = self.evidence {
            writeln!(out, "        evidence: {evidence}")?;
        }
        if !self.overrides.is_empty() {
            writeln!(out, "    overrides: [{}]", self.overrides.join(", "))?;
        }
        writeln!(out, "    causes:\n      - 'TODO: why it happens, most likely cause first'")?;
        writeln!(out, "    fixes:\n      - say: {}", quoted(&self.advice()))?;
        list(out, "examples", std::slice::from_ref(&self.example))?;
        list(out, "counter_examples", &self.counter_examples)
    }
}

impl Draft {
    /// Returns placeholder advice that uses each capture, so that the author sees which captures exist.
    fn advice(&self) -> String {
        let mut advice = "TODO: what to do".to_owned();
        for (index, name) in self.signature.captures.iter().enumerate() {
            let _ = write!(advice, "{}{{{name}}}", if index == 0 { " about " } else { ", " });
        }
        advice
    }
}
