//! What is typed into the search box.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(typed) = std::str::from_utf8(bytes) else { return };
    // What is understood is longer than what was typed, and of too many words only the words are read.
    if 150 < typed.len() {
        return;
    }
    let query = caesura::search::parse(typed);
    let again = caesura::search::parse(&query.understood_as());
    // It also has more parentheses, and of too many within each other only the words are read.
    if again.explanation().is_some_and(|why| why.contains("parentheses")) {
        return;
    }
    assert_eq!(query.expression(), again.expression(), "{typed:?} as {:?}", query.understood_as());
    for other in [query.begun_word(), query.any_word()].into_iter().flatten() {
        assert!(other.expression().is_some());
    }
});
