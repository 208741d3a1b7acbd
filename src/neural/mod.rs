//! Text to vectors: the only room that knows a tensor.
//!
//! An [`Encoder`] gives each text a vector of length 1, such that texts of like meaning point alike. The rest of the
//! program sees [`Vectors`] and knows neither model nor tokens. A [`PairScorer`] reads two texts together and says whether
//! they are of one section.

mod context_model;
mod encoder;
mod kept;
#[cfg(feature = "libtorch")]
mod pair_classifier;
mod pair_model;
#[cfg(feature = "libtorch")]
pub(crate) mod pair_network;
#[cfg(all(test, feature = "libtorch"))]
pub(crate) mod pair_samples;
#[cfg(feature = "libtorch")]
pub(crate) mod pair_tokens;
mod passage_model;
#[cfg(feature = "libtorch")]
pub(crate) mod passage_network;
pub(crate) mod passages;
mod queue;
mod shared;
pub(crate) mod tokens;
mod upper;
mod vectors;

#[cfg(feature = "libtorch")]
pub(crate) use context_model::member_tensor;
pub use context_model::{ContextInput, ContextModel, N_OUTPUTS, Shape};
#[cfg(feature = "libtorch")]
pub(crate) use context_model::{ROTARY_BASE, vector_scale};
pub use encoder::SentenceEncoder;
use encoder::{hex, hex_sha256};
pub use kept::KeptVectors;
#[cfg(feature = "libtorch")]
pub use pair_classifier::PairClassifier;
pub use pair_model::PairModel;
pub use passage_model::PassageModel;
pub use passages::PassageUnit;
pub use vectors::Vectors;
pub(crate) use vectors::dot;

use crate::error::Result;
use crate::progress::Progress;

/// Turns texts into vectors.
pub trait Encoder: Send + Sync {
    /// Returns the name stored with every result, such as `"all-MiniLM-L6-v2"`.
    fn name(&self) -> &'static str;

    /// Returns the SHA-256 of the model's weights, in hexadecimal.
    fn sha256(&self) -> &str;

    /// Returns how many numbers a vector has.
    fn dims(&self) -> usize;

    /// Returns a vector for each text, in their order.
    ///
    /// A text's vector depends on the text alone: not on its neighbours, nor on the number of threads.
    fn encode(&self, texts: &[&str], progress: &dyn Progress) -> Result<Vectors>;
}

/// Reads two texts together, and says whether they are of one section.
///
/// Behind it may stand any model that classifies pairs; an engine of `boundaries` sees no more of it than this.
pub trait PairScorer: Send + Sync {
    /// Returns the SHA-256 of the model's weights, in hexadecimal.
    fn sha256(&self) -> &str;

    /// Returns the log-odds of each pair, in their order, that its second text is of another section than its first.
    ///
    /// A pair's number depends on the pair alone: not on its neighbours, nor on the number of threads.
    fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>>;
}

/// Reads a document in passages of several units, and says between which a section begins.
///
/// Behind it may stand any model that judges gaps in their text; an engine of `boundaries` sees no more of it than this.
pub trait PassageScorer: Send + Sync {
    /// Returns the SHA-256 of the model's weights, in hexadecimal.
    fn sha256(&self) -> &str;

    /// Returns the log-odds of each gap of a document, in their order, that a section begins after it; `units` are all of its
    /// units.
    ///
    /// A gap's number depends on the text around it alone: not on what stands far away, nor on the number of threads.
    fn log_odds(&self, units: &[PassageUnit], progress: &dyn Progress) -> Result<Vec<f32>>;
}
