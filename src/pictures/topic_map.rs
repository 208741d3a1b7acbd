//! Topics as discs in a plane: near where the same documents bear them.
//!
//! Classical scaling (Torgerson 1952, "Multidimensional scaling: I. Theory and method", Psychometrika 17) of the chord
//! distances between the topics' directions: each topic points where its documents' strengths point. The two axes are
//! found by power iteration from a fixed start; each is turned so that its largest part points up or right.

use std::collections::BTreeMap;

use super::{
    Anchor, Drawing, Mark, Picture, Point, Shape, TEXT_SIZE, Target, Tone, list, text, text_width, two_digits,
};
use crate::document::Table;

/// The most topics that are laid out: those that most documents bear.
const MAX_TOPICS: usize = 300;

/// How many times the axes are refined.
const N_ITERATIONS: usize = 200;

/// A topic to be laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapTopic {
    /// What it is called.
    pub label: String,
    /// The documents that bear it, each once, by number, and how strongly.
    pub documents: Vec<(i64, f32)>,
}

/// Topics with their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicMap {
    topics: Vec<MapTopic>,
    /// Which of the topics are laid out: those that most documents bear first.
    shown: Vec<usize>,
    /// The place of each of `shown`, both coordinates in `-1.0..=1.0`.
    places: Vec<(f64, f64)>,
    /// For each of `shown` the one of them that is most like it, and their cosine.
    nearest: Vec<Option<(usize, f64)>>,
}

impl TopicMap {
    /// Lays topics out. Takes time that grows with the square of their number, of which at most 300 are laid out.
    pub fn of(topics: Vec<MapTopic>) -> Self {
        let mut shown: Vec<usize> = (0..topics.len()).collect();
        shown.sort_by_key(|&at| std::cmp::Reverse(topics[at].documents.len()));
        shown.truncate(MAX_TOPICS);
        let directions: Vec<BTreeMap<i64, f64>> = shown.iter().map(|&at| direction(&topics[at])).collect();
        let cosines = cosines(&directions);
        let n = shown.len();
        let nearest = (0..n)
            .map(|one| {
                let others = (0..n).filter(|other| *other != one).map(|other| (other, cosines[one * n + other]));
                others
                    .filter(|(_, cosine)| *cosine > 0.0)
                    .reduce(|best, next| if best.1 < next.1 { next } else { best })
            })
            .collect();
        Self { places: places(cosines, n), topics, shown, nearest }
    }

    /// Returns the picture, `width` by `height` points; topic `chosen` stands out.
    pub fn picture(&self, width: f32, height: f32, chosen: Option<usize>) -> Picture {
        let mut picture = Picture {
            title: "Topics by the documents they share".to_owned(),
            summary: self.summary(),
            drawing: Drawing { width, height, shapes: Vec::new() },
            marks: Vec::new(),
            table: self.table(),
        };
        let most = self.shown.first().map_or(1, |&at| self.topics[at].documents.len()).max(1) as f32;
        let largest = (0.075 * width.min(height)).clamp(12.0, 46.0);
        let radius = |at: usize| (largest * (self.topics[at].documents.len() as f32 / most).sqrt()).max(4.0);
        let centers = self.centers(width, height, largest, &radius);
        // Small discs lie above large ones, and all of them below the labels.
        for (place, &at) in self.shown.iter().enumerate() {
            let is_chosen = chosen == Some(at);
            picture.drawing.shapes.push(Shape::Circle {
                center: centers[place],
                radius: radius(at),
                fill: Tone::Accent,
                opacity: if is_chosen { 0.6 } else { 0.28 },
                outline: Some(if is_chosen { Tone::Ink } else { Tone::Accent }),
            });
        }
        self.label(&centers, &radius, &mut picture, chosen);
        for (place, &at) in self.shown.iter().enumerate() {
            let (center, radius) = (centers[place], radius(at).max(9.0));
            picture.marks.push(Mark {
                min: Point { x: center.x - radius, y: center.y - radius },
                width: 2.0 * radius,
                height: 2.0 * radius,
                label: self.said(place),
                target: Target::Topic(at),
            });
        }
        picture
    }

    /// Returns where the discs stand: where they were laid out, and moved apart as far as they cover each other.
    fn centers(&self, width: f32, height: f32, margin: f32, radius: &dyn Fn(usize) -> f32) -> Vec<Point> {
        const N_STEPS: usize = 60;
        let (across, down) = ((width / 2.0 - margin - 30.0).max(1.0), (height / 2.0 - margin - 12.0).max(1.0));
        let place =
            |&(x, y): &(f64, f64)| Point { x: width / 2.0 + across * x as f32, y: height / 2.0 - down * y as f32 };
        let mut centers: Vec<Point> = self.places.iter().map(place).collect();
        for _ in 0..N_STEPS {
            for one in 0..centers.len() {
                for other in one + 1..centers.len() {
                    let wanted = radius(self.shown[one]) + radius(self.shown[other]) + 2.0;
                    push_apart(&mut centers, one, other, wanted);
                }
            }
        }
        for (center, &at) in centers.iter_mut().zip(&self.shown) {
            let r = radius(at) + 1.0;
            center.x = center.x.clamp(r.min(width / 2.0), (width - r).max(width / 2.0));
            center.y = center.y.clamp(r.min(height / 2.0), (height - r).max(height / 2.0));
        }
        centers
    }

    /// Writes labels beside the discs, the largest first, each where it covers no other label and no disc. A disc in a
    /// crowd has none, but the chosen one always has.
    fn label(&self, centers: &[Point], radius: &dyn Fn(usize) -> f32, picture: &mut Picture, chosen: Option<usize>) {
        let (width, height) = (picture.drawing.width, picture.drawing.height);
        let mut taken: Vec<Area> = Vec::new();
        let mut order: Vec<usize> = (0..self.shown.len()).collect();
        order.sort_by_key(|&place| chosen != Some(self.shown[place]));
        for place in order {
            let at = self.shown[place];
            let label = super::fitted(&self.topics[at].label, TEXT_SIZE, 240.0);
            let beside = places_beside(centers[place], radius(at), text_width(&label, TEXT_SIZE), width);
            let is_within =
                |area: &Area| 0.0 <= area.left && area.right <= width && 0.0 <= area.top && area.bottom <= height;
            let is_clear = |area: &Area| {
                let mut discs = centers.iter().zip(&self.shown);
                discs.all(|(center, &other)| !area.meets_disc(*center, radius(other) - 1.0))
            };
            let free: Vec<&Beside> = beside
                .iter()
                .filter(|it| is_within(&it.area) && taken.iter().all(|other| !it.area.meets(other)))
                .collect();
            let clear = free.iter().find(|it| is_clear(&it.area));
            let found = clear.or(free.first().filter(|_| chosen == Some(at)));
            if let Some(Beside { point, anchor, area }) = found {
                taken.push(*area);
                picture.drawing.shapes.push(text(*point, *anchor, Tone::Ink, label));
            }
        }
    }

    fn said(&self, place: usize) -> String {
        let topic = &self.topics[self.shown[place]];
        let n = topic.documents.len();
        let documents = if n == 1 { "document" } else { "documents" };
        let nearest =
            self.nearest[place].map(|(other, _)| format!("; nearest to {}", self.topics[self.shown[other]].label));
        format!("{}: {n} {documents}{}", topic.label, nearest.unwrap_or_default())
    }

    fn summary(&self) -> String {
        if self.shown.is_empty() {
            return "There are no topics.".to_owned();
        }
        let largest = list(self.shown.iter().map(|&at| self.topics[at].label.as_str()), 3);
        let pairs =
            self.nearest.iter().enumerate().filter_map(|(one, near)| near.map(|(other, cosine)| (one, other, cosine)));
        let nearest = pairs.reduce(|best, next| if best.2 < next.2 { next } else { best });
        let label = |place: usize| &self.topics[self.shown[place]].label;
        let nearest = nearest.map(|(one, other, cosine)| {
            format!(" Most alike are “{}” and “{}” (cosine {cosine:.2}).", label(one), label(other))
        });
        format!(
            "A map of {} topics, each as large as its documents are many. Largest: {largest}.{}",
            self.shown.len(),
            nearest.unwrap_or_default()
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::of_columns(["topic", "documents", "x", "y", "nearest_topic", "cosine"]);
        for (place, &at) in self.shown.iter().enumerate() {
            let topic = &self.topics[at];
            let (x, y) = self.places[place];
            let (nearest, cosine) = self.nearest[place].map_or_else(Default::default, |(other, cosine)| {
                (self.topics[self.shown[other]].label.clone(), two_digits(cosine))
            });
            let n = topic.documents.len().to_string();
            table.rows.push(vec![topic.label.clone(), n, format!("{x:.3}"), format!("{y:.3}"), nearest, cosine]);
        }
        table
    }
}

/// The part of the picture that a label covers.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Area {
    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn meets_disc(&self, center: Point, radius: f32) -> bool {
        let nearest = (center.x.clamp(self.left, self.right), center.y.clamp(self.top, self.bottom));
        (center.x - nearest.0).hypot(center.y - nearest.1) < radius
    }
}

/// A place for a label.
#[derive(Clone, Copy, Debug)]
struct Beside {
    point: Point,
    /// Which end of the label stands there: the one towards the disc.
    anchor: Anchor,
    area: Area,
}

/// Returns where a label `label_width` wide may stand beside a disc, the best place first.
fn places_beside(center: Point, radius: f32, label_width: f32, width: f32) -> Vec<Beside> {
    const HALF_HEIGHT: f32 = 7.0;
    let half = label_width / 2.0;
    let below = radius + HALF_HEIGHT + 2.0;
    let corner = 0.72 * radius;
    let (slant, aside) = (corner + HALF_HEIGHT, radius + 5.0);
    let shifts = [
        (Anchor::Middle, 0.0, below),
        (Anchor::Middle, 0.0, -below),
        (Anchor::Start, aside, 0.0),
        (Anchor::End, -aside, 0.0),
        (Anchor::Start, corner + 2.0, slant),
        (Anchor::End, -corner - 2.0, slant),
        (Anchor::Start, corner + 2.0, -slant),
        (Anchor::End, -corner - 2.0, -slant),
    ];
    let place = |(anchor, dx, dy): (Anchor, f32, f32)| {
        let (x, y) = (center.x + dx, center.y + dy);
        let (x, left, right) = match anchor {
            Anchor::Start => (x, x, x + label_width),
            Anchor::Middle => {
                let x = x.clamp(half.min(width / 2.0), (width - half).max(width / 2.0));
                (x, x - half, x + half)
            }
            Anchor::End => (x, x - label_width, x),
        };
        let area = Area { left, right, top: y - HALF_HEIGHT, bottom: y + HALF_HEIGHT };
        Beside { point: Point { x, y }, anchor, area }
    };
    shifts.into_iter().map(place).collect()
}

/// Returns the strengths of a topic's documents as a vector of length 1, by document.
fn direction(topic: &MapTopic) -> BTreeMap<i64, f64> {
    let length = topic.documents.iter().map(|(_, strength)| f64::from(*strength).powi(2)).sum::<f64>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    topic.documents.iter().map(|(document, strength)| (*document, f64::from(*strength) * scale)).collect()
}

/// Returns the cosine of each two directions, `[n, n]`.
fn cosines(directions: &[BTreeMap<i64, f64>]) -> Vec<f64> {
    let n = directions.len();
    let mut cosines = vec![0.0; n * n];
    for one in 0..n {
        for other in 0..=one {
            let (few, many) = if directions[one].len() < directions[other].len() { (one, other) } else { (other, one) };
            let cosine: f64 =
                directions[few].iter().filter_map(|(document, a)| Some(a * directions[many].get(document)?)).sum();
            cosines[one * n + other] = cosine;
            cosines[other * n + one] = cosine;
        }
    }
    cosines
}

/// Returns a place for each row of `products`, `[n, n]`, the products of vectors: their two main axes about the mean,
/// scaled so that the longer one reaches 1.
fn places(mut products: Vec<f64>, n: usize) -> Vec<(f64, f64)> {
    if n == 0 {
        return Vec::new();
    }
    center(&mut products, n);
    let first = axis(&products, n, &[]);
    let second = axis(&products, n, &[&first.1]);
    let coordinates = |(value, vector): &(f64, Vec<f64>)| -> Vec<f64> {
        let scale = value.max(0.0).sqrt();
        vector.iter().map(|part| part * scale).collect()
    };
    let (x, y) = (coordinates(&first), coordinates(&second));
    let largest = |numbers: &[f64]| numbers.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
    // One scale for both axes keeps distances true; rounding makes every machine's the same.
    let scale = largest(&x).max(largest(&y)).max(1e-9);
    let rounded = |number: f64| (number / scale * 1e6).round() / 1e6 + 0.0;
    x.iter().zip(&y).map(|(x, y)| (rounded(*x), rounded(*y))).collect()
}

/// Takes from each entry the means of its row and column, and adds the mean of all.
fn center(matrix: &mut [f64], n: usize) {
    let means: Vec<f64> = matrix.chunks_exact(n).map(|row| row.iter().sum::<f64>() / n as f64).collect();
    let mean = means.iter().sum::<f64>() / n as f64;
    for (at, entry) in matrix.iter_mut().enumerate() {
        *entry += mean - means[at / n] - means[at % n];
    }
}

/// Returns the largest eigenvalue of a symmetric matrix among those whose vectors are square to `others`, and its vector.
fn axis(matrix: &[f64], n: usize, others: &[&Vec<f64>]) -> (f64, Vec<f64>) {
    // Any start that no axis is square to will do; these have no pattern that topics have. Where all axes are alike, as
    // they are of topics that share no document, an axis is its start, so that the second needs one of its own.
    let step = if others.is_empty() { 0.618_034 } else { 0.414_214 };
    let mut vector: Vec<f64> = (0..n).map(|at| ((at as f64 + 1.0) * step).fract() - 0.5).collect();
    let mut value = 0.0;
    for _ in 0..N_ITERATIONS {
        for other in others {
            let along: f64 = vector.iter().zip(*other).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(*other).for_each(|(a, b)| *a -= along * b);
        }
        let length = vector.iter().map(|part| part * part).sum::<f64>().sqrt();
        if length < 1e-12 {
            return (0.0, vec![0.0; n]);
        }
        for part in &mut *vector {
            *part /= length;
        }
        let next: Vec<f64> =
            matrix.chunks_exact(n).map(|row| row.iter().zip(&vector).map(|(a, b)| a * b).sum()).collect();
        value = next.iter().zip(&vector).map(|(a, b)| a * b).sum();
        vector = next;
    }
    let length = vector.iter().map(|part| part * part).sum::<f64>().sqrt().max(1e-300);
    let largest =
        vector.iter().copied().fold(0.0_f64, |largest, part| if largest.abs() < part.abs() { part } else { largest });
    let scale = largest.signum() / length;
    (value, vector.into_iter().map(|part| part * scale).collect())
}

fn push_apart(centers: &mut [Point], one: usize, other: usize, wanted: f32) {
    let (dx, dy) = (centers[other].x - centers[one].x, centers[other].y - centers[one].y);
    let distance = dx.hypot(dy);
    if wanted <= distance {
        return;
    }
    // Two in one place go apart along a line that differs from pair to pair.
    let (dx, dy) = if distance < 0.01 {
        let angle = (one * 7 + other * 13) as f32;
        (angle.cos(), angle.sin())
    } else {
        (dx / distance, dy / distance)
    };
    let step = (wanted - distance) / 4.0;
    centers[one].x -= dx * step;
    centers[one].y -= dy * step;
    centers[other].x += dx * step;
    centers[other].y += dy * step;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(label: &str, documents: &[(i64, f32)]) -> MapTopic {
        MapTopic { label: label.to_owned(), documents: documents.to_vec() }
    }

    fn map() -> TopicMap {
        TopicMap::of(vec![
            topic("bees", &[(1, 1.0), (2, 1.0), (3, 1.0)]),
            topic("hives", &[(1, 0.5), (2, 0.5), (3, 1.0)]),
            topic("trains", &[(7, 1.0), (8, 1.0)]),
            topic("signals", &[(8, 1.0), (7, 0.7)]),
        ])
    }

    fn distance(map: &TopicMap, one: usize, other: usize) -> f64 {
        let at = |topic| map.places[map.shown.iter().position(|&shown| shown == topic).expect("it is shown")];
        let ((a, b), (c, d)) = (at(one), at(other));
        (a - c).hypot(b - d)
    }

    #[test]
    fn topics_of_the_same_documents_stand_together() {
        let map = map();
        for (near, far) in [((0, 1), (0, 2)), ((2, 3), (1, 3)), ((0, 1), (0, 3))] {
            assert!(distance(&map, near.0, near.1) < 0.8 * distance(&map, far.0, far.1), "{:?}", map.places);
        }
    }

    #[test]
    fn topics_that_share_no_document_do_not_stand_in_a_row() {
        let map = TopicMap::of((0..6).map(|n| topic("a", &[(n, 0.5)])).collect());
        let (least, most) = (0..6)
            .map(|n| map.places[n].1)
            .fold((1.0, -1.0), |(least, most): (f64, f64), y| (least.min(y), most.max(y)));
        assert!(0.5 < most - least, "{:?}", map.places);
    }

    #[test]
    fn the_same_topics_have_the_same_map() {
        assert_eq!(map(), map());
        assert_eq!(map().picture(600.0, 400.0, None), map().picture(600.0, 400.0, None));
    }

    #[test]
    fn discs_lie_within_the_picture_and_do_not_cover_each_other() {
        let picture = map().picture(600.0, 400.0, Some(2));
        let discs: Vec<(Point, f32)> = picture
            .drawing
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Circle { center, radius, .. } => Some((*center, *radius)),
                _ => None,
            })
            .collect();
        assert_eq!(discs.len(), 4);
        for (at, (one, radius)) in discs.iter().enumerate() {
            assert!(*radius <= one.x && one.x <= 600.0 - radius && *radius <= one.y && one.y <= 400.0 - radius);
            for (other, of_other) in &discs[at + 1..] {
                assert!(radius + of_other - 1.0 <= (one.x - other.x).hypot(one.y - other.y), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_label_covers_no_disc_and_no_other_label() {
        let crowd: Vec<MapTopic> =
            (0..24).map(|n| topic(&format!("a topic of many {n}"), &[(n % 3, 1.0), (n % 5 + 9, 0.4)])).collect();
        let picture = TopicMap::of(crowd).picture(640.0, 420.0, Some(20));
        let (mut discs, mut labels) = (Vec::new(), Vec::new());
        for shape in &picture.drawing.shapes {
            match shape {
                Shape::Circle { center, radius, .. } => discs.push((*center, *radius)),
                Shape::Text { at, text, anchor, .. } => {
                    let width = text_width(text, TEXT_SIZE);
                    let left = match anchor {
                        Anchor::Start => at.x,
                        Anchor::Middle => at.x - width / 2.0,
                        Anchor::End => at.x - width,
                    };
                    labels.push((text, Area { left, right: left + width, top: at.y - 6.0, bottom: at.y + 6.0 }));
                }
                Shape::Line { .. } | Shape::Box { .. } => {}
            }
        }
        assert_eq!(discs.len(), 24);
        assert!(4 < labels.len(), "{labels:?}");
        assert!(labels.iter().any(|(text, _)| text.ends_with(" 20")), "the chosen one is labelled: {labels:?}");
        for (at, (text, area)) in labels.iter().enumerate() {
            let covers = discs.iter().any(|(center, radius)| area.meets_disc(*center, radius - 2.0));
            assert!(!covers || text.ends_with(" 20"), "{text}");
            assert!(labels[at + 1..].iter().all(|(_, other)| !area.meets(other)), "{text}");
        }
    }

    #[test]
    fn what_is_seen_is_said() {
        let picture = map().picture(600.0, 400.0, None);
        assert_eq!(
            picture.summary,
            "A map of 4 topics, each as large as its documents are many. Largest: “bees”, “hives”, “trains” and 1 more. \
             Most alike are “trains” and “signals” (cosine 0.98)."
        );
        assert_eq!(picture.marks[0].label, "bees: 3 documents; nearest to hives");
        assert_eq!(picture.table.rows.len(), 4);
        assert_eq!(picture.table.rows[2][..2], ["trains", "2"]);
    }

    #[test]
    fn maps_of_no_one_and_equal_topics_are_drawn() {
        assert_eq!(TopicMap::of(Vec::new()).picture(100.0, 100.0, None).summary, "There are no topics.");
        for topics in [vec![topic("one", &[(1, 1.0)])], vec![topic("a", &[(1, 1.0)]); 5], vec![topic("none", &[]); 3]] {
            let picture = TopicMap::of(topics).picture(300.0, 200.0, None);
            assert!(picture.marks.iter().all(|mark| mark.min.x.is_finite() && mark.min.y.is_finite()));
        }
    }
}
