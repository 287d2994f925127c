//! Ordered worker pool: gives chunks to free workers and returns the results in the order of the chunks.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;

use rayon::ThreadPool;

use crate::classify::ChunkBytes;
use crate::report::ChunkTally;

use super::chunk::Chunk;
use super::worker::Worker;

/// Maximum number of scanned chunks per worker that wait to be taken back; a worker that is further ahead blocks.
const WAITING_PER_WORKER: usize = 4;
/// Maximum number of finished chunks held back by an earlier chunk that is still being scanned.
const MAX_EARLY: usize = 16;

/// Maximum number of bytes in all chunks in progress, except that a single chunk may be larger; workers block above it.
const MAX_HELD: usize = 64 << 20;
/// Size in bytes above which a chunk contains a very long line, which needs many times its size in memory; only one
/// such chunk is scanned at a time.
const HEAVY: usize = 4 << 20;

/// Scans all chunks and calls `take` with each chunk and its result, in order.
///
/// Any free worker produces the next chunk (reads, decompresses) while the others scan. The first worker is the current
/// thread, which takes back finished chunks between its own; without a pool it scans all chunks. The pool must have one
/// thread per other worker, because the workers wait for each other.
pub(super) fn run<'b>(
    pool: Option<&ThreadPool>,
    workers: &mut [Worker<'_>],
    chunks: impl Iterator<Item = Chunk<'b>> + Send,
    mut take: impl FnMut(Chunk<'b>, ChunkTally),
) {
    let Some((first, others)) = workers.split_first_mut() else { return };
    let Some(pool) = pool else {
        for mut chunk in chunks {
            let found = first.scan(&mut chunk);
            take(chunk, found);
        }
        return;
    };
    let (done, finished) = mpsc::sync_channel(others.len() * WAITING_PER_WORKER);
    let chunks = &Mutex::new(chunks.enumerate());
    let (held, heavy) = (&Held::default(), &Mutex::new(()));
    let next = || {
        let mut chunks = chunks.lock().unwrap_or_else(PoisonError::into_inner);
        chunks.next().filter(|_| !held.is_given_up())
    };
    let scan = |worker: &mut Worker<'_>, chunk: &mut Chunk<'_>| {
        let before = chunk.held();
        held.add(before);
        let _alone = (chunk.length() > HEAVY).then(|| heavy.lock().unwrap_or_else(PoisonError::into_inner));
        let found = worker.scan(chunk);
        held.add(chunk.held() - before);
        found
    };
    pool.in_place_scope(|scope| {
        // Both are dropped if this thread panics, so that no worker keeps waiting for it.
        let (finished, _alarm) = (finished, Alarm(held));
        for worker in others {
            let done = done.clone();
            scope.spawn(move |_| {
                let _alarm = Alarm(held);
                loop {
                    held.wait();
                    let Some((number, mut chunk)) = next() else { break };
                    let found = scan(worker, &mut chunk);
                    if done.send((number, chunk, found)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let take = |chunk: Chunk<'b>, found| {
            let size = chunk.held();
            take(chunk, found);
            held.release(size);
        };
        let mut order = Order { early: BTreeMap::new(), wanted: 0, take };
        while let Some((number, mut chunk)) = next() {
            let found = scan(first, &mut chunk);
            order.add(number, chunk, found);
            finished.try_iter().for_each(|(number, chunk, found)| order.add(number, chunk, found));
            // One chunk may take much longer than others; this limits the number of chunks that wait behind it.
            while (order.early.len() > MAX_EARLY || held.is_full())
                && let Ok((number, chunk, found)) = finished.recv()
            {
                order.add(number, chunk, found);
            }
        }
        finished.iter().for_each(|(number, chunk, found)| order.add(number, chunk, found));
    });
}

/// Number of bytes of the chunks that were produced and not yet taken back.
#[derive(Default)]
struct Held {
    bytes: Mutex<usize>,
    released: Condvar,
    /// `true` after a worker has panicked, because its chunk will never arrive.
    given_up: AtomicBool,
}

/// Ends all waiting if the thread that holds it panics.
struct Alarm<'h>(&'h Held);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.give_up();
        }
    }
}

impl Held {
    fn add(&self, bytes: usize) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
    }

    fn release(&self, bytes: usize) {
        let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let was_full = *held > MAX_HELD;
        *held -= bytes;
        // Waking is a system call even if no thread is waiting.
        if was_full {
            self.released.notify_all();
        }
    }

    /// Wakes all waiting threads and makes further waits return at once.
    fn give_up(&self) {
        self.given_up.store(true, Relaxed);
        // Taking the lock ensures that no thread is between its check and its wait.
        drop(self.bytes.lock().unwrap_or_else(PoisonError::into_inner));
        self.released.notify_all();
    }

    fn is_full(&self) -> bool {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) > MAX_HELD
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Relaxed)
    }

    /// Blocks until there is room.
    fn wait(&self) {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.released.wait_while(bytes, |bytes| *bytes > MAX_HELD && !self.is_given_up()));
    }
}

/// Restores the order of the chunks.
struct Order<'b, F> {
    early: BTreeMap<usize, (Chunk<'b>, ChunkTally)>,
    wanted: usize,
    take: F,
}

impl<'b, F: FnMut(Chunk<'b>, ChunkTally)> Order<'b, F> {
    fn add(&mut self, number: usize, chunk: Chunk<'b>, found: ChunkTally) {
        self.early.insert(number, (chunk, found));
        while let Some((chunk, found)) = self.early.remove(&self.wanted) {
            (self.take)(chunk, found);
            self.wanted += 1;
        }
    }
}
