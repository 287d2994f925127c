//! What the program writes goes through here: colours are taken out where they are not wanted, what a CI system would obey is
//! broken, and what it says on standard error holds no secrets.

use std::fmt;
use std::io::{self, Write};

use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice, StripStream};

use crate::ci_commands::{Breaker, Syntax};
use crate::redact::Redactor;

/// A writer of text in colours.
pub(super) fn outlet<S>(raw: S, choice: ColorChoice, syntax: Syntax) -> Box<dyn Write>
where
    S: RawStream + AsLockedWrite + 'static,
{
    let choice = match choice {
        ColorChoice::Auto => AutoStream::choice(&raw),
        choice => choice,
    };
    match choice {
        // Commands are looked for in what is left without the colours.
        ColorChoice::Never => {
            let raw: Box<dyn Write> = Box::new(Breaker::new(raw, syntax));
            Box::new(StripStream::new(raw))
        }
        choice => Box::new(Breaker::new(AutoStream::new(raw, choice), syntax)),
    }
}

/// Says something on standard error; where that is closed, nobody wants to know.
pub(super) fn say(what: &dyn fmt::Display) {
    let _ = tell(&format!("clawsift: {what}\n"));
}

/// Writes a text to standard error as it is but for its secrets: names of files, arguments and texts of errors may hold some,
/// and anything else.
///
/// # Errors
/// When standard error is closed.
pub(super) fn tell(text: &str) -> io::Result<()> {
    let mut out = outlet(io::stderr(), ColorChoice::Auto, Syntax::Text);
    out.write_all(Redactor::MASKING.clean_lines(text).as_bytes())?;
    out.flush()
}

/// Says what is wrong with the arguments, and gives the exit status for it. Help that was asked for goes to standard output.
pub(super) fn say_usage(error: &clap::Error) -> u8 {
    let styled = error.render();
    let plain = styled.to_string();
    // A secret may go over pieces in different colours. Where there is none, as nearly always, the colours stay.
    let _ = match error.use_stderr() {
        true if Redactor::MASKING.clean_lines(&plain) == plain => {
            outlet(io::stderr(), ColorChoice::Auto, Syntax::Text)
                .write_all(styled.ansi().to_string().as_bytes())
        }
        true => tell(&plain),
        false => error.print(),
    };
    u8::try_from(error.exit_code()).unwrap_or(2)
}
