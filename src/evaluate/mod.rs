//! Chapters, titles, topics and rankings against a reference: one measure a file, its paper in the head.
//!
//! Reads files of data line by line; reads no clock, so that whoever wants a speed measures around it.

mod baselines;
pub mod beir;
mod bootstrap;
mod boundary_similarity;
pub mod chapters;
pub mod corpus;
pub mod data;
mod f1;
mod json_lines;
mod pk;
pub mod rankings;
mod segmentation;
pub mod split;
pub mod titles;
pub mod topics;
mod window_diff;

pub use bootstrap::Interval;
pub use boundary_similarity::{boundary_similarity, segmentation_similarity};
pub use f1::{f1, f1_within_1};
pub use pk::pk;
pub use segmentation::Segmentation;
pub use window_diff::window_diff;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    type Measure = fn(&Segmentation, &Segmentation) -> f64;

    /// Compares a measure with the numbers of the reference implementations, whose origin the file states.
    #[track_caller]
    fn check(column: &str, measure: Measure) {
        let golden = include_str!("../../tests/data/golden_metrics.json");
        let golden: Value = serde_json::from_str(golden).expect("the table is JSON");
        let lengths = |case: &Value, name: &str| -> Vec<usize> {
            let values = case[name].as_array().expect("a list of lengths");
            values.iter().map(|value| value.as_u64().expect("a length") as usize).collect()
        };
        let cases = golden["cases"].as_array().expect("a list of cases");
        assert_eq!(cases.len(), 20);
        for case in cases {
            let reference = Segmentation::of_lengths(&lengths(case, "reference"));
            let found = Segmentation::of_lengths(&lengths(case, "found"));
            let expected = case[column].as_f64().expect("a number");
            let got = measure(&reference, &found);
            assert!((got - expected).abs() <= 1e-9, "{column} is {got}, not {expected}, for {case}");
        }
    }

    #[test]
    fn the_window_is_that_of_segeval() {
        check("window", |reference, _| reference.window() as f64);
    }

    #[test]
    fn pk_is_that_of_segeval_and_nltk() {
        check("pk", pk);
        check("nltk_pk", pk);
    }

    #[test]
    fn window_diff_is_that_of_segeval_and_nltk() {
        check("windowdiff", window_diff);
        check("nltk_windowdiff", window_diff);
    }

    #[test]
    fn boundary_similarity_is_that_of_segeval() {
        check("b", boundary_similarity);
    }

    #[test]
    fn segmentation_similarity_is_that_of_segeval() {
        check("s", segmentation_similarity);
    }

    /// Two cuts of a document of up to 40 units.
    fn two_cuts() -> impl Strategy<Value = (Segmentation, Segmentation)> {
        prop::collection::vec((any::<bool>(), any::<bool>()), 0..40).prop_map(|gaps| {
            let cut = |is_boundary: fn(&(bool, bool)) -> bool| {
                let boundaries = gaps.iter().enumerate().filter(|(_, gap)| is_boundary(gap));
                Segmentation::new(gaps.len() + 1, boundaries.map(|(gap, _)| gap.into()).collect())
            };
            (cut(|gap| gap.0), cut(|gap| gap.1))
        })
    }

    proptest! {
        #[test]
        fn every_measure_is_a_share((reference, found) in two_cuts()) {
            for measure in [pk, window_diff, boundary_similarity, segmentation_similarity, f1, f1_within_1] {
                prop_assert!((0.0..=1.0).contains(&measure(&reference, &found)));
            }
        }

        #[test]
        fn a_cut_agrees_with_itself((cut, _) in two_cuts()) {
            for error in [pk, window_diff] {
                prop_assert!(error(&cut, &cut).abs() < 1e-12);
            }
            for agreement in [boundary_similarity, segmentation_similarity, f1, f1_within_1] {
                prop_assert!((agreement(&cut, &cut) - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn similarity_does_not_ask_which_cut_is_the_reference((one, other) in two_cuts()) {
            for agreement in [boundary_similarity, segmentation_similarity, f1, f1_within_1] {
                prop_assert!((agreement(&one, &other) - agreement(&other, &one)).abs() < 1e-12);
            }
        }

        #[test]
        fn pk_never_exceeds_window_diff((reference, found) in two_cuts()) {
            prop_assert!(pk(&reference, &found) <= window_diff(&reference, &found) + 1e-12);
        }
    }
}
