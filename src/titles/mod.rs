//! Chapters to titles: a phrase of the chapter itself that says what sets it apart.
//!
//! A chapter under a heading of the file takes the heading. For the others `phrases` finds what could be a title, by what
//! `grammar` tells of the words, and
//! here the best is chosen: by how much its words belong to this chapter rather than the others (c-TF-IDF, Grootendorst
//! 2022, arXiv 2203.05794), by how near its meaning is to the chapter's, and by how little it repeats the titles beside it
//! (maximal marginal relevance, Carbonell, Goldstein 1998). Nothing is generated: a title is a phrase of its chapter, or two
//! with *and* between.

mod grammar;
mod phrases;

use std::collections::{BTreeSet, HashMap, HashSet};

use self::grammar::{Grammar, carries, general_stems};
use self::phrases::{Phrase, phrases};
use crate::chapters::heading_title;
use crate::document::{Chapter, Units};
use crate::error::Result;
use crate::neural::{Encoder, Vectors};
use crate::progress::Progress;
use crate::words::{Analyzer, Language, fold, tokens};

/// The most words a title has that is not a heading.
pub const MAX_TITLE_WORDS: usize = 8;

/// The phrases of a chapter that are compared by meaning: few, since each costs a run of the model.
const N_FINALISTS: usize = 8;

/// What the strongest word of a phrase adds to its score, the next strongest, and so on: a second and a third say more, a
/// fourth is hard to take in at a glance.
const NTH_WORD: [f64; 4] = [1.0, 0.5, 0.3, 0.1];

/// How much more the very first words of a chapter count: what it is about tends to be said early.
const EARLY: f64 = 4.0;

/// After so many words half of that is gone.
const EARLY_WORDS: f64 = 20.0;

/// How good the second phrase of a title must be, as a share of the first.
const SECOND_SHARE: f64 = 0.6;

/// The same, if the first is one word and so says little.
const SECOND_SHARE_OF_WORD: f64 = 0.4;

/// The most words with a subject that two phrases of one title have.
const MAX_JOINED_STEMS: usize = 4;

/// How much of its score a phrase loses that says nothing but what the title beside it says.
const REPETITION_COST: f64 = 0.8;

/// What is left of the score of a phrase that is the title of another chapter, wherever that stands.
const ELSEWHERE_SHARE: f64 = 0.4;

/// Gives each chapter without a title one; a chapter that has one keeps it.
///
/// `chapters` tile the units. `vectors` are those of the units; without them or without an encoder, meaning plays no
/// part. A title is never empty; it differs from the two beside it wherever its chapter has three phrases to choose from.
/// Equal input, equal titles.
pub fn title_chapters(
    chapters: &mut [Chapter],
    text: &str,
    units: &Units,
    vectors: Option<&Vectors>,
    encoder: Option<&dyn Encoder>,
    language: Language,
    progress: &dyn Progress,
) -> Result<()> {
    for chapter in chapters.iter_mut().filter(|chapter| chapter.title.is_empty()) {
        if let Some(heading) = units.headings_before(chapter.first_unit).first() {
            chapter.title = heading_title(heading, text);
        }
    }
    let analyzer = Analyzer::new(language);
    let stems: Vec<HashMap<String, u32>> =
        chapters.iter().map(|chapter| stem_counts(chapter, text, units, &analyzer)).collect();
    let spread = Spread::of(&stems);
    let grammar = Grammar::of(units.units.iter().map(|unit| unit.span.of(text)), &analyzer);
    let scale = Scale { spread: &spread, generals: general_stems(&analyzer) };
    let mut finalists = Vec::with_capacity(chapters.len());
    for (number, chapter) in chapters.iter().enumerate() {
        progress.check()?;
        let is_wanted = chapter.title.is_empty();
        let candidates = if is_wanted { phrases(chapter, text, units, &grammar, &analyzer) } else { Vec::new() };
        finalists.push(best_phrases(candidates, &stems[number], &scale));
    }
    if let (Some(vectors), Some(encoder)) = (vectors, encoder) {
        weigh_meaning(&mut finalists, chapters, vectors, encoder, progress)?;
    }
    let mut elsewhere: HashSet<String> = chapters.iter().map(|chapter| folded(&chapter.title)).collect();
    for number in 0..chapters.len() {
        if chapters[number].title.is_empty() {
            let beside = [number.checked_sub(1), Some(number + 1)].map(|n| n.and_then(|n| chapters.get(n)));
            let beside: Vec<Said> = beside.into_iter().flatten().map(|c| Said::by(&c.title, &analyzer)).collect();
            let title = chosen(&finalists[number], &beside, &elsewhere, &grammar)
                .unwrap_or_else(|| first_words(&chapters[number], text, units));
            elsewhere.insert(folded(&title));
            chapters[number].title = title;
        }
    }
    Ok(())
}

/// A phrase with its score so far.
struct Finalist {
    phrase: Phrase,
    score: f64,
}

/// What a title says.
struct Said {
    folded: String,
    stems: BTreeSet<String>,
}

impl Said {
    fn by(title: &str, analyzer: &Analyzer) -> Self {
        Self { folded: folded(title), stems: carried_stems(title, analyzer).collect() }
    }
}

fn folded(title: &str) -> String {
    tokens(title).map(|token| fold(token.text).into_owned()).collect::<Vec<_>>().join(" ")
}

fn stem_counts(chapter: &Chapter, text: &str, units: &Units, analyzer: &Analyzer) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for unit in &units.units[chapter.units()] {
        for stem in carried_stems(unit.span.of(text), analyzer) {
            *counts.entry(stem).or_insert(0) += 1;
        }
    }
    counts
}

/// Returns the stems of the words of `text` that carry a subject, in reading order.
fn carried_stems<'a>(text: &'a str, analyzer: &'a Analyzer) -> impl Iterator<Item = String> + 'a {
    tokens(text).map(|token| fold(token.text)).filter(|word| carries(word, analyzer)).map(|word| analyzer.stem(&word))
}

/// How often each stem occurs in all chapters together.
struct Spread {
    counts: HashMap<String, u32>,
    mean_chapter: f64,
}

impl Spread {
    fn of(chapters: &[HashMap<String, u32>]) -> Self {
        let mut counts: HashMap<String, u32> = HashMap::new();
        for (stem, count) in chapters.iter().flatten() {
            *counts.entry(stem.clone()).or_insert(0) += count;
        }
        let total: f64 = counts.values().map(|&count| f64::from(count)).sum();
        Self { counts, mean_chapter: total / chapters.len().max(1) as f64 }
    }

    /// Returns the class-based tf-idf of a stem that occurs `count` times in a chapter. The logarithm of the count keeps
    /// one word that is said all the time from being every title.
    fn weight(&self, stem: &str, count: u32) -> f64 {
        let everywhere = f64::from(self.counts.get(stem).copied().unwrap_or(1));
        (1.0 + f64::from(count).ln()) * (1.0 + self.mean_chapter / everywhere).ln()
    }
}

/// What a phrase is weighed with.
struct Scale<'a> {
    spread: &'a Spread,
    /// The stems of nouns that say little alone.
    generals: BTreeSet<String>,
}
impl Scale<'_> {
    /// Returns how good a title a phrase is, whatever the other titles; `stems` are the counts of its chapter.
    fn score(&self, phrase: &Phrase, stems: &HashMap<String, u32>) -> f64 {
        let mut weights: Vec<f64> = phrase.stems.iter().map(|stem| self.weight(stem, stems)).collect();
        weights.sort_by(|one, other| other.total_cmp(one));
        let words: f64 = weights.iter().zip(NTH_WORD).map(|(weight, share)| weight * share).sum();
        let repeats = 1.0 + f64::from(phrase.n_times).ln();
        let position = 1.0 + EARLY / (1.0 + f64::from(phrase.first_word) / EARLY_WORDS);
        let noun = 0.3 + 0.7 * phrase.headness;
        let whole = 0.75 + 0.25 * f64::from(phrase.n_whole) / f64::from(phrase.n_times);
        let traits = [
            (phrase.stems.len() == 1, 0.7),
            (phrase.is_announced, 1.6),
            (phrase.is_name, 0.8),
            (0 < phrase.n_links, 0.9),
            (1 < phrase.n_links, 0.9),
        ];
        let traits: f64 = traits.iter().filter(|(has, _)| *has).map(|(_, factor)| factor).product();
        words * repeats * position * noun * whole * traits
    }

    fn weight(&self, stem: &str, stems: &HashMap<String, u32>) -> f64 {
        let general = if self.generals.contains(stem) { 0.7 } else { 1.0 };
        general * self.spread.weight(stem, stems.get(stem).copied().unwrap_or(1))
    }
}

/// Returns the best phrases that differ, best first; of equals the one that stands earlier, and then the longer.
fn best_phrases(phrases: Vec<Phrase>, stems: &HashMap<String, u32>, scale: &Scale) -> Vec<Finalist> {
    let mut finalists: Vec<Finalist> =
        phrases.into_iter().map(|phrase| Finalist { score: scale.score(&phrase, stems), phrase }).collect();
    finalists.sort_by(|one, other| {
        let place = |finalist: &Finalist| (finalist.phrase.first_word, std::cmp::Reverse(finalist.phrase.text.len()));
        other.score.total_cmp(&one.score).then_with(|| place(one).cmp(&place(other)))
    });
    varied(finalists)
}

/// Returns the best finalists, of which at most three are one phrase made longer or shorter if there are others.
fn varied(finalists: Vec<Finalist>) -> Vec<Finalist> {
    let (mut picked, mut spare) = (Vec::new(), Vec::new());
    for finalist in finalists {
        if picked.len() == N_FINALISTS {
            break;
        }
        let is_variant = |other: &&Finalist| {
            is_within(&finalist.phrase, &other.phrase) || is_within(&other.phrase, &finalist.phrase)
        };
        if picked.iter().filter(is_variant).count() < 2 {
            picked.push(finalist);
        } else if spare.len() < N_FINALISTS {
            spare.push(finalist);
        }
    }
    let n_missing = N_FINALISTS - picked.len();
    picked.extend(spare.into_iter().take(n_missing));
    picked
}

/// Returns whether all that `inner` says is said by `outer`.
fn is_within(inner: &Phrase, outer: &Phrase) -> bool {
    inner.stems.iter().all(|stem| outer.stems.contains(stem))
}

/// Multiplies each score by how near the phrase's meaning is to that of its chapter: all phrases in one call.
fn weigh_meaning(
    finalists: &mut [Vec<Finalist>],
    chapters: &[Chapter],
    vectors: &Vectors,
    encoder: &dyn Encoder,
    progress: &dyn Progress,
) -> Result<()> {
    let texts: Vec<&str> = finalists.iter().flatten().map(|finalist| finalist.phrase.text.as_str()).collect();
    let meanings = encoder.encode(&texts, progress)?;
    let mut meanings = meanings.rows();
    for (finalists, chapter) in finalists.iter_mut().zip(chapters) {
        let mut center = vec![0.0_f32; vectors.dims()];
        for unit in chapter.units() {
            center.iter_mut().zip(vectors.row(unit)).for_each(|(sum, value)| *sum += value);
        }
        let length = center.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for (finalist, meaning) in finalists.iter_mut().zip(&mut meanings) {
            let cosine = center.iter().zip(meaning).map(|(a, b)| a * b).sum::<f32>() / length;
            finalist.score *= 0.2 + f64::from(cosine.max(0.0));
        }
    }
    Ok(())
}

/// Returns the best phrase as a title, or the best two, unless none is left that differs from what is said beside it.
/// `elsewhere` are the titles there are, folded.
fn chosen(finalists: &[Finalist], beside: &[Said], elsewhere: &HashSet<String>, grammar: &Grammar) -> Option<String> {
    let is_elsewhere = |title: &str| elsewhere.contains(&folded(title));
    let marginal = |finalist: &Finalist| {
        let stems = &finalist.phrase.stems;
        let repeated = stems.iter().filter(|stem| beside.iter().any(|said| said.stems.contains(*stem))).count();
        let left = if is_elsewhere(&finalist.phrase.text) { ELSEWHERE_SHARE } else { 1.0 };
        finalist.score * left * (1.0 - REPETITION_COST * repeated as f64 / stems.len() as f64)
    };
    let is_beside = |title: &str| {
        let folded = folded(title);
        beside.iter().any(|said| said.folded == folded)
    };
    let weighed: Vec<(&Finalist, f64)> = finalists.iter().map(|finalist| (finalist, marginal(finalist))).collect();
    // The last of equals is the one `max_by` takes, and the first is the better.
    let differs = |(finalist, _): &&(&Finalist, f64)| !is_beside(&finalist.phrase.text);
    let &(best, worth) = weighed.iter().rev().filter(differs).max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let share = if best.phrase.stems.len() == 1 { SECOND_SHARE_OF_WORD } else { SECOND_SHARE };
    let second = weighed
        .iter()
        .rev()
        .filter(|(other, own)| share * worth <= *own && goes_with(&best.phrase, &other.phrase))
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    let both = second.map(|(second, _)| joined(&best.phrase, &second.phrase, grammar));
    // What is said beside it is said elsewhere, too.
    let both = both.filter(|title| !is_elsewhere(title));
    Some(upper_first(both.as_deref().unwrap_or(&best.phrase.text)))
}

/// Returns whether two phrases make a title together: both short, and each with something of its own to say.
fn goes_with(one: &Phrase, other: &Phrase) -> bool {
    one.stems.len() + other.stems.len() <= MAX_JOINED_STEMS
        && one.n_links + other.n_links == 0
        && !one.stems.iter().any(|stem| other.stems.contains(stem))
        && crate::words::count(&one.text) + crate::words::count(&other.text) < MAX_TITLE_WORDS
}

/// Returns two phrases as one, in the order they stand in the text.
fn joined(one: &Phrase, other: &Phrase, grammar: &Grammar) -> String {
    let (first, second) = if other.first_word < one.first_word { (other, one) } else { (one, other) };
    format!("{} {} {}", first.text, grammar.and(), grammar.inside(&second.text))
}

/// Returns the first words of a chapter, as many as a title has at most, or its first characters if it has none: what any title
/// has to be better than.
pub fn first_words(chapter: &Chapter, text: &str, units: &Units) -> String {
    let unit = units.units[chapter.first_unit.index()].span.of(text);
    let mut words = tokens(unit).take(MAX_TITLE_WORDS);
    let Some(first) = words.next() else { return unit.chars().take(MAX_TITLE_WORDS).collect() };
    let end = words.last().map_or(first.range.end, |last| last.range.end);
    upper_first(&unit[first.range.start..end].split_whitespace().collect::<Vec<_>>().join(" "))
}

fn upper_first(title: &str) -> String {
    let mut characters = title.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chapters::chapters_at;
    use crate::document::{GapIndex, GapScores, Heading, UnitIndex, UnitKind};
    use crate::neural::SentenceEncoder;
    use crate::progress::Unwatched;

    /// Returns the text, units and untitled chapters of a document, a paragraph a string.
    fn document(chapters: &[&[&str]]) -> (String, Units, Vec<Chapter>) {
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &chapters.concat());
        let end = |number: usize| chapters[..number].concat().len();
        let cut: Vec<GapIndex> = (1..chapters.len()).map(|number| GapIndex::from(end(number) - 1)).collect();
        let scores = GapScores::new(vec![0.5; units.n_gaps()]);
        let chapters = chapters_at(text.len(), &units, &scores, &cut, &vec![1; cut.len()]);
        (text, units, chapters)
    }

    fn titled(chapters: &[&[&str]]) -> Vec<String> {
        let (text, units, mut chapters) = document(chapters);
        title_chapters(&mut chapters, &text, &units, None, None, Language::English, &Unwatched)
            .expect("nobody cancels");
        chapters.into_iter().map(|chapter| chapter.title).collect()
    }

    const TIDES: &[&str] = &[
        "Spring tides come at new moon and full moon.",
        "At spring tides the water of the harbour falls by nine metres.",
        "Who knows the spring tides knows when the harbour can be left.",
    ];
    const BREAD: &[&str] = &[
        "The sourdough starter must be fed each morning.",
        "A sourdough starter of rye is ready after six days.",
        "Without the sourdough starter the loaf stays flat.",
    ];

    #[test]
    fn a_title_is_the_phrase_its_chapter_keeps_coming_back_to() {
        let titles = titled(&[TIDES, BREAD]);
        assert!(titles[0].contains("pring tides"), "{}", titles[0]);
        assert!(titles[1].contains("ourdough starter"), "{}", titles[1]);
    }

    #[test]
    fn meaning_is_weighed_if_there_is_an_encoder() {
        let (text, units, mut chapters) = document(&[TIDES, BREAD]);
        let encoder = SentenceEncoder::embedded(1).expect("the embedded model is whole");
        let vectors = encoder.encode(&units.texts(&text), &Unwatched).expect("the model runs");
        title_chapters(&mut chapters, &text, &units, Some(&vectors), Some(&encoder), Language::English, &Unwatched)
            .expect("nobody cancels");
        assert!(chapters[0].title.to_lowercase().contains("tides"), "{}", chapters[0].title);
        assert!(chapters[1].title.to_lowercase().contains("sourdough"), "{}", chapters[1].title);
    }

    #[test]
    fn two_short_phrases_make_one_title() {
        let titles = titled(&[&["Anchors and sails.", "The sails tore. The anchors held."], BREAD]);
        assert_eq!(titles[0], "Anchors and sails");
        let titles = titled(&[&["The sails tore.", "The anchor held.", "Sails and an anchor."], BREAD]);
        assert_eq!(titles[0], "Sails and anchor");
    }

    #[test]
    fn no_title_is_a_fragment_of_a_clause() {
        let titles = titled(&[
            &[
                "The colony outgrew the hive.",
                "We discovered the slip of paper and reported the theft.",
                "The hive fell.",
            ],
            BREAD,
        ]);
        for verb in ["outgrew", "discovered", "reported", "fell"] {
            assert!(!titles[0].to_lowercase().contains(verb), "{}", titles[0]);
        }
    }

    #[test]
    fn two_chapters_of_one_subject_have_different_titles() {
        let titles = titled(&[TIDES, TIDES]);
        assert_ne!(titles[0], titles[1]);
    }

    #[test]
    fn two_chapters_of_one_subject_far_apart_have_different_titles() {
        let titles = titled(&[TIDES, BREAD, TIDES]);
        assert_ne!(titles[0], titles[2]);
    }

    #[test]
    fn a_heading_is_the_title() {
        let (text, mut units, mut chapters) = document(&[&["2.  Of\n tides"], TIDES]);
        let heading = units.units.remove(0);
        units.headings.push(Heading { level: 2, span: heading.span, before: UnitIndex(0) });
        chapters.remove(0);
        chapters[0].first_unit = UnitIndex(0);
        title_chapters(&mut chapters, &text, &units, None, None, Language::English, &Unwatched)
            .expect("nobody cancels");
        assert_eq!(chapters[0].title, "2. Of tides");
    }

    #[test]
    fn a_title_that_is_there_is_kept() {
        let (text, units, mut chapters) = document(&[TIDES, BREAD]);
        chapters[1].title = "By hand".to_owned();
        title_chapters(&mut chapters, &text, &units, None, None, Language::English, &Unwatched)
            .expect("nobody cancels");
        assert_eq!(chapters[1].title, "By hand");
    }

    #[test]
    fn without_a_phrase_the_first_words_are_the_title() {
        assert!(!titled(&[&["and so they did, of course, what with the one and the other"]])[0].is_empty());
        assert_eq!(titled(&[&["?!"]]), ["?!"]);
        assert_eq!(titled(&[&["it is"]]), ["It is"]);
    }

    /// Chapters of units of words, some of which carry no subject.
    fn any_chapters() -> impl Strategy<Value = Vec<Vec<String>>> {
        let word = prop_oneof![
            "[a-z]{1,9}",
            Just("the".to_owned()),
            Just("of".to_owned()),
            Just("tides,".to_owned()),
            Just("harbour".to_owned()),
            Just("Élan".to_owned()),
            Just("漢字".to_owned()),
            Just("…".to_owned()),
        ];
        let unit = prop::collection::vec(word, 1..12).prop_map(|words| words.join(" "));
        prop::collection::vec(prop::collection::vec(unit, 1..4), 1..6)
    }

    proptest! {
        #[test]
        fn titles_are_never_empty_stand_in_their_chapter_and_are_the_same_again(chapters in any_chapters()) {
            let borrowed: Vec<Vec<&str>> =
                chapters.iter().map(|units| units.iter().map(String::as_str).collect()).collect();
            let borrowed: Vec<&[&str]> = borrowed.iter().map(Vec::as_slice).collect();
            let titles = titled(&borrowed);
            prop_assert_eq!(&titles, &titled(&borrowed));
            for (title, units) in titles.iter().zip(&chapters) {
                let analyzer = Analyzer::new(Language::English);
                let chapter: BTreeSet<String> =
                    tokens(&units.join("\n")).map(|token| fold(token.text).into_owned()).collect();
                prop_assert!(!title.trim().is_empty());
                prop_assert!(tokens(title).count() <= MAX_TITLE_WORDS);
                let is_there = |word: &str| chapter.contains(word) || !carries(word, &analyzer);
                prop_assert!(tokens(title).all(|token| is_there(&fold(token.text))), "{}", title);
            }
        }

        #[test]
        fn titles_side_by_side_differ_if_there_are_words_enough(chapters in any_chapters()) {
            let analyzer = Analyzer::new(Language::English);
            // Three subjects, each in a unit of its own, are three phrases at least.
            let chapters: Vec<Vec<String>> = chapters
                .into_iter()
                .map(|units| units.into_iter().chain(["lamp", "stone", "river"].map(str::to_owned)).collect())
                .collect();
            prop_assert!(analyzer.is_content_word("lamp"));
            let borrowed: Vec<Vec<&str>> =
                chapters.iter().map(|units| units.iter().map(String::as_str).collect()).collect();
            let borrowed: Vec<&[&str]> = borrowed.iter().map(Vec::as_slice).collect();
            for pair in titled(&borrowed).windows(2) {
                prop_assert_ne!(folded(&pair[0]), folded(&pair[1]));
            }
        }
    }
}
