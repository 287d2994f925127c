//! How often the catalogue is right: on labelled records, and on whole logs into which faults were injected.

mod corpus;
mod logs;

use std::sync::{Arc, LazyLock};

use clawsift::catalogue::Catalogue;
use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::report::View;
use clawsift::scan::{CHUNK, Options};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let catalogue = Catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(catalogue).expect("good signatures")
});

fn options() -> Options<'static> {
    Options {
        jobs: 1,
        redactor: Redactor::MASKING,
        view: View::default(),
        zone: jiff::tz::TimeZone::UTC,
        chunk: CHUNK,
        max_decompressed: u64::MAX,
        keep_matches: false,
        stop: Arc::default(),
        progress: &|_| {},
    }
}
