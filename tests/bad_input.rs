//! What comes from anywhere: a clear error or a sensible result, never a panic, never harm to what is stored.

use crate::support::Place;

#[track_caller]
fn check_refused(name: &str, content: impl AsRef<[u8]>, because: &str) {
    let place = Place::new();
    let path = place.file(name, content);
    place.run(["split".as_ref(), path.as_os_str()]).refused(because);
}

/// Checks that a file is cut into so many units, whatever the chapters; returns the result.
#[track_caller]
fn check_split(name: &str, content: impl AsRef<[u8]>) -> serde_json::Value {
    let place = Place::new();
    let path = place.file(name, content);
    let args = ["split".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()];
    place.run(args).json()
}

#[test]
fn an_empty_file_is_refused() {
    check_refused("empty.txt", "", "no text");
    check_refused("blank.md", " \n\t\n\u{feff}", "no text");
}

#[test]
fn a_missing_file_is_refused_with_its_name() {
    Place::new().run(["split", "no/such/file.txt"]).refused("no/such/file.txt");
}

#[test]
fn one_unit_is_one_chapter() {
    let json = check_split("one.txt", "Only this.");
    assert_eq!(json["document"]["n_units"], 1);
    assert_eq!(json["chapters"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["gaps"], serde_json::json!([]));
}

#[test]
fn a_binary_file_is_refused_whatever_its_name() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend((0..4000_u32).map(|n| (n * 7919 % 251) as u8));
    check_refused("picture.txt", png, "not text");
}

#[test]
fn nul_bytes_are_taken_out() {
    let json = check_split("nul.txt", "One par\0agraph of text.\n\nAnother para\0graph of text.\n");
    assert_eq!(json["document"]["n_bytes"].as_u64().map(|n| n < 60), Some(true));
}

#[test]
fn truncated_utf_16_is_read_up_to_the_break() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend("A first paragraph.\n\nA second one, broken off".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.pop();
    let json = check_split("cut.txt", bytes);
    assert_eq!(json["document"]["n_units"], 2);
}

#[test]
fn cues_that_overlap_and_run_backwards_make_times_that_do_not() {
    let vtt = "WEBVTT\n\n00:10.000 --> 00:05.000\nFirst words of it all.\n\n00:02.000 --> 00:30.000\nThen others came.\n\n\
        00:20.000 --> 00:21.000\nAnd the last of them.\n\nbroken --> cue\nNot lost.\n";
    let json = check_split("wild.vtt", vtt);
    let mut earliest = 0.0;
    for chapter in json["chapters"].as_array().expect("chapters") {
        let (start, end) = (chapter["start_secs"].as_f64().unwrap(), chapter["end_secs"].as_f64().unwrap());
        assert!(earliest <= start && start <= end, "{json}");
        earliest = start;
    }
}

#[test]
fn html_nested_very_deep_is_read() {
    let depth = 100_000;
    let html =
        format!("<html><body>{}<p>At the bottom.</p>{}<p>After.</p>", "<div>".repeat(depth), "</div>".repeat(depth));
    let json = check_split("deep.html", html);
    assert!(json["document"]["n_units"].as_u64() >= Some(1));
}

#[test]
fn one_long_line_is_cut_into_units() {
    let line = "so the next thing we talked about was the harbour and how the tide came in over the wall that night ";
    let place = Place::new();
    let path = place.file("long.txt", line.repeat(2_000));
    let args = [
        "split".as_ref(),
        path.as_os_str(),
        "--engine".as_ref(),
        "lexical".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ];
    let json = place.run(args).json();
    assert!(json["document"]["n_units"].as_u64() > Some(100), "{}", json["document"]);
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_ends() {
    let place = Place::new();
    let folder = place.path("folder");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("again")).unwrap();
    std::fs::write(folder.join("one.txt"), "A text of one paragraph about nothing much.").unwrap();
    let ran = place.run(["add".as_ref(), folder.as_os_str()]);
    assert!(ran.err.contains("1 added"), "{}", ran.err);
    ran.ok();
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_unicode_is_added_listed_shown_and_exported() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let folder = place.path("folder");
    std::fs::create_dir(&folder).unwrap();
    let text = "A harbour wall keeps the sea out.\n\nThe tide came in over it.";
    std::fs::write(folder.join(OsStr::from_bytes(b"caf\xe9 log.txt")), text).unwrap();
    place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), folder.as_os_str()]).ok();
    let ran = place.run(["add".as_ref(), folder.as_os_str()]);
    assert!(ran.err.contains("1 already there"), "{}", ran.err);

    let list = place.run(["list", "--format", "json"]).json();
    let [document] = &list["documents"].as_array().expect("documents")[..] else { panic!("one document: {list}") };
    assert_eq!((&document["source"], &document["title"]), (&"caf\u{FFFD} log.txt".into(), &"caf\u{FFFD} log".into()));
    assert!(place.run(["list"]).ok().contains("caf\u{FFFD} log"));
    let id = document["id"].to_string();
    assert!(place.run(["show", id.as_str()]).ok().contains("caf\u{FFFD} log"));
    assert!(place.run(["export", "--format", "markdown", "--document", id.as_str()]).ok().contains("The tide came in"));

    let out = place.path("out");
    std::fs::create_dir(&out).unwrap();
    let args = ["export".as_ref(), "--format".as_ref(), "markdown".as_ref(), "--output".as_ref(), out.as_os_str()];
    place.run(args).ok();
    let written: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &written[..] else { panic!("one file: {written:?}") };
    assert!(std::fs::read_to_string(file).unwrap().contains("The tide came in"));
}

#[test]
fn a_library_that_is_no_database_is_refused_and_left_alone() {
    let place = Place::new();
    let text = "this is my shopping list, not a database\n".repeat(40);
    let library = place.file("test.caesura", &text);
    let file = place.file("one.txt", "Some text.");
    place.run(["add".as_ref(), file.as_os_str()]).refused("test.caesura");
    assert_eq!(std::fs::read_to_string(library).unwrap(), text);
}

#[test]
fn a_library_in_a_place_that_cannot_be_written_is_refused() {
    let place = Place::new();
    let file = place.file("one.txt", "Some text.");
    let not_a_folder = file.join("test.caesura");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_caesura"));
    let output = command.env_clear().env("CAESURA_LIBRARY", &not_a_folder).arg("add").arg(&file).output().unwrap();
    crate::support::Ran::of(output).refused("one.txt");
}

#[cfg(unix)]
#[test]
fn a_library_that_may_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let file = place.file("one.txt", "A harbour wall.\n\nThe tide came in.");
    place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), file.as_os_str()]).ok();
    let permit = |mode: u32, path: &std::path::Path| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let folder = file.parent().unwrap();
    permit(0o444, &place.path("test.caesura"));
    permit(0o555, folder);
    // Who may do everything may write here, too.
    if std::fs::write(place.path("test"), "").is_err() {
        assert_eq!(place.run(["list", "--format", "csv"]).ok().lines().count(), 2);
        place.run(["show", "1"]).ok();
        assert!(place.run(["search", "tide"]).ok().contains("tide"));
        assert!(place.run(["export"]).ok().contains("harbour"));
        place.run(["tag", "add", "sea", "1"]).refused("may not be written to");
    }
    permit(0o755, folder);
}

#[test]
fn what_is_called_as_an_end_of_output_is_said_to_be_missing() {
    Place::new().run(["split", "Broken pipe.txt"]).refused("Broken pipe.txt");
}

#[test]
fn reading_a_library_that_is_not_there_says_how_to_make_one() {
    Place::new().run(["list"]).refused("caesura add");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let place = Place::new();
    let file = place.file("one.txt", "Some text.\n\nMore text.");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = place.command().arg("split").arg(&file).stdout(full).output().unwrap();
    crate::support::Ran::of(output).refused("write");
    // More than is held back, so that the writer of JSON meets the end itself.
    let file = place.file("long.txt", "Some text.\n\n".repeat(4_000));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let args = ["split", "--engine", "lexical", "--format", "json"];
    let output = place.command().args(args).arg(&file).stdout(full).output().unwrap();
    crate::support::Ran::of(output).refused("write the result");
}

#[test]
fn one_bad_file_does_not_keep_out_the_others() {
    let place = Place::new();
    let good = place.file("good.txt", "A good text.\n\nWith two paragraphs.");
    let bad = place.file("bad.txt", "");
    place.run(["add".as_ref(), bad.as_os_str(), good.as_os_str()]).refused("1 added");
    assert_eq!(place.run(["list", "--format", "json"]).json()["documents"].as_array().map(Vec::len), Some(1));
}

#[test]
fn settings_out_of_range_are_refused() {
    let place = Place::new();
    let file = place.file("one.txt", "Some text.");
    place.run(["split".as_ref(), file.as_os_str(), "--granularity".as_ref(), "1.5".as_ref()]).refused("granularity");
    place.run(["split".as_ref(), file.as_os_str(), "--granularity".as_ref(), "NaN".as_ref()]).refused("granularity");
}

#[test]
fn a_query_of_any_kind_is_answered() {
    let place = Place::new();
    let file = place.file("one.txt", "A harbour wall.\n\nThe tide came in.");
    place.run(["add".as_ref(), file.as_os_str()]).ok();
    for query in [
        "\"unclosed",
        "(((",
        "AND OR NOT",
        "*",
        "tide AND",
        "NEAR(tide",
        "🌊",
        "col:tide",
        "-tide",
        "'; DROP TABLE documents; --",
    ] {
        let ran = place.run(["search", "--format", "json", "--", query]);
        assert_eq!(ran.code, Some(0), "{query}: {}", ran.err);
    }
    assert_eq!(place.run(["search", "tide", "--format", "json"]).json()["hits"].as_array().map(Vec::len), Some(1));
}
