//! Every place of a word, a line each: what stands before it, the word, what stands after it.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Color32, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use caesura::concordance::Key;
use caesura::search::Occurrence;

use super::widgets;
use crate::command::Command;
use crate::concordance::{ConcordanceShown, PlacesCommand, PlacesView};
use crate::format::{clock, count, thousands};
use crate::scout::MAX_LINES;
use crate::state::State;
use crate::theme::{Palette, font, size, space};

const ROW: f32 = 25.0;

/// Draws the concordance.
pub(crate) fn concordance_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let shown = &state.search.concordance;
    if !shown.is_running() && shown.counted.is_none() {
        let lines = [
            "Type a word, a phrase, or part of a word with a star: every place it stands in is listed with what stands around it.",
        ];
        widgets::empty(ui, "Every place of a word", &lines, |_| {});
        return;
    }
    counts_ui(ui, state, shown, commands);
    if shown.n_occurrences() == 0 {
        if !shown.is_running() {
            let what = what(state, shown);
            let line = format!(
                "{what} stands nowhere in what was looked at. It is taken letter by letter: boat* also finds boats."
            );
            widgets::empty(ui, "No place", &[&line], |_| {});
        }
        return;
    }
    match shown.view {
        PlacesView::Lines => lines_ui(ui, shown, commands),
        PlacesView::Documents => documents_ui(ui, shown, commands),
        PlacesView::Forms => forms_ui(ui, shown),
    }
}

/// Returns what is looked for.
fn what(state: &State, shown: &ConcordanceShown) -> String {
    match shown.topic.and_then(|id| state.topic(id)) {
        Some(topic) => format!("A word of the topic “{}”", topic.label),
        None => format!("“{}”", state.search.typed.trim()),
    }
}

/// Draws how many places there are, and what is shown of them.
fn counts_ui(ui: &mut Ui, state: &State, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        for (view, label) in
            [(PlacesView::Lines, "Lines"), (PlacesView::Documents, "By document"), (PlacesView::Forms, "By form")]
        {
            if widgets::radio(ui, shown.view == view, label).clicked() {
                commands.push(Command::Places(PlacesCommand::Show(view)));
            }
        }
        ui.add_space(space::M);
        let n = shown.n_occurrences();
        let mut said = format!("{} in {}", count(n, "place"), count(shown.documents.len() as u64, "document"));
        if (MAX_LINES as u64) < n {
            said.push_str(&format!("; the first {} are shown", thousands(MAX_LINES as u64)));
        }
        if let Some(topic) = shown.topic.and_then(|id| state.topic(id)) {
            said.push_str(&format!(" · words of “{}”", topic.label));
        }
        if let Some(path) = &shown.saved_to {
            said = format!("Saved to {}", path.display());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let save = ui.add(egui::Button::new(RichText::new("Save as CSV").size(size::SMALL)));
            if save.on_hover_text("Save what is shown as a table").clicked() {
                commands.push(Command::Places(PlacesCommand::SaveAs));
            }
            if shown.is_running() {
                ui.spinner();
                if let Some((done, total)) = shown.progress {
                    widgets::note(ui, format!("{} of {} documents", thousands(done as u64), thousands(total as u64)));
                }
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let palette = Palette::of(ui);
                let text = RichText::new(said).size(size::SMALL).color(palette.muted);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
    ui.add_space(space::XS);
}

/// Where the parts of a line stand.
struct Shape {
    /// The middle of the hits.
    middle: f32,
    /// Where the right context ends and the document begins.
    document: f32,
    right: f32,
}

impl Shape {
    fn of(left: f32, width: f32) -> Self {
        let document = (0.2 * width).clamp(90.0, 260.0);
        let lines = width - document;
        Self { middle: left + lines / 2.0, document: left + lines + 12.0, right: left + width - 4.0 }
    }
}

fn lines_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    sort_ui(ui, shown, commands);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, shown.n_lines(), |ui, rows| {
        for at in rows {
            if let Some(found) = shown.line(at)
                && line_ui(ui, shown, found, at)
            {
                commands.push(Command::Places(PlacesCommand::Open(at)));
            }
        }
    });
}

/// Draws the keys that lines can be sorted by: that of the match over the matches, the others to its sides.
fn sort_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    if let Some(only) = shown.only {
        let title = crate::format::opening(shown.title(only), 30);
        if ui.button(format!("Only “{title}”: show all")).on_hover_text("Show the lines of all documents").clicked()
        {
            commands.push(Command::Places(PlacesCommand::OnlyDocument(None)));
        }
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::hover());
    let palette = Palette::of(ui);
    let shape = Shape::of(rect.left(), rect.width());
    let middle = rect.center().y;
    let label = widgets::one_line(ui, "Sort by", size::SMALL, palette.muted, 80.0);
    let place_left = rect.left() + label.size().x + space::S;
    widgets::paint_line(ui, rect.left_center() + vec2(0.0, 1.0), label);
    let document = widgets::one_line(ui, "Document", size::SMALL, palette.muted, shape.right - shape.document);
    widgets::paint_line(ui, pos2(shape.document, middle + 1.0), document);
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(6.0, 2.0);
        let button = |ui: &mut Ui, left: f32, text: &str, is_chosen: bool| {
            let size_of = vec2(key_width(ui, text), HEAD - 2.0);
            let place = egui::Rect::from_min_size(pos2(left, rect.top() + 1.0), size_of);
            ui.put(place, egui::Button::selectable(is_chosen, RichText::new(text).size(size::SMALL)))
        };
        let response = button(ui, place_left, "Place", shown.keys.is_empty());
        if response.on_hover_text("By document and place").clicked() {
            commands.push(Command::Places(PlacesCommand::InOrder));
        }
        let texts = Key::ALL.map(|key| key_text(shown, key));
        let widths: Vec<f32> = texts.iter().map(|text| key_width(ui, text)).collect();
        let n_before = Key::ALL.iter().position(|key| *key == Key::Hit).unwrap_or_default();
        let before: f32 = widths[..n_before].iter().map(|width| width + KEY_SPACE).sum();
        // In a narrow window they would lie on what is before them.
        let least = place_left + key_width(ui, "Place") + space::XS;
        let mut left = (shape.middle - widths[n_before] / 2.0 - before).max(least);
        for (at, key) in Key::ALL.into_iter().enumerate() {
            let is_chosen = shown.keys.contains(&key);
            let response = button(ui, left, &texts[at], is_chosen);
            left += widths[at] + KEY_SPACE;
            let named = sort_name(key);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, format!("Sort by {named}")));
            let hint = format!("Sort by {named}; where that is equal, by what was chosen before");
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::Places(PlacesCommand::SortBy(key)));
            }
        }
    });
    ui.add_space(space::XS);
}

/// The height of the head over the lines.
const HEAD: f32 = 26.0;

/// The space between its keys.
const KEY_SPACE: f32 = 2.0;

/// Returns what a key is called over the lines, with its rank if several sort.
fn key_text(shown: &ConcordanceShown, key: Key) -> String {
    let name = match key {
        Key::Left(n) => format!("{n} left"),
        Key::Hit => "word".to_owned(),
        Key::Right(n) => format!("{n} right"),
    };
    match shown.keys.iter().position(|chosen| *chosen == key) {
        Some(rank) if 1 < shown.keys.len() => format!("{name} ({})", rank + 1),
        _ => name,
    }
}

fn key_width(ui: &Ui, text: &str) -> f32 {
    widgets::one_line(ui, text, size::SMALL, Color32::PLACEHOLDER, 200.0).size().x + 14.0
}

/// Returns where the word stands that a line is sorted by first, in bytes of what is before or after the match.
fn sorting_word(text: &str, is_before: bool, nth: u8) -> Option<std::ops::Range<usize>> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '\'' || letter == '’';
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, letter) in text.char_indices().filter(|(_, letter)| is_letter(*letter)) {
        match words.last_mut() {
            Some(word) if word.end == at => word.end += letter.len_utf8(),
            _ => words.push(at..at + letter.len_utf8()),
        }
    }
    let nth = usize::from(nth.max(1));
    let at = if is_before { words.len().checked_sub(nth)? } else { nth - 1 };
    words.get(at).cloned()
}

/// Returns what a key sorts by, in words.
fn sort_name(key: Key) -> &'static str {
    match key {
        Key::Left(1) => "the first word to the left",
        Key::Left(2) => "the second word to the left",
        Key::Left(_) => "the third word to the left",
        Key::Hit => "the word itself",
        Key::Right(1) => "the first word to the right",
        Key::Right(2) => "the second word to the right",
        Key::Right(_) => "the third word to the right",
    }
}

fn line_ui(ui: &mut Ui, shown: &ConcordanceShown, found: &Occurrence, at: usize) -> bool {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let line = &found.line;
    let title = shown.title(found.document);
    response.widget_info(|| {
        let said = format!("{} {} {}, in {title}", line.left, line.hit, line.right);
        WidgetInfo::selected(Role::Button, true, shown.at == Some(at), said)
    });
    if shown.at == Some(at) {
        ui.painter().rect_filled(rect, 4, palette.chosen);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4, palette.hovered);
    }
    let shape = Shape::of(rect.left(), rect.width());
    let middle = rect.center().y;
    let hit = widgets::one_line(ui, &line.hit, size::BODY, palette.accent, 0.3 * rect.width());
    let (hit_left, hit_right) = (shape.middle - hit.size().x / 2.0, shape.middle + hit.size().x / 2.0);
    let space = if line.left.ends_with(opens) { TIGHT } else { SPACE };
    let (sorts_before, sorts_after) = match shown.keys.first() {
        Some(Key::Left(nth)) => (sorting_word(&line.left, true, *nth), None),
        Some(Key::Right(nth)) => (None, sorting_word(&line.right, false, *nth)),
        Some(Key::Hit) | None => (None, None),
    };
    let before = ending(ui, &line.left, sorts_before.as_ref(), palette, hit_left - space - 4.0 - rect.left());
    widgets::paint_line(ui, pos2(hit_left - space - before.size().x, middle), before);
    widgets::paint_line(ui, pos2(hit_left, middle), hit);
    let space = if line.right.starts_with(closes) { TIGHT } else { SPACE };
    let width = shape.document - hit_right - 20.0;
    let after = match sorts_after {
        Some(word) if !crate::bidi::has_right_to_left(&line.right) => {
            let mut job = tinted(&line.right, 0, Some(word), palette);
            job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        }
        _ => widgets::one_line(ui, &line.right, size::BODY, palette.ink, width),
    };
    widgets::paint_line(ui, pos2(hit_right + space, middle), after);
    let place = match found.time {
        Some(time) => format!("{} · {title}", clock(time)),
        None => title.to_owned(),
    };
    let place = widgets::one_line(ui, &place, size::SMALL, palette.muted, shape.right - shape.document);
    widgets::paint_line(ui, pos2(shape.document, middle), place);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The space between a hit and the words beside it, and between it and a sign that belongs to it.
const SPACE: f32 = 7.0;
const TIGHT: f32 = 1.0;

/// Returns whether a sign stands close before a word.
fn opens(sign: char) -> bool {
    "([{“‘«¿¡-–/".contains(sign)
}

/// Returns whether a sign stands close after a word.
fn closes(sign: char) -> bool {
    ".,;:!?)]}”’»…-/".contains(sign)
}

/// Returns `text` from a byte on, with the word it is sorted by in the colour of the matches.
fn tinted(text: &str, from: usize, word: Option<std::ops::Range<usize>>, palette: &Palette) -> LayoutJob {
    let format = |color| TextFormat { font_id: font(size::BODY), color, ..TextFormat::default() };
    let word = word.filter(|word| from <= word.start).unwrap_or(text.len()..text.len());
    let mut job = LayoutJob::default();
    if 0 < from {
        job.append("…", 0.0, format(palette.ink));
    }
    job.append(&text[from..word.start], 0.0, format(palette.ink));
    job.append(&text[word.clone()], 0.0, format(palette.accent));
    job.append(&text[word.end..], 0.0, format(palette.ink));
    job
}

/// Lays out as much of the end of `text` as is `width` wide, from the start of a word on.
fn ending(
    ui: &Ui,
    text: &str,
    word: Option<&std::ops::Range<usize>>,
    palette: &Palette,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let lay = |from: usize| ui.fonts_mut(|fonts| fonts.layout_job(tinted(text, from, word.cloned(), palette)));
    let whole = lay(0);
    if whole.size().x <= width {
        return whole;
    }
    // Letters are about as wide on average, so this is nearly what fits; the ellipsis needs some of it.
    let share = 1.0 - (width - 14.0).max(0.0) / whole.size().x;
    let from = text.ceil_char_boundary((text.len() as f32 * share) as usize);
    let from = text[from..].find(' ').map_or(from, |space| from + space + 1);
    // Narrow letters at the front make the guess too long: words go until it fits.
    let mut from = from;
    loop {
        let part = lay(from);
        match text[from..].find(' ') {
            Some(space) if width < part.size().x => from += space + 1,
            _ => return part,
        }
    }
}

/// Draws how many places each document has, most first; pressing one shows its lines.
fn documents_ui(ui: &mut Ui, shown: &ConcordanceShown, commands: &mut Vec<Command>) {
    let mut documents: Vec<usize> = (0..shown.documents.len()).collect();
    documents.sort_by_key(|at| std::cmp::Reverse(shown.documents[*at].2));
    let most = documents.first().map_or(1, |at| shown.documents[*at].2);
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW + 3.0, documents.len(), |ui, rows| {
        for row in rows {
            let (id, title, n) = &shown.documents[documents[row]];
            let label = format!("{title}: {}", count(*n, "place"));
            if count_row(ui, title, *n, most, &label).on_hover_text("Show its lines").clicked() {
                commands.push(Command::Places(PlacesCommand::OnlyDocument(Some(*id))));
            }
        }
    });
}

/// Draws how often each form occurs, most often first.
fn forms_ui(ui: &mut Ui, shown: &ConcordanceShown) {
    let forms = shown.counted.as_ref().map_or(&[][..], |counted| &counted.forms);
    let most = forms.first().map_or(1, |(_, n)| *n);
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW + 3.0, forms.len(), |ui, rows| {
        for (form, n) in &forms[rows] {
            count_row(ui, form, *n, most, &format!("{form}: {}", count(*n, "place")));
        }
    });
}

fn count_row(ui: &mut Ui, name: &str, n: u64, most: u64, label: &str) -> egui::Response {
    let palette = Palette::of(ui);
    let (rect, response) = widgets::list_row(ui, ROW, false, label);
    let width = (0.5 * rect.width()).min(420.0);
    let name = widgets::one_line(ui, name, size::BODY, palette.ink, width - 12.0);
    widgets::paint_line(ui, pos2(rect.left(), rect.center().y), name);
    let number = widgets::one_line(ui, &thousands(n), size::SMALL, palette.muted, 70.0);
    let number_left = rect.left() + width + 58.0 - number.size().x;
    widgets::paint_line(ui, pos2(number_left, rect.center().y), number);
    let bar = vec2((rect.width() - width - 80.0).clamp(10.0, 320.0), 5.0);
    let share = n as f32 / most.max(1) as f32;
    widgets::score_bar(ui, pos2(rect.left() + width + 72.0, rect.center().y), bar, share, palette.accent);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is_before: bool, nth: u8, expected: Option<&str>) {
        assert_eq!(sorting_word(text, is_before, nth).map(|word| &text[word]), expected);
    }

    #[test]
    fn the_word_that_sorts_is_counted_from_the_match() {
        check("into the old, cold", true, 1, Some("cold"));
        check("into the old, cold", true, 2, Some("old"));
        check(", don't sing", false, 1, Some("don't"));
        check("sing", false, 2, None);
        check("", true, 1, None);
    }
}
