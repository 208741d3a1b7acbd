//! Two ways to cut side by side: whose boundaries the other has too, and whose it has not.
//!
//! In: where the chapters of each start. Out: lines, in reading order, with a chapter of the one, of the other, or of
//! both. Of one document, starts are the same if they are the same unit. Of two, they are the same if they lie about as
//! far from the beginning, in time if both have times: the share of the text before them differs by a hundredth or less.

/// What the chapters of the open document are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// The chapters that the headings of the file make.
    AsWritten,
    /// The chapters by what another engine said, as finely cut.
    Engine(String),
    /// The chapters of another document.
    Document(caesura::store::DocumentId),
}

/// The other side, as the worker loads it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OtherSide {
    /// What it is.
    pub(crate) of: Other,
    /// What it is called.
    pub(crate) name: String,
    /// Its chapters.
    pub(crate) starts: Vec<Start>,
}

/// Where a chapter starts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Start {
    /// Its title.
    pub(crate) title: String,
    /// Where to go to see it, in its own document.
    pub(crate) unit: u32,
    /// Its place, from 0 to 1: unit by unit if both sides are of one document, and as a share of the text or of the
    /// recording otherwise.
    pub(crate) place: f64,
    /// When it is said, or at which unit, to be read.
    pub(crate) said: String,
}

/// A line of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Both have a chapter that starts here: their places in the two lists.
    Both(usize, usize),
    /// Only the one has.
    Left(usize),
    /// Only the other has.
    Right(usize),
}

/// Returns the lines of two lists, each ascending by place; starts at most `tolerance` apart are the same.
pub(crate) fn lines(left: &[Start], right: &[Start], tolerance: f64) -> Vec<Line> {
    let (mut l, mut r) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (left.get(l), right.get(r)) {
            (Some(one), Some(other)) => {
                let apart = other.place - one.place;
                // A nearer one may follow on the side that is behind.
                let is_nearer = |next: Option<&Start>, to: &Start| {
                    next.is_some_and(|next| (next.place - to.place).abs() < apart.abs())
                };
                if apart.abs() <= tolerance && !is_nearer(left.get(l + 1), other) && !is_nearer(right.get(r + 1), one) {
                    lines.push(Line::Both(l, r));
                    (l, r) = (l + 1, r + 1);
                } else if apart >= 0.0 {
                    lines.push(Line::Left(l));
                    l += 1;
                } else {
                    lines.push(Line::Right(r));
                    r += 1;
                }
            }
            (Some(_), None) => {
                lines.push(Line::Left(l));
                l += 1;
            }
            (None, Some(_)) => {
                lines.push(Line::Right(r));
                r += 1;
            }
            (None, None) => return lines,
        }
    }
}

/// Returns how many lines are of both, of the one alone, and of the other alone; the first line, where both start, is
/// not counted.
pub(crate) fn counts(lines: &[Line]) -> (usize, usize, usize) {
    let later = lines.get(1..).unwrap_or_default();
    let count = |is: fn(&Line) -> bool| later.iter().filter(|line| is(line)).count();
    (
        count(|line| matches!(line, Line::Both(..))),
        count(|line| matches!(line, Line::Left(_))),
        count(|line| matches!(line, Line::Right(_))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(places: &[f64]) -> Vec<Start> {
        let start = |place: &f64| Start { title: String::new(), unit: 0, place: *place, said: String::new() };
        places.iter().map(start).collect()
    }

    #[track_caller]
    fn check(left: &[f64], right: &[f64], tolerance: f64, expected: &str) {
        let lines = lines(&starts(left), &starts(right), tolerance);
        let said: String = lines
            .iter()
            .map(|line| match line {
                Line::Both(..) => '=',
                Line::Left(_) => '<',
                Line::Right(_) => '>',
            })
            .collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn each_start_is_on_one_line() {
        check(&[0.0, 0.2, 0.5], &[0.0, 0.3, 0.5, 0.9], 0.0, "=<>=>");
        check(&[0.0], &[], 0.0, "<");
        check(&[], &[], 0.0, "");
    }

    #[test]
    fn of_two_documents_the_nearest_starts_are_the_same() {
        check(&[0.0, 0.5], &[0.0, 0.505], 0.01, "==");
        check(&[0.0, 0.49, 0.5], &[0.0, 0.501], 0.02, "=<=");
        check(&[0.0, 0.5], &[0.0, 0.52], 0.01, "=<>");
    }

    #[test]
    fn the_start_of_both_is_no_agreement() {
        assert_eq!(counts(&lines(&starts(&[0.0, 0.2, 0.5]), &starts(&[0.0, 0.5, 0.7]), 0.0)), (1, 1, 1));
    }
}
