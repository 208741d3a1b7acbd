//! Exports of one small document, read back by other readers where there are any.

use super::*;
use crate::document::{Heading, Millis, Origin, Span, TimeSpan, Unit, UnitIndex, UnitKind};

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
        text: TEXT,
        units: &units(is_timed),
        chapters: &chapters(is_timed),
        as_written: &[],
        gap_scores: Some(&scores),
        provenance: &provenance,
        added_at: Some(1_795_577_583),
        topics: &[vec![Borne { index: 0, label: "sea, tide".to_owned(), strength: 0.5 }], Vec::new()],
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
    let vtt = written(true, ChapterFormat::WebVtt);
    assert!(vtt.starts_with("WEBVTT - Tides\n\nNOTE provenance {"), "{vtt}");
    assert!(vtt.contains("1\n00:00:00.000 --> 00:00:02.500\nSea &amp; &lt;sky&gt; --&gt;\n\n"), "{vtt}");
    assert!(vtt.contains("2\n00:00:02.500 --> 00:00:07.000\n=SUM(A1) with a line end\n"), "{vtt}");
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
        write_field(&view, format, &mut out).unwrap();
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
}
