//! The rules of a catalogue: their model, the loader that checks rule files in layers, and the problems it reports with file,
//! line and column.
//!
//! A crate of its own because two others use it: `build.rs` of clawsift compiles `rules/*.yaml` with it, and clawsift loads
//! overlays with it.
//!
//! ```
//! use clawsift_catalogue::{TrigramFrequencies, Loader, RuleFile};
//!
//! let background = TrigramFrequencies::count(&[b"a healthy log".to_vec()]);
//! let mut loader = Loader::new(&background);
//! loader.layer([RuleFile::new("own.yaml", "category: dns\nrules: [{ id: 'own/rule' }]")]);
//! let problems = loader.finish().unwrap_err();
//! assert_eq!(problems.0[0].location.line, 2);
//! ```

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod atom_index;
mod atoms;
mod code_table;
mod concepts;
mod did_you_mean;
mod encoded;
mod expressions;
mod lists;
mod load;
mod near;
mod overlay;
pub mod pattern;
mod prefilter;
mod problem;
mod raw_file;
mod required_atoms;
mod rule;
mod rule_file;
mod rule_index;
#[cfg(feature = "schema")]
mod schema;
mod signature;
mod signature_kind;
mod taxonomy;
mod trigram_frequencies;
mod yaml_fault;

pub use atom_index::AtomIndex;
pub use atoms::AtomSet;
pub use code_table::{CodeEntry, CodeSignature, CodeTable};
pub use concepts::{Concepts, Likely, Place};
pub use did_you_mean::did_you_mean;
pub use encoded::Encoded;
pub use load::{Catalogue, Loader, is_rule_id};
pub use near::{Condition, Near, Term};
pub use prefilter::Prefilter;
pub use problem::{Location, Problem, ProblemCode, ProblemLevel, Problems};
pub use required_atoms::RequiredAtom;
pub use rule::{Confidence, Evidence, Fix, LimitTable, Retired, Rule, Signature};
pub use rule_file::{RuleFile, is_rule_file, read_rules};
#[cfg(feature = "schema")]
pub use schema::rule_file_schema;
pub use signature_kind::SignatureKind;
pub use taxonomy::{Category, Severity};
pub use trigram_frequencies::{TRIGRAMS, TrigramFrequencies};

/// Trigram frequencies of healthy logs, for tests.
#[cfg(test)]
#[allow(clippy::expect_used)]
fn background() -> TrigramFrequencies {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/logs");
    let logs = ["ok-anthropic/logs-plain.txt", "ok-debug/file.log"];
    TrigramFrequencies::count(&logs.map(|log| std::fs::read(folder.join(log)).expect("a healthy log")))
}
