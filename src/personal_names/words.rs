//! Common words that identify nobody, and domain suffixes of private networks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::openclaw::is_channel;

/// Words that identify nobody although they occur in the position of a name.
const COMMON: [&str; 5] = [
    // Usual accounts and machines.
    "admin administrator anonymous app apps client daemon data debian docker ec2-user guest home host linux localhost mac \
     nobody node nodejs operator owner public root runner server service shared system test ubuntu user users",
    // Services that usually run next to a gateway, by their usual names.
    "api browser browserless chrome chromium database db litellm llamacpp lmstudio localai mongo mongodb mysql nginx ollama \
     postgres postgresql proxy redis searxng squid vllm web www",
    // OpenClaw and the services that it uses.
    "agent agents anthropic assistant azure bedrock bot botfather bots cerebras claude codex cohere copilot custom deepseek \
     fireworks gateway gemini git github glm google gpt grok groq huggingface kimi llama main minimax mistral moonshot openai \
     openclaw openrouter perplexity qwen sandbox tailscale together tool vertex webchat xai zai",
    // Values of settings.
    "all alpha any auto beta canary default dev false lan latest local loopback next none null remote stable tailnet true \
     undefined unknown",
    // Words of sentences, of code and of masks.
    "aborted access an and angular are at by can canceled cancelled cannot channel channels config container context could denied \
     deprecated email error errors everyone expected failed failure file for found from graph had has have header here \
     hostname id import in input invalid is key may me media mention message messages missing must name no not number object \
     of on or override param permission phone port property request requested required returns self session sha256 shall \
     should string that the this timeout to todo token ts type types unreachable username value was with without",
];

/// Domain suffixes of home, company and other private networks.
pub(super) const PRIVATE: [&str; 10] = [
    "local",
    "localdomain",
    "lan",
    "home",
    "internal",
    "intranet",
    "corp",
    "home.arpa",
    "ts.net",
    "fritz.box",
];

/// Names with such suffixes that are equal on every machine.
const USUAL: [&str; 5] = [
    "gateway.docker.internal",
    "host.containers.internal",
    "host.docker.internal",
    "kubernetes.docker.internal",
    "metadata.google.internal",
];

/// First segments of the paths of OpenClaw's settings.
const SETTINGS: [&str; 14] = [
    "agents", "channels", "commands", "cron", "hooks", "logging", "mcp", "memory", "messages", "models",
    "plugins", "session", "skills", "tools",
];

/// Public name servers.
const RESOLVERS: [&str; 6] = ["1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "149.112.112.112"];

/// Parts of words of capitals and digits that are not ids.
const CODES: [&str; 8] = ["BASE64", "CLAUDE", "DEEPSEEK", "GEMINI", "UTF16", "UTF8", "WIN32", "WIN64"];

/// Returns true if a word identifies nobody, whatever its case.
pub(super) fn is_common(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| COMMON.iter().flat_map(|words| words.split_whitespace()).collect());
    let word = word.to_ascii_lowercase();
    WORDS.contains(word.as_str()) || is_channel(&word)
}

/// Returns true if a host name is equal on every machine.
pub(super) fn is_usual_host(host: &str) -> bool {
    USUAL.contains(&host.to_ascii_lowercase().as_str())
}

/// Returns true if a dotted name is that of a setting, such as `memory.search.local`.
pub(super) fn is_setting(name: &str) -> bool {
    name.matches('.').count() > 1 && name.split('.').next().is_some_and(|first| SETTINGS.contains(&first))
}

/// Returns true if an address is that of a public name server.
pub(super) fn is_resolver(address: &str) -> bool {
    RESOLVERS.contains(&address)
}

/// Returns true if a word of capitals and digits is an ordinary word, such as `BASE64URL` and `WINDOWS11`.
pub(super) fn is_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let is_numbered = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_numbered || CODES.iter().any(|code| word.contains(code))
}
