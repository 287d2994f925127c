//! What can be typed.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{CommandFactory, Parser, Subcommand};

use crate::catalogue::{Category, Severity};
use crate::render::{DiffFormat, Format};

#[cfg(feature = "mcp")]
use super::mcp::Mcp;
use super::options::{ColorWhen, RedactArgs, RuleArgs, Show, named};
#[cfg(feature = "rule-tools")]
use super::rules::RulesCommand;
#[cfg(feature = "schema")]
use super::schema::Schema;
use super::watch::Watch;

/// Find out what is wrong in OpenClaw logs, why, and how to fix it.
///
/// Without a path, read standard input if it is piped, otherwise OpenClaw's log files on this machine.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Files, folders (searched recursively), glob patterns, or - for standard input
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub show: Show,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Disable a rule (repeatable)
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,

    /// Ignore incidents that ended before this time: a time, a date, or a span back from the end of the log such as 2h
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,

    /// Ignore incidents that started after this time, in the format of --since
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,

    /// Limit the decompressed size per source, such as 500MB or 2GiB [default: 64GiB]
    #[arg(long, value_name = "SIZE")]
    pub max_decompressed: Option<ByteSize>,

    /// Number of worker threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// Classify each record a second time without the prefilter and report every difference
    #[arg(long)]
    pub verify_prefilter: bool,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// Print only errors on standard error: no progress, no messages
    #[arg(long, short)]
    pub quiet: bool,
}

impl Show {
    /// An error where options are at odds in a way that they cannot say themselves.
    pub fn check(&self) -> Result<(), clap::Error> {
        let conflict =
            |message| Err(Args::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        if self.share && self.format != Format::Markdown {
            return conflict("--share writes Markdown; omit --format or --share");
        }
        if self.budget.is_some() && self.format != Format::Json {
            return conflict("--budget applies to JSON only; add --format json or omit --budget");
        }
        Ok(())
    }
}

/// What to do other than to scan.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Explain a rule, a code such as 429 or ENOTFOUND, or a log line
    Explain(Explain),
    /// Merge JSON reports into one report, equal to a scan of all their logs
    Merge(Merge),
    /// Follow a live log and show findings as they appear, change and end
    Watch(Watch),
    /// Compare two reports or logs: what stopped, what is new, what got worse
    Diff(Diff),
    /// Serve AI agents over the Model Context Protocol on standard input and output
    #[cfg(feature = "mcp")]
    Mcp(Mcp),
    /// List, show, write, check and test rules
    #[cfg(feature = "rule-tools")]
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print the JSON Schema of reports, matches or rule files
    #[cfg(feature = "schema")]
    Schema(Schema),
    /// Print a shell completion script
    Completions(Completions),
    /// Print a manual page, or write all of them to a folder
    Man(Man),
}

/// For which shell.
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Which pages of the manual.
#[derive(Debug, clap::Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(super) struct Man {
    /// Command of the page, such as explain or rules check [default: the main page]
    #[arg(value_name = "COMMAND", conflicts_with = "folder")]
    pub command: Vec<String>,

    /// Write the pages of all commands to this folder; create it if necessary
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// What to merge.
#[derive(Debug, clap::Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(super) struct Merge {
    /// Reports written with --format json
    #[arg(required = true, value_name = "REPORT")]
    pub reports: Vec<PathBuf>,

    #[command(flatten)]
    pub show: Show,

    #[command(flatten)]
    pub redact: RedactArgs,
}

/// What to compare.
#[derive(Debug, clap::Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(super) struct Diff {
    /// Two reports written with --format json or two logs (files, folders, -): before and after. With --since-restart or
    /// --at: the logs to split
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Split the logs at the last start of the gateway
    #[arg(long, conflicts_with = "at")]
    pub since_restart: bool,

    /// Split the logs at a time, a date, or a span back from their end such as 2h
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,

    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: DiffFormat,

    /// Hide findings below this severity: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Compare only findings of this category (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// Time zone for timestamps without an offset and for display [default: system]
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(super) struct Explain {
    /// Rule id, category, HTTP status, error code or log line; - reads log lines from standard input
    #[arg(required = true, value_name = "WHAT", allow_negative_numbers = true)]
    pub what: Vec<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

const EXAMPLES: &str = "\
Examples:
  openclaw logs --json --limit 5000 | clawsift    show what is wrong now
  clawsift                                        scan OpenClaw's logs on this machine
  clawsift archive/ --since 3d --top 5            top five findings of the last three days
  clawsift --format json --fail-on error x.log    for scripts: exit status 1 on errors
  clawsift explain 429                            explain a code, a rule or a log line
  clawsift --share x.log                          Markdown for an issue, without secrets and names

Exit status: 0 done, 1 a finding at or above --fail-on, 2 wrong usage, invalid rules or unreadable sources, 129, \
130 or 143 after a hang-up or an interrupt (prints the report so far).";

const MERGE_EXAMPLES: &str = "\
Examples:
  clawsift gateway-1/ --format json --output 1.json     write a report to merge
  clawsift merge 1.json 2.json 3.json                   merge three reports";

const DIFF_EXAMPLES: &str = "\
Examples:
  clawsift diff before.json after.json                     compare two JSON reports
  clawsift diff old/ /tmp/openclaw                         compare two logs or folders
  clawsift diff --since-restart /tmp/openclaw              compare before and after the last restart
  clawsift diff --at 2026-11-22T10:00 /tmp/openclaw        compare before and after ten o'clock

Exit status: 0 nothing is new or worse, 1 something is new or worse, 2 wrong usage or unreadable sources.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  clawsift completions bash > ~/.local/share/bash-completion/completions/clawsift
  clawsift completions zsh > ~/.zfunc/_clawsift      requires ~/.zfunc in fpath before compinit
  clawsift completions fish > ~/.config/fish/completions/clawsift.fish
  clawsift completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  clawsift man | man -l -                              read the main page
  clawsift man rules check | man -l -                  read the page of a command
  clawsift man --folder ~/.local/share/man/man1        install all pages";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  clawsift explain 429                                       explain a status
  clawsift explain ENOTFOUND                                 explain a code
  clawsift explain rate-limit/requests                       explain a rule
  clawsift explain 'Error: connect ETIMEDOUT 1.2.3.4:443'    explain a log line";
