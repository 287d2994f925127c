//! The kinds of signatures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of signature, with the text or value that it matches.
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
    /// Fields that must all have one of the given values; `*` matches any text.
    Field(BTreeMap<String, Vec<String>>),
    /// Any signature of the group with this name in `rules/shared.yaml`.
    Shared(String),
}
