//! TTML and its older name DFXP (W3C Timed Text Markup Language): captions in XML.
//!
//! Read is what is said, when and by whom: `p` and timed `span` elements, with times that add up through `body` and `div`,
//! and `ttm:agent`. The file is read piece by piece and no tree is made of it; entities other than those of XML itself are
//! not expanded, and nothing outside of the file is looked at. A damaged file is read as far as it goes.

use std::collections::BTreeMap;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::document::{Document, Format, Millis, TimeSpan};

use super::cue_text::Line;
use super::subtitles::{self, Shown};
use super::{cues, language, layout, speakers};

/// Elements within one another beyond this are no captions, and what is in them is passed over.
const MAX_DEPTH: usize = 256;

/// More who speak at once are not named.
const MAX_AGENTS: usize = 8;

/// Returns whether a text begins like TTML.
pub(super) fn is_ttml(head: &str) -> bool {
    let start = head.trim_start();
    if !start.starts_with('<') {
        return false;
    }
    let start = &start[..start.floor_char_boundary(4096)];
    let root = ["<tt ", "<tt>", "<tt\n", "<tt\t", "<tt:tt", "<ttml:tt"];
    root.iter().any(|name| start.contains(name))
        && (start.contains("ttml") || start.contains("ttaf1") || start.contains("<body"))
}

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String) -> Document {
    let mut captions = Captions::default();
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => captions.open(&element),
            Ok(Event::Empty(element)) => {
                captions.open(&element);
                captions.close();
            }
            Ok(Event::End(_)) => captions.close(),
            Ok(Event::Text(piece)) => captions.say(&piece.xml10_content()),
            Ok(Event::CData(piece)) => captions.say(&piece.xml10_content()),
            Ok(Event::GeneralRef(name)) => {
                let character = name.resolve_char_ref().ok().flatten().map(String::from);
                let known = || quick_xml::escape::resolve_predefined_entity(&name.xml10_content());
                captions.say(character.as_deref().or_else(known).unwrap_or(" "));
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    captions.document(title)
}

/// What an element is for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// One that may hold captions, and may move their times.
    Container,
    /// Something said.
    Paragraph,
    /// A part of something said.
    Span,
    /// Who speaks.
    Agent,
    /// The name of one who speaks.
    Name,
    /// The title of the whole.
    Title,
    /// Nothing to read in it.
    Other,
}

/// An element that is open.
struct Open {
    role: Role,
    time: Option<TimeSpan>,
    /// What the times of the elements within count from.
    offset: Millis,
    agent: Option<Rc<str>>,
}

/// The captions so far.
#[derive(Default)]
struct Captions {
    open: Vec<Open>,
    n_too_deep: usize,
    rates: Rates,
    names: BTreeMap<String, String>,
    /// The speaker whose name is being read.
    naming: Option<String>,
    title: String,
    language: Option<String>,
    said: Vec<Cue>,
    /// The lines of the caption being read.
    lines: Vec<String>,
}

struct Cue {
    time: TimeSpan,
    agent: Option<Rc<str>>,
    lines: Vec<String>,
}

/// How many frames and ticks are a second.
struct Rates {
    frames: f64,
    ticks: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { frames: 30.0, ticks: 1.0 }
    }
}

impl Captions {
    fn open(&mut self, element: &BytesStart<'_>) {
        if MAX_DEPTH <= self.open.len() {
            self.n_too_deep += 1;
            return;
        }
        let local = element.local_name();
        let role = match local.as_ref() {
            "tt" => {
                self.rates = rates(element);
                self.language = attribute(element, "lang").and_then(|tag| language::code_of(&tag));
                Role::Container
            }
            "body" | "div" => Role::Container,
            "p" => Role::Paragraph,
            "span" => Role::Span,
            "agent" => Role::Agent,
            "name" => Role::Name,
            "title" => Role::Title,
            "br" => {
                self.lines.push(String::new());
                Role::Other
            }
            _ => Role::Other,
        };
        let above = self.open.last().map_or(Millis(0), |above| above.offset);
        let time = self.time_of(element, above);
        if role == Role::Paragraph || (role == Role::Span && time.is_some()) {
            self.end_caption();
        }
        if role == Role::Agent {
            self.naming = attribute(element, "id");
        }
        let agent = attribute(element, "agent").map(Rc::from);
        self.open.push(Open { role, time, offset: time.map_or(above, |time| time.start), agent });
    }

    fn close(&mut self) {
        if self.n_too_deep > 0 {
            self.n_too_deep -= 1;
            return;
        }
        let Some(last) = self.open.last() else { return };
        if last.role == Role::Paragraph || (last.role == Role::Span && last.time.is_some()) {
            self.end_caption();
        }
        self.open.pop();
    }

    fn say(&mut self, text: &str) {
        if self.n_too_deep > 0 {
            return;
        }
        let is_in = |role| self.open.iter().any(|open| open.role == role);
        if is_in(Role::Paragraph) {
            match self.lines.last_mut() {
                Some(line) => line.push_str(text),
                None => self.lines.push(text.to_owned()),
            }
        } else if is_in(Role::Name) {
            let agent = self.naming.clone().unwrap_or_default();
            self.names.entry(agent).or_default().push_str(text);
        } else if self.open.last().is_some_and(|last| last.role == Role::Title) {
            self.title.push_str(text);
        }
    }

    /// Ends the caption being read: it has the time and the speaker of the innermost element that has one.
    fn end_caption(&mut self) {
        let lines: Vec<String> = std::mem::take(&mut self.lines)
            .iter()
            .map(|line| layout::one_line(line))
            .filter(|line| !line.is_empty())
            .collect();
        if lines.is_empty() {
            return;
        }
        let innermost = self.open.iter().rev();
        let time = innermost.clone().find_map(|open| open.time).unwrap_or_else(|| {
            // Without a time it is said when the one before is over.
            let end = self.said.last().map_or(Millis(0), |cue| cue.time.end);
            TimeSpan { start: end, end }
        });
        let agent = innermost.clone().find_map(|open| open.agent.clone());
        self.said.push(Cue { time, agent, lines });
    }

    /// Returns the time of an element, if it has one of its own. Without an end it ends where it starts.
    fn time_of(&self, element: &BytesStart<'_>, offset: Millis) -> Option<TimeSpan> {
        let read = |name: &str| attribute(element, name).and_then(|value| self.rates.moment(&value));
        let after = |from: Millis, moment: Millis| Millis(from.0.saturating_add(moment.0));
        let (begin, end, duration) = (read("begin"), read("end"), read("dur"));
        if begin.is_none() && end.is_none() && duration.is_none() {
            return None;
        }
        let start = after(offset, begin.unwrap_or_default());
        let end = end.map(|end| after(offset, end)).or_else(|| duration.map(|duration| after(start, duration)));
        Some(TimeSpan { start, end: end.unwrap_or(start).max(start) })
    }

    fn document(mut self, title: String) -> Document {
        self.end_caption();
        self.said.sort_by_key(|cue| cue.time.start);
        let names: BTreeMap<String, String> = self
            .names
            .into_iter()
            .map(|(agent, name)| (agent, speakers::told_name(&name).unwrap_or_default()))
            .collect();
        // Agents are named one by one or several at once; one without a name is called by its mark.
        let name_of = |agent: &str| {
            let marks = agent.split_whitespace().take(MAX_AGENTS);
            let each = marks.map(|mark| names.get(mark).map_or(mark, String::as_str));
            speakers::told_name(&each.collect::<Vec<_>>().join(", ")).map(Rc::from)
        };
        let shown = self.said.iter().map(|cue| {
            let voice: Option<Rc<str>> = cue.agent.as_deref().and_then(name_of);
            let lines = cue.lines.iter().map(|line| Line { voice: voice.clone(), text: line.clone() });
            Shown { time: cue.time, lines: lines.collect() }
        });
        let written = layout::one_line(&self.title);
        let title = if written.is_empty() { title } else { written };
        let mut document = subtitles::document_of_cues(shown.collect(), title, Format::Ttml);
        document.fields.language = self.language;
        document
    }
}

/// Returns the value of an attribute, whatever its prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    let found = attributes.flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    // No value that is read here needs an escape.
    Some(found.value.trim().to_owned())
}

fn rates(element: &BytesStart<'_>) -> Rates {
    let number =
        |name: &str| attribute(element, name).and_then(|value| value.parse().ok()).filter(|&rate: &f64| rate > 0.0);
    // Two numbers, such as `1000 1001` for the frame rate of American television.
    let multiplier = attribute(element, "frameRateMultiplier").and_then(|value| {
        let (above, below) = value.split_once([' ', ':'])?;
        let (above, below): (f64, f64) = (above.parse().ok()?, below.trim().parse().ok()?);
        (above > 0.0 && below > 0.0).then(|| above / below)
    });
    let usual = Rates::default();
    let frames = number("frameRate").unwrap_or(usual.frames) * multiplier.unwrap_or(1.0);
    Rates { frames, ticks: number("tickRate").unwrap_or(usual.ticks) }
}

impl Rates {
    /// Reads a time: `00:01:02.500`, `00:01:02:12` with frames, or a number with its unit, `62.5s`.
    fn moment(&self, text: &str) -> Option<Millis> {
        if text.matches(':').count() == 3 {
            let (whole, frames) = text.rsplit_once(':')?;
            let frames: f64 = frames.parse().ok()?;
            let whole = cues::clock(whole)?;
            return millis(whole.0 as f64 + frames / self.frames * 1000.0);
        }
        if text.contains(':') {
            return cues::clock(text);
        }
        let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(at);
        let number: f64 = number.trim().parse().ok()?;
        let in_millis = match unit {
            "h" => number * 3_600_000.0,
            "m" => number * 60_000.0,
            "s" | "" => number * 1_000.0,
            "ms" => number,
            "f" => number / self.frames * 1_000.0,
            "t" => number / self.ticks * 1_000.0,
            _ => return None,
        };
        millis(in_millis)
    }
}

fn millis(number: f64) -> Option<Millis> {
    // Longer than any recording, and far below where adding would overflow.
    const MOST: f64 = 1e12;
    (!number.is_nan()).then(|| Millis(number.clamp(0.0, MOST).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::speech_tests::check_document;

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttm=\"http://www.w3.org/ns/ttml#metadata\" \
             xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" ttp:frameRate=\"25\" ttp:tickRate=\"10\">\n<head><metadata>\
             <ttm:agent xml:id=\"a1\" type=\"person\"><ttm:name type=\"full\">Ann &amp; Co</ttm:name></ttm:agent></metadata></head>\n\
             {body}</tt>"
        );
        assert!(is_ttml(&text));
        check_document(&document(&text, "name".to_owned()), expected);
    }

    #[test]
    fn captions_have_their_words_times_and_speakers() {
        check(
            "<body><div>\n<p begin=\"00:00:01.000\" end=\"00:00:02.500\" ttm:agent=\"a1\">Is it<br/>lit?</p>\n\
             <p begin=\"00:00:05.000\" dur=\"1s\" ttm:agent=\"b\"><span style=\"x\">It</span> <span>is.</span></p></div></body>",
            &["Ann & Co@1-2.5 Is it lit?", "b@5-6 It is."],
        );
    }

    #[test]
    fn times_are_read_in_every_form_and_add_up() {
        check(
            "<body begin=\"10s\"><div begin=\"1m\"><p begin=\"500ms\" end=\"1s\">One.</p></div>\
             <div><p begin=\"00:01:40:05\" end=\"00:01:41:00\">Two.</p><p begin=\"2000t\" end=\"201s\">Three.</p></div></body>",
            &["?@70.5-71 One.", "?@110.2-111 Two.", "?@210-211 Three."],
        );
    }

    #[test]
    fn spans_with_times_of_their_own_are_captions() {
        check(
            "<body><div><p><span begin=\"1s\" end=\"2s\">One.</span><span begin=\"8s\" end=\"9s\">Two.</span></p></div></body>",
            &["?@1-2 One.", "?@8-9 Two."],
        );
    }

    #[test]
    fn times_that_go_backwards_are_put_in_order() {
        check(
            "<body><p begin=\"9s\" end=\"3s\">Later.</p><p begin=\"1s\" end=\"2s\">First.</p></body>",
            &["?@1-2 First.", "?@9-9 Later."],
        );
    }

    #[test]
    fn characters_are_read_and_entities_are_not_expanded() {
        check(
            "<body><p begin=\"1s\" end=\"2s\">Tom &lt;3 &#x2764; <![CDATA[<Ann>]]></p></body>",
            &["?@1-2 Tom <3 ❤ <Ann>"],
        );
        let bomb = "<!DOCTYPE tt [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>\n\
             <tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p begin=\"1s\" end=\"2s\">one &b; &c; two</p></body></tt>";
        assert!(is_ttml(bomb));
        check_document(&document(bomb, "name".to_owned()), &["?@1-2 one two"]);
    }

    #[test]
    fn a_damaged_file_is_read_as_far_as_it_goes() {
        check(
            "<body><p begin=\"1s\" end=\"2s\">One.</p><p begin=\"7s\" end=\"8s\">Two <span",
            &["?@1-2 One.", "?@7-8 Two"],
        );
        let deep = "<div>".repeat(100_000);
        check(&format!("<body><p begin=\"1s\" end=\"2s\">One.</p>{deep}"), &["?@1-2 One."]);
    }

    #[test]
    fn the_title_of_the_file_is_its_own() {
        let text = "<tt xmlns=\"http://www.w3.org/ns/ttml\"><head><metadata><ttm:title>The log</ttm:title></metadata></head>\
             <body><p begin=\"1s\" end=\"2s\">One.</p></body></tt>";
        assert_eq!(document(text, "name".to_owned()).title, "The log");
    }

    #[test]
    fn the_language_of_the_file_is_its_own() {
        let text =
            "<tt xmlns=\"http://www.w3.org/ns/ttml\" xml:lang=\"de-AT\"><body><p begin=\"1s\">Eins.</p></body></tt>";
        assert_eq!(document(text, "name".to_owned()).fields.language.as_deref(), Some("de"));
        assert_eq!(document(&text.replace("de-AT", ""), "name".to_owned()).fields.language, None);
    }

    #[test]
    fn other_xml_is_no_ttml() {
        for text in ["<html><body>tt</body></html>", "<ttx>", "tt", "<p>a <tt>b</tt></p>"] {
            assert!(!is_ttml(text), "{text}");
        }
    }
}
