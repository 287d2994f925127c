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
mod content;
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
mod nuls;
mod open;
mod packing;
mod part;
mod peek;
mod reason;
mod rotation;
mod stream;
#[cfg(feature = "archives")]
mod tar;

#[cfg(not(feature = "archives"))]
use no_archives::{self as archive, self as decompress, self as tar};

pub use cancellation::Cancellation;
pub use change::{Change, OpenFile};
pub(crate) use chunk::last_record;
pub use chunk::{Boundaries, LineTest, Part, chunks, map_chunks};
pub use content::Content;
pub(crate) use decode::content;
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
pub use nuls::Gap;
pub(crate) use nuls::{LongLine, MIN_RUN, first_run, last_run, leading_nuls, trailing_nuls};
pub use open::Opened;
pub use part::{FilePart, PartReader, open_part};
pub(crate) use peek::Peeked;
pub use reason::{Reason, SourceError};
pub use rotation::{rotated_name, unread_older};
pub use stream::{ChunkReader, StreamChunk};
pub use tar::{TarMember, TarReader};
