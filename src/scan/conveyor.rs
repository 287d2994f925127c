//! Hands chunks to workers as they come free, and takes back what they found in the order of the chunks.

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

/// Scanned chunks that wait to be taken back; a worker that is further ahead waits.
const WAITING_PER_WORKER: usize = 4;
/// Chunks that may be taken back only after one that is still being scanned.
const MAX_EARLY: usize = 16;

/// Bytes of chunks that may be held at a time, though one chunk may be larger; whoever wants more waits.
const MAX_HELD: usize = 64 << 20;
/// A chunk of more bytes has a very long line, which takes many times its size to read; one is scanned at a time.
const HEAVY: usize = 4 << 20;

/// Scans all chunks and calls `take` with each and what was found in it, in their order.
///
/// Chunks are made (read, decompressed) by whichever worker is free while the others scan. The first worker is this thread,
/// which takes back what is ready between two chunks of its own; without a pool it does all. The pool has a thread for each of
/// the others, since these wait for each other.
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
        // Both are let go when this thread panics, so that nobody waits for it.
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
            // One chunk may take much longer than others; what has come after it stays within bounds.
            while (order.early.len() > MAX_EARLY || held.is_full())
                && let Ok((number, chunk, found)) = finished.recv()
            {
                order.add(number, chunk, found);
            }
        }
        finished.iter().for_each(|(number, chunk, found)| order.add(number, chunk, found));
    });
}

/// How many bytes the chunks have that were made and not yet taken back.
#[derive(Default)]
struct Held {
    bytes: Mutex<usize>,
    released: Condvar,
    /// A worker has died, and with it the chunk that all others would wait for.
    given_up: AtomicBool,
}

/// Lets nobody wait for a worker that has died.
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
        // Waking asks the system, also where nobody sleeps.
        if was_full {
            self.released.notify_all();
        }
    }

    /// Ends all waiting.
    fn give_up(&self) {
        self.given_up.store(true, Relaxed);
        // Whoever is about to wait has looked, or holds the lock.
        drop(self.bytes.lock().unwrap_or_else(PoisonError::into_inner));
        self.released.notify_all();
    }

    fn is_full(&self) -> bool {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) > MAX_HELD
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Relaxed)
    }

    /// Waits until there is room.
    fn wait(&self) {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.released.wait_while(bytes, |bytes| *bytes > MAX_HELD && !self.is_given_up()));
    }
}

/// Puts chunks back in order.
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
