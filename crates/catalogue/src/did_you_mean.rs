//! Did-you-mean suggestions for unknown names.

/// Returns the known name that is most similar to the given one; transposed letters count as one edit.
pub fn did_you_mean<'n>(known: impl IntoIterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let alike = |known: &str| strsim::normalized_damerau_levenshtein(known, name);
    known.into_iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))
}
