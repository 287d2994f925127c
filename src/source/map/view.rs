//! The mapped bytes of a file.

use std::fs::File;
use std::ptr;

use memmap2::{Mmap, MmapOptions};

use super::guard::{Guard, Hold};

/// Samples for measuring the page size: number of positions, and bytes at each.
const PLACES: usize = 8;
const PLACE: usize = 512 << 10;
/// Minimum number of bytes that the system maps around an accessed byte.
const STEP: usize = 64 << 10;
/// Maximum number of faults for which a view is used: half of what the smallest pages would cause. With more, a copy is faster.
const MAX_FAULTS: i64 = (PLACES * PLACE / STEP / 2) as i64;

/// A map and its guard, which is dropped before the map.
pub(super) struct MappedView {
    guard: Guard,
    map: Mmap,
}

impl MappedView {
    /// Maps the file; `None` if mapping is not allowed, the system refuses, or the map cannot be guarded.
    pub fn new(file: &File, length: usize) -> Option<Self> {
        let hold = Hold::another()?;
        // SAFETY: the map is only read, as bytes; the guard replaces a page that the file loses.
        let map = unsafe { MmapOptions::new().len(length).map(file) }.ok()?;
        let start = map.as_ptr() as usize;
        Some(Self { guard: Guard::new(hold, start..start + map.len())?, map })
    }

    /// Returns the bytes of the whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Returns true if a page was read that the file no longer has.
    pub fn is_damaged(&self) -> bool {
        self.guard.is_hit()
    }

    /// Returns true if reading the file in place causes few page faults.
    pub fn is_cheap(&self) -> bool {
        let places = (0..PLACES).map(|place| self.map.len() / PLACES * place);
        let before = faults();
        for place in places {
            let end = (place + PLACE).min(self.map.len());
            for offset in (place..end).step_by(STEP) {
                // SAFETY: within the map. The value is not used, but the read must happen.
                unsafe { ptr::read_volatile(self.map.as_ptr().add(offset)) };
            }
        }
        matches!((before, faults()), (Some(before), Some(after)) if after - before <= MAX_FAULTS)
    }
}

/// Returns the number of page faults of this thread so far.
fn faults() -> Option<i64> {
    // SAFETY: plain data that the call fills in.
    let (result, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage), usage)
    };
    (result == 0).then_some(usage.ru_minflt + usage.ru_majflt)
}
