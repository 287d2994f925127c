//! Options that several commands have.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::ArgPredicate;
use jiff::tz::TimeZone;

use crate::catalogue::{self, Catalogue, Category, Layers, Severity, catalogue_cache, user_rules};
use crate::engine::Engine;
use crate::redact::{Redactor, TagKey};
use crate::render::{Extent, Format};
use crate::report::{Filter, Period, Report, Sort, View};

use super::error::CliError;
use super::outlet::say;

/// What is masked on its way out.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct RedactArgs {
    /// Show keys and tokens unmasked
    #[arg(long, conflicts_with = "redact_personal")]
    pub no_redact: bool,

    /// Also mask phone numbers and e-mail addresses
    #[arg(long)]
    pub redact_personal: bool,

    /// Tag masked secrets with a keyed hash, so that equal secrets have equal tags; FILE contains the key
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
    /// Output format
    #[arg(
        long,
        value_enum,
        default_value = "table",
        default_value_if("share", ArgPredicate::IsPresent, "markdown")
    )]
    pub format: Format,

    /// Write Markdown for an issue: under 60 KB, without secrets, home folders, user and host names, addresses and phone
    /// numbers
    #[arg(long, conflicts_with = "no_redact")]
    pub share: bool,

    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Time zone for timestamps without an offset and for display [default: system]
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,

    /// Hide findings below this severity: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub min_severity: Option<Severity>,

    /// Show only findings of this category (repeatable)
    #[arg(long, value_name = "CATEGORY", value_parser = named::<Category>)]
    pub category: Vec<Category>,

    /// Sort order of the findings
    #[arg(long, value_enum, default_value = "rank", value_name = "ORDER")]
    pub sort: Sort,

    /// Show only the first N findings
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,

    /// Shorten the JSON to this number of language model tokens (4 bytes each); the report states what is left out
    #[arg(long, value_name = "TOKENS")]
    pub budget: Option<usize>,

    /// Number of findings to show with details in the table format, or all [default: 5]
    #[arg(long, value_name = "N", value_parser = details, conflicts_with = "summary")]
    pub details: Option<usize>,

    /// Show only the table, without causes and fixes
    #[arg(long)]
    pub summary: bool,

    /// Exit with status 1 if a finding has at least this severity: info, warning, error or critical
    #[arg(long, value_name = "SEVERITY", value_parser = named::<Severity>)]
    pub fail_on: Option<Severity>,

    /// Use colour
    #[arg(long, value_enum, default_value = "auto")]
    pub color: ColorWhen,
}

impl Show {
    /// The zone of times without an offset, and of those shown to a person.
    pub fn zone(&self) -> Result<TimeZone, CliError> {
        zone(self.tz.as_deref())
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

/// Which rules to use.
#[derive(Debug, clap::Args)]
pub(super) struct RuleArgs {
    /// Add or replace rules: a file or a folder of .yaml files (repeatable)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Do not load the built-in rules and those in ~/.config/clawsift/rules
    #[arg(long)]
    pub no_default_rules: bool,

    /// Leave out what only likely explains a record: words of a failure that no rule knows
    #[arg(long)]
    pub certain: bool,
}

impl RuleArgs {
    /// The layers that were asked for, less the rules of these ids. The user's own rules lie under those that are named.
    pub fn layers(&self, disable: &[String]) -> Layers {
        let own = if self.no_default_rules { None } else { user_rules() };
        Layers {
            no_default_rules: self.no_default_rules,
            overlays: own.into_iter().chain(self.rules.iter().cloned()).collect(),
            disable: disable.to_vec(),
            kept_in: catalogue_cache(),
        }
    }

    /// The rules that were asked for, less those of these ids; what an overlay wants to change, and does not, is said.
    pub fn catalogue(&self, disable: &[String]) -> Result<Catalogue, CliError> {
        let catalogue = catalogue::load(&self.layers(disable))?;
        catalogue.idle_overrides().iter().for_each(|problem| say(problem));
        Ok(catalogue)
    }

    /// The same, compiled.
    pub fn engine(&self, disable: &[String]) -> Result<Engine, CliError> {
        let engine = Engine::new(self.catalogue(disable)?);
        Ok(if self.certain { engine.only_certain() } else { engine })
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

/// Reads a number of findings.
fn details(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| "write a number such as 3, or `all`".to_owned()),
    }
}

/// Reads a word of the fixed vocabulary by the names that rules use.
pub(super) fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
