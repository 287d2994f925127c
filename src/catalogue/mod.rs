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
    AtomIndex, AtomSet, Catalogue, Category, CodeEntry, CodeSignature, CodeTable, Concepts, Condition,
    Confidence, Encoded, Evidence, Fix, Likely, LimitTable, Loader, Location, Near, Place, Prefilter,
    Problem, ProblemCode, ProblemLevel, Problems, RequiredAtom, Retired, Rule, RuleFile, Severity, Signature,
    SignatureKind, Term, TrigramFrequencies, did_you_mean, is_rule_id, read_rules,
};
pub use embedded::{Layers, TRIGRAM_FREQUENCIES, embedded, from_text, load, over, overlaid, user_rules};
