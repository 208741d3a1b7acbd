//! What the trained engine sees of a document beside the vectors of its units.
//!
//! Each unit comes with numbers about itself and about the gap before it: how alike the two sides are through windows of
//! several sizes, by vectors and by words, and how far that climbs to both sides. Neither the surface nor the meaning is
//! enough alone.

use super::lexical::Terms;
use super::vectors::similarities;
use super::windows::windows;
use super::{GapInput, cues};
use crate::error::Result;
use crate::neural::Vectors;
use crate::progress::Progress;

pub(crate) use super::cues::{N_CUE_WORDS, N_WORD_CLASSES};

/// The sizes of the windows that compare vectors, in words.
const VECTOR_WINDOWS: [u32; 5] = [30, 100, 200, 400, 800];
/// The sizes of the windows that compare words.
const LEXICAL_WINDOWS: [u32; 3] = [60, 200, 600];
/// How many numbers each window gives: the similarity, and the climbs to both sides.
const N_PER_WINDOW: usize = 3;
/// How many numbers compare single units.
const N_NEIGHBOURS: usize = 3;
/// How many numbers tell of words not heard for a while.
const N_NOVELTY: usize = 2;

/// How many numbers there are for each unit.
pub(crate) const N_CUES: usize =
    cues::N_SURFACE + N_PER_WINDOW * (VECTOR_WINDOWS.len() + LEXICAL_WINDOWS.len()) + N_NEIGHBOURS + N_NOVELTY;

/// The farthest a climb is followed, in gaps.
const MAX_CLIMB_GAPS: usize = 64;

/// What is known of each unit of a document.
pub(crate) struct Features {
    /// `[units, N_CUES]`, row after row.
    pub(crate) cues: Vec<f32>,
    /// The classes of each unit's cue words, each below [`N_WORD_CLASSES`].
    pub(crate) words: Vec<[u16; N_CUE_WORDS]>,
    /// How many words each unit has.
    pub(crate) n_words: Vec<u32>,
}

impl Features {
    /// Returns the features of a document. `input.vectors` must be there.
    ///
    /// What a unit's row holds depends on the units up to a few thousand words around it, and on the document's size and
    /// make-up.
    pub(crate) fn of(input: &GapInput, progress: &dyn Progress) -> Result<Self> {
        let vectors = input.vectors.expect("the caller gives the vectors this engine needs");
        assert_eq!(vectors.len(), input.units.len(), "a vector for each unit");
        let n_units = input.units.len();
        let terms = Terms::of(input, progress)?;
        let n_words = terms.n_words.clone();

        let mut of_gaps: Vec<Vec<f32>> = Vec::new();
        for window_words in VECTOR_WINDOWS {
            push_landscape(
                &mut of_gaps,
                similarities(vectors, &n_words, window_words, progress)?,
                &n_words,
                window_words,
            );
        }
        for window_words in LEXICAL_WINDOWS {
            push_landscape(&mut of_gaps, terms.similarities(window_words, progress)?, &n_words, window_words);
        }
        of_gaps.extend(neighbours(vectors));
        of_gaps.extend(novelty(&terms));

        let surface = cues::surface(input, &n_words);
        let mut all = Vec::with_capacity(n_units * N_CUES);
        for (unit, own) in surface.chunks_exact(cues::N_SURFACE).enumerate() {
            all.extend_from_slice(own);
            all.extend(of_gaps.iter().map(|gaps| unit.checked_sub(1).map_or(0.0, |gap| gaps[gap])));
        }
        debug_assert_eq!(all.len(), n_units * N_CUES);
        let words = input.units.texts(input.text).into_iter().map(cues::cue_words).collect();
        Ok(Self { cues: all, words, n_words })
    }
}

fn push_landscape(of_gaps: &mut Vec<Vec<f32>>, similarities: Vec<f32>, n_words: &[u32], window_words: u32) {
    let before = climbs(&similarities, n_words, window_words, Direction::Before);
    let after = climbs(&similarities, n_words, window_words, Direction::After);
    of_gaps.extend([similarities, before, after]);
}

#[derive(Clone, Copy)]
enum Direction {
    Before,
    After,
}

/// Returns how far the similarity climbs from each gap to the highest gap within twice the window, at least 0.
fn climbs(similarities: &[f32], n_words: &[u32], window_words: u32, direction: Direction) -> Vec<f32> {
    let reach = 2 * u64::from(window_words);
    let n_gaps = similarities.len();
    let climb = |gap: usize| {
        let here = similarities[gap];
        let (mut highest, mut n_walked) = (here, 0_u64);
        for step in 1..=MAX_CLIMB_GAPS {
            let (other, passed) = match direction {
                Direction::Before if step <= gap => (gap - step, gap - step + 1),
                Direction::After if gap + step < n_gaps => (gap + step, gap + step),
                _ => break,
            };
            n_walked += u64::from(n_words[passed]);
            if reach < n_walked {
                break;
            }
            highest = highest.max(similarities[other]);
        }
        highest - here
    };
    (0..n_gaps).map(climb).collect()
}

/// Returns, for each gap, the cosines of the units next to it, of the one after with the one before the last, and of the
/// one before with the one after the next; 0 where there is none.
fn neighbours(vectors: &Vectors) -> [Vec<f32>; N_NEIGHBOURS] {
    let n_gaps = vectors.len().saturating_sub(1);
    let between = |one: Option<usize>, other: usize| match one {
        Some(one) if other < vectors.len() => vectors.dot(one, other),
        _ => 0.0,
    };
    [
        (0..n_gaps).map(|gap| between(Some(gap), gap + 1)).collect(),
        (0..n_gaps).map(|gap| between(gap.checked_sub(1), gap + 1)).collect(),
        (0..n_gaps).map(|gap| between(Some(gap), gap + 2)).collect(),
    ]
}

/// A content word is new if it was not said within so many words.
const NEW_AFTER_WORDS: u64 = 400;
/// The window in which new words are counted.
const NOVELTY_WINDOW: u32 = 80;

/// Returns, for each gap, the share of new content words after it and before it, after Youmans 1991, "A New Tool for
/// Discourse Analysis: The Vocabulary-Management Profile", Language 67(4).
fn novelty(terms: &Terms) -> [Vec<f32>; N_NOVELTY] {
    let mut last_seen: Vec<Option<u64>> = vec![None; terms.n_distinct];
    // Sums over all units before a unit: new terms, and terms.
    let (mut new_before, mut terms_before) = (vec![0_u32], vec![0_u32]);
    let mut words_before = 0_u64;
    for (unit, &n_words) in terms.n_words.iter().enumerate() {
        let of_unit = &terms.of_units[terms.starts[unit]..terms.starts[unit + 1]];
        let mut n_new = 0;
        for &term in of_unit {
            let last = last_seen[term as usize].replace(words_before);
            n_new += u32::from(last.is_none_or(|last| NEW_AFTER_WORDS < words_before - last));
        }
        new_before.push(new_before[unit] + n_new);
        terms_before.push(terms_before[unit] + of_unit.len() as u32);
        words_before += u64::from(n_words);
    }
    let share = |units: &std::ops::Range<usize>| {
        let n_terms = terms_before[units.end] - terms_before[units.start];
        (new_before[units.end] - new_before[units.start]) as f32 / n_terms.max(1) as f32
    };
    let windows = windows(&terms.n_words, NOVELTY_WINDOW);
    [windows.iter().map(|(_, after)| share(after)).collect(), windows.iter().map(|(before, _)| share(before)).collect()]
}

/// The sizes of the windows whose mean vectors the model compares by itself, in words.
pub(crate) const MEAN_WINDOWS: [u32; 2] = [50, 250];
/// The most units such a window has.
const MAX_MEAN_UNITS: usize = 64;

/// Returns, for each unit from the second on, the windows before and after the gap in front of it, for each size of
/// [`MEAN_WINDOWS`]; the first unit has empty windows.
pub(crate) fn mean_windows(n_words: &[u32]) -> Vec<[std::ops::Range<usize>; 2 * MEAN_WINDOWS.len()]> {
    let of_size = MEAN_WINDOWS.map(|words| windows(n_words, words));
    let at_unit = |unit: usize| {
        std::array::from_fn(|slot| {
            let Some(gap) = unit.checked_sub(1) else { return 0..0 };
            let (before, after) = &of_size[slot / 2][gap];
            if slot % 2 == 0 {
                before.start.max(before.end.saturating_sub(MAX_MEAN_UNITS))..before.end
            } else {
                after.start..after.end.min(after.start + MAX_MEAN_UNITS)
            }
        })
    };
    (0..n_words.len()).map(at_unit).collect()
}
