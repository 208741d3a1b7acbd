//! Two rankings into one.
//!
//! Cormack, Clarke, Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods":
//! what a chapter is worth is the sum over the rankings of 1 / (k + its rank). Ranks and not scores, since BM25 has no
//! scale: it grows with the number of words looked for and with how rare they are.

use std::collections::HashMap;

use crate::store::{ChapterId, Near};

/// The paper's k: with a larger one the first ranks weigh less against the rest.
const K: f64 = 60.0;

/// Chapters less near than this are no hits: what is nearest to a word without meaning is near nothing.
pub(super) const MIN_COSINE: f32 = 0.2;

/// Returns the chapters of either ranking, best first, with what they are worth; equals as the first ranking has them, and
/// then as the second.
pub(super) fn fused(words: &[(ChapterId, f64)], near: &[Near]) -> Vec<(ChapterId, f64)> {
    let mut places: HashMap<ChapterId, usize> = HashMap::with_capacity(words.len() + near.len());
    let mut worth: Vec<(ChapterId, f64)> = Vec::with_capacity(words.len() + near.len());
    let of_words = words.iter().map(|(id, _)| *id).enumerate();
    let of_meaning = near.iter().map(|near| near.chapter).enumerate();
    for (rank, id) in of_words.chain(of_meaning) {
        let place = *places.entry(id).or_insert_with(|| {
            worth.push((id, 0.0));
            worth.len() - 1
        });
        worth[place].1 += 1.0 / (K + 1.0 + rank as f64);
    }
    worth.sort_by(|one, other| other.1.total_cmp(&one.1));
    worth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[i64], near: &[i64], expected: &[i64]) {
        let words: Vec<_> = words.iter().map(|id| (ChapterId(*id), 0.0)).collect();
        let near: Vec<_> = near.iter().map(|id| Near { chapter: ChapterId(*id), cosine: 0.5 }).collect();
        let ids: Vec<i64> = fused(&words, &near).iter().map(|(id, _)| id.0).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn what_both_rankings_have_comes_first() {
        check(&[1, 2, 3], &[4, 3, 5], &[3, 1, 4, 2, 5]);
        check(&[1, 2], &[2, 1], &[1, 2]);
        check(&[], &[7, 8], &[7, 8]);
        check(&[7, 8], &[], &[7, 8]);
    }
}
