//! A BERT or `RoBERTa` that reads two texts and says which of two labels they bear: its description, weights and sum.
//!
//! Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers"; Liu et al. 2019, "`RoBERTa`". Encoder and
//! pooler are those of rust-bert. Its embeddings are not used: they take an epsilon of 1e-12 whatever `config.json` says,
//! and the embeddings are where an epsilon tells, their variance being some hundredths.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rust_bert::bert::{BertConfig, BertEncoder, BertPooler};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

use super::hex_sha256;
use super::pair_tokens::{Family, PairPieces, read};
use crate::error::{Error, Result};

/// How many labels a pair classifier tells apart.
const N_LABELS: i64 = 2;

/// What `config.json` says, checked.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) family: Family,
    /// How many labels its head tells apart.
    n_labels: usize,
    /// Which of two labels says that both texts are of one section: 0 or 1.
    pub(crate) same_label: i64,
    /// The number of the piece that fills up, which `RoBERTa` counts its positions from.
    pad_id: i64,
    layer_norm_eps: f64,
    classifier_dropout: f64,
    bert: BertConfig,
}

/// How large the parts of a model are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) n_words: i64,
    pub(super) n_positions: i64,
    pub(super) n_types: i64,
    pub(super) width: i64,
    /// Between the two products that follow attention.
    pub(super) inner_width: i64,
    pub(super) n_heads: i64,
    pub(super) n_layers: i64,
    /// Of layer norms.
    pub(super) epsilon: f64,
}

/// What `config.json` says of the kind.
#[derive(Deserialize)]
struct KindFile {
    model_type: Option<String>,
}

/// The rest of `config.json`, as model hubs have it; what is left out has the default of the reference implementation.
#[derive(Deserialize)]
struct ConfigFile {
    #[serde(default = "gelu")]
    hidden_act: String,
    hidden_size: i64,
    intermediate_size: i64,
    num_attention_heads: i64,
    num_hidden_layers: i64,
    max_position_embeddings: i64,
    vocab_size: i64,
    type_vocab_size: Option<i64>,
    layer_norm_eps: Option<f64>,
    pad_token_id: Option<i64>,
    hidden_dropout_prob: Option<f64>,
    attention_probs_dropout_prob: Option<f64>,
    classifier_dropout: Option<f64>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    num_labels: Option<usize>,
    id2label: Option<BTreeMap<String, String>>,
}

impl ConfigFile {
    /// Fails if it is no encoder.
    fn check_kind(&self) -> Result<(), String> {
        if self.is_decoder {
            return Err("it is a decoder, and only encoders are supported".to_owned());
        }
        if let Some(other) = self.position_embedding_type.as_deref().filter(|&found| found != "absolute") {
            return Err(format!("its position_embedding_type is {other:?}; supported is \"absolute\""));
        }
        Ok(())
    }

    fn n_labels(&self) -> usize {
        self.id2label.as_ref().map(BTreeMap::len).or(self.num_labels).unwrap_or(N_LABELS as usize)
    }

    /// Fails if a size or a chance is none.
    fn check_numbers(&self) -> Result<(), String> {
        let sizes = [
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_attention_heads", self.num_attention_heads),
            ("num_hidden_layers", self.num_hidden_layers),
            ("max_position_embeddings", self.max_position_embeddings),
            ("vocab_size", self.vocab_size),
        ];
        if let Some((size, found)) = sizes.into_iter().find(|&(_, found)| found < 1) {
            return Err(format!("{size} is {found}, and must be at least 1"));
        }
        if self.hidden_size % self.num_attention_heads != 0 {
            let (size, heads) = (self.hidden_size, self.num_attention_heads);
            return Err(format!("hidden_size {size} is no multiple of the {heads} heads"));
        }
        if let Some(epsilon) = self.layer_norm_eps.filter(|epsilon| !(0.0..=1.0).contains(epsilon)) {
            return Err(format!("layer_norm_eps is {epsilon}, and must be in 0..=1"));
        }
        let chances = [self.hidden_dropout_prob, self.attention_probs_dropout_prob, self.classifier_dropout];
        if let Some(chance) = chances.into_iter().flatten().find(|chance| !(0.0..1.0).contains(chance)) {
            return Err(format!("a dropout is {chance}, and must be at least 0 and below 1"));
        }
        Ok(())
    }

    /// Returns the number of the piece that fills up, and how many types of pieces there are.
    fn pad_and_types(&self, family: Family) -> Result<(i64, i64), String> {
        let (pad_id, types) = match family {
            Family::Bert => (self.pad_token_id.unwrap_or(0), self.type_vocab_size.unwrap_or(2)),
            Family::Roberta => (self.pad_token_id.unwrap_or(1), self.type_vocab_size.unwrap_or(1)),
        };
        if !(0..self.vocab_size).contains(&pad_id) {
            return Err(format!("pad_token_id is {pad_id}, and there are {} pieces", self.vocab_size));
        }
        let types_needed = if family == Family::Bert { 2 } else { 1 };
        if types < types_needed {
            return Err(format!("type_vocab_size is {types}, and a pair needs {types_needed}"));
        }
        Ok((pad_id, types))
    }
}

fn gelu() -> String {
    "gelu".to_owned()
}

impl Description {
    /// Reads `config.json` in `folder`, whatever the head is for. `name` names the model in an error.
    pub(crate) fn from_folder(folder: &Path, name: &str) -> Result<Self> {
        let json = read(&folder.join("config.json"))?;
        Self::from_json(&json).map_err(|reason| Error::Model { name: name.to_owned(), reason })
    }

    /// Reads that of a pair classifier: it fails unless there are two labels.
    pub(crate) fn of_pair_classifier(folder: &Path, name: &str) -> Result<Self> {
        let description = Self::from_folder(folder, name)?;
        let n_labels = description.n_labels;
        if n_labels != N_LABELS as usize {
            let reason = format!("it tells {n_labels} labels apart, and a pair classifier must have {N_LABELS}");
            return Err(Error::Model { name: name.to_owned(), reason });
        }
        Ok(description)
    }

    fn from_json(json: &[u8]) -> Result<Self, String> {
        let unreadable = |error| format!("config.json: {error}");
        // The kind comes first: other kinds call their sizes otherwise, and what is then missing would not say why.
        let family = match serde_json::from_slice::<KindFile>(json).map_err(unreadable)?.model_type.as_deref() {
            Some("bert") => Family::Bert,
            Some("roberta") => Family::Roberta,
            other => {
                let found = other.map_or_else(|| "none".to_owned(), |found| format!("{found:?}"));
                return Err(format!("its model_type is {found}; supported are \"bert\" and \"roberta\""));
            }
        };
        let file: ConfigFile = serde_json::from_slice(json).map_err(unreadable)?;
        file.check_kind()?;
        file.check_numbers()?;
        let n_labels = file.n_labels();
        let two_labels = file.id2label.as_ref().filter(|_| n_labels == N_LABELS as usize);
        let same_label = two_labels.map_or(Ok(1), same_label)?;
        let (pad_id, types) = file.pad_and_types(family)?;
        let dropout = file.hidden_dropout_prob.unwrap_or(0.1);
        let bert = serde_json::json!({
            "hidden_act": activation(&file.hidden_act)?,
            "attention_probs_dropout_prob": file.attention_probs_dropout_prob.unwrap_or(0.1),
            "hidden_dropout_prob": dropout,
            "hidden_size": file.hidden_size,
            "initializer_range": 0.02,
            "intermediate_size": file.intermediate_size,
            "max_position_embeddings": file.max_position_embeddings,
            "num_attention_heads": file.num_attention_heads,
            "num_hidden_layers": file.num_hidden_layers,
            "type_vocab_size": types,
            "vocab_size": file.vocab_size,
        });
        Ok(Self {
            family,
            n_labels,
            same_label,
            pad_id,
            layer_norm_eps: file.layer_norm_eps.unwrap_or(1e-12),
            classifier_dropout: file.classifier_dropout.unwrap_or(dropout),
            bert: serde_json::from_value(bert).map_err(unreadable)?,
        })
    }

    /// Returns how many pieces of a pair the model has positions for.
    pub(crate) fn n_positions(&self) -> usize {
        let n_reserved = if self.family == Family::Roberta { self.pad_id + 1 } else { 0 };
        usize::try_from(self.bert.max_position_embeddings - n_reserved).unwrap_or(0)
    }

    /// Fails if a vocabulary of `needed` pieces has some that the model has no vector for.
    pub(crate) fn check_vocabulary(&self, needed: usize) -> Result<(), String> {
        let known = self.bert.vocab_size as usize;
        if known < needed {
            return Err(format!("the vocabulary has {needed} pieces, and the model knows {known}"));
        }
        Ok(())
    }

    /// Returns how large everything is.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            n_words: self.bert.vocab_size,
            n_positions: self.bert.max_position_embeddings,
            n_types: self.bert.type_vocab_size,
            width: self.bert.hidden_size,
            inner_width: self.bert.intermediate_size,
            n_heads: self.bert.num_attention_heads,
            n_layers: self.bert.num_hidden_layers,
            epsilon: self.layer_norm_eps,
        }
    }

    /// Returns how many layers there are.
    pub(crate) fn n_layers(&self) -> usize {
        self.bert.num_hidden_layers as usize
    }

    /// Returns what the names of the encoder's weights start with.
    pub(crate) fn prefix(&self) -> &'static str {
        match self.family {
            Family::Bert => "bert",
            Family::Roberta => "roberta",
        }
    }

    /// Returns whether its head is that of a passage model: one label.
    pub(crate) fn judges_marks(&self) -> bool {
        self.n_labels == 1
    }

    /// Returns whether a weight belongs to what is put on top of a model that was trained for something else.
    pub(crate) fn is_of_head(weight: &str) -> bool {
        weight.starts_with("classifier.") || weight.starts_with("bert.pooler.")
    }

    /// Fails unless `weights` have the sizes that the description names, so that no more memory is asked for than they
    /// take.
    pub(super) fn check_sizes(&self, weights: &Weights) -> Result<(), String> {
        let (config, prefix) = (&self.bert, self.prefix());
        let last = config.num_hidden_layers - 1;
        let expected = [
            ("embeddings.word_embeddings.weight".to_owned(), [config.vocab_size, config.hidden_size]),
            ("embeddings.position_embeddings.weight".to_owned(), [config.max_position_embeddings, config.hidden_size]),
            ("embeddings.token_type_embeddings.weight".to_owned(), [config.type_vocab_size, config.hidden_size]),
            ("encoder.layer.0.intermediate.dense.weight".to_owned(), [config.intermediate_size, config.hidden_size]),
            (format!("encoder.layer.{last}.output.dense.weight"), [config.hidden_size, config.intermediate_size]),
        ];
        expected.iter().try_for_each(|(name, shape)| {
            let name = format!("{prefix}.{name}");
            weights
                .get(&name, prefix)
                .map_or_else(|| Err(weights.lacks(&name)), |found| weights.check_shape(&name, found, shape))
        })
    }
}

/// Returns which of two labels says that both texts are of one section, as their names tell; 1 where they do not.
fn same_label(labels: &BTreeMap<String, String>) -> Result<i64, String> {
    const SAME: [&str; 12] = [
        "same",
        "samesection",
        "sametopic",
        "samesegment",
        "sameparagraph",
        "continuation",
        "isnext",
        "next",
        "entailment",
        "equivalent",
        "duplicate",
        "paraphrase",
    ];
    const OTHER: [&str; 16] = [
        "different",
        "differentsection",
        "differenttopic",
        "differentsegment",
        "notsame",
        "notnext",
        "change",
        "topicchange",
        "boundary",
        "new",
        "newsection",
        "newtopic",
        "contradiction",
        "notentailment",
        "notequivalent",
        "notduplicate",
    ];
    let says = |number: &str| -> Result<Option<bool>, String> {
        let label = labels.get(number).ok_or_else(|| format!("id2label has no label {number}"))?;
        let letters: String = label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Ok(match letters.as_str() {
            same if SAME.contains(&same) => Some(true),
            other if OTHER.contains(&other) => Some(false),
            _ => None,
        })
    };
    match (says("0")?, says("1")?) {
        (Some(true), Some(true)) | (Some(false), Some(false)) => {
            Err(format!("id2label calls both labels alike: {:?} and {:?}", labels["0"], labels["1"]))
        }
        (Some(true), _) | (_, Some(false)) => Ok(0),
        _ => Ok(1),
    }
}

/// Returns rust-bert's name of an activation.
fn activation(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "gelu" => "gelu",
        "gelu_new" => "gelu_new",
        "relu" => "relu",
        "silu" | "swish" => "swish",
        "mish" => "mish",
        "tanh" => "tanh",
        _ => {
            return Err(format!("its hidden_act is {name:?}; supported are gelu, gelu_new, relu, silu, mish and tanh"));
        }
    })
}

/// The weights of a folder, each in f32.
pub(crate) struct Weights {
    tensors: HashMap<String, Tensor>,
    file: &'static str,
    /// The SHA-256 of the file, in hexadecimal.
    pub(crate) sha256: String,
}

impl Weights {
    /// Reads `model.safetensors`, or `rust_model.ot` where there is none.
    pub(crate) fn from_folder(folder: &Path, name: &str) -> Result<Self> {
        let ot = folder.join("rust_model.ot");
        let safetensors = folder.join("model.safetensors");
        let unusable = |reason| Error::Model { name: name.to_owned(), reason };
        if !safetensors.exists() && ot.exists() {
            let bytes = read(&ot)?;
            let tensors = guarded(|| Tensor::load_multi(&ot))
                .and_then(|read| read.map_err(|error| first_line(&error.to_string())))
                .map_err(|reason| unusable(format!("rust_model.ot is damaged or cut short: {reason}")))?;
            let tensors = tensors.into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Float))).collect();
            return Self { tensors, file: "rust_model.ot", sha256: hex_sha256(&bytes) }.of_numbers().map_err(unusable);
        }
        let bytes = read(&safetensors)?;
        let tensors = tensors(&bytes)
            .map_err(|reason| unusable(format!("model.safetensors is damaged or cut short: {reason}")))?;
        Self { tensors, file: "model.safetensors", sha256: hex_sha256(&bytes) }.of_numbers().map_err(unusable)
    }

    /// Returns the weights, if each of them is a number, as those of a training that ran away are not.
    fn of_numbers(self) -> Result<Self, String> {
        match self.tensors.iter().filter(|(_, tensor)| !is_of_numbers(tensor)).map(|(name, _)| name).min() {
            Some(weight) => Err(format!("{}: {weight:?} holds what is no number", self.file)),
            None => Ok(self),
        }
    }

    /// Returns the tensor of a weight: under its name, without `prefix` as a bare encoder has it, or with the names of
    /// the first BERT, which called a norm's weight and bias gamma and beta.
    pub(super) fn get(&self, name: &str, prefix: &str) -> Option<&Tensor> {
        let old = |name: &str| {
            name.strip_suffix("LayerNorm.weight")
                .map(|start| format!("{start}LayerNorm.gamma"))
                .or_else(|| name.strip_suffix("LayerNorm.bias").map(|start| format!("{start}LayerNorm.beta")))
        };
        let bare = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'));
        let names = [Some(name.to_owned()), old(name), bare.map(str::to_owned), bare.and_then(old)];
        names.into_iter().flatten().find_map(|name| self.tensors.get(&name))
    }

    pub(super) fn lacks(&self, weight: &str) -> String {
        format!("{} has no weight {weight:?}", self.file)
    }

    pub(super) fn check_shape(&self, weight: &str, found: &Tensor, needed: &[i64]) -> Result<(), String> {
        if found.size() == needed {
            return Ok(());
        }
        Err(format!("{}: {weight:?} has the shape {:?}, and config.json asks for {needed:?}", self.file, found.size()))
    }
}

/// Returns the tensors of a file in the form safetensors, in f32; whole numbers, such as those of positions, left out.
pub(crate) fn tensors(bytes: &[u8]) -> Result<HashMap<String, Tensor>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut tensors = HashMap::new();
    for (name, view) in file.iter() {
        let kind = match view.dtype() {
            Dtype::F64 => Kind::Double,
            Dtype::F32 => Kind::Float,
            Dtype::F16 => Kind::Half,
            Dtype::BF16 => Kind::BFloat16,
            _ => continue,
        };
        let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
        // The reader has checked that there are as many bytes as the shape says.
        let tensor =
            Tensor::f_from_data_size(view.data(), &shape, kind).map_err(|error| first_line(&error.to_string()))?;
        tensors.insert(name.to_owned(), tensor.to_kind(Kind::Float));
    }
    Ok(tensors)
}

/// Returns whether a tensor holds numbers alone: nothing infinite, and nothing undefined.
pub(crate) fn is_of_numbers(tensor: &Tensor) -> bool {
    bool::try_from(tensor.isfinite().all()).expect("it is one answer")
}

/// The sum itself, over variables that stand in a store of tch.
pub(crate) struct Network {
    description: Description,
    words: nn::Embedding,
    positions: nn::Embedding,
    types: nn::Embedding,
    norm: nn::LayerNorm,
    encoder: BertEncoder,
    head: Head,
}

enum Head {
    Bert { pooler: BertPooler, classifier: nn::Linear },
    Roberta { dense: nn::Linear, out: nn::Linear },
}

/// Pairs that run together: `[pairs, pieces]`, padded at the end to the longest.
pub(crate) struct Batch {
    ids: Tensor,
    types: Tensor,
    positions: Tensor,
    /// `[pairs, 1, 1, pieces]`: 0 for a piece, and far below for padding; none where nothing is padded.
    mask: Option<Tensor>,
}

impl Network {
    /// Builds the network in `store`, filled by chance.
    pub(crate) fn new(store: &nn::VarStore, description: &Description) -> Self {
        let root = store.root();
        let (config, model) = (&description.bert, &root / description.prefix());
        let width = config.hidden_size;
        let place = &model / "embeddings";
        let embedding = |name: &str, n| nn::embedding(&place / name, n, width, nn::EmbeddingConfig::default());
        let norm = nn::LayerNormConfig { eps: description.layer_norm_eps, ..nn::LayerNormConfig::default() };
        let linear = |place: nn::Path, n| nn::linear(place, width, n, nn::LinearConfig::default());
        Self {
            words: embedding("word_embeddings", config.vocab_size),
            positions: embedding("position_embeddings", config.max_position_embeddings),
            types: embedding("token_type_embeddings", config.type_vocab_size),
            norm: nn::layer_norm(&place / "LayerNorm", vec![width], norm),
            encoder: BertEncoder::new(&model / "encoder", config),
            head: match description.family {
                Family::Bert => Head::Bert {
                    pooler: BertPooler::new(&model / "pooler", config),
                    classifier: linear(&root / "classifier", N_LABELS),
                },
                Family::Roberta => Head::Roberta {
                    dense: linear(&root / "classifier" / "dense", width),
                    out: linear(&root / "classifier" / "out_proj", N_LABELS),
                },
            },
            description: description.clone(),
        }
    }

    /// Returns pairs, at least one, as the network takes them.
    pub(crate) fn batch(&self, pairs: &[&PairPieces]) -> Batch {
        let n_pieces = pairs.iter().map(|pair| pair.ids.len()).max().expect("a batch has at least one pair");
        let pad = self.description.pad_id;
        let offset = if self.description.family == Family::Roberta { pad + 1 } else { 0 };
        let (mut ids, mut types, mut positions, mut mask) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for pair in pairs {
            let n_padding = n_pieces - pair.ids.len();
            ids.extend(pair.ids.iter().copied().chain(std::iter::repeat_n(pad, n_padding)));
            types.extend(pair.types.iter().copied().chain(std::iter::repeat_n(0, n_padding)));
            // What padding is said to stand at does not matter: nobody looks at it.
            positions.extend((offset..).take(n_pieces));
            mask.extend(std::iter::repeat_n(0_f32, pair.ids.len()).chain(std::iter::repeat_n(f32::MIN, n_padding)));
        }
        let shape = [pairs.len() as i64, n_pieces as i64];
        let is_padded = mask.iter().any(|&value| value < 0.0);
        Batch {
            ids: Tensor::from_slice(&ids).view(shape),
            types: Tensor::from_slice(&types).view(shape),
            positions: Tensor::from_slice(&positions).view(shape),
            mask: is_padded.then(|| Tensor::from_slice(&mask).view([shape[0], 1, 1, shape[1]])),
        }
    }

    /// Returns the score of each label: `[pairs, 2]`, f32. With dropout if `mode` is [`Mode::Training`].
    pub(crate) fn scores(&self, batch: &Batch, mode: Mode) -> Tensor {
        let train = mode == Mode::Training;
        let dropped = |x: Tensor, chance: f64| if train { x.dropout(chance, true) } else { x };
        let embedded = self.words.forward(&batch.ids)
            + self.positions.forward(&batch.positions)
            + self.types.forward(&batch.types);
        let embedded = dropped(self.norm.forward(&embedded), self.description.bert.hidden_dropout_prob);
        let hidden = self.encoder.forward_t(&embedded, batch.mask.as_ref(), None, None, train).hidden_state;
        let chance = self.description.classifier_dropout;
        match &self.head {
            Head::Bert { pooler, classifier } => dropped(pooler.forward(&hidden), chance).apply(classifier),
            Head::Roberta { dense, out } => {
                let first = dropped(hidden.select(1, 0), chance);
                dropped(first.apply(dense).tanh(), chance).apply(out)
            }
        }
    }

    /// Returns which label says that a section ends between the texts, or that none does.
    pub(crate) fn label_of(&self, is_boundary: bool) -> i64 {
        let same = self.description.same_label;
        if is_boundary { 1 - same } else { same }
    }

    /// Returns the log-odds of each pair to be of two sections.
    pub(crate) fn log_odds(&self, batch: &Batch) -> Result<Vec<f32>, tch::TchError> {
        let scores = tch::no_grad(|| self.scores(batch, Mode::Reading));
        let log_odds = scores.f_select(1, self.label_of(true))? - scores.f_select(1, self.label_of(false))?;
        Vec::<f32>::try_from(log_odds.contiguous())
    }
}

/// Whether the network is to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With dropout.
    Training,
    /// Without.
    Reading,
}

/// What must stand in a file of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every weight.
    Whole,
    /// Every weight below the head; what there is not of the head is left as it is.
    BelowHead,
}

/// Builds a network in a new store, with weights read from a folder.
///
/// The store's variables are the tensors of `weights`: a second network of the same weights takes no more memory.
pub(crate) fn filled(
    description: &Description,
    weights: &Weights,
    extent: Extent,
) -> Result<(nn::VarStore, Network), String> {
    description.check_sizes(weights)?;
    let (store, network) = guarded(|| {
        let store = nn::VarStore::new(Device::Cpu);
        let network = Network::new(&store, description);
        (store, network)
    })?;
    for (name, mut variable) in store.variables() {
        let Some(found) = weights.get(&name, description.prefix()) else {
            if extent == Extent::BelowHead && Description::is_of_head(&name) {
                continue;
            }
            return Err(weights.lacks(&name));
        };
        weights.check_shape(&name, found, &variable.size())?;
        tch::no_grad(|| variable.f_set_data(found)).map_err(|error| first_line(&error.to_string()))?;
    }
    Ok((store, network))
}

/// Runs `work`, and returns what it panicked with as an error: tch panics where libtorch throws.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message =
            panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        first_line(message.unwrap_or("libtorch failed"))
    })
}

/// Returns the first line of what libtorch says: the rest is where in its own code it said so.
pub(crate) fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Returns what a model in a folder is called: the folder's name.
pub(crate) fn name_of(folder: &Path) -> String {
    let folder: PathBuf = folder.components().collect();
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}
