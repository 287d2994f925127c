//! Stable identifier of a failure, independent of the machine, the run, the number of incidents and the position in the
//! report. Two people with the same failure can find each other by it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use xxhash_rust::xxh3::xxh3_64;

use crate::personal_names::is_private_name;
use crate::redact::{Redactor, holds_mask};

use super::value::Value;

/// Names of the facts that identify a failure. Times, ids, counts, paths and ports are excluded: they differ between
/// occurrences of the same failure.
pub(crate) const IDENTITY: [&str; 17] = [
    "channel",
    "code",
    "harness",
    "hook",
    "host",
    "keyword",
    "model",
    "module",
    "parameter",
    "plugin",
    "provider",
    "proxy_status",
    "scope",
    "server",
    "slack_error",
    "status",
    "tool",
];

/// Returns the fingerprint of a finding: a hash of the rule and the values of its identifying facts, independent of
/// their order and counts. A fact with more values than could be kept (`cut`) is ignored.
pub(crate) fn fingerprint(rule: &str, captures: &BTreeMap<String, Vec<Value>>, cut: &[String]) -> String {
    let mut identity = format!("clawsift/1\0{rule}\0");
    for name in IDENTITY.iter().filter(|name| !cut.iter().any(|cut| cut == *name)) {
        let values = captures.get(*name).into_iter().flatten().filter(|value| is_shown(&value.value));
        let mut values: Vec<String> = values.map(|value| normalised(name, &value.value)).collect();
        values.sort();
        values.dedup();
        for value in values {
            identity.push_str(&format!("{name}={value}\0"));
        }
    }
    format!("{:016x}", xxh3_64(identity.as_bytes()))
}

/// Returns true if every report shows the value. The fingerprint of a value that some reports mask would reveal that
/// value.
fn is_shown(value: &str) -> bool {
    !holds_mask(value) && Redactor::PERSONAL.clean(value) == value
}

/// Normalizes a value so that it does not depend on the machine: trimmed, in lower case, and with private hosts and IP
/// addresses replaced by a class.
fn normalised(name: &str, value: &str) -> String {
    let value = value.trim().to_lowercase();
    if name != "host" {
        return value;
    }
    let host = value.trim_end_matches('.').trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(ip) if ip.is_loopback() => "localhost".to_owned(),
        // A name resolves to different addresses over time.
        Ok(ip) if is_private(ip) => "private".to_owned(),
        Ok(_) => "address".to_owned(),
        Err(_) if host == "localhost" => host.to_owned(),
        Err(_) if is_private_name(host) => "private".to_owned(),
        Err(_) => host.to_owned(),
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(facts: &[(&str, &[&str])]) -> String {
        let values = |values: &[&str]| -> Vec<Value> {
            let value =
                |(at, value): (usize, &&str)| Value { value: (*value).to_owned(), incidents: at as u64 };
            values.iter().enumerate().map(value).collect()
        };
        let captures = facts.iter().map(|(name, all)| ((*name).to_owned(), values(all))).collect();
        fingerprint("dns/not-found", &captures, &[])
    }

    #[test]
    fn the_fingerprint_is_that_of_the_failure_and_not_of_its_circumstances() {
        let base = of(&[("host", &["api.x.com", "api.y.com"]), ("code", &["ENOTFOUND"])]);
        assert_eq!(base, of(&[("code", &["ENOTFOUND"]), ("host", &["API.y.com.", "api.x.com"])]));
        assert_eq!(
            base,
            of(&[("host", &["api.x.com", "api.y.com"]), ("code", &["ENOTFOUND"]), ("pid", &["1"])])
        );
        assert_ne!(base, of(&[("host", &["api.x.com"]), ("code", &["ENOTFOUND"])]));
        assert_ne!(base, of(&[("host", &["api.x.com", "api.y.com"]), ("code", &["EAI_AGAIN"])]));
        assert_eq!(of(&[("host", &["192.168.1.7"])]), of(&[("host", &["10.0.0.9"])]));
        assert_eq!(of(&[("host", &["127.0.0.1"])]), of(&[("host", &["::1"])]));
        assert_eq!(of(&[("host", &["localhost"])]), of(&[("host", &["[::1]"])]));
        assert_eq!(of(&[("host", &["nas.fritz.box"])]), of(&[("host", &["ollama"])]));
        assert_ne!(of(&[("host", &["127.0.0.1"])]), of(&[("host", &["10.0.0.9"])]));
        // The fingerprint of the first release, which people have quoted in their issues.
        assert_eq!(of(&[("host", &["api.x.com"])]), "cc211511e101fd51");
    }

    #[test]
    fn what_is_masked_is_no_part_of_a_fingerprint() {
        let without = of(&[("host", &["api.x.com"])]);
        for secret in [
            "sk-proj-abcdEFGH0123456789abcd",
            "[redacted]",
            "[redacted:0123456789abcdef]",
            "[email]",
            "joe@x.org",
        ] {
            assert_eq!(of(&[("host", &["api.x.com"]), ("model", &[secret])]), without, "{secret}");
        }
        assert_ne!(of(&[("host", &["api.x.com"]), ("model", &["gpt-5"])]), without);
    }

    #[test]
    fn a_fact_with_too_many_values_tells_nothing() {
        let value = |value: &str| vec![Value { value: value.to_owned(), incidents: 1 }];
        let with = |host| BTreeMap::from([("host".to_owned(), value(host))]);
        let cut = ["host".to_owned()];
        assert_eq!(fingerprint("a/b", &with("x.y"), &cut), fingerprint("a/b", &with("z.y"), &cut));
        assert_ne!(fingerprint("a/b", &with("x.y"), &[]), fingerprint("a/b", &with("z.y"), &[]));
    }
}
