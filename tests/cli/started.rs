//! A running program.

use std::process::{Child, ChildStdin, Command, Stdio};

/// Starts a command whose standard input stays open until the returned handle is dropped.
pub fn started(command: &mut Command) -> (Child, ChildStdin) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdin = child.stdin.take().expect("standard input");
    (child, stdin)
}
