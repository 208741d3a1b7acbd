//! Tells files that are not text from those that are, by their first bytes or by their share of control bytes.

/// First bytes, and what begins with them.
const MAGIC: [(&[u8], &str); 33] = [
    (b"%PDF-", "a PDF file"),
    (b"%!PS", "a PostScript file"),
    (b"{\\rtf", "an RTF file"),
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
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document, such as DOC, XLS or PPT"),
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
    // Mail and some servers put a byte order mark or an empty line before a PDF's first byte.
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(kind);
    }
    match bytes {
        _ if bare.starts_with(b"%PDF-") => Some("a PDF file"),
        [b'P', b'K', 3, 4, ..] => Some(zip_kind(bytes)),
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

/// Names what is in a ZIP archive by the names of the files in its first bytes.
fn zip_kind(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(4096)];
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if has(b"application/epub+zip") {
        "an EPUB book"
    } else if has(b"application/vnd.oasis.opendocument") {
        "an OpenDocument file, such as ODT"
    } else if has(b"word/") {
        "a Word document (DOCX)"
    } else if has(b"xl/") {
        "an Excel workbook (XLSX)"
    } else if has(b"ppt/") {
        "a PowerPoint presentation (PPTX)"
    } else if has(b"[Content_Types].xml") {
        "an Office document, such as DOCX"
    } else {
        "a ZIP archive"
    }
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
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(kind_of(bytes), expected);
    }

    #[test]
    fn what_is_in_a_zip_archive_is_named() {
        check(b"PK\x03\x04....mimetypeapplication/epub+zip", Some("an EPUB book"));
        check(b"PK\x03\x04....[Content_Types].xml....word/document.xml", Some("a Word document (DOCX)"));
        check(b"PK\x03\x04....notes.txt", Some("a ZIP archive"));
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
