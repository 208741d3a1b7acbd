//! Windows on both sides of a gap, sized by words.
//!
//! Units differ in length by a factor of a hundred, between documents and inside them: a window of so many units means
//! something else each time.

use std::ops::Range;

/// Returns how many words the units hold together.
pub(super) fn total(n_words: &[u32]) -> u64 {
    n_words.iter().map(|&n| u64::from(n)).sum()
}

/// Returns, for each gap, the units of the window before it and of the window after it.
///
/// A window is the fewest whole units next to the gap that hold `window_words` words, at least one; at the ends of the
/// document it is what there is. Both ends of both windows only move forwards from gap to gap.
pub(super) fn windows(n_words: &[u32], window_words: u32) -> Vec<(Range<usize>, Range<usize>)> {
    let mut words_before = Vec::with_capacity(n_words.len() + 1);
    words_before.push(0_u64);
    for &n in n_words {
        words_before.push(words_before[words_before.len() - 1] + u64::from(n));
    }
    let window = u64::from(window_words.max(1));
    let at_gap = |unit_after: usize| {
        let here = words_before[unit_after];
        let start = words_before[..unit_after].partition_point(|&before| window <= here - before).saturating_sub(1);
        let first_enough = words_before[unit_after + 1..].partition_point(|&after| after - here < window);
        let end = (unit_after + 1 + first_enough).min(n_words.len());
        (start..unit_after, unit_after..end)
    };
    (1..n_words.len()).map(at_gap).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(n_words: &[u32], window_words: u32, expected: &[(Range<usize>, Range<usize>)]) {
        assert_eq!(windows(n_words, window_words), expected);
    }

    #[test]
    fn a_window_is_the_fewest_units_that_hold_its_words() {
        check(&[5, 5, 5, 5], 8, &[(0..1, 1..3), (0..2, 2..4), (1..3, 3..4)]);
    }

    #[test]
    fn a_long_unit_is_a_window_of_its_own() {
        check(&[3, 90, 3], 10, &[(0..1, 1..2), (1..2, 2..3)]);
    }

    #[test]
    fn units_without_a_word_fill_no_window() {
        check(&[4, 0, 0, 4], 4, &[(0..1, 1..4), (0..2, 2..4), (0..3, 3..4)]);
    }

    #[test]
    fn one_unit_has_no_gap() {
        check(&[7], 4, &[]);
    }

    proptest! {
        #[test]
        fn a_mirrored_document_has_mirrored_windows(
            n_words in prop::collection::vec(0_u32..9, 2..30), window_words in 1_u32..30,
        ) {
            let mirrored: Vec<u32> = n_words.iter().rev().copied().collect();
            let n = n_words.len();
            let flip = |range: &Range<usize>| n - range.end..n - range.start;
            let there = windows(&mirrored, window_words);
            for ((before, after), (mirrored_before, mirrored_after)) in
                windows(&n_words, window_words).iter().zip(there.iter().rev())
            {
                prop_assert_eq!(before, &flip(mirrored_after));
                prop_assert_eq!(after, &flip(mirrored_before));
            }
        }
    }
}
