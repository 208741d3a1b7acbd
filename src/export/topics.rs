//! Topics as text, JSON or CSV; HTML has a file of its own.

use std::io::Write;

use serde::Serialize;

use super::csv::{guarded, unwritten};
use super::{counted, on_one_line, topics_html};
use crate::document::Provenance;
use crate::error::Result;

/// Topics, as an export sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicsView {
    /// The topics, in order.
    pub topics: Vec<TopicView>,
    /// The documents that bear none of them.
    pub without_topic: Vec<String>,
}

/// A topic, as an export sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicView {
    /// Its number in the library, which stays when topics are mined again; nothing for topics of a file, and for a general
    /// topic.
    pub id: Option<i64>,
    /// Its label.
    pub label: String,
    /// Its words with their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// The documents that bear it with their strengths in `0.0..=1.0`, strongest first.
    pub documents: Vec<(String, f32)>,
    /// How well its words go together: normalised pointwise mutual information, in `-1.0..=1.0`.
    pub npmi: f32,
    /// The topics that it is made of, if it is a general one.
    pub parts: Vec<TopicPartView>,
}

/// A topic that a more general one is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartView {
    /// Its number in the library, if it is of one.
    pub id: Option<i64>,
    /// Its place among the topics as they were mined, from 0.
    pub index: usize,
    /// Its label.
    pub label: String,
    /// How many documents bear it.
    pub n_documents: usize,
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
    /// A page in one file.
    Html,
}

#[derive(Serialize)]
struct Whole<'a> {
    caesura: &'a str,
    topics: Vec<Row<'a>>,
    /// The documents that bear none.
    without_topic: &'a [String],
    provenance: &'a Provenance,
}

#[derive(Serialize)]
struct Row<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    label: &'a str,
    words: Vec<Word<'a>>,
    n_documents: usize,
    documents: Vec<Bearer<'a>>,
    npmi: f32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
}

/// A topic of a general one, which is its parent.
#[derive(Serialize)]
struct Part<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    parent: usize,
    label: &'a str,
    n_documents: usize,
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
    view: &TopicsView,
    provenance: &Provenance,
    format: TopicFormat,
    out: &mut dyn Write,
) -> Result<()> {
    match format {
        TopicFormat::Text => write_text(view, out),
        TopicFormat::Json => write_json(view, provenance, out),
        TopicFormat::Csv => write_csv(&view.topics, out),
        TopicFormat::Html => topics_html::write(view, provenance, out),
    }
}

/// How many words of a topic a line shows.
const N_SHOWN: usize = 10;

/// How many of the documents that bear none a reader is shown.
const N_WITHOUT_SHOWN: usize = 20;

fn write_text(TopicsView { topics, without_topic }: &TopicsView, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}", counted(topics.len(), "topic"))?;
    for (index, topic) in topics.iter().enumerate() {
        let words: Vec<&str> = topic.words.iter().take(N_SHOWN).map(|(word, _)| word.as_str()).collect();
        let n = topic.documents.len();
        writeln!(out, "{index:4}  {:5} doc{}  {}", n, if n == 1 { " " } else { "s" }, words.join(" "))?;
        for part in &topic.parts {
            let plural = if part.n_documents == 1 { " " } else { "s" };
            writeln!(out, "            {:5} doc{plural}  {}", part.n_documents, on_one_line(&part.label))?;
        }
    }
    if !without_topic.is_empty() {
        let n = without_topic.len();
        let shown: Vec<String> = without_topic.iter().take(N_WITHOUT_SHOWN).map(|id| on_one_line(id)).collect();
        let more = if N_WITHOUT_SHOWN < n { ", ..." } else { "" };
        writeln!(out, "no topic  {n:3} doc{}  {}{more}", if n == 1 { " " } else { "s" }, shown.join(", "))?;
    }
    Ok(())
}

fn write_json(view: &TopicsView, provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let topics = view.topics.iter().enumerate().map(|(index, topic)| Row::of(index, topic)).collect();
    let without_topic = &view.without_topic;
    serde_json::to_writer_pretty(&mut *out, &Whole { caesura: crate::VERSION, topics, without_topic, provenance })?;
    Ok(writeln!(out)?)
}

impl<'a> Row<'a> {
    fn of(index: usize, topic: &'a TopicView) -> Self {
        Self {
            index,
            id: topic.id,
            label: &topic.label,
            words: topic.words.iter().map(|(word, weight)| Word { word, weight: *weight }).collect(),
            n_documents: topic.documents.len(),
            documents: topic.documents.iter().map(|(id, strength)| Bearer { id, strength: *strength }).collect(),
            npmi: topic.npmi,
            parts: topic.parts.iter().map(|part| Part::of(index, part)).collect(),
        }
    }
}

impl<'a> Part<'a> {
    fn of(parent: usize, part: &'a TopicPartView) -> Self {
        let TopicPartView { id, index, label, n_documents } = part;
        Self { index: *index, id: *id, parent, label, n_documents: *n_documents }
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

/// Topics by the values of a field, as an export sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldView {
    /// The name of the field, such as `"year"`.
    pub field: String,
    /// The values in order, with how many documents have each.
    pub values: Vec<(String, u32)>,
    /// The topics: a label, and for each value a cell.
    pub topics: Vec<(String, Vec<FieldCellView>)>,
}

/// How much of a topic there is where a field has some value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct FieldCellView {
    /// How many documents of that value bear the topic.
    pub n_documents: u32,
    /// The share of the documents of that value that do.
    pub share: f32,
    /// How strongly those do, on average.
    pub mean_strength: f32,
}

/// Writes topics by a field: a line or row a topic and value that go together at all.
pub fn write_field(view: &FieldView, provenance: &Provenance, format: TopicFormat, out: &mut dyn Write) -> Result<()> {
    match format {
        TopicFormat::Text => write_field_text(view, out),
        TopicFormat::Json => write_field_json(view, provenance, out),
        TopicFormat::Csv => write_field_csv(view, out),
        TopicFormat::Html => topics_html::write_field(view, provenance, out),
    }
}

/// How many characters of a label a line shows.
const N_LABEL_CHARS: usize = 32;

fn write_field_text(view: &FieldView, out: &mut dyn Write) -> Result<()> {
    for (index, (label, cells)) in view.topics.iter().enumerate() {
        let label: String = on_one_line(label).chars().take(N_LABEL_CHARS).collect();
        writeln!(out, "{index:4}  {label}")?;
        for ((value, n_all), cell) in view.values.iter().zip(cells).filter(|(_, cell)| 0 < cell.n_documents) {
            let (n, percent) = (cell.n_documents, cell.share * 100.0);
            writeln!(
                out,
                "      {n:5} of {n_all:5}  {percent:3.0} %  {:.2}  {}",
                cell.mean_strength,
                on_one_line(value)
            )?;
        }
    }
    Ok(())
}

fn write_field_json(view: &FieldView, provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let values: Vec<serde_json::Value> = view
        .values
        .iter()
        .map(|(value, n_documents)| serde_json::json!({ "value": value, "n_documents": n_documents }))
        .collect();
    let topics: Vec<serde_json::Value> = view
        .topics
        .iter()
        .enumerate()
        .map(|(index, (label, cells))| serde_json::json!({ "index": index, "label": label, "cells": cells }))
        .collect();
    let whole = serde_json::json!({
        "caesura": crate::VERSION, "field": view.field, "values": values, "topics": topics, "provenance": provenance,
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    Ok(writeln!(out)?)
}

fn write_field_csv(view: &FieldView, out: &mut dyn Write) -> Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    let head = ["index", "label", view.field.as_str(), "n_documents", "n_all", "share", "mean_strength"];
    rows.write_record(head).map_err(unwritten)?;
    for (index, (label, cells)) in view.topics.iter().enumerate() {
        for ((value, n_all), cell) in view.values.iter().zip(cells) {
            rows.write_record([
                &index.to_string(),
                guarded(&on_one_line(label)).as_ref(),
                guarded(&on_one_line(value)).as_ref(),
                &cell.n_documents.to_string(),
                &n_all.to_string(),
                &format!("{:.4}", cell.share),
                &format!("{:.4}", cell.mean_strength),
            ])
            .map_err(unwritten)?;
        }
    }
    Ok(rows.flush()?)
}
