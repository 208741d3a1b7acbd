//! How good a ranking is, against judgements.
//!
//! nDCG: Järvelin, Kekäläinen 2002, "Cumulated Gain-Based Evaluation of IR Techniques", with the grade itself as gain and
//! a discount of log2(rank + 1), as `trec_eval` and BEIR have it. The reciprocal rank is that of the first relevant
//! passage (Voorhees 1999).

use serde::Serialize;

use super::beir::JudgedQuery;

/// The means over all questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RankingMeasures {
    /// nDCG of the first ten.
    pub ndcg_10: f64,
    /// The share of the relevant passages that are among the first hundred.
    pub recall_100: f64,
    /// One over the rank of the first relevant passage; 0 if there is none.
    pub mrr: f64,
}

/// Returns the measures of rankings, each of the question in its place: the names of passages, best first, none twice.
///
/// A question without a relevant passage counts as answered in no way; without questions all is 0.
pub fn ranking_measures<S: AsRef<str>>(queries: &[JudgedQuery], rankings: &[Vec<S>]) -> RankingMeasures {
    let n = queries.len().max(1) as f64;
    let mean = |measure: fn(&JudgedQuery, &[S]) -> f64| {
        queries.iter().zip(rankings).map(|(query, ranking)| measure(query, ranking)).sum::<f64>() / n
    };
    RankingMeasures { ndcg_10: mean(ndcg_10), recall_100: mean(recall_100), mrr: mean(reciprocal_rank) }
}

fn gain<S: AsRef<str>>(query: &JudgedQuery, passage: &S) -> f64 {
    query.grades.get(passage.as_ref()).map_or(0.0, |grade| (*grade).max(0) as f64)
}

fn dcg(gains: impl Iterator<Item = f64>) -> f64 {
    gains.take(10).enumerate().map(|(rank, gain)| gain / (rank as f64 + 2.0).log2()).sum()
}

fn ndcg_10<S: AsRef<str>>(query: &JudgedQuery, ranking: &[S]) -> f64 {
    let mut best: Vec<f64> = query.grades.values().map(|grade| (*grade).max(0) as f64).collect();
    best.sort_by(|one, other| other.total_cmp(one));
    let ideal = dcg(best.into_iter());
    if ideal > 0.0 { dcg(ranking.iter().map(|passage| gain(query, passage))) / ideal } else { 0.0 }
}

fn recall_100<S: AsRef<str>>(query: &JudgedQuery, ranking: &[S]) -> f64 {
    let n_relevant = query.grades.values().filter(|grade| 0 < **grade).count();
    let n_found = ranking.iter().take(100).filter(|passage| 0.0 < gain(query, passage)).count();
    if n_relevant > 0 { n_found as f64 / n_relevant as f64 } else { 0.0 }
}

fn reciprocal_rank<S: AsRef<str>>(query: &JudgedQuery, ranking: &[S]) -> f64 {
    let first = ranking.iter().position(|passage| 0.0 < gain(query, passage));
    first.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0))
}

/// Returns the value below which a share of `values` lies: the one of the nearest rank. 0 of none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(grades: &[(&str, i64)], ranking: &[&str], expected: (f64, f64, f64)) {
        let grades = grades.iter().map(|(id, grade)| ((*id).to_owned(), *grade)).collect();
        let query = JudgedQuery { id: "q".to_owned(), text: String::new(), grades };
        let found = ranking_measures(&[query], &[ranking.to_vec()]);
        let of_each = [(found.ndcg_10, expected.0), (found.recall_100, expected.1), (found.mrr, expected.2)];
        assert!(of_each.iter().all(|(found, expected)| (found - expected).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn a_perfect_ranking_is_one() {
        check(&[("a", 3), ("b", 1), ("c", 0)], &["a", "b", "c"], (1.0, 1.0, 1.0));
    }

    /// By hand: (1 / log2(3) + 3 / log2(4)) / (3 / log2(2) + 2 / log2(3) + 1 / log2(4)).
    #[test]
    fn gains_are_discounted_by_rank() {
        check(&[("a", 3), ("b", 2), ("c", 1)], &["x", "c", "a"], (2.130_929_8 / 4.761_859_5, 2.0 / 3.0, 0.5));
    }

    #[test]
    fn what_is_not_found_is_nothing() {
        check(&[("a", 1)], &[], (0.0, 0.0, 0.0));
        check(&[("a", 0)], &["a"], (0.0, 0.0, 0.0));
        let eleventh: Vec<&str> = std::iter::repeat_n("x", 10).chain(["a"]).collect();
        check(&[("a", 1)], &eleventh, (0.0, 1.0, 1.0 / 11.0));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!((percentile(&values, 0.5) - 50.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 0.99) - 99.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 0.5).abs() < f64::EPSILON);
    }
}
