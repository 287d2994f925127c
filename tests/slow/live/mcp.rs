//! `mcp` as a black box; `.ci/mcp` tests it with a real client.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

use serde_json::{Value, json};

use super::{PATIENCE, fixture};
use crate::program::clawsift;
use crate::started::started;

const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
"#;
const TOOLS: &str = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}
"#;
/// An API key in a provider's format.
const KEY: &str = "sk-proj-abcdEFGH0123456789abcdWXYZ";

fn served(input: &str) -> std::process::Output {
    let (child, mut stdin) = started(clawsift().arg("mcp"));
    stdin.write_all(input.as_bytes()).expect("a reader");
    drop(stdin);
    child.wait_with_output().expect("an end")
}

/// A server that may read one folder, with its client.
struct Client {
    child: Child,
    stdin: ChildStdin,
    answers: io::Lines<BufReader<ChildStdout>>,
    asked: u64,
}

impl Client {
    fn start(home: &Path, allow: &Path) -> Self {
        let mut command = clawsift();
        let (mut child, stdin) =
            started(command.env("HOME", home).env("TMPDIR", home).args(["mcp", "--allow"]).arg(allow));
        let answers = BufReader::new(child.stdout.take().expect("standard output")).lines();
        let mut client = Self { child, stdin, answers, asked: 1 };
        client.stdin.write_all(HELLO.as_bytes()).expect("a reader");
        client.answer();
        client
    }

    fn answer(&mut self) -> Value {
        serde_json::from_str(&self.answers.next().expect("an answer").expect("UTF-8")).expect("JSON")
    }

    /// Returns the answer to a request.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        writeln!(self.stdin, "{request}").expect("a reader");
        self.answer()
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments }))["result"].take()
    }

    /// Returns the number of records in the report for these arguments.
    fn records(&mut self, tool: &str, arguments: Value) -> u64 {
        let result = self.call(tool, arguments);
        result["structuredContent"]["report"]["totals"]["records"]
            .as_u64()
            .unwrap_or_else(|| panic!("{result}"))
    }

    /// Returns the text of an error.
    fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().expect("a text").to_owned()
    }

    fn threads(&self) -> usize {
        fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("threads").count()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with an allowed folder `logs` that contains one log, and a folder `outside` with another log and an archive
/// of it.
struct Fenced {
    folder: tempfile::TempDir,
    client: Client,
}

/// Number of records of the log in the allowed folder; the one outside has another number.
const INSIDE: u64 = 425;

impl Fenced {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["logs", "outside"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let fenced = |name: &str| folder.path().join(name);
        fs::copy(fixture("mixed/file.log"), fenced("logs/own.log")).expect("a log");
        fs::copy(fixture("dns-notfound/file.log"), fenced("outside/secret.log")).expect("a log");
        let archive = fs::File::create(fenced("outside/secret.zip")).expect("a file");
        let mut archive = zip::ZipWriter::new(archive);
        archive.start_file("secret.log", zip::write::SimpleFileOptions::default()).expect("a member");
        let secret = fs::read(fenced("outside/secret.log")).expect("the log");
        archive.write_all(&secret).expect("writing");
        archive.finish().expect("an end");
        let client = Client::start(folder.path(), &fenced("logs"));
        Self { folder, client }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a path in the allowed folder by a link.
    fn link(&self, target: &str, name: &str) {
        let new = self.path("new");
        symlink(self.path(target), &new).and_then(|()| fs::rename(new, self.path(name))).expect("a link");
    }
}

#[test]
fn a_client_is_served_until_it_leaves() {
    let output = served(&format!("{HELLO}{TOOLS}"));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "clawsift");
    let tools = answers[1]["result"]["tools"].as_array().expect("tools");
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["explain", "scan", "watch_status"]);
    for tool in tools {
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
    }
}

#[test]
fn nobody_at_all_is_no_fault() {
    let output = served("");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn no_link_in_an_allowed_folder_is_read_that_leads_out_of_it() {
    let mut fenced = Fenced::new();
    for (target, name) in [
        ("outside/secret.zip", "logs/archive.zip"),
        ("outside/secret.log", "logs/file.log"),
        ("outside", "logs/folder"),
        ("outside/no-such.log", "logs/dangling.log"),
    ] {
        fenced.link(target, name);
        let arguments = json!({ "paths": [fenced.path("logs")], "budget": 100_000 });
        let result = fenced.client.call("scan", arguments);
        let report = &result["structuredContent"]["report"];
        assert_eq!(report["totals"]["records"], INSIDE, "{name}");
        assert!(!result.to_string().contains("secret.log"), "{name}: {result}");
        let is_told = name.contains("dangling") || report["sources"].to_string().contains("--allow");
        assert!(is_told, "{name}: {}", report["sources"]);
    }
    fs::remove_file(fenced.path("logs/own.log")).expect("removing");
    let refusal = fenced.client.refusal("scan", json!({ "paths": [fenced.path("logs")] }));
    assert!(refusal.contains("--allow"), "nothing may be read: {refusal}");
}

#[test]
fn no_path_leads_out_of_the_allowed_folder() {
    let mut fenced = Fenced::new();
    fenced.link("outside/secret.log", "logs/file.log");
    fenced.link("outside/secret.zip", "logs/archive.zip");
    fenced.link("outside", "logs/folder");
    let root = PathBuf::from(format!("/proc/self/root{}", fenced.path("outside/secret.log").display()));
    let inside = PathBuf::from(format!("/proc/self/root{}", fenced.path("logs/own.log").display()));
    let others = [
        "-",
        "",
        "/proc/self/fd/0",
        "/proc/self/environ",
        "/proc/self/cwd/README.md",
        "/dev/zero",
        "/etc/pass*",
    ];
    let names = [
        "file.log",
        "archive.zip",
        "folder",
        "folder/secret.log",
        "folder/secret.zip",
        "../outside/secret.log",
    ];
    let refused = names.map(|name| fenced.path("logs").join(name)).into_iter().chain([root]);
    for path in refused.chain(others.map(PathBuf::from)) {
        for (tool, argument) in [
            ("scan", json!({ "paths": [path] })),
            ("scan", json!({ "path": path })),
            ("watch_status", json!({ "path": path })),
        ] {
            let refusal = fenced.client.refusal(tool, argument);
            assert!(refusal.contains("--allow"), "{tool} {}: {refusal}", path.display());
        }
    }
    for path in [inside, fenced.path("outside/../logs/own.log")] {
        assert_eq!(fenced.client.records("scan", json!({ "paths": [path] })), INSIDE);
    }
}

#[test]
fn a_link_that_was_swapped_since_the_last_call_is_not_followed() {
    let mut fenced = Fenced::new();
    let archive = fs::File::create(fenced.path("logs/own.zip")).expect("a file");
    let mut archive = zip::ZipWriter::new(archive);
    archive.start_file("x.log", zip::write::SimpleFileOptions::default()).expect("a member");
    archive.write_all(&fs::read(fenced.path("logs/own.log")).expect("the log")).expect("writing");
    archive.finish().expect("an end");
    fenced.link("logs/own.log", "logs/link.log");
    fenced.link("logs/own.zip", "logs/link.zip");
    for name in ["link.log", "link.zip"] {
        let path = json!({ "paths": [fenced.path("logs").join(name)] });
        assert_eq!(fenced.client.records("scan", path.clone()), INSIDE);
        fenced.link(&format!("outside/secret.{}", &name[5..]), &format!("logs/{name}"));
        assert!(fenced.client.refusal("scan", path.clone()).contains("--allow"));
        fenced.link(&format!("logs/own.{}", &name[5..]), &format!("logs/{name}"));
        assert_eq!(fenced.client.records("scan", path), INSIDE);
    }
}

#[test]
fn a_followed_folder_or_log_leads_nowhere_else() {
    let mut fenced = Fenced::new();
    fs::rename(fenced.path("logs/own.log"), fenced.path("logs/openclaw-2026-11-22.log")).expect("renaming");
    // The newest one by time.
    fenced.link("outside/secret.log", "logs/link.log");
    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    let secret = fs::File::options().append(true).open(fenced.path("outside/secret.log")).expect("a file");
    secret.set_modified(later).expect("a time");
    let folder = json!({ "path": fenced.path("logs") });
    assert_eq!(fenced.client.records("watch_status", folder.clone()), INSIDE);
    // The next day's by name, and a link in place of the log itself.
    fenced.link("outside/secret.log", "logs/openclaw-2026-11-23.log");
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(fenced.client.records("watch_status", folder.clone()), INSIDE);
    fenced.link("outside/secret.log", "logs/openclaw-2026-11-22.log");
    thread::sleep(Duration::from_millis(500));
    let standing = fenced.client.call("watch_status", folder.clone());
    assert_eq!(standing["structuredContent"]["report"]["totals"]["records"], INSIDE, "{standing}");
    assert!(
        standing["content"][0]["text"].as_str().is_some_and(|text| text.contains("--allow")),
        "{standing}"
    );
    // Another server, which finds only links there.
    let home = fenced.path("outside");
    let mut other = Client::start(&home, &fenced.path("logs"));
    assert!(other.refusal("watch_status", folder).contains("--allow"));
}

#[test]
fn a_misspelt_or_missing_argument_is_an_error_that_names_the_right_one() {
    let mut fenced = Fenced::new();
    let log = fenced.path("logs/own.log");
    for (tool, arguments, right) in [
        ("scan", json!({ "file": log }), "`path`"),
        ("scan", json!({ "pth": log }), "did you mean `path`?"),
        ("scan", json!({ "paths": log }), "`paths`"),
        ("scan", json!({ "paths": [log], "min-severity": "error" }), "did you mean `min_severity`?"),
        ("watch_status", json!({ "pahts": [log] }), "did you mean `paths`?"),
        ("watch_status", json!({ "paths": [log, "/x.log"] }), "each call follows one log"),
        ("explain", json!({}), "`what` is missing"),
        ("explain", json!({ "rule": "dns/not-found" }), "did you mean `what`?"),
    ] {
        let refusal = fenced.client.refusal(tool, arguments.clone());
        assert!(refusal.contains(right), "{tool} {arguments}: {refusal}");
    }
    for (tool, arguments) in [
        ("scan", json!({ "path": log })),
        ("scan", json!({ "paths": [log], "path": log })),
        ("watch_status", json!({ "path": log })),
        ("watch_status", json!({ "paths": [log] })),
    ] {
        assert_eq!(fenced.client.records(tool, arguments), INSIDE);
    }
}

#[test]
fn a_server_that_runs_for_twenty_days_follows_each_day_and_lets_the_first_ones_go() {
    let mut fenced = Fenced::new();
    let text = fs::read(fenced.path("logs/own.log")).expect("the log");
    let mut most = 0;
    for day in 1..=20 {
        let path = fenced.path(&format!("logs/openclaw-of-{day:02}.log"));
        fs::write(&path, &text).expect("a log");
        assert_eq!(fenced.client.records("watch_status", json!({ "path": path })), INSIDE, "day {day}");
        if day == 8 {
            most = fenced.client.threads();
        }
    }
    let begun = Instant::now();
    while fenced.client.threads() > most {
        assert!(
            begun.elapsed() < PATIENCE,
            "{} threads, and {most} with eight logs",
            fenced.client.threads()
        );
        thread::sleep(Duration::from_millis(50));
    }
    // A log that was dropped is followed anew.
    let first = json!({ "path": fenced.path("logs/openclaw-of-01.log") });
    assert_eq!(fenced.client.records("watch_status", first), INSIDE);
}

#[test]
fn a_refusal_repeats_no_key() {
    let mut fenced = Fenced::new();
    fs::write(fenced.path(&format!("logs/{KEY}.gz")), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]).expect("a file");
    let log = fenced.path("logs/own.log");
    for (tool, arguments) in [
        ("scan", json!({ "paths": [format!("/srv/{KEY}.log")] })),
        ("scan", json!({ "paths": [log], "since": KEY })),
        ("scan", json!({ "paths": [log], "min_severity": KEY })),
        ("scan", json!({ "paths": [log], KEY: "x" })),
        ("scan", json!({ "paths": KEY })),
        ("scan", json!({ "paths": [log], "budget": KEY })),
        ("watch_status", json!({ "path": format!("/srv/{KEY}.log") })),
        ("watch_status", json!({ "path": fenced.path(&format!("logs/{KEY}.gz")) })),
        ("explain", json!({ "what": format!("no-such/{KEY}") })),
        ("explain", json!({ "what": KEY })),
    ] {
        let result = fenced.client.call(tool, arguments.clone());
        assert_eq!(result["isError"], true, "{arguments}: {result}");
        assert!(!result.to_string().contains(&KEY[8..]), "{arguments}: {result}");
    }
    let long = format!("{}{KEY}", "x".repeat(100_000));
    assert!(fenced.client.refusal("scan", json!({ "paths": [long] })).len() < 50_000);
    for method in [KEY, "no/such"] {
        let answer = fenced.client.ask(method, json!({}));
        assert!(answer["error"].is_object() && !answer.to_string().contains(&KEY[8..]), "{answer}");
    }
}
