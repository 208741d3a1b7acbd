//! `caesura edit`: the chapters of one document corrected, and notes on its text. Each change is kept at once, and can be
//! taken back.

use anyhow::{Result, bail};
use caesura::corrections::{Change, Note, NoteId, Verdict, questions};
use caesura::document::{Chapter, GapIndex, GapScores, Layer, Millis, Span, Unit, UnitIndex, Units};
use caesura::export::{clock, counted};
use caesura::neural::Encoder;
use caesura::pipeline::{self, Engine};
use caesura::store::{DocumentId, HandMove, Library};

use crate::args::{self, EditWhat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Edit) -> Result<()> {
    let mut library = session.library()?;
    let id = DocumentId(args.id);
    let at = Places { units: library.units(id)?, chapters: chapters(&library, id)? };
    let change = match &args.what {
        EditWhat::Units(args) => return print_units(&library, id, &at, args),
        EditWhat::Notes => return print_notes(&library, id),
        EditWhat::Log => return print_log(&library, id),
        EditWhat::Recut(args) => return recut(session, &mut library, id, args),
        EditWhat::Undo => return move_by_hand(session, &mut library, id, &HandMove::Undo),
        EditWhat::Redo => return move_by_hand(session, &mut library, id, &HandMove::Redo),
        EditWhat::Review(args) => match args.accept_above {
            None => return print_review(&library, id, &at, args.limit),
            Some(least) => Change::Accept(accepted(&library, id, &at, least)?),
        },
        EditWhat::Split(args) => Change::Split(at.unit(&args.place)?),
        EditWhat::Merge(args) if args.next => Change::MergeWithNext(at.chapter(&args.place)?),
        EditWhat::Merge(args) => Change::MergeWithPrevious(at.chapter(&args.place)?),
        EditWhat::Move(args) => at.moved(args)?,
        EditWhat::Rename(args) => Change::Rename { chapter: at.chapter(&args.place)?, title: args.title.clone() },
        EditWhat::Level(args) => Change::Level { chapter: at.chapter(&args.place)?, level: args.level },
        EditWhat::Certain(args) => Change::Certain(at.chapter(&args.place)?),
        EditWhat::Uncertain(args) => Change::Uncertain(at.unit(&args.place)?),
        EditWhat::Lock(args) => Change::Lock(at.chapter(&args.place)?),
        EditWhat::Unlock(args) => Change::Unlock(at.chapter(&args.place)?),
        EditWhat::Note(args) => Change::AddNote(note(&library, id, args)?),
        EditWhat::RemoveNote(args) => Change::RemoveNote(NoteId(args.number)),
    };
    pipeline::correct(&mut library, id, &change, output::now())?;
    say_chapters(session, &library, id)
}

/// Says how many chapters there are now.
fn say_chapters(session: &Session, library: &Library, id: DocumentId) -> Result<()> {
    session.note(&counted(chapters(library, id)?.len(), "chapter"));
    Ok(())
}

fn chapters(library: &Library, id: DocumentId) -> Result<Vec<Chapter>> {
    Ok(library.chapters(id, Layer::Found)?.into_iter().map(|row| row.chapter).collect())
}

fn move_by_hand(session: &Session, library: &mut Library, id: DocumentId, change: &HandMove) -> Result<()> {
    let history = library.hand_made(id)?.history;
    let step = if *change == HandMove::Undo { history.to_undo() } else { history.to_redo() };
    let said = step.map(|step| step.kind.name()).unwrap_or_default();
    pipeline::keep_by_hand(library, id, change, output::now())?;
    session.note(&format!("{}: {said}", if *change == HandMove::Undo { "undone" } else { "done again" }));
    say_chapters(session, library, id)
}

/// What a place can be looked up in.
struct Places {
    units: Units,
    chapters: Vec<Chapter>,
}

impl Places {
    /// Returns the unit at a place: of that number, or being said at that time.
    fn unit(&self, place: &str) -> Result<UnitIndex> {
        if let Ok(number) = place.parse::<u32>() {
            if self.units.len() <= number as usize {
                bail!("find the place {place:?}: units are numbered from 0 to {}", self.units.len() - 1);
            }
            return Ok(UnitIndex(number));
        }
        let Some(time) = time_of(place) else {
            bail!("find the place {place:?}: it is neither the number of a unit nor a time such as 1:02:03");
        };
        let end = self.units.units.iter().filter_map(|unit| unit.time).map(|span| span.end).max();
        if let Some(end) = end.filter(|&end| end < time) {
            bail!("find the place {place:?}: the document ends at {}", clock(end));
        }
        let is_begun = |unit: &Unit| unit.time.is_some_and(|span| span.start <= time);
        match self.units.units.iter().rposition(is_begun) {
            Some(unit) => Ok(UnitIndex::from(unit)),
            None if self.units.units.iter().any(|unit| unit.time.is_some()) => Ok(UnitIndex(0)),
            None => bail!("find the place {place:?}: the document has no times; give the number of a unit"),
        }
    }

    /// Returns the first unit of the chapter that a place lies in.
    fn chapter(&self, place: &str) -> Result<UnitIndex> {
        let unit = self.unit(place)?;
        let after = self.chapters.partition_point(|chapter| chapter.first_unit <= unit);
        Ok(self.chapters.get(after.saturating_sub(1)).map_or(unit, |chapter| chapter.first_unit))
    }

    fn moved(&self, args: &args::EditMove) -> Result<Change> {
        let chapter = self.chapter(&args.place)?;
        let to = match (&args.to, args.by) {
            (Some(to), _) => self.unit(to)?,
            (None, by) => {
                let to = i64::from(chapter.0).saturating_add(by.unwrap_or(0)).max(0);
                UnitIndex(u32::try_from(to).unwrap_or(u32::MAX))
            }
        };
        Ok(Change::Move { chapter, to })
    }
}

/// Returns a time such as `1:02:03` or `2:03.5`.
fn time_of(place: &str) -> Option<Millis> {
    if !place.contains(':') {
        return None;
    }
    let mut secs = 0.0;
    for part in place.split(':') {
        let part: f64 = part.parse().ok().filter(|part: &f64| (0.0..1e9).contains(part))?;
        secs = secs * 60.0 + part;
    }
    Some(Millis((secs * 1000.0) as u64))
}

fn note(library: &Library, id: DocumentId, args: &args::EditNote) -> Result<Note> {
    let text = library.text(id)?;
    if args.end <= args.start || text.get(args.start..args.end).is_none() {
        bail!(
            "note on bytes {} to {}: the text has {} bytes, and a note begins and ends between characters",
            args.start,
            args.end,
            text.len()
        );
    }
    Ok(Note {
        span: Span::new(args.start..args.end),
        color: args.color,
        text: args.text.clone(),
        tags: args.tag.clone(),
        made_at: output::now(),
    })
}

fn scores(library: &Library, id: DocumentId) -> Result<GapScores> {
    let engine = library.document(id)?.engine;
    Ok(library.gap_scores(id, &engine)?.map(|(scores, _)| scores).unwrap_or_default())
}

fn boundaries(at: &Places) -> Vec<GapIndex> {
    at.chapters.iter().filter_map(|chapter| chapter.first_unit.gap_before()).collect()
}

/// Returns the chapters to accept: those nobody has judged whose boundary scores at least `least`.
fn accepted(library: &Library, id: DocumentId, at: &Places, least: f32) -> Result<Vec<UnitIndex>> {
    let kept = library.hand_made(id)?.corrections;
    let asked = questions(&kept, &scores(library, id)?, &boundaries(at));
    Ok(asked.iter().filter(|it| it.is_boundary && least <= it.certainty).map(|it| it.unit).collect())
}

fn print_review(library: &Library, id: DocumentId, at: &Places, limit: usize) -> Result<()> {
    let (kept, text) = (library.hand_made(id)?.corrections, library.text(id)?);
    let asked = questions(&kept, &scores(library, id)?, &boundaries(at));
    output::print(|out| {
        for it in asked.iter().take(limit) {
            let what = if it.is_boundary { "a chapter starts" } else { "no chapter starts" };
            let unit = opening(at.units.units[it.unit.index()].span.of(&text));
            writeln!(out, "{:>6}  {:>3.0} % sure that {what} here: {unit}", it.unit.0, it.certainty * 100.0)?;
        }
        Ok(())
    })
}

fn print_units(library: &Library, id: DocumentId, at: &Places, args: &args::EditUnits) -> Result<()> {
    let (text, scores, kept) = (library.text(id)?, scores(library, id)?, library.hand_made(id)?.corrections);
    let from = at.unit(&args.from)?;
    output::print(|out| {
        for (index, unit) in at.units.units.iter().enumerate().skip(from.index()).take(args.limit) {
            let index = UnitIndex::from(index);
            if let Ok(chapter) = at.chapters.binary_search_by_key(&index, |chapter| chapter.first_unit) {
                let by_hand = match kept.verdict(index) {
                    Some(Verdict::Set) => "  (set by hand)",
                    Some(Verdict::Certain) => "  (certain)",
                    _ => "",
                };
                let is_locked = kept.lock_of(index).is_some();
                let locked = if is_locked { "  (locked)" } else { "" };
                writeln!(out, "-- {}{by_hand}{locked}", output::tame(&at.chapters[chapter].title))?;
            }
            let score = index.gap_before().and_then(|gap| scores.as_slice().get(gap.index()));
            let score = score.map_or_else(|| "    ".to_owned(), |score| format!("{score:.2}"));
            let time = unit.time.map(|time| format!("{}  ", clock(time.start))).unwrap_or_default();
            writeln!(out, "{:>6}  {score}  {time}{}", index.0, opening(unit.span.of(&text)))?;
        }
        Ok(())
    })
}

fn print_notes(library: &Library, id: DocumentId) -> Result<()> {
    let (text, kept) = (library.text(id)?, library.hand_made(id)?.corrections);
    output::print(|out| {
        for (number, note) in kept.notes() {
            let span = note.span;
            let marked = text.get(span.range()).map(opening).unwrap_or_default();
            let tags: Vec<String> = note.tags.iter().map(|tag| format!("  #{}", output::tame(tag))).collect();
            let (start, end) = (span.start.0, span.end.0);
            writeln!(out, "{:>5}  {start}-{end}  {}  “{marked}”{}", number.0, note.color.name(), tags.concat())?;
            if !note.text.is_empty() {
                writeln!(out, "       {}", output::tame(&note.text))?;
            }
        }
        Ok(())
    })
}

fn print_log(library: &Library, id: DocumentId) -> Result<()> {
    let history = library.hand_made(id)?.history;
    output::print(|out| {
        for (at, step) in history.steps().iter().enumerate() {
            let undone = if at < history.n_done() { "" } else { "  (undone)" };
            let unit = step.unit().map(|unit| format!("  unit {}", unit.0)).unwrap_or_default();
            writeln!(out, "{:>5}  {}{unit}{undone}", at + 1, step.kind.name())?;
        }
        Ok(())
    })
}

fn recut(session: &Session, library: &mut Library, id: DocumentId, args: &args::EditRecut) -> Result<()> {
    let row = library.document(id)?;
    let engine = args.engine.map_or_else(|| row.engine.clone(), |engine| engine.name().to_owned());
    let has_read = library.engines(id)?.contains(&engine);
    let needs_model = Engine::from_name(&engine).is_none_or(Engine::needs_vectors);
    let encoder = if needs_model { Some(session.encoder()?) } else { None };
    let encoder = encoder.as_ref().map(|encoder| encoder as &dyn Encoder);
    let bar = session.bar("cut anew");
    if let Some(engine) = args.engine.filter(|_| !has_read) {
        pipeline::read_again(library, id, engine, encoder, &bar)?;
    }
    pipeline::recut_by(library, id, &engine, args.granularity.unwrap_or(row.granularity), encoder, &bar)?;
    drop(bar);
    say_chapters(session, library, id)
}

/// Returns the first words of a text, on one line.
fn opening(text: &str) -> String {
    const MAX_CHARS: usize = 70;
    let line = output::tame(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_colon() {
        assert_eq!(time_of("1:02:03"), Some(Millis(3_723_000)));
        assert_eq!(time_of("2:03.5"), Some(Millis(123_500)));
        for wrong in ["12", "1:", "1:x", "-1:00", "1:nan", ""] {
            assert_eq!(time_of(wrong), None, "{wrong}");
        }
    }
}
