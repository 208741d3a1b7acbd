//! The commands, one a file: each turns what was typed into calls of the library and prints what comes of them.

pub(crate) mod add;
pub(crate) mod backup;
pub(crate) mod concordance;
pub(crate) mod edit;
pub(crate) mod evaluate;
mod evaluate_search;
mod evaluate_titles;
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

use std::io::{IsTerminal, Write};
use std::path::Path;

use caesura::error::Error;
use caesura::export::{ChapterFormat, DocumentView, write_file};
use caesura::pipeline::SplitSettings;
use caesura::store::{DocumentId, Filter, Library, TopicRow};

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
        let filter = Filter {
            document: self.document.map(DocumentId),
            topic,
            speaker: self.speaker.clone(),
            tag: self.tag.clone(),
            state: self.state,
            since: self.since.clone(),
            until: self.until.clone(),
        };
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

/// Writes one document to a file, or to standard output, and says what is to be known of the export.
fn put(session: &Session, view: &DocumentView<'_>, format: ChapterFormat, output: Option<&Path>) -> anyhow::Result<()> {
    put_with(format, output, |out| Ok(caesura::export::write_document(view, format, out)?))?;
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
        Some(path) => write_file(path, write),
        None if format.is_binary() && std::io::stdout().is_terminal() => {
            let reason = format!("{} is nothing that a terminal can show; name a file with --output", format.name());
            Err(Error::Nothing { attempt: "write to the terminal", reason }.into())
        }
        None => output::print_raw(write),
    }
}

/// Says what the format could not hold of a document, or holds otherwise.
fn remark(session: &Session, view: &DocumentView<'_>, format: ChapterFormat) {
    for remark in caesura::export::remarks(view, format) {
        session.note(&output::tame(&format!("  {:?}: {remark}", view.title)));
    }
}
