//! All documents: the tree of states, folders and tags, the table, and what can be done with those selected.
//!
//! The table is drawn by hand. The tables of `egui_extras` and `egui_table` make a widget of each cell and none of a row, so
//! that a screen reader meets nine nameless things a document; here a row is one thing with a name, and is selected whole.

use eframe::egui::{
    self, Button, CornerRadius, EventFilter, Frame, Key, Margin, Modifiers, Panel, Popup, PopupCloseBehavior, Rect,
    RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use caesura::store::{DocumentId, DocumentRow, WorkState};

use super::{Memory, start, widgets};
use crate::command::{Action, Command};
use crate::format::count;
use crate::library::{Ask, Branch, Column, Place, Selecting, Table};
use crate::state::State;
use crate::theme::{Palette, size, space};

const ROW_HEIGHT: f32 = 30.0;
const BRANCH_HEIGHT: f32 = 26.0;

/// The space between columns.
const COLUMN_SPACE: f32 = 14.0;

/// What the table remembers: how wide the user made its columns, and for which move it last scrolled.
#[derive(Default)]
pub(crate) struct Shown {
    widths: Vec<(Column, f32)>,
    n_moves: u64,
    n_tag_focus: u64,
    offset: f32,
    height: f32,
    /// The columns that were chosen and are not drawn: they say nothing here, or there is no room.
    left_out: Vec<Column>,
}

/// Draws the library as a whole.
pub(crate) fn table_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let Some(library) = &state.library else {
        return super::paper(ui, |ui| start::start_ui(ui, state, memory, commands));
    };
    if library.documents.is_empty() {
        return super::paper(ui, |ui| start::start_ui(ui, state, memory, commands));
    }
    let width = ui.available_width();
    super::side(ui, Panel::left("places"), (0.2 * width).clamp(180.0, 280.0), 150.0..=0.36 * width, |ui| {
        tree_ui(ui, &state.table, commands);
    });
    if !state.table.selected().is_empty() {
        let palette = Palette::of(ui);
        let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("selected").frame(frame).show(ui, |ui| selected_ui(ui, state, memory, commands));
    }
    super::paper(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 14, right: 14, top: 12, bottom: 0 }).show(ui, |ui| {
            head_ui(ui, state, &memory.table.left_out, commands);
            rows_ui(ui, state, &library.documents, &mut memory.table, commands);
        });
    });
}

fn ask(commands: &mut Vec<Command>, ask: Ask) {
    commands.push(Command::Library(ask));
}

fn tree_ui(ui: &mut Ui, table: &Table, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.y = 1.0;
    let branches = table.branches();
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, BRANCH_HEIGHT, branches.len(), |ui, shown| {
        for branch in &branches[shown] {
            branch_ui(ui, branch, &table.place, commands);
        }
    });
}

fn branch_ui(ui: &mut Ui, branch: &Branch, chosen: &Place, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let Some(place) = &branch.place else {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), BRANCH_HEIGHT), Sense::focusable_noninteractive());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &branch.label));
        let label = widgets::one_line(ui, &branch.label, size::SMALL, palette.muted, rect.width() - 10.0);
        widgets::paint_line(ui, pos2(rect.left() + 10.0, rect.center().y + 3.0), label);
        return;
    };
    let said = format!("{}, {}", branch.label, count(u64::from(branch.n_documents), "document"));
    let (rect, response) = widgets::list_row(ui, BRANCH_HEIGHT, place == chosen, &said);
    let left = rect.left() + 13.0 * branch.depth.saturating_sub(1) as f32;
    if let Some(is_open) = branch.is_open {
        let fold = Rect::from_center_size(pos2(left + 1.0, rect.center().y), vec2(16.0, 20.0));
        let pressed = ui.interact(fold, response.id.with("fold"), Sense::click());
        let label = if is_open { format!("Close {}", branch.label) } else { format!("Open {}", branch.label) };
        pressed.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        widgets::fold_mark(ui, fold.center(), is_open, palette.muted);
        if pressed.clicked() {
            ask(commands, Ask::Toggle(place.clone()));
            return;
        }
    }
    let n = widgets::one_line(ui, &branch.n_documents.to_string(), size::SMALL, palette.muted, 60.0);
    let n_width = n.size().x;
    let left = left + if branch.depth == 0 { 0.0 } else { 11.0 };
    let width = rect.right() - n_width - space::S - left;
    let label = widgets::one_line(ui, &branch.label, size::BODY, palette.ink, width);
    widgets::paint_line(ui, pos2(left, rect.center().y), label);
    widgets::paint_line(ui, pos2(rect.right() - n_width, rect.center().y), n);
    let response = match place {
        Place::Folder(folder) => response.on_hover_text(folder),
        _ => response,
    };
    if response.clicked() {
        ask(commands, Ask::Show(place.clone()));
    }
}

fn head_ui(ui: &mut Ui, state: &State, left_out: &[Column], commands: &mut Vec<Command>) {
    let table = &state.table;
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            widgets::main_button(ui, Action::AddFiles, commands);
            let columns = widgets::drop_menu_button(ui, "Columns");
            Popup::menu(&columns).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
                ui.set_min_width(170.0);
                for column in Column::ALL {
                    let mut is_shown = table.columns.contains(&column);
                    let is_free = column != Column::Title;
                    let response = ui.add_enabled(is_free, egui::Checkbox::new(&mut is_shown, column.label()));
                    if response.on_hover_text(column.hint()).changed() {
                        ask(commands, Ask::ShowColumn(column, is_shown));
                    }
                }
                if !left_out.is_empty() {
                    ui.separator();
                    let names = left_out.iter().map(|column| column.label()).collect::<Vec<_>>().join(", ");
                    ui.set_max_width(220.0);
                    widgets::note(ui, format!("Empty here, or without room: {names}"));
                }
            });
            let n_documents = state.library.as_ref().map_or(0, |library| library.documents.len());
            let counted = if table.rows().len() == n_documents {
                count(n_documents as u64, "document")
            } else {
                format!("{} of {}", table.rows().len(), count(n_documents as u64, "document"))
            };
            widgets::note(ui, counted);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                if let Some(filter) = widgets::filter_field(ui, &table.filter, "Filter by title, file, folder or tag") {
                    ask(commands, Ask::Filter(filter));
                }
            });
        });
    });
    ui.add_space(space::S);
}

/// Returns how wide a column is unless the user made it otherwise, and at least.
fn usual_width(column: Column) -> f32 {
    match column {
        Column::Title => 210.0,
        Column::State | Column::Kind => 66.0,
        Column::Source | Column::Tags => 110.0,
        Column::Length => 108.0,
        Column::Duration | Column::Chapters => 64.0,
        Column::Topics => 52.0,
        Column::Confidence => 82.0,
        Column::Added => 84.0,
    }
}

const LEAST_WIDTH: f32 = 44.0;

/// The columns that go first where there is no room for all.
const LEAST_NEEDED: [Column; 10] = [
    Column::Added,
    Column::Source,
    Column::Kind,
    Column::Length,
    Column::Duration,
    Column::Topics,
    Column::Confidence,
    Column::Tags,
    Column::Chapters,
    Column::State,
];

/// Returns the columns that are drawn in `width` points: those that say something of any row, as far as there is room. What
/// the rows are sorted by stays.
fn fitting(table: &Table, widths: &[(Column, f32)], width: f32) -> Vec<Column> {
    let is_needed = |column: &Column| *column == table.sorted_by || *column == Column::Title;
    let says_something = |column: &Column| is_needed(column) || table.rows().is_empty() || table.is_filled(*column);
    let mut columns: Vec<Column> = table.columns.iter().copied().filter(says_something).collect();
    for least in LEAST_NEEDED.iter().filter(|column| !is_needed(column)) {
        if end(&places(&columns, widths, width)) <= width + 0.5 {
            break;
        }
        columns.retain(|column| column != least);
    }
    columns
}

/// Returns where the last column ends.
fn end(places: &[(Column, f32, f32)]) -> f32 {
    places.last().map_or(0.0, |(_, left, width)| left + width)
}

/// Returns the space between a column and the next one: numbers stand to the right of theirs, and would touch a text.
fn space_between(column: Column, next: Column) -> f32 {
    COLUMN_SPACE + if column.is_of_numbers() && !next.is_of_numbers() { 8.0 } else { 0.0 }
}

/// Returns where each column lies in `width` points: the title takes what the others leave it.
fn places(columns: &[Column], widths: &[(Column, f32)], width: f32) -> Vec<(Column, f32, f32)> {
    let of = |column: Column| {
        let chosen = widths.iter().find(|(own, _)| *own == column).map(|(_, width)| *width);
        chosen.unwrap_or_else(|| usual_width(column))
    };
    let spaces: f32 = columns.windows(2).map(|pair| space_between(pair[0], pair[1])).sum();
    let others: f32 = columns.iter().filter(|column| **column != Column::Title).map(|column| of(*column)).sum();
    let title = (width - spaces - others).max(usual_width(Column::Title));
    let mut left = 0.0;
    columns
        .iter()
        .enumerate()
        .map(|(at, &column)| {
            let width = if column == Column::Title { title } else { of(column) };
            let place = (column, left, width);
            left += width + columns.get(at + 1).map_or(0.0, |next| space_between(column, *next));
            place
        })
        .collect()
}

fn rows_ui(ui: &mut Ui, state: &State, documents: &[DocumentRow], memory: &mut Shown, commands: &mut Vec<Command>) {
    let table = &state.table;
    let inner = ui.available_width() - 20.0;
    let columns = fitting(table, &memory.widths, inner);
    memory.left_out = table.columns.iter().copied().filter(|column| !columns.contains(column)).collect();
    let columns = places(&columns, &memory.widths, inner);
    let needed = end(&columns) + 20.0;
    ScrollArea::horizontal().auto_shrink([false, false]).id_salt("wide").show(ui, |ui| {
        ui.set_min_width(needed);
        header_ui(ui, table, &columns, memory, commands);
        if table.rows().is_empty() {
            ui.add_space(space::L);
            widgets::note(ui, "No document fits. Clear the filter, or choose “All documents” on the left.");
            return;
        }
        keys_ui(ui, state, commands);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area = ScrollArea::vertical().auto_shrink([false, false]).id_salt("rows");
        if memory.n_moves != table.n_moves {
            memory.n_moves = table.n_moves;
            let top = table.cursor_row(documents).map_or(0.0, |at| at as f32 * ROW_HEIGHT);
            if top < memory.offset {
                area = area.vertical_scroll_offset(top);
            } else if memory.offset + memory.height < top + ROW_HEIGHT {
                area = area.vertical_scroll_offset(top + ROW_HEIGHT - memory.height);
            }
        }
        let output = area.show_rows(ui, ROW_HEIGHT, table.rows().len(), |ui, shown| {
            for &at in &table.rows()[shown] {
                document_ui(ui, state, &documents[at], &columns, commands);
            }
        });
        (memory.offset, memory.height) = (output.state.clamped_offset().y, output.inner_rect.height());
    });
}

/// Draws the names of the columns: a press sorts, a drag at the edge makes one wider.
fn header_ui(
    ui: &mut Ui,
    table: &Table,
    columns: &[(Column, f32, f32)],
    memory: &mut Shown,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    for &(column, left, width) in columns {
        let cell = Rect::from_min_size(pos2(rect.left() + 10.0 + left, rect.top()), vec2(width, rect.height()));
        let is_sorted = table.sorted_by == column;
        let response =
            ui.interact(cell.expand2(vec2(4.0, 0.0)), ui.scope_id().with(("sort", column.label())), Sense::click());
        let order = match (is_sorted, table.is_descending) {
            (false, _) => "",
            (true, false) => ", sorted upwards",
            (true, true) => ", sorted downwards",
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {}{order}", column.label())));
        let is_pointed_at = response.hovered() || response.has_focus();
        if is_pointed_at {
            ui.painter().rect_filled(cell.expand2(vec2(4.0, 0.0)), CornerRadius::same(5), palette.hovered);
        }
        let color = if is_sorted || is_pointed_at { palette.strong } else { palette.muted };
        let mark = if is_sorted { 14.0 } else { 0.0 };
        let label = widgets::one_line(ui, column.label(), size::SMALL, color, width - mark);
        let label_width = label.size().x;
        let text_left = if column.is_of_numbers() { cell.right() - label_width - mark } else { cell.left() };
        widgets::paint_line(ui, pos2(text_left, cell.center().y), label);
        if is_sorted {
            let tip = pos2(text_left + label_width + 9.0, cell.center().y);
            widgets::order_mark(ui, tip, table.is_descending, palette.accent);
        }
        if response.on_hover_text(column.hint()).clicked() {
            ask(commands, Ask::Sort(column));
        }
        if column != Column::Title {
            edge_ui(ui, column, cell, width, memory);
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), egui::Stroke::new(1.0, palette.line));
}

/// Lets the left edge of a column be dragged: the title to the left of all takes what is left.
fn edge_ui(ui: &mut Ui, column: Column, cell: Rect, width: f32, memory: &mut Shown) {
    let edge =
        Rect::from_center_size(pos2(cell.left() - COLUMN_SPACE / 2.0, cell.center().y), vec2(7.0, cell.height()));
    let response = ui.interact(edge, ui.scope_id().with(("edge", column.label())), Sense::DRAG);
    let said = format!("Width of {}", column.label());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, &said));
    let palette = Palette::of(ui);
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
        ui.painter().vline(edge.center().x, edge.y_range().shrink(5.0), egui::Stroke::new(2.0, palette.accent));
    }
    let by = response.drag_delta().x;
    if by != 0.0 {
        memory.widths.retain(|(own, _)| *own != column);
        memory.widths.push((column, (width - by).clamp(LEAST_WIDTH, 600.0)));
    }
}

/// Takes the keys of the table: arrows, Enter, Delete, Ctrl+A. It has the focus as one thing.
fn keys_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let id = table_id(ui.ctx());
    let response = ui.interact(ui.available_rect_before_wrap(), id, Sense::focusable_noninteractive());
    let n_rows = state.table.rows().len();
    let said = format!("Table of {}, arrows move, Enter opens", count(n_rows as u64, "document"));
    response.widget_info(|| WidgetInfo::labeled(Role::Grid, true, &said));
    if response.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    let is_elsewhere = ui.memory(|memory| memory.focused().is_some_and(|focused| focused != id));
    if is_elsewhere || state.sheet.is_some() || state.palette.is_some() {
        return;
    }
    let keys: [(Modifiers, Key, Ask); 7] = [
        (Modifiers::SHIFT, Key::ArrowDown, Ask::Move(1, Selecting::Range)),
        (Modifiers::SHIFT, Key::ArrowUp, Ask::Move(-1, Selecting::Range)),
        (Modifiers::NONE, Key::ArrowDown, Ask::Move(1, Selecting::Only)),
        (Modifiers::NONE, Key::ArrowUp, Ask::Move(-1, Selecting::Only)),
        (Modifiers::NONE, Key::Enter, Ask::Open),
        (Modifiers::COMMAND, Key::A, Ask::SelectAll),
        (Modifiers::NONE, Key::Home, Ask::Move(i64::MIN / 2, Selecting::Only)),
    ];
    for (modifiers, key, what) in keys {
        if ui.input_mut(|input| input.consume_key(modifiers, key)) {
            ask(commands, what);
        }
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Delete)) {
        commands.push(Command::Do(Action::RemoveDocument));
    }
}

fn table_id(_: &egui::Context) -> egui::Id {
    egui::Id::unique("table of documents")
}

fn document_ui(
    ui: &mut Ui,
    state: &State,
    row: &DocumentRow,
    columns: &[(Column, f32, f32)],
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let table = &state.table;
    let standing = table.standing(row.id);
    let is_selected = table.selected().contains(&row.id);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, &row.title));
    let is_cursor = is_selected && table.cursor() == Some(row.id);
    let fill = if is_selected {
        palette.chosen
    } else if response.hovered() {
        palette.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 0.5)), CornerRadius::same(5), fill);
    if is_cursor {
        let mark = Rect::from_min_size(pos2(rect.left(), rect.top() + 6.0), vec2(3.0, rect.height() - 12.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), palette.accent);
    }
    let mut is_cut = false;
    for &(column, left, width) in columns {
        let cell = Rect::from_min_size(pos2(rect.left() + 10.0 + left, rect.top()), vec2(width, rect.height()));
        if column == Column::Confidence
            && let Some(share) = standing.confidence
        {
            let bar = vec2(cell.width() - 42.0, 4.0);
            widgets::score_bar(ui, pos2(cell.left(), cell.center().y), bar, share, palette.accent);
        }
        let (text_left, color) = match column {
            Column::Title => (0.0, palette.ink),
            Column::State => {
                state_mark(ui, pos2(cell.left() + 4.0, cell.center().y), standing.state);
                (13.0, palette.muted)
            }
            _ => (0.0, palette.muted),
        };
        let mut said = column.text(row, standing);
        if said.is_empty() {
            "–".clone_into(&mut said);
        }
        let font = if column == Column::Title { size::BODY } else { size::SMALL };
        let text = widgets::one_line(ui, &said, font, color, cell.width() - text_left);
        is_cut |= text.elided && column == Column::Title;
        let left = if column.is_of_numbers() { cell.right() - text.size().x } else { cell.left() + text_left };
        widgets::paint_line(ui, pos2(left, cell.center().y), text);
    }
    let source = row.source_path.as_deref().unwrap_or(&row.source_name);
    let said = if is_cut { format!("{}\n{source}", row.title) } else { source.to_owned() };
    clicks_ui(ui, state, row.id, &response.on_hover_text(said), commands);
}

fn clicks_ui(ui: &Ui, state: &State, id: DocumentId, response: &egui::Response, commands: &mut Vec<Command>) {
    if response.double_clicked() {
        ask(commands, Ask::Select(id, Selecting::Only));
        ask(commands, Ask::Open);
    } else if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        let selecting = match (modifiers.command, modifiers.shift) {
            (true, _) => Selecting::Toggle,
            (_, true) => Selecting::Range,
            _ => Selecting::Only,
        };
        ask(commands, Ask::Select(id, selecting));
        ui.memory_mut(|memory| memory.request_focus(table_id(ui.ctx())));
    } else if response.secondary_clicked() && !state.table.selected().contains(&id) {
        ask(commands, Ask::Select(id, Selecting::Only));
    }
    response.context_menu(|ui| {
        ui.set_min_width(200.0);
        if ui.button("Read").clicked() {
            ask(commands, Ask::Open);
            ui.close();
        }
        document_menu_ui(ui, state, commands);
    });
}

/// Draws what can be done with documents as a whole, as lines of a menu.
pub(crate) fn document_menu_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    for action in [Action::TypeTag, Action::MarkUnread, Action::MarkInWork, Action::MarkChecked, Action::Export] {
        widgets::menu_item(ui, action, commands);
    }
    ui.separator();
    widgets::menu_item(ui, Action::RemoveDocument, commands);
    if state.table.undo_label().is_some() {
        widgets::menu_item(ui, Action::UndoInLibrary, commands);
    }
}

/// Draws how far work has come: a ring, half a disc, a disc.
fn state_mark(ui: &Ui, middle: egui::Pos2, state: WorkState) {
    const RADIUS: f32 = 4.0;
    let palette = Palette::of(ui);
    let painter = ui.painter();
    match state {
        WorkState::Unread => painter.circle_stroke(middle, RADIUS - 0.5, egui::Stroke::new(1.2, palette.bar)),
        WorkState::InWork => {
            painter.circle_stroke(middle, RADIUS - 0.5, egui::Stroke::new(1.2, palette.accent));
            painter.circle_filled(middle, RADIUS - 2.2, palette.accent)
        }
        WorkState::Checked => painter.circle_filled(middle, RADIUS, palette.accent),
    };
}

/// Draws the documents that are selected, and what can be done with them.
fn selected_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let table = &state.table;
    let documents = state.library.as_ref().map_or(&[][..], |library| &library.documents);
    let selected: Vec<&DocumentRow> = documents.iter().filter(|row| table.selected().contains(&row.id)).collect();
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            widgets::action_button(ui, Action::RemoveDocument, commands);
            widgets::action_button(ui, Action::Export, commands);
            if let [_] = selected.as_slice()
                && ui.button("Read").on_hover_text("Open the document (Enter)").clicked()
            {
                ask(commands, Ask::Open);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let title = match selected.as_slice() {
                    [row] => row.title.clone(),
                    rows => format!("{} selected", count(rows.len() as u64, "document")),
                };
                let title = RichText::new(title).size(size::BODY + 1.0).color(palette.strong);
                ui.add(egui::Label::new(title).truncate());
            });
        });
    });
    let facts = match selected.as_slice() {
        [row] => {
            let source = row.source_path.as_deref().unwrap_or(&row.source_name);
            format!("{} · {source}", super::library::facts(row, row.n_chapters))
        }
        rows => {
            let n_chapters = rows.iter().map(|row| u64::from(row.n_chapters)).sum();
            let n_bytes: u64 = rows.iter().map(|row| row.n_bytes).sum();
            format!("{} · {} of text", count(n_chapters, "chapter"), crate::format::bytes(n_bytes))
        }
    };
    ui.add(egui::Label::new(RichText::new(facts).size(size::SMALL).color(palette.muted)).truncate());
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().button_padding.y = 4.0;
        states_ui(ui, table, commands);
        ui.add_space(space::S);
        tags_ui(ui, state, &mut memory.table, commands);
    });
}

fn states_ui(ui: &mut Ui, table: &Table, commands: &mut Vec<Command>) {
    widgets::note(ui, "State");
    for state in WorkState::ALL {
        let is_of_all = table.selected().iter().all(|id| table.standing(*id).state == state);
        let response = widgets::radio(ui, is_of_all, state.label());
        if response.on_hover_text("How far the work has come").clicked() {
            ask(commands, Ask::Mark(state));
        }
    }
}

fn tags_ui(ui: &mut Ui, state: &State, memory: &mut Shown, commands: &mut Vec<Command>) {
    let table = &state.table;
    let selected = table.selected();
    widgets::note(ui, "Tags");
    let mut n_with: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for tag in selected.iter().flat_map(|id| &table.standing(*id).tags) {
        *n_with.entry(tag).or_default() += 1;
    }
    for (tag, n) in n_with.iter().take(12) {
        let label = if *n == selected.len() { format!("{tag}  ×") } else { format!("{tag} (on {n})  ×") };
        let response = ui.add(Button::new(RichText::new(label).size(size::SMALL)));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Take the tag {tag} away")));
        if response.on_hover_text(format!("Take the tag “{tag}” away")).clicked() {
            ask(commands, Ask::RemoveTag((*tag).to_owned()));
        }
    }
    let mut typed = table.tag_typed.clone();
    let field = TextEdit::singleline(&mut typed)
        .id(egui::Id::unique("tag"))
        .hint_text("Add a tag")
        .desired_width(120.0)
        .margin(Margin::symmetric(8, 4));
    let response = ui.add(field).on_hover_text("A / makes one tag lie within another (Enter adds it)");
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Tag to add"));
    if memory.n_tag_focus != state.n_tag_focus {
        memory.n_tag_focus = state.n_tag_focus;
        response.request_focus();
    }
    if response.changed() {
        ask(commands, Ask::TypeTag(typed.clone()));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        ask(commands, Ask::AddTag(typed.clone()));
        // More tags than one are typed in a row.
        response.request_focus();
    }
    let needle = typed.trim().to_lowercase();
    let fits = |tag: &&caesura::store::TagRow| {
        n_with.get(tag.tag.as_str()).is_none_or(|n| *n < selected.len()) && tag.tag.to_lowercase().contains(&needle)
    };
    for tag in table.tags.iter().filter(fits).take(if needle.is_empty() { 3 } else { 6 }) {
        // What is not there yet has no ground of its own.
        let edge = egui::Stroke::new(1.0, Palette::of(ui).line);
        let text = RichText::new(format!("+ {}", tag.tag)).size(size::SMALL).color(Palette::of(ui).muted);
        let response = ui.add(Button::new(text).fill(egui::Color32::TRANSPARENT).stroke(edge));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Add the tag {}", tag.tag)));
        if response.clicked() {
            ask(commands, Ask::AddTag(tag.tag.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_takes_what_the_other_columns_leave() {
        let found = places(&[Column::Title, Column::Topics, Column::Added], &[(Column::Topics, 70.0)], 600.0);
        let title = 600.0 - 2.0 * COLUMN_SPACE - 8.0 - 70.0 - 84.0;
        assert_eq!(found[0], (Column::Title, 0.0, title));
        assert_eq!(found[1], (Column::Topics, title + COLUMN_SPACE, 70.0));
        let narrow = places(&Column::ALL, &[], 300.0);
        assert!((narrow[0].2 - usual_width(Column::Title)).abs() < 0.01);
    }
}
