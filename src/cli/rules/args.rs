//! What can be typed after `clawsift rules`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::cli::args::{ColorWhen, RuleArgs};
use crate::render::ProblemFormat;

/// What rule authors need.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    /// Find every fault of rule files, before they are committed
    Check(CheckRules),
    /// Try the examples and counter-examples of rules, and show why one fails
    Test(TestRules),
    /// Draft a rule for records of a log that no rule explains
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

/// For which records to draft a rule.
#[derive(Debug, clap::Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(in crate::cli) struct NewRule {
    /// The number of the shape in the report's list of what no rule explains
    #[arg(long, value_name = "N", required = true)]
    pub from_unknown: NonZeroUsize,

    /// The logs in which it is; standard input unless given
    #[arg(value_name = "LOG")]
    pub logs: Vec<PathBuf>,

    /// Write the draft to a new file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub rules: RuleArgs,
}

const NEW_EXAMPLES: &str = "\
Examples:
  clawsift rules new --from-unknown 3 gateway.log                       a draft of the third
  clawsift rules new --from-unknown 3 gateway.log --output mine.yaml    the same, into a new file
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
