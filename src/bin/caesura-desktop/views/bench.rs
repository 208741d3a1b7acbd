//! Measures what the window costs, without a window: `--bench-frames N`. A line a goal, with the goal beside it.
//!
//! A document of a hundred thousand paragraphs in a library on disk is opened, cut and scrolled, with highlights, matches
//! of what is found, and the ribbon. A frame is all the work of the processor: what is laid out and the triangles that
//! are made of it, as `eframe` does, but not what the graphics card does with them.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use caesura::corrections::{Change, Note, NoteColor};
use caesura::document::{Document, Format, GapScores, Layer, Provenance, Span, Unit, UnitIndex, UnitKind, Units};
use caesura::error::Result;
use caesura::pipeline;
use caesura::store::{DocumentId, HandMove, Library, NewDocument};
use eframe::egui::{self, Context, Event as Input, RawInput, Rect, Vec2, pos2};

use super::{Memory, window_ui};
use crate::command::{Action, Command, ThemeChoice};
use crate::hand::HandCommand;
use crate::made_up;
use crate::state::{Places, State};
use crate::system;
use crate::theme;
use crate::worker::{Event, Shelf, load};

/// How many paragraphs the long document has, and how many one of 5 MB.
const N_UNITS: usize = 100_000;
const N_UNITS_OF_5_MB: usize = 42_000;

/// How many documents the large library has.
const N_DOCUMENTS: usize = 10_000;

const WORDS: [&str; 16] = [
    "harbour", "lamp", "keeper", "tide", "signal", "bread", "orchard", "comb", "lever", "flour", "saturn", "rope",
    "junction", "swarm", "quay", "dawn",
];

/// Measures `n_frames` frames, and says what came of it, a line each. `folder` must be there, and is written to.
pub(crate) fn measured(n_frames: usize, folder: &Path) -> Result<String> {
    let mut said = String::new();
    let begun = Instant::now();
    let many = folder.join("many.caesura");
    made_up::make(&many, N_DOCUMENTS)?;
    let _ = writeln!(said, "(a library of {N_DOCUMENTS} documents was made in {})", millis(begun.elapsed()));
    let _ = writeln!(
        said,
        "opening a library of {N_DOCUMENTS} documents, to the first frame: {} (goal 1000)",
        millis(shelved(&many)?)
    );
    let small = folder.join("5-mb.caesura");
    let id = make_5_mb(&small)?;
    let (mut state, time) = opened(&small, id)?;
    let n_bytes = state.open.as_ref().map_or(0, |open| open.text.len());
    let _ = writeln!(said, "opening a document of {n_bytes} bytes: {} (goal 200)", millis(time));
    scrolled(&mut state, 60);
    let memory = system::memory_said();
    let _ = writeln!(said, "memory with it open and scrolled, without a screen: {memory} (goal 400)");
    drop(state);

    let large = folder.join("large.caesura");
    let id = make_library(&large, N_UNITS, 2_000)?;
    let (mut state, time) = opened(&large, id)?;
    let _ = writeln!(said, "opening a document of {N_UNITS} paragraphs: {}", millis(time));
    let mut cuts: Vec<Duration> = (0..60)
        .map(|step| {
            let begun = Instant::now();
            state.apply(Command::SetGranularity(0.2 + 0.01 * step as f32));
            begun.elapsed()
        })
        .collect();
    cuts.sort_unstable();
    let _ = writeln!(
        said,
        "a move of the slider over {N_UNITS} paragraphs: median {}, most {} (goal 16)",
        millis(cuts[cuts.len() / 2]),
        millis(cuts[cuts.len() - 1])
    );
    state.apply(Command::SetGranularity(0.5));
    let begun = Instant::now();
    state.apply(Command::Hand(HandCommand::Correct(Change::Split(UnitIndex(777)))));
    let _ = writeln!(said, "a correction, until it is seen: {}", millis(begun.elapsed()));
    let begun = Instant::now();
    state.apply(Command::Hand(HandCommand::TypeFind("the lamp".to_owned())));
    let _ = writeln!(said, "finding in it: {}", millis(begun.elapsed()));
    let (median, p99) = scrolled(&mut state, n_frames);
    let _ = writeln!(
        said,
        "{n_frames} frames of scrolling: median {} (goal 3), 99th percentile {} (goal 8)",
        millis(median),
        millis(p99)
    );
    Ok(said)
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// Makes a library of one document of 5 MB.
pub(crate) fn make_5_mb(path: &Path) -> Result<DocumentId> {
    make_library(path, N_UNITS_OF_5_MB, 0)
}

/// Opens a library of many documents and draws its table once; returns how long that took.
fn shelved(path: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let library = Library::open(path)?;
    let places = Places { own: path.to_owned(), samples: path.join("none"), ..Places::default() };
    let mut state = State::new(places, ThemeChoice::Light);
    state.hear(Event::Library(Box::new(Shelf {
        path: path.to_owned(),
        is_sample: false,
        documents: library.documents()?,
        topics: library.topics()?,
    })));
    state.apply(Command::Do(Action::ShowLibrary));
    let ctx = Context::default();
    theme::install(&ctx);
    let mut memory = Memory::default();
    frame(&ctx, RawInput { screen_rect: Some(screen()), ..RawInput::default() }, &mut state, &mut memory);
    Ok(begun.elapsed())
}

fn screen() -> Rect {
    Rect::from_min_size(pos2(0.0, 0.0), Vec2::new(1600.0, 1000.0))
}

/// Draws a frame, and returns how long that took; then does what was asked for in it.
fn frame(ctx: &Context, input: RawInput, state: &mut State, memory: &mut Memory) -> Duration {
    let begun = Instant::now();
    let mut commands: Vec<Command> = Vec::new();
    let mut output = ctx.run_ui(input, |ui| window_ui(ui, state, memory, &mut commands));
    let shapes = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
    let elapsed = begun.elapsed();
    // No graphics card takes the letters.
    output.textures_delta.clear();
    std::hint::black_box(shapes);
    for command in commands {
        state.apply(command);
    }
    elapsed
}

/// Loads a document as the worker does and shows it; returns how long both took.
fn opened(path: &Path, id: DocumentId) -> Result<(State, Duration)> {
    let library = Library::open(path)?;
    let mut state = State::new(
        Places { own: path.to_owned(), samples: path.join("none"), ..Places::default() },
        ThemeChoice::Light,
    );
    state.hear(Event::Library(Box::new(Shelf {
        path: path.to_owned(),
        is_sample: false,
        documents: library.documents()?,
        topics: Vec::new(),
    })));
    let begun = Instant::now();
    let loaded = load(&library, id)?;
    state.hear(Event::Document(Box::new(loaded)));
    Ok((state, begun.elapsed()))
}

/// Scrolls through the document, and returns the median and the 99th percentile of what a frame takes.
fn scrolled(state: &mut State, n_frames: usize) -> (Duration, Duration) {
    let ctx = Context::default();
    theme::install(&ctx);
    let mut memory = Memory::default();
    let mut times: Vec<Duration> = Vec::with_capacity(n_frames);
    for frame in 0..n_frames + 10 {
        let mut input = RawInput { screen_rect: Some(screen()), ..RawInput::default() };
        input.time = Some(frame as f64 / 60.0);
        input.events.push(Input::PointerMoved(pos2(800.0, 500.0)));
        input.events.push(Input::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: Vec2::new(0.0, -180.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        });
        if frame.is_multiple_of(40) {
            let n_units = state.open.as_ref().map_or(1, |open| open.units.len());
            state.apply(Command::GoTo(UnitIndex::from((frame * 7_919) % n_units)));
        }
        let elapsed = self::frame(&ctx, input, state, &mut memory);
        // The first frames load the fonts.
        if 10 <= frame {
            times.push(elapsed);
        }
    }
    times.sort_unstable();
    let at =
        |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied();
    (at(0.5).unwrap_or_default(), at(0.99).unwrap_or_default())
}

/// Makes a library of one document, with highlights all over it.
fn make_library(path: &Path, n_units: usize, n_notes: usize) -> Result<DocumentId> {
    let (mut text, mut units) = (String::new(), Vec::with_capacity(n_units));
    let mut seed = 88_172_645_463_325_252_u64;
    for _ in 0..n_units {
        let start = text.len();
        for place in 0..18 {
            // Marsaglia's xorshift.
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let word = WORDS[(seed % 16) as usize];
            text.push_str(if place == 0 { "The " } else { " " });
            text.push_str(if seed.is_multiple_of(5) { "the lamp" } else { word });
        }
        text.push('.');
        units.push(Unit { span: Span::new(start..text.len()), speaker: None, time: None });
        text.push_str("\n\n");
    }
    let units = Units { kind: UnitKind::Paragraph, units, headings: Vec::new() };
    let scores: Vec<f32> = (0..units.n_gaps())
        .map(|gap| {
            let wave = (gap as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            (wave as f32 / (1_u64 << 24) as f32).powi(4)
        })
        .collect();
    let scores = GapScores::new(scores);
    let words = pipeline::words_of_units(&text, &units);
    let cut = pipeline::Engine::Context.cut(0.5, units.kind);
    let boundaries = caesura::chapters::boundaries(&scores, &words, cut);
    let levels = caesura::chapters::levels(&scores, &boundaries, cut.boundary_cost);
    let mut chapters = caesura::chapters::chapters_at(text.len(), &units, &scores, &boundaries, &levels);
    for (at, chapter) in chapters.iter_mut().enumerate() {
        chapter.title = format!("Chapter {} of the harbour", at + 1);
    }
    let mut library = Library::open(path)?;
    let id = library.add_document(&NewDocument {
        document: Document::new("A long text".to_owned(), Format::PlainText, text, Vec::new()),
        source_name: "long.txt".to_owned(),
        source_path: None,
        sha256: [9; 32],
        added_at: 0,
        engine: "context".to_owned(),
        gap_scores: vec![(scores, Provenance::of("context", serde_json::Map::new()))],
        granularity: 0.5,
        vectors: None,
        chapters,
        as_written: Vec::new(),
        units: units.clone(),
    })?;
    if 0 < n_notes {
        highlight(&mut library, id, &units, n_notes)?;
    }
    Ok(id)
}

/// Highlights a part of every so many units, in one step.
fn highlight(library: &mut Library, id: DocumentId, units: &Units, n_notes: usize) -> Result<()> {
    let chapters: Vec<_> = library.chapters(id, Layer::Found)?.into_iter().map(|row| row.chapter).collect();
    let kept = library.hand_made(id)?;
    let mut step = None;
    for n in 0..n_notes {
        let start = units.units[n * units.len() / n_notes].span.start.index();
        let color = NoteColor::ALL[n % NoteColor::ALL.len()];
        let note =
            Note { span: Span::new(start..start + 40), color, text: String::new(), tags: Vec::new(), made_at: 0 };
        let number = caesura::corrections::NoteId(n as u32 + 1);
        let one = kept.corrections.step(&Change::AddNote(note), &chapters, number)?;
        let all = step.get_or_insert_with(|| caesura::corrections::Step { kind: one.kind, edits: Vec::new() });
        all.edits.extend(one.edits);
    }
    match step {
        Some(step) => pipeline::keep_by_hand(library, id, &HandMove::Take(step), 0),
        None => Ok(()),
    }
}
