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
    /// Find every fault of rule files, before they are committed
    Check(CheckRules),
    /// Try the examples and counter-examples of rules, and show why one fails
    Test(TestRules),
    /// List the rules in force
    List(ListRules),
    /// Show whole rules as they are in force: signatures, advice, examples, and where they stand
    Show(ShowRules),
    /// Print the JSON Schema of rule files, by which editors complete and check them
    #[cfg(feature = "schema")]
    Schema,
    /// Draft a rule for a line of a log, or for records that no rule explains
    New(NewRule),
    /// Measure what each rule costs on a log, and name the signatures that are slow
    Bench(BenchRules),
}

/// What to check.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(in crate::cli) struct CheckRules {
    /// Rule files, or folders of them; the built-in rules unless given
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How to show the faults
    #[arg(long, value_enum, default_value = "human")]
    pub format: ProblemFormat,

    /// End with status 1 on warnings, too
    #[arg(long, value_name = "WHAT", value_enum)]
    pub deny: Option<Denied>,

    /// Look for rules that never win among all possible lines, not only the examples
    #[arg(long)]
    pub prove: bool,

    /// Check the files by themselves, not as they lie over the built-in rules
    #[arg(long)]
    pub no_default_rules: bool,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What is not to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Denied {
    /// Warnings, as if they were errors
    Warnings,
}

/// What to test.
#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES)]
pub(in crate::cli) struct TestRules {
    /// Rule files, or folders of them; the built-in rules unless given
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Also change each signature a little, and show the changes that no example notices
    #[arg(long)]
    pub mutate: bool,

    /// With --mutate: end with status 1 when fewer changes than this, in per cent, are noticed
    #[arg(long, value_name = "PERCENT", requires = "mutate")]
    pub min_score: Option<f64>,

    /// With --mutate: write lines to a new file that would notice them, to be looked through and kept
    #[arg(long, value_name = "FILE", requires = "mutate")]
    pub suggest: Option<PathBuf>,

    /// How to show the outcome
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    /// Test the files by themselves, not as they lie over the built-in rules
    #[arg(long)]
    pub no_default_rules: bool,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to measure.
#[derive(Debug, clap::Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub(in crate::cli) struct BenchRules {
    /// The logs to measure on; standard input unless given
    #[arg(value_name = "LOG")]
    pub logs: Vec<PathBuf>,

    /// How to show the costs
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    /// Show the N dearest rules only
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

/// How to show a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Listing {
    /// A table, for a person
    Table,
    /// JSON, for programs
    Json,
}

/// What to list.
#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(in crate::cli) struct ListRules {
    /// How to show the list
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,

    /// List rules of this category only (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

/// How to show the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListFormat {
    /// A table, for a person
    Table,
    /// JSON, for programs
    Json,
    /// A table in Markdown
    Markdown,
}

/// Which rules to show.
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(in crate::cli) struct ShowRules {
    /// The ids of the rules
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,

    /// How to show them
    #[arg(long, value_enum, default_value = "table")]
    pub format: Listing,

    #[command(flatten)]
    pub rules: RuleArgs,

    /// When to use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

/// What to draft a rule for; asked for on a terminal where neither is given.
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(in crate::cli) struct NewRule {
    /// A line of a log, or a record of several; - reads it from standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with_all = ["from_unknown", "logs"])]
    pub from_line: Option<String>,

    /// The number of the shape in the report's list of what no rule explains
    #[arg(long, value_name = "N")]
    pub from_unknown: Option<NonZeroUsize>,

    /// The logs in which the shape is; standard input unless given
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
  clawsift rules list                                    all rules
  clawsift rules list --category dns --category tls      those of two categories
  clawsift rules list --rules mine.yaml --format json    with rules of one's own, for programs";

const SHOW_EXAMPLES: &str = "\
Examples:
  clawsift rules show rate-limit/requests                       a whole rule
  clawsift rules show rate-limit/requests --rules mine.yaml     as it is under rules of one's own";

const NEW_EXAMPLES: &str = "\
Examples:
  clawsift rules new                                                    asks for a line, and the rest
  clawsift rules new --from-line 'Error: disk 3 is full'                a draft for a line
  tail -1 gateway.log | clawsift rules new --from-line -                the same, piped
  clawsift rules new --from-unknown 3 gateway.log                       for the third shape that no rule explains
  clawsift rules new --from-unknown 3 gateway.log --output mine.yaml    into a new file
  clawsift gateway.log --rules mine.yaml                                what it finds";

const CHECK_EXAMPLES: &str = "\
Examples:
  clawsift rules check mine.yaml                      over the built-in rules
  clawsift rules check rules/ --deny warnings         for CI
  clawsift rules check rules/ --format sarif          for code scanning

Exit status: 0 no fault, 1 a fault (with --deny warnings also a warning), 2 wrong usage or unreadable files.";

const TEST_EXAMPLES: &str = "\
Examples:
  clawsift rules test mine.yaml                 the examples of one's own rules
  clawsift rules test mine.yaml --mutate        and what they do not pin down
  clawsift rules test                           the built-in rules

Exit status: 0 all passed, 1 one failed or there was none, 2 wrong usage or unusable rules.";

const BENCH_EXAMPLES: &str = "\
Examples:
  clawsift rules bench gateway.log                       what each rule costs
  clawsift rules bench gateway.log --rules mine.yaml     with rules of one's own
  clawsift rules bench archive/ --top 10                 the ten dearest";
