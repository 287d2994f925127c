//! Input of a watch, read in a thread of its own.

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use crate::source::{Cancellation, Follower, Step, Turn};

const BLOCK: usize = 256 << 10;
/// Polling interval after new input, and after a period without input.
const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_millis(100);

/// Source of a watch.
pub enum Followed {
    /// A file that is being written.
    File(Follower),
    /// A pipe on standard input.
    Stdin,
}

/// Event from the input thread.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// The following bytes do not continue the last line.
    Turn(Turn),
    /// The file does not exist yet.
    Waiting,
    /// The existing content of the file has been read.
    CaughtUp,
    /// The log cannot be read at the moment; reading is retried.
    Failed(String),
    /// The input has ended.
    End,
}

impl Followed {
    /// Reads in a new thread and passes each event to `send`, until `send` returns `false` or `stop` is cancelled.
    pub fn read(self, stop: Cancellation, send: impl Fn(Arrival) -> bool + Send + 'static) {
        thread::spawn(move || match self {
            Self::File(follower) => follow(follower, &stop, send),
            Self::Stdin => pipe(io::stdin().lock(), send),
        });
    }
}

fn pipe(mut reader: impl Read, send: impl Fn(Arrival) -> bool) {
    let mut block = vec![0; BLOCK];
    loop {
        let arrival = match reader.read(&mut block) {
            Ok(0) => Arrival::End,
            Ok(length) => Arrival::Bytes(block[..length].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                send(Arrival::Failed(format!("reading stopped before the end: {error}")));
                Arrival::End
            }
        };
        let is_end = arrival == Arrival::End;
        if !send(arrival) || is_end {
            return;
        }
    }
}

fn follow(mut follower: Follower, stop: &Cancellation, send: impl Fn(Arrival) -> bool) {
    let mut is_caught_up = false;
    let mut pause = SHORT;
    let mut problem = String::new();
    if follower.is_waiting() && !send(Arrival::Waiting) {
        return;
    }
    while !stop.is_cancelled() {
        let arrival = match follower.step() {
            Ok(Some(Step::Bytes(bytes))) => Arrival::Bytes(bytes),
            Ok(Some(Step::Turn(turn))) => Arrival::Turn(turn),
            Ok(None) if !is_caught_up && !follower.is_waiting() => {
                is_caught_up = true;
                Arrival::CaughtUp
            }
            Ok(None) => {
                if !follower.is_turning() {
                    thread::sleep(pause);
                    pause = (pause * 2).min(LONG);
                }
                continue;
            }
            Err(error) => {
                thread::sleep(LONG);
                let text = format!("{}: {error}", follower.path().display());
                if text == problem {
                    continue;
                }
                problem.clone_from(&text);
                Arrival::Failed(text)
            }
        };
        pause = SHORT;
        if !send(arrival) {
            return;
        }
    }
}
