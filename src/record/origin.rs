//! Which program wrote a record, and on which machine, as OpenClaw's logger notes it in each line of its file log.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Origins kept of one source: the first by name, so that it makes no difference in which order they are seen. Real ones
/// have one, or two where the runtime was updated.
pub const MAX_ORIGINS: usize = 16;
/// No version or host name is longer.
const MAX_NAME: usize = 253;

/// The runtime that wrote a record, and its machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Name and version, such as `node 24.21.0`.
    pub runtime: String,
    /// The name of the machine.
    pub host: String,
}

/// Origins that were seen, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    /// The bytes that told the latest, so that the same again need only be compared.
    latest: Vec<u8>,
    seen: BTreeSet<Origin>,
}

static META: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"_meta"));

impl Origins {
    /// Notes the origin that a record's metadata tell, which may be written as JSON inside JSON.
    pub fn note(&mut self, bytes: &[u8]) {
        let Some(start) = META.find(bytes) else { return };
        let meta = &bytes[start..];
        if !self.latest.is_empty() && meta.starts_with(&self.latest) {
            return;
        }
        let Some((origin, length)) = Origin::read(meta) else { return };
        meta[..length].clone_into(&mut self.latest);
        self.seen.insert(origin);
        if self.seen.len() > MAX_ORIGINS {
            self.seen.pop_last();
        }
    }

    /// What was seen since the last call.
    pub fn take(&mut self) -> BTreeSet<Origin> {
        self.latest.clear();
        std::mem::take(&mut self.seen)
    }
}

impl Origin {
    /// Reads `_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox"`, and how long that is.
    fn read(meta: &[u8]) -> Option<(Self, usize)> {
        let mut at = b"_meta".len();
        let mut word = || {
            let start = at + meta[at..].iter().position(|byte| !b"\\\":{,".contains(byte))?;
            let length = meta[start..].iter().take(MAX_NAME).position(|byte| b"\\\"".contains(byte))?;
            at = start + length;
            let word = std::str::from_utf8(&meta[start..at]).ok()?;
            let is_name = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
            is_name.then_some(word)
        };
        // Names and values by turns.
        let mut value = |name: &str| (word()? == name).then(&mut word)?;
        let runtime = value("runtime")?;
        let (version, host) = (value("runtimeVersion")?, value("hostname")?);
        // The quotation mark that ends the name belongs to it: `clawbox` is not `clawbox2`.
        Some((Self { runtime: format!("{runtime} {version}"), host: host.to_owned() }, at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_in_each_form_of_the_log_and_told_once() {
        let mut origins = Origins::default();
        for line in [
            r#"{"0":"x","_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox","date":"2026"}}"#,
            r#"{"0":"y","_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox","date":"2027"}}"#,
            r#"{"type":"log","raw":"{\"0\":\"x\",\"_meta\":{\"runtime\":\"node\",\"runtimeVersion\":\"26.0.1\",\"hostname\":\"clawbox2\"}}"}"#,
            r#"{"0":"x","_meta":{"runtime":"a b","runtimeVersion":"1","hostname":"c"}}"#,
            r#"{"0":"_meta"}"#,
        ] {
            origins.note(line.as_bytes());
        }
        let told: Vec<String> =
            origins.take().iter().map(|o| format!("{} on {}", o.runtime, o.host)).collect();
        assert_eq!(told, ["node 24.21.0 on clawbox", "node 26.0.1 on clawbox2"]);
        assert!(origins.take().is_empty());
    }
}
