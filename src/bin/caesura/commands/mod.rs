//! The commands, one a file: each turns what was typed into calls of the library and prints what comes of them.

pub(crate) mod add;
pub(crate) mod concordance;
pub(crate) mod edit;
pub(crate) mod evaluate;
mod evaluate_search;
mod evaluate_topics;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod manual;
pub(crate) mod mark;
pub(crate) mod remove;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod split;
pub(crate) mod tag;
pub(crate) mod topic;
pub(crate) mod topics;
#[cfg(feature = "libtorch")]
pub(crate) mod train;

use caesura::document::{Chapter, GapScores, Layer, Provenance, Units};
use caesura::error::Error;
use caesura::export::DocumentView;
use caesura::pipeline::{self, SplitSettings};
use caesura::store::{DocumentId, DocumentRow, Filter, Library, TopicRow};

use crate::args::{Cut, Within};

impl Cut {
    /// Returns what was typed as settings.
    fn settings(&self) -> anyhow::Result<SplitSettings> {
        let settings = SplitSettings {
            engine: self.engine,
            unit_kind: self.units,
            granularity: self.granularity,
            min_chapter_units: self.min_chapter_units,
            language: self.language,
        };
        Ok(settings.checked()?)
    }

    /// Returns whether the engine needs the model.
    fn needs_model(&self) -> bool {
        self.engine.needs_vectors()
    }
}

impl Within {
    /// Returns what was typed as a filter; fails if the library has no such document or topic.
    fn filter(&self, library: &Library) -> Result<Filter, Error> {
        let topic = self.topic(library)?.map(|topic| topic.id);
        let filter = Filter { document: self.document.map(DocumentId), topic, speaker: self.speaker.clone() };
        if let Some(id) = filter.document {
            library.document(id)?;
        }
        Ok(filter)
    }

    /// Returns the topic that was named, if one was.
    fn topic(&self, library: &Library) -> Result<Option<TopicRow>, Error> {
        let Some(index) = self.topic else { return Ok(None) };
        let mut topics = library.topics()?;
        let n_topics = topics.len();
        let Some(at) = topics.iter().position(|topic| topic.index == index) else {
            return Err(Error::Nothing {
                attempt: "search in a topic",
                reason: format!("there is no topic {index}; the library has {n_topics}, see `caesura topics`"),
            });
        };
        Ok(Some(topics.swap_remove(at)))
    }
}

/// A document of the library with all that an export says of it.
struct Whole {
    row: DocumentRow,
    text: String,
    units: Units,
    chapters: Vec<Chapter>,
    as_written: Vec<Chapter>,
    gap_scores: Option<GapScores>,
    provenance: Provenance,
}

impl Whole {
    fn read(library: &Library, id: DocumentId) -> Result<Self, Error> {
        let row = library.document(id)?;
        let chapters = |layer| -> Result<Vec<Chapter>, Error> {
            Ok(library.chapters(id, layer)?.into_iter().map(|row| row.chapter).collect())
        };
        let (gap_scores, provenance) = match library.gap_scores(id, &row.engine)? {
            Some((scores, provenance)) => (Some(scores), provenance),
            None => (None, Provenance::of(&row.engine, serde_json::Map::new())),
        };
        Ok(Self {
            text: library.text(id)?,
            units: library.units(id)?,
            chapters: chapters(Layer::Found)?,
            as_written: chapters(Layer::AsWritten)?,
            gap_scores,
            provenance,
            row,
        })
    }

    /// Returns the document as an export sees it, with the chapters of `layer`.
    fn view(&self, layer: Layer) -> Result<DocumentView<'_>, Error> {
        let cut = pipeline::stored_cut(&self.row, Some(&self.provenance));
        let confidence = self
            .gap_scores
            .as_ref()
            .and_then(|scores| pipeline::confidence(&self.text, &self.units, scores, &self.chapters, cut));
        Ok(DocumentView {
            id: Some(self.row.id.0),
            title: &self.row.title,
            source_name: &self.row.source_name,
            text: &self.text,
            units: &self.units,
            chapters: of_layer(layer, &self.row.title, &self.chapters, &self.as_written)?,
            as_written: &self.as_written,
            confidence,
            gap_scores: self.gap_scores.as_ref(),
            provenance: &self.provenance,
        })
    }
}

/// Returns the chapters of a layer; a document without headings has none as written.
fn of_layer<'a>(
    layer: Layer,
    title: &str,
    found: &'a [Chapter],
    as_written: &'a [Chapter],
) -> Result<&'a [Chapter], Error> {
    match layer {
        Layer::Found => Ok(found),
        Layer::AsWritten if as_written.is_empty() => Err(Error::Nothing {
            attempt: "take the chapters as written",
            reason: format!("{title:?} has no headings; leave out --layer for the chapters found"),
        }),
        Layer::AsWritten => Ok(as_written),
    }
}
