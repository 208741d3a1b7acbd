//! Archives: as they are, or made of a packed text.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(&caesura_fuzz::packed(bytes, "a.txt", &[]), "a.zip");
});
