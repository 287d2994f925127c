//! Signals that end a command with what it has so far: SIGINT, SIGTERM and SIGHUP.

#[cfg(unix)]
use std::sync::Arc;

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::source::Cancellation;

/// The signals and the exit statuses that they ask for.
#[cfg(unix)]
const STATUSES: [(i32, i32); 3] = [(SIGHUP, 129), (SIGINT, 130), (SIGTERM, 143)];

/// Returns a token that signals cancel with their exit status, so that the report so far can be shown. A second SIGINT or SIGTERM
/// ends the program at once; SIGHUP often comes twice, from the shell and from the system.
pub(super) fn cancellation() -> Cancellation {
    #[cfg(unix)]
    for (signal, status) in STATUSES.into_iter().filter(|(signal, _)| *signal != SIGHUP) {
        use signal_hook::flag::{register, register_conditional_shutdown};
        let seen = Arc::default();
        // Without the handlers an interrupt ends the program at once, which is the usual thing.
        let _ = register_conditional_shutdown(signal, status, Arc::clone(&seen));
        let _ = register(signal, seen);
    }
    patient_cancellation()
}

/// Returns a [`cancellation`] for a command that must put the terminal in order first: no second signal ends the program at once.
pub(super) fn patient_cancellation() -> Cancellation {
    let token = Cancellation::new();
    #[cfg(unix)]
    for (signal, status) in STATUSES {
        if signal != SIGHUP || !ignores_hangup() {
            // Without the handler the signal ends the program as it always does.
            let _ =
                signal_hook::flag::register_usize(signal, token.flag(), usize::try_from(status).unwrap_or(1));
        }
    }
    token
}

/// Returns true if the program was started so that SIGHUP does not end it, as `nohup` does. Then it stays so.
#[cfg(target_os = "linux")]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (SIGHUP - 1) != 0)
}

/// Returns true if the program may have been started with `nohup`, which leaves it no terminal to write to. The system does not tell
/// which signals are ignored without unsafe code.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignores_hangup() -> bool {
    use std::io::{IsTerminal, stderr, stdout};
    !stdout().is_terminal() && !stderr().is_terminal()
}
