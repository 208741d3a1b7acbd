//! Excel workbooks: the files in the package, unpacked.

#![no_main]

libfuzzer_sys::fuzz_target!(init: caesura_fuzz::let_dependencies_panic(), |bytes: &[u8]| {
    const WORKBOOK: &str = "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
        <sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
    const RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>";
    const ROOT: &str = "<Relationships><Relationship Id=\"r1\" Target=\"xl/workbook.xml\" \
        Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>";
    const FIXED: [(&str, &str); 4] = [
        ("[Content_Types].xml", ""),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
    ];
    caesura_fuzz::hold(&caesura_fuzz::packed(bytes, "xl/worksheets/sheet1.xml", &FIXED), "a.xlsx");
});
