//! Trains the pair model: `caesura train pair`, after Aumiller et al. 2021 (arXiv 2012.03619).
//!
//! A BERT or `RoBERTa` reads two texts as one sequence and says whether a section ends between them. Of the pairs it
//! learns from, some are the paper's (two paragraphs of one document, of one section or of two), and most are what it is
//! asked for later: what stands on both sides of a true gap, in windows of neighbouring units where units are short. Of
//! these a share may be gaps that the context model is in doubt about, where more is to be learnt than where anybody knows.
//! Batches hold pairs of about one length.
//!
//! Embeddings stay as they are: they are half of the weights, and what a word means does not change with the task.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tch::{Kind, Tensor, nn};

use super::adam_w::AdamW;
use super::batches::Batches;
use super::course::{Course, Learner, Look, OfKinds, Schedule};
use super::looked_at::{LookedAt, calibrated, combined, losses, scores};
use super::random::Random;
use super::{Documents, Labelled, write_whole};
use crate::boundaries::pair_text::{ending_at, sides, starting_at};
use crate::boundaries::{Context, GapInput, GapScorer, IN_DOUBT, OfUnitKinds, Pair, PairConfig};
use crate::document::{GapIndex, GapScores, UnitKind};
use crate::error::{Error, Result};
use crate::evaluate::data::Reference;
use crate::neural::Encoder;
use crate::neural::pair_network::{Description, Extent, Mode, Network, Weights, filled, guarded, name_of};
use crate::neural::pair_tokens::{PairPieces, PairTokens};
use crate::progress::{Part, Progress, Unwatched};

/// How a pair model is trained.
#[derive(Clone, Debug)]
pub struct PairTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// How long it goes on.
    pub schedule: Schedule,
    /// Pairs a step, at least 1.
    pub n_pairs: usize,
    /// How much matrices decay a step, times the rate.
    pub weight_decay: f64,
    /// The words read on each side of a gap, at least 8.
    pub side_words: usize,
    /// The word pieces read of a pair, its marks included, at least 8.
    pub max_pieces: usize,
    /// The share of pairs that are two paragraphs of a document wherever they stand, as in the paper.
    pub anywhere_share: f64,
    /// Of the gaps that are no boundaries, the share taken from those that the context model is in doubt about. A model that knows
    /// nothing yet learns nothing from those alone.
    pub doubted_share: f64,
    /// The least share of pairs that are of spoken text, in `0.0..=1.0`.
    pub talk_share: f64,
    /// Of each kind of document, so many boundaries and twice as many other gaps are looked at, all of them gaps that the context
    /// model is in doubt about.
    pub n_looked_at: usize,
    /// The same for calibrating both models together, and so many of all gaps for this one alone.
    pub n_calibrated: usize,
    /// How many of the lowest layers stay as they are.
    pub n_frozen_layers: usize,
}

impl PairTraining {
    /// The settings of the model that this program carries.
    pub fn usual() -> Self {
        Self {
            seed: 1,
            schedule: Schedule { n_steps: 1200, rate: 1e-4, validate_every: 200, patience: 4 },
            n_pairs: 32,
            weight_decay: 0.01,
            side_words: 48,
            max_pieces: 144,
            anywhere_share: 0.2,
            doubted_share: 0.0,
            talk_share: 0.0,
            n_looked_at: 60,
            n_calibrated: 300,
            n_frozen_layers: 2,
        }
    }

    /// What tells one training from another: more steps go on with what there is.
    fn identity(&self) -> String {
        format!("{:?}", Self { schedule: Schedule { n_steps: 0, ..self.schedule }, ..self.clone() })
    }
}

/// How many gaps are drawn in a row, in the hope of one with text on both sides.
const MAX_TRIES: usize = 100_000;

/// The fewest characters of a text that is learnt from (Aumiller et al., section 4).
const MIN_CHARS: usize = 20;

/// The share of pairs of spoken text that lose their punctuation, as automatic transcripts have none.
const STRIPPED_SHARE: f64 = 0.15;

/// Trains on documents what stands in the folder `base`, looks at those held out, and writes to `output`: `model.safetensors` in
/// f32 and `config.json`, in the layout of model hubs, the vocabulary, and `pair.json`, how gaps are read and scores
/// calibrated.
///
/// `base` is a BERT or `RoBERTa` in that layout, with or without a head. `encoder` makes the vectors of the context model,
/// with which the result is also combined. A training that was stopped goes on from `checkpoint.safetensors` and ends with
/// the weights it would have had.
pub fn train_pair(
    documents: &Documents,
    base: &Path,
    settings: &PairTraining,
    encoder: &dyn Encoder,
    output: &Path,
    on_look: &mut dyn FnMut(&Look),
    progress: &dyn Progress,
) -> Result<PathBuf> {
    let Documents { train, held_out } = documents;
    let name = name_of(base);
    let unusable = |reason| Error::Model { name: name.clone(), reason };
    let description = Description::of_pair_classifier(base, &name)?;
    let tokens =
        PairTokens::from_folder(base, description.family, settings.max_pieces.min(description.n_positions()), &name)?;
    description.check_vocabulary(tokens.n_pieces_known()).map_err(unusable)?;
    let weights = Weights::from_folder(base, &name)?;
    let context = Context::embedded();
    let says = |input: &GapInput| context.score(input, &Unwatched);
    let of_context = (settings.doubted_share > 0.0).then(|| scores(train, &says, encoder, progress)).transpose()?;
    let sampler = Sampler::new(train, of_context.as_deref(), settings)?;
    drop(of_context);
    let of_context = scores(held_out, &says, encoder, progress)?;
    let looked_at = sample(held_out, &of_context, IN_DOUBT, settings.n_looked_at, settings.seed);
    let to_fit = ToFit::new(held_out, &of_context, settings);
    let pieces = |gaps: &[LookedAt]| -> Result<Vec<PairPieces>> {
        let sides = gaps.iter().map(|gap| sides_of(gap, settings.side_words));
        sides.map(|(before, after)| tokens.pieces(&before, &after)).collect()
    };
    let (texts, texts_to_fit) = (pieces(&looked_at)?, [pieces(&to_fit.all)?, pieces(&to_fit.doubted)?]);

    tch::manual_seed(settings.seed as i64);
    let (mut store, network) = filled(&description, &weights, Extent::BelowHead).map_err(unusable)?;
    let of = format!("{} {} {}", settings.identity(), context.sha256(), weights.sha256);
    let identity = super::identity(documents, &of);
    drop(weights);
    let optimizer = AdamW::new(super::learning(&store, settings.n_frozen_layers), settings.weight_decay);
    let mut course =
        Course::new(optimizer, store.variables().into_iter().collect(), output, identity, settings.schedule)?;
    let mut run = Run {
        network,
        tokens,
        sampler,
        settings,
        looked_at: &looked_at,
        texts: &texts,
        batches: Batches::new(settings.n_pairs),
    };
    course.run(1, &mut run, on_look, progress)?;
    course.best(|path| store.load(path))?;
    run.finish(&store, &to_fit, &texts_to_fit, base, output)
}

/// A pair to learn from.
struct Drawn {
    first: String,
    second: String,
    is_boundary: bool,
}

/// A document to learn from.
struct Lesson<'a> {
    document: &'a Reference,
    /// The gaps that are no boundaries and to which the context model gives [`IN_DOUBT`] or more, ascending; none where it
    /// was not asked.
    doubted: Vec<GapIndex>,
}

/// Draws the pairs of each step.
struct Sampler<'a> {
    /// For each kind of document that has boundaries: its documents, and up to each, the boundaries so far.
    kinds: Vec<(Vec<Lesson<'a>>, Vec<usize>)>,
    /// Up to each kind, the weights so far.
    weights: Vec<f64>,
    settings: &'a PairTraining,
}

impl<'a> Sampler<'a> {
    /// `of_context` is what the context model says of each document; `None` where nothing hangs on it.
    fn new(train: &'a [Labelled], of_context: Option<&[GapScores]>, settings: &'a PairTraining) -> Result<Self> {
        let mut kinds: BTreeMap<&str, (Vec<Lesson>, Vec<usize>)> = BTreeMap::new();
        for (number, (kind, reference)) in train.iter().enumerate() {
            let n_boundaries = reference.sections.boundaries().len();
            // A document whose every gap is a boundary, or none, has no pair of the other answer.
            if n_boundaries > 0 && n_boundaries + 1 < reference.units.len() {
                let (documents, so_far) = kinds.entry(kind).or_default();
                so_far.push(so_far.last().copied().unwrap_or(0) + n_boundaries);
                let doubted = of_context.map_or_else(Vec::new, |scores| {
                    let gaps = above(&scores[number], IN_DOUBT);
                    gaps.filter(|&gap| !reference.sections.is_boundary(gap)).collect()
                });
                documents.push(Lesson { document: reference, doubted });
            }
        }
        if kinds.is_empty() {
            return Err(Error::Nothing {
                attempt: "train the pair model",
                reason: format!(
                    "of the {} documents none has both a gap within a section and one between two",
                    train.len()
                ),
            });
        }
        let kinds: Vec<_> = kinds.into_values().collect();
        let of_kinds = kinds.iter().map(|(documents, so_far)| {
            let made_of = documents.iter().map(|lesson| lesson.document.units.kind);
            (*so_far.last().expect("it has a document"), made_of)
        });
        let weights = super::weights_so_far(of_kinds, settings.talk_share);
        Ok(Self { kinds, weights, settings })
    }

    /// Fails where the documents have next to no text to read on both sides of a gap.
    fn pair(&self, random: &mut Random) -> Result<Drawn> {
        for _ in 0..MAX_TRIES {
            let at = random.share() * self.weights.last().expect("there is a kind");
            let kind = self.weights.partition_point(|&weight| weight <= at).min(self.kinds.len() - 1);
            let (documents, so_far) = &self.kinds[kind];
            let at = random.below(*so_far.last().expect("it has a document"));
            let lesson = &documents[so_far.partition_point(|&so_far| so_far <= at)];
            let is_boundary = random.share() < 0.5;
            let is_anywhere = random.share() < self.settings.anywhere_share;
            let drawn = if is_anywhere {
                self.anywhere(lesson.document, is_boundary, random)
            } else {
                self.at_gap(lesson, is_boundary, random)
            };
            let Some((first, second)) = drawn else { continue };
            if first.len() < MIN_CHARS || second.len() < MIN_CHARS {
                continue;
            }
            let strips = lesson.document.units.kind != UnitKind::Paragraph && random.share() < STRIPPED_SHARE;
            let kept = |side: String| if strips { stripped(&side) } else { side };
            return Ok(Drawn { first: kept(first), second: kept(second), is_boundary });
        }
        Err(Error::Nothing {
            attempt: "train the pair model",
            reason: format!("of {MAX_TRIES} gaps none has {MIN_CHARS} characters or more on both sides"),
        })
    }

    /// Returns the sides of a gap.
    fn at_gap(&self, lesson: &Lesson, is_boundary: bool, random: &mut Random) -> Option<(String, String)> {
        let &Lesson { document, ref doubted } = lesson;
        let gap = if is_boundary {
            let boundaries = document.sections.boundaries();
            boundaries[random.below(boundaries.len())]
        } else if !doubted.is_empty() && random.share() < self.settings.doubted_share {
            doubted[random.below(doubted.len())]
        } else {
            let gap = GapIndex::from(random.below(document.units.len() - 1));
            if document.sections.is_boundary(gap) {
                return None;
            }
            gap
        };
        Some(sides(&document.text, &document.units, gap, self.settings.side_words))
    }

    /// Returns two texts of a document, of one section or of two, in their order; the first is never its own second.
    fn anywhere(&self, document: &Reference, is_boundary: bool, random: &mut Random) -> Option<(String, String)> {
        let section = |unit: usize| {
            let boundaries = document.sections.boundaries();
            let number = boundaries.partition_point(|gap| gap.unit_after().index() <= unit);
            let start = number.checked_sub(1).map_or(0, |before| boundaries[before].unit_after().index());
            start..boundaries.get(number).map_or(document.units.len(), |gap| gap.unit_after().index())
        };
        let anchor = random.below(document.units.len() - 1);
        let own = section(anchor);
        let other = if is_boundary { own.end } else { anchor + 1 };
        let end = if is_boundary { document.units.len() } else { own.end };
        if other >= end || own.len() < 3 {
            return None;
        }
        let other = other + random.below(end - other);
        let (text, units, n_words) = (&document.text, &document.units, self.settings.side_words);
        let first = ending_at(text, units, own.start..anchor + 1, n_words);
        Some((first, starting_at(text, units, other..section(other).end, n_words)))
    }
}

/// Returns a text without its punctuation.
fn stripped(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '|' || *c == '\'').collect()
}

/// Returns the gaps that have a score of `least` or more, ascending.
fn above(scores: &GapScores, least: f32) -> impl Iterator<Item = GapIndex> {
    (0..scores.len()).map(GapIndex::from).filter(move |&gap| scores.at(gap) >= least)
}

/// Returns of the gaps to which the context model gives `least` or more up to `n_boundaries` of each kind of document, and up to
/// twice as many gaps that are none.
fn sample<'a>(
    held_out: &'a [Labelled],
    of_context: &[GapScores],
    least: f32,
    n_boundaries: usize,
    seed: u64,
) -> Vec<LookedAt<'a>> {
    let mut kinds: BTreeMap<&str, [Vec<(usize, GapIndex)>; 2]> = BTreeMap::new();
    for (number, (kind, reference)) in held_out.iter().enumerate() {
        let of_kind = kinds.entry(kind).or_default();
        for gap in above(&of_context[number], least) {
            of_kind[usize::from(reference.sections.is_boundary(gap))].push((number, gap));
        }
    }
    let mut random = Random::new(seed, 3);
    let mut all = Vec::new();
    for (kind, of_kind) in kinds {
        let n_gaps = of_kind[0].len() + of_kind[1].len();
        for (n_most, gaps) in [2 * n_boundaries, n_boundaries].into_iter().zip(of_kind) {
            let n = gaps.len().min(n_most);
            for i in 0..n {
                // One of each of `n` equal parts, so that long documents count by their length.
                let part = i * gaps.len() / n..(i + 1) * gaps.len() / n;
                let (number, gap) = gaps[part.start + random.below(part.len())];
                let weight = gaps.len() as f64 / n as f64 / (n_gaps as f64).sqrt();
                all.push(LookedAt::new((kind, &held_out[number].1), &of_context[number], gap, weight));
            }
        }
    }
    all
}

/// A pair model that learns.
struct Run<'a> {
    network: Network,
    tokens: PairTokens,
    sampler: Sampler<'a>,
    settings: &'a PairTraining,
    looked_at: &'a [LookedAt<'a>],
    /// The pieces of each.
    texts: &'a [PairPieces],
    batches: Batches<(PairPieces, bool)>,
}

impl Learner for Run<'_> {
    fn learn(&mut self, step: usize) -> Result<f64> {
        let settings = self.settings;
        tch::manual_seed(settings.seed.wrapping_mul(1_000_003).wrapping_add(step as u64) as i64);
        let (sampler, tokens) = (&self.sampler, &self.tokens);
        let pairs = self.batches.of_step(
            settings.seed,
            step,
            |(pieces, _)| pieces.len(),
            |random| {
                let Drawn { first, second, is_boundary } = sampler.pair(random)?;
                Ok((tokens.pieces(&first, &second)?, is_boundary))
            },
        )?;
        let pieces: Vec<&PairPieces> = pairs.iter().map(|(pieces, _)| pieces).collect();
        let label = |&(_, is_boundary): &(PairPieces, bool)| self.network.label_of(is_boundary);
        let labels = Tensor::from_slice(&pairs.iter().map(label).collect::<Vec<i64>>());
        guarded(|| {
            let scores = self.network.scores(&self.network.batch(&pieces), Mode::Training);
            let loss = scores.log_softmax(-1, Kind::Float).nll_loss(&labels);
            loss.backward();
            loss.double_value(&[])
        })
        .map_err(|reason| Error::ModelRun { name: "pair".to_owned(), reason })
    }

    fn look(&mut self) -> Result<(f64, OfKinds)> {
        Ok(losses(self.looked_at, &self.log_odds(self.texts)?))
    }
}

impl Run<'_> {
    /// Returns what the model says of each pair.
    fn log_odds(&self, pairs: &[PairPieces]) -> Result<Vec<f32>> {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|&pair| pairs[pair].len());
        let mut found = vec![0.0; pairs.len()];
        for chunk in order.chunks(self.settings.n_pairs) {
            let batch: Vec<&PairPieces> = chunk.iter().map(|&pair| &pairs[pair]).collect();
            let failed = |reason| Error::ModelRun { name: "pair".to_owned(), reason };
            let log_odds = guarded(|| self.network.log_odds(&self.network.batch(&batch)))
                .and_then(|found| found.map_err(|error| error.to_string()))
                .map_err(failed)?;
            for (&pair, log_odds) in chunk.iter().zip(log_odds) {
                found[pair] = log_odds;
            }
        }
        Ok(found)
    }

    /// Writes the best weights as hubs have them, and what calibrates them.
    fn finish(
        self,
        store: &nn::VarStore,
        to_fit: &ToFit,
        [of_all, of_doubted]: &[Vec<PairPieces>; 2],
        base: &Path,
        output: &Path,
    ) -> Result<PathBuf> {
        let &PairTraining { side_words, max_pieces, .. } = self.settings;
        let config = to_fit.config(side_words, max_pieces, &self.log_odds(of_all)?, &self.log_odds(of_doubted)?);
        write_whole(&output.join("pair.json"), &serde_json::to_vec_pretty(&config)?)?;
        let labels = [false, true].map(|is_boundary| {
            let name = if is_boundary { "different" } else { "same" };
            (self.network.label_of(is_boundary).to_string(), name.into())
        });
        let changes = [("id2label", serde_json::Value::Object(labels.into_iter().collect()))];
        super::write_hub(store, &changes, base, output)
    }
}

/// Calibrates the pair model in `folder` anew, alone and together with the context model that this program carries, on the
/// documents held out, and writes its `pair.json`: what is to be done once its weights are rounded, or the context model is another.
pub fn refit(
    documents: &Documents,
    settings: &PairTraining,
    encoder: &dyn Encoder,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<PathBuf> {
    let pair = Pair::from_folder(folder, rayon::current_num_threads())?;
    let &PairConfig { side_words, max_pieces, .. } = pair.config();
    let part = |range| Part { progress, range, of: 100 };
    let context = Context::embedded();
    let says = |input: &GapInput| context.score(input, &Unwatched);
    let of_context = scores(&documents.held_out, &says, encoder, &part(0..20))?;
    let to_fit = ToFit::new(&documents.held_out, &of_context, settings);
    let said = |gaps: &[LookedAt], range| {
        let sides: Vec<(String, String)> = gaps.iter().map(|gap| sides_of(gap, side_words)).collect();
        pair.log_odds_of(&sides, &part(range))
    };
    let (of_all, of_doubted) = (said(&to_fit.all, 20..60)?, said(&to_fit.doubted, 60..100)?);
    let config = to_fit.config(side_words, max_pieces, &of_all, &of_doubted);
    let path = folder.join("pair.json");
    write_whole(&path, &serde_json::to_vec_pretty(&config)?)?;
    Ok(path)
}

/// The gaps that a pair model is fitted on.
struct ToFit<'a> {
    /// Of all that there are: to calibrate the model alone.
    all: Vec<LookedAt<'a>>,
    /// Of those that it is asked about beside the context model: to calibrate both together.
    doubted: Vec<LookedAt<'a>>,
}

fn sides_of(gap: &LookedAt, side_words: usize) -> (String, String) {
    sides(&gap.document.text, &gap.document.units, gap.gap, side_words)
}

impl<'a> ToFit<'a> {
    fn new(held_out: &'a [Labelled], of_context: &[GapScores], settings: &PairTraining) -> Self {
        let sample = |least| sample(held_out, of_context, least, settings.n_calibrated, settings.seed);
        Self { all: sample(0.0), doubted: sample(IN_DOUBT) }
    }

    /// Returns what is to be known of a pair model that says this of the gaps.
    fn config(&self, side_words: usize, max_pieces: usize, of_all: &[f32], of_doubted: &[f32]) -> PairConfig {
        PairConfig {
            side_words,
            max_pieces,
            calibration: OfUnitKinds::each(|kind| calibrated(&self.all, of_all, kind)),
            combined: OfUnitKinds::each(|kind| combined(&self.doubted, of_doubted, kind)),
            context_model_sha256: Context::embedded().sha256().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Hashing, StopsAfter, alone, documents, split};
    use super::*;
    use crate::boundaries::Calibration;
    use crate::document::UnitKind;
    use crate::neural::pair_samples::{golden, hub, put_last, write_safetensors};

    fn settings() -> PairTraining {
        let usual = PairTraining::usual();
        PairTraining {
            schedule: Schedule { n_steps: 6, validate_every: 2, ..usual.schedule },
            n_pairs: 4,
            side_words: 12,
            max_pieces: 40,
            doubted_share: 0.5,
            n_looked_at: 5,
            n_calibrated: 5,
            n_frozen_layers: 1,
            ..usual
        }
    }

    /// Trains one of the small checkpoints.
    fn trained(model: usize, output: &Path, progress: &dyn Progress) -> Result<Vec<u8>> {
        let base = hub(&golden()["models"][model], write_safetensors);
        let path = train_pair(&split(6, 4), base.path(), &settings(), &Hashing, output, &mut |_| (), progress)?;
        Ok(std::fs::read(path).expect("the weights were written"))
    }

    #[test]
    fn a_training_that_was_stopped_ends_with_the_weights_it_would_have_had() {
        let _alone = alone();
        // A BERT and a RoBERTa.
        for model in [0, 2] {
            let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
            let whole = trained(model, folders[0].path(), &Unwatched).expect("it trains");
            // The third step is lost: the last checkpoint was after the second.
            let stopped = trained(model, folders[1].path(), &StopsAfter::new(3, settings().schedule.n_steps));
            assert!(matches!(stopped, Err(Error::Cancelled)));
            assert!(folders[1].path().join("checkpoint.safetensors").exists());
            let resumed = trained(model, folders[1].path(), &Unwatched).expect("it goes on");
            assert!(whole == resumed, "the weights differ");
        }
    }

    /// Checks that a training ends with a word on why.
    #[track_caller]
    fn check_refused(documents: &Documents, base: &Path, settings: &PairTraining, output: &Path, expected: &str) {
        let result = train_pair(documents, base, settings, &Hashing, output, &mut |_| (), &Unwatched);
        let error = result.expect_err("it cannot end well").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_training_goes_on_from_the_base_that_it_began_with_only() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let stopped = trained(0, folder.path(), &StopsAfter::new(3, settings().schedule.n_steps));
        assert!(matches!(stopped, Err(Error::Cancelled)));
        let base = hub(&golden()["models"][0], write_safetensors);
        put_last(0.5, base.path());
        check_refused(&split(6, 4), base.path(), &settings(), folder.path(), "another base");
    }

    #[test]
    fn a_training_that_runs_away_ends_and_leaves_no_weights_that_are_none() {
        let _alone = alone();
        let (base, folder) = (hub(&golden()["models"][0], write_safetensors), tempfile::tempdir().expect("a folder"));
        let usual = settings();
        let settings = PairTraining { schedule: Schedule { rate: 1e35, validate_every: 1, ..usual.schedule }, ..usual };
        // With and without something to look at.
        for n_train in [4, 6] {
            check_refused(&split(6, n_train), base.path(), &settings, folder.path(), "is no number");
            assert!(!folder.path().join("model.safetensors").exists());
        }
    }

    #[test]
    fn a_base_that_does_not_know_all_of_its_vocabulary_is_refused() {
        let mut model = golden()["models"][0].clone();
        model["config"]["vocab_size"] = 9.into();
        model["shapes"]["bert.embeddings.word_embeddings.weight"][0] = 9.into();
        let (base, folder) = (hub(&model, write_safetensors), tempfile::tempdir().expect("a folder"));
        check_refused(&split(6, 4), base.path(), &settings(), folder.path(), "and the model knows 9");
    }

    #[test]
    fn a_model_is_calibrated_again_as_it_was_when_it_was_trained() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(0, folder.path(), &Unwatched).expect("it trains");
        let path = folder.path().join("pair.json");
        let read = || -> PairConfig {
            serde_json::from_slice(&std::fs::read(&path).expect("it is there")).expect("it is whole")
        };
        let expected = read();
        let mut other = expected.clone();
        other.calibration = OfUnitKinds::each(|_| Calibration { slope: 9.0, offset: 9.0 });
        other.context_model_sha256 = String::new();
        std::fs::write(&path, serde_json::to_vec(&other).expect("it is JSON")).expect("room for a file");
        refit(&split(6, 4), &settings(), &Hashing, folder.path(), &Unwatched).expect("it is a pair model");
        let found = read();
        assert_eq!(found.context_model_sha256, expected.context_model_sha256);
        for kind in UnitKind::ALL {
            let (one, other) = (found.calibration.of(kind), expected.calibration.of(kind));
            assert!((one.slope - other.slope).abs() < 1e-3 && (one.offset - other.offset).abs() < 1e-3, "{found:?}");
        }
    }

    #[test]
    fn the_result_is_an_engine_and_embeddings_and_lowest_layers_are_as_they_were() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(0, folder.path(), &Unwatched).expect("it trains");
        let base = hub(&golden()["models"][0], write_safetensors);
        let [before, after] = [base.path(), folder.path()].map(|folder| {
            let tensors = Tensor::read_safetensors(folder.join("model.safetensors")).expect("it is whole");
            tensors.into_iter().collect::<BTreeMap<String, Tensor>>()
        });
        for (name, tensor) in &after {
            let is_kept = name.contains("embeddings.") || name.contains("layer.0.");
            assert_eq!(tensor.equal(&before[name]), is_kept, "{name}");
        }
        let engine = Pair::from_folder(folder.path(), 2).expect("the folder is whole");
        let document = &documents(1, 3)[0].1;
        let scores = engine.score(&document.input(None), &Unwatched).expect("nobody cancels");
        assert_eq!(scores.len(), document.units.n_gaps());
    }

    #[test]
    fn documents_that_teach_nothing_are_refused() {
        let base = hub(&golden()["models"][0], write_safetensors);
        let folder = tempfile::tempdir().expect("a folder");
        for train in [documents(3, 1), Vec::new()] {
            let documents = Documents { train, ..Documents::default() };
            let expected = "none has both a gap within a section and one between two";
            check_refused(&documents, base.path(), &settings(), folder.path(), expected);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_leaves_what_was_there() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let stopped = trained(0, folder.path(), &StopsAfter::new(3, settings().schedule.n_steps));
        assert!(matches!(stopped, Err(Error::Cancelled)));
        let path = folder.path().join("checkpoint.safetensors");
        let before = std::fs::read(&path).expect("it is there");
        std::os::unix::fs::symlink("/dev/full", folder.path().join("checkpoint.part")).expect("a link");
        let error = trained(0, folder.path(), &Unwatched).expect_err("the disk is full").to_string();
        assert!(error.contains("checkpoint.safetensors"), "{error}");
        assert_eq!(std::fs::read(&path).expect("it is there"), before);
    }

    #[test]
    fn about_half_of_the_pairs_are_boundaries_and_all_follow_the_random_numbers() {
        let documents = documents(3, 4);
        let settings = settings();
        let sampler = Sampler::new(&documents, None, &settings).expect("there is something to learn");
        let mut random = Random::new(5, 0);
        let pair = |random: &mut Random| sampler.pair(random).expect("there is text on both sides");
        let boundaries = (0..400).map(|_| pair(&mut random)).filter(|drawn| drawn.is_boundary).count();
        assert!((120..280).contains(&boundaries), "{boundaries}");
        let first = pair(&mut Random::new(6, 0));
        let again = pair(&mut Random::new(6, 0));
        assert_eq!((first.first, first.second), (again.first, again.second));
    }

    /// Returns scores by which of each document the gaps of these numbers are in doubt, and no others.
    fn in_doubt_at(documents: &[Labelled], gaps: &[usize]) -> Vec<GapScores> {
        let score = |gap: usize| if gaps.contains(&gap) { IN_DOUBT } else { 0.0 };
        let scores = |(_, reference): &Labelled| GapScores::new((0..reference.units.n_gaps()).map(score).collect());
        documents.iter().map(scores).collect()
    }

    #[test]
    fn of_gaps_that_are_no_boundaries_a_share_is_of_those_in_doubt() {
        let documents = documents(3, 4);
        // Sections are of 4 to 7 utterances: the gap 3 is a boundary, and stays one; 5 lies within the second section.
        let of_context = in_doubt_at(&documents, &[3, 5]);
        let share_in_doubt = |doubted_share| {
            let settings = PairTraining { anywhere_share: 0.0, doubted_share, ..settings() };
            let sampler = Sampler::new(&documents, Some(&of_context), &settings).expect("there is something to learn");
            let mut random = Random::new(5, 0);
            let drawn = (0..600).map(|_| sampler.pair(&mut random).expect("there is text on both sides"));
            let others: Vec<Drawn> = drawn.filter(|drawn| !drawn.is_boundary).collect();
            let in_doubt = |drawn: &&Drawn| {
                let sides =
                    |document: &Reference| sides(&document.text, &document.units, GapIndex(5), settings.side_words);
                documents.iter().any(|(_, document)| stripped(&sides(document).1) == stripped(&drawn.second))
            };
            assert!((200..400).contains(&others.len()), "{} of 600 are no boundaries", others.len());
            others.iter().filter(in_doubt).count() as f64 / others.len() as f64
        };
        // Of gaps drawn from all, one in eighteen is that gap.
        for (doubted_share, expected) in [(0.0, 0.06), (0.5, 0.53), (1.0, 1.0)] {
            let found = share_in_doubt(doubted_share);
            assert!((found - expected).abs() < 0.1, "{found} for {doubted_share}");
        }
    }

    #[test]
    fn what_stands_for_all_gaps_weighs_as_the_root_of_them() {
        let documents = documents(2, 5);
        let of_context = in_doubt_at(&documents, &[3, 4, 5, 6, 7]);
        let check = |least, n_gaps: f64, expected: (usize, usize)| {
            let gaps = sample(&documents, &of_context, least, 3, 1);
            let n_boundaries = gaps.iter().filter(|gap| gap.is_boundary).count();
            assert_eq!((n_boundaries, gaps.len()), expected);
            let total: f64 = gaps.iter().map(|gap| gap.weight).sum();
            assert!((total - n_gaps.sqrt()).abs() < 1e-9, "{total} of {n_gaps}");
        };
        check(0.0, 58.0, (3, 9));
        check(IN_DOUBT, 10.0, (2, 8));
    }

    #[test]
    fn a_loss_is_of_both_models_together_and_less_the_better_the_second_is() {
        let documents = documents(2, 5);
        let of_context = in_doubt_at(&documents, &[1, 2, 3, 4, 5, 6, 7, 8]);
        let gaps = sample(&documents, &of_context, IN_DOUBT, 100, 1);
        let losses_of = |sure: f32, but: usize| {
            let said = gaps.iter().enumerate().map(|(i, gap)| if gap.is_boundary == (i != but) { sure } else { -sure });
            losses(&gaps, &said.collect::<Vec<f32>>())
        };
        let (knows, errs, silent) = (losses_of(2.0, usize::MAX), losses_of(2.0, 0), losses_of(0.0, 0));
        assert!(knows.0 < errs.0 && errs.0 < silent.0, "{knows:?} {errs:?} {silent:?}");
        let (loss, f1) = knows.1["talk"];
        assert!((loss - knows.0).abs() < 1e-9 && (f1 - 1.0).abs() < 1e-9, "{knows:?}");
        assert_eq!(losses(&[], &[]), (0.0, BTreeMap::new()));
    }
}
