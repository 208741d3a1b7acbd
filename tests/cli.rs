//! The command line by its results, its exit codes and its contract.

use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Place, Ran, project};

/// Two subjects, told apart by their words.
const TWO_SUBJECTS: &str = "\
Bees leave the hive in spring when the nectar flows. The queen stays behind with her brood.

A swarm of bees hangs in the apple tree, and the beekeeper shakes it into an empty hive.

Honey from the first nectar is pale. The bees seal every comb of honey with wax.

The signalman pulls the lever and the signal drops. A train whistles at the junction.

Each lever in the signal box locks the others, so that no two trains meet at the junction.

At night the signal lamps are lit, and the signalman counts the trains on the line.
";

/// Returns `json` without what differs from run to run or from version to version.
fn stable(mut json: Value) -> String {
    json["caesura"] = "(version)".into();
    if let Some(provenance) = json.get_mut("provenance") {
        provenance["caesura"] = "(version)".into();
    }
    serde_json::to_string_pretty(&json).expect("JSON is written")
}

/// Returns the paragraphs of the articles of one subject, without their headlines.
fn paragraphs_on(subject: &str) -> Vec<String> {
    let table = std::fs::read_to_string(project("corpora/articles.csv")).expect("read the list of articles");
    let files = table.lines().filter(|line| line.split(',').nth(1) == Some(subject)).take(6);
    let texts = files.map(|line| {
        let file = line.split(',').next().expect("the first cell is the file");
        std::fs::read_to_string(project("corpora").join(file)).expect("read an article")
    });
    texts.flat_map(|text| text.split("\n\n").skip(1).map(|text| text.trim().to_owned()).collect::<Vec<_>>()).collect()
}

#[test]
fn split_finds_where_the_subject_changes() {
    let place = Place::new();
    let (bees, trains) = (paragraphs_on("beekeeping"), paragraphs_on("railway"));
    let text = format!("{}\n\n{}\n", bees.join("\n\n"), trains.join("\n\n"));
    let file = place.file("bees-and-trains.txt", text);
    let args = [
        "split".as_ref(),
        file.as_os_str(),
        "--engine".as_ref(),
        "lexical".as_ref(),
        "--granularity".as_ref(),
        "0.4".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ];
    let json = place.run(args).json();
    let starts: Vec<u64> =
        json["chapters"].as_array().unwrap().iter().map(|chapter| chapter["first_unit"].as_u64().unwrap()).collect();
    assert!(starts.contains(&(bees.len() as u64)), "{starts:?} is not {}", bees.len());
    assert_snapshot!("split_json", stable(json));
}

#[test]
fn sentences_are_cut_as_the_language_asked_for_has_it() {
    let place = Place::new();
    // Nothing in it tells which language it is.
    let file = place.file("lampen.txt", "Lampen gem. Plan. Gut.");
    let file = file.to_str().expect("a path of letters");
    let n_units = |language: &str| {
        let args = ["split", file, "--engine", "lexical", "--language", language, "--format", "json"];
        place.run(args).json()["chapters"][0]["n_units"].clone()
    };
    assert_eq!((n_units("de"), n_units("en")), (2.into(), 3.into()));
}

#[test]
fn split_reads_standard_input() {
    let place = Place::new();
    let mut child = place
        .command()
        .args(["split", "-", "--engine", "lexical"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(TWO_SUBJECTS.as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(ran.ok().starts_with("standard input"), "the name stands in for a title");
}

#[test]
fn the_same_text_and_settings_give_the_same_bytes_on_any_number_of_threads() {
    let place = Place::new();
    let interview = project("corpora/interview.vtt");
    let run = |n: &str| {
        let args = ["--threads", n, "split", interview.to_str().unwrap(), "--format", "json"];
        place.run(args).ok()
    };
    let one = run("1");
    assert_eq!(one, run("2"));
    assert_eq!(one, run("3"));
}

#[test]
fn a_second_add_of_the_same_bytes_changes_nothing() {
    let place = Place::new();
    let file = place.file("one.txt", TWO_SUBJECTS);
    let same = place.file("copy.txt", TWO_SUBJECTS);
    place.run(["add".as_ref(), file.as_os_str()]).ok();
    let before = place.run(["list", "--format", "json"]).ok();
    let ran = place.run(["add".as_ref(), same.as_os_str()]);
    assert!(ran.err.contains("already there"), "{}", ran.err);
    ran.ok();
    assert_eq!(place.run(["list", "--format", "json"]).ok(), before);
}

#[test]
fn pages_that_are_pictures_are_named_and_kept_with_the_document() {
    let place = Place::new();
    let file = project("tests/data/half_scanned.pdf");
    let ran = place.run(["add".as_ref(), file.as_os_str()]);
    assert!(ran.err.contains("half_scanned.pdf: pages 2-4, 6 are pictures"), "{}", ran.err);
    ran.ok();
    let library = caesura::store::Library::open(&place.path("test.caesura")).unwrap();
    let fields = library.fields(caesura::store::DocumentId(1)).unwrap().others;
    assert_eq!(
        fields.iter().map(|field| (&*field.name, &*field.value)).collect::<Vec<_>>(),
        [("Pages not read", "2-4, 6")]
    );
    let ran = place.run(["split".as_ref(), file.as_os_str()]);
    assert!(ran.err.contains("pages 2-4, 6 are pictures"), "{}", ran.err);
}

#[test]
fn a_library_is_added_to_searched_exported_and_taken_from() {
    let place = Place::new();
    let bees = place.file("bees.txt", TWO_SUBJECTS);
    let interview = project("corpora/interview.vtt");
    place.run(["add".as_ref(), bees.as_os_str(), interview.as_os_str()]).ok();

    let list = place.run(["list", "--format", "json"]).json();
    let documents = list["documents"].as_array().unwrap();
    assert_eq!(documents.len(), 2);
    let timed = documents.iter().find(|document| document["format"] == "web_vtt").unwrap();
    assert_eq!(timed["duration_secs"], 2400.0);
    let id = timed["id"].to_string();

    let hits = place.run(["search", "signalman lever", "--format", "json"]).json();
    assert_eq!(hits["hits"].as_array().map(Vec::len).map(|n| n > 0), Some(true), "{hits}");
    assert!(hits["hits"][0]["snippet"].as_array().unwrap().iter().any(|part| part["is_hit"] == true), "{hits}");

    let shown = place.run(["show", id.as_str(), "--format", "json"]).json();
    let vtt = place.run(["export", "--document", id.as_str(), "--format", "vtt"]).ok();
    assert_eq!(vtt.matches(" --> ").count(), shown["chapters"].as_array().unwrap().len());

    place.run(["export", "--format", "vtt"]).refused("--document");
    let untimed = documents.iter().find(|document| document["format"] == "plain_text").unwrap()["id"].to_string();
    place.run(["export", "--document", untimed.as_str(), "--format", "podcast-json"]).refused("no times");

    let folder = place.path("out");
    std::fs::create_dir(&folder).unwrap();
    let ran = place.run([
        "export".as_ref(),
        "--format".as_ref(),
        "markdown".as_ref(),
        "--output".as_ref(),
        folder.as_os_str(),
    ]);
    ran.ok();
    let files = || {
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (std::fs::read_to_string(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let before = files();
    assert_eq!(before.len(), 2);
    for (_, path) in &before {
        std::fs::write(path, "written by hand").unwrap();
    }
    place.run(["export".as_ref(), "--output".as_ref(), folder.as_os_str()]).ok();
    let after = files();
    assert_eq!(after.len(), 4, "an export is put beside what is there: {after:?}");
    assert_eq!(after.iter().filter(|(text, _)| text == "written by hand").count(), 2);
    let new = place.path("new/folder/");
    place.run(["export".as_ref(), "--output".as_ref(), new.as_os_str()]).ok();
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 2, "what ends as a folder does is made");

    place.run(["remove", id.as_str()]).ok();
    place.run(["show", id.as_str()]).refused("no document");
    assert_eq!(place.run(["list", "--format", "csv"]).ok().lines().count(), 2);
}

#[test]
fn search_results_keep_their_form() {
    let place = Place::new();
    let file = place.file("bees.txt", TWO_SUBJECTS);
    place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), file.as_os_str()]).ok();
    let mut json = place.run(["search", "nect* AND NOT harbour", "--format", "json"]).json();
    for hit in json["hits"].as_array_mut().unwrap() {
        hit["score"] = "(score)".into();
    }
    assert_snapshot!("search_json", stable(json));
}

#[test]
fn bags_of_words_are_mined_from_files() {
    let place = Place::new();
    // Two sets of five words that keep company, in forty documents each.
    let counts = "5 0:2 1:2 2:2 3:2 4:2\n5 5:2 6:2 7:2 8:2 9:2\n".repeat(40);
    let vocabulary: Vec<String> = (0..10).map(|n| format!("word{n} = {n} = 80 40")).collect();
    let vocabulary = vocabulary.join("\n");
    let counts = place.file("x.corpus", counts);
    let vocabulary = place.file("x.vocab", vocabulary);
    let args = |extra: &'static [&'static str]| {
        let files = ["topics", "--counts", counts.to_str().unwrap(), "--vocabulary", vocabulary.to_str().unwrap()];
        files.into_iter().map(str::to_owned).chain(extra.iter().map(|arg| (*arg).to_owned())).collect::<Vec<_>>()
    };
    let json = place.run(args(&["--format", "json", "--max-document-share", "0.9"])).json();
    assert_eq!(json["topics"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(json["topics"][0]["n_documents"], 40);
    place.run(args(&["--overlap", "7"])).refused("overlap");
    let broken = place.file("x.corpus", "2 0:1 99:1\n");
    let args =
        ["topics".as_ref(), "--counts".as_ref(), broken.as_os_str(), "--vocabulary".as_ref(), vocabulary.as_os_str()];
    place.run(args).refused("line 1");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let place = Place::new();
    for args in [&["split"][..], &["frobnicate"], &["split", "x", "--format", "papyrus"], &["show", "one"]] {
        assert_eq!(place.run(args).code, Some(2), "{args:?}");
    }
}

#[test]
fn a_file_that_was_asked_for_and_is_not_there_is_said_and_makes_no_library() {
    let place = Place::new();
    let there = place.file("one.txt", TWO_SUBJECTS);
    for quiet in [&[][..], &["--quiet"]] {
        let ran = place.run([quiet, &["add", "nowhere.txt"]].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("nowhere.txt"), "{}", ran.err);
        place.run(["list"]).refused("make one with");
    }
    let args = ["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), there.as_os_str(), "nowhere.txt".as_ref()];
    let ran = place.run(args);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("1 added, 1 failed"), "{}", ran.err);
    assert_eq!(place.run(["list", "--format", "json"]).json()["documents"].as_array().map(Vec::len), Some(1));
    // What was named twice is taken out once.
    place.run(["remove", "1", "1"]).ok();
}

#[test]
fn what_caused_an_error_is_said_once() {
    let place = Place::new();
    let ran = place.run(["split", "nowhere.txt"]);
    assert_eq!(ran.err.matches("os error").count(), 1, "{}", ran.err);
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_is_heard_while_standard_input_says_nothing() {
    let place = Place::new();
    let mut child = place.command().args(["split", "-"]).stdin(Stdio::piped()).spawn().expect("run caesura");
    // Waiting for the child would close what it waits for.
    let _says_nothing = child.stdin.take();
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("the system says so");
        u64::from_str_radix(caught.trim(), 16).expect("a mask") & 2 != 0
    };
    while !listens() {
        std::thread::yield_now();
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn nothing_to_measure_is_no_measure() {
    let place = Place::new();
    place.file("empty.jsonl", "");
    place.run(["evaluate", "chapters", "empty.jsonl", "--engine", "lexical"]).refused("empty.jsonl holds none");
    place.file("one.jsonl", "{\"id\": \"a\", \"unit\": \"paragraph\", \"sections\": [{\"paragraphs\": [\"Out.\"]}]}\n");
    place.run(["evaluate", "chapters", "one.jsonl", "--engine", "lexical"]).refused("1 were passed over");
}

#[test]
fn titles_are_measured_against_those_of_sections() {
    let place = Place::new();
    let section = |title: &str, words: &str| json!({"title": title, "paragraphs": [words, words]});
    let sections = [
        section("The lamp", "The lamp is lit at dusk, and the lamp burns until morning."),
        section("Bread", "Bread begins with flour; good bread needs an hour to rise."),
        section("", "Nets dry on the quay."),
    ];
    let document = json!({"id": "a", "unit": "paragraph", "sections": sections});
    let without = json!({"id": "b", "unit": "paragraph", "sections": [section("", "Gulls follow the boats.")]});
    place.file("some.jsonl", format!("{document}\n{without}\n"));
    let args = ["evaluate", "titles", "some.jsonl", "--format", "json", "--predictions", "titles.jsonl"];
    let found = place.run(args).json();
    let n = |name: &str| found[name].as_u64();
    assert_eq!((n("n_documents"), n("n_skipped"), n("n_titles")), (Some(1), Some(1), Some(2)));
    let engine = |name: &str| {
        let engines = found["engines"].as_array().expect("a list");
        engines.iter().find(|row| row["engine"] == name).expect("it was measured").clone()
    };
    let (phrases, first) = (engine("phrases"), engine("first_words"));
    assert!(phrases["rouge_1"].as_f64() > first["rouge_1"].as_f64(), "{phrases} {first}");
    for row in [&phrases, &first, &engine("phrases_by_words")] {
        assert_eq!((row["share_grounded"].as_f64(), row["share_repeated"].as_f64()), (Some(1.0), Some(0.0)), "{row}");
    }
    let lines = std::fs::read_to_string(place.path("titles.jsonl")).expect("it was written");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 9);
    assert!(lines.iter().all(|line| line["id"] == "a" && line["title"].as_str().is_some_and(|it| !it.is_empty())));
    assert!(place.run(["evaluate", "titles", "some.jsonl"]).ok().contains("2 titles of 1 documents"));
    place.file("none.jsonl", format!("{without}\n"));
    place.run(["evaluate", "titles", "none.jsonl"]).refused("none.jsonl holds no document");
}

#[test]
fn an_and_that_was_typed_is_meant() {
    let place = Place::new();
    let file = place.file("one.txt", TWO_SUBJECTS);
    place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), file.as_os_str()]).ok();
    let found = |query: &str| place.run(["search", query, "--format", "json"]).json();
    let word = TWO_SUBJECTS.split_whitespace().find(|word| word.len() > 5).expect("a long word");
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let n_hits = |found: &Value| found["hits"].as_array().map(Vec::len);
    assert_ne!(n_hits(&found(&format!("{word} zyzzyva"))), Some(0));
    let none = found(&format!("{word} AND zyzzyva"));
    assert_eq!((n_hits(&none), &none["understood_as"]), (Some(0), &format!("{word} AND zyzzyva").into()));
    assert_eq!(none["provenance"]["engine"], "words");
    assert!(place.run(["search", word, "--ranking", "meaning"]).err.contains("ranked by words"));
}

#[test]
fn the_manual_and_the_completions_know_every_command() {
    let place = Place::new();
    let man = place.run(["man"]).ok();
    let completions = place.run(["completions", "bash"]).ok();
    for command in ["add", "split", "topics", "list", "show", "remove", "search", "export", "evaluate"] {
        assert!(man.contains(command), "the man page knows {command}");
        assert!(completions.contains(command), "the completions know {command}");
    }
}

#[test]
fn results_go_out_and_all_else_to_standard_error() {
    let place = Place::new();
    let file = place.file("one.txt", TWO_SUBJECTS);
    let ran = place.run(["add".as_ref(), file.as_os_str()]);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("1 added"), "{}", ran.err);
    let ran = place.run(["--quiet".as_ref(), "split".as_ref(), file.as_os_str()]);
    assert_eq!(ran.err, "");
    assert!(!ran.out.contains('\u{1b}'), "no colour where nobody looks");
}

#[cfg(target_os = "linux")]
#[test]
fn the_window_without_a_display_says_in_one_line_what_to_do() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_caesura-desktop")).env_clear().output().unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.err.trim_end().lines().count(), 1, "{}", ran.err);
    ran.refused("caesura --help");
}

#[cfg(unix)]
#[test]
fn an_export_to_a_pipe_leaves_the_pipe_where_it_is() {
    use std::os::unix::fs::FileTypeExt;
    use std::process::Command;

    let place = Place::new();
    let file = place.file("one.txt", TWO_SUBJECTS);
    place.run(["add".as_ref(), file.as_os_str()]).ok();
    let pipe = place.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    place.run(["export".as_ref(), "--format".as_ref(), "csv".as_ref(), "--output".as_ref(), pipe.as_os_str()]).ok();
    let read = reader.wait_with_output().unwrap().stdout;
    assert!(String::from_utf8(read).unwrap().starts_with("document_id,"));
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_exit_code_130_and_an_open_library() {
    use std::process::Command;

    let place = Place::new();
    let long = project("corpora/interview.vtt");
    let many: Vec<_> = (0..40)
        .map(|n| place.file(&format!("{n}.vtt"), format!("{}\n\nNOTE {n}\n", std::fs::read_to_string(&long).unwrap())))
        .collect();
    let child = place.command().args(["--threads", "1", "add"]).args(&many).stderr(Stdio::piped()).spawn().unwrap();
    // The library appears once the work has begun.
    let library = place.path("test.caesura");
    while !library.exists() {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    let n = place.run(["list", "--format", "json"]).json()["documents"].as_array().map(Vec::len);
    assert!(n < Some(40), "{n:?}");
}

/// Returns where the chapters of document 1 start, with their titles.
fn chapters_of_one(place: &Place) -> Vec<(u64, String)> {
    let json = place.run(["show", "1", "--format", "json"]).json();
    let chapters = json["chapters"].as_array().expect("chapters");
    let start = |chapter: &Value| chapter["first_unit"].as_u64().expect("a number");
    chapters.iter().map(|it| (start(it), it["title"].as_str().expect("a title").to_owned())).collect()
}

#[test]
fn chapters_are_corrected_and_stay_so_until_it_is_undone() {
    let place = Place::new();
    let file = place.file("two.txt", TWO_SUBJECTS.replace('\n', "\r\n"));
    place.run(["add".as_ref(), file.as_os_str(), "--engine".as_ref(), "lexical".as_ref()]).ok();
    place.run(["edit", "1", "recut", "--granularity", "0"]).ok();
    assert_eq!(chapters_of_one(&place).len(), 1);
    let edit = |args: &[&str]| place.run(["edit", "1"].iter().chain(args)).ok();
    edit(&["split", "3"]);
    edit(&["rename", "4", "Signals and trains"]);
    edit(&["split", "1"]);
    edit(&["merge", "1"]);
    edit(&["move", "3", "--by", "1"]);
    edit(&["level", "5", "2"]);
    edit(&["lock", "5"]);
    edit(&["note", "0", "4", "--text", "which bees?", "--tag", "bees", "--color", "green"]);
    for granularity in ["0", "0.4", "1"] {
        edit(&["recut", "--granularity", granularity]);
        let chapters = chapters_of_one(&place);
        assert!(chapters.contains(&(4, "Signals and trains".to_owned())), "{chapters:?}");
        assert!(chapters.iter().all(|(start, _)| ![1, 3, 5].contains(start)), "{chapters:?}");
    }
    let by_hand = place.run(["show", "1", "--format", "json"]).json();
    let chapters = by_hand["chapters"].as_array().expect("chapters");
    let mine = chapters.iter().find(|chapter| chapter["first_unit"] == 4).expect("the chapter");
    assert_eq!((mine["origin"].as_str(), mine["level"].as_u64()), (Some("by_hand"), Some(2)));
    assert!(edit(&["notes"]).contains("0-4  green  “Bees”  #bees"));
    assert!(edit(&["units"]).contains("-- Signals and trains  (set by hand)  (locked)"));
    place.run(["edit", "1", "split", "5"]).refused("the chapter is locked; unlock it first");
    edit(&["recut", "--granularity", "0"]);
    for _ in 0..8 {
        edit(&["undo"]);
    }
    assert_eq!(chapters_of_one(&place).len(), 1);
    place.run(["edit", "1", "undo"]).refused("there is nothing to take back");
    assert_eq!(edit(&["log"]).matches("(undone)").count(), 8);
    for _ in 0..8 {
        edit(&["redo"]);
    }
    assert_eq!(chapters_of_one(&place)[1], (4, "Signals and trains".to_owned()));
}

#[test]
fn what_cannot_be_corrected_is_refused_with_the_reason() {
    let place = Place::new();
    let file = place.file("two.txt", TWO_SUBJECTS);
    place.run(["add".as_ref(), file.as_os_str(), "--engine".as_ref(), "lexical".as_ref()]).ok();
    place.run(["edit", "1", "recut", "--granularity", "0"]).ok();
    let refused = |args: &[&str], because: &str| place.run(["edit", "1"].iter().chain(args)).refused(because);
    refused(&["split", "0"], "a chapter starts there already");
    refused(&["split", "6"], "units are numbered from 0 to 5");
    refused(&["split", "0:30"], "the document has no times");
    refused(&["split", "here"], "neither the number of a unit nor a time");
    refused(&["merge", "0"], "no chapter before it");
    refused(&["level", "0", "9"], "levels go from 1");
    refused(&["rename", "0", "  "], "a title has one character or more");
    refused(&["note", "0", "9999"], "the text has");
    refused(&["remove-note", "4"], "there is no such note");
    place.run(["edit", "7", "undo"]).refused("no document 7");
}

#[test]
fn a_time_after_the_end_is_no_place_of_a_recording() {
    let place = Place::new();
    let file =
        place.file("talk.srt", "1\n00:00:01,000 --> 00:00:04,000\nHello.\n\n2\n00:00:05,000 --> 00:00:09,000\nBye.\n");
    place.run(["add".as_ref(), file.as_os_str(), "--engine".as_ref(), "lexical".as_ref()]).ok();
    place.run(["edit", "1", "split", "99:00"]).refused("the document ends at 0:09");
    place.run(["edit", "1", "rename", "0:09", "Bye"]).ok();
}
