//! Who and where: masks for what in a text tells a person or a machine, so that a report can be shown to strangers.
//!
//! It goes on where [`crate::redact`] ends, which takes out secrets, telephone numbers and e-mail addresses. It knows people
//! and machines by the shape of what names them, and by names that it was told or found beside such a shape; what has
//! neither it cannot know.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use crate::pattern::{Groups, Pattern};
use crate::redact::{Personal, Redactor};

/// Names shorter than this are too likely to be something else.
const MIN_NAME: usize = 3;

/// Names that tell nobody from anybody: of usual accounts and machines, and of what stands in every log.
const COMMON: [&str; 28] = [
    "admin",
    "app",
    "apps",
    "daemon",
    "data",
    "debian",
    "docker",
    "ec2-user",
    "email",
    "gateway",
    "home",
    "host",
    "linux",
    "localhost",
    "mac",
    "node",
    "nodejs",
    "number",
    "openclaw",
    "phone",
    "public",
    "root",
    "runner",
    "server",
    "shared",
    "ubuntu",
    "user",
    "users",
];

/// Ends of names that only a home, a company or a private network knows.
const PRIVATE: [&str; 10] = [
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

/// Whether a machine of that name is known nowhere but in its own network.
pub fn is_private_name(host: &str) -> bool {
    !host.contains('.')
        || PRIVATE.iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// What was masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Masked {
    /// A home folder, shown as `~`.
    Home,
    /// The name of a user.
    User,
    /// The name of a machine.
    Host,
    /// An IP address other than the machine's own.
    Address,
    /// An e-mail address.
    Email,
    /// A telephone number, or an account of a messenger that goes by one.
    Phone,
    /// A long number, such as those by which messengers know people and groups.
    Number,
}

impl Masked {
    /// What it is, of one and of many.
    pub fn noun(self) -> (&'static str, &'static str) {
        match self {
            Self::Home => ("home folder", "home folders"),
            Self::User => ("user name", "user names"),
            Self::Host => ("host name", "host names"),
            Self::Address => ("IP address", "IP addresses"),
            Self::Email => ("e-mail address", "e-mail addresses"),
            Self::Phone => ("phone number", "phone numbers"),
            Self::Number => ("long number", "long numbers"),
        }
    }

    fn mask(self) -> &'static str {
        match self {
            Self::Home => "~",
            Self::User => "[user]",
            Self::Host => "[host]",
            Self::Address => "[ip]",
            Self::Number => "[number]",
            // The redactor has masked them.
            Self::Email | Self::Phone => "",
        }
    }
}

/// Masks who and where, and counts what it masks.
#[derive(Debug, Default)]
pub struct Masker {
    names: Option<Pattern>,
    hosts: BTreeSet<String>,
    counts: BTreeMap<Masked, u64>,
}

impl Masker {
    /// Knows these machines, and the users whose home folders stand in these texts.
    pub fn new<'t>(
        hosts: impl IntoIterator<Item = &'t str>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let is_telling = |name: &String| name.len() >= MIN_NAME && !COMMON.contains(&name.as_str());
        let hosts: BTreeSet<String> = hosts
            .into_iter()
            .flat_map(|host| [host, host.split('.').next().unwrap_or(host)])
            .map(str::to_ascii_lowercase)
            .filter(is_telling)
            .collect();
        let users: BTreeSet<String> = texts
            .into_iter()
            .flat_map(users)
            .map(|user| user.to_ascii_lowercase())
            .filter(is_telling)
            .collect();
        // The longer name first: `clawbox.example.org` before `clawbox`.
        let mut names: Vec<&String> = hosts.iter().chain(&users).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let names: Vec<String> = names.into_iter().map(|name| regex_syntax::escape(name)).collect();
        let pattern = (!names.is_empty())
            .then(|| Pattern::lower(&format!(r"\b(?<name>{})\b", names.join("|"))).ok())
            .flatten();
        Self { names: pattern, hosts, counts: BTreeMap::new() }
    }

    /// The text without what tells who and where.
    pub fn clean(&mut self, text: &str) -> String {
        let Some(shapes) = &*SHAPES else { return String::new() };
        let text = Redactor::PERSONAL.clean_lines(text);
        for (what, personal) in [(Masked::Email, Personal::Email), (Masked::Phone, Personal::Phone)] {
            let count = text.matches(&format!("[{}:", personal.name())).count() as u64;
            if count > 0 {
                *self.counts.entry(what).or_default() += count;
            }
        }
        let by_shape = shapes.replace_all(&text, |found| match masked(&found) {
            Some(what) => {
                *self.counts.entry(what).or_default() += 1;
                format!("{}{}{}", &found["before"], what.mask(), &found["after"])
            }
            None => found.whole().to_owned(),
        });
        let Some(names) = &self.names else { return by_shape.into_owned() };
        let lower = by_shape.to_ascii_lowercase();
        let by_name = names.replace_in(&by_shape, &lower, |found| {
            let is_host = self.hosts.contains(&found.whole().to_ascii_lowercase());
            let what = if is_host { Masked::Host } else { Masked::User };
            *self.counts.entry(what).or_default() += 1;
            what.mask().to_owned()
        });
        by_name.into_owned()
    }

    /// What was masked so far, and how often.
    pub fn counts(&self) -> &BTreeMap<Masked, u64> {
        &self.counts
    }
}

/// People and machines by the shape of what names them.
static SHAPES: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    let private = PRIVATE.map(regex_syntax::escape).join("|");
    let shapes = r#"(?x)
          (?<before>://) (?<userinfo>[^\s/@:"'<>]+ (?: :[^\s/@"'<>]* )?) (?<after>@)
        | (?<home>(?:/home/|/Users/)[^/\\\s"'`:;,)\]}<>|]+ | \b[A-Za-z]:[\\/]+Users[\\/]+[^/\\"'`:;,<>|]+)
        | (?<root>/root)\b
        | (?<address>\b\d{1,3}(?:\.\d{1,3}){3}\b | (?:\b[0-9A-Fa-f]{1,4}|:)(?::[0-9A-Fa-f]{0,4}){2,7}\b)
        | (?<number>\b\d{9,}\b)
        | (?<host>\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:PRIVATE)\b)
        "#;
    Pattern::new(&shapes.replace("PRIVATE", &private)).ok()
});

/// What the shape is that was found, unless it tells nobody anything.
fn masked(found: &Groups<'_>) -> Option<Masked> {
    let is = |name: &str| found.name(name).is_some();
    if let Some(address) = found.name("address") {
        // Where the machine itself is called is what matters, and the same on each.
        let ip: IpAddr = address.parse().ok()?;
        let is_word = ip.is_ipv6() && !address.contains(|c: char| c.is_ascii_digit());
        return (!ip.is_loopback() && !ip.is_unspecified() && !is_word).then_some(Masked::Address);
    }
    [
        ("userinfo", Masked::User),
        ("home", Masked::Home),
        ("root", Masked::Home),
        ("number", Masked::Number),
        ("host", Masked::Host),
    ]
    .into_iter()
    .find_map(|(name, what)| is(name).then_some(what))
}

/// The users whose home folders stand in a text.
fn users(text: &str) -> Vec<&str> {
    let Some(shapes) = &*SHAPES else { return Vec::new() };
    let homes = shapes.captures_iter(text).filter_map(|found| found.name("home"));
    homes.filter_map(|home| home.rsplit(['/', '\\']).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_tells_a_person_or_a_machine() {
        let mut masker = Masker::new(["clawbox.example.org"], ["EACCES /home/joanna/.openclaw"]);
        for (text, expected) in [
            ("open '/home/joanna/.openclaw/x.json'", "open '~/.openclaw/x.json'"),
            ("/Users/max/Library", "~/Library"),
            (r"C:\Users\Max Power\.openclaw", r"~\.openclaw"),
            (r"C:\\Users\\max\\.openclaw", r"~\\.openclaw"),
            ("/root/.openclaw", "~/.openclaw"),
            ("agent of Joanna on clawbox", "agent of [user] on [host]"),
            ("on CLAWBOX.example.org!", "on [host]!"),
            ("mail joe.x+y@mail.example.com now", "mail [email:531e] now"),
            ("to 4915112345678@s.whatsapp.net", "to [phone:87dd]"),
            ("to +49 151 1234-5678, twice", "to [phone:87dd], twice"),
            ("chat -1001234567890", "chat -[number]"),
            ("connect ECONNREFUSED 192.168.1.7:11434", "connect ECONNREFUSED [ip]:11434"),
            ("connect ECONNREFUSED fe80::1:2%eth0", "connect ECONNREFUSED [ip]%eth0"),
            ("https://joe:secret@proxy.lan:3128/", "https://[user]@[host]:3128/"),
            ("ollama.fritz.box:11434", "[host]:11434"),
        ] {
            assert_eq!(masker.clean(text), expected);
        }
        assert_eq!(masker.counts().get(&Masked::Home), Some(&5));
    }

    #[test]
    fn leaves_alone_what_tells_nobody_anything() {
        let mut masker = Masker::new(["localhost", "gw"], ["/home/openclaw/x", "/home/node"]);
        for text in [
            "connect ECONNREFUSED 127.0.0.1:11434 and ::1 and 0.0.0.0",
            "openclaw 2026.9.6 on node 24.21.0 at 2026-11-22T10:19:02.749Z",
            "npm install -g openclaw@latest",
            "getaddrinfo ENOTFOUND api.openai.com",
            "Foo::Bad::new, rooted, 12345678 bytes, gw",
            "https://api.openai.com/v1/models",
        ] {
            assert_eq!(masker.clean(text), text);
        }
    }
}
