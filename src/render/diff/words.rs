//! Phrases for comparisons.

use jiff::{SignedDuration, Timestamp};

use crate::report::{Change, Comparison, Outcome, Row, Seen, SideInfo, Status};

use super::super::Style;
use super::super::words::{count, length, number};

/// Returns the result in one line: `better: 2 stopped, 1 unchanged`.
pub(super) fn headline(comparison: &Comparison) -> String {
    let outcome = match comparison.outcome {
        Outcome::Better => "better",
        Outcome::Same => "no change",
        Outcome::Worse => "worse",
    };
    let all = [Change::New, Change::Worse, Change::Unchanged, Change::Better, Change::Stopped];
    let counts: Vec<String> = all
        .into_iter()
        .map(|change| (comparison.count(change), change.name()))
        .filter(|(findings, _)| *findings > 0)
        .map(|(findings, name)| format!("{findings} {name}"))
        .collect();
    match counts.is_empty() {
        true => format!("{outcome}: no findings on either side"),
        false => format!("{outcome}: {}", counts.join(", ")),
    }
}

/// Returns a report's name, time span and number of incidents in one line.
pub(super) fn side(side: &SideInfo, style: &Style) -> String {
    let time = |time: Timestamp| time.to_zoned(style.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let span = match (side.first_time.zip(side.last_time), side.hours) {
        (Some((first, last)), Some(_)) => {
            format!(", {} to {} ({})", time(first), time(last), length(last.duration_since(first)))
        }
        _ => String::new(),
    };
    format!("{}: {}{span}", side.name, count(side.incidents, "incident"))
}

/// Returns the count and rate of a finding in one report: `12, 3.4/h`. Too few incidents in too short a time give no
/// rate.
pub(super) fn seen(seen: Option<&Seen>, side: &SideInfo) -> String {
    let has_rate = |seen: &Seen| seen.incidents >= 5 || side.hours.is_some_and(|hours| hours >= 1.0);
    match seen {
        None => "none".to_owned(),
        Some(seen) => match seen.per_hour.filter(|_| has_rate(seen)) {
            Some(rate) => format!("{}, {}", number(seen.incidents), per_time(rate)),
            None => number(seen.incidents),
        },
    }
}

/// Returns a rate per day, hour or minute, whichever gives a readable number.
fn per_time(per_hour: f64) -> String {
    let (rate, unit) = match per_hour {
        rate if rate < 1.0 => (rate * 24.0, "day"),
        rate if rate >= 600.0 => (rate / 60.0, "min"),
        rate => (rate, "h"),
    };
    match rate {
        rate if rate >= 10.0 => format!("{rate:.0}/{unit}"),
        rate => format!("{rate:.1}/{unit}"),
    }
}

/// Returns the kind of change; a failure that is not certain to have stopped is `not seen since`.
pub(super) fn change(row: &Row) -> &'static str {
    match (row.is_sure, row.change) {
        (false, Change::Stopped) => "not seen since",
        (_, change) => change.name(),
    }
}

/// Returns the finding's status at the end of the last report that has it.
pub(super) fn status(row: &Row) -> &'static str {
    row.after.as_ref().or(row.before.as_ref()).map_or("", |seen| seen.status.name())
}

/// Returns a note on a failure that has not been seen since but is too rare to be certain that it stopped.
pub(super) fn patience(row: &Row, after: &SideInfo) -> Option<String> {
    let missing = row.sure_after_hours? - after.hours?;
    // At most one year: a longer wait means never to a person, and could overflow the duration.
    let missing = SignedDuration::try_from_secs_f64((missing * 3600.0).clamp(1.0, 365.0 * 86_400.0)).ok()?;
    let recovered = row.before.as_ref().is_some_and(|seen| seen.status == Status::Recovered);
    let success = if recovered { "succeeded since the last incident, but " } else { "" };
    Some(format!("{success}too rare to be sure yet; {} more without it would be enough", length(missing)))
}
