//! Guard against SIGBUS: reading a page of a map that a shrunken file no longer has makes the system send that signal. The guard
//! then puts a page of zeros there and records the fault, as journald does with its own files.
//!
//! SIGBUS belongs to the whole process, so the handler is installed only while a [`MapPermit`] exists. A fault outside the
//! guarded maps goes to the handler that was installed before. If other code has installed a handler meanwhile, nothing is
//! mapped, and that handler stays when the last permit is dropped.
//!
//! The handler only loads atomics, stores one, and calls `mmap` and functions that the previous handler may call, so it may run
//! at any instruction of any thread. A slot belongs to one map from [`Guard::new`] until the guard is dropped, which is before
//! the map is unmapped and after the last read of it. So if a read of a map faults, its slot has been stable since before the
//! read, and the handler, which runs in the reading thread, sees the slot complete. Slots of other maps may change meanwhile;
//! they hold other addresses, or none.

use std::mem;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maximum number of maps that can be guarded at the same time; a scan has one.
const SLOTS: usize = 16;

/// A guarded range of addresses.
struct Slot {
    is_taken: AtomicBool,
    start: AtomicUsize,
    /// End address; 0 while there is no range.
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

/// The page size, set before the handler is installed.
static PAGE: AtomicUsize = AtomicUsize::new(0);
/// The previous handler, set before this one is installed: `SIG_DFL`, `SIG_IGN` or a function.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);

static INSTALLED: Mutex<Installed> = Mutex::new(Installed { holds: 0, before: None, is_buried: false });

/// State of the handler as the program knows it.
struct Installed {
    /// Number of permits and guards that need the handler.
    holds: usize,
    /// The previous action for SIGBUS.
    before: Option<libc::sigaction>,
    /// True if other code has installed a handler over this one. It may call this one, so this one cannot be installed over it
    /// again.
    is_buried: bool,
}

/// Permission to map files in this process, valid as long as one of these exists. See [`allow_maps`].
#[must_use = "files are mapped only as long as the permit lives"]
#[derive(Debug)]
pub struct MapPermit(Hold);

/// Allows mapping of large files, which is faster than reading them, as long as the permit exists. Without a permit they are
/// read.
///
/// If a mapped file is truncated, the system sends SIGBUS, so this function installs a handler for that signal in the whole
/// process. Faults outside these maps go to the handler that was installed before. A handler that is installed later ends the
/// mapping, and stays. Returns `None` if no handler can be installed.
///
/// ```
/// let permit = clawsift::source::allow_maps();
/// // Scan files here.
/// drop(permit);
/// ```
pub fn allow_maps() -> Option<MapPermit> {
    Hold::first().map(MapPermit)
}

/// Keeps the handler installed.
#[derive(Debug)]
pub(super) struct Hold(());

impl Hold {
    /// Installs the handler if necessary; `None` if that is not possible.
    fn first() -> Option<Self> {
        let mut installed = installed();
        if installed.holds == 0 && !installed.install() {
            return None;
        }
        installed.holds += 1;
        Some(Self(()))
    }

    /// Adds a hold to an installed and active handler; `None` if mapping is not allowed, or another handler was installed.
    pub fn another() -> Option<Self> {
        let mut installed = installed();
        if installed.holds == 0 || !is_ours(&current()?) {
            return None;
        }
        installed.holds += 1;
        Some(Self(()))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut installed = installed();
        installed.holds -= 1;
        if installed.holds == 0 {
            installed.remove();
        }
    }
}

fn installed() -> MutexGuard<'static, Installed> {
    INSTALLED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Installed {
    /// Installs the handler; returns true if it is active.
    fn install(&mut self) -> bool {
        let (Some(now), Some(page)) = (current(), page_size()) else { return false };
        if is_ours(&now) {
            // The handler that was over this one was removed.
            self.is_buried = false;
            return true;
        }
        if self.is_buried {
            return false;
        }
        PAGE.store(page, Ordering::Release);
        BEFORE.store(now.sa_sigaction, Ordering::Release);
        self.before = exchange(&ours());
        self.before.inspect(|before| BEFORE.store(before.sa_sigaction, Ordering::Release)).is_some()
    }

    /// Restores the previous action, unless other code has installed another handler.
    fn remove(&mut self) {
        let is_in_force = current().is_some_and(|now| is_ours(&now));
        let replaced = self.before.as_ref().filter(|_| is_in_force).and_then(exchange);
        self.is_buried = !replaced.as_ref().is_some_and(is_ours);
        // Another handler was installed in between, so put it back.
        replaced.filter(|_| self.is_buried).as_ref().and_then(exchange);
    }
}

fn is_ours(action: &libc::sigaction) -> bool {
    action.sa_sigaction == on_fault as *const () as usize
}

/// Returns the current action for SIGBUS.
fn current() -> Option<libc::sigaction> {
    // SAFETY: plain data that the call fills in.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        (libc::sigaction(libc::SIGBUS, ptr::null(), &raw mut action) == 0).then_some(action)
    }
}

/// Sets the action for SIGBUS, and returns the previous one.
fn exchange(action: &libc::sigaction) -> Option<libc::sigaction> {
    // SAFETY: the action is the guard's own, whose handler may run at any time, or one that was in force before.
    unsafe {
        let mut before: libc::sigaction = mem::zeroed();
        (libc::sigaction(libc::SIGBUS, action, &raw mut before) == 0).then_some(before)
    }
}

fn ours() -> libc::sigaction {
    // SAFETY: plain data, of which all zeros is a value.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = on_fault as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    // SAFETY: fills in the set, which is valid.
    unsafe { libc::sigemptyset(&raw mut action.sa_mask) };
    action
}

fn page_size() -> Option<usize> {
    // SAFETY: the call only returns a value.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()
}

/// Guards a map while it exists.
pub(super) struct Guard {
    slot: &'static Slot,
    /// Declared last, so that it is dropped after the slot is released.
    _hold: Hold,
}

impl Guard {
    /// Guards a range of addresses; `None` if all slots are taken.
    pub fn new(hold: Hold, range: Range<usize>) -> Option<Self> {
        let is_free = |slot: &&Slot| !slot.is_taken.swap(true, Ordering::Acquire);
        let slot = GUARDED.iter().find(is_free)?;
        slot.is_hit.store(false, Ordering::Relaxed);
        slot.start.store(range.start, Ordering::Relaxed);
        slot.end.store(range.end, Ordering::Release);
        Some(Self { slot, _hold: hold })
    }

    /// Returns true if a page was read that the file no longer has.
    pub fn is_hit(&self) -> bool {
        self.slot.is_hit.load(Ordering::Acquire)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.slot.end.store(0, Ordering::Relaxed);
        self.slot.start.store(0, Ordering::Relaxed);
        self.slot.is_taken.store(false, Ordering::Release);
    }
}

extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system passes a valid `info`, whose address is set if the signal is a fault.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    // A signal that a process sends uses these fields for other data than the address of a fault.
    let is_fault = code > 0;
    let slot = GUARDED.iter().find(|slot| {
        let end = slot.end.load(Ordering::Acquire);
        is_fault && (slot.start.load(Ordering::Relaxed)..end).contains(&address)
    });
    if let Some(slot) = slot {
        slot.is_hit.store(true, Ordering::Release);
        let page = PAGE.load(Ordering::Acquire);
        if is_mended(address - address % page, page) {
            return;
        }
    }
    pass_on(signal, info, context, is_fault);
}

/// Performs the previous action for SIGBUS.
fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void, is_fault: bool) {
    match BEFORE.load(Ordering::Acquire) {
        // A fault cannot be ignored.
        libc::SIG_IGN if !is_fault => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: plain data. The default action ends the program at the next signal; a fault recurs when this function
            // returns.
            unsafe {
                let default: libc::sigaction = mem::zeroed();
                libc::sigaction(signal, &raw const default, ptr::null_mut());
                if !is_fault {
                    libc::raise(signal);
                }
            }
        }
        handler => {
            // SAFETY: a signal handler, which the system calls with the same arguments whether it takes one or three.
            let handler = unsafe {
                mem::transmute::<usize, extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void)>(
                    handler,
                )
            };
            handler(signal, info, context);
        }
    }
}

/// Replaces a missing page by a page of zeros; returns true on success.
fn is_mended(page: usize, length: usize) -> bool {
    // SAFETY: the page is in a guarded map, which is only read. errno is restored because the interrupted code may be about to
    // read it.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        let zeros = libc::mmap(page as *mut libc::c_void, length, libc::PROT_READ, flags, -1, 0);
        *errno = before;
        zeros != libc::MAP_FAILED
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::atomic::AtomicU32;

    use memmap2::Mmap;

    use super::*;

    static SEEN: AtomicU32 = AtomicU32::new(0);

    extern "C" fn note(_: libc::c_int) {
        SEEN.fetch_add(1, Ordering::SeqCst);
    }

    extern "C" fn end(_: libc::c_int) {
        // SAFETY: ends the process at once, which a handler may do.
        unsafe { libc::_exit(7) };
    }

    /// Handler over the others that calls the previous one, as a crash reporter does.
    extern "C" fn over(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        SEEN.fetch_add(100, Ordering::SeqCst);
        on_fault(signal, info, context);
    }

    fn action(handler: usize) -> libc::sigaction {
        libc::sigaction { sa_sigaction: handler, ..ours() }
    }

    fn handler() -> usize {
        current().expect("an action").sa_sigaction
    }

    fn send() {
        // SAFETY: sends a signal to this thread.
        unsafe { libc::raise(libc::SIGBUS) };
    }

    /// Creates a map of a file of two pages that was truncated to one.
    fn cut_map() -> Mmap {
        let file = tempfile::tempfile().expect("a file");
        file.set_len(8192).expect("a length");
        // SAFETY: reading the second page faults, which is what is tested.
        let map = unsafe { Mmap::map(&file) }.expect("a map");
        file.set_len(4096).expect("cutting");
        map
    }

    fn range(map: &Mmap) -> Range<usize> {
        let start = map.as_ptr() as usize;
        start..start + map.len()
    }

    /// Returns true in a process that runs only this test, because the action for a signal belongs to the whole process.
    /// Otherwise runs the test in such a process, which must end with that status.
    fn is_alone(test: &str, status: i32) -> bool {
        if std::env::var_os("CLAWSIFT_ALONE").is_some() {
            return true;
        }
        let name = format!("{}::{test}", module_path!().split_once("::").expect("a path").1);
        let mut command = Command::new(std::env::current_exe().expect("the program"));
        command.args([&name, "--exact", "--test-threads=1"]).env("CLAWSIFT_ALONE", "1");
        let output = command.output().expect("an end");
        assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stdout));
        false
    }

    #[test]
    fn nothing_is_installed_or_mapped_without_a_permit() {
        if is_alone("nothing_is_installed_or_mapped_without_a_permit", 0) {
            let before = handler();
            assert!(Hold::another().is_none());
            assert_eq!(handler(), before);
        }
    }

    #[test]
    fn the_handler_before_gets_what_is_no_fault_of_a_map_and_is_put_back() {
        if is_alone("the_handler_before_gets_what_is_no_fault_of_a_map_and_is_put_back", 0) {
            exchange(&action(note as *const () as usize));
            let permits = [allow_maps().expect("a permit"), allow_maps().expect("another")];
            for seen in 1..4 {
                send();
                assert_eq!(SEEN.load(Ordering::SeqCst), seen, "after the first signal, too");
            }
            let map = cut_map();
            let guard = Hold::another().and_then(|hold| Guard::new(hold, range(&map))).expect("a guard");
            drop(permits);
            assert!(is_ours(&current().expect("an action")), "a map still needs it");
            assert_eq!((map[4096], guard.is_hit()), (0, true));
            assert_eq!(SEEN.load(Ordering::SeqCst), 3);
            drop(guard);
            assert_eq!(handler(), note as *const () as usize);
        }
    }

    #[test]
    fn a_fault_of_a_foreign_map_ends_where_it_did_before() {
        if is_alone("a_fault_of_a_foreign_map_ends_where_it_did_before", 7) {
            exchange(&action(end as *const () as usize));
            let _permit = allow_maps().expect("a permit");
            let map = cut_map();
            assert_eq!(map[4096], 1, "the handler ends the process");
        }
    }

    #[test]
    fn a_handler_that_came_later_stays_and_ends_the_mapping() {
        if is_alone("a_handler_that_came_later_stays_and_ends_the_mapping", 0) {
            exchange(&action(note as *const () as usize));
            let permit = allow_maps().expect("a permit");
            exchange(&action(over as *const () as usize));
            assert!(Hold::another().is_none());
            drop(permit);
            assert_eq!(handler(), over as *const () as usize);
            assert!(allow_maps().is_none(), "both would call each other endlessly");
            send();
            assert_eq!(SEEN.load(Ordering::SeqCst), 101);
            exchange(&ours());
            let permit = allow_maps().expect("a permit");
            drop(permit);
            assert_eq!(handler(), note as *const () as usize);
        }
    }
}
