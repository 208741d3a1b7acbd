//! Trains the passage model: `caesura train passage`.
//!
//! A BERT reads several units as one sequence, a mark before each, and says of every mark whether a section begins there: each
//! piece of text attends to all others, and a sequence answers for all of its gaps, where a pair answers for one. Trained so on
//! whole sequences by Yu et al. 2023, "Improving Long Document Topic Segmentation Models With Enhanced Coherence Modeling"
//! (arXiv 2310.11772), with a Longformer; ours reads [`MAX_PIECES`] and leaves what is farther away to the context model.
//!
//! Embeddings and the lowest layers stay as they are, so that a program can share them with the encoder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tch::{Kind, Reduction, Tensor};

use super::adam_w::AdamW;
use super::augment::{self, MadeOver};
use super::batches::Batches;
use super::course::{Course, Learner, Look, OfKinds, Schedule};
use super::looked_at::{LookedAt, calibrated, combined, losses, scores};
use super::random::Random;
use super::{Documents, Labelled, write_whole};
use crate::boundaries::{Context, Doubted, OfUnitKinds, Pair, Passage, PassageConfig, passage_units};
use crate::document::{GapIndex, GapScores};
use crate::error::{Error, Result};
use crate::evaluate::data::Reference;
use crate::neural::Encoder;
use crate::neural::pair_network::{Description, Weights, guarded, name_of};
use crate::neural::pair_tokens::tokenizer_json;
use crate::neural::passage_network::{PassageBatch, PassageNetwork, mix};
use crate::neural::passages::{MAX_PIECES, PassageTokens, passages};
use crate::neural::tokens::whole;
use crate::progress::{Part, Progress, Unwatched};

/// How a passage model is trained.
#[derive(Clone, Debug)]
pub struct PassageTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// How long it goes on.
    pub schedule: Schedule,
    /// Passages a step, at least 1.
    pub n_passages: usize,
    /// How much matrices decay a step, times the rate.
    pub weight_decay: f64,
    /// The share of numbers left out, in `0.0..1.0`.
    pub dropout: f64,
    /// What is learnt from besides the documents.
    pub made_over: MadeOver,
    /// The least share of passages that are of spoken text, in `0.0..=1.0`.
    pub talk_share: f64,
    /// Of each kind of document, so many passages are looked at.
    pub n_looked_at: usize,
    /// And with so many the model is calibrated, alone and together with the context model.
    pub n_calibrated: usize,
    /// How many of the lowest layers stay as they are.
    pub n_frozen_layers: usize,
    /// What share of the weights of a passage model that the training goes on from comes out again, in `0.0..=1.0`: Wortsman et
    /// al. 2022, "Robust fine-tuning of zero-shot models" (CVPR). 0 where it begins with another model.
    pub kept: f64,
}

impl PassageTraining {
    /// The settings of the model that this program carries.
    pub fn usual() -> Self {
        Self {
            seed: 1,
            schedule: Schedule { n_steps: 2400, rate: 2e-4, validate_every: 300, patience: 4 },
            n_passages: 10,
            weight_decay: 0.01,
            dropout: 0.1,
            made_over: MadeOver::usual(),
            talk_share: 0.5,
            n_looked_at: 40,
            n_calibrated: 200,
            n_frozen_layers: 2,
            kept: 0.0,
        }
    }

    /// What tells one training from another: more steps go on with what there is, and a training that was finished is only mixed
    /// anew where another share is kept.
    fn identity(&self) -> String {
        format!("{:?}", Self { schedule: Schedule { n_steps: 0, ..self.schedule }, kept: 0.0, ..self.clone() })
    }
}

/// A mark with fewer pieces than this on one side is not learnt from, unless the document begins or ends there: when it reads, the
/// model has more.
const MIN_SIDE_PIECES: usize = 64;

/// The share of passages that have a boundary for certain.
const SURE_SHARE: f64 = 0.5;

/// How many passages are drawn in a row, in the hope of one with a mark to learn from.
const MAX_TRIES: usize = 100_000;

/// Trains on documents what stands in the folder `base`, looks at those held out, and writes to `output`: `model.safetensors` in
/// f32 and `config.json`, in the layout of model hubs, the vocabulary, and `passage.json`, how scores are calibrated.
///
/// `base` is a BERT in that layout, with or without a head, or what a training of this kind wrote. `encoder` makes the vectors of
/// the context model; with it, and with the pair model, the result is also combined. A training that was stopped goes on from
/// `checkpoint.safetensors` and ends with the weights it would have had.
pub fn train_passage(
    documents: &Documents,
    base: &Path,
    settings: &PassageTraining,
    encoder: &dyn Encoder,
    output: &Path,
    on_look: &mut dyn FnMut(&Look),
    progress: &dyn Progress,
) -> Result<PathBuf> {
    let Documents { train, held_out } = documents;
    let name = name_of(base);
    let unusable = |reason| Error::Model { name: name.clone(), reason };
    let description = Description::from_folder(base, &name)?;
    if description.n_positions() < MAX_PIECES {
        let n = description.n_positions();
        return Err(unusable(format!("it has positions for {n} pieces, and a passage has up to {MAX_PIECES}")));
    }
    if settings.kept > 0.0 && !description.judges_marks() {
        return Err(unusable("it is no passage model, and none of its weights can be kept".to_owned()));
    }
    let (_, tokenizer) = tokenizer_json(base, description.family, &name)?;
    let tokens = PassageTokens::new(whole(&tokenizer, &name)?, &name)?;
    description.check_vocabulary(tokens.n_pieces_known()).map_err(unusable)?;
    let weights = Weights::from_folder(base, &name)?;
    let first = Doubted::new(Context::embedded(), Pair::embedded())?;
    let sampler = Sampler::new(train, settings, &tokens)?;
    let of_first = scores(held_out, &|input| first.score(input, &Unwatched), encoder, progress)?;
    let looked_at = HeldOut::new(held_out, &of_first, settings.n_looked_at, &tokens)?;
    let to_fit = HeldOut::new(held_out, &of_first, settings.n_calibrated, &tokens)?;
    drop(of_first);

    tch::manual_seed(settings.seed as i64);
    let (mut store, network) =
        PassageNetwork::from_weights(&description, &weights, settings.n_frozen_layers).map_err(unusable)?;
    let of = format!("passage {} {} {}", settings.identity(), first.sha256(), weights.sha256);
    drop(weights);
    let optimizer = AdamW::new(super::learning(&store, settings.n_frozen_layers), settings.weight_decay);
    let identity = super::identity(documents, &of);
    let mut course =
        Course::new(optimizer, store.variables().into_iter().collect(), output, identity, settings.schedule)?;
    let mut run = Run { network, sampler, settings, looked_at: &looked_at, batches: Batches::new(settings.n_passages) };
    course.run(1, &mut run, on_look, progress)?;
    course.best(|path| store.load(path))?;
    if settings.kept > 0.0 {
        let weights = Weights::from_folder(base, &name)?;
        mix(&store, &description, &weights, settings.kept).map_err(unusable)?;
    }
    let config = to_fit.config(&run.said(&to_fit)?, first.sha256());
    write_whole(&output.join("passage.json"), &serde_json::to_vec_pretty(&config)?)?;
    let changes = [
        ("architectures", serde_json::json!(["BertForTokenClassification"])),
        ("id2label", serde_json::json!({ "0": "begins" })),
    ];
    super::write_hub(&store, &changes, base, output)
}

/// Calibrates the passage model in `folder` anew, alone and together with the models that this program asks before it, on the
/// documents held out, every gap of them, and writes its `passage.json`: what is to be done once it is rounded, or one of
/// those is another.
pub fn refit(documents: &Documents, encoder: &dyn Encoder, folder: &Path, progress: &dyn Progress) -> Result<PathBuf> {
    let model = Passage::from_folder(folder, rayon::current_num_threads())?;
    let held_out = &documents.held_out;
    let first = Doubted::new(Context::embedded(), Pair::embedded())?;
    let part = |range, of| Part { progress, range, of };
    let of_first = scores(held_out, &|input| first.score(input, &Unwatched), encoder, &part(0..20, 100))?;
    let mut n_gaps: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, document) in held_out {
        *n_gaps.entry(kind).or_default() += document.units.n_gaps();
    }
    let (mut gaps, mut said) = (Vec::new(), Vec::new());
    let reading = part(20..100, 100);
    for (number, ((kind, document), of_first)) in held_out.iter().zip(&of_first).enumerate() {
        let progress = Part { progress: &reading, range: number..number + 1, of: held_out.len() };
        said.extend(model.log_odds(&document.input(None), &progress)?);
        let weight = (n_gaps[kind.as_str()] as f64).sqrt().recip();
        let all = (0..document.units.n_gaps()).map(GapIndex::from);
        gaps.extend(all.map(|gap| LookedAt::new((kind, document), of_first, gap, weight)));
    }
    let config = HeldOut { passages: Vec::new(), gaps }.config(&said, first.sha256());
    let path = folder.join("passage.json");
    write_whole(&path, &serde_json::to_vec_pretty(&config)?)?;
    Ok(path)
}

/// Returns the pieces of each unit of a document, its mark first.
fn pieces_of(reference: &Reference, tokens: &PassageTokens) -> Result<Vec<Vec<i32>>> {
    passage_units(&reference.text, &reference.units).map(|unit| tokens.unit(unit)).collect()
}

/// A document to learn from.
struct Lesson {
    /// The pieces of each unit, its mark first.
    units: Vec<Vec<i32>>,
    /// The units that a section begins with, ascending, but for the first.
    begins: Vec<usize>,
}

/// A passage to learn from.
struct Drawn {
    ids: Vec<i32>,
    /// The pieces at which its marks to learn from stand; at least one.
    marks: Vec<usize>,
    /// Whether a section begins at each, 1 or 0.
    begins: Vec<f32>,
}

/// Draws the passages of each step.
struct Sampler {
    /// For each kind of document that has boundaries: its documents, and up to each, the pieces so far.
    kinds: Vec<(Vec<Lesson>, Vec<usize>)>,
    /// Up to each kind, the weights so far.
    weights: Vec<f64>,
    /// The pieces of an empty passage at its start and its end.
    tokens_around: [i32; 2],
}

impl Sampler {
    fn new(train: &[Labelled], settings: &PassageTraining, tokens: &PassageTokens) -> Result<Self> {
        let mut kinds: Vec<&str> = train.iter().map(|(kind, _)| kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let number_of = |kind: &str| kinds.binary_search(&kind).expect("collected above");
        let mut all: Vec<(usize, Reference)> =
            train.iter().map(|(kind, reference)| (number_of(kind), reference.clone())).collect();
        all.extend(settings.made_over.of(&all, settings.seed));
        // A document whose every gap is a boundary, or none, teaches nothing of the other answer.
        let teaches = |(_, reference): &(usize, Reference)| {
            let n_boundaries = reference.sections.boundaries().len();
            n_boundaries > 0 && n_boundaries < reference.units.n_gaps()
        };
        if !all.iter().any(teaches) {
            return Err(Error::Nothing {
                attempt: "train the passage model",
                reason: format!(
                    "of the {} documents none has both a gap within a section and one between two",
                    train.len()
                ),
            });
        }
        let spliced = augment::spliced(&all, settings.made_over.spliced, settings.seed);
        all.extend(spliced.into_iter().map(|spliced| (spliced.domain, spliced.reference)));
        all.retain(teaches);
        let lesson = |(_, reference): &(usize, Reference)| -> Result<Lesson> {
            let begins = reference.sections.boundaries().iter().map(|gap| gap.unit_after().index()).collect();
            Ok(Lesson { units: pieces_of(reference, tokens)?, begins })
        };
        let lessons: Vec<Lesson> = all.par_iter().map(lesson).collect::<Result<_>>()?;
        let mut of_kinds: BTreeMap<usize, (Vec<Lesson>, Vec<usize>, Vec<_>)> = BTreeMap::new();
        for ((kind, reference), lesson) in all.iter().zip(lessons) {
            let (members, so_far, made_of) = of_kinds.entry(*kind).or_default();
            let n_pieces: usize = lesson.units.iter().map(Vec::len).sum();
            so_far.push(so_far.last().copied().unwrap_or(0) + n_pieces);
            members.push(lesson);
            made_of.push(reference.units.kind);
        }
        let sizes = of_kinds
            .values()
            .map(|(_, so_far, made_of)| (*so_far.last().expect("it has a member"), made_of.iter().copied()));
        let weights = super::weights_so_far(sizes, settings.talk_share);
        let kinds = of_kinds.into_values().map(|(members, so_far, _)| (members, so_far)).collect();
        let [start, .., end] = *tokens.passage(&[]) else { unreachable!("a passage has a start and an end") };
        Ok(Self { kinds, weights, tokens_around: [start, end] })
    }

    /// Fails where next to no passage has a mark to learn from.
    fn passage(&self, random: &mut Random) -> Result<Drawn> {
        for _ in 0..MAX_TRIES {
            let at = random.share() * self.weights.last().expect("there is a kind");
            let kind = self.weights.partition_point(|&weight| weight <= at).min(self.kinds.len() - 1);
            let (lessons, so_far) = &self.kinds[kind];
            let at = random.below(*so_far.last().expect("it has a member"));
            let lesson = &lessons[so_far.partition_point(|&so_far| so_far <= at)];
            let around = if random.share() < SURE_SHARE {
                lesson.begins[random.below(lesson.begins.len())]
            } else {
                random.below(lesson.units.len())
            };
            let n_before = random.below(MAX_PIECES);
            let drawn = self.around(lesson, around, n_before);
            if !drawn.marks.is_empty() {
                return Ok(drawn);
            }
        }
        Err(Error::Nothing {
            attempt: "train the passage model",
            reason: format!("of {MAX_TRIES} passages none has a gap with {MIN_SIDE_PIECES} pieces on both sides"),
        })
    }

    /// Returns a passage as long as may be, with about `n_before` pieces before a unit.
    fn around(&self, lesson: &Lesson, unit: usize, n_before: usize) -> Drawn {
        let Lesson { units, begins } = lesson;
        let mut first = unit;
        let mut n_left = n_before;
        while first > 0 && n_left > 0 {
            first -= 1;
            n_left = n_left.saturating_sub(units[first].len());
        }
        let [start, end] = self.tokens_around;
        let mut ids = vec![start];
        let mut marks = Vec::new();
        let mut last = first;
        while last < units.len() && ids.len() + units[last].len() < MAX_PIECES {
            marks.push((last, ids.len()));
            ids.extend(&units[last]);
            last += 1;
        }
        ids.push(end);
        let is_learnt = |&(unit, place): &(usize, usize)| {
            unit > first
                && (first == 0 || place >= MIN_SIDE_PIECES)
                && (last == units.len() || ids.len() - place >= MIN_SIDE_PIECES)
        };
        let (marks, begins) = marks
            .iter()
            .filter(|mark| is_learnt(mark))
            .map(|&(unit, place)| (place, if begins.binary_search(&unit).is_ok() { 1.0 } else { 0.0 }))
            .unzip();
        Drawn { ids, marks, begins }
    }
}

/// Passages of the documents held out, and what is to be known of their gaps.
struct HeldOut<'a> {
    /// The pieces of each passage, and the pieces at which its marks stand.
    passages: Vec<(Vec<i32>, Vec<usize>)>,
    /// The gaps of all of them, passage by passage.
    gaps: Vec<LookedAt<'a>>,
}

impl<'a> HeldOut<'a> {
    /// Takes up to `n` passages of each kind of document.
    fn new(held_out: &'a [Labelled], of_first: &[GapScores], n: usize, tokens: &PassageTokens) -> Result<Self> {
        let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, (kind, _)) in held_out.iter().enumerate() {
            kinds.entry(kind).or_default().push(number);
        }
        let pieces: Vec<Vec<Vec<i32>>> =
            held_out.par_iter().map(|(_, reference)| pieces_of(reference, tokens)).collect::<Result<_>>()?;
        let mut found = Self { passages: Vec::new(), gaps: Vec::new() };
        for (kind, numbers) in kinds {
            let all: Vec<_> = numbers
                .iter()
                .flat_map(|&number| passages(&pieces[number]).into_iter().map(move |passage| (number, passage)))
                .collect();
            let n_taken = all.len().min(n);
            // Evenly from all: one of each of `n_taken` equal parts.
            let taken = (0..n_taken).map(|i| &all[i * all.len() / n_taken]);
            let n_gaps: usize = numbers.iter().map(|&number| held_out[number].1.units.n_gaps()).sum();
            let n_of_taken: usize = taken.clone().map(|(_, passage)| passage.read.len()).sum();
            let weight = (n_gaps as f64).sqrt() / n_of_taken as f64;
            for (number, passage) in taken {
                let (document, pieces) = (&held_out[*number].1, &pieces[*number]);
                found.passages.push((tokens.passage(&pieces[passage.units.clone()]), passage.places(pieces)));
                let looked_at =
                    |unit: usize| LookedAt::new((kind, document), &of_first[*number], GapIndex::from(unit - 1), weight);
                found.gaps.extend(passage.read.clone().map(looked_at));
            }
        }
        Ok(found)
    }

    /// Returns what is to be known of a passage model that says this of the gaps.
    fn config(&self, said: &[f32], of_first: String) -> PassageConfig {
        PassageConfig {
            calibration: OfUnitKinds::each(|kind| calibrated(&self.gaps, said, kind)),
            combined: OfUnitKinds::each(|kind| combined(&self.gaps, said, kind)),
            of_first,
        }
    }
}

/// A passage model that learns.
struct Run<'a> {
    network: PassageNetwork,
    sampler: Sampler,
    settings: &'a PassageTraining,
    looked_at: &'a HeldOut<'a>,
    batches: Batches<Drawn>,
}

impl Learner for Run<'_> {
    /// The loss of a passage is the sum over its gaps over the root of their number: where units are short a passage has many,
    /// and hardly more boundaries.
    fn learn(&mut self, step: usize) -> Result<f64> {
        let settings = self.settings;
        tch::manual_seed(settings.seed.wrapping_mul(1_000_003).wrapping_add(step as u64) as i64);
        let sampler = &self.sampler;
        let drawn =
            self.batches.of_step(settings.seed, step, |drawn| drawn.ids.len(), |random| sampler.passage(random))?;
        let passages: Vec<(&[i32], &[usize])> =
            drawn.iter().map(|drawn| (drawn.ids.as_slice(), drawn.marks.as_slice())).collect();
        let begins: Vec<f32> = drawn.iter().flat_map(|drawn| drawn.begins.iter().copied()).collect();
        let weight = |drawn: &Drawn| std::iter::repeat_n((drawn.marks.len() as f32).sqrt().recip(), drawn.marks.len());
        let weights: Vec<f32> = drawn.iter().flat_map(weight).collect();
        let failed = |reason| Error::ModelRun { name: "passage".to_owned(), reason };
        guarded(|| {
            let log_odds = self.network.log_odds(&PassageBatch::new(&passages), settings.dropout);
            let none: Option<&Tensor> = None;
            let of_gaps =
                log_odds.binary_cross_entropy_with_logits(&Tensor::from_slice(&begins), none, none, Reduction::None);
            let loss = (&of_gaps * Tensor::from_slice(&weights)).sum(Kind::Float) / drawn.len() as f64;
            loss.backward();
            of_gaps.mean(Kind::Float).double_value(&[])
        })
        .map_err(failed)
    }

    fn look(&mut self) -> Result<(f64, OfKinds)> {
        Ok(losses(&self.looked_at.gaps, &self.said(self.looked_at)?))
    }
}

impl Run<'_> {
    /// Returns what the model says of the gaps of passages.
    fn said(&self, of: &HeldOut) -> Result<Vec<f32>> {
        let mut order: Vec<usize> = (0..of.passages.len()).collect();
        order.sort_by_key(|&passage| of.passages[passage].0.len());
        let mut said: Vec<Vec<f32>> = vec![Vec::new(); of.passages.len()];
        let failed = |reason| Error::ModelRun { name: "passage".to_owned(), reason };
        for chunk in order.chunks(self.settings.n_passages) {
            let batch: Vec<(&[i32], &[usize])> = chunk
                .iter()
                .map(|&passage| (of.passages[passage].0.as_slice(), of.passages[passage].1.as_slice()))
                .collect();
            let log_odds = guarded(|| {
                let log_odds = tch::no_grad(|| self.network.log_odds(&PassageBatch::new(&batch), 0.0));
                Vec::<f32>::try_from(log_odds).expect("it has one dimension, of f32")
            })
            .map_err(failed)?;
            let mut rest = log_odds.as_slice();
            for &passage in chunk {
                let (own, others) = rest.split_at(of.passages[passage].1.len());
                said[passage] = own.to_vec();
                rest = others;
            }
        }
        Ok(said.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Hashing, StopsAfter, alone, documents, split};
    use super::*;
    use crate::neural::pair_samples::{golden, hub, write_safetensors};

    fn settings() -> PassageTraining {
        let usual = PassageTraining::usual();
        PassageTraining {
            schedule: Schedule { n_steps: 6, validate_every: 2, ..usual.schedule },
            n_passages: 3,
            n_looked_at: 4,
            n_calibrated: 4,
            n_frozen_layers: 1,
            ..usual
        }
    }

    /// The small checkpoint of a BERT, with as many positions as a passage has pieces.
    fn base(n_positions: usize) -> tempfile::TempDir {
        hub(&model(n_positions), write_safetensors)
    }

    fn model(n_positions: usize) -> serde_json::Value {
        let mut model = golden()["models"][0].clone();
        model["config"]["max_position_embeddings"] = n_positions.into();
        model["shapes"]["bert.embeddings.position_embeddings.weight"][0] = n_positions.into();
        model
    }

    fn trained(base: &Path, output: &Path, progress: &dyn Progress) -> Result<Vec<u8>> {
        trained_with(&settings(), base, output, progress)
    }

    fn trained_with(
        settings: &PassageTraining,
        base: &Path,
        output: &Path,
        progress: &dyn Progress,
    ) -> Result<Vec<u8>> {
        let path = train_passage(&split(6, 4), base, settings, &Hashing, output, &mut |_| (), progress)?;
        Ok(std::fs::read(path).expect("the weights were written"))
    }

    #[test]
    fn a_training_that_was_stopped_ends_with_the_weights_it_would_have_had() {
        let _alone = alone();
        let base = base(MAX_PIECES);
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let whole = trained(base.path(), folders[0].path(), &Unwatched).expect("it trains");
        // The third step is lost: the last checkpoint was after the second.
        let stopped = trained(base.path(), folders[1].path(), &StopsAfter::new(3, settings().schedule.n_steps));
        assert!(matches!(stopped, Err(Error::Cancelled)));
        let resumed = trained(base.path(), folders[1].path(), &Unwatched).expect("it goes on");
        assert!(whole == resumed, "the weights differ");
    }

    #[test]
    fn embeddings_and_lowest_layers_are_as_they_were_and_what_calibrates_the_rest_is_known() {
        let _alone = alone();
        let (base, folder) = (base(MAX_PIECES), tempfile::tempdir().expect("a folder"));
        trained(base.path(), folder.path(), &Unwatched).expect("it trains");
        let [before, after] = [base.path(), folder.path()].map(|folder| {
            let tensors = Tensor::read_safetensors(folder.join("model.safetensors")).expect("it is whole");
            tensors.into_iter().collect::<BTreeMap<String, Tensor>>()
        });
        for (name, tensor) in &after {
            let is_kept = name.contains("embeddings.") || name.contains("layer.0.");
            assert_eq!(before.get(name).is_some_and(|before| tensor.equal(before)), is_kept, "{name}");
        }
        let config = std::fs::read(folder.path().join("passage.json")).expect("it was written");
        let config: PassageConfig = serde_json::from_slice(&config).expect("it is whole");
        assert!(config.of_first.starts_with(Context::embedded().sha256()));
    }

    #[test]
    fn what_a_training_wrote_is_where_another_begins() {
        let _alone = alone();
        let (base, first, second) = (base(MAX_PIECES), tempfile::tempdir(), tempfile::tempdir());
        let (first, second) = (first.expect("a folder"), second.expect("a folder"));
        let before = trained(base.path(), first.path(), &Unwatched).expect("it trains");
        // Of a training that was finished another share is kept; what is kept whole has the same head, too.
        let keeping =
            |kept, base: &Path| trained_with(&PassageTraining { kept, ..settings() }, base, second.path(), &Unwatched);
        let [trained, mixed, kept] = [0.0, 0.5, 1.0].map(|kept| keeping(kept, first.path()).expect("it goes on"));
        assert!(kept == before && trained != before && mixed != before && mixed != trained);
        let error = keeping(0.5, base.path()).expect_err("it is no passage model").to_string();
        assert!(error.contains("none of its weights can be kept"), "{error}");
    }

    #[test]
    fn a_base_without_enough_positions_and_one_that_is_no_bert_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |base: &Path, expected: &str| {
            let error = trained(base, folder.path(), &Unwatched).expect_err("it is no base").to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(base(80).path(), "it has positions for 80 pieces");
        let mut small = model(MAX_PIECES);
        small["config"]["vocab_size"] = 9.into();
        small["shapes"]["bert.embeddings.word_embeddings.weight"][0] = 9.into();
        refused(hub(&small, write_safetensors).path(), "and the model knows 9");
        let mut roberta = golden()["models"][2].clone();
        roberta["config"]["max_position_embeddings"] = 600.into();
        roberta["shapes"]["roberta.embeddings.position_embeddings.weight"][0] = 600.into();
        refused(hub(&roberta, write_safetensors).path(), "it is no BERT");
    }

    #[test]
    fn documents_that_teach_nothing_are_refused() {
        let (base, folder) = (base(MAX_PIECES), tempfile::tempdir().expect("a folder"));
        for train in [documents(3, 1), Vec::new()] {
            let documents = Documents { train, ..Documents::default() };
            let result =
                train_passage(&documents, base.path(), &settings(), &Hashing, folder.path(), &mut |_| (), &Unwatched);
            let error = result.expect_err("there is nothing to learn").to_string();
            assert!(error.contains("none has both a gap within a section and one between two"), "{error}");
        }
    }

    /// A document of twenty units of twenty pieces, in sections of four.
    fn lesson() -> Lesson {
        Lesson { units: (0..200).map(|number| vec![number; 20]).collect(), begins: (4..200).step_by(4).collect() }
    }

    #[test]
    fn a_passage_is_learnt_from_where_something_stands_on_both_sides() {
        let lesson = lesson();
        let sampler = Sampler { kinds: Vec::new(), weights: Vec::new(), tokens_around: [-1, -2] };
        let check = |unit: usize, n_before: usize, first_learnt: i32, last_learnt: i32| {
            let Drawn { ids, marks, begins } = sampler.around(&lesson, unit, n_before);
            assert!(ids.len() <= MAX_PIECES && ids[0] == -1 && ids[ids.len() - 1] == -2);
            let units: Vec<i32> = marks.iter().map(|&mark| ids[mark]).collect();
            assert_eq!(units, (first_learnt..=last_learnt).collect::<Vec<i32>>());
            let expected: Vec<f32> = units.iter().map(|unit| if unit % 4 == 0 { 1.0 } else { 0.0 }).collect();
            assert_eq!(begins, expected);
        };
        // At the beginning nothing more could stand before, and in the middle three units and a little do.
        check(0, 0, 1, 21);
        check(100, 200, 94, 111);
        check(190, 0, 194, 199);
    }
}
