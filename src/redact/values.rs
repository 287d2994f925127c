//! Decides if a value after the name of a secret is secret.

use super::kind::Kind;
use super::scan::{WINDOW, work};
use super::tokens::ellipsis;
use super::words;

/// Start of a mask.
const MASK: &[u8] = b"redacted";
/// Number of bytes of a value that are searched for an omission.
const WIDE: usize = 4 * WINDOW;
/// Maximum number of characters of a secret that other programs' masks show: OpenAI shows eight at the start and four at the end.
const SHOWN_BY_OTHERS: usize = 12;

/// The connection between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tie {
    /// The separator is `=`, or the value is quoted: a program wrote it.
    pub is_tight: bool,
    /// The value is quoted.
    pub is_quoted: bool,
    /// The value follows an authorization scheme.
    pub has_scheme: bool,
    /// Only a blank separates the value from the name.
    pub is_loose: bool,
}

impl Tie {
    /// A separator such as `=`, without quotation marks.
    pub const TIGHT: Self = Self { is_tight: true, is_quoted: false, has_scheme: false, is_loose: false };
    /// Quotation marks that a program wrote.
    pub const QUOTED: Self = Self { is_quoted: true, ..Self::TIGHT };
}

/// Returns true if a value begins with a mask.
pub(super) fn is_masked(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"[").unwrap_or(value);
    let is_end = |b: Option<&u8>| b.is_none_or(|b| matches!(b, b':' | b']' | b' '));
    value.get(..MASK.len()).is_some_and(|start| start.eq_ignore_ascii_case(MASK))
        && is_end(value.get(MASK.len()))
}

/// Returns true if there is no real value: a word for a state, the name of a variable, a placeholder.
pub(super) fn is_no_value(value: &[u8]) -> bool {
    let short = &value[..value.len().min(WINDOW)];
    work::count(short.len());
    let is_filler = |b: &u8| matches!(b, b'*' | b'.' | b'x' | b'X' | b'-' | b'_' | b'?' | b'#');
    if value.len() <= WINDOW && value.iter().all(is_filler) {
        return true;
    }
    is_reference(short) || value.len() <= WINDOW && (is_variable(value) || is_state(value))
}

/// Returns true if the value is a reference: `${TOKEN}`, `$TOKEN`, `<token>`, `{{ token }}`, `%TOKEN%`.
fn is_reference(value: &[u8]) -> bool {
    let is_name = |bytes: &[u8]| {
        !bytes.is_empty() && bytes.iter().all(|b| b.is_ascii_uppercase() || *b == b'_' || b.is_ascii_digit())
    };
    match value {
        [b'$', b'{' | b'(', ..] | [b'%', b'(', ..] | [b'{' | b'<' | b'(', ..] => true,
        [b'E', b'N', b'C', b'[' | b'(', ..] => true,
        [b'$', name @ ..] => is_name(name),
        [b'%', name @ .., b'%'] => is_name(name),
        _ => false,
    }
}

/// Returns true if the value is the name of an environment variable: words of capitals, some of digits.
fn is_variable(value: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        part.iter().all(u8::is_ascii_uppercase) || part.len() <= 4 && part.iter().all(u8::is_ascii_digit)
    };
    value.len() >= 4
        && value.contains(&b'_')
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && value.split(|b| *b == b'_').all(is_part)
}

/// Returns true if the value consists of words of which one describes a state: `missing`, `expired_or_invalid`,
/// `secretref-managed`.
fn is_state(value: &[u8]) -> bool {
    let is_word = |part: &str| {
        part.bytes().all(|b| b.is_ascii_alphabetic() || !b.is_ascii())
            || part.strip_prefix('v').is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit()))
    };
    let Ok(value) = std::str::from_utf8(value) else { return false };
    let parts =
        || value.split(['_', '-', '.', ':', '/', '|', ' ', '[', ']', ';']).filter(|part| !part.is_empty());
    value.is_empty() || parts().all(is_word) && parts().any(words::is_state)
}

/// Returns true if the value is program code: names with full stops between them, without a digit.
fn is_code(value: &[u8]) -> bool {
    let is_name =
        |part: &[u8]| !part.is_empty() && part.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    value.len() <= WINDOW && value.contains(&b'.') && value.split(|b| *b == b'.').all(is_name)
}

/// Returns true if a value of that kind is a secret.
pub(super) fn is_secret(value: &[u8], kind: Kind, tie: Tie) -> bool {
    if is_masked(value) || is_no_value(value) {
        return false;
    }
    let wide = &value[..value.len().min(WIDE)];
    if kind != Kind::Cookie
        && let Some(is_telling) = shortened(wide)
    {
        return is_telling;
    }
    let start = &value[..value.len().min(WINDOW)];
    work::count(start.len());
    let has = |test: fn(&u8) -> bool| start.iter().any(test);
    let (digit, letter) = (has(u8::is_ascii_digit), has(|b| b.is_ascii_alphabetic() || !b.is_ascii()));
    let (upper, lower) = (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    let length = value.len();
    let is_made = (digit && letter) || (length >= 16 && upper && lower);
    let is_path = matches!(value.first(), Some(b'/' | b'~'))
        && start[1..].iter().any(|b| b"./".contains(b))
        && !start.iter().any(|b| b"+=".contains(b))
        || value.starts_with(b"./");
    let is_address = start.windows(3).any(|part| part == b"://");
    match kind {
        Kind::Authorization | Kind::Scheme if tie.has_scheme => length >= 4 && !is_address,
        Kind::Authorization => (length >= 8 || (length >= 6 && is_made)) && !is_address,
        Kind::Scheme => {
            length >= 8
                && (length >= 16
                    || start.iter().skip(1).any(|b| b.is_ascii_digit() || b.is_ascii_uppercase()))
        }
        Kind::Cookie => length >= 6 && wide.contains(&b'='),
        Kind::Password | Kind::Token | Kind::Key if !tie.is_quoted && is_code(value) => false,
        Kind::Password if is_path || is_address => false,
        // Words of a language without ASCII letters.
        Kind::Password if !tie.is_quoted && !start.iter().any(u8::is_ascii_graphic) => false,
        Kind::Password if tie.is_loose => {
            length >= 4
                && (digit || upper)
                && (tie.is_quoted || !value.iter().take(WIDE).any(|b| b"/.".contains(b)))
        }
        Kind::Password if tie.is_tight => length >= 3,
        Kind::Password => length >= 8 || (length >= 4 && (digit || upper)),
        Kind::Query => length >= 6,
        Kind::Digest => length >= 16 && start.iter().all(u8::is_ascii_hexdigit) && digit,
        Kind::Login => tie.is_tight && length >= 12 && is_base64(start) && (digit || upper),
        _ if is_path || is_address => false,
        Kind::Token | Kind::Key if tie.is_loose => {
            length >= 16 && is_made && is_random(start) && !is_uuid(value)
        }
        Kind::Token => length >= 6 && is_made || tie.is_tight && length >= 8 && letter,
        Kind::Key => length >= 6 && is_made || tie.is_tight && length >= 12 && letter,
        Kind::OAuth => {
            tie.is_tight
                && length >= 16
                && is_made
                && (length >= 32 || is_random(start))
                && !is_uuid(value)
                && !value.contains(&b' ')
        }
        Kind::Code => {
            length >= 20 && digit && letter && is_random(start) && !is_uuid(value) && !value.contains(&b' ')
        }
        Kind::Maybe => {
            let is_plain = value.iter().take(WIDE).all(|b| b.is_ascii_alphanumeric() || b"_-+/=".contains(b));
            length >= 16 && digit && letter && is_plain && is_random(start) && !is_uuid(value)
        }
        Kind::Part => {
            length >= 10 && digit && letter && is_random(start) && !is_uuid(value) && !value.contains(&b' ')
        }
        Kind::Phrase | Kind::Value => false,
    }
}

/// Returns true if a value is not a word of a language: it has letters and digits, capitals inside, or symbols.
pub(super) fn is_made(value: &[u8]) -> bool {
    let start = &value[..value.len().min(WINDOW)];
    work::count(start.len());
    let has = |test: fn(&u8) -> bool| start.iter().any(test);
    let letter = has(u8::is_ascii_alphabetic);
    let is_path = start.iter().filter(|b| matches!(b, b'/' | b'.' | b':')).count() > 1;
    value.len() >= 6
        && !is_masked(value)
        && !is_no_value(value)
        && !is_path
        && (letter && has(u8::is_ascii_digit)
            || start[1..].iter().any(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
            || letter && has(|b| b"!#$%^&*@~+".contains(b)))
}

/// Returns true if a shortened value shows more than the usual masks; `None` if the value was not shortened.
fn shortened(value: &[u8]) -> Option<bool> {
    work::count(value.len());
    let gap = (0..value.len())
        .find(|at| matches!(value[*at], b'*' | b'.' | b'[' | 0xe2) && ellipsis(&value[*at..]).is_some())?;
    let length = ellipsis(&value[gap..])?;
    let rest = value.len() - gap - length;
    // An ellipsis at the end means that the text was cut.
    if rest == 0 && value[gap] != b'*' {
        return None;
    }
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let is_made = has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    Some(gap + rest > SHOWN_BY_OTHERS && is_made)
}

/// Returns true if a part of the value is neither a word nor a number.
fn is_random(value: &[u8]) -> bool {
    value.split(|b| !b.is_ascii_alphanumeric()).any(|part| {
        let has = |test: fn(&u8) -> bool| part.iter().any(test);
        part.len() >= 8 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
            || part.len() >= 16 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
    })
}

fn is_base64(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(b))
}

pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36 && [8, 13, 18, 23].iter().all(|&at| value[at] == b'-')
}
