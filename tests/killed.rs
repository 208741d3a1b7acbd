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
