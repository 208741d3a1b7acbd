//! The two flows, a function each: start reading here.
//!
//! - [`split_document`]: a document that was imported into chapters, without a library.
//! - [`add_document`]: a file's bytes into chapters, and these into a library. A front end that adds many lets
//!   [`import::Ahead`] read the next while the model works on the last, and adds each by [`add_imported`].
//! - [`recut`]: other chapters for a document at another granularity, from stored scores.
//! - [`correct`]: what a person does to the chapters of a document.
//! - [`mine_topics`]: the topics of a library, and what is done to them after that, in `pipeline/topics.rs`.
//!
//! The clock, the names of files and the number of threads come from the front end.

mod by_hand;
mod topics;
mod whole;

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::boundaries::{
    Combined, Context, GapInput, GapScorer, Lexical, LexicalConfig, Pair, Passage, Scales, VectorDepth, VectorsConfig,
};
use crate::chapters::{self, BoundaryCost, CutConfig, CutRule};
use crate::document::{Chapter, Document, GapIndex, GapScores, Layer, Provenance, UnitKind, Units, setting as written};
use crate::error::{Error, Result};
use crate::import;
use crate::neural::{Encoder, Vectors};
use crate::progress::{Part, Progress};
use crate::store::{Assessment, DocumentId, DocumentRow, Library, NewDocument};
use crate::titles;
use crate::topics::{Bags, Signatures, Topic, TopicsConfig, Vocabulary, VocabularyConfig, bags, mine_signed};
use crate::units;
use crate::words::{self, Language, LanguageVote};

use self::topics::{KnownTopics, borne_by_chapters};
pub use self::topics::{
    LibraryTree, Mined, SplitTopic, TopicField, mine_topics, split_topic, topic_tree, topics_by_field,
};

pub use by_hand::{correct, keep_by_hand};
pub use whole::{TopicNames, Whole, of_layer, topic_names};

/// What says where the subject changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Vectors of the units and what they look like, read together by a model that was trained on boundaries.
    Context,
    /// A transformer that reads both sides of a gap, gap by gap.
    Pair,
    /// A transformer that reads several units at once, and every gap among them.
    Passage,
    /// What all three say together: the pair model in talk, where the context model is in doubt.
    Combined,
    /// Vectors of the text to both sides of a gap: nothing is trained on boundaries.
    Vectors,
    /// Shared vocabulary: no model, and nothing but the words themselves.
    Lexical,
}

impl Engine {
    /// Every engine there is.
    pub const ALL: [Self; 6] = [Self::Context, Self::Pair, Self::Passage, Self::Combined, Self::Vectors, Self::Lexical];

    /// Returns the name used in the store and in every output, such as `"context"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Pair => "pair",
            Self::Passage => "passage",
            Self::Combined => "combined",
            Self::Vectors => "vectors",
            Self::Lexical => "lexical",
        }
    }

    /// Returns the engine of that name, as [`Engine::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }

    /// Returns how a document of `kind` is cut at this engine's scores.
    pub fn cut(self, granularity: f32, kind: UnitKind) -> CutConfig {
        let rule = match self {
            Self::Context | Self::Pair | Self::Passage | Self::Combined => CutRule::Probability,
            Self::Vectors | Self::Lexical => CutRule::Threshold,
        };
        CutConfig::usual(granularity, kind, rule)
    }

    /// Returns whether this engine reads a vector of each unit.
    pub fn needs_vectors(self) -> bool {
        match self {
            Self::Context | Self::Combined | Self::Vectors => true,
            Self::Pair | Self::Passage | Self::Lexical => false,
        }
    }

    /// Returns the scorer, with the weights that the program carries and the settings it was measured with.
    pub fn scorer(self) -> Box<dyn GapScorer> {
        self.scorer_from(&ModelFolders::default()).expect("a test loads what the program carries")
    }

    /// Returns the scorer with the trained weights of some folders.
    pub fn scorer_from(self, folders: &ModelFolders) -> Result<Box<dyn GapScorer>> {
        Ok(match self {
            Self::Context => Box::new(folders.context()?),
            Self::Pair => Box::new(folders.pair()?),
            Self::Passage => Box::new(folders.passage()?),
            Self::Combined => Box::new(Combined::new(folders.context()?, folders.pair()?, folders.passage()?)?),
            Self::Vectors => Box::new(VectorDepth(VectorsConfig { scales: Scales::MEASURED })),
            Self::Lexical => Box::new(Lexical(LexicalConfig { scales: Scales::MEASURED })),
        })
    }

    /// Returns what share of the work, in hundredths, is done when the vectors are there, and when the scores are.
    fn stages(self) -> (usize, usize) {
        match self {
            Self::Context | Self::Vectors => (90, 93),
            Self::Combined => (33, 93),
            Self::Pair | Self::Passage | Self::Lexical => (0, 93),
        }
    }
}

/// Gives back the memory of the weights that the program carries and that engines have loaded, once no scorer uses them. Who
/// needs them next loads them again.
pub fn let_go_of_engines() {
    Context::let_go();
    Pair::let_go();
    Passage::let_go();
}

/// Folders with trained weights; what the program carries where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelFolders<'a> {
    /// What [`Context::from_folder`] reads.
    pub context: Option<&'a Path>,
    /// What [`Pair::from_folder`] reads.
    pub pair: Option<&'a Path>,
    /// What [`Passage::from_folder`] reads.
    pub passage: Option<&'a Path>,
}

impl ModelFolders<'_> {
    fn context(&self) -> Result<Context> {
        self.context.map_or_else(|| Ok(Context::embedded()), Context::from_folder)
    }

    fn pair(&self) -> Result<Pair> {
        let n_threads = rayon::current_num_threads();
        self.pair.map_or_else(|| Ok(Pair::embedded()), |folder| Pair::from_folder(folder, n_threads))
    }

    fn passage(&self) -> Result<Passage> {
        let n_threads = rayon::current_num_threads();
        self.passage.map_or_else(|| Ok(Passage::embedded()), |folder| Passage::from_folder(folder, n_threads))
    }
}

/// How a document is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitSettings {
    /// What says where the subject changes.
    pub engine: Engine,
    /// What chapters are made of; `None` for what the text is laid out in.
    pub unit_kind: Option<UnitKind>,
    /// How finely to cut, in `0.0..=1.0`.
    pub granularity: f32,
    /// The fewest units a chapter may have, at least 1; `None` for what suits the kind of unit.
    pub min_chapter_units: Option<u32>,
    /// The language of the text; `None` for its own, as its file tells it or as it is recognised.
    pub language: Option<Language>,
}

impl SplitSettings {
    /// Returns the settings that a front end starts from.
    pub fn usual() -> Self {
        Self { engine: Engine::Combined, unit_kind: None, granularity: 0.5, min_chapter_units: None, language: None }
    }

    /// Checks what a person may have typed.
    pub fn checked(self) -> Result<Self> {
        if (0.0..=1.0).contains(&self.granularity) {
            Ok(self)
        } else {
            Err(Error::Setting { name: "granularity", needed: "between 0 and 1", found: self.granularity.to_string() })
        }
    }
}

/// What becomes of one file.
#[derive(Clone, Debug)]
pub struct Split {
    /// The document.
    pub document: Document,
    /// Its units.
    pub units: Units,
    /// A vector for each unit, if the engine needed them.
    pub vectors: Option<Vectors>,
    /// What the engine said of each gap.
    pub gap_scores: GapScores,
    /// The chapters found. They tile the document.
    pub chapters: Vec<Chapter>,
    /// The chapters that the file's own headings make; empty without headings.
    pub as_written: Vec<Chapter>,
    /// How well the chapters are likely to agree with a reader's, in `0.0..=1.0`; `None` if the engine does not tell.
    pub confidence: Option<f32>,
    /// How the chapters came to be.
    pub provenance: Provenance,
}

/// Cuts a document that was imported into titled chapters.
///
/// `encoder` may be missing if the engine needs no vectors; titles are then chosen by words alone.
pub fn split_document(
    document: Document,
    settings: &SplitSettings,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<Split> {
    let settings = settings.checked()?;
    progress.check()?;
    let language =
        settings.language.unwrap_or_else(|| language_read_in(document.fields.language.as_deref(), &document.text));
    let units = units::units(&document, settings.unit_kind, language);
    tracing::debug!(n_units = units.len(), kind = units.kind.name(), language = language.code(), "made units");

    let scorer = settings.engine.scorer();
    let (after_vectors, after_scores) = settings.engine.stages();
    let vectors = match encoder {
        Some(encoder) if scorer.needs_vectors() => {
            let texts = units.texts(&document.text);
            Some(encoder.encode(&texts, &Part { progress, range: 0..after_vectors, of: 100 })?)
        }
        _ => None,
    };
    let input = GapInput { text: &document.text, units: &units, vectors: vectors.as_ref(), language };
    let gap_scores = scorer.score(&input, &Part { progress, range: after_vectors..after_scores, of: 100 })?;

    let cut = cut_config(settings.engine, settings.granularity, settings.min_chapter_units, units.kind);
    let stage = Part { progress, range: after_scores..100, of: 100 };
    let found = titled_chapters(&input, &gap_scores, cut, encoder, &stage)?;
    let as_written = as_written(&document, &units);
    progress.report(100, 100);

    let provenance = provenance(&*scorer, encoder, cut, units.kind, language);
    let confidence = confidence(&document.text, &units, &gap_scores, &found, cut);
    Ok(Split { document, units, vectors, gap_scores, chapters: found, as_written, confidence, provenance })
}

/// Returns the chapters that the file itself makes: those it lists apart from its text, and otherwise those that its
/// headings open.
fn as_written(document: &Document, units: &Units) -> Vec<Chapter> {
    let Document { text, title, marks, .. } = document;
    let marked = chapters::as_marked(text, units, marks, title);
    if marked.is_empty() { chapters::as_written(text, units, title) } else { marked }
}

/// Cuts a document at its scores, and gives the chapters their titles.
fn titled_chapters(
    input: &GapInput<'_>,
    gap_scores: &GapScores,
    cut: CutConfig,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<Vec<Chapter>> {
    let &GapInput { text, units, vectors, language } = input;
    let boundaries = chapters::boundaries(gap_scores, &words_of_units(text, units), cut);
    let levels = chapters::levels(gap_scores, &boundaries, cut.boundary_cost);
    let mut found = chapters::chapters_at(text.len(), units, gap_scores, &boundaries, &levels);
    titles::title_chapters(&mut found, text, units, vectors, encoder, language, progress)?;
    Ok(found)
}

/// Returns how many words each unit has.
pub fn words_of_units(text: &str, units: &Units) -> Vec<u32> {
    words::count_each(&units.texts(text))
}

/// Returns how well chapters are likely to agree with a reader's; `None` where scores are no probabilities.
pub fn confidence(text: &str, units: &Units, scores: &GapScores, chapters: &[Chapter], cut: CutConfig) -> Option<f32> {
    let boundaries: Vec<GapIndex> = chapters.iter().filter_map(|chapter| chapter.first_unit.gap_before()).collect();
    (cut.rule == CutRule::Probability).then(|| chapters::confidence(scores, &words_of_units(text, units), &boundaries))
}

/// The settings that a [`BoundaryCost`] is kept under, either of them.
const BOUNDARY_COST: &str = "boundary_cost";
const BOUNDARY_PRICE: &str = "boundary_price";

/// Returns how a document of the library was cut: what its chapters were made with, at its own granularity.
pub fn stored_cut(row: &DocumentRow, provenance: Option<&Provenance>) -> CutConfig {
    let engine = Engine::from_name(&row.engine).unwrap_or(Engine::Lexical);
    let kept = |name| provenance.and_then(|provenance| provenance.settings.get(name));
    let min_chapter_units = kept("min_chapter_units").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let number = |name, earlier| kept(name).and_then(Value::as_f64).map_or(earlier, |number| number as f32);
    CutConfig {
        boundary_cost: match kept(BOUNDARY_PRICE).and_then(Value::as_f64) {
            Some(price) => BoundaryCost::OfDocument { price: price as f32 },
            None => BoundaryCost::Fixed(number(BOUNDARY_COST, CutConfig::EARLIER_BOUNDARY_COST)),
        },
        min_chapter_share: number("min_chapter_share", CutConfig::EARLIER_MIN_CHAPTER_SHARE),
        ..cut_config(engine, row.granularity, min_chapter_units, row.unit_kind)
    }
}

fn cut_config(engine: Engine, granularity: f32, min_chapter_units: Option<u32>, kind: UnitKind) -> CutConfig {
    let usual = engine.cut(granularity, kind);
    CutConfig { min_chapter_units: min_chapter_units.unwrap_or(usual.min_chapter_units), ..usual }
}

fn provenance(
    scorer: &dyn GapScorer,
    encoder: Option<&dyn Encoder>,
    cut: CutConfig,
    kind: UnitKind,
    language: Language,
) -> Provenance {
    let mut settings = scorer.settings();
    settings.insert("units".to_owned(), kind.name().into());
    settings.insert("language".to_owned(), language.code().into());
    settings.insert("granularity".to_owned(), written(cut.granularity));
    settings.insert("min_chapter_units".to_owned(), cut.min_chapter_units.into());
    if cut.rule == CutRule::Probability {
        let (name, number) = match cut.boundary_cost {
            BoundaryCost::Fixed(cost) => (BOUNDARY_COST, cost),
            BoundaryCost::OfDocument { price } => (BOUNDARY_PRICE, price),
        };
        settings.insert(name.to_owned(), written(number));
        settings.insert("min_chapter_share".to_owned(), written(cut.min_chapter_share));
    }
    let mut provenance = Provenance::of(scorer.name(), settings);
    provenance.model_sha256 = encoder.map(|encoder| encoder.sha256().to_owned());
    provenance
}

/// Where a file came from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// The file's name.
    pub name: &'a str,
    /// The file's path, if it has one.
    pub path: Option<&'a str>,
    /// When it is added, in seconds since 1970.
    pub added_at: i64,
}

/// What became of a file that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is a document of the library now.
    New(DocumentId),
    /// The same bytes are in the library already.
    Already(DocumentId),
}

/// Cuts one file and keeps the result in a library, with the topics it bears of those that were mined before, in one
/// transaction: wholly or not at all.
pub fn add_document(
    library: &mut Library,
    source: &Source<'_>,
    settings: &SplitSettings,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<Added> {
    let sha256: [u8; 32] = Sha256::digest(source.bytes).into();
    if let Some(id) = library.find_by_sha256(&sha256)? {
        return Ok(Added::Already(id));
    }
    let document = import::import(source.bytes, source.name)?;
    let &Source { name, path, added_at, .. } = source;
    add_imported(library, Imported { document, sha256, name, path, added_at }, settings, encoder, progress)
}

/// A document that was imported, to be added.
#[derive(Clone, Debug)]
pub struct Imported<'a> {
    /// The document.
    pub document: Document,
    /// Of the bytes it was made of.
    pub sha256: [u8; 32],
    /// The name of its file, and of the part of it.
    pub name: &'a str,
    /// The path of its file, if it has one.
    pub path: Option<&'a str>,
    /// When it is added, in seconds since 1970.
    pub added_at: i64,
}

/// Cuts a document that was imported and keeps the result in a library, as [`add_document`] does with a file.
pub fn add_imported(
    library: &mut Library,
    imported: Imported<'_>,
    settings: &SplitSettings,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<Added> {
    let Imported { document, sha256, name, path, added_at } = imported;
    if let Some(id) = library.find_by_sha256(&sha256)? {
        return Ok(Added::Already(id));
    }
    let split = split_document(document, settings, encoder, progress)?;
    progress.check()?;
    let new = NewDocument {
        document: split.document,
        source_name: name.to_owned(),
        source_path: path.map(str::to_owned),
        sha256,
        added_at,
        units: split.units,
        engine: split.provenance.engine.clone(),
        gap_scores: vec![(split.gap_scores, split.provenance)],
        granularity: settings.granularity,
        vectors: split.vectors.map(|vectors| (vectors.dims(), vectors.into_data())),
        chapters: split.chapters,
        as_written: split.as_written,
    };
    let known = KnownTopics::of(library)?;
    let topics = borne_by_chapters(known.as_ref(), &new.document.text, &new.chapters);
    let assessment = Assessment { confidence: split.confidence, topics };
    Ok(Added::New(library.add_assessed_document(&new, &assessment)?))
}

/// Cuts a document of the library anew at another granularity, from its stored scores; the model reads nothing again
/// but the few phrases that may become titles. What was done by hand stays.
pub fn recut(
    library: &mut Library,
    id: DocumentId,
    granularity: f32,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<()> {
    let engine = library.document(id)?.engine;
    recut_by(library, id, &engine, granularity, encoder, progress)
}

/// Cuts a document of the library anew, as [`recut`] does, by the stored scores of an engine of that name.
pub fn recut_by(
    library: &mut Library,
    id: DocumentId,
    engine: &str,
    granularity: f32,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<()> {
    let settings = SplitSettings { granularity, ..SplitSettings::usual() }.checked()?;
    let row = DocumentRow { engine: engine.to_owned(), ..library.document(id)? };
    let text = library.text(id)?;
    let units = library.units(id)?;
    let Some((gap_scores, provenance)) = library.gap_scores(id, engine)? else {
        return Err(Error::Nothing {
            attempt: "cut the document anew",
            reason: format!("the library keeps no scores of the engine {engine} for it"),
        });
    };
    let cut = CutConfig { granularity: settings.granularity, ..stored_cut(&row, Some(&provenance)) };
    let vectors = library.vectors(id)?.map(|vectors| Vectors::new(vectors.dims, vectors.data));
    let language = language_in(&provenance);
    let found = chapters::boundaries(&gap_scores, &words_of_units(&text, &units), cut);
    let known = KnownTopics::of(library)?;
    loop {
        let by_hand = library.hand_made(id)?;
        let mut chapters = by_hand.corrections.cut(text.len(), &units, &gap_scores, &found, cut);
        titles::title_chapters(&mut chapters, &text, &units, vectors.as_ref(), encoder, language, progress)?;
        let assessment = Assessment {
            confidence: stored_confidence(&text, &units, &gap_scores, &chapters, cut),
            topics: borne_by_chapters(known.as_ref(), &text, &chapters),
        };
        // A person may have corrected it meanwhile.
        if library.replace_chapters_of(id, by_hand.revision, engine, granularity, &chapters, &assessment)? {
            return Ok(());
        }
        progress.check()?;
    }
}

/// Lets another engine read a document of the library, and keeps its scores beside those of the others. The chapters stay
/// as they are; [`recut_by`] cuts by them.
pub fn read_again(
    library: &mut Library,
    id: DocumentId,
    engine: Engine,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<()> {
    let row = library.document(id)?;
    let (text, units) = (library.text(id)?, library.units(id)?);
    let language = match library.gap_scores(id, &row.engine)? {
        Some((_, provenance)) => language_in(&provenance),
        None => language_read_in(row.language.as_deref(), &text),
    };
    let scorer = engine.scorer();
    let (after_vectors, after_scores) = engine.stages();
    let kept = library.vectors(id)?.map(|vectors| Vectors::new(vectors.dims, vectors.data));
    let vectors = match (kept, encoder) {
        (Some(vectors), _) => Some(vectors),
        (None, Some(encoder)) if scorer.needs_vectors() => {
            Some(encoder.encode(&units.texts(&text), &Part { progress, range: 0..after_vectors, of: 100 })?)
        }
        (None, _) => None,
    };
    let input = GapInput { text: &text, units: &units, vectors: vectors.as_ref(), language };
    let gap_scores = scorer.score(&input, &Part { progress, range: after_vectors..after_scores, of: 100 })?;
    progress.check()?;
    let cut = cut_config(engine, row.granularity, None, row.unit_kind);
    library.put_gap_scores(id, &gap_scores, &provenance(&*scorer, encoder, cut, units.kind, language))?;
    progress.report(100, 100);
    Ok(())
}

/// Works out how sure the chapters of a document are, from its stored scores, and keeps it in the library.
///
/// Documents that are added or cut anew have it already; it is missing after chapters were changed in another way, and
/// in a library of an older version.
pub fn keep_confidence(library: &mut Library, id: DocumentId) -> Result<Option<f32>> {
    let row = library.document(id)?;
    let confidence = match library.gap_scores(id, &row.engine)? {
        Some((scores, provenance)) => {
            let chapters: Vec<Chapter> =
                library.chapters(id, Layer::Found)?.into_iter().map(|row| row.chapter).collect();
            let cut = stored_cut(&row, Some(&provenance));
            stored_confidence(&library.text(id)?, &library.units(id)?, &scores, &chapters, cut)
        }
        None => None,
    };
    library.put_confidence(id, confidence)?;
    Ok(confidence)
}

/// Returns how sure chapters are by scores that were stored; `None` too if those are not of these units.
fn stored_confidence(
    text: &str,
    units: &Units,
    scores: &GapScores,
    chapters: &[Chapter],
    cut: CutConfig,
) -> Option<f32> {
    if units.len() != scores.len() + 1 {
        return None;
    }
    confidence(text, units, scores, chapters, cut)
}

/// Returns the language that a text is read in: its own if that is one we have words of, and otherwise the one of those that
/// it is most like.
fn language_read_in(own: Option<&str>, text: &str) -> Language {
    own.and_then(Language::from_code).unwrap_or_else(|| Language::guess(text))
}

/// Returns the language that provenance names.
fn language_in(provenance: &Provenance) -> Language {
    let code = provenance.settings.get("language").and_then(Value::as_str);
    code.and_then(Language::from_code).unwrap_or_default()
}

/// The name of the miner in provenance.
const MINER: &str = "minhash";

/// Mines topics from texts, long ones by their passages. Returns them with the settings that were used.
pub fn mine_texts(
    texts: &[&str],
    language: Language,
    seed: u64,
    adjust: &dyn Fn(TopicsConfig) -> TopicsConfig,
    progress: &dyn Progress,
) -> Result<(Vec<Topic>, TopicsConfig)> {
    let passage_words = passage_words(adjust);
    let (vocabulary, bags) = bags(texts, language, &VocabularyConfig { passage_words, ..VocabularyConfig::ample() });
    mine_bags(&vocabulary, &bags, None, seed, adjust, progress)
}

/// Returns how long passages of long texts are: they are cut before there is a corpus to choose settings from.
pub fn passage_words(adjust: &dyn Fn(TopicsConfig) -> TopicsConfig) -> u32 {
    adjust(TopicsConfig::for_corpus(&Bags::new(), 0)).passage_words
}

/// Mines topics from bags of words; `signatures` hold what was hashed of them before. Returns them with the settings that
/// were used.
pub fn mine_bags(
    vocabulary: &Vocabulary,
    bags: &Bags,
    signatures: Option<&Signatures>,
    seed: u64,
    adjust: &dyn Fn(TopicsConfig) -> TopicsConfig,
    progress: &dyn Progress,
) -> Result<(Vec<Topic>, TopicsConfig)> {
    let config = adjust(TopicsConfig::for_corpus(bags, seed));
    Ok((mine_signed(vocabulary, bags, signatures, &config, progress)?, config))
}

/// Returns the language that the topics of a library were mined in; the usual one if none were mined.
pub fn topics_language(library: &Library) -> Result<Language> {
    Ok(library.topics_provenance()?.map(|provenance| language_in(&provenance)).unwrap_or_default())
}

/// Returns how topics mined with these settings came to be.
pub fn topics_provenance(config: &TopicsConfig, language: Language) -> Provenance {
    let mut settings = config.settings();
    settings.insert("language".to_owned(), language.code().into());
    Provenance { seed: Some(config.seed), ..Provenance::of(MINER, settings) }
}

/// Returns the language of most of the words of a sample of `texts`.
pub fn language_of(texts: &[&str]) -> Language {
    LanguageVote::language(texts.iter().step_by(LanguageVote::step(texts.len())).map(|text| LanguageVote::of(text)))
}
