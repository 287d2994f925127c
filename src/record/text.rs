//! Anything else: a line of text, with its time where it begins with one.

use std::borrow::Cow;

use super::{Parts, time};

/// Reads a line of text; every text is one.
pub(super) fn parse(text: &str) -> Parts<'_> {
    let (time, message) = match time::leading(text.as_bytes()) {
        Some((time, end)) => (Some(time), text[end..].trim_start_matches(' ')),
        None => (None, text),
    };
    Parts { time, message: Cow::Borrowed(message), ..Parts::default() }
}
