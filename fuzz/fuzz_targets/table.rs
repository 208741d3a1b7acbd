//! Tables as text: a document a row.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.csv");
    caesura_fuzz::hold(bytes, "a.tsv");
});
