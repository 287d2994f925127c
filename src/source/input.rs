//! The name of a source: a file, a member of an archive, or standard input.

use std::path::{Path, PathBuf};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::member::Member;

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, or anything else that can be opened by its path.
    Path(PathBuf),
    /// A file in a zip archive.
    Member(Member),
    /// Standard input.
    Stdin,
}

impl Input {
    /// The name shown in reports.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Member(Member { archive, name, .. }) => format!("{}!{name}", archive.display()),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// The folder the source lies in: sources of one folder are one gateway's.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Self::Member(Member { archive, name, .. }) => {
                archive.join(Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default())
            }
            Self::Stdin => PathBuf::new(),
        }
    }

    /// What kind of thing the source is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Path(_) | Self::Member(..) => Kind::File,
            Self::Stdin => Kind::Stdin,
        }
    }

    /// Where the bytes of the source come from.
    pub fn origin(&self) -> Origin<'_> {
        match self {
            Self::Path(path) => Origin::File(path),
            Self::Member(Member { archive, .. }) => Origin::Archive(archive),
            Self::Stdin => Origin::Stdin,
        }
    }
}

/// Where the bytes of an [`Input`] come from. Bytes that are in memory already have no input and are not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A file of its own.
    File(&'a Path),
    /// A file that holds other sources as well.
    Archive(&'a Path),
    /// Standard input.
    Stdin,
}

/// What kind of thing a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file or anything else with a path.
    File,
    /// Standard input.
    Stdin,
}
