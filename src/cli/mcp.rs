//! `clawsift mcp`: the same for agents, over the Model Context Protocol.

use crate::mcp::{Folders, serve};

use super::args::Mcp;
use super::error::CliError;
use super::options::zone;

pub(super) fn run(args: &Mcp) -> Result<u8, CliError> {
    let zone = zone(args.tz.as_deref())?;
    serve(args.rules.engine(&[])?, zone, Folders::new(&args.allow))?;
    Ok(0)
}
