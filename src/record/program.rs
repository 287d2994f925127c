//! Tells whether a record is OpenClaw's or that of another program: a web server, a database, a Java application, a service of the
//! system, a text in Markdown.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

use crate::openclaw::tells_of_run;

use super::format::Format;
use super::lines::RawRecord;
use super::parse::Record;
use super::services::is_of_openclaw;

/// Maximum number of leading bytes that are examined.
const MAX_TEXT: usize = 2048;

/// The program that wrote a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// OpenClaw, a text that names it, or an error without a sender.
    OpenClaw,
    /// Another one.
    Other,
    /// Another service of the system, in a journal.
    Service,
    /// The record does not tell.
    Unknown,
}

/// Forms of lines that other programs write.
static OTHER: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r#"(?x)^(?:
            \d{4}/\d\d/\d\d\ \d\d:\d\d:\d\d\ \[\w+\]\ \d+\#\d+:                                    # nginx
          | [\da-fA-F.:]{3,45}\ \S+\ \S+\ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\ [+-]\d{4}\]\ "               # access logs
          | \[\w{3}\ \w{3}\ \d\d\ \d\d:\d\d:\d\d(?:\.\d+)?\ \d{4}\]\ \[                                  # Apache
          | \d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d(?:\.\d+)?\ [A-Z]{3,4}\ \[\d+\]                               # PostgreSQL
          | \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d[.,]\d+\S*\s+[A-Z]{4,5}\s+(?:\d+\ ---\ )?\[[^\]\n]*\]\s+[\w.$]+\s+[:-]\ # Java
          | (?:Caused\ by:\ )?(?:javax?|org|com|net|io|sun)\.[\w.$]+(?:Exception|Error)\b
          | \s+at\ [\w.$]+\([\w.]+\.java:\d+\)
          | \d+:[A-Z]\ \d\d\ \w{3}\ \d{4}\ \d\d:\d\d:\d\d\.\d+\ [*\#.-]\                                # Redis
        )"#,
    )
    .ok()
});

/// Forms of Markdown.
static MARKDOWN: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^(?:#{1,6} \S|```\w*\s*$|[*-] \S.*: |\d+\. [A-Z]|\|.*\|\s*$)").ok());

impl Record<'_> {
    /// Returns the program that wrote the record, as far as the record tells.
    pub fn program(&self, raw: &RawRecord<'_>) -> Program {
        if self.is_foreign {
            return Program::Service;
        }
        if self.format != Format::Text || self.parts.subsystem.is_some() {
            return Program::OpenClaw;
        }
        let bytes = raw.first_line();
        let text = &*String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_TEXT)]);
        if matches(&OTHER, text) {
            return Program::Other;
        }
        // An error without a sender may be OpenClaw's.
        let is_own = is_of_openclaw(text) || tells_of_run(&self.parts.message);
        match () {
            () if is_own || self.reads_like_failure() => Program::OpenClaw,
            () if matches(&MARKDOWN, text) => Program::Other,
            () => Program::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Lines;

    #[test]
    fn programs_are_told_by_the_form_of_their_lines() {
        for (line, program) in [
            ("2026/05/01 10:00:00 [error] 31#31: *1 upstream timed out", Program::Other),
            (r#"1.2.3.4 - - [01/May/2026:10:00:00 +0000] "GET /x HTTP/1.1" 502 157"#, Program::Other),
            ("2026-05-01 10:00:00.000 UTC [12] FATAL:  password authentication failed", Program::Other),
            ("2026-05-01 10:00:00,123 ERROR [main] com.acme.Db - Connection refused", Program::Other),
            ("java.net.ConnectException: Connection refused", Program::Other),
            (
                "May 01 10:00:00 host sshd[12]: error: connect_to localhost port 3000: failed.",
                Program::Service,
            ),
            ("May 01 10:00:00 openclaw node_exporter[12]: error: x", Program::Service),
            ("May 01 10:00:00 host kernel: Out of memory: Killed process 1 (chrome)", Program::Service),
            ("May 01 10:00:00 host kernel: Out of memory: Killed process 1 (node)", Program::OpenClaw),
            ("# Troubleshooting", Program::Other),
            ("May 01 10:00:00 host systemd[1]: openclaw-gateway.service: Failed", Program::OpenClaw),
            ("[gateway] x", Program::OpenClaw),
            ("npm ERR! code EACCES", Program::OpenClaw),
            ("embedded run agent end: isError=true", Program::OpenClaw),
            ("401 User not found.", Program::OpenClaw),
            ("TypeError: fetch failed", Program::OpenClaw),
            ("just text", Program::Unknown),
        ] {
            let raw = Lines::new(line.as_bytes(), 0).next().expect("a record");
            assert_eq!(Record::parse(&raw).program(&raw), program, "{line}");
        }
    }
}
