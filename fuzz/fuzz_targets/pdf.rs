//! PDF.

#![no_main]

libfuzzer_sys::fuzz_target!(init: caesura_fuzz::let_dependencies_panic(), |bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.pdf");
});
