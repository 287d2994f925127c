//! Accuracy of the catalogue: on labelled records, and on whole logs with injected faults.

mod codes;
mod corpus;
mod left_out;
mod logs;
mod paraphrases;
mod versions;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::scan::Options;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let catalogue = catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(catalogue)
});

/// A record, and the category of what it reports.
#[derive(serde::Deserialize)]
struct Labelled {
    id: String,
    category: String,
    text: String,
}

/// Returns the text of a file of `fixtures/`.
fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the labelled records of a text.
fn labelled(text: &str) -> impl Iterator<Item = Labelled> {
    text.lines().map(|line| serde_json::from_str(line).expect("a labelled record"))
}

fn options() -> Options<'static> {
    Options::new().jobs(1).zone(jiff::tz::TimeZone::UTC)
}
