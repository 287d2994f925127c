//! Accuracy of the catalogue: on labelled records, and on whole logs with injected faults.

mod codes;
mod corpus;
mod left_out;
mod logs;
mod paraphrases;
mod versions;

use std::sync::LazyLock;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::scan::Options;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let catalogue = catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(catalogue)
});

fn options() -> Options<'static> {
    Options::new().jobs(1).zone(jiff::tz::TimeZone::UTC)
}
