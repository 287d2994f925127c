//! A whole rule for its author: signatures, texts and examples.

use crate::catalogue::SignatureKind;
use crate::redact::Redactor;
use crate::report::FilledFix;
use crate::tooling::{ShownRule, ShownSignature};

use crate::render::Style;
use crate::render::page::{Advice, Page};

/// Returns the rules as text with colour codes.
pub(super) fn render(rules: &[ShownRule<'_>], style: &Style) -> String {
    let mut page = Page::new(style);
    for (index, rule) in rules.iter().enumerate() {
        if index > 0 {
            page.line("");
        }
        show(&mut page, rule);
    }
    page.out
}

fn show(page: &mut Page<'_>, rule: &ShownRule<'_>) {
    page.title(None, rule.title);
    page.detail("rule", &format!("{} ({}, {})", rule.id, rule.category, rule.severity));
    page.detail("file", &rule.location.to_string());
    signatures(page, "any of", &rule.any);
    for (index, code) in rule.codes.iter().enumerate() {
        let text = format!("{} ({}): {}", visible(code.code), visible(code.vendor), visible(code.means));
        page.verbatim(if index == 0 { "codes" } else { "" }, "- ", &text);
    }
    signatures(page, "all of", &rule.all);
    signatures(page, "none of", &rule.none);
    if !rule.overrides.is_empty() {
        page.detail("overrides", &rule.overrides.join(", "));
    }
    if !rule.echo_of.is_empty() {
        let categories: Vec<String> = rule.echo_of.iter().map(ToString::to_string).collect();
        page.detail("symptom of", &categories.join(", "));
    }
    // Captures are not filled in, because an author wants to see them as written.
    let fixes: Vec<FilledFix> = rule
        .fixes
        .iter()
        .map(|fix| FilledFix {
            say: visible(&fix.say),
            run: fix.run.as_deref().map(visible),
            config: fix.config.as_deref().map(visible),
        })
        .collect();
    let causes: Vec<String> = rule.causes.iter().map(|cause| visible(cause)).collect();
    page.advice(&Advice { causes: &causes, fixes: &fixes, limits: rule.limits, references: rule.references });
    texts(page, "example", &rule.examples);
    texts(page, "no match", &rule.counter_examples);
}

/// Makes control characters in a rule's text visible; the rule may come from a third party.
fn visible(text: &str) -> String {
    Redactor::OPEN.clean_lines(text)
}

fn signatures(page: &mut Page<'_>, label: &str, signatures: &[ShownSignature<'_>]) {
    for (index, signature) in signatures.iter().enumerate() {
        page.verbatim(if index == 0 { label } else { "" }, "- ", &signature_text(signature));
    }
}

/// Returns the signature's kind, evidence tier and pattern, as in a rule file.
fn signature_text(signature: &ShownSignature<'_>) -> String {
    let (kind, what) = match signature.kind {
        SignatureKind::Literal(text) => ("literal", text.clone()),
        SignatureKind::Regex(pattern) => ("regex", pattern.clone()),
        SignatureKind::HttpStatus(statuses) => {
            let statuses: Vec<String> = statuses.iter().map(ToString::to_string).collect();
            ("http_status", statuses.join(", "))
        }
        SignatureKind::ErrorCode(codes) => ("error_code", codes.join(", ")),
        SignatureKind::Field(fields) => {
            let fields = fields.iter().map(|(name, values)| format!("{name} {}", values.join(" or ")));
            ("field", fields.collect::<Vec<_>>().join(", "))
        }
        SignatureKind::Shared(name) => ("shared", name.clone()),
    };
    match (signature.evidence, signature.class) {
        (Some(evidence), Some(class)) => format!("{kind} ({evidence}, {class}): {what}"),
        (Some(evidence), None) => format!("{kind} ({evidence}): {what}"),
        (None, _) => format!("{kind} ({} signatures): {what}", signature.members.len()),
    }
}

fn texts(page: &mut Page<'_>, label: &str, texts: &[String]) {
    for (index, text) in texts.iter().enumerate() {
        page.verbatim(if index == 0 { label } else { "" }, "- ", text);
    }
}
