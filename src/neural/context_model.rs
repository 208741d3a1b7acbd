//! Unit vectors and cues to boundary probabilities: a small transformer over a run of units.
//!
//! Rotary positions (Su et al. 2021, arXiv 2104.09864) and attention to the units within [`Shape::reach`] on both sides:
//! as what a unit sees ends after so many layers, a document can be read in stretches that overlap by that much, and no
//! score depends on where a stretch begins, nor on how long the document is. A small transformer over unit vectors is
//! what `MiniSeg` (Retkowski, Waibel 2024, arXiv 2402.17633) has; theirs attends to everything and reads no cues.
//!
//! A model has one or several members of one shape, trained from other seeds, and what it says is the mean of their
//! log-odds: of a document of a kind that was never trained on, members err in different places.
//!
//! Weights come from a safetensors file, in f16 or f32; `caesura train context` writes it. The tensors of the first member
//! are named `members.0.` and what [`Shape::tensors`] says, and so on.

use std::collections::HashMap;
use std::ops::Range;

use half::f16;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use rayon::prelude::*;
use safetensors::{Dtype, SafeTensors};

use super::Vectors;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The most units read at once, those beside the stretch that are only looked at left out.
const STRETCH_UNITS: usize = 1024;

/// Queries whose attention is worked out together.
const QUERIES: usize = 64;

/// What a context model is made of. All at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Numbers in a unit vector.
    pub dims: usize,
    /// Numbers in a row of cues.
    pub n_cues: usize,
    /// Cue words looked up for each unit.
    pub n_words: usize,
    /// Classes of cue words.
    pub n_word_classes: usize,
    /// Numbers that stand for a cue word.
    pub word_width: usize,
    /// Numbers in the shortened vectors whose window means are compared.
    pub pool_width: usize,
    /// Windows compared, each of a pair: before the gap and after it.
    pub n_windows: usize,
    /// Numbers in the state of a unit.
    pub width: usize,
    /// Numbers in the inner layer of the feed-forward part.
    pub inner_width: usize,
    /// Attention heads; they share `width` out among them, an even number each.
    pub n_heads: usize,
    /// Layers.
    pub n_layers: usize,
    /// How many units to each side a unit attends to.
    pub reach: usize,
}

impl Shape {
    /// The shape that `caesura train context` trains.
    pub fn usual(n_cues: usize, n_words: usize, n_word_classes: usize, n_windows: usize) -> Self {
        Self {
            dims: 384,
            n_cues,
            n_words,
            n_word_classes,
            word_width: 12,
            pool_width: 64,
            n_windows,
            width: 192,
            inner_width: 384,
            n_heads: 6,
            n_layers: 4,
            reach: 64,
        }
    }

    /// Returns how many numbers compare the windows of one unit.
    pub fn contrast_width(&self) -> usize {
        3 * self.n_windows * self.pool_width
    }

    /// Returns how many numbers a head has.
    pub fn head_width(&self) -> usize {
        self.width / self.n_heads
    }

    /// Returns the tensors there must be: name and dimensions, row after row.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let Self { width, inner_width, .. } = *self;
        let mut tensors: Vec<(String, Vec<usize>)> = [
            ("cue_mean", vec![self.n_cues]),
            ("cue_scale", vec![self.n_cues]),
            ("vector.weight", vec![width, self.dims]),
            ("vector.bias", vec![width]),
            ("cues.weight", vec![width, self.n_cues]),
            ("words.table", vec![self.n_word_classes, self.word_width]),
            ("words.weight", vec![width, self.n_words * self.word_width]),
            ("pool.weight", vec![self.pool_width, self.dims]),
            ("contrast.weight", vec![width, self.contrast_width()]),
            ("norm.weight", vec![width]),
            ("norm.bias", vec![width]),
            ("boundary.weight", vec![N_OUTPUTS, width]),
            ("boundary.bias", vec![N_OUTPUTS]),
        ]
        .into_iter()
        .map(|(name, dims)| (name.to_owned(), dims))
        .collect();
        for layer in 0..self.n_layers {
            let parts = [
                ("norm_1.weight", vec![width]),
                ("norm_1.bias", vec![width]),
                ("attention.weight", vec![3 * width, width]),
                ("attention.bias", vec![3 * width]),
                ("out.weight", vec![width, width]),
                ("out.bias", vec![width]),
                ("norm_2.weight", vec![width]),
                ("norm_2.bias", vec![width]),
                ("up.weight", vec![inner_width, width]),
                ("up.bias", vec![inner_width]),
                ("down.weight", vec![width, inner_width]),
                ("down.bias", vec![width]),
            ];
            tensors.extend(parts.map(|(name, dims)| (format!("layers.{layer}.{name}"), dims)));
        }
        tensors
    }
}

/// The numbers given for each unit: whether a section begins, and whether it is of the top level if one does.
pub const N_OUTPUTS: usize = 2;

/// What the model is told of a document.
#[derive(Clone, Copy)]
pub struct ContextInput<'a> {
    /// A vector for each unit.
    pub vectors: &'a Vectors,
    /// `[units, n_cues]`, row after row.
    pub cues: &'a [f32],
    /// `[units, n_words]`, row after row: the classes of each unit's cue words.
    pub words: &'a [u16],
    /// `[units, 2 * n_windows]`, row after row: the windows before the unit and from it on, as units.
    pub windows: &'a [Range<usize>],
    /// How many words each unit has: what it weighs in the mean of a window.
    pub n_words: &'a [u32],
}

/// A trained context model.
pub struct ContextModel {
    shape: Shape,
    sha256: String,
    /// At least one.
    members: Vec<Member>,
}

struct Member {
    shape: Shape,
    cue_mean: Array1<f32>,
    cue_scale: Array1<f32>,
    vector: Linear,
    cues: Array2<f32>,
    word_table: Array2<f32>,
    words: Array2<f32>,
    pool: Array2<f32>,
    contrast: Array2<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    boundary: Linear,
}

struct Layer {
    norm_1: Norm,
    attention: Linear,
    out: Linear,
    norm_2: Norm,
    up: Linear,
    down: Linear,
}

/// A matrix turned over, `[inputs, outputs]`, and what is added.
struct Linear {
    weight: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    fn apply(&self, input: &Array2<f32>) -> Array2<f32> {
        input.dot(&self.weight) + &self.bias
    }
}

struct Norm {
    weight: Array1<f32>,
    bias: Array1<f32>,
}

impl Norm {
    /// What `PyTorch` adds to the variance.
    const EPSILON: f32 = 1e-5;

    fn apply(&self, input: &Array2<f32>) -> Array2<f32> {
        let mut output = input.clone();
        for mut row in output.rows_mut() {
            let n = row.len() as f32;
            let mean = row.sum() / n;
            let variance = row.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / n;
            let scale = 1.0 / (variance + Self::EPSILON).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                *value = (*value - mean) * scale * weight + bias;
            }
        }
        output
    }
}

impl ContextModel {
    /// Returns the model of `shape` whose weights `bytes` hold: a safetensors file, f16 or f32. `origin` is for errors.
    pub fn from_safetensors(bytes: &[u8], shape: Shape, origin: &str) -> Result<Self> {
        let unusable = |reason| Error::Model { name: origin.to_owned(), reason };
        let file = SafeTensors::deserialize(bytes).map_err(|error| unusable(error.to_string()))?;
        let is_there = |member: &usize| file.tensor(&member_tensor(*member, FIRST_TENSOR)).is_ok();
        // Without any, the first is read all the same: the error says what is missing.
        let n_members = (0..file.len()).take_while(is_there).count().max(1);
        let member = |number| Ok(Member::of(Weights::read(&file, &shape, number)?, shape));
        let members = (0..n_members).map(member).collect::<Result<_, String>>().map_err(unusable)?;
        Ok(Self { shape, sha256: super::hex_sha256(bytes), members })
    }

    /// Returns the SHA-256 of the weights' file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns, for each unit, the log-odds that a section begins with it, and that one that does is of the top level.
    ///
    /// Memory beyond the input is bounded whatever the number of units.
    pub fn log_odds(&self, input: ContextInput, progress: &dyn Progress) -> Result<Vec<[f32; N_OUTPUTS]>> {
        let failed = |reason: String| Error::ModelRun { name: "context".to_owned(), reason };
        let n_units = input.vectors.len();
        if n_units > 0 && input.vectors.dims() != self.shape.dims {
            let (needed, found) = (self.shape.dims, input.vectors.dims());
            return Err(failed(format!("it was trained on vectors of {needed} numbers, and these have {found}")));
        }
        let stretches: Vec<Range<usize>> =
            (0..n_units).step_by(STRETCH_UNITS).map(|start| start..n_units.min(start + STRETCH_UNITS)).collect();
        let read_by = |(stretch, member): (Range<usize>, &Member)| {
            progress.check()?;
            Ok(member.stretch(input, stretch))
        };
        let all: Vec<(Range<usize>, &Member)> =
            stretches.iter().flat_map(|stretch| self.members.iter().map(|member| (stretch.clone(), member))).collect();
        let read: Vec<Vec<[f32; N_OUTPUTS]>> = all.into_par_iter().map(read_by).collect::<Result<_>>()?;
        let log_odds: Vec<[f32; N_OUTPUTS]> = read.chunks_exact(self.members.len()).flat_map(mean).collect();
        // Weights that are numbers, and too large, give what is none.
        match log_odds.as_flattened().iter().find(|number| !number.is_finite()) {
            Some(number) => Err(failed(format!("it gave {number} for a unit"))),
            None => Ok(log_odds),
        }
    }
}

/// Returns the mean of what members say of the same units, summed in their order.
fn mean(of_members: &[Vec<[f32; N_OUTPUTS]>]) -> Vec<[f32; N_OUTPUTS]> {
    let (first, others) = of_members.split_first().expect("a model has a member");
    let sum = |mut sum: Vec<[f32; N_OUTPUTS]>, other: &Vec<[f32; N_OUTPUTS]>| {
        sum.as_flattened_mut().iter_mut().zip(other.as_flattened()).for_each(|(sum, other)| *sum += other);
        sum
    };
    let mut mean = others.iter().fold(first.clone(), sum);
    mean.as_flattened_mut().iter_mut().for_each(|sum| *sum /= of_members.len() as f32);
    mean
}

/// The tensor by which a member is known to be there.
const FIRST_TENSOR: &str = "cue_mean";

/// Returns the name under which a file holds a tensor of a member, from 0.
pub(crate) fn member_tensor(member: usize, name: &str) -> String {
    format!("members.{member}.{name}")
}

impl Member {
    fn of(mut weights: Weights, shape: Shape) -> Self {
        let layer = |weights: &mut Weights, layer: usize| {
            let name = |part: &str| format!("layers.{layer}.{part}");
            Layer {
                norm_1: weights.norm(&name("norm_1")),
                attention: weights.linear(&name("attention")),
                out: weights.linear(&name("out")),
                norm_2: weights.norm(&name("norm_2")),
                up: weights.linear(&name("up")),
                down: weights.linear(&name("down")),
            }
        };
        Self {
            shape,
            cue_mean: weights.row("cue_mean"),
            cue_scale: weights.row("cue_scale"),
            vector: weights.linear("vector"),
            cues: weights.turned("cues.weight"),
            word_table: weights.matrix("words.table"),
            words: weights.turned("words.weight"),
            pool: weights.turned("pool.weight"),
            contrast: weights.turned("contrast.weight"),
            layers: (0..shape.n_layers).map(|number| layer(&mut weights, number)).collect(),
            norm: weights.norm("norm"),
            boundary: weights.linear("boundary"),
        }
    }

    /// Works out one stretch, looking at as many units beside it as its units can see.
    fn stretch(&self, input: ContextInput, wanted: Range<usize>) -> Vec<[f32; N_OUTPUTS]> {
        let halo = self.shape.n_layers * self.shape.reach;
        let seen = wanted.start.saturating_sub(halo)..input.vectors.len().min(wanted.end + halo);
        let mut state = self.embed(input, &seen);
        let rotation = Rotation::new(seen.len(), self.shape.head_width());
        for layer in &self.layers {
            let mixed = self.attend(&layer.attention.apply(&layer.norm_1.apply(&state)), &rotation);
            state += &layer.out.apply(&mixed);
            let mut inner = layer.up.apply(&layer.norm_2.apply(&state));
            inner.mapv_inplace(silu);
            state += &layer.down.apply(&inner);
        }
        let outputs = self.boundary.apply(&self.norm.apply(&state));
        let own = wanted.start - seen.start..wanted.end - seen.start;
        own.map(|unit| [outputs[[unit, 0]], outputs[[unit, 1]]]).collect()
    }

    /// Returns the first state of each unit of `seen`.
    fn embed(&self, input: ContextInput, seen: &Range<usize>) -> Array2<f32> {
        let Shape { dims, n_cues, n_words, word_width, .. } = self.shape;
        let vectors = |units: &Range<usize>| {
            let numbers = &input.vectors.as_slice()[units.start * dims..units.end * dims];
            ArrayView2::from_shape((units.len(), dims), numbers)
                .expect("rows are even")
                .mapv(|x| x * vector_scale(dims))
        };
        let mut state = self.vector.apply(&vectors(seen));

        let cues = &input.cues[seen.start * n_cues..seen.end * n_cues];
        let cues = ArrayView2::from_shape((seen.len(), n_cues), cues).expect("rows are even");
        state += &((&cues - &self.cue_mean) * &self.cue_scale).dot(&self.cues);

        let mut words = Array2::zeros((seen.len(), n_words * word_width));
        for (row, unit) in seen.clone().enumerate() {
            for slot in 0..n_words {
                let class = usize::from(input.words[unit * n_words + slot]);
                let mut place = words.row_mut(row);
                place
                    .slice_axis_mut(Axis(0), Slice::from(slot * word_width..(slot + 1) * word_width))
                    .assign(&self.word_table.row(class));
            }
        }
        state += &words.dot(&self.words);

        // Windows may begin before the stretch and end after it.
        let n_slots = 2 * self.shape.n_windows;
        let windows = &input.windows[seen.start * n_slots..seen.end * n_slots];
        let pooled_from = windows.iter().filter(|w| !w.is_empty()).map(|w| w.start).min().unwrap_or(seen.start);
        let pooled_to = windows.iter().map(|w| w.end).max().unwrap_or(seen.end).max(pooled_from);
        let pooled = vectors(&(pooled_from..pooled_to)).dot(&self.pool);
        let mut contrast = Array2::zeros((seen.len(), self.shape.contrast_width()));
        for (mut row, windows) in contrast.rows_mut().into_iter().zip(windows.chunks_exact(n_slots)) {
            let mut numbers = row.iter_mut();
            for pair in windows.chunks_exact(2) {
                let [before, after] =
                    [0, 1].map(|side| weighted_mean(&pooled, &pair[side], pooled_from, input.n_words));
                for compare in [|b: f32, a: f32| a - b, |b: f32, a: f32| (a - b).abs(), |b: f32, a: f32| a * b] {
                    for (number, (&b, &a)) in numbers.by_ref().zip(before.iter().zip(&after)).take(before.len()) {
                        *number = compare(b, a);
                    }
                }
            }
        }
        state + contrast.dot(&self.contrast)
    }

    /// Returns what each unit takes from those it attends to. `projected`: `[units, 3 * width]`, queries, keys, values.
    fn attend(&self, projected: &Array2<f32>, rotation: &Rotation) -> Array2<f32> {
        let Shape { width, n_heads, reach, .. } = self.shape;
        let (n_units, head_width) = (projected.nrows(), self.shape.head_width());
        let mut output = Array2::zeros((n_units, width));
        for head in 0..n_heads {
            let own = |first: usize| Slice::from(first + head * head_width..first + (head + 1) * head_width);
            let part = |i: usize| projected.slice_axis(Axis(1), own(i * width));
            let mut queries = rotation.applied(&part(0));
            queries /= (head_width as f32).sqrt();
            let (keys, values) = (rotation.applied(&part(1)), part(2));
            for start in (0..n_units).step_by(QUERIES) {
                let end = n_units.min(start + QUERIES);
                let near = start.saturating_sub(reach)..n_units.min(end + reach);
                let mut weights = rows(&queries, start..end).dot(&rows(&keys, near.clone()).t());
                for (row, query) in weights.rows_mut().into_iter().zip(start..end) {
                    let (from, to) = (query.saturating_sub(reach).max(near.start), near.end.min(query + reach + 1));
                    soft_max(row.into_slice().expect("a product is in rows"), from - near.start..to - near.start);
                }
                let taken = weights.dot(&values.slice_axis(Axis(0), Slice::from(near)));
                output.slice_axis_mut(Axis(0), Slice::from(start..end)).slice_axis_mut(Axis(1), own(0)).assign(&taken);
            }
        }
        output
    }
}

/// The tensors of a member, taken one by one.
struct Weights(HashMap<String, (Vec<usize>, Vec<f32>)>);

impl Weights {
    /// Reads every tensor of `shape`, or says what is wrong.
    fn read(file: &SafeTensors, shape: &Shape, member: usize) -> Result<Self, String> {
        let tensor = |(own_name, dims): (String, Vec<usize>)| {
            let name = member_tensor(member, &own_name);
            let tensor = file.tensor(&name).map_err(|error| error.to_string())?;
            let found = tensor.shape();
            if found != dims {
                return Err(format!("the tensor {name} is of shape {dims:?} in this program, and of {found:?} here"));
            }
            let data = tensor.data();
            let numbers: Vec<f32> = match tensor.dtype() {
                Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
                Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
                other => return Err(format!("the tensor {name} is of {other:?}, not of F16 or F32")),
            };
            if !numbers.iter().all(|number| number.is_finite()) {
                return Err(format!("the tensor {name} holds what is no number"));
            }
            Ok((own_name, (dims, numbers)))
        };
        Ok(Self(shape.tensors().into_iter().map(tensor).collect::<Result<_, String>>()?))
    }

    fn take(&mut self, name: &str) -> (Vec<usize>, Vec<f32>) {
        self.0.remove(name).expect("the shape lists every tensor once")
    }

    fn row(&mut self, name: &str) -> Array1<f32> {
        Array1::from_vec(self.take(name).1)
    }

    fn matrix(&mut self, name: &str) -> Array2<f32> {
        let (dims, numbers) = self.take(name);
        Array2::from_shape_vec((dims[0], dims[1]), numbers).expect("the shape was checked")
    }

    /// `PyTorch` keeps a matrix as `[outputs, inputs]`; a row of inputs is multiplied from the left.
    fn turned(&mut self, name: &str) -> Array2<f32> {
        self.matrix(name).t().as_standard_layout().into_owned()
    }

    fn linear(&mut self, name: &str) -> Linear {
        Linear { weight: self.turned(&format!("{name}.weight")), bias: self.row(&format!("{name}.bias")) }
    }

    fn norm(&mut self, name: &str) -> Norm {
        Norm { weight: self.row(&format!("{name}.weight")), bias: self.row(&format!("{name}.bias")) }
    }
}

fn rows(matrix: &Array2<f32>, range: Range<usize>) -> ArrayView2<'_, f32> {
    matrix.slice_axis(Axis(0), Slice::from(range))
}

/// What a vector of length 1 is multiplied by, so that its numbers are about as large as cues.
pub(crate) fn vector_scale(dims: usize) -> f32 {
    (dims as f32).sqrt()
}

fn silu(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}

/// Makes the numbers in `seen` shares of 1, and those outside of it 0.
fn soft_max(row: &mut [f32], seen: Range<usize>) {
    let highest = row[seen.clone()].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (i, value) in row.iter_mut().enumerate() {
        *value = if seen.contains(&i) { (*value - highest).exp() } else { 0.0 };
        sum += *value;
    }
    for value in row {
        *value /= sum;
    }
}

/// Returns the mean of the rows of `window`, each weighing as much as its words; zeros of an empty window. Row 0 of
/// `pooled` is unit `first`.
fn weighted_mean(pooled: &Array2<f32>, window: &Range<usize>, first: usize, n_words: &[u32]) -> Array1<f32> {
    let mut sum = Array1::zeros(pooled.ncols());
    let mut weight = 0.0;
    for unit in window.clone() {
        let words = n_words[unit].max(1) as f32;
        sum.scaled_add(words, &pooled.row(unit - first));
        weight += words;
    }
    if weight > 0.0 { sum / weight } else { sum }
}

/// The cosines and sines that turn queries and keys by their position.
struct Rotation {
    cos: Array2<f32>,
    sin: Array2<f32>,
}

/// Positions lie within the reach of attention, some hundreds: the slowest pair turns once in about so many units.
pub(crate) const ROTARY_BASE: f64 = 1000.0;

impl Rotation {
    fn new(n_units: usize, head_width: usize) -> Self {
        let half = head_width / 2;
        let angle = |(unit, pair): (usize, usize)| unit as f64 / ROTARY_BASE.powf(pair as f64 / half as f64);
        let angles = Array2::from_shape_fn((n_units, half), angle);
        Self { cos: angles.mapv(|angle| angle.cos() as f32), sin: angles.mapv(|angle| angle.sin() as f32) }
    }

    /// Returns `part`, `[units, head width]`, with number `i` and number `i + half` turned as a pair.
    fn applied(&self, part: &ArrayView2<f32>) -> Array2<f32> {
        let (first, second) = part.view().split_at(Axis(1), part.ncols() / 2);
        let mut turned = Array2::zeros(part.raw_dim());
        let (low, high): (ArrayViewMut2<f32>, ArrayViewMut2<f32>) =
            turned.view_mut().split_at(Axis(1), part.ncols() / 2);
        ndarray::Zip::from(low).and(&first).and(&second).and(&self.cos).and(&self.sin).for_each(
            |out, a, b, cos, sin| {
                *out = a * cos - b * sin;
            },
        );
        ndarray::Zip::from(high).and(&first).and(&second).and(&self.cos).and(&self.sin).for_each(
            |out, a, b, cos, sin| {
                *out = b * cos + a * sin;
            },
        );
        turned
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use safetensors::tensor::TensorView;

    use super::*;
    use crate::progress::Unwatched;

    /// A model small enough to be run often, whose units see eight to each side.
    pub(crate) const SMALL: Shape = Shape {
        dims: 6,
        n_cues: 3,
        n_words: 2,
        n_word_classes: 9,
        word_width: 2,
        pool_width: 4,
        n_windows: 1,
        width: 8,
        inner_width: 12,
        n_heads: 2,
        n_layers: 2,
        reach: 4,
    };

    /// Numbers between -1 and 1 that look random and are the same each time.
    fn numbers(n: usize, seed: u64) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..n).map(|_| next()).collect()
    }

    /// The tensors of a member; other members are other numbers.
    fn weights(shape: Shape, member: usize) -> Vec<(String, Vec<usize>, Vec<u8>)> {
        let tensor = |(number, (name, dims)): (usize, (String, Vec<usize>))| {
            let numbers = numbers(dims.iter().product(), (100 * member + number) as u64 + 1);
            (member_tensor(member, &name), dims, numbers.into_iter().flat_map(f32::to_le_bytes).collect())
        };
        shape.tensors().into_iter().enumerate().map(tensor).collect()
    }

    fn file(weights: &[(String, Vec<usize>, Vec<u8>)]) -> Vec<u8> {
        let views = weights.iter().map(|(name, dims, bytes)| {
            (name.as_str(), TensorView::new(Dtype::F32, dims.clone(), bytes).expect("four bytes a number"))
        });
        safetensors::serialize(views, None).expect("the names differ")
    }

    fn model() -> ContextModel {
        let members = [weights(SMALL, 0), weights(SMALL, 1)].concat();
        ContextModel::from_safetensors(&file(&members), SMALL, "small").expect("the weights fit the shape")
    }

    /// A document of so many units; what a unit is follows from its number and `seed` alone.
    struct Document {
        vectors: Vec<f32>,
        cues: Vec<f32>,
        words: Vec<u16>,
        windows: Vec<Range<usize>>,
        n_words: Vec<u32>,
    }

    impl Document {
        fn new(n_units: usize, seed: u64) -> Self {
            let window = |unit: usize| match unit {
                0 => [0..0, 0..0],
                _ => [unit.saturating_sub(2)..unit, unit..n_units.min(unit + 2)],
            };
            Self {
                vectors: numbers(n_units * SMALL.dims, seed),
                cues: numbers(n_units * SMALL.n_cues, seed + 1),
                words: (0..n_units * SMALL.n_words).map(|i| (i * 7 % SMALL.n_word_classes) as u16).collect(),
                windows: (0..n_units).flat_map(window).collect(),
                n_words: (0..n_units as u32).map(|unit| unit % 5).collect(),
            }
        }

        fn log_odds(&self, model: &ContextModel) -> Vec<[f32; N_OUTPUTS]> {
            self.read(model).expect("nobody cancels")
        }

        fn read(&self, model: &ContextModel) -> Result<Vec<[f32; N_OUTPUTS]>> {
            let vectors = Vectors::new(SMALL.dims, self.vectors.clone());
            let input = ContextInput {
                vectors: &vectors,
                cues: &self.cues,
                words: &self.words,
                windows: &self.windows,
                n_words: &self.n_words,
            };
            model.log_odds(input, &Unwatched)
        }
    }

    #[test]
    fn a_document_of_many_stretches_is_read_as_if_it_were_one() {
        let (model, n_units) = (model(), 2 * STRETCH_UNITS + 300);
        let document = Document::new(n_units, 3);
        let vectors = Vectors::new(SMALL.dims, document.vectors.clone());
        let input = ContextInput {
            vectors: &vectors,
            cues: &document.cues,
            words: &document.words,
            windows: &document.windows,
            n_words: &document.n_words,
        };
        let whole: Vec<Vec<_>> = model.members.iter().map(|member| member.stretch(input, 0..n_units)).collect();
        let whole = mean(&whole);
        let parts = document.log_odds(&model);
        assert_eq!(whole.len(), parts.len());
        for (unit, (one, other)) in whole.iter().zip(&parts).enumerate() {
            assert!((one[0] - other[0]).abs() < 1e-3 && (one[1] - other[1]).abs() < 1e-3, "unit {unit}");
        }
    }

    #[test]
    fn what_members_say_is_averaged() {
        let alone = |member: usize| {
            let renamed = weights(SMALL, member).into_iter().map(|(name, dims, bytes)| {
                (name.replace(&member_tensor(member, ""), &member_tensor(0, "")), dims, bytes)
            });
            let file = file(&renamed.collect::<Vec<_>>());
            ContextModel::from_safetensors(&file, SMALL, "small").expect("the weights fit the shape")
        };
        let document = Document::new(30, 11);
        let [together, one, other] = [model(), alone(0), alone(1)].map(|model| document.log_odds(&model));
        assert_ne!(one, other);
        let both = one.as_flattened().iter().zip(other.as_flattened());
        let means: Vec<f32> = both.map(|(&one, &other)| f32::midpoint(one, other)).collect();
        assert_eq!(together.as_flattened(), means);
    }

    #[test]
    fn scores_are_the_same_on_any_number_of_threads() {
        let (model, document) = (model(), Document::new(3 * STRETCH_UNITS, 5));
        let on = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
            pool.install(|| document.log_odds(&model))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn what_changes_beyond_the_reach_of_all_layers_changes_nothing() {
        let model = model();
        let (mut document, before) = (Document::new(100, 7), Document::new(100, 7).log_odds(&model));
        document.vectors[90 * SMALL.dims..].fill(0.5);
        let after = document.log_odds(&model);
        // Each layer sees `reach` further, and the windows two units more.
        let first_touched = 90 - SMALL.n_layers * SMALL.reach - 2;
        assert_eq!(before[..first_touched], after[..first_touched]);
        assert_ne!(before[first_touched..], after[first_touched..]);
    }

    #[test]
    fn weights_too_large_to_reckon_with_are_an_error_and_no_scores() {
        let mut huge = weights(SMALL, 0);
        for (.., bytes) in &mut huge {
            *bytes = f32::MAX.to_le_bytes().repeat(bytes.len() / 4);
        }
        let model = ContextModel::from_safetensors(&file(&huge), SMALL, "small").expect("the weights are numbers");
        let error = Document::new(3, 1).read(&model).expect_err("they overflow").to_string();
        assert!(error.contains("for a unit"), "{error}");
    }

    #[test]
    fn no_unit_has_no_score_and_one_has_one() {
        let model = model();
        assert_eq!(Document::new(1, 1).log_odds(&model).len(), 1);
        assert!(Document::new(0, 1).log_odds(&model).is_empty());
    }

    #[track_caller]
    fn check_refused(bytes: &[u8], expected: &str) {
        let error = ContextModel::from_safetensors(bytes, SMALL, "small").err().expect("it is no model").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn weights_that_are_none_say_what_is_wrong() {
        let whole = file(&weights(SMALL, 0));
        check_refused(b"", "load the model \"small\"");
        check_refused(b"no safetensors at all", "load the model");
        check_refused(&whole[..whole.len() - 1], "load the model");
        let mut fewer = weights(SMALL, 0);
        fewer.retain(|(name, ..)| name != "members.0.layers.1.up.bias");
        check_refused(&file(&fewer), "members.0.layers.1.up.bias");
        let mut second = [weights(SMALL, 0), weights(SMALL, 1)].concat();
        second.retain(|(name, ..)| name != "members.1.boundary.bias");
        check_refused(&file(&second), "members.1.boundary.bias");
        check_refused(&file(&weights(SMALL, 1)), "members.0.cue_mean");
        let mut other = weights(SMALL, 0);
        other[2].1.reverse();
        check_refused(
            &file(&other),
            "the tensor members.0.vector.weight is of shape [8, 6] in this program, and of [6, 8] here",
        );
        let mut broken = weights(SMALL, 0);
        broken[0].2[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        check_refused(&file(&broken), "the tensor members.0.cue_mean holds what is no number");
    }
}
