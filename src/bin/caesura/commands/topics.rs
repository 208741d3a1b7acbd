//! `caesura topics`: mines the library, or a corpus in a file, and prints the topics.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Result;
use caesura::document::Provenance;
use caesura::error::Error;
use caesura::evaluate::corpus;
use caesura::export::{self, FieldCellView, FieldView, TopicPartView, TopicView, TopicsView, counted, write_file};
use caesura::pipeline::{self, LibraryTree, TopicField};
use caesura::progress::Progress;
use caesura::store::{Library, TopicId};
use caesura::topics::sketch::{self, Merged, PartOfTexts, SketchConfig};
use caesura::topics::{
    self, CountedTexts, Known, Leaf, Level, MemoryLimit, Topic, TopicTree, TopicsConfig, VocabularyConfig,
};
use caesura::words::{Language, LanguageVote};

use crate::args::{self, TopicSettings, TopicsCommand};
use crate::output::{self, Session};

impl TopicSettings {
    /// Puts what was typed in the place of what was chosen from the corpus.
    pub(crate) fn adjust(&self, chosen: TopicsConfig) -> TopicsConfig {
        let chosen = if self.no_frequency_limits { chosen.without_frequency_limits() } else { chosen };
        TopicsConfig {
            passage_words: self.passage_words.unwrap_or(chosen.passage_words),
            pool_words: self.pool_words.unwrap_or(chosen.pool_words),
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

impl args::TopicLevel {
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

impl args::Memory {
    /// Returns what was typed as a limit; files go to the system's folder for temporary ones.
    fn limit(&self) -> Option<MemoryLimit> {
        self.bytes.map(|bytes| MemoryLimit { bytes, folder: std::env::temp_dir() })
    }
}

pub(crate) fn run(session: &Session, args: &args::Topics) -> Result<()> {
    match &args.command {
        Some(TopicsCommand::Sketch(args)) => return sketch(session, args),
        Some(TopicsCommand::Merge(args)) => return merge(session, args),
        None => {}
    }
    let level = args.level.level()?;
    let adjust = |chosen| args.settings.adjust(chosen);
    let (view, provenance) = match (&args.corpus, &args.counts, &args.vocabulary) {
        (Some(corpus), _, _) => match args.memory.limit() {
            None => {
                let documents = corpus::documents(corpus)?.collect::<Result<Vec<_>, _>>()?;
                let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
                let language = pipeline::language_of(&texts);
                let bar = session.bar("mine topics");
                let (topics, config) = pipeline::mine_texts(&texts, language, session.seed(), &adjust, &bar)?;
                let names: Vec<String> = documents.into_iter().map(|document| document.id).collect();
                (view(&topics, &names, level), pipeline::topics_provenance(&config, language))
            }
            Some(limit) => within_limit(session, corpus, limit, level, &adjust)?,
        },
        (None, Some(counts), Some(vocabulary)) => {
            let (vocabulary, bags) = topics::bags_from_files(counts, vocabulary, args.memory.limit().as_ref())?;
            let bar = session.bar("mine topics");
            // What comes as counts is cut by whoever counted it.
            let adjust = |chosen| TopicsConfig { passage_words: 0, ..adjust(chosen) };
            let (topics, config) = pipeline::mine_bags(&vocabulary, &bags, None, session.seed(), &adjust, &bar)?;
            let names: Vec<String> = (0..bags.len()).map(|bag| bag.to_string()).collect();
            (view(&topics, &names, level), pipeline::topics_provenance(&config, Language::default()))
        }
        _ => {
            if args.memory.bytes.is_some() {
                let reason =
                    "it works on --corpus, --counts and `merge`; a library keeps its texts in memory".to_owned();
                return Err(Error::Nothing { attempt: "limit the memory", reason }.into());
            }
            let mut library = session.library()?;
            let is_kept =
                args.kept || args.level.granularity.is_some() || args.level.number.is_some() || args.by.is_some();
            if !is_kept || library.topics_provenance()?.is_none() {
                mine(session, &mut library, args)?;
            }
            let tree = pipeline::topic_tree(&library)?;
            if let Some(field) = &args.by {
                let view = by_field(&library, &tree, level, &TopicField::from_name(field))?;
                let provenance = provenance_of(&library)?;
                return output::print_raw(|out| Ok(export::write_field(&view, &provenance, args.format.into(), out)?));
            }
            stored(&library, &tree, level)?
        }
    };
    print(session, &view, &provenance, args.format)
}

fn print(session: &Session, view: &TopicsView, provenance: &Provenance, format: args::TopicFormatArg) -> Result<()> {
    if view.topics.is_empty() {
        let limit = provenance.settings.get("max_document_share").and_then(serde_json::Value::as_f64);
        let limit = limit.filter(|share| *share < 1.0).map_or_else(String::new, |share| {
            format!("; words in more than {:.0} % of them were left out (--max-document-share)", 100.0 * share)
        });
        session.note(&format!("no words keep company in so many of the documents that it is more than chance{limit}"));
    }
    output::print_raw(|out| Ok(export::write_topics(view, provenance, format.into(), out)?))
}

/// How many texts are in memory at once where they are read one after the other.
const TEXTS_AT_ONCE: usize = 1024;

/// Mines a corpus whose texts are not held: they are read once for their language, and again to be counted.
fn within_limit(
    session: &Session,
    corpus: &Path,
    limit: MemoryLimit,
    level: Level,
    adjust: &dyn Fn(TopicsConfig) -> TopicsConfig,
) -> Result<(TopicsView, Provenance)> {
    let bar = session.bar("mine topics");
    let (mut ids, mut votes) = (Vec::new(), Vec::new());
    for document in corpus::documents(corpus)? {
        bar.check()?;
        let document = document?;
        votes.push(LanguageVote::of(&document.text));
        ids.push(document.id);
    }
    let language = LanguageVote::language(votes.iter().step_by(LanguageVote::step(votes.len())).copied());
    drop(votes);
    let config = VocabularyConfig { passage_words: pipeline::passage_words(adjust), ..VocabularyConfig::ample() };
    let mut counted = CountedTexts::new(language, config, Some(limit));
    let mut texts = corpus::documents(corpus)?.map(|document| document.map(|document| document.text));
    for_each_block(&mut texts, |texts| {
        bar.check()?;
        counted.push(&texts);
        Ok(())
    })?;
    let (vocabulary, bags) = counted.finish()?;
    let (topics, config) = pipeline::mine_bags(&vocabulary, &bags, None, session.seed(), adjust, &bar)?;
    Ok((view(&topics, &ids, level), pipeline::topics_provenance(&config, language)))
}

/// Calls `work` with [`TEXTS_AT_ONCE`] of the items after the other; stops at the first that is an error.
fn for_each_block<T>(
    items: &mut dyn Iterator<Item = Result<T, Error>>,
    mut work: impl FnMut(Vec<T>) -> Result<(), Error>,
) -> Result<(), Error> {
    loop {
        let block = items.take(TEXTS_AT_ONCE).collect::<Result<Vec<T>, Error>>()?;
        if block.is_empty() {
            return Ok(());
        }
        work(block)?;
    }
}

fn sketch(session: &Session, args: &args::Sketch) -> Result<()> {
    let bar = session.bar("sketch");
    let is_standard_input = args.part.as_os_str() == "-";
    let open = || -> Result<Box<dyn BufRead + Send>, Error> {
        if is_standard_input {
            return Ok(Box::new(BufReader::new(std::io::stdin())));
        }
        let file = File::open(&args.part).map_err(|source| Error::Read { path: args.part.clone(), source })?;
        Ok(Box::new(BufReader::new(file)))
    };
    let part = if let Some(vocabulary) = &args.vocabulary {
        let words = File::open(vocabulary).map_err(|source| Error::Read { path: vocabulary.clone(), source })?;
        let (words, bags) = topics::bags_from_counts(open()?, &args.part, BufReader::new(words), vocabulary, None)?;
        sketch::Part::of_counts(&words, &bags, args.first)?
    } else {
        let mut part = None;
        for_each_block(&mut corpus::placed(open()?, &args.part, args.first)?, |texts| {
            bar.check()?;
            let guessed = || LanguageVote::language(texts.iter().map(|text| LanguageVote::of(&text.text)));
            part.get_or_insert_with(|| PartOfTexts::new(args.language.unwrap_or_else(guessed), args.passage_words))
                .push(&texts);
            Ok(())
        })?;
        part.unwrap_or_else(|| PartOfTexts::new(args.language.unwrap_or_default(), args.passage_words)).finish()?
    };
    let config = SketchConfig { seed: session.seed(), n_functions: args.functions };
    write_file(&args.output, |out| part.write(&config, &bar, out))?;
    drop(bar);
    session.note(&format!("sketched {}", counted(part.n_documents(), "document")));
    Ok(())
}

fn merge(session: &Session, args: &args::Merge) -> Result<()> {
    let level = args.level.level()?;
    let bar = session.bar("put sketches together");
    let merged = sketch::merge(&args.sketches, session.seed(), args.memory.limit(), &bar)?;
    bar.say("mine topics");
    let Merged { vocabulary, bags, names, language, signatures, passage_words } = merged;
    if let Some(found) = args.settings.passage_words.filter(|&found| found != passage_words) {
        let reason = format!("they were sketched with --passage-words {passage_words}, not {found}");
        return Err(Error::Nothing { attempt: "put sketches together", reason }.into());
    }
    let adjust = |chosen| TopicsConfig { passage_words, ..args.settings.adjust(chosen) };
    let (topics, config) = pipeline::mine_bags(&vocabulary, &bags, Some(&signatures), session.seed(), &adjust, &bar)?;
    drop(bar);
    print(session, &view(&topics, &names, level), &pipeline::topics_provenance(&config, language), args.format)
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
    let provenance = provenance_of(library)?;
    let topics = views(tree, Some(ids), level, |id| id.0.to_string());
    let without_topic = library.documents_without_topic()?.into_iter().map(|(id, _)| id.0.to_string()).collect();
    Ok((TopicsView { topics, without_topic }, provenance))
}

/// Returns how the topics of a library came to be.
fn provenance_of(library: &Library) -> Result<Provenance> {
    Ok(library.topics_provenance()?.unwrap_or_else(|| Provenance::of("minhash", serde_json::Map::new())))
}

fn by_field(
    library: &Library,
    LibraryTree { ids, tree }: &LibraryTree,
    level: Level,
    field: &TopicField,
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
