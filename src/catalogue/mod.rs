//! What a rule is, and where rules come from: the catalogue embedded at build time, then overlays.
//!
//! ```
//! let catalogue = clawsift::catalogue::Catalogue::embedded()?;
//! assert!(catalogue.rules().iter().any(|rule| rule.id == "rate-limit/requests"));
//! # Ok::<(), clawsift::catalogue::Problems>(())
//! ```

mod atoms;
mod background;
mod embedded;
mod expressions;
mod kept;
mod load;
mod nearest;
mod overlay;
mod prefilter;
mod problem;
mod raw_file;
mod rule;
mod rule_file;
#[cfg(feature = "schema")]
mod schema;
mod signature;
mod signature_kind;
mod taxonomy;
mod yaml_fault;

pub use atoms::{AtomSet, MIN_ATOM};
pub use background::{Background, TRIGRAMS, trigram};
pub use embedded::{BACKGROUND, Layers, user_rules};
pub use kept::kept_catalogues;
pub use load::{Catalogue, Loader, is_rule_id};
pub use nearest::nearest;
pub use prefilter::Prefilter;
pub use problem::{Location, Problem, ProblemCode, ProblemLevel, Problems};
pub use rule::{Evidence, Fix, LimitTable, Retired, Rule, Signature};
pub use rule_file::{RuleFile, read_rules};
#[cfg(feature = "schema")]
pub use schema::rule_file_schema;
pub use signature_kind::SignatureKind;
pub use taxonomy::{Category, Severity};
