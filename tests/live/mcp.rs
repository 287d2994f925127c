//! `mcp`, as far as it can be seen without a client; `.ci/mcp` asks it as a real one does.

use std::io::Write;

use crate::program::clawsift;
use crate::started::started;

const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
"#;

fn served(input: &str) -> std::process::Output {
    let (child, mut stdin) = started(clawsift().arg("mcp"));
    stdin.write_all(input.as_bytes()).expect("a reader");
    drop(stdin);
    child.wait_with_output().expect("an end")
}

#[test]
fn a_client_is_served_until_it_leaves() {
    let output = served(HELLO);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "clawsift");
    let tools = answers[1]["result"]["tools"].as_array().expect("tools");
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, ["explain", "scan", "watch_status"]);
}

#[test]
fn nobody_at_all_is_no_fault() {
    let output = served("");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}
