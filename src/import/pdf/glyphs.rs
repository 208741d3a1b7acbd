//! Where which letter is drawn: a device that notes letters and draws nothing.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;

use hayro_interpret::font::{Glyph as Drawn, GlyphRun, OutlineFontData};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, RenderContent, SoftMask, interpret_page,
};

/// More letters than this on one page are no text, but a picture made of letters.
const MAX_LETTERS: usize = 400_000;

/// After so many letters no further page is read: a short file can name one page again and again. A book of a thousand pages
/// has three million.
const MAX_ALL_LETTERS: usize = 20_000_000;

/// More instructions than this on one page are not followed: forms within forms can make a short file say them without
/// end.
const MAX_CALLS: usize = 1_000_000;

/// A letter where it is drawn. The page is turned so that its text runs to the right; y grows downwards.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// Where it begins.
    pub(super) x0: f32,
    /// Where the next would begin.
    pub(super) x1: f32,
    /// The line it stands on.
    pub(super) y: f32,
    /// The height of its font.
    pub(super) size: f32,
    pub(super) text: String,
    pub(super) is_bold: bool,
}

/// The letters of a page.
#[derive(Default)]
pub(super) struct PageGlyphs {
    /// The number of the page, from 1.
    pub(super) number: u32,
    /// The height of the page, as it is turned.
    pub(super) height: f32,
    pub(super) glyphs: Vec<Glyph>,
    /// Whether pictures cover it.
    pub(super) is_picture: bool,
}

/// How many letters there were, and how many of them nobody knows.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) n_letters: usize,
    pub(super) n_unmapped: usize,
    /// The ink of each letter in fonts that do not tell their weight, summed up, and how often it was drawn.
    inks: HashMap<char, (f64, u32)>,
}

/// A letter is bold if it has more ink than the same letter mostly has, by this factor.
const BOLD_INK: f64 = 1.22;

/// Returns the letters of each page, page by page.
pub(super) fn pages<'a>(
    pdf: &'a Pdf,
    max_pages: usize,
    counts: &'a mut Counts,
) -> impl Iterator<Item = PageGlyphs> + 'a {
    let cache = InterpreterCache::new();
    pdf.pages().iter().take(max_pages).enumerate().map_while(move |(index, page)| {
        if MAX_ALL_LETTERS < counts.n_letters {
            return None;
        }
        Some(PageGlyphs { number: index as u32 + 1, ..page_glyphs(page, pdf, &cache, counts) })
    })
}

fn page_glyphs<'a>(page: &Page<'a>, pdf: &'a Pdf, cache: &InterpreterCache<'a>, counts: &mut Counts) -> PageGlyphs {
    let transform = page.initial_transform(true);
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
    let affine = Affine::new(transform.as_coeffs());
    // What stands in the margin of notes and forms is no text of the page.
    let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
    let mut context = Context::new(affine, bounds, cache, pdf.xref(), settings);
    let mut pen = Pen { pictured: Pictured::of(width, height), ..Pen::default() };
    let stopped = pen.stopped.clone();
    // The interpreter cannot be asked to stop; unwinding from the device is the one way out of it.
    let drawn = panic::catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut pen)));
    if let Err(panic) = drawn
        && !stopped.get()
    {
        panic::resume_unwind(panic);
    }
    for (letter, ink) in pen.glyphs.iter().filter_map(inked) {
        let (sum, n) = counts.inks.entry(letter).or_default();
        *sum += ink;
        *n += 1;
    }
    for glyph in &mut pen.glyphs {
        if let Some((letter, ink)) = inked(glyph)
            && let Some(&(sum, n)) = counts.inks.get(&letter)
        {
            glyph.is_bold = BOLD_INK * sum < ink * f64::from(n);
        }
    }
    counts.n_letters += pen.glyphs.len() + pen.n_unmapped;
    counts.n_unmapped += pen.n_unmapped;
    let is_picture = pen.pictured.is_all();
    let (glyphs, height) = pen.turned(width, height);
    PageGlyphs { number: 0, height, glyphs, is_picture }
}

fn inked(glyph: &Placed) -> Option<(char, f64)> {
    Some((glyph.text.chars().next().filter(|c| c.is_alphabetic())?, glyph.ink?))
}

/// Which way a letter leads to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Right,
    Down,
    Left,
    Up,
}

/// A letter as it is drawn, on a page that is not turned.
struct Placed {
    at: Point,
    end: Point,
    size: f32,
    direction: Direction,
    text: String,
    is_bold: bool,
    /// How much of its square it covers, where its font does not tell its weight.
    ink: Option<f64>,
}

/// What a stretch of marked content is.
struct Marked {
    /// What repeats from page to page, and decoration, is marked so.
    is_artifact: bool,
    /// What the stretch stands for in letters, until the first letter of it is drawn.
    meant: Option<String>,
    is_meant: bool,
}

/// Which parts of a page pictures cover: a page may be one, or be put together of strips. The page has 16 rows of as many
/// parts, a bit each.
#[derive(Default)]
struct Pictured {
    width: f64,
    height: f64,
    rows: [u16; Self::N],
}

impl Pictured {
    const N: usize = 16;

    /// A page is a picture if pictures cover this share of it, in per cent: scans may leave a margin.
    const MIN_PERCENT: usize = 80;

    fn of(width: f32, height: f32) -> Self {
        Self { width: width.into(), height: height.into(), rows: [0; Self::N] }
    }

    /// Adds the parts whose middles are within `rect`.
    fn add(&mut self, rect: Rect) {
        let middle = |part: usize, length: f64| (part as f64 + 0.5) * length / Self::N as f64;
        let columns = (0..Self::N).filter(|&part| (rect.x0..rect.x1).contains(&middle(part, self.width)));
        let columns: u16 = columns.map(|part| 1 << part).sum();
        for part in (0..Self::N).filter(|&part| (rect.y0..rect.y1).contains(&middle(part, self.height))) {
            self.rows[part] |= columns;
        }
    }

    fn is_all(&self) -> bool {
        let n_covered: u32 = self.rows.iter().map(|row| row.count_ones()).sum();
        Self::MIN_PERCENT * Self::N * Self::N <= 100 * n_covered as usize
    }
}

#[derive(Default)]
struct Pen {
    glyphs: Vec<Placed>,
    n_unmapped: usize,
    n_calls: usize,
    marked: Vec<Marked>,
    n_artifacts: usize,
    /// The ink of the outlines that were looked at.
    inks: HashMap<u128, f64>,
    pictured: Pictured,
    stopped: Rc<Cell<bool>>,
}

impl Pen {
    fn count(&mut self) {
        self.n_calls += 1;
        if MAX_CALLS < self.n_calls || MAX_LETTERS < self.glyphs.len() {
            self.stopped.set(true);
            // Unlike a panic, this says nothing on its way.
            panic::resume_unwind(Box::new(()));
        }
    }

    /// Returns what a letter means: what its stretch of marked content stands for goes to the first letter of it.
    fn meaning(&mut self, drawn: &Drawn) -> Option<String> {
        if let Some(marked) = self.marked.iter_mut().rev().find(|marked| marked.is_meant) {
            return Some(marked.meant.take().unwrap_or_default());
        }
        let text = match drawn.as_unicode()? {
            BfString::Char(c) => c.to_string(),
            BfString::String(text) => text,
        };
        let is_known = |c: char| !c.is_control() && c != '\u{fffd}' && !('\u{e000}'..='\u{f8ff}').contains(&c);
        let text: String = text.chars().flat_map(letters_of).collect();
        (text.is_empty() || text.chars().any(is_known)).then_some(text)
    }

    fn place(&mut self, drawn: &Drawn, transform: Affine, mode: WritingMode) {
        let (advance, is_bold, ink) = match drawn {
            Drawn::Outline(outline) => {
                if let Some(font) = outline.font_data() {
                    (outline.advance_width(), is_bold(&font), None)
                } else {
                    let key = outline.identifier().cache_key();
                    let ink = *self.inks.entry(key).or_insert_with(|| outline.outline().area().abs() / 1e6);
                    (outline.advance_width(), false, Some(ink).filter(|ink| ink.is_finite() && 0.0 < *ink))
                }
            }
            Drawn::Type3(glyph) => (glyph.advance_width(), false, None),
        };
        let at = transform * Point::ZERO;
        let up = transform * Point::new(0.0, 1000.0) - at;
        let size = up.hypot();
        let width = f64::from(advance.unwrap_or(500.0)).clamp(0.0, 4000.0);
        let mut step = transform * Point::new(width, 0.0) - at;
        if mode == WritingMode::Vertical {
            step = -up;
        }
        if !(0.5..=2_000.0).contains(&size) || !at.x.is_finite() || !at.y.is_finite() || !step.hypot().is_finite() {
            return;
        }
        let Some(text) = self.meaning(drawn) else {
            self.n_unmapped += 1;
            return;
        };
        if text.is_empty() {
            return;
        }
        let heading = if step.hypot() < 1e-6 { transform * Point::new(1000.0, 0.0) - at } else { step };
        let Some(direction) = direction_of(heading.x, heading.y) else { return };
        self.glyphs.push(Placed { at, end: at + step, size: size as f32, direction, text, is_bold, ink });
    }

    /// Returns the letters that run as most of the page does, turned so that they run to the right, and the height of the
    /// page then.
    fn turned(self, width: f32, height: f32) -> (Vec<Glyph>, f32) {
        let count = |direction| self.glyphs.iter().filter(|glyph| glyph.direction == direction).count();
        let all = [Direction::Right, Direction::Down, Direction::Left, Direction::Up];
        // Of equals the first: text that runs to the right.
        let main = all.into_iter().rev().max_by_key(|&direction| count(direction)).unwrap_or(Direction::Right);
        let turn = |point: Point| -> (f32, f32) {
            let (x, y) = (point.x as f32, point.y as f32);
            match main {
                Direction::Right => (x, y),
                Direction::Down => (y, width - x),
                Direction::Left => (width - x, height - y),
                Direction::Up => (height - y, x),
            }
        };
        let turned = self.glyphs.into_iter().filter(|glyph| glyph.direction == main).map(|glyph| {
            let ((x0, y), (x1, _)) = (turn(glyph.at), turn(glyph.end));
            Glyph { x0, x1: x1.max(x0), y, size: glyph.size, text: glyph.text, is_bold: glyph.is_bold }
        });
        let height = if matches!(main, Direction::Right | Direction::Left) { height } else { width };
        (turned.collect(), height)
    }
}

fn direction_of(x: f64, y: f64) -> Option<Direction> {
    const SLANT: f64 = 0.2;
    match () {
        () if y.abs() <= SLANT * x.abs() => Some(if x < 0.0 { Direction::Left } else { Direction::Right }),
        () if x.abs() <= SLANT * y.abs() => Some(if y < 0.0 { Direction::Up } else { Direction::Down }),
        () => None,
    }
}

fn is_bold(font: &OutlineFontData) -> bool {
    let name = font.postscript_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    font.weight.is_some_and(|weight| 600 <= weight)
        || ["bold", "black", "heavy", "semibd", "cmbx"].iter().any(|word| name.contains(word))
}

/// Returns the letters that a sign joins: fonts have one sign for `fi`.
fn letters_of(c: char) -> Vec<char> {
    let joined = match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        '\u{a0}' | '\t' | '\r' | '\n' => " ",
        '\0' => "",
        _ => return vec![c],
    };
    joined.chars().collect()
}

impl<'a> Device<'a> for Pen {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.count();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count();
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count();
        if 0 < self.n_artifacts {
            return;
        }
        for glyph in run.glyphs() {
            self.place(glyph, props.transform * glyph.transform(), run.writing_mode());
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.count();
        let whole = Rect::new(0.0, 0.0, image.width().into(), image.height().into());
        self.pictured.add(props.transform.transform_rect_bbox(whole));
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        self.count();
        let is_artifact = tag == b"Artifact";
        let meant = properties.and_then(|properties| properties.get::<PdfString>(b"ActualText"));
        let meant = meant.map(|text| super::text_of(text.as_bytes()).replace('\u{ad}', "-"));
        self.n_artifacts += usize::from(is_artifact);
        self.marked.push(Marked { is_artifact, is_meant: meant.is_some(), meant });
    }

    fn end_marked_content(&mut self) {
        if let Some(marked) = self.marked.pop() {
            self.n_artifacts -= usize::from(marked.is_artifact);
        }
    }
}
