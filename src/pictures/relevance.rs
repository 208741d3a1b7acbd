//! The words of one topic against the collection: bars of how often each occurs in both.
//!
//! Sievert, Shirley 2014, "`LDAvis`: A method for visualizing and interpreting topics": words are ranked by
//! `lambda * ln p(word | topic) + (1 - lambda) * ln (p(word | topic) / p(word))`. With a lambda of 1 the most frequent
//! words come first, with 0 those that occur nearly nowhere else. Where the paper has a topic's distribution of words, we
//! have the words of the chapters that bear it.

use super::{Anchor, Drawing, Mark, Picture, Point, Shape, TEXT_SIZE, Target, Tone, fitted, line, list, text};
use crate::document::Table;

/// The most words that are drawn.
const MAX_SHOWN: usize = 30;

/// The most words in the table.
const MAX_IN_TABLE: usize = 500;

/// The height of a row, in points.
const ROW: f32 = 21.0;

/// How often a word occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordCount {
    /// The word.
    pub word: String,
    /// In the topic's chapters.
    pub in_topic: u64,
    /// In the whole collection, the topic's chapters among it; at least `in_topic`.
    pub in_all: u64,
}

/// The words of a topic's chapters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relevance {
    label: String,
    words: Vec<WordCount>,
    n_in_topic: u64,
    n_in_all: u64,
}

impl Relevance {
    /// Takes the words that occur in the topic's chapters, and how many words those chapters and the whole collection have.
    pub fn of(label: String, words: Vec<WordCount>, n_in_topic: u64, n_in_all: u64) -> Self {
        Self { label, words, n_in_topic, n_in_all }
    }

    /// Returns the words by relevance, and how relevant they are; equals by their letters. Words that occur once in the
    /// topic are left out where there are enough others: once says nothing.
    pub fn ranked(&self, lambda: f64) -> Vec<(&WordCount, f64)> {
        let share = |n: u64, of: u64| (n.max(1) as f64) / (of.max(1) as f64);
        let relevance = |word: &WordCount| {
            let in_topic = share(word.in_topic, self.n_in_topic);
            lambda * in_topic.ln() + (1.0 - lambda) * (in_topic / share(word.in_all, self.n_in_all)).ln()
        };
        let n_repeated = self.words.iter().filter(|word| 1 < word.in_topic).count();
        let fewest = if MAX_SHOWN <= n_repeated { 2 } else { 1 };
        let mut ranked: Vec<(&WordCount, f64)> =
            self.words.iter().filter(|word| fewest <= word.in_topic).map(|word| (word, relevance(word))).collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.word.cmp(&other.0.word)));
        ranked
    }

    /// Returns the picture, `width` points wide. A lambda in `0.0..=1.0`.
    pub fn picture(&self, lambda: f64, width: f32) -> Picture {
        let ranked = self.ranked(lambda);
        let shown = &ranked[..ranked.len().min(MAX_SHOWN)];
        let most = shown.iter().map(|(word, _)| word.in_all).max().unwrap_or(1).max(1) as f32;
        let names = (0.26 * width).clamp(80.0, 170.0);
        let scale = (width - names - 70.0).max(40.0) / most;
        let head = 26.0;
        let mut picture = Picture {
            title: format!("The words of “{}” against the collection", self.label),
            summary: self.summary(shown, lambda),
            drawing: Drawing { width, height: head + ROW * shown.len() as f32 + 8.0, shapes: Vec::new() },
            marks: Vec::new(),
            table: table(&ranked),
        };
        Self::key(&mut picture, names, head);
        for (at, (word, _)) in shown.iter().enumerate() {
            let top = head + ROW * at as f32;
            let middle = top + ROW / 2.0;
            let shapes = &mut picture.drawing.shapes;
            let name = fitted(&word.word, TEXT_SIZE, names - 10.0);
            shapes.push(text(Point { x: names - 8.0, y: middle }, Anchor::End, Tone::Ink, name));
            for (n, fill, inset) in [(word.in_all, Tone::Bar, 7.0), (word.in_topic, Tone::Accent, 4.0)] {
                let min = Point { x: names, y: top + inset };
                let (width, height) = ((scale * n as f32).max(1.0), ROW - 2.0 * inset);
                shapes.push(Shape::Box { min, width, height, fill });
            }
            let end = Point { x: names + scale * word.in_all as f32 + 6.0, y: middle };
            let counts = format!("{} of {}", word.in_topic, word.in_all);
            shapes.push(text(end, Anchor::Start, Tone::Muted, &counts));
            picture.marks.push(Mark {
                min: Point { x: 0.0, y: top },
                width,
                height: ROW,
                label: format!("{}: {counts} in chapters of this topic", word.word),
                target: Target::Word(self.words.iter().position(|other| other == *word).unwrap_or(0)),
            });
        }
        picture
    }

    /// Returns the word that a mark of the picture stands for.
    pub fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(|word| word.word.as_str())
    }

    fn key(picture: &mut Picture, left: f32, head: f32) {
        let shapes = &mut picture.drawing.shapes;
        let y = head / 2.0 - 2.0;
        let keys = [(left, Tone::Accent, 10.0, "in its chapters"), (left + 124.0, Tone::Bar, 6.0, "in all")];
        for (x, fill, height, name) in keys {
            shapes.push(Shape::Box { min: Point { x, y: y - height / 2.0 }, width: 14.0, height, fill });
            shapes.push(text(Point { x: x + 19.0, y }, Anchor::Start, Tone::Muted, name));
        }
        let (from, to) = (Point { x: left - 0.5, y: head }, Point { x: left - 0.5, y: picture.drawing.height - 6.0 });
        shapes.push(line(from, to, 1.0, Tone::Bar));
    }

    fn summary(&self, shown: &[(&WordCount, f64)], lambda: f64) -> String {
        if shown.is_empty() {
            return format!("The chapters of “{}” hold no words that carry a subject.", self.label);
        }
        let words = list(shown.iter().map(|(word, _)| word.word.as_str()), 5);
        format!(
            "The {} most relevant words of “{}”: {words}. Relevant is what is often here ({lambda:.2}) and what is only \
             here ({:.2}).",
            shown.len(),
            self.label,
            1.0 - lambda
        )
    }
}

fn table(ranked: &[(&WordCount, f64)]) -> Table {
    let mut table = Table::of_columns(["word", "in_topic", "in_all", "relevance"]);
    for (word, relevance) in ranked.iter().take(MAX_IN_TABLE) {
        let cells = [word.word.clone(), word.in_topic.to_string(), word.in_all.to_string(), format!("{relevance:.3}")];
        table.rows.push(cells.to_vec());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relevance() -> Relevance {
        let word = |word: &str, in_topic, in_all| WordCount { word: word.to_owned(), in_topic, in_all };
        Relevance::of(
            "bees".to_owned(),
            vec![word("time", 20, 400), word("bees", 15, 18), word("queen", 5, 5)],
            100,
            2_000,
        )
    }

    fn words(lambda: f64) -> Vec<String> {
        relevance().ranked(lambda).into_iter().map(|(word, _)| word.word.clone()).collect()
    }

    #[test]
    fn lambda_leads_from_what_is_only_here_to_what_is_often_here() {
        assert_eq!(words(0.0), ["queen", "bees", "time"]);
        assert_eq!(words(0.6), ["bees", "queen", "time"]);
        assert_eq!(words(1.0), ["time", "bees", "queen"]);
    }

    /// By hand: 0.6 ln 0.15 + 0.4 ln (0.15 / 0.009).
    #[test]
    fn relevance_is_that_of_the_paper() {
        let relevance = relevance();
        let (word, found) = relevance.ranked(0.6)[0];
        assert_eq!(word.word, "bees");
        assert!((found - (0.6 * 0.15_f64.ln() + 0.4 * (0.15_f64 / 0.009).ln())).abs() < 1e-12, "{found}");
    }

    #[test]
    fn the_picture_says_what_it_shows() {
        let picture = relevance().picture(0.6, 500.0);
        assert_eq!(
            picture.summary,
            "The 3 most relevant words of “bees”: “bees”, “queen”, “time”. Relevant is what is often here (0.60) and what \
             is only here (0.40)."
        );
        assert_eq!(picture.marks[0].label, "bees: 15 of 18 in chapters of this topic");
        assert_eq!(picture.table.rows[0], ["bees", "15", "18", "-0.013"]);
        let empty = Relevance::default().picture(0.5, 300.0);
        assert_eq!(empty.marks, []);
    }
}
