//! What can be typed after `clawsift rules`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::catalogue::Category;
use crate::cli::options::{ColorWhen, RuleArgs, named};
use crate::render::ProblemFormat;

/// What rule authors need.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    /// Check rule files for errors before you commit them
    Check(CheckRules),
    /// Run the examples and counter-examples of rules and show why one fails
    Test(TestRules),
    /// List the active rules
    List(ListRules),
    /// Show the active version of rules: signatures, causes, fixes, examples and location
    Show(ShowRules),
    /// Print the JSON Schema of rule files, for completion and checks in an editor
    #[cfg(feature = "schema")]
    Schema,
    /// Draft a rule for a log line or for unexplained records
    New(NewRule),
    /// Measure the time per rule on a log and list slow signatures
    Bench(BenchRules),
}

/// What to check.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(in crate::cli) struct CheckRules {
    /// Rule files or folders of them [default: the built-in rules]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_enum, default_value = "human")]
    pub format: ProblemFormat,

    /// Exit with status 1 on warnings as well
    #[arg(long, value_name = "WHAT", value_enum)]
    pub deny: Option<Denied>,

    /// Search all possible lines, not only the examples, for rules that never win
    #[arg(long)]
    pub prove: bool,

    /// Check the files alone, without the built-in rules
    #[arg(long)]
    pub no_default_rules: bool,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What is not to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Denied {
    /// Treat warnings as errors
    Warnings,
}

/// What to test.
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES)]
pub(in crate::cli) struct TestRules {
    /// Rule files or folders of them [default: the built-in rules]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Also run mutation tests: change each signature slightly and show the changes that no example detects
    #[arg(long)]
    pub mutate: bool,

    /// Also show what would explain the examples of each rule if it did not exist: how the rules do on unknown wordings
    #[arg(long)]
    pub leave_one_out: bool,

    /// With --mutate: exit with status 1 if the examples detect less than this percentage of changes
    #[arg(long, value_name = "PERCENT", requires = "mutate")]
    pub min_score: Option<f64>,

    /// With --mutate: write suggested examples that detect the remaining changes to a new file, for review
    #[arg(long, value_name = "FILE", requires = "mutate")]
    pub suggest: Option<PathBuf>,

    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    /// Test the files alone, without the built-in rules
    #[arg(long)]
    pub no_default_rules: bool,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub(in crate::cli) struct BenchRules {
    /// Logs to measure on [default: standard input]
    #[arg(value_name = "LOG")]
    pub logs: Vec<PathBuf>,

    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    /// Show only the N most expensive rules
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

/// How to show a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Listing {
    /// Table, for a terminal
    Table,
    /// JSON, for programs
    Json,
}

/// What to list.
#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(in crate::cli) struct ListRules {
    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,

    /// List only rules of this category (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

/// How to show the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// Table, for a terminal
    Table,
    /// JSON, for programs
    Json,
    /// Markdown table
    Markdown,
}

/// Which rules to show.
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(in crate::cli) struct ShowRules {
    /// Rule ids
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,

    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to draft a rule for; asked for on a terminal where neither is given.
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(in crate::cli) struct NewRule {
    /// Log line, or record of several lines, to draft a rule for; - reads it from standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with_all = ["from_unknown", "logs"])]
    pub from_line: Option<String>,

    /// Number of the unexplained pattern, as the report lists it
    #[arg(long, value_name = "N")]
    pub from_unknown: Option<NonZeroUsize>,

    /// Logs that contain the pattern [default: standard input]
    #[arg(value_name = "LOG", requires = "from_unknown")]
    pub logs: Vec<PathBuf>,

    /// Write the draft to a new file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

const LIST_EXAMPLES: &str = "\
Examples:
  clawsift rules list                                    list all rules
  clawsift rules list --category dns --category tls      list two categories
  clawsift rules list --rules mine.yaml --format json    for programs, with your own rules";

const SHOW_EXAMPLES: &str = "\
Examples:
  clawsift rules show rate-limit/requests                       show a rule
  clawsift rules show rate-limit/requests --rules mine.yaml     show it with your own rules applied";

const NEW_EXAMPLES: &str = "\
Examples:
  clawsift rules new                                                    ask for a line and the rest
  clawsift rules new --from-line 'Error: disk 3 is full'                draft a rule for a line
  tail -1 gateway.log | clawsift rules new --from-line -                read the line from a pipe
  clawsift rules new --from-unknown 3 gateway.log                       the third unexplained pattern
  clawsift rules new --from-unknown 3 gateway.log --output mine.yaml    write it to a new file
  clawsift gateway.log --rules mine.yaml                                try it";

const CHECK_EXAMPLES: &str = "\
Examples:
  clawsift rules check mine.yaml                      check on top of the built-in rules
  clawsift rules check rules/ --deny warnings         for CI
  clawsift rules check rules/ --format sarif          for code scanning

Exit status: 0 no errors, 1 errors (with --deny warnings also warnings), 2 wrong usage or unreadable files.";

const TEST_EXAMPLES: &str = "\
Examples:
  clawsift rules test mine.yaml                 test your own rules
  clawsift rules test mine.yaml --mutate        and find gaps in their examples
  clawsift rules test                           test the built-in rules

Exit status: 0 all passed, 1 an example failed or there was none, 2 wrong usage or invalid rules.";

const BENCH_EXAMPLES: &str = "\
Examples:
  clawsift rules bench gateway.log                       time per rule
  clawsift rules bench gateway.log --rules mine.yaml     include your own rules
  clawsift rules bench archive/ --top 10                 the ten most expensive rules";
