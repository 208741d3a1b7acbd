//! `caesura concordance`: every place of a word or phrase, with what stands around it.

use anstyle::Style;
use anyhow::Result;
use caesura::concordance::{Pattern, sort};
use caesura::document::Table;
use caesura::error::Error;
use caesura::export::{clock, counted, write_table_csv};
use caesura::pipeline;
use caesura::search::{self, Concordance, DocumentLines, Occurrence};
use caesura::store::{DocumentId, Library};
use serde_json::{Value, json};

use crate::args::{self, TableFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Concordance) -> Result<()> {
    let library = session.library()?;
    let filter = args.within.filter(&library)?;
    let typed = args.query.join(" ");
    let pattern = pattern(&library, args, &typed)?;
    let bar = session.bar("look through the library");
    let mut documents: Vec<DocumentLines> = Vec::new();
    let counted = search::concordance(
        &library,
        &pattern,
        &filter,
        args.limit,
        usize::from(args.context),
        &mut |document| {
            documents.push(document);
            Ok(())
        },
        &bar,
    )?;
    drop(bar);
    let mut lines: Vec<Occurrence> = documents.iter_mut().flat_map(|found| std::mem::take(&mut found.lines)).collect();
    sort(&mut lines, &args.sort, |found| &found.line);
    let found = Listing { typed: &typed, counted: &counted, documents: &documents, lines: &lines };
    match args.format {
        TableFormat::Text => found.print_text(session),
        TableFormat::Json => output::print_json(&found.json()),
        TableFormat::Csv => output::print_raw(|out| Ok(write_table_csv(&found.table(), out)?)),
    }
}

/// Returns what to look for: what was typed, or without that the words of the topic in all their forms.
fn pattern(library: &Library, args: &args::Concordance, typed: &str) -> Result<Pattern, Error> {
    let topic = args.within.topic(library)?;
    let pattern = match topic {
        Some(topic) if args.query.is_empty() => {
            let words = topic.words.iter().map(|(word, _)| word.as_str());
            Pattern::of_stems(words, pipeline::topics_language(library)?)
        }
        _ => Pattern::parse(typed),
    };
    pattern.ok_or_else(|| Error::Nothing {
        attempt: "look for a word",
        reason: format!("{typed:?} holds none; type a word, a phrase or a part of a word with a *"),
    })
}

struct Listing<'a> {
    typed: &'a str,
    counted: &'a Concordance,
    documents: &'a [DocumentLines],
    lines: &'a [Occurrence],
}

impl Listing<'_> {
    /// Returns the title of a document. They were looked through in the order of their numbers.
    fn title(&self, id: DocumentId) -> &str {
        let at = self.documents.binary_search_by_key(&id, |document| document.document);
        at.map_or("", |at| &self.documents[at].title)
    }

    fn print_text(&self, session: &Session) -> Result<()> {
        let Concordance { n_occurrences, n_documents, .. } = *self.counted;
        let in_documents = counted(n_documents as usize, "document");
        session.note(&format!("{} in {in_documents}", counted(n_occurrences as usize, "place")));
        if self.lines.len() < n_occurrences as usize {
            session.note(&format!("the first {} are shown; --limit shows more", self.lines.len()));
        }
        let width = |text: &str| text.chars().count();
        let left_width = self.lines.iter().map(|found| width(&found.line.left)).max().unwrap_or(0);
        let right_width = self.lines.iter().map(|found| width(&found.line.right)).max().unwrap_or(0);
        output::print(|out| {
            let (bold, faint) = (Style::new().bold(), Style::new().dimmed());
            for found in self.lines {
                let (left, right) = (output::tame(&found.line.left), output::tame(&found.line.right));
                let space = " ".repeat(left_width.saturating_sub(width(&left)));
                let after = " ".repeat(right_width.saturating_sub(width(&right)));
                let title = output::tame(self.title(found.document));
                let time = found.time.map(|time| format!(" at {}", clock(time))).unwrap_or_default();
                let hit = output::tame(&found.line.hit);
                let id = found.document.0;
                writeln!(
                    out,
                    "{space}{left}  {bold}{hit}{bold:#}  {right}{after}  {faint}{title} [{id}]{time}{faint:#}"
                )?;
            }
            Ok(())
        })
    }

    fn json(&self) -> Value {
        let line = |found: &Occurrence| {
            json!({
                "document": found.document.0,
                "document_title": self.title(found.document),
                "unit": found.line.place.unit.0,
                "start_byte": found.line.place.span.start.0,
                "end_byte": found.line.place.span.end.0,
                "start_secs": found.time.map(caesura::document::Millis::as_secs),
                "speaker": found.speaker,
                "left": found.line.left,
                "hit": found.line.hit,
                "right": found.line.right,
            })
        };
        let document = |found: &DocumentLines| json!({"document": found.document.0, "document_title": found.title, "n_occurrences": found.n_occurrences});
        let forms = self.counted.forms.iter().map(|(form, n)| json!({"form": form, "n_occurrences": n}));
        json!({
            "caesura": caesura::VERSION,
            "query": self.typed,
            "n_occurrences": self.counted.n_occurrences,
            "n_documents": self.counted.n_documents,
            "n_searched": self.counted.n_searched,
            "documents": self.documents.iter().map(document).collect::<Vec<_>>(),
            "forms": forms.collect::<Vec<_>>(),
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
        })
    }

    fn table(&self) -> Table {
        let secs = |found: &Occurrence| found.time.map_or_else(String::new, |time| format!("{:.3}", time.as_secs()));
        let row = |found: &Occurrence| {
            vec![
                found.document.0.to_string(),
                self.title(found.document).to_owned(),
                found.line.place.unit.0.to_string(),
                found.line.place.span.start.0.to_string(),
                secs(found),
                found.speaker.clone().unwrap_or_default(),
                found.line.left.clone(),
                found.line.hit.clone(),
                found.line.right.clone(),
            ]
        };
        let names = ["document_id", "document", "unit", "start_byte", "start_secs", "speaker", "left", "hit", "right"];
        Table { columns: names.map(str::to_owned).to_vec(), rows: self.lines.iter().map(row).collect() }
    }
}
