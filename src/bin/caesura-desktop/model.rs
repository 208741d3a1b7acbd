//! The model that the threads of the worker share: loaded by the one that first needs it, and let go when none does.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use caesura::error::Result;
use caesura::neural::SentenceEncoder;

/// A place for the model. Copies are the same place.
#[derive(Clone, Default)]
pub(crate) struct Model(Arc<Mutex<Place>>);

#[derive(Default)]
struct Place {
    encoder: Option<Arc<SentenceEncoder>>,
    /// The threads to run it on; `None` for as many as the machine has.
    n_threads: Option<usize>,
}

impl Model {
    /// Returns the model, loaded at the first call; another thread that asks meanwhile waits for it.
    pub(crate) fn get(&self) -> Result<Arc<SentenceEncoder>> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = &place.encoder {
            return Ok(Arc::clone(encoder));
        }
        let n_threads = place.n_threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
        let encoder = Arc::new(SentenceEncoder::embedded(n_threads)?);
        place.encoder = Some(Arc::clone(&encoder));
        Ok(encoder)
    }

    /// Runs it on so many threads from the next call on.
    pub(crate) fn run_on(&self, n_threads: Option<usize>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Place { encoder: None, n_threads };
    }

    /// Lets it go: its memory is free once nobody runs it.
    pub(crate) fn let_go(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).encoder = None;
    }
}
