//! Name and location of a source, for the report.

use std::path::{Path, PathBuf};

use crate::source::Kind;

/// Name and location of a source, for the report.
pub(super) struct Place {
    /// Name of the source.
    pub name: String,
    /// Folder of the source. Sources of one folder belong to one gateway.
    pub folder: PathBuf,
    pub kind: Kind,
    /// Name of the next older file of the rotated set, if it exists and is not read.
    pub older: Option<String>,
}

impl Place {
    /// Returns the place of a member of the archive at this place.
    pub fn member(&self, name: &str) -> Self {
        let folder = Path::new(name).parent().map(Path::to_path_buf).unwrap_or_default();
        Self {
            name: format!("{}!{name}", self.name),
            folder: Path::new(&self.name).join(folder),
            kind: self.kind,
            older: None,
        }
    }
}
