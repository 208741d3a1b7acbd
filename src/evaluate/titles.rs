//! Titles against those that sections have.
//!
//! ROUGE-1, ROUGE-2 and ROUGE-L are the F of Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries" (sections 2 and
//! 3), over stems. Words are those of UAX #29, folded, and stemmed by Snowball in the language of the document, so that titles in
//! any script are compared; the package's Python port knows ASCII letters and the first Porter stemmer, and its numbers are not quite
//! these. Beside them stands how near two titles are in meaning, and two things that a
//! title can be wrong in whatever the true one is: words that its chapter does not have, and that another chapter has the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::Result;
use crate::neural::{Encoder, dot};
use crate::progress::Unwatched;
use crate::words::{Analyzer, fold, tokens};

/// The chapters of a document, and what is to be known of them whoever titles them.
#[derive(Clone, Debug)]
pub struct TrueTitles {
    chapters: Vec<TrueTitle>,
}

#[derive(Clone, Debug)]
struct TrueTitle {
    /// The stems that the chapter has.
    there: BTreeSet<String>,
    /// Those of its true title in order, and its vector; nothing where there is none to compare with.
    expected: Option<(Vec<String>, Vec<f32>)>,
}

impl TrueTitles {
    /// Takes the text of each chapter, and its true title, which may be empty. The analyzer is to be of the document's language;
    /// `encoder` makes the vectors of titles.
    pub fn new(chapters: &[(&str, &str)], analyzer: &Analyzer, encoder: &dyn Encoder) -> Result<Self> {
        let has_title = |title: &str| !title.trim().is_empty();
        let titles: Vec<&str> = chapters.iter().map(|&(_, title)| title).filter(|title| has_title(title)).collect();
        let vectors = encoder.encode(&titles, &Unwatched)?;
        let mut rows = vectors.rows();
        let chapter = |&(text, title): &(&str, &str)| TrueTitle {
            there: stems(text, analyzer).into_iter().collect(),
            expected: has_title(title)
                .then(|| (stems(title, analyzer), rows.next().expect("a row for each title").to_vec())),
        };
        Ok(Self { chapters: chapters.iter().map(chapter).collect() })
    }
}

/// How good titles are, on average. Each is in `0.0..=1.0`, but for `similarity`, and 0 where there was nothing to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TitlesMeasures {
    /// The F of the stems that a title shares with the true one.
    pub rouge_1: f64,
    /// The F of the pairs of neighbouring stems that both share; 0 for a title of one word.
    pub rouge_2: f64,
    /// The F of the longest row of stems that both have in the same order.
    pub rouge_l: f64,
    /// The cosine of the vectors of both titles, in `-1.0..=1.0`.
    pub similarity: f64,
    /// The share of titles all of whose words, stop words left out, their chapters have.
    pub share_grounded: f64,
    /// The share of titles that another chapter of the same document has, too, but for case.
    pub share_repeated: f64,
}

/// Sums of what is measured, title by title.
#[derive(Clone, Debug, Default)]
pub struct TitlesTally {
    n_compared: usize,
    compared: [f64; 4],
    n_titles: usize,
    n_grounded: usize,
    n_repeated: usize,
}

impl TitlesTally {
    /// Counts a document in, whose chapters were titled so: a title for each of `expected`. `analyzer` and `encoder` are those
    /// that it was made with.
    pub fn add(
        &mut self,
        expected: &TrueTitles,
        titles: &[String],
        analyzer: &Analyzer,
        encoder: &dyn Encoder,
    ) -> Result<()> {
        let both = || expected.chapters.iter().zip(titles);
        let compared: Vec<&str> =
            both().filter(|(chapter, _)| chapter.expected.is_some()).map(|(_, title)| title.as_str()).collect();
        let vectors = encoder.encode(&compared, &Unwatched)?;
        let true_ones = expected.chapters.iter().filter_map(|chapter| chapter.expected.as_ref());
        for ((found, of_found), (expected, of_expected)) in compared.iter().zip(vectors.rows()).zip(true_ones) {
            let found = stems(found, analyzer);
            let rouge = [rouge_n(expected, &found, 1), rouge_n(expected, &found, 2), rouge_l(expected, &found)];
            let measures = rouge.into_iter().chain([f64::from(dot(of_expected, of_found))]);
            for (sum, measure) in self.compared.iter_mut().zip(measures) {
                *sum += measure;
            }
        }
        self.n_compared += compared.len();
        let folded: Vec<Cow<str>> = titles.iter().map(|title| fold(title.trim())).collect();
        let mut n_with: BTreeMap<&str, usize> = BTreeMap::new();
        for title in &folded {
            *n_with.entry(title).or_default() += 1;
        }
        self.n_titles += titles.len();
        self.n_grounded += both().filter(|(chapter, title)| is_grounded(title, &chapter.there, analyzer)).count();
        self.n_repeated += folded.iter().filter(|title| n_with[title.as_ref()] > 1).count();
        Ok(())
    }

    /// Returns how many titles had a true one to be compared with.
    pub fn n_compared(&self) -> usize {
        self.n_compared
    }

    /// Returns the means over all titles so far, each title counting once.
    pub fn measures(&self) -> TitlesMeasures {
        let [rouge_1, rouge_2, rouge_l, similarity] = self.compared.map(|sum| sum / self.n_compared.max(1) as f64);
        let share = |n: usize| n as f64 / self.n_titles.max(1) as f64;
        let (share_grounded, share_repeated) = (share(self.n_grounded), share(self.n_repeated));
        TitlesMeasures { rouge_1, rouge_2, rouge_l, similarity, share_grounded, share_repeated }
    }
}

fn stems(text: &str, analyzer: &Analyzer) -> Vec<String> {
    tokens(text).map(|token| analyzer.stem(&fold(token.text))).collect()
}

/// Returns whether all words of a title, stop words left out, are of these stems.
fn is_grounded(title: &str, there: &BTreeSet<String>, analyzer: &Analyzer) -> bool {
    let folded = tokens(title).map(|token| fold(token.text));
    folded.filter(|word| !analyzer.is_stop_word(word)).all(|word| there.contains(&analyzer.stem(&word)))
}

/// Returns the F of the runs of `n` stems that two titles share, each as often as both have it.
fn rouge_n(expected: &[String], found: &[String], n: usize) -> f64 {
    let mut left: BTreeMap<&[String], usize> = BTreeMap::new();
    for run in expected.windows(n) {
        *left.entry(run).or_default() += 1;
    }
    let mut n_shared = 0;
    for run in found.windows(n) {
        if let Some(n_left) = left.get_mut(run).filter(|n_left| **n_left > 0) {
            *n_left -= 1;
            n_shared += 1;
        }
    }
    f(n_shared, expected.windows(n).len(), found.windows(n).len())
}

/// Returns the F of the longest common subsequence of two titles.
fn rouge_l(expected: &[String], found: &[String]) -> f64 {
    // The longest so far that ends within so many stems of `found`.
    let mut longest = vec![0; found.len() + 1];
    for stem in expected {
        let mut diagonal = 0;
        for (place, other) in found.iter().enumerate() {
            let above = longest[place + 1];
            longest[place + 1] = if stem == other { diagonal + 1 } else { above.max(longest[place]) };
            diagonal = above;
        }
    }
    f(longest[found.len()], expected.len(), found.len())
}

/// Returns the harmonic mean of the shares that are shared; 0 where nothing is.
fn f(n_shared: usize, n_expected: usize, n_found: usize) -> f64 {
    if n_shared == 0 { 0.0 } else { 2.0 * n_shared as f64 / (n_expected + n_found) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::Vectors;
    use crate::progress::Progress;
    use crate::words::Language;

    /// Gives each text one of two directions, by its length.
    struct ByLength;

    impl Encoder for ByLength {
        fn name(&self) -> &'static str {
            "by length"
        }

        fn sha256(&self) -> &'static str {
            "0"
        }

        fn dims(&self) -> usize {
            2
        }

        fn encode(&self, texts: &[&str], _progress: &dyn Progress) -> Result<Vectors> {
            let direction = |text: &&str| if text.len().is_multiple_of(2) { [1.0, 0.0] } else { [0.0, 1.0] };
            Ok(Vectors::new(2, texts.iter().flat_map(direction).collect()))
        }
    }

    /// A chapter with the title that it was given.
    struct Titled<'a> {
        text: &'a str,
        expected: &'a str,
        found: &'a str,
    }

    fn measured(chapters: &[Titled]) -> TitlesMeasures {
        let analyzer = Analyzer::new(Language::English);
        let expected: Vec<(&str, &str)> = chapters.iter().map(|chapter| (chapter.text, chapter.expected)).collect();
        let expected = TrueTitles::new(&expected, &analyzer, &ByLength).expect("nothing fails");
        let found: Vec<String> = chapters.iter().map(|chapter| chapter.found.to_owned()).collect();
        let mut tally = TitlesTally::default();
        tally.add(&expected, &found, &analyzer, &ByLength).expect("nothing fails");
        tally.measures()
    }

    #[track_caller]
    fn check(expected: &str, found: &str, rouge: [f64; 3]) {
        let TitlesMeasures { rouge_1, rouge_2, rouge_l, .. } = measured(&[Titled { text: "", expected, found }]);
        for (got, wanted) in [rouge_1, rouge_2, rouge_l].into_iter().zip(rouge) {
            assert!((got - wanted).abs() < 1e-12, "{got}, not {wanted}, for {found:?} where {expected:?} is true");
        }
    }

    #[test]
    fn rouge_counts_stems_pairs_of_them_and_rows() {
        check("The quick brown fox jumps", "Quick brown foxes jumped", [8.0 / 9.0, 6.0 / 7.0, 8.0 / 9.0]);
        // As often as both have it, and in any order but for the row.
        check("tide and tide", "tide", [0.5, 0.0, 0.5]);
        check("one two three four", "four three two one", [1.0, 0.0, 0.25]);
        check("one two three four", "one four two three", [1.0, 1.0 / 3.0, 0.75]);
        check("Маяк и море", "Море, маяк", [0.8, 0.0, 0.4]);
        check("tide", "", [0.0; 3]);
        check("tide", "lamp", [0.0; 3]);
    }

    #[test]
    fn a_title_is_of_its_chapter_and_of_no_other() {
        let chapter = |text, found| Titled { text, expected: "", found };
        let lamp = chapter("The keeper lights a lamp.", "Keepers and lamps");
        let tide = chapter("The tide turns at noon.", "Tide at midnight");
        let again = chapter("A lamp for the keeper.", "keepers and LAMPS");
        let found = measured(&[lamp, tide, again, chapter("Nets dry.", "Nets")]);
        assert_eq!((found.share_grounded, found.share_repeated), (0.75, 0.5));
        // None of them had a true title.
        assert!(found.rouge_1.abs() < 1e-12 && found.similarity.abs() < 1e-12);
    }

    #[test]
    fn titles_are_near_where_their_vectors_are() {
        let with = |found| Titled { text: "", expected: "tide", found };
        let without = Titled { text: "", expected: " ", found: "lamp" };
        assert!((measured(&[with("lamp"), with("ship"), with("ships"), without]).similarity - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(measured(&[]), TitlesMeasures::default());
    }
}
