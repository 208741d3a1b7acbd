//! The search: what is typed, where to look, and the chapters or places that were found.

use eframe::egui::text::{TextFormat, TextWrapping};
use eframe::egui::{
    self, Margin, Popup, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use caesura::search::{FoundBy, Hit, Ranking};
use caesura::store::{SnippetPart, WorkState};

use super::{concordance, tints, widgets};
use crate::command::{Action, Command, SearchIn};
use crate::format::{clock, count, opening};
use crate::search::{Group, SearchCommand, SearchMode, is_enough};
use crate::state::State;
use crate::theme::{Palette, font, size, space};
use crate::worker::MAX_HITS;

/// The greatest width of the hits, in points.
const WIDTH: f32 = 860.0;

/// The height of the field, in points.
const FIELD: f32 = 40.0;

/// The greatest width of a concordance, whose lines need more.
const WIDE: f32 = 1_400.0;

/// Draws the search.
pub(crate) fn search_ui(ui: &mut Ui, state: &State, n_focus: &mut u64, commands: &mut Vec<Command>) {
    let whole = ui.available_rect_before_wrap();
    let widest = match state.search.mode {
        SearchMode::Chapters => WIDTH,
        SearchMode::Places => WIDE,
    };
    let width = (whole.width() - 2.0 * space::L).clamp(200.0, widest);
    let left = (whole.left() + (whole.width() - width) / 2.0).round();
    let column = Rect::from_x_y_ranges(left..=left + width, whole.top() + space::L..=whole.bottom());
    ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
        field_ui(ui, state, n_focus, commands);
        ui.add_space(space::XS);
        where_ui(ui, state, commands);
        ui.add_space(space::S);
        match state.search.mode {
            SearchMode::Chapters => result_ui(ui, state, commands),
            SearchMode::Places => concordance::concordance_ui(ui, state, commands),
        }
    });
}

fn field_ui(ui: &mut Ui, state: &State, n_focus: &mut u64, commands: &mut Vec<Command>) {
    let room = vec2(ui.available_width(), FIELD);
    ui.allocate_ui_with_layout(room, egui::Layout::right_to_left(egui::Align::Center), |ui| {
        operators_ui(ui, state.search.mode, commands);
        saved_ui(ui, state, commands);
        let mut typed = state.search.typed.clone();
        let hint = match state.search.mode {
            SearchMode::Chapters => "Words, “a phrase”, prefix*, AND, OR, NOT",
            SearchMode::Places => "A word, a phrase, part of a word*",
        };
        let field = TextEdit::singleline(&mut typed)
            .hint_text(hint)
            .font(font(size::HEADING))
            .desired_width(ui.available_width())
            .margin(Margin::symmetric(12, 9));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search"));
        if *n_focus != state.n_search_focus {
            *n_focus = state.n_search_focus;
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::TypeSearch(typed));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
            let is_back = ui.input(|input| input.modifiers.shift);
            commands.push(Command::Do(if is_back { Action::PreviousHit } else { Action::NextHit }));
        }
    });
}

/// What can be typed, an example of each, and what it does.
const OPERATORS: [(&str, &str, &str); 8] = [
    ("tide lamp", "", "both words, in any order"),
    ("\"high tide\"", "\"", "the words one after the other"),
    ("lamp*", "*", "words that begin so"),
    ("tide OR ebb", "OR ", "one of them or both"),
    ("tide NOT lamp", "NOT ", "the first without the second"),
    ("(tide OR ebb) lamp", "(", "parentheses keep together"),
    ("tide NEAR/5 lamp", "NEAR/5 ", "at most five words apart"),
    ("title:tide", "title:", "in the title of the chapter"),
];

/// The same for the places of a word.
const PLACE_OPERATORS: [(&str, &str, &str); 6] = [
    ("tide", "", "the word as it stands, in capitals or not"),
    ("high tide", "", "the words one after the other"),
    ("lamp*", "*", "words that begin so"),
    ("*light", "*", "words that end so"),
    ("end of * day", "*", "a star alone is any one word"),
    ("tide | ebb", "| ", "one or the other"),
];

/// Draws the button that tells what can be typed; pressing a line puts its operator behind what is typed.
fn operators_ui(ui: &mut Ui, mode: SearchMode, commands: &mut Vec<Command>) {
    let button = ui.button("?");
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, "What can be typed"));
    let button = button.on_hover_text("What can be typed");
    Popup::menu(&button).show(|ui| {
        let palette = Palette::of(ui);
        ui.set_min_width(330.0);
        widgets::note(ui, "What can be typed");
        let operators: &[(&str, &'static str, &str)] = match mode {
            SearchMode::Chapters => &OPERATORS,
            SearchMode::Places => &PLACE_OPERATORS,
        };
        for (example, operator, meaning) in operators {
            let (rect, response) = widgets::list_row(ui, 26.0, false, &format!("{example}: {meaning}"));
            let text = widgets::one_line(ui, example, size::BODY, palette.accent, 150.0);
            widgets::paint_line(ui, pos2(rect.left(), rect.center().y), text);
            let text = widgets::one_line(ui, meaning, size::SMALL, palette.ink, rect.width() - 156.0);
            widgets::paint_line(ui, pos2(rect.left() + 156.0, rect.center().y), text);
            if response.clicked() && !operator.is_empty() {
                commands.push(Command::Search(SearchCommand::TypeOperator(operator)));
                ui.close();
            }
        }
        if mode == SearchMode::Chapters {
            ui.add_space(space::XS);
            let text =
                "Plain words are also looked for by meaning: chapters that say the same in other words are found.";
            ui.label(RichText::new(text).size(size::SMALL).color(palette.muted));
        }
    });
}

/// Draws the menu of saved searches, with a field to save this one under a name.
fn saved_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let button = widgets::drop_menu_button(ui, "Saved").on_hover_text("Searches saved in this library");
    let close = egui::PopupCloseBehavior::CloseOnClickOutside;
    Popup::menu(&button).close_behavior(close).show(|ui| {
        ui.set_min_width(280.0);
        if is_enough(&state.search.typed) {
            widgets::note(ui, "Save this search as");
            ui.horizontal(|ui| {
                let mut name = state.search.name_typed.clone();
                let field = TextEdit::singleline(&mut name)
                    .hint_text(opening(&state.search.typed, 26))
                    .desired_width(190.0)
                    .margin(Margin::symmetric(8, 5));
                let response = ui.add(field);
                response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name of the search"));
                if response.changed() {
                    commands.push(Command::Search(SearchCommand::TypeName(name)));
                }
                let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                if ui.button("Save").clicked() || is_entered {
                    commands.push(Command::Search(SearchCommand::Save));
                }
            });
            ui.separator();
        }
        if state.search.saved.is_empty() {
            widgets::note(ui, "No search is saved in this library yet.");
        }
        for saved in &state.search.saved {
            ui.horizontal(|ui| {
                let remove = ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let remove = ui.add(egui::Button::new(RichText::new("Forget").size(size::SMALL)));
                    remove.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Forget {}", saved.name)));
                    let name = egui::Button::new(&saved.name).truncate().fill(egui::Color32::TRANSPARENT);
                    let run = ui.add_sized(vec2(ui.available_width(), 26.0), name).on_hover_text(&saved.typed);
                    if run.clicked() {
                        commands.push(Command::Search(SearchCommand::RunSaved(saved.id)));
                        ui.close();
                    }
                    remove
                });
                if remove.inner.clicked() {
                    commands.push(Command::Search(SearchCommand::Forget(saved.id)));
                }
            });
        }
    });
}

/// Draws what is shown, what ranks it, and where is looked.
fn where_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let search = &state.search;
    ui.horizontal_wrapped(|ui| {
        for (mode, label, action) in
            [(SearchMode::Chapters, "Chapters", Action::Find), (SearchMode::Places, "Every place", Action::FindPlaces)]
        {
            let response = ui.selectable_label(search.mode == mode, label);
            if response.on_hover_text(widgets::hint_with_key(ui.ctx(), action)).clicked() {
                commands.push(Command::Search(SearchCommand::ShowAs(mode)));
            }
        }
        ui.separator();
        if search.mode == SearchMode::Chapters {
            ranking_ui(ui, search.ranking, commands);
        }
        within_ui(ui, state, commands);
        topic_ui(ui, state, commands);
        if !search.speakers.is_empty() {
            speaker_ui(ui, state, commands);
        }
        documents_ui(ui, state, commands);
        if search.is_filtered() && ui.button("Clear").on_hover_text("Look everywhere").clicked() {
            commands.push(Command::Search(SearchCommand::ClearFilters));
        }
    });
}

/// Draws a menu behind a button that says what is chosen. `label` is what a screen reader says.
fn choice_ui(ui: &mut Ui, label: &str, chosen: &str, is_set: bool, contents: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    let color = if is_set { palette.accent } else { palette.ink };
    let button = widgets::drop_button(ui, &opening(chosen, 28), color);
    button.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{label}: {chosen}")));
    Popup::menu(&button.on_hover_text(label)).show(|ui| {
        ui.set_min_width(200.0);
        ScrollArea::vertical().max_height(320.0).show(ui, contents);
    });
}

fn ranking_ui(ui: &mut Ui, chosen: Ranking, commands: &mut Vec<Command>) {
    let label = |ranking| match ranking {
        Ranking::Both => "Words and meaning",
        Ranking::Words => "Words only",
        Ranking::Meaning => "Meaning only",
    };
    choice_ui(ui, "What is looked for", label(chosen), chosen != Ranking::Both, |ui| {
        for ranking in [Ranking::Both, Ranking::Words, Ranking::Meaning] {
            if widgets::radio(ui, ranking == chosen, label(ranking)).clicked() {
                commands.push(Command::Search(SearchCommand::RankBy(ranking)));
            }
        }
    });
}

fn within_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(open) = &state.open else { return };
    let here = format!("Only “{}”", opening(&open.row.title, 30));
    let is_here = state.search.within == SearchIn::Document;
    let chosen = if is_here { here.as_str() } else { "All documents" };
    choice_ui(ui, "Which documents", chosen, is_here, |ui| {
        for (within, label) in [(SearchIn::Library, "All documents"), (SearchIn::Document, here.as_str())] {
            if widgets::radio(ui, state.search.within == within, label).clicked() {
                commands.push(Command::SearchIn(within));
            }
        }
    });
}

fn topic_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.topics.all.is_empty() {
        return;
    }
    let topic = state.search.topic.and_then(|id| state.topic(id));
    let chosen = topic.map_or("Any topic", |topic| &topic.label);
    choice_ui(ui, "Which topic", chosen, topic.is_some(), |ui| {
        if widgets::radio(ui, topic.is_none(), "Any topic").clicked() {
            commands.push(Command::Search(SearchCommand::WithTopic(None)));
        }
        for topic in &state.topics.all {
            if widgets::radio(ui, state.search.topic == Some(topic.id), &topic.label).clicked() {
                commands.push(Command::Search(SearchCommand::WithTopic(Some(topic.id))));
            }
        }
    });
}

fn speaker_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let chosen = state.search.speaker.as_deref();
    choice_ui(ui, "Who speaks", chosen.unwrap_or("Any speaker"), chosen.is_some(), |ui| {
        if widgets::radio(ui, chosen.is_none(), "Any speaker").clicked() {
            commands.push(Command::Search(SearchCommand::WithSpeaker(None)));
        }
        for speaker in &state.search.speakers {
            if widgets::radio(ui, chosen == Some(speaker), speaker).clicked() {
                commands.push(Command::Search(SearchCommand::WithSpeaker(Some(speaker.clone()))));
            }
        }
    });
}

/// Draws what documents are told by: tag, state of work, year. What no document has is not offered.
fn documents_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let search = &state.search;
    if !state.table.tags.is_empty() || search.tag.is_some() {
        let chosen = search.tag.as_deref();
        choice_ui(ui, "Which tag", chosen.unwrap_or("Any tag"), chosen.is_some(), |ui| {
            if widgets::radio(ui, chosen.is_none(), "Any tag").clicked() {
                commands.push(Command::Search(SearchCommand::WithTag(None)));
            }
            for row in &state.table.tags {
                if widgets::radio(ui, chosen == Some(&row.tag), &row.tag).clicked() {
                    commands.push(Command::Search(SearchCommand::WithTag(Some(row.tag.clone()))));
                }
            }
        });
    }
    let chosen = search.state.map_or("Any state", |state| state.label());
    choice_ui(ui, "State of work", chosen, search.state.is_some(), |ui| {
        if widgets::radio(ui, search.state.is_none(), "Any state").clicked() {
            commands.push(Command::Search(SearchCommand::WithState(None)));
        }
        for state in WorkState::ALL {
            if widgets::radio(ui, search.state == Some(state), state.label()).clicked() {
                commands.push(Command::Search(SearchCommand::WithState(Some(state))));
            }
        }
    });
    years_ui(ui, state, commands);
}

/// Draws the years to look in, if any document has one.
fn years_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let documents = state.library.iter().flat_map(|library| &library.documents);
    let mut years: Vec<u16> = documents.filter_map(|row| row.date).map(caesura::document::Date::year).collect();
    years.sort_unstable();
    years.dedup();
    if years.is_empty() {
        return;
    }
    let (since, until) = state.search.years;
    for (label, any, chosen, is_since) in
        [("Since", "Since any year", since, true), ("Until", "Until any year", until, false)]
    {
        let said = chosen.map_or_else(|| any.to_owned(), |year| format!("{label} {year}"));
        choice_ui(ui, label, &said, chosen.is_some(), |ui| {
            let with = |year| {
                SearchCommand::WithYears(if is_since { year } else { since }, if is_since { until } else { year })
            };
            if widgets::radio(ui, chosen.is_none(), any).clicked() {
                commands.push(Command::Search(with(None)));
            }
            for year in &years {
                if widgets::radio(ui, chosen == Some(*year), year.to_string()).clicked() {
                    commands.push(Command::Search(with(Some(*year))));
                }
            }
        });
    }
}

fn result_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let search = &state.search;
    let Some(found) = &search.found else {
        if search.is_running() {
            ui.spinner();
        } else if search.typed.trim().is_empty() {
            let lines =
                ["Type some words: chapters that hold them are listed, and chapters that say the same in other words."];
            widgets::empty(ui, "Search every chapter", &lines, |_| {});
        } else {
            widgets::note(ui, "Type two letters or more.");
        }
        return;
    };
    if let Some(explanation) = &found.explanation {
        widgets::note(ui, explanation);
    }
    if found.hits.is_empty() {
        nothing_ui(ui, state, commands);
        return;
    }
    let n_hits = found.hits.len();
    let best = if n_hits < MAX_HITS { "" } else { "The best " };
    let n_meant = found.hits.iter().filter(|hit| hit.found_by == FoundBy::Meaning).count();
    let meant = match n_meant {
        0 => String::new(),
        n if n == n_hits => ", by meaning".to_owned(),
        n => format!(", {n} of them by meaning only"),
    };
    let counted = format!(
        "{best}{} in {} for {}{meant}",
        count(n_hits as u64, "chapter"),
        count(search.groups.len() as u64, "document"),
        found.understood_as
    );
    widgets::note(ui, counted);
    ui.add_space(space::XS);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(WIDTH);
        ui.spacing_mut().item_spacing.y = space::XS;
        for group in &search.groups {
            group_ui(ui, state, group, &found.hits, search.at, commands);
        }
        ui.add_space(space::XL);
    });
}

/// Says why there is no hit, with the query as it was understood.
fn nothing_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(found) = &state.search.found else { return };
    let mut lines: Vec<String> = Vec::new();
    if !found.understood_as.is_empty() {
        lines.push(format!("Understood as: {}", found.understood_as));
    }
    lines.extend(found.why_none.iter().map(|reason| {
        let mut letters = reason.chars();
        let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
        format!("{first}{}.", letters.as_str())
    }));
    lines.push("Fewer words find more, and so does the start of a word with a star: boat*".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    widgets::empty(ui, "Nothing found", &lines, |ui| {
        if state.search.is_filtered() && ui.button("Look everywhere").clicked() {
            commands.push(Command::Search(SearchCommand::ClearFilters));
        }
    });
}

/// Draws the hits of one document under its title.
fn group_ui(ui: &mut Ui, state: &State, group: &Group, hits: &[Hit], at: Option<usize>, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.add_space(space::S);
    let says_no_more = matches!(group.hits[..], [only] if hits[only].chapter.chapter.title == group.title);
    if !says_no_more {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &group.title));
        let title = widgets::one_line(ui, &group.title, size::HEADING, palette.strong, rect.width() - 24.0);
        widgets::paint_line(ui, pos2(rect.left() + 12.0, rect.center().y), title);
    }
    for &hit in &group.hits {
        // A document that is one chapter has no other heading.
        let size = if says_no_more { size::HEADING } else { size::BODY + 1.0 };
        ui.push_id(hit, |ui| {
            hit_ui(ui, hit, &hits[hit], &group.title, size, at == Some(hit), commands);
            topics_ui(ui, state, &hits[hit], commands);
        });
    }
}

fn hit_ui(
    ui: &mut Ui,
    at: usize,
    hit: &Hit,
    document: &str,
    size_of_title: f32,
    is_here: bool,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let width = ui.available_width() - 28.0;
    let title = parts(ui, &hit.title, size_of_title, 24.0, palette.strong, width - 90.0);
    let snippet = after_title(&hit.snippet, &hit.chapter.chapter.title);
    let snippet = parts(ui, &snippet, size::BODY + 0.5, 21.0, palette.ink, width);
    let beside = match (hit.found_by, hit.chapter.chapter.time) {
        (FoundBy::Meaning, Some(time)) => format!("by meaning · {}", clock(time.start)),
        (FoundBy::Meaning, None) => "by meaning".to_owned(),
        (_, Some(time)) => clock(time.start),
        (_, None) => String::new(),
    };
    let beside = widgets::one_line(ui, &beside, size::SMALL, palette.muted, 140.0);
    let height = title.size().y + snippet.size().y + 8.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let name = &hit.chapter.chapter.title;
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_here, format!("{name}, in {document}")));
    if response.hovered() || response.has_focus() || is_here {
        let fill = if is_here { palette.chosen } else { palette.hovered };
        ui.painter().rect_filled(rect, egui::CornerRadius::same(6), fill);
    }
    let mut pen = rect.min + vec2(12.0, 4.0);
    let middle = pen.y + 12.0;
    widgets::paint_line(ui, pos2(rect.right() - 12.0 - beside.size().x, middle), beside);
    for (galley, space) in [(title, 2.0), (snippet, 0.0)] {
        let height = galley.size().y;
        ui.painter().galley(pen, galley, palette.ink);
        pen.y += height + space;
    }
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        commands.push(Command::Search(SearchCommand::OpenHit(at)));
    }
}

/// Returns a snippet without the title, if it begins with that: the title stands above it.
fn after_title(snippet: &[SnippetPart], title: &str) -> Vec<SnippetPart> {
    let whole: String = snippet.iter().map(|part| part.text.as_str()).collect();
    let mut letters = whole.char_indices().filter(|(_, letter)| !letter.is_whitespace());
    let mut end = 0;
    for wanted in title.chars().filter(|letter| !letter.is_whitespace()) {
        match letters.next() {
            Some((at, letter)) if letter == wanted => end = at + letter.len_utf8(),
            _ => return snippet.to_vec(),
        }
    }
    let rest = whole[end..].trim_start_matches(|letter: char| letter.is_whitespace());
    let is_own_sentence = !rest.is_empty() && !rest.starts_with(|letter: char| ".,;:!?…)".contains(letter));
    if !is_own_sentence {
        return snippet.to_vec();
    }
    let mut left = whole.len() - rest.len();
    let mut kept = Vec::with_capacity(snippet.len());
    for part in snippet {
        let cut = left.min(part.text.len());
        left -= cut;
        if cut < part.text.len() {
            kept.push(SnippetPart { text: part.text[cut..].to_owned(), is_hit: part.is_hit });
        }
    }
    kept
}

fn topics_ui(ui: &mut Ui, state: &State, hit: &Hit, commands: &mut Vec<Command>) {
    if hit.topics.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().button_padding.y = 2.0;
        ui.spacing_mut().interact_size.y = 22.0;
        ui.add_space(12.0);
        for (id, label) in hit.topics.iter().take(3) {
            let color = tints::topic(ui, state.topics.number(*id).unwrap_or_default());
            let button = widgets::swatch_button(ui, label, color);
            if button.on_hover_text("Show this topic").clicked() {
                commands.push(Command::OpenTopic(*id));
            }
        }
    });
    ui.add_space(space::XS);
}

/// Draws, under the text, which hit of the search the reader is at, and the ways to the next.
pub(crate) fn place_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some((at, n)) = state.search.place() else { return };
    let palette = Palette::of(ui);
    let frame = egui::Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(14, 6));
    egui::Panel::bottom("search place").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::note(ui, format!("Hit {at} of {n} for {}", opening(&state.search.typed, 40)));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                for action in [Action::ShowSearch, Action::NextHit, Action::PreviousHit] {
                    let is_enabled = match action {
                        Action::NextHit => at < n,
                        Action::PreviousHit => 1 < at,
                        _ => true,
                    };
                    let label = if action == Action::ShowSearch { "All hits" } else { action.label() };
                    let button = egui::Button::new(RichText::new(label).size(size::SMALL));
                    let response = ui.add_enabled(is_enabled, button);
                    if response.on_hover_text(widgets::hint_with_key(ui.ctx(), action)).clicked() {
                        commands.push(Command::Do(action));
                    }
                }
            });
        });
    });
}

/// Lays a snippet out in at most `n_rows` lines, the hits marked.
pub(super) fn snippet(ui: &Ui, of: &[SnippetPart], width: f32, n_rows: usize) -> std::sync::Arc<egui::Galley> {
    rows(ui, of, &TextFormat { font_id: font(size::BODY), line_height: Some(21.0), ..ink(ui) }, width, n_rows)
}

fn ink(ui: &Ui) -> TextFormat {
    TextFormat { color: Palette::of(ui).ink, ..TextFormat::default() }
}

/// Lays parts out as one text, the hits marked.
fn parts(
    ui: &Ui,
    parts: &[SnippetPart],
    size: f32,
    line_height: f32,
    color: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let plain = TextFormat { font_id: font(size), line_height: Some(line_height), color, ..TextFormat::default() };
    rows(ui, parts, &plain, width, 4)
}

fn rows(ui: &Ui, parts: &[SnippetPart], plain: &TextFormat, width: f32, n_rows: usize) -> std::sync::Arc<egui::Galley> {
    let palette = Palette::of(ui);
    let marked = widgets::marked(plain, palette);
    let (mut text, mut pieces) = (String::new(), Vec::with_capacity(parts.len()));
    for part in parts {
        let start = text.len();
        text.push_str(&part.text.replace('\n', " "));
        pieces.push((start..text.len(), if part.is_hit { marked.clone() } else { plain.clone() }));
    }
    let wrap = TextWrapping { max_width: width, max_rows: n_rows, ..TextWrapping::default() };
    widgets::Laid::lay(ui, &text, &pieces, wrap).galley_from_left(ui)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(snippet: &[(&str, bool)], title: &str, expected: &[(&str, bool)]) {
        let part = |&(text, is_hit): &(&str, bool)| SnippetPart { text: text.to_owned(), is_hit };
        let parts = |of: &[(&str, bool)]| of.iter().map(part).collect::<Vec<_>>();
        assert_eq!(after_title(&parts(snippet), title), parts(expected));
    }

    #[test]
    fn a_snippet_does_not_repeat_the_title_above_it() {
        check(&[("Of ", false), ("bees", true), (" They fly.", false)], "Of bees", &[("They fly.", false)]);
        check(&[("Of\nbees\nThey ", false), ("fly", true)], "Of bees", &[("They ", false), ("fly", true)]);
        check(&[("Of bees.", false)], "Of bees", &[("Of bees.", false)]);
        check(&[("…of bees", false)], "Of bees", &[("…of bees", false)]);
        check(&[("Of bees", false)], "Of bees", &[("Of bees", false)]);
    }
}
