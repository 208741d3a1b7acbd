//! Sense, not only form: the sample texts are cut and sorted about as a reader would.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Place, project};

fn json_of(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(project(name)).expect("read the truth")).expect("the truth is JSON")
}

fn split(name: &str, extra: &[&str]) -> Value {
    let path = project(name);
    let args = ["split", path.to_str().unwrap(), "--format", "json"];
    Place::new().run(args.iter().chain(extra)).json()
}

#[test]
fn the_interview_is_cut_where_its_subject_changes() {
    let truth = json_of("corpora/interview.truth.json");
    let starts = |json: &Value, name: &str| -> Vec<f64> {
        let chapters = json["chapters"].as_array().unwrap().iter().skip(1);
        chapters.map(|chapter| chapter[name].as_f64().unwrap()).collect()
    };
    let (expected, found) = (starts(&truth, "start_secs"), starts(&split("corpora/interview.vtt", &[]), "start_secs"));
    // A reader forgives half a minute. Cuts at random, as many as there are, hit about one in four so: an F1 of 0.25.
    let n_hit = expected.iter().filter(|start| found.iter().any(|other| (*start - other).abs() <= 30.0)).count();
    assert!(n_hit * 2 > expected.len(), "{n_hit} of {expected:?} in {found:?}");
    assert!(4 * n_hit > expected.len() + found.len(), "{n_hit} of {expected:?} in {found:?}");
    assert!((5..=25).contains(&found.len()), "{found:?}");
}

#[test]
fn the_terms_as_written_are_cut_at_their_headings() {
    let truth = json_of("corpora/terms-of-service.truth.json");
    let json = split("corpora/terms-of-service.md", &[]);
    let titles = |chapters: &Value| -> Vec<String> {
        chapters.as_array().unwrap().iter().map(|chapter| chapter["title"].as_str().unwrap().to_owned()).collect()
    };
    let (expected, found) = (titles(&truth["chapters"]), titles(&json["as_written"]));
    // The title of the whole opens the preamble, which the truth does not list. A section that begins with a
    // sub-section is one chapter with it, and has both titles.
    let found: Vec<&str> = found.iter().skip(1).flat_map(|title| title.split(" – ")).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_chapter_found_at_a_heading_has_its_title() {
    let json = split("corpora/terms-of-service.md", &[]);
    let as_written: BTreeMap<u64, &str> = json["as_written"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chapter| (chapter["first_unit"].as_u64().unwrap(), chapter["title"].as_str().unwrap()))
        .collect();
    let found = json["chapters"].as_array().unwrap();
    assert!(found.len() > 5, "{found:?}");
    for chapter in found {
        let title = chapter["title"].as_str().unwrap();
        assert!(!title.trim().is_empty());
        if as_written.contains_key(&chapter["first_unit"].as_u64().unwrap()) {
            assert!(as_written.values().any(|heading| heading.starts_with(title)), "{title} is no heading");
        }
    }
}

#[test]
fn finer_cuts_keep_every_coarser_boundary() {
    let boundaries = |granularity: &str| -> Vec<u64> {
        let json = split("corpora/interview.vtt", &["--granularity", granularity, "--engine", "lexical"]);
        json["chapters"].as_array().unwrap().iter().map(|chapter| chapter["first_unit"].as_u64().unwrap()).collect()
    };
    let cuts: Vec<Vec<u64>> = ["0", "0.3", "0.5", "0.7", "1"].into_iter().map(boundaries).collect();
    for pair in cuts.windows(2) {
        assert!(pair[0].iter().all(|unit| pair[1].contains(unit)), "{pair:?}");
    }
    assert!(cuts[0].len() < cuts[4].len());
}

#[test]
fn the_articles_have_their_subjects_as_topics() {
    let subject_of: BTreeMap<String, String> = std::fs::read_to_string(project("corpora/articles.csv"))
        .expect("read the truth")
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',');
            let file = cells.next().unwrap().trim_start_matches("articles/").to_owned();
            (file, cells.next().unwrap().to_owned())
        })
        .collect();
    assert_eq!(subject_of.len(), 72);

    let place = Place::new();
    place.run(["add".as_ref(), project("corpora/articles").as_os_str()]).ok();
    let list = place.run(["list", "--format", "json"]).json();
    let source_of: BTreeMap<String, String> = list["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| (document["id"].to_string(), document["source"].as_str().unwrap().to_owned()))
        .collect();

    let topics = place.run(["topics", "--format", "json"]).json();
    let topics = topics["topics"].as_array().unwrap();
    let mut subjects_found = BTreeMap::new();
    let mut n_pure = 0;
    for topic in topics {
        let mut n_by_subject: BTreeMap<&str, usize> = BTreeMap::new();
        let documents = topic["documents"].as_array().unwrap();
        for document in documents {
            let source = &source_of[document["id"].as_str().unwrap()];
            *n_by_subject.entry(&subject_of[source]).or_default() += 1;
        }
        let Some((subject, n)) = n_by_subject.into_iter().max_by_key(|(_, n)| *n) else { continue };
        if n * 5 >= documents.len() * 4 {
            n_pure += 1;
            *subjects_found.entry(subject.to_owned()).or_insert(0) += 1;
        }
    }
    assert_eq!(subjects_found.len(), 6, "{subjects_found:?} of {} topics", topics.len());
    assert!(n_pure * 5 >= topics.len() * 4, "{n_pure} of {} topics are of one subject", topics.len());
}

#[test]
fn topics_are_changed_by_hand_joined_and_counted() {
    let place = Place::new();
    place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), project("corpora/articles").as_os_str()]).ok();
    let mined = place.run(["topics", "--format", "json"]).json();
    let mined = mined["topics"].as_array().unwrap().clone();
    let id = |at: usize| mined[at]["id"].to_string();
    assert!(5 <= mined.len());

    place.run(["topic", "rename", &id(0), "The first of all"]).ok();
    place.run(["topic", "merge", &id(0), &id(1)]).ok();
    place.run(["topic", "hide", &id(2)]).ok();
    place.run(["topic", "split", &id(3), "--parts", "2"]).ok();
    place.run(["topic", "rename", "9999", "Nothing"]).refused("no topic");
    let kept = place.run(["topics", "--kept", "--format", "json"]).json();
    assert_eq!(kept["topics"].as_array().unwrap().len(), mined.len() - 1);
    assert_eq!(kept["topics"][0]["label"], "The first of all");
    // The same topics are found again, and what was done to them stays.
    let again = place.run(["topics", "--format", "json"]).json();
    assert_eq!(again["topics"], kept["topics"]);
    assert_eq!(place.run(["topic", "edits"]).ok().lines().count(), 4);

    let three = place.run(["topics", "--number", "3", "--format", "json"]).json();
    let three = three["topics"].as_array().unwrap();
    let n_parts: usize = three.iter().map(|topic| topic["parts"].as_array().map_or(1, Vec::len)).sum();
    assert_eq!((three.len(), n_parts), (3, mined.len() - 1));
    let by = place.run(["topics", "--by", "folder", "--format", "csv"]).ok();
    assert_eq!(by.lines().count(), mined.len(), "a head, and a row for each topic: {by}");
    place.run(["topics", "--by", "year"]).refused("year");
    place.run(["topics", "--granularity", "7"]).refused("granularity");

    place.run(["topic", "redo"]).refused("redo: nothing was taken back");
    for _ in 0..4 {
        place.run(["topic", "undo"]).ok();
    }
    place.run(["topic", "undo"]).refused("undo: there is nothing to take back");
    let undone = place.run(["topics", "--kept", "--format", "json"]).json();
    assert_eq!(undone["topics"].as_array().unwrap(), &mined);
}
