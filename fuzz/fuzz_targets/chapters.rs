//! Chapters in a file of their own, put into a transcript.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    use caesura::import::{import, read_chapters, with_chapters};
    let Ok(chapters) = read_chapters(bytes, "a.chapters.txt") else { return };
    assert!(!chapters.is_empty() && chapters.is_sorted_by_key(|chapter| chapter.start));
    assert!(chapters.iter().all(|chapter| !chapter.title.trim().is_empty() && (1..=6).contains(&chapter.level)));
    let talk = b"WEBVTT\n\n00:01.000 --> 00:02.000\nLit?\n\n00:05.000 --> 00:07.000\nYes, at dusk.\n";
    let talk = import(talk, "a.vtt").expect("a transcript of ours is read");
    caesura_fuzz::assert_laws(&with_chapters(talk, &chapters));
});
