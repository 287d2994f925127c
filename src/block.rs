//! SIMD operations on blocks of thirty-two bytes. This module depends on no other module.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x32, u8x32};

/// Number of bytes in a block.
pub(crate) const WIDTH: usize = 32;

/// A block of bytes.
pub(crate) type Bytes = [u8; WIDTH];

/// Returns the block at `at`; `None` if the text is too short.
#[inline(always)]
pub(crate) fn block(text: &[u8], at: usize) -> Option<&Bytes> {
    text.get(at..)?.first_chunk()
}

/// Returns the position after `what` if it occurs at `at`.
#[inline(always)]
pub(crate) fn literal<const N: usize>(text: &[u8], at: usize, what: &[u8; N]) -> Option<usize> {
    (text.get(at..)?.first_chunk() == Some(what)).then_some(at + N)
}

/// Loads a block into a vector register.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, bytes: &Bytes) -> u8x32<S> {
    u8x32::load_array_ref(simd, bytes)
}

/// Returns the mask of the bytes from `first` to `last`.
#[inline(always)]
pub(crate) fn between<S: Simd>(block: u8x32<S>, first: u8, last: u8) -> mask8x32<S> {
    (block - first).simd_le(last - first)
}

/// Converts a mask to bits, the lowest for the first byte.
#[inline(always)]
pub(crate) fn bits<S: Simd>(answer: mask8x32<S>) -> u32 {
    // The mask has thirty-two bits, one per byte.
    answer.to_bitmask() as u32
}

/// Template of a text of up to 32 bytes, in which a digit matches any digit.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Minimum of each byte, and the width of its range.
    low: Bytes,
    span: Bytes,
    length: usize,
}

impl Shape {
    pub const MAX: usize = WIDTH;

    /// Creates the template of a text, or of the first bytes of a longer one.
    pub const fn new(text: &[u8]) -> Self {
        let mut shape = Self { low: [0; Self::MAX], span: [u8::MAX; Self::MAX], length: 0 };
        while shape.length < text.len() && shape.length < Self::MAX {
            let (byte, at) = (text[shape.length], shape.length);
            (shape.low[at], shape.span[at]) = if byte.is_ascii_digit() { (b'0', 9) } else { (byte, 0) };
            shape.length += 1;
        }
        shape
    }

    /// Restricts the byte at a position to the range from `first` to `last`.
    pub fn limit(&mut self, place: usize, first: u8, last: u8) {
        (self.low[place], self.span[place]) = (first, last - first);
    }

    /// Returns the position after the text at `at` if it fits the template.
    #[inline(always)]
    pub fn fits(&self, simd: impl Simd, text: &[u8], at: usize) -> Option<usize> {
        let above = load(simd, block(text, at)?) - load(simd, &self.low);
        above.simd_le(load(simd, &self.span)).all_true().then_some(at + self.length)
    }
}

/// A computation on blocks.
pub(crate) trait Work {
    type Output;

    /// Performs the computation. This function and all functions that it passes `simd` to must be `#[inline(always)]`, and
    /// closures must not use `simd`: code that is not inlined is compiled for the baseline processor.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Runs a computation with the best instruction set of the processor.
#[inline]
pub(crate) fn run<W: Work>(work: W) -> W::Output {
    dispatch!(Level::new(), simd => work.run(simd))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tested operations on two blocks, as bits.
    struct Ask<'a>(&'a Bytes, &'a Bytes, u8);

    impl Work for Ask<'_> {
        type Output = [u32; 5];

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [u32; 5] {
            let (a, b, byte) = (load(simd, self.0), load(simd, self.1), self.2);
            let found = b.swizzle_dyn_within_blocks(a & 15);
            [
                bits(a.simd_eq(b)),
                bits(a.simd_le(b)),
                bits(between(a, byte / 2, byte)),
                bits(found.simd_le(byte)),
                bits((a >> 4).simd_eq(byte >> 4)),
            ]
        }
    }

    /// Returns the bits of the positions for which `holds` is true.
    fn which(holds: impl Fn(usize) -> bool) -> u32 {
        (0..WIDTH).fold(0, |bits, i| bits | u32::from(holds(i)) << i)
    }

    proptest! {
        #[test]
        fn all_bytes_are_looked_at_in_their_order(mut a: Bytes, b: Bytes, byte: u8, same in 0..WIDTH) {
            a[same..].copy_from_slice(&b[same..]);
            a[same] = byte;
            let expected = [
                which(|i| a[i] == b[i]),
                which(|i| a[i] <= b[i]),
                which(|i| (byte / 2..=byte).contains(&a[i])),
                which(|i| b[i / 16 * 16 + usize::from(a[i] & 15)] <= byte),
                which(|i| a[i] >> 4 == byte >> 4),
            ];
            prop_assert_eq!(run(Ask(&a, &b, byte)), expected);
            // Repeat with the baseline instruction set.
            let least = dispatch!(Level::baseline(), simd => Ask(&a, &b, byte).run(simd));
            prop_assert_eq!(least, expected);
        }
    }
}
