//! `caesura search`: chapters that hold what is asked for, best first.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use caesura::document::Provenance;
use caesura::export::clock;
use caesura::neural::Encoder;
use caesura::progress::Unwatched;
use caesura::search::{self, Found, FoundBy, Hit, Question, Ranking};
use caesura::store::SnippetPart;
use serde_json::{Map, Value, json};

use crate::args::{self, SearchFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Search) -> Result<()> {
    let library = session.library()?;
    let typed = args.query.join(" ");
    let filter = args.within.filter(&library)?;
    let has_vectors = args.ranking != Ranking::Words && library.vector_dims()?.is_some();
    if args.ranking == Ranking::Meaning && !has_vectors {
        session.note("no document of this library has vectors to compare meanings by: ranked by words");
    }
    let encoder = match search::text_to_encode(&typed) {
        Some(text) if has_vectors => Some((session.encoder()?, text)),
        _ => None,
    };
    let vector = encoder.as_ref().map(|(encoder, text)| encoder.encode(&[text], &Unwatched)).transpose()?;
    let question = Question {
        typed: &typed,
        ranking: args.ranking,
        vector: vector.as_ref().map(|vectors| vectors.row(0)),
        filter: &filter,
        limit: args.limit,
        is_typing: false,
    };
    let found = search::search(&library, &question)?;
    match args.format {
        SearchFormat::Text => print_text(session, &found),
        SearchFormat::Json => {
            let settings = Map::from_iter([("limit".to_owned(), args.limit.into())]);
            let provenance = Provenance {
                model_sha256: encoder.map(|(encoder, _)| encoder.sha256().to_owned()),
                ..Provenance::of(found.ranking.name(), settings)
            };
            print_json(&typed, &found, &provenance)
        }
    }
}

/// How many topics of a hit are shown to a reader.
const N_TOPICS_SHOWN: usize = 3;

fn print_text(session: &Session, found: &Found) -> Result<()> {
    if let Some(explanation) = &found.explanation {
        session.note(&output::tame(explanation));
    }
    if found.hits.is_empty() {
        session.note(&output::tame(&format!("nothing found for {}", found.understood_as)));
        for reason in &found.why_none {
            session.note(&output::tame(&format!("  {reason}")));
        }
    }
    output::print(|out| {
        let faint = Style::new().dimmed();
        for hit in &found.hits {
            let chapter = &hit.chapter.chapter;
            let time = chapter.time.map(|time| format!(" at {}", clock(time.start))).unwrap_or_default();
            let document = output::tame(&hit.document_title);
            let how = if hit.found_by == FoundBy::Meaning { ", by meaning" } else { "" };
            let id = hit.chapter.document.0;
            writeln!(out, "{}  {faint}{document} [{id}]{time}{how}{faint:#}", marked(&hit.title))?;
            writeln!(out, "    {}", marked(&hit.snippet))?;
            if !hit.topics.is_empty() {
                let labels: Vec<String> =
                    hit.topics.iter().take(N_TOPICS_SHOWN).map(|(_, label)| output::tame(label)).collect();
                writeln!(out, "    {faint}topics: {}{faint:#}", labels.join("; "))?;
            }
        }
        Ok(())
    })
}

/// Returns the parts on one line, hits in bold.
fn marked(parts: &[SnippetPart]) -> String {
    let hit = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    parts
        .iter()
        .map(
            |part| {
                if part.is_hit { format!("{hit}{}{hit:#}", output::tame(&part.text)) } else { output::tame(&part.text) }
            },
        )
        .collect()
}

fn print_json(typed: &str, found: &Found, provenance: &Provenance) -> Result<()> {
    let hits: Vec<Value> = found.hits.iter().map(hit_json).collect();
    output::print_json(&json!({
        "caesura": caesura::VERSION,
        "query": typed,
        "understood_as": found.understood_as,
        "explanation": found.explanation,
        "ranking": found.ranking.name(),
        "why_none": found.why_none,
        "hits": hits,
        "provenance": provenance,
    }))
}

fn hit_json(hit: &Hit) -> Value {
    let chapter = &hit.chapter.chapter;
    let snippet: Vec<Value> =
        hit.snippet.iter().map(|part| json!({"text": part.text, "is_hit": part.is_hit})).collect();
    json!({
        "document": hit.chapter.document.0,
        "document_title": hit.document_title,
        "chapter": hit.chapter.index,
        "title": chapter.title,
        "start_byte": chapter.span.start.0,
        "end_byte": chapter.span.end.0,
        "start_secs": chapter.time.map(|time| time.start.as_secs()),
        "end_secs": chapter.time.map(|time| time.end.as_secs()),
        "score": hit.score,
        "found_by": match hit.found_by {
            FoundBy::Words => "words",
            FoundBy::Meaning => "meaning",
            FoundBy::Both => "both",
        },
        "snippet": snippet,
        "topics": hit.topics.iter().map(|(_, label)| label).collect::<Vec<_>>(),
    })
}
