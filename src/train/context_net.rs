//! The context model as it is trained, in tch: the same arithmetic as [`crate::neural::ContextModel`], with dropout, and
//! with the heads of Lee et al. 2023 (arXiv 2301.01935) beside the boundary: same topic, next sentence, topic class.

use tch::{Device, Kind, Tensor};

use super::random::Random;
use crate::neural::{N_OUTPUTS, ROTARY_BASE, Shape, vector_scale};

/// Numbers in the state of a unit when two units are compared for "same topic".
const TOPIC_WIDTH: i64 = 32;

/// A batch of stretches, each of as many units, the shorter ones filled up.
pub(crate) struct Batch {
    /// `[stretches, units, dims]`.
    pub(crate) vectors: Tensor,
    /// `[stretches, units, n_cues]`, each number less its mean, in deviations.
    pub(crate) cues: Tensor,
    /// `[stretches, units, n_words]`, whole numbers.
    pub(crate) words: Tensor,
    /// `[stretches, 2 * n_windows * units, units]`: for each window of each unit, what each unit weighs in its mean.
    pub(crate) means: Tensor,
    /// `[stretches, 1, units, units]`: 0 where the one attends to the other, else minus infinity.
    pub(crate) attends: Tensor,
}

/// What comes out.
pub(crate) struct Outputs {
    /// `[stretches, units, N_OUTPUTS]`, log-odds.
    pub(crate) boundary: Tensor,
    /// `[stretches, units, TOPIC_WIDTH]`: two units are of one topic if these agree.
    pub(crate) topic_state: Tensor,
    /// `[stretches, units]`, log-odds that the unit goes on where the one before ends.
    pub(crate) follows: Tensor,
    /// `[stretches, units, classes]`, log-odds; no class if none are learnt.
    pub(crate) class: Tensor,
}

/// The weights.
pub(crate) struct ContextNet {
    shape: Shape,
    /// By name, those of [`Shape::tensors`] first.
    weights: Vec<(String, Tensor)>,
    n_shared: usize,
    dropout: f64,
}

impl ContextNet {
    /// Returns a model with random weights, and the means and scales of cues as given.
    pub(crate) fn new(
        shape: Shape,
        n_classes: usize,
        dropout: f64,
        cue_mean: &[f32],
        cue_scale: &[f32],
        seed: u64,
    ) -> Self {
        let mut random = Random::new(seed, 1);
        let mut weights: Vec<(String, Tensor)> = Vec::new();
        let mut tensors = shape.tensors();
        let n_shared = tensors.len();
        let width = shape.width;
        tensors.push(("topic.weight".to_owned(), vec![TOPIC_WIDTH as usize, width]));
        tensors.push(("topic.scale".to_owned(), vec![2]));
        tensors.push(("follows.weight".to_owned(), vec![1, width]));
        tensors.push(("follows.bias".to_owned(), vec![1]));
        tensors.push(("class.weight".to_owned(), vec![n_classes.max(1), width]));
        tensors.push(("class.bias".to_owned(), vec![n_classes.max(1)]));
        for (name, dims) in tensors {
            let n: usize = dims.iter().product();
            let numbers: Vec<f32> = match name.as_str() {
                "cue_mean" => cue_mean.to_vec(),
                "cue_scale" => cue_scale.to_vec(),
                "topic.scale" => vec![1.0, 0.0],
                // About two boundaries in a hundred gaps: no time is lost on learning that they are rare.
                "boundary.bias" => vec![-3.0, 0.0],
                _ if name.contains("norm") => vec![if name.ends_with("weight") { 1.0 } else { 0.0 }; n],
                _ if name.ends_with("bias") => vec![0.0; n],
                _ => {
                    let last = dims[dims.len() - 1];
                    let fan = if name == "words.table" { 1 } else { last };
                    // What is added to the state starts small, the deeper the model the smaller.
                    let is_added = name.ends_with("out.weight") || name.ends_with("down.weight");
                    let damp = if is_added { (2.0 * shape.n_layers as f64).sqrt() } else { 1.0 };
                    let bound = (3.0 / fan as f64).sqrt() * 0.6 / damp;
                    (0..n).map(|_| ((random.share() * 2.0 - 1.0) * bound) as f32).collect()
                }
            };
            let dims: Vec<i64> = dims.iter().map(|&dim| dim as i64).collect();
            let is_fixed = name.starts_with("cue_");
            let tensor = Tensor::from_slice(&numbers).reshape(dims.as_slice()).set_requires_grad(!is_fixed);
            weights.push((name, tensor));
        }
        Self { shape, weights, n_shared, dropout }
    }

    /// Returns the weights to train.
    pub(crate) fn trainable(&self) -> Vec<(String, Tensor)> {
        let is_trained = |(_, tensor): &&(String, Tensor)| tensor.requires_grad();
        self.weights.iter().filter(is_trained).map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect()
    }

    /// Returns the weights that cut documents, those of [`Shape::tensors`].
    pub(crate) fn shared(&self) -> &[(String, Tensor)] {
        &self.weights[..self.n_shared]
    }

    /// Takes the weights of [`ContextNet::shared`] from others of the same names and shapes.
    pub(crate) fn restore(&self, weights: &[(String, Tensor)]) -> Result<(), String> {
        tch::no_grad(|| {
            for (name, own) in self.shared() {
                let found = weights.iter().find(|(known, _)| known == name);
                let (_, weight) = found.ok_or_else(|| format!("the tensor {name} is missing"))?;
                if weight.size() != own.size() {
                    return Err(format!("the tensor {name} is of shape {:?}, not {:?}", weight.size(), own.size()));
                }
                own.shallow_clone().copy_(weight);
            }
            Ok(())
        })
    }

    /// Returns the mean of each cue, and one over its deviation.
    pub(crate) fn cues(&self) -> (Vec<f32>, Vec<f32>) {
        let numbers = |name: &str| Vec::<f32>::try_from(self.weight(name)).expect("a row of f32");
        (numbers("cue_mean"), numbers("cue_scale"))
    }

    fn weight(&self, name: &str) -> &Tensor {
        let found = self.weights.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("there is no tensor {name}")).1
    }

    fn linear(&self, input: &Tensor, name: &str) -> Tensor {
        input.linear(self.weight(&format!("{name}.weight")), Some(self.weight(&format!("{name}.bias"))))
    }

    fn norm(&self, input: &Tensor, name: &str) -> Tensor {
        let weight = self.weight(&format!("{name}.weight"));
        let bias = self.weight(&format!("{name}.bias"));
        input.layer_norm([self.shape.width as i64], Some(weight), Some(bias), 1e-5, false)
    }

    /// Runs the model; in training some of what it sees is left out at random, by the generator of tch.
    #[expect(
        clippy::assign_op_pattern,
        reason = "tch adds in place where it is written so, and no gradient survives that"
    )]
    pub(crate) fn run(&self, batch: &Batch, is_training: bool) -> Outputs {
        let none: Option<&Tensor> = None;
        let shape = &self.shape;
        let (n_stretches, n_units) = (batch.cues.size()[0], batch.cues.size()[1]);
        let drop = |input: Tensor, share: f64| if is_training { input.dropout(share, true) } else { input };

        let vectors = &batch.vectors * f64::from(vector_scale(shape.dims));
        let mut state = self.linear(&drop(vectors.shallow_clone(), self.dropout), "vector");
        state = state + batch.cues.linear(self.weight("cues.weight"), none);
        let words = Tensor::embedding(self.weight("words.table"), &batch.words, -1, false, false);
        let words = drop(words, 2.0 * self.dropout).reshape([n_stretches, n_units, -1]);
        state = state + words.linear(self.weight("words.weight"), none);

        let pooled = vectors.linear(self.weight("pool.weight"), none);
        let (n_windows, pool_width) = (shape.n_windows as i64, shape.pool_width as i64);
        let means = batch.means.bmm(&pooled).view([n_stretches, n_windows, 2, n_units, pool_width]);
        let (before, after) = (means.select(2, 0), means.select(2, 1));
        let contrast = Tensor::stack(&[&after - &before, (&after - &before).abs(), &after * &before], 2);
        // From [stretches, windows, 3, units, pool] to a row a unit.
        let contrast = contrast.permute([0, 3, 1, 2, 4]).reshape([n_stretches, n_units, -1]);
        state = state + drop(contrast, self.dropout).linear(self.weight("contrast.weight"), none);

        let (n_heads, head_width) = (shape.n_heads as i64, shape.head_width() as i64);
        let rotation = Rotation::new(n_units, head_width);
        for layer in 0..shape.n_layers {
            let name = |part: &str| format!("layers.{layer}.{part}");
            let projected = self.linear(&self.norm(&state, &name("norm_1")), &name("attention"));
            let heads = projected.view([n_stretches, n_units, 3, n_heads, head_width]).permute([2, 0, 3, 1, 4]);
            let (queries, keys) = (rotation.applied(&heads.select(0, 0)), rotation.applied(&heads.select(0, 1)));
            let values = heads.select(0, 2);
            // Without dropout of its weights, attention runs fused, which halves the time of a step.
            let taken = Tensor::scaled_dot_product_attention(
                &queries,
                &keys,
                &values,
                Some(&batch.attends),
                0.0,
                false,
                None::<f64>,
            );
            let taken = taken.transpose(1, 2).reshape([n_stretches, n_units, -1]);
            state = state + drop(self.linear(&taken, &name("out")), self.dropout);
            let inner = self.linear(&self.norm(&state, &name("norm_2")), &name("up")).silu();
            state = state + drop(self.linear(&inner, &name("down")), self.dropout);
        }
        let state = self.norm(&state, "norm");
        let boundary = self.linear(&drop(state.shallow_clone(), self.dropout), "boundary");
        debug_assert_eq!(boundary.size()[2], N_OUTPUTS as i64);
        Outputs {
            boundary,
            topic_state: state.linear(self.weight("topic.weight"), none),
            follows: self.linear(&state, "follows").squeeze_dim(-1),
            class: self.linear(&state, "class"),
        }
    }

    /// Returns the log-odds that units `apart` from each other are of one topic: `[stretches, units - apart]`.
    pub(crate) fn same_topic(&self, outputs: &Outputs, apart: i64) -> Tensor {
        let state = &outputs.topic_state;
        let n_units = state.size()[1];
        let product = state.narrow(1, 0, n_units - apart) * state.narrow(1, apart, n_units - apart);
        let scale = self.weight("topic.scale");
        product.sum_dim_intlist([-1_i64].as_slice(), false, Kind::Float) * scale.select(0, 0) + scale.select(0, 1)
    }
}

struct Rotation {
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    fn new(n_units: i64, head_width: i64) -> Self {
        let half = head_width / 2;
        let pairs = Tensor::arange(half, (Kind::Double, Device::Cpu)) / half as f64;
        let speed = (pairs * -ROTARY_BASE.ln()).exp();
        let angles = Tensor::arange(n_units, (Kind::Double, Device::Cpu)).unsqueeze(1) * speed.unsqueeze(0);
        Self { cos: angles.cos().to_kind(Kind::Float), sin: angles.sin().to_kind(Kind::Float) }
    }

    fn applied(&self, part: &Tensor) -> Tensor {
        let half = part.size()[3] / 2;
        let (first, second) = (part.narrow(3, 0, half), part.narrow(3, half, half));
        Tensor::cat(&[&first * &self.cos - &second * &self.sin, &second * &self.cos + &first * &self.sin], 3)
    }
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::{Dtype, TensorView};

    use super::*;
    use crate::neural::{ContextInput, ContextModel, Vectors, member_tensor};
    use crate::progress::Unwatched;

    const SHAPE: Shape = Shape {
        dims: 12,
        n_cues: 5,
        n_words: 3,
        n_word_classes: 20,
        word_width: 4,
        pool_width: 6,
        n_windows: 2,
        width: 16,
        inner_width: 24,
        n_heads: 2,
        n_layers: 3,
        reach: 7,
    };
    const N_UNITS: usize = 50;

    fn file(net: &ContextNet) -> Vec<u8> {
        let data: Vec<(String, Vec<usize>, Vec<u8>)> = net
            .shared()
            .iter()
            .map(|(name, tensor)| {
                let numbers = Vec::<f32>::try_from(tensor.view(-1)).expect("a row of f32");
                let dims = tensor.size().into_iter().map(|dim| dim as usize).collect();
                (member_tensor(0, name), dims, numbers.into_iter().flat_map(f32::to_le_bytes).collect())
            })
            .collect();
        let views = data.iter().map(|(name, dims, bytes)| {
            (name.as_str(), TensorView::new(Dtype::F32, dims.clone(), bytes).expect("four bytes a number"))
        });
        safetensors::serialize(views, None).expect("the names differ")
    }

    #[test]
    fn every_build_computes_what_was_trained() {
        let mut random = Random::new(11, 0);
        let mut numbers = |n: usize| -> Vec<f32> { (0..n).map(|_| random.share() as f32 * 2.0 - 1.0).collect() };
        let (mean, scale) = (numbers(SHAPE.n_cues), vec![0.7; SHAPE.n_cues]);
        let net = ContextNet::new(SHAPE, 4, 0.3, &mean, &scale, 5);
        let (vectors, cues) = (numbers(N_UNITS * SHAPE.dims), numbers(N_UNITS * SHAPE.n_cues));
        let words: Vec<u16> = (0..N_UNITS * SHAPE.n_words).map(|i| (i * 7 % SHAPE.n_word_classes) as u16).collect();
        let n_words: Vec<u32> = (0..N_UNITS as u32).map(|unit| unit * unit % 11).collect();
        let window = |unit: usize| match unit {
            0 => [0..0, 0..0, 0..0, 0..0],
            _ => [unit - 1..unit, unit..unit + 1, unit.saturating_sub(6)..unit, unit..N_UNITS.min(unit + 5)],
        };
        let windows: Vec<std::ops::Range<usize>> = (0..N_UNITS).flat_map(window).collect();

        let model = ContextModel::from_safetensors(&file(&net), SHAPE, "test").expect("the weights are whole");
        let of_model = Vectors::new(SHAPE.dims, vectors.clone());
        let input =
            ContextInput { vectors: &of_model, cues: &cues, words: &words, windows: &windows, n_words: &n_words };
        let found = model.log_odds(input, &Unwatched).expect("nobody cancels");

        let n_slots = 2 * SHAPE.n_windows;
        let mut means = vec![0.0_f32; n_slots * N_UNITS * N_UNITS];
        for (at, window) in windows.iter().enumerate() {
            let total: f32 = window.clone().map(|unit| n_words[unit].max(1) as f32).sum();
            for near in window.clone() {
                let row = at % n_slots * N_UNITS + at / n_slots;
                means[row * N_UNITS + near] = n_words[near].max(1) as f32 / total;
            }
        }
        let attends: Vec<f32> = (0..N_UNITS * N_UNITS)
            .map(|i| if (i / N_UNITS).abs_diff(i % N_UNITS) <= SHAPE.reach { 0.0 } else { f32::NEG_INFINITY })
            .collect();
        let scaled: Vec<f32> = cues
            .chunks_exact(SHAPE.n_cues)
            .flat_map(|row| row.iter().zip(&mean).zip(&scale).map(|((cue, mean), scale)| (cue - mean) * scale))
            .collect();
        let of = |numbers: &[f32], dims: &[i64]| Tensor::from_slice(numbers).reshape(dims);
        let n_units = N_UNITS as i64;
        let words: Vec<i64> = words.into_iter().map(i64::from).collect();
        let batch = Batch {
            vectors: of(&vectors, &[1, n_units, SHAPE.dims as i64]),
            cues: of(&scaled, &[1, n_units, SHAPE.n_cues as i64]),
            words: Tensor::from_slice(&words).reshape([1, n_units, SHAPE.n_words as i64]),
            means: of(&means, &[1, n_slots as i64 * n_units, n_units]),
            attends: of(&attends, &[1, 1, n_units, n_units]),
        };
        let expected = tch::no_grad(|| net.run(&batch, false).boundary);
        let expected = Vec::<f32>::try_from(expected.view(-1)).expect("a row of f32");
        for (unit, (found, expected)) in found.as_flattened().iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 1e-4, "number {unit}: {found} and {expected}");
        }
        assert!(expected.iter().any(|x| x.abs() > 0.05), "the scores are all alike: {expected:?}");
    }
}
