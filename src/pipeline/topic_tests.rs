//! Topics of a library that is mined, changed by hand, added to, and mined again.

use super::*;
use crate::document::{Field, UnitKind};
use crate::pipeline::{Added, Engine, Source, SplitSettings, add_document};
use crate::progress::Unwatched;
use crate::topics::Level;

/// Subjects of eight words each, none shared.
const SUBJECTS: [[&str; 8]; 4] = [
    ["tide", "harbour", "mast", "anchor", "sail", "keel", "rudder", "helm"],
    ["flour", "yeast", "oven", "crust", "dough", "loaf", "crumb", "proof"],
    ["hive", "honey", "swarm", "nectar", "brood", "queen", "apiary", "drone"],
    ["judge", "claim", "court", "damages", "witness", "hearing", "verdict", "appeal"],
];

/// Returns a text about a subject, with words of its own; `number` tells it from others.
fn text(subject: usize, number: usize) -> String {
    // A few steps of a generator of random numbers, so that texts choose among the words.
    let mut drawn = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut word = || {
        drawn ^= drawn << 13;
        drawn ^= drawn >> 7;
        drawn ^= drawn << 17;
        SUBJECTS[subject][drawn as usize % 8]
    };
    let words: Vec<String> = (0..8).map(|at| format!("The {} of the own{number}x{at}.", word())).collect();
    words.join(" ")
}

fn add(library: &mut Library, subject: usize, number: usize) -> DocumentId {
    let text = text(subject, number);
    let name = format!("{number}.txt");
    let path = format!("shelf{subject}/{name}");
    let source = Source { bytes: text.as_bytes(), name: &name, path: Some(&path), added_at: 0 };
    let settings =
        SplitSettings { engine: Engine::Lexical, unit_kind: Some(UnitKind::Paragraph), ..SplitSettings::usual() };
    match add_document(library, &source, &settings, None, &Unwatched).expect("it is a text") {
        Added::New(id) | Added::Already(id) => id,
    }
}

/// Returns a library of documents of the first `n_subjects` subjects in turn.
fn library(n_subjects: usize, n_documents: usize) -> Library {
    let mut library = Library::in_memory().expect("a library");
    for number in 0..n_documents {
        add(&mut library, number % n_subjects, number);
    }
    library
}

fn mine(library: &mut Library) -> Mined {
    mine_topics(library, 1, &|config| config, &Unwatched).expect("the settings are in range")
}

/// Returns the shown topic about a subject.
fn about(library: &Library, subject: usize) -> Option<TopicId> {
    let topics = library.topics().expect("topics");
    let is_about = |words: &[(String, f32)]| SUBJECTS[subject].contains(&words[0].0.as_str());
    topics.into_iter().find(|topic| is_about(&topic.words)).map(|topic| topic.id)
}

fn found(library: &Library, subject: usize) -> TopicId {
    about(library, subject).unwrap_or_else(|| panic!("subject {subject} is found: {:?}", library.topics()))
}

#[test]
fn numbers_stay_when_documents_are_added_and_topics_mined_again() {
    let mut library = library(3, 60);
    assert_eq!(mine(&mut library), Mined { n_topics: 3, n_known: 0, missing: Vec::new() });
    let before = [0, 1, 2].map(|subject| found(&library, subject));
    for number in 60..120 {
        let id = add(&mut library, number % 4, number);
        let bears: Vec<TopicId> = library
            .document_topics()
            .unwrap()
            .into_iter()
            .filter(|(document, ..)| *document == id)
            .map(|(_, topic, _)| topic)
            .collect();
        let expected: Vec<TopicId> = before.get(number % 4).copied().into_iter().collect();
        assert_eq!(bears, expected, "added before it was mined again: {number}");
    }
    let mined = mine(&mut library);
    assert_eq!((mined.n_topics, mined.n_known), (4, 3));
    assert_eq!([0, 1, 2].map(|subject| found(&library, subject)), before);
    assert!(about(&library, 3).is_some());
    assert!(library.documents_without_topic().unwrap().is_empty());
}

/// All that a run says of a library, but for the numbers of topics.
fn told(library: &Library) -> Vec<(NewTopic, bool)> {
    let stored: BTreeMap<TopicId, StoredTopic> =
        library.stored_topics().unwrap().into_iter().map(|stored| (stored.id, stored)).collect();
    let rows = library.topics().unwrap();
    assert!(!rows.is_empty());
    rows.iter().map(|row| (stored[&row.id].topic.clone(), row.part_of.is_some())).collect()
}

/// Checks that a run says what one says that reads every text again.
#[track_caller]
fn check_as_if_read(library: &mut Library) {
    mine(library);
    let (updated, joins) = (told(library), library.topic_joins().unwrap());
    library.forget_counted_words();
    mine(library);
    assert_eq!(told(library), updated);
    assert_eq!(library.topic_joins().unwrap(), joins);
}

/// A document of 40 to 1,200 words in several chapters, of a subject or, three of seven, of none.
fn long(library: &mut Library, number: usize) -> DocumentId {
    let part = |part| {
        let number_of_part = number * 100 + part;
        match number % 7 {
            subject @ 0..4 => text(subject, number_of_part),
            _ => format!("A plain own{number_of_part} beside the plain other{number_of_part}. ").repeat(5),
        }
    };
    let text = (0..=number * 7 % 30).map(part).collect::<Vec<_>>().join("\n\n");
    let source = Source { bytes: text.as_bytes(), name: &format!("{number}.txt"), path: None, added_at: 0 };
    let settings =
        SplitSettings { engine: Engine::Lexical, unit_kind: Some(UnitKind::Paragraph), ..SplitSettings::usual() };
    match add_document(library, &source, &settings, None, &Unwatched).expect("it is a text") {
        Added::New(id) | Added::Already(id) => id,
    }
}

#[test]
fn documents_added_one_by_one_or_in_lots_are_mined_as_all_are() {
    let mut library = Library::in_memory().expect("a library");
    let ids: Vec<DocumentId> = (0..60).map(|number| long(&mut library, number)).collect();
    mine(&mut library);
    for number in 60..64 {
        long(&mut library, number);
        check_as_if_read(&mut library);
    }
    for number in 64..100 {
        long(&mut library, number);
    }
    check_as_if_read(&mut library);
    // Documents go, are cut anew, and come back.
    let taken = library.take_out(&ids[3..9]).unwrap();
    library.remove_document(ids[20]).unwrap();
    check_as_if_read(&mut library);
    crate::pipeline::recut(&mut library, ids[11], 0.9, None, &Unwatched).unwrap();
    crate::pipeline::recut(&mut library, ids[13], 0.0, None, &Unwatched).unwrap();
    library.put_back(&taken).unwrap();
    check_as_if_read(&mut library);
    // Other passages, and words that are damaged.
    let coarse = |config| TopicsConfig { passage_words: 200, ..config };
    mine_topics(&mut library, 1, &coarse, &Unwatched).unwrap();
    let updated = told(&library);
    library.forget_counted_words();
    library.keep_words(&[(ids[0], vec![1, 2, 3]), (ids[1], Vec::new())]).unwrap();
    mine_topics(&mut library, 1, &coarse, &Unwatched).unwrap();
    assert_eq!(told(&library), updated);
    let first = library.topics().unwrap()[0].id;
    split_topic(&mut library, first, SplitTopic::Number(2), &Unwatched).unwrap();
    check_as_if_read(&mut library);
    assert!(told(&library).iter().any(|&(_, is_part)| is_part));
}

#[test]
fn texts_that_were_counted_are_read_for_labels_alone() {
    let n_documents = 400;
    let mut expected = library(4, n_documents);
    mine(&mut expected);
    let mut read: BTreeSet<DocumentId> = BTreeSet::new();
    for (topic, _) in told(&expected) {
        let mut documents = topic.documents;
        documents.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        read.extend(documents.into_iter().take(50).map(|(id, _)| id));
    }
    let mut updated = library(4, n_documents - 40);
    mine(&mut updated);
    let mut n_blank = 0;
    for row in updated.documents().unwrap().iter().filter(|row| !read.contains(&row.id)) {
        updated.blank_text(row.id);
        n_blank += 1;
    }
    assert!(100 < n_blank, "{n_blank} of {}", n_documents - 40);
    for number in n_documents - 40..n_documents {
        add(&mut updated, number % 4, number);
    }
    mine(&mut updated);
    assert_eq!(told(&updated), told(&expected));
}

#[test]
fn what_was_done_by_hand_survives_another_run() {
    let mut library = library(4, 80);
    mine(&mut library);
    let [sea, bread, bees, law] = [0, 1, 2, 3].map(|subject| found(&library, subject));
    library.rename_topic(sea, Some("The open sea")).unwrap();
    library.hide_topic(bread).unwrap();
    library.merge_topics(bees, &[law]).unwrap();
    for number in 80..96 {
        add(&mut library, number % 4, number);
    }
    let mined = mine(&mut library);
    assert_eq!((mined.n_known, mined.missing), (4, Vec::new()));
    let topics = library.topics().unwrap();
    assert_eq!(topics.len(), 2, "{topics:?}");
    let sea_now = topics.iter().find(|topic| topic.id == sea).unwrap();
    assert_eq!((sea_now.label.as_str(), sea_now.n_documents), ("The open sea", 24));
    let both = topics.iter().find(|topic| topic.id == bees).unwrap();
    assert_eq!((both.n_documents, both.merged.as_slice()), (48, &[law][..]));
    assert_eq!(library.hidden_topics().unwrap()[0].id, bread);
    assert_eq!(library.documents_without_topic().unwrap().len(), 24);
    // And it can still be undone.
    for _ in 0..3 {
        assert!(library.undo_topic_edit().unwrap().is_some());
    }
    assert_eq!(library.topics().unwrap().len(), 4);
}

#[test]
fn what_is_not_found_again_is_reported_and_comes_back() {
    let mut library = library(4, 80);
    mine(&mut library);
    let bread = found(&library, 1);
    library.rename_topic(bread, Some("Baking")).unwrap();
    let documents = library.topic_documents(bread).unwrap();
    for (id, ..) in &documents {
        library.remove_document(*id).unwrap();
    }
    assert_eq!(mine(&mut library).missing, [(bread, "Baking".to_owned())]);
    assert_eq!(library.topics().unwrap().len(), 3);
    for number in 200..220 {
        add(&mut library, 1, number);
    }
    assert_eq!(mine(&mut library).missing, []);
    let topics = library.topics().unwrap();
    assert!(topics.iter().any(|topic| topic.id == bread && topic.label == "Baking" && topic.n_documents == 20));
}

/// A library in which the sea and bread are always found as one topic would be split so; here the sea by its words.
#[test]
fn a_split_topic_stays_split_through_adding_and_mining() {
    let mut library = library(4, 120);
    mine(&mut library);
    let sea = found(&library, 0);
    let n_documents = library.topic_documents(sea).unwrap().len();
    let words = ["Anchor".to_owned()];
    split_topic(&mut library, sea, SplitTopic::Words(&words), &Unwatched).unwrap();
    let parts = |library: &Library| -> Vec<(TopicId, u32)> {
        let topics = library.topics().unwrap();
        topics.iter().filter(|topic| topic.part_of == Some(sea)).map(|topic| (topic.id, topic.n_documents)).collect()
    };
    let before = parts(&library);
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|&(_, n)| 0 < n) && n_documents <= before.iter().map(|&(_, n)| n as usize).sum());

    let id = add(&mut library, 0, 120);
    let borne: Vec<TopicId> =
        library.document_topics().unwrap().into_iter().filter(|row| row.0 == id).map(|row| row.1).collect();
    assert!(!borne.is_empty() && borne.iter().all(|topic| before.iter().any(|(part, _)| part == topic)), "{borne:?}");

    mine(&mut library);
    let after = parts(&library);
    assert_eq!(
        after.iter().map(|&(id, _)| id).collect::<Vec<_>>(),
        before.iter().map(|&(id, _)| id).collect::<Vec<_>>()
    );
    assert!(after.iter().all(|&(_, n)| 0 < n), "{after:?}");
    library.undo_topic_edit().unwrap();
    assert_eq!(found(&library, 0), sea);
    assert_eq!(library.topic_documents(sea).unwrap().len(), n_documents + 1);
}

#[test]
fn a_topic_that_does_not_fall_apart_is_not_split() {
    let mut library = library(3, 60);
    mine(&mut library);
    let sea = found(&library, 0);
    let refused = split_topic(&mut library, sea, SplitTopic::Words(&["desert".to_owned()]), &Unwatched);
    assert!(matches!(refused, Err(Error::Nothing { .. })), "{refused:?}");
    let refused = split_topic(&mut library, TopicId(999), SplitTopic::Number(2), &Unwatched);
    assert!(matches!(refused, Err(Error::NoTopic(999))), "{refused:?}");
    // What was merged comes apart into what it was merged of.
    let bread = found(&library, 1);
    library.merge_topics(sea, &[bread]).unwrap();
    split_topic(&mut library, sea, SplitTopic::Number(2), &Unwatched).unwrap();
    assert_eq!(library.topics().unwrap().len(), 3);
}

#[test]
fn fewer_topics_are_had_from_the_stored_tree() {
    let mut library = library(4, 80);
    mine(&mut library);
    let LibraryTree { ids, tree } = topic_tree(&library).unwrap();
    assert_eq!((ids.len(), tree.n_topics()), (4, 4));
    let two = tree.at(Level::Number(2));
    assert_eq!(two.iter().map(|topic| topic.topics.len()).sum::<usize>(), 4);
    assert_eq!(two.iter().map(|topic| topic.documents.len()).sum::<usize>(), 80);
    assert_eq!(tree.at(Level::Granularity(0.0)).len(), 1);

    // What was merged by hand is one topic at every level; what was split is joined to others as a whole.
    let [sea, bread, bees, _] = [0, 1, 2, 3].map(|subject| found(&library, subject));
    library.merge_topics(sea, &[bread]).unwrap();
    split_topic(&mut library, bees, SplitTopic::Words(&["queen".to_owned()]), &Unwatched).unwrap();
    let LibraryTree { ids, tree } = topic_tree(&library).unwrap();
    assert_eq!(tree.at(Level::FINEST).len(), 4);
    assert_eq!(tree.at(Level::Number(1)).len(), 1);
    let parts: Vec<usize> = (0..ids.len()).filter(|&at| library.topics().unwrap()[at].part_of == Some(bees)).collect();
    for n in 1..3 {
        let groups = tree.groups(Level::Number(n));
        assert!(groups.iter().any(|group| parts.iter().all(|part| group.contains(part))), "{groups:?}");
    }
}

#[test]
fn topics_are_counted_by_a_field() {
    let mut library = library(3, 60);
    mine(&mut library);
    let sea = found(&library, 0);
    let table = topics_by_field(&library, &[vec![sea]], &TopicField::Folder).unwrap();
    assert_eq!(table.values, [("shelf0".to_owned(), 20), ("shelf1".to_owned(), 20), ("shelf2".to_owned(), 20)]);
    let shares: Vec<f32> = table.topics[0].iter().map(|cell| cell.share).collect();
    assert!(0.9 < shares[0] && shares[1] < 0.1 && shares[2] < 0.1, "{shares:?}");
    for field in [TopicField::Speaker, TopicField::Year, TopicField::from_name("shelf mark")] {
        let refused = topics_by_field(&library, &[vec![sea]], &field);
        assert!(matches!(refused, Err(Error::Nothing { .. })), "{refused:?}");
    }
    assert_eq!(topics_by_field(&library, &[vec![sea]], &TopicField::Format).unwrap().values.len(), 1);
}

/// Returns a library of two articles of the sea a year, and one of bread, with their day and desk.
fn dated() -> (Library, [TopicId; 2]) {
    let mut library = Library::in_memory().expect("a library");
    let topic = |label: &str, documents: Vec<(DocumentId, f32)>| NewTopic {
        label: label.to_owned(),
        words: vec![(label.to_owned(), 1.0)],
        npmi: 0.0,
        profile: Vec::new(),
        documents,
        chapters: Vec::new(),
    };
    let (mut sea, mut bread) = (Vec::new(), Vec::new());
    for (number, date) in (1..).zip(["2019-05-03", "2019-06", "2019", "2020-05-01", "2020-05-02", "2020-06-01"]) {
        let mut new = crate::store::samples::document(number, &["One"], "The tide turns.\nNets dry.");
        new.document.fields.date = Date::from_iso(date);
        new.document.fields.others = vec![Field { name: "Desk".to_owned(), value: format!("desk {}", number % 2) }];
        let id = library.add_document(&new).unwrap();
        if number % 3 == 0 { bread.push((id, 0.5)) } else { sea.push((id, 0.25)) }
    }
    library
        .replace_topics(&[topic("sea", sea), topic("bread", bread)], &Provenance::of("minhash", serde_json::Map::new()))
        .unwrap();
    let ids = library.topics().unwrap().iter().map(|topic| topic.id).collect::<Vec<_>>();
    (library, ids.try_into().unwrap())
}

#[track_caller]
fn check_by(field: &str, values: &[(&str, u32)], of_sea: &[u32]) {
    let (library, [sea, bread]) = dated();
    let table = topics_by_field(&library, &[vec![sea], vec![sea, bread]], &TopicField::from_name(field)).unwrap();
    let found: Vec<(&str, u32)> = table.values.iter().map(|(value, n)| (value.as_str(), *n)).collect();
    assert_eq!(found, values);
    assert_eq!(table.topics[0].iter().map(|cell| cell.n_documents).collect::<Vec<_>>(), of_sea);
    assert!(table.topics[1].iter().all(|cell| (cell.share - 1.0).abs() < 1e-6));
}

#[test]
fn topics_are_counted_by_day_and_by_what_a_file_says_of_its_documents() {
    check_by("year", &[("2019", 3), ("2020", 3)], &[2, 2]);
    check_by("month", &[("2019-05", 1), ("2019-06", 1), ("2020-05", 2), ("2020-06", 1)], &[1, 1, 2, 0]);
    check_by("desk", &[("desk 0", 3), ("desk 1", 3)], &[2, 2]);
}
