//! Hands chunks to workers as they come free, and takes back what they found in the order of the chunks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::report::ChunkTally;

use super::worker::{Chunk, Worker};

/// Scanned chunks that wait to be taken back; a worker that is further ahead waits.
const WAITING_PER_WORKER: usize = 4;
/// Chunks that may be taken back only after one that is still being scanned.
const MAX_EARLY: usize = 16;

/// Scans all chunks and calls `take` with each and what was found in it, in their order.
///
/// Chunks are made (read, decompressed) by whichever worker is free while the others scan. The first worker is this thread,
/// which takes back what is ready between two chunks of its own; so where no thread can be started all is done here.
pub(super) fn run<'b>(
    workers: &mut [Worker<'_>],
    chunks: impl Iterator<Item = Chunk<'b>> + Send,
    mut take: impl FnMut(Chunk<'b>, ChunkTally),
) {
    let Some((first, others)) = workers.split_first_mut() else { return };
    let (done, finished) = mpsc::sync_channel(others.len() * WAITING_PER_WORKER);
    let chunks = &Mutex::new(chunks.enumerate());
    let next = || chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for worker in others {
            let done = done.clone();
            let work = move || {
                while let Some((number, chunk)) = next() {
                    let found = worker.scan(&chunk);
                    if done.send((number, chunk, found)).is_err() {
                        break;
                    }
                }
            };
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        drop(done);
        let mut order = Order { early: BTreeMap::new(), wanted: 0, take: &mut take };
        while let Some((number, chunk)) = next() {
            let found = first.scan(&chunk);
            order.add(number, chunk, found);
            finished.try_iter().for_each(|(number, chunk, found)| order.add(number, chunk, found));
            // One chunk may take much longer than others; what has come after it stays within bounds.
            while order.early.len() > MAX_EARLY
                && let Ok((number, chunk, found)) = finished.recv()
            {
                order.add(number, chunk, found);
            }
        }
        finished.iter().for_each(|(number, chunk, found)| order.add(number, chunk, found));
    });
}

/// Puts chunks back in order.
struct Order<'t, 'b, F> {
    early: BTreeMap<usize, (Chunk<'b>, ChunkTally)>,
    wanted: usize,
    take: &'t mut F,
}

impl<'b, F: FnMut(Chunk<'b>, ChunkTally)> Order<'_, 'b, F> {
    fn add(&mut self, number: usize, chunk: Chunk<'b>, found: ChunkTally) {
        self.early.insert(number, (chunk, found));
        while let Some((chunk, found)) = self.early.remove(&self.wanted) {
            (self.take)(chunk, found);
            self.wanted += 1;
        }
    }
}
