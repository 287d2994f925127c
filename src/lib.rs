//! Reads OpenClaw logs and says what is wrong, why, and what to do.
//!
//! ```
//! use clawsift::catalogue;
//! use clawsift::engine::Engine;
//! use clawsift::scan::{Options, scan_bytes};
//!
//! let engine = Engine::new(catalogue::embedded()?);
//! let log = b"2026-11-22T10:04:51Z error agent/embedded Error: connect ECONNREFUSED 127.0.0.1:11434\n";
//! let report = scan_bytes(&engine, "gateway.log", log, &Options::default());
//! for finding in &report.findings {
//!     println!("{}: {}", finding.rule, finding.title);
//! }
//! assert_eq!(report.totals.incidents, 1);
//! # Ok::<(), clawsift::catalogue::Problems>(())
//! ```
//!
//! Data flows one way: [`source`] reads bytes, [`record`] parses log entries, [`engine`] finds the rule of the
//! [`catalogue`] that explains an entry, [`classify`] turns entries into events, [`report`] groups events into incidents
//! and findings, and [`render`] writes them. [`scan`] runs the whole pipeline, [`watch`] does so while the log is written.
//! All output goes through [`redact`].
//!
//! # Features
//!
//! All are on by default. With `default-features = false` the library reads plain files and streams, and writes JSON,
//! ndjson, Markdown, SARIF and Prometheus.
//!
//! - `archives`: gzip, zstd, xz, bzip2 and zip
//! - `cli`: the program and its output formats: tables, JUnit
//! - `csv`, `html`: these output formats
//! - `mcp`: the module `mcp`, a server for agents
//! - `rule-tools`: the module `tooling`, the rule author's tools
//! - `schema`: the JSON Schemas of reports, matches and rule files
//! - `tui`: the live view of `clawsift watch`

#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod block;
pub mod catalogue;
pub mod ci_commands;
pub mod classify;
#[cfg(feature = "cli")]
mod cli;
pub mod engine;
mod hash;
#[cfg(feature = "mcp")]
pub mod mcp;
mod openclaw;
mod personal_names;
pub mod record;
pub mod redact;
pub mod render;
pub mod report;
pub mod scan;
pub mod source;
#[cfg(feature = "rule-tools")]
pub mod tooling;
pub mod watch;

/// Runs the program `clawsift` with the arguments of this process. For its binary and for packages that carry it.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use cli::run as run_program;
