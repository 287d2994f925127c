//! Detects people and machines by the format of their names and by the words next to them.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use clawsift_catalogue::pattern::{Groups, Pattern};

use crate::openclaw::CHANNELS;

use super::masked::{Masked, is_private_name};
use super::words::{PRIVATE, is_code, is_common, is_resolver, is_setting, is_usual_host};

/// Expressions in which each named group is text to mask.
pub(super) struct Forms {
    pattern: Option<Pattern>,
    groups: &'static [(&'static str, Masked)],
}

/// A group that was found.
pub(super) struct Named<'t> {
    pub range: Range<usize>,
    pub text: &'t str,
    pub what: Masked,
}

impl Forms {
    fn new(pattern: &str, groups: &'static [(&'static str, Masked)]) -> Self {
        let private = PRIVATE.map(regex_syntax::escape).join("|");
        let channels = CHANNELS.map(regex_syntax::escape).join("|");
        let pattern = format!("(?x){pattern}").replace("PRIVATE", &private);
        let mut pattern = pattern.replace("CHANNEL", &channels);
        for (name, part) in PARTS {
            pattern = pattern.replace(name, part);
        }
        Self { pattern: Pattern::new(&pattern).ok(), groups }
    }

    /// Returns the parts of a text to mask, in order.
    pub fn find<'t>(&self, text: &'t str) -> Vec<Named<'t>> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        let mut all: Vec<Named<'t>> = Vec::new();
        for found in pattern.captures_iter(text) {
            let named = self.groups.iter().filter_map(|(name, what)| {
                let range = found.named_range(name)?;
                is_telling(name, *what, &text[range.clone()], &found).then_some((range, *what))
            });
            all.extend(named.map(|(range, what)| Named { text: &text[range.clone()], range, what }));
        }
        all.sort_by_key(|named| named.range.start);
        all
    }

    /// Returns true if the expression compiled and has all groups.
    #[cfg(test)]
    pub fn is_whole(&self) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| {
            self.groups.iter().all(|(name, _)| pattern.names().any(|known| known == *name))
        })
    }
}

/// Parts of the expressions. A host name ends only where no dot continues it, so that a public name is seen whole.
const PARTS: [(&str, &str); 8] = [
    // A segment of a path; only Windows names may contain blanks.
    ("FOLDER", r#"[^/\\\s"'`:;,)\]}<>|]+"#),
    ("WINDOWS_NAME", r#"[^/\\"'`:;,<>|]+"#),
    ("CODED_NAME", r#"(?: %(?:25)*20 | [^%&?\#/\\\s"'`<>:;,)\]}] )+"#),
    ("CODED_SLASH", "(?: %(?:25)*2[Ff] )"),
    ("CODED_BACKSLASH", r"(?: %(?:25)*(?:5[Cc]|2[Ff]) | [/\\] )"),
    ("DOMAIN", r"(?: (?:[A-Za-z0-9-]+\.)+ [A-Za-z]{2,} (?: :\d{1,5} )? | localhost (?: :\d{1,5} )? )"),
    ("HOST", r"[A-Za-z0-9][A-Za-z0-9_-]* (?:\.[A-Za-z0-9_-]+)*"),
    // The separator after a name and before its value, maybe as JSON inside JSON.
    ("ASSIGNED", r#"\\{0,4}["']? [\x20\t]{0,2}"#),
];

/// Formats that identify a value without context.
pub(super) static SHAPES: LazyLock<Forms> = LazyLock::new(|| {
    Forms::new(
        r#"
          :// (?<userinfo> [^\s/@:"'<>]+ (?: : (?: \[redacted[^\]]*\] | [^\s/@"'<>]* ) )? ) @
        | (?<home>
              (?: (?: /(?:mnt|cygdrive|host_mnt) )? /[A-Za-z] )? \\?/Users\\?/ FOLDER
            | (?:/(?:var|usr|export))? \\?/home\\?/ FOLDER
            | /volume\d+/homes/ FOLDER
            | \b[A-Za-z]:[\\/]+ (?:Users|Documents\ and\ Settings) [\\/]+ WINDOWS_NAME
            | CODED_SLASH+ (?:home|Users) CODED_SLASH+ CODED_NAME
            | \b[A-Za-z] (?: %(?:25)*3[Aa] | : ) CODED_BACKSLASH+ Users CODED_BACKSLASH+ CODED_NAME
          )
        | (?<root> /root )\b
        | [/\\] -(?:home|Users)- (?<slug> [A-Za-z0-9_.]+ )
        | (?: ^ | [\s"'`=:(,] ) ~(?<tilde> [a-z_][a-z0-9_-]* ) /
        | (?<address> \b\d{1,3}(?:\.\d{1,3}){3}\b | (?:\b[0-9A-Fa-f]{1,4}|:) (?: :[0-9A-Fa-f]{0,4} ){2,7}\b )
        | (?: ^ | [^A-Za-z0-9_.%+/@-] ) (?<matrix_user> @[A-Za-z0-9._=/+-]+ : DOMAIN )
        | (?: ^ | [^A-Za-z0-9_] ) (?<matrix> [!\#$] (?: [A-Za-z0-9._=/+-]+ : DOMAIN | [A-Za-z0-9_-]{43}\b ) )
        | (?<coded_matrix> %(?:21|23|24|40) [A-Za-z0-9._=+-]+ %3[Aa] DOMAIN )
        | (?: ^ | [^A-Za-z0-9_.%+/@-] ) (?<handle> @[A-Za-z_][A-Za-z0-9_]{2,} (?: [.-][A-Za-z0-9_]+ )* (?: \#\d{4}\b )? ) (?<scope> /|%2[Ff] )?
        | \b(?<slack> [UWCDGTB][A-Z0-9]{8,12} )\b
        | \b(?<feishu> (?:ou|oc|on|om|od|cli)_[A-Za-z0-9]{8,} )\b
        | (?<number> \b\d{9,}\b )
        | (?<host> \b[A-Za-z0-9-]+ (?:\.[A-Za-z0-9-]+)* \.(?:PRIVATE) \b ) (?<public> \.[A-Za-z0-9] )?
        "#,
        &[
            ("userinfo", Masked::User),
            ("home", Masked::Home),
            ("root", Masked::Home),
            ("slug", Masked::User),
            ("tilde", Masked::User),
            ("address", Masked::Address),
            ("matrix_user", Masked::Account),
            ("matrix", Masked::Account),
            ("coded_matrix", Masked::Account),
            ("handle", Masked::Account),
            ("slack", Masked::Account),
            ("feishu", Masked::Account),
            ("number", Masked::Number),
            ("host", Masked::Host),
        ],
    )
});

/// Formats that need context, applied after [`SHAPES`] were masked.
pub(super) static PLACES: LazyLock<Forms> = LazyLock::new(|| {
    Forms::new(
        r#"
          (?: \b | _ ) (?i: hostname | host | computername | nodename ) ASSIGNED
          (?: (?: = [\x20\t]? | : ) \\{0,4}["'`]? (?<named_host> HOST )
            | : [\x20\t]+ \\{0,4}["'`] (?<quoted_host> HOST )
            | : [\x20\t]+ (?<stated_host> HOST ) (?: [,;)\]}"'] | \n | $ ) )
        | (?: \b | _ )
          (?i: user_?name | user | logname | sudo_user | (?:sender|first|last|full|push|nick)_?name ) ASSIGNED
          (?: [=:] [\x20\t]? \\{0,4}["'] (?<quoted_user> [^"'\\\n,:;(){}\[\]<>@]{1,40} ) \\{0,4}["']
            | = (?<named_user> [A-Za-z_][A-Za-z0-9_.-]* )
            | : [\x20\t]+ (?<stated_user> [A-Za-z_][A-Za-z0-9_-]* ) (?: [,;)\]}"'] | \n | $ ) )
        | \b (?: https? | wss? | s?ftp | ssh | smb | nfs | rediss? | postgres(?:ql)? | mysql | mongodb | amqps? | mqtts? | tcp
            | udp | socks[45]?h? | ldaps? | imaps? | smtps? | git | rtsp ) :// (?: [^\s/@]*@ )? (?<url_host> HOST ) (?<cut> … | \.\.\. )?
        | \b (?: getaddrinfo | query[A-Z][A-Za-z]* ) [\x20\t]+ E[A-Z_]+ [\x20\t]+ (?<unknown_host> HOST )
        | \b connect [\x20\t]+ E[A-Z]+ [\x20\t]+ (?<refusing_host> HOST ) :\d
        | \b resolve [\x20\t]+ host(?:name)? :? [\x20\t]+ ["']? (?<unresolved_host> HOST )
        | \b lookup [\x20\t]+ (?<sought_host> HOST ) (?: [\x20\t]+ on [\x20\t] \S+ )? : [\x20\t]
        | (?: ^ | [\s(\[>"'] ) (?<prompt_user> [a-z_][a-z0-9_-]* ) @ (?<prompt_host> HOST )
          (?: : [^\s$\#]* [$\#%] | [\x20\t] [~/][^\s\]]* \] [$\#] )
        | \b (?: ssh | scp | sftp | rsync | mosh | ssh-copy-id ) [\x20\t] [^\n|;]*?
          \b (?<ssh_user> [A-Za-z_][A-Za-z0-9_-]* ) @ (?<ssh_host> HOST )
        | (?: ^ | [\s"'`(=,] ) (?: \\{2} (?<share_host> [A-Za-z0-9][A-Za-z0-9._-]{2,} ) \\ [^\\\s]
            | \\{4} (?<escaped_share_host> [A-Za-z0-9][A-Za-z0-9._-]{2,} ) \\{2} [^\\\s] )
        | \b (?: CHANNEL ) : (?: [A-Za-z0-9_-]+ : )?
          (?: direct | dm | group | channel | room | user | thread | topic | conversation | guild | chat ) :
          (?<chat> [A-Za-z0-9@!\#$%+=_/-] [A-Za-z0-9@!\#$%+=._/-]{2,} )
        "#,
        &[
            ("named_host", Masked::Host),
            ("quoted_host", Masked::Host),
            ("stated_host", Masked::Host),
            ("quoted_user", Masked::User),
            ("named_user", Masked::User),
            ("stated_user", Masked::User),
            ("url_host", Masked::Host),
            ("unknown_host", Masked::Host),
            ("refusing_host", Masked::Host),
            ("unresolved_host", Masked::Host),
            ("sought_host", Masked::Host),
            ("prompt_user", Masked::User),
            ("prompt_host", Masked::Host),
            ("ssh_user", Masked::User),
            ("ssh_host", Masked::Host),
            ("share_host", Masked::Host),
            ("escaped_share_host", Masked::Host),
            ("chat", Masked::Account),
        ],
    )
});

/// Returns true if the found text identifies a person or a machine.
fn is_telling(group: &str, what: Masked, text: &str, found: &Groups<'_>) -> bool {
    let has_digit = || text.bytes().any(|b| b.is_ascii_digit());
    match group {
        // A package of npm has the form `@scope/name`.
        "host" if found.name("public").is_some() || is_setting(text) => false,
        "url_host" if found.name("cut").is_some() => false,
        "handle" => found.name("scope").is_none() && !text[1..].split(['-', '.', '#']).all(is_common),
        "slack" => has_digit() && !is_code(text),
        "feishu" => has_digit(),
        // `#12:file.rs` is a position in a file.
        "matrix" => {
            !text.starts_with('#')
                || text[1..].bytes().take_while(|b| *b != b':').any(|b| !b.is_ascii_digit())
        }
        _ => match what {
            Masked::Address => is_telling_address(text),
            Masked::Host => is_telling_host(text),
            Masked::Account => !is_common(text),
            Masked::User => !is_common(text) && !text.bytes().all(|b| b.is_ascii_digit()),
            _ => true,
        },
    }
}

/// Returns true if an IP address identifies a machine. Loopback and unspecified addresses are equal on each machine and needed
/// for diagnosis.
fn is_telling_address(text: &str) -> bool {
    let Ok(ip) = text.parse::<IpAddr>() else { return false };
    let is_word = ip.is_ipv6() && !text.contains(|c: char| c.is_ascii_digit());
    !ip.is_loopback() && !ip.is_unspecified() && !is_word && !is_resolver(text)
}

/// Returns true if a host name identifies a machine. A name that public DNS resolves belongs to a service.
fn is_telling_host(text: &str) -> bool {
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    !is_number && is_private_name(text) && !is_usual_host(text) && !is_common(text)
}

/// Returns the user whose home folder this is.
pub(super) fn owner(home: &str) -> String {
    let name = home.rsplit(['/', '\\']).next().unwrap_or(home);
    let name = name.replace("%2520", " ").replace("%20", " ");
    match name.rsplit_once('%') {
        // The slash before the name is percent-encoded.
        Some((_, coded)) => coded.trim_start_matches("25").get(2..).unwrap_or_default().to_owned(),
        None => name,
    }
}
