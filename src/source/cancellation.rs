//! Ending a scan early.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cancellation token. Its clones share one state; a scan that is cancelled returns the report of what it has read so far.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicUsize>);

impl Cancellation {
    /// Creates a token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the work of everyone who holds a clone.
    pub fn cancel(&self) {
        self.cancel_with(1);
    }

    /// Cancels with a reason for [`reason`](Self::reason), such as an exit status; 0 is the same as [`cancel`](Self::cancel).
    pub fn cancel_with(&self, reason: u8) {
        self.0.store(usize::from(reason.max(1)), Ordering::Relaxed);
    }

    /// Returns true if someone has cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Returns the reason of the cancellation; `None` if there was none.
    pub fn reason(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|reason| *reason != 0)
    }

    /// Returns the shared flag, for handlers of signals that can only store a number: 1 to 255 cancels with that reason.
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_state() {
        let token = Cancellation::new();
        let other = token.clone();
        assert!(!other.is_cancelled() && other.reason().is_none());
        token.cancel_with(130);
        assert_eq!((other.is_cancelled(), other.reason()), (true, Some(130)));
        other.flag().store(143, Ordering::Relaxed);
        assert_eq!(token.reason(), Some(143));
    }
}
