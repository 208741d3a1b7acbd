//! Words that end in a full stop without ending a sentence.

use crate::words::Language;

/// Before a name, a number or a noun: never the end of a sentence.
const ENGLISH: &[&str] = &[
    "adm", "approx", "art", "arts", "brig", "capt", "cf", "ch", "cl", "cmdr", "col", "dr", "e.g", "ed", "eds", "eq",
    "esp", "ex", "fig", "figs", "gen", "gov", "hon", "i.e", "ie", "eg", "lt", "maj", "messrs", "mr", "mrs", "ms", "mt",
    "para", "paras", "pp", "prof", "rep", "rev", "sec", "secs", "sen", "sgt", "st", "sr", "supt", "viz", "vol", "vs",
    "v", "incl",
];
const FRENCH: &[&str] = &[
    "m", "mm", "mme", "mlle", "dr", "pr", "me", "art", "al", "p.ex", "c.-à-d", "cf", "env", "éd", "fig", "n", "par",
    "vol", "st", "ste",
];
const GERMAN: &[&str] = &[
    "abs", "abschn", "allg", "art", "b", "bd", "bspw", "bzw", "ca", "d.h", "dipl", "dr", "evtl", "fa", "gem", "ggf",
    "lit", "hr", "fr", "i.d.r", "inkl", "insb", "lt", "max", "min", "mind", "nr", "o.ä", "prof", "rd", "s", "sog",
    "st", "str", "u.a", "u.u", "usf", "vgl", "z.b", "z.t", "z", "ziff", "zzgl", "d", "u", "i",
];
const ITALIAN: &[&str] = &[
    "art", "artt", "avv", "cfr", "dott", "dott.ssa", "dr", "ecc", "es", "ing", "lett", "n", "p.es", "pag", "pagg",
    "par", "prof", "sig", "sigg", "sig.ra", "ss", "vol",
];
const PORTUGUESE: &[&str] = &[
    "art", "arts", "av", "cap", "cf", "dr", "dra", "eng", "ex", "fig", "n", "núm", "p.ex", "pág", "págs", "par",
    "prof", "profa", "sr", "sra", "srs", "vol",
];
const SPANISH: &[&str] = &[
    "art", "arts", "av", "cap", "cf", "d", "dr", "dra", "ej", "fig", "gral", "ing", "lic", "núm", "n", "p.ej", "pág",
    "págs", "párr", "prof", "sr", "sra", "sres", "srta", "ud", "uds", "vol",
];

/// Before a number only: `no.` ends a sentence as a word of its own.
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "nr", "n", "p", "pp", "s", "sect", "sub", "pt", "pos", "tel", "al", "reg", "regs", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "bl", "rn", "c", "l",
];

/// The end of a sentence only if what follows begins like one.
const AMBIGUOUS: &[&str] = &[
    "a.m", "p.m", "bros", "co", "corp", "inc", "jr", "llc", "ltd", "plc", "dept", "est", "gmbh", "ph.d", "u.s", "u.k",
    "e.u", "u.n",
];

/// What a word before a full stop says of the end of the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Says nothing.
    Full,
    /// Not the end.
    Never,
    /// Not the end if a number follows.
    NotBeforeNumbers,
    /// The end if a small word that begins sentences follows.
    Ambiguous,
}

/// Says what `word`, without its last full stop, means before one.
pub(super) fn stop_after(word: &str, language: Language) -> Stop {
    let lower = word.to_lowercase();
    let is_one_letter = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    if AMBIGUOUS.contains(&&*lower) {
        Stop::Ambiguous
    } else if of_language(language).contains(&&*lower) {
        Stop::Never
    } else if is_one_letter(word) && word.chars().all(char::is_uppercase) && word != "I" {
        // An initial; `So did I.` is none.
        Stop::Ambiguous
    } else if word.contains('.') && word.split('.').all(is_one_letter) {
        Stop::Ambiguous
    } else if BEFORE_NUMBERS.contains(&&*lower) {
        Stop::NotBeforeNumbers
    } else {
        Stop::Full
    }
}

fn of_language(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
        Language::German => GERMAN,
        Language::Italian => ITALIAN,
        Language::Portuguese => PORTUGUESE,
        Language::Spanish => SPANISH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_ambiguous_that_a_language_is_sure_of() {
        for language in Language::ALL {
            let both: Vec<_> = AMBIGUOUS.iter().filter(|word| of_language(language).contains(word)).collect();
            assert!(both.is_empty(), "{language:?}: {both:?}");
        }
        assert!(AMBIGUOUS.iter().all(|word| !BEFORE_NUMBERS.contains(word)));
    }
}
