//! Mail: the subject as title, who, when and to whom as fields, the words of the letter as text; a mailbox is many letters.
//!
//! `mail-parser` takes letters apart. What is attached is named and not opened.

use mail_parser::{Address, Message, MessageParser, MimeHeaders};

use crate::document::{Date, Document, Field, Format};

use super::layout::{self, Layout};
use super::refusal::{self, Refusal, Unread};
use super::{html, plain_text};

const WHAT: &str = "a letter";

/// How many of the names of a letter to many are kept.
const MAX_NAMES: usize = 50;

/// Reads one letter. `title` is for one without a subject.
pub(super) fn document(bytes: &[u8], title: String) -> Unread<Document> {
    let damaged = || Refusal::Damaged { what: WHAT, reason: "it has neither head nor text".to_owned() };
    // In a development build the parser ends at letters within letters that never end; in a release build it reads on.
    let message = refusal::caught(WHAT, || MessageParser::default().parse(bytes).ok_or_else(damaged))?;
    let title = message.subject().map(line).filter(|subject| !subject.is_empty()).unwrap_or(title);
    let has_plain_text = message.text_part(0).is_some_and(|part| part.is_text() && !part.is_text_html());
    let mut document = if has_plain_text {
        let bodies: Vec<&str> = message.text_bodies().filter_map(|part| part.text_contents()).collect();
        let text = layout::clean(bodies.join("\n\n").into());
        plain_text::document(text.into_owned().into(), title.clone())
    } else {
        let mut layout = Layout::default();
        for part in message.html_bodies().filter_map(|part| part.text_contents()) {
            html::lay_out(&layout::clean(part.into()), &mut layout);
        }
        layout.into_document(title.clone(), Format::Mail)
    };
    document.format = Format::Mail;
    // What a letter begins with is no title of its own.
    document.title = title;
    take_fields(&message, &mut document);
    Ok(document)
}

fn take_fields(message: &Message, document: &mut Document) {
    let fields = &mut document.fields;
    fields.author = message.from().and_then(|from| names(from).into_iter().next());
    fields.date = message.date().and_then(|date| Date::new(date.year, Some(date.month), Some(date.day)));
    let mut add = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            fields.others.push(Field { name: name.to_owned(), value: values.join(", ") });
        }
    };
    add("to", message.to().map(names).unwrap_or_default());
    add("cc", message.cc().map(names).unwrap_or_default());
    let list = message.header_raw("List-Id").map(line).filter(|list| !list.is_empty());
    add("list", list.into_iter().collect());
    let attached = message.attachments().filter_map(|part| part.attachment_name()).map(line);
    add("attached", attached.filter(|name| !name.is_empty()).take(MAX_NAMES).collect());
}

/// Returns the names of an address list, or what mail goes to where there is none.
fn names(address: &Address) -> Vec<String> {
    let named = |one: &mail_parser::Addr| {
        let name = one.name.as_deref().map(line).filter(|name| !name.is_empty());
        name.or_else(|| one.address.as_deref().map(line)).filter(|name| !name.is_empty())
    };
    address.iter().filter_map(named).take(MAX_NAMES).collect()
}

fn line(text: &str) -> String {
    layout::one_line(&layout::clean(text.into()))
}

/// Returns whether bytes begin as a letter does. `is_named` says that the name of the file tells so, too.
pub(super) fn is_letter(bytes: &[u8], is_named: bool) -> bool {
    let (mut has_sender, mut has_mark, mut n_lines) = (false, false, 0);
    for head in head_lines(bytes) {
        let Some(name) = header_name(head) else {
            // A head may go on in the next line, set in.
            if n_lines == 0 || !head.starts_with([' ', '\t']) {
                return false;
            }
            continue;
        };
        n_lines += 1;
        has_sender |= matches!(&name[..], "from" | "sender" | "subject");
        has_mark |= matches!(&name[..], "received" | "mime-version" | "message-id" | "return-path" | "delivered-to");
        if has_sender && (has_mark || is_named) {
            return true;
        }
    }
    false
}

/// Returns the first lines, up to an empty one.
fn head_lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    const MAX_LINES: usize = 200;
    let head = &bytes[..bytes.len().min(64 * 1024)];
    let head = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let head = head.trim_start_matches('\u{feff}');
    head.lines().take(MAX_LINES).take_while(|line| !line.trim().is_empty())
}

/// Returns the name of a head such as `Subject: Lamps`, in lower case.
fn header_name(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':')?;
    let is_name =
        (2..=60).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| name.to_ascii_lowercase())
}

/// Returns whether bytes begin as a mailbox does: with a line of a sender and a day, and a letter after it.
pub(super) fn is_mailbox(bytes: &[u8]) -> bool {
    let start = skip_blank(bytes);
    starts_letter(start) && {
        let end = start.iter().position(|&byte| byte == b'\n').map_or(start.len(), |end| end + 1);
        head_lines(&start[end..]).next().is_some_and(|line| header_name(line).is_some())
    }
}

fn skip_blank(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

/// Returns whether a line begins a letter in a mailbox: `From ann@example.org Thu Mar  4 05:06:07 2021`.
fn starts_letter(bytes: &[u8]) -> bool {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_prefix(b"From ").is_some_and(|rest| {
        let has_year = rest.windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
        has_year && rest.len() < 300
    })
}

/// Returns the letters of a mailbox, in its order.
///
/// A letter begins at a line that says so at the very start or after an empty line, if a head follows it: the words "From
/// here" in a letter begin nothing. `>From` is read as it was written.
pub(super) fn letters(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut rest = skip_blank(bytes);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let letter_end = next_letter(rest);
            let letter = &rest[..letter_end];
            rest = &rest[letter_end..];
            let body =
                letter.iter().position(|&byte| byte == b'\n').map_or(&letter[letter.len()..], |end| &letter[end + 1..]);
            if !body.trim_ascii().is_empty() {
                return Some(unquoted(body));
            }
        }
        None
    })
}

/// Returns where the letter after the one that `bytes` begin with begins.
fn next_letter(bytes: &[u8]) -> usize {
    let mut at = 0;
    let mut is_after_blank = false;
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
        if 0 < at && is_after_blank && starts_letter(&bytes[at..]) && is_mailbox(&bytes[at..]) {
            return at;
        }
        is_after_blank = bytes[at..end].trim_ascii().is_empty();
        at = end;
    }
    bytes.len()
}

fn unquoted(letter: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(letter.len());
    for line in letter.split_inclusive(|&byte| byte == b'\n') {
        let bare = line.iter().position(|&byte| byte != b'>').unwrap_or(line.len());
        let is_quoted = 0 < bare && line[bare..].starts_with(b"From ");
        lines.extend_from_slice(if is_quoted { &line[1..] } else { line });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::shown::blocks;
    use super::*;
    use crate::error::Error;

    const LETTER: &str = "From: Ann Lee <ann@example.org>\r\nTo: Bo <bo@example.org>, keeper@example.org\r\n\
        Subject: =?utf-8?q?L=C3=A4mps?= and oil\r\nDate: Thu, 4 Mar 2021 23:06:07 -0500\r\nMessage-ID: <1@example.org>\r\n\
        Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Dear Bo,\r\n\r\nThe lamp is lit, gr=FC=DFe.\r\n";

    fn read(letter: &str) -> Document {
        super::super::import(letter.as_bytes(), "a.eml").unwrap()
    }

    #[test]
    fn a_letter_has_a_title_a_sender_and_a_day() {
        let document = read(LETTER);
        assert_eq!((&document.title[..], document.format), ("Lämps and oil", Format::Mail));
        assert_eq!(blocks(&document), ["Dear Bo,", "The lamp is lit, grüße."]);
        assert_eq!(document.fields.author.as_deref(), Some("Ann Lee"));
        assert_eq!(document.fields.date, Date::from_iso("2021-03-04"));
        assert_eq!(
            document.fields.others,
            [Field { name: "to".to_owned(), value: "Bo, keeper@example.org".to_owned() }]
        );
    }

    #[test]
    fn a_letter_in_a_letter_that_ends_with_the_outer_one_is_read_or_said_to_be_damaged() {
        let within = "--c\nContent-Type: message/rfc822\n\n";
        for letter in ["", within, "Content-Type: message/rfc822\r\n\n\r\n"] {
            let whole = format!("From: Ann\nContent-Type: multipart/mixed; boundary=c\n\n{within}{letter}--c--");
            for end in 0..=whole.len() {
                let read = super::super::import(&whole.as_bytes()[..end], "a.eml");
                let is_refused = |error: &Error| matches!(error, Error::Damaged { .. } | Error::NoText { .. });
                assert!(read.as_ref().err().is_none_or(is_refused), "{read:?}");
            }
        }
    }

    #[test]
    fn of_two_forms_of_a_letter_the_plain_one_is_read_and_what_is_attached_is_named() {
        let letter = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\
            Content-Type: multipart/alternative; boundary=y\n\n--y\nContent-Type: text/plain\n\nLit.\n--y\n\
            Content-Type: text/html\n\n<p>Lit in HTML.</p>\n--y--\n--x\nContent-Type: application/pdf; name=log.pdf\n\
            Content-Disposition: attachment; filename=log.pdf\n\n%PDF-\n--x--\n";
        let document = read(letter);
        assert_eq!(blocks(&document), ["Lit."]);
        assert_eq!(document.fields.others, [Field { name: "attached".to_owned(), value: "log.pdf".to_owned() }]);
        assert_eq!(document.title, "a");
    }

    #[test]
    fn a_letter_in_html_is_read_as_a_page() {
        let letter = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html\n\n<h1>Log</h1><p>Lit.</p>\n";
        assert_eq!(blocks(&read(letter)), ["# Log", "Lit."]);
    }

    #[test]
    fn a_mailbox_is_many_letters() {
        let from = "From ann@example.org Thu Mar  4 05:06:07 2021\n";
        let mailbox = format!(
            "{from}From: a@x\nSubject: One\n\nLit.\n\nFrom here on it burned in 1887.\n>From the tower.\n\n{from}From: b@x\nSubject: Two\n\nOut.\n"
        );
        assert!(is_mailbox(mailbox.as_bytes()));
        let letters: Vec<String> =
            letters(mailbox.as_bytes()).map(|letter| String::from_utf8(letter).unwrap()).collect();
        assert_eq!(letters.len(), 2);
        assert!(letters[0].contains("\nFrom here on it burned in 1887.\nFrom the tower."), "{}", letters[0]);
    }

    #[test]
    fn what_only_looks_like_a_letter_is_none() {
        assert!(!is_letter(b"From: Ann\nTo: Bo\n\nIt was lit.", false));
        assert!(is_letter(b"From: Ann\nTo: Bo\n\nIt was lit.", true));
        assert!(!is_letter(b"It was lit: at dusk.\nFrom: x", true));
        assert!(!is_mailbox(b"From 1887 on it was lit.\nIt burned."));
    }
}
