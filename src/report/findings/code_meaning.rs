//! The meanings of a code, one per vendor or library that uses it.

use serde::{Deserialize, Serialize};

use crate::catalogue::CodeTable;

/// The meaning of a code in one code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CodeMeaning {
    /// The vendor or library.
    pub vendor: String,
    /// The code, as the vendor writes it.
    pub code: String,
    /// The meaning, in one sentence.
    pub means: String,
    /// Address of the vendor's page.
    pub source: String,
    /// Id of the rule that explains it.
    pub rule: String,
}

impl CodeMeaning {
    /// Returns the meanings of a code, ASCII case-insensitive. A vendor may say the same in several tables.
    pub(super) fn of(tables: &[CodeTable], code: &str) -> Vec<Self> {
        let mut meanings = Vec::new();
        for table in tables {
            for entry in table.codes.iter().filter(|entry| entry.code.eq_ignore_ascii_case(code)) {
                let meaning = Self {
                    vendor: table.vendor.clone(),
                    code: entry.code.clone(),
                    means: entry.means.clone(),
                    source: table.source.clone(),
                    rule: entry.rule.clone(),
                };
                if !meanings.contains(&meaning) {
                    meanings.push(meaning);
                }
            }
        }
        meanings
    }
}
