//! Boundary similarity (B) and segmentation similarity (S): how little editing turns one cut into the other.
//!
//! Fournier 2013, "Evaluating Text Segmentation using Boundary Edit Distance", ACL. With `n_t = 2`, as in the paper: a
//! boundary one unit off is moved at half the cost, one further off is taken away and another one put in.

use super::Segmentation;
use super::segmentation::Pairs;

/// What moving a boundary by one unit costs, where taking one away or putting one in costs 1.
const MOVE_COST: f64 = 0.5;

/// Returns B in `0.0..=1.0`: 1 less the cost of the edits a boundary, matches counted in.
///
/// Two cuts without a boundary agree: 1.
pub fn boundary_similarity(reference: &Segmentation, found: &Segmentation) -> f64 {
    let pairs = Pairs::of(reference, found);
    let n_boundaries = pairs.exact + pairs.near + pairs.missed + pairs.extra;
    if n_boundaries == 0 { 1.0 } else { 1.0 - cost(pairs) / n_boundaries as f64 }
}

/// Returns S in `0.0..=1.0`: 1 less the cost of the edits a gap. It is generous where boundaries are rare.
///
/// A document without a gap can only be cut alike: 1.
pub fn segmentation_similarity(reference: &Segmentation, found: &Segmentation) -> f64 {
    let pairs = Pairs::of(reference, found);
    if reference.n_gaps() == 0 { 1.0 } else { 1.0 - cost(pairs) / reference.n_gaps() as f64 }
}

fn cost(pairs: Pairs) -> f64 {
    (pairs.missed + pairs.extra) as f64 + MOVE_COST * pairs.near as f64
}
