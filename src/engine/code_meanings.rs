//! What a code in a record means, by the code table that made its rule match.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::catalogue::Catalogue;
use crate::hash::ByText;

/// By code: the indices of the table and of the entry in it.
type Places = HashMap<String, Vec<(usize, usize)>, ByText>;

/// The codes of all tables. Indexed when the first code is found, because many logs hold none.
#[derive(Default)]
pub(super) struct CodeMeanings {
    by_code: OnceLock<Places>,
}

impl CodeMeanings {
    /// Returns what a table says of a code that the rule with this id explains.
    pub fn find<'c>(&self, catalogue: &'c Catalogue, code: &str, rule: &str) -> Option<&'c str> {
        let by_code = self.by_code.get_or_init(|| index(catalogue));
        let entries =
            by_code.get(code)?.iter().map(|&(table, entry)| &catalogue.tables()[table].codes[entry]);
        entries.into_iter().find(|entry| entry.rule == rule).map(|entry| entry.means.as_str())
    }
}

fn index(catalogue: &Catalogue) -> Places {
    let mut by_code = Places::default();
    for (table, codes) in catalogue.tables().iter().map(|table| &table.codes).enumerate() {
        for (entry, code) in codes.iter().enumerate() {
            by_code.entry(code.code.clone()).or_default().push((table, entry));
        }
    }
    by_code
}
