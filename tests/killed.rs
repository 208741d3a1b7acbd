//! The program killed at any moment: the library opens, with whole documents only, and the work goes on.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::support::{Place, project};

#[test]
fn a_killed_add_leaves_whole_documents_and_can_be_taken_up_again() {
    let place = Place::new();
    let articles = project("corpora/articles");
    for millis in [60, 150, 250, 400] {
        let mut child = place
            .command()
            .args(["--threads", "1", "add"])
            .arg(&articles)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start caesura");
        thread::sleep(Duration::from_millis(millis));
        child.kill().expect("kill caesura");
        child.wait().expect("wait for caesura");
        if place.path("test.caesura").exists() {
            check_whole(&place);
        }
    }
    place.run(["add".as_ref(), articles.as_os_str()]).ok();
    assert_eq!(check_whole(&place), 72);
}

#[test]
fn a_killed_correction_leaves_chapters_that_are_those_of_its_corrections() {
    let place = Place::new();
    let text: String = (0..400).map(|n| format!("Paragraph {n} is about boats and the harbour.\n\n")).collect();
    let file = place.file("boats.txt", text);
    place.run(["add".as_ref(), file.as_os_str(), "--engine".as_ref(), "lexical".as_ref()]).ok();
    place.run(["edit", "1", "recut", "--granularity", "0"]).ok();
    let mut n_done = 0;
    for n in 1..=24_u64 {
        let unit = (n * 7).to_string();
        let mut child = place
            .command()
            .args(["edit", "1", "split", &unit])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start caesura");
        thread::sleep(Duration::from_millis(n * 3));
        child.kill().expect("kill caesura");
        let is_done = child.wait().expect("wait for caesura").success();
        check_whole(&place);
        let json = place.run(["show", "1", "--format", "json"]).json();
        let n_chapters = json["chapters"].as_array().expect("chapters").len();
        let log = place.run(["edit", "1", "log"]).ok();
        assert_eq!(n_chapters, 1 + log.lines().count(), "{log}");
        n_done += usize::from(is_done);
        assert!(n_done < n_chapters, "what was said to be done is there");
    }
}

/// Checks that every document of the library has chapters that tile it, and returns how many documents there are.
#[track_caller]
fn check_whole(place: &Place) -> usize {
    let json = place.run(["export", "--format", "json"]).json();
    let documents = json["documents"].as_array().expect("documents");
    for document in documents {
        let n_bytes = document["document"]["n_bytes"].as_u64();
        let chapters = document["chapters"].as_array().expect("chapters");
        let mut end = Some(0);
        for chapter in chapters {
            assert_eq!(chapter["start_byte"].as_u64(), end, "{document}");
            end = chapter["end_byte"].as_u64();
        }
        assert_eq!(end, n_bytes, "{document}");
    }
    documents.len()
}
