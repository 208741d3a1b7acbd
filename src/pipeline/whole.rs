//! A document of a library gathered for an export: what the store keeps of it in many tables, in one place.

use std::collections::BTreeMap;

use super::{confidence, stored_cut};
use crate::corrections::{Corrections, Note};
use crate::document::{Chapter, Fields, GapScores, Layer, Pages, Provenance, Units};
use crate::error::{Error, Result};
use crate::export::{Borne, DocumentView, Mark};
use crate::store::{DocumentId, DocumentRow, Library, TopicId};

/// A document of the library with all that an export says of it.
#[derive(Clone, Debug)]
pub struct Whole {
    row: DocumentRow,
    fields: Fields,
    text: String,
    pages: Pages,
    units: Units,
    chapters: Vec<Chapter>,
    as_written: Vec<Chapter>,
    gap_scores: Option<GapScores>,
    provenance: Provenance,
    /// Of each chapter that was found, strongest first.
    topics: Vec<Vec<Borne>>,
    marks: Vec<Mark>,
    tags: Vec<String>,
}

/// The place and the label of each topic of a library.
pub type TopicNames = BTreeMap<TopicId, (u32, String)>;

/// Returns the place and the label of each topic that is shown.
pub fn topic_names(library: &Library) -> Result<TopicNames> {
    Ok(library.topics()?.into_iter().map(|row| (row.id, (row.index, row.label))).collect())
}

impl Whole {
    /// Reads a document. `topic_names` is what [`topic_names`] says, asked once for many documents.
    ///
    /// Fails with [`Error::NoDocument`].
    pub fn read(library: &Library, id: DocumentId, topic_names: &TopicNames) -> Result<Self> {
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
            fields: library.fields(id)?,
            text: library.text(id)?,
            pages: library.pages(id)?,
            units: library.units(id)?,
            chapters: found.into_iter().map(|row| row.chapter).collect(),
            as_written: as_written.into_iter().map(|row| row.chapter).collect(),
            topics,
            marks: marks(&library.hand_made(id)?.corrections),
            tags: library.standing(id)?.tags,
            gap_scores,
            provenance,
            row,
        })
    }

    /// Returns the document as an export sees it, with the chapters of `layer`.
    ///
    /// Fails with [`Error::Nothing`] for chapters as written of a document without headings.
    pub fn view(&self, layer: Layer) -> Result<DocumentView<'_>> {
        let cut = stored_cut(&self.row, Some(&self.provenance));
        let confidence = self
            .gap_scores
            .as_ref()
            .and_then(|scores| confidence(&self.text, &self.units, scores, &self.chapters, cut));
        Ok(DocumentView {
            id: Some(self.row.id.0),
            title: &self.row.title,
            source_name: &self.row.source_name,
            fields: &self.fields,
            text: &self.text,
            pages: &self.pages,
            units: &self.units,
            chapters: of_layer(layer, &self.row.title, &self.chapters, &self.as_written)?,
            as_written: &self.as_written,
            confidence,
            gap_scores: self.gap_scores.as_ref(),
            provenance: &self.provenance,
            added_at: Some(self.row.added_at),
            // Topics are known of the chapters that were found.
            topics: if layer == Layer::Found { &self.topics } else { &[] },
            marks: &self.marks,
            tags: &self.tags,
        })
    }
}

fn marks(corrections: &Corrections) -> Vec<Mark> {
    let mark = |(_, note): (_, &Note)| Mark {
        span: note.span,
        color: note.color.name(),
        text: note.text.clone(),
        tags: note.tags.clone(),
        made_at: note.made_at,
    };
    corrections.notes().map(mark).collect()
}

/// Returns the chapters of a layer. Fails for those as written of a document called `title` that has no headings.
pub fn of_layer<'a>(
    layer: Layer,
    title: &str,
    found: &'a [Chapter],
    as_written: &'a [Chapter],
) -> Result<&'a [Chapter]> {
    match layer {
        Layer::Found => Ok(found),
        Layer::AsWritten if as_written.is_empty() => Err(Error::Nothing {
            attempt: "take the chapters as written",
            reason: format!("{title:?} has no headings; leave out --layer for the chapters found"),
        }),
        Layer::AsWritten => Ok(as_written),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Engine, Imported, Source, SplitSettings, add_document, add_imported, split_document};
    use super::*;
    use crate::chapters::BoundaryCost;
    use crate::document::{ByteOffset, Page, UnitKind};
    use crate::export::{ChapterFormat, write_document};
    use crate::import::import;
    use crate::progress::Unwatched;

    const SETTINGS: SplitSettings = SplitSettings {
        engine: Engine::Lexical,
        unit_kind: None,
        granularity: 0.5,
        min_chapter_units: None,
        language: None,
    };

    /// Adds a file to a library of its own, and returns its only document in a format.
    fn exported(bytes: &[u8], name: &str, format: ChapterFormat) -> String {
        let mut library = Library::in_memory().unwrap();
        let source = Source { bytes, name, path: None, added_at: 0 };
        add_document(&mut library, &source, &SETTINGS, None, &Unwatched).unwrap();
        only_exported(&library, format)
    }

    fn only_exported(library: &Library, format: ChapterFormat) -> String {
        let id = library.documents().unwrap()[0].id;
        let whole = Whole::read(library, id, &topic_names(library).unwrap()).unwrap();
        let mut out = Vec::new();
        write_document(&whole.view(Layer::Found).unwrap(), format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_document_of_the_library_is_exported_in_its_own_language() {
        let text = "灯台守は毎晩ランプに火をともしました。\n\n船は遠くからその光を見つけて港に帰ってきます。";
        let html = exported(text.as_bytes(), "lamp.txt", ChapterFormat::Html);
        assert!(html.contains("<html lang=\"ja\">"), "{html}");
    }

    #[test]
    fn a_document_of_the_library_is_exported_with_its_pages() {
        let mut library = Library::in_memory().unwrap();
        let text = "The lamp.\n\nThe sea.";
        let mut document = import(text.as_bytes(), "lamp.txt").unwrap();
        document.pages = Pages(vec![Page { number: 4, start: ByteOffset(0) }]);
        let imported = Imported { document, sha256: [1; 32], name: "lamp.txt", path: None, added_at: 0 };
        add_imported(&mut library, imported, &SETTINGS, None, &Unwatched).unwrap();
        let markdown = only_exported(&library, ChapterFormat::Markdown);
        assert!(markdown.contains("\u{a0}(p. 4)\n"), "{markdown}");
    }

    #[test]
    fn a_document_is_cut_again_at_the_cost_it_was_cut_at() {
        let mut library = Library::in_memory().unwrap();
        let source = Source { bytes: b"The lamp.\n\nThe sea.", name: "lamp.txt", path: None, added_at: 0 };
        add_document(&mut library, &source, &SETTINGS, None, &Unwatched).unwrap();
        let row = library.documents().unwrap().remove(0);
        let cost = |settings: serde_json::Value| {
            let provenance = Provenance::of("context", settings.as_object().unwrap().clone());
            let cut = stored_cut(&row, Some(&provenance));
            (cut.boundary_cost, cut.min_chapter_share)
        };
        let before = serde_json::json!({ "boundary_cost": 0.5, "min_chapter_share": 0.25 });
        let now = serde_json::json!({ "boundary_price": 0.25, "min_chapter_share": 0.25 });
        let expected = [
            (BoundaryCost::OfDocument { price: 0.25 }, 0.25),
            (BoundaryCost::Fixed(0.5), 0.25),
            (BoundaryCost::Fixed(0.6), 0.0),
        ];
        assert_eq!([now, before, serde_json::json!({})].map(cost), expected);
    }

    #[test]
    fn a_text_is_read_in_the_language_that_its_file_tells() {
        let n_units = |language: &str| {
            // Both read the words; they know other abbreviations.
            let mut document = import(b"Lampen gem. Plan. Gut.", "lamp.txt").unwrap();
            document.fields.language = Some(language.to_owned());
            let settings = SplitSettings { unit_kind: Some(UnitKind::Sentence), ..SETTINGS };
            split_document(document, &settings, None, &Unwatched).unwrap().units.len()
        };
        assert_eq!((n_units("de"), n_units("en")), (2, 3));
    }
}
