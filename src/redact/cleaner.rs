//! Redacts texts in place, once they lie in a structure that may have been made without a redactor.

use super::{Redactor, Secrets};

/// Redacts texts in their place.
pub(crate) struct Cleaner {
    redactor: Redactor,
    /// What of secrets may be in pieces that were cut out of these texts.
    secrets: Secrets,
}

impl Cleaner {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self { redactor, secrets: Secrets::default() }
    }

    /// A cleaner that knows the secrets of these texts as well.
    pub(crate) fn knowing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { redactor: self.redactor, secrets: self.redactor.secrets(texts) }
    }

    pub(crate) fn cleaned(&self, text: &str) -> String {
        self.redactor.clean(&self.secrets.mask(text)).into_owned()
    }

    pub(crate) fn text(&self, text: &mut String) {
        // Nearly all are clean already.
        let clean = self.cleaned(text);
        if clean != *text {
            *text = clean;
        }
    }

    /// Advice may have lines, which stay.
    pub(crate) fn lines(&self, text: &mut String) {
        *text = self.redactor.clean_lines(&self.secrets.mask(text));
    }

    /// A command stays only as it is: with a mask in it, it would do something else.
    pub(crate) fn command(&self, run: &mut Option<String>) {
        run.take_if(|run| self.redactor.clean_lines(&self.secrets.mask(run)) != *run);
    }

    pub(crate) fn each<'t>(&self, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    /// A map by names that may have to be cleaned, too.
    pub(crate) fn keys<V, M>(&self, map: &mut M)
    where
        M: Default + IntoIterator<Item = (String, V)> + FromIterator<(String, V)>,
    {
        *map = std::mem::take(map).into_iter().map(|(name, value)| (self.cleaned(&name), value)).collect();
    }
}
