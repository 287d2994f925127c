//! The catalogue's own examples: each must be won by its rule, each counter-example must not match it.

use clawsift::catalogue::{self, Category};
use clawsift::engine::Engine;
use clawsift::record::{Lines, Record};

fn engine() -> Engine {
    let catalogue = catalogue::embedded().unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(catalogue)
}

/// The id of the rule that wins the text, read as a record.
fn winner<'e>(engine: &'e Engine, text: &str) -> Option<&'e str> {
    let raw = Lines::new(text.as_bytes(), 0).next()?;
    let record = Record::parse(&raw);
    let verdict = engine.classify_by_brute_force(&record)?;
    Some(&engine.rule(verdict.rule).id)
}

/// Returns the rules that remain for the text after precedence: more than one is an error in the catalogue.
fn rivals<'e>(engine: &'e Engine, text: &str) -> Vec<&'e str> {
    let Some(raw) = Lines::new(text.as_bytes(), 0).next() else { return Vec::new() };
    let rivals = engine.rivals(&Record::parse(&raw));
    rivals.into_iter().map(|at| engine.rule(at).id.as_str()).collect()
}

#[test]
fn every_example_is_won_by_its_rule() {
    let engine = engine();
    let mut wrong = Vec::new();
    for rule in engine.catalogue().rules() {
        for example in &rule.examples {
            let rivals = rivals(&engine, example);
            match rivals.as_slice() {
                [only] if *only == rule.id => {}
                [_] | [] => wrong.push(format!("{}: {rivals:?} wins {example}", rule.id)),
                _ => wrong.push(format!("{}: no precedence between {rivals:?} on {example}", rule.id)),
            }
        }
        for example in &rule.counter_examples {
            if winner(&engine, example) == Some(&rule.id) {
                wrong.push(format!("{}: wins its counter-example {example}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_shows_what_it_means() {
    for rule in engine().catalogue().rules() {
        assert!(rule.examples.len() >= 2, "{} has only {} examples", rule.id, rule.examples.len());
        assert!(!rule.counter_examples.is_empty(), "{} has no counter-example", rule.id);
    }
}

#[test]
fn every_category_has_rules() {
    const CATEGORIES: [&str; 26] = [
        "auth",
        "permission",
        "billing",
        "rate_limit",
        "server_error",
        "overloaded",
        "connect_timeout",
        "request_timeout",
        "dns",
        "tls",
        "proxy",
        "connection",
        "model_not_found",
        "context_overflow",
        "bad_request",
        "content_policy",
        "local_model",
        "config",
        "gateway",
        "channel",
        "plugin",
        "tool",
        "session",
        "storage",
        "memory",
        "none",
    ];
    let engine = engine();
    for category in CATEGORIES {
        let rules = engine.catalogue().rules().iter();
        assert!(
            rules.filter(|rule| rule.category.to_string() == category).count() > 0,
            "{category} has no rule"
        );
    }
}

#[test]
fn atoms_hide_no_rule_from_any_example() {
    let engine = engine();
    for rule in engine.catalogue().rules() {
        for example in rule.examples.iter().chain(&rule.counter_examples) {
            for raw in Lines::new(example.as_bytes(), 0) {
                let record = Record::parse(&raw);
                assert_eq!(
                    engine.classify(&record),
                    engine.classify_by_brute_force(&record),
                    "{}: {example}",
                    rule.id
                );
            }
        }
    }
    let ids: Vec<&str> = engine.rules_without_atoms().iter().map(|&at| engine.rule(at).id.as_str()).collect();
    assert_eq!(ids, [""; 0], "no literal gives these away, so they are tried on every record");
}

/// The symptoms of the troubleshooting article that people start from, and the category of each.
#[test]
fn every_symptom_of_the_article_is_known() {
    let engine = engine();
    let cases = [
        ("Error: API request failed with status 401: Invalid API key", Category::Auth),
        ("Error: API request failed with status 403: Permission denied", Category::Permission),
        ("Error: Rate limit exceeded. Please retry after 30 seconds.", Category::RateLimit),
        ("Error: 500 Internal Server Error", Category::ServerError),
        ("Error: 502 Bad Gateway", Category::Overloaded),
        ("Error: 503 Service Unavailable - The server is temporarily overloaded", Category::Overloaded),
        ("Error: connect ETIMEDOUT 104.18.0.1:443", Category::ConnectTimeout),
        ("Error: request timed out", Category::RequestTimeout),
        ("Error: getaddrinfo ENOTFOUND api.anthropic.com", Category::Dns),
        ("Error: querySrv ESERVFAIL _http._tcp.api.openai.com", Category::Dns),
        ("Error: unable to verify the first certificate", Category::Tls),
        ("Error: self signed certificate in certificate chain", Category::Tls),
        ("Error: CERT_HAS_EXPIRED", Category::Tls),
        (
            "(node:1) Warning: Component the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS \
             connections and HTTPS requests insecure by disabling certificate verification.",
            Category::Tls,
        ),
        ("connect ECONNREFUSED 127.0.0.1:7890", Category::Proxy),
        ("407 Proxy Authentication Required", Category::Proxy),
        ("SocksClientError: connect ECONNREFUSED 127.0.0.1:1080", Category::Proxy),
        ("401 Incorrect API key provided: sk-ant-a***.", Category::Auth),
        ("TypeError: Headers.append: \"Bearer x\\n\" is an invalid header value.", Category::Auth),
        (
            "Failed to establish tunnel to localhost:11434 via http://proxy:3128: HTTP/1.1 503 X [ERR_PROXY_TUNNEL]",
            Category::Proxy,
        ),
        (
            "429 You exceeded your current quota, please check your plan and billing details.",
            Category::Billing,
        ),
        ("connect ECONNREFUSED 127.0.0.1:11434", Category::LocalModel),
        ("connect ECONNREFUSED 192.168.1.7:11434", Category::LocalModel),
        ("model 'llama3' not found, try pulling it first", Category::LocalModel),
        ("HTTP 401: User not found.", Category::Auth),
        ("402 This request requires more credits, or fewer max_tokens.", Category::Billing),
    ];
    for (text, category) in cases {
        let id = winner(&engine, text).unwrap_or_else(|| panic!("nothing explains {text}"));
        let rule = engine.catalogue().rules().iter().find(|rule| rule.id == id);
        assert_eq!(rule.map(|rule| rule.category), Some(category), "{id} wins {text}");
    }
}

/// A fact is quoted for the shell as one word; inside other quotes it would end them.
#[test]
fn commands_take_facts_outside_quotes_only() {
    for rule in engine().catalogue().rules() {
        for command in rule.fixes.iter().filter_map(|fix| fix.run.as_deref()) {
            let mut quote = None;
            for (at, c) in command.char_indices() {
                match (quote, c) {
                    (None, '\'' | '"') => quote = Some(c),
                    (Some(open), _) if open == c => quote = None,
                    (Some(_), '{') => {
                        let name = command[at + 1..].split('}').next().unwrap_or_default();
                        let is_fact =
                            name.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !name.is_empty();
                        assert!(!is_fact, "{}: {{{name}}} stands in quotes: {command}", rule.id);
                    }
                    _ => {}
                }
            }
            assert_eq!(quote, None, "{}: an open quote: {command}", rule.id);
        }
    }
}
