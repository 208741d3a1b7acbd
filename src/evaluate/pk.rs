//! Pk: how often two units a window apart are wrongly held to be in one section, or in two.
//!
//! Beeferman, Berger, Lafferty 1999, "Statistical Models for Text Segmentation", Machine Learning 34. The window and
//! the divisor are those of segeval. 0 is perfect; what is right by chance depends on the document.

use super::Segmentation;

/// Returns the share of windows, in `0.0..=1.0`, whose two ends the cuts judge differently.
///
/// A document of one unit has no window, and no error.
pub fn pk(reference: &Segmentation, found: &Segmentation) -> f64 {
    assert_eq!(reference.n_units(), found.n_units(), "two cuts of one document");
    let window = reference.window();
    let n_windows = reference.n_units() - window;
    if window == 0 {
        return 0.0;
    }
    let (truth, guess) = (reference.section_of_units(), found.section_of_units());
    let is_wrong = |&start: &usize| {
        let end = start + window;
        (truth[start] == truth[end]) != (guess[start] == guess[end])
    };
    (0..n_windows).filter(is_wrong).count() as f64 / n_windows as f64
}
