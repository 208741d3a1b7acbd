//! The languages that files name, by a code or in English.

/// Returns the code of ISO 639 of the language that is named by a tag such as `en-GB`, `pt_BR` or `eng`, or in English, such
/// as `german` or `English (UK)`; two letters where there are two. Nothing if no language is.
pub(super) fn code_of(named: &str) -> Option<String> {
    // No name is as long as this, and what follows a sign tells the region or the script.
    const MAX_BYTES: usize = 100;
    let named = named[..named.floor_char_boundary(MAX_BYTES)].split(['(', ',', ';', '/']).next()?.trim().to_lowercase();
    if let Some((code, ..)) = LANGUAGES.iter().find(|(.., names)| names.split(", ").any(|name| name == named)) {
        return Some((*code).to_owned());
    }
    let code = named.split(['-', '_']).next().unwrap_or_default();
    let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    // "Undetermined", "no linguistic content", "many" and "uncoded" say nothing.
    if !is_code || matches!(code, "und" | "zxx" | "mul" | "mis") {
        return None;
    }
    let found =
        LANGUAGES.iter().find(|(short, others, _)| *short == code || others.split(' ').any(|other| other == code));
    match found {
        Some((code, ..)) => Some((*code).to_owned()),
        // There are thousands of three letters, and no more of two.
        None => (code.len() == 3).then(|| code.to_owned()),
    }
}

/// The languages of ISO 639-1, and those of ISO 639-3 without a code there that recognisers of speech know: the code; the other
/// codes of ISO 639-2 and 639-3, of the language that is meant by it where it is of a group, and of old; and English names.
#[rustfmt::skip]
const LANGUAGES: [(&str, &str, &str); 187] = [
    ("aa", "aar", "afar"),
    ("ab", "abk", "abkhaz, abkhazian"),
    ("ae", "ave", "avestan"),
    ("af", "afr", "afrikaans"),
    ("ak", "aka", "akan"),
    ("am", "amh", "amharic"),
    ("an", "arg", "aragonese"),
    ("ar", "ara arb", "arabic"),
    ("as", "asm", "assamese"),
    ("av", "ava", "avar, avaric"),
    ("ay", "aym", "aymara"),
    ("az", "aze azj", "azerbaijani"),
    ("ba", "bak", "bashkir"),
    ("be", "bel", "belarusian, belorussian"),
    ("bg", "bul", "bulgarian"),
    ("bi", "bis", "bislama"),
    ("bm", "bam", "bambara"),
    ("bn", "ben", "bengali, bangla"),
    ("bo", "bod tib", "tibetan"),
    ("br", "bre", "breton"),
    ("bs", "bos", "bosnian"),
    ("ca", "cat", "catalan, valencian"),
    ("ce", "che", "chechen"),
    ("ch", "cha", "chamorro"),
    ("co", "cos", "corsican"),
    ("cr", "cre", "cree"),
    ("cs", "ces cze", "czech"),
    ("cu", "chu", "church slavic, church slavonic"),
    ("cv", "chv", "chuvash"),
    ("cy", "cym wel", "welsh"),
    ("da", "dan", "danish"),
    ("de", "deu ger", "german"),
    ("dv", "div", "dhivehi, maldivian"),
    ("dz", "dzo", "dzongkha"),
    ("ee", "ewe", "ewe"),
    ("el", "ell gre", "greek, modern greek"),
    ("en", "eng", "english"),
    ("eo", "epo", "esperanto"),
    ("es", "spa", "spanish, castilian"),
    ("et", "est ekk", "estonian"),
    ("eu", "eus baq", "basque"),
    ("fa", "fas per pes prs", "persian, farsi"),
    ("ff", "ful", "fula, fulah"),
    ("fi", "fin", "finnish"),
    ("fj", "fij", "fijian"),
    ("fo", "fao", "faroese"),
    ("fr", "fra fre", "french"),
    ("fy", "fry", "frisian, western frisian"),
    ("ga", "gle", "irish"),
    ("gd", "gla", "scottish gaelic, gaelic"),
    ("gl", "glg", "galician"),
    ("gn", "grn", "guarani"),
    ("gu", "guj", "gujarati"),
    ("gv", "glv", "manx"),
    ("ha", "hau", "hausa"),
    ("he", "heb iw", "hebrew"),
    ("hi", "hin", "hindi"),
    ("ho", "hmo", "hiri motu"),
    ("hr", "hrv scr", "croatian"),
    ("ht", "hat", "haitian, haitian creole"),
    ("hu", "hun", "hungarian"),
    ("hy", "hye arm", "armenian"),
    ("hz", "her", "herero"),
    ("ia", "ina", "interlingua"),
    ("id", "ind in", "indonesian"),
    ("ie", "ile", "interlingue, occidental"),
    ("ig", "ibo", "igbo"),
    ("ii", "iii", "sichuan yi"),
    ("ik", "ipk", "inupiaq"),
    ("io", "ido", "ido"),
    ("is", "isl ice", "icelandic"),
    ("it", "ita", "italian"),
    ("iu", "iku", "inuktitut"),
    ("ja", "jpn", "japanese"),
    ("jv", "jav jw", "javanese"),
    ("ka", "kat geo", "georgian"),
    ("kg", "kon", "kongo"),
    ("ki", "kik", "kikuyu"),
    ("kj", "kua", "kuanyama"),
    ("kk", "kaz", "kazakh"),
    ("kl", "kal", "greenlandic, kalaallisut"),
    ("km", "khm", "khmer, central khmer"),
    ("kn", "kan", "kannada"),
    ("ko", "kor", "korean"),
    ("kr", "kau", "kanuri"),
    ("ks", "kas", "kashmiri"),
    ("ku", "kur kmr", "kurdish"),
    ("kv", "kom", "komi"),
    ("kw", "cor", "cornish"),
    ("ky", "kir", "kyrgyz, kirghiz"),
    ("la", "lat", "latin"),
    ("lb", "ltz", "luxembourgish, letzeburgesch"),
    ("lg", "lug", "luganda, ganda"),
    ("li", "lim", "limburgish, limburgan"),
    ("ln", "lin", "lingala"),
    ("lo", "lao", "lao"),
    ("lt", "lit", "lithuanian"),
    ("lu", "lub", "luba-katanga"),
    ("lv", "lav lvs", "latvian"),
    ("mg", "mlg plt", "malagasy"),
    ("mh", "mah", "marshallese"),
    ("mi", "mri mao", "maori, māori"),
    ("mk", "mkd mac", "macedonian"),
    ("ml", "mal", "malayalam"),
    ("mn", "mon khk", "mongolian"),
    ("mr", "mar", "marathi"),
    ("ms", "msa may zsm", "malay"),
    ("mt", "mlt", "maltese"),
    ("my", "mya bur", "burmese, myanmar"),
    ("na", "nau", "nauru"),
    ("nb", "nob", "norwegian bokmål, bokmål"),
    ("nd", "nde", "north ndebele"),
    ("ne", "nep npi", "nepali"),
    ("ng", "ndo", "ndonga"),
    ("nl", "nld dut", "dutch, flemish"),
    ("nn", "nno", "norwegian nynorsk, nynorsk"),
    ("no", "nor", "norwegian"),
    ("nr", "nbl", "south ndebele"),
    ("nv", "nav", "navajo, navaho"),
    ("ny", "nya", "chichewa, nyanja"),
    ("oc", "oci", "occitan"),
    ("oj", "oji", "ojibwe, ojibwa"),
    ("om", "orm", "oromo"),
    ("or", "ori ory", "odia, oriya"),
    ("os", "oss", "ossetian, ossetic"),
    ("pa", "pan", "punjabi, panjabi"),
    ("pi", "pli", "pali"),
    ("pl", "pol", "polish"),
    ("ps", "pus", "pashto, pushto"),
    ("pt", "por", "portuguese"),
    ("qu", "que", "quechua"),
    ("rm", "roh", "romansh"),
    ("rn", "run", "kirundi, rundi"),
    ("ro", "ron rum mol mo", "romanian, moldavian, moldovan"),
    ("ru", "rus", "russian"),
    ("rw", "kin", "kinyarwanda"),
    ("sa", "san", "sanskrit"),
    ("sc", "srd", "sardinian"),
    ("sd", "snd", "sindhi"),
    ("se", "sme", "northern sami"),
    ("sg", "sag", "sango"),
    ("sh", "hbs", "serbo-croatian"),
    ("si", "sin", "sinhala, sinhalese"),
    ("sk", "slk slo", "slovak"),
    ("sl", "slv", "slovenian, slovene"),
    ("sm", "smo", "samoan"),
    ("sn", "sna", "shona"),
    ("so", "som", "somali"),
    ("sq", "sqi alb als", "albanian"),
    ("sr", "srp scc", "serbian"),
    ("ss", "ssw", "swati, swazi"),
    ("st", "sot", "southern sotho, sesotho"),
    ("su", "sun", "sundanese"),
    ("sv", "swe", "swedish"),
    ("sw", "swa swh", "swahili"),
    ("ta", "tam", "tamil"),
    ("te", "tel", "telugu"),
    ("tg", "tgk", "tajik"),
    ("th", "tha", "thai"),
    ("ti", "tir", "tigrinya"),
    ("tk", "tuk", "turkmen"),
    ("tl", "tgl", "tagalog"),
    ("tn", "tsn", "tswana"),
    ("to", "ton", "tongan"),
    ("tr", "tur", "turkish"),
    ("ts", "tso", "tsonga"),
    ("tt", "tat", "tatar"),
    ("tw", "twi", "twi"),
    ("ty", "tah", "tahitian"),
    ("ug", "uig", "uyghur, uighur"),
    ("uk", "ukr", "ukrainian"),
    ("ur", "urd", "urdu"),
    ("uz", "uzb uzn", "uzbek"),
    ("ve", "ven", "venda"),
    ("vi", "vie", "vietnamese"),
    ("vo", "vol", "volapük, volapuk"),
    ("wa", "wln", "walloon"),
    ("wo", "wol", "wolof"),
    ("xh", "xho", "xhosa"),
    ("yi", "yid ydd ji", "yiddish"),
    ("yo", "yor", "yoruba"),
    ("za", "zha", "zhuang"),
    ("zh", "zho chi cmn", "chinese, mandarin, mandarin chinese"),
    ("zu", "zul", "zulu"),
    ("fil", "", "filipino"),
    ("haw", "", "hawaiian"),
    ("yue", "", "cantonese"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: Option<&str>, named: &[&str]) {
        for named in named {
            assert_eq!(code_of(named).as_deref(), expected, "{named}");
        }
    }

    #[test]
    fn tags_are_folded_to_their_language() {
        check(Some("en"), &["en", "en-GB", "eng", "eng-US", "EN_us"]);
        check(Some("de"), &["ger", "deu", "de-CH-1996"]);
        check(Some("pt"), &["PT_br", "por"]);
        check(Some("zh"), &["zh-Hans-CN", "cmn", "chi"]);
        check(Some("he"), &["iw", "heb"]);
        check(Some("jv"), &["jw", "jav"]);
        check(Some("gsw"), &["gsw", "gsw-CH"]);
        check(None, &["und", "", "xx", "zxx", "auto", "c", "-", "e\u{301}n"]);
    }

    #[test]
    fn names_are_understood_in_english() {
        check(Some("de"), &["german", "German", " GERMAN ", "German (Austria)"]);
        check(Some("en"), &["English", "English, American"]);
        check(Some("es"), &["castilian", "Spanish"]);
        check(Some("lo"), &["lao", "lo"]);
        check(None, &["Germanic", "deutsch-ish", "language", "unknown", &"german".repeat(1_000)]);
    }

    /// The names that Whisper has for the languages it knows.
    #[test]
    fn each_language_of_whisper_is_known() {
        let names = "english chinese german spanish russian korean french japanese portuguese turkish polish catalan dutch \
            arabic swedish italian indonesian hindi finnish vietnamese hebrew ukrainian greek malay czech romanian danish \
            hungarian tamil norwegian thai urdu croatian bulgarian lithuanian latin maori malayalam welsh slovak telugu \
            persian latvian bengali serbian azerbaijani slovenian kannada estonian macedonian breton basque icelandic \
            armenian nepali mongolian bosnian kazakh albanian swahili galician marathi punjabi sinhala khmer shona yoruba \
            somali afrikaans occitan georgian belarusian tajik sindhi gujarati amharic yiddish lao uzbek faroese pashto \
            turkmen nynorsk maltese sanskrit luxembourgish myanmar tibetan tagalog malagasy assamese tatar hawaiian \
            lingala hausa bashkir javanese sundanese cantonese";
        for name in names.split_whitespace().chain(["haitian creole"]) {
            assert!(code_of(name).is_some(), "{name}");
        }
    }

    #[test]
    fn no_code_or_name_is_of_two_languages() {
        let split =
            |list: &'static str, at: &str| list.split(at.to_owned().as_str()).map(str::to_owned).collect::<Vec<_>>();
        let codes =
            LANGUAGES.iter().flat_map(|(code, others, _)| [vec![(*code).to_owned()], split(others, " ")].concat());
        let names = LANGUAGES.iter().flat_map(|(.., names)| split(names, ", "));
        for mut all in [codes.filter(|code| !code.is_empty()).collect::<Vec<_>>(), names.collect()] {
            all.sort_unstable();
            assert_eq!(all.iter().zip(&all[1..]).find(|(one, other)| one == other), None);
        }
    }
}
