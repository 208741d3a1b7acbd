//! DOCX (ECMA-376, `WordprocessingML`): the text under its chapter titles, for word processors.
//!
//! Chapters are headings of the built-in styles, so that the navigation pane and a table of contents know them. The
//! writer is ours: the crate for it holds the whole document as a tree, and a second version of `zip` comes with it; what
//! a text of headings and paragraphs needs is little.

use std::io::Write;

use super::package::Package;
use super::{DocumentView, clock, on_one_line, xml};
use crate::document::{Chapter, Unit};
use crate::error::Result;

const CONTENT_TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>
</Types>
"#;

const PACKAGE_PARTS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>
<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/>
</Relationships>
"#;

const DOCUMENT_PARTS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
</Relationships>
"#;

/// The namespace of the text and of its styles.
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The sizes of the headings, in half points.
const HEADING_SIZES: [u8; 6] = [32, 28, 26, 24, 22, 22];

/// Writes one document. Its title has the style `Title`, a chapter of level n the style `Heading n`.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    let mut package = Package::start();
    let part = |content: &str| format!("{}\n{content}", xml::HEAD);
    package.write("[Content_Types].xml", &part(CONTENT_TYPES))?;
    package.write("_rels/.rels", &part(PACKAGE_PARTS))?;
    package.write("word/_rels/document.xml.rels", &part(DOCUMENT_PARTS))?;
    package.write("word/styles.xml", &part(&styles(view.language())))?;
    package.write("docProps/core.xml", &part(&core_properties(view)))?;
    package.write("docProps/custom.xml", &part(&custom_properties(view)?))?;
    text(view, package.entry("word/document.xml")?)?;
    package.finish(out)
}

fn text(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}\n<w:document xmlns:w=\"{MAIN}\"><w:body>", xml::HEAD)?;
    writeln!(out, "{}", paragraph("Title", &[run("", &on_one_line(view.title))]))?;
    for chapter in view.chapters {
        writeln!(out, "{}", heading(chapter))?;
        let mut speaker = None;
        for unit in &view.units.units[chapter.units()] {
            writeln!(out, "{}", said(unit, view.text, speaker))?;
            speaker = unit.speaker.as_deref();
        }
    }
    writeln!(out, "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/>")?;
    writeln!(
        out,
        "<w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1417\" w:left=\"1417\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/>"
    )?;
    Ok(writeln!(out, "</w:sectPr></w:body></w:document>")?)
}

fn heading(chapter: &Chapter) -> String {
    let style = format!("Heading{}", chapter.level.clamp(1, 6));
    paragraph(&style, &[run("", &on_one_line(&chapter.title))])
}

/// Returns a unit as a paragraph. Who speaks is named where another spoke before, and so is when.
fn said(unit: &Unit, whole: &str, before: Option<&str>) -> String {
    let words = run("", unit.span.of(whole));
    match unit.speaker.as_deref() {
        Some(speaker) if before != Some(speaker) => {
            let time = unit.time.map_or_else(String::new, |time| format!(" ({})", clock(time.start)));
            let name = format!("{}{time}: ", on_one_line(speaker));
            paragraph("", &[run("<w:rPr><w:b/></w:rPr>", &name), words])
        }
        _ => paragraph("", &[words]),
    }
}

fn paragraph(style: &str, runs: &[String]) -> String {
    let style = match style {
        "" => String::new(),
        style => format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>"),
    };
    format!("<w:p>{style}{}</w:p>", runs.concat())
}

/// Returns text of one look. Line ends and tabs are elements of their own.
fn run(look: &str, text: &str) -> String {
    let escaped = xml::escaped(text)
        .replace("&#13;", "")
        .replace("&#10;", "</w:t><w:br/><w:t xml:space=\"preserve\">")
        .replace("&#9;", "</w:t><w:tab/><w:t xml:space=\"preserve\">");
    format!("<w:r>{look}<w:t xml:space=\"preserve\">{escaped}</w:t></w:r>")
}

fn styles(language: Option<&str>) -> String {
    // Word keeps a language for each kind of writing, and text in Chinese or Arabic is looked up under its own.
    let language = language.map_or_else(String::new, |code| {
        let code = xml::escaped(code);
        format!("<w:lang w:val=\"{code}\" w:eastAsia=\"{code}\" w:bidi=\"{code}\"/>")
    });
    let mut styles = format!(
        "<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:cs=\"Calibri\"/><w:sz w:val=\"22\"/>{language}</w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"120\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\n\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\n\
         <w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn w:val=\"Normal\"/>\
         <w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:spacing w:after=\"240\"/></w:pPr><w:rPr><w:sz w:val=\"44\"/></w:rPr></w:style>\n"
    );
    for (level, size) in (1..).zip(HEADING_SIZES) {
        styles.push_str(&format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:keepNext/><w:keepLines/>\
             <w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"{}\"/></w:pPr>\
             <w:rPr><w:b/><w:sz w:val=\"{size}\"/></w:rPr></w:style>\n",
            level - 1
        ));
    }
    styles.push_str("</w:styles>\n");
    styles
}

fn core_properties(view: &DocumentView<'_>) -> String {
    let written = |(element, value): (&str, Option<&str>)| {
        value.map(|value| format!("<{element}>{}</{element}>", xml::escaped(&on_one_line(value))))
    };
    let properties = [
        ("dc:title", Some(view.title)),
        ("dc:creator", view.fields.author.as_deref()),
        ("dc:language", view.language()),
    ];
    format!(
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{}</cp:coreProperties>\n",
        properties.into_iter().filter_map(written).collect::<String>(),
    )
}

/// Returns how the chapters came to be, as properties that word processors show under the document's own.
fn custom_properties(view: &DocumentView<'_>) -> Result<String> {
    let properties = [
        ("Made by", format!("Caesura {}", crate::VERSION)),
        ("Source", on_one_line(view.source_name)),
        ("Provenance", serde_json::to_string(view.provenance)?),
    ];
    let mut written = "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">\n"
        .to_owned();
    // The standard names this one identifier for every property, and counts them from 2.
    for (number, (name, value)) in (2..).zip(properties) {
        written.push_str(&format!(
            "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" name=\"{name}\">\
             <vt:lpwstr>{}</vt:lpwstr></property>\n",
            xml::escaped(&value)
        ));
    }
    written.push_str("</Properties>\n");
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_whatever_is_in_it() {
        assert_eq!(
            run("", "a <w:b/>\nb\tc"),
            "<w:r><w:t xml:space=\"preserve\">a &lt;w:b/&gt;</w:t><w:br/><w:t xml:space=\"preserve\">b</w:t><w:tab/>\
             <w:t xml:space=\"preserve\">c</w:t></w:r>"
        );
    }
}
