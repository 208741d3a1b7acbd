//! Topics as HTML: one file with a table that reads, is searched and prints.

use std::io::Write;

use super::topics::{FieldView, TopicView, TopicsView};
use super::{counted, on_one_line, page, xml};
use crate::document::Provenance;
use crate::error::Result;

/// How many documents a topic names; a table of thousands would tell nobody anything.
const N_DOCUMENTS: usize = 25;

/// Writes topics in the order given.
pub(super) fn write(view: &TopicsView, provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let topics = &view.topics;
    page::start("Topics", language(provenance), "Find in the topics", out)?;
    let n_topics = counted(topics.len(), "topic");
    writeln!(out, "<article>\n<header><h1>Topics</h1><aside class=\"facts\">{n_topics}</aside></header>")?;
    writeln!(out, "<nav aria-label=\"Topics\"><ol>")?;
    for (index, topic) in topics.iter().enumerate() {
        writeln!(out, "<li><a href=\"#t{index}\" dir=\"auto\">{}</a></li>", line(&topic.label))?;
    }
    writeln!(out, "</ol></nav>\n<div class=\"text\">")?;
    for (index, topic) in topics.iter().enumerate() {
        section(index, topic, out)?;
    }
    without_topic(&view.without_topic, out)?;
    end(provenance, out)
}

/// Writes topics by the values of a field: a table a topic, a row a value that goes with it at all.
pub(super) fn write_field(view: &FieldView, provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let title = format!("Topics by {}", on_one_line(&view.field));
    page::start(&title, language(provenance), "Find in the topics", out)?;
    writeln!(out, "<article>\n<header><h1>{}</h1></header>\n<nav aria-label=\"Topics\"><ol>", line(&title))?;
    for (index, (label, _)) in view.topics.iter().enumerate() {
        writeln!(out, "<li><a href=\"#t{index}\" dir=\"auto\">{}</a></li>", line(label))?;
    }
    writeln!(out, "</ol></nav>\n<div class=\"text\">")?;
    for (index, (label, cells)) in view.topics.iter().enumerate() {
        writeln!(out, "<section id=\"t{index}\">\n<h2 dir=\"auto\">{}</h2>", line(label))?;
        let head = ["Documents", "of", "Strength"].map(|name| format!("<th>{name}</th>")).concat();
        writeln!(out, "<table><thead><tr><th>{}</th>{head}</tr></thead><tbody>", line(&view.field))?;
        for ((value, n_all), cell) in view.values.iter().zip(cells).filter(|(_, cell)| 0 < cell.n_documents) {
            let (value, n, percent) = (line(value), cell.n_documents, cell.share * 100.0);
            let strength = cell.mean_strength;
            writeln!(
                out,
                "<tr><td dir=\"auto\">{value}</td><td>{n} ({percent:.0} %)</td><td>{n_all}</td><td>{strength:.2}</td></tr>"
            )?;
        }
        writeln!(out, "</tbody></table>\n</section>")?;
    }
    end(provenance, out)
}

/// Returns the code of the language that the topics were mined in.
fn language(provenance: &Provenance) -> Option<&str> {
    provenance.settings.get("language").and_then(serde_json::Value::as_str)
}

/// Writes how the topics came to be, and everything after it.
fn end(provenance: &Provenance, out: &mut dyn Write) -> Result<()> {
    let provenance = xml::escaped(&serde_json::to_string_pretty(provenance)?).replace("&#10;", "\n");
    writeln!(out, "</div>\n<footer><details><summary>How these topics came to be</summary>")?;
    writeln!(out, "<pre>{provenance}</pre></details></footer>\n</article>")?;
    page::end(out)
}

/// Writes how many documents bear none, and which.
fn without_topic(documents: &[String], out: &mut dyn Write) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = documents.iter().take(N_DOCUMENTS).map(|document| line(document)).collect();
    writeln!(out, "<section id=\"none\">\n<h2>Documents without a topic: {}</h2>", documents.len())?;
    let more = if N_DOCUMENTS < documents.len() { ", …" } else { "" };
    Ok(writeln!(out, "<p>{}{more}</p>\n</section>", shown.join(", "))?)
}

fn section(index: usize, topic: &TopicView, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "<section id=\"t{index}\">\n<h2 dir=\"auto\">{}</h2>", line(&topic.label))?;
    let words: Vec<String> =
        topic.words.iter().map(|(word, weight)| format!("<span title=\"{weight:.3}\">{}</span>", line(word))).collect();
    writeln!(out, "<p>{}</p>", words.join(", "))?;
    let n = topic.documents.len();
    writeln!(out, "<aside>{} · coherence {:.2}</aside>", counted(n, "document"), topic.npmi)?;
    if !topic.parts.is_empty() {
        let parts: Vec<String> = topic
            .parts
            .iter()
            .map(|part| format!("<span>{} ({})</span>", line(&part.label), part.n_documents))
            .collect();
        writeln!(out, "<aside>made of {}</aside>", parts.join(" "))?;
    }
    if n == 0 {
        return Ok(writeln!(out, "</section>")?);
    }
    writeln!(out, "<table><thead><tr><th>Document</th><th>Strength</th></tr></thead><tbody>")?;
    for (document, strength) in topic.documents.iter().take(N_DOCUMENTS) {
        let percent = (strength.clamp(0.0, 1.0) * 100.0).round();
        writeln!(
            out,
            "<tr><td dir=\"auto\">{}</td><td><meter min=\"0\" max=\"100\" value=\"{percent}\"></meter> {strength:.2}</td></tr>",
            line(document)
        )?;
    }
    if N_DOCUMENTS < n {
        writeln!(out, "<tr><td>and {} more</td><td></td></tr>", n - N_DOCUMENTS)?;
    }
    Ok(writeln!(out, "</tbody></table>\n</section>")?)
}

fn line(text: &str) -> String {
    xml::escaped(&on_one_line(text))
}
