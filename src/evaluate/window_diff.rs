//! `WindowDiff`: how often a window holds a wrong number of boundaries.
//!
//! Pevzner, Hearst 2002, "A Critique and Improvement of an Evaluation Metric for Text Segmentation", Computational
//! Linguistics 28(1). Unlike Pk it punishes a false boundary beside a true one. Window and divisor are those of Pk.

use super::Segmentation;

/// Returns the share of windows, in `0.0..=1.0`, in which the cuts differ in their number of boundaries.
///
/// A document of one unit has no window, and no error.
pub fn window_diff(reference: &Segmentation, found: &Segmentation) -> f64 {
    assert_eq!(reference.n_units(), found.n_units(), "two cuts of one document");
    let window = reference.window();
    let n_windows = reference.n_units() - window;
    if window == 0 {
        return 0.0;
    }
    let (truth, guess) = (reference.section_of_units(), found.section_of_units());
    let is_wrong = |&start: &usize| {
        let end = start + window;
        truth[end] - truth[start] != guess[end] - guess[start]
    };
    (0..n_windows).filter(is_wrong).count() as f64 / n_windows as f64
}
