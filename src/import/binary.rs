//! Tells files that are not text from those that are, by their first bytes or by their share of control bytes.

use super::guess::Kind;

/// First bytes, and what begins with them.
const MAGIC: [(&[u8], &str); 30] = [
    (b"%!PS", "a PostScript file"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"\0\0\x01\0", "an icon"),
    (b"8BPS", "a Photoshop image"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x7FELF", "an executable"),
    (b"\xCF\xFA\xED\xFE", "an executable"),
    (b"\xCE\xFA\xED\xFE", "an executable"),
    (b"\xCA\xFE\xBA\xBE", "an executable"),
    (b"\0asm", "a WebAssembly module"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ID3\x02", "an MP3 recording"),
    (b"ID3\x03", "an MP3 recording"),
    (b"ID3\x04", "an MP3 recording"),
    (b"OggS\0", "an Ogg recording"),
    (b"fLaC\0", "a FLAC recording"),
    (b"\x1A\x45\xDF\xA3", "a Matroska or WebM recording"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
];

/// Above this share of control bytes a file is no text.
const MAX_CONTROL_SHARE: f64 = 0.1;

/// Returns what `bytes` seem to be, if they are not text.
pub(super) fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    by_magic(bytes).or_else(|| is_mostly_control(bytes).then_some("binary data"))
}

fn by_magic(bytes: &[u8]) -> Option<&'static str> {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(kind);
    }
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some(unread_zip(bytes)),
        _ if is_locked_office(bytes) => Some("an Office document that a password protects; save a copy without one"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            Some("an old Office document, such as DOC, XLS or PPT; save it in the new format")
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"WEBP") => Some("a WebP image"),
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"WAVE") => Some("a WAV recording"),
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] if kind.starts_with(b"AVI ") => Some("an AVI recording"),
        [0, 0, 0, _, b'f', b't', b'y', b'p', ..] => Some("an MP4 recording"),
        // Two letters are too few to go by: a text may begin with them.
        [b'M', b'Z', ..] if has_nuls(bytes) => Some("an executable"),
        [0xFF, 0xFB | 0xF3 | 0xF2, ..] if has_nuls(bytes) => Some("an MP3 recording"),
        _ if bytes.get(257..262) == Some(b"ustar") => Some("a tar archive"),
        _ => None,
    }
}

/// Returns what is read of what is not plain text, by its first bytes.
pub(super) fn read_kind_of(bytes: &[u8]) -> Option<Kind> {
    // Mail and some servers put a byte order mark or an empty line before the first byte.
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    // Readers of PDF look for its sign in the first kilobyte.
    let head = &bytes[..bytes.len().min(1024)];
    match bytes {
        _ if bare.starts_with(b"%PDF-") => Some(Kind::Pdf),
        _ if bare.starts_with(b"{\\rtf") => Some(Kind::Rtf),
        [b'P', b'K', 3, 4, ..] => zip_kind(bytes),
        _ if has_nuls(bytes) && head.windows(5).any(|window| window == b"%PDF-") => Some(Kind::Pdf),
        _ => None,
    }
}

/// Says what is in a ZIP archive by the names of its files, which stand at its end; nothing for what is not read.
fn zip_kind(bytes: &[u8]) -> Option<Kind> {
    match in_zip(bytes) {
        "application/epub+zip" => Some(Kind::Epub),
        "opendocument.text" => Some(Kind::Odt),
        "word/" => Some(Kind::Docx),
        "xl/" => Some(Kind::Xlsx),
        "" => Some(Kind::Zip),
        _ => None,
    }
}

/// Returns the first of these signs that is found in an archive, at its start or its end; an empty one without any.
fn in_zip(bytes: &[u8]) -> &'static str {
    const SIGNS: [(&str, &str); 9] = [
        ("application/epub+zip", "application/epub+zip"),
        ("META-INF/container.xml", "application/epub+zip"),
        ("application/vnd.oasis.opendocument.text", "opendocument.text"),
        ("application/vnd.oasis.opendocument", "opendocument"),
        ("word/document", "word/"),
        ("xl/workbook", "xl/"),
        ("ppt/presentation", "ppt/"),
        ("word/", "word/"),
        ("[Content_Types].xml", "[Content_Types].xml"),
    ];
    let head = &bytes[..bytes.len().min(4096)];
    let tail = &bytes[bytes.len().saturating_sub(64 * 1024)..];
    // The type of a file of an office is the first thing in it; names further on may be those of files packed in it.
    let is_package =
        bytes.get(30..38) == Some(b"mimetype") || [head, tail].iter().any(|part| holds(part, b"[Content_Types].xml"));
    let is_here = |sign: &str| {
        if sign.starts_with("application/") {
            return holds(&head[..head.len().min(200)], sign.as_bytes());
        }
        (is_package || sign.starts_with("META-INF")) && (holds(head, sign.as_bytes()) || holds(tail, sign.as_bytes()))
    };
    // The sign of a Word document alone, as in a damaged one, is enough as well.
    let bare = || if holds(head, b"word/document.xml") { "word/" } else { "" };
    SIGNS.iter().find(|(sign, _)| is_here(sign)).map_or_else(bare, |&(_, kind)| kind)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Names an archive that is not read.
fn unread_zip(bytes: &[u8]) -> &'static str {
    match in_zip(bytes) {
        "ppt/" => "a PowerPoint presentation (PPTX)",
        "opendocument" => "an OpenDocument file that is no text, such as ODS",
        _ => "an Office document that is no text",
    }
}

/// Returns whether bytes are one of the new office formats, enciphered: it is then packed as an old one is.
fn is_locked_office(bytes: &[u8]) -> bool {
    let sign: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) && holds(bytes, &sign)
}

fn has_nuls(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].contains(&0)
}

/// Looks at the control bytes that no text encoding uses; in UTF-16, at the units.
fn is_mostly_control(bytes: &[u8]) -> bool {
    if super::encodings::utf_16_order(bytes).is_some() {
        return false;
    }
    let n_control = bytes.iter().filter(|&&byte| is_control(byte)).count();
    MAX_CONTROL_SHARE * (bytes.len() as f64) < n_control as f64
}

/// Escape is left out: ISO-2022 encodings write text with it. So is what ends lines, pages and files.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F)
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::archive;
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(kind_of(bytes), expected);
    }

    #[test]
    fn what_is_in_a_zip_archive_is_named() {
        let kind = |files: &[(&str, &[u8])]| read_kind_of(&archive(files));
        assert_eq!(kind(&[("mimetype", b"application/epub+zip")]), Some(Kind::Epub));
        assert_eq!(kind(&[("[Content_Types].xml", b""), ("word/document.xml", b"")]), Some(Kind::Docx));
        assert_eq!(kind(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"")]), Some(Kind::Xlsx));
        assert_eq!(kind(&[("notes.txt", b"")]), Some(Kind::Zip));
        assert_eq!(kind(&[("papers/letter.docx", b"word/document.xml")]), Some(Kind::Zip));
        let slides = archive(&[("[Content_Types].xml", b""), ("ppt/presentation.xml", b"")]);
        assert_eq!(read_kind_of(&slides), None);
        check(&slides, Some("a PowerPoint presentation (PPTX)"));
    }

    #[test]
    fn an_office_document_with_a_password_is_said_to_be_one() {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert!(kind_of(&bytes).is_some_and(|found| found.contains("password")));
    }

    #[test]
    fn a_text_that_begins_like_a_binary_file_is_text() {
        check(b"MZ is how the keeper signed the log.", None);
        check(b"PK was the pilot's mark.", None);
        check(b"BZh is no word.", None);
    }

    #[test]
    fn text_in_any_encoding_is_text() {
        check("Größe, déjà-vu, Маяк, 灯台".as_bytes(), None);
        check(b"Gr\xF6\xDFe in Latin-1", None);
        check(b"h\0e\0l\0l\0o\0,\0 \0y\0o\0u\0", None);
        check(b"\x1B$B$3$s\x1B(B in ISO-2022-JP", None);
        check(b"", None);
    }
}
