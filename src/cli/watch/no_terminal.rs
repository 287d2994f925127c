//! The place of the live view in a build without the feature `tui`: lines are written instead.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender};

use jiff::tz::TimeZone;

use super::Watch as Args;
use super::session::{Session, Signal};
use crate::source::Cancellation;

/// Shows nothing, and says so with `false`.
pub(super) fn run(
    _: &mut Session<'_>,
    _: SyncSender<Signal>,
    _: &Receiver<Signal>,
    _: &Args,
    _: &TimeZone,
    _: &Cancellation,
) -> io::Result<bool> {
    Ok(false)
}
