//! The codes of languages, as files write them.

/// Returns the code of ISO 639 in a tag such as `en-GB`, `pt_BR` or `eng`, if it is one: two letters where there are two.
pub(super) fn code_of(tag: &str) -> Option<String> {
    let code = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    // "Undetermined", "no linguistic content" and "many" say nothing.
    if !is_code || matches!(&code[..], "und" | "zxx" | "mul" | "xx") {
        return None;
    }
    let short = THREE_LETTERS.iter().find(|(long, _)| *long == code).map(|(_, short)| (*short).to_owned());
    Some(short.unwrap_or(code))
}

/// The codes of three letters that books and recordings use for languages that have one of two.
const THREE_LETTERS: [(&str, &str); 40] = [
    ("ara", "ar"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cze", "cs"),
    ("chi", "zh"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ger", "de"),
    ("gre", "el"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lat", "la"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("nor", "no"),
    ("per", "fa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("rus", "ru"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("zho", "zh"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_folded_to_their_language() {
        for (tag, expected) in [
            ("en-GB", Some("en")),
            ("ger", Some("de")),
            ("PT_br", Some("pt")),
            ("und", None),
            ("", None),
            ("gsw", Some("gsw")),
            ("English", None),
        ] {
            assert_eq!(code_of(tag).as_deref(), expected, "{tag}");
        }
    }
}
