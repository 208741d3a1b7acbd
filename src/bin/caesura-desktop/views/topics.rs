//! The topics of the library, and what bears the one that is chosen.

use std::sync::Arc;

use eframe::egui::{self, Galley, Popup, Rect, RichText, Role, ScrollArea, Ui, WidgetInfo, pos2, vec2};

use caesura::search::TopicPassage;
use caesura::store::{TopicChapter, TopicRow};

use super::picture::{self, Kept};
use super::{Memory, search, tints, widgets};
use crate::command::{Action, Command, Passage};
use crate::concordance::PlacesCommand;
use crate::format::{clock, count};
use crate::scout::TopicChange;
use crate::state::{Bearers, State};
use crate::theme::{Palette, size, space};
use crate::topics::{self, General, TopicLine, TopicOrder, TopicsCommand, TopicsPart};

const ROW_HEIGHT: f32 = 50.0;
const CHAPTER_HEIGHT: f32 = 50.0;
const PASSAGE_HEIGHT: f32 = 78.0;
const WORD_HEIGHT: f32 = 24.0;

/// The greatest width of what is said of a topic.
const WIDTH: f32 = 860.0;

/// Where what is said of a topic is narrower than this, its title has a line of its own.
const NARROW: f32 = 700.0;

/// The width of a bar of strength with its number.
const STRENGTH: f32 = 92.0;

/// The width of a number behind a bar.
const FIGURE: f32 = 32.0;

/// Draws the list of topics.
pub(crate) fn list_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    if let Some(filter) = widgets::filter_field(ui, &state.topics.filter, "Filter by word") {
        commands.push(Command::FilterTopics(filter));
    }
    ui.add_space(space::XS);
    let lines = state.topic_lines();
    ui.horizontal(|ui| {
        let (counted, said) = counted(&lines, state.topics.all.len());
        widgets::note(ui, counted).on_hover_text(said);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let again = ui.add(egui::Button::new(RichText::new("Find again").size(size::SMALL)));
            if again.on_hover_text(widgets::hint_with_key(ui.ctx(), Action::MineTopics)).clicked() {
                commands.push(Command::Do(Action::MineTopics));
            }
            order_ui(ui, state.topics.order, commands);
        });
    });
    granularity_ui(ui, state, commands);
    by_hand_ui(ui, state, commands);
    ui.spacing_mut().item_spacing.y = 2.0;
    let general = state.topics.general().map(|general| general.topics[0]);
    let mut area = ScrollArea::vertical().auto_shrink([false, false]);
    if let Some(at) = lines.iter().position(|line| state.topics.is_shown(line))
        && let Some(offset) = memory.topics.follow((state.topics.chosen, general), at, ROW_HEIGHT + 2.0)
    {
        area = area.vertical_scroll_offset(offset);
    }
    let output = area.show_rows(ui, ROW_HEIGHT, lines.len(), |ui, shown| {
        for line in &lines[shown] {
            let is_chosen = state.topics.is_shown(line);
            match *line {
                TopicLine::Topic { topic, is_part } => {
                    let shares = state.topics.by_hand.shares.get(&topic.id).map_or(&[][..], Vec::as_slice);
                    let number = state.topics.number(topic.id).unwrap_or_default();
                    if row_ui(ui, topic, number, shares, is_part, is_chosen) {
                        commands.push(Command::OpenTopic(topic.id));
                    }
                }
                TopicLine::General { general, is_open } => {
                    general_row_ui(ui, general, is_open, is_chosen, commands);
                }
            }
        }
    });
    memory.topics.was(output.state.clamped_offset().y, output.inner_rect.height());
}

/// Returns how many lines the list has, and of what: topics, and groups of several seen as one. In few words, and in all.
fn counted(lines: &[TopicLine<'_>], n_all: usize) -> (String, String) {
    let n_groups = lines.iter().filter(|line| matches!(line, TopicLine::General { .. })).count();
    let n_alone = lines.iter().filter(|line| matches!(line, TopicLine::Topic { is_part: false, .. })).count();
    let all = count(n_all as u64, "topic");
    match (n_groups, n_alone) {
        (0, n) if n == n_all => (all, "All that were found".to_owned()),
        (0, n) => (format!("{n} of {all}"), "Those that the filter lets through".to_owned()),
        (n, alone) => {
            let groups = count(n as u64, "group");
            let beside = if alone == 0 { String::new() } else { format!(", and {alone} beside them") };
            (groups.clone(), format!("{groups} of topics that are alike{beside}; {all} were found"))
        }
    }
}

/// Draws the slider from fewer, more general topics to all that were found.
fn granularity_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if !state.topics.can_be_joined() {
        return;
    }
    ui.horizontal(|ui| {
        widgets::note(ui, "fewer");
        ui.spacing_mut().slider_width = (ui.available_width() - 44.0).max(60.0);
        let mut granularity = state.topics.granularity;
        let slider = egui::Slider::new(&mut granularity, 0.0..=1.0).show_value(false).step_by(0.02);
        let response = widgets::slider(ui, true, slider);
        let value = f64::from(state.topics.granularity);
        response.widget_info(|| WidgetInfo::slider(true, value, "Granularity of the topics"));
        if response.changed() {
            commands.push(Command::Topics(TopicsCommand::SetGranularity(granularity)));
        }
        response.on_hover_text("How finely topics are told apart: those most alike become one first");
        widgets::note(ui, "more");
    });
    ui.add_space(space::XS);
}

/// Draws the line of several topics seen as one.
fn general_row_ui(ui: &mut Ui, general: &General, is_open: bool, is_chosen: bool, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let id = general.topics[0];
    let parts = count(general.topics.len() as u64, "topic");
    let (rect, response) = widgets::list_row(ui, ROW_HEIGHT, is_chosen, &format!("{}: {parts}", general.label));
    let fold = Rect::from_center_size(pos2(rect.left() + 2.0, rect.top() + 17.0), vec2(20.0, 24.0));
    let pressed = ui.interact(fold, response.id.with("fold"), egui::Sense::click());
    let verb = if is_open { "Close" } else { "Open" };
    pressed.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{verb} {}", general.label)));
    widgets::fold_mark(ui, fold.center(), is_open, if pressed.has_focus() { palette.accent } else { palette.muted });
    let left = rect.left() + 14.0;
    let label = widgets::one_line(ui, &general.label, size::BODY, palette.strong, rect.right() - left);
    widgets::paint_line(ui, pos2(left, rect.top() + 17.0), label);
    let facts = format!("{parts} · {}", count(u64::from(general.n_documents), "document"));
    let facts = widgets::one_line(ui, &facts, size::SMALL, palette.muted, rect.right() - left);
    widgets::paint_line(ui, pos2(left, rect.top() + 35.0), facts);
    if pressed.clicked() {
        commands.push(Command::Topics(TopicsCommand::Fold(id)));
    } else if response.on_hover_text(&general.label).clicked() {
        commands.push(Command::Topics(TopicsCommand::OpenGeneral(id)));
    }
}

/// Draws how a topic comes and goes: the share of the documents of each period that bear it.
fn shares_ui(ui: &Ui, place: Rect, shares: &[f64]) {
    let most = shares.iter().copied().fold(0.0, f64::max);
    if shares.len() < 2 || most <= 0.0 {
        return;
    }
    let palette = Palette::of(ui);
    let step = place.width() / (shares.len() - 1) as f32;
    let point = |(at, share): (usize, &f64)| {
        pos2(place.left() + step * at as f32, place.bottom() - place.height() * (share / most) as f32)
    };
    let points: Vec<egui::Pos2> = shares.iter().enumerate().map(point).collect();
    ui.painter().line(points, egui::Stroke::new(1.2, palette.muted));
}

/// Returns whether a topic comes or goes, as a screen reader says it.
fn direction(shares: &[f64]) -> &'static str {
    let (before, after) = shares.split_at(shares.len() / 2);
    let mean = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    match (mean(before), mean(after)) {
        _ if shares.len() < 2 => "",
        (before, after) if 1.25 * before < after => ", rising",
        (before, after) if 1.25 * after < before => ", falling",
        _ => ", steady",
    }
}

/// Draws what can be taken back and done again, and the topics that are hidden.
fn by_hand_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let by_hand = &state.topics.by_hand;
    if by_hand.to_undo.is_none() && by_hand.to_redo.is_none() && by_hand.hidden.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        for (action, of) in [(Action::Undo, &by_hand.to_undo), (Action::Redo, &by_hand.to_redo)] {
            let button = egui::Button::new(RichText::new(action.label()).size(size::SMALL));
            let hint = of.as_ref().map_or_else(String::new, |of| format!("{}: {of}", action.label()));
            let response = ui.add_enabled(of.is_some(), button);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, of.is_some(), action.label()));
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::Do(action));
            }
        }
        if by_hand.hidden.is_empty() {
            return;
        }
        let label = format!("{} hidden", by_hand.hidden.len());
        let button = ui.add(egui::Button::new(RichText::new(label).size(size::SMALL)));
        Popup::menu(&button).show(|ui| {
            widgets::note(ui, "Show again");
            for topic in &by_hand.hidden {
                if ui.button(&topic.label).clicked() {
                    commands.push(Command::Topics(TopicsCommand::Edit(TopicChange::Show(topic.id))));
                }
            }
        });
    });
    ui.add_space(space::XS);
}

/// Draws what can be done to a topic by hand.
fn edit_ui(ui: &mut Ui, state: &State, topic: &TopicRow, commands: &mut Vec<Command>) {
    let small = |text: &str| egui::Button::new(RichText::new(text).size(size::SMALL));
    let mut edit = |change| commands.push(Command::Topics(TopicsCommand::Edit(change)));
    if ui.add(small("Hide")).on_hover_text("Take the topic out of the list; it can be shown again").clicked() {
        edit(TopicChange::Hide(topic.id));
    }
    let hint = "Split the topic in two by what its chapters say, or what was merged into what it was";
    if ui.add(small("Split")).on_hover_text(hint).clicked() {
        edit(TopicChange::Split(topic.id));
    }
    let merge = ui.add(small("Merge…")).on_hover_text("Make another topic a part of this one");
    Popup::menu(&merge).show(|ui| {
        widgets::note(ui, format!("Make a part of “{}”", topic.label));
        ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
            for other in state.topics.all.iter().filter(|other| other.id != topic.id) {
                let button = ui.button(&other.label);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Merge with {}", other.label)));
                if button.clicked() {
                    edit(TopicChange::Merge(topic.id, vec![other.id]));
                }
            }
        });
    });
    let rename = ui.add(small("Rename…")).on_hover_text("Give the topic a name of your own");
    let close = egui::PopupCloseBehavior::CloseOnClickOutside;
    let mut typed_now = None;
    Popup::menu(&rename).close_behavior(close).show(|ui| {
        let mut name = state.topics.name_typed.clone();
        let field = egui::TextEdit::singleline(&mut name).hint_text(&topic.label).desired_width(220.0);
        let response = ui.add(field.margin(egui::Margin::symmetric(8, 5)));
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Name of the topic"));
        let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if response.changed() {
            typed_now = Some(name.clone());
        }
        ui.horizontal(|ui| {
            if (ui.button("Rename").clicked() || is_entered) && !name.trim().is_empty() {
                edit(TopicChange::Rename(topic.id, Some(name.trim().to_owned())));
                ui.close();
            }
            if topic.is_named && ui.button("As found").on_hover_text("Give it the label it was found with").clicked() {
                edit(TopicChange::Rename(topic.id, None));
                ui.close();
            }
        });
    });
    commands.extend(typed_now.map(|name| Command::Topics(TopicsCommand::TypeName(name))));
}

/// Draws the menu of orders for the list.
fn order_ui(ui: &mut Ui, chosen: TopicOrder, commands: &mut Vec<Command>) {
    let button = widgets::drop_button(ui, chosen.label(), Palette::of(ui).ink);
    button
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Order of the topics: {}", chosen.label())));
    Popup::menu(&button.on_hover_text("The order of the list")).show(|ui| {
        for order in TopicOrder::ALL {
            if widgets::radio(ui, order == chosen, order.label()).clicked() {
                commands.push(Command::Topics(TopicsCommand::SortBy(order)));
            }
        }
    });
}

fn row_ui(ui: &mut Ui, topic: &TopicRow, number: usize, shares: &[f64], is_part: bool, is_chosen: bool) -> bool {
    let palette = Palette::of(ui);
    let (mut rect, response) = widgets::list_row(ui, ROW_HEIGHT, is_chosen, &topic.label);
    if is_part {
        // Under the mark of the branch that it is a part of, a line down to the next part.
        let guide = rect.left() + 2.0;
        ui.painter().vline(guide, rect.y_range().expand(1.0), egui::Stroke::new(1.0, palette.bar));
        rect.min.x += 30.0;
    }
    widgets::swatch(ui, pos2(rect.left(), rect.top() + 17.0), tints::topic(ui, number));
    rect.min.x += widgets::SWATCH;
    let has_shares = 1 < shares.len();
    let label_width = rect.width() - if has_shares { 56.0 } else { 0.0 };
    let label = widgets::one_line(ui, &topic.label, size::BODY, palette.ink, label_width);
    shares_ui(ui, Rect::from_min_size(pos2(rect.right() - 46.0, rect.top() + 10.0), vec2(46.0, 13.0)), shares);
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 17.0), label);
    let facts = topic_facts(ui, topic, rect.width());
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 35.0), facts);
    let words: Vec<&str> = topic.words.iter().take(8).map(|(word, _)| word.as_str()).collect();
    let trend = if has_shares { direction(shares) } else { "" };
    let hint = format!(
        "{}\n{}\nCoherence {:.2}: how much its words keep company, at most 1 (NPMI){trend}",
        words.join(", "),
        count(u64::from(topic.n_chapters), "chapter"),
        topic.npmi
    );
    response.on_hover_text(hint).clicked()
}

/// Lays out the facts of a topic in one line; the number of its chapters is the first to go.
fn topic_facts(ui: &Ui, topic: &TopicRow, width: f32) -> Arc<Galley> {
    let documents = count(u64::from(topic.n_documents), "document");
    let chapters = count(u64::from(topic.n_chapters), "chapter");
    let coherence = format!("coherence {:.2}", topic.npmi);
    widgets::facts(ui, &[&documents, &chapters, &coherence], &[1], Palette::of(ui).muted, width)
}

/// Draws the topic that is chosen, or the picture that was.
pub(crate) fn topic_ui(ui: &mut Ui, state: &State, kept: &mut Kept, commands: &mut Vec<Command>) {
    if state.topics.all.is_empty() {
        return empty_ui(ui, state, commands);
    }
    egui::Frame::new().inner_margin(egui::Margin { left: 24, right: 14, top: 12, bottom: 0 }).show(ui, |ui| {
        parts_ui(ui, state.topics.part, commands);
        ui.add_space(space::S);
        if state.topics.part == TopicsPart::Passages {
            match state.topics.general() {
                Some(general) => general_ui(ui, state, general, commands),
                None => passages_ui(ui, state, commands),
            }
        } else {
            picture::picture_ui(ui, state, kept, commands);
        }
    });
}

/// Draws the tabs of the parts.
fn parts_ui(ui: &mut Ui, chosen: TopicsPart, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        for part in TopicsPart::ALL {
            let response = ui.selectable_label(part == chosen, part.label());
            if response.on_hover_text(part.hint()).clicked() {
                commands.push(Command::Topics(TopicsCommand::Show(part)));
            }
        }
    });
}

/// Draws the words of the topic that is chosen, and where it is spoken of.
fn passages_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(topic) = state.topics.chosen.and_then(|id| state.topic(id)) else {
        widgets::empty(
            ui,
            "Choose a topic",
            &["Its words, and the passages that speak of it, are shown here."],
            |_| {},
        );
        return;
    };
    ui.scope(|ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        head_ui(ui, state, topic, commands);
        ui.add_space(space::S);
        words_ui(ui, &topic.words, commands);
    });
    ui.add_space(space::S);
    let passages = state.topics.passages.as_ref().filter(|(of, _)| *of == topic.id);
    let bearers = state.topics.bearers.as_ref().filter(|bearers| bearers.topic == topic.id);
    match (passages, bearers) {
        (Some((_, passages)), _) if !passages.is_empty() => {
            found_ui(ui, state, passages, topic.n_chapters, commands);
        }
        (_, Some(bearers)) if !state.topics.is_running() => bearers_ui(ui, topic, bearers, commands),
        _ => {
            ui.spinner();
        }
    }
}

/// Draws what a topic is called, what can be done with it, and its facts.
fn head_ui(ui: &mut Ui, state: &State, topic: &TopicRow, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let label = RichText::new(&topic.label).size(size::TITLE).color(palette.strong);
    let is_wide = NARROW <= ui.available_width();
    if !is_wide {
        ui.add(egui::Label::new(label.clone()).truncate());
    }
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().button_padding = vec2(7.0, 3.0);
            ui.spacing_mut().item_spacing.x = space::XS;
            let places = ui.add(egui::Button::new(RichText::new("Every place").size(size::SMALL)));
            if places.on_hover_text("List every place of its words with what stands around it").clicked() {
                commands.push(Command::Places(PlacesCommand::OfTopic(topic.id)));
            }
            edit_ui(ui, state, topic, commands);
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                if is_wide {
                    ui.add(egui::Label::new(label).truncate());
                } else {
                    ui.label(topic_facts(ui, topic, ui.available_width()));
                }
            });
        });
    });
    if is_wide {
        ui.label(topic_facts(ui, topic, ui.available_width()));
    }
}

/// Draws what a general topic is made of.
fn general_ui(ui: &mut Ui, state: &State, general: &General, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.add(egui::Label::new(RichText::new(&general.label).size(size::TITLE).color(palette.strong)).truncate());
    let parts = count(general.topics.len() as u64, "topic");
    let documents = count(u64::from(general.n_documents), "document");
    widgets::note(ui, format!("{parts} seen as one · {documents} · coherence {:.2}", general.npmi));
    ui.add_space(space::S);
    ui.scope(|ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        words_ui(ui, &general.words, commands);
    });
    ui.add_space(space::S);
    widgets::heading(ui, "What it is made of");
    ui.spacing_mut().item_spacing.y = 2.0;
    let topics: Vec<&TopicRow> = general.topics.iter().filter_map(|id| state.topic(*id)).collect();
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW_HEIGHT, topics.len(), |ui, shown| {
        ui.set_max_width(ui.available_width().min(760.0));
        for topic in &topics[shown] {
            let shares = state.topics.by_hand.shares.get(&topic.id).map_or(&[][..], Vec::as_slice);
            let number = state.topics.number(topic.id).unwrap_or_default();
            if row_ui(ui, topic, number, shares, false, false) {
                commands.push(Command::OpenTopic(topic.id));
            }
        }
    });
}

/// Draws the passages that speak of a topic, strongest first.
fn found_ui(ui: &mut Ui, state: &State, passages: &[TopicPassage], n_chapters: u32, commands: &mut Vec<Command>) {
    spoken_of_ui(ui);
    if (passages.len() as u32) < n_chapters {
        let all = count(u64::from(n_chapters), "chapter");
        widgets::note(ui, format!("The {} that bear it most, of {all}", count(passages.len() as u64, "chapter")));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, PASSAGE_HEIGHT, passages.len(), |ui, shown| {
        ui.set_max_width(ui.available_width().min(WIDTH));
        for found in &passages[shown] {
            if passage_ui(ui, state, found) {
                commands.push(Command::OpenPassage(topics::passage(found)));
            }
        }
    });
}

/// Draws the heading of what bears a topic, and over the bars what they say.
fn spoken_of_ui(ui: &mut Ui) {
    ui.scope(|ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        ui.horizontal(|ui| {
            widgets::heading(ui, "Where it is spoken of");
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(10.0);
                widgets::note(ui, "strength").on_hover_text("How much of a passage is about the topic, at most 1");
            });
        });
    });
}

fn passage_ui(ui: &mut Ui, state: &State, found: &TopicPassage) -> bool {
    let palette = Palette::of(ui);
    let chapter = &found.bearer.chapter.chapter;
    let said: String = found.snippet.iter().map(|part| part.text.as_str()).collect();
    let label = format!("{}, in {}: {said}", chapter.title, found.bearer.document_title);
    let (rect, response) = widgets::list_row(ui, PASSAGE_HEIGHT, false, &label);
    let width = rect.width() - STRENGTH - space::L;
    let title = widgets::one_line(ui, &chapter.title, size::BODY, palette.strong, 0.6 * width);
    let beside = rect.left() + title.size().x + 10.0;
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 17.0), title);
    let mut place = match chapter.time {
        Some(time) => format!("{} · {}", found.bearer.document_title, clock(time.start)),
        None => found.bearer.document_title.clone(),
    };
    if state.topics.chosen.is_some() && found.bearer.document_title == chapter.title {
        place.clear();
    }
    let place = widgets::one_line(ui, &place, size::SMALL, palette.muted, rect.left() + width - beside);
    widgets::paint_line(ui, pos2(beside, rect.top() + 17.5), place);
    let snippet = search::snippet(ui, &found.snippet, rect.width(), 2);
    ui.painter().galley(pos2(rect.left(), rect.top() + 30.0), snippet, palette.ink);
    strength_ui(ui, pos2(rect.right(), rect.top() + 17.0), found.bearer.strength);
    let hint = format!(
        "Strength {:.2}; {} of the topic in the chapter",
        found.bearer.strength,
        count(found.n_words as u64, "word")
    );
    response.on_hover_text(hint).clicked()
}

fn empty_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let n_documents = state.library.as_ref().map_or(0, |library| library.documents.len());
    if !state.jobs.is_empty() {
        widgets::empty(ui, "At work", &["The topics are shown here as soon as they are found."], |ui| {
            ui.spinner();
        });
    } else if n_documents == 0 {
        let lines = ["Topics are found in what several documents share. Add some documents first."];
        widgets::empty(ui, "No documents yet", &lines, |ui| {
            widgets::main_button(ui, Action::AddFiles, commands);
        });
    } else {
        let lines = [
            "Caesura finds words that keep occurring together across documents, without being told how many topics there are.",
        ];
        widgets::empty(ui, "No topics yet", &lines, |ui| {
            widgets::main_button(ui, Action::MineTopics, commands);
        });
    }
}

/// Draws the words of a topic in columns, each with a bar of its weight.
fn words_ui(ui: &mut Ui, of: &[(String, f32)], commands: &mut Vec<Command>) {
    /// At most so many rows of words, so that there is room for the passages below.
    const MAX_ROWS: usize = 5;
    /// The space between columns.
    const BETWEEN: f32 = 28.0;
    let palette = Palette::of(ui);
    let n_columns = ((ui.available_width() / 210.0) as usize).clamp(1, 4);
    let n_shown = of.len().min(n_columns * MAX_ROWS);
    let words = &of[..n_shown];
    let heaviest = words.iter().map(|(_, weight)| *weight).fold(f32::MIN_POSITIVE, f32::max);
    let n_rows = words.len().div_ceil(n_columns);
    let width = (ui.available_width() + BETWEEN) / n_columns as f32;
    let size_all = vec2(width * n_columns as f32 - BETWEEN, WORD_HEIGHT * n_rows as f32);
    let (all, response) = ui.allocate_exact_size(size_all, egui::Sense::hover());
    let said: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Words: {}", said.join(", "))));
    for (at, (word, weight)) in words.iter().enumerate() {
        let column = (at / n_rows) as f32;
        let row = (at % n_rows) as f32;
        let middle = all.min + vec2(column * width, (row + 0.5) * WORD_HEIGHT);
        let row = Rect::from_min_size(middle - vec2(0.0, WORD_HEIGHT / 2.0), vec2(width - BETWEEN, WORD_HEIGHT));
        let pressed = ui.interact(row, ui.scope_id().with(("word", at)), egui::Sense::click());
        pressed.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Every place of {word}")));
        let color = if pressed.hovered() || pressed.has_focus() { palette.accent } else { palette.ink };
        let share = weight / heaviest;
        let hint = format!("{:.0} % of the weight of “{}”; list every place of this word", 100.0 * share, words[0].0);
        if pressed.on_hover_text(hint).clicked() {
            commands.push(Command::Places(PlacesCommand::OfWord(word.clone())));
        }
        let figure = widgets::one_line(ui, &format!("{:.0}", 100.0 * share), size::SMALL, palette.muted, FIGURE);
        let bar_left = (0.5 * width).min(120.0);
        let galley = widgets::one_line(ui, word, size::BODY, color, bar_left - space::S);
        widgets::paint_line(ui, middle, galley);
        let bar = vec2((row.width() - bar_left - FIGURE).max(20.0), 5.0);
        widgets::score_bar(ui, middle + vec2(bar_left, 0.0), bar, share, palette.accent);
        widgets::paint_line(ui, pos2(row.right() - figure.size().x, middle.y), figure);
    }
    if n_shown < of.len() {
        let more: Vec<&str> = of[n_shown..].iter().map(|(word, _)| word.as_str()).collect();
        ui.add(egui::Label::new(RichText::new(more.join(" · ")).size(size::SMALL).color(palette.muted)).truncate());
    }
}

/// Draws the chapters that bear a topic, strongest first.
fn bearers_ui(ui: &mut Ui, topic: &TopicRow, bearers: &Bearers, commands: &mut Vec<Command>) {
    spoken_of_ui(ui);
    if bearers.chapters.is_empty() {
        for (id, title, strength) in &bearers.documents {
            let (rect, response) = widgets::list_row(ui, CHAPTER_HEIGHT, false, title);
            let palette = Palette::of(ui);
            let galley = widgets::one_line(ui, title, size::BODY, palette.ink, rect.width() - STRENGTH - space::L);
            widgets::paint_line(ui, pos2(rect.left(), rect.center().y), galley);
            strength_ui(ui, rect.right_center(), *strength);
            if response.clicked() {
                commands.push(Command::OpenDocument(*id));
            }
        }
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(
        ui,
        CHAPTER_HEIGHT,
        bearers.chapters.len(),
        |ui, shown| {
            ui.set_max_width(ui.available_width().min(WIDTH));
            for bearer in &bearers.chapters[shown] {
                if bearer_ui(ui, bearer) {
                    commands.push(Command::OpenPassage(passage(topic, bearer)));
                }
            }
        },
    );
}

/// Returns the passage of a chapter that bears a topic, with the topic's words to mark.
fn passage(topic: &TopicRow, bearer: &TopicChapter) -> Passage {
    Passage {
        document: bearer.chapter.document,
        first_unit: bearer.chapter.chapter.first_unit,
        n_units: bearer.chapter.chapter.n_units,
        words: topics::words_to_mark(topic),
    }
}

fn bearer_ui(ui: &mut Ui, bearer: &TopicChapter) -> bool {
    let palette = Palette::of(ui);
    let chapter = &bearer.chapter.chapter;
    let (rect, response) = widgets::list_row(ui, CHAPTER_HEIGHT, false, &chapter.title);
    let width = rect.width() - STRENGTH - space::L;
    let title = widgets::one_line(ui, &chapter.title, size::BODY, palette.ink, width);
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 17.0), title);
    let place = match chapter.time {
        Some(time) => format!("{} · {}", bearer.document_title, clock(time.start)),
        None => bearer.document_title.clone(),
    };
    let place = widgets::one_line(ui, &place, size::SMALL, palette.muted, width);
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 35.0), place);
    strength_ui(ui, rect.right_center(), bearer.strength);
    response.on_hover_text(format!("Strength {:.2}: go to this chapter", bearer.strength)).clicked()
}

/// Draws how strongly a chapter bears a topic, to the left of `right_middle`.
fn strength_ui(ui: &Ui, right_middle: egui::Pos2, strength: f32) {
    let palette = Palette::of(ui);
    let figure = widgets::one_line(ui, &format!("{strength:.2}"), size::SMALL, palette.muted, FIGURE);
    widgets::paint_line(ui, right_middle - vec2(figure.size().x, 0.0), figure);
    let bar = vec2(STRENGTH - FIGURE, 5.0);
    widgets::score_bar(ui, right_middle - vec2(STRENGTH, 0.0), bar, strength, palette.accent);
}
