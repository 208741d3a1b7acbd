//! Plain text, transcripts by turns, and whatever else a text says it is.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.txt");
});
