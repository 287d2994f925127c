//! Members of a tar archive, each of which is a source.

use crate::source::TarReader;

use super::place::Place;
use super::sources::{CUT_SHORT, Scan};

impl Scan<'_> {
    /// Scans the members of an archive, which may be archives themselves.
    pub(super) fn members(&mut self, place: &Place, mut archive: TarReader) {
        let mut is_empty = true;
        loop {
            if self.is_stopped() {
                self.begin(place);
                self.tally.problem(CUT_SHORT.to_owned());
                return;
            }
            self.has_begun = true;
            match archive.next_member() {
                None => break,
                Some(Err(reason)) => return self.unopened(place, &reason),
                Some(Ok(member)) => self.try_content(&place.member(&member.name), member.open()),
            }
            is_empty = false;
        }
        if is_empty {
            self.begin(place);
        }
    }
}
