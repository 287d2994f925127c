//! Shortcuts give the same result as the full evaluation: on random rules and random logs, the cached result of a
//! normalized record and the rules selected by atoms match the result of parsing the record and evaluating every
//! signature.

use std::ops::Range;

use clawsift::catalogue;
use clawsift::classify::EventClassifier;
use clawsift::engine::Engine;
use clawsift::record::{ByFormat, Lines};
use clawsift::redact::Redactor;
use proptest::prelude::*;

/// Words for rules and logs, few enough that they match.
const WORDS: &[&str] = &[
    "quota",
    "exceeded",
    "Rate limit",
    "retry after",
    "timed out",
    "connect",
    "ECONNREFUSED",
    "status",
    "HTTP 429",
    "401",
    "invalid key",
    "Schlüssel",
    "余额不足",
    "overloaded",
    "reconnected",
    "OpenClaw 2026.9.6",
    "Kelvin",
    "straße",
    "[model-fetch] response status=503",
    "[model-fetch] response status=200",
    "[model-fetch] response status=2026112209470000",
    "[model-fetch] response status=5026112209470000",
    "[model-fetch] start",
    "lane task error:",
    "error=",
    "model fallback decision: decision=skip_candidate",
    "embedded run agent end",
    "plugin",
    "x",
    "42",
    "failed (500)",
    "\\u0041",
    "provider=custom model=m1",
    "reason=timeout",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(WORDS).prop_map(str::to_owned)
}

/// Returns an id, a duration, or a number, with few different values so that they repeat.
fn opaque() -> impl Strategy<Value = String> {
    (0_u32..6, 0_u32..8).prop_map(|(kind, n)| match kind {
        0 => format!("runId=0000{n}706-7d42-40bd-ab60-6cbf9ad318b{n}"),
        1 => format!("durationMs={}", n * 137),
        2 => format!("trace 960325a1d17653299a8e098d9f829c{n}f"),
        3 => format!("request req_011CSHoEeqs5C35K2UUZ{n}"),
        4 => format!("lane=session:agent:main:0000{n}706-7d42-40bd-ab60-6cbf9ad318b{n}"),
        _ => format!("{}", 400 + n),
    })
}

fn message() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![3 => word(), 2 => opaque()], 1..5).prop_map(|words| words.join(" "))
}

/// Returns an expression with nested alternatives.
fn wordings() -> impl Strategy<Value = String> {
    let leaf = word().prop_map(|word| regex_syntax::escape(&word));
    leaf.prop_recursive(4, 24, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several().prop_map(|branches| format!("(?:{})", branches.join("|"))),
            several().prop_map(|parts| parts.join("[^\\n]{0,20}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a})?{b}")),
            inner.clone().prop_map(|part| format!("(?:{part}){{1,2}}")),
            inner.clone().prop_map(|part| format!("(?-i:{part})")),
            inner.prop_map(|part| format!("\\b({part})")),
        ]
    })
}

fn signature() -> impl Strategy<Value = String> {
    let quoted = |text: String| format!("'{}'", text.replace('\'', "''"));
    let regex = (word(), word(), 0_u32..6).prop_map(|(a, b, kind)| {
        let (a, b) = (regex_syntax::escape(&a), regex_syntax::escape(&b));
        match kind {
            0 => format!("{a}[^\\n]{{0,40}}{b}"),
            1 => format!("(?:{a}|{b})"),
            2 => format!("{a} (?<what>\\S+)"),
            3 => format!("\\b{a}\\b"),
            4 => format!("(?<all>{a}.*{b})"),
            _ => format!("{a}[ _]?(?:{b})?"),
        }
    });
    let field = prop::sample::select(
        &[
            "runId: '0000*'",
            "durationMs: '137'",
            "subsystem: 'agent*'",
            "provider: custom",
            "reason: '*'",
            "level: warn",
        ][..],
    );
    prop_oneof![
        word().prop_map(move |text| format!("literal: {}", quoted(text))),
        regex.prop_map(move |text| format!("regex: {}", quoted(text))),
        wordings().prop_map(move |text| format!("regex: {}", quoted(text))),
        (400_u16..510).prop_map(|status| format!("http_status: {status}")),
        Just("error_code: ECONNREFUSED".to_owned()),
        field.prop_map(|field| format!("field: {{ {field} }}")),
    ]
}

fn rules() -> impl Strategy<Value = String> {
    let signatures = |count| prop::collection::vec(signature(), count);
    let rule = (signatures(1..4), signatures(0..2), signatures(0..2));
    prop::collection::vec(rule, 1..12).prop_map(|rules| {
        let mut text = "category: dns\nrules:\n".to_owned();
        for (index, (any, all, none)) in rules.iter().enumerate() {
            let list = |name: &str, signatures: &Vec<String>| {
                let entries: Vec<String> = signatures.iter().map(|s| format!("      - {s}\n")).collect();
                if entries.is_empty() { String::new() } else { format!("    {name}:\n{}", entries.concat()) }
            };
            text.push_str(&format!(
                "  - id: dns/r{index}\n    title: t\n    severity: error\n    causes: [c]\n    fixes: [{{ say: s }}]\n"
            ));
            text.push_str(&(list("any", any) + &list("all", all) + &list("none", none)));
        }
        text
    })
}

/// Returns the lines of a log: in all formats, or in one of those that continue as they began.
fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let lines = |forms| prop::collection::vec(line(forms), 1..60);
    prop_oneof![2 => lines(0..9), 1 => lines(4..5), 1 => lines(6..7)]
}

/// Returns a line in one of the formats, with possible damage.
fn line(forms: Range<u32>) -> impl Strategy<Value = Vec<u8>> {
    let level = prop::sample::select(&["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"][..]);
    let subsystem =
        prop::sample::select(&["agent/embedded", "gateway/channels/telegram", "diagnostic", "memory"][..]);
    let form = (message(), message(), level, subsystem, forms, 0_u32..66);
    let line = form.prop_map(|(said, detail, level, subsystem, form, second)| {
        let time = format!("2026-11-22T09:43:{second:02}.554");
        let json = |text: &str| serde_json::to_string(text).expect("a string").replace("\\\\u0041", "\\u0041");
        let label = json(&format!("{{\"subsystem\":\"{subsystem}\"}}"));
        let meta = format!(
            r#""_meta":{{"runtime":"node","runtimeVersion":"24.21.0","hostname":"h","date":"{time}Z","logLevelId":3,"logLevelName":"{level}","name":{label},"parentNames":["openclaw"]}},"time":"{time}+00:00","hostname":"h","message":{}"#,
            json(&said)
        );
        let ids = r#","traceId":"960325a1d17653299a8e098d9f829c2f","spanId":"c1fe97956fa8c4a9","traceFlags":"01""#;
        match form {
            0 | 1 => format!(r#"{{"0":{label},"1":{},{meta}{ids}}}"#, json(&said)),
            2 => format!(r#"{{"0":{label},"1":{{"error":{},"elapsedMs":{second}}},"2":{},{meta}}}"#, json(&detail), json(&said)),
            3 => format!(r#"{{"0":{label},"1":{},{meta},"runId":"r{second}"}}"#, json(&said)),
            4 => format!("{time}+00:00 [{subsystem}] {said}"),
            5 => format!("\u{1b}[90m{time}+00:00\u{1b}[39m \u{1b}[36m[{subsystem}]\u{1b}[39m {said}"),
            6 => format!("{time}Z {} {subsystem} {said}", level.to_lowercase()),
            7 => format!(
                r#"{{"elapsedMs":{second},"time":"{time}+00:00","level":"{}","subsystem":"{subsystem}","message":{}}}"#,
                level.to_lowercase(),
                json(&said)
            ),
            _ => format!("[{subsystem}] {said}"),
        }
        .into_bytes()
    });
    let damage = prop::option::weighted(
        0.15,
        (any::<prop::sample::Index>(), prop::sample::select(&b"\x1b\r\"\\}\xff"[..])),
    );
    (line, damage).prop_map(|(mut line, damage)| {
        if let Some((at, byte)) = damage {
            let at = at.index(line.len());
            if byte == b'}' { line.truncate(at) } else { line.insert(at, byte) }
        }
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn shortcuts_lead_to_the_same(rules in rules(), lines in lines()) {
        let engine = Engine::new(catalogue::from_text("rules.yaml", &rules).expect("good rules"));
        let log = lines.join(&b'\n');
        let mut short = EventClassifier::new(&engine, Redactor::MASKING, false);
        let mut long = EventClassifier::new(&engine, Redactor::MASKING, false);
        let mut passing = EventClassifier::new(&engine, Redactor::MASKING, false);
        // Twice, so that everything that can be cached is cached.
        for _ in 0..2 {
            let (mut all, mut lines) = (Lines::new(&log, 0), Lines::new(&log, 0));
            let (mut records, mut events) = (0, Vec::new());
            for raw in all.by_ref() {
                let (known, glance) = short.next(&mut lines, None).expect("a record");
                prop_assert_eq!(known, raw);
                let (a, b) = (short.observe(&raw, &glance), long.observe_slowly(&raw));
                prop_assert_eq!(format!("{a:?}"), format!("{b:?}"), "{}", String::from_utf8_lossy(raw.bytes));
                records += 1;
                events.extend(a.map(|event| format!("{event:?}")));
            }
            prop_assert!(short.next(&mut lines, None).is_none());
            prop_assert_eq!(lines.line_count(), all.line_count());

            let mut passed = ByFormat::default();
            let mut lines = Lines::new(&log, 0);
            while let Some((raw, glance)) = passing.next(&mut lines, Some(&mut passed)) {
                if let Some(event) = passing.observe(&raw, &glance) {
                    prop_assert_eq!(events.remove(0), format!("{event:?}"));
                }
                records -= 1;
            }
            let passed: u64 = passed.iter().sum();
            prop_assert_eq!((records, events.len(), lines.line_count()), (passed, 0, all.line_count()));
        }
        let counts = long.take_counts();
        prop_assert_eq!((short.take_counts(), passing.take_counts()), (counts, counts));
    }
}

/// Returns the number of records that a rule with this signature matches, equal by triage and by parsing; the log is
/// read twice.
fn matches(signature: &str, log: &[u8]) -> usize {
    let rules = format!(
        "category: dns\nrules:\n  - {{ id: dns/a, title: t, severity: error, causes: [c], fixes: [{{ say: s }}], \
         any: [{signature}] }}\n"
    );
    let engine = Engine::new(catalogue::from_text("rules.yaml", &rules).expect("good rules"));
    let mut short = EventClassifier::new(&engine, Redactor::MASKING, false);
    let mut long = EventClassifier::new(&engine, Redactor::MASKING, false);
    let mut matches = 0;
    // Twice, so that everything that can be cached is cached.
    for _ in 0..2 {
        let mut lines = Lines::new(log, 0);
        while let Some((raw, glance)) = short.next(&mut lines, None) {
            let (a, b) = (short.observe(&raw, &glance), long.observe_slowly(&raw));
            matches += usize::from(b.is_some());
            assert_eq!(format!("{a:?}"), format!("{b:?}"), "{}", String::from_utf8_lossy(raw.bytes));
        }
    }
    matches
}

#[test]
fn what_only_looks_like_a_time_makes_another_record() {
    let log = b"2026-11-22T09:43:00.554Z [x] boom\n2026-11-99T09:43:00.554Z [x] boom\n2026-11-30T09:43:00.554Z [x] boom\n";
    assert_eq!(matches("{ field: { subsystem: x } }", log), 4);
}

#[test]
fn bytes_that_are_no_text_count_with_a_terminal_code_as_without() {
    let log = b"2026-11-22T09:43:00\xff.554+00:00 [x] rate\n\x1b2026-11-22T09:43:00.554+00:00 [x] boom\n";
    assert_eq!(matches("{ literal: boom }", log), 2);
}
