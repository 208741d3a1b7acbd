//! `OpenDocument` texts: paragraphs, headings by their outline level, lists, tables, notes and soft page breaks.
//!
//! What was deleted while changes are tracked, comments, and a table of contents are not text of the document.

use std::collections::HashMap;

use crate::document::{BlockKind, Document, Format};

use super::archive::Archive;
use super::flow::Flow;
use super::refusal::{Refusal, Unread};
use super::xml::{self, Element, Node};
use super::{layout, office};

const WHAT: &str = "an OpenDocument text (ODT)";

/// Reads a document. `title` is what the name of the file says.
pub(super) fn document(mut archive: Archive, title: String) -> Unread<Document> {
    let manifest = office::side_file(&mut archive, "META-INF/manifest.xml")?;
    if contains(&manifest, b"encryption-data") {
        return Err(Refusal::Locked { what: WHAT });
    }
    let damaged = |reason: String| Refusal::Damaged { what: WHAT, reason };
    let content = archive.read("content.xml").ok_or_else(|| damaged("it has no text part".to_owned()))??;
    let styles = office::side_file(&mut archive, "styles.xml")?;
    let titles = Titles::read(&[&styles, &content]);

    let mut reader = Body::new(&titles);
    if contains(&content, b"text:soft-page-break") {
        reader.flow.first_page();
    }
    let walked = xml::walk(&content, &mut |node| reader.take(&node));
    let (flow, main_title) = (reader.flow, reader.main_title);
    if let Err(reason) = walked
        && flow.is_empty()
    {
        return Err(damaged(reason));
    }
    let mut layout = flow.into_layout();
    let meta = office::side_file(&mut archive, "meta.xml")?;
    let told = office::properties(&meta, layout.fields());
    let title = main_title.or_else(|| layout.first_title()).or(told).unwrap_or(title);
    Ok(layout.into_document(title, Format::Odt))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The styles by which a paragraph is the title of the document.
struct Titles(HashMap<String, String>);

impl Titles {
    fn read(files: &[&[u8]]) -> Self {
        let mut parents = HashMap::new();
        for file in files {
            let _ = xml::walk(file, &mut |node| {
                if let Node::Open(element) = node
                    && element.name() == "style"
                    && let (Some(name), Some(parent)) =
                        (element.attribute_named("style:name"), element.attribute_named("style:parent-style-name"))
                {
                    parents.insert(name, parent);
                }
            });
        }
        Self(parents)
    }

    fn has(&self, style: &str) -> bool {
        // A circle of styles ends here.
        const MAX_DEPTH: usize = 12;
        let parents = std::iter::successors(Some(style), |name| self.0.get(*name).map(String::as_str));
        parents.take(MAX_DEPTH).any(|name| name == "Title")
    }
}

/// Reads the content of a document, tag by tag.
struct Body<'a> {
    titles: &'a Titles,
    flow: Flow,
    main_title: Option<String>,
    /// What the paragraphs being read are, the outermost first.
    paragraphs: Vec<Paragraph>,
    /// For each list item around, whether its first paragraph has been read.
    items: Vec<bool>,
    n_silent: usize,
    /// The text of the note being read, and how many elements deep in it.
    note: Option<String>,
}

struct Paragraph {
    kind: BlockKind,
    is_title: bool,
    text: String,
}

impl<'a> Body<'a> {
    fn new(titles: &'a Titles) -> Self {
        Self {
            titles,
            flow: Flow::default(),
            main_title: None,
            paragraphs: Vec::new(),
            items: Vec::new(),
            n_silent: 0,
            note: None,
        }
    }

    fn take(&mut self, node: &Node) {
        match node {
            Node::Open(element) => self.open(element),
            Node::Close(name) => self.close(name),
            Node::Text(text) if self.n_silent == 0 => self.add(text),
            Node::Text(_) => {}
        }
    }

    /// White space within a paragraph is one space: more is written by elements.
    fn add(&mut self, text: &str) {
        if let Some(note) = &mut self.note {
            return note.push_str(text);
        }
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let mut folded = String::with_capacity(text.len());
        let mut is_after_space = paragraph.text.ends_with(' ');
        for c in text.chars() {
            let is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
            if !is_space || !is_after_space {
                folded.push(if is_space { ' ' } else { c });
            }
            is_after_space = is_space;
        }
        paragraph.text.push_str(&folded);
        self.flow.text(&folded);
    }

    fn put(&mut self, text: &str) {
        match (&mut self.note, self.paragraphs.last_mut()) {
            (Some(note), _) => note.push_str(text),
            (None, Some(paragraph)) => {
                paragraph.text.push_str(text);
                self.flow.text(text);
            }
            (None, None) => {}
        }
    }

    fn open(&mut self, element: &Element) {
        let name = element.name();
        // `text:title` writes the title of the document; that of a picture is `svg:title`.
        let is_of_picture = name == "title" && (0 < self.n_silent || element.has_prefix("svg"));
        if is_silent(name) || is_of_picture {
            self.n_silent += 1;
        }
        if 0 < self.n_silent {
            return;
        }
        match name {
            "p" | "h" if self.note.is_some() => self.put(" "),
            "h" => {
                let level: u8 = element.attribute("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
                // Below a title, which has no number, headings are numbered from 1.
                let level = level.saturating_add(u8::from(self.main_title.is_some()));
                self.begin_paragraph(BlockKind::Heading { level: u8::clamp(level, 1, 6) }, element);
            }
            "p" => {
                let kind = match self.items.last_mut() {
                    Some(has_text) if !*has_text => {
                        *has_text = true;
                        BlockKind::ListItem
                    }
                    _ => BlockKind::Paragraph,
                };
                self.begin_paragraph(kind, element);
            }
            "list-item" => self.items.push(false),
            "s" => {
                let n: usize = element.attribute("c").and_then(|n| n.parse().ok()).unwrap_or(1);
                self.put(&" ".repeat(n.min(100)));
            }
            "tab" => self.put("\t"),
            "line-break" => self.put("\n"),
            "soft-page-break" => self.flow.next_page(),
            "table-row" => self.flow.begin_row(),
            "table-cell" => self.flow.begin_cell(),
            "note" => self.note = Some(String::new()),
            _ => {}
        }
    }

    fn begin_paragraph(&mut self, kind: BlockKind, element: &Element) {
        let style = element.attribute("style-name").unwrap_or_default();
        let is_title = self.titles.has(&style);
        let kind = if is_title { BlockKind::Heading { level: 1 } } else { kind };
        self.paragraphs.push(Paragraph { kind, is_title, text: String::new() });
        self.flow.begin_paragraph();
    }

    fn close(&mut self, name: &str) {
        if is_silent(name) || name == "title" {
            self.n_silent = self.n_silent.saturating_sub(1);
        }
        if 0 < self.n_silent {
            return;
        }
        match name {
            "p" | "h" if self.note.is_none() => self.end_paragraph(),
            "list-item" => {
                self.items.pop();
            }
            "table-row" => self.flow.end_row(),
            "note" => {
                if let Some(note) = self.note.take() {
                    self.flow.note(&note);
                }
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        if paragraph.is_title && self.main_title.is_none() {
            let title = layout::one_line(&layout::clean(paragraph.text.into()));
            self.main_title = Some(title).filter(|title| !title.is_empty());
        }
        self.flow.end_paragraph(paragraph.kind);
    }
}

/// Returns whether what an element holds is no text of the document.
fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "tracked-changes"
            | "annotation"
            | "table-of-content"
            | "note-citation"
            | "automatic-styles"
            | "font-face-decls"
            | "forms"
            | "scripts"
            | "desc"
    )
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::archive;
    use super::*;
    use crate::document::Date;

    fn file(body: &str) -> Vec<u8> {
        let content = format!(
            "<office:document-content><office:automatic-styles><style:style style:name='P1' \
             style:parent-style-name='Title'/></office:automatic-styles><office:body><office:text>{body}</office:text>\
             </office:body></office:document-content>"
        );
        let meta = "<office:document-meta><meta:initial-creator>Ann Lee</meta:initial-creator>\
            <meta:creation-date>2021-03-04T05:06:07</meta:creation-date><dc:date>2022-01-01</dc:date></office:document-meta>";
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", content.as_bytes()),
            ("meta.xml", meta.as_bytes()),
        ])
    }

    fn read(body: &str) -> Document {
        super::super::import(&file(body), "a.odt").unwrap()
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        assert_eq!(super::super::shown::blocks(&read(body)), expected);
    }

    #[test]
    fn headings_lists_and_rows_are_kept() {
        let body = "<text:p text:style-name='P1'>The Log</text:p><text:h text:outline-level='1'>Lamp</text:h>\
            <text:list><text:list-item><text:p>oil</text:p><text:p>much of it</text:p></text:list-item></text:list>\
            <table:table><table:table-row><table:table-cell><text:p>north</text:p></table:table-cell>\
            <table:table-cell><text:p>3</text:p></table:table-cell></table:table-row></table:table>";
        check(body, &["# The Log", "## Lamp", "- oil", "much of it", "| north\t3"]);
        assert_eq!(read(body).title, "The Log");
    }

    #[test]
    fn white_space_is_what_elements_say() {
        check(
            "<text:p>a\n  b<text:s text:c='2'/>c<text:line-break/>d<text:span> e</text:span></text:p>",
            &["a b  c\nd e"],
        );
    }

    #[test]
    fn notes_follow_their_paragraph_and_comments_are_left_out() {
        let body = "<text:p>Lit<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>At dusk.\
            </text:p></text:note-body></text:note> it was.<office:annotation><text:p>Check!</text:p></office:annotation>\
            </text:p><text:table-of-content><text:p>Lamp 3</text:p></text:table-of-content>";
        check(body, &["Lit it was.", "At dusk."]);
    }

    #[test]
    fn what_a_picture_is_called_is_left_out() {
        let body = "<text:p><draw:frame><svg:title>Lamp.png</svg:title><svg:desc>A lamp</svg:desc></draw:frame>\
            <text:title>The Log</text:title> of <office:annotation><text:p><text:title>No</text:title>no</text:p>\
            </office:annotation>1887</text:p>";
        check(body, &["The Log of 1887"]);
    }

    #[test]
    fn pages_and_properties_are_kept() {
        let document = read("<text:p>One.</text:p><text:soft-page-break/><text:p>Two.</text:p>");
        let pages: Vec<_> = document.blocks.iter().map(|block| document.pages.at(block.span.start)).collect();
        assert_eq!(pages, [Some(1), Some(2)]);
        assert_eq!(document.fields.author.as_deref(), Some("Ann Lee"));
        assert_eq!(document.fields.date, Date::from_iso("2021-03-04"));
    }

    #[test]
    fn a_locked_document_is_refused() {
        let bytes = archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("META-INF/manifest.xml", b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
            ("content.xml", b"\x01\x02"),
        ]);
        let error = super::super::import(&bytes, "a.odt").unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
    }
}
