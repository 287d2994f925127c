//! Sentences by which OpenClaw reports what it does: its gateway and its runs begin and end, a channel works again.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

use super::lists::{
    ALL_FAILED, CHANNEL_UP, CHANNEL_UP_PARTS, CONFIG_RELOADED, DEFAULT_MODEL, ERROR_REPLIES, FAILED_RUN,
    FAILING_INFO, GATEWAY_ADDRESS, GATEWAY_ANSWERS, GATEWAY_STARTED, INFO_PARTS, LOG_FILE, LOG_TRUNCATED,
    LOST_RECORDS, MODEL_FALLBACK, RUN_ACCOUNTS, RUN_ENDED, RUN_EVENTS, RUN_OVER, RUN_STARTED,
};

/// Returns the rest of a message that begins with one of some openings.
pub(crate) fn after<'m>(message: &'m str, openings: &[&str]) -> Option<&'m str> {
    openings.iter().find_map(|opening| message.strip_prefix(opening))
}

/// Returns the beginnings of all info records that mean something.
pub(crate) fn info_openings() -> impl Iterator<Item = &'static str> {
    let runs = RUN_STARTED.into_iter().chain(RUN_ENDED).chain(MODEL_FALLBACK);
    let gateway = GATEWAY_STARTED.into_iter().chain(DEFAULT_MODEL).chain(CONFIG_RELOADED);
    let gateway = gateway.chain(GATEWAY_ADDRESS).chain(GATEWAY_ANSWERS);
    let log = LOG_FILE.into_iter().chain(LOST_RECORDS).chain(LOG_TRUNCATED);
    FAILING_INFO.into_iter().chain(ERROR_REPLIES).chain(runs).chain(gateway).chain(log)
}

/// Returns the texts that make an info record worth parsing wherever they stand in its message.
pub(crate) fn info_parts() -> impl Iterator<Item = &'static str> {
    CHANNEL_UP_PARTS.into_iter().chain(INFO_PARTS)
}

/// Returns true if a message of the gateway reports that a run failed.
pub(crate) fn reports_failed_run(message: &str) -> bool {
    FAILED_RUN.iter().any(|part| message.contains(part))
}

/// Returns true if OpenClaw tells in a message what became of a run, in its own words.
pub(crate) fn tells_of_run(message: &str) -> bool {
    reports_run(message) || after(message, &RUN_ACCOUNTS).is_some()
}

/// Returns true if a message is one of OpenClaw's records about a run.
pub(crate) fn reports_run(message: &str) -> bool {
    after(message, &RUN_EVENTS).is_some() || reports_failed_run(message)
}

/// Returns true if a message reports that a run is over, without a reply.
pub(crate) fn ends_run(message: &str) -> bool {
    // With one model, the sentence is also what a client hears of each attempt.
    let all_failed = message.split_once(ALL_FAILED[0]).is_some_and(|(_, number)| !number.starts_with("1)"));
    reports_failed_run(message) || after(message, &RUN_OVER).is_some() || all_failed
}

/// Returns the port of the first WebSocket address in a message.
pub(crate) fn port_of_address(message: &str) -> Option<u16> {
    let (_, address) = message.split_once("ws://").or_else(|| message.split_once("wss://"))?;
    let host_and_port = address.split([',', '/', ' ', '"', '\n']).next()?;
    host_and_port.rsplit_once(':')?.1.parse().ok()
}

/// Returns true if the CLI reports that it does not show all of a log.
pub(crate) fn reports_truncation(message: &str) -> bool {
    after(message, &LOG_TRUNCATED).is_some() || message.contains("(skipped ")
}

/// Returns true if a channel reports that it works again.
pub(crate) fn reports_channel_up(message: &str) -> bool {
    static PHRASES: LazyLock<Option<Pattern>> = LazyLock::new(|| {
        let phrases = CHANNEL_UP.map(regex_syntax::escape).join("|");
        Pattern::new(&format!(r"(?i)\b(?:{phrases})\b")).ok()
    });
    matches(&PHRASES, message)
}

/// Returns the version of OpenClaw that a message names, as the gateway's start and the updater print it.
pub(crate) fn version(message: &str) -> Option<String> {
    static VERSION: LazyLock<Option<Pattern>> = LazyLock::new(|| {
        Pattern::new(
            r"(?:\b[Oo]pen[Cc]law(?: version)?[ @]v?|\b[Uu]pdated (?:[Oo]pen[Cc]law )?(?:from \S+ )?to v?)(?<version>20\d\d\.\d{1,2}\.\d{1,3}(?:-[0-9a-z.]+)?)\b",
        )
        .ok()
    });
    if !message.contains("law") && !message.contains("pdated ") {
        return None;
    }
    Some(VERSION.as_ref()?.captures(message)?["version"].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phrase_of_a_channel_holds_a_part_that_is_searched_for() {
        for phrase in CHANNEL_UP {
            assert!(CHANNEL_UP_PARTS.iter().any(|part| phrase.contains(part)), "{phrase}");
            assert!(reports_channel_up(&format!("[default] {phrase} x")), "{phrase}");
        }
        assert!(reports_channel_up("Reconnected") && !reports_channel_up("disconnected"));
    }

    #[test]
    fn openings_are_long_enough_to_be_compared_at_once() {
        assert!(info_openings().all(|opening| opening.len() >= 8));
    }
}
