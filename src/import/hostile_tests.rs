//! What comes from anywhere, through the front door: each kind of bad file is read as far as that makes sense, or refused for
//! a reason.

use super::archive::tests::archive;
use super::docx::tests::word;
use super::shown::blocks;
use super::*;

/// Returns what is heard of a file: a line a document, its name and its text or why it was refused; last why the file was.
fn heard(bytes: &[u8], name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let read = import_each(bytes, name, &ImportSettings::default(), &mut |part| {
        lines.push(match part.document {
            Ok(document) => format!("{}: {}", part.name, document.text.replace('\n', "|")),
            Err(error) => format!("{}! {error}", part.name),
        });
        Ok(())
    });
    lines.extend(read.err().map(|error| format!("! {error}")));
    lines
}

#[track_caller]
fn check(bytes: &[u8], name: &str, expected: &[&str]) {
    assert_eq!(heard(bytes, name), expected);
}

#[track_caller]
fn check_refused(bytes: &[u8], name: &str, because: &str) {
    match import(bytes, name) {
        Err(error) => assert!(error.to_string().contains(because), "{error}"),
        Ok(document) => panic!("{name} was read: {:?}", &document.text[..document.text.floor_char_boundary(99)]),
    }
}

/// Makes a workbook of one sheet, and of these files more, or in the place of those it would have.
fn workbook(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='{TYPES}/{kind}' Target='{target}'/>")
    };
    let root = format!("<Relationships>{}</Relationships>", relation("r1", "officeDocument", "xl/workbook.xml"));
    let own = format!(
        "<Relationships>{}{}</Relationships>",
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "sharedStrings", "sharedStrings.xml")
    );
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b""),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='A' sheetId='1' r:id='r1'/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", own.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    files.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    files.extend_from_slice(more);
    archive(&files)
}

/// A file of each format that can be made of a few lines, with the name that it would have.
fn one_of_each() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>text</t></is></c></row>\
        <row r='2'><c r='A2' t='inlineStr'><is><t>Lit.</t></is></c></row></sheetData></worksheet>";
    vec![
        ("a.txt", text("Log\n\nThe lamp was lit.\n\nIt burned till dawn.")),
        ("a.md", text("# Log\n\nThe lamp was *lit*.\n\n- oil\n- wick\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")),
        ("a.html", text("<!DOCTYPE html><title>Log</title><h1>Log</h1><p>The lamp &amp; the oil.<ul><li>wick</ul>")),
        ("a.srt", text("1\n00:00:01,000 --> 00:00:02,000\nLit?\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n")),
        ("a.vtt", text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Lit?\n\n00:03.000 --> 00:04.000\n<v Ben>Yes.\n")),
        ("a.sbv", text("0:00:01.000,0:00:02.000\nLit?\n\n0:00:03.000,0:00:04.000\nYes.\n")),
        ("a.ttml", text("<tt xmlns='http://www.w3.org/ns/ttml'><body><p begin='1s' end='2s'>Lit?</p></body></tt>")),
        ("a.json", text("{\"segments\": [{\"start\": 0, \"end\": 1, \"text\": \"Lit?\", \"speaker\": \"Ann\"}]}")),
        ("a.json3", text("{\"events\": [{\"tStartMs\": 0, \"dDurationMs\": 9, \"segs\": [{\"utf8\": \"Lit?\"}]}]}")),
        ("a.jsonl", text("{\"text\": \"Lit.\", \"n\": 1}\n{\"text\": \"Out.\", \"n\": 2}\n")),
        ("a.csv", text("text,n\n\"Lit, and out.\",1\nOut.,2\n")),
        ("a.tsv", text("text\tn\nLit.\t1\nOut.\t2\n")),
        (
            "a.eml",
            text("From: a@b\nTo: c@d\nSubject: Log\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nThe lamp was lit.\n"),
        ),
        (
            "a.rtf",
            text(
                "{\\rtf1\\ansi{\\fonttbl{\\f0 A;}}\\pard The lamp \\'e9 \\u233? was lit.\\par{\\footnote Note.}Out.\\par}",
            ),
        ),
        ("a.docx", word("<w:p><w:r><w:t>The lamp was lit.</w:t><w:footnoteReference w:id='2'/></w:r></w:p>")),
        (
            "a.odt",
            archive(&[
                ("mimetype", b"application/vnd.oasis.opendocument.text"),
                (
                    "content.xml",
                    b"<d><text:h text:outline-level='1'>Log</text:h><text:p>The lamp was lit.</text:p></d>",
                ),
            ]),
        ),
        (
            "a.epub",
            archive(&[
                ("mimetype", b"application/epub+zip"),
                ("META-INF/container.xml", b"<c><rootfile full-path='a.opf'/></c>"),
                ("a.opf", b"<p><item id='a' href='a.xhtml'/><itemref idref='a'/></p>"),
                ("a.xhtml", b"<p>The lamp was lit.</p>"),
            ]),
        ),
        ("a.xlsx", workbook(sheet, &[])),
        (
            "a.pdf",
            pdf::tests::pages(&[pdf::tests::written(&[("F1", 10, 50, 700, "The lamp was lit at dusk.")])], "", &[]),
        ),
        ("a.zip", archive(&[("b.txt", b"The lamp was lit."), ("c.md", b"# Log\n\nOut.")])),
    ]
}

#[test]
fn each_of_the_samples_is_read() {
    for (name, bytes) in one_of_each() {
        let heard = heard(&bytes, name);
        assert!(!heard.is_empty() && heard.iter().all(|line| !line.contains('!')), "{name}: {heard:?}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_read_or_refused() {
    for (name, bytes) in one_of_each() {
        let step = 1 + bytes.len() / 400;
        for n_bytes in (0..bytes.len()).step_by(step) {
            let _ = heard(&bytes[..n_bytes], name);
        }
    }
}

#[test]
fn a_file_with_a_broken_byte_is_read_or_refused() {
    for (name, bytes) in one_of_each() {
        let step = 1 + bytes.len() / 400;
        for at in (0..bytes.len()).step_by(step) {
            for broken in [0, 0xFF, bytes[at] ^ 0x20] {
                let mut bytes = bytes.clone();
                bytes[at] = broken;
                let _ = heard(&bytes, name);
            }
        }
    }
}

#[test]
fn a_file_is_known_by_its_content_whatever_its_name_says() {
    // Tables of text are known by their name alone: any text has commas.
    let is_named = |name: &str| matches!(name, "a.csv" | "a.tsv" | "a.jsonl" | "a.md" | "a.txt" | "a.eml" | "a.zip");
    for (name, bytes) in one_of_each().into_iter().filter(|(name, _)| !is_named(name)) {
        let own = import(&bytes, name).unwrap();
        for wrong in ["a.txt", "a.docx", "a.pdf", "a.png", "a"] {
            let found = import(&bytes, wrong).unwrap();
            assert_eq!((found.format, &found.text), (own.format, &own.text), "{name} as {wrong}");
        }
    }
    for wrong in ["a.docx", "a.pdf", "a.epub", "a.xlsx", "a.zip", "a.odt", "a.rtf"] {
        assert_eq!(import(b"The lamp was lit.", wrong).unwrap().format, Format::PlainText, "{wrong}");
    }
}

#[test]
fn a_file_of_no_bytes_has_no_text_whatever_its_name() {
    for ending in EXTENSIONS {
        assert!(matches!(import(b"", &format!("a.{ending}")), Err(Error::NoText { .. })), "{ending}");
    }
}

#[test]
fn what_unpacks_without_end_is_refused_in_every_format_that_packs() {
    let zeros = vec![b' '; 100_000_000];
    let bomb = archive(&[("a.txt", &zeros)]);
    assert!(bomb.len() < 200_000);
    check_refused(&bomb, "a.zip", "unpacks to more than");
    check_refused(&archive(&[("word/document.xml", &zeros)]), "a.docx", "unpacks to more than");
    let office = b"application/vnd.oasis.opendocument.text";
    check_refused(&archive(&[("mimetype", office), ("content.xml", &zeros)]), "a.odt", "unpacks to more than");
    check_refused(
        &archive(&[
            ("mimetype", b"application/epub+zip"),
            ("a.opf", b"<p><item id='a' href='a.xhtml'/><itemref idref='a'/></p>"),
            ("a.xhtml", &zeros),
        ]),
        "a.epub",
        "unpacks to more than",
    );
    check_refused(&workbook("", &[("xl/sharedStrings.xml", &zeros)]), "a.xlsx", "unpacks to more than");
    // Each of these is small enough by itself.
    let part = archive(&[("a.txt", &zeros[..30_000_000])]);
    let many: Vec<(String, &[u8])> = (0..4).map(|n| (format!("{n}.zip"), &part[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (&name[..], *bytes)).collect();
    let heard = heard(&archive(&many), "a.zip");
    assert!(heard.last().is_some_and(|last| last.contains("unpacks to more than")), "{heard:?}");
}

#[test]
fn a_page_that_a_book_lists_again_and_again_is_read_once() {
    let spine = "<itemref idref='a'/><itemref idref='b'/>".repeat(10_000);
    let package = format!("<p><item id='a' href='a.xhtml'/><item id='b' href='b.xhtml'/>{spine}</p>");
    let book = archive(&[
        ("mimetype", b"application/epub+zip"),
        ("a.opf", package.as_bytes()),
        ("a.xhtml", b"<p>Lit.</p>"),
        ("b.xhtml", b"<p>Out.</p>"),
    ]);
    assert_eq!(blocks(&import(&book, "a.epub").unwrap()), ["Lit.", "Out."]);
}

#[test]
fn a_note_that_is_referred_to_again_and_again_is_read_once() {
    let body = format!("<w:p><w:r><w:t>Lit.</w:t>{}</w:r></w:p>", "<w:footnoteReference w:id='2'/>".repeat(1_000));
    assert_eq!(blocks(&import(&word(&body), "a.docx").unwrap()), ["Lit.", "A note."]);
}

#[test]
fn a_name_of_many_letters_is_not_said_with_every_word() {
    let name = "Ann".repeat(100_000);
    let captions = "<p>Lit.</p><p ttm:agent='b'>Out.</p>".repeat(1_000);
    let ttml = format!(
        "<tt xmlns='http://www.w3.org/ns/ttml'><head><ttm:agent xml:id='a'><ttm:name>{name}</ttm:name></ttm:agent></head>\
         <body ttm:agent='a'>{captions}</body></tt>"
    );
    let words = "{\"word\": \"lit\"}, {\"word\": \"out\", \"speaker\": \"b\"}, ".repeat(1_000);
    let json = format!(
        "{{\"segments\": [{{\"start\": 0, \"text\": \"x\", \"speaker\": \"{name}\", \"words\": [{words}{{\"word\": \"x\"}}]}}]}}"
    );
    for document in [import(ttml.as_bytes(), "a.ttml").unwrap(), import(json.as_bytes(), "a.json").unwrap()] {
        let n_bytes = |block: &crate::document::Block| match &block.kind {
            crate::document::BlockKind::Utterance(said) => said.speaker.as_ref().map_or(0, String::len),
            _ => 0,
        };
        assert!(document.blocks.iter().all(|block| n_bytes(block) <= 200));
        assert!(document.blocks.iter().any(|block| n_bytes(block) == 200));
    }
}

#[test]
fn what_an_archive_calls_its_files_leads_nowhere() {
    let bytes =
        archive(&[("../../up.txt", b"Lit."), ("/etc/root.txt", b"Out."), ("C:\\back\\..\\slash.txt", b"Dark.")]);
    check(&bytes, "a.zip", &["a.zip/up.txt: Lit.", "a.zip/etc/root.txt: Out.", "a.zip/back/slash.txt: Dark."]);
    assert!(!std::path::Path::new("../../up.txt").exists());
}

#[test]
fn a_name_in_no_known_encoding_is_still_that_of_a_file() {
    let mut bytes = archive(&[("caf-.txt", b"Lit."), ("b.txt", b"Out.")]);
    // Both in the head of the file and in the table of the archive.
    while let Some(at) = bytes.windows(8).position(|window| window == b"caf-.txt") {
        bytes[at + 3] = 0xE9;
    }
    let heard = heard(&bytes, "a.zip");
    assert!(heard[0].ends_with(".txt: Lit.") && heard[0].starts_with("a.zip/caf"), "{heard:?}");
    assert_eq!(heard[1..], ["a.zip/b.txt: Out."]);
}

/// Declares an entity, entities within entities, and such as stand in files of ours and of the network.
const TYPE: &str = "<!DOCTYPE d [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>\
    <!ENTITY e SYSTEM 'file:///etc/passwd'><!ENTITY % p SYSTEM 'http://localhost/x.dtd'> %p;]>";

/// Refers to them.
const BODY: &str = "Lit&a;&c;&e;&p; still.";

#[test]
fn entities_that_a_file_declares_are_neither_expanded_nor_fetched() {
    let docx = archive(&[(
        "word/document.xml",
        format!("{TYPE}<w:document><w:body><w:p><w:r><w:t>{BODY}</w:t></w:r></w:p></w:body></w:document>").as_bytes(),
    )]);
    check(&docx, "a.docx", &["a.docx: Lit still."]);
    let odt = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", format!("{TYPE}<d><text:p>{BODY}</text:p></d>").as_bytes()),
    ]);
    check(&odt, "a.odt", &["a.odt: Lit still."]);
    let ttml = format!("{TYPE}<tt xmlns='http://www.w3.org/ns/ttml'><body><p begin='1s'>{BODY}</p></body></tt>");
    let heard = heard(ttml.as_bytes(), "a.ttml").concat();
    assert!(!heard.contains("lol") && !heard.contains("root:") && heard.contains("still."), "{heard}");
    let chapters = format!(
        "{TYPE}<Chapters><ChapterAtom><ChapterTimeStart>00:00:01.000</ChapterTimeStart><ChapterDisplay>\
        <ChapterString>{BODY}</ChapterString></ChapterDisplay></ChapterAtom></Chapters>"
    );
    let titles: Vec<String> = read_chapters(chapters.as_bytes(), "a.chapters.xml")
        .unwrap()
        .into_iter()
        .map(|chapter| chapter.title)
        .collect();
    assert!(!titles.concat().contains("lol") && titles.concat().contains("still."), "{titles:?}");
}

#[test]
fn entities_in_any_part_of_a_book_are_neither_expanded_nor_fetched() {
    let container = format!("{TYPE}<c>{BODY}<rootfile full-path='a.opf'/></c>");
    let package = format!(
        "{TYPE}<p xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata><dc:title>{BODY}</dc:title>\
        <dc:creator>{BODY}</dc:creator></metadata><item id='a' href='a.xhtml'/><item id='b&c;' href='b&e;.xhtml'/>\
        <item id='n' href='nav.xhtml' properties='nav'/><itemref idref='a'/></p>"
    );
    let navigation = format!("{TYPE}<nav type='toc'><ol><li><a href='a.xhtml'>{BODY}</a></li></ol></nav>");
    let map = format!(
        "{TYPE}<ncx><navMap><navPoint><navLabel><text>{BODY}</text></navLabel><content src='a.xhtml'/></navPoint></navMap></ncx>"
    );
    let page = format!("{TYPE}<html><body><h1>Lamp</h1><p title='&c;'>{BODY}</p></body></html>");
    let of_third = package
        .replace("<item id='n'", "<item id='x' media-type='application/x-dtbncx+xml' href='a.ncx'/><item id='n'");
    let of_second = of_third.replace("properties='nav'", "");
    for package in [of_third, of_second] {
        let book = archive(&[
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", container.as_bytes()),
            ("a.opf", package.as_bytes()),
            ("nav.xhtml", navigation.as_bytes()),
            ("a.ncx", map.as_bytes()),
            ("a.xhtml", page.as_bytes()),
        ]);
        let document = import(&book, "a.epub").unwrap();
        assert_eq!((&document.title[..], document.fields.author.as_deref()), ("Lit still.", Some("Lit still.")));
        assert_eq!(document.marks.iter().map(|mark| &mark.title[..]).collect::<Vec<_>>(), ["Lit still."]);
        assert_eq!(blocks(&document), ["# Lamp", BODY]);
    }
}

#[test]
fn entities_in_any_part_of_a_workbook_are_neither_expanded_nor_fetched() {
    let sheet_of = |doctype: &str, last: &str| {
        format!(
            "{doctype}<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>text</t></is></c></row>\
             <row r='2'><c r='A2' t='inlineStr'><is><t>Out.</t></is></c></row><row r='3'>{last}</row></sheetData></worksheet>"
        )
    };
    let inline = sheet_of(TYPE, &format!("<c r='A3' t='inlineStr'><is><t>{BODY}</t></is></c>"));
    let shared = sheet_of("", "<c r='A3' t='s'><v>0</v></c>");
    let strings = format!("{TYPE}<sst><si><t>{BODY}</t></si></sst>");
    let names = format!("{TYPE}<workbook><sheets><sheet name='&c;&e;' sheetId='1' r:id='r1'/></sheets></workbook>");
    // A sheet is read up to there; what all sheets need is damaged.
    check(&workbook(&inline, &[]), "a.xlsx", &["a.xlsx/1: Out."]);
    check_refused(&workbook(&shared, &[("xl/sharedStrings.xml", strings.as_bytes())]), "a.xlsx", "unrecognized entity");
    check_refused(&workbook(&shared, &[("xl/workbook.xml", names.as_bytes())]), "a.xlsx", "unrecognized entity");
}

#[test]
fn what_is_nested_without_end_is_read_or_refused() {
    const N: usize = 100_000;
    let nested = |open: &str, close: &str, text: &str| format!("{}{text}{}", open.repeat(N), close.repeat(N));
    let body = nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", "<w:p><w:r><w:t>Lit.</w:t></w:r></w:p>");
    check(&word(&body), "a.docx", &["a.docx: Lit."]);
    let body =
        nested("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>", "<w:p><w:r><w:t>Lit.</w:t></w:r></w:p>");
    check(&word(&body), "a.docx", &["a.docx: Lit."]);
    let odt = |body: String| {
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.text"),
            ("content.xml", format!("<d>{body}</d>").as_bytes()),
        ])
    };
    let items = nested("<text:list><text:list-item>", "</text:list-item></text:list>", "<text:p>Lit.</text:p>");
    check(&odt(items), "a.odt", &["a.odt: Lit."]);
    let rows =
        nested("<table:table-row><table:table-cell>", "</table:table-cell></table:table-row>", "<text:p>Lit.</text:p>");
    check(&odt(rows), "a.odt", &["a.odt: Lit."]);
    let rtf = format!("{{\\rtf1 {}", nested("{\\b ", "}", "Lit."));
    check(rtf.as_bytes(), "a.rtf", &["a.rtf: Lit."]);
    let letter = format!(
        "From: a@b\nSubject: x\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n{}\n\nLit.",
        "Content-Type: message/rfc822\n\nFrom: a@b\nSubject: x\n".repeat(10_000)
    );
    assert!(heard(letter.as_bytes(), "a.eml").len() == 1);
    let json = format!("{{\"segments\": [{}]}}", nested("{\"words\": [", "]}", ""));
    let _ = heard(json.as_bytes(), "a.json");
    let _ = heard(nested("[", "]", "").as_bytes(), "a.jsonl");
    let zip = (0..6)
        .fold(b"Lit.".to_vec(), |inside, depth| archive(&[(if depth == 0 { "a.txt" } else { "a.zip" }, &inside[..])]));
    let heard = heard(&zip, "a.zip").concat();
    assert!(heard.contains("a ZIP archive within too many others"), "{heard}");
}

#[test]
fn pages_and_bookmarks_that_lead_in_a_circle_end() {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
        "<</Type/Pages/Kids[2 0 R 2 0 R 5 0 R]/Count 9/Parent 2 0 R>>",
        "<<>>",
        "<</First 6 0 R/Last 6 0 R/Count 9>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>>>",
        "<</Title(Round)/Next 6 0 R/First 6 0 R/Prev 6 0 R/Parent 6 0 R/Dest[5 0 R/Fit]>>",
        "<</Length 30>>\nstream\nBT /F1 10 Tf 50 700 Td (Lit at dusk.) Tj ET\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ];
    let file = pdf::tests::file(&objects.map(str::to_owned));
    let heard = heard(&file, "a.pdf").concat();
    assert!(heard.starts_with("a.pdf: Lit at dusk.") || heard.starts_with("! "), "{heard}");
}

/// Makes the checksum of one file in an archive wrong.
fn with_damaged(mut archive: Vec<u8>, name: &str) -> Vec<u8> {
    // A line of the table at the end begins with this sign; the checksum follows after 16 bytes, the name after 46.
    let is_line =
        |at: &usize| archive[*at..].starts_with(b"PK\x01\x02") && archive[at + 46..].starts_with(name.as_bytes());
    let line = (0..archive.len()).find(is_line).unwrap();
    archive[line + 16] ^= 0xFF;
    archive
}

#[test]
fn a_damaged_file_beside_a_text_costs_what_it_holds_and_not_the_text() {
    for name in ["word/styles.xml", "word/footnotes.xml", "word/endnotes.xml", "docProps/core.xml"] {
        let docx = archive(&[("word/document.xml", b"<w:p><w:r><w:t>Lit.</w:t></w:r></w:p>"), (name, b"<a/>")]);
        check(&with_damaged(docx, name), "a.docx", &["a.docx: Lit."]);
    }
    let office = b"application/vnd.oasis.opendocument.text";
    for name in ["META-INF/manifest.xml", "styles.xml", "meta.xml"] {
        let odt = archive(&[("mimetype", office), ("content.xml", b"<d><text:p>Lit.</text:p></d>"), (name, b"<a/>")]);
        check(&with_damaged(odt, name), "a.odt", &["a.odt: Lit."]);
    }
    let zeros = vec![b' '; 100_000_000];
    let docx = archive(&[("word/document.xml", b"<w:p><w:r><w:t>Lit.</w:t></w:r></w:p>"), ("word/styles.xml", &zeros)]);
    check_refused(&docx, "a.docx", "unpacks to more than");
}

#[test]
fn what_a_password_protects_is_said_to_be_locked() {
    let mut zip = archive(&[("a.txt", b"Lit."), ("b.txt", b"Out.")]);
    // The first bit of the flags says that a file is enciphered, in its head and in the table of the archive.
    let central = zip.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    zip[6] |= 1;
    zip[central + 8] |= 1;
    let heard = heard(&zip, "a.zip");
    assert!(heard[0].starts_with("a.zip/a.txt! ") && heard[0].contains("password"), "{heard:?}");
    assert_eq!(heard[1], "a.zip/b.txt: Out.");
    let mut office = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    office.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for name in ["a.docx", "a.xlsx"] {
        check_refused(&office, name, "password");
    }
}

#[test]
fn chapters_in_an_archive_go_with_the_transcript_beside_them() {
    let transcript = b"WEBVTT\n\n0:00.0 --> 0:02.0\n<v Ann>One.\n\n0:05.0 --> 0:06.0\n<v Ben>Two.";
    let vtt = b"WEBVTT\n\n00:00.000 --> 00:05.000\nLamp\n\n00:05.000 --> 00:09.000\nOil";
    let json = b"{\"chapters\": [{\"startTime\": 5, \"title\": \"Wick\"}]}";
    let bytes = archive(&[
        ("a/talk.chapters.vtt", vtt),
        ("a/talk.vtt", transcript),
        ("b/talk.en.srt", transcript),
        ("b/talk.chapters.json", json),
        ("talk.vtt", transcript),
        ("other.chapters.txt", b"0:00 Lamp\n0:05 Oil\n"),
    ]);
    check(
        &bytes,
        "a.zip",
        &[
            "a.zip/a/talk.vtt: Lamp||One.||Oil||Two.",
            "a.zip/b/talk.en.srt: One.||Wick||Two.",
            "a.zip/talk.vtt: One.||Two.",
        ],
    );
}

#[test]
fn a_workbook_of_empty_sheets_has_no_text() {
    let sheet = "<worksheet><sheetData/></worksheet>";
    assert!(heard(&workbook(sheet, &[]), "a.xlsx").concat().contains("no text"));
}

#[test]
fn a_sheet_of_cells_beyond_all_sheets_is_read_or_refused() {
    let cell = |place: &str| format!("<row><c r='{place}' t='inlineStr'><is><t>Lit.</t></is></c></row>");
    for place in ["ZZZZZZZZZZZZ1", "A99999999999999999999", "A0", "0"] {
        let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", cell(place));
        let heard = heard(&workbook(&sheet, &[]), "a.xlsx").concat();
        // A sheet without rows is a file without text to whoever asked.
        assert!(heard.is_empty() || heard.contains("Lit.") || heard.starts_with("! "), "{place}: {heard}");
    }
    let backwards = "<worksheet><dimension ref='C9:A1'/><sheetData/></worksheet>";
    let heard = heard(&workbook(backwards, &[]), "a.xlsx").concat();
    assert!(heard.is_empty() || heard.starts_with("! "), "{heard}");
}

#[test]
fn a_sheet_that_says_the_same_in_each_cell_takes_little_memory() {
    // 200 MB of cells, of which a row is in memory at a time.
    let text = "lamp ".repeat(4_000);
    let strings = format!("<sst><si><t>text</t></si><si><t>{text}</t></si></sst>");
    let row = |n: usize| format!("<row r='{n}'><c r='A{n}' t='s'><v>{}</v></c></row>", usize::from(n != 1));
    let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", (1..=10_000).map(row).collect::<String>());
    let bytes = workbook(&sheet, &[("xl/sharedStrings.xml", strings.as_bytes())]);
    let mut n_rows = 0;
    let read = import_each(&bytes, "a.xlsx", &ImportSettings::default(), &mut |part| {
        n_rows += usize::from(part.document.unwrap().text.len() == text.trim().len());
        if n_rows < 400 { Ok(()) } else { Err(Error::Cancelled) }
    });
    assert!(matches!(read, Err(Error::Cancelled)));
    assert_eq!(n_rows, 400);
}
