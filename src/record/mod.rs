//! Log entries: one file per format, format detection, and the grouping of lines into records.
//!
//! To add a format: write a file that turns a line into [`Parts`], add the format to [`Format`], and add a cheap test that
//! distinguishes it from the others to `bare.rs` and [`starts_record`].

mod author;
mod bare;
mod binary;
mod cache_key;
mod codes;
mod console;
mod control_ui;
mod detect;
mod envelope;
mod envelope_reader;
mod error_fields;
mod error_reply;
mod failure;
mod fields;
mod file_log;
mod foreign_time;
mod format;
mod gravity;
mod info_prefilter;
mod inline;
mod json;
mod level;
mod level_prefix;
mod line_reader;
mod line_time;
mod lines;
mod logs_json;
mod origin;
mod parse;
mod parts;
mod plain;
mod program;
mod services;
mod spaced;
mod spread;
mod templates;
mod text;
mod time;
mod transcript;
mod triage;
mod variable_tokens;
mod wrap;

pub(crate) use author::Author;
pub use binary::{BINARY_HEAD, is_binary};
pub use cache_key::CacheKey;
pub use codes::plain_bytes;
pub use detect::starts_record;
pub use envelope_reader::EnvelopeReader;
pub(crate) use error_reply::{begins_with_status, is_error_reply};
pub(crate) use failure::start;
pub use fields::Fields;
pub(crate) use format::FILE_LOG;
pub use format::{ByFormat, Format};
pub(crate) use gravity::Gravity;
#[cfg(test)]
pub(crate) use info_prefilter::Ask;
pub(crate) use info_prefilter::InfoPrefilter;
pub use info_prefilter::Message;
pub use level::Level;
pub use line_time::{last_time, stamp_of};
pub use lines::{BOUNDARIES, Lines, RawRecord};
pub use origin::{MAX_ORIGINS, Origin};
pub(crate) use parse::is_successful_request;
pub use parse::{EvidenceText, Record, display_parts};
pub use parts::Parts;
pub use program::Program;
pub use templates::LineTemplates;
pub(crate) use time::MIN_TIME;
pub use time::Stamp;
pub use triage::Triage;
pub use variable_tokens::{SUBSTITUTE, VariableTokens, extract_tokens, trace_ids, without_tokens};
pub use wrap::Wrapper;
