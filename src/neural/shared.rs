//! Parts of models that several models have: loaded for who asks first, and held as long as anybody has them.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::error::Result;

/// A part that is held at most once at a time. What it gives are handles to one and the same.
pub(super) struct Shared<T>(Mutex<Weak<T>>);

impl<T> Shared<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Weak::new()))
    }

    /// Returns the part that others have, or loads it where nobody does.
    pub(super) fn get(&self, load: impl FnOnce() -> Result<Arc<T>>) -> Result<Arc<T>> {
        // A load that panicked has left nothing here.
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = loaded.upgrade() {
            return Ok(part);
        }
        let part = load()?;
        *loaded = Arc::downgrade(&part);
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_loaded_once_until_nobody_has_it() {
        let shared = Shared::new();
        let first = shared.get(|| Ok(Arc::new(1))).expect("it loads");
        let again = shared.get(|| unreachable!("it is held")).expect("it is held");
        assert!(Arc::ptr_eq(&first, &again));
        drop((first, again));
        assert_eq!(*shared.get(|| Ok(Arc::new(2))).expect("it loads"), 2);
    }
}
