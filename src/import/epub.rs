//! EPUB books: the pages of the spine in reading order, each read as HTML; the contents of the book as marks.

use std::collections::{HashMap, HashSet};

use crate::document::{Document, Format};

use super::archive::{Archive, clean_name};
use super::layout::{self, Layout};
use super::refusal::{Refusal, Unread};
use super::xml::{self, Node};
use super::{encodings, html, office};

const WHAT: &str = "an EPUB book";

/// Reads a book. `title` is what the name of the file says.
pub(super) fn document(mut archive: Archive, title: String) -> Unread<Document> {
    let damaged = |reason: String| Refusal::Damaged { what: WHAT, reason };
    let package_path = package_path(&mut archive).ok_or_else(|| damaged("it names no package".to_owned()))?;
    let bytes = archive.read(&package_path).ok_or_else(|| damaged("its package is missing".to_owned()))??;
    let package = Package::read(&bytes, &package_path);
    if is_locked(&mut archive, &package) {
        return Err(Refusal::Locked { what: WHAT });
    }
    let entries = contents(&mut archive, &package);
    let mut marks: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in &entries {
        marks.entry(&entry.path).or_default().push(entry);
    }
    let mut layout = Layout::default();
    let told = office::properties(&bytes, layout.fields());
    let mut n_missing = 0;
    for path in &package.spine {
        let page = match archive.read(path) {
            Some(Ok(bytes)) => bytes,
            // One page that is damaged does not spoil the book; a bomb does.
            Some(Err(Refusal::Damaged { .. })) | None => {
                n_missing += 1;
                continue;
            }
            Some(Err(refusal)) => return Err(refusal),
        };
        let Ok(text) = encodings::decode(&page) else { continue };
        let of_page: Vec<html::Anchor> = marks
            .get(&path[..])
            .into_iter()
            .flatten()
            .map(|entry| html::Anchor { id: &entry.id, level: entry.level, title: &entry.title })
            .collect();
        html::lay_out_anchored(&layout::clean(text), &of_page, &mut layout);
    }
    if layout.is_empty() && 0 < n_missing {
        return Err(damaged(format!("{n_missing} of its {} pages are missing", package.spine.len())));
    }
    let title = told.or_else(|| layout.first_title()).unwrap_or(title);
    Ok(layout.into_document(title, Format::Epub))
}

fn package_path(archive: &mut Archive) -> Option<String> {
    let container = archive.read("META-INF/container.xml").and_then(Result::ok).unwrap_or_default();
    let mut path = None;
    let _ = xml::walk(&container, &mut |node| {
        if let Node::Open(element) = node
            && element.name() == "rootfile"
            && path.is_none()
        {
            path = element.attribute("full-path").map(|path| clean_name(&path));
        }
    });
    let is_package = |name: &&String| name.to_ascii_lowercase().ends_with(".opf");
    path.filter(|path| archive.has(path)).or_else(|| archive.names().iter().find(is_package).cloned())
}

/// What the package of a book says.
#[derive(Default)]
struct Package {
    /// The pages in reading order.
    spine: Vec<String>,
    /// The page that lists the contents, of EPUB 3.
    navigation: Option<String>,
    /// The file that lists the contents, of EPUB 2.
    ncx: Option<String>,
}

impl Package {
    fn read(bytes: &[u8], path: &str) -> Self {
        let mut package = Self::default();
        let mut paths: HashMap<String, String> = HashMap::new();
        let mut seen: HashSet<String> = HashSet::new();
        let _ = xml::walk(bytes, &mut |node| {
            let Node::Open(element) = node else { return };
            match element.name() {
                "item" => {
                    let (Some(id), Some(href)) = (element.attribute("id"), element.attribute("href")) else { return };
                    let target = resolved(path, &href).0;
                    if element.attribute("properties").is_some_and(|all| all.split(' ').any(|one| one == "nav")) {
                        package.navigation = Some(target.clone());
                    }
                    if element.attribute("media-type").is_some_and(|kind| kind == "application/x-dtbncx+xml") {
                        package.ncx = Some(target.clone());
                    }
                    paths.insert(id, target);
                }
                "itemref" if element.attribute("linear").as_deref() != Some("no") => {
                    let path = element.attribute("idref").and_then(|id| paths.get(&id));
                    // A page that the spine names twice is read once.
                    if let Some(path) = path
                        && package.spine.len() < 100_000
                        && seen.insert(path.clone())
                    {
                        package.spine.push(path.clone());
                    }
                }
                _ => {}
            }
        });
        // The list of contents is no page of the book, even where the spine names it.
        let navigation = package.navigation.clone();
        if 1 < package.spine.len() {
            package.spine.retain(|path| Some(path) != navigation.as_ref());
        }
        package
    }
}

/// Returns whether the pages of a book are enciphered; fonts often are, and do no harm.
fn is_locked(archive: &mut Archive, package: &Package) -> bool {
    let Some(Ok(bytes)) = archive.read("META-INF/encryption.xml") else { return false };
    let pages: HashSet<&String> = package.spine.iter().collect();
    let mut locked = false;
    let _ = xml::walk(&bytes, &mut |node| {
        if let Node::Open(element) = node
            && element.name() == "CipherReference"
            && let Some(path) = element.attribute("URI")
        {
            locked |= pages.contains(&clean_name(&unescaped(&path)));
        }
    });
    locked
}

/// A line of the contents.
struct Entry {
    path: String,
    id: String,
    level: u8,
    title: String,
}

fn contents(archive: &mut Archive, package: &Package) -> Vec<Entry> {
    let mut read = |path: &Option<String>| {
        let path = path.as_ref()?;
        Some((archive.read(path)?.ok()?, path.clone()))
    };
    let from_navigation = read(&package.navigation).map(|(bytes, path)| navigation(&bytes, &path));
    let entries = from_navigation.filter(|entries| !entries.is_empty());
    entries.or_else(|| read(&package.ncx).map(|(bytes, path)| ncx(&bytes, &path))).unwrap_or_default()
}

/// Reads the list of an EPUB 3 whose type is `toc`.
fn navigation(bytes: &[u8], path: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut depth, mut is_contents, mut target) = (0_u8, false, None::<String>);
    let mut title = String::new();
    let _ = xml::walk(bytes, &mut |node| match node {
        Node::Open(element) => match element.name() {
            "nav" => is_contents = element.attribute("type").is_none_or(|kind| kind.split(' ').any(|one| one == "toc")),
            "ol" => depth = depth.saturating_add(1),
            "a" if is_contents => {
                target = element.attribute("href");
                title.clear();
            }
            _ => {}
        },
        Node::Text(text) => title.push_str(text),
        Node::Close("nav") => is_contents = false,
        Node::Close("ol") => depth = depth.saturating_sub(1),
        Node::Close("a") => entries.extend(target.take().map(|target| entry(path, &target, depth, &title))),
        Node::Close(_) => {}
    });
    entries
}

/// Reads the map of an EPUB 2.
fn ncx(bytes: &[u8], path: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut depth, mut title, mut is_label) = (0_u8, String::new(), false);
    let _ = xml::walk(bytes, &mut |node| match node {
        Node::Open(element) => match element.name() {
            "navPoint" => {
                depth = depth.saturating_add(1);
                title.clear();
            }
            "navLabel" => is_label = true,
            "content" if 0 < depth => {
                let target = element.attribute("src");
                entries.extend(target.map(|target| entry(path, &target, depth, &std::mem::take(&mut title))));
            }
            _ => {}
        },
        Node::Text(text) if is_label => title.push_str(text),
        Node::Close("navLabel") => is_label = false,
        Node::Close("navPoint") => depth = depth.saturating_sub(1),
        _ => {}
    });
    entries
}

fn entry(from: &str, target: &str, depth: u8, title: &str) -> Entry {
    let (path, id) = resolved(from, target);
    Entry { path, id, level: depth.max(1), title: layout::one_line(title) }
}

/// Returns the file, and the place in it, that a link in the file `from` leads to.
fn resolved(from: &str, target: &str) -> (String, String) {
    let (target, id) = target.split_once('#').unwrap_or((target, ""));
    let target = unescaped(target);
    let mut parts: Vec<&str> = from.split('/').collect();
    if !target.is_empty() {
        parts.pop();
        if target.starts_with('/') {
            parts.clear();
        }
        for part in target.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
    }
    (parts.join("/"), unescaped(id))
}

/// Returns a link with its `%20` and the like read.
fn unescaped(link: &str) -> String {
    let mut bytes = Vec::with_capacity(link.len());
    let mut rest = link.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::archive;
    use super::*;

    const CONTAINER: &str = "<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";
    const PACKAGE: &str = "<package><metadata><dc:title>The Log</dc:title><dc:creator>Ann Lee</dc:creator>\
        <dc:language>en-GB</dc:language><dc:date>1887</dc:date></metadata><manifest>\
        <item id='n' href='nav.xhtml' properties='nav'/><item id='b' href='text/b%20b.xhtml'/><item id='a' href='text/a.xhtml'/>\
        <item id='x' href='ads.xhtml'/></manifest>\
        <spine><itemref idref='n'/><itemref idref='a'/><itemref idref='x' linear='no'/><itemref idref='b'/></spine></package>";
    const NAVIGATION: &str = "<html><nav epub:type='landmarks'><ol><li><a href='text/a.xhtml'>Start</a></li></ol></nav>\
        <nav epub:type='toc'><ol><li><a href='text/a.xhtml'>Lamp</a><ol><li><a href='text/a.xhtml#oil'>Of <i>oil</i></a></li>\
        </ol></li><li><a href='text/b%20b.xhtml'>Horn</a></li></ol></nav></html>";

    fn book() -> Vec<u8> {
        archive(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER.as_bytes()),
            ("OEBPS/book.opf", PACKAGE.as_bytes()),
            ("OEBPS/nav.xhtml", NAVIGATION.as_bytes()),
            ("OEBPS/text/b b.xhtml", b"<html><body><p>It was blown.</p></body></html>"),
            (
                "OEBPS/text/a.xhtml",
                b"<html><head><title>x</title></head><body><h1>Lamp</h1><p>It was lit.</p><p id='oil'>Oil burned.</p></body></html>",
            ),
            ("OEBPS/ads.xhtml", b"<p>Buy more.</p>"),
        ])
    }

    #[test]
    fn pages_come_in_the_order_of_the_spine() {
        let document = super::super::import(&book(), "a.epub").unwrap();
        assert_eq!(super::super::shown::blocks(&document), ["# Lamp", "It was lit.", "Oil burned.", "It was blown."]);
        assert_eq!((&document.title[..], document.format), ("The Log", Format::Epub));
        let fields = &document.fields;
        assert_eq!((fields.author.as_deref(), fields.language.as_deref()), (Some("Ann Lee"), Some("en")));
        assert_eq!(fields.date.map(|date| date.to_string()).as_deref(), Some("1887"));
    }

    #[test]
    fn the_contents_are_marks() {
        let document = super::super::import(&book(), "a.epub").unwrap();
        let marks: Vec<(u8, &str, &str)> = document
            .marks
            .iter()
            .map(|mark| (mark.level, &mark.title[..], &document.text[mark.start.index()..mark.start.index() + 3]))
            .collect();
        assert_eq!(marks, [(1, "Lamp", "Lam"), (2, "Of oil", "Oil"), (1, "Horn", "It ")]);
    }

    #[test]
    fn an_entry_of_a_picture_or_of_the_end_of_a_page_is_a_mark_of_what_follows() {
        let navigation = "<nav epub:type='toc'><ol><li><a href='text/a.xhtml'>Plate</a></li>\
            <li><a href='text/a.xhtml#end'>After the plate</a></li><li><a href='text/b%20b.xhtml#end'>Lost</a></li></ol></nav>";
        let bytes = archive(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER.as_bytes()),
            ("OEBPS/book.opf", PACKAGE.as_bytes()),
            ("OEBPS/nav.xhtml", navigation.as_bytes()),
            ("OEBPS/text/a.xhtml", b"<html><body><img src='plate.png'/><a id='end'></a></body></html>"),
            ("OEBPS/text/b b.xhtml", b"<html><body><p>It was blown.</p><a id='end'></a></body></html>"),
        ]);
        let document = super::super::import(&bytes, "a.epub").unwrap();
        let marks: Vec<_> = document.marks.iter().map(|mark| (&mark.title[..], mark.start)).collect();
        let start = document.blocks[0].span.start;
        // After the last word of the book there is nothing that an entry could lead to.
        assert_eq!(marks, [("Plate", start), ("After the plate", start)]);
    }

    #[test]
    fn links_are_followed_within_the_book_only() {
        assert_eq!(
            resolved("OEBPS/nav.xhtml", "text/a%20b.xhtml#x"),
            ("OEBPS/text/a b.xhtml".to_owned(), "x".to_owned())
        );
        assert_eq!(resolved("OEBPS/t/nav.xhtml", "../../../a.xhtml").0, "a.xhtml");
        assert_eq!(resolved("OEBPS/nav.xhtml", "#x"), ("OEBPS/nav.xhtml".to_owned(), "x".to_owned()));
    }

    #[test]
    fn an_enciphered_book_is_refused() {
        let encryption = "<encryption><EncryptedData><CipherData><CipherReference URI='OEBPS/text/a.xhtml'/></CipherData>\
            </EncryptedData></encryption>";
        let bytes = archive(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER.as_bytes()),
            ("META-INF/encryption.xml", encryption.as_bytes()),
            ("OEBPS/book.opf", PACKAGE.as_bytes()),
            ("OEBPS/text/a.xhtml", &[1, 2, 3]),
        ]);
        let error = super::super::import(&bytes, "a.epub").unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
    }
}
