//! The passages that a passage model reads: runs of units as one sequence of word pieces, `[CLS] | unit > unit [SEP]`, a mark
//! before each unit, and another one where the speaker changes.
//!
//! A document is read in stretches, each with what stands before and after it. Where a stretch begins hangs on the unit that
//! stands there (content-defined chunking, after Muthitacharoen, Chen, Mazières 2001, "A Low-bandwidth Network File System",
//! section 3.1), so that an edit moves the stretches near it and no others.

use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokenizers::Tokenizer;

use super::tokens::{bounded_ends, marks_of};
use crate::error::{Error, Result};

/// What stands before a unit, and before one of another speaker than the last, as captions have it.
const UNIT_MARK: &str = "|";
const SPEAKER_MARK: &str = ">";
/// What stands for the middle of a unit too long to be read whole.
const ELLIPSIS: &str = "...";

/// The word pieces of a passage at most, its marks included.
pub(crate) const MAX_PIECES: usize = 512;
/// The pieces of a unit that are read: of a longer one so many from its beginning, and the rest from its end.
const UNIT_PIECES: usize = 96;
const OPENING_PIECES: usize = 40;
/// The pieces of a stretch at most, and how many it would have on average if there were no most.
const STRETCH_PIECES: usize = 252;
const MEAN_PIECES: usize = 512;
/// The pieces read before a stretch and after it, at most, but at least one unit of either.
const AROUND_PIECES: usize = 128;

const _: () = assert!(2 + STRETCH_PIECES + 2 * AROUND_PIECES <= MAX_PIECES && UNIT_PIECES < AROUND_PIECES);

/// A unit as a passage model is given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassageUnit<'a> {
    /// Its text.
    pub text: &'a str,
    /// Whether another speaks than in the unit before.
    pub changes_speaker: bool,
}

/// The pieces of words that a passage model knows, and its marks.
pub(crate) struct PassageTokens {
    tokenizer: Arc<Tokenizer>,
    model: String,
    /// The numbers of the marks at the start and the end of a passage, of both marks of units, and of the ellipsis.
    start: i32,
    end: i32,
    unit: i32,
    speaker: i32,
    ellipsis: Vec<i32>,
}

impl PassageTokens {
    /// Takes the tokenizer of a BERT. `model` names the model in an error.
    pub(crate) fn new(tokenizer: Arc<Tokenizer>, model: &str) -> Result<Self> {
        let [start, end] = marks_of(&tokenizer, model)?;
        let mut tokens =
            Self { tokenizer, model: model.to_owned(), start, end, unit: 0, speaker: 0, ellipsis: Vec::new() };
        let unusable = |mark| Error::Model {
            name: model.to_owned(),
            reason: format!("tokenizer.json has no single piece for {mark:?}"),
        };
        let single = |mark: &'static str| match *tokens.ids(mark)? {
            [id] => Ok(id),
            _ => Err(unusable(mark)),
        };
        (tokens.unit, tokens.speaker) = (single(UNIT_MARK)?, single(SPEAKER_MARK)?);
        tokens.ellipsis = tokens.ids(ELLIPSIS)?;
        Ok(tokens)
    }

    /// Returns the numbers of the pieces of a unit, its mark first; at most [`UNIT_PIECES`] beside the mark.
    pub(crate) fn unit(&self, unit: PassageUnit) -> Result<Vec<i32>> {
        let mut ids = vec![if unit.changes_speaker { self.speaker } else { self.unit }];
        match bounded_ends(unit.text) {
            (all, None) => ids.extend(self.ids(all)?),
            (opening, Some(closing)) => {
                ids.extend(self.ids(opening)?);
                ids.extend(self.ids(closing)?);
            }
        }
        if ids.len() > 1 + UNIT_PIECES {
            let n_closing = UNIT_PIECES - OPENING_PIECES - self.ellipsis.len();
            let closing = ids.len() - n_closing..;
            let read = [&ids[..=OPENING_PIECES], &self.ellipsis, &ids[closing]].concat();
            ids = read;
        }
        Ok(ids)
    }

    /// Returns one more than the highest number a piece can have.
    #[cfg(feature = "libtorch")]
    pub(crate) fn n_pieces_known(&self) -> usize {
        super::tokens::n_pieces_known(&self.tokenizer)
    }

    /// Returns units as a passage has them.
    pub(crate) fn passage(&self, units: &[Vec<i32>]) -> Vec<i32> {
        let inner = units.iter().flatten().copied();
        std::iter::once(self.start).chain(inner).chain([self.end]).collect()
    }

    fn ids(&self, text: &str) -> Result<Vec<i32>> {
        let failed = |error| Error::ModelRun { name: self.model.clone(), reason: format!("tokenise: {error}") };
        let encoding = self.tokenizer.encode_fast(text, false).map_err(failed)?;
        Ok(encoding.get_ids().iter().map(|&id| id.cast_signed()).collect())
    }
}

/// A run of units that are read as one sequence, and the gaps that are read in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// The units, as many as [`MAX_PIECES`] have room for.
    pub(crate) units: Range<usize>,
    /// The units before which a gap is read here, at least one; never the first of a document.
    pub(crate) read: Range<usize>,
}

impl Passage {
    /// Returns how many pieces there are, the marks of start and end left out.
    pub(crate) fn n_pieces(&self, units: &[Vec<i32>]) -> usize {
        n_pieces(&units[self.units.clone()])
    }

    /// Returns at which piece the mark after each of the gaps stands, ascending.
    pub(crate) fn places(&self, units: &[Vec<i32>]) -> Vec<usize> {
        let mut place = 1 + n_pieces(&units[self.units.start..self.read.start]);
        let next = |unit: usize| {
            let found = place;
            place += units[unit].len();
            found
        };
        self.read.clone().map(next).collect()
    }
}

fn n_pieces(units: &[Vec<i32>]) -> usize {
    units.iter().map(Vec::len).sum()
}

/// Returns the passages that a document is read in, in which every gap is read once. `units` holds the pieces of each unit, its
/// mark first.
pub(crate) fn passages(units: &[Vec<i32>]) -> Vec<Passage> {
    let mut all = Vec::new();
    let mut start = 1;
    while start < units.len() {
        let mut n_read = units[start].len();
        let mut end = start + 1;
        while end < units.len() && n_read + units[end].len() <= STRETCH_PIECES && !begins_stretch(&units[end]) {
            n_read += units[end].len();
            end += 1;
        }
        let before = n_around(units[..start].iter().rev());
        let after = n_around(units[end..].iter());
        all.push(Passage { units: start - before..end + after, read: start..end });
        start = end;
    }
    all
}

/// Returns how many of the units beside a stretch are read, the nearest first.
fn n_around<'a>(units: impl Iterator<Item = &'a Vec<i32>>) -> usize {
    let mut n_pieces = 0;
    let is_near = |(i, unit): &(usize, &Vec<i32>)| {
        n_pieces += unit.len();
        *i == 0 || n_pieces <= AROUND_PIECES
    };
    units.enumerate().take_while(is_near).count()
}

/// Returns whether a stretch begins with a unit wherever it stands: of the units with so many pieces, so many of
/// [`MEAN_PIECES`].
fn begins_stretch(unit: &[i32]) -> bool {
    let mut hasher = Sha256::new();
    for id in unit {
        hasher.update(id.to_le_bytes());
    }
    let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
    let share = f64::from(u32::from_be_bytes([a, b, c, d])) / 2_f64.powi(32);
    share * (MEAN_PIECES as f64) < unit.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::neural::tokens::carried;

    fn tokens() -> PassageTokens {
        carried("bert").and_then(|tokenizer| PassageTokens::new(tokenizer, "bert")).expect("it is whole")
    }

    fn pieces(text: &str, changes_speaker: bool) -> Vec<i32> {
        tokens().unit(PassageUnit { text, changes_speaker }).expect("any text can be tokenised")
    }

    #[test]
    fn a_unit_has_its_mark_first_and_another_where_the_speaker_changes() {
        let (same, other) = (pieces("The tide turns.", false), pieces("The tide turns.", true));
        assert_eq!(same[1..], other[1..]);
        assert_ne!(same[0], other[0]);
        assert_eq!(pieces("", false), same[..1]);
        assert_eq!(tokens().passage(&[same.clone(), other.clone()]), [&[101], &same[..], &other, &[102]].concat());
        assert!(!pieces("[SEP]", false).contains(&102));
    }

    #[test]
    fn of_a_long_unit_both_ends_are_read() {
        for n_between in [200, 200_000] {
            let text = format!("lamp harbour {} ship tide", "word ".repeat(n_between));
            let (long, opening, closing) =
                (pieces(&text, false), pieces("lamp harbour", false), pieces("ship tide", false));
            assert_eq!(long.len(), 1 + UNIT_PIECES);
            assert!(long.starts_with(&opening) && long.ends_with(&closing[1..]), "{long:?}");
        }
    }

    /// Units of so many pieces, no two of them alike.
    fn units(lengths: &[usize]) -> Vec<Vec<i32>> {
        lengths.iter().zip(1..).map(|(&length, number)| vec![number; length]).collect()
    }

    #[track_caller]
    fn check(units: &[Vec<i32>]) {
        let all = passages(units);
        let read: Vec<usize> = all.iter().flat_map(|passage| passage.read.clone()).collect();
        assert_eq!(read, (1..units.len()).collect::<Vec<usize>>());
        for passage in all {
            assert!(passage.n_pieces(units) + 2 <= MAX_PIECES);
            let whole: Vec<i32> = [0].into_iter().chain(units[passage.units.clone()].concat()).collect();
            assert_eq!(passage.places(units).len(), passage.read.len());
            for (place, unit) in passage.places(units).into_iter().zip(passage.read.clone()) {
                assert!(whole[place - 1] != units[unit][0] && whole[place..].starts_with(&units[unit]));
            }
            // Something stands before the first gap that is read, and after the last.
            assert!(passage.units.start < passage.read.start && passage.read.end <= passage.units.end);
        }
    }

    #[test]
    fn a_document_of_one_unit_or_none_has_no_passage() {
        check(&[]);
        check(&units(&[7]));
    }

    proptest! {
        #[test]
        fn every_gap_is_read_once_in_a_passage_that_is_not_too_long(
            lengths in prop::collection::vec(1..=1 + UNIT_PIECES, 2..300),
        ) {
            check(&units(&lengths));
        }
    }

    #[test]
    fn an_edit_moves_no_passage_far_away() {
        let lengths: Vec<usize> = (0..2000).map(|number| 5 + number * 7 % 40).collect();
        let before = units(&lengths);
        for edited in [0, 3, 700] {
            let mut after = before.clone();
            after.insert(edited, vec![-1; 60]);
            let (there, moved) = (passages(&before), passages(&after));
            let far = |passage: &&Passage| passage.units.start > edited + 200;
            let expected: Vec<Range<usize>> =
                there.iter().filter(far).map(|p| p.units.start + 1..p.units.end + 1).collect();
            let found: Vec<Range<usize>> = moved.iter().map(|p| p.units.clone()).collect();
            assert!(found.ends_with(&expected) && expected.len() > 50, "after an edit at {edited}");
            assert_eq!(
                moved.iter().take_while(|p| p.units.end < edited).count(),
                there.iter().take_while(|p| p.units.end < edited).count()
            );
        }
    }
}
