//! Pictures of topics and words, as plain values: what is drawn where, what each mark says, and the table behind it.
//!
//! In: numbers that somebody counted. Out: a [`Picture`] of a size. Who draws it, be it a window or an SVG file, knows
//! shapes and tones only, so that both show the same, and a picture is tested as text. Everything here is deterministic:
//! layouts start from fixed places and take a fixed number of steps.

mod heat_map;
mod relevance;
mod topic_map;
mod trend;
mod word_graph;

pub use heat_map::HeatMap;
pub use relevance::{Relevance, WordCount};
pub use topic_map::{MapTopic, TopicMap};
pub use trend::{Series, Trend};
pub use word_graph::{GraphWord, WordGraph};

use crate::document::Table;

/// A picture with all that belongs to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// What is to be seen in it, in a sentence or two, for whoever cannot see it.
    pub summary: String,
    /// The drawing.
    pub drawing: Drawing,
    /// What can be pointed at, in reading order.
    pub marks: Vec<Mark>,
    /// The numbers behind it.
    pub table: Table,
}

/// Shapes in the order they are drawn in, on a ground that is as large as said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// The first lies lowest.
    pub shapes: Vec<Shape>,
}

/// A place in a drawing, from its upper left corner, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A disc.
    Circle {
        /// Its middle.
        center: Point,
        /// In points.
        radius: f32,
        /// What it is filled with.
        fill: Tone,
        /// How much of the ground the fill hides, in `0.0..=1.0`.
        opacity: f32,
        /// What is drawn around it.
        outline: Option<Tone>,
    },
    /// A line from point to point.
    Line {
        /// Two or more.
        points: Vec<Point>,
        /// In points.
        width: f32,
        /// Its colour.
        tone: Tone,
    },
    /// A filled rectangle.
    Box {
        /// Its upper left corner.
        min: Point,
        /// In points.
        width: f32,
        /// In points.
        height: f32,
        /// What it is filled with.
        fill: Tone,
    },
    /// One line of text.
    Text {
        /// The middle of the line's height, at the end that `anchor` says.
        at: Point,
        /// Which end of the line stands there.
        anchor: Anchor,
        /// In points.
        size: f32,
        /// Its colour.
        tone: Tone,
        /// The text.
        text: String,
        /// Whether it runs upwards.
        is_upright: bool,
    },
}

/// Which end of a line of text stands at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Where it begins.
    Start,
    /// Its middle.
    Middle,
    /// Where it ends.
    End,
}

/// A colour by what it means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tone {
    /// The ground.
    Paper,
    /// Text.
    Ink,
    /// Text beside the text.
    Muted,
    /// Between parts.
    Line,
    /// What something is compared with.
    Bar,
    /// What it is about.
    Accent,
    /// A strength in `0.0..=1.0`.
    Ramp(f32),
}

/// A part of a drawing that says something when it is pointed at, and may lead somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its upper left corner.
    pub min: Point,
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// What it says.
    pub label: String,
    /// What it stands for.
    pub target: Target,
}

/// What a mark stands for: places in what the picture was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A topic.
    Topic(usize),
    /// A document.
    Document(usize),
    /// A topic in a document.
    TopicInDocument(usize, usize),
    /// A word.
    Word(usize),
}

/// The size of the text in pictures, in points.
const TEXT_SIZE: f32 = 12.5;

/// Returns about how wide a line of text is: wider for letters that fill a square.
///
/// Lines of the window's letters are .43 to .48 em a letter, of Arial, which a viewer of the file may have, up to .5.
fn text_width(text: &str, size: f32) -> f32 {
    let of_char = |c: char| if ('\u{1100}'..).contains(&c) { 1.0 } else { 0.48 };
    text.chars().map(of_char).sum::<f32>() * size
}

/// Returns as much of `text` as is about `width` wide, with an ellipsis if that is not all.
fn fitted(text: &str, size: f32, width: f32) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut fitted = String::new();
    for c in text.chars() {
        fitted.push(c);
        if width - size < text_width(&fitted, size) {
            break;
        }
    }
    let mut fitted = fitted.trim_end().to_owned();
    fitted.push('…');
    fitted
}

fn text(at: Point, anchor: Anchor, tone: Tone, text: impl Into<String>) -> Shape {
    Shape::Text { at, anchor, size: TEXT_SIZE, tone, text: text.into(), is_upright: false }
}

fn line(from: Point, to: Point, width: f32, tone: Tone) -> Shape {
    Shape::Line { points: vec![from, to], width, tone }
}

/// Returns a number with two digits behind the point.
fn two_digits(number: f64) -> String {
    format!("{number:.2}")
}

/// Lists names for a sentence: the first few, and how many more there are.
fn list<'a>(names: impl IntoIterator<Item = &'a str>, n_shown: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(n_shown).map(|name| format!("“{name}”")).collect();
    match names.len().saturating_sub(n_shown) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
