//! Keeps what is chosen in sight, in a list that the user may scroll away.

/// How far a list is scrolled, and what it was last scrolled for.
pub(crate) struct Follow<T> {
    shown_for: Option<T>,
    offset: f32,
    height: f32,
}

impl<T> Default for Follow<T> {
    fn default() -> Self {
        Self { shown_for: None, offset: 0.0, height: 0.0 }
    }
}

impl<T: PartialEq> Follow<T> {
    /// Returns where to scroll so that row `at` is in sight: only if `chosen` is another than before, and it is not.
    ///
    /// Rows are `pitch` points apart.
    pub(crate) fn follow(&mut self, chosen: T, at: usize, pitch: f32) -> Option<f32> {
        if self.height <= 0.0 || self.shown_for.as_ref() == Some(&chosen) {
            return None;
        }
        self.shown_for = Some(chosen);
        let top = at as f32 * pitch;
        let is_in_sight = self.offset <= top && top + pitch <= self.offset + self.height;
        (!is_in_sight).then(|| (top - 0.3 * self.height).max(0.0))
    }

    /// Remembers how far the list was scrolled in this frame, and how high it was.
    pub(crate) fn was(&mut self, offset: f32, height: f32) {
        (self.offset, self.height) = (offset, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_scrolled_once_for_each_choice_that_is_out_of_sight() {
        let mut follow = Follow::default();
        follow.was(0.0, 100.0);
        assert_eq!(follow.follow("first", 0, 50.0), None);
        assert_eq!(follow.follow("tenth", 9, 50.0), Some(420.0));
        follow.was(0.0, 100.0);
        assert_eq!(follow.follow("tenth", 9, 50.0), None, "the user scrolled away");
        assert_eq!(follow.follow("second", 1, 50.0), None);
    }
}
