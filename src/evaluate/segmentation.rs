//! What the measures of segmentation compare: where one cut of a document has its boundaries.

use crate::document::GapIndex;

/// One way to cut a document of `n_units` units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segmentation {
    n_units: usize,
    boundaries: Vec<GapIndex>,
}

impl Segmentation {
    /// Returns the cut at `boundaries`.
    ///
    /// Panics if there is no unit, or unless the boundaries are ascending, distinct and inside the document: whoever
    /// reads a cut from the outside checks it first.
    pub fn new(n_units: usize, boundaries: Vec<GapIndex>) -> Self {
        assert!(n_units > 0, "a document has at least one unit");
        assert!(boundaries.is_sorted_by(|one, next| one < next), "boundaries are ascending and distinct");
        assert!(boundaries.last().is_none_or(|last| last.index() + 1 < n_units), "boundaries lie inside the document");
        Self { n_units, boundaries }
    }

    /// Returns the cut into sections of `lengths` units, each at least 1.
    pub fn of_lengths(lengths: &[usize]) -> Self {
        let mut n_units = 0;
        let mut ends = Vec::with_capacity(lengths.len());
        for length in lengths {
            n_units += length;
            ends.push(n_units);
        }
        ends.pop();
        Self::new(n_units, ends.into_iter().map(|end| GapIndex::from(end - 1)).collect())
    }

    /// Returns how many units the document has.
    pub fn n_units(&self) -> usize {
        self.n_units
    }

    /// Returns how many gaps the document has, and so how many boundaries it could have.
    pub fn n_gaps(&self) -> usize {
        self.n_units - 1
    }

    /// Returns the boundaries, ascending.
    pub fn boundaries(&self) -> &[GapIndex] {
        &self.boundaries
    }

    /// Returns whether a section ends in this gap.
    pub fn is_boundary(&self, gap: GapIndex) -> bool {
        self.boundaries.binary_search(&gap).is_ok()
    }

    /// Returns how many sections the document is cut into: one more than boundaries.
    pub fn n_sections(&self) -> usize {
        self.boundaries.len() + 1
    }

    /// Returns the units of each section, in order.
    pub fn sections(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let begins = self.boundaries.iter().map(|boundary| boundary.unit_after().index());
        let ends = begins.clone().chain([self.n_units]);
        std::iter::once(0).chain(begins).zip(ends).map(|(begin, end)| begin..end)
    }

    /// Returns the window of Pk and `WindowDiff` for this reference: half the mean section length in units, rounded
    /// half to even as segeval does, and at least 2; in a shorter document as many units as leave one window.
    pub(super) fn window(&self) -> usize {
        let half_mean = self.n_units as f64 / self.n_sections() as f64 / 2.0;
        (half_mean.round_ties_even() as usize).max(2).min(self.n_gaps())
    }

    /// Returns, for each unit, how many boundaries lie before it.
    pub(super) fn section_of_units(&self) -> Vec<usize> {
        let mut starts = vec![0; self.n_units];
        for boundary in &self.boundaries {
            starts[boundary.unit_after().index()] = 1;
        }
        let mut section = 0;
        for start in &mut starts {
            section += *start;
            *start = section;
        }
        starts
    }
}

/// How the boundaries of two cuts pair up, each boundary at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pairs {
    /// Boundaries that both have.
    pub(super) exact: usize,
    /// Of the others, pairs one unit apart. Exact ones are paired first; of these, the earlier.
    pub(super) near: usize,
    /// Boundaries of the reference without a partner.
    pub(super) missed: usize,
    /// Boundaries found without a partner.
    pub(super) extra: usize,
}

impl Pairs {
    /// Pairs the boundaries of `reference` and `found`, closest first.
    ///
    /// What is left after the exact ones differs in place, so that going from left to right pairs as many as can be.
    pub(super) fn of(reference: &Segmentation, found: &Segmentation) -> Self {
        assert_eq!(reference.n_units, found.n_units, "two cuts of one document");
        let only = |one: &Segmentation, other: &Segmentation| -> Vec<usize> {
            let is_alone = |&&gap: &&GapIndex| !other.is_boundary(gap);
            one.boundaries.iter().filter(is_alone).map(|gap| gap.index()).collect()
        };
        let (missed, extra) = (only(reference, found), only(found, reference));
        let (mut at_missed, mut at_extra, mut near) = (0, 0, 0);
        while at_missed < missed.len() && at_extra < extra.len() {
            let (here, there) = (missed[at_missed], extra[at_extra]);
            if here.abs_diff(there) == 1 {
                near += 1;
                at_missed += 1;
                at_extra += 1;
            } else if here < there {
                at_missed += 1;
            } else {
                at_extra += 1;
            }
        }
        let exact = reference.boundaries.len() - missed.len();
        Self { exact, near, missed: missed.len() - near, extra: extra.len() - near }
    }
}

/// Returns the share of windows, in `0.0..=1.0`, that `is_wrong` of the numbers of boundaries that both cuts have in them.
///
/// A document of one unit has no window, and nothing wrong.
pub(super) fn share_of_windows(
    reference: &Segmentation,
    found: &Segmentation,
    is_wrong: impl Fn(usize, usize) -> bool,
) -> f64 {
    assert_eq!(reference.n_units(), found.n_units(), "two cuts of one document");
    let window = reference.window();
    if window == 0 {
        return 0.0;
    }
    let n_windows = reference.n_units() - window;
    let (truth, guess) = (reference.section_of_units(), found.section_of_units());
    let in_window = |sections: &[usize], start: usize| sections[start + window] - sections[start];
    let n_wrong = (0..n_windows).filter(|&start| is_wrong(in_window(&truth, start), in_window(&guess, start))).count();
    n_wrong as f64 / n_windows as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_window(lengths: &[usize], expected: usize) {
        assert_eq!(Segmentation::of_lengths(lengths).window(), expected, "{lengths:?}");
    }

    #[test]
    fn sections_are_the_units_between_boundaries() {
        for lengths in [vec![1], vec![3], vec![1, 4, 2]] {
            let sections: Vec<_> = Segmentation::of_lengths(&lengths).sections().collect();
            assert_eq!(sections.iter().map(std::ops::Range::len).collect::<Vec<_>>(), lengths);
            assert!(sections.is_sorted_by(|one, next| one.end == next.start) && sections[0].start == 0);
        }
    }

    #[test]
    fn the_window_is_half_the_mean_length_rounded_half_to_even() {
        check_window(&[10, 10], 5);
        check_window(&[5, 5, 5, 5], 2);
        check_window(&[7, 7, 7, 7], 4);
        check_window(&[20], 10);
    }

    #[test]
    fn the_window_is_at_least_two_and_fits_the_document() {
        check_window(&[1, 1, 1, 1], 2);
        check_window(&[1, 1], 1);
        check_window(&[1], 0);
    }

    #[track_caller]
    fn check_pairs(reference: &[usize], found: &[usize], expected: (usize, usize, usize, usize)) {
        let pairs = Pairs::of(&Segmentation::of_lengths(reference), &Segmentation::of_lengths(found));
        assert_eq!((pairs.exact, pairs.near, pairs.missed, pairs.extra), expected);
    }

    #[test]
    fn equal_places_are_paired_before_near_ones() {
        check_pairs(&[5, 1, 4], &[6, 4], (1, 0, 1, 0));
    }

    #[test]
    fn a_boundary_is_paired_once() {
        check_pairs(&[5, 5], &[4, 2, 4], (0, 1, 0, 1));
    }

    #[test]
    fn two_units_off_is_no_pair() {
        check_pairs(&[5, 5], &[3, 7], (0, 0, 1, 1));
    }
}
