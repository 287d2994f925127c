//! Concepts: sets of words and phrases of one meaning, and what records in which they stand close together likely mean.

use std::collections::BTreeMap;

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use super::near::Near;

/// The concepts of a catalogue, and the meanings that are made of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concepts {
    /// The words and phrases of each concept.
    pub words: BTreeMap<String, Vec<String>>,
    /// Concepts that a negation before them takes back.
    pub negatable: Vec<String>,
    /// Words that negate, and words that may stand between a negation and what it takes back.
    pub negations: [Vec<String>; 2],
    /// Concepts of which a record holds one if something failed.
    pub failing: Vec<String>,
    /// Names that begin with capitals in the middle, and the words they stand for.
    pub names: BTreeMap<String, String>,
    /// Meanings, the highest rank first.
    pub likely: Vec<Likely>,
}

/// A likely meaning of records: its expressions, and the rule that explains them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    /// Id of the rule that explains it; `None` if it is harmless.
    pub rule: Option<String>,
    /// The meaning of the highest rank that matches decides.
    pub rank: u8,
    /// The places of records to which the meaning is limited; empty for all.
    pub only_in: Vec<Place>,
    /// Places of records that do not have the meaning.
    pub not_in: Vec<Place>,
    /// Expressions of which one must match.
    pub near: Vec<Near>,
}

/// The part of OpenClaw that a record comes from, by its subsystem or the first words of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A chat channel.
    Channel,
    /// A tool of an agent.
    Tool,
    /// A plugin, a skill, a hook or an MCP server.
    Plugin,
    /// Sessions, transcripts and their compaction.
    Session,
    /// The gateway and its clients.
    Gateway,
    /// The configuration and its secrets.
    Config,
    /// The memory of an agent: its notes and their index.
    Notes,
    /// Anything else: runs, models and providers.
    Run,
}

/// Concepts as they are written. Words of an existing name replace those, meanings are added.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Concepts"))]
pub(super) struct RawConcepts {
    /// Words and phrases of one meaning, by a name in capitals. `x*` stands for any ending. Capital letters within a word,
    /// underscores and hyphens separate words.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// Names for expressions, to be used in others.
    #[serde(default)]
    pub derived: BTreeMap<String, String>,
    /// Concepts that a negation before them takes back.
    #[serde(default)]
    pub negatable: Vec<String>,
    /// Words that negate.
    #[serde(default)]
    pub negations: Vec<String>,
    /// Words that may stand between a negation and what it takes back.
    #[serde(default)]
    pub passed_over: Vec<String>,
    /// Concepts of which a record holds one if something failed. Without one, only a warning or pasted text has a meaning.
    #[serde(default)]
    pub failing: Vec<String>,
    /// Names with capitals in the middle, and the words they stand for: `WhatsApp: whatsapp`.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Likely meanings, for records that no other rule explains.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<RawLikely>"))]
    pub likely: Vec<Spanned<RawLikely>>,
}

/// A likely meaning as it is written.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", schemars(rename = "Likely"))]
pub(super) struct RawLikely {
    /// Id of the rule that explains such records: one with `likely: true`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub rule: Option<Spanned<String>>,
    /// Such records are harmless.
    #[serde(default)]
    pub harmless: bool,
    /// Of several meanings that match a record, the one of the highest rank decides.
    pub rank: u8,
    /// The places of records to which the meaning is limited.
    #[serde(default, rename = "in")]
    pub only_in: Vec<Place>,
    /// Places of records that do not have the meaning.
    #[serde(default)]
    pub not_in: Vec<Place>,
    /// Expressions over concepts, of which one must match.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub near: Vec<Spanned<String>>,
}
