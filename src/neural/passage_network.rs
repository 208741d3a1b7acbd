//! A BERT that reads a passage and says of each mark between its units whether a section begins there: Devlin et al. 2019,
//! "BERT: Pre-training of Deep Bidirectional Transformers", section 5.3, labels for single pieces of a text.
//!
//! Its products are of bf16, and its weights of f32: where a processor knows bf16 a step takes a quarter of the time (Kalamkar et
//! al. 2019, "A Study of BFLOAT16 for Deep Learning Training"). That is why the layers are ours and not those of rust-bert,
//! which have no such halves. The program reads with int8 weights in rten (`passage_model.rs`), and never with this.

use tch::nn::{self, Init};
use tch::{Kind, Tensor};

use super::pair_network::{Description, Sizes, Weights, guarded};
use super::pair_tokens::Family;

/// The sum, over variables that stand in a store of tch by the names of a `BertForTokenClassification`.
pub(crate) struct PassageNetwork {
    sizes: Sizes,
    words: Tensor,
    positions: Tensor,
    types: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    classifier: Linear,
    /// So many of the lowest layers do not learn; neither do the embeddings.
    n_frozen: usize,
}

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    fn new(place: &nn::Path, n_in: i64, n_out: i64) -> Self {
        let weight = place.var("weight", &[n_out, n_in], Init::Randn { mean: 0.0, stdev: 0.02 });
        Self { weight, bias: place.var("bias", &[n_out], Init::Const(0.0)) }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight.to_kind(Kind::BFloat16), Some(&self.bias.to_kind(Kind::BFloat16)))
    }
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl Norm {
    fn new(place: &nn::Path, width: i64, epsilon: f64) -> Self {
        let ones = place.var("weight", &[width], Init::Const(1.0));
        Self { weight: ones, bias: place.var("bias", &[width], Init::Const(0.0)), epsilon }
    }

    fn forward(&self, x: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight.to_kind(x.kind()), self.bias.to_kind(x.kind()));
        x.layer_norm(self.weight.size(), Some(&weight), Some(&bias), self.epsilon, false)
    }
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    wide: Linear,
    narrow: Linear,
    norm: Norm,
}

impl Layer {
    fn new(place: &nn::Path, sizes: &Sizes) -> Self {
        let (width, inner) = (sizes.width, sizes.inner_width);
        let attention = place / "attention";
        let of = |name: &str| Linear::new(&(&attention / "self" / name), width, width);
        Self {
            query: of("query"),
            key: of("key"),
            value: of("value"),
            attended: Linear::new(&(&attention / "output" / "dense"), width, width),
            attended_norm: Norm::new(&(&attention / "output" / "LayerNorm"), width, sizes.epsilon),
            wide: Linear::new(&(place / "intermediate" / "dense"), width, inner),
            narrow: Linear::new(&(place / "output" / "dense"), inner, width),
            norm: Norm::new(&(place / "output" / "LayerNorm"), width, sizes.epsilon),
        }
    }

    fn forward(&self, x: &Tensor, mask: &Tensor, sizes: &Sizes, dropout: f64) -> Tensor {
        let (n_passages, n_pieces, width) = x.size3().expect("passages, pieces, width");
        let heads = |x: Tensor| x.view([n_passages, n_pieces, sizes.n_heads, width / sizes.n_heads]).transpose(1, 2);
        let [query, key, value] = [&self.query, &self.key, &self.value].map(|part| heads(part.forward(x)));
        let mixed = Tensor::scaled_dot_product_attention(&query, &key, &value, Some(mask), 0.0, false, None);
        let mixed = mixed.transpose(1, 2).reshape([n_passages, n_pieces, width]);
        let dropped = |x: Tensor| if dropout > 0.0 { x.dropout(dropout, true) } else { x };
        let x = self.attended_norm.forward(&(x + dropped(self.attended.forward(&mixed))));
        let wide = self.wide.forward(&x).gelu("none");
        self.norm.forward(&(&x + dropped(self.narrow.forward(&wide))))
    }
}

/// Passages that run together.
pub(crate) struct PassageBatch {
    /// `[passages, pieces]`, padded at the end to the longest.
    ids: Tensor,
    /// `[passages, 1, 1, pieces]`: whether it is a piece and no padding.
    is_piece: Tensor,
    /// `[marks]`: where each mark to judge stands, its passage times the pieces of a passage and its place in it.
    places: Tensor,
}

impl PassageBatch {
    /// Puts passages together, at least one; each comes with the pieces at which its marks to judge stand.
    pub(crate) fn new(passages: &[(&[i32], &[usize])]) -> Self {
        let n_pieces = passages.iter().map(|(ids, _)| ids.len()).max().expect("a batch has at least one passage");
        let (mut all, mut is_piece, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (ids, marks)) in passages.iter().enumerate() {
            let n_padding = n_pieces - ids.len();
            all.extend(ids.iter().map(|&id| i64::from(id)).chain(std::iter::repeat_n(0, n_padding)));
            is_piece.extend((0..n_pieces).map(|place| place < ids.len()));
            places.extend(marks.iter().map(|place| (number * n_pieces + place) as i64));
        }
        let shape = [passages.len() as i64, n_pieces as i64];
        Self {
            ids: Tensor::from_slice(&all).view(shape),
            is_piece: Tensor::from_slice(&is_piece).view([shape[0], 1, 1, shape[1]]),
            places: Tensor::from_slice(&places),
        }
    }
}

/// Makes `share` of every weight, in `0.0..=1.0`, that of a folder, and leaves the rest as it is. A head for something else than
/// marks is as if it were not there.
pub(crate) fn mix(
    store: &nn::VarStore,
    description: &Description,
    weights: &Weights,
    share: f64,
) -> Result<(), String> {
    let is_mixed = |name: &str| description.judges_marks() || !Description::is_of_head(name);
    for (name, mut variable) in store.variables().into_iter().filter(|(name, _)| is_mixed(name)) {
        let found = weights.get(&name, description.prefix()).ok_or_else(|| weights.lacks(&name))?;
        weights.check_shape(&name, found, &variable.size())?;
        tch::no_grad(|| {
            let mixed = found * share + &variable * (1.0 - share);
            variable.copy_(&mixed);
        });
    }
    Ok(())
}

impl PassageNetwork {
    /// Builds the network in a new store, from a passage model, or from a BERT that was trained for something else, whose head
    /// is left. The `n_frozen` lowest layers will not learn.
    pub(crate) fn from_weights(
        description: &Description,
        weights: &Weights,
        n_frozen: usize,
    ) -> Result<(nn::VarStore, Self), String> {
        if description.family != Family::Bert {
            return Err("it is no BERT, and a passage model is made of one".to_owned());
        }
        description.check_sizes(weights)?;
        let sizes = description.sizes();
        let (store, network) = guarded(|| {
            let store = nn::VarStore::new(tch::Device::Cpu);
            let network = Self::new(&store, sizes, n_frozen);
            (store, network)
        })?;
        mix(&store, description, weights, 1.0)?;
        Ok((store, network))
    }

    fn new(store: &nn::VarStore, sizes: Sizes, n_frozen: usize) -> Self {
        let root = store.root();
        let model = &root / "bert";
        let place = &model / "embeddings";
        let table = |name: &str, n: i64| {
            (&place / name).var("weight", &[n, sizes.width], Init::Randn { mean: 0.0, stdev: 0.02 })
        };
        Self {
            words: table("word_embeddings", sizes.n_words),
            positions: table("position_embeddings", sizes.n_positions),
            types: table("token_type_embeddings", sizes.n_types),
            norm: Norm::new(&(&place / "LayerNorm"), sizes.width, sizes.epsilon),
            layers: (0..sizes.n_layers)
                .map(|layer| Layer::new(&(&model / "encoder" / "layer" / layer.to_string()), &sizes))
                .collect(),
            classifier: Linear::new(&(&root / "classifier"), sizes.width, 1),
            sizes,
            n_frozen,
        }
    }

    /// Returns the log-odds, `[marks]`, f32, that a section begins at each of the marks, passage by passage. `dropout` is the
    /// share of numbers left out, 0 for reading.
    pub(crate) fn log_odds(&self, batch: &PassageBatch, dropout: f64) -> Tensor {
        let mask = &batch.is_piece;
        let (lower, upper) = self.layers.split_at(self.n_frozen.min(self.layers.len()));
        let mut x = tch::no_grad(|| {
            let n_pieces = batch.ids.size()[1];
            let sum = Tensor::embedding(&self.words, &batch.ids, -1, false, false)
                + self.positions.narrow(0, 0, n_pieces)
                + self.types.select(0, 0);
            let x = self.norm.forward(&sum).to_kind(Kind::BFloat16);
            lower.iter().fold(x, |x, layer| layer.forward(&x, mask, &self.sizes, 0.0))
        });
        for layer in upper {
            x = layer.forward(&x, mask, &self.sizes, dropout);
        }
        let marks = x.flatten(0, 1).index_select(0, &batch.places);
        let marks = if dropout > 0.0 { marks.dropout(dropout, true) } else { marks };
        self.classifier.forward(&marks).squeeze_dim(1).to_kind(Kind::Float)
    }
}
