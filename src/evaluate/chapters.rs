//! How well engines find the sections of documents whose sections are known.
//!
//! Every measure is the mean over documents. A document of one section has nothing to find: it is left out and counted.
//! One document is held at a time.

use serde::Serialize;

use super::bootstrap::{Interval, intervals};
use super::data::Reference;
use super::{Segmentation, baselines, boundary_similarity, f1, f1_within_1, pk, window_diff};
use crate::boundaries::GapScorer;
use crate::chapters::{CutConfig, CutRule, agreement, boundaries, confidence, levels};
use crate::document::{GapIndex, GapScores, UnitKind};
use crate::error::Result;
use crate::neural::{Encoder, Vectors};
use crate::progress::{Part, Progress};
use crate::words;

/// How the scores of a document with units of that kind are cut.
pub type Cut<'a> = &'a dyn Fn(UnitKind) -> CutConfig;

/// What finds sections, or pretends to.
pub enum Engine<'a> {
    /// Finds no boundary at all.
    None,
    /// Cuts into as many equal parts as there are sections: told the number, blind to the text.
    Even,
    /// Puts as many boundaries as there are anywhere: told the number, blind to the text.
    Random {
        /// Equal seeds put them at equal gaps.
        seed: u64,
    },
    /// `TextTiling`, as its paper has it.
    TextTiling,
    /// Cuts where neighbouring vectors are farthest apart, at the 95th percentile.
    Percentile,
    /// Splits at the least squared error, again and again: told the number.
    Divisive,
    /// Scores the gaps and cuts.
    Scored {
        /// What scores.
        scorer: &'a dyn GapScorer,
        /// How its scores are cut.
        cut: Cut<'a>,
    },
}

impl Engine<'_> {
    /// Returns the name shown in results.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Even => "even",
            Self::Random { .. } => "random",
            Self::TextTiling => "texttiling",
            Self::Percentile => "percentile",
            Self::Divisive => "treeseg",
            Self::Scored { scorer, .. } => scorer.name(),
        }
    }

    /// Returns whether it needs an encoder.
    pub fn needs_vectors(&self) -> bool {
        match self {
            Self::Scored { scorer, .. } => scorer.needs_vectors(),
            Self::Percentile | Self::Divisive => true,
            _ => false,
        }
    }
}

/// What came of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChaptersEvaluation {
    /// How many documents the means are of.
    pub n_documents: usize,
    /// How many were left out because they have one section.
    pub n_skipped: usize,
    /// The measures of each engine, in the order the engines were given in.
    pub engines: Vec<EngineMeasures>,
    /// How each engine but the first differs from the first, in their order; empty where all documents are of one group.
    pub changes: Vec<Change>,
}

/// By how much an engine has more than the first one, and how far that goes by chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The engine's name.
    pub engine: &'static str,
    /// That of the first.
    pub than: &'static str,
    /// Of Pk, an error.
    pub pk: Interval,
    /// Of `WindowDiff`, an error.
    pub windowdiff: Interval,
    /// Of the F1 within one unit.
    pub f1_within_1: Interval,
}

/// The measures of one engine; 0 if there was no document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EngineMeasures {
    /// The engine's name.
    pub engine: &'static str,
    /// See [`pk`](super::pk()).
    pub pk: f64,
    /// See [`window_diff()`].
    pub windowdiff: f64,
    /// See [`boundary_similarity()`].
    pub b: f64,
    /// See [`f1`](super::f1()).
    pub f1: f64,
    /// See [`f1_within_1()`].
    pub f1_within_1: f64,
    /// The median over documents of sections found over sections there are.
    pub count_ratio_median: f64,
    /// The mean share of gaps rightly called a boundary or none (Aumiller et al. 2021, section 4).
    pub pair_accuracy: f64,
    /// For k from 0 to 9, the share of documents of which at most k gaps are wrongly called (ibid.).
    pub acc_k: [f64; N_ACC_K],
    /// How far scores are from the share of boundaries among gaps of such a score, on average over all gaps of all
    /// documents (expected calibration error, Guo et al. 2017, arXiv 1706.04599); `None` of an engine without scores.
    pub ece: Option<f64>,
    /// The gaps by their score, in tenths; empty for an engine without scores.
    pub reliability: Vec<ReliabilityBin>,
    /// How well the program thinks that documents are cut, on average; `None` where it does not say.
    pub confidence: Option<f64>,
    /// How well they are cut by the same measure, on average; `None` where the program does not say.
    pub agreement: Option<f64>,
    /// How well documents of some length are cut, shortest first; only lengths that there are.
    pub by_length: Vec<LengthMeasures>,
    /// How well the top level is found, over the documents that have more than one; `None` if none has.
    pub top_level: Option<TopLevelMeasures>,
    /// Words read in a second, encoding included; 0 of an engine that reads none.
    pub words_per_sec: f64,
    /// The most MiB held while it read a document, encoding included, where the system tells: all of the program, its
    /// models too.
    pub peak_mib: Option<f64>,
}

/// How many numbers of wrong calls are looked at.
const N_ACC_K: usize = 10;

/// The gaps whose scores lie in one tenth of `0.0..=1.0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// How many there are, at least 1.
    pub n_gaps: usize,
    /// Their mean score.
    pub score: f64,
    /// The share that are boundaries.
    pub boundaries: f64,
}

/// How well documents of some length are cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LengthMeasures {
    /// They have fewer words than this; `None` for the longest.
    pub below_words: Option<usize>,
    /// How many there are, at least 1.
    pub n_documents: usize,
    /// See [`f1`](super::f1()).
    pub f1: f64,
    /// See [`f1_within_1()`].
    pub f1_within_1: f64,
}

/// How well the sections of the top level are found, those below them left out on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TopLevelMeasures {
    /// How many documents have more than one level.
    pub n_documents: usize,
    /// See [`pk`](super::pk()).
    pub pk: f64,
    /// See [`window_diff()`].
    pub windowdiff: f64,
    /// See [`f1`](super::f1()).
    pub f1: f64,
    /// See [`f1_within_1()`].
    pub f1_within_1: f64,
}

/// Where one length of documents ends and the next begins, in words.
const LENGTHS: [usize; 3] = [2_000, 8_000, 20_000];

/// What one engine found in one document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The document.
    pub id: String,
    /// The engine.
    pub engine: &'static str,
    /// How many units the document has.
    pub n_units: usize,
    /// The gaps cut at, ascending.
    pub boundaries: Vec<GapIndex>,
    /// The score of each gap; empty for engines that give none.
    pub scores: Vec<f32>,
    /// How likely each gap is to be of the top level if it is a boundary; left out where the engine does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tops: Option<Vec<f32>>,
    /// What the program thinks of the cut, and how that turned out; left out where it does not say.
    #[serde(flatten)]
    pub foretold: Option<Foretold>,
}

/// What an evaluation needs from outside.
pub struct Surroundings<'a> {
    /// Gives the vectors to engines that need them; they panic without.
    pub encoder: Option<&'a dyn Encoder>,
    /// Returns the seconds since some moment. The library reads no clock of its own.
    pub seconds: &'a dyn Fn() -> f64,
    /// Returns the most KiB held at once since it was last asked, where the system tells.
    pub peak_kib: &'a dyn Fn() -> Option<u64>,
    /// Takes what is predicted, document by document.
    pub on_prediction: &'a mut dyn FnMut(Prediction) -> Result<()>,
}

/// Runs every engine over every document.
///
/// Stops at the first document that cannot be read. Reports the documents done; their number is not known beforehand,
/// and the total is reported as 0.
pub fn evaluate_chapters(
    references: impl Iterator<Item = Result<Reference>>,
    engines: &[Engine],
    surroundings: &mut Surroundings,
    progress: &dyn Progress,
) -> Result<ChaptersEvaluation> {
    let mut tallies: Vec<Tally> = engines.iter().map(|_| Tally::default()).collect();
    let (mut n_documents, mut n_skipped) = (0, 0);
    let mut groups: Vec<String> = Vec::new();
    for reference in references {
        let reference = reference?;
        progress.check()?;
        if reference.sections.n_sections() < 2 {
            n_skipped += 1;
            continue;
        }
        // A document is one step, however many steps it has.
        let within = Part { progress, range: n_documents..n_documents, of: 0 };
        let started = (surroundings.seconds)();
        (surroundings.peak_kib)();
        let vectors = match surroundings.encoder {
            Some(encoder) if engines.iter().any(Engine::needs_vectors) => {
                Some(encoder.encode(&reference.texts(), &within)?)
            }
            _ => None,
        };
        let encoding_secs = (surroundings.seconds)() - started;
        let encoding_kib = (surroundings.peak_kib)();
        let n_words = words::count(&reference.text);
        for (engine, tally) in engines.iter().zip(&mut tallies) {
            let started = (surroundings.seconds)();
            let Found { sections: found, levels, scores, foretold } =
                found_by(engine, &reference, vectors.as_ref(), n_documents, &within)?;
            let secs = match engine {
                // They read nothing, and so have no speed.
                Engine::None | Engine::Even | Engine::Random { .. } => 0.0,
                engine if engine.needs_vectors() => (surroundings.seconds)() - started + encoding_secs,
                _ => (surroundings.seconds)() - started,
            };
            let own_kib = (surroundings.peak_kib)();
            let kib = if engine.needs_vectors() { own_kib.max(encoding_kib) } else { own_kib };
            tally.peak_kib = tally.peak_kib.max(kib);
            tally.foretold.extend(foretold);
            tally.add(&reference.sections, &found, &scores, n_words, secs);
            if let Some(top) = reference.top_level() {
                tally.add_top_level(&top, &found, &levels);
            }
            let (scores, tops) = scores.into_parts();
            (surroundings.on_prediction)(Prediction {
                id: reference.id.clone(),
                engine: engine.name(),
                n_units: reference.units.len(),
                boundaries: found.boundaries().to_vec(),
                scores,
                tops,
                foretold,
            })?;
        }
        n_documents += 1;
        groups.push(reference.group);
        progress.report(n_documents, 0);
    }
    let changes = changes(engines, &tallies, &groups);
    let engines = engines.iter().zip(tallies).map(|(engine, tally)| tally.measures(engine.name())).collect();
    Ok(ChaptersEvaluation { n_documents, n_skipped, engines, changes })
}

/// Returns how engines differ from the first. `groups` says what each document belongs to.
fn changes(engines: &[Engine], tallies: &[Tally], groups: &[String]) -> Vec<Change> {
    let Some((first, others)) = tallies.split_first() else { return Vec::new() };
    let change = |(engine, tally): (&Engine, &Tally)| {
        let differences = tally.of_documents.iter().zip(&first.of_documents);
        let differences = differences.map(|(own, first)| std::array::from_fn(|i| own[i] - first[i]));
        let of_groups: Vec<(&str, [f64; 5])> = groups.iter().map(String::as_str).zip(differences).collect();
        let [pk, windowdiff, _, _, f1_within_1] = intervals(&of_groups)?;
        Some(Change { engine: engine.name(), than: engines[0].name(), pk, windowdiff, f1_within_1 })
    };
    engines[1..].iter().zip(others).filter_map(change).collect()
}

/// What an engine makes of a document.
struct Found {
    sections: Segmentation,
    /// The level of each boundary; empty for an engine that knows none.
    levels: Vec<u8>,
    scores: GapScores,
    foretold: Option<Foretold>,
}

/// What the program thinks of its cut of a document, and how that turned out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Foretold {
    /// See [`confidence`].
    pub confidence: f32,
    /// See [`agreement`].
    pub agreement: f32,
}

fn found_by(
    engine: &Engine,
    reference: &Reference,
    vectors: Option<&Vectors>,
    document: usize,
    progress: &dyn Progress,
) -> Result<Found> {
    let n_units = reference.units.len();
    let n_boundaries = reference.sections.boundaries().len();
    let told = |boundaries| Found {
        sections: Segmentation::new(n_units, boundaries),
        levels: Vec::new(),
        scores: GapScores::default(),
        foretold: None,
    };
    Ok(match engine {
        Engine::None => told(Vec::new()),
        Engine::Even => told(even(n_units, n_boundaries)),
        Engine::Random { seed } => told(random(n_units - 1, n_boundaries, seed.wrapping_add(document as u64))),
        Engine::TextTiling => told(baselines::text_tiling(&reference.text, &reference.units, reference.language)),
        Engine::Percentile => told(baselines::percentile(vectors.expect("the caller gives vectors"))),
        Engine::Divisive => told(baselines::divisive(vectors.expect("the caller gives vectors"), n_boundaries + 1)),
        Engine::Scored { scorer, cut } => {
            let n_words = words::count_each(&reference.texts());
            let scores = scorer.score(&reference.input(vectors), progress)?;
            let cut = cut(reference.units.kind);
            let found = boundaries(&scores, &n_words, cut);
            // Other rules have no probabilities to go by.
            let foretold = (cut.rule == CutRule::Probability).then(|| Foretold {
                confidence: confidence(&scores, &n_words, &found),
                agreement: agreement(&scores, &n_words, &found, reference.sections.boundaries()),
            });
            let levels = levels(&scores, &found, cut.boundary_cost);
            Found { sections: Segmentation::new(n_units, found), levels, scores, foretold }
        }
    })
}

/// Returns the boundaries of `n_boundaries + 1` parts that differ in length by at most one unit.
fn even(n_units: usize, n_boundaries: usize) -> Vec<GapIndex> {
    (1..=n_boundaries).map(|part| GapIndex::from(part * n_units / (n_boundaries + 1) - 1)).collect()
}

/// Returns `n_boundaries` different gaps, ascending, each as likely as the other: the least of one hash a gap.
fn random(n_gaps: usize, n_boundaries: usize, seed: u64) -> Vec<GapIndex> {
    let mut gaps: Vec<usize> = (0..n_gaps).collect();
    gaps.sort_by_key(|&gap| mixed(mixed(seed) ^ gap as u64));
    gaps.truncate(n_boundaries);
    gaps.sort_unstable();
    gaps.into_iter().map(GapIndex::from).collect()
}

/// Returns the number that follows `value` in `SplitMix64`: Steele, Lea, Flood 2014, "Fast Splittable Pseudorandom Number
/// Generators".
pub(crate) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// What one engine has scored so far.
#[derive(Default)]
struct Tally {
    /// Pk, `WindowDiff`, B, F1 and F1 within one unit of each document.
    of_documents: Vec<[f64; 5]>,
    count_ratios: Vec<f64>,
    /// Of each document, how many gaps are wrongly called, and how many gaps there are.
    wrong: Vec<(usize, usize)>,
    /// For each tenth of scores: gaps, their scores summed up, and boundaries among them.
    bins: [(usize, f64, usize); 10],
    /// For each length: documents, F1 and F1 within one unit summed up.
    lengths: [(usize, f64, f64); LENGTHS.len() + 1],
    /// Pk, `WindowDiff`, F1 and F1 within one unit of the top level, summed up, and over how many documents.
    top_level: ([f64; 4], usize),
    n_words: usize,
    secs: f64,
    peak_kib: Option<u64>,
    foretold: Vec<Foretold>,
}

impl Tally {
    fn add(&mut self, reference: &Segmentation, found: &Segmentation, scores: &GapScores, n_words: usize, secs: f64) {
        let measures = [pk, window_diff, boundary_similarity, f1, f1_within_1];
        self.of_documents.push(measures.map(|measure| measure(reference, found)));
        self.count_ratios.push(found.n_sections() as f64 / reference.n_sections() as f64);
        let n_right = found.boundaries().iter().filter(|&&gap| reference.is_boundary(gap)).count();
        let n_called = found.boundaries().len() + reference.boundaries().len();
        self.wrong.push((n_called - 2 * n_right, reference.n_units() - 1));
        for (gap, &score) in scores.as_slice().iter().enumerate() {
            let bin = &mut self.bins[((score * 10.0) as usize).min(9)];
            let is_boundary = reference.is_boundary(GapIndex::from(gap));
            *bin = (bin.0 + 1, bin.1 + f64::from(score), bin.2 + usize::from(is_boundary));
        }
        let length = &mut self.lengths[LENGTHS.partition_point(|&end| end <= n_words)];
        *length = (length.0 + 1, length.1 + f1(reference, found), length.2 + f1_within_1(reference, found));
        self.n_words += n_words;
        self.secs += secs;
    }

    fn add_top_level(&mut self, reference: &Segmentation, found: &Segmentation, levels: &[u8]) {
        let is_top = |&(i, _): &(usize, GapIndex)| levels.get(i).is_none_or(|&level| level == 1);
        let tops = found.boundaries().iter().copied().enumerate().filter(is_top).map(|(_, gap)| gap).collect();
        let found = Segmentation::new(found.n_units(), tops);
        let (sums, n_documents) = &mut self.top_level;
        for (sum, measure) in sums.iter_mut().zip([pk, window_diff, f1, f1_within_1]) {
            *sum += measure(reference, &found);
        }
        *n_documents += 1;
    }

    /// Returns the bins that hold a gap, and how far they are off on average.
    fn reliability(&self) -> (Vec<ReliabilityBin>, Option<f64>) {
        let bin = |&(n, score, boundaries): &(usize, f64, usize)| ReliabilityBin {
            n_gaps: n,
            score: score / n as f64,
            boundaries: boundaries as f64 / n as f64,
        };
        let bins: Vec<ReliabilityBin> = self.bins.iter().filter(|(n, ..)| *n > 0).map(bin).collect();
        let n_gaps: usize = bins.iter().map(|bin| bin.n_gaps).sum();
        let off = |bin: &ReliabilityBin| (bin.score - bin.boundaries).abs() * bin.n_gaps as f64;
        let ece = (n_gaps > 0).then(|| bins.iter().map(off).sum::<f64>() / n_gaps as f64);
        (bins, ece)
    }

    fn by_length(&self) -> Vec<LengthMeasures> {
        let ends = LENGTHS.into_iter().map(Some).chain([None]);
        let of_length = |(&(n, f1, f1_within_1), below_words): (&(usize, f64, f64), Option<usize>)| LengthMeasures {
            below_words,
            n_documents: n,
            f1: f1 / n as f64,
            f1_within_1: f1_within_1 / n as f64,
        };
        self.lengths.iter().zip(ends).filter(|((n, ..), _)| *n > 0).map(of_length).collect()
    }

    fn measures(self, engine: &'static str) -> EngineMeasures {
        let n_documents = self.count_ratios.len().max(1) as f64;
        let [pk, windowdiff, b, f1, f1_within_1] =
            std::array::from_fn(|i| self.of_documents.iter().map(|measures| measures[i]).sum::<f64>() / n_documents);
        let (reliability, ece) = self.reliability();
        let right_share = |&(wrong, gaps): &(usize, usize)| 1.0 - wrong as f64 / gaps.max(1) as f64;
        let (sums, n_documents_of_levels) = self.top_level;
        let top_level = (n_documents_of_levels > 0).then(|| {
            let [pk, windowdiff, f1, f1_within_1] = sums.map(|sum| sum / n_documents_of_levels as f64);
            TopLevelMeasures { n_documents: n_documents_of_levels, pk, windowdiff, f1, f1_within_1 }
        });
        let at_most = |k: usize| self.wrong.iter().filter(|(wrong, _)| *wrong <= k).count() as f64 / n_documents;
        EngineMeasures {
            engine,
            pk,
            windowdiff,
            b,
            f1,
            f1_within_1,
            pair_accuracy: self.wrong.iter().map(right_share).sum::<f64>() / n_documents,
            acc_k: std::array::from_fn(at_most),
            ece,
            reliability,
            confidence: mean(self.foretold.iter().map(|foretold| foretold.confidence)),
            agreement: mean(self.foretold.iter().map(|foretold| foretold.agreement)),
            by_length: self.by_length(),
            top_level,
            count_ratio_median: median(self.count_ratios),
            words_per_sec: if self.secs > 0.0 { self.n_words as f64 / self.secs } else { 0.0 },
            peak_mib: self.peak_kib.map(|kib| (kib as f64 / 1024.0 * 10.0).round() / 10.0),
        }
    }
}

/// Returns the mean; `None` of nothing.
fn mean(values: impl ExactSizeIterator<Item = f32>) -> Option<f64> {
    let n = values.len();
    (0 < n).then(|| values.map(f64::from).sum::<f64>() / n as f64)
}

/// Returns the middle value, or the mean of the two in the middle; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n.is_multiple_of(2) => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        n => values[n / 2],
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Write;

    use super::super::data::{Selection, UntitledFirst, references};
    use super::*;
    use crate::boundaries::GapInput;
    use crate::progress::Unwatched;

    const DATA: &str = concat!(
        r#"{"id":"a","lang":"en","title":"","unit":"paragraph","kind":"x","n":3,"sections":[{"title":"","paragraphs":["p q"]},{"title":"One","paragraphs":["r","s t"]},{"title":"Two","paragraphs":["u","","v"]}]}"#,
        "\n\n",
        r#"{"id":"b","lang":"de","unit":"utterance","kind":"y","sections":[{"title":"Only","paragraphs":[{"text":"ja","speaker":"A","start":1.5,"end":2}]}]}"#,
        "\n",
    );

    fn file() -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
        file.write_all(DATA.as_bytes()).expect("room for a file");
        file
    }

    #[track_caller]
    fn check_ids(selection: Selection, expected: &[(&str, usize)]) {
        let file = file();
        let documents: Vec<Reference> =
            references(file.path(), selection).expect("the file is there").collect::<Result<_>>().expect("it is whole");
        let found: Vec<(&str, usize)> =
            documents.iter().map(|document| (document.id.as_str(), document.units.len())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn empty_units_are_passed_over() {
        check_ids(Selection::default(), &[("a", 5), ("b", 1)]);
    }

    #[test]
    fn documents_are_chosen_by_their_fields_and_their_number() {
        let field = |name: &str, value: &str| Selection {
            fields: vec![(name.to_owned(), value.to_owned())],
            ..Selection::default()
        };
        check_ids(field("kind", "y"), &[("b", 1)]);
        check_ids(field("n", "3"), &[("a", 5)]);
        check_ids(field("none", ""), &[]);
        check_ids(Selection { limit: Some(1), ..Selection::default() }, &[("a", 5)]);
    }

    #[test]
    fn an_untitled_first_section_can_be_left_out() {
        let selection = Selection { untitled_first: UntitledFirst::Drop, ..Selection::default() };
        check_ids(selection, &[("a", 4), ("b", 1)]);
    }

    #[test]
    fn a_line_that_is_no_document_is_named() {
        let refused = |line: &str, expected: &str| {
            let mut file = file();
            file.write_all(line.as_bytes()).expect("room for a line");
            let last = references(file.path(), Selection::default()).expect("the file is there").last();
            let error = last.expect("a line").expect_err("no document").to_string();
            assert!(error.contains("line 4: this is not a document") && error.contains(expected), "{error}");
        };
        refused(r#"{"id":1}"#, "a string");
        refused(
            r#"{"id":"c","unit":"sentence","sections":[{"paragraphs":[7]}]}"#,
            "a paragraph is a text, or an object",
        );
    }

    fn run(engines: &[Engine]) -> (ChaptersEvaluation, Vec<Prediction>) {
        let file = file();
        let documents = references(file.path(), Selection::default()).expect("the file is there");
        let (clock, mut predictions) = (Cell::new(0.0), Vec::new());
        let seconds = || clock.replace(clock.get() + 1.0);
        let mut keep = |prediction| {
            predictions.push(prediction);
            Ok(())
        };
        let asked = Cell::new(0);
        let peak_kib = || {
            asked.set(asked.get() + 1);
            Some(asked.get() * 1024)
        };
        let mut surroundings =
            Surroundings { encoder: None, seconds: &seconds, peak_kib: &peak_kib, on_prediction: &mut keep };
        let evaluation =
            evaluate_chapters(documents, engines, &mut surroundings, &Unwatched).expect("the file is whole");
        (evaluation, predictions)
    }

    #[test]
    fn a_document_of_one_section_is_left_out_and_counted() {
        let (evaluation, predictions) = run(&[Engine::None]);
        assert_eq!((evaluation.n_documents, evaluation.n_skipped, predictions.len()), (1, 1, 1));
    }

    #[test]
    fn the_baselines_do_what_they_say() {
        let (evaluation, predictions) = run(&[Engine::None, Engine::Even, Engine::Random { seed: 7 }]);
        let n_boundaries: Vec<usize> = predictions.iter().map(|prediction| prediction.boundaries.len()).collect();
        assert_eq!(n_boundaries, [0, 2, 2]);
        // Sections start at units 1 and 3 of 5, equal parts at 1 and 3.
        assert!((evaluation.engines[1].f1 - 1.0).abs() < 1e-12 && evaluation.engines[1].pk.abs() < 1e-12);
        assert!((evaluation.engines[0].count_ratio_median - 1.0 / 3.0).abs() < 1e-12);
        // What reads nothing has no speed; the clock ticks once for what reads seven words.
        assert!(evaluation.engines[0].words_per_sec.abs() < 1e-12);
        // Asked before the document, after its vectors, and after each engine.
        let peaks: Vec<Option<f64>> = evaluation.engines.iter().map(|engine| engine.peak_mib).collect();
        assert_eq!(peaks, [Some(3.0), Some(4.0), Some(5.0)]);
        let (evaluation, _) = run(&[Engine::TextTiling]);
        assert!((evaluation.engines[0].words_per_sec - 7.0).abs() < 1e-12);
    }

    /// Two parts of two sections each, one unit a section, all under the heading of the document.
    const NESTED: &str = r#"{"id":"n","lang":"en","unit":"paragraph","sections":[{"heading_path":["D","A"],"paragraphs":["p"]},{"heading_path":["D","A","a"],"paragraphs":["q"]},{"heading_path":["D","B"],"paragraphs":["r"]},{"heading_path":["D","B","b"],"paragraphs":["s"]}]}"#;

    /// Says that every gap is a boundary, and which of them are of the top level.
    struct Everywhere(Vec<f32>);

    impl GapScorer for Everywhere {
        fn name(&self) -> &'static str {
            "everywhere"
        }

        fn settings(&self) -> serde_json::Map<String, serde_json::Value> {
            serde_json::Map::new()
        }

        fn needs_vectors(&self) -> bool {
            false
        }

        fn score(&self, _input: &GapInput, _progress: &dyn Progress) -> Result<GapScores> {
            Ok(GapScores::with_tops(vec![0.9; self.0.len()], self.0.clone()))
        }
    }

    fn cut_everywhere(tops: &[f32], rule: CutRule) -> EngineMeasures {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
        file.write_all(NESTED.as_bytes()).expect("room for a file");
        let documents = references(file.path(), Selection::default()).expect("the file is there");
        let scorer = Everywhere(tops.to_vec());
        let cut = |_| CutConfig { min_chapter_units: 1, ..CutConfig::usual(0.5, UnitKind::Paragraph, rule) };
        let engine = Engine::Scored { scorer: &scorer, cut: &cut };
        let mut surroundings =
            Surroundings { encoder: None, seconds: &|| 0.0, peak_kib: &|| None, on_prediction: &mut |_| Ok(()) };
        let found = evaluate_chapters(documents, &[engine], &mut surroundings, &Unwatched).expect("the file is whole");
        found.engines.into_iter().next().expect("there is one engine")
    }

    #[test]
    fn a_cut_by_probabilities_says_how_sure_it_is() {
        let found = cut_everywhere(&[0.9; 3], CutRule::Probability);
        // Every gap is cut at, and a boundary of nine in ten.
        assert!(found.f1_within_1 > 0.999 && found.confidence.is_some_and(|confidence| 0.85 < confidence));
        assert_eq!(cut_everywhere(&[0.9; 3], CutRule::Threshold).confidence, None);
    }

    #[track_caller]
    fn check_top_level(tops: &[f32], expected_f1: f64) {
        let found = cut_everywhere(tops, CutRule::Threshold);
        let top = found.top_level.expect("the document has two levels");
        assert_eq!(top.n_documents, 1);
        assert!((top.f1 - expected_f1).abs() < 1e-12, "{top:?}");
    }

    #[test]
    fn the_top_level_is_scored_by_itself() {
        check_top_level(&[0.1, 0.9, 0.1], 1.0);
        // Every boundary of the top level, where one of three is.
        check_top_level(&[0.9, 0.9, 0.9], 0.5);
        check_top_level(&[0.9, 0.1, 0.9], 0.0);
        let (evaluation, _) = run(&[Engine::None]);
        assert_eq!(evaluation.engines[0].top_level, None);
    }

    #[test]
    fn what_an_engine_changes_is_told_with_how_far_chance_goes() {
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
        // Of the second kind of document equal parts are the sections; of the first they are not.
        let document = |id: usize, sections: &str| {
            format!("{{\"id\":\"{id}\",\"unit\":\"paragraph\",\"sections\":[{sections}]}}\n")
        };
        let section = |n: usize| format!("{{\"paragraphs\":[{}]}}", vec!["\"p\""; n].join(","));
        for id in 0..30 {
            let lengths = if id % 2 == 0 { [2, 10] } else { [6, 6] };
            let sections = lengths.map(section).join(",");
            file.write_all(document(id, &sections).as_bytes()).expect("room for a file");
        }
        let documents = references(file.path(), Selection::default()).expect("the file is there");
        let mut surroundings =
            Surroundings { encoder: None, seconds: &|| 0.0, peak_kib: &|| None, on_prediction: &mut |_| Ok(()) };
        let engines = [Engine::None, Engine::Even, Engine::None];
        let found = evaluate_chapters(documents, &engines, &mut surroundings, &Unwatched).expect("the file is whole");
        let [even, none] = <[Change; 2]>::try_from(found.changes).expect("one for each but the first");
        assert_eq!((even.engine, even.than, none.engine), ("even", "none", "none"));
        assert!((even.f1_within_1.mean - 0.5).abs() < 1e-9, "{even:?}");
        assert!(0.3 < even.f1_within_1.low && even.f1_within_1.high < 0.7, "{even:?}");
        let nothing = Interval { mean: 0.0, low: 0.0, high: 0.0 };
        assert_eq!([none.pk, none.windowdiff, none.f1_within_1], [nothing; 3]);
    }

    #[test]
    fn random_boundaries_are_different_gaps_and_follow_the_seed() {
        let gaps = random(100, 30, 1);
        assert!(gaps.len() == 30 && gaps.is_sorted_by(|one, next| one < next));
        assert_eq!(gaps, random(100, 30, 1));
        assert_ne!(gaps, random(100, 30, 2));
    }
}
