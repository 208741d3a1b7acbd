//! `caesura topics`: mines the library, or a corpus in a file, and prints the topics.

use anyhow::Result;
use caesura::document::Provenance;
use caesura::error::Error;
use caesura::evaluate::corpus;
use caesura::export::{self, FieldCellView, FieldView, TopicPartView, TopicView, TopicsView};
use caesura::pipeline::{self, LibraryTree, TopicField};
use caesura::store::{Library, TopicId};
use caesura::topics::{self, Known, Leaf, Level, Topic, TopicTree, TopicsConfig};
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
            min_support: self.min_support.unwrap_or(chosen.min_support),
            max_cluster_words: self.max_cluster_words.unwrap_or(chosen.max_cluster_words),
            n_topic_words: self.topic_words.unwrap_or(chosen.n_topic_words),
            min_strength: self.min_strength.unwrap_or(chosen.min_strength),
            ..chosen
        }
    }
}

impl args::Topics {
    /// Returns how finely topics are to be told apart.
    fn level(&self) -> Result<Level, Error> {
        match (self.granularity, self.number) {
            (Some(granularity), _) if !(0.0..=1.0).contains(&granularity) => {
                Err(Error::Setting { name: "granularity", needed: "between 0 and 1", found: granularity.to_string() })
            }
            (Some(granularity), _) => Ok(Level::Granularity(granularity)),
            (None, Some(number)) => Ok(Level::Number(number as usize)),
            (None, None) => Ok(Level::FINEST),
        }
    }
}

pub(crate) fn run(session: &Session, args: &args::Topics) -> Result<()> {
    let level = args.level()?;
    let (view, provenance) = match (&args.corpus, &args.counts, &args.vocabulary) {
        (Some(corpus), _, _) => {
            let documents = corpus::documents(corpus)?.collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
            let language = pipeline::language_of(&texts);
            let bar = session.bar("mine topics");
            let adjust = |chosen| args.settings.adjust(chosen);
            let (topics, config) = pipeline::mine_texts(&texts, language, session.seed(), &adjust, &bar)?;
            let names: Vec<String> = documents.into_iter().map(|document| document.id).collect();
            (view(&topics, &names, level), pipeline::topics_provenance(&config, language))
        }
        (None, Some(counts), Some(vocabulary)) => {
            let (vocabulary, bags) = topics::bags_from_files(counts, vocabulary)?;
            let config = args.settings.adjust(TopicsConfig::for_corpus(&bags, session.seed()));
            let bar = session.bar("mine topics");
            let topics = topics::mine(&vocabulary, &bags, &config, &bar)?;
            let names: Vec<String> = (0..bags.len()).map(|bag| bag.to_string()).collect();
            (view(&topics, &names, level), pipeline::topics_provenance(&config, Language::default()))
        }
        _ => {
            let mut library = session.library()?;
            let is_kept = args.kept || args.granularity.is_some() || args.number.is_some() || args.by.is_some();
            if !is_kept || library.topics_provenance()?.is_none() {
                mine(session, &mut library, args)?;
            }
            let tree = pipeline::topic_tree(&library)?;
            if let Some(field) = args.by {
                let view = by_field(&library, &tree, level, field)?;
                return output::print_raw(|out| Ok(export::write_field(&view, args.format.into(), out)?));
            }
            stored(&library, &tree, level)?
        }
    };
    if view.topics.is_empty() {
        session.note("no words keep company in so many of the documents that it is more than chance");
    }
    output::print_raw(|out| Ok(export::write_topics(&view, &provenance, args.format.into(), out)?))
}

fn mine(session: &Session, library: &mut Library, args: &args::Topics) -> Result<()> {
    let bar = session.bar("mine topics");
    let mined = pipeline::mine_topics(library, session.seed(), &|chosen| args.settings.adjust(chosen), &bar)?;
    drop(bar);
    for (id, label) in mined.missing {
        let label = output::tame(&label);
        session.note(&format!("not found again, and kept for a run that finds it: topic {}, {label}", id.0));
    }
    Ok(())
}

/// Returns topics mined from a file, at a level; `names` are those of its documents.
pub(crate) fn view(topics: &[Topic], names: &[String], level: Level) -> TopicsView {
    let tree = tree(topics);
    TopicsView {
        topics: views(&tree, None, level, |&bag| names[bag as usize].clone()),
        without_topic: without_topic(topics, names.len()).map(|bag| names[bag].clone()).collect(),
    }
}

/// Returns the documents, of `n_documents`, that bear none of the topics.
pub(crate) fn without_topic(topics: &[Topic], n_documents: usize) -> impl Iterator<Item = usize> {
    let mut bears = vec![false; n_documents];
    for bearer in topics.iter().flat_map(|topic| &topic.bearers) {
        bears[bearer.bag.index()] = true;
    }
    (0..n_documents).filter(move |&bag| !bears[bag])
}

/// Returns the tree of topics mined from a file, documents by their places.
pub(crate) fn tree(topics: &[Topic]) -> TopicTree<u32> {
    let documents: Vec<Vec<u64>> = topics
        .iter()
        .map(|topic| {
            let mut documents: Vec<u64> = topic.bearers.iter().map(|bearer| u64::from(bearer.bag.0)).collect();
            documents.sort_unstable();
            documents
        })
        .collect();
    let known: Vec<Known<'_>> =
        topics.iter().zip(&documents).map(|(topic, documents)| Known { profile: &topic.profile, documents }).collect();
    let leaves = topics.iter().map(|topic| Leaf {
        label: topic.label.clone(),
        is_named: false,
        is_shown: true,
        words: topic.words.iter().map(|word| (word.word.clone(), word.weight)).collect(),
        npmi: topic.npmi,
        documents: topic.bearers.iter().map(|bearer| (bearer.bag.0, bearer.strength)).collect(),
    });
    TopicTree::new(leaves.collect(), topics::joins(&known))
}

/// Returns topics at a level as an export sees them; `ids` are the numbers of the leaves, if they have any, and `name`
/// gives the name of a document.
fn views<D: Copy + Ord>(
    tree: &TopicTree<D>,
    ids: Option<&[TopicId]>,
    level: Level,
    name: impl Fn(&D) -> String,
) -> Vec<TopicView> {
    let id = |leaf: usize| ids.map(|ids| ids[leaf].0);
    let part = |leaf: usize| TopicPartView {
        id: id(leaf),
        index: leaf,
        label: tree.leaves()[leaf].label.clone(),
        n_documents: tree.leaves()[leaf].documents.len(),
    };
    tree.at(level)
        .into_iter()
        .map(|topic| TopicView {
            id: if topic.topics.len() == 1 { id(topic.topics[0]) } else { None },
            label: topic.label,
            words: topic.words,
            documents: topic.documents.iter().map(|(document, strength)| (name(document), *strength)).collect(),
            npmi: topic.npmi,
            parts: if topic.topics.len() == 1 { Vec::new() } else { topic.topics.into_iter().map(part).collect() },
        })
        .collect()
}

fn stored(
    library: &Library,
    LibraryTree { ids, tree }: &LibraryTree,
    level: Level,
) -> Result<(TopicsView, Provenance)> {
    let provenance = library.topics_provenance()?.unwrap_or_else(|| Provenance::of("minhash", serde_json::Map::new()));
    let topics = views(tree, Some(ids), level, |id| id.0.to_string());
    let without_topic = library.documents_without_topic()?.into_iter().map(|(id, _)| id.0.to_string()).collect();
    Ok((TopicsView { topics, without_topic }, provenance))
}

fn by_field(
    library: &Library,
    LibraryTree { ids, tree }: &LibraryTree,
    level: Level,
    field: TopicField,
) -> Result<FieldView> {
    let general = tree.at(level);
    let topics: Vec<Vec<TopicId>> =
        general.iter().map(|topic| topic.topics.iter().map(|&leaf| ids[leaf]).collect()).collect();
    let table = pipeline::topics_by_field(library, &topics, field)?;
    let cells = table.topics.iter().map(|cells| {
        let cell = |cell: &topics::FieldCell| FieldCellView {
            n_documents: cell.n_documents,
            share: cell.share,
            mean_strength: cell.mean_strength,
        };
        cells.iter().map(cell).collect()
    });
    Ok(FieldView {
        field: field.name().to_owned(),
        values: table.values.clone(),
        topics: general.into_iter().map(|topic| topic.label).zip(cells).collect(),
    })
}
