//! Pages: whole ones, and pieces of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.html");
});
