//! Events in the gateway's records about itself and its runs: start, end and interruption.

use std::collections::BTreeMap;

use crate::catalogue::Category;
use crate::openclaw::{self, GATEWAY_SUBSYSTEMS, RUN_SUBSYSTEMS, after};
use crate::record::{Author, Level, Record, is_error_reply};

use super::calendar::date_of_log_file;
use super::event::{Component, Ends, Event, LifecycleKind, Position, ProcessEnd, RunKeys};

/// Categories of failures that put a provider on cooldown.
pub(crate) const RESTING: [Category; 6] = [
    Category::Auth,
    Category::Billing,
    Category::Permission,
    Category::RateLimit,
    Category::Overloaded,
    Category::ServerError,
];

/// Returns the event that a record at this position reports; `None` if it has none or reports a failure.
pub(crate) fn event(record: &Record<'_>, position: Position) -> Option<Event> {
    let message = record.parts.message.as_ref();
    let stamp = record.parts.stamp;
    let is_of = |names: &[&str]| is_of(record, names);
    let is_header = record.parts.subsystem.is_none() && record.parts.level.is_none() && stamp.is_none();
    if after(message, &openclaw::LOG_FILE).is_some() {
        return date_of_log_file(message).map(Event::LogDate).filter(|_| is_header || is_of(&["gateway"]));
    }
    // An agent's answer about runs proves nothing, and neither does the content that a channel relays.
    if after(message, &openclaw::RUN_ENDED).is_some()
        && message.ends_with("ended with stopReason=stop")
        && is_of(&["agent", "agents"])
    {
        let provider = record.field("provider").map(str::to_owned);
        let model = record.field("model").map(str::to_owned);
        return Some(Event::Succeeded {
            stamp,
            keys: keys(record),
            provider,
            model,
            fallback: false,
            requested: None,
        });
    }
    if after(message, &openclaw::MODEL_FALLBACK).is_some() && is_of(&["model-fallback"]) {
        return fallback(record);
    }
    if after(message, &openclaw::RUN_STARTED).is_some() && is_of(&["gateway", "ws"]) {
        return record.field("runId").map(|run| Event::Started { stamp, run: run.to_owned() });
    }
    if let Some(model) = after(message, &openclaw::DEFAULT_MODEL)
        && is_of(&["gateway"])
    {
        return model.split_once('/').map(|(provider, _)| Event::DefaultProvider(provider.to_owned()));
    }
    if let Some(what) = mark(message)
        && is_of(&GATEWAY_SUBSYSTEMS)
    {
        return Some(Event::LifecycleEvent { stamp, what, port: openclaw::port_of_address(message) });
    }
    // Output of the CLI, as it stands in a paste, or in the log if the gateway's own process printed it.
    if record.parts.subsystem.is_none() {
        if let Some(address) = after(message, &openclaw::GATEWAY_ADDRESS) {
            return openclaw::port_of_address(address).map(Event::GatewayPort);
        }
        if after(message, &openclaw::GATEWAY_ANSWERS).is_some() {
            return Some(Event::GatewayAnswers(position));
        }
    }
    if let Some(count) = after(message, &openclaw::LOST_RECORDS)
        && record.author() == Author::Own
    {
        return count.split(' ').next()?.parse().ok().map(Event::Dropped);
    }
    if let Some(channel) = channel(record)
        && !record.author().relays_content(message)
        && openclaw::reports_channel_up(own_words(&record.evident_message()))
    {
        return Some(Event::ChannelUp { stamp, channel: channel.to_owned() });
    }
    let is_notice = record.parts.subsystem.as_deref() == Some("logs");
    (is_notice && openclaw::reports_truncation(message)).then_some(Event::Truncated)
}

/// Returns true if one of the named subsystems wrote a record and does not relay the content of others.
fn is_of(record: &Record<'_>, names: &[&str]) -> bool {
    let subsystem = record.parts.subsystem.as_deref().unwrap_or_default();
    let is_of = |name: &&str| {
        subsystem.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    names.iter().any(is_of) && record.author() == Author::Own
}

/// Returns the part of a channel's message before a possible quotation.
fn own_words(message: &str) -> &str {
    message.split(['"', '“', '«', '=']).next().unwrap_or_default()
}

/// Returns the success of a fallback model. Other decisions report why a model failed and are matches; those in plain text have
/// no fields.
fn fallback(record: &Record<'_>) -> Option<Event> {
    let (stamp, keys) = (record.parts.stamp, keys(record));
    match record.field("decision") {
        Some("candidate_succeeded") => {
            let requested = record.field("requestedProvider").or_else(|| {
                let (provider, _) = record.field("requested")?.split_once('/')?;
                Some(provider)
            });
            Some(Event::Succeeded {
                stamp,
                keys,
                provider: record.field("provider").map(str::to_owned),
                model: record.field("model").map(str::to_owned),
                fallback: record.field("isPrimary") == Some("false")
                    || record.field("requested").zip(record.field("candidate")).is_some_and(|(a, b)| a != b),
                requested: requested.map(str::to_owned),
            })
        }
        _ => None,
    }
}

/// Returns true if a record reports a request itself: its answer, its failure, or its retry.
pub(crate) fn is_attempt(record: &Record<'_>) -> bool {
    let subsystem = record.parts.subsystem.as_deref().unwrap_or_default();
    subsystem.contains("provider-transport-fetch")
        || record.parts.message.starts_with("transient same-model retry")
}

/// Returns true if a record reports that an attempt of a run ended.
pub(crate) fn ends_attempt(record: &Record<'_>) -> bool {
    after(&record.parts.message, &openclaw::ATTEMPT_ENDED).is_some()
}

/// Returns the part of a record in the end of the gateway's process.
pub(crate) fn process_end(record: &Record<'_>) -> ProcessEnd {
    let message = record.parts.message.as_ref();
    if after(message, &openclaw::LAST_WORDS).is_some() {
        return ProcessEnd::LastWords;
    }
    let is_exit =
        message.contains(".service: ") && openclaw::EXIT_LINES.iter().any(|part| message.contains(part));
    if is_exit { ProcessEnd::Exit } else { ProcessEnd::Nothing }
}

/// Returns the account in a channel's message: `[work] channel exited: ...`.
pub(crate) fn account(message: &str) -> Option<&str> {
    let (account, _) = message.strip_prefix('[')?.split_once("] ")?;
    is_account(account).then_some(account)
}

/// Returns true if a word can be the name of an account: it names no channel, no subsystem and no kind of message.
pub(crate) fn is_account(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && word != "diag"
        && !openclaw::is_channel(word)
        && !openclaw::is_label(word)
}

/// Returns whether another model is available, for a record that is a fallback decision; `None` for other records.
pub(crate) fn has_next_model(record: &Record<'_>) -> Option<bool> {
    after(&record.parts.message, &openclaw::MODEL_FALLBACK)?;
    match record.field("next").or_else(|| record.field("nextCandidateModel")) {
        Some(next) => Some(next != "none"),
        None => Some(record.field("fallbackStepFinalOutcome") == Some("next_fallback")),
    }
}

/// Returns the lifecycle event in a message of the gateway.
fn mark(message: &str) -> Option<LifecycleKind> {
    if after(message, &openclaw::GATEWAY_STARTED).is_some() {
        return Some(LifecycleKind::GatewayStart);
    }
    if after(message, &openclaw::CONFIG_RELOADED).is_some() {
        return Some(LifecycleKind::ConfigReload);
    }
    None
}

/// Returns the running version that a record names. Failed updates name a version as well, but are matches.
pub(crate) fn version(record: &Record<'_>) -> Option<Event> {
    let message = record.parts.message.as_ref();
    let is_banner =
        record.parts.subsystem.is_none() && record.parts.level.is_none() && record.parts.stamp.is_none();
    if !is_banner && !is_of(record, &GATEWAY_SUBSYSTEMS) {
        return None;
    }
    let version = openclaw::version(message)?;
    let what = LifecycleKind::Version(version);
    Some(Event::LifecycleEvent { stamp: record.parts.stamp, what, port: None })
}

/// Returns the part of OpenClaw that the failure in a record belongs to.
pub(crate) fn setting(
    record: &Record<'_>,
    category: Category,
    captures: &BTreeMap<String, String>,
    keys: &RunKeys,
) -> Component {
    if let Some(task) = background_task(record) {
        return Component::Beside(task.to_owned());
    }
    let subsystem = record.parts.subsystem.as_deref().unwrap_or_default();
    let is_of_run = captures.contains_key("provider")
        || keys.run.is_some()
        || RUN_SUBSYSTEMS.iter().any(|name| subsystem.starts_with(name))
        || openclaw::reports_failed_run(&record.parts.message);
    // A lane or a client that fails because of a tool reports the run.
    let tells_of_run = openclaw::reports_run(&record.parts.message);
    match category {
        Category::Tool if tells_of_run => Component::Run,
        Category::Tool => Component::tool(),
        Category::Plugin => Component::Beside("plugin".to_owned()),
        Category::Channel => Component::channel(channel(record).unwrap_or("any")),
        _ if is_of_run => Component::Run,
        _ => match channel(record) {
            Some(channel) => Component::channel(channel),
            // The gateway rejects such a client before any model is involved.
            None if subsystem == "gateway/ws" || subsystem == "ws" => Component::gateway(),
            None if is_of_provider(category) => Component::Run,
            None => Component::Beside(category.to_string()),
        },
    }
}

fn background_task(record: &Record<'_>) -> Option<&'static str> {
    openclaw::background_task(record.parts.subsystem.as_deref(), &record.parts.message)
}

/// Returns true if failures of a category happen between OpenClaw and a model's provider.
fn is_of_provider(category: Category) -> bool {
    use Category::{Channel, Config, Gateway, Memory, None, Plugin, Session, Storage, Tool};
    !matches!(category, Channel | Config | Gateway | Memory | None | Plugin | Session | Storage | Tool)
}

/// Returns the channel that wrote a record.
fn channel(record: &Record<'_>) -> Option<&'static str> {
    openclaw::channel_of(record.parts.subsystem.as_deref()?)
}

/// Returns the ids of the run that a record belongs to. A background task that a run has started carries the ids of that run, and
/// belongs to none.
pub(crate) fn keys(record: &Record<'_>) -> RunKeys {
    if background_task(record).is_some() {
        return RunKeys::default();
    }
    let field = |name: &str| record.field(name).filter(|v| !v.is_empty()).map(str::to_owned);
    let lane = || field("lane")?.strip_prefix("session:").map(str::to_owned);
    let session = || field("sessionKey").filter(|key| key.starts_with("agent:"));
    RunKeys { run: field("runId"), trace: field("traceId"), session: lane().or_else(session) }
}

/// Returns the unit of work that a record ends: the attempts with one model if the lane gives up; the run if the client gets its
/// answer, if all models failed, or if the context cannot be reduced further. Output of a client has no subsystem.
pub(crate) fn ends(record: &Record<'_>, setting: &Component) -> Ends {
    let message = record.parts.message.as_ref();
    if message.starts_with("lane task error") {
        return Ends::Candidate;
    }
    let is_over = openclaw::ends_run(message);
    // A reply that consists of an error is the last that its user hears of the run.
    let is_reply = || record.parts.level != Some(Level::Warn) && is_error_reply(message);
    // Text in brackets is a label that the file log does not know as a subsystem: `[openai-codex] Token refresh failed`.
    let is_told = record.parts.subsystem.is_none()
        && !message.starts_with('[')
        && (record.parts.level.is_some_and(|level| level >= Level::Error) || is_reply());
    match (is_over, is_told && *setting == Component::Run) {
        (true, _) => Ends::Run,
        (false, true) => Ends::Told,
        (false, false) => Ends::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Lines;

    fn events(text: &str) -> Vec<Event> {
        let of = |record: &Record<'_>| event(record, Position::default()).or_else(|| version(record));
        Lines::new(text.as_bytes(), 0).filter_map(|raw| of(&Record::parse(&raw))).collect()
    }

    #[test]
    fn marks_are_read_in_their_spellings() {
        for (line, what) in [
            (
                "2026-11-22T10:29:24.218+00:00 [gateway] http server listening (14 plugins: x; 2.3s)",
                LifecycleKind::GatewayStart,
            ),
            (
                "2026-11-22T10:29:24.218+00:00 info gateway http server listening (14 plugins: x; 2.3s)",
                LifecycleKind::GatewayStart,
            ),
            (
                "2026-11-22T10:29:24.218+00:00 [reload] config hot reload applied (agents.defaults)",
                LifecycleKind::ConfigReload,
            ),
            (
                "2026-11-22T10:29:24.218+00:00 [update] updated to 2026.9.6",
                LifecycleKind::Version("2026.9.6".to_owned()),
            ),
            (
                "2026-11-22T10:29:24.218+00:00 [gateway] OpenClaw 2026.9.6 (abc123)",
                LifecycleKind::Version("2026.9.6".to_owned()),
            ),
        ] {
            let found = events(line);
            assert!(
                matches!(&found[..], [Event::LifecycleEvent { what: w, .. }] if *w == what),
                "{line}: {found:?}"
            );
        }
        assert!(events("2026-11-22T10:29:24.218+00:00 info OpenClaw 2026.9.6 is what I run").is_empty());
    }

    #[test]
    fn a_channel_that_works_again_says_so() {
        let up = "2026-11-22T10:29:24.218+00:00 [telegram] [default] reconnected after 3 attempts";
        assert!(matches!(&events(up)[..], [Event::ChannelUp { channel, .. }] if channel == "telegram"));
        assert!(events("2026-11-22T10:29:24.218+00:00 [telegram] [default] disconnected").is_empty());
    }
}
