//! A histogram as one line of text.

use jiff::Timestamp;

use crate::report::Histogram;

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 4] = ['.', ':', '+', '#'];

/// Distributes bins over `width` columns between `first` and `last` and returns the count per column. Bins are given by
/// their start, in seconds since 1970, and have equal width.
pub(super) fn columns(
    bins: impl Iterator<Item = (i64, u64)>,
    bin_seconds: i64,
    (first, last): (Timestamp, Timestamp),
    width: usize,
) -> Vec<u64> {
    let mut columns = vec![0_u64; width];
    let span = (i128::from(last.as_second()) - i128::from(first.as_second()) + 1).max(1);
    for (start, count) in bins {
        // A bin belongs to the column of its middle.
        let middle = i128::from(start) + i128::from(bin_seconds) / 2;
        let column = (middle - i128::from(first.as_second())) * width as i128 / span;
        let column = usize::try_from(column.max(0)).unwrap_or(0).min(width.saturating_sub(1));
        if let Some(sum) = columns.get_mut(column) {
            *sum = sum.saturating_add(count);
        }
    }
    columns
}

/// Returns a line of bars for the time from `first` to `last`: blank for no incidents, otherwise higher for more. Empty
/// if no incident has a time.
pub(super) fn sparkline(
    histogram: &Histogram,
    span: (Timestamp, Timestamp),
    width: usize,
    unicode: bool,
) -> String {
    let Some(start) = histogram.start else { return String::new() };
    let bins = histogram.counts.iter().zip(0_i64..).map(|(count, index)| {
        (start.as_second().saturating_add(index.saturating_mul(histogram.bin_seconds)), *count)
    });
    let columns = columns(bins, histogram.bin_seconds, span, width);
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let marks: &[char] = if unicode { &BLOCKS } else { &ASCII };
    let mark = |count: u64| match count {
        0 => ' ',
        // The highest column gets the highest mark, and one incident is always visible.
        count => {
            let steps = marks.len() - 1;
            let step = u128::from(count) * steps as u128 / u128::from(most);
            marks[usize::try_from(step).unwrap_or(0).min(steps)]
        }
    };
    columns.into_iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn of(start: i64, counts: &[u64]) -> Histogram {
        Histogram { start: Some(at(start)), bin_seconds: 10, counts: counts.to_vec() }
    }

    #[test]
    fn the_highest_column_has_the_highest_mark() {
        let span = (at(100), at(139));
        assert_eq!(sparkline(&of(100, &[1, 0, 4, 8]), span, 4, true), "▁ ▄█");
        assert_eq!(sparkline(&of(100, &[1, 0, 4, 8]), span, 4, false), ". :#");
        assert_eq!(sparkline(&of(120, &[5]), span, 4, true), "  █ ");
        assert_eq!(sparkline(&Histogram::default(), span, 4, true), "");
        assert_eq!(sparkline(&of(90, &[u64::MAX, 1, 1, 1, 1, 1]), span, 4, true), "█▁▁▁");
    }

    #[test]
    fn a_span_that_ends_before_it_begins_is_a_moment() {
        assert_eq!(sparkline(&of(100, &[1]), (at(101), at(100)), 2, true), " █");
    }

    #[test]
    fn many_bins_share_a_column() {
        assert_eq!(sparkline(&of(0, &[1; 60]), (at(0), at(599)), 6, true), "██████");
        assert_eq!(sparkline(&of(590, &[1]), (at(0), at(599)), 6, true), "     █");
    }
}
