//! Sentences of rules with commands and options between backticks.

/// Splits a text into pieces, each with `true` if it is code. Unpaired backticks are part of the text.
pub(super) fn pieces(text: &str) -> Vec<(&str, bool)> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![(text, false)];
    }
    parts.into_iter().zip([false, true].into_iter().cycle()).filter(|(part, _)| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(
            pieces("Set `a`, then `b`."),
            [("Set ", false), ("a", true), (", then ", false), ("b", true), (".", false)]
        );
        assert_eq!(pieces("a ` b"), [("a ` b", false)]);
        assert_eq!(pieces(""), []);
    }
}
