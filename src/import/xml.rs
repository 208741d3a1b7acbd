//! Bytes of XML into its tags and text, in order: no tree, no entities but the five of XML, nothing fetched.
//!
//! `quick-xml` reads no document type, so entities that a file declares stay unexpanded, and are left out here; and what
//! is nested a million deep takes no more memory than what is not.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::encodings;

/// What is met on the way through a file.
pub(super) enum Node<'a> {
    /// An element begins. One that is empty begins and ends.
    Open(&'a Element<'a>),
    /// The element of that local name ends.
    Close(&'a str),
    /// Text, with the references in it read.
    Text(&'a str),
}

/// The start of an element.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Returns the name without its prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// Returns whether its name has that prefix.
    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.0.name().into_inner().split_once(':').is_some_and(|(own, _)| own == prefix)
    }

    /// Returns the value of the attribute of that name, whatever its prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| local(attribute.key.into_inner()) == name)?;
        let value = found.normalized_value(XmlVersion::default()).unwrap_or_else(|_| found.value.clone());
        Some(value.into_owned())
    }

    /// Returns the value of the attribute of that whole name, its prefix with it.
    pub(super) fn attribute_named(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| attribute.key.into_inner() == name)?;
        let value = found.normalized_value(XmlVersion::default()).unwrap_or_else(|_| found.value.clone());
        Some(value.into_owned())
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Walks through a file, and returns what is wrong with it where the walk ended before its end.
pub(super) fn walk(bytes: &[u8], visit: &mut dyn FnMut(Node)) -> Result<(), String> {
    let text = encodings::decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => return Ok(()),
            Event::Start(start) => visit(Node::Open(&Element(start))),
            Event::Empty(start) => {
                let element = Element(start);
                visit(Node::Open(&element));
                visit(Node::Close(element.name()));
            }
            Event::End(end) => visit(Node::Close(local(end.name().into_inner()))),
            Event::Text(text) => visit(Node::Text(&text.xml10_content())),
            Event::CData(text) => visit(Node::Text(&text.into_inner())),
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Cow::Owned(c.to_string()),
                    _ => Cow::Borrowed(predefined(&reference.xml10_content())),
                };
                visit(Node::Text(&text));
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
}

/// Returns what one of the entities that XML knows by itself stands for; nothing for others.
fn predefined(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xml: &str, expected: &str) {
        let mut found = String::new();
        let _ = walk(xml.as_bytes(), &mut |node| match node {
            Node::Open(element) => {
                found.push_str(&format!("({}", element.name()));
                if let Some(value) = element.attribute("v") {
                    found.push_str(&format!("={value}"));
                }
                found.push(' ');
            }
            Node::Close(_) => found.push(')'),
            Node::Text(text) => found.push_str(text),
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn tags_and_text_come_in_order() {
        check("<a:b x:v='1 &amp; 2'>x &lt; y&#33;<c/><![CDATA[<z>]]></a:b>", "(b=1 & 2 x < y!(c )<z>)");
    }

    #[test]
    fn entities_of_the_files_own_are_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'><!ENTITY d SYSTEM 'file:///etc/passwd'>]><a>x&c;&d;y</a>";
        check(bomb, "(a xy)");
    }

    #[test]
    fn what_breaks_off_is_read_up_to_there() {
        check("<a><b>lamp</c> oil<d", "(a (b lamp) oil");
    }
}
