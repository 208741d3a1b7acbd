//! `WindowDiff`: how often a window holds a wrong number of boundaries.
//!
//! Pevzner, Hearst 2002, "A Critique and Improvement of an Evaluation Metric for Text Segmentation", Computational
//! Linguistics 28(1). Unlike Pk it punishes a false boundary beside a true one. Window and divisor are those of Pk.

use super::segmentation::{Segmentation, share_of_windows};

/// Returns the share of windows, in `0.0..=1.0`, in which the cuts differ in their number of boundaries.
///
/// A document of one unit has no window, and no error.
pub fn window_diff(reference: &Segmentation, found: &Segmentation) -> f64 {
    share_of_windows(reference, found, |n_true, n_found| n_true != n_found)
}
