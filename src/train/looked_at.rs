//! Gaps of the documents held out, and how well a model that reads their text does beside the context model.

use std::collections::BTreeMap;

use super::calibrate::{self, Judged};
use super::course::OfKinds;
use super::{Labelled, best_f1, mean_loss};
use crate::boundaries::{Calibration, Combination, GapInput, OfUnitKinds, log_odds};
use crate::document::{GapIndex, GapScores, UnitKind};
use crate::error::Result;
use crate::evaluate::data::Reference;
use crate::neural::Encoder;
use crate::progress::{Part, Progress};

/// A gap of the documents held out.
pub(super) struct LookedAt<'a> {
    pub(super) kind: &'a str,
    pub(super) document: &'a Reference,
    pub(super) gap: GapIndex,
    pub(super) is_boundary: bool,
    /// The calibrated log-odds that the models asked before give it.
    pub(super) of_context: f32,
    /// How many gaps of its kind it stands for, over the root of all of them: a kind counts by how much of it there is, but not
    /// by as much.
    pub(super) weight: f64,
}

impl<'a> LookedAt<'a> {
    /// Takes a gap of a document, whose kind comes with it, and which the context model gives `scores`.
    pub(super) fn new(
        (kind, document): (&'a str, &'a Reference),
        scores: &GapScores,
        gap: GapIndex,
        weight: f64,
    ) -> Self {
        let (is_boundary, of_context) = (document.sections.is_boundary(gap), log_odds(scores.at(gap)));
        Self { kind, document, gap, is_boundary, of_context, weight }
    }
}

/// Returns what `score` gives each document, with the vectors that `encoder` makes of its units.
pub(super) fn scores(
    documents: &[Labelled],
    score: &dyn Fn(&GapInput) -> Result<GapScores>,
    encoder: &dyn Encoder,
    progress: &dyn Progress,
) -> Result<Vec<GapScores>> {
    let mut all = Vec::with_capacity(documents.len());
    for (_, reference) in documents {
        progress.check()?;
        // A document is one step, however many texts it has.
        let within = Part { progress, range: all.len()..all.len(), of: documents.len() };
        let vectors = encoder.encode(&reference.texts(), &within)?;
        all.push(score(&reference.input(Some(&vectors)))?);
        progress.report(all.len(), documents.len());
    }
    Ok(all)
}

/// Returns what makes calibrated what a model says of gaps of a kind of unit.
pub(super) fn calibrated(looked_at: &[LookedAt], of_reader: &[f32], kind: UnitKind) -> Calibration {
    let judged: Vec<Judged<2>> = of_kind(looked_at, kind)
        .map(|(i, gap)| Judged::new([f64::from(of_reader[i]), 1.0], gap.is_boundary, gap.weight))
        .collect();
    let [slope, offset] = calibrate::fit(&judged, [1.0, 0.0]);
    Calibration { slope: slope as f32, offset: offset as f32 }
}

/// Returns what makes it calibrated together with what the context model says.
pub(super) fn combined(looked_at: &[LookedAt], of_reader: &[f32], kind: UnitKind) -> Combination {
    let judged: Vec<Judged<3>> = of_kind(looked_at, kind)
        .map(|(i, gap)| {
            let said = [f64::from(gap.of_context), f64::from(of_reader[i]), 1.0];
            Judged::new(said, gap.is_boundary, gap.weight)
        })
        .collect();
    let [context, reader, offset] = calibrate::fit(&judged, [1.0, 0.0, 0.0]);
    Combination { context: context as f32, reader: reader as f32, offset: offset as f32 }
}

/// Returns the mean loss, in nats, of both models together, fitted to these gaps, over all of them; and of each kind of
/// document that loss and the best F1.
pub(super) fn losses(looked_at: &[LookedAt], of_reader: &[f32]) -> (f64, OfKinds) {
    let fitted = OfUnitKinds::each(|kind| combined(looked_at, of_reader, kind));
    let mut kinds: BTreeMap<&str, Sum> = BTreeMap::new();
    for (gap, &of_reader) in looked_at.iter().zip(of_reader) {
        let scored = (fitted.of(gap.document.units.kind).log_odds(gap.of_context, of_reader), gap.is_boundary);
        let sum = kinds.entry(gap.kind).or_default();
        sum.loss += gap.weight * mean_loss(&[scored]);
        sum.weight += gap.weight;
        sum.scored.push(scored);
    }
    let (loss, weight) = kinds.values().fold((0.0, 0.0), |(loss, weight), sum| (loss + sum.loss, weight + sum.weight));
    let of_kinds = kinds.into_iter().map(|(kind, sum)| (kind.to_owned(), (sum.loss / sum.weight, best_f1(sum.scored))));
    (if weight > 0.0 { loss / weight } else { 0.0 }, of_kinds.collect())
}

/// What is added up of a kind of document.
#[derive(Default)]
struct Sum {
    loss: f64,
    weight: f64,
    scored: Vec<(f32, bool)>,
}

fn of_kind<'a, 'b>(looked_at: &'a [LookedAt<'b>], kind: UnitKind) -> impl Iterator<Item = (usize, &'a LookedAt<'b>)> {
    looked_at.iter().enumerate().filter(move |(_, gap)| gap.document.units.kind == kind)
}
