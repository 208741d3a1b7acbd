//! Stopping what the library does in the middle, from another thread.

use super::Library;
use crate::error::Result;

/// How many steps of `SQLite`'s machine pass between two looks at whether to stop: some tens of microseconds.
const N_STEPS: i32 = 10_000;

impl Library {
    /// Asks `is_stopped` again and again while the library reads or writes; once it says so, the work under way fails with
    /// [`Error::Cancelled`](crate::error::Error::Cancelled) and changes nothing.
    pub fn stop_when(&mut self, is_stopped: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        Ok(self.connection.progress_handler(N_STEPS, Some(is_stopped))?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::super::{Filter, FtsQuery, Phrase, samples};
    use super::*;
    use crate::error::Error;

    #[test]
    fn what_is_stopped_fails_as_cancelled_and_works_again_after() {
        let mut library = Library::in_memory().unwrap();
        for number in 1..=40 {
            library.add_document(&samples::document(number, &["A"], &"the lamp is lit\n".repeat(200))).unwrap();
        }
        let stop = Arc::new(AtomicBool::new(true));
        let flag = Arc::clone(&stop);
        library.stop_when(move || flag.load(Ordering::Relaxed)).unwrap();
        let lamp = FtsQuery::Phrase(Phrase { words: "lamp".to_owned(), is_prefix: false });
        let find = |library: &Library| library.match_chapters(&lamp, &Filter::default(), 50);
        // One search may be over before the first look.
        assert!((0..1_000).any(|_| matches!(find(&library), Err(Error::Cancelled))));
        stop.store(false, Ordering::Relaxed);
        assert_eq!(find(&library).unwrap().len(), 40);
    }
}
