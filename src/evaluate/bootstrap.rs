//! How much of a difference between two engines is chance: the paired bootstrap (Efron, Tibshirani 1993, "An Introduction to the
//! Bootstrap", chapters 8 and 13), over groups of documents.
//!
//! Documents are drawn by their groups, such as all terms of one provider: what one of a group gains the others gain too, and
//! drawn one by one they would seem to be more than they are.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chapters::mixed;

/// How often documents are drawn.
const N_RESAMPLES: usize = 4000;

/// A mean, and between what it lies in nine of ten resamples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Over the documents as they are.
    pub mean: f64,
    /// One in twenty resamples has less.
    pub low: f64,
    /// One in twenty resamples has more.
    pub high: f64,
}

/// Returns how far chance goes in the means of `N` numbers a document, each with the group it is of; `None` of fewer than two
/// groups. The same documents in the same order give the same interval.
pub(super) fn intervals<const N: usize>(documents: &[(&str, [f64; N])]) -> Option<[Interval; N]> {
    let mut of_groups: BTreeMap<&str, (usize, [f64; N])> = BTreeMap::new();
    for (group, values) in documents {
        let (n, sums) = of_groups.entry(group).or_insert((0, [0.0; N]));
        *n += 1;
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    let groups: Vec<(usize, [f64; N])> = of_groups.into_values().collect();
    if groups.len() < 2 {
        return None;
    }
    let mean_of = |drawn: &mut dyn Iterator<Item = usize>| {
        let (mut n, mut sums) = (0, [0.0; N]);
        for group in drawn {
            n += groups[group].0;
            for (sum, value) in sums.iter_mut().zip(&groups[group].1) {
                *sum += value;
            }
        }
        sums.map(|sum| sum / n as f64)
    };
    let draw = |resample: usize, place: usize| {
        let number = mixed((resample * groups.len() + place) as u64);
        ((u128::from(number) * groups.len() as u128) >> 64) as usize
    };
    let resampled: Vec<[f64; N]> =
        (0..N_RESAMPLES).map(|resample| mean_of(&mut (0..groups.len()).map(|place| draw(resample, place)))).collect();
    let means = mean_of(&mut (0..groups.len()));
    Some(std::array::from_fn(|i| {
        let mut sorted: Vec<f64> = resampled.iter().map(|means| means[i]).collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[N_RESAMPLES / 20], sorted[N_RESAMPLES - 1 - N_RESAMPLES / 20]);
        Interval { mean: means[i], low, high }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of `n` numbers between 0 and 1, drawn evenly, deviates by the root of one in twelve of them; nine in ten lie
    /// within 1.645 deviations.
    #[test]
    fn an_interval_is_as_wide_as_chance_goes() {
        let names: Vec<String> = (0..400).map(|number| number.to_string()).collect();
        let value = |number: usize| mixed(number as u64 ^ 0x5EED) as f64 / 2_f64.powi(64);
        let documents: Vec<(&str, [f64; 1])> =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), [value(number)])).collect();
        let [Interval { mean, low, high }] = intervals(&documents).expect("there are groups");
        let expected = 1.645 * (1.0_f64 / 12.0 / 400.0).sqrt();
        assert!(low < mean && mean < high);
        assert!(((high - low) / 2.0 / expected - 1.0).abs() < 0.1, "{low} {mean} {high}");
    }

    #[test]
    fn documents_of_one_group_are_as_much_as_one() {
        let documents = |n: usize| -> Vec<(&'static str, [f64; 1])> {
            let of = |(group, value): &(&'static str, f64)| vec![(*group, [*value]); n];
            [("a", 0.1), ("b", 0.4), ("c", -0.2)].iter().flat_map(of).collect()
        };
        let (one, many) = (intervals(&documents(1)), intervals(&documents(50)));
        let [one, many] = [one, many].map(|found| found.expect("there are groups")[0]);
        assert!((one.low - many.low).abs() < 1e-9 && (one.high - many.high).abs() < 1e-9, "{one:?} {many:?}");
        assert!((one.mean - 0.1).abs() < 1e-9 && (one.low, one.high) != (one.mean, one.mean));
    }

    #[test]
    fn of_one_group_nothing_is_known() {
        assert_eq!(intervals(&[("a", [1.0]), ("a", [2.0])]), None);
        assert_eq!(intervals::<2>(&[]), None);
    }
}
