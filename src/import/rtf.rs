//! RTF: paragraphs, headings by style or outline level, rows of tables, notes; letters by the code page of their font.
//!
//! Reads the control words of the Rich Text Format Specification 1.9.1 that bear on text, with a stack of the open groups,
//! and passes over the rest: pictures, objects, heads and feet of pages, field codes, hidden and deleted text.

use std::collections::HashMap;

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_1252};

use crate::document::{BlockKind, Date, Document, Format};

use super::flow::Flow;
use super::layout;

/// Groups nested deeper than this are read as if they stood in the group around: no program writes so many.
const MAX_DEPTH: usize = 2_000;

/// Reads a file. `title` is what its name says.
pub(super) fn document(bytes: &[u8], title: String) -> Document {
    let mut reader = Reader::new();
    reader.read(bytes);
    reader.end_paragraph();
    reader.end_row();
    let Reader { flow, info, .. } = reader;
    let mut layout = flow.into_layout();
    layout.fields().author = info.author;
    layout.fields().date = info.date;
    let title = layout.first_title().or(info.title).unwrap_or(title);
    layout.into_document(title, Format::Rtf)
}

/// What the letters of a group go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Text,
    /// Nothing that is read.
    Silent,
    FontTable,
    StyleSheet,
    Title,
    Author,
    /// The day it was begun, in control words.
    Created,
    Note,
}

/// What holds within a group.
#[derive(Clone)]
struct State {
    target: Target,
    encoding: &'static Encoding,
    /// How many bytes stand after a character written by its number, for readers that do not know it.
    n_fallback: usize,
    is_hidden: bool,
    style: i32,
    outline: Option<u8>,
    is_list: bool,
    is_in_table: bool,
}

#[derive(Default)]
struct Info {
    title: Option<String>,
    author: Option<String>,
    date: Option<Date>,
    year: i32,
    month: i32,
    day: i32,
}

/// What of the text is open.
#[derive(Default)]
struct Open {
    paragraph: bool,
    row: bool,
    cell: bool,
}

struct Reader {
    flow: Flow,
    info: Info,
    state: State,
    groups: Vec<State>,
    n_overflown: usize,
    /// Bytes in the encoding of the group, not yet read: a character may have two.
    pending: Vec<u8>,
    /// The text of the group, where it goes to no paragraph.
    gathered: String,
    fonts: HashMap<i32, &'static Encoding>,
    font: i32,
    styles: HashMap<i32, u8>,
    style: i32,
    /// How many bytes are still to be passed over after a character written by its number.
    n_skipped: usize,
    /// The first half of a character written by two numbers.
    high: Option<u16>,
    open: Open,
    document_encoding: &'static Encoding,
    has_star: bool,
}

impl Reader {
    fn new() -> Self {
        let state = State {
            target: Target::Text,
            encoding: WINDOWS_1252,
            n_fallback: 1,
            is_hidden: false,
            style: 0,
            outline: None,
            is_list: false,
            is_in_table: false,
        };
        Self {
            flow: Flow::default(),
            info: Info::default(),
            state,
            groups: Vec::new(),
            n_overflown: 0,
            pending: Vec::new(),
            gathered: String::new(),
            fonts: HashMap::new(),
            font: 0,
            styles: HashMap::new(),
            style: 0,
            n_skipped: 0,
            high: None,
            open: Open::default(),
            document_encoding: WINDOWS_1252,
            has_star: false,
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            match first {
                b'{' => self.open_group(),
                b'}' => self.close_group(),
                b'\\' => rest = self.control(after),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
    }

    fn open_group(&mut self) {
        self.flush();
        self.n_skipped = 0;
        if self.groups.len() < MAX_DEPTH { self.groups.push(self.state.clone()) } else { self.n_overflown += 1 }
    }

    fn close_group(&mut self) {
        self.flush();
        self.n_skipped = 0;
        self.has_star = false;
        if 0 < self.n_overflown {
            self.n_overflown -= 1;
            return;
        }
        let Some(before) = self.groups.pop() else { return };
        let ended = std::mem::replace(&mut self.state, before);
        if ended.target != self.state.target {
            self.end_target(ended.target);
        }
    }

    fn end_target(&mut self, target: Target) {
        let gathered = std::mem::take(&mut self.gathered);
        let line = || Some(layout::one_line(&layout::clean(gathered.as_str().into()))).filter(|line| !line.is_empty());
        match target {
            Target::Title => self.info.title = line(),
            Target::Author => self.info.author = line(),
            Target::Note => self.flow.note(&gathered),
            Target::Created => {
                let part = |number: i32| u8::try_from(number).ok().filter(|&number| 0 < number);
                let year = u16::try_from(self.info.year).unwrap_or_default();
                self.info.date = Date::new(year, part(self.info.month), part(self.info.day));
            }
            Target::Text | Target::Silent | Target::FontTable | Target::StyleSheet => {}
        }
    }

    /// Reads a control word or sign, without its backslash; returns what follows it.
    fn control<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let Some((&first, after)) = bytes.split_first() else { return bytes };
        if !first.is_ascii_alphabetic() {
            return self.sign(first, after);
        }
        let n_letters = bytes.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(&bytes[..n_letters]).unwrap_or_default();
        let rest = &bytes[n_letters..];
        let n_signs = usize::from(rest.first() == Some(&b'-'));
        let n_digits = rest[n_signs..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let n_number = if n_digits == 0 { 0 } else { n_signs + n_digits };
        let number = std::str::from_utf8(&rest[..n_number]).ok().and_then(|digits| digits.parse::<i32>().ok());
        let rest = &rest[n_number..];
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        if word == "bin" {
            let n_bytes = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
            return &rest[n_bytes.min(rest.len())..];
        }
        if word != "u" {
            self.flush();
        }
        self.word(word, number);
        self.has_star = false;
        rest
    }

    fn sign<'b>(&mut self, sign: u8, after: &'b [u8]) -> &'b [u8] {
        if matches!(sign, b'~' | b'_' | b'\r' | b'\n') {
            self.flush();
        }
        match sign {
            b'\'' => {
                let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    self.byte(byte);
                    return &after[2..];
                }
            }
            b'{' | b'}' | b'\\' => self.byte(sign),
            b'~' => self.put("\u{a0}"),
            b'_' => self.put("\u{2011}"),
            b'*' => self.has_star = true,
            b'\r' | b'\n' => self.end_paragraph_here(),
            _ => {}
        }
        after
    }

    #[rustfmt::skip]
    fn word(&mut self, word: &str, number: Option<i32>) {
        // A destination that readers may pass over is passed over, but for those that hold text.
        if self.has_star && !matches!(word, "shptxt" | "fldinst" | "shpinst" | "listtext") {
            self.turn_to(Target::Silent);
            return;
        }
        let is_on = number != Some(0);
        match word {
            "par" | "sect" => self.end_paragraph_here(),
            "line" | "softline" => self.put("\n"),
            "tab" => self.put("\t"),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => { self.end_paragraph(); self.end_row(); }
            "u" => self.unicode(number.unwrap_or_default()),
            "uc" => self.state.n_fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16),
            "emdash" => self.put("\u{2014}"),
            "endash" => self.put("\u{2013}"),
            "lquote" => self.put("\u{2018}"),
            "rquote" => self.put("\u{2019}"),
            "ldblquote" => self.put("\u{201c}"),
            "rdblquote" => self.put("\u{201d}"),
            "bullet" => self.put("\u{2022}"),
            "emspace" | "enspace" | "qmspace" => self.put(" "),
            "page" | "pagebb" => {}
            "pard" => {
                (self.state.style, self.state.outline) = (0, None);
                (self.state.is_list, self.state.is_in_table) = (false, false);
            }
            "plain" => self.state.is_hidden = false,
            "v" | "deleted" => self.state.is_hidden = is_on,
            "intbl" => self.state.is_in_table = true,
            "s" if self.state.target == Target::StyleSheet => self.style = number.unwrap_or_default(),
            "s" => self.state.style = number.unwrap_or_default(),
            "ls" | "pntext" => self.state.is_list = true,
            "outlinelevel" => self.outline(number.unwrap_or(9)),
            "f" if self.state.target == Target::FontTable => self.font = number.unwrap_or_default(),
            "f" => {
                let font = number.unwrap_or_default();
                self.state.encoding = self.fonts.get(&font).copied().unwrap_or(self.document_encoding);
            }
            "fcharset" => {
                if let Some(encoding) = of_charset(number.unwrap_or_default()) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            "cpg" if self.state.target == Target::FontTable => {
                if let Some(encoding) = of_code_page(number.unwrap_or_default()) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            "ansicpg" => {
                if let Some(encoding) = of_code_page(number.unwrap_or_default()) {
                    (self.document_encoding, self.state.encoding) = (encoding, encoding);
                }
            }
            "mac" => (self.document_encoding, self.state.encoding) = (encoding_rs::MACINTOSH, encoding_rs::MACINTOSH),
            "yr" if self.state.target == Target::Created => self.info.year = number.unwrap_or_default(),
            "mo" if self.state.target == Target::Created => self.info.month = number.unwrap_or_default(),
            "dy" if self.state.target == Target::Created => self.info.day = number.unwrap_or_default(),
            _ => if let Some(target) = target_of(word) { self.turn_to(target) },
        }
    }

    fn turn_to(&mut self, target: Target) {
        // What stands in what is not read is not read either.
        if self.state.target != Target::Silent {
            self.state.target = target;
        }
        self.has_star = false;
    }

    fn outline(&mut self, level: i32) {
        let level = u8::try_from(level).ok().filter(|&level| level < 9).map(|level| (level + 1).min(6));
        match (self.state.target, level) {
            (Target::StyleSheet, Some(level)) => {
                self.styles.insert(self.style, level);
            }
            (_, level) => self.state.outline = level,
        }
    }

    fn unicode(&mut self, number: i32) {
        let pending = std::mem::take(&mut self.pending);
        self.read_bytes(&pending);
        self.n_skipped = self.state.n_fallback;
        // A number is of 16 bits with a sign; some programs write it without one.
        let Ok(unit) = u16::try_from(if number < 0 { number + 65_536 } else { number }) else {
            return self.put(&u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string());
        };
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if units.len() == 1 && (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        // Fonts of signs have theirs in the private part, at the code of the byte.
        self.put(&String::from_utf16_lossy(&units));
    }

    fn byte(&mut self, byte: u8) {
        if 0 < self.n_skipped {
            self.n_skipped -= 1;
            return;
        }
        self.pending.push(byte);
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            self.read_bytes(&pending);
        }
        self.high = None;
    }

    fn read_bytes(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let (text, _) = self.state.encoding.decode_without_bom_handling(bytes);
        let text = text.into_owned();
        if self.state.target == Target::StyleSheet {
            return self.name_style(&text);
        }
        self.put(&text);
    }

    /// The name of a style ends with a semicolon: `heading 2;`.
    fn name_style(&mut self, name: &str) {
        let name = name.trim().trim_end_matches(';').to_lowercase();
        let level = match name.strip_prefix("heading ").and_then(|level| level.parse::<u8>().ok()) {
            Some(level @ 1..=9) => Some(level.min(6)),
            _ if name == "title" => Some(1),
            _ => None,
        };
        if let Some(level) = level {
            self.styles.insert(self.style, level);
        }
        self.style = 0;
    }

    fn put(&mut self, text: &str) {
        match self.state.target {
            _ if self.state.is_hidden => {}
            Target::Text => {
                self.begin_paragraph();
                self.flow.text(text);
            }
            Target::Title | Target::Author | Target::Note => self.gathered.push_str(text),
            Target::Silent | Target::FontTable | Target::StyleSheet | Target::Created => {}
        }
    }

    fn begin_paragraph(&mut self) {
        if self.open.paragraph {
            return;
        }
        if self.state.is_in_table {
            if !self.open.row {
                self.flow.begin_row();
                self.open.row = true;
                self.open.cell = false;
            }
            if !self.open.cell {
                self.flow.begin_cell();
                self.open.cell = true;
            }
        } else {
            self.end_row();
        }
        self.flow.begin_paragraph();
        self.open.paragraph = true;
    }

    fn end_paragraph_here(&mut self) {
        match self.state.target {
            Target::Text => self.end_paragraph(),
            Target::Note => self.gathered.push(' '),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        if !std::mem::take(&mut self.open.paragraph) {
            return;
        }
        let level = self.state.outline.or_else(|| self.styles.get(&self.state.style).copied());
        let kind = match level {
            Some(level) => BlockKind::Heading { level },
            None if self.state.is_list => BlockKind::ListItem,
            None => BlockKind::Paragraph,
        };
        self.flow.end_paragraph(kind);
    }

    fn end_cell(&mut self) {
        if self.state.target != Target::Text {
            return;
        }
        self.end_paragraph();
        if !self.open.row {
            self.flow.begin_row();
            self.open.row = true;
        }
        if !self.open.cell {
            self.flow.begin_cell();
        }
        self.open.cell = false;
    }

    fn end_row(&mut self) {
        if std::mem::take(&mut self.open.row) {
            self.flow.end_row();
            self.open.cell = false;
        }
    }
}

/// Returns what the letters in a destination go to.
fn target_of(word: &str) -> Option<Target> {
    Some(match word {
        "fonttbl" => Target::FontTable,
        "stylesheet" => Target::StyleSheet,
        "title" => Target::Title,
        "author" => Target::Author,
        "creatim" => Target::Created,
        "footnote" => Target::Note,
        "colortbl" | "pict" | "object" | "objdata" | "header" | "headerl" | "headerr" | "headerf" | "footer"
        | "footerl" | "footerr" | "footerf" | "fldinst" | "shpinst" | "listtext" | "pntext" | "annotation"
        | "atnid" | "atnauthor" | "xe" | "tc" | "bkmkstart" | "bkmkend" | "listtable" | "listoverridetable"
        | "revtbl" | "rsidtbl" | "generator" | "themedata" | "datastore" | "latentstyles" | "operator" | "subject"
        | "keywords" | "doccomm" | "revtim" | "printim" | "buptim" | "company" | "nonshppict" | "ftnsep"
        | "ftnsepc" | "aftnsep" | "aftnsepc" | "filetbl" | "template" => Target::Silent,
        _ => return None,
    })
}

/// Returns the encoding of a font by the character set it names.
fn of_charset(number: i32) -> Option<&'static Encoding> {
    match number {
        77 => Some(encoding_rs::MACINTOSH),
        128 => Some(SHIFT_JIS),
        129 => Some(EUC_KR),
        134 => Some(GBK),
        136 => Some(BIG5),
        161 => of_code_page(1253),
        162 => of_code_page(1254),
        163 => of_code_page(1258),
        177 => of_code_page(1255),
        178 => of_code_page(1256),
        186 => of_code_page(1257),
        204 => of_code_page(1251),
        222 => of_code_page(874),
        238 => of_code_page(1250),
        _ => None,
    }
}

fn of_code_page(number: i32) -> Option<&'static Encoding> {
    match number {
        932 => Some(SHIFT_JIS),
        936 => Some(GBK),
        949 => Some(EUC_KR),
        950 => Some(BIG5),
        866 => Some(encoding_rs::IBM866),
        874 | 1250..=1258 => Encoding::for_label(format!("windows-{number}").as_bytes()),
        10_000 => Some(encoding_rs::MACINTOSH),
        65_001 => Some(encoding_rs::UTF_8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rtf: &str) -> Document {
        document(rtf.as_bytes(), "name".to_owned())
    }

    #[track_caller]
    fn check(rtf: &str, expected: &[&str]) {
        assert_eq!(super::super::shown::blocks(&read(&format!("{{\\rtf1\\ansi {rtf}}}"))), expected);
    }

    #[test]
    fn paragraphs_are_parted_and_formats_leave_no_trace() {
        check(
            "{\\b The lamp} is\nlit.\\par \\pard\\qc It {\\i burns}.\\line All night.\\par",
            &["The lamp islit.", "It burns.\nAll night."],
        );
        check("a\\{b\\}\\\\c \\~d\\par", &["a{b}\\c \u{a0}d"]);
    }

    #[test]
    fn letters_are_read_by_the_code_page_of_their_font() {
        check("Gr\\'f6\\'dfe\\par", &["Größe"]);
        check(
            "{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}}\\f1 \\'cc\\'e0\\'ff\\'ea\\f0 \\'e9\\par",
            &["Маякé"],
        );
        check("\\ansicpg932 \\'93\\'94\\par", &["灯"]);
        check("\\uc1\\u28783?\\u-10179?\\u-8704?x{\\uc0\\u233}y\\par", &["灯\u{1f600}xéy"]);
    }

    #[test]
    fn headings_are_known_by_their_style_or_level() {
        check(
            "{\\stylesheet{\\s0 Normal;}{\\s3 heading 2;}}\\pard\\s3 Lamp\\par\\pard Lit.\\par\\pard\\outlinelevel0 Horn\\par\\pard Blown.\\par",
            &["## Lamp", "Lit.", "# Horn", "Blown."],
        );
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        check(
            "{\\header Page}{\\pict 0102}{\\*\\unknown x}{\\v hidden}{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}} \\bin3 }}}end\\par",
            &["link end"],
        );
    }

    #[test]
    fn rows_stay_together_and_notes_follow() {
        check(
            "\\trowd\\intbl north\\cell 3\\cell\\row\\pard Lit{\\footnote At dusk.\\par} it was.\\par",
            &["| north\t3", "Lit it was.", "At dusk."],
        );
    }

    #[test]
    fn what_the_file_says_of_itself_is_kept() {
        let document = read("{\\rtf1{\\info{\\title The Log}{\\author Ann}{\\creatim\\yr2021\\mo3\\dy4\\hr1}}Lit.}");
        assert_eq!((&document.title[..], document.fields.author.as_deref()), ("The Log", Some("Ann")));
        assert_eq!(document.fields.date, Date::from_iso("2021-03-04"));
    }

    #[test]
    fn what_is_nested_without_end_or_breaks_off_is_read() {
        let deep = format!("{{\\rtf1 {}lit{}. Burned", "{".repeat(100_000), "}".repeat(100_000));
        assert_eq!(read(&deep).text, "lit. Burned");
        assert_eq!(read("{\\rtf1 lit\\u").text, "lit");
        assert_eq!(read("{\\rtf1 lit\\'").text, "lit");
    }
}
