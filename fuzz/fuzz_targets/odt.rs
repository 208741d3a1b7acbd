//! OpenDocument texts: the files in the package, unpacked.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    const FIXED: [(&str, &str); 1] = [("mimetype", "application/vnd.oasis.opendocument.text")];
    caesura_fuzz::hold(&caesura_fuzz::packed(bytes, "content.xml", &FIXED), "a.odt");
});
