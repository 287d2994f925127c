//! The question whether information is worth reading, which the engine answers.

use fearless_simd::prelude::*;

use crate::block::Work;

/// A message as it is written, in JSON with its escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Its bytes.
    pub text: &'a [u8],
    /// It holds backslashes.
    pub is_escaped: bool,
    /// So many of its bytes may be a label that stands before it, which is told from it only by reading.
    pub label: usize,
}

/// Tells which information is worth reading.
pub(crate) trait Gate {
    /// Whether a message may mean anything though it is information.
    fn lets_through<S: Simd>(&self, simd: S, message: Message<'_>) -> bool;
}

/// Asks a gate about one message.
pub(crate) struct Ask<'g, 'm, G> {
    pub gate: &'g G,
    pub message: Message<'m>,
}

impl<G: Gate> Work for Ask<'_, '_, G> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        self.gate.lets_through(simd, self.message)
    }
}

#[cfg(test)]
impl<F: Fn(Message<'_>) -> bool> Gate for F {
    fn lets_through<S: Simd>(&self, _: S, message: Message<'_>) -> bool {
        self(message)
    }
}
