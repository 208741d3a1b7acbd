//! `caesura evaluate topics`: how good topics are, which settings make them so, and how steady they are.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use caesura::document::{ProfileWord, Provenance};
use caesura::error::Error;
use caesura::evaluate::corpus::{self, CorpusDocument};
use caesura::evaluate::topics::{
    Agreement, TokenCorpus, TopicScores, agreement, evaluate, strongest, strongest_from_file, terms, topics_from_file,
};
use caesura::export::{TopicFormat, write_file, write_topics};
use caesura::pipeline;
use caesura::topics::{Assigner, Bearing, Level, Topic, TopicsConfig, n_tables_for};
use caesura::words::{Analyzer, Language, fold, tokens_of_prose};
use serde_json::{Value, json};

use super::topics::{tree, view};
use crate::args::{self, SearchFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::EvaluateTopics) -> Result<()> {
    let limit = args.limit.unwrap_or(usize::MAX);
    let documents: Vec<CorpusDocument> = corpus::documents(&args.data)?.take(limit).collect::<Result<_, _>>()?;
    let corpus = Corpus::of(&documents);
    if let Some(path) = &args.tokens {
        let mut lines =
            corpus.texts.iter().map(|text| corpus.analyzer.content_stems_of(tokens_of_prose(text)).join(" "));
        write_file(path, |out| lines.try_for_each(|line| writeln!(out, "{line}").map_err(Error::Output)))?;
    }
    if args.ablation {
        return ablation(session, args, &corpus);
    }
    if args.stability {
        return stability(session, args, &corpus);
    }
    let found = if let Some(path) = &args.topics {
        given(path, args, documents.len())?
    } else {
        let adjust = |chosen| args.settings.adjust(chosen);
        let mined = Mined::of(session, &corpus.texts, corpus.language, session.seed(), &adjust)?;
        if let Some(path) = &args.predictions {
            let names: Vec<String> = documents.iter().map(|document| document.id.clone()).collect();
            let view = view(&mined.topics, &names, Level::FINEST);
            write_file(path, |out| write_topics(&view, &mined.provenance, TopicFormat::Json, out))?;
        }
        mined.found(args.number.map_or(Level::FINEST, |number| Level::Number(number as usize)), &corpus)
    };
    if let Some(path) = &args.terms {
        let mut lines = found.terms.iter().map(|terms| terms.join(" "));
        write_file(path, |out| lines.try_for_each(|line| writeln!(out, "{line}").map_err(Error::Output)))?;
    }
    if let Some(path) = &args.strongest {
        let mut lines = found.strongest.iter().map(|topic| topic.map_or("-1".to_owned(), |topic| topic.to_string()));
        write_file(path, |out| lines.try_for_each(|line| writeln!(out, "{line}").map_err(Error::Output)))?;
    }
    let scores = corpus.scores(&found);
    match args.format {
        SearchFormat::Text => output::print(|out| table(documents.len(), &scores, &found, out)),
        SearchFormat::Json => output::print_json(&whole_json(args, documents.len(), &scores, &found)),
    }
}

/// A corpus to mine and to judge by.
struct Corpus<'a> {
    texts: Vec<&'a str>,
    labels: Vec<Vec<String>>,
    language: Language,
    analyzer: Analyzer,
    tokens: TokenCorpus,
}

impl<'a> Corpus<'a> {
    fn of(documents: &'a [CorpusDocument]) -> Self {
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        let language = pipeline::language_of(&texts);
        let analyzer = Analyzer::new(language);
        let tokens = TokenCorpus::of_texts(texts.iter().copied(), &analyzer);
        let labels = documents.iter().map(|document| document.labels.clone()).collect();
        Self { texts, labels, language, analyzer, tokens }
    }

    fn scores(&self, found: &Found) -> TopicScores {
        evaluate(&found.terms, &found.strongest, &self.tokens, &self.labels)
    }
}

/// Topics to be judged.
struct Found {
    terms: Vec<Vec<String>>,
    strongest: Vec<Option<usize>>,
    cost: Option<Cost>,
    provenance: Option<Provenance>,
}

/// What it took to mine topics.
#[derive(Clone, Copy)]
struct Cost {
    secs: f64,
    user_secs: Option<f64>,
}

/// Topics that were mined.
struct Mined {
    topics: Vec<Topic>,
    config: TopicsConfig,
    provenance: Provenance,
    cost: Cost,
}

impl Mined {
    fn of(
        session: &Session,
        texts: &[&str],
        language: Language,
        seed: u64,
        adjust: &dyn Fn(TopicsConfig) -> TopicsConfig,
    ) -> Result<Self> {
        let bar = session.bar("mine topics");
        let (started, user_secs) = (Instant::now(), output::user_secs());
        let (topics, config) = pipeline::mine_texts(texts, language, seed, adjust, &bar)?;
        let secs = started.elapsed().as_secs_f64();
        let user_secs = output::user_secs().zip(user_secs).map(|(after, before)| after - before);
        let provenance = pipeline::topics_provenance(&config, language);
        Ok(Self { topics, config, provenance, cost: Cost { secs, user_secs } })
    }

    fn found(self, level: Level, corpus: &Corpus<'_>) -> Found {
        let n_documents = corpus.texts.len();
        let (terms, strongest) = if level == Level::FINEST {
            (terms(&self.topics, &corpus.analyzer), strongest(&self.topics, n_documents))
        } else {
            general(&self.topics, level, corpus)
        };
        Found { terms, strongest, cost: Some(self.cost), provenance: Some(self.provenance) }
    }
}

/// Returns the terms of topics at a level, and the strongest of them in each document.
fn general(topics: &[Topic], level: Level, corpus: &Corpus<'_>) -> (Vec<Vec<String>>, Vec<Option<usize>>) {
    let topics = tree(topics).at(level);
    let stems = |words: &[(String, f32)]| words.iter().map(|(word, _)| corpus.analyzer.stem(&fold(word))).collect();
    let mut best: Vec<Option<(usize, f32)>> = vec![None; corpus.texts.len()];
    for (place, topic) in topics.iter().enumerate() {
        for &(document, strength) in &topic.documents {
            let best = &mut best[document as usize];
            if best.is_none_or(|(_, most)| most < strength) {
                *best = Some((place, strength));
            }
        }
    }
    let strongest = best.into_iter().map(|best| best.map(|(topic, _)| topic)).collect();
    (topics.iter().map(|topic| stems(&topic.words)).collect(), strongest)
}

fn given(path: &Path, args: &args::EvaluateTopics, n_documents: usize) -> Result<Found> {
    let terms = topics_from_file(path)?;
    let strongest = match &args.bearers {
        Some(bearers) => strongest_from_file(bearers, terms.len(), n_documents)?,
        None => vec![None; n_documents],
    };
    Ok(Found { terms, strongest, cost: None, provenance: None })
}

fn whole_json(args: &args::EvaluateTopics, n_documents: usize, scores: &TopicScores, found: &Found) -> Value {
    let mut whole = json!({
        "caesura": caesura::VERSION,
        "data": args.data.to_string_lossy(),
        "n_documents": n_documents,
    });
    let row = row_json(scores, found.cost);
    whole.as_object_mut().expect("it is one").extend(row.as_object().cloned().unwrap_or_default());
    whole["peak_mib"] = json!(output::peak_mib());
    whole["provenance"] = json!(found.provenance);
    whole
}

fn row_json(scores: &TopicScores, cost: Option<Cost>) -> Value {
    json!({
        "n_topics": scores.n_topics,
        "npmi_window_10": scores.npmi_window_10,
        "npmi_as_lau": scores.npmi_as_lau,
        "npmi_documents": scores.npmi_documents,
        "diversity": scores.diversity,
        "support_median": scores.support_median,
        "share_of_documents_with_topic": scores.share_of_documents_with_topic,
        "nmi": scores.nmi,
        "purity": scores.purity,
        "secs": cost.map(|cost| cost.secs),
        "user_secs": cost.and_then(|cost| cost.user_secs),
    })
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn table(n_documents: usize, scores: &TopicScores, found: &Found, out: &mut dyn Write) -> Result<()> {
    let secs = |secs: Option<f64>| secs.map_or_else(|| "-".to_owned(), |secs| format!("{secs:.2}"));
    let peak = output::peak_mib().map_or_else(|| "-".to_owned(), |mib| format!("{mib:.0}"));
    let rows = [
        ("documents", n_documents.to_string()),
        ("topics", scores.n_topics.to_string()),
        ("NPMI, 10-word window", number(scores.npmi_window_10)),
        ("NPMI as Lau et al.", number(scores.npmi_as_lau)),
        ("NPMI, documents", number(scores.npmi_documents)),
        ("diversity", format!("{:.3}", scores.diversity)),
        ("support, median", scores.support_median.to_string()),
        ("documents with a topic", format!("{:.3}", scores.share_of_documents_with_topic)),
        ("NMI with labels", number(scores.nmi)),
        ("purity", number(scores.purity)),
        ("seconds to mine", secs(found.cost.map(|cost| cost.secs))),
        ("user seconds", secs(found.cost.and_then(|cost| cost.user_secs))),
        ("peak MiB", peak),
    ];
    rows.iter().try_for_each(|(name, value)| Ok(writeln!(out, "{name:24} {value:>10}")?))
}

/// A setting that is changed: what it is called, and how.
type Change = (&'static str, fn(TopicsConfig) -> TopicsConfig);

/// What `--ablation` changes, one at a time.
const CHANGES: [Change; 23] = [
    ("as chosen", |chosen| chosen),
    ("passage_words 0", |chosen| TopicsConfig { passage_words: 0, ..chosen }),
    ("passage_words 200", |chosen| TopicsConfig { passage_words: 200, ..chosen }),
    ("pool_words 0", |chosen| TopicsConfig { pool_words: 0, ..chosen }),
    ("tuple_size 2", |chosen| TopicsConfig { tuple_size: 2, n_tables: n_tables_for(0.10, 2), ..chosen }),
    ("tuple_size 3", |chosen| TopicsConfig { tuple_size: 3, n_tables: n_tables_for(0.10, 3), ..chosen }),
    ("tables / 4", |chosen| TopicsConfig { n_tables: (chosen.n_tables / 4).max(1), ..chosen }),
    ("tables x 4", |chosen| TopicsConfig { n_tables: chosen.n_tables * 4, ..chosen }),
    ("overlap 0.5", |chosen| TopicsConfig { overlap: 0.5, ..chosen }),
    ("overlap 0.9", |chosen| TopicsConfig { overlap: 0.9, ..chosen }),
    ("min_set 2", |chosen| TopicsConfig { min_set: 2, ..chosen }),
    ("min_cluster 1", |chosen| TopicsConfig { min_cluster: 1, ..chosen }),
    ("min_cluster 5", |chosen| TopicsConfig { min_cluster: 5, ..chosen }),
    ("max_cluster_words 30", |chosen| TopicsConfig { max_cluster_words: 30, ..chosen }),
    ("max_cluster_words 1000", |chosen| TopicsConfig { max_cluster_words: 1_000, ..chosen }),
    ("min_documents 2", |chosen| TopicsConfig { min_documents: 2, ..chosen }),
    ("min_documents x 4", |chosen| TopicsConfig { min_documents: chosen.min_documents * 4, ..chosen }),
    ("no frequency limits", TopicsConfig::without_frequency_limits),
    ("min_support 2", |chosen| TopicsConfig { min_support: 2, ..chosen }),
    ("min_support x 4", |chosen| TopicsConfig { min_support: chosen.min_support * 4, ..chosen }),
    ("min_strength 0.02", |chosen| TopicsConfig { min_strength: 0.02, ..chosen }),
    ("min_strength 0.1", |chosen| TopicsConfig { min_strength: 0.1, ..chosen }),
    // As Fuentes-Pineda and Meza-Ruiz 2018 have them.
    ("the paper's", |chosen| {
        let paper = TopicsConfig { tuple_size: 2, n_tables: 432, min_set: 3, overlap: 0.9, min_cluster: 5, ..chosen };
        TopicsConfig {
            passage_words: 0,
            pool_words: 0,
            max_cluster_words: u32::MAX,
            min_support: 1,
            ..paper.without_frequency_limits()
        }
    }),
];

fn ablation(session: &Session, args: &args::EvaluateTopics, corpus: &Corpus<'_>) -> Result<()> {
    let mut rows: Vec<(&str, TopicScores, Cost)> = Vec::new();
    for (name, change) in CHANGES {
        let adjust = |chosen| change(args.settings.adjust(chosen));
        let mined = Mined::of(session, &corpus.texts, corpus.language, session.seed(), &adjust)?;
        let cost = mined.cost;
        rows.push((name, corpus.scores(&mined.found(Level::FINEST, corpus)), cost));
    }
    match args.format {
        SearchFormat::Text => output::print(|out| {
            writeln!(
                out,
                "{:24} topics  NPMI w10  NPMI doc  diversity  support   with    NMI  purity     secs",
                "setting"
            )?;
            for (name, scores, cost) in &rows {
                let (n, support) = (scores.n_topics, scores.support_median);
                let (window, documents) = (number(scores.npmi_window_10), number(scores.npmi_documents));
                let (nmi, purity) = (number(scores.nmi), number(scores.purity));
                let (diversity, share) = (scores.diversity, scores.share_of_documents_with_topic);
                let secs = cost.user_secs.unwrap_or(cost.secs);
                writeln!(
                    out,
                    "{name:24} {n:6}  {window:>8}  {documents:>8}  {diversity:9.3}  {support:7}  {share:5.3}  {nmi:>5}   {purity:>5}  \
                     {secs:7.2}"
                )?;
            }
            Ok(())
        }),
        SearchFormat::Json => {
            let rows: Vec<Value> = rows
                .iter()
                .map(|(name, scores, cost)| json!({ "setting": name, "scores": row_json(scores, Some(*cost)) }))
                .collect();
            output::print_json(
                &json!({ "caesura": caesura::VERSION, "data": args.data.to_string_lossy(), "rows": rows }),
            )
        }
    }
}

fn stability(session: &Session, args: &args::EvaluateTopics, corpus: &Corpus<'_>) -> Result<()> {
    let adjust = |chosen| args.settings.adjust(chosen);
    let mined = |texts: &[&str], seed| Mined::of(session, texts, corpus.language, seed, &adjust);
    let whole = mined(&corpus.texts, session.seed())?;
    let reseeded = mined(&corpus.texts, session.seed().wrapping_add(1))?;
    // A document is in the sample by its place and the seed alone.
    let in_sample = |place: usize| {
        !session
            .seed()
            .wrapping_add(place as u64)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(23)
            .is_multiple_of(10)
    };
    let (sample, rest): (Vec<usize>, Vec<usize>) = (0..corpus.texts.len()).partition(|&place| in_sample(place));
    let sample_texts: Vec<&str> = sample.iter().map(|&place| corpus.texts[place]).collect();
    let sampled = mined(&sample_texts, session.seed())?;

    let of = |mined: &Mined| terms(&mined.topics, &corpus.analyzer);
    let (by_seed, by_sample) = (agreement(&of(&whole), &of(&reseeded)), agreement(&of(&whole), &of(&sampled)));
    let (known, added) = judged_alike(&whole, &sampled, &sample, &rest, corpus);
    match args.format {
        SearchFormat::Text => output::print(|out| {
            writeln!(out, "{:24} topics  topics  the same  Jaccard  of best words", "compared with another")?;
            for (name, Agreement { n_one, n_other, n_same, jaccard, best_words }) in
                [("seed", &by_seed), ("nine tenths", &by_sample)]
            {
                writeln!(out, "{name:24} {n_one:6}  {n_other:6}  {n_same:8}  {jaccard:7.3}  {best_words:13.3}")?;
            }
            writeln!(out, "documents judged as a run over all judges them")?;
            writeln!(out, "{:24} {known:.3}", "  of the nine tenths")?;
            writeln!(out, "{:24} {added:.3}", "  added after mining")?;
            Ok(())
        }),
        SearchFormat::Json => {
            let agreement = |Agreement { n_one, n_other, n_same, jaccard, best_words }: &Agreement| json!({ "n_one": n_one, "n_other": n_other, "n_same": n_same, "jaccard": jaccard, "best_words": best_words });
            output::print_json(&json!({
                "caesura": caesura::VERSION,
                "data": args.data.to_string_lossy(),
                "seeds": agreement(&by_seed),
                "nine_tenths": agreement(&by_sample),
                "judged_alike_of_nine_tenths": known,
                "judged_alike_added": added,
            }))
        }
    }
}

/// Returns the share of documents of which the topics of the sample and of the whole say the same: that the strongest is
/// one topic, or that there is none. Of the documents in the sample, and of the rest, which the sample's topics know nothing
/// of but what a profile says.
fn judged_alike(whole: &Mined, sampled: &Mined, sample: &[usize], rest: &[usize], corpus: &Corpus<'_>) -> (f64, f64) {
    let documents = |mined: &Mined, place_of: &dyn Fn(usize) -> u64| -> Vec<Vec<u64>> {
        let of_topic = |topic: &Topic| {
            let mut documents: Vec<u64> = topic.bearers.iter().map(|bearer| place_of(bearer.bag.index())).collect();
            documents.sort_unstable();
            documents
        };
        mined.topics.iter().map(of_topic).collect()
    };
    let (of_whole, of_sample) = (documents(whole, &|bag| bag as u64), documents(sampled, &|bag| sample[bag] as u64));
    let same = caesura::topics::same_topics(&known(&whole.topics, &of_whole), &known(&sampled.topics, &of_sample));
    let expected = strongest(&whole.topics, corpus.texts.len());
    let is_alike = |place: usize, found: Option<usize>| match found {
        None => expected[place].is_none(),
        Some(topic) => same[topic].is_some() && same[topic] == expected[place],
    };
    let in_sample = strongest(&sampled.topics, sample.len());
    let n_known = sample.iter().zip(in_sample).filter(|&(&place, found)| is_alike(place, found)).count();
    let profiles: Vec<&[ProfileWord]> = sampled.topics.iter().map(|topic| topic.profile.as_slice()).collect();
    let assigner = Assigner::new(&profiles, Bearing::from(&sampled.config));
    let judge = |place: usize| {
        let borne: BTreeMap<usize, f32> =
            assigner.strengths(corpus.texts[place], &corpus.analyzer).into_iter().collect();
        // Of equals the earlier topic.
        borne.into_iter().rev().max_by(|one, other| one.1.total_cmp(&other.1)).map(|(topic, _)| topic)
    };
    let n_added = rest.iter().filter(|&&place| is_alike(place, judge(place))).count();
    let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
    (share(n_known, sample.len()), share(n_added, rest.len()))
}

fn known<'a>(topics: &'a [Topic], documents: &'a [Vec<u64>]) -> Vec<caesura::topics::Known<'a>> {
    let known =
        |(topic, documents): (&'a Topic, &'a Vec<u64>)| caesura::topics::Known { profile: &topic.profile, documents };
    topics.iter().zip(documents).map(known).collect()
}
