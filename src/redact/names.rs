//! What stands behind a name: the names of secrets, and the words that look like them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// A longer name is judged by its end.
const MAX_NAME: usize = 64;

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A header's scheme and what goes with it.
    Authorization,
    /// A scheme without its header.
    Scheme,
    /// All of a header.
    Cookie,
    /// What a person may have thought of.
    Password,
    /// Words of a wallet's recovery phrase.
    Phrase,
    /// What a machine has made, as a rule.
    Token,
    /// The same, where the name may mean other things as well.
    Key,
    /// A name that mostly means other things.
    Maybe,
    /// A token of OAuth, behind a name that mostly means other things.
    OAuth,
    /// The code of OAuth that is changed for a token.
    Code,
    /// The answer to a digest challenge.
    Digest,
    /// A user's name and password in Base64.
    Login,
    /// A part of a URL's query.
    Query,
    /// The value of a name that stands elsewhere in the same object.
    Value,
}

/// Parts of a name that say which one or how it is written.
const NEUTRAL: &[&str] = &[
    "alt",
    "b64",
    "backup",
    "base64",
    "current",
    "data",
    "default",
    "dev",
    "env",
    "fallback",
    "hex",
    "main",
    "new",
    "next",
    "old",
    "plain",
    "prev",
    "previous",
    "primary",
    "prod",
    "raw",
    "secondary",
    "staging",
    "str",
    "string",
    "test",
    "val",
    "value",
];

/// How names of secrets end.
const ENDS: &[(Kind, &[&str])] = &[
    (Kind::Authorization, &["authorization", "authorisation"]),
    (Kind::Cookie, &["cookie", "cookies"]),
    (
        Kind::Password,
        &[
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "passcode",
            "passwort",
            "kennwort",
            "_pwd",
            "-pwd",
            ".pwd",
            "_pass",
            "-pass",
            ".pass",
            "_passw",
            "contraseña",
            "contrasena",
            "senha",
            "motdepasse",
            "пароль",
            "пароля",
            "密码",
            "密碼",
            "口令",
            "パスワード",
            "비밀번호",
            "암호",
            "hasło",
            "wachtwoord",
        ],
    ),
    (
        Kind::Phrase,
        &[
            "mnemonic",
            "seedphrase",
            "seed_phrase",
            "seed-phrase",
            "recoveryphrase",
            "recovery_phrase",
            "seedwords",
        ],
    ),
    (
        Kind::Token,
        &[
            "token",
            "tokens",
            "secret",
            "secrets",
            "credential",
            "credentials",
            "creds",
            "token_id",
            "accesskeyid",
            "access_key_id",
            "access-key-id",
            "_jwt",
            "-jwt",
            "_sid",
            ".sid",
            "_dsn",
            "_pat",
            "токен",
            "令牌",
            "凭证",
            "トークン",
            "토큰",
        ],
    ),
    (Kind::Key, &["key", "keys", "key_id", "keyid", "密钥", "ключ", "キー", "密鑰"]),
];

/// Parts of which every name of a secret has one.
const STEMS: &[&str] = &[
    "access",
    "auth",
    "basic",
    "bearer",
    "code",
    "cookie",
    "cred",
    "dsn",
    "jwt",
    "kennwort",
    "key",
    "mnemonic",
    "motdepasse",
    "cnonce",
    "otp",
    "pass",
    "_pat",
    "phrase",
    "provided",
    "pw",
    "pin",
    "refresh",
    "response",
    "secret",
    "seed",
    "senha",
    "sid",
    "sig",
    "token",
    "value",
    "wachtwoord",
    "contrase",
    "hasło",
    "sessid",
    "пароль",
    "пароля",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
    "암호",
    "токен",
    "令牌",
    "凭证",
    "トークン",
    "토큰",
    "密钥",
    "ключ",
    "キー",
    "密鑰",
];

/// Finds [`STEMS`].
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostFirst);
    builder.build(STEMS).ok()
});

/// Where in a text names of secrets may stand, in order: where a part of one begins.
pub(super) fn stems(text: &[u8]) -> impl Iterator<Item = usize> {
    FINDER.iter().flat_map(move |finder| finder.find_iter(text)).map(|found| found.start())
}

/// [`ENDS`] by their last byte.
static BY_LAST: LazyLock<[Vec<(&str, Kind)>; 256]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|_| Vec::new());
    for (kind, ends) in ENDS {
        for end in *ends {
            if let Some(last) = end.bytes().last() {
                table[usize::from(last)].push((*end, *kind));
            }
        }
    }
    table
});

/// Whose key is a secret.
const KINDS: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "age",
    "api",
    "app",
    "auth",
    "bot",
    "client",
    "crypt",
    "deploy",
    "encryption",
    "gateway",
    "hmac",
    "host",
    "jwt",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "shared",
    "signature",
    "signing",
    "ssh",
    "ssl",
    "subscription",
    "tls",
    "webhook",
];
/// Whose key is none.
const OTHER_KEYS: &[&str] = &[
    "cache",
    "column",
    "dedupe",
    "foreign",
    "idempotency",
    "index",
    "lane",
    "lookup",
    "partition",
    "primary",
    "public",
    "route",
    "session",
    "sort",
];
/// Words before `token` and `key` that make ordinary words of them.
const ORDINARY: &[&str] = &[
    "bad",
    "cache",
    "cancellation",
    "closing",
    "composite",
    "config",
    "current",
    "dedupe",
    "dictionary",
    "duplicate",
    "eos",
    "expected",
    "first",
    "foreign",
    "hash",
    "idempotency",
    "illegal",
    "index",
    "input",
    "json",
    "last",
    "line",
    "locale",
    "lookup",
    "map",
    "max",
    "next",
    "object",
    "opening",
    "output",
    "page",
    "partition",
    "prefix",
    "primary",
    "public",
    "range",
    "session",
    "sort",
    "special",
    "stop",
    "storage",
    "syntax",
    "translation",
    "unexpected",
    "unique",
    "unrecognized",
];

/// What stands behind a name, of which `before` is all that stands before it.
pub(super) fn kind(name: &[u8], before: &[u8]) -> Option<Kind> {
    let name = bare(name);
    let mut buffer = [0; MAX_NAME];
    let own = &name[name.len().saturating_sub(MAX_NAME)..];
    let lower = buffer.get_mut(..own.len())?;
    lower.copy_from_slice(own);
    lower.make_ascii_lowercase();
    // The beginning of a long name may be cut within a character.
    let lower = match std::str::from_utf8(lower) {
        Ok(lower) => lower,
        Err(error) => std::str::from_utf8(lower.get(4..)?).ok().filter(|_| error.valid_up_to() < 4)?,
    };
    if let Some(kind) = short(lower, before) {
        return Some(kind);
    }
    if matches!(before.last(), Some(b'?' | b'&')) && is_of_query(lower) {
        return Some(Kind::Query);
    }
    if ends_in_word(own, &["Pwd", "Pass"]) {
        return Some(Kind::Password);
    }
    let ends = &BY_LAST[usize::from(*lower.as_bytes().last()?)];
    let (_, kind) = ends.iter().find(|(end, _)| lower.ends_with(end))?;
    if matches!(kind, Kind::Token | Kind::Key) && is_ordinary(lower, before) {
        return None;
    }
    if *kind != Kind::Key {
        return Some(*kind);
    }
    let stem =
        lower.trim_end_matches("_id").trim_end_matches("id").trim_end_matches('s').trim_end_matches("key");
    let stem = stem.trim_end_matches(['-', '_', '.']);
    if OTHER_KEYS.iter().any(|kind| stem.ends_with(kind)) {
        return None;
    }
    let of_environment =
        own.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_') && own.contains(&b'_');
    let is_own_kind = KINDS.iter().any(|kind| stem.ends_with(kind));
    let is_known =
        of_environment || is_own_kind || stem.is_empty() && KINDS.iter().any(|kind| follows(before, kind));
    // `monkey` is no key.
    let word = own.len() - (lower.len() - stem.len());
    let is_word = stem.is_empty() || own.get(word).is_some_and(|b| !b.is_ascii_lowercase());
    match is_known {
        true => Some(Kind::Key),
        false => is_word.then_some(Kind::Maybe),
    }
}

/// What stands behind a name that is short and whole.
fn short(lower: &str, before: &[u8]) -> Option<Kind> {
    Some(match lower {
        "pwd" | "pass" | "passw" | "pw" | "pin" if lower != "pin" || follows(before, "pairing") => {
            Kind::Password
        }
        "bearer" | "basic" => Kind::Scheme,
        "access" | "refresh" => Kind::OAuth,
        "code" if matches!(before.last(), Some(b'?' | b'&')) => Kind::Query,
        "code" | "auth_code" | "authcode" | "authorization_code" | "authorizationcode" | "device_code"
        | "devicecode" | "code_verifier" | "codeverifier" => Kind::Code,
        "response" | "cnonce" => Kind::Digest,
        "auth" | "_auth" => Kind::Login,
        "value" => Kind::Value,
        "jwt" | "signature" | "x-amz-signature" | "sig" | "phpsessid" | "jsessionid" | "connect.sid"
        | "passkey" | "otp" | "totp" => Kind::Token,
        "phrase" if ["seed", "recovery", "secret", "backup"].iter().any(|word| follows(before, word)) => {
            Kind::Phrase
        }
        "provided" if follows(before, "key") || follows(before, "token") => Kind::Key,
        "credential" if lower == "credential" && before.ends_with(b"x-amz-") => Kind::Token,
        _ => return None,
    })
}

/// Whether a part of a query holds a secret.
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
    ];
    QUERY.iter().any(|end| lower.ends_with(end)) && !lower.ends_with("sessionkey")
}

/// Whether the word before makes an ordinary word of a bare `token` or `key`.
fn is_ordinary(lower: &str, before: &[u8]) -> bool {
    matches!(lower, "token" | "tokens" | "key" | "keys") && ORDINARY.iter().any(|word| follows(before, word))
}

/// Whether a text ends with a word and a blank.
fn follows(before: &[u8], word: &str) -> bool {
    let Some((b' ' | b'\t' | b'-' | b'_', before)) = before.split_last() else { return false };
    let Some(start) = before.len().checked_sub(word.len()) else { return false };
    before[start..].eq_ignore_ascii_case(word.as_bytes())
        && before[..start].last().is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// Whether a name ends with a word that begins with a capital behind a small letter, or in capitals.
fn ends_in_word(name: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| {
        name.strip_suffix(word.as_bytes())
            .is_some_and(|rest| rest.last().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    })
}

/// The name without what only says which one it is: `OPENAI_API_KEY_2`, `apiKey1`, `TOKEN_BACKUP`.
fn bare(name: &[u8]) -> &[u8] {
    let mut name = name;
    for _ in 0..4 {
        let trimmed = name.trim_ascii_end();
        let length = trimmed.iter().rev().take_while(|b| b.is_ascii_digit() || b"_-.".contains(b)).count();
        let rest = &trimmed[..trimmed.len() - length];
        let start = rest.iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
        let word_start = rest.len() - start;
        // A capital begins a word of camel case, and is a part of it.
        let (head, word) = match rest[..word_start].last() {
            Some(b) if b.is_ascii_uppercase() && start > 0 => rest.split_at(word_start - 1),
            _ if start == 0 => {
                let capitals = rest.iter().rev().take_while(|b| b.is_ascii_uppercase()).count();
                rest.split_at(rest.len() - capitals)
            }
            _ => rest.split_at(word_start),
        };
        let is_neutral = !head.is_empty()
            && word.len() <= 9
            && NEUTRAL.iter().any(|neutral| word.eq_ignore_ascii_case(neutral.as_bytes()));
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
        ] {
            assert_eq!(kind(name.as_bytes(), before.as_bytes()), Some(expected), "{name}");
            assert!(stems(name.as_bytes()).next().is_some(), "{name}");
        }
    }

    #[test]
    fn each_name_has_a_stem() {
        for end in ENDS.iter().flat_map(|(_, ends)| *ends) {
            assert!(stems(end.as_bytes()).next().is_some(), "{end}");
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
