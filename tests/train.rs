//! `caesura train`, as it is called: what it writes, what it goes on from, and what it refuses.

use std::path::Path;

use crate::support::{Place, Ran};

const SUBJECTS: [[&str; 3]; 3] = [
    ["The keeper lit the lamp.", "Ships saw the light from afar.", "The lens was cleaned at dawn."],
    ["Knead the dough well.", "The yeast needs an hour.", "Bake it until the crust is brown."],
    ["The court heard the witness.", "The claim had no merit.", "The judge closed the case."],
];

/// Returns the lines of so many documents of three sections, each of a provider of its own.
fn documents(n: usize) -> String {
    let section = |document: usize, place: usize| {
        let subject = SUBJECTS[(document + place) % SUBJECTS.len()];
        // Documents of the same text would be dropped.
        let units: Vec<String> = subject.iter().map(|unit| format!("{unit} This was day {document}.")).collect();
        serde_json::json!({"title": format!("Part {place}"), "heading_path": [], "paragraphs": units})
    };
    let line = |document: usize| {
        let sections: Vec<_> = (0..3).map(|place| section(document, place)).collect();
        format!("{}\n", serde_json::json!({"id": format!("{document}"), "unit": "utterance", "sections": sections}))
    };
    (0..n).map(line).collect()
}

/// Runs the command line, which needs to know where libtorch is.
fn run(place: &Place, args: &[&str]) -> Ran {
    let mut command = place.command();
    if let Some(folders) = std::env::var_os("LD_LIBRARY_PATH") {
        command.env("LD_LIBRARY_PATH", folders);
    }
    Ran::of(command.args(args).output().expect("run caesura"))
}

fn train(place: &Place, args: &[&str]) -> Ran {
    run(place, &[&["train"], args].concat())
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it was written")
}

#[test]
fn a_context_model_is_trained_and_cuts() {
    let place = Place::new();
    place.file("talks.jsonl", documents(40));
    let args =
        ["context", "talks.jsonl", "--steps", "3", "--members", "2", "--vectors", "vectors", "--output", "model"];
    let ran = train(&place, &args);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for said in ["documents to train on", "member 1, step 3", "member 2, step 3", "model.safetensors"] {
        assert!(ran.err.contains(said), "{:?} does not say {said:?}", ran.err);
    }
    let weights = read(&place.path("model/model.safetensors"));
    // Both members were done: nothing is left to do, and the weights come out as they were.
    assert_eq!(train(&place, &args).code, Some(0));
    assert!(weights == read(&place.path("model/model.safetensors")), "the weights differ");
    let table = run(&place, &["evaluate", "chapters", "talks.jsonl", "--model", "model"]).ok();
    assert!(table.contains("context"), "{table}");
}

#[test]
fn data_that_teaches_nothing_is_refused() {
    let place = Place::new();
    let refused = |data: &str, because: &str| {
        train(&place, &["context", data, "--output", "model"]).refused(because);
        train(&place, &["pair", data, "--base", "base", "--output", "model"]).refused(because);
    };
    refused("missing.jsonl", "missing.jsonl");
    place.file("broken.jsonl", "{\"id\": \"a\", \"unit\": \"utter");
    refused("broken.jsonl", "broken.jsonl");
    place.file("kind.jsonl", "{\"id\": \"a\", \"unit\": \"stanza\", \"sections\": []}\n");
    refused("kind.jsonl", "stanza");
    place.file("talks.jsonl", documents(9));
    let args = ["context", "talks.jsonl", "--share", "tlaks.jsonl=0.5", "--output", "model"];
    train(&place, &args).refused("--share names \"tlaks.jsonl\", and the files are talks.jsonl");
    assert!(!place.path("model/model.safetensors").exists());
}

#[test]
fn a_base_that_is_no_model_is_refused() {
    let place = Place::new();
    place.file("talks.jsonl", documents(40));
    train(&place, &["pair", "talks.jsonl", "--base", "nowhere", "--output", "model"]).refused("nowhere");
    std::fs::create_dir(place.path("base")).expect("a folder");
    place.file("base/config.json", "{\"model_type\": \"xlnet\"}");
    train(&place, &["pair", "talks.jsonl", "--base", "base", "--output", "model"]).refused("xlnet");
}
