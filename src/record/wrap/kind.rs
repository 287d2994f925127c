//! The kinds of wrappers, and a record without its wrapper.

use serde::{Deserialize, Serialize};

use crate::record::time::Stamp;

/// A kind of wrapper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrapper {
    /// `journalctl` and syslog: `Nov 22 09:51:12 host openclaw[123]: `, or with an ISO time.
    Journal,
    /// `journalctl -o json`: one object per line, the text under `MESSAGE`.
    JournalJson,
    /// `docker logs -t`: an RFC 3339 time with nanoseconds.
    Docker,
    /// Docker's json-file driver: one object per line, the text under `log`.
    DockerJson,
    /// `docker compose logs`: `gateway-1  | `, or with the container's own name `openclaw  | `.
    Compose,
    /// PM2: `0|openclaw  | `, or a time and a colon.
    Pm2,
}

/// A record without its wrapper.
pub(in crate::record) struct Unwrapped {
    pub wrapper: Wrapper,
    /// The time in the wrapper.
    pub stamp: Option<Stamp>,
    /// The process other than OpenClaw that a journal names.
    pub process: Option<Vec<u8>>,
    pub text: String,
}
