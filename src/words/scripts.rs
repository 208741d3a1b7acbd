//! In what scripts differ: which signs end a sentence, and which letters are written without spaces between words.

/// Returns whether a sign ends a sentence in some script: those of Unicode's property `Sentence_Terminal` in the Basic
/// Multilingual Plane, and the ellipsis.
///
/// A full stop also ends abbreviations; whether it ends a sentence, who cuts sentences has to tell.
pub fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…')
        || !c.is_ascii()
            && matches!(c,
                '\u{203c}' | '\u{203d}' | '\u{2024}' | '\u{2047}'..='\u{2049}'
                // Chinese and Japanese, and the forms of all widths and directions.
                | '\u{3002}' | '\u{fe12}' | '\u{fe15}' | '\u{fe16}' | '\u{fe52}' | '\u{fe56}' | '\u{fe57}'
                | '\u{ff01}' | '\u{ff0e}' | '\u{ff1f}' | '\u{ff61}'
                // Armenian, Arabic, Syriac, N'Ko, Samaritan.
                | '\u{589}' | '\u{61d}'..='\u{61f}' | '\u{6d4}' | '\u{700}'..='\u{702}' | '\u{7f9}'
                | '\u{837}' | '\u{839}' | '\u{83d}' | '\u{83e}'
                // The scripts of India, with Meetei Mayek, Ol Chiki and Lepcha.
                | '\u{964}' | '\u{965}' | '\u{1c3b}' | '\u{1c3c}' | '\u{1c7e}' | '\u{1c7f}' | '\u{a876}' | '\u{a877}'
                | '\u{a8ce}' | '\u{a8cf}' | '\u{aaf0}' | '\u{aaf1}' | '\u{abeb}'
                // Burmese, Khmer and their neighbours, and those of the islands.
                | '\u{104a}' | '\u{104b}' | '\u{17d4}' | '\u{17d5}' | '\u{1735}' | '\u{1736}' | '\u{1944}' | '\u{1945}'
                | '\u{1aa8}'..='\u{1aab}' | '\u{1b4e}' | '\u{1b4f}' | '\u{1b5a}' | '\u{1b5b}' | '\u{1b5e}' | '\u{1b5f}'
                | '\u{1b7d}'..='\u{1b7f}' | '\u{a92f}' | '\u{a9c8}' | '\u{a9c9}' | '\u{aa5d}'..='\u{aa5f}'
                // Ethiopic, Canadian syllabics, Mongolian, Lisu, Vai, Bamum, Coptic, and medieval signs.
                | '\u{1362}' | '\u{1367}' | '\u{1368}' | '\u{166e}' | '\u{1803}' | '\u{1809}' | '\u{a4ff}'
                | '\u{a60e}' | '\u{a60f}' | '\u{a6f3}' | '\u{a6f7}' | '\u{2cf9}'..='\u{2cfb}' | '\u{2e2e}' | '\u{2e3c}'
                | '\u{2e53}' | '\u{2e54}')
}

/// What a letter is of a script that puts no spaces between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unspaced {
    /// Chinese and Japanese, with two letters a word at the mean.
    EastAsian,
    /// Thai, Lao, Burmese, Khmer, Tibetan and their neighbours, with four, their vowels counted.
    SouthEastAsian,
}

/// Returns what a letter is of a script that puts no spaces between words; nothing if it is of none.
pub fn unspaced(c: char) -> Option<Unspaced> {
    match c {
        // Han with its radicals, and kana; bopomofo, Yi and Hangul are written with spaces, or beside other letters.
        '\u{2e80}'..='\u{2fdf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3031}'..='\u{3035}'
        | '\u{3038}'..='\u{303c}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{1aff0}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}' => Some(Unspaced::EastAsian),
        // Thai and Lao, Tibetan, Burmese, Khmer, Tai Le and New Tai Lue, Khmer signs, Tai Tham, Balinese, Javanese, and what
        // Burmese and Tai Viet have more.
        '\u{e00}'..='\u{eff}'
        | '\u{f00}'..='\u{fff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{1950}'..='\u{19df}'
        | '\u{19e0}'..='\u{19ff}'
        | '\u{1a20}'..='\u{1aaf}'
        | '\u{1b00}'..='\u{1b7f}'
        | '\u{a980}'..='\u{a9df}'
        | '\u{a9e0}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aa7f}'
        | '\u{aa80}'..='\u{aadf}' => Some(Unspaced::SouthEastAsian),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_many_scripts_end_sentences_and_no_letter_or_comma_does() {
        assert!(".!?…。！．？؟۔։।॥።፧။។‼⁉᠃".chars().all(ends_sentence));
        let all = ('\0'..=char::MAX).filter(|&c| ends_sentence(c));
        assert!(all.clone().all(|c| !c.is_alphanumeric() && !c.is_whitespace()));
        assert_eq!(all.count(), 92);
        assert!(!",;:、，；-—\"”)\n".contains(ends_sentence));
    }

    #[test]
    fn letters_of_scripts_without_spaces_are_told_from_those_of_others() {
        for (text, expected) in [
            ("灯が点いタﾀ々𠀀", Some(Unspaced::EastAsian)),
            ("ไฟລາວမီးភ្លើងམེ", Some(Unspaced::SouthEastAsian)),
            ("lampLichtлампаφῶς램프दीयाמנורה12、。", None),
        ] {
            for c in text.chars() {
                assert_eq!(unspaced(c), expected, "{c}");
            }
        }
    }
}
