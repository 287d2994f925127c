//! `clawsift man`: pages of the manual.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;

use super::args::{Args, Man};
use super::error::CliError;
use super::output;

pub(super) fn run(args: &Man) -> Result<u8, CliError> {
    let mut main = Args::command().disable_help_subcommand(true);
    main.build();
    if let Some(folder) = &args.folder {
        let failed = |error| CliError::Output(folder.display().to_string(), error);
        fs::create_dir_all(folder).and_then(|()| write_all(&main, folder)).map_err(failed)?;
        return Ok(0);
    }
    let mut command = &main;
    for name in &args.command {
        command =
            command.find_subcommand(name).ok_or_else(|| CliError::NoSuchCommand(args.command.join(" ")))?;
    }
    let mut page = Vec::new();
    // Into memory nothing fails to be written.
    let _ = Page::new(command.clone()).render(&mut page);
    output::write_own(&page)?;
    Ok(0)
}

/// Writes the page of a command and those of its own commands.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    let page = Page::new(command.clone());
    let mut file = fs::File::create(folder.join(page.get_filename()))?;
    page.render(&mut file)?;
    command.get_subcommands().try_for_each(|command| write_all(command, folder))
}
