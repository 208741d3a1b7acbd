//! Models that the program carries: loaded for who asks first, and kept for who asks next.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A model that is loaded at most once at a time. What it gives are handles to one and the same.
pub(super) struct Carried<T>(Mutex<Option<T>>);

impl<T: Clone> Carried<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(super) fn get(&self, load: impl FnOnce() -> T) -> T {
        self.kept().get_or_insert_with(load).clone()
    }

    /// Keeps it no longer: its memory is free once nobody has a handle.
    pub(super) fn let_go(&self) {
        *self.kept() = None;
    }

    fn kept(&self) -> MutexGuard<'_, Option<T>> {
        // A load that panicked has left nothing here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn it_is_loaded_once_until_it_is_let_go() {
        let carried = Carried::new();
        let first = carried.get(|| Arc::new(1));
        assert!(Arc::ptr_eq(&first, &carried.get(|| unreachable!("it is kept"))));
        carried.let_go();
        assert_eq!(Arc::strong_count(&first), 1);
        assert_eq!(*carried.get(|| Arc::new(2)), 2);
        assert_eq!(*first, 1);
    }
}
