//! A training under way, whatever it trains: its steps, its looks at what is held out, the best weights, and checkpoints to take
//! it up from.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use tch::Tensor;

use super::adam_w::AdamW;
use super::{checkpoint, rate_at, restore, write_tensors};
use crate::error::{Error, Result};
use crate::neural::pair_network::is_of_numbers;
use crate::progress::Progress;

/// Of each kind of document, the loss of a gap in nats, and the best F1 of any one threshold.
pub(super) type OfKinds = BTreeMap<String, (f64, f64)>;

/// How well a model does at some step.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Look {
    /// The member that is trained, from 1; only a context model has others.
    pub member: usize,
    /// After so many steps.
    pub step: usize,
    /// The mean loss of a gap that was learnt from since the last look, in nats.
    pub training_loss: f64,
    /// For each kind of document, the loss of a gap in nats and the best F1 of any one threshold: of a pair model over gaps in
    /// doubt, together with the context model, and together with it of a passage model, over all gaps.
    pub of_kinds: BTreeMap<String, (f64, f64)>,
    /// Whether it is the best so far.
    pub is_best: bool,
}

/// What is trained.
pub(super) trait Learner {
    /// Computes the gradients of a step, and returns the loss of a gap before it, in nats. Everything random follows from the
    /// number of the step, from 0.
    fn learn(&mut self, step: usize) -> Result<f64>;

    /// Looks at what is held out: returns what is to become small, and of each kind of document loss and F1; no kind, if there is
    /// nothing to look at.
    fn look(&mut self) -> Result<(f64, OfKinds)>;
}

/// How long a training goes on, and how often it looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// How many steps are made, at least 1.
    pub n_steps: usize,
    /// The highest rate, reached after a twentieth of the steps; from there it falls to nothing along a cosine.
    pub rate: f64,
    /// Steps between two looks at what is held out, each with a checkpoint.
    pub validate_every: usize,
    /// Training ends early after so many looks without a better one.
    pub patience: usize,
}

/// How far a training is.
pub(super) struct Course {
    optimizer: AdamW,
    /// What is kept of the best look, by name.
    weights: Vec<(String, Tensor)>,
    folder: PathBuf,
    /// See [`super::identity`].
    identity: i64,
    schedule: Schedule,
    best: f64,
    n_worse: usize,
}

impl Course {
    /// Begins, or goes on from the checkpoint in `folder`. Of the best look `weights` are kept: tensors that the optimiser
    /// changes, and perhaps others.
    pub(super) fn new(
        optimizer: AdamW,
        mut weights: Vec<(String, Tensor)>,
        folder: &Path,
        identity: i64,
        schedule: Schedule,
    ) -> Result<Self> {
        weights.sort_by(|(a, _), (b, _)| a.cmp(b));
        let folder = folder.to_owned();
        let mut course = Self { optimizer, weights, folder, identity, schedule, best: f64::INFINITY, n_worse: 0 };
        let path = course.checkpoint();
        if path.exists() {
            let restored = restore(&path, &mut course.optimizer, identity);
            (course.best, course.n_worse) =
                restored.map_err(|reason| Error::Model { name: path.display().to_string(), reason })?;
        }
        Ok(course)
    }

    fn checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoint.safetensors")
    }

    /// Returns where the weights of the best look are.
    fn best_weights(&self) -> PathBuf {
        self.folder.join("best.safetensors")
    }

    /// Returns what `read` makes of the weights of the best look. A file that was changed since is found out here.
    pub(super) fn best<T, E: Display>(&self, read: impl FnOnce(&Path) -> std::result::Result<T, E>) -> Result<T> {
        let path = self.best_weights();
        read(&path).map_err(|error| {
            let advice = "remove it and the checkpoint beside it, and the training begins anew";
            Error::Model { name: path.display().to_string(), reason: format!("it is damaged ({error}); {advice}") }
        })
    }

    /// Makes all steps that are left. `member` is whom looks are of, from 1.
    pub(super) fn run(
        &mut self,
        member: usize,
        learner: &mut dyn Learner,
        on_look: &mut dyn FnMut(&Look),
        progress: &dyn Progress,
    ) -> Result<()> {
        let Schedule { n_steps, rate, validate_every, patience } = self.schedule;
        let (mut loss_sum, mut n_losses) = (0.0, 0);
        while self.optimizer.n_steps() < n_steps && self.n_worse < patience {
            progress.check()?;
            let step = self.optimizer.n_steps();
            let loss = learner.learn(step)?;
            self.check(step, loss.is_finite())?;
            loss_sum += loss;
            self.optimizer.step(rate_at(step, n_steps, rate), 1.0);
            tracing::debug!(step, loss_sum, "made a step");
            n_losses += 1;
            let n_done = step + 1;
            progress.report(n_done, n_steps);
            if !n_done.is_multiple_of(validate_every) && n_done != n_steps {
                continue;
            }
            let training_loss = loss_sum / f64::from(n_losses);
            (loss_sum, n_losses) = (0.0, 0);
            self.optimizer.swap_average();
            let (loss, of_kinds) = learner.look()?;
            // Only what is looked at is written.
            self.check(step, loss.is_finite() && self.weights.iter().all(|(_, weight)| is_of_numbers(weight)))?;
            // Without anything to look at, the last weights are as good as any.
            let is_best = of_kinds.is_empty() || loss < self.best;
            if is_best {
                (self.best, self.n_worse) = (loss, 0);
                write_tensors(&self.weights, &self.best_weights())?;
            } else {
                self.n_worse += 1;
            }
            self.optimizer.swap_average();
            on_look(&Look { member, step: n_done, training_loss, of_kinds, is_best });
            checkpoint(&self.checkpoint(), &self.optimizer, self.identity, (self.best, self.n_worse))?;
        }
        Ok(())
    }

    /// Fails where a loss or a weight is no number any more, as `is_of_numbers` says: nothing is written of such a training, and
    /// its last checkpoint and best weights stay.
    fn check(&self, step: usize, is_of_numbers: bool) -> Result<()> {
        if is_of_numbers {
            return Ok(());
        }
        Err(Error::Nothing {
            attempt: "go on with the training",
            reason: format!(
                "after {step} steps the loss or a weight is no number; the last checkpoint in {} is kept; train at a lower --rate",
                self.folder.display()
            ),
        })
    }
}
