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

/// Reads OpenClaw logs and says what is wrong, why, and what to do.
///
/// Without a path it reads standard input where that is piped, else the log files that OpenClaw keeps on this machine.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Files, folders (searched through), patterns, or - for standard input
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub show: Show,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Leave a rule out (repeatable)
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,

    /// Leave out what was over before: a time, a date, or a span back from the log's end such as 2h
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,

    /// Leave out what began after, written like --since
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,

    /// How much a compressed source may decompress to, such as 500MB or 2GiB; 64GiB unless given
    #[arg(long, value_name = "SIZE")]
    pub max_decompressed: Option<ByteSize>,

    /// Worker threads; one per core unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// Judge each record a second time without the shortcuts that make it fast, and say where that makes a difference
    #[arg(long)]
    pub verify_prefilter: bool,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// No progress and no messages on standard error but errors
    #[arg(long, short)]
    pub quiet: bool,
}

impl Show {
    /// An error where options are at odds in a way that they cannot say themselves.
    pub fn check(&self) -> Result<(), clap::Error> {
        let conflict =
            |message| Err(Args::command().error(clap::error::ErrorKind::ArgumentConflict, message));
        if self.share && self.format != Format::Markdown {
            return conflict("--share makes Markdown; leave --format out, or --share");
        }
        if self.budget.is_some() && self.format != Format::Json {
            return conflict("--budget cuts JSON; add --format json, or leave --budget out");
        }
        Ok(())
    }
}

/// What to do other than to scan.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is known of a rule, a code such as 429 or ENOTFOUND, or a line of a log
    Explain(Explain),
    /// Make one report out of many, the same as that of all their logs together
    Merge(Merge),
    /// Watch a log as it is written: findings as they appear, change and end
    Watch(Watch),
    /// Compare two reports or logs: what stopped, what is new, what happens more often
    Diff(Diff),
    /// Answer agents over the Model Context Protocol, on standard input and output
    #[cfg(feature = "mcp")]
    Mcp(Mcp),
    /// List, show and write rules
    #[cfg(feature = "rule-tools")]
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print the JSON Schema of what scripts read, or of rule files
    #[cfg(feature = "schema")]
    Schema(Schema),
    /// Print what makes a shell complete clawsift's commands and options
    Completions(Completions),
    /// Print a page of the manual, or write all of them
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
    /// A command, such as explain or rules check; the main page unless given
    #[arg(value_name = "COMMAND", conflicts_with = "folder")]
    pub command: Vec<String>,

    /// Write the pages of all commands to this folder, which is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// What to merge.
#[derive(Debug, clap::Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(super) struct Merge {
    /// Reports that were made with --format json
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
    /// What was before and what is after: reports made with --format json, or logs (files, folders, -). With --since-restart
    /// or --at the logs to divide
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Divide the logs where the gateway last began to listen
    #[arg(long, conflicts_with = "at")]
    pub since_restart: bool,

    /// Divide the logs at a time, a date, or a span back from their end such as 2h
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,

    /// How to show the comparison
    #[arg(long, value_enum, default_value = "table")]
    pub format: DiffFormat,

    /// Leave out findings below: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Compare findings of this category only (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// Zone of times written without an offset, and of those shown; the system's unless given
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(super) struct Explain {
    /// The id of a rule, a category, a status or code, a line of a log, or - for lines on standard input
    #[arg(required = true, value_name = "WHAT")]
    pub what: Vec<String>,

    #[command(flatten)]
    pub rules: RuleArgs,

    #[command(flatten)]
    pub redact: RedactArgs,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

const EXAMPLES: &str = "\
Examples:
  openclaw logs --json --limit 5000 | clawsift    what is wrong now
  clawsift                                        OpenClaw's own logs on this machine
  clawsift archive/ --since 3d --top 5            the worst of the last three days of a folder
  clawsift --format json --fail-on error x.log    for scripts: status 1 when something is broken
  clawsift explain 429                            what a code, a rule or a line of a log means
  clawsift --share x.log                          Markdown for an issue, without keys and names

Exit status: 0 done, 1 something at or above --fail-on, 2 wrong usage, unusable rules or unreadable sources, 129, \
130 or 143 after a hang-up or an interrupt, with the report so far.";

const MERGE_EXAMPLES: &str = "\
Examples:
  clawsift gateway-1/ --format json --output 1.json     a report to be merged
  clawsift merge 1.json 2.json 3.json                   one report of all";

const DIFF_EXAMPLES: &str = "\
Examples:
  clawsift diff before.json after.json                     two reports that --format json wrote
  clawsift diff old/ /tmp/openclaw                         two logs or folders
  clawsift diff --since-restart /tmp/openclaw              did the restart help?
  clawsift diff --at 2026-11-22T10:00 /tmp/openclaw        did what I did at ten help?

Exit status: 0 nothing got worse, 1 something is new or worse, 2 wrong usage or unreadable sources.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  clawsift completions bash > ~/.local/share/bash-completion/completions/clawsift
  clawsift completions zsh > ~/.zfunc/_clawsift      with ~/.zfunc in fpath, before compinit
  clawsift completions fish > ~/.config/fish/completions/clawsift.fish
  clawsift completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  clawsift man | man -l -                              read the main page
  clawsift man rules check | man -l -                  that of a command
  clawsift man --folder ~/.local/share/man/man1        install all of them";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  clawsift explain 429                                       a status
  clawsift explain ENOTFOUND                                 a code
  clawsift explain rate-limit/requests                       a rule
  clawsift explain 'Error: connect ETIMEDOUT 1.2.3.4:443'    a line of a log";
