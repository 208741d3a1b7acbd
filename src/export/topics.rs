//! Topics as text, JSON or CSV.

use std::io::Write;

use serde::Serialize;

use super::csv::{guarded, unwritten};
use super::on_one_line;
use crate::document::Provenance;
use crate::error::Result;

/// A topic, as an export sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicView {
    /// Its label.
    pub label: String,
    /// Its words with their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// The documents that bear it with their strengths in `0.0..=1.0`, strongest first.
    pub documents: Vec<(String, f32)>,
    /// How well its words go together: normalised pointwise mutual information, in `-1.0..=1.0`.
    pub npmi: f32,
}

/// A format for topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TopicFormat {
    /// For reading in a terminal: a line a topic.
    Text,
    /// Everything: the contract of `topics --format json`.
    Json,
    /// A row a topic.
    Csv,
}

#[derive(Serialize)]
struct Whole<'a> {
    caesura: &'a str,
    topics: Vec<Row<'a>>,
    provenance: &'a Provenance,
}

#[derive(Serialize)]
struct Row<'a> {
    index: usize,
    label: &'a str,
    words: Vec<Word<'a>>,
    n_documents: usize,
    documents: Vec<Bearer<'a>>,
    npmi: f32,
}

#[derive(Serialize)]
struct Word<'a> {
    word: &'a str,
    weight: f32,
}

#[derive(Serialize)]
struct Bearer<'a> {
    id: &'a str,
    strength: f32,
}

/// Writes topics in the order given.
pub fn write_topics(
    topics: &[TopicView],
    provenance: &Provenance,
    format: TopicFormat,
    out: &mut dyn Write,
) -> Result<()> {
    match format {
        TopicFormat::Text => write_text(topics, out),
        TopicFormat::Json => write_json(topics, provenance, out),
        TopicFormat::Csv => write_csv(topics, out),
    }
}

/// How many words of a topic a line shows.
const N_SHOWN: usize = 10;

fn write_text(topics: &[TopicView], out: &mut dyn Write) -> Result<()> {
    let plural = if topics.len() == 1 { "" } else { "s" };
    writeln!(out, "{} topic{plural}", topics.len())?;
    for (index, topic) in topics.iter().enumerate() {
        let words: Vec<&str> = topic.words.iter().take(N_SHOWN).map(|(word, _)| word.as_str()).collect();
        let n = topic.documents.len();
        writeln!(out, "{index:4}  {:5} doc{}  {}", n, if n == 1 { " " } else { "s" }, words.join(" "))?;
    }
    Ok(())
}

fn write_json(topics: &[TopicView], provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let topics = topics.iter().enumerate().map(|(index, topic)| Row::of(index, topic)).collect();
    serde_json::to_writer_pretty(&mut *out, &Whole { caesura: crate::VERSION, topics, provenance })?;
    Ok(writeln!(out)?)
}

impl<'a> Row<'a> {
    fn of(index: usize, topic: &'a TopicView) -> Self {
        Self {
            index,
            label: &topic.label,
            words: topic.words.iter().map(|(word, weight)| Word { word, weight: *weight }).collect(),
            n_documents: topic.documents.len(),
            documents: topic.documents.iter().map(|(id, strength)| Bearer { id, strength: *strength }).collect(),
            npmi: topic.npmi,
        }
    }
}

fn write_csv(topics: &[TopicView], out: &mut dyn Write) -> Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(["index", "label", "words", "n_documents", "npmi"]).map_err(unwritten)?;
    for (index, topic) in topics.iter().enumerate() {
        let words: Vec<&str> = topic.words.iter().map(|(word, _)| word.as_str()).collect();
        rows.write_record([
            &index.to_string(),
            guarded(&on_one_line(&topic.label)).as_ref(),
            guarded(&words.join(" ")).as_ref(),
            &topic.documents.len().to_string(),
            &format!("{:.4}", topic.npmi),
        ])
        .map_err(unwritten)?;
    }
    Ok(rows.flush()?)
}
