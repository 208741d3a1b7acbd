//! How long work tells its caller where it is, and asks whether to go on.

use std::ops::Range;

use crate::error::{Error, Result};

/// Where long work reports to.
///
/// A front end draws a bar or a spinner from it; tests pass [`Unwatched`].
pub trait Progress: Sync {
    /// Says that `done` of `total` steps are behind. Both count the same thing within one piece of work.
    fn report(&self, done: usize, total: usize);

    /// Returns whether the work should stop as soon as it can.
    fn is_cancelled(&self) -> bool;

    /// Fails with [`Error::Cancelled`] if the work should stop.
    fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Part of a longer piece of work: what it reports of itself becomes a stretch of the whole.
///
/// Where the whole has parts that follow one another, what is reported of it never falls.
#[derive(Clone)]
pub struct Part<'a> {
    /// Where the whole reports to.
    pub progress: &'a dyn Progress,
    /// The steps of the whole that this part takes.
    pub range: Range<usize>,
    /// How many steps the whole has.
    pub of: usize,
}

impl Progress for Part<'_> {
    fn report(&self, done: usize, total: usize) {
        let n_steps = self.range.end - self.range.start;
        self.progress.report(self.range.start + n_steps * done.min(total) / total.max(1), self.of);
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }
}

/// Nobody watches, and nobody cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _done: usize, _total: usize) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// Notes every report.
    #[derive(Default)]
    pub(crate) struct Noted(Mutex<Vec<(usize, usize)>>);

    impl Noted {
        pub(crate) fn reports(self) -> Vec<(usize, usize)> {
            self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Progress for Noted {
        fn report(&self, done: usize, total: usize) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((done, total));
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    #[track_caller]
    fn check(range: Range<usize>, of: usize, done: usize, total: usize, expected: (usize, usize)) {
        let noted = Noted::default();
        Part { progress: &noted, range, of }.report(done, total);
        assert_eq!(noted.reports(), [expected]);
    }

    #[test]
    fn a_part_reports_its_stretch_of_the_whole() {
        check(20..60, 100, 0, 8, (20, 100));
        check(20..60, 100, 3, 8, (35, 100));
        check(20..60, 100, 8, 8, (60, 100));
        // How much there is to do is not always known.
        check(20..60, 100, 7, 0, (20, 100));
        check(5..5, 0, 1, 2, (5, 0));
    }

    #[test]
    fn a_part_of_a_part_is_a_stretch_of_its_stretch() {
        let noted = Noted::default();
        let half = Part { progress: &noted, range: 50..100, of: 100 };
        Part { progress: &half, range: 1..2, of: 2 }.report(1, 2);
        assert_eq!(noted.reports(), [(75, 100)]);
    }
}
