//! The pipeline: sources to chunks to records to matches to the report, in parallel.

mod chunk;
mod classifier;
mod live;
mod members;
mod options;
mod parts;
mod place;
mod prefilter_check;
mod progress;
mod records;
mod sources;
mod worker;
mod worker_pool;

pub use classifier::Classifier;
pub use live::LiveScan;
pub use options::{CHUNK, Options};
pub use parts::{Stream, StreamPart, is_divisible, scan_parts, scan_stream, unread};
pub use prefilter_check::{Difference, PrefilterCheck};
pub use progress::{NoProgress, Progress};
pub use records::each_record;
pub use sources::{scan, scan_bytes};
