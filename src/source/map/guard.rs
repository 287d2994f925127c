//! What keeps a file that shrinks from ending the program: reading a page of a map that the file no longer has makes the
//! system send SIGBUS; the guard then puts a page of zeros there and notes it, as journald does with its own files.
//!
//! The handler only loads atomics, stores one, and calls `mmap`, so it may run at any instruction of any thread. A slot belongs to
//! one map from [`Guard::new`] until the guard is dropped, which is before the map is taken away and after the last read of
//! it. So whenever a read of a map faults, its slot has been stable since before the read, and the handler, which runs in the
//! reading thread itself, sees it whole. Slots of other maps may change meanwhile; theirs are other addresses, or none.

use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Maps that can be guarded at the same time; a scan has one.
const SLOTS: usize = 16;

/// A guarded range of addresses.
struct Slot {
    is_taken: AtomicBool,
    start: AtomicUsize,
    /// 0 while there is no range.
    end: AtomicUsize,
    is_hit: AtomicBool,
}

static GUARDED: [Slot; SLOTS] = [const {
    Slot {
        is_taken: AtomicBool::new(false),
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        is_hit: AtomicBool::new(false),
    }
}; SLOTS];

/// What the handler needs to know, set before it is installed.
static INSTALLED: OnceLock<Option<Installed>> = OnceLock::new();

struct Installed {
    page: usize,
    /// What was done with SIGBUS before.
    before: libc::sigaction,
}

/// Guards a map while it lives.
pub(super) struct Guard(&'static Slot);

impl Guard {
    /// Guards a range of addresses; `None` where too many are, or the system lets no handler be installed.
    pub fn new(range: Range<usize>) -> Option<Self> {
        INSTALLED.get_or_init(install).as_ref()?;
        let is_free = |slot: &&Slot| !slot.is_taken.swap(true, Ordering::Acquire);
        let slot = GUARDED.iter().find(is_free)?;
        slot.is_hit.store(false, Ordering::Relaxed);
        slot.start.store(range.start, Ordering::Relaxed);
        slot.end.store(range.end, Ordering::Release);
        Some(Self(slot))
    }

    /// Whether a page was read that the file no longer has.
    pub fn is_hit(&self) -> bool {
        self.0.is_hit.load(Ordering::Acquire)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.end.store(0, Ordering::Relaxed);
        self.0.start.store(0, Ordering::Relaxed);
        self.0.is_taken.store(false, Ordering::Release);
    }
}

fn install() -> Option<Installed> {
    // SAFETY: the structures are plain data that the calls fill in; the handler is one that may run at any time, see above.
    unsafe {
        let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).ok()?;
        let mut before: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut before) != 0 {
            return None;
        }
        let mut guard: libc::sigaction = std::mem::zeroed();
        guard.sa_sigaction = on_fault as *const () as usize;
        guard.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        libc::sigemptyset(&raw mut guard.sa_mask);
        // A fault before `INSTALLED` is set would be none of a guarded map, since none is guarded yet.
        (libc::sigaction(libc::SIGBUS, &raw const guard, ptr::null_mut()) == 0)
            .then_some(Installed { page, before })
    }
}

extern "C" fn on_fault(_signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    let installed = INSTALLED.get().and_then(Option::as_ref);
    // SAFETY: the system hands over a valid `info`, whose address is set for SIGBUS.
    let address = unsafe { (*info).si_addr() } as usize;
    let slot = GUARDED.iter().find(|slot| {
        let end = slot.end.load(Ordering::Acquire);
        (slot.start.load(Ordering::Relaxed)..end).contains(&address)
    });
    if let (Some(slot), Some(installed)) = (slot, installed) {
        slot.is_hit.store(true, Ordering::Release);
        if is_mended(address - address % installed.page, installed.page) {
            return;
        }
    }
    // SAFETY: puts back what was there before; the read is tried again when this returns, and faults into that.
    unsafe {
        match installed {
            Some(installed) => libc::sigaction(libc::SIGBUS, &raw const installed.before, ptr::null_mut()),
            None => {
                let mut default: libc::sigaction = std::mem::zeroed();
                default.sa_sigaction = libc::SIG_DFL;
                libc::sigaction(libc::SIGBUS, &raw const default, ptr::null_mut())
            }
        };
    }
}

/// Puts a page of zeros in the place of one that is gone.
fn is_mended(page: usize, length: usize) -> bool {
    // SAFETY: the page lies in a guarded map, which is only read; errno is put back, since the code that was interrupted may be
    // about to look at it.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        let zeros = libc::mmap(page as *mut libc::c_void, length, libc::PROT_READ, flags, -1, 0);
        *errno = before;
        zeros != libc::MAP_FAILED
    }
}
