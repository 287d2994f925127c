//! Masks personal names and machine names, so that a report can be shown to others.
//!
//! It runs after [`crate::redact`], which masks secrets, telephone numbers and e-mail addresses. It detects people and machines
//! by the format of their names, by the words next to them ([`forms`]), and by names that were given or found in this way; other
//! mentions cannot be detected.

mod forms;
mod masked;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::redact::{Personal, Redactor, TagKey};
use clawsift_catalogue::pattern::Pattern;

pub use masked::{Masked, is_private_name};

use forms::{Forms, PLACES, SHAPES, owner};
use words::is_common;

/// Minimum length of a name. Shorter names are too likely to be other words.
const MIN_NAME: usize = 3;

/// Matches a mask with a tag.
static TAGS: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"\[(?<name>redacted|email|phone):(?<tag>[0-9a-f]{16})\]").ok());

/// Returns a text with placeholders such as `<host>` instead of masks, as in a command whose values the log did not provide.
pub fn placeholders(text: &str) -> String {
    let masks =
        [Masked::User, Masked::Host, Masked::Address, Masked::Account, Masked::Number].map(Masked::mask);
    masks.iter().fold(text.to_owned(), |text, mask| {
        text.replace(mask, &format!("<{}>", mask.trim_matches(['[', ']'])))
    })
}

/// Masks personal and machine names, and counts the masks.
#[derive(Debug, Default)]
pub struct Masker {
    names: Option<Pattern>,
    hosts: BTreeSet<String>,
    counts: BTreeMap<Masked, u64>,
    /// Numbers of the masks by their tags, which are not shown.
    numbers: BTreeMap<String, usize>,
}

impl Masker {
    /// Creates a masker that knows these machines, and the people and machines named in these texts.
    pub fn new<'t>(
        hosts: impl IntoIterator<Item = &'t str>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let hosts = hosts.into_iter().flat_map(|host| [host, host.split('.').next().unwrap_or(host)]);
        let mut hosts: BTreeSet<String> = hosts.filter_map(name).collect();
        let mut users: BTreeSet<String> = BTreeSet::new();
        // Findings often share their values.
        for text in BTreeSet::from_iter(texts) {
            for found in SHAPES.find(text).into_iter().chain(PLACES.find(text)) {
                match found.what {
                    Masked::Home => users.extend(name(&owner(found.text))),
                    Masked::User => users.extend(name(found.text)),
                    Masked::Host => hosts.extend(name(found.text)),
                    _ => {}
                }
            }
        }
        // Longer names first: `clawbox.example.org` before `clawbox`.
        let mut names: Vec<&String> = hosts.iter().chain(&users).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let names: Vec<String> = names.into_iter().map(|name| regex_syntax::escape(name)).collect();
        let pattern = (!names.is_empty())
            .then(|| Pattern::lower(&format!(r"\b(?<name>{})\b", names.join("|"))).ok())
            .flatten();
        Self { names: pattern, hosts, ..Self::default() }
    }

    /// Returns the text with personal and machine names masked.
    pub fn clean(&mut self, text: &str) -> String {
        let text = Redactor::PERSONAL.with_key(TagKey::UNSHOWN).clean_lines(text);
        let text = self.numbered(&text);
        for (what, personal) in [(Masked::Email, Personal::Email), (Masked::Phone, Personal::Phone)] {
            self.count(what, text.matches(&format!("[{}", personal.name())).count());
        }
        let text = self.masked(&SHAPES, text);
        let text = self.masked(&PLACES, text);
        let Some(names) = &self.names else { return text };
        let lower = text.to_ascii_lowercase();
        let mut masked = Vec::new();
        let by_name = names.replace_in(&text, &lower, |found| {
            let is_host = self.hosts.contains(&found.whole().to_ascii_lowercase());
            masked.push(if is_host { Masked::Host } else { Masked::User });
            masked.last().map_or("", |what| what.mask()).to_owned()
        });
        let by_name = by_name.into_owned();
        masked.into_iter().for_each(|what| self.count(what, 1));
        by_name
    }

    /// Returns the text with numbered masks, in the order of their first appearance: `[redacted 1]`. Equal secrets have equal
    /// numbers.
    fn numbered(&mut self, text: &str) -> String {
        let Some(tags) = &*TAGS else { return text.to_owned() };
        let masked = tags.replace_all(text, |found| {
            let next = self.numbers.len() + 1;
            let number = *self.numbers.entry(found["tag"].to_owned()).or_insert(next);
            format!("[{} {number}]", &found["name"])
        });
        masked.into_owned()
    }

    /// Returns the kinds masked so far, with counts.
    pub fn counts(&self) -> &BTreeMap<Masked, u64> {
        &self.counts
    }

    fn masked(&mut self, forms: &Forms, text: String) -> String {
        let found = forms.find(&text);
        if found.is_empty() {
            return text;
        }
        let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
        for found in found {
            self.count(found.what, 1);
            out.push_str(&text[copied..found.range.start]);
            out.push_str(found.what.mask());
            copied = found.range.end;
        }
        out.push_str(&text[copied..]);
        out
    }

    fn count(&mut self, what: Masked, times: usize) {
        if times > 0 {
            *self.counts.entry(what).or_default() += times as u64;
        }
    }
}

/// Returns the lower-case form of a name that may occur elsewhere in the log; `None` if it is too short or too common.
fn name(text: &str) -> Option<String> {
    let is_name = text.len() >= MIN_NAME
        && text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || " ._-".contains(c))
        && !text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && !is_common(text);
    is_name.then(|| text.to_ascii_lowercase())
}
