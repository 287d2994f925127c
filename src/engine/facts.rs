//! Facts that any failure may carry, whatever rule explains it: who was called, and where.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::view::View;

/// The address behind a transport code, as Node and undici print it.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|EAI_NONAME|ESERVFAIL|ENODATA)\ (?<name>[A-Za-z0-9_][A-Za-z0-9._-]*[A-Za-z0-9])
      | \bE[A-Z]{4,}\ (?<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+):(?<ip_port>\d{1,5})\b
      | \battempted\ address(?:es)?:\ \[?(?<tried>[^\s,\]]+?)\]?:(?<tried_port>\d{1,5})\b
        ",
    )
    .ok()
});

/// Adds provider, model, channel, host and port where the record names them and the rule has not captured them.
pub(super) fn add(view: &View<'_>, captures: &mut BTreeMap<String, String>) {
    for name in ["provider", "model", "channel"] {
        if let Some(value) = view.record.field(name).filter(|value| !value.is_empty()) {
            captures.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    let Some(regex) = &*ADDRESS else { return };
    if captures.contains_key("host") {
        return;
    }
    let Some(found) = view.texts.iter().find_map(|t| regex.captures(&t.text)) else {
        return;
    };
    let group =
        |names: [&str; 3]| names.iter().find_map(|name| found.name(name)).map(|m| m.as_str().to_owned());
    if let Some(host) = group(["name", "ip", "tried"]) {
        captures.insert("host".to_owned(), host);
    }
    if let Some(port) = group(["ip_port", "tried_port", "tried_port"]) {
        captures.entry("port".to_owned()).or_insert(port);
    }
}
