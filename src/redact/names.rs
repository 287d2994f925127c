//! Classifies names: names of secrets, and words that resemble them.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::kind::Kind;
use super::words::{ALONE, ENDS, KINDS, NEUTRAL, NO_NAMES, ORDINARY, OTHER_KEYS, PARTICLES, PARTS, has};

/// Maximum number of bytes of a name that are examined; a longer name is judged by its end.
const MAX_NAME: usize = 64;

/// Endings of the names of secrets, by their last byte.
static BY_LAST: LazyLock<[Vec<(&str, Kind)>; 256]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|_| Vec::new());
    for (kind, ends) in ENDS {
        for end in ends.split_ascii_whitespace() {
            if let Some(last) = end.bytes().last() {
                table[usize::from(last)].push((end, *kind));
            }
        }
    }
    table
});

/// Finds the stems of which every name of a secret contains one.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let lists = ENDS.iter().chain(ALONE).map(|(_, words)| *words);
    let words = lists
        .flat_map(str::split_ascii_whitespace)
        .chain(["provided", "phrase", "api", "secreta", "code", "guid"]);
    // The search ignores case only in ASCII, so add capitalized forms for other alphabets.
    let written = |word: &str| {
        let mut chars = word.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
        [word.to_uppercase(), first + chars.as_str()]
    };
    let capitals: Vec<String> = words.clone().filter(|word| !word.is_ascii()).flat_map(written).collect();
    let words: Vec<&str> = words.chain(capitals.iter().map(String::as_str)).collect();
    let mut builder = AhoCorasick::builder();
    builder
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::LeftmostFirst);
    builder.build(words).ok()
});

/// Returns the offsets of stems of secrets' names, in order.
pub(super) fn stems(text: &[u8]) -> impl Iterator<Item = usize> {
    FINDER.iter().flat_map(move |finder| finder.find_iter(text)).map(|found| found.start())
}

/// Returns the kind of the value after a name; `before` is the text before the name.
pub(super) fn kind(name: &[u8], before: &[u8]) -> Option<Kind> {
    let whole = &name[name.len().saturating_sub(MAX_NAME)..];
    let own = bare(whole);
    let lower = lower(own)?;
    if lower.is_empty() || has(NO_NAMES, &lower) {
        return None;
    }
    if let Some(kind) = alone(&lower, before) {
        return Some(kind);
    }
    if lower == "guid" && matches!(before.last(), Some(b'?' | b'&')) {
        return Some(Kind::Part);
    }
    if matches!(before.last(), Some(b'?' | b'&')) && is_of_query(&lower) {
        return Some(Kind::Query);
    }
    if ends_in_word(own, &["Pwd", "Pass", "Psk"]) {
        return Some(Kind::Password);
    }
    if ends_in_word(own, &["Pat", "Tok"]) {
        return Some(Kind::Token);
    }
    let ends = &BY_LAST[usize::from(*lower.as_bytes().last()?)];
    let Some((end, kind)) = ends.iter().find(|(end, _)| lower.ends_with(end)) else {
        let part = |part| lower.contains(part);
        return PARTS.split_ascii_whitespace().any(part).then_some(Kind::Part);
    };
    if matches!(kind, Kind::Token | Kind::Key) && is_ordinary(&lower, before) {
        return None;
    }
    match kind {
        Kind::Token if end.ends_with("_id") && lower.ends_with("token_id") => Some(Kind::Part),
        Kind::Key if !end.is_ascii() || matches!(*end, "clave" | "chave" | "klucz" | "chiave") => {
            Some(Kind::Key)
        }
        Kind::Key => kind_of_key(own, &lower, before),
        kind => Some(*kind),
    }
}

/// Returns the kind of the value after a name that ends like that of a key.
fn kind_of_key(own: &[u8], lower: &str, before: &[u8]) -> Option<Kind> {
    let stem =
        lower.trim_end_matches("_id").trim_end_matches("id").trim_end_matches('s').trim_end_matches("key");
    let stem = stem.trim_end_matches(['-', '_', '.']);
    if OTHER_KEYS.split_ascii_whitespace().any(|kind| stem.ends_with(kind)) {
        return None;
    }
    let of_environment =
        own.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_') && own.contains(&b'_');
    let is_kind = |kind| stem.ends_with(kind) || stem.is_empty() && follows(before, kind);
    if lower.ends_with("key_id") {
        return Some(Kind::Part);
    }
    if of_environment || lower.starts_with("x-") || KINDS.split_ascii_whitespace().any(is_kind) {
        return Some(Kind::Key);
    }
    // `monkey` does not name a key.
    let word = own.len().saturating_sub(lower.len() - stem.len());
    let is_word = stem.is_empty() || own.get(word).is_some_and(|b| !b.is_ascii_lowercase());
    is_word.then_some(Kind::Maybe)
}

/// Converts a name to lower case.
fn lower(name: &[u8]) -> Option<Cow<'_, str>> {
    // The start of a long name may be cut inside a character.
    let name = match std::str::from_utf8(name) {
        Ok(name) => name,
        Err(error) => std::str::from_utf8(name.get(4..)?).ok().filter(|_| error.valid_up_to() < 4)?,
    };
    Some(match name.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(name.to_lowercase()),
    })
}

/// Words before `code` whose code grants access.
const CODES: &[&str] = &[
    "pairing",
    "recovery",
    "backup",
    "unlock",
    "login",
    "verification",
    "2fa",
    "mfa",
    "one-time",
    "passcode",
];

/// Returns the kind of the value after a name that counts only as a whole word.
fn alone(lower: &str, before: &[u8]) -> Option<Kind> {
    match lower {
        "code" if matches!(before.last(), Some(b'?' | b'&')) => return Some(Kind::Query),
        "code" | "codes" if CODES.iter().any(|word| follows(before, word)) => return Some(Kind::Password),
        // `clé API`, `clave de API`
        "api" => {
            let words =
                ["clé", "clave", "chave", "klucz", "ключ", "chiave", "clave de", "chave de", "clé d'"];
            return words.iter().any(|word| follows(before, word)).then_some(Kind::Key);
        }
        "phrase" => {
            let words = ["seed", "recovery", "secret", "backup"];
            return words.iter().any(|word| follows(before, word)).then_some(Kind::Phrase);
        }
        "secreta" => return follows(before, "clave").then_some(Kind::Password),
        "provided" => return (follows(before, "key") || follows(before, "token")).then_some(Kind::Key),
        "credential" if before.ends_with(b"x-amz-") => return Some(Kind::Token),
        _ => {}
    }
    ALONE.iter().find(|(_, words)| has(words, lower)).map(|(kind, _)| *kind)
}

/// Returns true if a parameter of a query holds a secret.
fn is_of_query(lower: &str) -> bool {
    const QUERY: &[&str] = &[
        "key",
        "token",
        "secret",
        "password",
        "pwd",
        "pass",
        "sig",
        "signature",
        "auth",
        "passwd",
        "credential",
        "ticket",
        "otp",
        "samlresponse",
        "samlrequest",
    ];
    QUERY.iter().any(|end| lower.ends_with(end)) && !lower.ends_with("sessionkey")
}

/// Returns true if the word before makes a bare `token` or `key` an ordinary word.
fn is_ordinary(lower: &str, before: &[u8]) -> bool {
    matches!(lower, "token" | "tokens" | "key" | "keys")
        && ORDINARY.split_ascii_whitespace().any(|word| follows(before, word))
}

/// Returns true if a text ends with a word and a blank.
fn follows(before: &[u8], word: &str) -> bool {
    const MAX_BLANKS: usize = 4;
    let is_blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'-' | b'_');
    let blanks = before.iter().rev().take(MAX_BLANKS).take_while(is_blank).count();
    if blanks == 0 {
        return false;
    }
    let before = &before[..before.len() - blanks];
    let Some(start) = before.len().checked_sub(word.len()) else { return false };
    before[start..].eq_ignore_ascii_case(word.as_bytes())
        && before[..start].last().is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// Returns true if a name ends with one of the words, after a small letter or a digit.
fn ends_in_word(name: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| {
        name.strip_suffix(word.as_bytes())
            .is_some_and(|rest| rest.last().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    })
}

/// Returns the name without suffixes that only distinguish it: `OPENAI_API_KEY_2`, `apiKey1`, `TOKEN_BACKUP`.
fn bare(name: &[u8]) -> &[u8] {
    let mut name = name;
    for _ in 0..4 {
        let trimmed = PARTICLES
            .iter()
            .find_map(|end| name.strip_suffix(end.as_bytes()))
            .unwrap_or(name)
            .trim_ascii_end();
        let length = trimmed.iter().rev().take_while(|b| b.is_ascii_digit() || b"_-.".contains(b)).count();
        let rest = &trimmed[..trimmed.len() - length];
        let start = rest.iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
        let word_start = rest.len() - start;
        // In camel case the capital belongs to the word.
        let (head, word) = match rest[..word_start].last() {
            Some(b) if b.is_ascii_uppercase() && start > 0 => rest.split_at(word_start - 1),
            _ if start == 0 => {
                let capitals = rest.iter().rev().take_while(|b| b.is_ascii_uppercase()).count();
                rest.split_at(rest.len() - capitals)
            }
            _ => rest.split_at(word_start),
        };
        let is_neutral = head.last().is_some_and(u8::is_ascii)
            && word.len() <= 12
            && NEUTRAL.split_ascii_whitespace().any(|neutral| word.eq_ignore_ascii_case(neutral.as_bytes()));
        name = if is_neutral { head } else { return rest };
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_however_they_are_built() {
        for (before, name, expected) in [
            ("", "OPENAI_API_KEY_2", Kind::Key),
            ("", "apiKey1", Kind::Key),
            ("", "apiKeys", Kind::Key),
            ("", "GEMINI_API_KEYS", Kind::Key),
            ("", "OPENAI_API_KEY_BACKUP", Kind::Key),
            ("", "client-key-data", Kind::Key),
            ("", "gateway.auth.token", Kind::Token),
            ("", "accessTokens", Kind::Token),
            ("", "dbPass", Kind::Password),
            ("", "MYSQL_PWD", Kind::Password),
            ("", "密码", Kind::Password),
            ("", "x-auth-token", Kind::Token),
            ("API ", "key", Kind::Key),
            ("?", "key", Kind::Query),
            ("", "proxy-authorization", Kind::Authorization),
            ("seed ", "phrase", Kind::Phrase),
            ("", "key", Kind::Maybe),
            ("", "SECRET_KEY_BASE", Kind::Part),
            ("", "TF_TOKEN_app_terraform_io", Kind::Part),
            ("", "tokenA", Kind::Token),
            ("", "access_token_v2", Kind::Token),
            ("", "ПАРОЛЬ", Kind::Password),
            ("", "您的密码为", Kind::Password),
            ("", "API密钥", Kind::Key),
            ("", "WIFI_PSK", Kind::Password),
            ("", "REDISCLI_AUTH", Kind::Token),
        ] {
            assert_eq!(kind(name.as_bytes(), before.as_bytes()), Some(expected), "{name}");
            assert!(stems(name.as_bytes()).next().is_some(), "{name}");
        }
    }

    #[test]
    fn each_name_has_a_stem() {
        for end in ENDS.iter().chain(ALONE).flat_map(|(_, ends)| ends.split_ascii_whitespace()) {
            assert!(stems(end.as_bytes()).next().is_some(), "{end}");
            assert!(stems(end.to_uppercase().as_bytes()).next().is_some(), "{end}");
        }
    }

    #[test]
    fn other_names_stay() {
        for (before, name) in [
            ("", "sessionKey"),
            ("primary ", "key"),
            ("Unexpected ", "token"),
            ("", "publicKey"),
            ("", "monkey_business"),
            ("", "durationMs"),
            ("", "keyword"),
            ("max ", "tokens"),
        ] {
            assert_eq!(kind(name.as_bytes(), before.as_bytes()), None, "{name}");
        }
    }
}
