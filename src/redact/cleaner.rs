//! Redacts texts in place, in structures that may have been created without a redactor.

use super::{Redactor, Secrets};

/// Redacts texts in place.
pub(crate) struct Cleaner {
    redactor: Redactor,
    /// Secrets whose pieces may be in these texts.
    secrets: Secrets,
}

impl Cleaner {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self { redactor, secrets: Secrets::default() }
    }

    /// Creates a cleaner that also knows the secrets in these texts.
    pub(crate) fn knowing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { redactor: self.redactor, secrets: self.redactor.secrets(texts) }
    }

    pub(crate) fn cleaned(&self, text: &str) -> String {
        self.redactor.clean(&self.secrets.mask(text)).into_owned()
    }

    pub(crate) fn text(&self, text: &mut String) {
        // Nearly all texts are clean already.
        let clean = self.cleaned(text);
        if clean != *text {
            *text = clean;
        }
    }

    /// Redacts a text of several lines and keeps its line ends.
    pub(crate) fn lines(&self, text: &mut String) {
        *text = self.redactor.clean_lines(&self.secrets.mask(text));
    }

    /// Removes a command that holds a secret. With a mask in it, it would do something else.
    pub(crate) fn command(&self, run: &mut Option<String>) {
        run.take_if(|run| self.redactor.clean_lines(&self.secrets.mask(run)) != *run);
    }

    pub(crate) fn each<'t>(&self, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// Redacts the keys of a map.
    pub(crate) fn keys<V, M>(&self, map: &mut M)
    where
        M: Default + IntoIterator<Item = (String, V)> + FromIterator<(String, V)>,
    {
        *map = std::mem::take(map).into_iter().map(|(name, value)| (self.cleaned(&name), value)).collect();
    }
}
