//! Word documents (Office Open XML): paragraphs, headings by their style, lists, tables, notes, and pages as Word last
//! counted them.
//!
//! What was deleted while changes are tracked, field codes, comments, heads and feet of pages, and a table of contents
//! are not text of the document.

use std::collections::HashMap;

use crate::document::{BlockKind, Document, Format};

use super::archive::Archive;
use super::flow::Flow;
use super::refusal::{Refusal, Unread};
use super::xml::{self, Element, Node};
use super::{layout, office};

const WHAT: &str = "a Word document (DOCX)";

/// Reads a document. `title` is what the name of the file says.
pub(super) fn document(mut archive: Archive, title: String) -> Unread<Document> {
    let main = office::part_of_type(&mut archive, "officeDocument").unwrap_or_else(|| "word/document.xml".to_owned());
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut beside = |file: &str| office::side_file(&mut archive, format!("{folder}/{file}").trim_start_matches('/'));
    let styles = Styles::read(&beside("styles.xml")?);
    let notes = [notes_in(&beside("footnotes.xml")?), notes_in(&beside("endnotes.xml")?)];
    let damaged = |reason: String| Refusal::Damaged { what: WHAT, reason };
    let body = archive.read(&main).ok_or_else(|| damaged("it has no text part".to_owned()))??;
    let has_pages = body.windows(PAGE_BREAK.len()).any(|window| window == PAGE_BREAK);

    let mut reader = Body::new(&styles, notes, has_pages);
    if has_pages {
        reader.flow.first_page();
    }
    let walked = xml::walk(&body, &mut |node| reader.take(&node));
    let (flow, main_title) = (reader.flow, reader.main_title);
    if let Err(reason) = walked
        && flow.is_empty()
    {
        return Err(damaged(reason));
    }
    let mut layout = flow.into_layout();
    let told = office::core_properties(&mut archive, layout.fields());
    let title = main_title.or_else(|| layout.first_title()).or(told).unwrap_or(title);
    Ok(layout.into_document(title, Format::Docx))
}

/// What Word leaves where a page ended when it last laid the document out.
const PAGE_BREAK: &[u8] = b"lastRenderedPageBreak";

/// What the styles of a document make of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Title,
    Heading(u8),
    Contents,
    Plain,
}

struct Style {
    role: Role,
    based_on: Option<String>,
    is_list: bool,
}

#[derive(Default)]
struct Styles(HashMap<String, Style>);

impl Styles {
    fn read(bytes: &[u8]) -> Self {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        // What is damaged in the styles costs headings, not text.
        let _ = xml::walk(bytes, &mut |node| match node {
            Node::Open(element) => match (element.name(), open.as_mut()) {
                ("style", _) => {
                    let id = element.attribute("styleId").unwrap_or_default();
                    open = Some((id, Style { role: Role::Plain, based_on: None, is_list: false }));
                }
                ("name", Some((_, style))) if style.role == Role::Plain => {
                    style.role = role_of_name(&element.attribute("val").unwrap_or_default());
                }
                ("basedOn", Some((_, style))) => style.based_on = element.attribute("val"),
                ("outlineLvl", Some((_, style))) if style.role == Role::Plain => {
                    style.role = outline_role(element).unwrap_or(Role::Plain);
                }
                ("numPr", Some((_, style))) => style.is_list = true,
                _ => {}
            },
            Node::Close("style") => styles.extend(open.take()),
            _ => {}
        });
        Self(styles)
    }

    /// Returns what a style makes of a paragraph, or the nearest style that it is based on.
    fn role(&self, id: &str) -> (Role, bool) {
        // A circle of styles ends here.
        const MAX_DEPTH: usize = 12;
        let mut id = id;
        let mut is_list = false;
        for _ in 0..MAX_DEPTH {
            let Some(style) = self.0.get(id) else { break };
            is_list |= style.is_list;
            if style.role != Role::Plain {
                return (style.role, is_list);
            }
            let Some(based_on) = &style.based_on else { break };
            id = based_on;
        }
        (Role::Plain, is_list)
    }
}

/// Reads the names that Word gives its own styles, which are the same in every language.
fn role_of_name(name: &str) -> Role {
    let name = name.to_lowercase();
    if name == "title" {
        return Role::Title;
    }
    if name.starts_with("toc ") || name == "toc heading" {
        return Role::Contents;
    }
    match name.strip_prefix("heading ").and_then(|level| level.parse().ok()) {
        Some(level @ 1..=9) => Role::Heading(u8::min(level, 6)),
        _ => Role::Plain,
    }
}

/// Reads an outline level, from 0; 9 is that of running text.
fn outline_role(element: &Element) -> Option<Role> {
    let level: u8 = element.attribute("val")?.parse().ok()?;
    (level < 9).then(|| Role::Heading((level + 1).min(6)))
}

/// Returns the text of each footnote by its number, the lines that part them left out.
fn notes_in(bytes: &[u8]) -> HashMap<String, String> {
    let mut notes = HashMap::new();
    let mut open: Option<(String, String)> = None;
    let mut is_text = false;
    let _ = xml::walk(bytes, &mut |node| match node {
        Node::Open(element) => match element.name() {
            "footnote" | "endnote" => {
                let is_separator = element.attribute("type").is_some_and(|kind| kind != "normal");
                open = element.attribute("id").filter(|_| !is_separator).map(|id| (id, String::new()));
            }
            "t" => is_text = true,
            "p" | "tab" | "br" => open.iter_mut().for_each(|(_, text)| text.push(' ')),
            _ => {}
        },
        Node::Close("footnote" | "endnote") => notes.extend(open.take()),
        Node::Close("t") => is_text = false,
        Node::Text(text) if is_text => open.iter_mut().for_each(|(_, note)| note.push_str(text)),
        _ => {}
    });
    notes
}

/// Reads the body of a document, tag by tag.
struct Body<'a> {
    styles: &'a Styles,
    /// The notes that nothing has referred to yet.
    notes: [HashMap<String, String>; 2],
    has_pages: bool,
    flow: Flow,
    main_title: Option<String>,
    /// What the paragraphs being read are, the outermost first.
    paragraphs: Vec<Paragraph>,
    /// How many elements are open whose content is not read.
    n_silent: usize,
    is_text: bool,
    /// How many elements deep in a content control that is a table of contents; 0 outside.
    controls: Vec<bool>,
}

struct Paragraph {
    role: Role,
    is_list: bool,
    title: String,
}

impl<'a> Body<'a> {
    fn new(styles: &'a Styles, notes: [HashMap<String, String>; 2], has_pages: bool) -> Self {
        Self {
            styles,
            notes,
            has_pages,
            flow: Flow::default(),
            main_title: None,
            paragraphs: Vec::new(),
            n_silent: 0,
            is_text: false,
            controls: Vec::new(),
        }
    }

    fn take(&mut self, node: &Node) {
        match node {
            Node::Open(element) => self.open(element),
            Node::Close(name) => self.close(name),
            Node::Text(text) if self.is_text && self.n_silent == 0 => self.add(text),
            Node::Text(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        self.flow.text(text);
        if let Some(paragraph) = self.paragraphs.last_mut()
            && self.main_title.is_none()
        {
            paragraph.title.push_str(text);
        }
    }

    fn open(&mut self, element: &Element) {
        let name = element.name();
        if is_silent(name) {
            self.n_silent += 1;
        }
        if name == "sdt" {
            self.controls.push(false);
        }
        if 0 < self.n_silent {
            return;
        }
        match name {
            "p" => {
                self.flow.begin_paragraph();
                self.paragraphs.push(Paragraph { role: Role::Plain, is_list: false, title: String::new() });
            }
            "t" => self.is_text = true,
            "tab" | "ptab" if !self.paragraphs.is_empty() => self.add("\t"),
            "cr" => self.add("\n"),
            "br" => match element.attribute("type").as_deref() {
                Some("page" | "column") => {}
                _ => self.add("\n"),
            },
            "noBreakHyphen" => self.add("\u{2011}"),
            "lastRenderedPageBreak" if self.has_pages => self.flow.next_page(),
            "tr" => self.flow.begin_row(),
            "tc" => self.flow.begin_cell(),
            "footnoteReference" => self.refer(0, element),
            "endnoteReference" => self.refer(1, element),
            "docPartGallery" if element.attribute("val").is_some_and(|gallery| gallery == "Table of Contents") => {
                if let Some(control) = self.controls.last_mut() {
                    *control = true;
                }
            }
            _ => self.open_property(element),
        }
    }

    fn open_property(&mut self, element: &Element) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match element.name() {
            "pStyle" => {
                let (role, is_list) = self.styles.role(&element.attribute("val").unwrap_or_default());
                (paragraph.role, paragraph.is_list) = (role, is_list);
            }
            "outlineLvl" if matches!(paragraph.role, Role::Plain) => {
                paragraph.role = outline_role(element).unwrap_or(Role::Plain);
            }
            // A list of number 0 takes the paragraph out of the list of its style.
            "numId" => paragraph.is_list = element.attribute("val").is_some_and(|number| number != "0"),
            _ => {}
        }
    }

    /// Adds a note; one that is referred to again is not said again.
    fn refer(&mut self, kind: usize, element: &Element) {
        if let Some(note) = element.attribute("id").and_then(|id| self.notes[kind].remove(&id)) {
            self.flow.note(&note);
        }
    }

    fn close(&mut self, name: &str) {
        if is_silent(name) {
            self.n_silent = self.n_silent.saturating_sub(1);
        }
        if name == "sdt" {
            self.controls.pop();
        }
        if 0 < self.n_silent {
            return;
        }
        match name {
            "t" => self.is_text = false,
            "p" => self.end_paragraph(),
            "tr" => self.flow.end_row(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        let is_contents = paragraph.role == Role::Contents || self.controls.contains(&true);
        if is_contents {
            return self.flow.drop_paragraph();
        }
        let kind = match paragraph.role {
            Role::Title => {
                let title = layout::one_line(&layout::clean(paragraph.title.into()));
                self.main_title = self.main_title.take().or(Some(title).filter(|title| !title.is_empty()));
                BlockKind::Heading { level: 1 }
            }
            // Word numbers its headings from 1 below a title, which has no number.
            Role::Heading(level) if self.main_title.is_some() => BlockKind::Heading { level: u8::min(level + 1, 6) },
            Role::Heading(level) => BlockKind::Heading { level },
            _ if paragraph.is_list => BlockKind::ListItem,
            _ => BlockKind::Paragraph,
        };
        self.flow.end_paragraph(kind);
    }
}

/// Returns whether what an element holds is no text of the document.
fn is_silent(name: &str) -> bool {
    // A fallback says again what stands before it, for readers that do not know it.
    matches!(name, "del" | "moveFrom" | "instrText" | "delText" | "Fallback" | "rPrChange" | "pPrChange")
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::archive::tests::archive;
    use super::*;
    use crate::document::Date;

    const CORE: &str = "<cp:coreProperties xmlns:dc='d'><dc:title>Core</dc:title><dc:creator>Ann Lee</dc:creator>\
        <dcterms:created>2021-03-04T05:06:07Z</dcterms:created></cp:coreProperties>";
    const STYLES: &str = "<w:styles><w:style w:styleId='H1'><w:name w:val='heading 1'/></w:style>\
        <w:style w:styleId='Mine'><w:name w:val='My head'/><w:basedOn w:val='H1'/></w:style>\
        <w:style w:styleId='T'><w:name w:val='Title'/></w:style><w:style w:styleId='Toc'><w:name w:val='toc 1'/></w:style>\
        <w:style w:styleId='Round'><w:name w:val='x'/><w:basedOn w:val='Round'/></w:style></w:styles>";
    const NOTES: &str = "<w:footnotes><w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>--</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id='2'><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>";

    pub(crate) fn word(body: &str) -> Vec<u8> {
        archive(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", format!("<w:document><w:body>{body}</w:body></w:document>").as_bytes()),
            ("word/styles.xml", STYLES.as_bytes()),
            ("word/footnotes.xml", NOTES.as_bytes()),
            ("docProps/core.xml", CORE.as_bytes()),
        ])
    }

    fn p(style: &str, text: &str) -> String {
        format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    fn read(body: &str) -> Document {
        super::super::import(&word(body), "a.docx").unwrap()
    }

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        assert_eq!(super::super::shown::blocks(&read(body)), expected);
    }

    #[test]
    fn headings_are_known_by_their_style_and_what_it_is_based_on() {
        let body =
            [p("T", "The Log"), p("Toc", "Oil 3"), p("H1", "Lamp"), p("Round", "Lit."), p("Mine", "Oil")].concat();
        check(&body, &["# The Log", "## Lamp", "Lit.", "## Oil"]);
        assert_eq!(read(&body).title, "The Log");
        let body = "<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr><w:r><w:t>Horn</w:t></w:r></w:p>";
        check(&[body, &p("", "Blown.")].concat(), &["## Horn", "Blown."]);
    }

    #[test]
    fn the_properties_of_the_file_are_fields() {
        let document = read(&p("", "Lit."));
        assert_eq!(document.title, "Core");
        assert_eq!(document.fields.author.as_deref(), Some("Ann Lee"));
        assert_eq!(document.fields.date, Date::from_iso("2021-03-04"));
    }

    #[test]
    fn a_run_is_read_as_it_is_shown() {
        let body = "<w:p><w:r><w:t xml:space='preserve'>The </w:t></w:r><w:del><w:r><w:delText>old </w:delText><w:t>x</w:t></w:r></w:del>\
            <w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:br/><w:t>lamp</w:t><w:footnoteReference w:id='2'/></w:r>\
            <w:r><w:instrText>PAGE 3</w:instrText></w:r></w:p>";
        check(body, &["The new\nlamp", "A note."]);
    }

    #[test]
    fn rows_of_data_stay_together_and_layout_tables_do_not() {
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", p("", text));
        let table = |cells: &[String]| format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", cells.concat());
        check(&table(&[cell("north"), cell("3")]), &["| north\t3"]);
        let long = "The keeper lit the lamp. ".repeat(20);
        check(&table(&[cell("one"), cell(&long)]), &["one", long.trim()]);
        check(&table(&[cell("one")]), &["one"]);
        let nested = table(&[format!("<w:tc>{}</w:tc>", table(&[cell("a"), cell("b")])), cell("c")]);
        check(&nested, &["| a\tb", "c"]);
    }

    #[test]
    fn a_text_box_stands_before_the_paragraph_it_hangs_on_and_once() {
        let inner = p("", "Boxed.");
        let body = format!(
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{inner}</w:txbxContent></mc:Choice>\
             <mc:Fallback><w:txbxContent>{inner}</w:txbxContent></mc:Fallback></mc:AlternateContent><w:t>Around.</w:t></w:r></w:p>"
        );
        check(&body, &["Boxed.", "Around."]);
    }

    #[test]
    fn pages_are_those_word_counted() {
        let body = format!("{}<w:p><w:r><w:lastRenderedPageBreak/><w:t>Two.</w:t></w:r></w:p>", p("", "One."));
        let document = read(&body);
        let pages: Vec<Option<u32>> = document.blocks.iter().map(|block| document.pages.at(block.span.start)).collect();
        assert_eq!(pages, [Some(1), Some(2)]);
        assert!(read(&p("", "One.")).pages.is_empty());
    }

    #[test]
    fn a_table_of_contents_is_left_out() {
        let body = format!(
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>\
             <w:sdtContent>{}</w:sdtContent></w:sdt>{}",
            p("", "Lamp 3"),
            p("", "Lit.")
        );
        check(&body, &["Lit."]);
    }

    #[test]
    fn a_document_that_breaks_off_is_read_up_to_there() {
        let bytes = archive(&[(
            "word/document.xml",
            b"<w:document><w:body><w:p><w:r><w:t>Lit.</w:t></w:r></w:p><w:p><w:r><w:t>And th",
        )]);
        let document = super::super::import(&bytes, "a.docx").unwrap();
        assert_eq!(super::super::shown::blocks(&document), ["Lit.", "And th"]);
    }
}
