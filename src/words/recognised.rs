//! Which language a text is in, by `whatlang`: by its script, and by which three letters follow one another how often.

use whatlang::{Lang, detect};

/// How many bytes are looked at, from three places of the text: more change nothing.
const SAMPLE_BYTES: usize = 4_000;

/// Fewer letters than this are too few to judge by.
const MIN_LETTERS: usize = 24;

/// Returns the code of the language, if it is sure.
pub(super) fn code(text: &str) -> Option<&'static str> {
    let sample = sample_of(text);
    if sample.chars().filter(|c| c.is_alphabetic()).take(MIN_LETTERS).count() < MIN_LETTERS {
        return None;
    }
    let info = detect(&sample)?;
    info.is_reliable().then(|| short_code(info.lang()))
}

/// Returns the start, the middle and the end of a text: a head in another language does not decide.
fn sample_of(text: &str) -> String {
    if text.len() <= 3 * SAMPLE_BYTES {
        return text.to_owned();
    }
    let part = |from: usize| &text[text.floor_char_boundary(from)..text.floor_char_boundary(from + SAMPLE_BYTES)];
    [part(0), part(text.len() / 2), part(text.len() - SAMPLE_BYTES)].join("\n")
}

/// Returns the code of two letters, and that of three for a language without one.
fn short_code(language: Lang) -> &'static str {
    match language {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(code(text), expected);
    }

    #[test]
    fn languages_are_recognised() {
        check("The keeper of the light climbed the stairs each evening at six and lit the lamp.", Some("en"));
        check("Der Wärter stieg jeden Abend um sechs die Treppe hinauf und zündete die Lampe an.", Some("de"));
        check("灯台の番人は毎晩六時に階段を上り、ランプに火を入れた。船はその光をめざして進んだ。", Some("ja"));
        check("守塔人每天晚上六点爬上楼梯，点亮灯塔的灯，船只朝着灯光驶来，直到天亮才离开港口。", Some("zh"));
        check("كان حارس المنارة يصعد الدرج كل مساء في الساعة السادسة ويشعل المصباح.", Some("ar"));
    }

    #[test]
    fn too_few_words_are_in_no_language() {
        check("", None);
        check("Ok 1, 2, 3.", None);
    }
}
