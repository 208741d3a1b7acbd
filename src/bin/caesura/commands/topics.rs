//! `caesura topics`: mines the library, or a corpus in a file, and prints the topics.

use anyhow::Result;
use caesura::document::Provenance;
use caesura::evaluate::corpus;
use caesura::export::{self, TopicView};
use caesura::pipeline;
use caesura::store::Library;
use caesura::topics::{self, Topic, TopicsConfig};
use caesura::words::Language;

use crate::args::{self, TopicSettings};
use crate::output::{self, Session};

impl TopicSettings {
    /// Puts what was typed in the place of what was chosen from the corpus.
    pub(crate) fn adjust(&self, chosen: TopicsConfig) -> TopicsConfig {
        let chosen = if self.no_frequency_limits { chosen.without_frequency_limits() } else { chosen };
        TopicsConfig {
            tuple_size: self.tuple_size.unwrap_or(chosen.tuple_size),
            n_tables: self.tables.unwrap_or(chosen.n_tables),
            overlap: self.overlap.unwrap_or(chosen.overlap),
            min_set: self.min_set.unwrap_or(chosen.min_set),
            min_cluster: self.min_cluster.unwrap_or(chosen.min_cluster),
            min_documents: self.min_documents.unwrap_or(chosen.min_documents),
            max_document_share: self.max_document_share.unwrap_or(chosen.max_document_share),
            ..chosen
        }
    }
}

pub(crate) fn run(session: &Session, args: &args::Topics) -> Result<()> {
    let (topics, provenance) = match (&args.corpus, &args.counts, &args.vocabulary) {
        (Some(corpus), _, _) => {
            let documents = corpus::documents(corpus)?.collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
            let language = pipeline::language_of(&texts);
            let bar = session.bar("mine topics");
            let adjust = |chosen| args.settings.adjust(chosen);
            let (topics, config) = pipeline::mine_texts(&texts, language, session.seed(), &adjust, &bar)?;
            let name = |bag: usize| documents[bag].id.clone();
            (views(&topics, name), pipeline::topics_provenance(&config, language))
        }
        (None, Some(counts), Some(vocabulary)) => {
            let (vocabulary, bags) = topics::bags_from_files(counts, vocabulary)?;
            let config = args.settings.adjust(TopicsConfig::for_corpus(&bags, session.seed()));
            let bar = session.bar("mine topics");
            let topics = topics::mine(&vocabulary, &bags, &config, &bar)?;
            (views(&topics, |bag| bag.to_string()), pipeline::topics_provenance(&config, Language::default()))
        }
        _ => {
            let mut library = session.library()?;
            let bar = session.bar("mine topics");
            pipeline::mine_topics(&mut library, session.seed(), &|chosen| args.settings.adjust(chosen), &bar)?;
            stored(&library)?
        }
    };
    if topics.is_empty() {
        session.note("no words keep company in so many of the documents that it is more than chance");
    }
    output::print_raw(|out| Ok(export::write_topics(&topics, &provenance, args.format.into(), out)?))
}

/// Returns topics as an export sees them; `name` gives the name of a document.
pub(crate) fn views(topics: &[Topic], name: impl Fn(usize) -> String) -> Vec<TopicView> {
    topics
        .iter()
        .map(|topic| TopicView {
            label: topic.label.clone(),
            words: topic.words.iter().map(|word| (word.word.clone(), word.weight)).collect(),
            documents: topic.bearers.iter().map(|bearer| (name(bearer.bag.index()), bearer.strength)).collect(),
            npmi: topic.npmi,
        })
        .collect()
}

fn stored(library: &Library) -> Result<(Vec<TopicView>, Provenance)> {
    let provenance = library.topics_provenance()?.unwrap_or_else(|| Provenance::of("minhash", serde_json::Map::new()));
    let topics = library.topics()?.into_iter().map(|row| {
        let documents = library.topic_documents(row.id)?;
        Ok(TopicView {
            label: row.label,
            words: row.words,
            documents: documents.into_iter().map(|(id, _, strength)| (id.0.to_string(), strength)).collect(),
            npmi: row.npmi,
        })
    });
    Ok((topics.collect::<Result<_>>()?, provenance))
}
