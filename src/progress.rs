//! How long work tells its caller where it is, and asks whether to go on.

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

/// Nobody watches, and nobody cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _done: usize, _total: usize) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
