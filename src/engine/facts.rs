//! Facts that any failure can carry, whichever rule explains it: the provider and model called, and the address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;

use super::texts::RecordTexts;

/// Matches the address after a transport code, as Node and undici print it.
static ADDRESS: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(
        r"(?x)
        \b(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|EAI_NONAME|ESERVFAIL|ENODATA)\ (?<name>localhost|[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+)(?:$|[^A-Za-z0-9=])
      | \bE[A-Z]{4,}\ (?<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+):(?<ip_port>\d{1,5})\b
      | \battempted\ address(?:es)?:\ \[?(?<tried>[^\s,\]]+?)\]?:(?<tried_port>\d{1,5})\b
        ",
    )
    .ok()
});

/// Matches the provider's requested waiting time, in seconds.
static RETRY_AFTER: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::lower(r"\b(?:retry[- ]after:?|(?:try again|retry) (?:in|after)(?: about)?):? (?<seconds>\d+(?:\.\d+)?) ?s(?:ec|\b)").ok()
});

/// Adds provider, model, channel, host, port and the seconds to wait if the record holds them and the rule did not capture them.
pub(super) fn add(view: &RecordTexts<'_>, captures: &mut BTreeMap<String, String>) {
    for name in ["provider", "model", "channel"] {
        if let Some(value) = view.record.field(name).filter(|value| !value.is_empty()) {
            captures.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    if let Some(regex) = &*RETRY_AFTER
        && let Some(found) = view.texts.iter().find_map(|t| regex.captures(&t.lower))
    {
        captures.entry("retry_after".to_owned()).or_insert_with(|| found["seconds"].to_owned());
    }
    let Some(regex) = &*ADDRESS else { return };
    if captures.contains_key("host") {
        return;
    }
    let Some((text, found)) = view.texts.iter().find_map(|t| Some((t, regex.captures(&t.text)?))) else {
        return;
    };
    let group = |names: &[&str]| {
        names.iter().find_map(|name| found.named_range(name)).map(|range| text.original(range))
    };
    if found.name("ip").is_some_and(|ip| ip.parse::<IpAddr>().is_err()) {
        return;
    }
    if let Some(host) = group(&["name", "ip", "tried"]) {
        captures.insert("host".to_owned(), host);
    }
    if let Some(port) = group(&["ip_port", "tried_port"]) {
        captures.entry("port".to_owned()).or_insert(port);
    }
}

#[cfg(test)]
mod tests {
    use crate::record::{Lines, Record};

    use super::*;

    fn facts(text: &str) -> Vec<(String, String)> {
        let raw = Lines::new(text.as_bytes(), 0).next().expect("a record");
        let record = Record::parse(&raw);
        let mut captures = BTreeMap::new();
        add(&RecordTexts::new(&record), &mut captures);
        captures.into_iter().collect()
    }

    #[test]
    fn finds_who_was_called_where_and_how_long_to_wait() {
        for (text, expected) in [
            ("getaddrinfo ENOTFOUND api.x.com", &[("host", "api.x.com")][..]),
            ("code=ENOTFOUND causeName=undefined message=getaddrinfo ENOTFOUND a.b", &[("host", "a.b")]),
            ("connect ECONNREFUSED 127.0.0.1:11434", &[("host", "127.0.0.1"), ("port", "11434")]),
            ("connect ETIMEDOUT ::1:443", &[("host", "::1"), ("port", "443")]),
            (
                "(attempted address: api.x.com:443, timeout: 10000ms)",
                &[("host", "api.x.com"), ("port", "443")],
            ),
            ("error provider=p model=m/n x", &[("model", "m/n"), ("provider", "p")]),
            ("Please retry after 30 seconds.", &[("retry_after", "30")]),
            ("Please try again in 3.86s.", &[("retry_after", "3.86")]),
            ("try again in 200ms", &[]),
            ("ENOTFOUND is something else", &[]),
            ("connect ECONNREFUSED 999.1.1.1:99", &[]),
        ] {
            let expected: Vec<(String, String)> =
                expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(facts(text), expected, "{text}");
        }
    }
}
