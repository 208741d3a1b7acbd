//! `caesura topic`: changes topics by hand, and takes changes back.

use anyhow::Result;
use caesura::error::Error;
use caesura::pipeline::{self, SplitTopic};
use caesura::store::{Library, TopicEdit, TopicId, TopicRow};

use crate::args::{self, TopicEdit as Typed};
use crate::output::{self, Session, tame};

pub(crate) fn run(session: &Session, args: &args::TopicByHand) -> Result<()> {
    let mut library = session.library()?;
    match &args.what {
        Typed::List => return list(&library),
        Typed::Edits => return edits(&library),
        Typed::Undo => {
            return went(session, "undone", library.undo_topic_edit()?, ("undo", "there is nothing to take back"));
        }
        Typed::Redo => {
            return went(session, "done again", library.redo_topic_edit()?, ("redo", "nothing was taken back"));
        }
        Typed::Rename { id, name } => library.rename_topic(TopicId(*id), name.as_deref())?,
        Typed::Hide { id } => library.hide_topic(TopicId(*id))?,
        Typed::Show { id } => library.show_topic(TopicId(*id))?,
        Typed::Merge { ids } => {
            let others: Vec<TopicId> = ids[1..].iter().map(|&id| TopicId(id)).collect();
            library.merge_topics(TopicId(ids[0]), &others)?
        }
        Typed::Separate { id } => library.separate_topic(TopicId(*id))?,
        Typed::Split { id, parts, words } => {
            let by = if words.is_empty() { SplitTopic::Number(*parts as usize) } else { SplitTopic::Words(words) };
            let bar = session.bar("split the topic");
            pipeline::split_topic(&mut library, TopicId(*id), by, &bar)?
        }
    };
    list(&library)
}

fn list(library: &Library) -> Result<()> {
    let (shown, hidden) = (library.topics()?, library.hidden_topics()?);
    let line = |topic: &TopicRow| {
        let plural = if topic.n_documents == 1 { " " } else { "s" };
        let hidden = if topic.is_hidden { "  (hidden)" } else { "" };
        format!("{:6}  {:5} doc{plural}  {}{hidden}", topic.id.0, topic.n_documents, tame(&topic.label))
    };
    output::print(|out| shown.iter().chain(&hidden).try_for_each(|topic| Ok(writeln!(out, "{}", line(topic))?)))
}

fn edits(library: &Library) -> Result<()> {
    let edits = library.topic_edits()?;
    output::print(|out| edits.iter().try_for_each(|edit| Ok(writeln!(out, "{}", sentence(edit))?)))
}

fn sentence(edit: &TopicEdit) -> String {
    let undone = if edit.is_undone { "  (undone)" } else { "" };
    format!("{:8}  {:6}  {}{undone}", edit.kind.name(), edit.topic.0, tame(&edit.label))
}

/// Says which edit was gone back over or done again. Without one, fails with what was tried and why there is none.
fn went(session: &Session, what: &str, edit: Option<TopicEdit>, (attempt, reason): (&'static str, &str)) -> Result<()> {
    let edit = edit.ok_or_else(|| Error::Nothing { attempt, reason: reason.to_owned() })?;
    session.note(&format!("{what}: {} of topic {}, {}", edit.kind.name(), edit.topic.0, tame(&edit.label)));
    Ok(())
}
