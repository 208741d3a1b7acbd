//! The strip beside the text: the score of every gap of the document, and where the text in sight lies.
//!
//! The strip stands for all units, from the first at its top to the last at its bottom. A press or a drag goes there.
//! What the review would ask about first is drawn in the colour of doubt, as long as nobody has judged it.

use eframe::egui::{self, CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use caesura::corrections;
use caesura::document::{GapIndex, UnitIndex};

use super::tints;
use crate::command::Command;
use crate::format::{clock, thousands};
use crate::state::{OpenDocument, State};
use crate::theme::{Palette, space};

/// The width of the strip.
pub(crate) const WIDTH: f32 = 44.0;

/// The least height of one bar with its space: more gaps than that share a bar.
const BAR: f32 = 3.0;

/// A lower score of a gap that is no boundary is not drawn: it would look like dirt.
pub(crate) const LEAST_SCORE: f32 = 0.08;

/// A boundary is drawn at least so long, in points: one that is set by hand may have no score at all.
pub(crate) const LEAST_BOUNDARY: f32 = 16.0;

/// A gap is in doubt if it is less sure than this that what is there is right.
const SURE: f32 = 0.5;

/// The bars, as long as neither the cut, nor what is done by hand, nor the height changes.
#[derive(Default)]
pub(crate) struct Strip {
    version: (u64, u64),
    revision: u64,
    n_bars: usize,
    bars: Vec<Bar>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bar {
    /// The strongest score among its gaps; of its boundaries, if it has any.
    score: f32,
    is_boundary: bool,
    /// Whether a gap among them is one that the review would ask about first.
    is_in_doubt: bool,
}

/// Draws the strip in `rect`. `in_sight` are the shares of the document between which the text in sight lies.
pub(crate) fn strip_ui(
    ui: &mut Ui,
    rect: Rect,
    state: &State,
    open: &OpenDocument,
    in_sight: (f32, f32),
    strip: &mut Strip,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(rect, CornerRadius::ZERO, palette.paper);
    let inner = rect.shrink2(vec2(space::XS, space::M));
    let response = ui.interact(rect, ui.scope_id().with("gap scores"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Gap scores of the document"));
    let sight = Rect::from_min_max(
        pos2(inner.left(), inner.top() + in_sight.0 * inner.height()),
        pos2(
            inner.right(),
            (inner.top() + in_sight.1 * inner.height()).max(inner.top() + in_sight.0 * inner.height() + 8.0),
        ),
    );
    let is_all_in_sight = in_sight.0 <= 0.0 && 1.0 <= in_sight.1;
    if !is_all_in_sight {
        ui.painter().rect_filled(sight, CornerRadius::same(4), palette.hovered);
    }
    strip.fit(open, inner.height());
    topics_ui(ui, inner, state, open);
    strip.draw(ui, inner, open.units.len());
    chosen_ui(ui, inner, open);
    let share = |place: egui::Pos2| ((place.y - inner.top()) / inner.height()).clamp(0.0, 1.0);
    let unit_at = |share: f32| {
        let n_units = open.units.len();
        UnitIndex::from(((share * n_units as f32) as usize).min(n_units.saturating_sub(1)))
    };
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.clicked() || response.dragged()) {
        commands.push(Command::GoTo(unit_at(share(place))));
    }
    let hovered = response.hover_pos().map(|place| unit_at(share(place)));
    if let Some(unit) = hovered {
        response.on_hover_text(said_at(state, open, unit));
    }
}

/// The width of the bands that say which topic a chapter bears.
const BAND: f32 = 4.0;

/// Draws the strongest topic of each chapter as a band of its colour along the chapter.
fn topics_ui(ui: &Ui, rect: Rect, state: &State, open: &OpenDocument) {
    let n_units = open.units.len().max(1) as f32;
    // A chapter lower than a point is not seen.
    let least = n_units / rect.height().max(1.0);
    let mut drawn_to = 0.0_f32;
    for chapter in &open.chapters {
        let (start, end) = (chapter.first_unit.0 as f32, chapter.end_unit().0 as f32);
        if end - drawn_to < least {
            continue;
        }
        drawn_to = end;
        let Some(topic) = open.topics_of(chapter.first_unit).next() else { continue };
        let Some(number) = state.topics.number(topic) else { continue };
        let place = |unit: f32| rect.top() + unit / n_units * rect.height();
        let band = Rect::from_min_max(
            pos2(rect.left() - space::XS + 1.0, place(start) + 0.5),
            pos2(rect.left() - space::XS + 1.0 + BAND, (place(end) - 0.5).max(place(start) + 1.0)),
        );
        ui.painter().rect_filled(band, CornerRadius::same(1), tints::topic(ui, number));
    }
}

/// Draws where the chosen unit is.
fn chosen_ui(ui: &Ui, rect: Rect, open: &OpenDocument) {
    let Some(unit) = open.hand.chosen else { return };
    let palette = Palette::of(ui);
    let middle = rect.top() + (unit.0 as f32 + 0.5) / open.units.len().max(1) as f32 * rect.height();
    let right = rect.right();
    let tip = vec![pos2(right - 6.0, middle), pos2(right, middle - 4.0), pos2(right, middle + 4.0)];
    ui.painter().add(egui::Shape::convex_polygon(tip, palette.accent, egui::Stroke::NONE));
}

/// Returns what the strip says at a unit.
fn said_at(state: &State, open: &OpenDocument, unit: UnitIndex) -> String {
    let chapter = &open.chapters[open.chapters.partition_point(|chapter| chapter.first_unit <= unit).saturating_sub(1)];
    let time = open.units.units.get(unit.index()).and_then(|unit| unit.time).map(|time| clock(time.start));
    let mut title = match time {
        Some(time) => format!("{time}  {}", chapter.title),
        None => chapter.title.clone(),
    };
    if let Some(topic) = open.topics_of(chapter.first_unit).next().and_then(|id| state.topic(id)) {
        title.push_str(&format!("\nTopic: {}", topic.label));
    }
    let score = unit.gap_before().filter(|gap| gap.index() < open.scores.len()).map(|gap| open.scores.at(gap));
    let place = format!("{} of {}", thousands(u64::from(unit.0) + 1), thousands(open.units.len() as u64));
    match score {
        Some(score) => {
            let is_boundary = unit.gap_before().is_some_and(|gap| open.boundaries.binary_search(&gap).is_ok());
            let what = match is_boundary {
                true if score < SURE => "a chapter starts here, but that is in doubt",
                true => "a chapter starts here",
                false if SURE < score => "no chapter starts here, but that is in doubt",
                false => "no chapter starts here",
            };
            format!("{title}\n{place}: {what} (score {score:.2})")
        }
        None => format!("{title}\n{place}"),
    }
}

impl Strip {
    fn fit(&mut self, open: &OpenDocument, height: f32) {
        let n_bars = ((height / BAR).max(1.0) as usize).min(open.scores.len());
        let revision = open.hand.kept.revision;
        if self.version == open.version && self.revision == revision && self.n_bars == n_bars {
            return;
        }
        (self.version, self.revision, self.n_bars) = (open.version, revision, n_bars);
        let questions = corrections::questions(open.hand.corrections(), &open.scores, &open.boundaries);
        let in_doubt = questions.iter().take_while(|question| question.certainty < SURE);
        let in_doubt: Vec<GapIndex> = in_doubt.filter_map(|question| question.unit.gap_before()).collect();
        self.bars = bars(open.scores.as_slice(), &open.boundaries, &in_doubt, n_bars);
    }

    fn draw(&self, ui: &Ui, rect: Rect, n_units: usize) {
        let palette = Palette::of(ui);
        let step = rect.height() / n_units.max(1) as f32;
        let width = rect.width() - space::S;
        for (at, bar) in self.bars.iter().enumerate() {
            // Bar `at` stands for gap `at` if each gap has its own, and for a share of all gaps otherwise.
            let middle = if self.n_bars + 1 == n_units {
                rect.top() + (at as f32 + 1.0) * step
            } else {
                rect.top() + (at as f32 + 0.5) / self.n_bars as f32 * rect.height()
            };
            if !bar.is_boundary && !bar.is_in_doubt && bar.score < LEAST_SCORE {
                continue;
            }
            let thickness = if bar.is_boundary { 2.5 } else { 1.5 };
            let color = match bar {
                Bar { is_in_doubt: true, .. } => palette.doubt,
                Bar { is_boundary: true, .. } => palette.accent,
                Bar { .. } => palette.bar,
            };
            let least = if bar.is_boundary { LEAST_BOUNDARY } else { 3.0 };
            let length = (bar.score * width).max(least.min(width));
            let size = vec2(length, thickness);
            let left_top = pos2(rect.left() + space::XS, middle - thickness / 2.0);
            ui.painter().rect_filled(Rect::from_min_size(left_top, size), CornerRadius::ZERO, color);
        }
    }
}

/// Returns `n_bars` bars for the scores, each for an equal share of the gaps. `boundaries` are ascending.
fn bars(scores: &[f32], boundaries: &[GapIndex], in_doubt: &[GapIndex], n_bars: usize) -> Vec<Bar> {
    let mut bars = vec![Bar::default(); n_bars];
    let bar_of = |gap: usize| gap * n_bars / scores.len();
    for (gap, score) in scores.iter().enumerate() {
        let bar = &mut bars[bar_of(gap)];
        bar.score = bar.score.max(*score);
    }
    for gap in boundaries.iter().filter(|gap| gap.index() < scores.len()) {
        let bar = &mut bars[bar_of(gap.index())];
        let score = scores[gap.index()];
        bar.score = if bar.is_boundary { bar.score.max(score) } else { score };
        bar.is_boundary = true;
    }
    for gap in in_doubt.iter().filter(|gap| gap.index() < scores.len()) {
        bars[bar_of(gap.index())].is_in_doubt = true;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scores: &[f32], boundaries: &[u32], n_bars: usize, expected: &[(f32, bool)]) {
        let boundaries: Vec<GapIndex> = boundaries.iter().copied().map(GapIndex).collect();
        let found: Vec<(f32, bool)> =
            bars(scores, &boundaries, &[], n_bars).iter().map(|bar| (bar.score, bar.is_boundary)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_gap_has_a_bar_of_its_own_where_there_is_room() {
        check(&[0.1, 0.9, 0.2], &[1], 3, &[(0.1, false), (0.9, true), (0.2, false)]);
    }

    #[test]
    fn gaps_that_share_a_bar_show_the_strongest_and_a_boundary_before_it() {
        check(&[0.1, 0.9, 0.2, 0.3], &[], 2, &[(0.9, false), (0.3, false)]);
        check(&[0.5, 0.9, 0.2, 0.3], &[0], 2, &[(0.5, true), (0.3, false)]);
    }

    #[test]
    fn a_bar_is_in_doubt_if_any_of_its_gaps_is() {
        let found = bars(&[0.1, 0.4, 0.2, 0.9], &[GapIndex(3)], &[GapIndex(1), GapIndex(7)], 2);
        assert_eq!(found.iter().map(|bar| bar.is_in_doubt).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn a_document_of_one_unit_has_no_bars() {
        check(&[], &[], 0, &[]);
    }
}
