//! Word documents: the files in the package, unpacked.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    const FIXED: [(&str, &str); 1] = [("[Content_Types].xml", "")];
    caesura_fuzz::hold(&caesura_fuzz::packed(bytes, "word/document.xml", &FIXED), "a.docx");
});
