//! What the files of an office suite share: the parts of a package, and the properties of a document.

use crate::document::{Date, Fields};

use super::archive::Archive;
use super::layout;
use super::refusal::{Refusal, Unread};
use super::xml::{self, Node};

/// Returns the file of a package that a relation of its root leads to, such as `officeDocument`.
pub(super) fn part_of_type(archive: &mut Archive, kind: &str) -> Option<String> {
    let relations = archive.read("_rels/.rels")?.ok()?;
    let mut target = None;
    let _ = xml::walk(&relations, &mut |node| {
        if let Node::Open(element) = node
            && target.is_none()
            && element.attribute("Type").is_some_and(|found| found.ends_with(&format!("/{kind}")))
        {
            target = element.attribute("Target");
        }
    });
    let target = super::archive::clean_name(&target?);
    archive.has(&target).then_some(target)
}

/// Returns a file beside the text of a document; nothing if it is missing, or damaged: that costs what it holds, not the
/// text.
pub(super) fn side_file(archive: &mut Archive, name: &str) -> Unread<Vec<u8>> {
    match archive.read(name) {
        None | Some(Err(Refusal::Damaged { .. })) => Ok(Vec::new()),
        Some(read) => read,
    }
}

/// Takes author, day and language from the core properties of a package; returns the title there, if it is one.
pub(super) fn core_properties(archive: &mut Archive, fields: &mut Fields) -> Option<String> {
    let path = part_of_type(archive, "core-properties").unwrap_or_else(|| "docProps/core.xml".to_owned());
    let bytes = archive.read(&path)?.ok()?;
    properties(&bytes, fields)
}

/// Takes author, day and language from Dublin Core, as both office formats and EPUB write it, and returns the title.
pub(super) fn properties(bytes: &[u8], fields: &mut Fields) -> Option<String> {
    let mut title = None;
    let mut text = String::new();
    let _ = xml::walk(bytes, &mut |node| match node {
        Node::Open(_) => text.clear(),
        Node::Text(part) => text.push_str(part),
        Node::Close(name) => {
            let value = layout::one_line(&layout::clean(std::mem::take(&mut text).into()));
            if value.is_empty() {
                return;
            }
            match name {
                "title" => title = title.take().or(Some(value)),
                "creator" | "initial-creator" => fields.author = fields.author.take().or(Some(value)),
                // The day it was begun is that of the document; when it was last saved says less.
                "created" | "creation-date" => fields.date = Date::from_iso(&value).or(fields.date),
                "date" => fields.date = fields.date.or_else(|| Date::from_iso(&value)),
                "language" => fields.language = super::language::code_of(&value).or(fields.language.take()),
                _ => {}
            }
        }
    });
    title.filter(|title| !is_made_up(title))
}

/// Returns whether a title is one that a program gives a document that has none.
pub(super) fn is_made_up(title: &str) -> bool {
    let lower = title.to_lowercase();
    lower.starts_with("microsoft word - ")
        || lower.starts_with("untitled")
        || matches!(&lower[..], "document" | "document1" | "word document" | "powerpoint presentation")
        || [".doc", ".docx", ".odt", ".pdf", ".indd", ".tex", ".dvi"].iter().any(|ending| lower.ends_with(ending))
}
