//! Chapters that stand in a file of their own, beside a recording or its transcript.
//!
//! Read are `WebVTT` chapters, Podcasting 2.0 chapters, Podlove Simple Chapters, Matroska chapters in XML (nested ones with
//! their levels), FFMETADATA, and lines of a time and a title, as `mp4chaps` and descriptions of videos have them. Put into
//! a transcript they are headings, each before what is said nearest to its start.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;

use crate::document::{BlockKind, Document, Millis};
use crate::error::{Error, Result};

use super::layout::{self, Layout};
use super::{cue_text, cues, encodings};

/// A chapter as a file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenChapter {
    /// When it starts.
    pub start: Millis,
    /// What it is called. Never empty.
    pub title: String,
    /// 1 for the highest level.
    pub level: u8,
}

/// What a file of chapters may end in, in the order in which they are looked for. The name before is that of the recording.
const ENDINGS: [&str; 8] = [
    "chapters.vtt",
    "chapters.json",
    "chapters.psc",
    "psc.xml",
    "chapters.xml",
    "ffmetadata",
    "chapters.txt",
    "youtube.txt",
];

/// Returns the file of chapters that stands beside a file, if there is one: `talk.chapters.json` for `talk.vtt`.
pub fn chapters_beside(path: &Path) -> Option<PathBuf> {
    names_beside(path).into_iter().map(|name| path.with_file_name(name)).find(|found| found.is_file())
}

/// Returns the path of the file of chapters that stands beside a file of an archive, if `has` knows one.
pub(super) fn chapters_beside_in_archive(path: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    let folder = path.rfind('/').map_or("", |end| &path[..=end]);
    let names = names_beside(Path::new(&path[folder.len()..])).into_iter();
    names.map(|name| format!("{folder}{}", name.to_string_lossy())).find(|found| has(found))
}

/// Returns what the file of chapters of a file may be called, the likeliest first; nothing for such a file itself.
fn names_beside(path: &Path) -> Vec<OsString> {
    let Some(stem) = path.file_stem().filter(|_| !is_chapter_file(path)) else { return Vec::new() };
    // `talk.en.vtt` is the transcript of `talk`, too.
    let shorter = Path::new(stem).file_stem().filter(|shorter| *shorter != stem);
    let named = |stem: &OsStr, ending: &str| {
        let mut name = stem.to_owned();
        name.push(".");
        name.push(ending);
        name
    };
    let stems = std::iter::once(stem).chain(shorter);
    stems.flat_map(|stem| ENDINGS.iter().map(move |ending| named(stem, ending))).collect()
}

/// Returns the chapters of the file that stands beside a file; none if there is no such file, or it cannot be read.
pub fn written_beside(path: &Path) -> Vec<WrittenChapter> {
    let Some(found) = chapters_beside(path) else { return Vec::new() };
    or_none(super::read(&found).and_then(|bytes| read_chapters(&bytes, &super::name_of(&found))))
}

/// Returns chapters that were read; none, and a warning, if they could not be.
pub(super) fn or_none(read: Result<Vec<WrittenChapter>>) -> Vec<WrittenChapter> {
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "left out the chapters in a file of their own");
        Vec::new()
    })
}

/// Returns whether a file is called as files of chapters are.
pub fn is_chapter_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.')))
}

/// Reads a file of chapters. They are in the order of their starts.
///
/// Fails with [`Error::NoText`] if there is no chapter in it, and with [`Error::NotText`] if it is no text.
pub fn read_chapters(bytes: &[u8], name: &str) -> Result<Vec<WrittenChapter>> {
    let refused = |found: String| Error::NotText { name: name.to_owned(), found };
    let text = layout::clean(encodings::decode(bytes).map_err(refused)?);
    let start = text.trim_start();
    let mut chapters = match () {
        () if start.starts_with("WEBVTT") => of_web_vtt(&text),
        () if start.starts_with(['{', '[']) => of_json(&text),
        () if start.starts_with('<') => of_xml(&text),
        () if start.starts_with(";FFMETADATA") => of_ffmetadata(&text),
        () => of_lines(&text),
    };
    for chapter in &mut chapters {
        chapter.title = layout::one_line(&chapter.title);
        chapter.level = chapter.level.clamp(1, 6);
    }
    chapters.retain(|chapter| !chapter.title.is_empty());
    chapters.sort_by_key(|chapter| chapter.start);
    if chapters.is_empty() { Err(Error::NoText { name: name.to_owned() }) } else { Ok(chapters) }
}

/// Returns a timed document with chapters as its headings, in the place of those it had; any other document as it was.
///
/// A chapter stands before the utterance that starts nearest to it, and no earlier than the chapter before it; one that
/// starts after the end of the recording, before its last utterance.
pub fn with_chapters(document: Document, chapters: &[WrittenChapter]) -> Document {
    let starts: Vec<(usize, Millis)> = document
        .blocks
        .iter()
        .enumerate()
        .filter_map(|(index, block)| match &block.kind {
            BlockKind::Utterance(said) => Some((index, said.time?.start)),
            _ => None,
        })
        .collect();
    if starts.is_empty() || chapters.is_empty() {
        return document;
    }
    let mut headings: Vec<(usize, &WrittenChapter)> = Vec::new();
    for chapter in chapters {
        let after = starts.partition_point(|&(_, start)| start < chapter.start);
        let nearest = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|&n| n < starts.len());
        let place = nearest.min_by_key(|&n| starts[n].1.0.abs_diff(chapter.start.0)).unwrap_or(0);
        headings.push((starts[place].0, chapter));
    }
    let mut layout = Layout::default();
    let mut rest = headings.as_slice();
    for (index, block) in document.blocks.into_iter().enumerate() {
        while let Some((&(place, chapter), others)) = rest.split_first().filter(|(heading, _)| heading.0 <= index) {
            debug_assert!(place <= index, "headings stand in the order of their places");
            layout.push(BlockKind::Heading { level: chapter.level }, &chapter.title);
            rest = others;
        }
        if !matches!(block.kind, BlockKind::Heading { .. }) {
            layout.push(block.kind, block.span.of(&document.text));
        }
    }
    Document { fields: document.fields, ..layout.into_document(document.title, document.format) }
}

fn of_web_vtt(text: &str) -> Vec<WrittenChapter> {
    let chapter = |cue: cues::Cue<'_>| {
        let lines = cue_text::shown(&cue.lines);
        let lines: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        WrittenChapter { start: cue.time.start, title: lines.join(" "), level: 1 }
    };
    cues::cues(text).into_iter().map(chapter).collect()
}

#[derive(Deserialize)]
struct PodcastChapters {
    chapters: Vec<PodcastChapter>,
}

#[derive(Deserialize)]
struct PodcastChapter {
    #[serde(rename = "startTime")]
    start_time: f64,
    #[serde(default)]
    title: String,
    /// Chapters that only change the picture are not in the table of contents.
    toc: Option<bool>,
}

fn of_json(text: &str) -> Vec<WrittenChapter> {
    let read: PodcastChapters = serde_json::from_str(text).unwrap_or_else(|_| PodcastChapters { chapters: Vec::new() });
    let chapter = |chapter: PodcastChapter| {
        let start = Millis((chapter.start_time.clamp(0.0, 1e9) * 1000.0).round() as u64);
        WrittenChapter { start, title: chapter.title, level: 1 }
    };
    read.chapters.into_iter().filter(|chapter| chapter.toc != Some(false)).map(chapter).collect()
}

/// Reads Podlove's and Matroska's, which have no element in common.
fn of_xml(text: &str) -> Vec<WrittenChapter> {
    let mut chapters: Vec<WrittenChapter> = Vec::new();
    // The chapters of Matroska that are open, by their place in `chapters`.
    let mut atoms: Vec<usize> = Vec::new();
    let mut within = String::new();
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                within = local_name(&element);
                match within.as_str() {
                    "ChapterAtom" => {
                        let level = u8::try_from(atoms.len() + 1).unwrap_or(u8::MAX);
                        atoms.push(chapters.len());
                        chapters.push(WrittenChapter { start: Millis(0), title: String::new(), level });
                    }
                    "chapter" => chapters.extend(of_podlove(&element)),
                    _ => {}
                }
            }
            Ok(Event::Empty(element)) if local_name(&element) == "chapter" => chapters.extend(of_podlove(&element)),
            Ok(Event::End(element)) => {
                if element.local_name().as_ref() == "ChapterAtom" {
                    atoms.pop();
                }
                within.clear();
            }
            Ok(Event::Text(piece)) => {
                let said = piece.xml10_content();
                push_text(&mut chapters, &atoms, &within, &said);
            }
            Ok(Event::GeneralRef(name)) => {
                let character = name.resolve_char_ref().ok().flatten().map(String::from);
                let known = || quick_xml::escape::resolve_predefined_entity(&name.xml10_content());
                push_text(&mut chapters, &atoms, &within, character.as_deref().or_else(known).unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    chapters
}

fn local_name(element: &BytesStart<'_>) -> String {
    element.local_name().as_ref().to_owned()
}

/// Adds text to what the innermost open chapter of Matroska says of itself.
fn push_text(chapters: &mut [WrittenChapter], atoms: &[usize], within: &str, text: &str) {
    let Some(chapter) = atoms.last().and_then(|&atom| chapters.get_mut(atom)) else { return };
    match within {
        "ChapterTimeStart" => chapter.start = cues::clock(text.trim()).unwrap_or(chapter.start),
        "ChapterString" => chapter.title.push_str(text),
        _ => {}
    }
}

fn of_podlove(element: &BytesStart<'_>) -> Option<WrittenChapter> {
    let mut start = None;
    let mut title = String::new();
    for attribute in element.attributes().flatten() {
        let value = &attribute.value;
        let value = quick_xml::escape::unescape(value).map(std::borrow::Cow::into_owned).unwrap_or_default();
        match attribute.key.local_name().as_ref() {
            "start" => start = normal_play_time(value.trim()),
            "title" => title = value,
            _ => {}
        }
    }
    Some(WrittenChapter { start: start?, title, level: 1 })
}

/// Reads a time as Podlove allows it: `1:02:03.5`, or seconds alone.
fn normal_play_time(text: &str) -> Option<Millis> {
    cues::clock(text).or_else(|| {
        let secs: f64 = text.parse().ok()?;
        (0.0..=1e9).contains(&secs).then(|| Millis((secs * 1000.0).round() as u64))
    })
}

fn of_ffmetadata(text: &str) -> Vec<WrittenChapter> {
    let mut chapters: Vec<WrittenChapter> = Vec::new();
    // The length of a unit of time, in seconds, of the chapter being read; none outside of a chapter.
    let mut base = None;
    for line in text.lines() {
        let line = line.trim_end();
        if line.starts_with('[') {
            base = (line == "[CHAPTER]").then_some(1e-9);
            if base.is_some() {
                chapters.push(WrittenChapter { start: Millis(0), title: String::new(), level: 1 });
            }
            continue;
        }
        let (Some(unit), Some(chapter), Some((key, value))) = (base, chapters.last_mut(), line.split_once('=')) else {
            continue;
        };
        match key {
            "TIMEBASE" => base = time_base(value),
            "START" => {
                let start: f64 = value.trim().parse().unwrap_or(0.0);
                chapter.start = Millis(((start * unit).clamp(0.0, 1e9) * 1000.0).round() as u64);
            }
            "title" => chapter.title = unescaped(value),
            _ => {}
        }
    }
    chapters
}

fn time_base(value: &str) -> Option<f64> {
    let (above, below) = value.trim().split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then(|| above / below)
}

fn unescaped(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

/// Reads lines of a time and a title; other lines, as a description has them, are passed over.
fn of_lines(text: &str) -> Vec<WrittenChapter> {
    let chapter = |line: &str| {
        let line = line.trim().trim_start_matches(['(', '[', '-', '•', '*', ' ']);
        let (time, title) = line.split_once([' ', '\t'])?;
        let start = cues::clock(time.trim_end_matches([')', ']', ':', '-']))?;
        let title = title.trim_start_matches(['-', '–', '—', ':', ' ']).to_owned();
        Some(WrittenChapter { start, title, level: 1 })
    };
    text.lines().filter_map(chapter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::import;
    use crate::import::speech_tests::check_document;

    /// Each chapter as `level@start_secs title`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = read_chapters(text.as_bytes(), "name")
            .unwrap()
            .iter()
            .map(|chapter| format!("{}@{} {}", chapter.level, chapter.start.as_secs(), chapter.title))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn chapters_are_read_in_every_format() {
        check(
            "WEBVTT\n\n1\n00:00.000 --> 00:02.500\nSea &amp; sky\n\n00:02.500 --> 01:00.000\nTwo",
            &["1@0 Sea & sky", "1@2.5 Two"],
        );
        check(
            r#"{"version": "1.2.0", "chapters": [{"startTime": 2.5, "title": "Two"}, {"startTime": 0, "title": "One"},
               {"startTime": 1, "img": "a.png", "toc": false}]}"#,
            &["1@0 One", "1@2.5 Two"],
        );
        check(
            "<psc:chapters version=\"1.2\" xmlns:psc=\"http://podlove.org/simple-chapters\">\
             <psc:chapter start=\"00:00:00.000\" title=\"Sea &amp; &#x2764;\"/><psc:chapter start=\"62.5\" title=\"Two\"></psc:chapter></psc:chapters>",
            &["1@0 Sea & ❤", "1@62.5 Two"],
        );
        check(
            "<?xml version=\"1.0\"?><Chapters><EditionEntry><ChapterAtom><ChapterTimeStart>00:00:00.000000000</ChapterTimeStart>\
             <ChapterDisplay><ChapterString>Sea &amp; sky</ChapterString></ChapterDisplay><ChapterAtom>\
             <ChapterTimeStart>00:00:02.500000000</ChapterTimeStart><ChapterDisplay><ChapterString>Within</ChapterString>\
             </ChapterDisplay></ChapterAtom></ChapterAtom></EditionEntry></Chapters>",
            &["1@0 Sea & sky", "2@2.5 Within"],
        );
        check(
            ";FFMETADATA1\ntitle=All\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=2500\nEND=9000\ntitle=a\\=b\\; c\n[STREAM]\ntitle=x\n\
             [CHAPTER]\nSTART=9000000000\ntitle=Nano",
            &["1@2.5 a=b; c", "1@9 Nano"],
        );
        check("00:00:00.000 One\n00:01:02.500 Two", &["1@0 One", "1@62.5 Two"]);
        check("About this video\n\n0:00 – One\n(1:02) Two\nhttps://example.org\n", &["1@0 One", "1@62 Two"]);
    }

    #[test]
    fn what_holds_no_chapter_is_refused() {
        for text in [
            "",
            "WEBVTT\n",
            "{\"chapters\": []}",
            "{\"chapters\": 7}",
            "<a",
            "<Chapters/>",
            "no times at all",
            ";FFMETADATA1",
        ] {
            assert!(matches!(read_chapters(text.as_bytes(), "name"), Err(Error::NoText { .. })), "{text}");
        }
    }

    const TRANSCRIPT: &str = "WEBVTT\n\n0:00.0 --> 0:02.0\n<v Ann>One.\n\n0:05.0 --> 0:06.0\n<v Ben>Two.\n\n0:09.0 --> 0:10.0\n<v Ann>Three.";

    #[track_caller]
    fn check_put(chapters: &[(u64, &str)], expected: &[&str]) {
        let chapter =
            |&(start, title): &(u64, &str)| WrittenChapter { start: Millis(start), title: title.to_owned(), level: 1 };
        let chapters: Vec<WrittenChapter> = chapters.iter().map(chapter).collect();
        let document = import(TRANSCRIPT.as_bytes(), "a.vtt").unwrap();
        check_document(&with_chapters(document, &chapters), expected);
    }

    #[test]
    fn a_chapter_stands_before_what_is_said_nearest_to_its_start() {
        check_put(&[(0, "A"), (5_400, "B")], &["h1 A", "Ann@0-2 One.", "h1 B", "Ben@5-6 Two.", "Ann@9-10 Three."]);
        check_put(&[(4_000, "A"), (8_000, "B")], &["Ann@0-2 One.", "h1 A", "Ben@5-6 Two.", "h1 B", "Ann@9-10 Three."]);
    }

    #[test]
    fn chapters_beyond_the_end_of_the_recording_stand_before_its_last_words() {
        check_put(&[(0, "A"), (999_000, "B")], &["h1 A", "Ann@0-2 One.", "Ben@5-6 Two.", "h1 B", "Ann@9-10 Three."]);
    }

    #[test]
    fn a_document_without_times_is_as_it_was() {
        let document = import(b"One paragraph.\n\nAnother.", "a.txt").unwrap();
        let chapter = WrittenChapter { start: Millis(0), title: "A".to_owned(), level: 1 };
        assert_eq!(with_chapters(document.clone(), &[chapter]), document);
    }

    #[test]
    fn a_file_of_chapters_is_found_beside_a_transcript() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert_eq!(chapters_beside(&path("talk.vtt")), None);
        std::fs::write(path("talk.chapters.json"), "{}").unwrap();
        assert_eq!(chapters_beside(&path("talk.vtt")), Some(path("talk.chapters.json")));
        assert_eq!(chapters_beside(&path("talk.en.srt")), Some(path("talk.chapters.json")));
        assert_eq!(chapters_beside(&path("talk.chapters.json")), None);
        assert_eq!(chapters_beside(&path("other.vtt")), None);
        assert!(is_chapter_file(&path("TALK.Chapters.VTT")));
        assert!(!is_chapter_file(&path("chapters.vtt")));
    }
}
