//! Units to gap scores: how likely it is that the subject changes at each gap.
//!
//! One file an engine, each behind [`GapScorer`]: [`Lexical`] compares the words on both sides of a gap, [`Context`] the
//! vectors of their units. Neither is trained on boundaries; an engine that is has its place beside them. Headings are
//! not looked at: they make the layer *as written*.

mod context;
mod depth;
mod lexical;
mod windows;

pub use context::{Context, ContextConfig};
pub use depth::CutOff;
pub use lexical::{Lexical, LexicalConfig};
pub use windows::WindowWords;

use serde_json::{Map, Value};

use crate::document::{GapScores, Units};
use crate::error::Result;
use crate::neural::Vectors;
use crate::progress::Progress;
use crate::words::Language;

/// What an engine may look at.
#[derive(Clone, Copy, Debug)]
pub struct GapInput<'a> {
    /// The document's text.
    pub text: &'a str,
    /// Its units.
    pub units: &'a Units,
    /// A vector for each unit, for engines that need them.
    pub vectors: Option<&'a Vectors>,
    /// The language of the text.
    pub language: Language,
}

/// An engine: gives each gap of a document a score.
///
/// A score of 0.5 or more says that the engine, asked for nothing finer or coarser, would cut there.
pub trait GapScorer: Send + Sync {
    /// Returns the name stored with every result, such as `"lexical"`.
    fn name(&self) -> &'static str;

    /// Returns the settings, as provenance keeps them.
    fn settings(&self) -> Map<String, Value>;

    /// Returns whether [`GapInput::vectors`] must be there; if not, they are not looked at.
    fn needs_vectors(&self) -> bool;

    /// Scores each gap. A document of one unit has none, and so no scores.
    ///
    /// Panics if vectors are needed and missing, or not as many as units: that is the caller's bug.
    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores>;
}

/// Gaps scored between two looks at whether the work was cancelled.
const GAPS_PER_CHECK: usize = 4096;

/// Returns the settings that both engines have, by the names their flags have.
fn settings(window_words: WindowWords, cut_off: CutOff) -> Map<String, Value> {
    let mut settings = Map::new();
    settings.insert(
        "window_words".to_owned(),
        serde_json::json!({
            "paragraph": window_words.paragraph,
            "sentence": window_words.sentence,
            "utterance": window_words.utterance,
        }),
    );
    settings.insert("cut_off".to_owned(), cut_off.deviations.into());
    settings
}
