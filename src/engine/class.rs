//! The class of a signature: which of two rules with equal evidence is the more specific one.

use std::fmt;

use serde::Serialize;

use crate::catalogue::{Evidence, Signature, SignatureKind};

/// Class of a signature, from general to specific. Between rules of equal evidence the more specific class wins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Any signature of a rule that covers what no other rule of its category explains, `*/other`.
    #[default]
    General,
    /// The place of a record: its fields.
    Place,
    /// An HTTP status.
    Status,
    /// A text.
    Text,
    /// A text of the transport, such as `connection refused`.
    LowLevel,
    /// A named code, or a number in the frame of its vendor.
    Code,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Class {
    /// Returns the class of a signature; that of a shared group is the class of the member that matches.
    pub fn of(signature: &Signature) -> Self {
        match &signature.kind {
            SignatureKind::ErrorCode(_) => Self::Code,
            SignatureKind::HttpStatus(_) => Self::Status,
            SignatureKind::Field(_) | SignatureKind::Shared(_) => Self::Place,
            SignatureKind::Literal(_) | SignatureKind::Regex(_) => match signature.evidence {
                Evidence::Transport => Self::LowLevel,
                Evidence::Reason => Self::Place,
                _ => Self::Text,
            },
        }
    }

    /// Returns the class for a rule with this id.
    pub fn in_rule(self, id: &str) -> Self {
        if id.ends_with("/other") { Self::General } else { self }
    }
}
