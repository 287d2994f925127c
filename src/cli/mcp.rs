//! `clawsift mcp`: the same for agents, over the Model Context Protocol.

use std::path::PathBuf;

use crate::mcp::{Folders, serve};

use super::error::CliError;
use super::options::{RuleArgs, zone};

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

pub(super) fn run(args: &Mcp) -> Result<u8, CliError> {
    let zone = zone(args.tz.as_deref())?;
    serve(args.rules.engine(&[])?, zone, Folders::new(&args.allow))?;
    Ok(0)
}

const MCP_EXAMPLES: &str = "\
Examples:
  clawsift mcp                          for the configuration of an agent: command clawsift, arguments mcp
  clawsift mcp --allow /srv/archive     with logs of other gateways

Tools: scan, explain, watch_status. They read and change nothing; keys and tokens are masked.";
