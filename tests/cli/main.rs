//! The program as a black box: standard output, standard error and exit status for each kind of use.
//!
//! `CLAWSIFT_BIN` selects another binary, such as a release build.

mod check;
mod diff;
mod errors;
mod explain;
mod html;
mod input;
mod merge;
mod output;
mod output_formats;
mod packed;
mod program;
mod rules;
mod secrets;
mod shell;
mod started;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use packed::{gzip, tar};
use program::clawsift;
use started::started;

/// Returns the program, to be run in another folder.
fn clawsift_in(folder: &Path) -> Command {
    let mut command = clawsift();
    command.current_dir(folder);
    command
}

/// Runs a command with a text on its standard input.
fn piped(mut command: Command, input: &[u8]) -> Output {
    let (child, mut stdin) = started(&mut command);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program may exit before it has read all of its input.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().expect("the program ends")
    })
}

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8 on standard output")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8 on standard error")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}
