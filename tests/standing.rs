//! Tags, the state of work, and back-ups, from the command line.

use crate::support::Place;

fn place() -> Place {
    let place = Place::new();
    for (name, text) in [("bees.txt", "Bees leave the hive."), ("trains.txt", "Trains meet at night.")] {
        let file = place.file(name, text);
        place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), file.as_os_str()]).ok();
    }
    place
}

fn titles(place: &Place, args: &[&str]) -> Vec<String> {
    let list = ["list", "--format", "json"].into_iter().chain(args.iter().copied());
    let json = place.run(list).json();
    let documents = json["documents"].as_array().expect("documents");
    documents.iter().map(|document| document["source"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn documents_are_tagged_found_by_tag_and_renamed() {
    let place = place();
    place.run(["tag", "add", "field notes / wave one", "1"]).ok();
    place.run(["tag", "add", "transport", "2"]).ok();
    assert_eq!(titles(&place, &["--tag", "field notes"]), ["bees.txt"]);
    assert_eq!(place.run(["tag", "list"]).ok(), "    1  field notes/wave one\n    1  transport\n");
    place.run(["tag", "rename", "transport", "field notes/wave two"]).ok();
    assert_eq!(titles(&place, &["--tag", "Field Notes"]), ["bees.txt", "trains.txt"]);
    place.run(["tag", "remove", "field notes/wave one", "1"]).ok();
    let json = place.run(["tag", "list", "--format", "json"]).json();
    assert_eq!(json["tags"][0]["tag"], "field notes/wave two");
    assert_eq!(json["tags"][0]["n_documents"], 1);
}

#[test]
fn the_state_of_work_is_set_and_filtered_by() {
    let place = place();
    place.run(["mark", "checked", "2"]).ok();
    assert_eq!(titles(&place, &["--state", "checked"]), ["trains.txt"]);
    assert_eq!(titles(&place, &["--state", "unread"]), ["bees.txt"]);
    place.run(["mark", "in-work", "1", "2", "2"]).ok();
    assert_eq!(titles(&place, &["--state", "in-work"]), ["bees.txt", "trains.txt"]);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let place = place();
    place.run(["tag", "add", " / ", "1"]).refused("tag must be one to a hundred characters");
    place.run(["tag", "add", "bees", "1", "77"]).refused("there is no document 77");
    place.run(["mark", "checked", "77"]).refused("there is no document 77");
    place.run(["tag", "rename", "bees", "hives"]).refused("no document has it");
    assert_eq!(place.run(["tag", "list"]).ok(), "");
    assert_eq!(titles(&place, &["--state", "unread"]).len(), 2);
}

/// Returns the names of what lies in the place, but for the sources of its documents.
fn files(place: &Place) -> Vec<String> {
    let entries =
        std::fs::read_dir(place.path(".")).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("letters")).collect();
    names.retain(|name| !["bees.txt", "trains.txt"].contains(&name.as_str()));
    names.sort();
    names
}

#[test]
fn a_healthy_library_stays_in_its_place_whatever_the_back_up_is() {
    let place = place();
    place.file("notes.caesura", "this is my shopping list, not a database\n".repeat(40));
    for (name, because) in [("notes.caesura", "not a library"), ("typo.caesura", "no such file")] {
        place.run(["restore", "--replace", name]).refused(because);
        assert_eq!(titles(&place, &[]), ["bees.txt", "trains.txt"]);
        assert_eq!(files(&place), ["notes.caesura", "test.caesura"]);
    }
}

#[test]
fn a_library_that_is_damaged_is_put_aside_and_no_other() {
    let place = place();
    place.run(["backup", "copy"]).ok();
    let library = place.path("test.caesura");
    let own = std::fs::read(&library).expect("the library");

    let newer = [&own[..60], &99_u32.to_be_bytes(), &own[64..]].concat();
    std::fs::write(&library, newer).expect("written");
    place.run(["restore", "--replace", "copy"]).refused("a newer version of Caesura wrote it");
    assert_eq!(files(&place), ["copy", "test.caesura"]);

    std::fs::write(&library, "this is my shopping list, not a database\n".repeat(40)).expect("written");
    place.run(["restore", "typo", "--replace"]).refused("no such file");
    assert_eq!(files(&place), ["copy", "test.caesura"]);
    place.run(["restore", "copy", "--replace"]).ok();
    assert_eq!(files(&place), ["copy", "test.caesura", "test.caesura.damaged"]);
    assert_eq!(titles(&place, &[]), ["bees.txt", "trains.txt"]);
}
