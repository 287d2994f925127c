//! The known name that somebody who wrote an unknown one may have meant.

/// The name that is most like this one: slips of the finger count for little.
pub fn nearest<'n>(known: impl IntoIterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let alike = |known: &str| strsim::normalized_damerau_levenshtein(known, name);
    known.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))
}
