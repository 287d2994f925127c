//! What `clawsift rules new` asks for on a terminal.

use std::io::{self, BufRead};
use std::path::PathBuf;

use crate::catalogue::{Category, Severity};
use crate::cli::error::CliError;
use crate::cli::options::named;
use crate::cli::outlet::{say, tell};
use crate::engine::Engine;
use crate::tooling::{self, Draft, DraftError};

use super::error::RulesError;

/// A terminal hands over no more than this of a line, and drops the rest.
const TERMINAL_LINE: usize = 4095;

/// Asks for a line until a rule can be drafted for it.
pub(super) fn draft(engine: &Engine) -> Result<Draft, CliError> {
    loop {
        say_to_person("Paste one log line or one record of several lines, then an empty line:")?;
        match tooling::draft_line(&pasted()?, engine) {
            Ok(draft) => return Ok(draft),
            Err(fault @ DraftError::Unusable(_)) => return Err(RulesError::from(fault).into()),
            Err(fault) => say(&fault),
        }
    }
}

/// Asks for what a person knows better; an empty answer leaves it as it was drafted.
pub(super) fn adjust(draft: &mut Draft, engine: &Engine) -> Result<(), CliError> {
    let (id, title) = (draft.id().to_owned(), draft.title().to_owned());
    ask("id", &id, |id| match id == draft.id() {
        true => Ok(()),
        false => draft.set_id(id, engine).map_err(|fault| fault.to_string()),
    })?;
    ask("title", &title, |title| {
        draft.set_title(title);
        Ok(())
    })?;
    ask("category", &draft.category().to_string(), |category| {
        draft.set_category(named::<Category>(category)?);
        Ok(())
    })?;
    ask("severity", &draft.severity().to_string(), |severity| {
        draft.set_severity(named::<Severity>(severity)?);
        Ok(())
    })
}

/// Asks for the file to write; none for standard output.
pub(super) fn output(draft: &Draft) -> Result<Option<PathBuf>, CliError> {
    let usual = format!("{}.yaml", draft.id().replace('/', "-"));
    let mut output = None;
    ask("file, or - for standard output", &usual, |file| {
        output = (file != "-").then(|| PathBuf::from(file));
        match &output {
            Some(path) if path.exists() => {
                Err(format!("{} already exists; name another file", path.display()))
            }
            _ => Ok(()),
        }
    })?;
    Ok(output)
}

/// Asks until the answer is taken; an empty one stands for the default.
fn ask(
    question: &str,
    default: &str,
    mut take: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), CliError> {
    loop {
        prompt(&format!("{question} [{default}]: "))?;
        let line = line()?.ok_or(RulesError::NoAnswer)?;
        let answer = match line.trim() {
            "" => default,
            answer => answer,
        };
        match take(answer) {
            Ok(()) => return Ok(()),
            Err(fault) => say(&fault),
        }
    }
}

/// Lines up to an empty one; empty ones before the first are passed over.
fn pasted() -> Result<String, CliError> {
    let mut text = String::new();
    loop {
        match line()? {
            None if text.is_empty() => return Err(RulesError::NoAnswer.into()),
            None => return Ok(text),
            Some(line) if line.trim().is_empty() && text.is_empty() => {}
            Some(line) if line.trim().is_empty() => return Ok(text),
            Some(line) if line.len() >= TERMINAL_LINE => {
                return Err(RulesError::CutByTerminal(TERMINAL_LINE).into());
            }
            Some(line) => text.push_str(&line),
        }
    }
}

/// The next line with its line end; none where the input ended.
fn line() -> Result<Option<String>, CliError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut bytes);
    let length = read.map_err(|error| CliError::StandardInput(error.to_string()))?;
    Ok((length > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

fn say_to_person(text: &str) -> Result<(), CliError> {
    prompt(&format!("{text}\n"))
}

fn prompt(text: &str) -> Result<(), CliError> {
    tell(text).map_err(|error| CliError::Output("standard error".to_owned(), error))
}
