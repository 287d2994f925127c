//! Thirty-two bytes of a text, looked at together. A leaf: this module knows nothing of the others.
//!
//! What most processors do in a few steps is written twice: for processors with AVX2, and for all others in loops of which
//! the compiler makes what it can. Only the processor's own instructions are `unsafe`. They are reached through [`Avx2`]
//! alone, a value that there is only where the processor has them.

/// Bytes in a block.
pub(crate) const WIDTH: usize = 32;

/// Thirty-two bytes.
pub(crate) type Bytes = [u8; WIDTH];

/// A way to look at blocks.
pub(crate) trait Lanes: Copy {
    /// A block, as the processor holds it. Answers are blocks, too, of bytes that are 0 for no and 255 for yes.
    type Block: Copy;

    fn load(self, bytes: &Bytes) -> Self::Block;
    /// The same byte everywhere.
    fn splat(self, byte: u8) -> Self::Block;
    fn or(self, a: Self::Block, b: Self::Block) -> Self::Block;
    fn and(self, a: Self::Block, b: Self::Block) -> Self::Block;
    /// Each byte of `a` less its like in `b`.
    fn less(self, a: Self::Block, b: Self::Block) -> Self::Block;
    /// Which bytes are the same.
    fn same(self, a: Self::Block, b: Self::Block) -> Self::Block;
    /// Which bytes of `a` are no greater than their like in `b`.
    fn up_to(self, a: Self::Block, b: Self::Block) -> Self::Block;
    /// Each byte of `a` less than 16 becomes the one that it counts in its half of the table.
    fn look_up(self, table: Self::Block, a: Self::Block) -> Self::Block;
    /// The upper four bits of each byte, as a number.
    fn upper_half(self, a: Self::Block) -> Self::Block;
    /// An answer as bits, the lowest for the first byte.
    fn bits(self, answer: Self::Block) -> u32;

    /// Which bytes are this one.
    #[inline(always)]
    fn eq(self, block: Self::Block, byte: u8) -> Self::Block {
        self.same(block, self.splat(byte))
    }

    /// Which bytes are from `first` to `last`.
    #[inline(always)]
    fn between(self, block: Self::Block, first: u8, last: u8) -> Self::Block {
        self.up_to(self.less(block, self.splat(first)), self.splat(last - first))
    }
}

/// The block that begins at `at`, where the text is long enough.
#[inline(always)]
pub(crate) fn block(text: &[u8], at: usize) -> Option<&Bytes> {
    text.get(at..)?.first_chunk()
}

/// The place behind `what`, where that stands at `at`.
#[inline(always)]
pub(crate) fn literal<const N: usize>(text: &[u8], at: usize, what: &[u8; N]) -> Option<usize> {
    (text.get(at..)?.first_chunk() == Some(what)).then_some(at + N)
}

/// The processor has AVX2, and what else those have that do.
#[derive(Debug, Clone, Copy)]
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx2(());

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Avx2, Bytes, Lanes, Work};

    impl Avx2 {
        /// The proof, where this processor has it.
        #[inline(always)]
        pub fn get() -> Option<Self> {
            let has =
                std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("bmi1");
            has.then_some(Self(()))
        }
    }

    // SAFETY, of each block below: its instructions are those of AVX2, which the processor has, or there were no `self`.
    impl Lanes for Avx2 {
        type Block = __m256i;

        #[inline(always)]
        fn load(self, bytes: &Bytes) -> __m256i {
            // SAFETY: and it reads the thirty-two bytes, wherever they lie.
            unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
        }

        #[inline(always)]
        fn splat(self, byte: u8) -> __m256i {
            unsafe { _mm256_set1_epi8(byte.cast_signed()) }
        }

        #[inline(always)]
        fn or(self, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_or_si256(a, b) }
        }

        #[inline(always)]
        fn and(self, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_and_si256(a, b) }
        }

        #[inline(always)]
        fn less(self, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_sub_epi8(a, b) }
        }

        #[inline(always)]
        fn same(self, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_cmpeq_epi8(a, b) }
        }

        #[inline(always)]
        fn up_to(self, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_cmpeq_epi8(_mm256_min_epu8(a, b), a) }
        }

        #[inline(always)]
        fn look_up(self, table: __m256i, a: __m256i) -> __m256i {
            unsafe { _mm256_shuffle_epi8(table, a) }
        }

        #[inline(always)]
        fn upper_half(self, a: __m256i) -> __m256i {
            unsafe { _mm256_and_si256(_mm256_srli_epi16::<4>(a), _mm256_set1_epi8(15)) }
        }

        #[inline(always)]
        fn bits(self, answer: __m256i) -> u32 {
            unsafe { _mm256_movemask_epi8(answer).cast_unsigned() }
        }
    }

    /// Does some work with the instructions that the processor has.
    #[inline]
    pub(super) fn run<W: Work>(avx2: Avx2, work: W) -> W::Output {
        #[target_feature(enable = "avx2,bmi1")]
        fn run<W: Work>(avx2: Avx2, work: W) -> W::Output {
            work.run(avx2)
        }
        // SAFETY: the processor has them, or there were no `avx2`.
        unsafe { run(avx2, work) }
    }
}

/// Any processor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Lanes for Plain {
    type Block = Bytes;

    #[inline(always)]
    fn load(self, bytes: &Bytes) -> Bytes {
        *bytes
    }

    #[inline(always)]
    fn splat(self, byte: u8) -> Bytes {
        [byte; WIDTH]
    }

    #[inline(always)]
    fn or(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| a | b)
    }

    #[inline(always)]
    fn and(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| a & b)
    }

    #[inline(always)]
    fn less(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, u8::wrapping_sub)
    }

    #[inline(always)]
    fn same(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| if a == b { u8::MAX } else { 0 })
    }

    #[inline(always)]
    fn up_to(self, a: Bytes, b: Bytes) -> Bytes {
        each(a, b, |a, b| if a <= b { u8::MAX } else { 0 })
    }

    #[inline(always)]
    fn look_up(self, table: Bytes, a: Bytes) -> Bytes {
        std::array::from_fn(|i| table[i / 16 * 16 + usize::from(a[i] & 15)])
    }

    #[inline(always)]
    fn upper_half(self, a: Bytes) -> Bytes {
        a.map(|byte| byte >> 4)
    }

    #[inline(always)]
    fn bits(self, answer: Bytes) -> u32 {
        // Eight flags of a byte each become eight bits with one multiplication.
        let (eights, _) = answer.as_chunks::<8>();
        eights.iter().rev().fold(0, |bits, eight| {
            let flags = u64::from_le_bytes(*eight) & 0x0101_0101_0101_0101;
            bits << 8 | (flags.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
        })
    }
}

#[inline(always)]
fn each(a: Bytes, b: Bytes, of: impl Fn(u8, u8) -> u8) -> Bytes {
    std::array::from_fn(|i| of(a[i], b[i]))
}

/// Something that is done by looking at blocks.
pub(crate) trait Work {
    type Output;

    /// Does it. This, and all functions that it hands `lanes` to, are to be inlined always, and closures may not use them: what
    /// is not inlined is compiled for any processor.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does some work in the best way that the processor has.
#[inline]
pub(crate) fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = Avx2::get() {
        return avx2::run(avx2, work);
    }
    work.run(Plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What each question about two blocks is answered.
    struct Ask<'a>(&'a Bytes, &'a Bytes, u8);

    impl Work for Ask<'_> {
        type Output = Vec<u32>;

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> Vec<u32> {
            let (a, b, byte) = (lanes.load(self.0), lanes.load(self.1), self.2);
            let low = lanes.and(a, lanes.splat(15));
            vec![
                lanes.bits(lanes.same(a, b)),
                lanes.bits(lanes.same(lanes.or(a, b), b)),
                lanes.bits(lanes.same(lanes.and(a, b), b)),
                lanes.bits(lanes.up_to(a, b)),
                lanes.bits(lanes.eq(a, byte)),
                lanes.bits(lanes.up_to(lanes.less(a, b), lanes.splat(byte))),
                lanes.bits(lanes.between(a, byte.min(200), byte.max(200))),
                lanes.bits(lanes.up_to(lanes.look_up(b, low), lanes.splat(byte))),
                lanes.bits(lanes.eq(lanes.upper_half(a), byte >> 4)),
            ]
        }
    }

    proptest! {
        #[test]
        fn all_ways_say_the_same(mut a: Bytes, b: Bytes, byte: u8, same in 0..WIDTH) {
            a[same..].copy_from_slice(&b[same..]);
            a[same] = byte;
            let plain = Ask(&a, &b, byte).run(Plain);
            let expected = (0..WIDTH).fold(0, |bits, i| bits | u32::from(a[i] <= b[i]) << i);
            prop_assert_eq!(plain[3], expected);
            prop_assert_eq!(run(Ask(&a, &b, byte)), plain);
        }
    }
}
