//! Why a command could not do its work.

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error("{0}")]
    Usage(#[from] clap::Error),
    #[error("{0}")]
    Rules(#[from] crate::catalogue::Problems),
    #[error("{0}")]
    Moment(#[from] crate::report::BadMoment),
    #[error("{0}")]
    Unexplained(#[from] crate::report::Unexplained),
    #[error("standard input cannot be read: {0}")]
    StandardInput(String),
    #[error("`{0}` is not a time zone; write a name such as Europe/Berlin or UTC")]
    Zone(String),
    #[error("{0} cannot be merged: {1}")]
    Report(String, String),
    #[error("{0} cannot be followed: {1}")]
    Follow(String, std::io::Error),
    #[cfg(feature = "mcp")]
    #[error("{0}")]
    Serve(#[from] crate::mcp::ServeError),
    #[error("--notify: {0}")]
    Notify(#[from] crate::watch::BadCommand),
    #[error("{0} cannot be compared: {1}")]
    Side(String, String),
    #[error(
        "diff needs two reports or logs: clawsift diff BEFORE AFTER; to split one log, add --since-restart or --at WHEN"
    )]
    TwoSides,
    #[error("no gateway start in {0}; give the time at which to split it: --at 2026-11-22T10:00")]
    NoRestart(String),
    #[error(
        "a report does not contain single matches, so merge cannot write ndjson; write it during the scan:\n  \
         clawsift --format ndjson LOG..."
    )]
    NoMatches,
    #[cfg(feature = "rule-tools")]
    #[error("{0}")]
    RuleTools(#[from] super::rules::RulesError),
    #[error("unknown command `{0}`; clawsift --help lists the commands")]
    NoSuchCommand(String),
    #[error("cannot write {0}: {1}; check the folder and the free disk space, or omit --output")]
    Output(String, std::io::Error),
    #[error(
        "no log given, and no OpenClaw log found on this machine; pipe one in:\n  \
         openclaw logs --json --limit 5000 | clawsift\nor name a file or folder:\n  clawsift /tmp/openclaw"
    )]
    NoInput,
}
