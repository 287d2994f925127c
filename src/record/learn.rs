//! Learns the templates of records that mean nothing.

use super::cache_key::wrapped_text;
use super::format::Format;
use super::gravity::Gravity;
use super::lines::RawRecord;
use super::templates::{Insignificant, LineTemplates, Surroundings};
use super::wrap::Wrapper;

/// Maximum length in bytes of a console line without a label that is learned. What stands in the first bytes of a longer one decides
/// whether it is in a wrapper.
const MAX_REPLY: usize = 128;
/// Minimum length in bytes of a prefix that is learned. Which wrapper a line is in depends on so many of its first bytes.
const MIN_PREFIX: usize = 10;

impl LineTemplates {
    /// Learns the template of a record that means nothing, if it is a line of the console or of `openclaw logs`. The bytes of the
    /// record must not change meanwhile.
    #[cold]
    pub(crate) fn learn(&mut self, raw: &RawRecord<'_>, gravity: Gravity, invalid_utf8: bool) {
        self.attempt();
        let known = Insignificant { format: raw.format, gravity, invalid_utf8 };
        match text_of(raw) {
            Some((start, end, surroundings)) => {
                self.learn_text(&raw.bytes[..start], &raw.bytes[start..end], known, surroundings);
            }
            None => self.table.refuse(),
        }
    }
}

/// Returns the place of the text of a record, after its time, and what surrounds it; `None` if the record cannot be learned.
fn text_of(raw: &RawRecord<'_>) -> Option<(usize, usize, Surroundings)> {
    let line = raw.bytes;
    let is_line = matches!(raw.format, Format::Plain | Format::Console)
        && raw.is_clean
        && !raw.is_cut()
        && memchr::memchr(b'\n', line).is_none();
    if !is_line {
        return None;
    }
    let own = |is_timed: bool| Surroundings { wrapper: None, is_timed };
    match raw.time {
        Some(time) => {
            let text = line.get(time..)?.strip_prefix(b" ")?;
            let is_sure = text.starts_with(b"[") || raw.format == Format::Plain || line.len() <= MAX_REPLY;
            is_sure.then_some((time + 1, line.len(), own(true)))
        }
        None if line.starts_with(b"[") => Some((0, line.len(), own(false))),
        // A time of day without a date must be read, to see where a day ends.
        None if raw.clock().is_none() => {
            let (wrapper, place) = wrapped_text(line)?;
            let is_timed = line[place.clone()].starts_with(b" ");
            let start = place.start + usize::from(is_timed);
            let (before, text) = (&line[..start], &line[start..place.end]);
            // The bytes before the text must show by themselves that it is in this wrapper.
            let is_sure = wrapper == Wrapper::DockerJson
                || start >= MIN_PREFIX
                    && wrapped_text(&[before, b"[a] x"].concat())
                        .is_some_and(|(other, place_of)| other == wrapper && place_of.start == place.start);
            let surroundings = Surroundings { wrapper: Some(wrapper), is_timed };
            (text.starts_with(b"[") && is_sure).then_some((start, place.end, surroundings))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{EnvelopeReader, Lines, Message, Triage};

    /// Returns how many of the lines of a log are found by a template, if those that come twice mean nothing.
    fn found(log: &str) -> usize {
        let (mut templates, mut envelopes) = (LineTemplates::default(), EnvelopeReader::default());
        let mut lines = Lines::new(log.as_bytes(), 0);
        let mut found = 0;
        while let Some((raw, glance)) =
            Triage::next(&mut lines, &mut envelopes, &mut templates, None, &|_: Message<'_>| true)
        {
            match glance {
                Triage::Known => found += 1,
                _ if templates.is_wanted() => templates.learn(&raw, Gravity::Nothing, false),
                _ => {}
            }
        }
        found
    }

    #[test]
    fn lines_in_each_wrapper_are_learned() {
        for (line, is_learned) in [
            ("2026-11-22T09:51:12.100+00:00 [ws] x", true),
            ("2026-11-22T09:51:12.100+00:00 warn ws x", true),
            ("2026-11-22T09:51:12.100+00:00 Good morning.", true),
            ("[ws] x", true),
            ("Nov 22 09:51:12 host node[1]: 2026-11-22T09:51:12.100+00:00 [ws] x", true),
            ("Nov 22 09:51:12 host node[1]: [ws] x", true),
            ("2026-11-22T09:51:12.123456789Z 2026-11-22T09:51:12.100Z [ws] x", true),
            ("gateway-1  | 2026-11-22T09:51:12.100Z [ws] x", true),
            ("0|openclaw  | [ws] x", true),
            ("Abc  | [ws] x", false),
            ("gateway-1 |[ws] a | b", false),
            (
                r#"{"log":"2026-11-22T09:51:12.100Z [ws] x\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#,
                true,
            ),
            ("09:51:12 [ws] x", false),
            ("Nov 22 09:51:12 host node[1]: 09:51:12 [ws] x", false),
            ("Nov 22 09:51:12 host systemd[1]: [ws] x", false),
        ] {
            let count = 49;
            let log: String = (10..10 + count)
                .map(|second| format!("{}\n", line.replace(":12", &format!(":{second}"))))
                .collect();
            let found = found(&log);
            assert_eq!(found > count / 2, is_learned, "{found} of {line}");
        }
    }

    proptest! {
        #[test]
        fn records_found_by_a_template_are_those_that_are_read(
            lines in prop::collection::vec(
                (
                    prop_oneof![
                        8 => Just("2026-11-22T09:51:1T.100+00:00 [ws] x"),
                        3 => Just("2026-11-22T09:51:1T.100Z [ws] x"),
                        3 => Just("2026-11-22T09:51:1T.100+00:00 warn ws x"),
                        1 => Just("2026-11-22T09:51:1T.100+00:00 Good morning."),
                        3 => Just("[ws] x"),
                        1 => Just("[0bcdef0123456789] x"),
                        1 => Just("[abcdef0123456789] x"),
                        4 => Just("Nov 22 09:51:1T host node[1]: 2026-11-22T09:51:1T.100+00:00 [ws] x"),
                        2 => Just("Nov 22 09:51:1T host node[1]: [ws] x"),
                        1 => Just("Nov 22 09:51:1T host node[1]: x"),
                        2 => Just("2026-11-22T09:51:1T.123456789Z 2026-11-22T09:51:1T.100Z [ws] x"),
                        2 => Just("gateway-1  | 2026-11-22T09:51:1T.100Z [ws] x"),
                        1 => Just("gateway-1 |[ws] a | b"),
                        1 => Just("gateway-1 |[ws] c"),
                        3 => Just(
                            r#"{"log":"2026-11-22T09:51:1T.1Z [ws] x\n","stream":"stdout","time":"2026-11-22T09:51:12.1Z"}"#
                        ),
                        1 => Just(r#"{"log":"2026-11-22T09:51:1T.1Z [ws] x\n","stream":"st"#),
                        1 => Just("09:51:1T [ws] x"),
                        1 => Just("    at f (a.js:1:1)"),
                        1 => Just("and so on"),
                        1 => Just("{\"lo\0\0\0\0{\"0\":\"a\",\"_meta\":{}}"),
                        1 => Just("> 2026-11-22T09:51:1T.100Z [ws] x"),
                        1 => Just(""),
                    ],
                    0..10_u8,
                    prop_oneof![9 => Just("\n"), 1 => Just("\r\n")],
                ),
                0..120,
            ),
        ) {
            let line = |(line, second, end): &(&str, u8, &str)| line.replace('T', "t").replace("22t", "22T").replace("1t", &format!("1{second}")) + end;
            let log: String = lines.iter().map(line).collect();
            let (mut templates, mut envelopes) = (LineTemplates::default(), EnvelopeReader::default());
            let (mut found, mut read) = (Lines::new(log.as_bytes(), 0), Lines::new(log.as_bytes(), 0));
            while let Some((raw, _)) =
                Triage::next(&mut found, &mut envelopes, &mut templates, None, &|_: Message<'_>| true)
            {
                prop_assert_eq!(Some(raw), read.next());
                if templates.is_wanted() {
                    templates.learn(&raw, Gravity::Nothing, false);
                }
            }
            prop_assert_eq!(read.next(), None);
            prop_assert_eq!(found.line_count(), read.line_count());
        }
    }
}
