//! How large the stretches are that an engine compares, and how much they must differ, by the kind of unit.
//!
//! No one size of window does well everywhere: a narrow one sees every aside, a wide one cannot tell two short chapters
//! apart. So each gap is looked at through several, and the landscape that they agree on is judged.

use serde_json::{Map, Value, json};

use super::calibration::OfUnitKinds;
use crate::document::setting;

/// What an engine looks at around a gap, and when it calls the gap a boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// How many words are looked at on each side, once for each window. Each at least 1.
    pub window_words: [u32; 3],
    /// How many words a document has that is looked at through windows of just those sizes, above 0: in a longer one
    /// they are wider in proportion, in a shorter one narrower, up to twice and down to half. `None` for windows of one
    /// size whatever the document.
    pub sized_for_words: Option<u32>,
    /// How deep the valley of a boundary is at least, in standard deviations of the similarities of the document's gaps.
    /// Above 0.
    pub min_depth: f32,
}

impl Scale {
    /// Returns the windows for a document of `n_words` words. Each has at least one.
    pub(super) fn windows(self, n_words: u64) -> [u32; 3] {
        let factor = self.sized_for_words.map_or(1.0, |words| (n_words as f64 / f64::from(words)).clamp(0.5, 2.0));
        self.window_words.map(|words| ((f64::from(words) * factor).round() as u32).max(1))
    }

    /// Returns how much of a valley's depth counts in a document of `n_words` words, in `0.0..=1.0`.
    ///
    /// Half in a document that the two widest windows just cover, near 0 in one much shorter and near 1 in one much
    /// longer, by the fourth power: a news item of three or four paragraphs always has a deepest gap, and its deviation
    /// is that of a handful of numbers, so that depth alone tells nothing there.
    pub(super) fn evidence(self, n_words: u64) -> f32 {
        let widest = self.windows(n_words).into_iter().max().unwrap_or(1);
        let share = n_words as f64 / (2.0 * f64::from(widest));
        let share = share.powi(4);
        if share.is_finite() { (share / (1.0 + share)) as f32 } else { 1.0 }
    }
}

/// A [`Scale`] for each kind of unit: people change the subject less often in speech than in a contract.
pub type Scales = OfUnitKinds<Scale>;

impl Scales {
    /// What did well by `WindowDiff` and the number of chapters on English terms of service (paragraphs), lectures
    /// (sentences), and meetings and podcasts (utterances).
    pub const MEASURED: Self = Self {
        paragraph: Scale { window_words: [75, 150, 300], sized_for_words: None, min_depth: 0.3 },
        sentence: Scale { window_words: [200, 400, 800], sized_for_words: Some(8000), min_depth: 1.2 },
        utterance: Scale { window_words: [400, 600, 800], sized_for_words: Some(8000), min_depth: 1.3 },
    };

    /// Returns the scales as provenance keeps them.
    pub(super) fn settings(self) -> Map<String, Value> {
        Map::from_iter([
            ("window_words".to_owned(), self.to_json(|scale| json!(scale.window_words))),
            ("windows_sized_for_words".to_owned(), self.to_json(|scale| json!(scale.sized_for_words))),
            ("min_depth".to_owned(), self.to_json(|scale| setting(scale.min_depth))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STRETCHED: Scale = Scale { window_words: [100, 200, 400], sized_for_words: Some(5000), min_depth: 1.0 };
    const FIXED: Scale = Scale { sized_for_words: None, ..STRETCHED };

    #[track_caller]
    fn check(scale: Scale, n_words: u64, expected: [u32; 3]) {
        assert_eq!(scale.windows(n_words), expected);
    }

    #[test]
    fn windows_grow_with_the_document_up_to_twice_and_shrink_down_to_half() {
        check(STRETCHED, 5000, [100, 200, 400]);
        check(STRETCHED, 7500, [150, 300, 600]);
        check(STRETCHED, 1_000_000, [200, 400, 800]);
        check(STRETCHED, 0, [50, 100, 200]);
    }

    #[test]
    fn windows_of_one_size_keep_it() {
        check(FIXED, 10, FIXED.window_words);
        check(FIXED, 1_000_000, FIXED.window_words);
    }

    #[test]
    fn a_document_of_two_widest_windows_is_worth_half() {
        assert!((FIXED.evidence(800) - 0.5).abs() < 1e-6);
        assert!(FIXED.evidence(200) < 0.01);
        assert!(0.99 < FIXED.evidence(4000));
    }

    proptest! {
        #[test]
        fn more_words_are_never_less_evidence(n_words in 0_u64..1_000_000, more in 0_u64..1000) {
            // In a document whose windows grow with it the share of the widest stays the same.
            for scale in [STRETCHED, FIXED] {
                let (some, most) = (scale.evidence(n_words), scale.evidence(n_words + more));
                prop_assert!((0.0..=1.0).contains(&some));
                // Windows are whole words: the rounding of one may cost a thousandth.
                prop_assert!(some <= most + 1e-3, "{some} {most}");
            }
        }
    }
}
