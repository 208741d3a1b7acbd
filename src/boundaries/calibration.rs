//! What turns a model's log-odds into probabilities, for each kind of unit.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{UnitKind, setting};

/// One of something for each kind of unit: each kind has its own share of gaps that are boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfUnitKinds<T> {
    /// For paragraphs.
    pub paragraph: T,
    /// For sentences.
    pub sentence: T,
    /// For utterances.
    pub utterance: T,
}

impl<T: Copy> OfUnitKinds<T> {
    /// Returns what `of` gives for each kind.
    pub fn each(of: impl Fn(UnitKind) -> T) -> Self {
        Self {
            paragraph: of(UnitKind::Paragraph),
            sentence: of(UnitKind::Sentence),
            utterance: of(UnitKind::Utterance),
        }
    }

    /// Returns that of one kind.
    pub fn of(&self, kind: UnitKind) -> T {
        match kind {
            UnitKind::Paragraph => self.paragraph,
            UnitKind::Sentence => self.sentence,
            UnitKind::Utterance => self.utterance,
        }
    }

    /// Returns an object of what `value` makes of each, by the name of its kind, as provenance keeps it.
    pub(super) fn to_json(self, value: impl Fn(T) -> Value) -> Value {
        let named = UnitKind::ALL.map(|kind| (kind.name().to_owned(), value(self.of(kind))));
        Value::Object(named.into_iter().collect())
    }
}

/// How log-odds become calibrated log-odds (Platt 1999; Guo et al. 2017, arXiv 1706.04599).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What they are multiplied by, above 0.
    pub slope: f32,
    /// What is added then.
    pub offset: f32,
}

impl Calibration {
    /// Returns both numbers as provenance keeps them.
    pub(super) fn to_json(self) -> Value {
        Value::from([self.slope, self.offset].map(setting).to_vec())
    }

    /// Returns the probability that log-odds stand for.
    pub fn probability(self, log_odds: f32) -> f32 {
        probability(log_odds * self.slope + self.offset)
    }
}

/// How the log-odds of two models become calibrated log-odds together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Combination {
    /// What those of the context model, already calibrated, are multiplied by.
    pub context: f32,
    /// What those of a model that reads the text are multiplied by.
    #[serde(alias = "pair")]
    pub reader: f32,
    /// What is added then.
    pub offset: f32,
}

impl Combination {
    /// Returns all three numbers as provenance keeps them.
    pub(super) fn to_json(self) -> Value {
        Value::from([self.context, self.reader, self.offset].map(setting).to_vec())
    }

    /// Returns the log-odds that both together stand for.
    pub fn log_odds(self, context: f32, reader: f32) -> f32 {
        context * self.context + reader * self.reader + self.offset
    }
}

/// Returns the probability, in `0.0..=1.0`, of log-odds.
pub(crate) fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Returns the log-odds of a probability; one very near 0 or 1 is taken to be a millionth from it.
pub(crate) fn log_odds(probability: f32) -> f32 {
    let probability = probability.clamp(1e-6, 1.0 - 1e-6);
    (probability / (1.0 - probability)).ln()
}
