//! What others do, to be measured beside our engines: none of it is used to cut a document for anybody.

use std::collections::HashMap;

use crate::document::{GapIndex, Units};
use crate::neural::Vectors;
use crate::words::{self, Analyzer, Language};

/// Words of a token sequence, and token sequences of a block (Hearst 1997, `w` and `k`; NLTK's defaults).
const SEQUENCE_WORDS: usize = 20;
const BLOCK_SEQUENCES: usize = 10;

/// Two boundaries are at least so many token sequences apart, as in NLTK.
const MIN_SEQUENCES_APART: usize = 4;

/// `TextTiling`: Hearst 1997, "`TextTiling`: Segmenting Text into Multi-paragraph Subtopic Passages", Computational
/// Linguistics 23(1): block comparison, depth scores smoothed once over three gaps, the high cutoff (the mean less half a
/// deviation), and boundaries moved to the nearest gap between units.
///
/// Where we differ: words are our stems, without our stop words. Takes `O(words)` time, and that of sorting the gaps.
pub(super) fn text_tiling(text: &str, units: &Units, language: Language) -> Vec<GapIndex> {
    let analyzer = Analyzer::new(language);
    // The stems of each sequence of words; stop words count towards its length, as in the paper.
    let mut sequences: Vec<HashMap<String, f64>> = Vec::new();
    let mut n_words = 0;
    let mut words_before: Vec<usize> = Vec::new();
    for unit in units.texts(text) {
        for token in words::tokens(unit) {
            if n_words % SEQUENCE_WORDS == 0 {
                sequences.push(HashMap::new());
            }
            n_words += 1;
            let folded = words::fold(token.text);
            if analyzer.is_content_word(&folded)
                && let Some(sequence) = sequences.last_mut()
            {
                *sequence.entry(analyzer.stem(&folded)).or_default() += 1.0;
            }
        }
        words_before.push(n_words);
    }
    words_before.pop();
    if words_before.is_empty() || sequences.len() < 3 {
        return Vec::new();
    }
    let similarities: Vec<f64> = (1..sequences.len())
        .map(|gap| {
            let k = BLOCK_SEQUENCES.min(gap).min(sequences.len() - gap);
            cosine(&block(&sequences[gap - k..gap]), &block(&sequences[gap..gap + k]))
        })
        .collect();
    let depths = depths(&smoothed(&similarities));
    let (mean, deviation) = spread(&depths);
    let mut order: Vec<usize> = (0..depths.len()).filter(|&gap| depths[gap] > mean - deviation / 2.0).collect();
    order.sort_by(|&one, &other| depths[other].total_cmp(&depths[one]).then(one.cmp(&other)));
    let mut is_taken = vec![false; depths.len()];
    for gap in order {
        let near = gap.saturating_sub(MIN_SEQUENCES_APART - 1)..depths.len().min(gap + MIN_SEQUENCES_APART);
        if depths[gap] > 0.0 && !is_taken[near].contains(&true) {
            is_taken[gap] = true;
        }
    }
    let nearest = |gap: usize| {
        let wanted = (gap + 1) * SEQUENCE_WORDS;
        let after = words_before.partition_point(|&words| words < wanted).min(words_before.len() - 1);
        let before = after.saturating_sub(1);
        if wanted.abs_diff(words_before[before]) <= wanted.abs_diff(words_before[after]) { before } else { after }
    };
    ascending((0..depths.len()).filter(|&gap| is_taken[gap]).map(nearest))
}

fn block(sequences: &[HashMap<String, f64>]) -> HashMap<&str, f64> {
    let mut all: HashMap<&str, f64> = HashMap::new();
    for (stem, n) in sequences.iter().flatten() {
        *all.entry(stem).or_default() += n;
    }
    all
}

fn cosine(one: &HashMap<&str, f64>, other: &HashMap<&str, f64>) -> f64 {
    // Whole numbers add up to the same in any order.
    let product: f64 = one.iter().filter_map(|(stem, n)| other.get(stem).map(|m| n * m)).sum();
    let square = |all: &HashMap<&str, f64>| all.values().map(|n| n * n).sum::<f64>();
    let length = (square(one) * square(other)).sqrt();
    if length > 0.0 { product / length } else { 0.0 }
}

fn smoothed(values: &[f64]) -> Vec<f64> {
    let mean = |i: usize| {
        let near = &values[i.saturating_sub(1)..values.len().min(i + 2)];
        near.iter().sum::<f64>() / near.len() as f64
    };
    (0..values.len()).map(mean).collect()
}

/// Returns how far the ground climbs on both sides of each gap before it falls, added up.
fn depths(values: &[f64]) -> Vec<f64> {
    let before = peaks(values.iter().copied());
    let mut after = peaks(values.iter().rev().copied());
    after.reverse();
    values.iter().zip(before.iter().zip(&after)).map(|(value, (one, other))| (one - value) + (other - value)).collect()
}

/// Returns how high the ground climbs before it falls, going back from each value.
fn peaks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut last: Option<(f64, f64)> = None;
    let peak = |value: f64| {
        let peak = last.filter(|&(before, _)| value <= before).map_or(value, |(_, peak)| peak);
        last = Some((value, peak));
        peak
    };
    values.map(peak).collect()
}

fn spread(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

fn ascending(gaps: impl Iterator<Item = usize>) -> Vec<GapIndex> {
    let mut gaps: Vec<usize> = gaps.collect();
    gaps.sort_unstable();
    gaps.dedup();
    gaps.into_iter().map(GapIndex::from).collect()
}

/// The percentile of distances above which `LangChain`'s `SemanticChunker` cuts.
const PERCENTILE: f64 = 95.0;

/// Breakpoints as `LangChain`'s `SemanticChunker` finds them: a gap is a boundary if the cosine distance of the groups
/// of units around its two sides is above the 95th percentile of the document's, linearly interpolated.
///
/// Where we differ: a group of a unit and its two neighbours has the mean of their vectors, where the original encodes
/// their joined text.
pub(super) fn percentile(vectors: &Vectors) -> Vec<GapIndex> {
    let groups: Vec<Vec<f64>> =
        (0..vectors.len()).map(|unit| mean(vectors, unit.saturating_sub(1)..vectors.len().min(unit + 2))).collect();
    let distances: Vec<f64> = groups
        .windows(2)
        .map(|pair| {
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let length = (dot(&pair[0], &pair[0]) * dot(&pair[1], &pair[1])).sqrt();
            if length > 0.0 { 1.0 - dot(&pair[0], &pair[1]) / length } else { 0.0 }
        })
        .collect();
    let threshold = quantile(&distances, PERCENTILE / 100.0);
    ascending((0..distances.len()).filter(|&gap| distances[gap] > threshold))
}

/// Returns the value below which `share` of the values lie, between two of them in proportion; 0 of nothing.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = share * last as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    sorted[low] + part * (sorted[(low + 1).min(last)] - sorted[low])
}

fn mean(vectors: &Vectors, units: std::ops::Range<usize>) -> Vec<f64> {
    let n = units.len() as f64;
    let mut sum = vec![0.0; vectors.dims()];
    for unit in units {
        for (sum, &value) in sum.iter_mut().zip(vectors.row(unit)) {
            *sum += f64::from(value) / n;
        }
    }
    sum
}

/// The units before one that are looked at with it, and the fewest units of a segment (`TreeSeg`).
const TREE_CONTEXT_UNITS: usize = 4;
const TREE_MIN_UNITS: usize = 5;

/// Divisive clustering as in `TreeSeg` (Gklezakos et al. 2024, arXiv 2407.12028), told the number of sections: the split
/// that lessens the squared distances to the means of segments most, again and again.
///
/// Where we differ: a unit with its four predecessors has the mean of their vectors, where the original encodes their
/// joined text. Takes `O(units * dims)` time for each level of splits.
pub(super) fn divisive(vectors: &Vectors, n_sections: usize) -> Vec<GapIndex> {
    let (n_units, dims) = (vectors.len(), vectors.dims());
    // Sums over all units before each unit.
    let mut sums = vec![0.0_f64; (n_units + 1) * dims];
    for unit in 0..n_units {
        let context = mean(vectors, unit.saturating_sub(TREE_CONTEXT_UNITS)..unit + 1);
        for (dim, value) in context.into_iter().enumerate() {
            sums[(unit + 1) * dims + dim] = sums[unit * dims + dim] + value;
        }
    }
    // The squared distances of a segment are the squares less this, and the squares are the same however one splits.
    let explained = |from: usize, to: usize| -> f64 {
        let (low, high) = (&sums[from * dims..(from + 1) * dims], &sums[to * dims..(to + 1) * dims]);
        low.iter().zip(high).map(|(low, high)| (high - low).powi(2)).sum::<f64>() / (to - from) as f64
    };
    let best_split = |from: usize, to: usize| -> Option<(f64, usize)> {
        let whole = explained(from, to);
        let splits = from + TREE_MIN_UNITS..(to + 1).saturating_sub(TREE_MIN_UNITS);
        splits
            .map(|at| (explained(from, at) + explained(at, to) - whole, at))
            .reduce(|best, other| if best.0 < other.0 { other } else { best })
    };
    let mut segments = vec![(0, n_units, best_split(0, n_units))];
    while segments.len() < n_sections {
        let splittable = segments.iter().enumerate().filter_map(|(i, segment)| Some((segment.2?.0, i)));
        let Some((_, chosen)) = splittable.reduce(|best, other| if best.0 < other.0 { other } else { best }) else {
            break;
        };
        let (from, to, split) = segments.swap_remove(chosen);
        let at = split.expect("only those that can be split are chosen").1;
        segments.push((from, at, best_split(from, at)));
        segments.push((at, to, best_split(at, to)));
    }
    ascending(segments.into_iter().filter(|(from, ..)| *from > 0).map(|(from, ..)| from - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnitKind;

    #[test]
    fn text_tiling_finds_where_the_words_change() {
        let of = |words: &str| vec![words.repeat(6); 30];
        let texts = [of("lighthouse keeper lamp storm ship "), of("bread dough yeast flour oven ")].concat();
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &texts);
        let found = text_tiling(&text, &units, Language::English);
        assert!(found.contains(&GapIndex(29)) && found.len() < 10, "{found:?}");
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &texts[..1]);
        assert!(text_tiling(&text, &units, Language::English).is_empty());
    }

    #[test]
    fn a_depth_is_what_the_ground_climbs_on_both_sides() {
        assert_eq!(depths(&[3.0, 1.0, 1.0, 2.0, 1.5, 4.0, 4.0]), [0.0, 3.0, 3.0, 0.0, 3.0, 0.0, 0.0]);
        // Were each value compared with all that it climbs to, this would not end.
        let slope: Vec<f64> = (0..200_000).map(f64::from).collect();
        assert_eq!(depths(&slope)[..2], [199_999.0, 199_998.0]);
    }

    /// Vectors that point along one axis after the other, so many units each.
    fn runs(lengths: &[usize]) -> Vectors {
        let row = |axis: usize| (0..8).map(move |dim| if dim == axis { 1.0 } else { 0.0 });
        let rows = lengths.iter().enumerate().flat_map(|(axis, &n)| (0..n).flat_map(move |_| row(axis)));
        Vectors::new(8, rows.collect())
    }

    #[test]
    fn divisive_clustering_finds_as_many_segments_as_it_is_told() {
        let near = |found: &[GapIndex], expected: &[u32]| {
            found.len() == expected.len() && found.iter().zip(expected).all(|(gap, &other)| gap.0.abs_diff(other) <= 2)
        };
        let vectors = runs(&[10, 20, 15]);
        assert!(near(&divisive(&vectors, 3), &[9, 29]), "{:?}", divisive(&vectors, 3));
        assert!(divisive(&vectors, 1).is_empty());
        // A segment has five units at least.
        let most = divisive(&vectors, 40);
        assert!(
            most.len() >= 6 && most[0].0 >= 4 && most.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 5),
            "{most:?}"
        );
        assert!(divisive(&runs(&[1]), 2).is_empty());
    }

    #[test]
    fn the_percentile_is_between_two_values_in_proportion() {
        // As numpy.percentile gives it.
        assert!((quantile(&[1.0, 2.0, 3.0, 4.0], 0.95) - 3.85).abs() < 1e-12);
        assert!(quantile(&[], 0.5).abs() < 1e-12);
        let found = percentile(&runs(&[30, 30]));
        assert!(found.iter().all(|gap| (28..=30).contains(&gap.0)) && !found.is_empty(), "{found:?}");
        assert!(percentile(&runs(&[1])).is_empty());
    }
}
