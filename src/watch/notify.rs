//! Runs a command of the user when a finding appears or ends.
//!
//! The command is started word by word without a shell, so text of a log cannot become a command. All values passed to
//! it are redacted and free of control characters.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::catalogue::Severity;
use crate::redact::Redactor;
use crate::report::{Finding, Report};

/// Time for which a change must persist before the command runs: the first records may turn out to be related records
/// of another failure.
const STANDS_FOR: Duration = Duration::from_secs(2);
/// Minimum time between two runs for one finding.
const PAUSE: Duration = Duration::from_secs(60);
/// Maximum number of simultaneous commands. Further ones are dropped, because commands that hang must not accumulate.
const MAX_RUNNING: usize = 8;
/// Time after which a running command is killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reason why a command cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCommand {
    /// A quote is not closed, or the command is empty.
    #[error("`{0}` is not a command: it is empty or has an unclosed quote")]
    Words(String),
}

/// Event that the command is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The failure is ongoing and was not before.
    Appeared,
    /// The failure is over, or was not seen for one hour.
    Ended,
}

impl Notice {
    fn name(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Ended => "ended",
        }
    }
}

/// Runs the command.
#[derive(Debug)]
pub struct Notifier {
    words: Vec<String>,
    least: Severity,
    known: BTreeMap<String, NotificationState>,
    running: Vec<(Child, Instant)>,
}

/// Notification state of a finding.
#[derive(Debug, Default)]
struct NotificationState {
    /// `true` if the failure was ongoing at the last notification, or when the watch began.
    is_going_on: bool,
    /// Time since which the state has been different.
    since: Option<Instant>,
    told: Option<Instant>,
}

impl Notifier {
    /// Creates a notifier for findings at or above `least`. `command` consists of words separated by blanks and quoted
    /// as in a shell; `{event}`, `{rule}`, `{title}`, `{severity}`, `{status}` and `{incidents}` are replaced in each
    /// word.
    ///
    /// # Errors
    /// Fails if the command is empty or a quote is not closed.
    pub fn new(command: &str, least: Severity) -> Result<Self, BadCommand> {
        let words = shlex::split(command).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| BadCommand::Words(command.to_owned()))?;
        Ok(Self { words, least, known: BTreeMap::new(), running: Vec::new() })
    }

    /// Registers the findings of a report as known: the command runs for them only after a change.
    pub fn know(&mut self, report: &Report) {
        for finding in &report.findings {
            let known = NotificationState {
                is_going_on: finding.status.is_going_on(),
                ..NotificationState::default()
            };
            self.known.insert(finding.rule.clone(), known);
        }
    }

    /// Runs the command for each finding that has appeared or ended. Call it regularly, even without a new report.
    /// Returns the problems that occurred.
    pub fn look(&mut self, report: &Report, now: Instant) -> Vec<String> {
        self.reap(now);
        let mut problems = Vec::new();
        let least = self.least;
        for finding in report.findings.iter().filter(|finding| finding.severity >= least) {
            let known = self.known.entry(finding.rule.clone()).or_default();
            if let Some(notice) = known.due(finding.status.is_going_on(), now)
                && let Err(problem) = self.call(notice, finding, now)
            {
                problems.push(problem);
            }
        }
        // A withdrawn finding was either never reported, or has been reported as ended.
        self.known.retain(|rule, known| {
            known.told.is_some() || report.findings.iter().any(|finding| finding.rule == *rule)
        });
        problems
    }

    /// Returns true if `look` has work to do even without new input.
    pub fn is_pending(&self) -> bool {
        !self.running.is_empty() || self.known.values().any(|known| known.since.is_some())
    }

    fn call(&mut self, notice: Notice, finding: &Finding, now: Instant) -> Result<(), String> {
        if self.running.len() >= MAX_RUNNING {
            return Err(format!(
                "--notify: {MAX_RUNNING} commands are still running, so none was started for {}",
                finding.rule
            ));
        }
        let facts = facts(notice, finding);
        let mut words = self.words.iter().map(|word| filled(word, &facts));
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(&program);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in &facts {
            command.env(format!("CLAWSIFT_{}", name.to_ascii_uppercase()), value);
        }
        let child =
            command.spawn().map_err(|error| format!("--notify: `{program}` cannot be started: {error}"))?;
        self.running.push((child, now));
        Ok(())
    }

    /// Reaps commands that have ended, and kills those that hang.
    fn reap(&mut self, now: Instant) {
        self.running.retain_mut(|(child, begun)| {
            if now.duration_since(*begun) > PATIENCE {
                let _ = child.kill();
            }
            matches!(child.try_wait(), Ok(None))
        });
    }
}

impl NotificationState {
    /// Returns the notification that is due for the current state.
    fn due(&mut self, is_going_on: bool, now: Instant) -> Option<Notice> {
        if is_going_on == self.is_going_on {
            self.since = None;
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let has_rested = self.told.is_none_or(|told| now.duration_since(told) >= PAUSE);
        if now.duration_since(since) < STANDS_FOR || !has_rested {
            return None;
        }
        *self = Self { is_going_on, since: None, told: Some(now) };
        Some(if is_going_on { Notice::Appeared } else { Notice::Ended })
    }
}

/// Returns the values for the command, by name.
fn facts(notice: Notice, finding: &Finding) -> Vec<(&'static str, String)> {
    let time = |time: Option<jiff::Timestamp>| time.map_or(String::new(), |time| time.to_string());
    let fix = finding.fixes.first();
    let facts = [
        ("event", notice.name().to_owned()),
        ("rule", finding.rule.clone()),
        ("title", finding.title.clone()),
        ("category", finding.category.to_string()),
        ("severity", finding.severity.to_string()),
        ("status", finding.status.name().to_owned()),
        ("incidents", finding.incidents.to_string()),
        ("fingerprint", finding.fingerprint.clone()),
        ("first_seen", time(finding.first_seen)),
        ("last_seen", time(finding.last_seen)),
        ("fix", fix.map_or(String::new(), |fix| fix.say.clone())),
        ("command", finding.first_command().unwrap_or_default().to_owned()),
    ];
    // Masked even with --no-redact, because the command may send the values anywhere.
    facts.into_iter().map(|(name, value)| (name, Redactor::MASKING.clean(&value).into_owned())).collect()
}

/// Replaces each `{name}` in a word by its value. Inserted text is not expanded again.
fn filled(word: &str, facts: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    let mut rest = word;
    while let Some(open) = rest.find('{') {
        let (before, tail) = rest.split_at(open);
        text.push_str(before);
        let fact = tail.find('}').and_then(|close| {
            let (_, value) = facts.iter().find(|(name, _)| *name == &tail[1..close])?;
            Some((value, close + 1))
        });
        match fact {
            Some((value, length)) => {
                text.push_str(value);
                rest = &tail[length..];
            }
            None => {
                text.push('{');
                rest = &tail[1..];
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_once_and_never_split() {
        let facts = vec![("title", "a \"b\" {rule}; rm -rf /".to_owned()), ("rule", "x/y".to_owned())];
        assert_eq!(filled("{title}!", &facts), "a \"b\" {rule}; rm -rf /!");
        assert_eq!(filled("{rule}-{nothing}-{", &facts), "x/y-{nothing}-{");
        let notifier =
            Notifier::new("notify-send 'OpenClaw: {title}' {rule}", Severity::Error).expect("a command");
        assert_eq!(notifier.words, ["notify-send", "OpenClaw: {title}", "{rule}"]);
        assert!(Notifier::new("say 'x", Severity::Error).is_err());
        assert!(Notifier::new("  ", Severity::Error).is_err());
    }

    #[test]
    fn a_change_must_stand_and_is_told_once_a_minute() {
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut known = NotificationState::default();
        assert_eq!(known.due(true, at(0)), None, "the records may still belong to another failure");
        assert_eq!(known.due(false, at(1)), None);
        assert_eq!(known.due(true, at(2)), None);
        assert_eq!(known.due(true, at(4)), Some(Notice::Appeared));
        assert_eq!(known.due(true, at(5)), None);
        assert_eq!(known.due(false, at(10)), None);
        assert_eq!(known.due(false, at(30)), None, "once a minute");
        assert_eq!(known.due(false, at(64)), Some(Notice::Ended));
        assert_eq!(known.due(true, at(65)), None);
        assert_eq!(known.due(false, at(66)), None);
        assert_eq!(known.due(false, at(200)), None, "nothing has changed since the last notification");
    }
}
