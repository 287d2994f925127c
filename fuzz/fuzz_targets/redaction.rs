//! Fuzz target: whatever surrounds a secret of a known format, no part of it remains, no character controls a terminal, and
//! redacting a redacted text changes nothing.
#![no_main]

use clawsift::redact::Redactor;
use libfuzzer_sys::fuzz_target;

/// The recognizable prefix of a secret, and its random part.
const SECRETS: [(&str, &str); 8] = [
    ("sk-ant-api03-", "Vk7QmT2xLr9WbNcY4dHs8FgZ1pJe6UaK0oRiXqEt3uMvBlSw5CyDnPhG-AfIzO_jQkTxLAA"),
    ("sk-proj-", "nB4vC8xZ1lK5jH9gF3dS7aP2oI6uY0tR4eW8qM1nB5vC9xZ3lK7jH"),
    ("AIza", "SyD3kF8mN1pQ6rT9vW2xZ5bC7eG0hJ4lOsU"),
    ("ghp_", "x7Kp2Qw9Zr4Tn6Yb1Vc8Md3Lf5Gh0JsAeUiO"),
    ("xoxb-", "482915736204-918273645501-pQ7rS2tU9vW4xY1zA6bC3dE8"),
    ("gsk_", "h3Jk8Lm2Np7Qr1St6Uv0Wx5Yz9Ab4Cd8Ef2Gh7Ij1Kl6Mn0Pq5Rs"),
    ("glpat-", "Zt6Rw1Qx9Nv3Kb8Lm2Py7"),
    ("AKIA", "Q7ZK3XN9RWB2VTM5"),
];
const AROUND: [char; 6] = [' ', '\n', '"', '(', ',', '\t'];
/// Number of consecutive characters of the random part that count as a leak.
const PIECE: usize = 12;
/// Number of consecutive characters that show that the fuzzer copied the random part, because it sees compared values.
const COPIED: usize = 6;

fuzz_target!(|input: (u8, u8, &str, &str)| {
    let (kind, edge, before, after) = input;
    let (prefix, secret) = SECRETS[usize::from(kind) % SECRETS.len()];
    let edge = AROUND[usize::from(edge) % AROUND.len()];
    let is_copied = |piece: &[u8]| {
        std::str::from_utf8(piece).is_ok_and(|piece| before.contains(piece) || after.contains(piece))
    };
    if secret.as_bytes().windows(COPIED).any(is_copied) {
        return;
    }
    let text = format!("{before}{edge}{prefix}{secret}{edge}{after}");
    let clean = Redactor::PERSONAL.clean(&text);
    let cut = Redactor::MASKING.excerpt(&text, 40 + usize::from(kind));
    let secrets = Redactor::MASKING.secrets([text.as_str()]);
    let piece = text.get(text.len() / 3..).unwrap_or(&text);
    let of_piece = Redactor::MASKING.excerpt_of_piece(piece, 600, &secrets);
    for piece in secret.as_bytes().windows(PIECE) {
        let piece = std::str::from_utf8(piece).expect("ASCII");
        for shown in [&*clean, &cut, &of_piece] {
            assert!(!shown.contains(piece), "{piece} is left of {text:?}: {shown:?}");
        }
    }
    assert!(!clean.contains(char::is_control), "{clean:?}");
    assert_eq!(Redactor::PERSONAL.clean(&clean), clean);
});
