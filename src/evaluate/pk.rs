//! Pk: how often two units a window apart are wrongly held to be in one section, or in two.
//!
//! Beeferman, Berger, Lafferty 1999, "Statistical Models for Text Segmentation", Machine Learning 34. The window and
//! the divisor are those of segeval. 0 is perfect; what is right by chance depends on the document.

use super::segmentation::{Segmentation, share_of_windows};

/// Returns the share of windows, in `0.0..=1.0`, whose two ends the cuts judge differently.
///
/// A document of one unit has no window, and no error.
pub fn pk(reference: &Segmentation, found: &Segmentation) -> f64 {
    share_of_windows(reference, found, |n_true, n_found| (n_true == 0) != (n_found == 0))
}
