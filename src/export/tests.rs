//! Exports of one small document, read back by other readers where there are any.

use super::*;
use crate::document::{
    ByteOffset, Date, Field, Heading, Millis, Origin, Page, Span, TimeSpan, Unit, UnitIndex, UnitKind,
};
use crate::words::Language;

const TEXT: &str = "Tides\n\nThe <sea> rises & falls.\n\n=1+1 is two.\n\nLast words.";

fn units(is_timed: bool) -> Units {
    let unit = |(n, range): (usize, std::ops::Range<usize>)| Unit {
        span: Span::new(range),
        speaker: is_timed.then(|| "Ada".to_owned()),
        time: is_timed.then(|| TimeSpan { start: Millis(n as u64 * 2_500), end: Millis(n as u64 * 2_500 + 2_000) }),
    };
    let heading = Heading { level: 1, span: Span::new(0..5), before: UnitIndex(0) };
    Units {
        kind: if is_timed { UnitKind::Utterance } else { UnitKind::Paragraph },
        units: [7..31, 33..45, 47..58].into_iter().enumerate().map(unit).collect(),
        headings: vec![heading],
    }
}

fn chapters(is_timed: bool) -> Vec<Chapter> {
    let time = |start, end| is_timed.then_some(TimeSpan { start: Millis(start), end: Millis(end) });
    let first = Chapter {
        level: 1,
        title: "Sea & <sky> -->".to_owned(),
        first_unit: UnitIndex(0),
        n_units: 1,
        span: Span::new(0..33),
        time: time(0, 2_000),
        score: 1.0,
        origin: Origin::Found,
    };
    let second = Chapter {
        title: "=SUM(A1)\nwith a line end".to_owned(),
        first_unit: UnitIndex(1),
        n_units: 2,
        span: Span::new(33..58),
        time: time(2_500, 7_000),
        score: 0.75,
        ..first.clone()
    };
    vec![first, second]
}

/// Runs `look` on the view of the small document, timed or not, under that title.
fn with_view<T>(is_timed: bool, title: &str, look: impl FnOnce(&DocumentView<'_>) -> T) -> T {
    let scores = GapScores::new(vec![0.75, 0.125]);
    let provenance = Provenance::of("lexical", serde_json::Map::new());
    look(&DocumentView {
        confidence: Some(0.625),
        id: Some(7),
        title,
        source_name: "tides.md",
        fields: &Fields::default(),
        text: TEXT,
        pages: &Pages::default(),
        units: &units(is_timed),
        chapters: &chapters(is_timed),
        as_written: &[],
        gap_scores: Some(&scores),
        provenance: &provenance,
        added_at: Some(1_795_577_583),
        topics: &[vec![Borne { index: 0, label: "sea, tide".to_owned(), strength: 0.5 }], Vec::new()],
        marks: &[Mark {
            span: Span::new(11..16),
            color: "yellow",
            text: "Which <sea>?".to_owned(),
            tags: vec!["nature/sea".to_owned(), "query".to_owned()],
            made_at: 1_795_577_583,
        }],
        tags: &["tides".to_owned()],
    })
}

#[track_caller]
fn written(is_timed: bool, format: ChapterFormat) -> String {
    let mut out = Vec::new();
    with_view(is_timed, "Tides", |view| write_document(view, format, &mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn json_keeps_the_contract() {
    let json: serde_json::Value = serde_json::from_str(&written(true, ChapterFormat::Json)).unwrap();
    assert_eq!(json["caesura"], crate::VERSION);
    assert_eq!(json["document"]["n_units"], 3);
    assert_eq!(json["document"]["unit_kind"], "utterance");
    assert_eq!(json["document"]["n_bytes"], TEXT.len());
    assert_eq!(json["chapters"][1]["start_secs"], 2.5);
    assert_eq!(json["chapters"][1]["first_unit"], 1);
    assert_eq!(json["gaps"], serde_json::json!([0.75, 0.125]));
    assert_eq!(json["provenance"]["engine"], "lexical");
}

#[test]
fn what_a_file_says_of_itself_is_told() {
    let fields = Fields {
        language: Some("en".to_owned()),
        author: Some("Ann Lee".to_owned()),
        date: Date::new(2020, Some(3), Some(1)),
        others: vec![Field { name: "region".to_owned(), value: "North & West".to_owned() }],
    };
    let written = |format| {
        let mut out = Vec::new();
        with_view(false, "Tides", |view| write_document(&DocumentView { fields: &fields, ..*view }, format, &mut out))
            .unwrap();
        out
    };
    let of = |format| String::from_utf8(written(format)).unwrap();
    let text = of(ChapterFormat::Text);
    assert!(text.contains("\n  Ann Lee · 2020-03-01 · region: North & West\n"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&of(ChapterFormat::Json)).unwrap();
    let head = &json["document"];
    assert_eq!([&head["language"], &head["author"], &head["date"]], ["en", "Ann Lee", "2020-03-01"]);
    assert_eq!(head["fields"], serde_json::json!([{"name": "region", "value": "North & West"}]));
    let html = of(ChapterFormat::Html);
    assert!(
        html.contains("Ann Lee · 2020-03-01") && html.contains("<dt>region</dt><dd>North &amp; West</dd>"),
        "{html}"
    );
    let docx = unpacked(written(ChapterFormat::Docx));
    assert!(docx["docProps/core.xml"].contains("<dc:creator>Ann Lee</dc:creator>"));
}

#[test]
fn the_language_of_a_document_comes_before_the_one_it_was_read_in() {
    let mut settings = serde_json::Map::new();
    settings.insert("language".to_owned(), "en".into());
    let provenance = Provenance::of("lexical", settings);
    let written = |language: Option<&str>, format| {
        let fields = Fields { language: language.map(str::to_owned), ..Fields::default() };
        let mut out = Vec::new();
        with_view(true, "Tides", |view| {
            write_document(&DocumentView { fields: &fields, provenance: &provenance, ..*view }, format, &mut out)
                .unwrap();
        });
        out
    };
    let of = |language: Option<&str>, format| String::from_utf8(written(language, format)).unwrap();
    let html = of(Some("ja"), ChapterFormat::Html);
    assert!(html.contains("<html lang=\"ja\">") && html.contains("<article id=\"d1\" lang=\"ja\">"), "{html}");
    assert!(of(None, ChapterFormat::Html).contains("<html lang=\"en\">"));
    assert!(of(Some("ja"), ChapterFormat::Matroska).contains("<ChapLanguageIETF>ja<"));
    assert!(of(Some("ja"), ChapterFormat::Training).contains("\"lang\":\"ja\""));
    let docx = unpacked(written(Some("ja"), ChapterFormat::Docx));
    assert!(docx["docProps/core.xml"].contains("<dc:language>ja<"));
    let styles = &docx["word/styles.xml"];
    assert!(styles.contains("<w:lang w:val=\"ja\" w:eastAsia=\"ja\" w:bidi=\"ja\"/>"), "{styles}");
}

#[test]
fn a_chapter_of_a_file_with_pages_names_the_one_it_begins_on() {
    let page = |number, start| Page { number, start: ByteOffset(start) };
    let pages = Pages(vec![page(11, 0), page(12, 20), page(13, 40)]);
    let written = |pages, format| {
        let mut out = Vec::new();
        with_view(false, "Tides", |view| write_document(&DocumentView { pages, ..*view }, format, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&written(&pages, ChapterFormat::Json)).unwrap();
    assert_eq!((&json["chapters"][0]["page"], &json["chapters"][1]["page"]), (&11.into(), &12.into()));
    let markdown = written(&pages, ChapterFormat::Markdown);
    assert!(markdown.contains("\n## \\=SUM(A1) with a line end\u{a0}(p. 12)\n"), "{markdown}");
    let html = written(&pages, ChapterFormat::Html);
    assert!(html.contains("<a href=\"#d1c1\" data-page=\"12\" dir=\"auto\">=SUM(A1)"), "{html}");
    assert!(html.contains("<h2 data-page=\"11\" dir=\"auto\">Sea"), "{html}");
    let none = Pages::default();
    for format in [ChapterFormat::Json, ChapterFormat::Markdown, ChapterFormat::Html] {
        let written = written(&none, format);
        assert!(!written.contains("\"page\"") && !written.contains("(p. ") && !written.contains(" data-page=\""));
    }
}

#[test]
fn a_format_with_times_refuses_a_document_without() {
    for format in ChapterFormat::ALL.into_iter().filter(|format| format.needs_times()) {
        let error = with_view(false, "Tides", |view| write_document(view, format, &mut Vec::new())).unwrap_err();
        assert!(error.to_string().contains("no times"), "{error}");
    }
}

#[test]
fn csv_has_a_row_a_chapter_and_no_formula() {
    let sheet = written(false, ChapterFormat::Csv);
    let mut rows = ::csv::Reader::from_reader(sheet.as_bytes());
    let titles: Vec<String> = rows.records().map(|row| row.unwrap()[5].to_owned()).collect();
    assert_eq!(titles, ["Sea & <sky> -->", "'=SUM(A1) with a line end"]);
}

#[test]
fn web_vtt_chapters_are_read_back_by_our_own_import() {
    use crate::import::{WrittenChapter, read_chapters};
    let vtt = written(true, ChapterFormat::WebVtt);
    assert!(vtt.starts_with("WEBVTT - Tides\n\nNOTE provenance {"), "{vtt}");
    assert!(vtt.contains("1\n00:00:00.000 --> 00:00:02.500\nSea &amp; &lt;sky&gt; --&gt;\n\n"), "{vtt}");
    assert!(vtt.contains("2\n00:00:02.500 --> 00:00:07.000\n=SUM(A1) with a line end\n"), "{vtt}");
    let chapter = |start, title: &str| WrittenChapter { start: Millis(start), title: title.to_owned(), level: 1 };
    let expected = [chapter(0, "Sea & <sky> -->"), chapter(2_500, "=SUM(A1) with a line end")];
    assert_eq!(read_chapters(vtt.as_bytes(), "tides.chapters.vtt").unwrap(), expected);
}

#[test]
fn podcast_chapters_start_and_end_in_seconds() {
    let json: serde_json::Value = serde_json::from_str(&written(true, ChapterFormat::PodcastJson)).unwrap();
    assert_eq!(json["version"], "1.2.0");
    assert_eq!(json["chapters"][0]["startTime"], serde_json::json!(0));
    assert_eq!(json["chapters"][1]["startTime"], serde_json::json!(2.5));
    assert_eq!(json["chapters"][1]["endTime"], serde_json::json!(7));
}

#[test]
fn markdown_reads_back_as_the_text_under_its_titles() {
    use pulldown_cmark::{Event, Parser, Tag};
    let markdown = written(true, ChapterFormat::Markdown);
    let headings = Parser::new(&markdown).filter(|event| matches!(event, Event::Start(Tag::Heading { .. }))).count();
    assert_eq!(headings, 3, "{markdown}");
    let text: String = Parser::new(&markdown)
        .filter_map(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect();
    assert!(text.contains("The <sea> rises & falls."), "{text}");
    assert!(text.contains("=1+1 is two."), "{text}");
}

#[test]
fn a_collection_holds_every_document() {
    let write = |format| {
        let mut out = Vec::new();
        let mut collection = Collection::start(format, "Library", &mut out).unwrap();
        for title in ["One", "Two"] {
            with_view(false, title, |view| collection.write(view)).unwrap();
        }
        collection.finish().unwrap();
        String::from_utf8(out).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&write(ChapterFormat::Json)).unwrap();
    assert_eq!(json["documents"].as_array().map(Vec::len), Some(2));
    assert_eq!(write(ChapterFormat::Csv).lines().count(), 5);
    assert!(write(ChapterFormat::Markdown).contains("# Two"));
    assert_eq!(write(ChapterFormat::Training).lines().count(), 2);
    assert_eq!(write(ChapterFormat::Html).matches("<article ").count(), 2);
    assert!(Collection::start(ChapterFormat::WebVtt, "Library", &mut Vec::new()).is_err());
}

fn topic() -> TopicView {
    TopicView {
        label: "hive, queen".to_owned(),
        words: vec![("hive".to_owned(), 2.0), ("queen".to_owned(), 1.5)],
        documents: vec![("d1".to_owned(), 0.5)],
        npmi: 0.25,
        ..TopicView::default()
    }
}

#[test]
fn topics_keep_the_contract() {
    let provenance = Provenance::of("minhash", serde_json::Map::new());
    let write = |format| {
        let mut out = Vec::new();
        let view = TopicsView { topics: vec![topic()], without_topic: Vec::new() };
        write_topics(&view, &provenance, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&write(TopicFormat::Json)).unwrap();
    assert_eq!(json["topics"][0]["words"][1], serde_json::json!({"word": "queen", "weight": 1.5}));
    assert_eq!(json["topics"][0]["documents"][0], serde_json::json!({"id": "d1", "strength": 0.5}));
    assert_eq!(write(TopicFormat::Csv).lines().nth(1), Some("0,\"hive, queen\",hive queen,1,0.2500"));
    assert_eq!(write(TopicFormat::Text), "1 topic\n   0      1 doc   hive queen\n");
}

#[test]
fn a_general_topic_names_its_parts_and_documents_without_a_topic_are_listed() {
    let part = |index, id, label: &str| TopicPartView { id: Some(id), index, label: label.to_owned(), n_documents: 1 };
    let general = TopicView { parts: vec![part(0, 7, "hive"), part(2, 9, "queen")], ..topic() };
    let view = TopicsView {
        topics: vec![TopicView { id: Some(7), ..topic() }, general],
        without_topic: vec!["d8".to_owned(), "d9".to_owned()],
    };
    let provenance = Provenance::of("minhash", serde_json::Map::new());
    let write = |format| {
        let mut out = Vec::new();
        write_topics(&view, &provenance, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&write(TopicFormat::Json)).unwrap();
    assert_eq!(json["topics"][0]["id"], 7);
    assert!(json["topics"][0].get("parts").is_none());
    let expected = serde_json::json!({"index": 2, "id": 9, "parent": 1, "label": "queen", "n_documents": 1});
    assert_eq!(json["topics"][1]["parts"][1], expected);
    assert_eq!(json["without_topic"], serde_json::json!(["d8", "d9"]));
    let text = write(TopicFormat::Text);
    assert!(text.ends_with("no topic    2 docs  d8, d9\n"), "{text}");
    assert!(text.contains("    1 doc   queen\n"), "{text}");
}

#[test]
fn topics_by_a_field_are_written_in_every_format() {
    let cell = FieldCellView { n_documents: 1, share: 0.5, mean_strength: 0.25 };
    let view = FieldView {
        field: "year".to_owned(),
        values: vec![("2023".to_owned(), 2), ("=2024".to_owned(), 1)],
        topics: vec![("hive".to_owned(), vec![cell, FieldCellView::default()])],
    };
    let write = |format| {
        let mut out = Vec::new();
        write_field(&view, &Provenance::of("minhash", serde_json::Map::new()), format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(write(TopicFormat::Text), "   0  hive\n          1 of     2   50 %  0.25  2023\n");
    let csv = write(TopicFormat::Csv);
    assert_eq!(csv.lines().next(), Some("index,label,year,n_documents,n_all,share,mean_strength"));
    assert_eq!(csv.lines().nth(1), Some("0,hive,2023,1,2,0.5000,0.2500"));
    assert_eq!(csv.lines().nth(2), Some("0,hive,'=2024,0,1,0.0000,0.0000"));
    let json: serde_json::Value = serde_json::from_str(&write(TopicFormat::Json)).unwrap();
    assert_eq!(json["topics"][0]["cells"][0]["share"], 0.5);
    assert_eq!(json["values"][1]["n_documents"], 1);
    assert_eq!(json["provenance"]["engine"], "minhash");
    let html = write(TopicFormat::Html);
    assert!(html.contains("How these topics came to be") && html.contains("&quot;minhash&quot;"), "{html}");
}

/// What is out to break a format: the ends of what texts are written into, formulas, and what XML cannot hold.
const HOSTILE: &str = "=cmd|' /C calc'!A0 ]]></title></b><script>alert(1)</script>\u{1}\u{FFFE}\"'&lt;\n\n1\n\
    00:00:00.000 --> 00:00:01.000\n{\\an8}\n\n[CHAPTER]\ntitle=x\n# x\n<!-- x -->";

/// Runs `look` on a timed document of two chapters whose every text is out to break the format.
fn with_hostile_view<T>(look: impl FnOnce(&DocumentView<'_>) -> T) -> T {
    let text = format!("{HOSTILE}\n\n{HOSTILE}");
    let spans = [Span::new(0..HOSTILE.len()), Span::new(HOSTILE.len() + 2..text.len())];
    let mut units = units(true);
    units.headings.clear();
    units.units.truncate(2);
    let mut chapters = chapters(true);
    for ((unit, chapter), (first_unit, span)) in units.units.iter_mut().zip(&mut chapters).zip((0..).zip(spans)) {
        (unit.span, unit.speaker) = (span, Some(HOSTILE.to_owned()));
        chapter.title = HOSTILE.to_owned();
        (chapter.first_unit, chapter.n_units, chapter.span) = (UnitIndex(first_unit), 1, span);
    }
    let topic = || Borne { index: 0, label: HOSTILE.to_owned(), strength: 0.5 };
    let mut settings = serde_json::Map::new();
    settings.insert(HOSTILE.to_owned(), HOSTILE.into());
    let fields = Fields {
        language: None,
        author: Some(HOSTILE.to_owned()),
        date: None,
        others: vec![Field { name: HOSTILE.to_owned(), value: HOSTILE.to_owned() }],
    };
    with_view(true, HOSTILE, |view| {
        let mark = Mark { text: HOSTILE.to_owned(), tags: vec![HOSTILE.to_owned()], ..view.marks[0].clone() };
        look(&DocumentView {
            source_name: HOSTILE,
            fields: &fields,
            text: &text,
            units: &units,
            chapters: &chapters,
            gap_scores: None,
            provenance: &Provenance::of(HOSTILE, settings),
            topics: &[vec![topic()], vec![topic()]],
            marks: &[mark],
            tags: &[HOSTILE.to_owned()],
            ..*view
        })
    })
}

/// Fails unless a reader of the format finds in `written` what our view of two chapters has, and nothing else that it knows.
#[track_caller]
fn check_reads_back(format: ChapterFormat, written: &[u8]) {
    use pulldown_cmark::{Event, Parser, Tag};
    let text = String::from_utf8_lossy(written);
    let n_lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    match format {
        ChapterFormat::Text => assert!(!text.contains('\u{1}'), "{text}"),
        ChapterFormat::Markdown => {
            let headings = Parser::new(&text).filter(|event| matches!(event, Event::Start(Tag::Heading { .. })));
            assert_eq!(headings.count(), 3, "{text}");
            for event in Parser::new(&text) {
                // How it came to be is a comment.
                let (Event::Html(html) | Event::InlineHtml(html)) = event else { continue };
                assert!(html.starts_with("<!-- provenance: ") && html.matches('>').count() == 1, "{html}");
            }
        }
        ChapterFormat::Html => {
            assert_eq!(text.matches("<script").count(), 1, "{text}");
            assert_eq!(text.matches("<!--").count(), text.matches("-->").count(), "{text}");
            assert_eq!(text.matches("<h2").count(), 2, "{text}");
        }
        ChapterFormat::Json | ChapterFormat::PodcastJson => {
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(json["chapters"].as_array().map(Vec::len), Some(2));
        }
        ChapterFormat::Training => {
            let json: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
            assert_eq!(json["sections"].as_array().map(Vec::len), Some(2));
        }
        ChapterFormat::Csv => {
            let mut rows = ::csv::Reader::from_reader(written);
            let rows: Vec<::csv::StringRecord> = rows.records().map(|row| row.expect("as long as the head")).collect();
            assert_eq!(rows.len(), 2);
            for cell in rows.iter().flatten() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "a spreadsheet would run {cell:?}");
            }
        }
        ChapterFormat::WebVtt | ChapterFormat::Srt => assert_eq!(text.matches(" --> ").count(), 2, "{text}"),
        ChapterFormat::Mp4Chaps | ChapterFormat::YouTube => assert_eq!(text.lines().count(), 2, "{text}"),
        ChapterFormat::FfMetadata => {
            assert_eq!((n_lines("[CHAPTER]"), n_lines("title=")), (2, 3), "{text}");
        }
        ChapterFormat::Podlove => assert_eq!(n_of(&elements(&text), "chapter"), 2),
        ChapterFormat::Matroska => assert_eq!(n_of(&elements(&text), "ChapterAtom"), 2),
        // The roots, the document, its chapters, the topic, and the tag in its parts.
        ChapterFormat::Qdc => assert!(8 <= n_of(&elements(&text), "Code"), "{text}"),
        ChapterFormat::Docx | ChapterFormat::Xlsx | ChapterFormat::Qdpx => {
            let parts = unpacked(written.to_vec());
            assert!(parts.len() >= 2);
            for (_, part) in parts.iter().filter(|(name, _)| !name.starts_with("sources/")) {
                elements(part);
                assert!(!part.contains("<f>"), "{part}");
            }
        }
    }
}

/// Returns how many elements of that name there are.
fn n_of(elements: &[(String, String)], name: &str) -> usize {
    elements.iter().filter(|(found, _)| found == name).count()
}

/// Every format, of a document whose every text is out to break it: what is written is read back, and the same twice.
#[test]
fn hostile_text_breaks_no_format_and_gives_the_same_bytes_twice() {
    for format in ChapterFormat::ALL {
        let write = || {
            let mut out = Vec::new();
            with_hostile_view(|view| write_document(view, format, &mut out)).unwrap();
            out
        };
        let written = write();
        assert_eq!(written, write(), "{}", format.name());
        assert_eq!(std::str::from_utf8(&written).is_err(), format.is_binary(), "{}", format.name());
        check_reads_back(format, &written);
    }
}

/// Returns the names of the elements of well-formed XML, each with its text, entities resolved by the reader.
#[track_caller]
fn elements(xml: &str) -> Vec<(String, String)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut elements, mut n_open) = (Vec::new(), 0);
    loop {
        let event = reader.read_event().expect("well-formed");
        n_open += i32::from(matches!(event, Event::Start(_)));
        match event {
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    attribute.expect("well-formed");
                }
                elements.push((element.local_name().as_ref().to_owned(), String::new()));
            }
            Event::End(_) => n_open -= 1,
            Event::Text(text) => {
                if let Some((_, said)) = elements.last_mut() {
                    said.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(name) => {
                let name = name.xml10_content();
                let known = quick_xml::escape::resolve_predefined_entity(&name);
                assert!(known.is_some() || name.starts_with('#'), "{name}");
                if let Some((_, said)) = elements.last_mut() {
                    said.push_str(known.unwrap_or(" "));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(n_open, 0);
    elements
}

#[test]
fn xml_is_well_formed_and_says_what_the_chapters_say() {
    let titles = |xml: &str, element: &str| -> Vec<String> {
        elements(xml).into_iter().filter(|(name, _)| name == element).map(|(_, text)| text.trim().to_owned()).collect()
    };
    let matroska = written(true, ChapterFormat::Matroska);
    assert_eq!(titles(&matroska, "ChapterString"), ["Sea & <sky> -->", "=SUM(A1) with a line end"]);
    assert_eq!(titles(&matroska, "ChapterTimeStart"), ["00:00:00.000000000", "00:00:02.500000000"]);
    let podlove = written(true, ChapterFormat::Podlove);
    assert!(podlove.contains("start=\"00:00:02.500\" title=\"=SUM(A1) with a line end\""), "{podlove}");
    elements(&podlove);
    elements(&written(true, ChapterFormat::Qdc));
}

/// Returns the entries of an archive by their names.
fn unpacked(archive: Vec<u8>) -> std::collections::BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut entries = std::collections::BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = String::new();
        std::io::Read::read_to_string(&mut entry, &mut content).unwrap();
        entries.insert(entry.name().unwrap().into_owned(), content);
    }
    entries
}

fn packed(is_timed: bool, format: ChapterFormat) -> std::collections::BTreeMap<String, String> {
    let mut out = Vec::new();
    with_view(is_timed, "Tides", |view| write_document(view, format, &mut out)).unwrap();
    unpacked(out)
}

#[test]
fn docx_has_headings_and_paragraphs_and_says_how_it_came_to_be() {
    let parts = packed(true, ChapterFormat::Docx);
    for part in parts.values() {
        elements(part);
    }
    let text = &parts["word/document.xml"];
    assert!(
        text.contains(
            "<w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t xml:space=\"preserve\">Sea &amp; &lt;sky&gt; --&gt;"
        ),
        "{text}"
    );
    assert!(text.contains("Ada (0:00): "), "{text}");
    assert!(text.contains("The &lt;sea&gt; rises &amp; falls."), "{text}");
    assert!(parts["docProps/custom.xml"].contains("lexical"));
}

#[test]
fn a_workbook_has_a_row_a_chapter_and_no_formula() {
    let parts = packed(false, ChapterFormat::Xlsx);
    let sheet = &parts["xl/worksheets/sheet1.xml"];
    assert_eq!(sheet.matches("<row ").count(), 3);
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(parts["xl/sharedStrings.xml"].contains("=SUM(A1) with a line end"));
}

#[test]
fn a_project_codes_what_the_chapters_topics_and_marks_cover() {
    let parts = packed(false, ChapterFormat::Qdpx);
    let project = &parts["project.qde"];
    elements(project);
    let source = parts.keys().find(|name| name.starts_with("sources/")).unwrap();
    let text: Vec<char> = parts[source].chars().collect();
    let mut covered = Vec::new();
    for selection in project.split("<PlainTextSelection ").skip(1) {
        let number = |name: &str| -> usize {
            let from = selection.find(name).unwrap() + name.len();
            selection[from..].split('"').next().unwrap().parse().unwrap()
        };
        let (start, end) = (number("startPosition=\""), number("endPosition=\""));
        let codes = selection.matches("<CodeRef").count();
        covered.push((text[start..end].iter().collect::<String>(), codes));
    }
    let first = "Tides\n\nThe <sea> rises & falls.".to_owned();
    let expected = [
        (first.clone(), 1),
        ("=1+1 is two.\n\nLast words.".to_owned(), 1),
        // The topic of the first chapter, and what a person marked by two tags.
        (first, 1),
        ("<sea>".to_owned(), 2),
    ];
    assert_eq!(covered, expected);
    for code in ["nature", "sea", "query", "sea, tide"] {
        assert!(project.contains(&format!(" name=\"{code}\" ")), "{code}: {project}");
    }
    assert!(project.contains("<Description>Which &lt;sea&gt;?</Description>"), "{project}");
    assert!(project.contains("<Set guid="), "{project}");
}

/// Whoever opens what any of these formats holds can tell how it came to be.
#[test]
fn every_format_with_a_place_for_it_says_how_the_chapters_came_to_be() {
    for format in ChapterFormat::ALL {
        let has_no_place = matches!(
            format,
            ChapterFormat::Text | ChapterFormat::Srt | ChapterFormat::Mp4Chaps | ChapterFormat::YouTube
        );
        let text =
            if format.is_binary() { packed(true, format).into_values().collect() } else { written(true, format) };
        assert_eq!(text.contains("lexical"), !has_no_place, "{}", format.name());
    }
}

#[test]
fn line_ends_of_two_characters_are_counted_as_two() {
    let mut out = Vec::new();
    with_view(false, "Tides", |view| {
        let mut collection = Collection::start(ChapterFormat::Qdpx, "Tides", &mut out).unwrap();
        if let Collection::RefiQda(project) = &mut collection {
            project.set_line_ends(LineEnds::CrLf);
        }
        collection.write(view).unwrap();
        collection.finish().unwrap();
    });
    let parts = unpacked(out);
    assert!(parts.values().any(|text| text.starts_with("Tides\r\n\r\nThe")));
    // Two line ends stand before it: byte 33 of ours.
    assert!(parts["project.qde"].contains("startPosition=\"37\""), "{}", parts["project.qde"]);
}

#[test]
fn the_report_lets_run_its_own_script_alone() {
    let report = written(true, ChapterFormat::Html);
    assert_eq!(report.matches("<script").count(), 1);
    assert!(report.contains("default-src 'none'; style-src 'sha256-"), "{report}");
    assert!(report.contains("<h2 data-time=\"0:00\" dir=\"auto\">Sea &amp; &lt;sky&gt; --&gt;</h2>"), "{report}");
    assert!(report.contains("<b class=\"who\">Ada:</b> The &lt;sea&gt; rises &amp; falls."), "{report}");
    assert!(report.contains("<a href=\"#d1c1\""), "{report}");
}

#[test]
fn what_youtube_would_refuse_is_told() {
    with_view(true, "Tides", |view| {
        let remarks = remarks(view, ChapterFormat::YouTube);
        let has = |what: &str| remarks.iter().any(|remark| remark.contains(what));
        assert!(has("and there are 2") && has("lasts 2 s") && has("refuses < and >"), "{remarks:?}");
        assert!(super::remarks(view, ChapterFormat::Matroska).is_empty());
    });
    assert_eq!(written(true, ChapterFormat::YouTube), "0:00 Sea & ‹sky› --›\n0:02 =SUM(A1) with a line end\n");
}

/// Returns what is remarked of `YouTube` chapters that start and end at these moments, with a title for each.
fn youtube_remarks(millis: &[u64], title: &str) -> Vec<String> {
    let chapter = |pair: &[u64]| Chapter {
        title: title.to_owned(),
        time: Some(TimeSpan { start: Millis(pair[0]), end: Millis(pair[1]) }),
        ..chapters(true)[0].clone()
    };
    let chapters: Vec<Chapter> = millis.windows(2).map(chapter).collect();
    with_view(true, "Tides", |view| remarks(&DocumentView { chapters: &chapters, ..*view }, ChapterFormat::YouTube))
}

#[test]
fn a_chapter_for_youtube_lasts_ten_whole_seconds() {
    assert_eq!(youtube_remarks(&[0, 10_000, 20_000, 30_000], "Sea"), Vec::<String>::new());
    let remarks = youtube_remarks(&[0, 9_900, 20_000, 30_000], "Sea");
    assert!(matches!(&remarks[..], [one] if one.contains("at 0:00, \"Sea\", lasts 9 s")), "{remarks:?}");
    let remarks = youtube_remarks(&[0, 10_000, 20_000, 29_900], "Sea");
    assert!(matches!(&remarks[..], [one] if one.contains("at 0:20, \"Sea\", lasts 9 s")), "{remarks:?}");
}

#[test]
fn a_description_for_youtube_has_five_thousand_characters() {
    // Three lines, each of six characters beside the title.
    let title = "灯".repeat(1_660);
    assert_eq!(youtube_remarks(&[0, 10_000, 20_000, 30_000], &title), Vec::<String>::new());
    let remarks = youtube_remarks(&[0, 10_000, 20_000, 30_000], &format!("{title}灯"));
    assert!(matches!(&remarks[..], [one] if one.contains("the lines have 5001 characters")), "{remarks:?}");
}

#[test]
fn training_data_has_a_section_a_chapter() {
    let line = written(true, ChapterFormat::Training);
    assert_eq!(line.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["unit"], "utterance");
    assert_eq!(json["sections"][0]["heading_path"], serde_json::json!(["Sea & <sky> -->"]));
    assert_eq!(json["sections"][1]["paragraphs"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["sections"][1]["paragraphs"][0]["speaker"], "Ada");
    assert_eq!(json["sections"][1]["paragraphs"][0]["start"], 2.5);
}

/// What is written beside a transcript and read with it again is the same chapters.
#[test]
fn chapters_beside_a_transcript_come_back_as_they_were() {
    use crate::import::{import, read_chapters, with_chapters};
    let transcript = "WEBVTT\n\n0:00.0 --> 0:02.0\n<v Ada>The <sea>.\n\n0:02.5 --> 0:04.5\n<v Ben>Two.\n\n0:05.0 --> 0:07.0\n<v Ada>Last.";
    let expected: Vec<(u32, String)> =
        chapters(true).iter().map(|chapter| (chapter.first_unit.0, on_one_line(&chapter.title))).collect();
    for format in ChapterFormat::ALL.into_iter().filter(|format| format.needs_times() && *format != ChapterFormat::Srt)
    {
        let file = written(true, format);
        let read = read_chapters(file.as_bytes(), "talk").unwrap();
        let document = with_chapters(import(transcript.as_bytes(), "talk.vtt").unwrap(), &read);
        let units = crate::units::units(&document, None, Language::English);
        let found: Vec<(u32, String)> = crate::chapters::as_written(&document.text, &units, "talk")
            .into_iter()
            .map(|chapter| (chapter.first_unit.0, chapter.title.replace('‹', "<").replace('›', ">")))
            .collect();
        assert_eq!(found, expected, "{}", format.name());
    }
}

/// What is written as a text with headings and read again is the same chapters with the same text.
#[test]
fn a_text_with_headings_comes_back_as_it_was() {
    use crate::import::import;
    for format in [ChapterFormat::Markdown, ChapterFormat::Html] {
        let file = written(false, format);
        let document = import(file.as_bytes(), &format!("tides.{}", format.file_ending())).unwrap();
        let units = crate::units::units(&document, Some(UnitKind::Paragraph), Language::English);
        let found: Vec<(String, Vec<&str>)> = crate::chapters::as_written(&document.text, &units, &document.title)
            .into_iter()
            .map(|chapter| {
                let texts = units.units[chapter.units()].iter().map(|unit| unit.span.of(&document.text));
                (chapter.title, texts.collect())
            })
            .collect();
        let expected = [
            ("Sea & <sky> -->".to_owned(), vec!["The <sea> rises & falls."]),
            ("=SUM(A1) with a line end".to_owned(), vec!["=1+1 is two.", "Last words."]),
        ];
        assert_eq!(found, expected, "{}", format.name());
        assert_eq!(document.title, "Tides");
    }
}

/// Texts of five units, and the levels and titles of five chapters of a unit each.
const NESTED_TEXT: &str = "Ebb.\n\nFlood & <sea>.\n\nSpring tide.\n\nNeap tide.\n\nSlack water.";
const NESTED: [(u8, &str); 5] =
    [(1, "Tides"), (2, "The {#sea} & <sky> (p. 2)"), (3, "12. Moon"), (2, "Wind_s_ (1:30)"), (1, "=End= #")];

/// Runs `look` on a document whose chapters are nested, each of one unit; timed or not, with pages or without.
fn with_nested_view<T>(is_timed: bool, pages: &Pages, look: impl FnOnce(&DocumentView<'_>) -> T) -> T {
    let mut units = Units { units: Vec::new(), headings: Vec::new(), ..units(is_timed) };
    let mut nested = Vec::new();
    let mut start = 0;
    for ((index, (level, title)), text) in (0..).zip(NESTED).zip(NESTED_TEXT.split("\n\n")) {
        let millis = Millis(u64::from(index) * 10_000);
        let time = is_timed.then(|| TimeSpan { start: millis, end: Millis(millis.0 + 9_000) });
        let span = Span::new(start..start + text.len());
        units.units.push(Unit { span, speaker: None, time });
        start = NESTED_TEXT.len().min(start + text.len() + 2);
        let span = Span::new(span.start.index()..start);
        let first_unit = UnitIndex(index);
        let first = chapters(true)[0].clone();
        nested.push(Chapter { level, title: title.to_owned(), first_unit, n_units: 1, span, time, ..first });
    }
    with_view(is_timed, "Nested", |view| {
        look(&DocumentView {
            text: NESTED_TEXT,
            pages,
            units: &units,
            chapters: &nested,
            gap_scores: None,
            topics: &[],
            marks: &[],
            ..*view
        })
    })
}

/// Returns the level, the title and the text of each chapter that the headings of a document make.
fn read_again(document: &crate::document::Document) -> Vec<(u8, String, String)> {
    let units = crate::units::units(document, None, Language::English);
    crate::chapters::as_written(&document.text, &units, &document.title)
        .into_iter()
        .map(|chapter| {
            let texts = units.units[chapter.units()].iter().map(|unit| unit.span.of(&document.text));
            (chapter.level, chapter.title, texts.collect::<Vec<_>>().join("|"))
        })
        .collect()
}

fn nested_as_it_was() -> Vec<(u8, String, String)> {
    let texts = NESTED_TEXT.split("\n\n");
    NESTED.iter().zip(texts).map(|(&(level, title), text)| (level, title.to_owned(), text.to_owned())).collect()
}

/// What is written as a text with headings and read again is the same document: title, chapters, levels and text, whatever
/// is said beside the titles.
#[test]
fn nested_chapters_come_back_from_a_text_with_headings() {
    let paged = Pages(vec![Page { number: 7, start: ByteOffset(0) }, Page { number: 8, start: ByteOffset(20) }]);
    for format in [ChapterFormat::Markdown, ChapterFormat::Html, ChapterFormat::Docx] {
        for (is_timed, pages) in [(false, &Pages::default()), (false, &paged), (true, &Pages::default())] {
            let mut file = Vec::new();
            with_nested_view(is_timed, pages, |view| write_document(view, format, &mut file)).unwrap();
            let document = crate::import::import(&file, &format!("x.{}", format.file_ending())).unwrap();
            assert_eq!(document.title, "Nested", "{}", format.name());
            assert_eq!(read_again(&document), nested_as_it_was(), "{}, timed {is_timed}", format.name());
        }
    }
}

#[test]
fn nested_chapters_come_back_from_matroska() {
    use crate::import::{import, read_chapters, with_chapters};
    let mut transcript = "WEBVTT\n".to_owned();
    for (index, text) in NESTED_TEXT.split("\n\n").enumerate() {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        // What the same person goes on to say would be one utterance.
        let speaker = if index % 2 == 0 { "Ada" } else { "Ben" };
        transcript.push_str(&format!("\n0:{index}0.0 --> 0:{index}9.0\n<v {speaker}>{text}\n"));
    }
    let mut file = Vec::new();
    with_nested_view(true, &Pages::default(), |view| write_document(view, ChapterFormat::Matroska, &mut file)).unwrap();
    let read = read_chapters(&file, "talk.chapters.xml").unwrap();
    let document = with_chapters(import(transcript.as_bytes(), "talk.vtt").unwrap(), &read);
    assert_eq!(read_again(&document), nested_as_it_was());
}
