//! The rules in force: the catalogue embedded at build time, overlays over it, and a cache of compiled overlays.
//!
//! ```
//! let catalogue = clawsift::catalogue::embedded()?;
//! assert!(catalogue.rules().iter().any(|rule| rule.id == "rate-limit/requests"));
//! # Ok::<(), clawsift::catalogue::Problems>(())
//! ```

mod cache;
mod embedded;

pub use cache::catalogue_cache;
#[cfg(feature = "schema")]
pub use clawsift_catalogue::rule_file_schema;
pub use clawsift_catalogue::{
    AtomSet, Catalogue, Category, CodeEntry, CodeSignature, CodeTable, Evidence, Fix, LimitTable, Loader,
    Location, MIN_ATOM, Prefilter, Problem, ProblemCode, ProblemLevel, Problems, Retired, Rule, RuleFile,
    Severity, Signature, SignatureKind, TRIGRAMS, TrigramFrequencies, did_you_mean, is_rule_id, read_rules,
    trigram,
};
pub use embedded::{Layers, TRIGRAM_FREQUENCIES, embedded, from_text, load, over, overlaid, user_rules};
