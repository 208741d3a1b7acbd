//! Trains the context model: `caesura train context`.
//!
//! Each step takes stretches of documents, the kinds of documents mixed (the square root of how much there is of each, and
//! spoken text for a share of its own, as there is less of it than of any other and it is what people bring most), and of
//! some stretches hides what other documents lack: speakers, times, punctuation, the vectors. Validation looks at whole
//! documents of every kind, and the weights that did best there are kept.
//!
//! A training that is stopped goes on from its last checkpoint and ends with the weights it would have had: every step
//! draws its random numbers from the seed and its own number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use tch::{Kind, Reduction, Tensor};

use super::adam_w::AdamW;
use super::augment::{self, MadeOver};
use super::calibrate::{self, Judged};
use super::context_net::{Batch, ContextNet, Outputs};
use super::course::{Course, Learner, Look, OfKinds, Schedule};
use super::examples::{Example, Reader, Topics, check_learnable};
use super::random::Random;
use super::{Documents, Labelled, best_f1, mean_loss};
use crate::boundaries::features::{N_CUE_WORDS, N_CUES, mean_windows};
use crate::boundaries::{Calibration, Context, ContextConfig, FEATURES_VERSION, OfUnitKinds, shape};
use crate::document::{GapIndex, UnitKind};
use crate::error::{Error, Result};
use crate::evaluate::data::Reference;
use crate::neural::{Encoder, Shape, Vectors, member_tensor};
use crate::progress::{Part, Progress, Unwatched};

/// How a context model is trained.
#[derive(Clone, Debug)]
pub struct ContextTraining {
    /// Everything random follows from it.
    pub seed: u64,
    /// How many members the model has, at least 1; each is trained from a seed of its own.
    pub n_members: usize,
    /// For each member.
    pub schedule: Schedule,
    /// Stretches a step, at least 1.
    pub n_stretches: usize,
    /// Units a stretch, at least 2.
    pub stretch_units: usize,
    /// How much matrices decay a step, times the rate.
    pub weight_decay: f64,
    /// The share of numbers left out, in `0.0..1.0`.
    pub dropout: f64,
    /// What is learnt from besides the documents.
    pub made_over: MadeOver,
    /// The least share of stretches that are of spoken text, where there is such, in `0.0..=1.0`.
    pub talk_share: f64,
}

impl ContextTraining {
    /// The settings of the model that this program carries.
    pub fn usual() -> Self {
        Self {
            seed: 1,
            n_members: 6,
            schedule: Schedule { n_steps: 2000, rate: 1e-3, validate_every: 250, patience: 6 },
            n_stretches: 12,
            stretch_units: 320,
            weight_decay: 0.1,
            dropout: 0.15,
            made_over: MadeOver::usual(),
            talk_share: 0.4,
        }
    }

    /// What tells one training from another: a member more, or more steps, goes on with what there is.
    fn identity(&self) -> String {
        format!(
            "features {FEATURES_VERSION}, {:?}",
            Self { n_members: 0, schedule: Schedule { n_steps: 0, ..self.schedule }, ..self.clone() }
        )
    }
}

/// The weights that a training goes on from.
pub struct Start {
    /// For each member, its weights by the names of [`Shape::tensors`]; at least one member.
    members: Vec<Vec<(String, Tensor)>>,
    /// The SHA-256 of their file, in hexadecimal.
    sha256: String,
    /// The share they have in the weights that come of the training, in `0.0..=1.0`.
    kept: f64,
}

impl Start {
    /// The share usually kept: half, as in Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" (CVPR). What was
    /// learnt of other documents is lost less so, and most of what is new stays.
    pub const USUAL_KEPT: f64 = 0.5;

    /// Reads the context model in a folder. Whether the features are those of the program is checked; the encoder may be
    /// another. What comes of the training is `kept` of its weights, in `0.0..=1.0`, and the rest those trained.
    pub fn from_folder(folder: &Path, kept: f64) -> Result<Self> {
        let sha256 = Context::of_any_encoder(folder)?.sha256().to_owned();
        let path = folder.join("model.safetensors");
        let unusable = |reason: String| Error::Model { name: path.display().to_string(), reason };
        let tensors = Tensor::read_safetensors(&path).map_err(|error| unusable(error.to_string()))?;
        let mut tensors: BTreeMap<String, Tensor> = tensors.into_iter().collect();
        let names: Vec<String> = shape().tensors().into_iter().map(|(name, _)| name).collect();
        let mut member_of = |member: usize| -> Option<Vec<(String, Tensor)>> {
            let mut take = |name: &String| {
                let tensor = tensors.remove(&member_tensor(member, name))?;
                Some((name.clone(), tensor.to_kind(Kind::Float)))
            };
            names.iter().map(&mut take).collect()
        };
        Ok(Self { members: (0..).map_while(&mut member_of).collect(), sha256, kept })
    }

    /// The weights that member `number` of a new model goes on from, from 0; the same again where it has more members.
    fn of_member(&self, number: usize) -> &[(String, Tensor)] {
        &self.members[number % self.members.len()]
    }

    /// Returns the mean of what member `number` went on from and of what it was trained to, as much of each as is kept.
    fn mixed(&self, number: usize, trained: Weights) -> Weights {
        let of_start = self.of_member(number);
        let mix = |(name, trained): (String, Tensor)| {
            let (_, start) = of_start.iter().find(|(known, _)| *known == name).expect("the net has no other tensors");
            let mixed = start * self.kept + trained * (1.0 - self.kept);
            (name, mixed)
        };
        trained.into_iter().map(mix).collect()
    }
}

/// Trains on documents, looks at those held out, and writes the weights to `output`: `model.safetensors`, in f16. It goes on
/// from the weights of `start`, if there are any, and keeps a share of them; else it begins with random ones. What scales the
/// cues is that of the start, too. A training that was finished is only mixed anew where another share is kept.
///
/// Members are trained one after the other. `checkpoint.safetensors` and `best.safetensors` in the folders `member-1` and so
/// on beside it are what a training that was stopped goes on from.
pub fn train_context(
    documents: &Documents,
    settings: &ContextTraining,
    start: Option<&Start>,
    encoder: &dyn Encoder,
    output: &Path,
    on_look: &mut dyn FnMut(&Look),
    progress: &dyn Progress,
) -> Result<PathBuf> {
    let Documents { train, held_out } = documents;
    let mut kinds: Vec<&str> = train.iter().chain(held_out).map(|(kind, _)| kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind_of = |kind: &str| kinds.iter().position(|known| *known == kind).expect("collected above");
    let numbered = |documents: &[Labelled]| -> Vec<(usize, Reference)> {
        documents.iter().map(|(kind, reference)| (kind_of(kind), reference.clone())).collect()
    };
    let topics = Topics::of(train.iter().map(|(_, reference)| reference));
    let reader = Reader { encoder, topics: &topics };
    let mut originals = numbered(train);
    originals.extend(settings.made_over.of(&originals, settings.seed));
    let mut examples = reader.examples(&originals, progress)?;
    check_learnable(&examples)?;
    let spliced = augment::spliced_examples(&originals, &examples, settings.made_over.spliced, settings.seed, &reader)?;
    examples.extend(spliced);
    drop(originals);
    let looked_at = reader.examples(&numbered(held_out), progress)?;
    tracing::debug!(n_train = examples.len(), n_held_out = looked_at.len(), n_classes = topics.len(), "read examples");

    let shape = shape();
    let (mean, scale) = spread(&examples);
    let start_sha256 = start.map(|start| format!(", start {}", start.sha256)).unwrap_or_default();
    let identity = super::identity(documents, &(settings.identity() + &start_sha256));
    let members = (0..settings.n_members).map(|member| {
        let settings = ContextTraining { seed: settings.seed.wrapping_add(member as u64), ..settings.clone() };
        let net = ContextNet::new(shape, topics.len(), settings.dropout, &mean, &scale, settings.seed);
        if let Some(start) = start {
            let reason = |reason| Error::Model { name: "the model to start from".to_owned(), reason };
            net.restore(start.of_member(member)).map_err(reason)?;
        }
        let optimizer = AdamW::new(net.trainable(), settings.weight_decay);
        let shared = net.shared().iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect();
        let mut course = Course::new(
            optimizer,
            shared,
            &output.join(format!("member-{}", member + 1)),
            identity,
            settings.schedule,
        )?;
        let mut run = Run {
            sampler: Sampler::new(&examples, kinds.len(), &settings),
            net,
            settings: &settings,
            shape,
            n_classes: topics.len(),
            looked_at: &looked_at,
            kinds: &kinds,
        };
        let n_steps = settings.schedule.n_steps;
        let range = member * n_steps..(member + 1) * n_steps;
        course.run(member + 1, &mut run, on_look, &Part { progress, range, of: settings.n_members * n_steps })?;
        let best = course.best(|path| run.best(path))?;
        Ok(match start {
            Some(start) => start.mixed(member, best),
            None => best,
        })
    });
    let members = members.collect::<Result<Vec<Weights>>>()?;
    let model = output.join("model.safetensors");
    let name = model.display().to_string();
    let weights = in_f16(members).map_err(|reason| Error::Model { name: name.clone(), reason })?;
    let config = ContextConfig {
        features: FEATURES_VERSION,
        encoder_sha256: encoder.sha256().to_owned(),
        depth_share: DEPTH_SHARE,
        calibration: OfUnitKinds::each(|_| Calibration { slope: 1.0, offset: 0.0 }),
    };
    let context = Context::of(&weights, config, &name)?;
    let config = calibrated(&context, held_out, encoder, |i| {
        progress.check()?;
        Ok(looked_at[i].vectors())
    })?;
    super::write_whole(&model, &weights)?;
    write_config(&config, output)?;
    Ok(model)
}

/// The weights of a member, by the names of [`Shape::tensors`].
type Weights = Vec<(String, Tensor)>;

/// Returns the weights of all members as every build reads them: a safetensors file, in f16.
fn in_f16(members: Vec<Weights>) -> std::result::Result<Vec<u8>, String> {
    let named = members.into_iter().enumerate().flat_map(|(member, weights)| {
        weights.into_iter().map(move |(name, tensor)| (member_tensor(member, &name), tensor))
    });
    let rounded = |(name, tensor): (String, Tensor)| {
        let dims = tensor.size().into_iter().map(|dim| dim as usize).collect();
        let numbers = Vec::<f32>::try_from(tensor.to_kind(Kind::Float).view(-1)).map_err(|error| error.to_string())?;
        Ok((name, dims, numbers.into_iter().flat_map(|x| f16::from_f32(x).to_le_bytes()).collect()))
    };
    let data: Vec<(String, Vec<usize>, Vec<u8>)> = named.map(rounded).collect::<std::result::Result<_, String>>()?;
    let views = data.iter().map(|(name, dims, bytes)| {
        let view = TensorView::new(Dtype::F16, dims.clone(), bytes).expect("two bytes a number");
        (name.as_str(), view)
    });
    safetensors::serialize(views, None).map_err(|error| error.to_string())
}

/// Calibrates the context model in `folder` anew, with the vectors of `encoder` and on the documents held out, and writes its
/// `config.json`: what is to be done once the encoder is another that is much like the one before.
pub fn refit(documents: &Documents, encoder: &dyn Encoder, folder: &Path, progress: &dyn Progress) -> Result<PathBuf> {
    let context = Context::of_any_encoder(folder)?;
    let held_out = &documents.held_out;
    let config = calibrated(&context, held_out, encoder, |i| {
        let progress = Part { progress, range: i..i + 1, of: held_out.len() };
        encoder.encode(&held_out[i].1.texts(), &progress)
    })?;
    write_config(&config, folder)
}

/// Returns what is to be known of a model that is calibrated on the documents held out. `vectors_of` gives the vectors of
/// each, by its number from 0, that `encoder` makes of it.
fn calibrated(
    context: &Context,
    held_out: &[Labelled],
    encoder: &dyn Encoder,
    vectors_of: impl Fn(usize) -> Result<Vectors>,
) -> Result<ContextConfig> {
    let (mut kinds, mut judged) = (Vec::new(), Vec::new());
    for (i, (domain, document)) in held_out.iter().enumerate() {
        let vectors = vectors_of(i)?;
        let (log_odds, _) = context.log_odds(&document.input(Some(&vectors)), &Unwatched)?;
        let is_boundary = (0..log_odds.len()).map(|gap| document.sections.is_boundary(GapIndex::from(gap)));
        kinds.push((document.units.kind, domain.as_str()));
        judged.push(log_odds.into_iter().zip(is_boundary).collect());
    }
    Ok(ContextConfig {
        encoder_sha256: encoder.sha256().to_owned(),
        calibration: calibrations(&kinds, &judged),
        ..context.config().clone()
    })
}

/// Writes what is known of the model in `folder`, and returns the file.
fn write_config(config: &ContextConfig, folder: &Path) -> Result<PathBuf> {
    let path = folder.join("config.json");
    super::write_whole(&path, &serde_json::to_vec_pretty(config)?)?;
    Ok(path)
}

/// Returns the mean of each cue, and one over its deviation.
fn spread(examples: &[Example]) -> (Vec<f32>, Vec<f32>) {
    let (mut sum, mut squares, mut n) = (vec![0.0_f64; N_CUES], vec![0.0_f64; N_CUES], 0.0_f64);
    for example in examples {
        // Every document weighs the same per root of its length: the longest would drown the rest.
        let weight = 1.0 / (example.n_units as f64).sqrt();
        for row in example.cues.chunks_exact(N_CUES) {
            n += weight;
            for ((sum, squares), &value) in sum.iter_mut().zip(&mut squares).zip(row) {
                *sum += weight * f64::from(value);
                *squares += weight * f64::from(value).powi(2);
            }
        }
    }
    let mean: Vec<f32> = sum.iter().map(|sum| (sum / n) as f32).collect();
    let deviation = |(squares, &mean): (&f64, &f32)| (squares / n - f64::from(mean).powi(2)).max(0.0).sqrt();
    let scale = squares.iter().zip(&mean).map(|both| (1.0 / deviation(both).max(0.02)) as f32).collect();
    (mean, scale)
}

/// Draws the stretches of each step.
struct Sampler<'a> {
    examples: &'a [Example],
    /// For each kind of document that there is: its examples, and up to each, the units so far.
    kinds: Vec<(Vec<usize>, Vec<usize>)>,
    /// Up to each kind, the weights so far.
    weights: Vec<f64>,
    stretch_units: usize,
    n_stretches: usize,
    seed: u64,
}

impl<'a> Sampler<'a> {
    fn new(examples: &'a [Example], n_kinds: usize, settings: &ContextTraining) -> Self {
        let mut kinds = vec![(Vec::new(), Vec::new()); n_kinds];
        for (number, example) in examples.iter().enumerate() {
            let (members, units): &mut (Vec<usize>, Vec<usize>) = &mut kinds[example.domain];
            members.push(number);
            units.push(units.last().copied().unwrap_or(0) + example.n_units);
        }
        kinds.retain(|(members, _)| !members.is_empty());
        let of_kinds = kinds.iter().map(|(members, units)| {
            let made_of = members.iter().map(|&member| examples[member].unit_kind);
            (*units.last().expect("it has a member"), made_of)
        });
        let weights = super::weights_so_far(of_kinds, settings.talk_share);
        let &ContextTraining { stretch_units, n_stretches, seed, .. } = settings;
        Self { examples, kinds, weights, stretch_units, n_stretches, seed }
    }

    /// Returns the stretches of a step: an example, its first unit, and what of it is hidden.
    fn step(&self, step: usize) -> Vec<Stretch<'a>> {
        let mut random = Random::new(self.seed, 1000 + step as u64);
        (0..self.n_stretches).map(|_| self.stretch(&mut random)).collect()
    }

    fn stretch(&self, random: &mut Random) -> Stretch<'a> {
        let at = random.share() * self.weights.last().expect("there is an example");
        let kind = self.weights.partition_point(|&weight| weight <= at).min(self.kinds.len() - 1);
        let (members, units) = &self.kinds[kind];
        let at = random.below(*units.last().expect("it has a member"));
        let member = units.partition_point(|&so_far| so_far <= at);
        let example = &self.examples[members[member]];
        let last_start = example.n_units.saturating_sub(self.stretch_units);
        // Beginnings and ends of documents come as often as any stretch between.
        let start = match random.below(10) {
            0 => 0,
            1 => last_start,
            _ => random.below(last_start + 1),
        };
        let units = start..example.n_units.min(start + self.stretch_units);
        Stretch { example, units, hidden: Hidden::draw(random) }
    }
}

/// A stretch of a document.
struct Stretch<'a> {
    example: &'a Example,
    units: std::ops::Range<usize>,
    hidden: Hidden,
}

/// What of a stretch the model does not see.
#[expect(clippy::struct_excessive_bools, reason = "each hides something else, and any may go together")]
#[derive(Clone, Copy, Default)]
struct Hidden {
    surface: bool,
    speakers: bool,
    times: bool,
    whole: bool,
    windows: bool,
    vectors: bool,
    words: bool,
}

impl Hidden {
    fn draw(random: &mut Random) -> Self {
        let mut hides = |share: f64| random.share() < share;
        Self {
            surface: hides(0.1),
            speakers: hides(0.15),
            times: hides(0.3),
            whole: hides(0.25),
            windows: hides(0.05),
            vectors: hides(0.05),
            words: hides(0.1),
        }
    }

    /// Returns whether cue number `cue` is hidden.
    fn hides(self, cue: usize) -> bool {
        match cue {
            0..24 => self.surface,
            24..34 => self.speakers,
            34..37 => self.times,
            37..47 => self.whole,
            _ => self.windows,
        }
    }
}

/// The answers to a batch: `-1` where there is none.
struct Answers {
    /// `[stretches, units]`: whether a section begins.
    boundary: Tensor,
    /// `[stretches, units]`: whether the section that begins is of the top level.
    top: Tensor,
    /// `[stretches, units]`: the number of the section.
    section: Tensor,
    follows: Tensor,
    class: Tensor,
}

/// Makes one batch of stretches.
fn batch(stretches: &[Stretch], shape: &Shape, mean: &[f32], scale: &[f32]) -> (Batch, Answers) {
    let n_units = stretches.iter().map(|stretch| stretch.units.len()).max().unwrap_or(1);
    let (n_stretches, dims, n_slots) = (stretches.len(), shape.dims, 2 * shape.n_windows);
    let mut vectors = vec![0.0_f32; n_stretches * n_units * dims];
    let mut cues = vec![0.0_f32; n_stretches * n_units * N_CUES];
    let mut words = vec![0_i64; n_stretches * n_units * N_CUE_WORDS];
    let mut means = vec![0.0_f32; n_stretches * n_slots * n_units * n_units];
    let mut attends = vec![f32::NEG_INFINITY; n_stretches * n_units * n_units];
    let mut answers = [(); 5].map(|()| vec![-1_i64; n_stretches * n_units]);
    for (s, Stretch { example, units, hidden }) in stretches.iter().enumerate() {
        let windows = mean_windows(&example.n_words[units.clone()]);
        for (u, unit) in units.clone().enumerate() {
            let row = s * n_units + u;
            if !hidden.vectors {
                let from = &example.vectors[unit * dims..(unit + 1) * dims];
                for (to, from) in vectors[row * dims..(row + 1) * dims].iter_mut().zip(from) {
                    *to = from.to_f32();
                }
            }
            for cue in 0..N_CUES {
                if !hidden.hides(cue) {
                    cues[row * N_CUES + cue] = (example.cues[unit * N_CUES + cue] - mean[cue]) * scale[cue];
                }
            }
            if !hidden.words {
                for (slot, &class) in example.words[unit].iter().enumerate() {
                    words[row * N_CUE_WORDS + slot] = i64::from(class);
                }
            }
            for (slot, window) in windows[u].iter().enumerate() {
                let n_words = |near: usize| example.n_words[units.start + near].max(1) as f32;
                let total: f32 = window.clone().map(n_words).sum();
                let first = ((s * n_slots + slot) * n_units + u) * n_units;
                for near in window.clone() {
                    means[first + near] = n_words(near) / total;
                }
            }
            let reached = u.saturating_sub(shape.reach)..(u + shape.reach + 1).min(units.len());
            attends[row * n_units + reached.start..row * n_units + reached.end].fill(0.0);
            let section = example.section[unit] as usize;
            answers[2][row] = section as i64;
            answers[4][row] = example.topic.get(section).copied().flatten().map_or(-1, i64::from);
            if u > 0 {
                let begins = example.section[unit] != example.section[unit - 1];
                answers[0][row] = i64::from(begins);
                if begins {
                    answers[1][row] = i64::from(example.levels[section] <= 1);
                }
                answers[3][row] = i64::from(!begins || example.follows[section]);
            }
        }
        for u in units.len()..n_units {
            attends[(s * n_units + u) * n_units + u] = 0.0;
        }
    }
    let dims_of = |last: &[usize]| -> Vec<i64> { [n_stretches].iter().chain(last).map(|&dim| dim as i64).collect() };
    let batch = Batch {
        vectors: Tensor::from_slice(&vectors).reshape(dims_of(&[n_units, dims])),
        cues: Tensor::from_slice(&cues).reshape(dims_of(&[n_units, N_CUES])),
        words: Tensor::from_slice(&words).reshape(dims_of(&[n_units, N_CUE_WORDS])),
        means: Tensor::from_slice(&means).reshape(dims_of(&[n_slots * n_units, n_units])),
        attends: Tensor::from_slice(&attends).reshape(dims_of(&[1, n_units, n_units])),
    };
    let [boundary, top, section, follows, class] =
        answers.map(|numbers| Tensor::from_slice(&numbers).reshape(dims_of(&[n_units])));
    (batch, Answers { boundary, top, section, follows, class })
}

/// Returns the mean loss of the answers that there are, in nats; 0 if there are none.
fn binary_loss(log_odds: &Tensor, answers: &Tensor) -> Tensor {
    let known = answers.ge(0);
    let n_known = known.sum(Kind::Float).clamp_min(1.0);
    let none: Option<&Tensor> = None;
    let losses = log_odds.binary_cross_entropy_with_logits(
        &answers.clamp_min(0).to_kind(Kind::Float),
        none,
        none,
        Reduction::None,
    );
    (losses * known.to_kind(Kind::Float)).sum(Kind::Float) / n_known
}

/// What the heads beside the boundary weigh.
const TOP_WEIGHT: f64 = 0.1;
const SAME_TOPIC_WEIGHT: f64 = 0.05;
const FOLLOWS_WEIGHT: f64 = 0.05;
const CLASS_WEIGHT: f64 = 0.02;

/// Returns the loss to make small, and that of the boundaries alone.
fn losses(
    net: &ContextNet,
    outputs: &Outputs,
    answers: &Answers,
    n_classes: usize,
    random: &mut Random,
) -> (Tensor, Tensor) {
    let boundary = binary_loss(&outputs.boundary.select(2, 0), &answers.boundary);
    let top = binary_loss(&outputs.boundary.select(2, 1), &answers.top);
    let follows = binary_loss(&outputs.follows, &answers.follows);
    let mut all = &boundary + top * TOP_WEIGHT + follows * FOLLOWS_WEIGHT;
    let n_units = answers.section.size()[1];
    if n_units > 2 {
        let apart = 1 + random.below(32.min(n_units as usize - 2)) as i64;
        let (one, other) =
            (answers.section.narrow(1, 0, n_units - apart), answers.section.narrow(1, apart, n_units - apart));
        let same = one.eq_tensor(&other).to_kind(Kind::Int64);
        // Where either unit is filling, there is no answer.
        let same = same.masked_fill(&other.lt(0), -1);
        all += binary_loss(&net.same_topic(outputs, apart), &same) * SAME_TOPIC_WEIGHT;
    }
    if n_classes > 0 && answers.class.ge(0).any().int64_value(&[]) != 0 {
        let log_shares = outputs.class.log_softmax(-1, Kind::Float).flatten(0, 1);
        let class = log_shares.g_nll_loss::<Tensor>(&answers.class.flatten(0, 1), None, Reduction::Mean, -1);
        all += class * CLASS_WEIGHT;
    }
    (all, boundary)
}

/// A member that learns.
struct Run<'a> {
    net: ContextNet,
    sampler: Sampler<'a>,
    settings: &'a ContextTraining,
    shape: Shape,
    n_classes: usize,
    looked_at: &'a [Example],
    /// The name of each kind of document.
    kinds: &'a [&'a str],
}

impl Learner for Run<'_> {
    fn learn(&mut self, step: usize) -> Result<f64> {
        let settings = self.settings;
        tch::manual_seed(settings.seed.wrapping_mul(1_000_003).wrapping_add(step as u64) as i64);
        let stretches = self.sampler.step(step);
        let (batch, answers) = self.batch(&stretches);
        let mut random = Random::new(settings.seed, 500_000_000 + step as u64);
        let outputs = self.net.run(&batch, true);
        let (all, boundary) = losses(&self.net, &outputs, &answers, self.n_classes, &mut random);
        all.backward();
        Ok(boundary.double_value(&[]))
    }

    /// Of each kind, the loss of a gap once scores are calibrated, and the best F1 of any threshold.
    fn look(&mut self) -> Result<(f64, OfKinds)> {
        let judged: Vec<Scores> = self.looked_at.iter().map(|example| self.judge(example)).collect();
        let calibrations = calibrations(&kinds_of(self.looked_at), &judged);
        let mut scored: BTreeMap<String, Scores> = BTreeMap::new();
        for (example, scores) in self.looked_at.iter().zip(judged) {
            let Calibration { slope, offset } = calibrations.of(example.unit_kind);
            let calibrated = scores.into_iter().map(|(log_odds, answer)| (log_odds * slope + offset, answer));
            scored.entry(self.kinds[example.domain].to_owned()).or_default().extend(calibrated);
        }
        let of_kinds: BTreeMap<String, (f64, f64)> = scored
            .into_iter()
            .filter(|(_, scores)| !scores.is_empty())
            .map(|(kind, scores)| (kind, (mean_loss(&scores), best_f1(scores))))
            .collect();
        // Of the logarithms: the kinds differ in how rare boundaries are, and none is to rule the others.
        let mean = of_kinds.values().map(|(loss, _)| loss.ln()).sum::<f64>() / of_kinds.len().max(1) as f64;
        Ok((mean, of_kinds))
    }
}

impl Run<'_> {
    /// Makes one batch of stretches, with cues scaled as the net wants them.
    fn batch(&self, stretches: &[Stretch]) -> (Batch, Answers) {
        let (mean, scale) = self.net.cues();
        batch(stretches, &self.shape, &mean, &scale)
    }

    /// Returns what the model and the share of depth say of each gap of a document, in log-odds, and whether it is a
    /// boundary.
    fn judge(&self, example: &Example) -> Scores {
        let share = DEPTH_SHARE.of(example.unit_kind);
        let mut judged = Vec::with_capacity(example.n_units);
        for start in (0..example.n_units).step_by(LOOK_UNITS) {
            let units = start..example.n_units.min(start + LOOK_UNITS);
            let stretch = Stretch { example, units, hidden: Hidden::default() };
            let (batch, answers) = self.batch(&[stretch]);
            let log_odds = tch::no_grad(|| self.net.run(&batch, false).boundary.select(2, 0).flatten(0, 1));
            let log_odds = Vec::<f32>::try_from(log_odds).expect("it has one dimension");
            let answers = Vec::<i64>::try_from(answers.boundary.flatten(0, 1)).expect("it has one dimension");
            // The first unit of a stretch has no answer.
            let known = log_odds.into_iter().zip(answers).zip(start..).filter(|&((_, answer), _)| answer >= 0);
            judged.extend(
                known.map(|((log_odds, answer), unit)| (log_odds + share * example.depth[unit - 1], answer == 1)),
            );
        }
        judged
    }

    /// Returns the best weights, which stand at `path`.
    fn best(&self, path: &Path) -> std::result::Result<Weights, String> {
        let weights = Tensor::read_safetensors(path).map_err(|error| error.to_string())?;
        self.net.restore(&weights)?;
        Ok(weights)
    }
}

/// The log-odds of each gap of a document, and whether it is a boundary.
type Scores = Vec<(f32, bool)>;

/// Returns the kind of the units of each example, and of what kind of documents it is.
fn kinds_of(examples: &[Example]) -> Vec<(UnitKind, usize)> {
    examples.iter().map(|example| (example.unit_kind, example.domain)).collect()
}

/// Returns what makes scores calibrated on the documents looked at, of which `kinds` tells the kind of unit and that of
/// document. Of one kind of unit, a kind of document weighs as the root of its gaps, as in training.
fn calibrations<D: Ord>(kinds: &[(UnitKind, D)], judged: &[Scores]) -> OfUnitKinds<Calibration> {
    OfUnitKinds::each(|kind| {
        let mut by_domain: BTreeMap<&D, Vec<&(f32, bool)>> = BTreeMap::new();
        for ((_, domain), scores) in kinds.iter().zip(judged).filter(|((of, _), _)| *of == kind) {
            by_domain.entry(domain).or_default().extend(scores);
        }
        let judged: Vec<Judged<2>> = by_domain
            .values()
            .flat_map(|scores| {
                let weight = 1.0 / (scores.len() as f64).sqrt();
                let judged = |&&(log_odds, is_boundary): &&(f32, bool)| {
                    Judged::new([f64::from(log_odds), 1.0], is_boundary, weight)
                };
                scores.iter().map(judged).collect::<Vec<_>>()
            })
            .collect();
        let [slope, offset] = calibrate::fit(&judged, [1.0, 0.0]);
        Calibration { slope: slope as f32, offset: offset as f32 }
    })
}

/// What did best on the kinds of talk that a model was not trained on, among those that cost nothing on the tuning part of
/// the others.
const DEPTH_SHARE: OfUnitKinds<f32> = OfUnitKinds { paragraph: 0.0, sentence: 0.18, utterance: 0.35 };

/// The most units looked at at once.
const LOOK_UNITS: usize = 512;

#[cfg(test)]
mod tests {
    use super::super::samples::{Hashing, StopsAfter, alone, documents, split};
    use super::*;

    fn settings() -> ContextTraining {
        let usual = ContextTraining::usual();
        ContextTraining {
            n_members: 2,
            schedule: Schedule { n_steps: 4, validate_every: 2, ..usual.schedule },
            n_stretches: 2,
            stretch_units: 16,
            made_over: MadeOver { spliced: 0.5, automatic: 0.5, regrouped: 1.0, ..usual.made_over },
            ..usual
        }
    }

    fn checkpoint(output: &Path, member: usize) -> PathBuf {
        output.join(format!("member-{member}/checkpoint.safetensors"))
    }

    fn trained(output: &Path, progress: &dyn Progress) -> Result<Vec<u8>> {
        let path = train_context(&split(5, 4), &settings(), None, &Hashing, output, &mut |_| (), progress)?;
        Ok(std::fs::read(path).expect("the weights were written"))
    }

    #[test]
    fn a_training_that_was_stopped_ends_with_the_weights_it_would_have_had() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let whole = trained(folder.path(), &Unwatched).expect("it trains");
        Context::from_folder(folder.path()).err().expect("its vectors are not the program's");
        let path = folder.path().join("config.json");
        let config = std::fs::read_to_string(&path).expect("it was written");
        let mut config: serde_json::Value = serde_json::from_str(&config).expect("it is JSON");
        let encoder = crate::neural::SentenceEncoder::embedded(1).expect("the embedded model is whole");
        config["encoder_sha256"] = encoder.sha256().into();
        std::fs::write(&path, config.to_string()).expect("room for a file");
        Context::from_folder(folder.path()).expect("every build reads the result");
        // Its third step is lost: the last checkpoint of either member was after the second.
        for (member, n_done) in [(1, 3), (2, 7)] {
            let folder = tempfile::tempdir().expect("a folder");
            let stopped = trained(folder.path(), &StopsAfter::new(n_done, 2 * settings().schedule.n_steps));
            assert!(matches!(stopped, Err(Error::Cancelled)));
            assert!(checkpoint(folder.path(), member).exists());
            let resumed = trained(folder.path(), &Unwatched).expect("it goes on");
            assert!(whole == resumed, "the weights differ");
        }
    }

    #[test]
    fn documents_without_a_gap_have_no_say_in_what_is_best() {
        let _alone = alone();
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
        let line =
            serde_json::json!({"id": "one", "unit": "utterance", "sections": [{"paragraphs": [{"text": "So."}]}]});
        std::io::Write::write_all(&mut file, line.to_string().as_bytes()).expect("room for a file");
        let found = crate::evaluate::data::references(file.path(), crate::evaluate::data::Selection::default())
            .expect("the file is there");
        let mut documents = split(5, 4);
        documents.held_out.extend(found.map(|found| ("single".to_owned(), found.expect("it is whole"))));
        let (folder, mut looks) = (tempfile::tempdir().expect("a folder"), Vec::new());
        let mut on_look = |look: &Look| looks.push(look.of_kinds.clone());
        train_context(&documents, &settings(), None, &Hashing, folder.path(), &mut on_look, &Unwatched)
            .expect("it trains");
        assert!(!looks.is_empty());
        for of_kinds in looks {
            assert_eq!(of_kinds.keys().collect::<Vec<_>>(), ["talk"]);
        }
    }

    #[test]
    fn a_model_is_calibrated_again_as_it_was_when_it_was_trained() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(folder.path(), &Unwatched).expect("it trains");
        let path = folder.path().join("config.json");
        let read = || -> ContextConfig {
            serde_json::from_slice(&std::fs::read(&path).expect("it is there")).expect("it is whole")
        };
        let expected = read();
        let mut other = expected.clone();
        other.calibration = OfUnitKinds::each(|_| Calibration { slope: 9.0, offset: 9.0 });
        other.encoder_sha256 = "another".to_owned();
        std::fs::write(&path, serde_json::to_vec(&other).expect("it is JSON")).expect("room for a file");
        refit(&split(5, 4), &Hashing, folder.path(), &Unwatched).expect("it is a context model");
        let found = read();
        assert_eq!(found.encoder_sha256, Hashing.sha256());
        for kind in UnitKind::ALL {
            // The weights are in f16 now.
            let (one, other) = (found.calibration.of(kind), expected.calibration.of(kind));
            assert!((one.slope - other.slope).abs() < 0.05 && (one.offset - other.offset).abs() < 0.05, "{found:?}");
        }
    }

    #[test]
    fn a_training_goes_on_from_the_weights_of_another_and_keeps_a_share_of_them() {
        let _alone = alone();
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        trained(one.path(), &Unwatched).expect("it trains");
        let start = |kept| Start::from_folder(one.path(), kept).expect("it is a context model");
        let settings =
            ContextTraining { n_members: 3, schedule: Schedule { rate: 0.1, ..settings().schedule }, ..settings() };
        // The second and third time what was trained is there, and is only mixed.
        let [trained, mixed, kept] = [0.0, 0.25, 1.0].map(|kept| {
            let start = start(kept);
            train_context(&split(5, 4), &settings, Some(&start), &Hashing, other.path(), &mut |_| (), &Unwatched)
                .expect("it trains");
            Start::from_folder(other.path(), 0.0).expect("it is a context model").members
        });
        let start = start(0.0);
        assert_eq!((start.members.len(), trained.len()), (2, 3));
        let off = |one: &Tensor, other: &Tensor| (one - other).abs().max().double_value(&[]);
        let mut most_moved = 0.0_f64;
        for member in 0..3 {
            for (number, (name, expected)) in start.of_member(member).iter().enumerate() {
                let [trained, mixed, kept] = [&trained, &mixed, &kept].map(|members| &members[member][number].1);
                assert!(off(kept, expected) < 1e-5, "{name} of member {member}");
                // Rounded to f16, of which each number has eleven binary digits.
                let size = expected.abs().max().double_value(&[]).max(trained.abs().max().double_value(&[]));
                assert!(off(mixed, &(expected * 0.25 + trained * 0.75)) <= 1e-3 * size.max(0.01), "{name} of {member}");
                most_moved = most_moved.max(off(trained, expected));
            }
        }
        assert!(most_moved > 0.05, "{most_moved}");
        let result = train_context(&split(5, 4), &settings, None, &Hashing, other.path(), &mut |_| (), &Unwatched);
        let error = result.expect_err("its checkpoint has another start").to_string();
        assert!(error.contains("other data, settings or features"), "{error}");
        let nowhere = Start::from_folder(&one.path().join("missing"), 0.5).err().expect("there is no model");
        assert!(nowhere.to_string().contains("missing"), "{nowhere}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_leaves_the_last_checkpoint() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(folder.path(), &Unwatched).expect("it trains");
        let path = checkpoint(folder.path(), 2);
        let part = path.with_extension("part");
        let before = std::fs::read(&path).expect("it is there");
        std::os::unix::fs::symlink("/dev/full", &part).expect("a link");
        let longer = ContextTraining { schedule: Schedule { n_steps: 6, ..settings().schedule }, ..settings() };
        let result = train_context(&split(5, 4), &longer, None, &Hashing, folder.path(), &mut |_| (), &Unwatched);
        let error = result.expect_err("the disk is full").to_string();
        assert!(error.contains("checkpoint.safetensors"), "{error}");
        assert_eq!(std::fs::read(&path).expect("it is there"), before);
        assert!(!part.exists());
    }

    #[test]
    fn a_checkpoint_that_is_damaged_says_so_and_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = checkpoint(folder.path(), 1);
        std::fs::create_dir(path.parent().expect("that of the member")).expect("a folder");
        std::fs::write(&path, b"damaged").expect("room for a file");
        let error = trained(folder.path(), &Unwatched).expect_err("it is damaged").to_string();
        assert!(error.contains("checkpoint.safetensors") && error.contains("remove it"), "{error}");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"damaged");
    }

    #[test]
    fn best_weights_that_are_damaged_say_so() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(folder.path(), &Unwatched).expect("it trains");
        let path = checkpoint(folder.path(), 1).with_file_name("best.safetensors");
        std::fs::write(&path, b"damaged").expect("room for a file");
        let error = trained(folder.path(), &Unwatched).expect_err("it is damaged").to_string();
        assert!(error.contains("best.safetensors") && error.contains("the checkpoint beside it"), "{error}");
    }

    #[test]
    fn a_checkpoint_is_taken_up_by_its_own_training_only() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        trained(folder.path(), &Unwatched).expect("it trains");
        let kept = std::fs::read(checkpoint(folder.path(), 1)).expect("it is there");
        let others = [(split(5, 4), ContextTraining { dropout: 0.5, ..settings() }), (split(6, 4), settings())];
        for (documents, settings) in others {
            let result = train_context(&documents, &settings, None, &Hashing, folder.path(), &mut |_| (), &Unwatched);
            let error = result.expect_err("it is another training").to_string();
            assert!(error.contains("other data, settings or features"), "{error}");
        }
        assert_eq!(std::fs::read(checkpoint(folder.path(), 1)).expect("it is there"), kept);
    }

    fn unread(domain: usize, unit_kind: UnitKind, n_units: usize) -> Example {
        Example {
            domain,
            unit_kind,
            n_units,
            vectors: Vec::new(),
            cues: Vec::new(),
            words: Vec::new(),
            n_words: Vec::new(),
            depth: Vec::new(),
            section: Vec::new(),
            levels: Vec::new(),
            topic: Vec::new(),
            follows: Vec::new(),
        }
    }

    #[test]
    fn spoken_text_has_a_share_of_its_own() {
        // By its square root the talk would be an eleventh.
        let mut examples = vec![unread(0, UnitKind::Paragraph, 10_000), unread(1, UnitKind::Utterance, 100)];
        let share_of_talk = |examples: &[Example], talk_share| {
            let settings = ContextTraining { talk_share, ..settings() };
            let sampler = Sampler::new(examples, 2, &settings);
            let drawn: Vec<Stretch> = (0..1000).flat_map(|step| sampler.step(step)).collect();
            let n_talk = drawn.iter().filter(|stretch| stretch.example.unit_kind == UnitKind::Utterance).count();
            n_talk as f64 / drawn.len() as f64
        };
        for (least, expected) in [(0.0, 1.0 / 11.0), (0.05, 1.0 / 11.0), (0.4, 0.4)] {
            let found = share_of_talk(&examples, least);
            assert!((found - expected).abs() < 0.04, "{found} for {least}");
        }
        examples.truncate(1);
        assert!(share_of_talk(&examples, 0.4).abs() < 1e-12);
    }

    #[test]
    fn training_ends_early_where_it_gets_no_better() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        // Steps of that length lead away from anything.
        let settings = ContextTraining {
            n_members: 1,
            schedule: Schedule { n_steps: 40, rate: 1.0, validate_every: 1, patience: 2 },
            ..settings()
        };
        let mut looks = Vec::new();
        train_context(
            &split(5, 4),
            &settings,
            None,
            &Hashing,
            folder.path(),
            &mut |look| looks.push(look.clone()),
            &Unwatched,
        )
        .expect("it trains");
        assert!(looks.len() < 40, "{} looks", looks.len());
        assert!(looks[looks.len() - 2..].iter().all(|look| !look.is_best));
    }

    #[test]
    fn a_document_of_a_hundred_thousand_units_is_learnt_from() {
        let _alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let long = Documents { train: documents(1, 444), held_out: documents(1, 3) };
        assert!(long.train[0].1.units.len() > 100_000);
        let settings = ContextTraining {
            n_members: 1,
            schedule: Schedule { n_steps: 1, ..settings().schedule },
            made_over: MadeOver { automatic: 0.0, punctuated: 0.0, regrouped: 0.0, ..settings().made_over },
            ..settings()
        };
        train_context(&long, &settings, None, &Hashing, folder.path(), &mut |_| (), &Unwatched).expect("it trains");
    }

    #[test]
    fn documents_without_a_boundary_teach_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        for train in [documents(3, 1), Vec::new()] {
            let documents = Documents { train, ..Documents::default() };
            let result = train_context(&documents, &settings(), None, &Hashing, folder.path(), &mut |_| (), &Unwatched);
            let error = result.expect_err("there is nothing to learn").to_string();
            assert!(error.contains("no boundary to learn from"), "{error}");
        }
    }
}
