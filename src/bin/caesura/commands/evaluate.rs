//! `caesura evaluate`: how good chapters and topics are, against a reference.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use caesura::chapters::CutConfig;
use caesura::document::UnitKind;
use caesura::error::Error;
use caesura::evaluate::Interval;
use caesura::evaluate::chapters::{
    Change, ChaptersEvaluation, Cut, Engine as Measured, EngineMeasures, Prediction, Surroundings, TopLevelMeasures,
    evaluate_chapters,
};
use caesura::evaluate::data::{self, Selection, UntitledFirst};
use caesura::evaluate::split::Part;
use caesura::export::{counted, write_file};
use caesura::neural::Encoder;
use caesura::pipeline::{Engine, ModelFolders, SplitSettings};
use serde_json::{Value, json};

use crate::args::{self, EvaluateWhat, SearchFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Evaluate) -> Result<()> {
    match &args.what {
        EvaluateWhat::Chapters(args) => chapters(session, args),
        EvaluateWhat::Titles(args) => super::evaluate_titles::run(session, args),
        EvaluateWhat::Topics(args) => super::evaluate_topics::run(session, args),
        EvaluateWhat::Search(args) => super::evaluate_search::run(session, args),
    }
}

/// The engines that tell how hard the data is (no boundary, equal parts, and boundaries anywhere), and what others do.
const BASELINES: [&str; 6] = ["none", "even", "random", "texttiling", "percentile", "treeseg"];

fn chapters(session: &Session, args: &args::EvaluateChapters) -> Result<()> {
    let names = engines(&args.engine, args.model.is_some())?;
    let folders = ModelFolders {
        context: args.model.as_deref(),
        pair: args.pair_model.as_deref(),
        passage: args.passage_model.as_deref(),
    };
    let scorer = |engine: Engine| Ok::<_, Error>((engine, engine.scorer_from(&folders)?));
    let scorers: Vec<_> =
        names.iter().filter_map(|name| Engine::from_name(name)).map(scorer).collect::<Result<_, _>>()?;
    let cuts: Vec<_> = scorers
        .iter()
        .map(|&(engine, _)| move |kind: UnitKind| -> CutConfig { engine.cut(args.granularity, kind) })
        .collect();
    let measured: Vec<Measured> = names
        .iter()
        .map(|name| match name.as_str() {
            "none" => Measured::None,
            "even" => Measured::Even,
            "random" => Measured::Random { seed: session.seed() },
            "texttiling" => Measured::TextTiling,
            "percentile" => Measured::Percentile,
            "treeseg" => Measured::Divisive,
            name => {
                let at = scorers.iter().position(|(engine, _)| engine.name() == name).expect("it was made above");
                Measured::Scored { scorer: scorers[at].1.as_ref(), cut: &cuts[at] as Cut }
            }
        })
        .collect();
    let needs_model = measured.iter().any(Measured::needs_vectors);
    let encoder = if needs_model { Some(session.encoder_keeping(args.vectors.as_deref())?) } else { None };

    let predictions = RefCell::new(Vec::new());
    let results = args.data.iter().map(|path| {
        let untitled_first = if args.drop_untitled_first { UntitledFirst::Drop } else { UntitledFirst::Keep };
        let selection = selection(&args.kept, untitled_first)?;
        let bar = session.bar(&caesura::import::name_of(path));
        let started = Instant::now();
        let mut surroundings = Surroundings {
            encoder: encoder.as_deref(),
            seconds: &|| started.elapsed().as_secs_f64(),
            peak_kib: &output::peak_kib_since,
            on_prediction: &mut |prediction: Prediction| {
                if args.predictions.is_some() {
                    serde_json::to_writer(&mut *predictions.borrow_mut(), &prediction)?;
                    predictions.borrow_mut().push(b'\n');
                }
                Ok(())
            },
        };
        let evaluation = evaluate_chapters(data::references(path, selection)?, &measured, &mut surroundings, &bar)?;
        if evaluation.n_documents == 0 {
            let reason = match evaluation.n_skipped {
                0 => format!("{} holds none that was asked for", path.display()),
                n => format!("{} holds none with sections to compare with; {n} were passed over", path.display()),
            };
            return Err(Error::Nothing { attempt: "evaluate chapters", reason }.into());
        }
        Ok((path.as_path(), evaluation))
    });
    let results: Vec<(&Path, ChaptersEvaluation)> = results.collect::<Result<_>>()?;
    if let Some(path) = &args.predictions {
        write_file(path, |out| out.write_all(&predictions.borrow()).map_err(Error::Output))?;
    }
    match args.format {
        SearchFormat::Text => {
            output::print(|out| results.iter().try_for_each(|(path, result)| table(path, result, args, out)))
        }
        SearchFormat::Json => print_chapters_json(session, args, encoder.as_deref().map(Encoder::sha256), &results),
    }
}

/// Returns the names of the engines to measure. A context model of its own is measured alone: the passage model was
/// fitted to another.
fn engines(typed: &[String], of_own: bool) -> Result<Vec<String>, Error> {
    if typed.is_empty() {
        let usual = if of_own { Engine::Context } else { SplitSettings::usual().engine };
        return Ok(vec![usual.name().to_owned()]);
    }
    for name in typed {
        if Engine::from_name(name).is_none() && !BASELINES.contains(&name.as_str()) {
            return Err(Error::Setting {
                name: "engine",
                needed: "one of context, pair, passage, combined, vectors, lexical, none, even, random, texttiling, percentile and treeseg",
                found: name.clone(),
            });
        }
    }
    Ok(typed.to_vec())
}

/// Returns which documents are kept, as it was typed.
pub(super) fn selection(kept: &args::KeptDocuments, untitled_first: UntitledFirst) -> Result<Selection> {
    let field = |typed: &String| {
        let (name, value) = typed.split_once('=').with_context(|| format!("--where takes KEY=VALUE, not {typed:?}"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    let fields = kept.fields.iter().map(field).collect::<Result<_>>()?;
    Ok(Selection { fields, part: kept.part, untitled_first, limit: kept.limit })
}

fn table(path: &Path, result: &ChaptersEvaluation, args: &args::EvaluateChapters, out: &mut dyn Write) -> Result<()> {
    let (n, n_skipped) = (result.n_documents, result.n_skipped);
    writeln!(out, "{}: {}, {n_skipped} of one section left out", path.display(), counted(n, "document"))?;
    writeln!(
        out,
        "  engine        Pk  WindowDiff      B     F1  F1 within 1  found/true  pairs    ECE   words/s    MiB"
    )?;
    for row in &result.engines {
        let EngineMeasures { engine, pk, windowdiff, b, f1, f1_within_1, count_ratio_median, words_per_sec, .. } = row;
        let (pairs, peak_mib) = (row.pair_accuracy, row.peak_mib);
        let ece = row.ece.map_or_else(|| "    -".to_owned(), |ece| format!("{ece:5.3}"));
        let mib = peak_mib.map_or_else(|| "-".to_owned(), |mib| format!("{mib:.0}"));
        writeln!(
            out,
            "  {engine:10} {pk:5.3}       {windowdiff:5.3}  {b:5.3}  {f1:5.3}        {f1_within_1:5.3}  \
             {count_ratio_median:10.2}  {pairs:5.3}  {ece}  {words_per_sec:8.0}  {mib:>5}"
        )?;
        if args.details {
            details(row, out)?;
        }
    }
    for Change { engine, than, pk, windowdiff, f1_within_1 } in &result.changes {
        let shown = |Interval { mean, low, high }: Interval| format!("{mean:+.3} ({low:+.3} to {high:+.3})");
        let [pk, windowdiff, f1_within_1] = [*pk, *windowdiff, *f1_within_1].map(shown);
        writeln!(out, "  {engine} less {than}: Pk {pk}, WindowDiff {windowdiff}, F1 within 1 {f1_within_1}")?;
    }
    Ok(())
}

/// Prints what an engine does to gaps of some score and to documents of some length.
fn details(row: &EngineMeasures, out: &mut dyn Write) -> Result<()> {
    let acc_k: Vec<String> = row.acc_k.iter().map(|share| format!("{share:.2}")).collect();
    writeln!(out, "      documents with at most 0, 1, ... wrong gaps: {}", acc_k.join(" "))?;
    if let Some(TopLevelMeasures { n_documents, pk, windowdiff, f1, f1_within_1 }) = row.top_level {
        writeln!(
            out,
            "      {n_documents:8} documents of several levels, the top one: Pk {pk:.3}, WindowDiff {windowdiff:.3}, F1 {f1:.3}, \
             within 1 {f1_within_1:.3}"
        )?;
    }
    if let (Some(confidence), Some(agreement)) = (row.confidence, row.agreement) {
        writeln!(out, "      confidence {confidence:.3} on average, and {agreement:.3} by the same measure")?;
    }
    for bin in &row.reliability {
        writeln!(out, "      {:8} gaps of score {:.2}: {:.2} are boundaries", bin.n_gaps, bin.score, bin.boundaries)?;
    }
    for length in &row.by_length {
        let words = length.below_words.map_or_else(|| "more".to_owned(), |words| format!("below {words}"));
        let (n, exact, within) = (length.n_documents, length.f1, length.f1_within_1);
        writeln!(out, "      {n:8} documents of {words} words: F1 {exact:.3}, within 1 {within:.3}")?;
    }
    Ok(())
}

fn print_chapters_json(
    session: &Session,
    args: &args::EvaluateChapters,
    model_sha256: Option<&str>,
    results: &[(&Path, ChaptersEvaluation)],
) -> Result<()> {
    let one = |(path, result): &(&Path, ChaptersEvaluation)| {
        json!({
            "caesura": caesura::VERSION,
            "data": path.to_string_lossy(),
            "n_documents": result.n_documents,
            "n_skipped": result.n_skipped,
            "engines": result.engines,
            "changes": result.changes,
            "provenance": {
                "caesura": caesura::VERSION,
                "model_sha256": model_sha256,
                "seed": session.seed(),
                "settings": {
                    "granularity": caesura::document::setting(args.granularity),
                    "part": args.kept.part.map(Part::name),
                    "where": args.kept.fields,
                    "drop_untitled_first": args.drop_untitled_first,
                    "limit": args.kept.limit,
                },
            },
        })
    };
    match results {
        [only] => output::print_json(&one(only)),
        several => output::print_json(&Value::Array(several.iter().map(one).collect())),
    }
}
