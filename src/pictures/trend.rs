//! Topics over time: a row a topic, its share of each period as a line with its area filled.
//!
//! Small rows one below the other, on one scale, and not lines in one frame: with more than a handful of topics lines
//! cross, and colours can no longer be told apart.

use super::{Anchor, Drawing, Mark, Picture, Point, Shape, TEXT_SIZE, Target, Tone, fitted, line, text, text_width};
use crate::document::Table;

/// The most topics that are drawn.
const MAX_TOPICS: usize = 60;

/// The height of a row, in points.
const ROW: f32 = 46.0;

/// One topic through the periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it is called.
    pub label: String,
    /// Its value in each period.
    pub values: Vec<f64>,
}

/// Topics through periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    periods: Vec<String>,
    series: Vec<Series>,
}

impl Trend {
    /// Takes the names of the periods in order, and the topics with a value of each.
    pub fn of(periods: Vec<String>, series: Vec<Series>) -> Self {
        Self { periods, series }
    }

    /// Returns the picture, `width` points wide and as high as it has rows; topic `chosen` stands out.
    pub fn picture(&self, width: f32, chosen: Option<usize>) -> Picture {
        let shown = &self.series[..self.series.len().min(MAX_TOPICS)];
        let names = (0.28 * width).clamp(90.0, 220.0);
        let head = 24.0;
        let height = head + ROW * shown.len() as f32 + 8.0;
        let mut picture = Picture {
            title: "Topics over time".to_owned(),
            summary: self.summary(),
            drawing: Drawing { width, height, shapes: Vec::new() },
            marks: Vec::new(),
            table: self.table(),
        };
        let most = shown.iter().flat_map(|series| &series.values).copied().fold(0.0, f64::max).max(1e-9);
        let (left, right) = (names + 6.0, width - 16.0);
        let step = (right - left).max(1.0) / (self.periods.len().max(2) - 1) as f32;
        self.axis(&mut picture, left, step, head);
        for (at, series) in shown.iter().enumerate() {
            let base = head + ROW * (at as f32 + 1.0) - 6.0;
            let tone = if chosen == Some(at) { Tone::Ink } else { Tone::Muted };
            let name = fitted(&series.label, TEXT_SIZE, names - 10.0);
            let shapes = &mut picture.drawing.shapes;
            shapes.push(text(Point { x: names - 6.0, y: base - ROW / 2.0 + 6.0 }, Anchor::End, tone, name));
            shapes.push(line(Point { x: left, y: base }, Point { x: right, y: base }, 1.0, Tone::Line));
            let y = |value: f64| base - (ROW - 14.0) * (value / most) as f32;
            let points: Vec<Point> = series
                .values
                .iter()
                .enumerate()
                .map(|(period, value)| Point { x: left + step * period as f32, y: y(*value) })
                .collect();
            fill_under(shapes, &points, base, chosen == Some(at));
            match points.as_slice() {
                [] => {}
                [only] => shapes.push(dot(*only)),
                _ => shapes.push(Shape::Line { points, width: 1.6, tone: Tone::Accent }),
            }
            picture.marks.push(Mark {
                min: Point { x: 0.0, y: base - ROW + 6.0 },
                width,
                height: ROW,
                label: self.said(series),
                target: Target::Topic(at),
            });
        }
        picture
    }

    /// Writes the names of periods above the rows, as many as have room.
    fn axis(&self, picture: &mut Picture, left: f32, step: f32, head: f32) {
        let mut free_from = f32::MIN;
        for (period, name) in self.periods.iter().enumerate() {
            let x = left + step * period as f32;
            let half = text_width(name, TEXT_SIZE) / 2.0;
            let (x, anchor) = if picture.drawing.width < x + half {
                (picture.drawing.width - half, Anchor::Middle)
            } else {
                (x, Anchor::Middle)
            };
            if x - half < free_from {
                continue;
            }
            free_from = x + half + 12.0;
            let at = Point { x, y: head / 2.0 };
            picture.drawing.shapes.push(text(at, anchor, Tone::Muted, name));
        }
    }

    fn said(&self, series: &Series) -> String {
        let peak = series.values.iter().enumerate().reduce(|best, next| if best.1 < next.1 { next } else { best });
        match peak {
            Some((period, value)) if *value > 0.0 => {
                let name = self.periods.get(period).map_or("", String::as_str);
                format!("{}: most in {name} ({value:.2}), {}", series.label, direction(&series.values))
            }
            _ => format!("{}: nowhere", series.label),
        }
    }

    fn summary(&self) -> String {
        let (Some(first), Some(last)) = (self.periods.first(), self.periods.last()) else {
            return "No document has a date.".to_owned();
        };
        let of_direction = |wanted: &str| {
            let series = self.series.iter().filter(|series| direction(&series.values) == wanted);
            series.map(|series| format!("“{}”", series.label)).take(3).collect::<Vec<_>>().join(", ")
        };
        let (rising, falling) = (of_direction("rising"), of_direction("falling"));
        let none = |list: String| if list.is_empty() { "none".to_owned() } else { list };
        format!(
            "{} topics over {} periods, {first} to {last}. Rising: {}. Falling: {}.",
            self.series.len(),
            self.periods.len(),
            none(rising),
            none(falling)
        )
    }

    fn table(&self) -> Table {
        let mut table = Table::of_columns(std::iter::once("topic").chain(self.periods.iter().map(String::as_str)));
        for series in &self.series {
            let values = series.values.iter().map(|value| format!("{value:.4}"));
            table.rows.push(std::iter::once(series.label.clone()).chain(values).collect());
        }
        table
    }
}

/// Returns whether values rise or fall: by the mean of the second half against that of the first.
fn direction(values: &[f64]) -> &'static str {
    let (first, second) = values.split_at(values.len() / 2);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (before, after) = (mean(first), mean(second));
    match () {
        () if first.is_empty() => "steady",
        () if 1.25 * before < after => "rising",
        () if 1.25 * after < before => "falling",
        () => "steady",
    }
}

/// Fills what lies under a line, as upright slices a point wide.
fn fill_under(shapes: &mut Vec<Shape>, points: &[Point], base: f32, is_chosen: bool) {
    let fill = Tone::Ramp(if is_chosen { 0.45 } else { 0.18 });
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let n_slices = ((to.x - from.x).ceil() as usize).clamp(1, 400);
        for slice in 0..n_slices {
            let share = |at: usize| at as f32 / n_slices as f32;
            let x = from.x + (to.x - from.x) * share(slice);
            let width = (to.x - from.x) / n_slices as f32;
            let y = from.y + (to.y - from.y) * (share(slice) + share(1) / 2.0);
            if y < base {
                shapes.push(Shape::Box { min: Point { x, y }, width, height: base - y, fill });
            }
        }
    }
}

fn dot(center: Point) -> Shape {
    Shape::Circle { center, radius: 3.0, fill: Tone::Accent, opacity: 1.0, outline: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend() -> Trend {
        let periods = ["2021", "2022", "2023", "2024"].map(str::to_owned).to_vec();
        let series = |label: &str, values: [f64; 4]| Series { label: label.to_owned(), values: values.to_vec() };
        Trend::of(periods, vec![
            series("bees", [0.1, 0.1, 0.3, 0.5]),
            series("trains", [0.6, 0.3, 0.1, 0.1]),
            series("bread", [0.2; 4]),
            series("stars", [0.0; 4]),
        ])
    }

    #[test]
    fn what_rises_and_what_falls_is_said() {
        let picture = trend().picture(700.0, None);
        assert_eq!(picture.summary, "4 topics over 4 periods, 2021 to 2024. Rising: “bees”. Falling: “trains”.");
        let said: Vec<&str> = picture.marks.iter().map(|mark| mark.label.as_str()).collect();
        assert_eq!(said, [
            "bees: most in 2024 (0.50), rising",
            "trains: most in 2021 (0.60), falling",
            "bread: most in 2021 (0.20), steady",
            "stars: nowhere",
        ]);
    }

    #[test]
    fn the_table_has_a_column_a_period() {
        let table = trend().picture(700.0, None).table;
        assert_eq!(table.columns, ["topic", "2021", "2022", "2023", "2024"]);
        assert_eq!(table.rows[0], ["bees", "0.1000", "0.1000", "0.3000", "0.5000"]);
    }

    #[test]
    fn no_and_one_period_are_drawn() {
        assert_eq!(Trend::default().picture(300.0, None).summary, "No document has a date.");
        let one = Trend::of(vec!["2024".to_owned()], vec![Series { label: "bees".to_owned(), values: vec![0.4] }]);
        let shapes = one.picture(300.0, Some(0)).drawing.shapes;
        assert!(shapes.iter().any(|shape| matches!(shape, Shape::Circle { .. })));
    }
}
