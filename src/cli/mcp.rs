//! `clawsift mcp`: the same for agents, over the Model Context Protocol.

use std::path::PathBuf;

use crate::mcp::{Folders, serve};

use super::error::CliError;
use super::options::{RuleArgs, zone};

/// What agents may ask.
#[derive(Debug, clap::Args)]
#[command(after_help = MCP_EXAMPLES)]
pub(super) struct Mcp {
    /// Allow agents to read this file or folder in addition to OpenClaw's log folders (repeatable)
    #[arg(long, value_name = "PATH")]
    pub allow: Vec<PathBuf>,

    /// Time zone for timestamps without an offset and for display [default: system]
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
  clawsift mcp                          command for the MCP configuration of an agent
  clawsift mcp --allow /srv/archive     also allow logs of other gateways

Tools: scan, explain, watch_status. They only read; keys and tokens are masked.";
