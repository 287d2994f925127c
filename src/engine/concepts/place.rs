//! The part of OpenClaw that a record comes from.

use crate::catalogue::Place;
use crate::openclaw::is_channel;
use crate::record::Record;

/// First segments of subsystems, and the parts of OpenClaw that they name.
const SEGMENTS: [(&[&str], Place); 7] = [
    (&["tools", "tool", "exec", "browser", "web-fetch", "web-search", "sandbox"], Place::Tool),
    (
        &[
            "plugins",
            "plugin",
            "bundle-mcp",
            "bundle-lsp",
            "mcp",
            "hooks",
            "hook",
            "skills",
            "skill",
            "acpx",
            "codex",
            "clawhub",
        ],
        Place::Plugin,
    ),
    (
        &[
            "channels",
            "web-heartbeat",
            "web-reconnect",
            "web-inbound",
            "web-outbound",
            "web-auto-reply",
            "gmail-watcher",
            "health-monitor",
        ],
        Place::Channel,
    ),
    (&["session", "sessions", "compaction", "transcript", "session-sqlite"], Place::Session),
    (&["gateway", "ws", "daemon", "discovery", "bonjour", "node", "nodes", "node-host"], Place::Gateway),
    (&["config", "reload", "secrets"], Place::Config),
    (&["memory"], Place::Notes),
];

/// First words of messages that tell the same where the subsystem does not.
const OPENINGS: [(&[&str], Place); 2] = [
    (&["tool call ", "tools: ", "[tools] "], Place::Tool),
    (&["plugin ", "skill ", "bundle-mcp", "mcp ", "[plugins] ", "[mcp] ", "[skills] "], Place::Plugin),
];

/// Words behind the name of a tool in messages about it.
const TOOL_VERBS: [&str; 10] =
    ["failed", "failed:", "errored", "timed", "threw", "not", "returned", "was", "does", "could"];

/// Returns the part of OpenClaw that a record comes from.
pub(super) fn of(record: &Record<'_>) -> Place {
    let of_subsystem = record.parts.subsystem.as_deref().map_or(Place::Run, of_subsystem);
    match of_subsystem {
        Place::Run | Place::Gateway => of_message(&record.parts.message).unwrap_or(of_subsystem),
        place => place,
    }
}

fn of_subsystem(subsystem: &str) -> Place {
    let mut segments = subsystem.split(['/', ':']).map(str::to_ascii_lowercase).peekable();
    let first = segments.peek().cloned().unwrap_or_default();
    // `agents/tools` and `gateway/channels/discord` name the part in a later segment.
    let is_general = matches!(first.as_str(), "agent" | "agents" | "gateway");
    let of_segment = |segment: &String| {
        let by_name =
            SEGMENTS.iter().find(|(names, _)| names.contains(&segment.as_str())).map(|(_, place)| *place);
        by_name.or_else(|| is_channel(segment).then_some(Place::Channel))
    };
    let later = is_general.then(|| segments.skip(1).find_map(|segment| of_segment(&segment))).flatten();
    later.or_else(|| of_segment(&first)).unwrap_or(Place::Run)
}

fn of_message(message: &str) -> Option<Place> {
    let opening: String = message.trim_start().chars().take(24).collect::<String>().to_ascii_lowercase();
    let by_opening = OPENINGS.iter().find(|(words, _)| words.iter().any(|word| opening.starts_with(word)));
    let mut words = opening.split(' ');
    if words.next() == Some("tool") && words.nth(1).is_some_and(|verb| TOOL_VERBS.contains(&verb)) {
        return Some(Place::Tool);
    }
    let word = opening.trim_start_matches('[').split([' ', ':', ']', '/']).next().unwrap_or_default();
    by_opening.map(|(_, place)| *place).or_else(|| is_channel(word).then_some(Place::Channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subsystem_names_a_part_of_openclaw() {
        for (subsystem, place) in [
            ("gateway", Place::Gateway),
            ("gateway/channels/telegram", Place::Channel),
            ("telegram", Place::Channel),
            ("agents/tools", Place::Tool),
            ("agent/embedded", Place::Run),
            ("bundle-mcp", Place::Plugin),
            ("session-sqlite", Place::Session),
            ("memory", Place::Notes),
        ] {
            assert_eq!(of_subsystem(subsystem), place, "{subsystem}");
        }
        assert_eq!(of_message("Tool exec failed: x"), Some(Place::Tool));
        assert_eq!(of_message("telegram: polling stopped"), Some(Place::Channel));
        assert_eq!(of_message("the provider is gone"), None);
    }
}
