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
    #[error("`{0}` is no time zone; write a name such as Europe/Berlin or UTC")]
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
        "a comparison needs two sides: clawsift diff BEFORE AFTER; to divide one log, add --since-restart or --at WHEN"
    )]
    TwoSides,
    #[error("no start of the gateway in {0}; name the moment at which to divide it: --at 2026-11-22T10:00")]
    NoRestart(String),
    #[error(
        "a report holds no single matches, so none can be written with --format ndjson; write it when the logs are read:\n  \
         clawsift --format ndjson LOG..."
    )]
    NoMatches,
    #[cfg(feature = "rule-tools")]
    #[error("{0}")]
    RuleTools(#[from] super::rules::RulesError),
    #[error("there is no command `{0}`; the commands are in clawsift --help")]
    NoSuchCommand(String),
    #[error("{0}: {1}; check the folder and the free space, or leave --output out")]
    Output(String, std::io::Error),
    #[error(
        "no log given, and none of OpenClaw's own is on this machine; pipe one in:\n  \
         openclaw logs --json --limit 5000 | clawsift\nor name a file or folder:\n  clawsift /tmp/openclaw"
    )]
    NoInput,
}
