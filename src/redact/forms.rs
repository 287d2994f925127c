//! The forms of tokens, as `build/token_forms.rs` compiles them out of `tokens.yaml`.

include!(concat!(env!("OUT_DIR"), "/tokens.rs"));

/// So many characters of one class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub class: u16,
    pub min: u32,
    /// `u32::MAX` for no limit.
    pub max: u32,
}

impl Run {
    /// Returns true if a byte is in the class of the run.
    pub fn has(&self, byte: u8) -> bool {
        let class = CLASSES.get(usize::from(self.class)).copied().unwrap_or_default();
        byte < 128 && class >> byte & 1 == 1
    }

    /// The most bytes that the run takes.
    pub fn most(&self) -> usize {
        usize::try_from(self.max).unwrap_or(usize::MAX)
    }
}

/// How tokens of one kind look.
pub(super) struct Form {
    /// Fixed text by which one is found, in lower case where `folds`; none where it is found by its first two characters.
    pub anchor: &'static str,
    pub folds: bool,
    /// Bytes of the anchor that are shown: they tell nothing but the kind of address.
    pub shows: usize,
    /// What stands behind the anchor is neither words nor a digest.
    pub mixed: bool,
    /// A part of it tells nothing.
    pub whole: bool,
    pub before: &'static [Run],
    pub after: &'static [Run],
}
