//! Vectors of one length, stored row after row.

/// `n` rows of `dims` numbers, each row of length 1, or of length 0 for a text without a word.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    dims: usize,
    data: Vec<f32>,
}

impl Vectors {
    /// Takes `data`, row after row of `dims` numbers.
    ///
    /// Panics if the rows do not come out even: that is our bug.
    pub fn new(dims: usize, data: Vec<f32>) -> Self {
        assert!(dims > 0, "a vector has at least one number");
        assert!(data.len().is_multiple_of(dims), "{} numbers make no whole rows of {dims}", data.len());
        Self { dims, data }
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.data.len() / self.dims
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Returns how many numbers a row has.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// Returns row `i`, from 0.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.data[i * self.dims..(i + 1) * self.dims]
    }

    /// Returns the rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.dims)
    }

    /// Returns the cosine of rows `i` and `j`, in `-1.0..=1.0`; 0 if either has length 0.
    pub fn dot(&self, i: usize, j: usize) -> f32 {
        dot(self.row(i), self.row(j))
    }

    /// Returns all numbers, row after row.
    pub fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// Returns all numbers, row after row, and so gives the vectors up.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }
}

/// Returns the dot product of two vectors of one length.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// Scales a vector to length 1; one too short to have a direction becomes 0.
pub(crate) fn normalize(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    let scale = if length > 1e-12 { 1.0 / length } else { 0.0 };
    for value in vector {
        *value *= scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_was_put_in() {
        let vectors = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8]);
        assert_eq!((vectors.len(), vectors.dims()), (3, 2));
        assert_eq!(vectors.row(2), [0.6, 0.8]);
        assert_eq!(vectors.rows().len(), 3);
        assert!((vectors.dot(1, 2) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn a_vector_without_direction_stays_zero() {
        let mut vector = [0.0, 0.0];
        normalize(&mut vector);
        assert!(vector.iter().all(|&value| value == 0.0));
    }
}
