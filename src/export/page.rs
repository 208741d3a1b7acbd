//! The frame of our HTML pages: one file that needs no other, and that no browser lets do anything but show itself.
//!
//! The policy in the head lets run only the script and the style whose hashes it names, and fetch nothing: even if an
//! escape were missing somewhere, no text could be executed.

use std::io::Write;

use sha2::{Digest, Sha256};

use super::{on_one_line, xml};
use crate::error::Result;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Writes everything before the content.
pub(super) fn start(title: &str, language: Option<&str>, finds: &str, out: &mut dyn Write) -> Result<()> {
    let language = language.map_or_else(String::new, |code| format!(" lang=\"{}\"", xml::escaped(code)));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    writeln!(out, "<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"generator\" content=\"Caesura {}\">", crate::VERSION)?;
    writeln!(out, "<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>", xml::escaped(&on_one_line(title)))?;
    writeln!(
        out,
        "<div class=\"find\" role=\"search\"><input type=\"search\" placeholder=\"{finds}\" aria-label=\"{finds}\" \
         spellcheck=\"false\"><output aria-live=\"polite\"></output></div>"
    )?;
    Ok(())
}

/// Writes everything after the content.
pub(super) fn end(out: &mut dyn Write) -> Result<()> {
    Ok(writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?)
}

/// Returns the hash of an element's content as a policy names it.
fn hash(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content.as_bytes())))
}

/// Returns bytes in Base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut written = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |number, &byte| number << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let is_there = place <= three.len();
            let digit = ALPHABET[(number >> (18 - 6 * place) & 63) as usize];
            written.push(if is_there { digit as char } else { '=' });
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn nothing_in_the_frame_ends_its_element_early() {
        assert!(!STYLE.contains("</"), "the style would end");
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"), "the script would end");
    }
}
