//! Content of an opened source.

use std::io::Read;

use super::map::Map;
use super::tar::TarReader;

/// The way in which a source is read.
pub enum Content {
    /// The whole file, with access to any part at any time.
    Mapped(Map),
    /// Bytes that are read in sequence.
    Stream(Box<dyn Read + Send>),
    /// A tar archive, whose members are sources.
    Archive(TarReader),
}
