//! A program that scans with the library keeps its own handler of SIGBUS, the signal for maps of a file that shrinks.
//! The test is such a program.

#![cfg(target_os = "linux")]

use std::env;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::scan::{Options, scan};
use clawsift::source::{Input, allow_maps};

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough to be mapped, in bytes.
const LENGTH: usize = 4 << 20;

/// Creates an old log.
fn log(folder: &Path) -> Input {
    let path = folder.join("gateway.log");
    let fixture = include_bytes!("../../fixtures/logs/mixed/file.log");
    std::fs::write(&path, fixture.repeat(LENGTH / fixture.len() + 1)).expect("a log");
    let file = File::options().write(true).open(&path).expect("the log");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
    Input::Path(path)
}

/// Returns true if the program's own handler receives a signal from another process.
fn is_handled(seen: &AtomicBool) -> bool {
    let own = std::process::id().to_string();
    assert!(Command::new("kill").args(["-s", "BUS", &own]).status().expect("kill").success());
    let sent = Instant::now();
    while !seen.load(Ordering::SeqCst) && sent.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(10));
    }
    seen.load(Ordering::SeqCst)
}

/// State of the program when the signal arrives.
const PHASES: [&str; 3] = ["nothing is mapped", "files may be mapped", "files may no longer be mapped"];

/// The test below, as its own process is asked for it: signal handlers are of the whole process.
const NAME: &str = "sigbus::a_handler_of_the_program_that_uses_the_library_stays_in_force";

#[test]
fn a_handler_of_the_program_that_uses_the_library_stays_in_force() {
    let Ok(phase) = env::var("CLAWSIFT_PHASE") else {
        // One process per phase: Rust's own handler, which runs next, handles the signal only once.
        for phase in PHASES {
            let mut command = Command::new(env::current_exe().expect("the program"));
            command.args([NAME, "--exact", "--test-threads=1"]).env("CLAWSIFT_PHASE", phase);
            let output = command.output().expect("an end");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("1 passed"), "{phase}: {said}");
        }
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let log = [log(folder.path())];
    let engine = Engine::new(catalogue::embedded().expect("good rules"));
    let records = || scan(&engine, &log, &[], &Options::default()).totals.records;
    let seen = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGBUS, Arc::clone(&seen)).expect("a handler");
    let read = records();
    let mut permit = None;
    if phase != PHASES[0] {
        permit = Some(allow_maps().expect("a permit"));
        assert_eq!(records(), read);
    }
    if phase == PHASES[2] {
        drop(permit.take());
        assert_eq!(records(), read);
    }
    assert!(is_handled(&seen));
}
