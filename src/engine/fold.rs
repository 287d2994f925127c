/// Five bits of a byte: letters without their case, one number for all digits, a few signs of their own.
const fn fold(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26,
        b' ' => 27,
        b'_' | b'-' => 28,
        b':' | b'=' => 29,
        0x80.. => 30,
        _ => 31,
    }
}
