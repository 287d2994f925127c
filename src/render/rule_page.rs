//! The page of a rule: its meaning, its causes, its fixes, and look-alikes.

use std::io::{self, Write};

use crate::report::{LookAlike, RulePage};

use super::Style;
use super::page::{Advice, Page};

/// Writes the pages of rules, as `explain` shows them. They contain colour codes, which the caller's writer may strip.
///
/// # Errors
/// Fails if writing to `out` fails.
pub fn render_rules(pages: &[RulePage], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(style);
    for (index, rule) in pages.iter().enumerate() {
        if index > 0 {
            page.line("");
        }
        show(&mut page, rule);
    }
    out.write_all(page.out.as_bytes())
}

fn show(page: &mut Page<'_>, rule: &RulePage) {
    page.title(None, &rule.title);
    page.detail("rule", &format!("{} ({}, {})", rule.rule, rule.category, rule.severity));
    let facts: Vec<String> =
        rule.facts.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
    page.facts(&facts);
    let says: Vec<&str> = rule.contradicted.iter().map(String::as_str).collect();
    page.contradicted(&says, |name| rule.facts.get(name).map(String::as_str));
    page.advice(&Advice {
        causes: &rule.causes,
        fixes: &rule.fixes,
        limits: rule.limits.as_ref(),
        references: &rule.references,
    });
    for (index, other) in rule.look_alikes.iter().enumerate() {
        let label = if index == 0 { "unlike" } else { "" };
        match other {
            LookAlike::Rule { rule, title, example } => {
                page.item(label, "- ", example);
                page.item("", "  ", &format!("is {rule}: {title}"));
            }
            LookAlike::Harmless { example } => {
                page.item(label, "- ", example);
                page.item("", "  ", "is no such failure");
            }
        }
    }
}
