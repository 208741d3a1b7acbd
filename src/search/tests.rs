//! Searches in a small library, from what is typed to what is shown.

use proptest::prelude::*;

use super::*;
use crate::document::Layer;
use crate::store::{DocumentId, NewTopic, samples};

const TEXT: &str = "The lamp is lit at dusk.\nThe tide turns at noon near the university.\nGulls follow the boats.\n\
                    Nets dry on the quay.";

/// Returns a library of one document of the chapters *Lamps and tides* and *Boats*.
fn library() -> Library {
    let mut library = Library::in_memory().unwrap();
    library.add_document(&samples::document(1, &["Lamps and tides", "Boats"], TEXT)).unwrap();
    library
}

fn find(library: &Library, typed: &str) -> Found {
    search(library, &Question::of_words(typed, &Filter::default(), 10)).unwrap()
}

#[track_caller]
fn check(typed: &str, expected: &[&str]) {
    let titles: Vec<String> = find(&library(), typed).hits.into_iter().map(|hit| hit.chapter.chapter.title).collect();
    assert_eq!(titles, expected);
}

#[test]
fn what_is_typed_finds_what_it_says() {
    check("tide lamp", &["Lamps and tides"]);
    check("\"tide turns\"", &["Lamps and tides"]);
    check("\"turns tide\"", &[]);
    check("gulls OR lamp NOT quay", &["Lamps and tides", "Boats"]);
    check("(gulls OR lamp) NOT quay", &["Lamps and tides"]);
    check("title:boat", &["Boats"]);
    check("title:quay", &[]);
    check("lamp NEAR/3 dusk", &["Lamps and tides"]);
    check("lamp NEAR/1 noon", &[]);
    check("NEAR(gulls boats, 4)", &["Boats"]);
}

#[test]
fn a_word_is_found_by_any_beginning_of_it() {
    for end in 3..="university".len() {
        check(&format!("{}*", &"university"[..end]), &["Lamps and tides"]);
    }
    check("univer", &[]);
}

#[test]
fn if_no_chapter_has_all_words_any_will_do_and_that_is_said() {
    let found = find(&library(), "the lamp and the walrus");
    assert_eq!(found.hits.len(), 1);
    assert_eq!(found.understood_as, "lamp OR walrus");
    assert_eq!(found.explanation.as_deref(), Some("no chapter has all the words: searched for any of lamp, walrus"));
    let found = find(&library(), "walrus penguin");
    assert_eq!((found.understood_as.as_str(), found.explanation, found.hits), ("walrus AND penguin", None, vec![]));
}

#[test]
fn what_is_no_query_still_finds() {
    let found = find(&library(), "\"gulls follow");
    assert_eq!(found.hits.len(), 1);
    assert_eq!(found.explanation.as_deref(), Some("unbalanced quote: searched for the words gulls, follow"));
}

#[test]
fn a_better_hit_has_a_larger_score_and_scores_are_above_zero() {
    let found = find(&library(), "boats OR lamp OR gulls");
    let scores: Vec<f64> = found.hits.iter().map(|hit| hit.score).collect();
    assert_eq!(scores.len(), 2);
    assert!(scores[0] >= scores[1] && scores[1] > 0.0, "{scores:?}");
}

#[test]
fn a_hit_shows_its_document_its_words_and_its_topics() {
    let mut library = library();
    let document = library.documents().unwrap()[0].id;
    let chapter = library.chapters(document, Layer::Found).unwrap()[1].id;
    let topic = NewTopic {
        label: "sea".to_owned(),
        words: vec![("gull".to_owned(), 1.0)],
        npmi: 0.1,
        profile: Vec::new(),
        documents: vec![(document, 1.0)],
        chapters: vec![(chapter, 1.0)],
    };
    library.replace_topics(&[topic], &samples::provenance("minhash")).unwrap();
    let topic = library.topics().unwrap()[0].id;
    let hit = find(&library, "boats").hits.remove(0);
    assert_eq!(hit.document_title, "Document 1");
    assert_eq!(hit.topics, [(topic, "sea".to_owned())]);
    assert_eq!(hit.title, [SnippetPart { text: "Boats".to_owned(), is_hit: true }]);
    let marked: Vec<&str> = hit.snippet.iter().filter(|part| part.is_hit).map(|part| part.text.as_str()).collect();
    assert_eq!(marked, ["boats"]);

    let only = |filter| search(&library, &Question::of_words("the", &filter, 10)).unwrap().hits.len();
    assert_eq!(only(Filter::default()), 2);
    assert_eq!(only(Filter { topic: Some(topic), ..Filter::default() }), 1);
    assert_eq!(only(Filter { document: Some(DocumentId(99)), ..Filter::default() }), 0);
}

#[test]
fn a_query_as_deep_and_as_long_as_is_read_is_answered() {
    let library = library();
    let mut typed = "lamp OR dusk".to_owned();
    for level in 0..7 {
        typed =
            format!("title:x{level} OR lamp NOT (c{level} title:d{level} lamp OR NEAR(lamp e{level}))  OR ({typed})");
    }
    let found = find(&library, &typed);
    assert_eq!((found.hits.len(), found.explanation), (1, None));
    let mut typed = "lamp".to_owned();
    for level in 0..4 {
        typed = format!("(x{level} OR lamp ({typed}) NOT z{level})");
    }
    let found = find(&library, &typed);
    assert_eq!((found.hits.len(), found.explanation), (1, None));
    find(&library, &(0..60).map(|number| format!("un{number}ab*")).collect::<Vec<_>>().join(" "));
    find(&library, &format!("\"{}\"", "lamp ".repeat(390)));
}

#[test]
fn hostile_queries_are_answered() {
    let library = library();
    let long = "quay \" ( * ".repeat(100_000);
    for typed in ["\"", "'", "\0", "\\", "NEAR(", "title:", "{title}:x", "lamp; DROP TABLE chapters", "^lamp", &long] {
        let found = find(&library, typed);
        assert!(found.hits.len() <= 2);
    }
    assert_eq!(find(&library, "lamp").hits.len(), 1);
}

/// Returns a library whose first two units mean one thing and the last two another, and the vectors of both.
fn library_with_vectors() -> (Library, [f32; 2], [f32; 2]) {
    let mut library = Library::in_memory().unwrap();
    let mut new = samples::document(1, &["Lamps and tides", "Boats"], TEXT);
    let (light, sea) = ([1.0, 0.0], [0.0, 1.0]);
    new.vectors = Some((2, [light, [0.8, 0.6], [0.6, 0.8], sea].concat()));
    library.add_document(&new).unwrap();
    (library, light, sea)
}

#[track_caller]
fn check_ranking(typed: &str, ranking: Ranking, vector: [f32; 2], expected: &[(&str, FoundBy)]) {
    let (library, ..) = library_with_vectors();
    let filter = Filter::default();
    let question = Question { ranking, vector: Some(&vector), ..Question::of_words(typed, &filter, 10) };
    let found = search(&library, &question).unwrap();
    let hits: Vec<(&str, FoundBy)> =
        found.hits.iter().map(|hit| (hit.chapter.chapter.title.as_str(), hit.found_by)).collect();
    assert_eq!(hits, expected, "{typed}");
}

#[test]
fn meaning_finds_what_holds_none_of_the_words() {
    let (_, light, sea) = library_with_vectors();
    let (lamps, boats) = ("Lamps and tides", "Boats");
    check_ranking("ship", Ranking::Meaning, sea, &[(boats, FoundBy::Meaning), (lamps, FoundBy::Meaning)]);
    check_ranking("ship", Ranking::Both, light, &[(lamps, FoundBy::Meaning), (boats, FoundBy::Meaning)]);
    check_ranking("dusk", Ranking::Both, sea, &[(lamps, FoundBy::Both), (boats, FoundBy::Meaning)]);
    check_ranking("dusk", Ranking::Words, sea, &[(lamps, FoundBy::Words)]);
}

#[test]
fn operators_are_answered_by_words_alone() {
    let (_, _, sea) = library_with_vectors();
    for typed in ["lamp NOT gulls", "\"lamp is\"", "lam*", "title:lamps"] {
        check_ranking(typed, Ranking::Both, sea, &[("Lamps and tides", FoundBy::Words)]);
        assert_eq!(text_to_encode(typed), None);
    }
    assert_eq!(text_to_encode(" what  lamp?").as_deref(), Some("what lamp?"));
}

#[test]
fn a_hit_by_meaning_shows_the_unit_that_is_nearest() {
    let (library, _, sea) = library_with_vectors();
    let filter = Filter::default();
    let question =
        Question { ranking: Ranking::Meaning, vector: Some(&sea), ..Question::of_words("ship", &filter, 1) };
    let hit = search(&library, &question).unwrap().hits.remove(0);
    assert_eq!(hit.unit, Some(UnitIndex(3)));
    assert_eq!(hit.snippet, [SnippetPart { text: "Nets dry on the quay.".to_owned(), is_hit: false }]);
    assert!((hit.score - 0.95).abs() < 0.01, "{}", hit.score);
}

#[test]
fn nothing_is_near_what_means_nothing() {
    check_ranking("qwerty", Ranking::Both, [0.0, -1.0], &[]);
}

#[test]
fn while_typing_the_last_word_may_go_on() {
    let (library, filter) = (library(), Filter::default());
    let typing = |typed| Question { is_typing: true, ..Question::of_words(typed, &filter, 10) };
    let found = search(&library, &typing("tide univ")).unwrap();
    assert_eq!((found.understood_as.as_str(), found.hits.len()), ("tide AND univ*", 1));
    let found = search(&library, &typing("walrus univ")).unwrap();
    assert_eq!((found.understood_as.as_str(), found.hits.len()), ("walrus AND univ", 0));
    assert_eq!(found.why_none, ["no chapter holds “walrus”", "no chapter holds “univ”"]);
}

proptest! {
    #[test]
    fn no_text_makes_a_search_fail(typed in any::<String>()) {
        prop_assert!(search(&library(), &Question::of_words(&typed, &Filter::default(), 3)).is_ok());
    }

    #[test]
    fn no_query_makes_a_search_fail(typed in "(lamp|tide|\"|\\(|\\)|\\*| |NOT |AND |OR |NEAR|NEAR/2 |title:|-|,|3|\0|é|\u{301}|灯|½|_){0,30}") {
        prop_assert!(search(&library(), &Question::of_words(&typed, &Filter::default(), 3)).is_ok());
    }
}
