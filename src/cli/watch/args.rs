//! What can be typed after `clawsift watch`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::catalogue::{Category, Severity};
use crate::ci_commands::Syntax;
use crate::cli::options::{ColorWhen, RedactArgs, RuleArgs, named};

/// What to watch.
#[derive(Debug, clap::Args)]
#[command(after_help = WATCH_EXAMPLES)]
pub(in crate::cli) struct Watch {
    /// The log: a file, which may come later, a folder, of which the newest log is taken, or - for standard input. OpenClaw's
    /// own newest log unless given or piped in
    pub path: Option<PathBuf>,

    /// What to write: the live view, or lines where no terminal is, and the report at the end; or a JSON object a change
    #[arg(long, value_enum, default_value = "table")]
    pub format: WatchFormat,

    /// Write lines also on a terminal, instead of the live view
    #[arg(long)]
    pub lines: bool,

    /// Leave out what the file holds already
    #[arg(long)]
    pub new: bool,

    /// Run a command when a finding appears or ends, such as 'notify-send {title}'; no shell runs it
    #[arg(long, value_name = "COMMAND")]
    pub notify: Option<String>,

    /// From which severity on to run it: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = named::<Severity>)]
    pub notify_at: Severity,

    /// Leave out findings below: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Show findings of this category only (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// Zone of times written without an offset, and of those shown; the system's unless given
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Leave a rule out (repeatable)
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,

    /// No messages on standard error but errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a watch writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum WatchFormat {
    /// The live view on a terminal, else lines; then the report
    Table,
    /// One JSON object a change
    Ndjson,
}

impl WatchFormat {
    /// How characters can be escaped in it.
    pub fn syntax(self) -> Syntax {
        match self {
            Self::Table => Syntax::Text,
            Self::Ndjson => Syntax::Json,
        }
    }
}

const WATCH_EXAMPLES: &str = "\
Examples:
  openclaw logs --follow --json | clawsift watch           a gateway, also a remote one
  clawsift watch                                           OpenClaw's newest log on this machine
  clawsift watch gateway.log --notify 'notify-send {title}'
  clawsift watch --new --format ndjson /tmp/openclaw       for scripts, without what was before

Keys of the live view: ? lists them. Exit status: 0 quit or the pipe ended, 2 wrong usage or an unreadable log, 129, 130 or 143
after an interrupt; with the report each time.";
