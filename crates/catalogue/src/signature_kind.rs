//! The kinds of signatures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The kind of a signature, with the text or value that it looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// A text, ASCII case-insensitive.
    Literal(String),
    /// A regular expression, case-insensitive; its named groups become captures.
    Regex(String),
    /// One of these HTTP statuses, in any spelling that OpenClaw and SDKs print, never as a bare number.
    HttpStatus(Vec<u16>),
    /// One of these codes as a whole token.
    ErrorCode(Vec<String>),
    /// Fields that all have one of the given values; `*` stands for any text.
    Field(BTreeMap<String, Vec<String>>),
    /// Any signature of the group that `rules/shared.yaml` gives this name.
    Shared(String),
}
