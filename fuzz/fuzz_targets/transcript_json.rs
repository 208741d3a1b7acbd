//! Transcripts in JSON: of Whisper, of podcasts, of YouTube.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.json");
});
