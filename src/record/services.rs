//! Records of other services in a system's journal: which of them concern OpenClaw.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Pattern, matches};

/// Names and sentences that only a log of OpenClaw, or a text about it, holds.
static OWN: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(r"open-?claw|clawd(?:bot|is)?\b|moltbot|npm err(?:or|!)|failovererror|agent/embedded|node:internal|\[gin\]|\(node:\d")
        .ok()
});

/// Services whose records in a journal concern OpenClaw if they name it: they start and kill it.
const MANAGERS: [&[u8]; 4] = [b"systemd", b"kernel", b"dockerd", b"containerd"];
/// Servers of local models, which OpenClaw calls.
const MODEL_SERVERS: [&[u8]; 4] = [b"ollama", b"llama-server", b"lms", b"vllm"];

/// Returns true if a record of this process concerns OpenClaw: its manager names OpenClaw or Node, or it serves models.
pub(super) fn concerns_openclaw(process: &[u8], message: &str) -> bool {
    let is_of = |names: &[&[u8]]| names.iter().any(|name| process.starts_with(name));
    let names = |message: &str| message.contains("(node") || is_of_openclaw(message);
    is_of(&MODEL_SERVERS) || (is_of(&MANAGERS) && names(message))
}

/// Returns true if a text holds a name or a sentence that only a log of OpenClaw, or a text about it, holds.
pub(super) fn is_of_openclaw(text: &str) -> bool {
    matches(&OWN, &text.to_ascii_lowercase())
}
