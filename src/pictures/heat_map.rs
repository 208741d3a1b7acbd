//! How strongly each document bears each topic: a row a document, a column a topic.
//!
//! Documents stand under their strongest topic, so that what belongs together forms blocks down the picture.

use super::{
    Anchor, Drawing, Mark, Picture, Point, Shape, TEXT_SIZE, Target, Tone, fitted, list, text, text_width, two_digits,
};
use crate::document::Table;

/// The most topics that are drawn.
const MAX_TOPICS: usize = 40;

/// The most documents that are drawn.
const MAX_DOCUMENTS: usize = 300;

/// The height of a row, in points.
const ROW: f32 = 20.0;

/// The widths a column may have, in points.
const COLUMN: (f32, f32) = (20.0, 60.0);

/// The most room for the names of the topics, in points.
const MAX_HEAD: f32 = 240.0;

/// The least of it: the key stands beside the names.
const MIN_HEAD: f32 = 44.0;

/// Topics, documents and strengths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    topics: Vec<String>,
    documents: Vec<String>,
    /// Of each document its topics and how strongly it bears them, in the order of topics.
    strengths: Vec<Vec<(usize, f32)>>,
    /// The documents that are drawn, in their order.
    shown: Vec<usize>,
}

impl HeatMap {
    /// Takes the names of topics and documents, and for each document the topics it bears with the strengths in `0.0..=1.0`.
    pub fn of(topics: Vec<String>, documents: Vec<String>, mut strengths: Vec<Vec<(usize, f32)>>) -> Self {
        for of_document in &mut strengths {
            of_document.sort_by_key(|(topic, _)| *topic);
        }
        let strongest = |document: usize| -> Option<(usize, f32)> {
            let drawn = strengths[document].iter().filter(|(topic, _)| *topic < MAX_TOPICS).copied();
            drawn.reduce(|best, next| if best.1 < next.1 { next } else { best })
        };
        let mut shown: Vec<(usize, usize, f32)> = (0..documents.len())
            .filter_map(|document| strongest(document).map(|(topic, strength)| (topic, document, strength)))
            .collect();
        // Where there is no room for all, the strongest are drawn.
        shown.sort_by(|one, other| other.2.total_cmp(&one.2));
        shown.truncate(MAX_DOCUMENTS);
        shown.sort_by(|one, other| one.0.cmp(&other.0).then(other.2.total_cmp(&one.2)).then(one.1.cmp(&other.1)));
        let shown = shown.into_iter().map(|(_, document, _)| document).collect();
        Self { topics, documents, strengths, shown }
    }

    /// Returns the picture, `width` points wide and as high as it has rows.
    pub fn picture(&self, width: f32) -> Picture {
        let n_topics = self.topics.len().min(MAX_TOPICS);
        let names = (0.34 * width).clamp(90.0, 280.0);
        let column = ((width - names - 16.0) / n_topics.max(1) as f32).clamp(COLUMN.0, COLUMN.1);
        let head = self.topics[..n_topics].iter().map(|label| text_width(label, TEXT_SIZE)).fold(0.0, f32::max);
        let head = (head.min(MAX_HEAD) + 14.0).max(MIN_HEAD);
        let height = head + ROW * self.shown.len() as f32 + 10.0;
        let width = width.max(names + column * n_topics as f32 + 16.0);
        let mut picture = Picture {
            title: "Topics by document".to_owned(),
            summary: self.summary(),
            drawing: Drawing { width, height, shapes: Vec::new() },
            marks: Vec::new(),
            table: self.table(),
        };
        let left = |topic: usize| names + column * topic as f32;
        for (topic, label) in self.topics[..n_topics].iter().enumerate() {
            let at = Point { x: left(topic) + column / 2.0, y: head - 8.0 };
            let label_fitted = fitted(label, TEXT_SIZE, MAX_HEAD);
            picture.drawing.shapes.push(Shape::Text {
                at,
                anchor: Anchor::Start,
                size: TEXT_SIZE,
                tone: Tone::Ink,
                text: label_fitted,
                is_upright: true,
            });
            picture.marks.push(Mark {
                min: Point { x: left(topic), y: 0.0 },
                width: column,
                height: head - 2.0,
                label: format!("Topic {label}"),
                target: Target::Topic(topic),
            });
        }
        if !self.shown.is_empty() {
            key(&mut picture.drawing.shapes, names - 8.0, head);
        }
        for (row, &document) in self.shown.iter().enumerate() {
            self.draw_row(&mut picture, head + ROW * row as f32, document, names, column, n_topics);
        }
        picture
    }

    fn draw_row(&self, picture: &mut Picture, top: f32, document: usize, names: f32, column: f32, n_topics: usize) {
        let title = &self.documents[document];
        let at = Point { x: names - 8.0, y: top + ROW / 2.0 };
        picture.drawing.shapes.push(text(at, Anchor::End, Tone::Muted, fitted(title, TEXT_SIZE, names - 18.0)));
        picture.marks.push(Mark {
            min: Point { x: 0.0, y: top },
            width: names - 2.0,
            height: ROW,
            label: format!("Document {title}"),
            target: Target::Document(document),
        });
        let mut of_document = self.strengths[document].iter().peekable();
        for topic in 0..n_topics {
            let strength = of_document.next_if(|(of, _)| *of == topic).map_or(0.0, |(_, strength)| *strength);
            let min = Point { x: names + column * topic as f32 + 0.5, y: top + 0.5 };
            let (width, height) = (column - 1.0, ROW - 1.0);
            let fill = shade(strength);
            picture.drawing.shapes.push(Shape::Box { min, width, height, fill });
            if strength > 0.0 {
                let label = format!("{title} bears {}: {strength:.2}", self.topics[topic]);
                picture.marks.push(Mark {
                    min,
                    width,
                    height,
                    label,
                    target: Target::TopicInDocument(topic, document),
                });
            }
        }
    }

    fn summary(&self) -> String {
        if self.shown.is_empty() {
            return "No document bears a topic.".to_owned();
        }
        let n_of = |topic: usize| {
            self.strengths.iter().filter(|of_document| of_document.iter().any(|(of, _)| *of == topic)).count()
        };
        let mut widest: Vec<(usize, usize)> = (0..self.topics.len()).map(|topic| (n_of(topic), topic)).collect();
        widest.sort_by_key(|&(n, topic)| (std::cmp::Reverse(n), topic));
        let widest = list(widest.iter().map(|(_, topic)| self.topics[*topic].as_str()), 3);
        let n_bearing = self.strengths.iter().filter(|of_document| !of_document.is_empty()).count();
        let drawn = if self.shown.len() < n_bearing || MAX_TOPICS < self.topics.len() {
            format!(
                " Drawn are {} documents and {} topics; the table has all.",
                self.shown.len(),
                self.topics.len().min(MAX_TOPICS)
            )
        } else {
            String::new()
        };
        format!("{n_bearing} documents and {} topics. Borne by most documents: {widest}.{drawn}", self.topics.len())
    }

    fn table(&self) -> Table {
        let mut table = Table::of_columns(std::iter::once("document").chain(self.topics.iter().map(String::as_str)));
        for (title, strengths) in self.documents.iter().zip(&self.strengths).filter(|(_, of)| !of.is_empty()) {
            let mut row = vec![String::new(); self.topics.len() + 1];
            row[0].clone_from(title);
            for &(topic, strength) in strengths {
                if let Some(cell) = row.get_mut(topic + 1) {
                    *cell = two_digits(f64::from(strength));
                }
            }
            table.rows.push(row);
        }
        table
    }
}

/// Returns what a strength is drawn in. The square root: most strengths are small, and shall be told from none.
fn shade(strength: f32) -> Tone {
    Tone::Ramp(strength.clamp(0.0, 1.0).sqrt())
}

/// Draws what the shades mean, to the left of `right` and above `bottom`.
fn key(shapes: &mut Vec<Shape>, right: f32, bottom: f32) {
    const N_STEPS: usize = 8;
    const STEP: f32 = 7.0;
    let (top, middle) = (bottom - 34.0, bottom - 15.0);
    shapes.push(text(Point { x: right, y: top }, Anchor::End, Tone::Muted, "strength"));
    shapes.push(text(Point { x: right, y: middle }, Anchor::End, Tone::Muted, "1"));
    let left = right - 12.0 - STEP * N_STEPS as f32;
    for step in 0..N_STEPS {
        let min = Point { x: left + STEP * step as f32, y: middle - 5.0 };
        let fill = shade(step as f32 / (N_STEPS - 1) as f32);
        shapes.push(Shape::Box { min, width: STEP, height: 10.0, fill });
    }
    shapes.push(text(Point { x: left - 5.0, y: middle }, Anchor::End, Tone::Muted, "0"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn heat_map() -> HeatMap {
        HeatMap::of(
            names(&["bees", "trains"]),
            names(&["A", "B", "C", "D"]),
            vec![vec![(1, 0.9)], vec![(1, 0.2), (0, 0.4)], Vec::new(), vec![(0, 0.8)]],
        )
    }

    #[test]
    fn documents_stand_under_their_strongest_topic() {
        let labels: Vec<String> = heat_map().picture(500.0).marks.into_iter().map(|mark| mark.label).collect();
        assert_eq!(
            labels,
            [
                "Topic bees",
                "Topic trains",
                "Document D",
                "D bears bees: 0.80",
                "Document B",
                "B bears bees: 0.40",
                "B bears trains: 0.20",
                "Document A",
                "A bears trains: 0.90",
            ]
        );
    }

    #[test]
    fn the_table_has_every_document_that_bears_a_topic() {
        let picture = heat_map().picture(500.0);
        assert_eq!(picture.table.columns, ["document", "bees", "trains"]);
        assert_eq!(picture.table.rows, [["A", "", "0.90"], ["B", "0.40", "0.20"], ["D", "0.80", ""]]);
        assert_eq!(picture.summary, "3 documents and 2 topics. Borne by most documents: “bees”, “trains”.");
    }

    #[test]
    fn a_large_collection_is_drawn_in_part_and_that_is_said() {
        let n = 2_000;
        let documents = (0..n).map(|at| format!("Document {at}")).collect();
        let topics: Vec<String> = (0..90).map(|at| format!("Topic {at}")).collect();
        let strengths = (0..n).map(|at| vec![(at % 90, 0.5)]).collect();
        let picture = HeatMap::of(topics, documents, strengths).picture(900.0);
        assert!(picture.drawing.shapes.len() < 15_000, "{}", picture.drawing.shapes.len());
        assert!(
            picture.summary.ends_with("Drawn are 300 documents and 40 topics; the table has all."),
            "{}",
            picture.summary
        );
        assert_eq!(picture.table.rows.len(), n);
    }
}
