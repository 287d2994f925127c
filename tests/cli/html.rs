//! The HTML page. `tests/browser` tests it in a browser.

use std::fs;

use insta_cmd::assert_cmd_snapshot;

use crate::{clawsift, piped, stderr, stdout};

/// Text that an attacker would write into a log.
const HOSTILE: &str = r#"2026-11-22T10:00:00Z error agent/embedded 429 Too Many Requests <script>window.__pwned=1</script> provider="><img src=x onerror=alert(1)> model=</style></script><script>alert(1)</script>
2026-11-22T11:00:05Z error x"><svg/onload=alert(1)> connect ENOTFOUND host='"><a href=javascript:alert(1)>x</a>
2026-11-22T11:00:06Z warn odd/thing </textarea></title></script><script>alert(2)</script> &lt;b&gt; <!-- <script>
"#;

fn page(log: &str) -> String {
    let mut command = clawsift();
    command.args(["--format", "html"]);
    stdout(&piped(command, log.as_bytes()))
}

/// Returns the page without its own style, scripts and data.
fn markup(page: &str) -> String {
    let mut rest = page;
    let mut out = String::new();
    while let Some(start) = ["<style", "<script"].iter().filter_map(|tag| rest.find(tag)).min() {
        out.push_str(&rest[..start]);
        let end = if rest[start..].starts_with("<style") { "</style>" } else { "</script>" };
        let after = rest[start..].find(end).expect("an end tag");
        rest = &rest[start + after + end.len()..];
    }
    out + rest
}

#[test]
fn a_page_of_findings() {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(?s)<style>.*?</style>", "<style>[style]</style>");
    settings.add_filter(r"(?s)<script>.*?</script>", "<script>[script]</script>");
    settings.add_filter(r"sha256-[A-Za-z0-9+/=]+", "sha256-[hash]");
    settings.add_filter(r"clawsift \d+\.\d+\.\d+", "clawsift [version]");
    settings.add_filter(r"\d+ rules", "[n] rules");
    settings.add_filter(r"<code>[0-9a-f]{16}</code>", "<code>[fingerprint]</code>");
    settings.bind(|| {
        assert_cmd_snapshot!(clawsift().args(["--format", "html", "fixtures/logs/dns-notfound/file.log"]));
    });
}

#[test]
fn a_log_cannot_write_markup() {
    let page = page(HOSTILE);
    let markup = markup(&page);
    for tag in ["<script", "<img", "<a href=javascript", "<!-- ", "<b>odd", "</title></", "onload=alert(1)>"]
    {
        assert!(!markup.contains(tag), "{tag} in {markup}");
    }
    assert!(markup.contains("&#60;script&#62;window.__pwned=1"), "{markup}");
    assert_eq!(page.matches("<script").count(), 3, "the data and two scripts");
    assert_eq!(page.matches("</style>").count(), 1);
    let (_, data) = page.split_once(r#"<script type="application/json" id="data">"#).expect("the data");
    let (data, _) = data.split_once("</script>").expect("its end");
    assert!(!data.contains(['<', '>', '&']), "{data}");
    serde_json::from_str::<serde_json::Value>(data).expect("JSON");
}

#[test]
fn a_rule_cannot_name_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("mine.yaml");
    let text = r#"
category: tool
rules:
  - id: mine/odd
    title: "</title><script>alert(1)</script> \u202Eodd"
    severity: error
    any: [{ literal: something quite odd }]
    causes: ["<img src=x onerror=alert(1)>"]
    fixes: [{ say: "<b>no</b>", run: "echo '</code>'", config: "{ a: \"</pre>\" }" }]
    references: ["javascript:alert(1)", "https://example.org/?a=\"onclick=x"]
    examples: [something quite odd, something quite odd again]
    counter_examples: [nothing]
"#;
    fs::write(&rules, text).expect("a file");
    let mut command = clawsift();
    command.args(["--format", "html", "--rules"]).arg(&rules);
    let output = piped(command, b"2026-11-22T10:00:00Z error a/b something quite odd\n");
    let page = stdout(&output);
    assert!(page.contains("mine/odd"), "{}", stderr(&output));
    let markup = markup(&page);
    assert!(
        !markup.contains("<img") && !markup.contains("<b>no") && !markup.contains('\u{202e}'),
        "{markup}"
    );
    assert_eq!(markup.matches("<a href=").count(), markup.matches(r##"<a href="#"##).count() + 1, "{markup}");
    assert!(markup.contains(r#"<li>javascript:alert(1)</li>"#), "{markup}");
    assert!(markup.contains(r#"href="https://example.org/?a=&#34;onclick=x""#), "{markup}");
}

#[test]
fn the_page_allows_only_its_own_style_and_scripts() {
    let page = page(HOSTILE);
    let policy = page.split_once(r#"http-equiv="Content-Security-Policy" content=""#).expect("a policy").1;
    let policy = policy.split_once("\">").expect("its end").0.replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(
        !page.contains(" style=") && !page.contains(" onclick="),
        "inline styles and handlers are not allowed"
    );
}

#[test]
fn the_same_report_is_the_same_page() {
    let log = "fixtures/logs/mixed/file.log";
    let html = || stdout(&clawsift().args(["--format", "html", log]).output().expect("output"));
    let first = html();
    assert_eq!(first, html());

    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    clawsift().args(["--format", "json", log, "--output"]).arg(&report).output().expect("output");
    let merged = clawsift().args(["merge", "--format", "html"]).arg(&report).output().expect("output");
    assert_eq!(stdout(&merged), first);
}

#[test]
fn a_clean_log_has_a_page_too() {
    let output = clawsift()
        .args(["--format", "html", "fixtures/logs/ok-anthropic/file.log"])
        .output()
        .expect("output");
    let page = stdout(&output);
    assert!(page.contains("<h1>No problems found</h1>"), "{}", markup(&page));
    assert!(!page.contains("id=\"filter\""), "there is nothing to filter");
    let nothing = stdout(&clawsift().args(["--format", "html", "nowhere.log"]).output().expect("output"));
    assert!(nothing.contains("Nothing could be read"), "{}", markup(&nothing));
    assert!(nothing.contains("Sources not read completely"), "{}", markup(&nothing));
}
