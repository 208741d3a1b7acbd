//! Transcripts in JSON: Whisper and what is built on it, Podcasting 2.0, and `YouTube`'s `json3`.
//!
//! - Whisper, `faster-whisper`, `WhisperX`: `language`, and `segments` with `start`, `end` and `text`, perhaps `speaker`, and
//!   `words` with speakers of their own; or the segments alone as an array. `whisper.cpp`: `transcription` with `offsets`.
//! - Podcasting 2.0: `segments` with `startTime`, `endTime`, `body` and `speaker`, often a word each.
//! - `json3`: `events` with `tStartMs`, `dDurationMs` and `segs`.
//!
//! One reader takes them all, piece by piece; a file that is cut off is read as far as it goes.

use std::ops::ControlFlow;
use std::{fmt, io};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::{IoRead, Read, StrRead};

use crate::document::{Document, Format, Millis, TimeSpan};

use super::subtitles::{self, Said};
use super::{language, layout, speakers};

/// A piece of any of the formats: what a format does not have is empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Piece {
    start: Option<Number>,
    end: Option<Number>,
    duration: Option<Number>,
    text: Option<String>,
    speaker: Option<Name>,
    words: Option<Vec<Word>>,
    offsets: Option<Offsets>,
    #[serde(rename = "startTime")]
    start_time: Option<Number>,
    #[serde(rename = "endTime")]
    end_time: Option<Number>,
    body: Option<String>,
    #[serde(rename = "tStartMs")]
    start_millis: Option<Number>,
    #[serde(rename = "dDurationMs")]
    duration_millis: Option<Number>,
    segs: Option<Vec<Run>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Word {
    #[serde(rename = "word", alias = "text")]
    text: String,
    start: Option<Number>,
    end: Option<Number>,
    speaker: Option<Name>,
}

/// Milliseconds, as `whisper.cpp` writes them.
#[derive(Deserialize)]
struct Offsets {
    from: Number,
    to: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Run {
    utf8: String,
}

/// A number, or one in quotation marks, as some programs write times.
#[derive(Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bare(f64),
            Quoted(String),
            Other(IgnoredAny),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Bare(number) => number,
            Written::Quoted(text) => text.trim().parse().unwrap_or(f64::NAN),
            Written::Other(_) => f64::NAN,
        }))
    }
}

/// A speaker's name; programs that count speakers write a number.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(String),
            Number(u64),
            Other(IgnoredAny),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Name(name) => name,
            Written::Number(number) => format!("Speaker {number}"),
            Written::Other(_) => String::new(),
        }))
    }
}

/// A language, named by itself or in an object; nothing for anything else.
struct Language(Option<String>);

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bare(String),
            Within { language: String },
            Other(IgnoredAny),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Bare(tag) | Written::Within { language: tag } => language::code_of(&tag),
            Written::Other(_) => None,
        }))
    }
}

/// Returns the format of a text, if it is a transcript in JSON.
pub(super) fn format_of(text: &str) -> Option<Format> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    first_format(StrRead::new(text))
}

/// Returns whether `source` is a transcript in JSON. It is read to its first piece, before which Whisper says the whole text.
pub(super) fn is_transcript(source: impl io::Read) -> bool {
    first_format(IoRead::new(source)).is_some()
}

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String) -> Document {
    let mut pieces: Vec<Piece> = Vec::new();
    let language = each_piece(StrRead::new(text), &mut |piece| {
        pieces.push(piece);
        ControlFlow::Continue(())
    });
    let format = pieces.iter().find_map(Piece::format).unwrap_or(Format::WhisperJson);
    let mut said: Vec<Said> = pieces.into_iter().flat_map(Piece::said).collect();
    for part in &mut said {
        part.text = layout::one_line(&part.text);
    }
    said.retain(|part| !part.text.is_empty());
    said.sort_by_key(|part| part.time.start);
    if format == Format::YouTubeJson3 {
        end_by_the_next(&mut said);
    }
    let mut document = subtitles::document_of_said(said, title, format);
    document.fields.language = language;
    document
}

/// A line of rolling captions stays on the screen while the next is said.
fn end_by_the_next(said: &mut [Said]) {
    let starts: Vec<Millis> = said.iter().skip(1).map(|part| part.time.start).collect();
    for (part, next) in said.iter_mut().zip(starts) {
        part.time.end = part.time.end.min(next).max(part.time.start);
    }
}

impl Piece {
    /// Returns the format that a piece is of, if it is of any.
    fn format(&self) -> Option<Format> {
        match self {
            Self { start_millis: Some(_), segs: Some(_), .. } => Some(Format::YouTubeJson3),
            Self { start_time: Some(_), body: Some(_), .. } => Some(Format::PodcastTranscript),
            Self { start: Some(_), text: Some(_), .. } | Self { offsets: Some(_), text: Some(_), .. } => {
                Some(Format::WhisperJson)
            }
            _ => None,
        }
    }

    /// Returns what is said in a piece, parted where its words change the speaker.
    fn said(self) -> Vec<Said> {
        let time = self.time();
        let speaker = named(self.speaker);
        if let Some(segs) = self.segs {
            let text = segs.into_iter().map(|run| run.utf8).collect();
            return vec![Said { speaker, begins_turn: false, time, text }];
        }
        let words = self.words.unwrap_or_default();
        let has_speakers = words.iter().any(|word| word.speaker.is_some());
        if has_speakers {
            return by_speaker(words, speaker.as_ref(), time);
        }
        let text = self.text.or(self.body).unwrap_or_default();
        vec![Said { speaker, begins_turn: false, time, text }]
    }

    fn time(&self) -> TimeSpan {
        let in_secs = |number: Option<Number>| number.and_then(|number| millis(number.0 * 1000.0));
        let in_millis = |number: Option<Number>| number.and_then(|number| millis(number.0));
        let offsets = self.offsets.as_ref();
        let start = in_secs(self.start.or(self.start_time))
            .or_else(|| in_millis(self.start_millis.or(offsets.map(|offsets| offsets.from))))
            .unwrap_or_default();
        let after = |length: Millis| Millis(start.0.saturating_add(length.0));
        let end = in_secs(self.end.or(self.end_time))
            .or_else(|| in_millis(offsets.map(|offsets| offsets.to)))
            .or_else(|| in_secs(self.duration).map(after))
            .or_else(|| in_millis(self.duration_millis).map(after));
        TimeSpan { start, end: end.unwrap_or(start).max(start) }
    }
}

/// Returns the words of a segment, joined where neighbours have one speaker. A word without one, as recognisers leave
/// some, is of the speaker before it.
fn by_speaker(words: Vec<Word>, of_segment: Option<&String>, time: TimeSpan) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    for word in words {
        let moment = |number: Option<Number>| number.and_then(|number| millis(number.0 * 1000.0));
        let (start, end) = (moment(word.start), moment(word.end));
        let last = said.last_mut();
        let speaker = named(word.speaker)
            .or_else(|| last.as_ref().and_then(|last| last.speaker.clone()))
            .or_else(|| of_segment.cloned());
        if let Some(last) = last.filter(|last| last.speaker == speaker) {
            // Whisper writes the space before a word into the word; WhisperX does not.
            last.text.push(' ');
            last.text.push_str(word.text.trim());
            last.time.end = end.or(start).unwrap_or(last.time.end).max(last.time.end);
        } else {
            let start = start.or_else(|| said.last().map(|last| last.time.end)).unwrap_or(time.start);
            let time = TimeSpan { start, end: end.unwrap_or(start).max(start) };
            said.push(Said { speaker, begins_turn: false, time, text: word.text.trim().to_owned() });
        }
    }
    said
}

fn named(name: Option<Name>) -> Option<String> {
    name.and_then(|name| speakers::told_name(&name.0))
}

/// Returns a moment; nothing for a number that is none. A moment before the start is the start.
fn millis(number: f64) -> Option<Millis> {
    // Longer than any recording, and far below where adding would overflow.
    const MOST: f64 = 1e12;
    (!number.is_nan()).then(|| Millis(number.clamp(0.0, MOST).round() as u64))
}

/// Returns the format of the first piece that is of any.
fn first_format<'de>(source: impl Read<'de>) -> Option<Format> {
    let mut format = None;
    each_piece(source, &mut |piece| {
        format = piece.format();
        if format.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    format
}

/// What is done with a piece, and whether the next is wanted.
type Take<'a> = dyn FnMut(Piece) -> ControlFlow<()> + 'a;

/// Reads pieces until the end, until something is no JSON, or until no more are wanted. Returns the language that is named.
fn each_piece<'de>(source: impl Read<'de>, take: &mut Take) -> Option<String> {
    let mut deserializer = serde_json::Deserializer::new(source);
    let mut language = None;
    // What was read before an error is in hand.
    let _ = Top { take, language: &mut language }.deserialize(&mut deserializer);
    language
}

/// The whole: an object with a list of pieces somewhere on its first level, or the list.
struct Top<'a, 'b> {
    take: &'a mut Take<'b>,
    language: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a transcript")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "segments" | "transcription" | "events" => map.next_value_seed(List(self.take))?,
                // Programs of the kind of Whisper name it here, `whisper.cpp` in what it calls the result.
                "language" | "result" => {
                    let Language(language) = map.next_value()?;
                    *self.language = language.or(self.language.take());
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        List(self.take).visit_seq(seq)
    }
}

/// A list of pieces.
struct List<'a, 'b>(&'a mut Take<'b>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of what is said")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(piece) = seq.next_element::<Piece>()? {
            if (self.0)(piece).is_break() {
                return Err(A::Error::custom("no more is wanted"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::speech_tests::check_document;

    #[track_caller]
    fn check(json: &str, format: Format, expected: &[&str]) {
        assert_eq!(format_of(json), Some(format));
        check_document(&document(json, "name".to_owned()), expected);
    }

    #[test]
    fn segments_of_whisper_are_read() {
        let json = r#"{"text": " Is it lit? It is.", "segments": [
            {"id": 0, "seek": 0, "start": 0.0, "end": 2.5, "text": " Is it lit?", "tokens": [1, 2], "temperature": 0.0},
            {"id": 1, "start": 5.0, "end": 6.0, "text": " It is."}], "language": "en"}"#;
        check(json, Format::WhisperJson, &["?@0-2.5 Is it lit?", "?@5-6 It is."]);
        let array = r#"[{"start": 1, "end": 2, "text": "One."}, {"text": "Two.", "start": "4.5", "duration": 1}]"#;
        check(array, Format::WhisperJson, &["?@1-2 One.", "?@4.5-5.5 Two."]);
        let cpp = r#"{"systeminfo": "x", "transcription": [
            {"timestamps": {"from": "00:00:01,000", "to": "00:00:02,000"}, "offsets": {"from": 1000, "to": 2000}, "text": " One."}]}"#;
        check(cpp, Format::WhisperJson, &["?@1-2 One."]);
    }

    #[test]
    fn the_language_is_the_one_that_is_named() {
        let language = |json: &str| document(json, "name".to_owned()).fields.language;
        let segments = r#""segments": [{"start": 0, "end": 1, "text": "Eins."}]"#;
        for (json, expected) in [
            (format!(r#"{{"language": "de", {segments}}}"#), Some("de")),
            (format!(r#"{{{segments}, "language": "de"}}"#), Some("de")),
            (format!(r#"{{"result": {{"language": "de"}}, {segments}}}"#), Some("de")),
            (format!(r#"{{"task": "transcribe", "language": "german", {segments}}}"#), Some("de")),
            (format!(r#"{{"language": "auto", {segments}}}"#), None),
            (format!(r#"{{"language": null, "result": [1, {{}}], {segments}}}"#), None),
        ] {
            assert_eq!(language(&json).as_deref(), expected, "{json}");
            assert_eq!(document(&json, "name".to_owned()).text, "Eins.");
        }
    }

    #[test]
    fn speakers_of_words_part_a_segment() {
        let json = r#"{"segments": [{"start": 0, "end": 4, "text": " Lit? Yes it is.", "speaker": "SPEAKER_00", "words": [
            {"word": "Lit?", "start": 0.0, "end": 1.0, "speaker": "SPEAKER_00"},
            {"word": "Yes", "start": 2.0, "end": 2.5, "speaker": "SPEAKER_01"},
            {"word": "it"},
            {"word": "is.", "start": 3.0, "end": 3.5, "speaker": "SPEAKER_01"}]}]}"#;
        check(json, Format::WhisperJson, &["SPEAKER_00@0-1 Lit?", "SPEAKER_01@2-3.5 Yes it is."]);
    }

    #[test]
    fn words_of_a_podcast_are_joined() {
        let json = r#"{"version": "1.0.0", "segments": [
            {"speaker": "Ann", "startTime": 0.5, "endTime": 0.75, "body": "Is"},
            {"speaker": "Ann", "startTime": 0.75, "endTime": 1, "body": "it?"},
            {"speaker": "Ben", "startTime": 1, "endTime": 2, "body": "It is."}]}"#;
        check(json, Format::PodcastTranscript, &["Ann@0.5-1 Is it?", "Ben@1-2 It is."]);
    }

    #[test]
    fn events_that_roll_end_where_the_next_begins() {
        let json = r#"{"wireMagic": "pb3", "events": [
            {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1},
            {"tStartMs": 1000, "dDurationMs": 4000, "segs": [{"utf8": "the"}, {"utf8": " lamp", "tOffsetMs": 200}]},
            {"tStartMs": 2000, "dDurationMs": 3000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
            {"tStartMs": 3000, "dDurationMs": 2000, "segs": [{"utf8": "is lit"}]}]}"#;
        check(json, Format::YouTubeJson3, &["?@1-5 the lamp is lit"]);
    }

    #[test]
    fn a_file_that_is_cut_off_is_read_as_far_as_it_goes() {
        let json = r#"{"segments": [{"start": 0, "end": 1, "text": "One."}, {"start": 9, "end": 10, "text": "Two."}, {"start": 11, "te"#;
        check(json, Format::WhisperJson, &["?@0-1 One.", "?@9-10 Two."]);
    }

    #[test]
    fn times_that_make_no_sense_are_mended() {
        let json = r#"[{"start": 9, "end": 3, "text": "Later."}, {"start": -4, "end": 1, "text": "First."},
            {"start": 1e300, "end": null, "text": "Last."}, {"start": "soon", "end": [], "text": "Lost."}]"#;
        let document = document(json, "name".to_owned());
        check_document(&document, &["?@0-1 First. Lost.", "?@9-9 Later.", "?@1000000000-1000000000 Last."]);
    }

    #[test]
    fn other_json_is_no_transcript() {
        for json in [
            r#"{"name": "caesura", "version": 1}"#,
            r#"{"segments": [1, 2, 3]}"#,
            r#"[{"text": "no time"}]"#,
            r#"{"events": [{"start": "2026"}]}"#,
            "[1, 2]",
            "{",
            "[[[[",
        ] {
            assert_eq!(format_of(json), None, "{json}");
        }
        assert_eq!(format_of(&"[".repeat(100_000)), None);
    }
}
