//! Channels and subsystems: which there are, how the console and plain text shorten them, and which relay the words of others.

use std::borrow::Cow;

use super::lists::{
    BACKGROUND_SUBSYSTEMS, BACKGROUND_TASKS, CHANNELS, GATEWAY_LABELS, PLAIN_LABELS, RELAYING_SEGMENTS,
    SUBSYSTEM_WORDS, SUBSYSTEMS,
};

/// Number of different subsystem labels without a slash, an upper bound.
pub(crate) const MAX_LABELS: usize = SUBSYSTEMS.len() + PLAIN_LABELS.len() + CHANNELS.len();

/// Returns true if a word is the first segment of a subsystem, and so a label in plain text without a slash.
pub(crate) fn is_label(word: &str) -> bool {
    [&SUBSYSTEMS[..], &PLAIN_LABELS, &CHANNELS].iter().any(|sorted| sorted.binary_search(&word).is_ok())
}

/// Returns the subsystem name that the file log uses for a console label.
pub(crate) fn full_name(label: &str) -> Cow<'_, str> {
    if GATEWAY_LABELS.contains(&label) {
        Cow::Owned(format!("gateway/{label}"))
    } else if is_channel(label) {
        Cow::Owned(format!("channels/{label}"))
    } else {
        Cow::Borrowed(label)
    }
}

/// Returns true if a word is the name of a channel.
pub(crate) fn is_channel(word: &str) -> bool {
    CHANNELS.binary_search(&word).is_ok()
}

/// Returns the channel of a subsystem, whose name is one of its segments.
pub(crate) fn channel_of(subsystem: &str) -> Option<&'static str> {
    subsystem.split('/').find_map(|part| CHANNELS.binary_search(&part).ok().map(|at| CHANNELS[at]))
}

/// Returns the name of the background task that wrote a record, such as `memory`: a task that runs beside the agents, so that its
/// failures are never those of a run.
pub(crate) fn background_task(subsystem: Option<&str>, message: &str) -> Option<&'static str> {
    let of_subsystem = BACKGROUND_SUBSYSTEMS.into_iter().find(|name| subsystem == Some(name));
    let task =
        of_subsystem.or_else(|| BACKGROUND_TASKS.into_iter().find(|task| message.starts_with(task)))?;
    task.rsplit('/').next()?.split(' ').next()
}

/// Returns true if a subsystem can relay the words of people, models or tools. An unknown one can.
pub(crate) fn relays(subsystem: &str) -> bool {
    let first_word = subsystem.split(['/', '-', ':']).next().unwrap_or_default();
    let is_own = SUBSYSTEMS.contains(&first_word) || SUBSYSTEM_WORDS.contains(&first_word);
    !is_own || subsystem.split('/').any(|part| RELAYING_SEGMENTS.contains(&part) || is_channel(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_searched_by_halves_are_sorted() {
        assert!([&SUBSYSTEMS[..], &PLAIN_LABELS, &CHANNELS].iter().all(|list| list.is_sorted()));
    }

    #[test]
    fn tasks_beside_the_agents_are_known_by_subsystem_and_by_message() {
        for (subsystem, message, task) in [
            (Some("memory"), "memory sync failed (search): Error: x", Some("memory")),
            (Some("gateway/model-pricing"), "OpenRouter pricing fetch failed", Some("model-pricing")),
            (Some("gateway"), "startup model warmup timed out after 5000ms", Some("startup")),
            (None, "memory sync failed (search)", Some("memory")),
            (Some("agent/embedded"), "embedded run agent end", None),
            (Some("memory/search"), "x", None),
        ] {
            assert_eq!(background_task(subsystem, message), task, "{message}");
        }
    }

    #[test]
    fn every_channel_is_treated_alike() {
        for channel in CHANNELS {
            assert!(is_label(channel) && relays(channel), "{channel}");
            assert_eq!(full_name(channel), format!("channels/{channel}"));
            assert_eq!(channel_of(&format!("gateway/channels/{channel}")), Some(channel));
        }
    }
}
