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
                Some(Err(reason)) => {
                    self.begin(place);
                    self.tally.problem(reason.to_string());
                    return;
                }
                Some(Ok(member)) => {
                    let place = place.member(&member.name);
                    match member.open() {
                        Ok(content) => {
                            let failure = self.content(&place, content);
                            self.failed(failure);
                        }
                        Err(reason) => {
                            self.begin(&place);
                            self.tally.problem(reason.to_string());
                        }
                    }
                }
            }
            is_empty = false;
        }
        if is_empty {
            self.begin(place);
        }
    }
}
