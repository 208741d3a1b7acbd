//! Bytes of any common encoding into a `str`.
//!
//! In order of trust: a byte order mark, the pattern of zero bytes that UTF-16 leaves, valid UTF-8, what a page
//! declares of itself, UTF-8 with a little damage, and last the guess of `chardetng`.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes are looked at where a sample will do: 1 MiB.
const SAMPLE_BYTES: usize = 1 << 20;

/// Above this share of characters that could not be read, a file is no text.
const MAX_UNREADABLE_SHARE: f64 = 0.2;

/// Returns the text of `bytes`, borrowed if they are UTF-8; or, if they are no text, what they seem to be.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let (encoding, body) = match Encoding::for_bom(bytes) {
        Some((encoding, bom_bytes)) => (encoding, &bytes[bom_bytes..]),
        None => (encoding_of(bytes), bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(body);
    if had_errors {
        let n_unreadable = text.matches('\u{FFFD}').count();
        let n_chars = text.chars().count();
        if MAX_UNREADABLE_SHARE * n_chars as f64 <= n_unreadable as f64 && 8 < n_unreadable {
            return Err(format!("{n_unreadable} of its {n_chars} characters are not {}", encoding.name()));
        }
    }
    Ok(text)
}

fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf_16_order(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        // Japanese mail is ASCII throughout, with escapes.
        return if is_iso_2022_jp(bytes) { ISO_2022_JP } else { UTF_8 };
    }
    if let Some(encoding) = declared(bytes).filter(|&encoding| encoding != UTF_8) {
        return encoding;
    }
    if is_damaged_utf_8(bytes) { UTF_8 } else { detected(bytes) }
}

/// Returns whether Japanese is switched on by an escape somewhere, and hardly anything is wrong with it.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let has_switch = bytes.windows(3).any(|window| matches!(window, [0x1B, b'$', b'B' | b'@']));
    has_switch && {
        let (text, _) = ISO_2022_JP.decode_without_bom_handling(&bytes[..bytes.len().min(SAMPLE_BYTES)]);
        50 * text.matches('\u{FFFD}').count() <= text.chars().count()
    }
}

/// Returns the byte order of text in UTF-16, by where its zero bytes are, or nothing for other bytes.
///
/// Even text in Cyrillic or Chinese has spaces and line ends, whose high byte is zero; no low byte is.
pub(super) fn utf_16_order(bytes: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding != UTF_8 => return Some(encoding),
        Some(_) => return None,
        None => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let (pairs, _) = sample.as_chunks::<2>();
    let n_zero_first = pairs.iter().filter(|pair| pair[0] == 0).count();
    let n_zero_second = pairs.iter().filter(|pair| pair[1] == 0).count();
    let (encoding, n_high, n_low) = if n_zero_first < n_zero_second {
        (UTF_16LE, n_zero_second, n_zero_first)
    } else {
        (UTF_16BE, n_zero_first, n_zero_second)
    };
    let is_utf_16 = pairs.len() < 20 * n_high && 20 * n_low <= n_high;
    (is_utf_16 && n_control_units(pairs, encoding) * 10 <= pairs.len()).then_some(encoding)
}

/// Counts the units below the space that no text has.
fn n_control_units(pairs: &[[u8; 2]], encoding: &'static Encoding) -> usize {
    let unit =
        |pair: &[u8; 2]| if encoding == UTF_16LE { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
    pairs.iter().map(unit).filter(|&unit| unit < 0x20 && !matches!(unit, 0x09..=0x0D)).count()
}

/// Returns the encoding that a page or an XML file declares in its first bytes.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(2048)].to_ascii_lowercase();
    let is_markup = head.trim_ascii_start().starts_with(b"<");
    let after = |mark: &[u8]| head.windows(mark.len()).position(|window| window == mark).map(|at| at + mark.len());
    let start = after(b"charset=").or_else(|| after(b"encoding=")).filter(|_| is_markup)?;
    let label = head[start..].trim_ascii_start();
    let label = label.strip_prefix(b"\"").or_else(|| label.strip_prefix(b"'")).unwrap_or(label);
    let end = label.iter().position(|&byte| !(byte.is_ascii_alphanumeric() || b"-_:".contains(&byte)))?;
    // UTF-16 cannot be declared in ASCII letters, and the replacement encoding reads nothing.
    Encoding::for_label(&label[..end]).filter(|&found| ![UTF_16LE, UTF_16BE, REPLACEMENT].contains(&found))
}

/// Returns whether far more of what is beyond ASCII is UTF-8 than is not, as in a file cut or joined carelessly.
fn is_damaged_utf_8(bytes: &[u8]) -> bool {
    let sample = &bytes[first_beyond_ascii(bytes)..];
    let sample = &sample[..sample.len().min(SAMPLE_BYTES)];
    let (mut n_valid, mut n_broken) = (0_usize, 0_usize);
    for chunk in sample.utf8_chunks() {
        n_valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        n_broken += usize::from(!chunk.invalid().is_empty());
    }
    10 * n_broken <= n_valid || (n_broken == 1 && sample.len() < 4 && n_valid == 0 && 64 < bytes.len())
}

fn detected(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = if bytes.contains(&0x1B) { bytes } else { &bytes[first_beyond_ascii(bytes).saturating_sub(1024)..] };
    detector.feed(&sample[..sample.len().min(4 * SAMPLE_BYTES)], true);
    detector.guess(None, Utf8Detection::Deny)
}

fn first_beyond_ascii(bytes: &[u8]) -> usize {
    Encoding::ascii_valid_up_to(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(decode(bytes).unwrap(), expected);
    }

    #[test]
    fn utf_8_is_read_with_and_without_a_mark() {
        check("Größe 灯台".as_bytes(), "Größe 灯台");
        check("\u{FEFF}Größe".as_bytes(), "Größe");
    }

    #[test]
    fn utf_16_in_cyrillic_is_read_without_a_mark() {
        let text = "Маяк стоял на скале. Сторож зажигал лампу каждый вечер, и корабли шли на свет.";
        check(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), text);
        check(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), text);
    }

    #[track_caller]
    fn check_encoded(label: &[u8], text: &str) {
        let encoding = Encoding::for_label(label).unwrap();
        let (bytes, _, had_errors) = encoding.encode(text);
        assert!(!had_errors);
        check(&bytes, text);
    }

    #[test]
    fn old_encodings_are_told_from_one_another() {
        check_encoded(b"windows-1252", "Der Wärter zündete täglich die große Lampe an – für die Schiffe draußen.");
        check_encoded(b"windows-1252", "Le gardien a allumé la lampe très tôt, à la tombée de la nuit d’été.");
        check_encoded(b"windows-1251", "Сторож зажигал лампу каждый вечер, и корабли шли на свет.");
        check_encoded(b"koi8-r", "Сторож зажигал лампу каждый вечер, и корабли шли на свет.");
        check_encoded(b"shift_jis", "灯台の番人は毎晩ランプに火を入れ、船はその光をめざして進んだ。");
        check_encoded(b"euc-jp", "灯台の番人は毎晩ランプに火を入れ、船はその光をめざして進んだ。");
        check_encoded(b"iso-2022-jp", "灯台の番人は毎晩ランプに火を入れ、船はその光をめざして進んだ。");
        check_encoded(b"gbk", "守塔人每天晚上点亮灯塔的灯，船只朝着灯光驶来。");
        check_encoded(b"big5", "守塔人每天晚上點亮燈塔的燈，船隻朝著燈光駛來。");
        check_encoded(b"euc-kr", "등대지기는 매일 밤 등불을 켰고 배들은 그 빛을 보고 다가왔다.");
    }

    #[test]
    fn a_page_is_believed_what_it_declares() {
        check(b"<meta charset=\"iso-8859-7\"><p>\xD6\xDC\xF1\xEF\xF2", "<meta charset=\"iso-8859-7\"><p>Φάρος");
    }

    #[test]
    fn a_broken_byte_does_not_spoil_the_rest_of_utf_8() {
        let mut bytes = "Für die Schiffe draußen, für die Wärter drinnen: täglich grüßt, äöü ÄÖÜ ß".as_bytes().to_vec();
        bytes.push(0xE2);
        let text = decode(&bytes).unwrap();
        assert!(text.starts_with("Für die Schiffe draußen"), "{text}");
    }
}
