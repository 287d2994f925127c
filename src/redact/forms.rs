//! Token formats, which `build/token_forms.rs` compiles from `tokens.yaml`.

include!(concat!(env!("OUT_DIR"), "/tokens.rs"));

/// A run of characters of one class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub class: u16,
    pub min: u32,
    /// Maximum number of characters; `u32::MAX` for no limit.
    pub max: u32,
}

impl Run {
    /// Returns true if a byte is in the class of the run.
    pub fn has(&self, byte: u8) -> bool {
        let class = CLASSES.get(usize::from(self.class)).copied().unwrap_or_default();
        byte < 128 && class >> byte & 1 == 1
    }

    /// Returns the maximum number of bytes of the run.
    pub fn most(&self) -> usize {
        usize::try_from(self.max).unwrap_or(usize::MAX)
    }
}

/// The format of one kind of token.
pub(super) struct Form {
    /// Fixed text that the token contains, in lower case if `folds`. If it is empty, the token is found by its first two
    /// characters.
    pub anchor: &'static str,
    pub folds: bool,
    /// Number of bytes of the anchor that stay visible, because they only show the kind of address.
    pub shows: usize,
    /// True if the text after the anchor must be neither words nor a digest.
    pub mixed: bool,
    /// True if a part of the token reveals nothing, so that only whole tokens are masked.
    pub whole: bool,
    pub before: &'static [Run],
    pub after: &'static [Run],
}
