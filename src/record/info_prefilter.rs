//! The interface of the filter that decides which info records are parsed. The engine implements it.

use fearless_simd::prelude::*;

use crate::block::Work;

/// The bytes of a message as the log holds them, in JSON with its escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The bytes of the message.
    pub text: &'a [u8],
    /// True if the text holds backslashes.
    pub is_escaped: bool,
    /// Number of leading bytes that may be a label and not part of the message; only parsing can decide that.
    pub label: usize,
}

/// Decides which info records are worth parsing.
pub(crate) trait InfoPrefilter {
    /// Returns true if a message may be significant although its level is info.
    fn may_be_significant<S: Simd>(&self, simd: S, message: Message<'_>) -> bool;
}

/// Asks an info prefilter about one message.
pub(crate) struct Ask<'g, 'm, G> {
    pub gate: &'g G,
    pub message: Message<'m>,
}

impl<G: InfoPrefilter> Work for Ask<'_, '_, G> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        self.gate.may_be_significant(simd, self.message)
    }
}

#[cfg(test)]
impl<F: Fn(Message<'_>) -> bool> InfoPrefilter for F {
    fn may_be_significant<S: Simd>(&self, _: S, message: Message<'_>) -> bool {
        self(message)
    }
}
