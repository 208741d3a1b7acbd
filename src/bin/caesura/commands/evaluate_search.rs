//! `caesura evaluate search`: how good a search by words, by meaning and by both is, against judgements.
//!
//! Each passage becomes a document of a library in memory, with one chapter, and what is measured is the search itself.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use caesura::document::{Chapter, GapScores, Origin, Provenance, Span, UnitIndex};
use caesura::error::Error;
use caesura::evaluate::beir::{JudgedQuery, Passage, judged_queries, passages};
use caesura::evaluate::rankings::{RankingMeasures, percentile, ranking_measures};
use caesura::export::write_file;
use caesura::neural::Encoder;
use caesura::pipeline;
use caesura::progress::{Progress, Unwatched};
use caesura::search::{self, Filter, Question, Ranking};
use caesura::store::{DocumentId, Library, NewDocument};
use caesura::words::Language;
use caesura::{import, units};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::args::{self, SearchFormat};
use crate::output::{self, Session};

/// How many chapters a search is asked for: what recall is measured at.
const LIMIT: usize = 100;

/// What came of one engine.
struct Measured {
    engine: Ranking,
    measures: RankingMeasures,
    millis: Vec<f64>,
}

pub(crate) fn run(session: &Session, args: &args::EvaluateSearch) -> Result<()> {
    let engines = if args.engine.is_empty() { Ranking::ALL.to_vec() } else { args.engine.clone() };
    let encoder = session.encoder_keeping(args.vectors.as_deref())?;
    // Questions are encoded within the time that is measured, and never read from a folder.
    let for_queries = session.encoder()?;
    let bar = session.bar("read the passages");
    let corpus = Corpus::read(&args.data, encoder.as_ref(), &bar)?;
    let mut queries = judged_queries(&args.data)?;
    queries.truncate(args.limit.unwrap_or(usize::MAX));
    let mut predictions = Vec::new();
    let mut results = Vec::new();
    for engine in engines {
        bar.say(engine.name());
        results.push(corpus.measure(engine, &queries, &for_queries, &bar, &mut predictions)?);
    }
    drop(bar);
    if let Some(path) = &args.predictions {
        write_file(path, |out| out.write_all(&predictions).map_err(Error::Output))?;
    }
    match args.format {
        SearchFormat::Text => output::print(|out| table(&corpus, queries.len(), &results, out)),
        SearchFormat::Json => output::print_json(&json!({
            "caesura": caesura::VERSION,
            "data": args.data.to_string_lossy(),
            "n_passages": corpus.ids.len(),
            "n_queries": queries.len(),
            "engines": results.iter().map(Measured::json).collect::<Vec<_>>(),
            "peak_mib": output::peak_mib(),
            "provenance": {
                "caesura": caesura::VERSION,
                "model_sha256": encoder.sha256(),
                "settings": {"limit": args.limit},
            },
        })),
    }
}

/// The passages as a library, and their names by the number of their document.
struct Corpus {
    library: Library,
    ids: Vec<(DocumentId, String)>,
}

impl Corpus {
    fn read(folder: &std::path::Path, encoder: &dyn Encoder, progress: &dyn Progress) -> Result<Self> {
        let passages: Vec<Passage> = passages(folder)?.collect::<Result<_, _>>()?;
        let mut corpus = Self { library: Library::in_memory()?, ids: Vec::with_capacity(passages.len()) };
        for (done, passage) in passages.iter().enumerate() {
            progress.check()?;
            progress.report(done, passages.len());
            let Some(new) = document(passage, encoder)? else { continue };
            let id = corpus.library.add_document(&new)?;
            corpus.ids.push((id, passage.id.clone()));
        }
        corpus.ids.sort_by_key(|(id, _)| *id);
        Ok(corpus)
    }

    fn measure(
        &self,
        engine: Ranking,
        queries: &[JudgedQuery],
        encoder: &dyn Encoder,
        progress: &dyn Progress,
        predictions: &mut Vec<u8>,
    ) -> Result<Measured> {
        let filter = Filter::default();
        // The first search by meaning reads all vectors, which the window does once.
        self.library.nearest_chapters(&vec![0.0; encoder.dims()], &filter, 1)?;
        let (mut rankings, mut millis) = (Vec::with_capacity(queries.len()), Vec::with_capacity(queries.len()));
        for (done, query) in queries.iter().enumerate() {
            progress.check()?;
            progress.report(done, queries.len());
            let started = Instant::now();
            let vector = match search::text_to_encode(&query.text) {
                Some(text) if engine != Ranking::Words => Some(encoder.encode(&[&text], &Unwatched)?),
                _ => None,
            };
            let vector = vector.as_ref().map(|vectors| vectors.row(0));
            let question = Question { ranking: engine, vector, ..Question::of_words(&query.text, &filter, LIMIT) };
            let found = search::search(&self.library, &question)?;
            millis.push(started.elapsed().as_secs_f64() * 1_000.0);
            let hits: Vec<(&str, f64)> =
                found.hits.iter().filter_map(|hit| Some((self.id_of(hit.chapter.document)?, hit.score))).collect();
            serde_json::to_writer(
                &mut *predictions,
                &json!({"query": query.id, "engine": engine.name(), "hits": hits}),
            )?;
            predictions.push(b'\n');
            rankings.push(hits.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
        }
        Ok(Measured { engine, measures: ranking_measures(queries, &rankings), millis })
    }

    fn id_of(&self, document: DocumentId) -> Option<&str> {
        let at = self.ids.binary_search_by_key(&document, |(id, _)| *id).ok()?;
        Some(&self.ids[at].1)
    }
}

/// Returns a passage as a document of one chapter; nothing if there is no text in it.
fn document(passage: &Passage, encoder: &dyn Encoder) -> Result<Option<NewDocument>> {
    let Ok(mut document) = import::import(passage.text.as_bytes(), "passage.txt") else { return Ok(None) };
    let title = if passage.title.trim().is_empty() { passage.id.clone() } else { passage.title.clone() };
    document.title.clone_from(&title);
    let units = units::units(&document, None, Language::guess(&document.text));
    let vectors = encoder.encode(&units.texts(&document.text), &Unwatched)?;
    let chapter = Chapter {
        level: 1,
        title,
        first_unit: UnitIndex(0),
        n_units: units.len() as u32,
        span: Span::new(0..document.text.len()),
        time: None,
        score: 1.0,
        origin: Origin::Found,
    };
    let provenance = Provenance::of(pipeline::Engine::Lexical.name(), serde_json::Map::new());
    Ok(Some(NewDocument {
        source_name: passage.id.clone(),
        source_path: None,
        // Two passages may have one text.
        sha256: Sha256::digest(passage.id.as_bytes()).into(),
        added_at: 0,
        engine: provenance.engine.clone(),
        gap_scores: vec![(GapScores::new(vec![0.0; units.n_gaps()]), provenance)],
        granularity: 0.0,
        vectors: Some((vectors.dims(), vectors.into_data())),
        chapters: vec![chapter],
        as_written: Vec::new(),
        units,
        document,
    }))
}

impl Measured {
    fn json(&self) -> Value {
        json!({
            "engine": self.engine.name(),
            "ndcg_10": self.measures.ndcg_10,
            "recall_100": self.measures.recall_100,
            "mrr": self.measures.mrr,
            "p50_ms": percentile(&self.millis, 0.5),
            "p99_ms": percentile(&self.millis, 0.99),
        })
    }
}

fn table(corpus: &Corpus, n_queries: usize, results: &[Measured], out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{} passages, {n_queries} questions", corpus.ids.len())?;
    writeln!(out, "  engine    nDCG 10  recall 100    MRR   p50 ms   p99 ms")?;
    for Measured { engine, measures, millis } in results {
        let (p50, p99) = (percentile(millis, 0.5), percentile(millis, 0.99));
        let RankingMeasures { ndcg_10, recall_100, mrr } = measures;
        writeln!(
            out,
            "  {:8}    {ndcg_10:5.3}       {recall_100:5.3}  {mrr:5.3}  {p50:7.2}  {p99:7.2}",
            engine.name()
        )?;
    }
    Ok(())
}
