//! `caesura evaluate titles`: how good the titles of chapters are, against those that sections have.
//!
//! Sections are taken as they are: what is measured is the titling, and not the cut before it.

use std::io::Write;

use anyhow::Result;
use caesura::chapters::chapters_at;
use caesura::document::{Chapter, GapScores};
use caesura::error::Error;
use caesura::evaluate::data::{Reference, UntitledFirst, references};
use caesura::evaluate::split::Part;
use caesura::evaluate::titles::{TitlesMeasures, TitlesTally, TrueTitles};
use caesura::export::write_file;
use caesura::neural::Encoder;
use caesura::progress::{self, Progress};
use caesura::titles::{first_words, title_chapters};
use caesura::words::Analyzer;
use serde::Serialize;
use serde_json::json;

use super::evaluate::selection;
use crate::args::{self, SearchFormat};
use crate::output::{self, Session};

/// What makes titles: the program with vectors, as it is used; by words alone; and the first words of a chapter.
const ENGINES: [&str; 3] = ["phrases", "phrases_by_words", "first_words"];

/// What came of one engine.
#[derive(Serialize)]
struct Measured {
    engine: &'static str,
    #[serde(flatten)]
    measures: TitlesMeasures,
}

pub(crate) fn run(session: &Session, args: &args::EvaluateTitles) -> Result<()> {
    let selection = selection(&args.kept, UntitledFirst::Keep)?;
    let of_units = session.encoder_keeping(args.vectors.as_deref())?;
    let encoder = session.encoder()?;
    let bar = session.bar("titles");
    let (mut n_documents, mut n_skipped) = (0, 0);
    let mut tallies = ENGINES.map(|_| TitlesTally::default());
    let mut predictions = Vec::new();
    for reference in references(&args.data, selection)? {
        let reference = reference?;
        bar.check()?;
        if reference.titles.iter().all(String::is_empty) {
            n_skipped += 1;
            continue;
        }
        // How many documents there are is not known beforehand: each is one step, of no total.
        let within = progress::Part { progress: &bar, range: n_documents..n_documents, of: 0 };
        let analyzer = Analyzer::new(reference.language);
        let chapters = chapters(&reference);
        let titles = titles(&reference, &chapters, of_units.as_ref(), &encoder, &within)?;
        let sections: Vec<(&str, &str)> = chapters
            .iter()
            .zip(&reference.titles)
            .map(|(chapter, title)| (chapter.span.of(&reference.text), title.as_str()))
            .collect();
        let expected = TrueTitles::new(&sections, &analyzer, &encoder)?;
        for ((engine, tally), titles) in ENGINES.iter().zip(&mut tallies).zip(titles) {
            tally.add(&expected, &titles, &analyzer, &encoder)?;
            for (chapter, title) in titles.iter().enumerate() {
                let line = json!({"id": reference.id, "engine": engine, "chapter": chapter, "title": title});
                serde_json::to_writer(&mut predictions, &line)?;
                predictions.push(b'\n');
            }
        }
        n_documents += 1;
        bar.report(n_documents, 0);
    }
    drop(bar);
    if n_documents == 0 {
        let reason = format!("{} holds no document that was asked for with a title", args.data.display());
        return Err(Error::Nothing { attempt: "evaluate titles", reason }.into());
    }
    if let Some(path) = &args.predictions {
        write_file(path, |out| out.write_all(&predictions).map_err(Error::Output))?;
    }
    let n_titles = tallies[0].n_compared();
    let results: Vec<Measured> = ENGINES
        .into_iter()
        .zip(&tallies)
        .map(|(engine, tally)| Measured { engine, measures: tally.measures() })
        .collect();
    match args.format {
        SearchFormat::Text => output::print(|out| {
            let data = args.data.display();
            writeln!(out, "{data}: {n_titles} titles of {n_documents} documents, {n_skipped} without one left out")?;
            writeln!(out, "  engine            ROUGE-1  ROUGE-2  ROUGE-L  similarity  grounded  repeated")?;
            results.iter().try_for_each(|measured| measured.row(out))
        }),
        SearchFormat::Json => output::print_json(&json!({
            "caesura": caesura::VERSION,
            "data": args.data.to_string_lossy(),
            "n_documents": n_documents,
            "n_skipped": n_skipped,
            "n_titles": n_titles,
            "engines": results,
            "provenance": {
                "caesura": caesura::VERSION,
                "model_sha256": encoder.sha256(),
                "settings": {
                    "part": args.kept.part.map(Part::name),
                    "where": args.kept.fields,
                    "limit": args.kept.limit,
                },
            },
        })),
    }
}

/// Returns the sections of a document as chapters without titles.
fn chapters(reference: &Reference) -> Vec<Chapter> {
    let boundaries = reference.sections.boundaries();
    let levels = vec![1; boundaries.len()];
    chapters_at(reference.text.len(), &reference.units, &GapScores::default(), boundaries, &levels)
}

/// Returns the titles that each of [`ENGINES`] gives the sections of a document.
fn titles(
    reference: &Reference,
    chapters: &[Chapter],
    of_units: &dyn Encoder,
    encoder: &dyn Encoder,
    progress: &dyn Progress,
) -> Result<[Vec<String>; 3]> {
    let Reference { text, units, language, .. } = reference;
    let vectors = of_units.encode(&reference.texts(), progress)?;
    let by = |vectors, encoder| -> Result<Vec<String>> {
        let mut chapters = chapters.to_vec();
        title_chapters(&mut chapters, text, units, vectors, encoder, *language, progress)?;
        Ok(chapters.into_iter().map(|chapter| chapter.title).collect())
    };
    let first_words = chapters.iter().map(|chapter| first_words(chapter, text, units)).collect();
    Ok([by(Some(&vectors), Some(encoder))?, by(None, None)?, first_words])
}

impl Measured {
    fn row(&self, out: &mut dyn Write) -> Result<()> {
        let TitlesMeasures { rouge_1, rouge_2, rouge_l, similarity, share_grounded, share_repeated } = self.measures;
        Ok(writeln!(
            out,
            "  {:16}    {rouge_1:5.3}    {rouge_2:5.3}    {rouge_l:5.3}       {similarity:5.3}     {share_grounded:5.3}     \
             {share_repeated:5.3}",
            self.engine
        )?)
    }
}
