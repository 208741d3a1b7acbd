//! Words as a graph: joined where they stand together more often than by chance.
//!
//! Two words are joined by how much more often they share a passage than chance would have it: normalised pointwise mutual
//! information (Bouma 2009). The layout is that of Fruchterman, Reingold 1991, "Graph Drawing by Force-directed Placement",
//! from a circle and with a fixed number of steps, so that a graph has one drawing.

use std::f64::consts::TAU;

use super::{
    Anchor, Drawing, Mark, Picture, Point, Shape, TEXT_SIZE, Target, Tone, fitted, line, list, text, text_width,
    two_digits,
};
use crate::document::Table;

/// How many steps the layout takes.
const N_STEPS: usize = 300;

/// The most edges that are kept for each word: more make a tangle.
const EDGES_PER_WORD: usize = 3;

/// The room for what sizes and widths mean, in points.
const KEY_WIDTH: f32 = 410.0;

/// The same, in height.
const KEY_HEIGHT: f32 = 26.0;

/// A word of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphWord {
    /// The word.
    pub word: String,
    /// In how many passages it occurs.
    pub n_passages: u64,
}

/// Words, what joins them, and where they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordGraph {
    label: String,
    words: Vec<GraphWord>,
    /// Strongest first.
    edges: Vec<Edge>,
    /// Both coordinates in `0.0..=1.0`.
    places: Vec<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Edge {
    one: usize,
    other: usize,
    n_passages: u64,
    /// In `0.0..=1.0`.
    npmi: f64,
}

impl WordGraph {
    /// Takes the words of a topic, for each two of them (`one < other`) in how many passages both occur, and how many
    /// passages there are.
    pub fn of(label: String, words: Vec<GraphWord>, together: &[(usize, usize, u64)], n_passages: u64) -> Self {
        let mut edges: Vec<Edge> = together
            .iter()
            .filter(|(.., n)| 2 <= *n)
            .map(|&(one, other, n)| {
                let npmi = npmi(n, words[one].n_passages, words[other].n_passages, n_passages);
                Edge { one, other, n_passages: n, npmi }
            })
            .filter(|edge| edge.npmi > 0.0)
            .collect();
        edges.sort_by(|a, b| b.npmi.total_cmp(&a.npmi).then((a.one, a.other).cmp(&(b.one, b.other))));
        let mut degrees = vec![0; words.len()];
        // A word keeps its strongest edges, and those that are among the strongest of the word at the other end.
        edges.retain(|edge| {
            let is_kept = degrees[edge.one] < EDGES_PER_WORD || degrees[edge.other] < EDGES_PER_WORD;
            degrees[edge.one] += 1;
            degrees[edge.other] += 1;
            is_kept
        });
        Self { places: places(words.len(), &edges), label, words, edges }
    }

    /// Returns the picture, `width` by `height` points.
    pub fn picture(&self, width: f32, height: f32) -> Picture {
        let mut picture = Picture {
            title: format!("Words of “{}” that stand together", self.label),
            summary: self.summary(),
            drawing: Drawing { width, height, shapes: Vec::new() },
            marks: Vec::new(),
            table: self.table(),
        };
        let most = self.words.iter().map(|word| word.n_passages).max().unwrap_or(1).max(1) as f32;
        let radius = |at: usize| 4.0 + 9.0 * (self.words[at].n_passages as f32 / most).sqrt();
        let (across, down) = (60.0_f32.min(width / 3.0), 26.0_f32.min(height / 3.0));
        let has_key = KEY_WIDTH <= width && 10.0 * KEY_HEIGHT <= height && !self.edges.is_empty();
        let graph_height = if has_key { height - KEY_HEIGHT } else { height };
        let center = |at: usize| Point {
            x: across + (width - 2.0 * across) * self.places[at].0 as f32,
            y: down + (graph_height - 2.0 * down) * self.places[at].1 as f32,
        };
        if has_key {
            key(&mut picture.drawing.shapes, height - KEY_HEIGHT / 2.0);
        }
        for edge in self.edges.iter().rev() {
            let shapes = &mut picture.drawing.shapes;
            shapes.push(joined(center(edge.one), center(edge.other), edge.npmi as f32));
        }
        let labels: Vec<(usize, Point, String)> = self.labels(width, &center, &radius);
        // Labels lie above what joins words, and below the words.
        for (_, at, label) in &labels {
            let (width, height) = (text_width(label, TEXT_SIZE) + 4.0, TEXT_SIZE + 1.0);
            let min = Point { x: at.x - width / 2.0, y: at.y - height / 2.0 };
            picture.drawing.shapes.push(Shape::Box { min, width, height, fill: Tone::Paper });
        }
        for at in 0..self.words.len() {
            picture.drawing.shapes.push(Shape::Circle {
                center: center(at),
                radius: radius(at),
                fill: Tone::Accent,
                opacity: 1.0,
                outline: Some(Tone::Paper),
            });
        }
        for (at, place, label) in labels {
            picture.drawing.shapes.push(text(place, Anchor::Middle, Tone::Ink, label));
            let (center, reach) = (center(at), radius(at).max(9.0));
            picture.marks.push(Mark {
                min: Point { x: center.x - reach, y: center.y - reach },
                width: 2.0 * reach,
                height: 2.0 * reach,
                label: self.said(at),
                target: Target::Word(at),
            });
        }
        picture
    }

    /// Returns the words, the most frequent first, with where the middle of each label stands and what it says.
    fn labels(
        &self,
        width: f32,
        center: &dyn Fn(usize) -> Point,
        radius: &dyn Fn(usize) -> f32,
    ) -> Vec<(usize, Point, String)> {
        let mut taken: Vec<(f32, f32, f32, f32)> = Vec::new();
        let mut labels = Vec::with_capacity(self.words.len());
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.words[at].n_passages));
        for at in order {
            let (center, radius) = (center(at), radius(at));
            let label = fitted(&self.words[at].word, TEXT_SIZE, 130.0);
            let half = text_width(&label, TEXT_SIZE) / 2.0;
            let x = center.x.clamp(half, (width - half).max(half));
            let beside = radius + 0.7 * TEXT_SIZE;
            let y = [beside, -beside].into_iter().map(|shift| center.y + shift).find(|&y| {
                taken.iter().all(|&(l, r, t, b)| x + half < l || r < x - half || y + 7.0 < t || b < y - 7.0)
            });
            let y = y.unwrap_or(center.y + beside);
            taken.push((x - half, x + half, y - 7.0, y + 7.0));
            labels.push((at, Point { x, y }, label));
        }
        labels
    }

    /// Returns the word that a mark of the picture stands for.
    pub fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(|word| word.word.as_str())
    }

    fn said(&self, at: usize) -> String {
        let beside: Vec<&str> = self
            .edges
            .iter()
            .filter_map(|edge| match at {
                _ if edge.one == at => Some(edge.other),
                _ if edge.other == at => Some(edge.one),
                _ => None,
            })
            .map(|other| self.words[other].word.as_str())
            .collect();
        let GraphWord { word, n_passages } = &self.words[at];
        let beside = if beside.is_empty() { "none of the others".to_owned() } else { beside.join(", ") };
        format!("{word}: in {n_passages} passages; stands with {beside}")
    }

    fn summary(&self) -> String {
        if self.edges.is_empty() {
            return format!("{} words of “{}”; none stand together more than by chance.", self.words.len(), self.label);
        }
        let pair = |edge: &Edge| format!("{} and {}", self.words[edge.one].word, self.words[edge.other].word);
        let pairs: Vec<String> = self.edges.iter().map(pair).collect();
        format!(
            "{} words of “{}” and {} links. Strongest: {}.",
            self.words.len(),
            self.label,
            self.edges.len(),
            list(pairs.iter().map(String::as_str), 3)
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::of_columns(["word", "other_word", "passages", "npmi"]);
        for edge in &self.edges {
            let words = [edge.one, edge.other].map(|at| self.words[at].word.clone());
            table.rows.push([&words[..], &[edge.n_passages.to_string(), two_digits(edge.npmi)]].concat());
        }
        table
    }
}

/// Returns the line that joins two words, thicker and stronger the more they keep company.
fn joined(from: Point, to: Point, npmi: f32) -> Shape {
    line(from, to, 0.6 + 3.0 * npmi, Tone::Ramp(npmi))
}

/// Draws what sizes and widths mean, its middle at `y`.
fn key(shapes: &mut Vec<Shape>, y: f32) {
    let disc = |x: f32, radius: f32| {
        let center = Point { x, y };
        Shape::Circle { center, radius, fill: Tone::Accent, opacity: 1.0, outline: Some(Tone::Paper) }
    };
    shapes.extend([disc(8.0, 5.0), disc(24.0, 9.0)]);
    shapes.push(text(Point { x: 40.0, y }, Anchor::Start, Tone::Muted, "in more passages"));
    for (shift, npmi) in [(-4.0, 0.2), (4.0, 0.9)] {
        let y = y + shift;
        shapes.push(joined(Point { x: 168.0, y }, Point { x: 194.0, y }, npmi));
    }
    shapes.push(text(Point { x: 202.0, y }, Anchor::Start, Tone::Muted, "together more often than by chance"));
}

/// Returns how much more often two words share a passage than by chance, in `-1.0..=1.0`.
fn npmi(n_both: u64, n_one: u64, n_other: u64, n_passages: u64) -> f64 {
    let share = |n: u64| n as f64 / n_passages.max(1) as f64;
    let both = share(n_both);
    if both <= 0.0 || 1.0 <= both {
        // In all passages: no more can be said of them.
        return 0.0;
    }
    (both / (share(n_one) * share(n_other))).ln() / -both.ln()
}

/// Returns where each word stands, both coordinates in `0.0..=1.0`.
fn places(n: usize, edges: &[Edge]) -> Vec<(f64, f64)> {
    if n < 2 {
        return vec![(0.5, 0.5); n];
    }
    let mut places: Vec<(f64, f64)> = (0..n)
        .map(|at| {
            let angle = TAU * at as f64 / n as f64;
            (0.5 + 0.4 * angle.cos(), 0.5 + 0.4 * angle.sin())
        })
        .collect();
    // The distance at which attraction and repulsion of two joined words are equal.
    let ideal = 0.8 / (n as f64).sqrt();
    for step in 0..N_STEPS {
        let reach = 0.1 * (1.0 - step as f64 / N_STEPS as f64) + 0.001;
        let mut shifts = vec![(0.0_f64, 0.0_f64); n];
        let mut push = |one: usize, other: usize, places: &[(f64, f64)], force: &dyn Fn(f64) -> f64| {
            let (dx, dy) = (places[one].0 - places[other].0, places[one].1 - places[other].1);
            let distance = dx.hypot(dy).max(1e-4);
            let force = force(distance) / distance;
            shifts[one].0 += dx * force;
            shifts[one].1 += dy * force;
            shifts[other].0 -= dx * force;
            shifts[other].1 -= dy * force;
        };
        for one in 0..n {
            for other in one + 1..n {
                // Words far apart leave each other alone, or those without a join would be driven to the edges.
                push(one, other, &places, &|distance| {
                    if distance < 2.5 * ideal { ideal * ideal / distance } else { 0.0 }
                });
            }
        }
        for edge in edges {
            push(edge.one, edge.other, &places, &|distance| -distance * distance / ideal * (0.4 + edge.npmi));
        }
        for (place, shift) in places.iter_mut().zip(&shifts) {
            // A pull to the middle keeps together what is not joined.
            let (x, y) = (shift.0 + 1.2 * ideal * (0.5 - place.0), shift.1 + 1.2 * ideal * (0.5 - place.1));
            let length = x.hypot(y).max(1e-9);
            let step = length.min(reach) / length;
            place.0 += x * step;
            place.1 += y * step;
        }
    }
    stretched(&places)
}

/// Returns the places so that they reach from 0 to 1 on both axes.
fn stretched(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let range = |of: fn(&(f64, f64)) -> f64| {
        let least = places.iter().map(of).fold(f64::MAX, f64::min);
        let most = places.iter().map(of).fold(f64::MIN, f64::max);
        (least, (most - least).max(1e-9))
    };
    let (x, y) = (range(|place| place.0), range(|place| place.1));
    let rounded = |number: f64| (number * 1e6).round() / 1e6;
    places.iter().map(|place| (rounded((place.0 - x.0) / x.1), rounded((place.1 - y.0) / y.1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> WordGraph {
        let word = |word: &str, n_passages| GraphWord { word: word.to_owned(), n_passages };
        let words = vec![word("bees", 20), word("hive", 12), word("queen", 10), word("train", 15), word("signal", 9)];
        let together = [(0, 1, 11), (0, 2, 9), (1, 2, 6), (3, 4, 8), (0, 3, 2), (1, 4, 1)];
        WordGraph::of("bees, hive".to_owned(), words, &together, 60)
    }

    #[test]
    fn words_are_joined_where_they_stand_together_more_than_by_chance() {
        let pairs: Vec<Vec<String>> = graph().table().rows.into_iter().map(|row| row[..2].to_vec()).collect();
        assert_eq!(pairs, [["train", "signal"], ["bees", "hive"], ["bees", "queen"], ["hive", "queen"]]);
    }

    #[test]
    fn joined_words_stand_nearer_than_others() {
        let places = graph().places;
        let distance =
            |one: usize, other: usize| (places[one].0 - places[other].0).hypot(places[one].1 - places[other].1);
        assert!(distance(0, 1) < distance(0, 3) && distance(3, 4) < distance(2, 4), "{places:?}");
        assert_eq!(graph(), graph());
    }

    #[test]
    fn what_is_seen_is_said() {
        let picture = graph().picture(500.0, 400.0);
        assert_eq!(
            picture.summary,
            "5 words of “bees, hive” and 4 links. Strongest: “train and signal”, “bees and hive”, “bees and queen” and 1 more."
        );
        assert_eq!(picture.marks[0].label, "bees: in 20 passages; stands with hive, queen");
        assert_eq!(picture.marks.len(), 5);
    }

    #[test]
    fn graphs_without_joins_are_drawn() {
        for n in 0..4 {
            let words = vec![GraphWord { word: "x".to_owned(), n_passages: 1 }; n];
            let picture = WordGraph::of(String::new(), words, &[], 1).picture(50.0, 50.0);
            assert_eq!(picture.marks.len(), n);
            assert!(picture.marks.iter().all(|mark| mark.min.x.is_finite()));
        }
    }
}
