//! Log entries: one file per format, format detection, and the grouping of lines into records.
//!
//! To add a format: write a file that turns a line into [`Parts`], add the format to [`Format`], and add a cheap test that
//! distinguishes it from the others to `bare.rs` and [`starts_record`].

mod bare;
mod codes;
mod console;
mod detect;
mod envelope;
mod envelope_reader;
mod error_fields;
mod fields;
mod file_log;
mod format;
mod gate;
mod glance;
mod json;
mod level;
mod line_reader;
mod line_time;
mod lines;
mod logs_json;
mod opaque;
mod origin;
mod outline;
mod parse;
mod parts;
mod plain;
mod spaced;
mod spread;
mod text;
mod time;
mod transcript;
mod voice;
mod wrap;

pub use codes::plain_bytes;
pub use detect::starts_record;
pub use envelope_reader::EnvelopeReader;
pub use fields::Fields;
pub(crate) use format::FILE_LOG;
pub use format::{ByFormat, Format};
#[cfg(test)]
pub(crate) use gate::Ask;
pub(crate) use gate::Gate;
pub use gate::Message;
pub use glance::Glance;
pub use level::Level;
pub use line_time::{last_time, stamp_of};
pub use lines::{BOUNDARIES, Lines, RawRecord};
pub use opaque::{Opaque, SUBSTITUTE, take_out_opaque, trace_ids, without_opaque};
pub use origin::{MAX_ORIGINS, Origin};
pub use outline::Outline;
pub(crate) use parse::tells_of_good_request;
pub use parse::{EvidenceText, Record, display_parts};
pub use parts::Parts;
pub(crate) use time::MIN_TIME;
pub use time::Stamp;
pub(crate) use voice::Voice;
pub use wrap::Wrapper;
