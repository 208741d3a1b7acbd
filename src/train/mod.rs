//! Documents whose sections are known, to weights: `caesura train`, with the cargo feature `libtorch`.
//!
//! [`context`] trains the model that reads a document as a whole; its result is a folder that every build reads. [`pair`] and
//! [`passage`] fine-tune a transformer that reads the text, both sides of a gap or several units at once. Nothing here runs when
//! a document is cut.

mod adam_w;
mod augment;
mod batches;
mod calibrate;
pub mod context;
mod context_net;
mod course;
mod examples;
mod looked_at;
pub mod pair;
pub mod passage;
mod random;
#[cfg(test)]
mod samples;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};

use adam_w::AdamW;
pub use augment::MadeOver;
pub use course::{Look, Schedule};
use sha2::{Digest, Sha256};
use tch::Tensor;
use tch::nn::VarStore;

use crate::document::UnitKind;
use crate::error::{Error, Result};
use crate::evaluate::Segmentation;
use crate::evaluate::data::Reference;

/// A document to learn from or to look at, and the kind it is of.
pub type Labelled = (String, Reference);

/// What a training reads.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// What is learnt from.
    pub train: Vec<Labelled>,
    /// What is looked at, to choose the best weights and to calibrate them.
    pub held_out: Vec<Labelled>,
}

/// Takes out documents whose text stands in an earlier one: one that is cut alike teaches nothing more, and one that is cut
/// otherwise contradicts it. Returns how many there were of either kind.
pub fn drop_repeated(documents: &mut Vec<Labelled>) -> Repeated {
    let mut seen: HashMap<[u8; 32], Segmentation> = HashMap::new();
    let mut repeated = Repeated::default();
    documents.retain(|(_, reference)| match seen.entry(Sha256::digest(&reference.text).into()) {
        Entry::Vacant(unseen) => {
            unseen.insert(reference.sections.clone());
            true
        }
        Entry::Occupied(earlier) if *earlier.get() == reference.sections => {
            repeated.n_alike += 1;
            false
        }
        Entry::Occupied(_) => {
            repeated.n_contradicting += 1;
            false
        }
    });
    repeated
}

/// How many documents have the text of an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// With the same sections.
    pub n_alike: usize,
    /// With others.
    pub n_contradicting: usize,
}

/// Writes a file wholly or not at all: what stood there before stays until the new file is on the disk.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let part = path.with_extension("part");
    let written = fs::write(&part, bytes).and_then(|()| put_in_place(&part, path));
    if written.is_err() {
        // What is half written is of no use, and would fill the disk further.
        let _ = fs::remove_file(&part);
    }
    written.map_err(failed)
}

/// Waits until a file is on the disk, and gives it its name.
fn put_in_place(part: &Path, path: &Path) -> std::io::Result<()> {
    fs::File::open(part)?.sync_all()?;
    fs::rename(part, path)
}

/// Writes tensors wholly or not at all: what stood there before stays until the new file is on the disk.
pub(crate) fn write_tensors(tensors: &[(String, Tensor)], path: &Path) -> Result<()> {
    let failed = |reason: &dyn std::fmt::Display| Error::Write {
        path: path.to_owned(),
        source: std::io::Error::other(reason.to_string()),
    };
    let part = path.with_extension("part");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let written = Tensor::write_safetensors(tensors, &part).map_err(|error| failed(&error));
    let written = written.and_then(|()| put_in_place(&part, path).map_err(|error| failed(&error)));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// Returns the weights of a BERT that learn, by name, and has libtorch follow them: all but embeddings and the `n_frozen` lowest
/// layers.
pub(crate) fn learning(store: &VarStore, n_frozen: usize) -> Vec<(String, Tensor)> {
    let layer = |name: &str| name.split("encoder.layer.").nth(1)?.split('.').next()?.parse::<usize>().ok();
    let learns = |name: &str| !name.contains("embeddings.") && layer(name).is_none_or(|layer| n_frozen <= layer);
    let mut variables: Vec<(String, Tensor)> = store.variables().into_iter().collect();
    variables.sort_by(|(a, _), (b, _)| a.cmp(b));
    let follow = |(name, variable): (String, Tensor)| {
        let learns = learns(&name);
        let variable = variable.set_requires_grad(learns);
        learns.then_some((name, variable))
    };
    variables.into_iter().filter_map(follow).collect()
}

/// Writes weights in the layout of model hubs: `model.safetensors`, and what `base` has beside its own, of `config.json` with some
/// fields changed. Returns the file of the weights.
pub(crate) fn write_hub(
    store: &VarStore,
    changes: &[(&str, serde_json::Value)],
    base: &Path,
    output: &Path,
) -> Result<PathBuf> {
    for name in ["vocab.txt", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json"] {
        if let Ok(bytes) = fs::read(base.join(name)) {
            write_whole(&output.join(name), &bytes)?;
        }
    }
    let path = base.join("config.json");
    let bytes = fs::read(&path).map_err(|source| Error::Read { path, source })?;
    let mut config: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes)?;
    config.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    write_whole(&output.join("config.json"), &serde_json::to_vec_pretty(&config)?)?;
    let model = output.join("model.safetensors");
    let mut weights: Vec<(String, Tensor)> = store.variables().into_iter().collect();
    weights.sort_by(|(a, _), (b, _)| a.cmp(b));
    write_tensors(&weights, &model)?;
    Ok(model)
}

/// Returns the mean loss of gaps whose log-odds are given, in nats.
pub(crate) fn mean_loss(scores: &[(f32, bool)]) -> f64 {
    let loss = |&(log_odds, is_boundary): &(f32, bool)| {
        let wrong = f64::from(if is_boundary { -log_odds } else { log_odds });
        wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
    };
    scores.iter().map(loss).sum::<f64>() / scores.len().max(1) as f64
}

/// Returns the best F1 of any one threshold over all gaps.
pub(crate) fn best_f1(mut scores: Vec<(f32, bool)>) -> f64 {
    scores.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let n_true = scores.iter().filter(|(_, is_boundary)| *is_boundary).count();
    let (mut hits, mut best) = (0, 0.0_f64);
    for (i, (_, is_boundary)) in scores.into_iter().enumerate() {
        hits += usize::from(is_boundary);
        best = best.max(2.0 * hits as f64 / (i + 1 + n_true).max(1) as f64);
    }
    best
}

/// Returns the rate of a step: it rises for a twentieth of the steps to `highest`, and falls to a hundredth of it along a
/// cosine.
pub(crate) fn rate_at(step: usize, n_steps: usize, highest: f64) -> f64 {
    let warm_up = (n_steps / 20).max(1);
    let share = (step + 1) as f64 / n_steps as f64;
    let falling = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
    highest * falling.max(0.01) * ((step + 1) as f64 / warm_up as f64).min(1.0)
}

/// Returns what kinds of document weigh, up to each: the root of their size, and those of talk more where they are less than
/// the share `talk` of all, in `0.0..=1.0`. Of each kind come its size and what its documents are made of; talk is a kind of
/// which most are utterances.
pub(crate) fn weights_so_far<D>(kinds: impl Iterator<Item = (usize, D)>, talk: f64) -> Vec<f64>
where
    D: Iterator<Item = UnitKind>,
{
    let of_kind = |(size, documents): (usize, D)| {
        let (spoken, others): (Vec<UnitKind>, Vec<UnitKind>) = documents.partition(|&of| of == UnitKind::Utterance);
        ((size as f64).sqrt(), others.len() < spoken.len())
    };
    let of_kinds: Vec<(f64, bool)> = kinds.map(of_kind).collect();
    let total = |of_talk| of_kinds.iter().filter(|(_, is_talk)| *is_talk == of_talk).map(|(weight, _)| weight).sum();
    let (of_talk, of_text): (f64, f64) = (total(true), total(false));
    let talk = talk.min(MOST_TALK);
    let more = (of_text * talk / (1.0 - talk) / of_talk.max(1.0)).max(1.0);
    let mut sum = 0.0;
    let so_far = of_kinds.iter().map(|&(weight, is_talk)| {
        sum += if is_talk { weight * more } else { weight };
        sum
    });
    so_far.collect()
}

/// The share that talk has at most where there is other text: no kind weighs nothing.
const MOST_TALK: f64 = 0.99;

/// What a training is of: its data, its settings but how long it goes on, and the version of what it sees. A checkpoint is
/// taken up by that training only.
pub(crate) fn identity(documents: &Documents, settings: &str) -> i64 {
    let mut hasher = Sha256::new_with_prefix(settings);
    for (kind, reference) in documents.train.iter().chain(&documents.held_out) {
        hasher.update(format!("\n{kind}\n{}\n{:?}\n", reference.id, reference.sections));
        hasher.update(&reference.text);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    i64::from_le_bytes(*digest.first_chunk().expect("32 bytes are 8 and more"))
}

/// Writes a checkpoint: the state of the optimiser, what the training is of, the best loss so far, and how many looks were
/// worse since.
pub(crate) fn checkpoint(path: &Path, optimizer: &AdamW, identity: i64, (best, n_worse): (f64, usize)) -> Result<()> {
    let mut state = optimizer.state();
    state.push(("identity".to_owned(), Tensor::from_slice(&[identity])));
    state.push(("looks".to_owned(), Tensor::from_slice(&[best, n_worse as f64])));
    write_tensors(&state, path)
}

/// Takes up what [`checkpoint`] has written, and returns the best loss so far and how many looks were worse since.
pub(crate) fn restore(path: &Path, optimizer: &mut AdamW, identity: i64) -> Result<(f64, usize), String> {
    let damaged = |reason: String| format!("it is damaged ({reason}); remove it, and the training begins anew");
    let mut state = Tensor::read_safetensors(path).map_err(|error| damaged(error.to_string()))?;
    let mut take = |name: &str, size: i64| {
        let place = state.iter().position(|(known, _)| known == name).ok_or(format!("{name} is missing"))?;
        let tensor = state.swap_remove(place).1;
        if tensor.size() == [size] { Ok(tensor) } else { Err(format!("{name} is of another shape")) }
    };
    let (looks, of) = (take("looks", 2).map_err(damaged)?, take("identity", 1).map_err(damaged)?);
    if of.int64_value(&[0]) != identity {
        return Err(
            "it is of a training with another base, other data, settings or features; take another folder, or remove it"
                .to_owned()
        );
    }
    optimizer.restore(state).map_err(damaged)?;
    Ok((looks.double_value(&[0]), looks.double_value(&[1]) as usize))
}

#[cfg(test)]
mod tests {
    use super::samples::documents;
    use super::*;
    use crate::document::GapIndex;

    #[test]
    fn a_text_that_comes_again_is_learnt_from_once() {
        let mut all = documents(2, 3);
        let alike = all[0].clone();
        let mut contradicting = all[1].clone();
        contradicting.1.sections = Segmentation::new(contradicting.1.units.len(), vec![GapIndex(0)]);
        all.extend([alike, contradicting]);
        assert_eq!(drop_repeated(&mut all), Repeated { n_alike: 1, n_contradicting: 1 });
        assert_eq!(all, documents(2, 3));
    }
}
