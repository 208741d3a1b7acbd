//! HTML: headings, paragraphs, lists and tables, in reading order; no navigation, no markup.
//!
//! Works on the tags as they come from the tokenizer of `html5ever`, with a stack of the open elements, and builds no
//! tree: memory stays near the size of the text, and a page nested a hundred thousand deep is read like any other.
//! Of the rules by which browsers mend a page, those are kept that decide where a block ends.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;
use std::ops::Range;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

use crate::document::{BlockKind, Document, Format};

use super::html_regions::{self, Purpose, RegionIndex, Regions};
use super::language;
use super::layout::{self, Layout};

/// How much is given to the tokenizer at once, in bytes: it copies what it is given.
const CHUNK_BYTES: usize = 1 << 20;

/// The most names of elements that are kept.
const MAX_IDS: usize = 100_000;

/// What is longer than this is no heading, whatever its tag, but text set large or a heading that was never closed.
const MAX_HEADING_BYTES: usize = 1_000;

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String) -> Document {
    let page = page_of(text);
    let mut layout = Layout::default();
    page.lay_out(&mut layout);
    layout.fields().language.clone_from(&page.language);
    let title = layout.first_title().or(page.title).unwrap_or(title);
    layout.into_document(title, Format::Html)
}

/// Adds the blocks of a piece of HTML.
pub(super) fn lay_out(text: &str, layout: &mut Layout) {
    page_of(text).lay_out(layout);
}

/// A place of a page that the contents of a book lead to.
pub(super) struct Anchor<'a> {
    /// The element's name for links; empty for the top of the page.
    pub(super) id: &'a str,
    /// The level of the chapter that begins there.
    pub(super) level: u8,
    /// Its title.
    pub(super) title: &'a str,
}

/// Adds the blocks of a page of a book, and a mark at each of its anchors; an anchor that is not there is taken for the top.
pub(super) fn lay_out_anchored(text: &str, anchors: &[Anchor], layout: &mut Layout) {
    let page = page_of(after_declarations(text));
    // Of two elements of one name the first is meant.
    let places: HashMap<&str, usize> = page.ids.iter().rev().map(|(id, piece)| (&id[..], *piece)).collect();
    let place = |anchor: &Anchor| places.get(anchor.id).copied().unwrap_or(0);
    let mut in_order: Vec<(usize, &Anchor)> = anchors.iter().map(|anchor| (place(anchor), anchor)).collect();
    in_order.sort_by_key(|&(piece, _)| piece);
    page.lay_out_with(layout, &in_order);
}

/// Returns what comes after the document type of a page of XML, if that declares something itself: where HTML takes it to end,
/// the declarations go on. A page without any is returned whole.
fn after_declarations(page: &str) -> &str {
    const HEAD_BYTES: usize = 4_096;
    let head = &page[..page.floor_char_boundary(HEAD_BYTES)];
    let is_open = |rest: &&str| rest.find(['[', '>']).is_some_and(|at| rest[at..].starts_with('['));
    let Some(doctype) = head.find("<!DOCTYPE").map(|at| &page[at..]).filter(is_open) else { return page };
    let mut rest = &doctype[doctype.find('[').map_or(0, |at| at + 1)..];
    while let Some(at) = rest.find(['"', '\'', '<', ']']) {
        let (sign, after) = (&rest[at..], &rest[at + 1..]);
        let end = match sign.as_bytes()[0] {
            b']' => match after.trim_start().strip_prefix('>') {
                Some(body) => return body,
                None => Some(0),
            },
            b'<' if sign.starts_with("<!--") => after.find("-->").map(|end| end + 3),
            b'<' => Some(0),
            quote => after.find(char::from(quote)).map(|end| end + 1),
        };
        let Some(end) = end else { break };
        rest = &after[end..];
    }
    page
}

/// Returns the words of a piece of HTML, on one line.
pub(super) fn words_of(text: &str) -> String {
    let page = page_of(text);
    layout::one_line(&page.pieces.iter().map(|piece| &page.text[piece.range.clone()]).collect::<Vec<_>>().join(" "))
}

fn page_of(text: &str) -> Page {
    let tokenizer = Tokenizer::new(Sink::default(), html5ever::tokenizer::TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES));
        rest = after;
        input.push_back(StrTendril::from_slice(chunk));
        // Of what may suspend the tokenizer, our sink asks for nothing.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let mut page = tokenizer.sink.0.into_inner();
    page.close_all();
    page
}

/// Hands the tokens on; the tokenizer gives them to a shared reference.
#[derive(Default)]
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.take_text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => page.close(&tag.name),
            Token::TagToken(tag) => {
                page.open(&tag);
                return match raw_kind(&tag.name) {
                    Some(kind) => TokenSinkResult::RawData(kind),
                    None => TokenSinkResult::Continue,
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Returns how the content of an element is written, if not as HTML.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "script" => Some(RawKind::ScriptData),
        _ => None,
    }
}

/// What an element does to the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Stands within a line.
    Inline,
    /// Stands apart from what is before and after it.
    Block,
    Heading(u8),
    /// A list, whose items have only this one around them.
    List,
    Item,
    Table,
    Row,
    Cell,
    Preformatted,
    /// Has no text for readers in it.
    Silent,
    Title,
}

fn role_of(name: &str) -> Role {
    match name {
        "h1" => Role::Heading(1),
        "h2" => Role::Heading(2),
        "h3" => Role::Heading(3),
        "h4" => Role::Heading(4),
        "h5" => Role::Heading(5),
        "h6" => Role::Heading(6),
        "ul" | "ol" | "menu" | "dir" | "dl" => Role::List,
        "li" | "dt" | "dd" => Role::Item,
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell,
        "pre" | "listing" | "xmp" | "plaintext" => Role::Preformatted,
        "title" => Role::Title,
        "script" | "style" | "template" | "noscript" | "svg" | "math" | "iframe" | "noembed" | "noframes"
        | "object" | "video" | "audio" | "canvas" | "select" | "textarea" | "datalist" | "map" => Role::Silent,
        "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "nav" | "aside" | "body" | "html"
        | "head" | "form" | "fieldset" | "legend" | "address" | "blockquote" | "figure" | "figcaption" | "center"
        | "details" | "summary" | "hgroup" | "dialog" | "caption" | "thead" | "tbody" | "tfoot" | "option"
        | "search" => Role::Block,
        _ => Role::Inline,
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn is_strong(name: &str) -> bool {
    matches!(name, "b" | "strong")
}

/// Elements that have no end tag.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// An element that is open.
struct Open {
    name: LocalName,
    role: Role,
    region: RegionIndex,
    /// Of an item, whether its first text has been taken.
    has_text: bool,
    /// Of a row, the first piece in it. Of a cell, the first piece in it.
    first_piece: usize,
}

/// A block as it was found, with the region that says whether it is read.
struct Piece {
    kind: BlockKind,
    range: Range<usize>,
    region: RegionIndex,
    /// How many cells of the open row stand before it.
    cell: u32,
}

/// What has been read of a page.
struct Page {
    title: Option<String>,
    language: Option<String>,
    text: String,
    pieces: Vec<Piece>,
    regions: Regions,
    open: Vec<Open>,
    /// How many elements of each name are open, so that a stray end tag is known without a search.
    n_open: HashMap<LocalName, u32>,
    n_silent: u32,
    n_preformatted: u32,
    n_headings: u32,
    /// Whether the title is being read.
    is_title: bool,
    /// Where the text of the block being read begins.
    block_start: usize,
    /// How many `br` have been seen since the last text.
    n_breaks: u32,
    /// Whether some of the text of the block being read is not bold.
    has_plain_text: bool,
    n_strong: u32,
    n_open_cells: u32,
    /// How many cells of the open row are done.
    n_cells: u32,
    /// The names of elements for links, each with the piece it stands in or before.
    ids: Vec<(String, usize)>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            title: None,
            language: None,
            text: String::new(),
            pieces: Vec::new(),
            regions: Regions::new(),
            open: Vec::new(),
            n_open: HashMap::new(),
            n_silent: 0,
            n_preformatted: 0,
            n_headings: 0,
            is_title: false,
            block_start: 0,
            n_breaks: 0,
            has_plain_text: false,
            n_strong: 0,
            n_open_cells: 0,
            n_cells: 0,
            ids: Vec::new(),
        }
    }
}

impl Page {
    /// Adds what is read of the page.
    fn lay_out(&self, layout: &mut Layout) {
        self.lay_out_with(layout, &[]);
    }

    /// Adds what is read of the page, with marks before the pieces of these numbers, which ascend. A mark after the last
    /// piece is one of what follows the page.
    fn lay_out_with(&self, layout: &mut Layout, marks: &[(usize, &Anchor)]) {
        let chosen = self.regions.choose(self.pieces.iter().map(|piece| (piece.region, piece.range.len())));
        let mut marks = marks.iter().peekable();
        for (number, piece) in self.pieces.iter().enumerate() {
            while let Some((_, anchor)) = marks.next_if(|&&(at, _)| at <= number) {
                layout.open_mark(anchor.level, anchor.title);
            }
            if chosen[piece.region.index()] {
                layout.push(piece.kind.clone(), &self.text[piece.range.clone()]);
            }
        }
        for (_, anchor) in marks {
            layout.open_mark(anchor.level, anchor.title);
        }
    }

    fn take_text(&mut self, text: &str) {
        if self.is_title {
            let title = self.title.get_or_insert_default();
            let joined = mem::take(title) + text;
            *title = joined;
            return;
        }
        if self.n_silent != 0 {
            return;
        }
        // References such as `&#8;` name control characters that the text was cleaned of.
        let text = layout::clean(text.into());
        if 0 < self.n_preformatted {
            self.end_breaks();
            self.text.push_str(&text);
            return;
        }
        for piece in text.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            if !word.is_empty() {
                self.end_breaks();
                self.has_plain_text |= self.n_strong == 0;
                self.text.push_str(word);
            }
            if word.len() < piece.len() {
                self.push_space();
            }
        }
    }

    fn push_space(&mut self) {
        if self.block_start < self.text.len() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    /// Writes the breaks before a text: one is a line end, two part paragraphs.
    fn end_breaks(&mut self) {
        match mem::take(&mut self.n_breaks) {
            0 => {}
            _ if 0 < self.n_headings => self.push_space(),
            1 if self.n_open_cells == 0 && self.is_paragraph_so_far() => self.end_block(),
            1 => {
                self.text.truncate(self.block_start + self.text[self.block_start..].trim_end().len());
                self.text.push('\n');
            }
            _ => self.end_block(),
        }
    }

    /// Returns whether the line so far is a paragraph of its own: a sentence, or a heading made of bold letters.
    fn is_paragraph_so_far(&self) -> bool {
        let line = &self.text[self.block_start..];
        !line.trim().is_empty() && (!self.has_plain_text || layout::is_paragraph_line(line))
    }

    fn open(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        match name {
            "br" if self.n_silent == 0 => self.n_breaks += 1,
            "hr" => self.end_block(),
            "img" | "input" | "wbr" => {}
            "html" if self.language.is_none() => {
                self.language =
                    attribute(tag, "lang").or_else(|| attribute(tag, "xml:lang")).and_then(language::code_of);
                self.open_element(tag);
            }
            _ if is_void(name) => {}
            _ => self.open_element(tag),
        }
    }

    fn open_element(&mut self, tag: &Tag) {
        let attributes = || tag.attrs.iter().map(|attribute| (&*attribute.name.local, &*attribute.value));
        let is_unseen = html_regions::is_unseen(attributes());
        let role = match role_of(&tag.name) {
            // Within a line, what is not shown is no region of its own; an element that a page made up may hold all of it.
            Role::Inline if is_unseen && !tag.name.contains('-') => Role::Silent,
            role => role,
        };
        if role == Role::Silent && tag.self_closing && matches!(&*tag.name, "svg" | "math") {
            return;
        }
        self.close_implied(&tag.name, role);
        self.begin(role);
        let within = self.open.last().map_or(RegionIndex::PAGE, |open| open.region);
        if let Some(id) = attribute(tag, "id")
            && self.ids.len() < MAX_IDS
        {
            self.ids.push((id.to_owned(), self.pieces.len()));
        }
        let region = match html_regions::purpose_of(&tag.name, attributes(), is_unseen) {
            _ if role == Role::Silent => within,
            // A word hidden from screen readers within a line is part of it to all others.
            Some(Purpose::Hidden) if role == Role::Inline && !is_unseen => within,
            // A link to the sidebar may be called as it is.
            None if role != Role::Inline && html_regions::is_called_furniture(&tag.name, attributes()) => {
                self.end_block();
                self.regions.open(Purpose::Margin, within)
            }
            Some(purpose) => {
                self.end_block();
                self.regions.open(purpose, within)
            }
            None => within,
        };
        match role {
            Role::Heading(level) => {
                self.n_headings += 1;
                if level == 1 {
                    self.regions.note_main_heading(region);
                }
            }
            Role::Preformatted => self.n_preformatted += 1,
            Role::Cell => self.n_open_cells += 1,
            Role::Inline if is_strong(&tag.name) => self.n_strong += 1,
            Role::Silent => self.n_silent += 1,
            Role::Title => self.is_title = self.title.is_none() && self.n_silent == 0,
            _ => {}
        }
        *self.n_open.entry(tag.name.clone()).or_default() += 1;
        let first_piece = self.pieces.len();
        self.open.push(Open { name: tag.name.clone(), role, region, has_text: false, first_piece });
    }

    /// Ends the block before an element that stands apart.
    fn begin(&mut self, role: Role) {
        match role {
            Role::Inline | Role::Silent | Role::Title => {}
            Role::Block | Role::Preformatted if 0 < self.n_headings => self.push_space(),
            Role::Row => {
                self.end_block();
                self.n_cells = 0;
            }
            _ => self.end_block(),
        }
    }

    /// Closes what the start of an element closes: an item the item before, a cell the cell before.
    fn close_implied(&mut self, name: &str, role: Role) {
        if 0 < self.n_headings && matches!(role, Role::List | Role::Item | Role::Table | Role::Row | Role::Cell) {
            // No list or table stands in a heading: the heading was never closed.
            self.close_within(|open| matches!(open.role, Role::Heading(_)), |_| false);
        }
        match role {
            Role::Item => self.close_within(|open| open.role == Role::Item, |open| open.role == Role::List),
            Role::Cell => {
                self.close_within(|open| open.role == Role::Cell, |open| matches!(open.role, Role::Row | Role::Table));
            }
            Role::Row => self.close_within(|open| open.role == Role::Row, |open| open.role == Role::Table),
            Role::Inline | Role::Silent | Role::Title => {}
            // A heading that was never closed ends where the next one begins.
            Role::Heading(_) if 0 < self.n_headings => {
                self.close_within(|open| matches!(open.role, Role::Heading(_)), |open| open.role == Role::Cell);
            }
            _ if name == "p" => self.close_within(|open| &*open.name == "p", |open| open.role != Role::Inline),
            _ => self.close_within(|open| &*open.name == "p", |open| open.role != Role::Inline && &*open.name != "p"),
        }
    }

    /// Closes the innermost element that `is_closed`, unless one that `is_wall` is around what is open.
    fn close_within(&mut self, is_closed: impl Fn(&Open) -> bool, is_wall: impl Fn(&Open) -> bool) {
        // Further out than this nothing is implied: a bound on the search, for pages nested without end.
        const MAX_SEARCH: usize = 64;
        for index in (self.open.len().saturating_sub(MAX_SEARCH)..self.open.len()).rev() {
            if is_closed(&self.open[index]) {
                return self.close_to(index);
            }
            if is_wall(&self.open[index]) {
                return;
            }
        }
    }

    fn close(&mut self, name: &LocalName) {
        let is_heading = matches!(role_of(name), Role::Heading(_)) && 0 < self.n_headings;
        if !is_heading && self.n_open.get(name).is_none_or(|&n| n == 0) {
            // Browsers read a stray `</p>` as an empty paragraph, and `</br>` as a break.
            match &**name {
                "p" => self.end_block(),
                "br" => self.n_breaks += 1,
                _ => {}
            }
            return;
        }
        match role_of(name) {
            // An end tag of a line that is crossed with a block's closes nothing but itself.
            Role::Inline => {
                let is_named = |open: &Open| open.name == *name;
                self.close_within(is_named, |open| open.role != Role::Inline);
            }
            // A list or table around is a wall for the ends of its items, cells and rows.
            Role::Item => self.close_within(|open| open.name == *name, |open| open.role == Role::List),
            Role::Cell | Role::Row => self.close_within(|open| open.name == *name, |open| open.role == Role::Table),
            Role::Heading(_) => {
                self.close_within(|open| matches!(open.role, Role::Heading(_)), |open| open.role == Role::Cell);
            }
            _ => {
                if let Some(at) = self.open.iter().rposition(|open| open.name == *name) {
                    self.close_to(at);
                }
            }
        }
    }

    /// Closes the open elements from the innermost to the one numbered `index`.
    fn close_to(&mut self, index: usize) {
        while index < self.open.len() {
            self.close_last();
        }
    }

    fn close_all(&mut self) {
        self.close_to(0);
        self.end_block();
        self.title = self.title.take().map(|title| layout::one_line(&layout::clean(title.into())));
        self.title = self.title.take().filter(|title| !title.is_empty());
    }

    fn close_last(&mut self) {
        let Some(last) = self.open.last() else { return };
        let role = last.role;
        let around = self.open.iter().nth_back(1).map_or(RegionIndex::PAGE, |open| open.region);
        let opens_region = around != last.region;
        if opens_region || !matches!(role, Role::Inline | Role::Silent | Role::Title) {
            self.end_block();
        }
        let Some(last) = self.open.pop() else { return };
        if let Some(n) = self.n_open.get_mut(&last.name) {
            *n -= 1;
        }
        match role {
            Role::Heading(_) => self.n_headings -= 1,
            Role::Preformatted => self.n_preformatted -= 1,
            Role::Silent => self.n_silent -= 1,
            Role::Title => self.is_title = false,
            Role::Cell => {
                self.n_cells += 1;
                self.n_open_cells -= 1;
            }
            Role::Inline if is_strong(&last.name) => self.n_strong -= 1,
            Role::Row => self.end_row(last.first_piece),
            _ => {}
        }
    }

    /// Ends the block being read. Within a heading nothing does: what is in it is one line.
    fn end_block(&mut self) {
        let is_in_heading =
            0 < self.n_headings && !self.open.last().is_some_and(|open| matches!(open.role, Role::Heading(_)));
        if is_in_heading {
            return self.push_space();
        }
        self.n_breaks = 0;
        self.has_plain_text = false;
        let start = self.block_start;
        let text = self.text[start..].trim();
        if text.is_empty() {
            self.text.truncate(start);
            return;
        }
        let n_bytes = text.len();
        let (mut kind, region) = self.kind_here();
        if MAX_HEADING_BYTES < n_bytes && matches!(kind, BlockKind::Heading { .. }) {
            kind = BlockKind::Paragraph;
        }
        self.pieces.push(Piece { kind, range: start..self.text.len(), region, cell: self.n_cells });
        self.block_start = self.text.len();
    }

    /// Returns what a block that ends here is, and the region it stands in.
    fn kind_here(&mut self) -> (BlockKind, RegionIndex) {
        let region = self.open.last().map_or(RegionIndex::PAGE, |open| open.region);
        // What is nearest decides; the search is bounded as that for implied ends is.
        for open in self.open.iter_mut().rev().take(64) {
            match open.role {
                Role::Heading(level) => return (BlockKind::Heading { level }, region),
                Role::Item if !open.has_text => {
                    open.has_text = true;
                    return (BlockKind::ListItem, region);
                }
                Role::Item | Role::Cell | Role::List => break,
                _ => {}
            }
        }
        (BlockKind::Paragraph, region)
    }

    /// Makes one piece of a row, its cells parted by tabs, unless its cells lay out a page: then they stay apart.
    ///
    /// A row is of data if it has two cells or more with text, and each of them one paragraph.
    fn end_row(&mut self, first_piece: usize) {
        let pieces = &self.pieces[first_piece..];
        let is_of_data = 2 <= pieces.len()
            && pieces.iter().all(|piece| piece.kind == BlockKind::Paragraph)
            && pieces.windows(2).all(|pair| pair[0].cell < pair[1].cell && pair[0].region == pair[1].region);
        if !is_of_data {
            return;
        }
        let cells: Vec<String> = pieces.iter().map(|piece| layout::one_line(&self.text[piece.range.clone()])).collect();
        let region = pieces[0].region;
        let start = pieces[0].range.start;
        self.text.truncate(start);
        self.text.push_str(&cells.join("\t"));
        self.block_start = self.text.len();
        self.pieces.truncate(first_piece);
        self.pieces.push(Piece {
            kind: BlockKind::TableRow,
            range: start..self.text.len(),
            region,
            cell: self.n_cells,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block as a sign of its kind and its text: `#` to `######`, `-` an item, `|` a row, nothing a paragraph.
    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        let document = document(html, "name".to_owned());
        let found: Vec<String> = document
            .blocks
            .iter()
            .map(|block| {
                let text = block.span.of(&document.text);
                match block.kind {
                    BlockKind::Heading { level } => format!("{} {text}", "#".repeat(level.into())),
                    BlockKind::ListItem => format!("- {text}"),
                    BlockKind::TableRow => format!("| {text}"),
                    _ => text.to_owned(),
                }
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_in_bold_do_not_part_a_paragraph_that_nothing_stands_around() {
        check("The keeper (“<strong>Ann</strong>”, “<b>she</b>”) lit it.", &["The keeper (“Ann”, “she”) lit it."]);
    }

    #[test]
    fn headings_paragraphs_and_lists_are_told_apart() {
        check(
            "<h1>The <em>log</em></h1><p>The lamp\n was   lit.<p>It burned.<ul><li>rope<li><p>tar</p><p>much</p>\
             <ol><li>black</ol></ul>Good night.",
            &["# The log", "The lamp was lit.", "It burned.", "- rope", "- tar", "much", "- black", "Good night."],
        );
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        check(
            "<head><style>p { color: red }</style><script>if (a < b) { '<p>' }</script></head><p>Lit<svg><text>x</text>\
             </svg> up.<noscript>no</noscript><template><p>no</p></template><!-- no --><select><option>no</select>",
            &["Lit up."],
        );
    }

    #[test]
    fn navigation_is_left_out_unless_little_else_is_there() {
        let text = "<p>The lamp was lit at dusk and burned until dawn, as on every night.</p>";
        check(
            &format!(
                "<header><nav>Home</nav>Site</header><div role=navigation>More</div>{text}<aside>Ad</aside><footer>©</footer>"
            ),
            &["The lamp was lit at dusk and burned until dawn, as on every night."],
        );
        check(
            &format!("<header><nav>Home</nav><h1>Log</h1></header>{text}"),
            &["# Log", "The lamp was lit at dusk and burned until dawn, as on every night."],
        );
        check(
            &format!("<nav>{text}</nav><p>x</p>"),
            &["The lamp was lit at dusk and burned until dawn, as on every night.", "x"],
        );
    }

    const LONG: &str = "The lamp was lit at dusk and burned until dawn, as on every night.";

    #[test]
    fn of_a_page_with_a_main_part_that_is_read() {
        let sides = "<div>Popular now: horns</div>";
        check(&format!("{sides}<main><h1>Log</h1><p>{LONG}</p></main>{sides}"), &["# Log", LONG]);
        check(&format!("{sides}<div role=main><p>{LONG}</p></div>"), &[LONG]);
        check(&format!("{sides}<article><p>{LONG}</p><article>Yes.</article></article>"), &[LONG, "Yes."]);
        check(
            &format!("<header><nav>Home</nav><h1>Log</h1></header><main><p>{LONG}</p></main><footer>{LONG}</footer>"),
            &["# Log", LONG],
        );
    }

    #[test]
    fn beside_a_main_part_that_is_one_of_many_or_holds_little_the_rest_is_read() {
        check(&format!("<p>{LONG}</p><main>Log</main>"), &[LONG, "Log"]);
        check(&format!("<p>x</p><article>{LONG}</article><article>{LONG}</article>"), &["x", LONG, LONG]);
        check(&format!("<h1>Log</h1><main>{LONG}</main>"), &["# Log", LONG]);
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        check(&format!("<div hidden>no</div><p style='color: red; Display : none'>no</p><p>{LONG}</p>"), &[LONG]);
        check("<p>It was <span hidden>not</span><b style=display:none>no</b> lit.", &["It was lit."]);
        check("<p>It was <b style='display:inline'>lit</b>.", &["It was lit."]);
        check(&format!("<the-page style=display:none><p>{LONG}</p></the-page>"), &[LONG]);
        check(&format!("<nav>{LONG}{LONG}</nav><div hidden>no</div><aside>{LONG}</aside>x"), &[LONG, "x"]);
    }

    #[test]
    fn what_is_called_furniture_is_left_out() {
        let sides = "<div class='left Sidebar'>Horns</div><ul id=breadcrumbs><li>Home</ul><div class=share-buttons>Send</div>\
            <div class=cookie-banner>Eat</div><div class=advert>Oil</div>";
        let near = "<p class=sidebar-less>It <span class=advert>burned</span>.</p>";
        check(&format!("{sides}<p>{LONG}</p>{near}"), &[LONG, "It burned."]);
    }

    #[test]
    fn declarations_of_a_page_of_a_book_are_passed_over() {
        for (page, expected) in [
            ("<!DOCTYPE html [<!ENTITY a ']>'> <!-- it's \"]>\" --> %p; ] ><p>x", "<p>x"),
            ("<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC \"a\" \"b\" []>x", "x"),
            ("<!DOCTYPE html><p>[x]>", "<!DOCTYPE html><p>[x]>"),
            ("<!DOCTYPE html [ <!ENTITY a '>x", "<!DOCTYPE html [ <!ENTITY a '>x"),
            ("<p>[x", "<p>[x"),
        ] {
            assert_eq!(after_declarations(page), expected);
        }
    }

    #[test]
    fn the_language_is_the_one_the_page_names() {
        let language = |html: &str| document(html, "name".to_owned()).fields.language;
        assert_eq!(language("<!DOCTYPE html><html lang=de-AT><p lang=fr>x").as_deref(), Some("de"));
        assert_eq!(language("<html lang=''><p lang=fr>x"), None);
    }

    #[test]
    fn a_break_ends_a_line_and_two_end_a_paragraph() {
        check("<p>one<br>two<br><br/>three<br>", &["one\ntwo", "three"]);
        check("<h2>one<br><br>two</h2>", &["## one two"]);
    }

    #[test]
    fn a_break_after_a_sentence_or_bold_letters_parts_paragraphs() {
        check("<p><b>Oil</b><br>It is low.<br>Fill it", &["Oil", "It is low.", "Fill it"]);
        check("<p><b>Oil</b> and tar<br>are low", &["Oil and tar\nare low"]);
    }

    #[test]
    fn rows_of_data_are_one_block_and_cells_that_lay_out_a_page_are_many() {
        check(
            "<table><tr><th>Lamp<th>Oil<tr><td><p>north</p><td>3<br>pints<tr><td colspan=2>All</table>",
            &["| Lamp\tOil", "| north\t3 pints", "All"],
        );
        check(
            "<table><tr><td>menu<td><h2>Log</h2><p>Lit.</p><p>Burned.</p></table>",
            &["menu", "## Log", "Lit.", "Burned."],
        );
    }

    #[test]
    fn definition_lists_are_lists() {
        check("<dl><dt>Lamp<dd>A light.<dt>Horn<dd>A noise.</dl>", &["- Lamp", "- A light.", "- Horn", "- A noise."]);
    }

    #[test]
    fn character_references_are_read() {
        check("<p>Tom &amp; Ann&nbsp;&lt;3 &eacute;&#233;&#8;&#0;</p>", &["Tom & Ann <3 éé \u{FFFD}"]);
    }

    #[test]
    fn misnested_tags_lose_no_text() {
        check("<p><b>one<p>two</b></div>three</p></li>four", &["one", "twothree", "four"]);
        check("<h2>one<h3>two</h2><p>three</td>", &["## one", "### two", "three"]);
        check("<h2>one<table><tr><td>two<td>three</table>", &["## one", "| two\tthree"]);
        check("<pre>a  b\nc</pre>d", &["a  b\nc", "d"]);
    }

    #[track_caller]
    fn check_title(html: &str, expected: &str) {
        assert_eq!(document(html, "name".to_owned()).title, expected);
    }

    #[test]
    fn the_title_is_the_main_heading_or_what_the_head_says() {
        check_title("<title>Site</title><h1>The\n log</h1>", "The log");
        check_title("<title> Site &amp; log </title><h2>x</h2>", "Site & log");
        check_title("<title> </title><p>x</p>", "name");
    }

    #[test]
    fn a_page_nested_100_000_deep_is_read() {
        for tag in ["div", "b", "p", "li", "ul", "table", "blockquote", "h1", "span hidden", "nav", "td", "svg", "font"]
        {
            let name = tag.split(' ').next().unwrap_or_default();
            let deep = format!("<{tag}>").repeat(100_000)
                + "deep"
                + &format!("</{name}>").repeat(100_000)
                + "<p>The lamp.</p>";
            let document = document(&deep, "name".to_owned());
            assert!(document.text.ends_with("The lamp."), "{tag}");
        }
    }

    #[test]
    fn crossed_end_tags_without_end_take_no_time() {
        let crossed = "<div><b><i>".repeat(50_000) + &"</i></b></u></table></li>".repeat(50_000) + "<p>The lamp.";
        assert_eq!(document(&crossed, "name".to_owned()).text, "The lamp.");
    }
}
