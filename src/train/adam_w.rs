//! `AdamW` (Loshchilov, Hutter 2019, arXiv 1711.05101), with a state that can be kept and taken up again.
//!
//! The optimiser of `tch` is faster by nothing that matters here, and cannot be saved.

use tch::{Kind, Tensor};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.98;
const EPSILON: f64 = 1e-8;
/// What the average keeps of itself a step, once there are enough of them.
const AVERAGE_KEEPS: f64 = 0.998;

/// The parameters of a model and what the optimiser remembers of each.
pub(crate) struct AdamW {
    /// By name, in the order given.
    parameters: Vec<(String, Tensor)>,
    mean: Vec<Tensor>,
    square: Vec<Tensor>,
    /// The mean over the last steps of each parameter.
    average: Vec<Tensor>,
    n_steps: i64,
    weight_decay: f64,
}

impl AdamW {
    /// Takes the parameters to train. Matrices decay by `weight_decay` times the rate; rows, as biases are, do not.
    pub(crate) fn new(parameters: Vec<(String, Tensor)>, weight_decay: f64) -> Self {
        let zeros = || parameters.iter().map(|(_, tensor)| tensor.zeros_like()).collect();
        let average = parameters.iter().map(|(_, tensor)| tensor.detach().copy()).collect();
        Self { mean: zeros(), square: zeros(), average, parameters, n_steps: 0, weight_decay }
    }

    /// Scales the gradients down to a norm of at most `max_norm` all together, makes a step of `rate`, and forgets them.
    /// Returns the norm before.
    pub(crate) fn step(&mut self, rate: f64, max_norm: f64) -> f64 {
        tch::no_grad(|| {
            let squares: f64 = self.grads().map(|grad| grad.square().sum(Kind::Double).double_value(&[])).sum();
            let norm = squares.sqrt();
            let scale = if norm > max_norm { max_norm / norm } else { 1.0 };
            self.n_steps += 1;
            let (correct_1, correct_2) =
                (1.0 - BETA_1.powi(self.n_steps as i32), 1.0 - BETA_2.powi(self.n_steps as i32));
            for (i, (_, parameter)) in self.parameters.iter_mut().enumerate() {
                let grad = parameter.grad();
                if !grad.defined() {
                    continue;
                }
                let grad = grad * scale;
                let mean = &mut self.mean[i];
                let _ = mean.g_mul_scalar_(BETA_1).g_add_(&(&grad * (1.0 - BETA_1)));
                let square = &mut self.square[i];
                let _ = square.g_mul_scalar_(BETA_2).g_add_(&(grad.square() * (1.0 - BETA_2)));
                let step = (&*mean / correct_1) / ((&*square / correct_2).sqrt() + EPSILON);
                if parameter.dim() > 1 {
                    let _ = parameter.g_mul_scalar_(1.0 - rate * self.weight_decay);
                }
                let _ = parameter.g_sub_(&(step * rate));
                parameter.zero_grad();
                let keeps = AVERAGE_KEEPS.min((1.0 + self.n_steps as f64) / (10.0 + self.n_steps as f64));
                let _ = self.average[i].g_mul_scalar_(keeps).g_add_(&(&*parameter * (1.0 - keeps)));
            }
            norm
        })
    }

    /// Puts into each parameter its average over the last steps, which generalises better than where a step happens to
    /// end (Polyak, Juditsky 1992), and keeps what stood there; the second call puts everything back.
    pub(crate) fn swap_average(&mut self) {
        tch::no_grad(|| {
            for ((_, parameter), average) in self.parameters.iter_mut().zip(&mut self.average) {
                let kept = parameter.copy();
                parameter.copy_(average);
                average.copy_(&kept);
            }
        });
    }

    fn grads(&self) -> impl Iterator<Item = Tensor> {
        self.parameters.iter().map(|(_, tensor)| tensor.grad()).filter(Tensor::defined)
    }

    /// Returns everything there is to keep, by name.
    pub(crate) fn state(&self) -> Vec<(String, Tensor)> {
        let mut state = vec![("n_steps".to_owned(), Tensor::from_slice(&[self.n_steps]))];
        for (i, (name, value)) in self.parameters.iter().enumerate() {
            for (part, tensor) in
                [("value", value), ("mean", &self.mean[i]), ("square", &self.square[i]), ("average", &self.average[i])]
            {
                state.push((format!("{part}.{name}"), tensor.shallow_clone()));
            }
        }
        state
    }

    /// Takes up what [`AdamW::state`] gave; says what is missing or of another shape.
    pub(crate) fn restore(&mut self, state: Vec<(String, Tensor)>) -> Result<(), String> {
        let state: std::collections::HashMap<String, Tensor> = state.into_iter().collect();
        let wanted = |name: String, like: &Tensor| match state.get(&name) {
            Some(tensor) if tensor.size() == like.size() => Ok(tensor),
            Some(tensor) => Err(format!("{name} is of shape {:?}, not {:?}", tensor.size(), like.size())),
            None => Err(format!("{name} is missing")),
        };
        tch::no_grad(|| {
            for (i, (name, parameter)) in self.parameters.iter_mut().enumerate() {
                let value = wanted(format!("value.{name}"), parameter)?;
                self.mean[i].copy_(wanted(format!("mean.{name}"), parameter)?);
                self.square[i].copy_(wanted(format!("square.{name}"), parameter)?);
                self.average[i].copy_(wanted(format!("average.{name}"), parameter)?);
                parameter.copy_(value);
            }
            let n_steps = state.get("n_steps").ok_or("n_steps is missing")?;
            self.n_steps = n_steps.int64_value(&[0]);
            Ok(())
        })
    }

    /// Returns how many steps were made.
    pub(crate) fn n_steps(&self) -> usize {
        self.n_steps as usize
    }
}
