//! Reads OpenClaw logs and says what is wrong, why, and what to do.
//!
//! Data flows one way: [`source`] (where bytes come from) to [`record`] (what a log entry is) to [`engine`] (which rule
//! of the [`catalogue`] explains it) to [`report`] (what happened) to [`render`] (how it is shown). [`scan`] runs the
//! whole of it.

pub mod catalogue;
pub mod record;
pub mod redact;
pub mod source;
