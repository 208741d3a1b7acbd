//! Batches whose members are of about one length, so that little of them is padding.

use super::random::Random;
use crate::error::Result;

/// Batches drawn and sorted by length together.
const BATCHES_A_BUCKET: usize = 8;

/// Draws the batch of each step. What a step gets follows from the seed and its number.
pub(super) struct Batches<T> {
    /// Members a batch.
    n_members: usize,
    /// The bucket drawn last, and its number.
    bucket: Option<(usize, Vec<Vec<T>>)>,
}

impl<T> Batches<T> {
    /// Of batches of `n_members`, at least 1.
    pub(super) fn new(n_members: usize) -> Self {
        Self { n_members, bucket: None }
    }

    /// Returns the batch of a step.
    pub(super) fn of_step(
        &mut self,
        seed: u64,
        step: usize,
        length: impl Fn(&T) -> usize,
        draw: impl FnMut(&mut Random) -> Result<T>,
    ) -> Result<&[T]> {
        let number = step / BATCHES_A_BUCKET;
        let drawn = match self.bucket.take() {
            Some((known, batches)) if known == number => batches,
            _ => self.drawn(seed, number, length, draw)?,
        };
        let (_, batches) = self.bucket.insert((number, drawn));
        Ok(&batches[step % BATCHES_A_BUCKET])
    }

    /// Returns the batches of a bucket, in a random order.
    fn drawn(
        &self,
        seed: u64,
        number: usize,
        length: impl Fn(&T) -> usize,
        mut draw: impl FnMut(&mut Random) -> Result<T>,
    ) -> Result<Vec<Vec<T>>> {
        let mut random = Random::new(seed, 1000 + number as u64);
        let members: Result<Vec<T>> = (0..BATCHES_A_BUCKET * self.n_members).map(|_| draw(&mut random)).collect();
        let mut members = members?;
        members.sort_by_key(length);
        let mut batches: Vec<Vec<T>> = Vec::new();
        while !members.is_empty() {
            let batch = members.split_off(members.len() - self.n_members);
            batches.insert(random.below(batches.len() + 1), batch);
        }
        Ok(batches)
    }
}
