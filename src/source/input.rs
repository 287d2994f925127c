//! A source: a file, a member of an archive, or standard input.

use std::path::{Path, PathBuf};

#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::member::Member;

/// A source to read.
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
    /// Returns the name shown in reports.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Member(Member { archive, name, .. }) => format!("{}!{name}", archive.display()),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// Returns the folder of the source. Sources of one folder belong to one gateway.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            Self::Member(Member { archive, name, .. }) => {
                archive.join(Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default())
            }
            Self::Stdin => PathBuf::new(),
        }
    }

    /// Returns the kind of the source.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Path(_) | Self::Member(..) => Kind::File,
            Self::Stdin => Kind::Stdin,
        }
    }

    /// Returns the origin of the source's bytes.
    pub fn origin(&self) -> Origin<'_> {
        match self {
            Self::Path(path) => Origin::File(path),
            Self::Member(Member { archive, .. }) => Origin::Archive(archive),
            Self::Stdin => Origin::Stdin,
        }
    }
}

/// The origin of the bytes of an [`Input`]. Bytes in memory have no input and are not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A file that is a source.
    File(&'a Path),
    /// An archive that contains the source.
    Archive(&'a Path),
    /// Standard input.
    Stdin,
}

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A file or anything else with a path.
    File,
    /// Standard input.
    Stdin,
}
