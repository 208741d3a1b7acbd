//! The bookmarks of a file, and where in its text they lead.

use std::collections::{HashMap, HashSet};

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{
    Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, String as PdfString,
};

use crate::document::BlockKind;

use super::super::layout;
use super::paragraphs::Paragraph;

/// More bookmarks than this are not read.
const MAX_BOOKMARKS: usize = 20_000;

/// Bookmarks within bookmarks further in than this are not read.
const MAX_DEPTH: u8 = 16;

/// A place that a bookmark leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bookmark {
    pub(super) level: u8,
    pub(super) title: String,
    /// The number of the page, from 1.
    page: u32,
    /// How far down the page, in `0.0..=1.0`, if it is told.
    depth: Option<f32>,
}

/// Returns the bookmarks of a file in the order of its list.
pub(super) fn bookmarks(pdf: &Pdf) -> Vec<Bookmark> {
    let mut reader = Reader::new(pdf);
    let catalog = pdf.xref().get::<Dict>(pdf.xref().root_id());
    if let Some(first) =
        catalog.as_ref().and_then(|catalog| catalog.get::<Dict>(b"Outlines")).and_then(|all| all.get::<Dict>(b"First"))
    {
        reader.read(first);
    }
    reader.found
}

struct Reader<'a> {
    /// The pages by their object, each with its number and height.
    pages: HashMap<ObjectIdentifier, (u32, f32)>,
    heights: Vec<f32>,
    destinations: HashMap<Vec<u8>, Object<'a>>,
    seen: HashSet<ObjectIdentifier>,
    found: Vec<Bookmark>,
}

impl<'a> Reader<'a> {
    fn new(pdf: &'a Pdf) -> Self {
        let mut pages = HashMap::new();
        let mut heights = Vec::new();
        for (number, page) in (1..).zip(pdf.pages().iter()) {
            let height = page.media_box().height() as f32;
            heights.push(height);
            if let Some(id) = page.raw().obj_id() {
                pages.insert(id, (number, height));
            }
        }
        let destinations = destinations(pdf);
        Self { pages, heights, destinations, seen: HashSet::new(), found: Vec::new() }
    }

    /// Reads an item, those after it and those within it. What has been read is on a stack of ours: a list may be long,
    /// and lead back to itself.
    fn read(&mut self, first: Dict<'a>) {
        let mut waiting = vec![(first, 1_u8)];
        while let Some((item, level)) = waiting.pop() {
            let is_first_visit = item.obj_id().is_none_or(|id| self.seen.insert(id));
            if !is_first_visit || MAX_BOOKMARKS <= self.found.len() || MAX_BOOKMARKS < waiting.len() {
                continue;
            }
            self.found.extend(self.bookmark(&item, level));
            waiting.extend(item.get::<Dict>(b"Next").map(|next| (next, level)));
            if level < MAX_DEPTH {
                waiting.extend(item.get::<Dict>(b"First").map(|within| (within, level + 1)));
            }
        }
    }

    fn bookmark(&self, item: &Dict<'a>, level: u8) -> Option<Bookmark> {
        let title = item.get::<PdfString>(b"Title")?;
        let title = layout::one_line(&layout::clean(super::text_of(title.as_bytes()).into()));
        let action = || item.get::<Dict>(b"A").and_then(|action| action.get::<Object>(b"D"));
        let (page, depth) = self.target(item.get::<Object>(b"Dest").or_else(action)?, 0)?;
        (!title.is_empty()).then_some(Bookmark { level, title, page, depth })
    }

    fn target(&self, destination: Object<'a>, n_names: u8) -> Option<(u32, Option<f32>)> {
        // A name may stand for a name.
        if 3 < n_names {
            return None;
        }
        match destination {
            Object::Array(array) => self.place(&array),
            Object::Dict(dict) => self.target(dict.get::<Object>(b"D")?, n_names + 1),
            Object::Name(name) => self.target(self.destinations.get(name.as_str().as_bytes())?.clone(), n_names + 1),
            Object::String(name) => self.target(self.destinations.get(name.as_bytes())?.clone(), n_names + 1),
            _ => None,
        }
    }

    /// Reads `[page /XYZ left top zoom]` and the like.
    fn place(&self, array: &Array<'a>) -> Option<(u32, Option<f32>)> {
        let mut parts = array.raw_iter();
        let (number, height) = match parts.next()? {
            MaybeRef::Ref(page) => *self.pages.get(&ObjectIdentifier::new(page.obj_number, page.gen_number))?,
            MaybeRef::NotRef(object) => {
                let index = usize::try_from(object.into_i32()?).ok()?;
                (u32::try_from(index).ok()? + 1, *self.heights.get(index)?)
            }
        };
        let rest: Vec<Object> = array.iter::<Object>().skip(1).collect();
        let kind = rest.first().cloned().and_then(Object::into_name);
        let kind = kind.as_ref().map(Name::as_str).unwrap_or_default();
        let top = match kind {
            "XYZ" | "FitR" => rest.get(if kind == "XYZ" { 2 } else { 4 }),
            "FitH" | "FitBH" => rest.get(1),
            _ => None,
        };
        let top = top.cloned().and_then(Object::into_f32);
        Some((number, top.map(|top| (1.0 - top / height.max(1.0)).clamp(0.0, 1.0))))
    }
}

/// Returns the places that have names, from both kinds of list.
fn destinations(pdf: &Pdf) -> HashMap<Vec<u8>, Object<'_>> {
    const MAX_NODES: usize = 20_000;
    let mut found = HashMap::new();
    let Some(catalog) = pdf.xref().get::<Dict>(pdf.xref().root_id()) else { return found };
    if let Some(old) = catalog.get::<Dict>(b"Dests") {
        for name in old.keys() {
            if let Some(place) = old.get::<Object>(name.as_str().as_bytes()) {
                found.insert(name.as_str().as_bytes().to_vec(), place);
            }
        }
    }
    let tree = catalog.get::<Dict>(b"Names").and_then(|names| names.get::<Dict>(b"Dests"));
    let mut waiting: Vec<Dict> = tree.into_iter().collect();
    let mut n_nodes = 0;
    while let Some(node) = waiting.pop() {
        n_nodes += 1;
        if MAX_NODES < n_nodes || MAX_NODES < found.len() {
            break;
        }
        if let Some(within) = node.get::<Array>(b"Kids") {
            waiting.extend(within.iter::<Dict>().take(MAX_NODES));
        }
        let Some(names) = node.get::<Array>(b"Names") else { continue };
        let parts: Vec<Object> = names.iter::<Object>().take(2 * MAX_NODES).collect();
        for pair in parts.as_chunks::<2>().0 {
            if let Object::String(name) = &pair[0] {
                found.insert(name.as_bytes().to_vec(), pair[1].clone());
            }
        }
    }
    found
}

/// Says before which paragraph each bookmark stands, ascending; a paragraph that says what a bookmark says is a heading.
pub(super) fn place<'a>(bookmarks: &'a [Bookmark], paragraphs: &mut [Paragraph]) -> Vec<(usize, &'a Bookmark)> {
    let mut placed = Vec::with_capacity(bookmarks.len());
    for bookmark in bookmarks {
        let start = paragraphs.partition_point(|paragraph| paragraph.page < bookmark.page);
        let end = paragraphs.partition_point(|paragraph| paragraph.page <= bookmark.page);
        let wanted = letters(&bookmark.title);
        let says_so = |paragraph: &Paragraph| {
            let text = letters(&paragraph.text);
            !wanted.is_empty() && text.ends_with(&wanted) && text.len() <= wanted.len() + 8
        };
        let below = |paragraph: &Paragraph| bookmark.depth.is_none_or(|depth| depth <= paragraph.depth + 0.02);
        let named = (start..end).filter(|&index| says_so(&paragraphs[index]));
        let named = named.min_by_key(|&index| !below(&paragraphs[index]));
        if let Some(index) = named
            && matches!(paragraphs[index].kind, BlockKind::Paragraph | BlockKind::ListItem)
        {
            paragraphs[index].kind = BlockKind::Heading { level: bookmark.level.min(6) };
        }
        let at = named.or_else(|| (start..end).find(|&index| below(&paragraphs[index]))).unwrap_or(end);
        if at < paragraphs.len() {
            placed.push((at, bookmark));
        }
    }
    // Bookmarks that lead back are taken where they lead, in the order of the text.
    placed.sort_by_key(|&(at, _)| at);
    placed
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
