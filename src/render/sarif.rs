//! SARIF 2.1.0 output for code scanning: the common structure, also used for problems of rule files, and the report.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::catalogue::Severity;
use crate::report::{Finding, Report, Sample};

use super::digest::{advice, is_web_address, problems, seen, visible};

/// Returns a complete SARIF log. `invocation` describes how the run ended.
pub(super) fn log(rules: Vec<Value>, results: Vec<Value>, invocation: Option<Value>) -> Value {
    let mut run = json!({
        "tool": { "driver": { "name": "clawsift", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
        "results": results,
    });
    if let Some(invocation) = invocation {
        run["invocations"] = json!([invocation]);
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

/// Returns a location in a file; lines and columns count from 1, and 0 means unknown.
pub(super) fn location(file: &str, line: u64, column: u64) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(file) } });
    if line > 0 {
        place["region"] = json!({ "startLine": line });
    }
    if line > 0 && column > 0 {
        place["region"]["startColumn"] = json!(column);
    }
    json!({ "physicalLocation": place })
}

/// Returns a file's name as a URI: a relative reference, which SARIF permits, or an absolute URI.
fn uri(file: &str) -> String {
    if file == "-" {
        return "stdin".to_owned();
    }
    let is_drive =
        matches!(file.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let file = if is_drive || cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let mut uri = match (is_drive, file.starts_with('/')) {
        (true, _) => format!("file:///{}:", &file[..1]),
        (false, true) => "file://".to_owned(),
        (false, false) => String::new(),
    };
    for byte in file.bytes().skip(if is_drive { 2 } else { 0 }) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Writes a report with one result per finding, so that one failure is one alert independent of its frequency.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = report.findings.iter().map(rule).collect();
    let somewhere = report.sources.first().map(|source| location(&source.name, 0, 0));
    let result = |(index, finding)| result(index, finding, somewhere.as_ref());
    let results = report.findings.iter().enumerate().map(result).collect();
    serde_json::to_writer_pretty(&mut *out, &log(rules, results, Some(invocation(report))))?;
    out.write_all(b"\n")
}

fn rule(finding: &Finding) -> Value {
    let mut rule = json!({
        "id": finding.rule,
        "shortDescription": { "text": message(&finding.title) },
        "help": { "text": message(&format!("{}\n{}", finding.title, advice(finding))) },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": { "tags": [finding.category], "severity": finding.severity },
    });
    if let Some(address) = finding.references.iter().find(|address| is_web_address(address)) {
        rule["helpUri"] = json!(address);
    }
    rule
}

/// Returns the result of a finding, with the first sample as its location. Code scanning rejects results without a
/// location, so a finding without samples gets the first source.
fn result(index: usize, finding: &Finding, somewhere: Option<&Value>) -> Value {
    let samples: Vec<Value> = finding.samples.iter().map(sample).collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": message(&format!("{}: {}", finding.title, seen(finding))) },
        "locations": samples.first().or(somewhere).into_iter().collect::<Vec<_>>(),
        "occurrenceCount": finding.incidents.max(1),
        "partialFingerprints": { "clawsift/v1": finding.fingerprint },
        "properties": {
            "category": finding.category,
            "severity": finding.severity,
            "status": finding.status,
            "records": finding.records,
            "firstSeen": finding.first_seen,
            "lastSeen": finding.last_seen,
        },
    });
    if samples.len() > 1 {
        result["relatedLocations"] = json!(samples[1..]);
    }
    result
}

fn sample(sample: &Sample) -> Value {
    let mut location = location(&sample.source, sample.line, 0);
    location["physicalLocation"]["region"]["snippet"] = json!({ "text": sample.text });
    location
}

fn invocation(report: &Report) -> Value {
    let problem = |(source, problem): (&str, &str)| {
        json!({
            "level": "error",
            "message": { "text": message(&format!("{source}: {problem}")) },
            "locations": [location(source, 0, 0)],
        })
    };
    let note = |note: &String| json!({ "level": "note", "message": { "text": message(note) } });
    let notifications: Vec<Value> =
        problems(report).map(problem).chain(report.notes.iter().map(note)).collect();
    json!({
        "executionSuccessful": problems(report).next().is_none(),
        "toolExecutionNotifications": notifications,
        "properties": { "catalogue": report.catalogue, "totals": report.totals },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Escapes characters that form links or placeholders in SARIF's plain text messages.
fn message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\\' | '[' | ']' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_addresses() {
        for (file, expected) in [
            ("logs/a b#1?.log", "logs/a%20b%231%3F.log"),
            ("/var/log/x.log", "file:///var/log/x.log"),
            (r"C:\logs\x.log", "file:///C:/logs/x.log"),
            ("a:b", "a%3Ab"),
            ("-", "stdin"),
        ] {
            assert_eq!(uri(file), expected);
        }
    }

    #[test]
    fn what_a_log_says_is_no_link() {
        assert_eq!(message(r"[a](b) {0} \"), r"\[a\](b) {{0}} \\");
    }
}
