//! The commands, one a file: each turns what was typed into calls of the library and prints what comes of them.

pub(crate) mod add;
pub(crate) mod backup;
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

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;

use caesura::document::{Chapter, GapScores, Layer, Provenance, Units};
use caesura::error::Error;
use caesura::export::{self, Borne, ChapterFormat, DocumentView};
use caesura::pipeline::{self, SplitSettings};
use caesura::store::{DocumentId, DocumentRow, Filter, Library, TopicId, TopicRow};

use crate::args::{Cut, Within};
use crate::output::{self, Session};

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
    /// Of each chapter that was found, strongest first.
    topics: Vec<Vec<Borne>>,
}

/// The place and the label of each topic of a library.
type TopicNames = BTreeMap<TopicId, (u32, String)>;

fn topic_names(library: &Library) -> Result<TopicNames, Error> {
    Ok(library.topics()?.into_iter().map(|row| (row.id, (row.index, row.label))).collect())
}

impl Whole {
    fn read(library: &Library, id: DocumentId, topic_names: &TopicNames) -> Result<Self, Error> {
        let row = library.document(id)?;
        let found = library.chapters(id, Layer::Found)?;
        let as_written = library.chapters(id, Layer::AsWritten)?;
        let mut topics = vec![Vec::new(); found.len()];
        let places: BTreeMap<_, usize> = found.iter().map(|row| row.id).zip(0..).collect();
        for (chapter, topic, strength) in library.chapter_topics(id)? {
            if let (Some(&place), Some((index, label))) = (places.get(&chapter), topic_names.get(&topic)) {
                topics[place].push(Borne { index: *index, label: label.clone(), strength });
            }
        }
        for borne in &mut topics {
            borne.sort_by(|one: &Borne, other| {
                other.strength.total_cmp(&one.strength).then(one.index.cmp(&other.index))
            });
        }
        let (gap_scores, provenance) = match library.gap_scores(id, &row.engine)? {
            Some((scores, provenance)) => (Some(scores), provenance),
            None => (None, Provenance::of(&row.engine, serde_json::Map::new())),
        };
        Ok(Self {
            text: library.text(id)?,
            units: library.units(id)?,
            chapters: found.into_iter().map(|row| row.chapter).collect(),
            as_written: as_written.into_iter().map(|row| row.chapter).collect(),
            topics,
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
            added_at: Some(self.row.added_at),
            // Topics are known of the chapters that were found.
            topics: if layer == Layer::Found { &self.topics } else { &[] },
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

/// Writes one document to a file, or to standard output, and says what is to be known of the export.
fn put(session: &Session, view: &DocumentView<'_>, format: ChapterFormat, output: Option<&Path>) -> anyhow::Result<()> {
    put_with(format, output, |out| Ok(export::write_document(view, format, out)?))?;
    remark(session, view, format);
    Ok(())
}

/// Runs `write` on a file, or on standard output, unless that is a terminal that could not show the format.
fn put_with(
    format: ChapterFormat,
    output: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match output {
        Some(path) => output::write_file(path, write),
        None if format.is_binary() && std::io::stdout().is_terminal() => {
            let reason = format!("{} is nothing that a terminal can show; name a file with --output", format.name());
            Err(Error::Nothing { attempt: "write to the terminal", reason }.into())
        }
        None => output::print_raw(write),
    }
}

/// Says what the format could not hold of a document, or holds otherwise.
fn remark(session: &Session, view: &DocumentView<'_>, format: ChapterFormat) {
    for remark in export::remarks(view, format) {
        session.note(&output::tame(&format!("  {:?}: {remark}", view.title)));
    }
}
