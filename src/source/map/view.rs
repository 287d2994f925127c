//! A file's bytes where the system holds them.

use std::fs::File;
use std::ptr;

use memmap2::{Mmap, MmapOptions};

use super::guard::{Guard, Hold};

/// Where it is found out how large the pages are: at so many places, so many bytes each.
const PLACES: usize = 8;
const PLACE: usize = 512 << 10;
/// The system maps at least so many bytes around one that is looked at.
const STEP: usize = 64 << 10;
/// With more faults than this a copy is quicker: half of what there would be with the smallest pages.
const MAX_FAULTS: i64 = (PLACES * PLACE / STEP / 2) as i64;

/// A map and its guard, which is let go before the map is.
pub(super) struct View {
    guard: Guard,
    map: Mmap,
}

impl View {
    /// Maps the file; not where nobody has allowed that, the system refuses, or the map could not be guarded.
    pub fn new(file: &File, length: usize) -> Option<Self> {
        let hold = Hold::another()?;
        // SAFETY: the map is only read, as bytes; a page that the file loses is put back by the guard.
        let map = unsafe { MmapOptions::new().len(length).map(file) }.ok()?;
        let start = map.as_ptr() as usize;
        Some(Self { guard: Guard::new(hold, start..start + map.len())?, map })
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Whether a page was looked at that the file no longer has.
    pub fn is_damaged(&self) -> bool {
        self.guard.is_hit()
    }

    /// Whether looking at the file costs few faults.
    pub fn is_cheap(&self) -> bool {
        let places = (0..PLACES).map(|place| self.map.len() / PLACES * place);
        let before = faults();
        for place in places {
            let end = (place + PLACE).min(self.map.len());
            for offset in (place..end).step_by(STEP) {
                // SAFETY: within the map. What is read there is of no interest, but the reading must happen.
                unsafe { ptr::read_volatile(self.map.as_ptr().add(offset)) };
            }
        }
        matches!((before, faults()), (Some(before), Some(after)) if after - before <= MAX_FAULTS)
    }
}

/// Page faults of this thread so far.
fn faults() -> Option<i64> {
    // SAFETY: plain data that the call fills in.
    let (result, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage), usage)
    };
    (result == 0).then_some(usage.ru_minflt + usage.ru_majflt)
}
