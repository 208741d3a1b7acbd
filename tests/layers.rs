//! Who may import whom, and what each part must not know.
//!
//! A new arrow between rooms is a decision: change the table together with ARCHITECTURE.md, and say why in the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms, each with the rooms it may import from. A room may only name rooms above it, so there is no circle.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("progress", &["error"]),
    ("document", &[]),
    ("words", &[]),
    ("neural", &["error", "progress"]),
    ("import", &["error", "document", "words"]),
    ("units", &["document", "words"]),
    ("boundaries", &["error", "progress", "document", "words", "neural"]),
    ("chapters", &["document"]),
    ("corrections", &["error", "document", "chapters"]),
    ("titles", &["error", "progress", "document", "words", "neural", "chapters"]),
    ("topics", &["error", "progress", "document", "words"]),
    ("evaluate", &["error", "progress", "document", "words", "neural", "boundaries", "chapters", "topics"]),
    // Training reads references as measuring does, and knows tensors, which the rest leaves to neural.
    ("train", &["error", "progress", "document", "words", "units", "neural", "boundaries", "evaluate"]),
    ("store", &["error", "document", "corrections"]),
    ("concordance", &["document", "words"]),
    ("search", &["error", "progress", "document", "words", "concordance", "store"]),
    ("word_counts", &["error", "progress", "words", "store"]),
    ("pictures", &["document"]),
    ("export", &["error", "document", "pictures"]),
    (
        "pipeline",
        &[
            "error",
            "progress",
            "document",
            "words",
            "neural",
            "import",
            "units",
            "boundaries",
            "chapters",
            "corrections",
            "titles",
            "topics",
            "store",
            "export",
        ],
    ),
];

/// Words that must not stand in the code of a part of the tree, with the places where they may, and why.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden { word: "println!", under: "src/", except: &["src/bin/"], why: "the library never prints" },
    Forbidden { word: "eprint", under: "src/", except: &["src/bin/"], why: "the library never prints" },
    Forbidden { word: "std::env", under: "src/", except: &["src/bin/"], why: "the library reads no environment" },
    Forbidden { word: "SystemTime", under: "src/", except: &["src/bin/"], why: "the library reads no clock" },
    Forbidden { word: "Instant::now", under: "src/", except: &["src/bin/"], why: "the library reads no clock" },
    Forbidden { word: "directories::", under: "src/", except: &["src/bin/"], why: "the library knows no home" },
    Forbidden {
        word: "rusqlite",
        under: "src/",
        except: &["src/store/", "src/error.rs"],
        why: "only the store knows SQL",
    },
    Forbidden { word: "rten", under: "src/", except: &["src/neural/"], why: "only neural knows a tensor" },
    Forbidden { word: "ndarray", under: "src/", except: &["src/neural/"], why: "only neural knows a tensor" },
    Forbidden {
        word: "use tch",
        under: "src/",
        except: &["src/neural/", "src/train/"],
        why: "only neural and training know a tensor",
    },
    Forbidden {
        word: "egui",
        under: "src/",
        except: &[
            "src/bin/caesura-desktop/app.rs",
            "src/bin/caesura-desktop/icon.rs",
            "src/bin/caesura-desktop/theme.rs",
            "src/bin/caesura-desktop/main.rs",
            "src/bin/caesura-desktop/views/",
        ],
        why: "only the views, the app, the icon and the theme draw",
    },
];

struct Forbidden {
    word: &'static str,
    under: &'static str,
    except: &'static [&'static str],
    why: &'static str,
}

/// A source file: its path from the project's root with `/`, and its text.
type Source = (String, String);

#[test]
fn every_room_keeps_to_the_table() {
    let sources = sources();
    assert!(sources.len() > 50, "found only {} source files", sources.len());
    assert_eq!(violations(&sources), Vec::<String>::new());
}

#[test]
fn the_table_has_no_circle_and_lists_each_room_once() {
    let mut above = BTreeSet::new();
    for (room, imports) in MAY_IMPORT {
        for import in *imports {
            assert!(above.contains(import), "{room} may import {import}, which does not stand above it");
        }
        assert!(above.insert(*room), "{room} is listed twice");
    }
}

#[track_caller]
fn check_planted(path: &str, code: &str, expected: &str) {
    let found = violations(&[(path.to_owned(), code.to_owned())]);
    assert!(found.iter().any(|violation| violation.contains(expected)), "{path}: {found:?}");
}

#[test]
fn a_planted_violation_is_found() {
    check_planted("src/words/mod.rs", "use crate::store::Library;", "words imports store");
    check_planted(
        "src/topics/minhash.rs",
        "use crate::{\n    error::Result,\n    search,\n};",
        "topics imports search",
    );
    check_planted("src/chapters.rs", "fn f() { crate::pipeline::recut() }", "chapters imports pipeline");
    check_planted("src/cellar/mod.rs", "", "cellar is not in the table");
    check_planted("src/words/mod.rs", "fn f() { println!(\"x\") }", "never prints");
    check_planted("src/search/mod.rs", "use rusqlite::Connection;", "only the store knows SQL");
    check_planted("src/import/mod.rs", "fn f() { std::env::var(\"HOME\"); }", "no environment");
    check_planted("src/bin/caesura-desktop/state.rs", "use eframe::egui::Ui;", "only the views");
}

#[test]
fn what_only_a_comment_or_a_test_says_is_no_violation() {
    let code =
        "//! See [`crate::store`].\n// crate::pipeline\n#[cfg(test)]\nmod tests { use crate::store::Library; }\n";
    assert_eq!(violations(&[("src/words/mod.rs".to_owned(), code.to_owned())]), Vec::<String>::new());
}

/// Returns what breaks the table, one line each.
fn violations(sources: &[Source]) -> Vec<String> {
    let table: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut found = Vec::new();
    for (path, text) in sources {
        let code = code_of(path, text);
        for rule in FORBIDDEN.iter().filter(|rule| rule.applies_to(path) && code.contains(rule.word)) {
            found.push(format!("{path} has {}: {}", rule.word, rule.why));
        }
        let Some(room) = room_of(path) else { continue };
        let Some(allowed) = table.get(room) else {
            found.push(format!("{path}: {room} is not in the table"));
            continue;
        };
        for import in imports(&code).into_iter().filter(|import| import != room) {
            if table.contains_key(import.as_str()) && !allowed.contains(&import.as_str()) {
                found.push(format!("{path}: {room} imports {import}"));
            }
        }
    }
    found
}

impl Forbidden {
    fn applies_to(&self, path: &str) -> bool {
        path.starts_with(self.under) && !self.except.iter().any(|place| path.starts_with(place))
    }
}

/// Returns the room a file of the library belongs to; `lib.rs` and the binaries belong to none.
fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    if inside.starts_with("bin/") || inside == "lib.rs" {
        return None;
    }
    inside.split('/').next().map(|first| first.strip_suffix(".rs").unwrap_or(first))
}

/// Returns the text without comments and without the tests at its end.
fn code_of(path: &str, text: &str) -> String {
    // Files that hold nothing but tests.
    if path.ends_with("/tests.rs") || path.ends_with("/laws.rs") {
        return String::new();
    }
    let until_tests = text.find("\n#[cfg(test)]\nmod tests").map_or(text, |end| &text[..end]);
    let lines = until_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the rooms that `code` names after `crate::`, alone or in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(heads_of_group(group)),
            None => rooms.extend(identifier(rest)),
        }
    }
    rooms
}

/// Returns the first name of each entry of a group `a::b, c::{d, e}, f}`.
fn heads_of_group(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut entry) = (0_usize, String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(identifier(std::mem::take(&mut entry).trim())),
            c if depth == 0 => entry.push(c),
            _ => {}
        }
    }
    heads.extend(identifier(entry.trim()));
    heads
}

fn identifier(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Returns every Rust file under `src`, in order.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("read a folder of src") {
            let path = entry.expect("read an entry of src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root).expect("a file of the project").to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).expect("read a source file")));
            }
        }
    }
    found.sort();
    found
}
