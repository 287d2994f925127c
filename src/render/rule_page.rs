//! The page of a rule: its meaning, its causes, its fixes, and look-alikes.

use std::io::{self, Write};

use crate::report::{LookAlike, RulePage};

use super::Style;
use super::page::Page;

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
    for meaning in &rule.meanings {
        page.detail("code", &format!("{} ({}): {}", meaning.code, meaning.vendor, meaning.means));
        page.detail("", &meaning.source);
    }
    let facts: Vec<String> =
        rule.facts.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
    page.facts(&facts);
    let says: Vec<&str> = rule.contradicted.iter().map(String::as_str).collect();
    page.contradicted(&says, |name| rule.facts.get(name).map(String::as_str));
    section(page, "Why it happens", &rule.causes, |page, _, cause| page.wrapped(" - ", 3, cause));
    section(page, "How to fix it", &rule.fixes, |page, index, fix| {
        page.wrapped(&format!("{:>2}. ", index + 1), 4, &fix.say);
        page.fix_text(4, fix);
    });
    section(page, "Published limits", rule.limits.as_slice(), |page, _, limits| {
        page.wrapped(" - ", 3, &limits.title);
        page.limit_rows(2, limits);
    });
    section(page, "Similar, but not this failure", &rule.look_alikes, |page, _, other| match other {
        LookAlike::Rule { rule, title, example } => {
            page.wrapped(" - ", 3, example);
            page.wrapped("   ", 3, &format!("is {rule}: {title}"));
        }
        LookAlike::Harmless { example } => {
            page.wrapped(" - ", 3, example);
            page.wrapped("   ", 3, "is not this failure");
        }
    });
    section(page, "See also", &rule.references, |page, _, reference| {
        page.out.push_str(" - ");
        page.address(reference);
    });
}

/// A heading and its items; nothing without items.
fn section<'p, T>(page: &mut Page<'p>, heading: &str, items: &[T], show: impl Fn(&mut Page<'p>, usize, &T)) {
    if !items.is_empty() {
        page.line("");
        page.title(None, heading);
    }
    for (index, item) in items.iter().enumerate() {
        show(page, index, item);
    }
}
