//! Tags and the state of work, from the command line.

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
    assert_eq!(place.run(["tag", "list"]).ok(), "");
    assert_eq!(titles(&place, &["--state", "unread"]).len(), 2);
}
