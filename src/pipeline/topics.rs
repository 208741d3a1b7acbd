//! The topics of a library: mined, kept in step with its documents and with what is done to them by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{language_in, language_of, mine_texts, topics_provenance};
use crate::document::{Chapter, Date, Layer, ProfileWord, Provenance};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::store::{ChapterId, DocumentId, DocumentRow, EditId, Library, NewTopic, StoredTopic, TopicChapter, TopicId};
use crate::topics::{
    self, Assigner, Bearing, FieldTable, Join, Known, Leaf, SplitBy, Topic, TopicTree, TopicsConfig, VocabularyConfig,
    label_by_phrases, mean_strengths, strongest,
};
use crate::words::{self, Analyzer, fold};

/// Fewer words than this say too little of a subject by themselves: neighbouring chapters of one document are pooled
/// until they have so many.
const MIN_BAG_WORDS: usize = 150;

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
    let passages = passages(library)?;
    let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let language = language_of(&texts);
    let (mut found, config) = mine_texts(&texts, language, seed, adjust, progress)?;
    let lengths = lengths(&passages);
    let (bearing, analyzer) = (Bearing::from(&config), Analyzer::new(language));
    let assigner_of = |found: &[Topic]| {
        let profiles: Vec<&[ProfileWord]> = found.iter().map(|topic| topic.profile.as_slice()).collect();
        Assigner::new(&profiles, bearing)
    };
    let is_topic = |topic: &Topic| {
        let parts = topic.bearers.iter().map(|bearer| (passages[bearer.bag.index()].document, bearer.strength));
        topics::is_borne(parts, topics::MANY_DOCUMENTS <= lengths.len())
    };
    while !found.iter().all(is_topic) {
        found.retain(is_topic);
        // What is no topic has no say in what a text bears.
        let bearers = assigner_of(&found).bearers(&texts, language, progress)?;
        for (topic, bearers) in found.iter_mut().zip(bearers) {
            topic.n_documents = bearers.len() as u32;
            topic.bearers = bearers;
        }
    }
    label_by_phrases(&mut found, &texts, language);
    let assigner = assigner_of(&found);
    let mut chapters_of: Vec<Vec<(ChapterId, f32)>> = vec![Vec::new(); found.len()];
    for passage in &passages {
        progress.check()?;
        for (chapter, range) in &passage.chapters {
            for (topic, strength) in assigner.strengths(&passage.text[range.clone()], &analyzer) {
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
            documents: documents_of(topic, &passages, &lengths),
            chapters,
        })
        .collect();
    let joins = topics::joins(&knowns(&new.iter().collect::<Vec<_>>(), &mut Vec::new()));
    let joins: Vec<(usize, usize, f32)> = joins.iter().map(|join| (join.one, join.other, join.likeness)).collect();

    let stored = library.stored_topics()?;
    let Matched { ids, made } = matched(&stored, &new, &passages, &analyzer, bearing);
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
    passages: &[Passage],
    analyzer: &Analyzer,
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
    for (id, topic) in ids.iter().zip(new) {
        let Some(id) = *id else { continue };
        made.extend(judge.parts_of(id, topic, passages, analyzer).into_iter().map(|(part, bearers)| {
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

    /// Returns the parts, and parts of parts, that a text bears which bears a topic that strongly. The strongest part is
    /// borne as strongly as the topic; a text that holds no word of any part bears the first, so that none is lost.
    fn strengths(&self, id: TopicId, strength: f32, text: &str, analyzer: &Analyzer) -> Vec<(TopicId, f32)> {
        let Some((assigner, ids)) = self.0.get(&id) else { return Vec::new() };
        let borne = assigner.strengths(text, analyzer);
        let most = borne.iter().map(|&(_, strength)| strength).fold(0.0, f32::max);
        let mut parts: Vec<(TopicId, f32)> =
            borne.into_iter().map(|(part, of_part)| (ids[part], strength * (of_part / most))).collect();
        if parts.is_empty() {
            parts.push((ids[0], strength));
        }
        for at in 0..parts.len() {
            let (part, strength) = parts[at];
            parts.extend(self.strengths(part, strength, text, analyzer));
        }
        parts
    }

    /// Returns what bears the parts of a topic, and their parts: the chapters that bear the topic, and their documents.
    fn parts_of(
        &self,
        id: TopicId,
        topic: &NewTopic,
        passages: &[Passage],
        analyzer: &Analyzer,
    ) -> BTreeMap<TopicId, Bearers> {
        let mut parts: BTreeMap<TopicId, Bearers> = BTreeMap::new();
        if !self.0.contains_key(&id) {
            return parts;
        }
        self.add_ids(id, &mut parts);
        let of_chapter: BTreeMap<ChapterId, f32> = topic.chapters.iter().copied().collect();
        let of_document: BTreeMap<DocumentId, f32> = topic.documents.iter().copied().collect();
        let lengths = lengths(passages);
        let mut documents: BTreeMap<TopicId, Vec<(DocumentId, f32, usize)>> = BTreeMap::new();
        let mut judged: BTreeSet<DocumentId> = BTreeSet::new();
        for passage in passages {
            for (chapter, range) in &passage.chapters {
                let Some(&strength) = of_chapter.get(chapter) else { continue };
                judged.insert(passage.document);
                for (part, strength) in self.strengths(id, strength, &passage.text[range.clone()], analyzer) {
                    parts.entry(part).or_default().chapters.push((*chapter, strength));
                    documents.entry(part).or_default().push((passage.document, strength, range.len()));
                }
            }
        }
        // A document that bears the topic as a whole, and no chapter of which does by itself, goes to the first part.
        for (&document, &strength) in of_document.iter().filter(|(document, _)| !judged.contains(document)) {
            for (part, strength) in self.strengths(id, strength, "", analyzer) {
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
        for (part, strength) in judge.strengths(TopicId(-1), bearer.strength, text, analyzer) {
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

/// Neighbouring chapters of one document, pooled into one bag.
struct Passage {
    document: DocumentId,
    text: String,
    chapters: Vec<(ChapterId, std::ops::Range<usize>)>,
    n_words: usize,
}

impl Passage {
    fn length(&self) -> usize {
        self.chapters.iter().map(|(_, range)| range.len()).sum()
    }
}

fn passages(library: &Library) -> Result<Vec<Passage>> {
    let mut passages: Vec<Passage> = Vec::new();
    library.for_each_chapter(|row, text| {
        let is_open = |last: &Passage| last.document == row.document && last.n_words < MIN_BAG_WORDS;
        if !passages.last().is_some_and(is_open) {
            passages.push(Passage { document: row.document, text: String::new(), chapters: Vec::new(), n_words: 0 });
        }
        let passage = passages.last_mut().expect("one was opened if there was none");
        let start = passage.text.len();
        passage.text.push_str(text);
        passage.chapters.push((row.id, start..passage.text.len()));
        passage.text.push('\n');
        passage.n_words += words::count(text);
        Ok(())
    })?;
    Ok(passages)
}

/// Returns how long documents are, in bytes of their chapters.
fn lengths(passages: &[Passage]) -> BTreeMap<DocumentId, usize> {
    let mut lengths = BTreeMap::new();
    for passage in passages {
        *lengths.entry(passage.document).or_default() += passage.length();
    }
    lengths
}

/// Returns the documents that bear a topic, each as strongly as its passages do on average, strongest first. `lengths` are
/// those of [`lengths`].
fn documents_of(topic: &Topic, passages: &[Passage], lengths: &BTreeMap<DocumentId, usize>) -> Vec<(DocumentId, f32)> {
    let bearers = topic.bearers.iter().map(|bearer| {
        let passage = &passages[bearer.bag.index()];
        (passage.document, bearer.strength, passage.length())
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
        let mut borne = Vec::new();
        for (topic, strength) in self.assigner.strengths(text, &self.analyzer) {
            let topic = self.whole[topic];
            borne.push((topic, strength));
            borne.extend(self.judge.strengths(topic, strength, text, &self.analyzer));
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
