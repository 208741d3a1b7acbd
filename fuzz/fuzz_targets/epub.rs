//! EPUB books: the files in the package, unpacked.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    const CONTAINER: &str = "<container><rootfiles><rootfile full-path=\"a.opf\"/></rootfiles></container>";
    const FIXED: [(&str, &str); 2] = [("mimetype", "application/epub+zip"), ("META-INF/container.xml", CONTAINER)];
    caesura_fuzz::hold(&caesura_fuzz::packed(bytes, "a.opf", &FIXED), "a.epub");
});
