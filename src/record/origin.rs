//! The runtime and machine that wrote a record, as OpenClaw's logger notes them in each line of its file log.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Maximum number of origins kept per source: the first ones in sort order, so that the result does not depend on the order of
/// the records. Real sources have one, or two if the runtime was updated.
pub const MAX_ORIGINS: usize = 16;
/// Maximum length in bytes of a version or host name.
const MAX_NAME: usize = 253;

/// The runtime that wrote a record, and its machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Name and version of the runtime, such as `node 24.21.0`.
    pub runtime: String,
    /// Host name of the machine.
    pub host: String,
}

/// The set of origins seen so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    /// The bytes of the latest origin, so that a repeated one costs only a comparison.
    latest: Vec<u8>,
    seen: BTreeSet<Origin>,
}

static META: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"_meta"));

impl Origins {
    /// Notes the origin in a record's metadata, which may be JSON inside a JSON string.
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

    /// Returns the origins seen since the last call.
    pub fn take(&mut self) -> BTreeSet<Origin> {
        self.latest.clear();
        std::mem::take(&mut self.seen)
    }
}

impl Origin {
    /// Parses `_meta":{"runtime":"node","runtimeVersion":"24.21.0","hostname":"clawbox"`, and returns its length.
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
        // Names and values alternate.
        let mut value = |name: &str| (word()? == name).then(&mut word)?;
        let runtime = value("runtime")?;
        let (version, host) = (value("runtimeVersion")?, value("hostname")?);
        // Include the closing quotation mark in the length: `clawbox` must not match `clawbox2`.
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
