//! The topics of a library: mined, kept in step with its documents and with what is done to them by hand.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use super::{language_in, mine_bags, topics_provenance};
use crate::document::{Chapter, Date, Layer, ProfileWord, Provenance, Span};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::store::{
    ChapterId, ChaptersWithWords, DocumentId, DocumentRow, EditId, Library, NewTopic, StoredTopic, TopicChapter,
    TopicId,
};
use crate::topics::{
    self, Assigner, BagIndex, Bearing, CountedCorpus, CountedDocument, CountedJudge, CountedTerms, FieldTable, Join,
    Known, Leaf, SplitBy, Topic, TopicTree, TopicsConfig, VocabularyConfig, label_by_phrases_of, mean_strengths,
    pool_text, read_for_labels, strongest,
};
use crate::words::{Analyzer, Language, fold};

/// What mining the library did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mined {
    /// How many topics were found.
    pub n_topics: usize,
    /// How many of them were there before, and kept their numbers.
    pub n_known: usize,
    /// The topics that were changed by hand and not found again, with what they are called. They are kept unshown, for a
    /// run that finds them.
    pub missing: Vec<(TopicId, String)>,
}

/// Mines the topics of a library and keeps them in it, in the place of those before.
///
/// The texts of documents that were counted before, and are cut as they were, are not read ([`CountedDocument`]), but for
/// some of each topic that its label is made of; what comes of it is what would come of reading all. So a run after a few
/// documents were added, removed or cut anew costs what mining costs.
///
/// Settings are chosen from the corpus; `adjust` changes what the user wants otherwise. A bag is a chapter, pooled with
/// its neighbours where it is short. A chapter bears a topic as its own words say; a document, as its bags do on average. In
/// a library of twelve documents or more, what a single document bears firmly is no topic.
///
/// A topic that is found again ([`topics::same_topics`]) keeps its number, and with it what was done to it by hand: its
/// name, that it is hidden, what is merged into it, and the parts that it was split into, which its chapters are judged
/// for anew. Where a split topic is not found but its parts are, it is what these make together.
pub fn mine_topics(
    library: &mut Library,
    seed: u64,
    adjust: &dyn Fn(TopicsConfig) -> TopicsConfig,
    progress: &dyn Progress,
) -> Result<Mined> {
    let counted = counted(library, super::passage_words(adjust), progress)?;
    let pools = &counted.pools;
    let language = counted.corpus.language();
    let (vocabulary, bags) = counted.corpus.bags(language);
    let (mut found, config) = mine_bags(&vocabulary, &bags, None, seed, adjust, progress)?;
    drop((vocabulary, bags));
    let lengths = lengths(pools);
    let bearing = Bearing::from(&config);
    let terms = counted.corpus.terms(language);
    let assigner_of = |found: &[Topic]| {
        let profiles: Vec<&[ProfileWord]> = found.iter().map(|topic| topic.profile.as_slice()).collect();
        Assigner::new(&profiles, bearing)
    };
    let is_topic = |topic: &Topic| {
        let parts = topic.bearers.iter().map(|bearer| (pools[bearer.bag.index()].document, bearer.strength));
        topics::is_borne(parts, topics::MANY_DOCUMENTS <= lengths.len())
    };
    while !found.iter().all(is_topic) {
        found.retain(is_topic);
        // What is no topic has no say in what a text bears.
        let assigner = assigner_of(&found);
        let bearers = terms.judged_by(&assigner).bearers_of_pools(found.len(), progress)?;
        for (topic, bearers) in found.iter_mut().zip(bearers) {
            topic.n_documents = bearers.len() as u32;
            topic.bearers = bearers;
        }
    }
    label(library, &mut found, pools, language)?;
    let assigner = assigner_of(&found);
    let mut chapters_of: Vec<Vec<(ChapterId, f32)>> = vec![Vec::new(); found.len()];
    let strengths = terms.judged_by(&assigner).of_chapters(progress)?;
    for (pool, strengths) in pools.iter().zip(strengths) {
        for ((chapter, _), strengths) in pool.chapters.iter().zip(strengths) {
            for (topic, strength) in strengths {
                chapters_of[topic].push((*chapter, strength));
            }
        }
    }
    let new: Vec<NewTopic> = found
        .iter()
        .zip(chapters_of)
        .map(|(topic, chapters)| NewTopic {
            label: topic.label.clone(),
            words: topic.words.iter().map(|word| (word.word.clone(), word.weight)).collect(),
            npmi: topic.npmi,
            profile: topic.profile.clone(),
            documents: documents_of(topic, pools, &lengths),
            chapters,
        })
        .collect();
    let joins = topics::joins(&knowns(&new.iter().collect::<Vec<_>>(), &mut Vec::new()));
    let joins: Vec<(usize, usize, f32)> = joins.iter().map(|join| (join.one, join.other, join.likeness)).collect();

    let stored = library.stored_topics()?;
    let Matched { ids, made } = matched(&stored, &new, pools, &lengths, &terms, bearing);
    let mut given: Vec<(Option<TopicId>, &NewTopic)> = ids.iter().copied().zip(&new).collect();
    given.extend(made.iter().map(|(id, topic)| (Some(*id), topic)));
    let updated = library.update_topics(&given, &joins, &topics_provenance(&config, language))?;
    Ok(Mined { n_topics: new.len(), n_known: ids.iter().flatten().count(), missing: updated.missing })
}

/// What a run's topics are among those that are stored.
struct Matched {
    /// The number of each topic found, if it is one of before.
    ids: Vec<Option<TopicId>>,
    /// Topics that no run finds by itself, with what bears them: the parts of topics found, and topics whose parts were.
    made: Vec<(TopicId, NewTopic)>,
}

fn matched(
    stored: &[StoredTopic],
    new: &[NewTopic],
    pools: &[Pool],
    lengths: &BTreeMap<DocumentId, usize>,
    terms: &CountedTerms<'_>,
    bearing: Bearing,
) -> Matched {
    let by_id: BTreeMap<TopicId, &StoredTopic> = stored.iter().map(|stored| (stored.id, stored)).collect();
    let whole: Vec<&StoredTopic> = stored.iter().filter(|stored| stored.part_of.is_none()).collect();
    let mut ids = same_as(&whole, new, &vec![None; new.len()]);
    let mut made: Vec<(TopicId, NewTopic)> = Vec::new();

    // A topic that was split and is not found itself may be found in its parts.
    let found: BTreeSet<TopicId> = ids.iter().copied().flatten().collect();
    let lost_parts: Vec<&StoredTopic> = stored
        .iter()
        .filter(|part| {
            let split = part.part_of.and_then(|id| by_id.get(&id));
            split.is_some_and(|split| split.is_split && split.part_of.is_none() && !found.contains(&split.id))
        })
        .collect();
    if !lost_parts.is_empty() {
        ids = same_as(&lost_parts, new, &ids);
        let mut together: BTreeMap<TopicId, Vec<&NewTopic>> = BTreeMap::new();
        for (id, topic) in ids.iter().zip(new) {
            if let Some(split) = id.and_then(|id| by_id.get(&id)).and_then(|part| part.part_of) {
                together.entry(split).or_default().push(topic);
            }
        }
        made.extend(together.into_iter().map(|(split, parts)| (split, united(&by_id[&split].topic, &parts))));
    }

    let judge = Judge::of_parts(stored, bearing);
    let of_parts = judge.of_counted(terms);
    for (id, topic) in ids.iter().zip(new) {
        let Some(id) = *id else { continue };
        made.extend(judge.parts_of(id, topic, pools, lengths, &of_parts).into_iter().map(|(part, bearers)| {
            let content = &by_id[&part].topic;
            (part, NewTopic { documents: bearers.documents, chapters: bearers.chapters, ..content.clone() })
        }));
    }
    Matched { ids, made }
}

/// Returns what those of `new` without a number in `ids` are among `stored`, the others as they are.
fn same_as(stored: &[&StoredTopic], new: &[NewTopic], ids: &[Option<TopicId>]) -> Vec<Option<TopicId>> {
    let free: Vec<usize> = (0..new.len()).filter(|&at| ids[at].is_none()).collect();
    let (mut old_documents, mut new_documents) = (Vec::new(), Vec::new());
    let old: Vec<&NewTopic> = stored.iter().map(|stored| &stored.topic).collect();
    let old = knowns(&old, &mut old_documents);
    let free_topics: Vec<&NewTopic> = free.iter().map(|&at| &new[at]).collect();
    let same = topics::same_topics(&old, &knowns(&free_topics, &mut new_documents));
    let mut ids = ids.to_vec();
    for (&at, same) in free.iter().zip(same) {
        ids[at] = same.map(|place| stored[place].id);
    }
    ids
}

/// Returns what topics are known by; `documents` holds the numbers for them.
fn knowns<'a>(topics: &[&'a NewTopic], documents: &'a mut Vec<Vec<u64>>) -> Vec<Known<'a>> {
    documents.extend(topics.iter().map(|topic| {
        let mut documents: Vec<u64> = topic.documents.iter().map(|(id, _)| id.0.cast_unsigned()).collect();
        documents.sort_unstable();
        documents
    }));
    let documents: &'a [Vec<u64>] = documents;
    topics.iter().zip(documents).map(|(topic, documents)| Known { profile: &topic.profile, documents }).collect()
}

/// Returns a topic with its own words, borne by what bears any of its parts.
fn united(topic: &NewTopic, parts: &[&NewTopic]) -> NewTopic {
    let documents = strongest(parts.iter().flat_map(|part| part.documents.iter().copied()));
    let chapters = strongest(parts.iter().flat_map(|part| part.chapters.iter().copied()));
    NewTopic { documents, chapters, ..topic.clone() }
}

#[derive(Default)]
struct Bearers {
    documents: Vec<(DocumentId, f32)>,
    chapters: Vec<(ChapterId, f32)>,
}

/// Says which of its parts bears what bears a topic that was split.
struct Judge(BTreeMap<TopicId, (Assigner, Vec<TopicId>)>);

impl Judge {
    fn of_parts(stored: &[StoredTopic], bearing: Bearing) -> Self {
        let parts =
            stored.iter().filter_map(|part| part.part_of.map(|split| (split, part.id, part.topic.profile.as_slice())));
        Self::new(parts, bearing)
    }

    /// Returns the judge of parts: the topic that was split, the part, and the part's profile.
    fn new<'a>(parts: impl Iterator<Item = (TopicId, TopicId, &'a [ProfileWord])>, bearing: Bearing) -> Self {
        let mut of_split: BTreeMap<TopicId, (Vec<&[ProfileWord]>, Vec<TopicId>)> = BTreeMap::new();
        for (split, part, profile) in parts {
            let (profiles, ids) = of_split.entry(split).or_default();
            profiles.push(profile);
            ids.push(part);
        }
        let assigners =
            of_split.into_iter().map(|(split, (profiles, ids))| (split, (Assigner::new(&profiles, bearing), ids)));
        Self(assigners.collect())
    }

    /// Returns the parts, and parts of parts, that a text bears which bears a topic that strongly. `borne` says what the text
    /// bears of an assigner's topics. The strongest part is borne as strongly as the topic; a text that holds no word of any
    /// part bears the first, so that none is lost.
    fn strengths(
        &self,
        id: TopicId,
        strength: f32,
        borne: &impl Fn(TopicId, &Assigner) -> Vec<(usize, f32)>,
    ) -> Vec<(TopicId, f32)> {
        let Some((assigner, ids)) = self.0.get(&id) else { return Vec::new() };
        let of_parts = borne(id, assigner);
        let most = of_parts.iter().map(|&(_, strength)| strength).fold(0.0, f32::max);
        let mut parts: Vec<(TopicId, f32)> =
            of_parts.into_iter().map(|(part, of_part)| (ids[part], strength * (of_part / most))).collect();
        if parts.is_empty() {
            parts.push((ids[0], strength));
        }
        for at in 0..parts.len() {
            let (part, strength) = parts[at];
            parts.extend(self.strengths(part, strength, borne));
        }
        parts
    }

    /// Returns, for each topic that was split, who says of counted texts which of its parts they bear.
    fn of_counted<'a>(&'a self, terms: &'a CountedTerms<'a>) -> BTreeMap<TopicId, CountedJudge<'a>> {
        self.0.iter().map(|(&id, (assigner, _))| (id, terms.judged_by(assigner))).collect()
    }

    /// Returns what bears the parts of a topic, and their parts: the chapters that bear the topic, and their documents.
    /// `lengths` are those of [`lengths`], and `of_parts` those of [`Self::of_counted`].
    fn parts_of(
        &self,
        id: TopicId,
        topic: &NewTopic,
        pools: &[Pool],
        lengths: &BTreeMap<DocumentId, usize>,
        of_parts: &BTreeMap<TopicId, CountedJudge<'_>>,
    ) -> BTreeMap<TopicId, Bearers> {
        let mut parts: BTreeMap<TopicId, Bearers> = BTreeMap::new();
        if !self.0.contains_key(&id) {
            return parts;
        }
        self.add_ids(id, &mut parts);
        let of_chapter: BTreeMap<ChapterId, f32> = topic.chapters.iter().copied().collect();
        let of_document: BTreeMap<DocumentId, f32> = topic.documents.iter().copied().collect();
        let mut documents: BTreeMap<TopicId, Vec<(DocumentId, f32, usize)>> = BTreeMap::new();
        let mut judged: BTreeSet<DocumentId> = BTreeSet::new();
        for (at, pool) in pools.iter().enumerate() {
            for (place, (chapter, span)) in pool.chapters.iter().enumerate() {
                let Some(&strength) = of_chapter.get(chapter) else { continue };
                judged.insert(pool.document);
                let borne = |id: TopicId, _: &Assigner| of_parts[&id].of_chapter(at, place);
                for (part, strength) in self.strengths(id, strength, &borne) {
                    parts.entry(part).or_default().chapters.push((*chapter, strength));
                    documents.entry(part).or_default().push((pool.document, strength, span.range().len()));
                }
            }
        }
        // A document that bears the topic as a whole, and no chapter of which does by itself, goes to the first part.
        for (&document, &strength) in of_document.iter().filter(|(document, _)| !judged.contains(document)) {
            for (part, strength) in self.strengths(id, strength, &|_, _| Vec::new()) {
                documents.entry(part).or_default().push((document, strength, lengths[&document]));
            }
        }
        for (part, documents) in documents {
            parts.entry(part).or_default().documents = mean_strengths(documents.into_iter(), |id| lengths[&id]);
        }
        parts
    }

    /// Adds an entry for each part of a topic, borne by nothing.
    fn add_ids(&self, id: TopicId, parts: &mut BTreeMap<TopicId, Bearers>) {
        for &part in self.0.get(&id).into_iter().flat_map(|(_, ids)| ids) {
            if parts.insert(part, Bearers::default()).is_none() {
                self.add_ids(part, parts);
            }
        }
    }
}

/// Splits a topic by hand: into so many parts as its chapters fall apart, or into what holds the words named and what does
/// not. A topic that was merged of several is taken apart into these instead, if a number is asked for.
///
/// Fails with [`Error::NoTopic`], and with [`Error::Nothing`] if the topic does not fall apart so.
pub fn split_topic(library: &mut Library, id: TopicId, by: SplitTopic<'_>, progress: &dyn Progress) -> Result<EditId> {
    let shown = library.topics()?.into_iter().chain(library.hidden_topics()?).find(|topic| topic.id == id);
    let shown = shown.ok_or(Error::NoTopic(id.0))?;
    if matches!(by, SplitTopic::Number(_)) && !shown.merged.is_empty() {
        return library.separate_topic(id);
    }
    let provenance = library.topics_provenance()?.ok_or(Error::NoTopic(id.0))?;
    let language = language_in(&provenance);
    let analyzer = Analyzer::new(language);
    let bearers = library.topic_chapters(id)?;
    let mut texts = Vec::with_capacity(bearers.len());
    for bearer in &bearers {
        progress.check()?;
        texts.push(library.chapter_text(bearer.chapter.id)?);
    }
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (vocabulary, bags) = topics::bags(&borrowed, language, &VocabularyConfig::ample());
    let terms: Vec<String>;
    let by = match by {
        SplitTopic::Number(number) => SplitBy::Number(number),
        SplitTopic::Words(words) => {
            terms = words.iter().map(|word| analyzer.stem(&fold(word.trim()))).collect();
            SplitBy::Terms(&terms)
        }
    };
    let Some(parts) = topics::parts(&vocabulary, &bags, by) else {
        let reason = format!("what bears it, {} chapters, does not fall apart so", bearers.len());
        return Err(Error::Nothing { attempt: "split the topic", reason });
    };
    let of_documents: BTreeMap<DocumentId, f32> =
        library.topic_documents(id)?.into_iter().map(|(id, _, strength)| (id, strength)).collect();
    let mut lengths: BTreeMap<DocumentId, usize> = BTreeMap::new();
    for &document in of_documents.keys() {
        lengths.insert(document, library.document(document)?.n_bytes as usize);
    }
    let topic = Borne { chapters: &bearers, texts: &borrowed, documents: &of_documents, lengths: &lengths };
    let made = borne_parts(&parts, &topic, bearing_in(&provenance), &analyzer);
    library.split_topic(id, &made)
}

/// What bears a topic: its chapters, with a text each, and its documents, with how strongly they do and how long they are.
struct Borne<'a> {
    chapters: &'a [TopicChapter],
    texts: &'a [&'a str],
    documents: &'a BTreeMap<DocumentId, f32>,
    lengths: &'a BTreeMap<DocumentId, usize>,
}

/// Returns the parts of a topic with what bears them, of what bears the topic.
fn borne_parts(parts: &[topics::Part], topic: &Borne<'_>, bearing: Bearing, analyzer: &Analyzer) -> Vec<NewTopic> {
    // Until the parts are stored they are known by their places.
    let place = |part: usize| TopicId(part as i64);
    let judge = Judge::new(
        parts.iter().enumerate().map(|(part, topic)| (TopicId(-1), place(part), topic.profile.as_slice())),
        bearing,
    );
    let mut made: Vec<NewTopic> = parts
        .iter()
        .map(|part| NewTopic {
            label: part.label.clone(),
            words: part.words.clone(),
            npmi: part.npmi,
            profile: part.profile.clone(),
            documents: Vec::new(),
            chapters: Vec::new(),
        })
        .collect();
    let mut documents: Vec<Vec<(DocumentId, f32, usize)>> = vec![Vec::new(); made.len()];
    for (bearer, text) in topic.chapters.iter().zip(topic.texts) {
        let borne = |_: TopicId, assigner: &Assigner| assigner.strengths(text, analyzer);
        for (part, strength) in judge.strengths(TopicId(-1), bearer.strength, &borne) {
            made[part.0 as usize].chapters.push((bearer.chapter.id, strength));
            documents[part.0 as usize].push((bearer.chapter.document, strength, text.len()));
        }
    }
    // A document that bears the topic as a whole, and no chapter of which does by itself, goes to the first part.
    let judged: BTreeSet<DocumentId> = topic.chapters.iter().map(|bearer| bearer.chapter.document).collect();
    for (&document, &strength) in topic.documents.iter().filter(|(document, _)| !judged.contains(document)) {
        documents[0].push((document, strength, topic.lengths[&document]));
    }
    for (part, documents) in made.iter_mut().zip(documents) {
        part.documents = mean_strengths(documents.into_iter(), |document| topic.lengths[&document]);
    }
    made
}

/// How a topic is split by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitTopic<'a> {
    /// Into so many parts, at least 2.
    Number(usize),
    /// Into what holds any of these words, in any form, and the rest.
    Words(&'a [String]),
}

/// The topics of a library that are shown, hidden ones among them, and how they join into more general ones.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryTree {
    /// The number of each leaf of the tree.
    pub ids: Vec<TopicId>,
    /// The tree. [`TopicTree::at`] gives the topics at a level without mining again.
    pub tree: TopicTree<DocumentId>,
}

/// Returns the tree of the topics of a library. It is small, and made anew after each edit in a moment.
pub fn topic_tree(library: &Library) -> Result<LibraryTree> {
    let mut rows = library.topics()?;
    rows.extend(library.hidden_topics()?);
    let ids: Vec<TopicId> = rows.iter().map(|row| row.id).collect();
    let mut documents: BTreeMap<TopicId, Vec<(DocumentId, f32)>> = BTreeMap::new();
    for (document, topic, strength) in library.document_topics()? {
        documents.entry(topic).or_default().push((document, strength));
    }
    let leaves: Vec<Leaf<DocumentId>> = rows
        .into_iter()
        .map(|row| Leaf {
            documents: documents.remove(&row.id).unwrap_or_default(),
            label: row.label,
            is_named: row.is_named,
            is_shown: !row.is_hidden,
            words: row.words,
            npmi: row.npmi,
        })
        .collect();

    let places: BTreeMap<TopicId, usize> = ids.iter().enumerate().map(|(place, &id)| (id, place)).collect();
    let mut places_of: BTreeMap<TopicId, Vec<usize>> = BTreeMap::new();
    for (id, shown_as) in library.topics_shown_as()? {
        places_of.entry(id).or_default().extend(places.get(&shown_as));
    }
    // A topic that was split joins others as all of its parts together, which become one before.
    let mut parts_first = library.stored_topics()?;
    parts_first.sort_by_key(|stored| std::cmp::Reverse(stored.id));
    for StoredTopic { id, part_of, .. } in parts_first {
        if let Some(split) = part_of {
            let of_part = places_of.get(&id).cloned().unwrap_or_default();
            places_of.entry(split).or_default().extend(of_part);
        }
    }
    let mut joins = Vec::new();
    for join in library.topic_joins()? {
        let of = |id: TopicId| places_of.get(&id).map(Vec::as_slice).unwrap_or_default();
        let (one, other) = (of(join.one), of(join.other));
        let of_parts = one.windows(2).chain(other.windows(2)).map(|pair| (pair[0], pair[1]));
        let of_both = one.first().copied().zip(other.first().copied());
        let joined = of_parts.chain(of_both).map(|(one, other)| Join { one, other, likeness: join.likeness });
        joins.extend(joined);
    }
    Ok(LibraryTree { ids, tree: TopicTree::new(leaves, joins) })
}

/// What a table of topics goes by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TopicField {
    /// The year of a document.
    Year,
    /// The month of a document, as in `2019-05`.
    Month,
    /// The file a document came from.
    Source,
    /// The folder that file was in.
    Folder,
    /// Who speaks in a chapter. Chapters are counted, not documents.
    Speaker,
    /// Who wrote a document.
    Author,
    /// The language of a document.
    Language,
    /// The format of the file.
    Format,
    /// What else a file says of its documents, by the name it has there, in upper or lower case.
    Named(String),
}

impl TopicField {
    /// Every field that any document may have.
    pub const COMMON: [Self; 8] = [
        Self::Year,
        Self::Month,
        Self::Source,
        Self::Folder,
        Self::Speaker,
        Self::Author,
        Self::Language,
        Self::Format,
    ];

    /// Returns the name used on the command line, such as `"speaker"`.
    pub fn name(&self) -> &str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Source => "source",
            Self::Folder => "folder",
            Self::Speaker => "speaker",
            Self::Author => "author",
            Self::Language => "language",
            Self::Format => "format",
            Self::Named(name) => name,
        }
    }

    /// Returns the field of that name: one of [`Self::COMMON`], or what a file calls so.
    pub fn from_name(name: &str) -> Self {
        let common = Self::COMMON.into_iter().find(|field| field.name() == name);
        common.unwrap_or_else(|| Self::Named(name.to_owned()))
    }

    /// Returns what a document has in this field: nothing, or several values.
    fn values(&self, library: &Library, document: &DocumentRow) -> Result<Vec<String>> {
        let month = |date: Date| date.month().map(|month| format!("{:04}-{month:02}", date.year()));
        let one = match self {
            Self::Year => document.date.map(|date| format!("{:04}", date.year())),
            Self::Month => document.date.and_then(month),
            Self::Source => Some(document.source_name.clone()),
            Self::Folder => document.source_path.as_deref().map(folder),
            Self::Author => document.author.clone(),
            Self::Language => document.language.clone(),
            Self::Format => Some(document.format.name().to_owned()),
            // Of chapters, see `speakers`.
            Self::Speaker => None,
            Self::Named(name) => {
                let others = library.fields(document.id)?.others.into_iter();
                let named = others.filter(|field| field.name.to_lowercase() == name.to_lowercase());
                return Ok(named.map(|field| field.value).collect());
            }
        };
        Ok(one.into_iter().collect())
    }
}

/// Returns the folder of a path, `.` for none.
fn folder(path: &str) -> String {
    match path.rfind(['/', '\\']).map_or("", |end| &path[..end]) {
        "" => ".".to_owned(),
        folder => folder.to_owned(),
    }
}

/// Returns topics of the library, each of which may stand for several that are shown, by a field of what bears them.
///
/// What has no value in the field is left out. Fails with [`Error::Nothing`] if nothing has one.
pub fn topics_by_field(library: &Library, topics: &[Vec<TopicId>], field: &TopicField) -> Result<FieldTable> {
    let table = if *field == TopicField::Speaker {
        tabulated(&speakers(library)?, topics, |id| {
            let bearers = library.topic_chapters(id)?.into_iter();
            Ok(bearers.map(|bearer| (bearer.chapter.id, bearer.strength)).collect())
        })?
    } else {
        let mut values: Vec<(DocumentId, String)> = Vec::new();
        for document in library.documents()? {
            let of_document = field.values(library, &document)?;
            values.extend(of_document.into_iter().map(|value| (document.id, value)));
        }
        tabulated(&values, topics, |id| {
            Ok(library.topic_documents(id)?.into_iter().map(|(id, _, strength)| (id, strength)).collect())
        })?
    };
    if table.values.is_empty() {
        let reason = format!("no document of the library has a {}", field.name());
        return Err(Error::Nothing { attempt: "count topics by a field", reason });
    }
    Ok(table)
}

/// Returns who speaks in each chapter of the library.
fn speakers(library: &Library) -> Result<Vec<(ChapterId, String)>> {
    let mut speakers = Vec::new();
    for document in library.documents()? {
        let units = library.units(document.id)?.units;
        for row in library.chapters(document.id, Layer::Found)? {
            let first = row.chapter.first_unit.index();
            let of_chapter = units.iter().skip(first).take(row.chapter.n_units as usize);
            let names: BTreeSet<&str> = of_chapter.filter_map(|unit| unit.speaker.as_deref()).collect();
            speakers.extend(names.into_iter().map(|name| (row.id, name.to_owned())));
        }
    }
    Ok(speakers)
}

fn tabulated<D: Copy + Ord>(
    values: &[(D, String)],
    topics: &[Vec<TopicId>],
    bearers: impl Fn(TopicId) -> Result<Vec<(D, f32)>>,
) -> Result<FieldTable> {
    let mut bearers_of = Vec::with_capacity(topics.len());
    for ids in topics {
        let all: Vec<Vec<(D, f32)>> = ids.iter().map(|&id| bearers(id)).collect::<Result<_>>()?;
        bearers_of.push(strongest(all.into_iter().flatten()));
    }
    let bearers_of: Vec<&[(D, f32)]> = bearers_of.iter().map(Vec::as_slice).collect();
    Ok(topics::by_field(values, &bearers_of))
}

/// Neighbouring chapters of one document, pooled into one text.
struct Pool {
    document: DocumentId,
    chapters: Vec<(ChapterId, Span)>,
}

impl Pool {
    fn length(&self) -> usize {
        self.chapters.iter().map(|(_, span)| span.range().len()).sum()
    }
}

/// The chapters of a library in pools, and their words.
struct Counted {
    pools: Vec<Pool>,
    corpus: CountedCorpus,
}

/// Counts the words of the library: reads the texts of documents that were never counted, or were cut anew since, and keeps
/// what it counts. It holds whatever becomes of the run.
fn counted(library: &mut Library, passage_words: u32, progress: &dyn Progress) -> Result<Counted> {
    /// How many documents are worked on at once.
    const DOCUMENTS: usize = 256;
    let mut counted = Counted { pools: Vec::new(), corpus: CountedCorpus::default() };
    let mut fresh: Vec<(DocumentId, Vec<u8>)> = Vec::new();
    let mut open: Vec<ChaptersWithWords> = Vec::new();
    library.for_each_with_words(|document| {
        progress.check()?;
        open.push(document);
        if DOCUMENTS <= open.len() {
            counted.read(std::mem::take(&mut open), library, passage_words, &mut fresh)
        } else {
            Ok(())
        }
    })?;
    counted.read(open, library, passage_words, &mut fresh)?;
    tracing::debug!(n_pools = counted.pools.len(), n_read = fresh.len(), "counted words");
    for fresh in fresh.chunks(DOCUMENTS) {
        library.keep_words(fresh)?;
    }
    Ok(counted)
}

impl Counted {
    /// Adds documents: as they were kept, or as their texts have them.
    fn read(
        &mut self,
        documents: Vec<ChaptersWithWords>,
        library: &Library,
        passage_words: u32,
        fresh: &mut Vec<(DocumentId, Vec<u8>)>,
    ) -> Result<()> {
        let spans_of =
            |document: &ChaptersWithWords| document.chapters.iter().map(|&(_, span)| span).collect::<Vec<_>>();
        let kept = |document: &ChaptersWithWords| {
            let words = document.words.as_ref()?;
            CountedDocument::from_bytes(words, &spans_of(document), passage_words)
        };
        let mut read: Vec<Option<CountedDocument>> = documents.par_iter().map(kept).collect();
        let mut unread = Vec::new();
        for (document, read) in documents.iter().zip(&mut read).filter(|(_, read)| read.is_none()) {
            unread.push((document, read, library.text(document.document)?));
        }
        let count = |(document, read, text): (&ChaptersWithWords, &mut Option<CountedDocument>, String)| {
            let counted = CountedDocument::of(&text, &spans_of(document), passage_words);
            let bytes = counted.to_bytes()?;
            *read = Some(counted);
            Ok((document.document, bytes))
        };
        fresh.extend(unread.into_par_iter().map(count).collect::<Result<Vec<_>>>()?);
        for (document, counted) in documents.into_iter().zip(read.iter().flatten()) {
            let mut chapters = document.chapters.into_iter();
            for n_chapters in self.corpus.push(counted) {
                let chapters = chapters.by_ref().take(n_chapters).collect();
                self.pools.push(Pool { document: document.document, chapters });
            }
        }
        Ok(())
    }
}

/// Returns how long documents are, in bytes of their chapters.
fn lengths(pools: &[Pool]) -> BTreeMap<DocumentId, usize> {
    let mut lengths = BTreeMap::new();
    for pool in pools {
        *lengths.entry(pool.document).or_default() += pool.length();
    }
    lengths
}

/// Labels topics by phrases, for which the texts of some documents of each are read.
fn label(library: &Library, found: &mut [Topic], pools: &[Pool], language: Language) -> Result<()> {
    let mut texts: BTreeMap<BagIndex, String> = BTreeMap::new();
    let mut last: Option<(DocumentId, String)> = None;
    for bag in read_for_labels(found) {
        let pool = &pools[bag.index()];
        if last.as_ref().is_none_or(|(document, _)| *document != pool.document) {
            // One that was removed meanwhile says nothing.
            let text = match library.text(pool.document) {
                Err(Error::NoDocument(_)) => String::new(),
                text => text?,
            };
            last = Some((pool.document, text));
        }
        let text = last.as_ref().map_or("", |(_, text)| text);
        let chapters: Vec<&str> = pool.chapters.iter().filter_map(|(_, span)| text.get(span.range())).collect();
        texts.insert(bag, pool_text(&chapters));
    }
    label_by_phrases_of(found, |bag| &texts[&bag], language);
    Ok(())
}

/// Returns the documents that bear a topic, each as strongly as its pools do on average, strongest first. `lengths` are
/// those of [`lengths`].
fn documents_of(topic: &Topic, pools: &[Pool], lengths: &BTreeMap<DocumentId, usize>) -> Vec<(DocumentId, f32)> {
    let bearers = topic.bearers.iter().map(|bearer| {
        let pool = &pools[bearer.bag.index()];
        (pool.document, bearer.strength, pool.length())
    });
    let mut documents = mean_strengths(bearers, |document| lengths[&document]);
    documents.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    documents
}

fn bearing_in(provenance: &Provenance) -> Bearing {
    let number = |name: &str| provenance.settings.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    Bearing {
        min_strength: number("min_strength") as f32,
        passage_words: number("passage_words") as u32,
        pool_words: number("pool_words") as u32,
    }
}

/// What tells which of the topics that were mined before a text bears.
pub(super) struct KnownTopics {
    assigner: Assigner,
    analyzer: Analyzer,
    /// The topics by their place in the assigner; the parts of those that were split are the judge's.
    whole: Vec<TopicId>,
    judge: Judge,
}

impl KnownTopics {
    /// Returns the topics of a library; nothing if none were mined.
    pub(super) fn of(library: &Library) -> Result<Option<Self>> {
        let Some(provenance) = library.topics_provenance()? else { return Ok(None) };
        let stored = library.topic_profiles()?;
        let (parts, whole): (Vec<_>, Vec<_>) = stored.iter().partition(|stored| stored.part_of.is_some());
        let profiles: Vec<&[ProfileWord]> = whole.iter().map(|stored| stored.profile.as_slice()).collect();
        let bearing = bearing_in(&provenance);
        let parts = parts.iter().filter_map(|part| part.part_of.map(|split| (split, part.id, part.profile.as_slice())));
        Ok(Some(Self {
            assigner: Assigner::new(&profiles, bearing),
            analyzer: Analyzer::new(language_in(&provenance)),
            judge: Judge::new(parts, bearing),
            whole: whole.iter().map(|stored| stored.id).collect(),
        }))
    }

    /// Returns the topics that a text bears, each before its parts, and how strongly.
    pub(super) fn borne_by(&self, text: &str) -> Vec<(TopicId, f32)> {
        let of_parts = |_: TopicId, assigner: &Assigner| assigner.strengths(text, &self.analyzer);
        let mut borne = Vec::new();
        for (topic, strength) in self.assigner.strengths(text, &self.analyzer) {
            let topic = self.whole[topic];
            borne.push((topic, strength));
            borne.extend(self.judge.strengths(topic, strength, &of_parts));
        }
        borne
    }
}

/// Returns the topics that the chapters of a text bear, and how strongly, each chapter by its place.
pub(super) fn borne_by_chapters(
    known: Option<&KnownTopics>,
    text: &str,
    chapters: &[Chapter],
) -> Vec<(usize, TopicId, f32)> {
    let Some(known) = known else { return Vec::new() };
    let of_chapter = |(place, chapter): (usize, &Chapter)| {
        let topics = known.borne_by(chapter.span.of(text));
        topics.into_iter().map(move |(topic, strength)| (place, topic, strength))
    };
    chapters.iter().enumerate().flat_map(of_chapter).collect()
}

#[cfg(test)]
#[path = "topic_tests.rs"]
mod tests;
