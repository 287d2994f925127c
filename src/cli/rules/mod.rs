//! `clawsift rules ...`: what rule authors need, a file a command.

mod args;
mod bench;
mod check;
mod error;
mod inputs;
mod list;
mod new;
mod output;
mod prompts;
mod show;
mod test;

use super::error::CliError;
#[cfg(feature = "schema")]
use super::schema::{self, Described};

pub(super) use args::RulesCommand;
pub(super) use error::RulesError;

pub(super) fn run(command: &RulesCommand) -> Result<u8, CliError> {
    match command {
        RulesCommand::Check(args) => check::run(args),
        RulesCommand::Test(args) => test::run(args),
        RulesCommand::List(args) => list::run(args),
        RulesCommand::Show(args) => show::run(args),
        #[cfg(feature = "schema")]
        RulesCommand::Schema => schema::print(Described::Rules),
        RulesCommand::New(args) => new::run(args),
        RulesCommand::Bench(args) => bench::run(args),
    }
}
