//! The heights of a long column of rows, estimated until they are measured.
//!
//! In: a height for each row, in points. Out: where a row starts, and which row lies at a place, both in
//! `O(log n)`: a binary indexed tree (Fenwick 1994, "A New Data Structure for Cumulative Frequency Tables",
//! Software: Practice and Experience 24(3)) of `f64`, since a long document is taller than `f32` can place exactly.

/// The heights of rows that stand under each other, the first at 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heights {
    heights: Vec<f32>,
    /// `sums[i]` is the sum of the `lowbit(i + 1)` heights that end with row `i`.
    sums: Vec<f64>,
}

impl Heights {
    /// Takes the heights of all rows, each finite and at least 0.
    ///
    /// Takes `O(n)` time.
    pub(crate) fn new(heights: Vec<f32>) -> Self {
        let mut sums: Vec<f64> = heights.iter().map(|height| f64::from(*height)).collect();
        for row in 0..sums.len() {
            let parent = row | (row + 1);
            if parent < sums.len() {
                sums[parent] += sums[row];
            }
        }
        Self { heights, sums }
    }

    /// Returns how many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.heights.len()
    }

    /// Returns the height of `row`.
    pub(crate) fn height(&self, row: usize) -> f32 {
        self.heights[row]
    }

    /// Sets the height of `row`, finite and at least 0.
    pub(crate) fn set(&mut self, row: usize, height: f32) {
        let change = f64::from(height) - f64::from(self.heights[row]);
        if change == 0.0 {
            return;
        }
        self.heights[row] = height;
        let mut at = row;
        while at < self.sums.len() {
            self.sums[at] += change;
            at |= at + 1;
        }
    }

    /// Returns where `row` starts: the sum of the heights before it. `row` may equal the number of rows.
    pub(crate) fn top(&self, row: usize) -> f64 {
        let mut sum = 0.0;
        let mut end = row;
        while end > 0 {
            sum += self.sums[end - 1];
            end &= end - 1;
        }
        sum
    }

    /// Returns the height of all rows together.
    pub(crate) fn total(&self) -> f64 {
        self.top(self.len())
    }

    /// Returns the row that lies at `place`: the last one that starts at or before it and has a height, or the
    /// nearest one if `place` lies outside of the column. 0 if there is no row.
    pub(crate) fn row_at(&self, place: f64) -> usize {
        let mut row = 0;
        let mut rest = place;
        let mut step = self.len().next_power_of_two();
        while step > 0 {
            let next = row + step;
            if next <= self.len() && self.sums[next - 1] <= rest {
                row = next;
                rest -= self.sums[next - 1];
            }
            step /= 2;
        }
        row.min(self.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whole numbers, so that sums are exact whatever their order.
    fn heights() -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec((0_u16..200).prop_map(f32::from), 1..80)
    }

    proptest! {
        #[test]
        fn a_row_starts_where_the_heights_before_it_end(heights in heights()) {
            let column = Heights::new(heights.clone());
            for row in 0..=heights.len() {
                let expected: f64 = heights[..row].iter().map(|height| f64::from(*height)).sum();
                prop_assert!((column.top(row) - expected).abs() < 1e-9);
            }
        }

        #[test]
        fn setting_heights_one_by_one_is_making_the_column_of_them(before in heights(), seed in heights()) {
            let mut column = Heights::new(before.clone());
            let after: Vec<f32> = before.iter().zip(seed.iter().cycle()).map(|(_, height)| *height).collect();
            for (row, height) in after.iter().enumerate() {
                column.set(row, *height);
            }
            let expected = Heights::new(after);
            for row in 0..=column.len() {
                prop_assert!((column.top(row) - expected.top(row)).abs() < 1e-9);
            }
        }

        #[test]
        fn the_row_at_a_place_is_the_one_that_covers_it(heights in heights(), share in 0.0..1.0_f64) {
            let column = Heights::new(heights);
            prop_assume!(column.total() > 0.0);
            let place = (share * column.total()).floor();
            let row = column.row_at(place);
            prop_assert!(column.top(row) <= place);
            prop_assert!(place < column.top(row + 1));
        }
    }

    #[test]
    fn places_outside_of_the_column_give_its_ends() {
        let column = Heights::new(vec![10.0, 20.0]);
        assert_eq!(column.row_at(-5.0), 0);
        assert_eq!(column.row_at(30.0), 1);
        assert_eq!(column.row_at(1e9), 1);
        assert_eq!(Heights::new(Vec::new()).row_at(3.0), 0);
    }
}
