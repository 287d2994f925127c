//! Tells whether a record is OpenClaw's or that of another program: a web server, a database, an application in another language, a
//! service of the system; or no log at all: source code, a text in Markdown.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

use crate::openclaw::tells_of_run;

use super::format::Format;
use super::lines::RawRecord;
use super::parse::Record;
use super::services::is_of_openclaw;
use super::wrap::Wrapper;

/// Maximum number of leading bytes that are examined.
const MAX_TEXT: usize = 2048;

/// The program that wrote a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// OpenClaw, or a text that names it.
    OpenClaw,
    /// A failure whose sender the record does not tell.
    Failure,
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
          | \d{4}/\d\d/\d\d\ \d\d:\d\d:\d\d(?:\.\d+)?\ [^\[\s]                                     # Go
          | [\da-fA-F.:]{3,45}\ \S+\ \S+\ \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\ [+-]\d{4}\]\ "               # access logs
          | \[\w{3}\ \w{3}\ \d\d\ \d\d:\d\d:\d\d(?:\.\d+)?\ \d{4}\]\ \[                                  # Apache
          | \d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d(?:\.\d+)?\ [A-Z]{3,4}\ \[\d+\]                               # PostgreSQL
          | \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d\.\d+Z\ \d+\ \[(?:Note|Warning|ERROR|System)\]\            # MySQL
          | \d+:[A-Z]\ \d\d\ \w{3}\ \d{4}\ \d\d:\d\d:\d\d\.\d+\ [*\#.-]\                                # Redis
          | \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d[.,]\d+\S*\s+[A-Z]{4,5}\s+(?:\d+\ ---\ )?\[[^\]\n]*\]\s+[\w.$]+\s+[:-]\ # Java
          | (?:Caused\ by:\ )?(?:javax?|org|com|net|io|sun)\.[\w.$]+(?:Exception|Error)\b
          | \s+at\ [\w.$]+\([\w.]+\.java:\d+\)
          | \d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d[.,]\d+\ (?:-\ |\|\ )[\w.]+\ (?:-\ |\|\ )(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b   # Python
          | \[\d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d,\d+(?::\ [A-Z]+\/[\w-]+)?\]\ [\w{]
          | (?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:
          | [EIWF]\d{4}\ \d\d:\d\d:\d\d\.\d+\s+\d+\ [\w.-]+:\d+\]                                         # Kubernetes
          | [DIWEF],\ \[\d{4}-\d\d-\d\dT[\d:.]+\ \#\d+\]\s+[A-Z]+\ --                                    # Ruby
          | \[\d{4}-\d\d-\d\d[\ T][\d:.]+[^\]\n]*\]\ \w+\.(?:DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY):  # PHP
          | \[\d\d-\w{3}-\d{4}\ [\d:]+[^\]\n]*\]\ PHP\
          | (?:trce|dbug|info|warn|fail|crit):\ [\w.]+\[\d+\]                                            # .NET
          | \[?\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?:TRACE|DEBUG|INFO|WARN|ERROR)\s+\w+(?:::\w+)+                 # Rust
          | \d\d:\d\d:\d\d\.\d+\ (?:\w+=\S+\ )*\[(?:debug|info|notice|warning|error)\]\                   # Elixir
          | \d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)\s(?:TRC|DBG|INF|WRN|ERR|FTL)\                         # zerolog
          | \d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d{4})\t(?:DEBUG|INFO|WARN|ERROR|FATAL)\t                     # zap
          | (?:time|ts|t)="?\d{4}-\d\d-\d\dT\S+\ (?:lvl|level)="?[a-z]+                                  # logrus
          | \[\d+:\d+:\d{4}/\d{6}\.\d+:[A-Z]+:\S+\(\d+\)\]                                               # Chromium
          | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z\                                                      # GitHub Actions
          | \{"t":\{"\$date":                                                                           # MongoDB
        )"#,
    )
    .ok()
});

/// Fields that loggers of other programs write into JSON lines and OpenClaw does not.
static OTHER_FIELDS: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r#""(?:logger|logger_name|loggerName|caller|thread|thread_name|threadName|@timestamp|@version|log\.level|service|service\.name|funcName|lineno|levelname)"\s*:|"pid"\s*:\s*\d+\s*,\s*"hostname"\s*:"#)
        .ok()
});

/// A whole sentence.
static SENTENCE: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"^[A-Z][\w']*,? (?:[^\s={\[]+ ){6}[^\n={\[]*[.!?]$").ok());

/// Forms of texts that are no logs: lines of Markdown and of source code.
static NO_LOG: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)^(?:
            \#{1,6}\ \S | ```\w*\s*$ | [*-]\ \S.*:\  | \d+\.\ [A-Z] | \|.*\|\s*$
          | (?:import|from)\ [\w.{*]+(?:\s|$) | \#include\ [<\x22] | package\ [\w.]+;?$ | using\ [\w.]+;$
          | \s*(?:def|fn|func|class|interface|struct|enum|impl|public|private|async\ function|function|export)\ [^\n]*[:{(,]$
          | \s*(?:if|elif|for|while|try|except|catch|switch|else)\b[^\n]*[:{]$ | \s+(?:return|raise|throw|await)\b
          | \s*(?:const|let|var|val|auto)\ [\w{\[][^\n]*\ =\  | \s*[})\]]+[;,)]*$
        )",
    )
    .ok()
});

impl Record<'_> {
    /// Returns the program that wrote the record, as far as the record tells.
    pub fn program(&self, raw: &RawRecord<'_>) -> Program {
        match self.wrapper {
            _ if self.is_foreign => return Program::Service,
            Some(Wrapper::Journal | Wrapper::JournalJson) => return Program::OpenClaw,
            _ => {}
        }
        let bytes = raw.first_line();
        let text = &*String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_TEXT)]);
        let is_other = match self.format {
            _ if self.parts.subsystem.is_some() => return Program::OpenClaw,
            Format::Text | Format::Console | Format::Plain => matches(&OTHER, text),
            Format::ConsoleJson => matches(&OTHER_FIELDS, text),
            Format::FileLog | Format::LogsJson | Format::Transcript => false,
        };
        let is_own = is_of_openclaw(text) || tells_of_run(&self.parts.message);
        match () {
            () if is_own => Program::OpenClaw,
            () if is_other => Program::Other,
            () if self.format != Format::Text => Program::OpenClaw,
            () if matches(&NO_LOG, text) => Program::Other,
            () if self.reads_like_failure() => Program::Failure,
            () if matches(&SENTENCE, text) => Program::Other,
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
            (
                r#"{"__REALTIME_TIMESTAMP":"1795341072000000","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"error: x"}"#,
                Program::Service,
            ),
            (
                r#"{"SYSLOG_IDENTIFIER":"MainThread","_SYSTEMD_UNIT":"openclaw-gateway.service","MESSAGE":"[gateway] x"}"#,
                Program::OpenClaw,
            ),
            ("# Troubleshooting", Program::Other),
            ("May 01 10:00:00 host systemd[1]: openclaw-gateway.service: Failed", Program::OpenClaw),
            ("[gateway] x", Program::OpenClaw),
            ("npm ERR! code EACCES", Program::OpenClaw),
            ("embedded run agent end: isError=true", Program::OpenClaw),
            ("401 User not found.", Program::Failure),
            ("TypeError: fetch failed", Program::Failure),
            ("2026-05-01T10:00:00.000Z ERROR connect ECONNREFUSED 127.0.0.1:11434", Program::OpenClaw),
            ("2026-05-01 10:00:01,123 - app.db - ERROR - Connection refused", Program::Other),
            ("[2026-05-01 10:00:00,000: ERROR/MainProcess] consumer: Cannot connect", Program::Other),
            ("ERROR:urllib3.connectionpool:Max retries exceeded", Program::Other),
            ("E0501 10:00:00.000000       1 reflector.go:138] Unauthorized", Program::Other),
            ("E, [2026-05-01T10:00:00.100000 #12] ERROR -- : Net::ReadTimeout", Program::Other),
            ("[2026-05-01 10:00:00] production.ERROR: cURL error 28", Program::Other),
            ("fail: Microsoft.EntityFrameworkCore.Database.Connection[20004]", Program::Other),
            ("2026-05-01T10:00:00.000Z ERROR hyper::client: connection refused", Program::Other),
            ("10:00:00.123 [error] Postgrex.Protocol failed to connect", Program::Other),
            (r#"time="2026-05-01T10:00:00Z" level=error msg="connection refused""#, Program::Other),
            (
                r#"{"level":50,"time":1777629600000,"pid":12,"hostname":"web1","msg":"ETIMEDOUT"}"#,
                Program::Other,
            ),
            (
                r#"{"time":"2026-05-01T10:00:00Z","level":"error","subsystem":"ws","message":"x"}"#,
                Program::OpenClaw,
            ),
            ("    except requests.ConnectionError as error:", Program::Other),
            ("When the server answers 429, wait a minute and ask again.", Program::Other),
            ("The AI service is temporarily overloaded.", Program::Failure),
            ("just text", Program::Unknown),
        ] {
            let raw = Lines::new(line.as_bytes(), 0).next().expect("a record");
            assert_eq!(Record::parse(&raw).program(&raw), program, "{line}");
        }
    }
}
