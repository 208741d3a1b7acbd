//! Scores a gap by how little vocabulary its two sides share.
//!
//! This is the block comparison of Hearst 1997, "`TextTiling`: Segmenting Text into Multi-paragraph Subtopic Passages",
//! Computational Linguistics 23(1). Where we differ: blocks are whole units that together hold so many words, in the
//! place of the paper's fixed-width token sequences, and words are stems; `depth.rs` says how depths become scores.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::scale::Scales;
use super::windows::{total, windows};
use super::{GAPS_PER_CHECK, GapInput, GapScorer, depth};
use crate::document::GapScores;
use crate::error::Result;
use crate::progress::Progress;
use crate::words::{self, Analyzer};

/// Settings of [`Lexical`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LexicalConfig {
    /// How many words stand on each side of a gap, and how deep a valley must be to be a boundary.
    pub scales: Scales,
}

/// Compares the stems on both sides of a gap, through windows of several sizes.
#[derive(Clone, Copy, Debug)]
pub struct Lexical(pub LexicalConfig);

impl GapScorer for Lexical {
    fn name(&self) -> &'static str {
        "lexical"
    }

    fn settings(&self) -> Map<String, Value> {
        self.0.scales.settings()
    }

    fn needs_vectors(&self) -> bool {
        false
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let terms = Terms::of(input, progress)?;
        let scale = self.0.scales.of(input.units.kind);
        let n_words = total(&terms.n_words);
        let landscapes: Vec<Vec<f32>> = scale
            .windows(n_words)
            .iter()
            .map(|&window_words| terms.similarities(window_words, progress))
            .collect::<Result<_>>()?;
        Ok(depth::scores(&landscapes, scale.min_depth, scale.evidence(n_words)))
    }
}

/// The content words of each unit, as numbers.
pub(super) struct Terms {
    pub(super) n_distinct: usize,
    /// The terms of all units, one after the other.
    pub(super) of_units: Vec<u32>,
    /// Where the terms of each unit start, and where the last one's end.
    pub(super) starts: Vec<usize>,
    /// How many words each unit has, stop words counted.
    pub(super) n_words: Vec<u32>,
}

impl Terms {
    pub(super) fn of(input: &GapInput, progress: &dyn Progress) -> Result<Self> {
        let analyzer = Analyzer::new(input.language);
        let mut number_of: HashMap<String, u32> = HashMap::new();
        let texts = input.units.texts(input.text);
        let n_units = texts.len();
        let n_words = words::count_each(&texts);
        let mut all = Self { n_distinct: 0, of_units: Vec::new(), starts: vec![0], n_words };
        for (done, text) in texts.into_iter().enumerate() {
            if done.is_multiple_of(GAPS_PER_CHECK) {
                progress.check()?;
                progress.report(done, n_units);
            }
            for stem in analyzer.content_stems(text) {
                let next = number_of.len() as u32;
                all.of_units.push(*number_of.entry(stem).or_insert(next));
            }
            all.starts.push(all.of_units.len());
        }
        progress.report(n_units, n_units);
        all.n_distinct = number_of.len();
        Ok(all)
    }

    /// Returns, for each gap, the cosine of the term frequencies on its two sides, in `0.0..=1.0`.
    ///
    /// Where a side has no content word nothing speaks for a change, and the similarity is 1.
    ///
    /// Takes `O(words)` time: a block moves on by dropping a unit and taking one in.
    pub(super) fn similarities(&self, window_words: u32, progress: &dyn Progress) -> Result<Vec<f32>> {
        let mut blocks = Blocks::new(self.n_distinct);
        let windows = windows(&self.n_words, window_words);
        let mut similarities = Vec::with_capacity(windows.len());
        let (mut before, mut after) = (0..0, 0..0);
        for (gap, (wanted_before, wanted_after)) in windows.into_iter().enumerate() {
            if gap.is_multiple_of(GAPS_PER_CHECK) {
                progress.check()?;
            }
            // Both ends of a window only move forwards.
            self.each(before.end..wanted_before.end, |term| blocks.add(Side::Before, term));
            self.each(before.start..wanted_before.start, |term| blocks.remove(Side::Before, term));
            self.each(after.end..wanted_after.end, |term| blocks.add(Side::After, term));
            self.each(after.start..wanted_after.start, |term| blocks.remove(Side::After, term));
            (before, after) = (wanted_before, wanted_after);
            similarities.push(blocks.cosine());
        }
        Ok(similarities)
    }

    fn each(&self, units: std::ops::Range<usize>, mut take: impl FnMut(u32)) {
        if units.start < units.end {
            self.of_units[self.starts[units.start]..self.starts[units.end]].iter().for_each(|&term| take(term));
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Before = 0,
    After = 1,
}

/// The term frequencies of the two blocks, with what their cosine needs kept in step, in whole numbers.
struct Blocks {
    frequencies: [Vec<u32>; 2],
    squares: [u64; 2],
    product: u64,
}

impl Blocks {
    fn new(n_terms: usize) -> Self {
        Self { frequencies: [vec![0; n_terms], vec![0; n_terms]], squares: [0; 2], product: 0 }
    }

    fn add(&mut self, side: Side, term: u32) {
        let (here, there) = (side as usize, 1 - side as usize);
        let frequency = &mut self.frequencies[here][term as usize];
        self.squares[here] += 2 * u64::from(*frequency) + 1;
        *frequency += 1;
        self.product += u64::from(self.frequencies[there][term as usize]);
    }

    fn remove(&mut self, side: Side, term: u32) {
        let (here, there) = (side as usize, 1 - side as usize);
        let frequency = &mut self.frequencies[here][term as usize];
        *frequency -= 1;
        self.squares[here] -= 2 * u64::from(*frequency) + 1;
        self.product -= u64::from(self.frequencies[there][term as usize]);
    }

    fn cosine(&self) -> f32 {
        let [before, after] = self.squares;
        if before == 0 || after == 0 {
            return 1.0;
        }
        (self.product as f64 / ((before as f64).sqrt() * (after as f64).sqrt())) as f32
    }
}
