//! What can be typed.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::builder::ArgPredicate;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::tz::TimeZone;

use crate::catalogue::{Catalogue, Category, Layers, Severity, kept_catalogues, user_rules};
use crate::engine::Engine;
use crate::redact::{Redactor, TagKey};
use crate::render::{DiffFormat, Extent, Format};
use crate::report::{Filter, Period, Report, Sort, View};

use super::rules::RulesCommand;
use super::watch::Watch;
use super::{CliError, say};

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

/// What is masked on its way out.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct RedactArgs {
    /// Show keys and tokens as they stand in the log
    #[arg(long, conflicts_with = "redact_personal")]
    pub no_redact: bool,

    /// Mask telephone numbers and e-mail addresses as well as keys and tokens
    #[arg(long)]
    pub redact_personal: bool,

    /// Give masks a tag, made with the key in this file: equal secrets have equal tags in every report made with it
    #[arg(long, value_name = "FILE", value_parser = tag_key, conflicts_with = "no_redact")]
    pub tag_key: Option<TagKey>,
}

/// The key that a file holds.
fn tag_key(path: &str) -> Result<TagKey, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    TagKey::new(&bytes).map_err(|error| error.to_string())
}

impl RedactArgs {
    /// What masks it. What is shared tells nobody's number, and has numbers in the place of tags when it is shown.
    pub fn redactor(self, share: bool) -> Redactor {
        let redactor = match self {
            Self { redact_personal: true, .. } => Redactor::PERSONAL,
            _ if share => Redactor::PERSONAL,
            Self { no_redact: true, .. } => Redactor::OPEN,
            Self { .. } => Redactor::MASKING,
        };
        let key = self.tag_key.or_else(|| share.then_some(TagKey::UNSHOWN));
        key.map_or(redactor, |key| redactor.with_key(key))
    }
}

/// What to show, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// How to show the report
    #[arg(
        long,
        value_enum,
        default_value = "table",
        default_value_if("share", ArgPredicate::IsPresent, "markdown")
    )]
    pub format: Format,

    /// Make Markdown for an issue: under 60 KB, and without keys, home folders, names of users and hosts, addresses and
    /// phone numbers
    #[arg(long, conflicts_with = "no_redact")]
    pub share: bool,

    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Zone of times written without an offset, and of those shown; the system's unless given
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    /// Leave out findings below: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Show findings of this category only (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// In which order to show findings
    #[arg(long, value_enum, default_value = "rank", value_name = "ORDER")]
    pub sort: Sort,

    /// Show the first N findings only
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Cut the JSON to so many tokens of a language model, counted as 4 bytes each; it says what was left out
    #[arg(long, value_name = "TOKENS")]
    pub budget: Option<usize>,

    /// Of how many findings the table's report tells all: a number, or all; 5 unless given
    #[arg(long, value_name = "N", value_parser = details, conflicts_with = "summary")]
    pub details: Option<usize>,

    /// Show the table alone, without causes and fixes
    #[arg(long)]
    pub summary: bool,

    /// End with status 1 when a finding is at least: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub fail_on: Option<Severity>,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

impl Show {
    /// The zone of times without an offset, and of those shown to a person.
    pub fn zone(&self) -> Result<TimeZone, CliError> {
        zone(self.tz.as_deref())
    }

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

    /// Which findings to show of that time, and in which order.
    pub fn view(&self, period: Period) -> View {
        let filter = Filter {
            period,
            min_severity: self.min_severity,
            categories: self.category.clone(),
            top: self.top,
        };
        View { filter, sort: self.sort }
    }

    /// How much of it to show to a person.
    pub fn extent(&self) -> Extent {
        match self.details {
            _ if self.summary => Extent::Summary,
            Some(findings) => Extent::Details(findings),
            None => Extent::default(),
        }
    }

    /// Cuts a report to the budget, where there is one.
    pub fn fit(&self, report: &mut Report) {
        if let Some(tokens) = self.budget {
            report.fit(tokens);
        }
    }

    /// Whether something was found for which the program is to fail.
    pub fn fails(&self, report: &Report) -> bool {
        self.fail_on.is_some_and(|least| report.worst.is_some_and(|worst| worst >= least))
    }
}

/// The zone of that name, or else the system's.
pub(super) fn zone(name: Option<&str>) -> Result<TimeZone, CliError> {
    match name {
        Some(name) => TimeZone::get(name).map_err(|_| CliError::Zone(name.to_owned())),
        None => Ok(TimeZone::system()),
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
    Mcp(Mcp),
    /// List, show and write rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print the JSON Schema of what scripts read, or of rule files
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

/// Of what to print the schema.
#[derive(Debug, clap::Args)]
#[command(after_help = SCHEMA_EXAMPLES)]
pub(super) struct Schema {
    /// What the schema describes
    pub what: Described,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// The report, as --format json writes it
    Report,
    /// One match, a line of --format ndjson
    Match,
    /// A rule file
    Rules,
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

/// What agents may ask.
#[derive(Debug, clap::Args)]
#[command(after_help = MCP_EXAMPLES)]
pub(super) struct Mcp {
    /// Let agents read this file or folder too, beside OpenClaw's log folders (repeatable)
    #[arg(long, value_name = "PATH")]
    pub allow: Vec<PathBuf>,

    /// Zone of times written without an offset, and of those shown; the system's unless given
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    #[command(flatten)]
    pub rules: RuleArgs,
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

/// Which rules to use.
#[derive(Debug, clap::Args)]
pub(super) struct RuleArgs {
    /// Rules that add to and replace the built-in ones: a file, or a folder of .yaml files (repeatable)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Leave the built-in rules out, and those in ~/.config/clawsift/rules
    #[arg(long)]
    pub no_default_rules: bool,
}

impl RuleArgs {
    /// The layers that were asked for, less the rules of these ids. The user's own rules lie under those that are named.
    pub fn layers(&self, disable: &[String]) -> Layers {
        let own = if self.no_default_rules { None } else { user_rules() };
        Layers {
            no_default_rules: self.no_default_rules,
            overlays: own.into_iter().chain(self.rules.iter().cloned()).collect(),
            disable: disable.to_vec(),
            kept_in: kept_catalogues(),
        }
    }

    /// The rules that were asked for, less those of these ids; what an overlay wants to change, and does not, is said.
    pub fn catalogue(&self, disable: &[String]) -> Result<Catalogue, CliError> {
        let catalogue = Catalogue::load(&self.layers(disable))?;
        catalogue.idle_overrides().iter().for_each(|problem| say(problem));
        Ok(catalogue)
    }

    /// The same, compiled.
    pub fn engine(&self, disable: &[String]) -> Result<Engine, CliError> {
        Ok(Engine::new(self.catalogue(disable)?))
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
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

const MCP_EXAMPLES: &str = "\
Examples:
  clawsift mcp                          for the configuration of an agent: command clawsift, arguments mcp
  clawsift mcp --allow /srv/archive     with logs of other gateways

Tools: scan, explain, watch_status. They read and change nothing; keys and tokens are masked.";

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

const SCHEMA_EXAMPLES: &str = "\
Examples:
  clawsift schema report > report.schema.json    of what --format json writes
  clawsift schema match > match.schema.json      of a line of --format ndjson
  clawsift schema rules > rules.schema.json      for editors";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  clawsift explain 429                                       a status
  clawsift explain ENOTFOUND                                 a code
  clawsift explain rate-limit/requests                       a rule
  clawsift explain 'Error: connect ETIMEDOUT 1.2.3.4:443'    a line of a log";

/// Reads a number of findings.
fn details(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| "write a number such as 3, or all".to_owned()),
    }
}

/// Reads a word of the fixed vocabulary by the names that rules use.
pub(super) fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
