//! Files of each format and of any size, made by repeating our own sample texts.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TERMS: &str = include_str!("../corpora/terms-of-service.md");
const TALK: &str = include_str!("../corpora/interview.vtt");

/// What relations within a workbook are named after.
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The endings of the names of the formats that are made.
pub(crate) const FORMATS: [&str; 22] = [
    "txt",
    "md",
    "html",
    "srt",
    "vtt",
    "sbv",
    "ttml",
    "turns.txt",
    "whisper.json",
    "podcast.json",
    "json3",
    "csv",
    "tsv",
    "jsonl",
    "rtf",
    "eml",
    "mbox",
    "docx",
    "odt",
    "epub",
    "xlsx",
    "pdf",
];

/// Returns a file of the format, of about so many bytes, or of so many before it is packed.
#[expect(clippy::too_many_lines, reason = "a table: an arm a format")]
pub(crate) fn file(format: &str, n_bytes: usize) -> Vec<u8> {
    let paragraphs = Paragraphs::new();
    let mut n_left = n_bytes as i64;
    // The numbers of pieces, until there is enough.
    let mut out = Vec::new();
    let mut add = |piece: String, out: &mut Vec<u8>| {
        n_left -= piece.len() as i64;
        out.extend_from_slice(piece.as_bytes());
        0 < n_left
    };
    let mut all = |head: &str, piece: &dyn Fn(usize) -> String, tail: &str| {
        out.extend_from_slice(head.as_bytes());
        let mut n = 0;
        while add(piece(n), &mut out) {
            n += 1;
        }
        out.extend_from_slice(tail.as_bytes());
        std::mem::take(&mut out)
    };
    match format {
        "txt" => all("", &|n| format!("{}\n\n", paragraphs.at(n)), ""),
        "md" => all("", &|_| format!("{TERMS}\n\n"), ""),
        "html" => all("<!DOCTYPE html><html><body><main>", &|n| html_of(&paragraphs, n), "</main></body></html>"),
        "srt" => all("", &|n| format!("{}\n{} --> {}\n{}\n\n", n + 1, clock(n, ','), clock(n + 1, ','), cue(n)), ""),
        "vtt" => all(
            "WEBVTT\n\n",
            &|n| format!("{} --> {}\n<v {}>{}\n\n", clock(n, '.'), clock(n + 1, '.'), who(n), cue(n)),
            "",
        ),
        "sbv" => all("", &|n| format!("{},{}\n{}\n\n", clock(n, '.'), clock(n + 1, '.'), cue(n)), ""),
        "ttml" => all(
            "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>",
            &|n| format!("<p begin=\"{}\" end=\"{}\">{}</p>\n", clock(n, '.'), clock(n + 1, '.'), escaped(cue(n))),
            "</div></body></tt>",
        ),
        "turns.txt" => all("", &|n| format!("[{}] {}: {}\n\n", clock(n, '.'), who(n), paragraphs.at(n)), ""),
        "whisper.json" => all(
            "{\"segments\": [",
            &|n| format!("{{\"id\": {n}, \"start\": {n}.0, \"end\": {n}.9, \"text\": \" {}\"}},\n", quoted(cue(n))),
            "{\"start\": 0, \"text\": \"\"}], \"language\": \"en\"}",
        ),
        "podcast.json" => all(
            "{\"version\": \"1.0.0\", \"segments\": [",
            &|n| {
                format!(
                    "{{\"startTime\": {n}, \"endTime\": {n}.9, \"speaker\": \"{}\", \"body\": \"{}\"}},\n",
                    who(n),
                    quoted(cue(n))
                )
            },
            "{\"startTime\": 0, \"body\": \"\"}]}",
        ),
        "json3" => all(
            "{\"events\": [",
            &|n| {
                format!(
                    "{{\"tStartMs\": {}, \"dDurationMs\": 2000, \"segs\": [{{\"utf8\": \"{}\"}}]}},\n",
                    n * 1000,
                    quoted(cue(n))
                )
            },
            "{\"tStartMs\": 0}]}",
        ),
        "csv" => {
            all("id,date,text\n", &|n| format!("{n},2024-02-03,\"{}\"\n", paragraphs.at(n).replace('"', "\"\"")), "")
        }
        "tsv" => all("id\tdate\ttext\n", &|n| format!("{n}\t2024-02-03\t{}\n", paragraphs.at(n).replace('"', "'")), ""),
        "jsonl" => all("", &|n| format!("{{\"id\": {n}, \"text\": \"{}\"}}\n", quoted(paragraphs.at(n))), ""),
        "rtf" => {
            all("{\\rtf1\\ansi{\\fonttbl{\\f0 A;}}", &|n| format!("\\pard {}\\par\n", rtf_of(paragraphs.at(n))), "}")
        }
        "eml" => all(
            "From: Ann <a@b>\nTo: Ben <c@d>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: Letter\n\n",
            &|n| format!("{}\n\n", paragraphs.at(n)),
            "",
        ),
        "mbox" => all(
            "",
            &|n| {
                let head = "From a@b Mon Jan  1 00:00:00 2024\nFrom: Ann <a@b>\nTo: Ben <c@d>\nDate: Mon, 1 Jan 2024 00:00:00 +0000";
                format!("{head}\nSubject: Letter {n}\n\n{}\n\n{}\n\n", paragraphs.at(n), paragraphs.at(n + 1))
            },
            "",
        ),
        "docx" => {
            let paragraph = |n| format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>\n", escaped(paragraphs.at(n)));
            let body = all("<w:document xmlns:w=\"w\"><w:body>", &paragraph, "</w:body></w:document>");
            packed(&[("[Content_Types].xml", b""), ("word/document.xml", &body)])
        }
        "odt" => {
            let paragraph = |n| format!("<text:p>{}</text:p>\n", escaped(paragraphs.at(n)));
            let body = all(
                "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body><office:text>",
                &paragraph,
                "</office:text></office:body></office:document-content>",
            );
            packed(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", &body)])
        }
        "epub" => {
            let page = all("<html><body>", &|n| html_of(&paragraphs, n), "</body></html>");
            let container = b"<container><rootfiles><rootfile full-path=\"a.opf\"/></rootfiles></container>";
            let package = b"<package><manifest><item id=\"a\" href=\"a.xhtml\"/></manifest><spine><itemref idref=\"a\"/></spine></package>";
            packed(&[
                ("mimetype", b"application/epub+zip"),
                ("META-INF/container.xml", container),
                ("a.opf", package),
                ("a.xhtml", &page),
            ])
        }
        "xlsx" => {
            let cell =
                |n: usize, text: &str| format!("<c r=\"A{n}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text));
            let row = |n: usize| format!("<row r=\"{}\">{}</row>\n", n + 2, cell(n + 2, paragraphs.at(n)));
            let head = format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\">{}</row>",
                cell(1, "text")
            );
            let sheet = all(&head, &row, "</sheetData></worksheet>");
            let workbook = format!(
                "<workbook xmlns:r=\"{RELATION}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            );
            let relations = format!(
                "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\" Type=\"{RELATION}/worksheet\"/></Relationships>"
            );
            let root = format!(
                "<Relationships><Relationship Id=\"r1\" Target=\"xl/workbook.xml\" Type=\"{RELATION}/officeDocument\"/></Relationships>"
            );
            packed(&[
                ("[Content_Types].xml", b""),
                ("_rels/.rels", root.as_bytes()),
                ("xl/workbook.xml", workbook.as_bytes()),
                ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
                ("xl/worksheets/sheet1.xml", &sheet),
            ])
        }
        "pdf" => pdf(&paragraphs, n_bytes),
        other => panic!("no file of the format {other} is made"),
    }
}

/// The paragraphs of the sample, over and over.
struct Paragraphs(Vec<String>);

impl Paragraphs {
    fn new() -> Self {
        let bare = |paragraph: &str| paragraph.trim_start_matches(['#', '-', ' ']).replace('\n', " ");
        Self(TERMS.split("\n\n").map(bare).filter(|paragraph| 60 < paragraph.len()).collect())
    }

    fn at(&self, n: usize) -> &str {
        &self.0[n % self.0.len()]
    }
}

fn html_of(paragraphs: &Paragraphs, n: usize) -> String {
    let heading = if n.is_multiple_of(5) { format!("<h2>Part {n}</h2>\n") } else { String::new() };
    format!("{heading}<p>{}</p>\n", escaped(paragraphs.at(n)))
}

/// Returns the words of a cue of the sample.
fn cue(n: usize) -> &'static str {
    let lines = TALK.lines().filter(|line| 20 < line.len() && !line.contains("-->"));
    thread_local! {
        static CUES: std::cell::OnceCell<Vec<&'static str>> = const { std::cell::OnceCell::new() };
    }
    CUES.with(|cues| {
        let cues = cues.get_or_init(|| lines.map(|line| line.rsplit('>').next().unwrap_or(line)).collect());
        cues[n % cues.len()]
    })
}

fn who(n: usize) -> &'static str {
    if (n / 3).is_multiple_of(2) { "Ann" } else { "Ben" }
}

/// Returns the time at which cue `n` begins: one every two seconds, for a thousand hours at most.
fn clock(n: usize, sign: char) -> String {
    let secs = (n * 2).min(3_599_999);
    format!("{:02}:{:02}:{:02}{sign}000", secs / 3600, secs / 60 % 60, secs % 60)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn rtf_of(text: &str) -> String {
    let letter = |c: char| match c {
        '\\' | '{' | '}' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        other => format!("\\u{}?", other as u32),
    };
    text.chars().map(letter).collect()
}

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(*name, options).and_then(|()| Ok(zip.write_all(content)?)).expect("memory is written to");
    }
    zip.finish().expect("memory is written to").into_inner()
}

/// Makes a PDF of pages of forty lines in Helvetica.
fn pdf(paragraphs: &Paragraphs, n_bytes: usize) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut words = 0;
    for n in 0.. {
        let mut line = String::new();
        for word in paragraphs.at(n).split(' ') {
            if 80 < line.len() + word.len() {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(word);
            line.push(' ');
        }
        words += paragraphs.at(n).len();
        lines.push(line);
        if n_bytes <= words {
            break;
        }
    }
    let n_pages = lines.chunks(40).len();
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut starts = Vec::new();
    let mut object = |out: &mut Vec<u8>, content: &[u8]| {
        starts.push(out.len());
        out.extend(format!("{} 0 obj\n", starts.len()).bytes());
        out.extend_from_slice(content);
        out.extend(b"\nendobj\n");
    };
    object(&mut out, b"<</Type/Catalog/Pages 2 0 R>>");
    let kids: Vec<String> = (0..n_pages).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    object(&mut out, format!("<</Type/Pages/Count {n_pages}/Kids[{}]>>", kids.join(" ")).as_bytes());
    object(&mut out, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    for (number, page) in lines.chunks(40).enumerate() {
        let content = 5 + 2 * number;
        object(
            &mut out,
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {content} 0 R/Resources<</Font<</F 3 0 R>>>>>>")
                .as_bytes(),
        );
        let text: String = page
            .iter()
            .map(|line| line.chars().filter(|c| c.is_ascii() && !"()\\".contains(*c)).collect::<String>())
            .map(|line| format!("({line}) Tj 0 -14 Td\n"))
            .collect();
        let stream = format!("BT /F 11 Tf 60 780 Td\n{text}ET");
        object(&mut out, format!("<</Length {}>>\nstream\n{stream}\nendstream", stream.len()).as_bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", starts.len() + 1).bytes());
    for start in &starts {
        out.extend(format!("{start:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", starts.len() + 1).bytes());
    out
}
