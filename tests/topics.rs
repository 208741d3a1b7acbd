//! Mining corpora in files: whole, in parts, within a limit of memory, and from input that nobody would call a corpus.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use crate::support::{Place, Ran};

const SUBJECTS: [[&str; 8]; 4] = [
    ["tide", "harbour", "mast", "anchor", "sail", "keel", "rudder", "helm"],
    ["flour", "yeast", "oven", "crust", "dough", "loaf", "crumb", "proof"],
    ["hive", "honey", "swarm", "nectar", "brood", "queen", "apiary", "drone"],
    ["judge", "claim", "court", "damages", "witness", "hearing", "verdict", "appeal"],
];

/// Each of four subjects is in a quarter of the documents: more than words are admitted in by themselves. And texts so short
/// would be mined in pools, which are hashed anew.
const ADMITTED: [&str; 2] = ["--max-document-share=0.5", "--pool-words=0"];

/// Returns a number that looks drawn by chance, the same for the same `x`.
fn drawn(x: usize) -> usize {
    let x = (x as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as usize
}

/// Returns the lines of `n_documents` texts of fourteen words on one of four subjects, and words of their own.
fn lines(n_documents: usize) -> Vec<String> {
    let line = |document: usize| {
        let mut text = String::new();
        for word in 0..14 {
            let number = drawn(document * 14 + word) % 8;
            let _ = write!(text, "{} ", SUBJECTS[document % SUBJECTS.len()][number]);
        }
        format!("{{\"id\": \"d{document}\", \"text\": \"{text} and the own{document} of it\"}}\n")
    };
    (0..n_documents).map(line).collect()
}

/// Returns the lines of counts of `n_documents` documents on four subjects, and those of their vocabulary.
fn counts(n_documents: usize) -> (Vec<String>, String) {
    let mut vocabulary = String::new();
    for (word, form) in SUBJECTS.iter().flatten().enumerate() {
        let _ = writeln!(vocabulary, "{form} = {word} = 1 1");
    }
    let line = |document: usize| {
        let words =
            (0..8).filter(|word| !drawn(document * 8 + word).is_multiple_of(3)).map(|word| document % 4 * 8 + word);
        let pairs: Vec<String> = words.map(|word| format!("{word}:{}", 1 + drawn(document + word) % 3)).collect();
        format!("{} {}\n", pairs.len(), pairs.join(" "))
    };
    ((0..n_documents).map(line).collect(), vocabulary)
}

fn path(path: &std::path::Path) -> String {
    path.to_str().expect("a path of letters").to_owned()
}

/// Sketches each part, the first of which has the place 0, in processes of their own; returns the paths of the sketches.
fn sketches(place: &Place, parts: &[&[String]], more: &[&str]) -> Vec<PathBuf> {
    let mut first = 0;
    let mut sketches = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let input = place.file("part.jsonl", part.concat());
        let sketch = place.path(&format!("{}-{number}.sketch", parts.len()));
        let mut command = place.command();
        command.args(["topics", "sketch", "--first", &first.to_string(), "--output"]).arg(&sketch).args(more);
        // A sketch does not care whether it comes from a file or a pipe.
        if number % 2 == 0 {
            command.arg(&input);
        } else {
            command.arg("-").stdin(Stdio::from(std::fs::File::open(&input).expect("open a file")));
        }
        Ran::of(command.output().expect("run caesura")).ok();
        first += part.len();
        sketches.push(sketch);
    }
    sketches
}

/// Checks that parts of `lines` that were sketched apart give the bytes of the whole, whatever their order.
#[track_caller]
fn check_parts(place: &Place, lines: &[String], whole: &[String], more: &[&str]) {
    let expected = place.run(whole).ok();
    assert!(expected.contains("\"n_documents\""), "{expected}");
    for n_parts in [1, 3, 8] {
        let parts: Vec<&[String]> = lines.chunks(lines.len().div_ceil(n_parts)).collect();
        assert_eq!(parts.len(), n_parts);
        let mut sketches = sketches(place, &parts, more);
        for turn in [0, 1, 5] {
            sketches.rotate_left(turn % n_parts);
            let mut args =
                ["topics", "merge", "--format", "json", ADMITTED[0], ADMITTED[1]].map(str::to_owned).to_vec();
            args.extend(sketches.iter().map(|sketch| path(sketch)));
            assert_eq!(place.run(&args).ok(), expected, "{n_parts} parts, turned by {turn}");
            args.extend(["--memory".to_owned(), "1M".to_owned()]);
            assert_eq!(place.run(&args).ok(), expected, "{n_parts} parts, turned by {turn}, in little memory");
        }
    }
}

#[test]
fn texts_sketched_in_parts_give_the_bytes_of_the_whole() {
    let place = Place::new();
    let lines = lines(400);
    let corpus = place.file("whole.jsonl", lines.concat());
    let whole = ["topics", "--format", "json", "--corpus", &path(&corpus), ADMITTED[0], ADMITTED[1]].map(str::to_owned);
    check_parts(&place, &lines, &whole, &["--functions", "64"]);
}

#[test]
fn counts_sketched_in_parts_give_the_bytes_of_the_whole() {
    let place = Place::new();
    let (lines, vocabulary) = counts(2400);
    let counts = place.file("whole.corpus", lines.concat());
    let vocabulary = path(&place.file("whole.vocab", vocabulary));
    let whole = [
        "topics",
        "--format",
        "json",
        "--counts",
        &path(&counts),
        "--vocabulary",
        &vocabulary,
        ADMITTED[0],
        ADMITTED[1],
    ];
    check_parts(&place, &lines, &whole.map(str::to_owned), &["--vocabulary", &vocabulary, "--functions", "64"]);
}

#[test]
fn documents_dealt_out_bring_their_places() {
    let place = Place::new();
    let lines = lines(200);
    let corpus = path(&place.file("whole.jsonl", lines.concat()));
    let expected = place.run(["topics", "--format", "json", "--corpus", &corpus, ADMITTED[0], ADMITTED[1]]).ok();
    let mut args = ["topics", "merge", "--format", "json", ADMITTED[0], ADMITTED[1]].map(str::to_owned).to_vec();
    for part in 0..3 {
        let dealt = lines.iter().enumerate().filter(|(at, _)| at % 3 == part);
        let placed: String = dealt.map(|(at, line)| line.replacen('{', &format!("{{\"place\": {at}, "), 1)).collect();
        let (input, sketch) = (place.file("part.jsonl", placed), path(&place.path(&format!("{part}.sketch"))));
        place.run(["topics", "sketch", &path(&input), "--output", &sketch]).ok();
        args.push(sketch);
    }
    assert_eq!(place.run(&args).ok(), expected);
    args.pop();
    place.run(&args).refused("no part holds document 2");
    args.push(corpus);
    place.run(&args).refused("it is no sketch");
    place.run(["topics", "merge", &args[6], "--seed", "2"]).refused("--seed 1");
    place.run(["topics", "merge"]).refused("FILE");
}

/// Checks that mining gives the same bytes within a megabyte, and leaves no file.
#[track_caller]
fn check_limited(place: &Place, args: &[&str]) {
    let expected = place.run(args).ok();
    assert!(expected.contains("\"n_documents\""), "{expected}");
    let temporary = place.path("temporary");
    std::fs::create_dir_all(&temporary).expect("make a folder");
    let limited = |folder: &std::path::Path| {
        let mut command = place.command();
        command.args(args).args(["--memory", "1M"]).env("TMPDIR", folder).env("TMP", folder).env("TEMP", folder);
        Ran::of(command.output().expect("run caesura"))
    };
    assert_eq!(limited(&temporary).ok(), expected);
    assert_eq!(std::fs::read_dir(&temporary).expect("list a folder").count(), 0);
    // That it fails without a folder shows that it needs one.
    limited(&place.path("no-folder")).refused("no-folder");
}

#[test]
fn above_the_limit_of_memory_the_bytes_are_the_same() {
    let place = Place::new();
    let (lines, vocabulary) = counts(12_000);
    let counts = path(&place.file("x.corpus", lines.concat()));
    let vocabulary = path(&place.file("x.vocab", vocabulary));
    let args =
        ["topics", "--format", "json", "--counts", &counts, "--vocabulary", &vocabulary, ADMITTED[0], ADMITTED[1]];
    check_limited(&place, &args);
    let corpus = path(&place.file("x.jsonl", self::lines(5_000).concat()));
    check_limited(&place, &["topics", "--format", "json", "--corpus", &corpus, ADMITTED[0], ADMITTED[1]]);
}

#[test]
fn a_limit_of_memory_is_a_number_with_a_unit() {
    let place = Place::new();
    for (typed, because) in [("512", "at least 1M"), ("1X", "such as 512M"), ("M", "such as 512M"), ("-1", "--memory")]
    {
        place.run(["topics", "--counts", "c", "--vocabulary", "v", "--memory", typed]).refused(because);
    }
    place.run(["topics", "--memory", "1G"]).refused("a library keeps its texts in memory");
}

/// Checks that a corpus of these texts is mined to an end, whatever is found; returns how many topics are.
#[track_caller]
fn check_mined(texts: impl IntoIterator<Item = String>) -> usize {
    let place = Place::new();
    let mut lines = String::new();
    for (id, text) in texts.into_iter().enumerate() {
        let _ = writeln!(lines, "{}", serde_json::json!({ "id": id, "text": text }));
    }
    let corpus = path(&place.file("x.jsonl", lines));
    let json = place.run(["topics", "--format", "json", "--corpus", &corpus]).json();
    json["topics"].as_array().map(Vec::len).expect("there is a list of topics")
}

#[test]
fn corpora_without_subjects_have_none() {
    let text = "tide harbour mast anchor sail keel";
    assert_eq!(check_mined([]), 0);
    assert_eq!(check_mined([String::new()]), 0);
    assert_eq!(check_mined([text.to_owned()]), 0);
    assert_eq!(check_mined(vec![text.to_owned(); 500]), 0);
    assert_eq!(check_mined((0..500).map(|n| ["tide", "oven", "hive"][n % 3].to_owned())), 0);
    assert_eq!(check_mined((0..500).map(|n| format!("one{n}x two{n}x three{n}x four{n}x"))), 0);
}

#[test]
fn subjects_in_many_languages_are_found_side_by_side() {
    let subjects = [
        ["harbour", "tide", "anchor", "mast", "sails", "rudder"],
        ["tribunal", "juge", "témoin", "plainte", "verdict", "avocat"],
        ["Ofen", "Teig", "Mehl", "Hefe", "Kruste", "Brot"],
        ["улей", "пчела", "мёд", "рой", "нектар", "пасека"],
        ["港口", "潮汐", "船锚", "桅杆", "船舵", "帆船"],
        ["قاض", "محكمة", "شاهد", "دعوى", "حكم", "محام"],
    ];
    let text = |n: usize| {
        let words: Vec<&str> = (0..12).map(|word| subjects[n % 6][drawn(n * 12 + word) % 6]).collect();
        words.join(" ")
    };
    let n_topics = check_mined((0..600).map(text));
    assert!((4..=8).contains(&n_topics), "{n_topics} topics");
}

#[test]
fn counts_not_in_the_form_are_refused_with_their_line() {
    let place = Place::new();
    let vocabulary = path(&place.file("x.vocab", "tide = 0\nmast = 1\n"));
    for (counts, because) in [
        ("1 0:1\n1 2:1\n", "line 2: the word number 2 is out of range: the vocabulary has 2 words"),
        ("2 0:1 0:1\n", "line 1: a word number stands twice"),
        ("1 0:0\n", "line 1: a frequency is at least 1"),
        ("9 0:1\n", "line 1: 9 words are announced, and 1 follow"),
        ("18446744073709551616\n", "line 1: expected a number of words"),
    ] {
        let counts = path(&place.file("x.corpus", counts));
        place.run(["topics", "--counts", &counts, "--vocabulary", &vocabulary]).refused(because);
        let sketch = path(&place.path("x.sketch"));
        place.run(["topics", "sketch", &counts, "--vocabulary", &vocabulary, "--output", &sketch]).refused(because);
        assert!(!place.path("x.sketch").exists() && !place.path("x.sketch.partial").exists());
    }
    let empty = path(&place.file("x.corpus", ""));
    place.run(["topics", "--counts", &empty, "--vocabulary", &empty]).ok();
}

#[test]
fn words_that_stand_thousands_of_times_cost_no_more_than_others() {
    let place = Place::new();
    let (mut lines, vocabulary) = counts(400);
    lines.push("2 0:4294967295 9:4294967295\n".to_owned());
    let counts = path(&place.file("x.corpus", lines.concat()));
    let vocabulary = path(&place.file("x.vocab", vocabulary));
    let args =
        ["topics", "--format", "json", "--counts", &counts, "--vocabulary", &vocabulary, ADMITTED[0], ADMITTED[1]];
    let json = place.run(args).json();
    assert_eq!(json["topics"].as_array().map(Vec::len), Some(4), "{json}");
}
