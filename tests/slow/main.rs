//! Tests that take long, alone or in the sizes that `.ci/full` gives them: random logs and rules, hostile input, files that change
//! while they are read, live logs, and secrets of every kind in every output.

mod changing_files;
mod chunks;
mod hostile;
mod live;
mod memory;
#[path = "../cli/packed.rs"]
mod packed;
#[path = "../cli/program.rs"]
mod program;
mod secrets;
mod shortcuts;
mod sigbus;
#[cfg(target_os = "linux")]
#[path = "../cli/started.rs"]
mod started;
