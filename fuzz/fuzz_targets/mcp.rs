//! Fuzz target: for any request, the server answers, reads nothing outside the allowed folder, and repeats no key.
#![no_main]

use std::sync::{Arc, LazyLock};

use clawsift::catalogue;
use clawsift::engine::Engine;
use clawsift::mcp::{Folders, Tools};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

/// A key that is in a log outside the allowed folder, and in requests.
const KEY: &str = "sk-proj-nB4vC8xZ1lK5jH9gF3dS7aP2oI6uY0tR4eW8qM1nB5vC9xZ3lK7jH";
/// A text that is only in that log.
const OUTSIDE: &str = "a word of the log outside";
const TOOLS: [&str; 4] = ["scan", "explain", "watch_status", "other"];

struct World {
    tools: Tools,
    folder: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["logs", "outside"] {
        std::fs::create_dir(path(name)).expect("a folder");
    }
    let line = format!("2026-11-22T00:00:00Z error agent 401 Incorrect API key provided: {KEY} {OUTSIDE}\n");
    std::fs::write(path("outside/x.log"), line).expect("a log");
    std::fs::write(path("logs/x.log"), "2026-11-22T00:00:00Z error agent 429 Too Many Requests\n")
        .expect("a log");
    std::os::unix::fs::symlink(path("outside/x.log"), path("logs/link.log")).expect("a link");
    std::os::unix::fs::symlink(path("outside"), path("logs/link")).expect("a link");
    let engine = Arc::new(Engine::new(catalogue::embedded().expect("good rules")));
    World { tools: Tools::new(engine, TimeZone::UTC, Folders::new(&[path("logs")])), folder }
});

fuzz_target!(|input: (u8, &str)| {
    let (tool, text) = input;
    let tool = TOOLS[usize::from(tool) % TOOLS.len()];
    let world = &*WORLD;
    // Placeholders in the request: a path in the folder, and a key.
    let text = text.replace("DIR", &world.folder.path().display().to_string()).replace("KEY", KEY);
    let Ok(given) = serde_json::from_str::<Map<String, Value>>(&text) else { return };
    let answer = world.tools.call(tool, given).expect("JSON").to_string();
    assert!(!answer.contains(OUTSIDE), "{tool} {text}: {answer}");
    assert!(!answer.contains(&KEY[8..20]), "{tool} {text}: {answer}");
});
