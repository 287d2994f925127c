//! Sources of bytes: path expansion, memory maps, decompression, archives, streams, and chunks cut at record ends.
//!
//! A file at rest is cut into chunks that are scanned in parallel, and mapped for that if [`allow_maps`] permits it. Everything
//! else (standard input, pipes, a file that is being written) is read in bounded memory. This module does not know what a record
//! looks like: the caller passes [`Boundaries`], which find the starts of records.

#[cfg(feature = "archives")]
mod archive;
#[cfg(feature = "archives")]
mod broken_zip;
mod cancellation;
mod change;
mod chunk;
mod decode;
#[cfg(feature = "archives")]
mod decompress;
mod expand;
mod fence;
mod follow;
mod identity;
mod input;
mod installed;
mod interruptible;
mod limits;
#[allow(unsafe_code)] // The one module that maps files.
mod map;
mod member;
#[cfg(not(feature = "archives"))]
mod no_archives;
mod open;
mod packing;
mod part;
mod reason;
mod rotation;
mod stream;

#[cfg(not(feature = "archives"))]
use no_archives::{self as archive, self as decompress};

pub use cancellation::Cancellation;
pub use change::{Change, OpenFile};
pub(crate) use chunk::last_record;
pub use chunk::{Boundaries, LineTest, Part, chunks, map_chunks};
pub use decode::{TooLarge, is_packed, unpack};
pub use expand::{Expansion, expand, expand_within};
pub use fence::{Fence, Outside};
pub use follow::{Follower, Step, Turn};
pub use input::{Input, Kind, Origin};
pub use installed::{installed_logs, log_folders};
pub use limits::{MAX_DECOMPRESSED, MAX_LINE};
pub(crate) use map::read_at;
pub use map::{Map, MapPermit, allow_maps};
pub use member::Member;
pub use open::{Content, Opened};
pub use part::{FilePart, PartReader, open_part};
pub use reason::{Reason, SourceError};
pub use rotation::{rotated_name, unread_older};
pub use stream::{ChunkReader, StreamChunk};
