//! Sentence vectors of all-MiniLM-L6-v2, run by rten: pure Rust, int8 weights, nothing to install.
//!
//! Reimers, Gurevych 2019, "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks": the mean over the word
//! pieces of the last layer, scaled to length 1.
//!
//! Most of the int8 products take the scale of their inputs from the whole tensor, so that a text in a batch would be
//! rounded otherwise than the same text alone or beside others. Each text therefore runs alone, without any padding,
//! and the threads take texts, not parts of one: a vector depends on its text only.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use sha2::{Digest, Sha256};

use super::queue::{check_threads, run_all};
use super::tokens::{Tokens, carried};
use super::upper::encoder_graph;
use super::vectors::normalize;
use super::{Encoder, Vectors};
use crate::error::{Error, Result};
use crate::progress::Progress;

pub(super) static ENCODER_WEIGHTS: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/all-MiniLM-L6-v2/model.onnx"));

/// The name stored with every result.
const NAME: &str = "all-MiniLM-L6-v2";

/// The sentence encoder that this program carries.
pub struct SentenceEncoder {
    tokens: Tokens,
    model: Arc<Model>,
    inputs: Inputs,
    output: NodeId,
    dims: usize,
    /// One for each thread: a text is run by one thread.
    options: Vec<RunOptions>,
}

struct Inputs {
    ids: NodeId,
    mask: NodeId,
    /// Some models have no use for it.
    types: Option<NodeId>,
}

impl SentenceEncoder {
    /// Returns the encoder, all-MiniLM-L6-v2 with int8 weights, run on `n_threads`, at least 1.
    pub fn embedded(n_threads: usize) -> Result<Self> {
        let options = run_options(n_threads)?;
        let model = encoder_graph()?;
        let node = |id: &str| model.node_id(id).map_err(|error| unusable(NAME, &error));
        let inputs =
            Inputs { ids: node("input_ids")?, mask: node("attention_mask")?, types: model.find_node("token_type_ids") };
        let Some(&output) = model.output_ids().first() else {
            return Err(unusable(NAME, &"it has no output"));
        };
        let tokens = Tokens::new(carried(NAME)?, NAME)?;
        let mut encoder = Self { tokens, model, inputs, output, dims: 1, options };
        // The width of a vector is best learnt from one; this also finds a model that loads but does not run.
        encoder.dims = tried(NAME, encoder.vector("tide", &encoder.options[0]))?.len();
        Ok(encoder)
    }

    /// Returns the vector of one text.
    fn vector(&self, text: &str, options: &RunOptions) -> Result<Vec<f32>> {
        let failed = |reason: String| Error::ModelRun { name: NAME.to_owned(), reason };
        let ids = self.tokens.ids(text)?;
        let n_pieces = ids.len();
        // The marks of start and end are all that an empty text has.
        if n_pieces <= 2 {
            return Ok(vec![0.0; self.dims]);
        }
        let ids = NdTensor::from_data([1, n_pieces], ids);
        let mask = NdTensor::<i32, 2>::full([1, n_pieces], 1);
        let types = NdTensor::<i32, 2>::zeros([1, n_pieces]);
        let mut inputs: Vec<(NodeId, ValueOrView)> =
            vec![(self.inputs.ids, ids.view().into()), (self.inputs.mask, mask.view().into())];
        inputs.extend(self.inputs.types.map(|node| (node, types.view().into())));
        let [hidden] = self
            .model
            .run_n(inputs, [self.output], Some(options.clone()))
            .map_err(|error| failed(error.to_string()))?;
        let hidden: NdTensor<f32, 3> = hidden.try_into().map_err(|_| failed("the output is not of f32".to_owned()))?;
        Ok(mean_direction(&hidden))
    }
}

impl Encoder for SentenceEncoder {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Takes it when first asked for: most runs never are.
    fn sha256(&self) -> &str {
        static SHA256: OnceLock<String> = OnceLock::new();
        SHA256.get_or_init(|| hex_sha256(ENCODER_WEIGHTS))
    }

    fn dims(&self) -> usize {
        self.dims
    }

    /// Runs each text alone, longest first, each different text once. Only the first 256 word pieces are read.
    fn encode(&self, texts: &[&str], progress: &dyn Progress) -> Result<Vectors> {
        let (distinct, place_of) = distinct(texts);
        let sizes: Vec<usize> = distinct.iter().map(|text| text.len()).collect();
        let rows = run_all(&self.options, &sizes, |options, text| self.vector(distinct[text], options), progress)?;
        tracing::debug!(n_texts = texts.len(), n_distinct = distinct.len(), "encoded texts");
        let data = place_of.iter().flat_map(|&place| &rows[place]).copied().collect();
        Ok(Vectors::new(self.dims, data))
    }
}

/// Returns the different texts in the order they first occur, and for each text its place among them.
fn distinct<'a>(texts: &[&'a str]) -> (Vec<&'a str>, Vec<usize>) {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(texts.len());
    let mut distinct = Vec::new();
    let mut place_of = Vec::with_capacity(texts.len());
    for &text in texts {
        let place = match places.entry(text) {
            Entry::Occupied(seen) => *seen.get(),
            Entry::Vacant(unseen) => {
                distinct.push(text);
                *unseen.insert(distinct.len() - 1)
            }
        };
        place_of.push(place);
    }
    (distinct, place_of)
}

/// Returns the mean over the pieces of `hidden`, `[1, pieces, dims]`, scaled to length 1.
fn mean_direction(hidden: &NdTensor<f32, 3>) -> Vec<f32> {
    let [_, n_pieces, dims] = hidden.shape();
    let mut vector = vec![0.0; dims];
    for piece in 0..n_pieces {
        for (dim, value) in vector.iter_mut().enumerate() {
            *value += hidden[[0, piece, dim]];
        }
    }
    normalize(&mut vector);
    vector
}

/// Returns how a model is run on each of `n_threads`: an item is run by one thread.
pub(super) fn run_options(n_threads: usize) -> Result<Vec<RunOptions>> {
    check_threads(n_threads)?;
    let alone = |_| RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
    Ok((0..n_threads).map(alone).collect())
}

pub(super) fn model_options() -> ModelOptions {
    let mut options = ModelOptions::with_all_ops();
    // Else each run packs the weights anew, which for a short text takes longer than the text.
    options.prepack_weights(true);
    options
}

/// Reads a model's graph. `name` names the model in an error.
pub(super) fn graph_of(name: &str, weights: Vec<u8>) -> Result<Model> {
    let unreadable = |error| {
        let advice = "it may be cut short, or be something else: copy it anew";
        unusable(name, &format!("model.onnx is no ONNX graph that can be read ({error}); {advice}"))
    };
    model_options().load(weights).map_err(unreadable)
}

/// Returns what came of running a model once, as it was loaded: one that does not run cannot be used.
pub(super) fn tried<T>(name: &str, result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::ModelRun { reason, .. } => unusable(name, &format!("it does not run ({reason})")),
        other => other,
    })
}

pub(super) fn unusable(name: &str, reason: &dyn std::fmt::Display) -> Error {
    Error::Model { name: name.to_owned(), reason: reason.to_string() }
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::vectors::dot;
    use crate::progress::Unwatched;

    fn embedded(n_threads: usize) -> SentenceEncoder {
        SentenceEncoder::embedded(n_threads).expect("the embedded model is whole")
    }

    fn sentences() -> Vec<(String, Vec<f32>)> {
        let reference = include_str!("../../tests/data/minilm_reference_vectors.json");
        let reference: serde_json::Value = serde_json::from_str(reference).expect("the reference is JSON");
        let sentences = reference["sentences"].as_array().expect("a list of sentences");
        let numbers = |value: &serde_json::Value| -> Vec<f32> {
            value.as_array().expect("a vector").iter().map(|x| x.as_f64().expect("a number") as f32).collect()
        };
        sentences
            .iter()
            .map(|sentence| (sentence["text"].as_str().expect("a text").to_owned(), numbers(&sentence["vector"])))
            .collect()
    }

    /// The file states how the reference vectors were made, of the model's f32 weights. Many a processor cuts off the sum of two
    /// products that leaves 16 bits; the weights are such that none does.
    #[test]
    fn vectors_are_those_of_the_reference_but_for_rounding() {
        let sentences = sentences();
        let texts: Vec<&str> = sentences.iter().map(|(text, _)| text.as_str()).collect();
        let vectors = embedded(2).encode(&texts, &Unwatched).expect("the model runs");
        assert_eq!((vectors.len(), vectors.dims()), (texts.len(), 384));
        for (row, (text, reference)) in vectors.rows().zip(&sentences) {
            let cosine = dot(row, reference);
            assert!(cosine >= 0.995, "{cosine} for {text:?}");
        }
    }

    #[test]
    fn a_vector_depends_on_its_text_alone() {
        let sentences = sentences();
        let mut texts: Vec<&str> = sentences.iter().take(12).map(|(text, _)| text.as_str()).collect();
        let forwards = embedded(1).encode(&texts, &Unwatched).expect("the model runs");
        texts.reverse();
        texts.push("");
        let backwards = embedded(3).encode(&texts, &Unwatched).expect("the model runs");
        for text in 0..12 {
            assert_eq!(forwards.row(text), backwards.row(11 - text));
        }
    }

    #[test]
    fn a_text_without_a_word_piece_has_no_direction() {
        let vectors = embedded(1).encode(&["", "tide", " \n"], &Unwatched).expect("the model runs");
        assert!(vectors.row(0).iter().chain(vectors.row(2)).all(|&value| value == 0.0));
        assert!((vectors.dot(1, 1) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn no_text_has_no_vector() {
        assert!(embedded(2).encode(&[], &Unwatched).expect("nothing to run").is_empty());
    }

    #[test]
    fn the_checksum_is_that_of_the_weights() {
        assert_eq!(embedded(1).sha256(), hex_sha256(ENCODER_WEIGHTS));
        // FIPS 180-2, appendix B.1.
        assert_eq!(hex_sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn no_thread_is_a_wrong_setting() {
        let error = SentenceEncoder::embedded(0).err().expect("no thread can run nothing");
        assert_eq!(error.to_string(), "threads must be at least 1, not 0");
    }

    struct Cancels;

    impl Progress for Cancels {
        fn report(&self, _done: usize, _total: usize) {}

        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_cancel_ends_the_work() {
        let result = embedded(1).encode(&["The tide turns."], &Cancels);
        assert!(matches!(result, Err(Error::Cancelled)));
    }
}
