//! Subtitles: SubRip and WebVTT.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.srt");
    caesura_fuzz::hold(bytes, "a.vtt");
});
