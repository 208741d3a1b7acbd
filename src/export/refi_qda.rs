//! REFI-QDA (version 1.5): a project (`.qdpx`) or a codebook (`.qdc`) for programs of qualitative data analysis.
//!
//! A document becomes a plain text source. Its chapters are codes, nested by level, each coding its stretch of text;
//! topics are codes that code the chapters which bear them, and so are the tags of what a person highlighted (a `/` in a tag
//! makes one code lie within another); what was noted there stands with the selection. The tags of a document are a set of
//! documents each. Positions count Unicode code points from 0, and the end is
//! the position after the last. Readers differ over a line end of two characters: some count it as one and some as two;
//! so sources end lines with a line feed alone, unless asked for the other.
//!
//! Every GUID is made of what it stands for, and every date is that of the document, so that the same library gives the
//! same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use sha2::{Digest, Sha256};

use super::cues::{Leaf, tree};
use super::package::Package;
use super::{Borne, DocumentView, Mark, civil, on_one_line, xml};
use crate::document::Span;
use crate::error::Result;

/// How the sources of a project end their lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// By a line feed: one character, whoever counts.
    #[default]
    Lf,
    /// By a carriage return and a line feed, counted as two characters, as `NVivo` on Windows wants.
    CrLf,
}

/// A project or a codebook, being written.
pub struct Project<'a> {
    out: &'a mut dyn Write,
    title: String,
    /// The archive with the texts; none for a codebook.
    package: Option<Package>,
    line_ends: LineEnds,
    codes: Codes,
    /// The elements of the sources so far.
    sources: String,
    /// The GUIDs of the sources that have each tag.
    tagged: BTreeMap<String, Vec<String>>,
    provenance: Vec<String>,
    n_documents: usize,
}

impl<'a> Project<'a> {
    /// Starts a project.
    pub(super) fn start(title: &str, out: &'a mut dyn Write) -> Self {
        Self { package: Some(Package::start()), ..Self::start_codebook(title, out) }
    }

    /// Starts a codebook.
    pub(super) fn start_codebook(title: &str, out: &'a mut dyn Write) -> Self {
        Self {
            out,
            title: on_one_line(title),
            package: None,
            line_ends: LineEnds::default(),
            codes: Codes::default(),
            sources: String::new(),
            tagged: BTreeMap::new(),
            provenance: Vec::new(),
            n_documents: 0,
        }
    }

    /// Says how the sources end their lines.
    pub fn set_line_ends(&mut self, line_ends: LineEnds) {
        self.line_ends = line_ends;
    }

    /// Writes the next document.
    pub(super) fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        self.n_documents += 1;
        let key = format!("{}\0{}\0{}", self.n_documents, view.id.unwrap_or(-1), view.source_name);
        let title = on_one_line(view.title);
        let provenance = serde_json::to_string(view.provenance)?;
        // A project describes itself; a codebook has no place for that, and its codes have.
        let description = if self.package.is_none() { format!("provenance: {provenance}") } else { String::new() };
        self.provenance.push(format!("{title}: {provenance}"));

        let mut selections = Selections::new(view, &key, self.line_ends);
        let chapters = self.codes.of_chapters(&tree(view.chapters), &key, &mut selections);
        let name = self.codes.free_name(&title);
        self.codes.documents.push(Code {
            guid: guid("document code", &key),
            name,
            description,
            is_codable: false,
            within: chapters,
        });
        for (number, borne) in
            view.chapters.iter().enumerate().flat_map(|(n, _)| view.topics_of(n).iter().map(move |topic| (n, topic)))
        {
            let code = self.codes.of_topic(borne);
            selections.add(&code, view.chapters[number].span, &borne.label, &format!("strength {:.2}", borne.strength));
        }
        for mark in view.marks {
            self.codes.of_mark(mark, &mut selections);
        }
        let Some(package) = &mut self.package else { return Ok(()) };

        let source = guid("source", &key);
        for tag in view.tags {
            self.tagged.entry(on_one_line(tag)).or_default().push(source.clone());
        }
        let text = with_line_ends(view.text, self.line_ends);
        package.write(&format!("sources/{source}.txt"), &text)?;
        let date = date_time(view.added_at.unwrap_or(0));
        self.sources.push_str(&format!(
            "<TextSource guid=\"{source}\" name=\"{}\" plainTextPath=\"internal://{source}.txt\" creatingUser=\"{}\" \
             creationDateTime=\"{date}\">\n<Description>{}</Description>\n{}</TextSource>\n",
            xml::escaped(&title),
            user(),
            xml::escaped(&on_one_line(view.source_name)),
            selections.written
        ));
        Ok(())
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<()> {
        let origin = format!("Caesura {}", crate::VERSION);
        let codes = self.codes.written();
        let Some(mut package) = self.package else {
            write!(
                self.out,
                "{}\n<CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                 xsi:schemaLocation=\"urn:QDA-XML:codebook:1.0 http://schema.qdasoftware.org/versions/Codebook/v1.0/Codebook.xsd\" \
                 origin=\"{origin}\">\n{codes}</CodeBook>\n",
                xml::HEAD
            )?;
            return Ok(self.out.flush()?);
        };
        let user = user();
        let project = format!(
            "{}\n<Project xmlns=\"urn:QDA-XML:project:1.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:schemaLocation=\"urn:QDA-XML:project:1.0 http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd\" \
             name=\"{}\" origin=\"{origin}\" creatingUserGUID=\"{user}\">\n\
             <Users><User guid=\"{user}\" name=\"Caesura\"/></Users>\n<CodeBook>\n{codes}</CodeBook>\n\
             <Sources>\n{}</Sources>\n{}<Description>{}</Description>\n</Project>\n",
            xml::HEAD,
            xml::escaped(&self.title),
            self.sources,
            sets(&self.tagged),
            xml::escaped(&self.provenance.join("\n"))
        );
        package.write("project.qde", &project)?;
        package.finish(self.out)
    }
}

/// Returns a set for each tag, with the sources that have it.
fn sets(tagged: &BTreeMap<String, Vec<String>>) -> String {
    if tagged.is_empty() {
        return String::new();
    }
    let mut written = "<Sets>\n".to_owned();
    for (tag, sources) in tagged {
        let _ = write!(written, "<Set guid=\"{}\" name=\"{}\">", guid("set", tag), xml::escaped(tag));
        for source in sources {
            let _ = write!(written, "<MemberSource targetGUID=\"{source}\"/>");
        }
        written.push_str("</Set>\n");
    }
    written.push_str("</Sets>\n");
    written
}

/// A code, and those below it.
struct Code {
    guid: String,
    name: String,
    description: String,
    is_codable: bool,
    within: Vec<Self>,
}

/// The codes of all documents so far.
#[derive(Default)]
struct Codes {
    documents: Vec<Code>,
    topics: BTreeMap<u32, Code>,
    /// By the whole tag, so that what lies within a tag comes after it.
    tags: BTreeMap<String, Code>,
    /// The names given so far, each with the number to go on with for the next of that name: programs tell codes apart by
    /// their names.
    names: BTreeMap<String, usize>,
}

impl Codes {
    /// Returns codes for chapters, and has each code its chapter.
    fn of_chapters(&mut self, leaves: &[Leaf<'_>], key: &str, selections: &mut Selections<'_>) -> Vec<Code> {
        leaves
            .iter()
            .map(|leaf| {
                let guid = guid("chapter code", &format!("{key}\0{}", leaf.number));
                let title = on_one_line(&leaf.chapter.title);
                selections.add(&guid, leaf.chapter.span, &title, "");
                let name = self.free_name(&title);
                let description = String::new();
                Code {
                    guid,
                    name,
                    description,
                    is_codable: true,
                    within: self.of_chapters(&leaf.within, key, selections),
                }
            })
            .collect()
    }

    /// Returns the GUID of the code of a topic.
    fn of_topic(&mut self, borne: &Borne) -> String {
        if let Some(code) = self.topics.get(&borne.index) {
            return code.guid.clone();
        }
        let guid = guid("topic code", &borne.index.to_string());
        let label = on_one_line(&borne.label);
        let name = self.free_name(&label);
        let code = Code { guid: guid.clone(), name, description: label, is_codable: true, within: Vec::new() };
        self.topics.insert(borne.index, code);
        guid
    }

    /// Codes a stretch that a person marked by its tags, or by its colour where it has none.
    fn of_mark(&mut self, mark: &Mark, selections: &mut Selections<'_>) {
        let date = date_time(mark.made_at);
        if mark.tags.is_empty() {
            let code = self.of_tag(mark.color);
            selections.add_at(&[code], mark.span, mark.color, &mark.text, &date);
            return;
        }
        let codes: Vec<String> = mark.tags.iter().map(|tag| self.of_tag(tag)).collect();
        selections.add_at(&codes, mark.span, &mark.tags.join(", "), &mark.text, &date);
    }

    /// Returns the GUID of the code of a tag, and makes those it lies within.
    fn of_tag(&mut self, tag: &str) -> String {
        let tag = on_one_line(tag);
        let ends = tag.match_indices('/').map(|(at, _)| at).chain([tag.len()]);
        for end in ends.collect::<Vec<_>>() {
            let (whole, name) = (&tag[..end], tag[..end].rsplit('/').next().unwrap_or_default());
            if !self.tags.contains_key(whole) {
                let name = self.free_name(if name.is_empty() { whole } else { name });
                let (guid, description) = (guid("tag code", whole), String::new());
                let code = Code { guid, name, description, is_codable: true, within: Vec::new() };
                self.tags.insert(whole.to_owned(), code);
            }
        }
        guid("tag code", &tag)
    }

    /// Returns a name that no other code has.
    fn free_name(&mut self, name: &str) -> String {
        let numbered = |n: usize| if n == 1 { name.to_owned() } else { format!("{name} ({n})") };
        let mut number = self.names.get(name).copied().unwrap_or(1);
        while self.names.contains_key(&numbered(number)) {
            number += 1;
        }
        let free = numbered(number);
        self.names.insert(free.clone(), 2);
        self.names.insert(name.to_owned(), number + 1);
        free
    }

    fn written(mut self) -> String {
        let documents = std::mem::take(&mut self.documents);
        let topics: Vec<Code> = std::mem::take(&mut self.topics).into_values().collect();
        let tags = within_one_another(std::mem::take(&mut self.tags));
        let mut root = |name: &str, within: Vec<Code>| Code {
            guid: guid("root code", name),
            name: self.free_name(name),
            description: String::new(),
            is_codable: false,
            within,
        };
        let roots = [root("Chapters", documents), root("Topics", topics), root("Tags", tags)];
        let mut written = "<Codes>\n".to_owned();
        for code in roots.iter().filter(|code| !code.within.is_empty()) {
            push_code(code, &mut written);
        }
        written.push_str("</Codes>\n");
        written
    }
}

/// Puts the codes of tags into those of the tags they lie within.
fn within_one_another(mut tags: BTreeMap<String, Code>) -> Vec<Code> {
    let mut roots = Vec::new();
    // From the end: what lies within a tag comes after it.
    while let Some((tag, mut code)) = tags.pop_last() {
        code.within.reverse();
        let around = tag.rsplit_once('/').and_then(|(around, _)| tags.get_mut(around));
        around.map_or(&mut roots, |around| &mut around.within).push(code);
    }
    roots.reverse();
    roots
}

fn push_code(code: &Code, out: &mut String) {
    let name = xml::escaped(&code.name);
    out.push_str(&format!("<Code guid=\"{}\" name=\"{name}\" isCodable=\"{}\">", code.guid, code.is_codable));
    if !code.description.is_empty() {
        out.push_str(&format!("<Description>{}</Description>", xml::escaped(&code.description)));
    }
    if !code.within.is_empty() {
        out.push('\n');
    }
    for inner in &code.within {
        push_code(inner, out);
    }
    out.push_str("</Code>\n");
}

/// The coded stretches of one source, being written.
struct Selections<'a> {
    text: &'a str,
    positions: Positions<'a>,
    key: String,
    date: String,
    n_written: usize,
    written: String,
}

impl<'a> Selections<'a> {
    fn new(view: &DocumentView<'a>, key: &str, line_ends: LineEnds) -> Self {
        Self {
            text: view.text,
            positions: Positions::new(view.text, line_ends),
            key: key.to_owned(),
            date: date_time(view.added_at.unwrap_or(0)),
            n_written: 0,
            written: String::new(),
        }
    }

    /// Codes a stretch of the text, when the document was added.
    fn add(&mut self, code: &str, span: Span, name: &str, description: &str) {
        let date = self.date.clone();
        self.add_at(&[code.to_owned()], span, name, description, &date);
    }

    /// Codes a stretch of the text, without the white space around it.
    fn add_at(&mut self, codes: &[String], span: Span, name: &str, description: &str, date: &str) {
        let covered = span.of(self.text);
        let start = span.start.index() + (covered.len() - covered.trim_start().len());
        let end = span.start.index() + covered.trim_end().len();
        let (start, end) = (self.positions.of(start), self.positions.of(end.max(start)));
        self.n_written += 1;
        let key = format!("{}\0{}", self.key, self.n_written);
        let user = user();
        let _ = write!(
            self.written,
            "<PlainTextSelection guid=\"{}\" name=\"{}\" startPosition=\"{start}\" endPosition=\"{end}\" \
             creatingUser=\"{user}\" creationDateTime=\"{date}\">",
            guid("selection", &key),
            xml::escaped(&on_one_line(name)),
        );
        if !description.is_empty() {
            let _ = write!(self.written, "<Description>{}</Description>", xml::escaped(description));
        }
        for code in codes {
            let coding = guid("coding", &format!("{key}\0{code}"));
            let _ = write!(
                self.written,
                "<Coding guid=\"{coding}\" creatingUser=\"{user}\" creationDateTime=\"{date}\"><CodeRef targetGUID=\"{code}\"/></Coding>"
            );
        }
        self.written.push_str("</PlainTextSelection>\n");
    }
}

/// Turns byte positions of a text into positions of code points.
struct Positions<'a> {
    text: &'a str,
    line_ends: LineEnds,
    /// The position of every [`STRIDE`]th byte, or of the character it is within.
    at_strides: Vec<u64>,
}

/// How many bytes are counted at most to find a position.
const STRIDE: usize = 4096;

impl<'a> Positions<'a> {
    fn new(text: &'a str, line_ends: LineEnds) -> Self {
        let mut positions = Self { text, line_ends, at_strides: vec![0] };
        let mut from = 0;
        while from + STRIDE <= text.len() {
            let to = from + STRIDE;
            let last = positions.at_strides.last().copied().unwrap_or(0);
            let counted = positions.count(text.floor_char_boundary(from)..text.floor_char_boundary(to));
            positions.at_strides.push(last + counted);
            from = to;
        }
        positions
    }

    /// Returns the position of a byte that lies between characters.
    fn of(&self, byte: usize) -> u64 {
        let stride = byte / STRIDE;
        self.at_strides[stride] + self.count(self.text.floor_char_boundary(stride * STRIDE)..byte)
    }

    fn count(&self, bytes: std::ops::Range<usize>) -> u64 {
        let text = &self.text[bytes];
        let n_chars = text.chars().count();
        let n_line_ends = match self.line_ends {
            LineEnds::Lf => 0,
            LineEnds::CrLf => text.bytes().filter(|&byte| byte == b'\n').count(),
        };
        (n_chars + n_line_ends) as u64
    }
}

fn with_line_ends(text: &str, line_ends: LineEnds) -> std::borrow::Cow<'_, str> {
    match line_ends {
        LineEnds::Lf => text.into(),
        LineEnds::CrLf => text.replace('\n', "\r\n").into(),
    }
}

/// Returns the GUID of whoever cut the chapters: this program.
fn user() -> String {
    guid("user", "Caesura")
}

/// Returns a GUID made of what it stands for (RFC 9562, version 8: a hash of our own choice).
fn guid(kind: &str, key: &str) -> String {
    let hash = Sha256::digest(format!("caesura\0{kind}\0{key}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Returns seconds since 1970 as XML writes a moment: `2026-11-25T03:33:03Z`.
fn date_time(secs: i64) -> String {
    // Years of five digits are no dates to readers.
    let secs = secs.clamp(0, 253_402_300_799);
    let ((year, month, day), of_day) = (civil(secs), secs % 86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_xml_does() {
        assert_eq!(date_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(date_time(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(date_time(1_795_577_583), "2026-11-25T03:33:03Z");
        assert_eq!(date_time(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(date_time(-1), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_guid_is_always_the_same_and_of_the_form_asked_for() {
        let one = guid("a", "b");
        assert_eq!(one, guid("a", "b"));
        assert_ne!(one, guid("a", "c"));
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(&one[14..15], "8");
    }

    /// The law of positions: cut the text, as it is written, by them, and the same words are in hand.
    #[test]
    fn positions_cut_the_written_text_where_bytes_cut_ours() {
        let text = "Ärger,\nΛόγος\n\n灯台 and \u{1F600} at the end.\n".repeat(400);
        for line_ends in [LineEnds::Lf, LineEnds::CrLf] {
            let written: Vec<char> = with_line_ends(&text, line_ends).chars().collect();
            let positions = Positions::new(&text, line_ends);
            let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
            for pair in bytes.windows(8).step_by(7) {
                let (start, end) = (pair[0], pair[7]);
                let cut: String = written[positions.of(start) as usize..positions.of(end) as usize].iter().collect();
                assert_eq!(cut, with_line_ends(&text[start..end], line_ends));
            }
            assert_eq!(positions.of(text.len()), written.len() as u64);
        }
    }

    #[test]
    fn names_of_codes_are_never_the_same() {
        let mut codes = Codes::default();
        assert_eq!(["a", "a", "b", "a"].map(|name| codes.free_name(name)), ["a", "a (2)", "b", "a (3)"]);
        assert_eq!(
            ["a (3)", "a", "a (5)", "a"].map(|name| codes.free_name(name)),
            ["a (3) (2)", "a (4)", "a (5)", "a (6)"]
        );
    }

    #[test]
    fn a_name_that_many_codes_have_takes_no_time() {
        let mut codes = Codes::default();
        let last = (0..50_000).map(|_| codes.free_name("Introduction")).last();
        assert_eq!(last.as_deref(), Some("Introduction (50000)"));
    }
}
