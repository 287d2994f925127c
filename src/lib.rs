//! Reads OpenClaw logs and says what is wrong, why, and what to do.
//!
//! Data flows one way: [`source`] (where bytes come from) to [`record`] (what a log entry is) to [`engine`] (which rule
//! of the [`catalogue`] explains it) to [`classify`] (what it means) to [`report`] (what happened) to [`render`] (how it is shown). [`scan`] runs the
//! whole of it, [`watch`] does so while the log is written, `kit` holds the rule author's tools, `mcp` answers
//! agents, and `cli` is the program around it. Everything that leaves goes through [`redact`]; [`pattern`] holds the
//! regular expressions that all of them use.

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod block;
pub mod catalogue;
pub mod ci_commands;
pub mod classify;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod hash;
pub mod identity;
#[cfg(feature = "rule-tools")]
pub mod kit;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod pattern;
pub mod record;
pub mod redact;
pub mod render;
pub mod report;
pub mod scan;
pub mod source;
mod threads;
pub mod watch;
