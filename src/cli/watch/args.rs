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
    /// Log to follow: a file (which may appear later), a folder (its newest log), or - for standard input [default:
    /// standard input if piped, otherwise OpenClaw's newest log]
    pub path: Option<PathBuf>,

    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: WatchFormat,

    /// Print one line per change instead of the live view
    #[arg(long)]
    pub lines: bool,

    /// Skip the records that the file already contains
    #[arg(long)]
    pub new: bool,

    /// Run a command, without a shell, when a finding appears or ends, such as 'notify-send {title}'
    #[arg(long, value_name = "COMMAND")]
    pub notify: Option<String>,

    /// Lowest severity for --notify: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = named::<Severity>)]
    pub notify_at: Severity,

    /// Hide findings below this severity: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Show only findings of this category (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// Time zone for timestamps without an offset and for display [default: system]
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Disable a rule (repeatable)
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,

    /// Print only errors on standard error
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a watch writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum WatchFormat {
    /// Live view on a terminal, otherwise one line per change; then the report
    Table,
    /// One JSON object per change
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
  openclaw logs --follow --json | clawsift watch           follow a gateway, also a remote one
  clawsift watch                                           follow OpenClaw's newest log on this machine
  clawsift watch gateway.log --notify 'notify-send {title}'
  clawsift watch --new --format ndjson /tmp/openclaw       for scripts: only new records

Press ? in the live view for its keys. Exit status: 0 quit or end of the pipe, 2 wrong usage or an unreadable log, 129, 130
or 143 after a hang-up or an interrupt; the report is printed in each case.";
