//! What the topics show: the list, the one that is chosen, its passages, and the pictures.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use caesura::document::Provenance;
use caesura::pictures::{Picture, Target};
use caesura::pipeline::LibraryTree;
use caesura::search::TopicPassage;
use caesura::store::{DocumentId, TopicId, TopicRow};
use caesura::topics::{GeneralTopic, Level};

use crate::command::{Command, Passage};
use crate::raster::{Pixels, svg_bytes};
use crate::scout::{CollectionPictures, Errand, Finding, TopicChange, TopicWords, TopicsByHand, csv_bytes};
use crate::state::{Bearers, State};
use crate::worker::Request;

/// What can be asked of the topics beyond choosing one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TopicsCommand {
    /// Show that part.
    Show(TopicsPart),
    /// Weigh the words of a topic so, in `0.0..=1.0`: from what is only there to what is often there.
    SetLambda(f64),
    /// Show the picture's table, or the picture.
    ShowTable(bool),
    /// Ask where to save the picture.
    SaveAs(PictureFormat),
    /// Save the picture there.
    SaveTo(PathBuf, PictureFormat),
    /// Write these pixels, of the picture as it is shown, into the file that was asked for.
    SavePixels(Pixels),
    /// Go where a mark of the picture leads.
    Follow(Target),
    /// Sort the list so.
    SortBy(TopicOrder),
    /// Tell topics apart so finely, in `0.0..=1.0`: from a single one to every one that was found.
    SetGranularity(f32),
    /// Show the topics of a general one in the list, or hide them again. It is named by its first topic.
    Fold(TopicId),
    /// Show what a general topic is made of.
    OpenGeneral(TopicId),
    /// The name for the topic is another text.
    TypeName(String),
    /// Change topics by hand.
    Edit(TopicChange),
}

/// The parts: what is shown beside the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum TopicsPart {
    /// The words of the topic, and the passages that speak of it.
    #[default]
    Passages,
    /// All topics in a plane.
    Map,
    /// How strongly each document bears each topic.
    Documents,
    /// Each topic through the years.
    Time,
    /// The words of the topic against the collection.
    Words,
    /// The words of the topic that stand together.
    Graph,
}

impl TopicsPart {
    /// Every part there is, in the order they are shown.
    pub(crate) const ALL: [Self; 6] =
        [Self::Passages, Self::Map, Self::Documents, Self::Time, Self::Words, Self::Graph];

    /// Returns the text of its tab.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Passages => "Passages",
            Self::Map => "Map",
            Self::Documents => "By document",
            Self::Time => "Over time",
            Self::Words => "Compare words",
            Self::Graph => "Word graph",
        }
    }

    /// Returns what it shows, in a sentence.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Passages => "The words of the topic, and the passages that speak of it",
            Self::Map => "All topics: near where the same documents bear them",
            Self::Documents => "How strongly each document bears each topic",
            Self::Time => "What share of the documents of each year, or month, bears each topic",
            Self::Words => "The words of the topic's chapters against the whole library",
            Self::Graph => "Words of the topic, joined where they stand together more than by chance",
        }
    }

    /// Returns the name its file gets.
    fn file_name(self) -> &'static str {
        match self {
            Self::Passages => "passages",
            Self::Map => "topic-map",
            Self::Documents => "topics-by-document",
            Self::Time => "topics-over-time",
            Self::Words => "topic-words",
            Self::Graph => "word-graph",
        }
    }
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TopicOrder {
    /// As they were mined: the widest first.
    #[default]
    Mined,
    /// By how many documents bear them.
    Documents,
    /// By how well their words go together.
    Coherence,
    /// By their labels.
    Label,
}

impl TopicOrder {
    /// Every order there is.
    pub(crate) const ALL: [Self; 4] = [Self::Mined, Self::Documents, Self::Coherence, Self::Label];

    /// Returns what it is called.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Mined => "As found",
            Self::Documents => "Documents",
            Self::Coherence => "Coherence",
            Self::Label => "Name",
        }
    }
}

/// The forms a picture is saved in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureFormat {
    /// Its numbers.
    Csv,
    /// The drawing, at any size.
    Svg,
    /// The drawing, in pixels.
    Png,
}

impl PictureFormat {
    /// Every form there is.
    pub(crate) const ALL: [Self; 3] = [Self::Csv, Self::Svg, Self::Png];

    /// Returns the ending its files have.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    /// Returns the text of its button.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Svg => "SVG",
            Self::Png => "PNG",
        }
    }

    /// Returns what is saved, in a sentence.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Csv => "Save the numbers behind the picture as a table",
            Self::Svg => "Save the whole picture as a drawing that stays sharp at any size",
            Self::Png => "Save what is in sight of the picture, as it is shown",
        }
    }
}

/// The topics of the library.
#[derive(Debug)]
pub(crate) struct TopicsShown {
    pub(crate) all: Vec<TopicRow>,
    pub(crate) filter: String,
    pub(crate) order: TopicOrder,
    /// The topic that was chosen.
    pub(crate) chosen: Option<TopicId>,
    /// What bears it, once the worker has said so.
    pub(crate) bearers: Option<Bearers>,
    pub(crate) part: TopicsPart,
    /// The passages of a topic.
    pub(crate) passages: Option<(TopicId, Vec<TopicPassage>)>,
    pub(crate) collection: Option<CollectionPictures>,
    pub(crate) words: Option<TopicWords>,
    pub(crate) lambda: f64,
    pub(crate) shows_table: bool,
    /// The file that was written last.
    pub(crate) saved_to: Option<PathBuf>,
    /// The file that the pixels of the picture go to, once the front end has them.
    pub(crate) pixels_to: Option<PathBuf>,
    pub(crate) name_typed: String,
    /// What was done to topics by hand.
    pub(crate) by_hand: TopicsByHand,
    /// How finely topics are told apart, in `0.0..=1.0`.
    pub(crate) granularity: f32,
    /// The topics that are several ones, at that granularity.
    generals: Vec<General>,
    /// Those of them whose topics are shown, by their first one.
    unfolded: BTreeSet<TopicId>,
    /// The one that is shown, by its first topic.
    chosen_general: Option<TopicId>,
    /// Whether that was asked for.
    knows_by_hand: bool,
    /// Grows with each picture that comes: what is laid out of another one is not of this.
    pub(crate) version: u64,
    /// What is under way, by its number.
    asked: Vec<(u64, Asked)>,
}

/// Several topics seen as one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct General {
    /// Its topics, as they were found; two or more.
    pub(crate) topics: Vec<TopicId>,
    pub(crate) label: String,
    /// Its words and their weights, heaviest first.
    pub(crate) words: Vec<(String, f32)>,
    pub(crate) npmi: f32,
    pub(crate) n_documents: u32,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TopicLine<'a> {
    /// A topic; whether it is shown as a part of the one above.
    Topic { topic: &'a TopicRow, is_part: bool },
    /// Several seen as one; whether its parts are shown.
    General { general: &'a General, is_open: bool },
}

/// What the scout was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Passages,
    Collection,
    Words,
    ByHand,
    Write,
}

impl TopicLine<'_> {
    fn label(&self) -> &str {
        match self {
            Self::Topic { topic, .. } => &topic.label,
            Self::General { general, .. } => &general.label,
        }
    }

    fn n_documents(&self) -> u32 {
        match self {
            Self::Topic { topic, .. } => topic.n_documents,
            Self::General { general, .. } => general.n_documents,
        }
    }

    fn npmi(&self) -> f32 {
        match self {
            Self::Topic { topic, .. } => topic.npmi,
            Self::General { general, .. } => general.npmi,
        }
    }
}

impl Default for TopicsShown {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            filter: String::new(),
            order: TopicOrder::default(),
            chosen: None,
            bearers: None,
            part: TopicsPart::default(),
            passages: None,
            collection: None,
            words: None,
            // Sievert and Shirley found 0.6 to be what people name topics best by.
            lambda: 0.6,
            shows_table: false,
            saved_to: None,
            pixels_to: None,
            name_typed: String::new(),
            by_hand: TopicsByHand::default(),
            granularity: 1.0,
            generals: Vec::new(),
            unfolded: BTreeSet::new(),
            chosen_general: None,
            knows_by_hand: false,
            version: 0,
            asked: Vec::new(),
        }
    }
}

impl TopicsShown {
    /// Returns which of all topics one is, by which it has its colour.
    pub(crate) fn number(&self, id: TopicId) -> Option<usize> {
        self.all.iter().position(|topic| topic.id == id)
    }

    /// Takes other topics; what was known of those before goes.
    pub(crate) fn replace(&mut self, topics: Vec<TopicRow>) {
        self.all = topics;
        self.bearers = None;
        self.passages = None;
        self.collection = None;
        self.words = None;
        // What was asked for by hand is answered yet.
        self.asked.retain(|(_, asked)| matches!(asked, Asked::ByHand | Asked::Write));
        self.knows_by_hand = self.asked.iter().any(|(_, asked)| *asked == Asked::ByHand);
        self.generals.clear();
        self.chosen_general = None;
        self.version += 1;
    }

    /// Works out which topics are seen as one.
    fn join(&mut self) {
        let Some(LibraryTree { ids, tree }) = &self.by_hand.tree else { return };
        let several = tree.at(Level::Granularity(self.granularity)).into_iter().filter(|found| 1 < found.topics.len());
        let general = |found: GeneralTopic<DocumentId>| General {
            topics: found.topics.iter().map(|&at| ids[at]).collect(),
            label: found.label,
            words: found.words,
            npmi: found.npmi,
            n_documents: found.documents.len() as u32,
        };
        self.generals = several.map(general).collect();
        self.chosen_general = self.chosen_general.filter(|id| self.generals.iter().any(|it| it.topics[0] == *id));
    }

    /// Returns the general topic that is shown.
    pub(crate) fn general(&self) -> Option<&General> {
        let chosen = self.chosen_general?;
        self.generals.iter().find(|general| general.topics[0] == chosen)
    }

    /// Returns whether what a line of the list stands for is shown.
    pub(crate) fn is_shown(&self, line: &TopicLine<'_>) -> bool {
        match line {
            TopicLine::Topic { topic, .. } => self.general().is_none() && self.chosen == Some(topic.id),
            TopicLine::General { general, .. } => self.chosen_general == Some(general.topics[0]),
        }
    }

    /// Returns whether there is more than one topic to join.
    pub(crate) fn can_be_joined(&self) -> bool {
        self.by_hand.tree.as_ref().is_some_and(|found| 1 < found.tree.n_topics())
    }

    /// Returns whether what the part shows is on its way.
    pub(crate) fn is_running(&self) -> bool {
        let wanted = match self.part {
            TopicsPart::Passages => Asked::Passages,
            TopicsPart::Map | TopicsPart::Documents | TopicsPart::Time => Asked::Collection,
            TopicsPart::Words | TopicsPart::Graph => Asked::Words,
        };
        self.asked.iter().any(|(_, asked)| *asked == wanted)
    }

    /// Returns the place of the chosen topic among all.
    pub(crate) fn chosen_index(&self) -> Option<usize> {
        self.all.iter().position(|topic| Some(topic.id) == self.chosen)
    }

    /// Takes what was found out, and returns what is not of the topics.
    pub(crate) fn take(&mut self, number: u64, finding: Finding) -> Option<Finding> {
        let at = self.asked.iter().position(|(asked, _)| *asked == number);
        let Some(at) = at else { return Some(finding) };
        self.asked.swap_remove(at);
        self.version += 1;
        match finding {
            Finding::Pictures(pictures) => self.collection = Some(*pictures),
            Finding::TopicWords(words) => self.words = Some(*words),
            Finding::Passages(topic, passages) => self.passages = Some((topic, passages)),
            Finding::TopicsByHand(by_hand) => {
                self.by_hand = *by_hand;
                self.join();
            }
            Finding::Written(path) => self.saved_to = Some(path),
            _ => {}
        }
        None
    }

    /// Returns the picture of the part that is shown, of a size in points, if it is there.
    pub(crate) fn picture(&self, width: f32, height: f32) -> Option<Picture> {
        let collection = self.collection.as_ref();
        let words = self.words.as_ref().filter(|words| Some(words.topic) == self.chosen);
        match self.part {
            TopicsPart::Passages => None,
            TopicsPart::Map => collection.map(|pictures| pictures.map.picture(width, height, self.chosen_index())),
            TopicsPart::Documents => collection.map(|pictures| pictures.heat.picture(width)),
            TopicsPart::Time => collection.map(|pictures| pictures.trend.picture(width, self.chosen_index())),
            TopicsPart::Words => words.map(|words| words.relevance.picture(self.lambda, width)),
            TopicsPart::Graph => words.map(|words| words.graph.picture(width, height)),
        }
    }

    /// Returns how the topics of the picture that is shown came to be, if that is known.
    fn provenance(&self) -> Option<&Provenance> {
        match self.part {
            TopicsPart::Passages => None,
            TopicsPart::Map | TopicsPart::Documents | TopicsPart::Time => self.collection.as_ref()?.provenance.as_ref(),
            TopicsPart::Words | TopicsPart::Graph => self.words.as_ref()?.provenance.as_ref(),
        }
    }

    /// Returns the name of the file to save the picture in.
    pub(crate) fn file_name(&self, format: PictureFormat) -> String {
        format!("{}.{}", self.part.file_name(), format.ending())
    }

    fn note(&mut self, number: u64, asked: Asked) {
        // A newer one of its kind takes the place of one under way, which is then never answered.
        if !matches!(asked, Asked::ByHand | Asked::Write) {
            self.asked.retain(|(_, other)| *other != asked);
        }
        self.asked.push((number, asked));
    }
}

/// The size of a picture in a file, in points.
const SAVED_SIZE: (f32, f32) = (1100.0, 760.0);

impl State {
    /// Returns the topics whose label or words hold the filter, in the order that was chosen.
    pub(crate) fn topics_in_order(&self) -> Vec<&TopicRow> {
        let mut topics: Vec<&TopicRow> = self.topics_shown().collect();
        match self.topics.order {
            TopicOrder::Mined => {}
            TopicOrder::Documents => topics.sort_by_key(|topic| std::cmp::Reverse(topic.n_documents)),
            TopicOrder::Coherence => topics.sort_by(|one, other| other.npmi.total_cmp(&one.npmi)),
            TopicOrder::Label => topics.sort_by_key(|topic| topic.label.to_lowercase()),
        }
        topics
    }

    /// Returns the lines of the list: general topics with those of their topics that are shown, and the others. What is
    /// filtered is listed topic by topic.
    pub(crate) fn topic_lines(&self) -> Vec<TopicLine<'_>> {
        let in_order = self.topics_in_order();
        let single = |topic| TopicLine::Topic { topic, is_part: false };
        if self.topics.generals.is_empty() || !self.topics.filter.trim().is_empty() {
            return in_order.into_iter().map(single).collect();
        }
        let mut general_of: HashMap<TopicId, &General> = HashMap::new();
        for general in &self.topics.generals {
            general_of.extend(general.topics.iter().map(|id| (*id, general)));
        }
        let mut tops: Vec<TopicLine<'_>> = Vec::new();
        for topic in &in_order {
            match general_of.get(&topic.id) {
                None => tops.push(single(topic)),
                Some(general) if general.topics.first() == Some(&topic.id) => {
                    let is_open = self.topics.unfolded.contains(&topic.id);
                    tops.push(TopicLine::General { general, is_open });
                }
                Some(_) => {}
            }
        }
        let label = |line: &TopicLine<'_>| line.label().to_lowercase();
        match self.topics.order {
            TopicOrder::Mined => {}
            TopicOrder::Documents => tops.sort_by_key(|line| std::cmp::Reverse(line.n_documents())),
            TopicOrder::Coherence => tops.sort_by(|one, other| other.npmi().total_cmp(&one.npmi())),
            TopicOrder::Label => tops.sort_by_key(label),
        }
        let mut lines = Vec::with_capacity(tops.len());
        for top in tops {
            lines.push(top);
            if let TopicLine::General { general, is_open: true } = top {
                let parts = in_order.iter().filter(|topic| general.topics.contains(&topic.id));
                lines.extend(parts.map(|topic| TopicLine::Topic { topic, is_part: true }));
            }
        }
        lines
    }

    /// Chooses a topic, and asks for what is shown of it.
    pub(crate) fn choose_topic(&mut self, id: TopicId) -> Vec<Request> {
        self.topics.chosen_general = None;
        self.topics.chosen = Some(id);
        self.topics.saved_to = None;
        let mut requests = vec![Request::Topic(id)];
        requests.extend(self.topics_errands());
        requests
    }

    /// Asks for what the part that is shown lacks.
    pub(crate) fn topics_errands(&mut self) -> Vec<Request> {
        let Some(chosen) = self.topics.chosen else { return Vec::new() };
        let topics = &self.topics;
        let (is_there, asked, errand) = match topics.part {
            TopicsPart::Passages => {
                let is_there = topics.passages.as_ref().is_some_and(|(of, _)| *of == chosen);
                (is_there, Asked::Passages, Errand::Passages(chosen))
            }
            TopicsPart::Map | TopicsPart::Documents | TopicsPart::Time => {
                (topics.collection.is_some(), Asked::Collection, Errand::Pictures)
            }
            TopicsPart::Words | TopicsPart::Graph => {
                let is_there = topics.words.as_ref().is_some_and(|words| words.topic == chosen);
                (is_there, Asked::Words, Errand::TopicWords(chosen))
            }
        };
        let mut requests = if is_there { Vec::new() } else { self.ask(asked, errand) };
        if !std::mem::replace(&mut self.topics.knows_by_hand, true) {
            requests.splice(0..0, self.ask(Asked::ByHand, Errand::ByHand));
        }
        requests
    }

    fn ask(&mut self, asked: Asked, errand: Errand) -> Vec<Request> {
        let requests = self.scout(errand);
        if let [Request::Scout(request)] = requests.as_slice() {
            self.topics.note(request.number, asked);
        }
        requests
    }

    /// Chooses the line of the list `by` lines after the one that is shown.
    pub(crate) fn choose_topic_beside(&mut self, by: isize) -> Vec<Request> {
        let lines = self.topic_lines();
        let at = lines.iter().position(|line| self.topics.is_shown(line));
        let to = at.map_or(0, |at| at.saturating_add_signed(by)).min(lines.len().saturating_sub(1));
        match lines.get(to) {
            Some(TopicLine::Topic { topic, .. }) => {
                let id = topic.id;
                self.choose_topic(id)
            }
            Some(TopicLine::General { general, .. }) => {
                self.topics.chosen_general = Some(general.topics[0]);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Shows the part `by` parts after the one that is shown, and after the last one the first.
    pub(crate) fn show_part_beside(&mut self, by: isize) -> Vec<Request> {
        let all = TopicsPart::ALL;
        let at = all.iter().position(|part| *part == self.topics.part).unwrap_or(0);
        let to = (at as isize + by).rem_euclid(all.len() as isize) as usize;
        self.apply_topics(TopicsCommand::Show(all[to]))
    }

    /// Does what was asked of the topics.
    pub(crate) fn apply_topics(&mut self, command: TopicsCommand) -> Vec<Request> {
        match command {
            TopicsCommand::Show(part) => {
                self.topics.part = part;
                self.topics.saved_to = None;
                return self.topics_errands();
            }
            TopicsCommand::SetLambda(lambda) => {
                self.topics.lambda = lambda.clamp(0.0, 1.0);
                self.topics.version += 1;
            }
            TopicsCommand::ShowTable(shows_table) => self.topics.shows_table = shows_table,
            TopicsCommand::SortBy(order) => self.topics.order = order,
            TopicsCommand::SetGranularity(granularity) => {
                self.topics.granularity = granularity.clamp(0.0, 1.0);
                self.topics.join();
            }
            TopicsCommand::Fold(id) => {
                if !self.topics.unfolded.remove(&id) {
                    self.topics.unfolded.insert(id);
                }
            }
            TopicsCommand::OpenGeneral(id) => {
                self.topics.chosen_general = Some(id);
                self.topics.part = TopicsPart::Passages;
            }
            TopicsCommand::TypeName(name) => self.topics.name_typed = name,
            TopicsCommand::Edit(change) => {
                self.topics.name_typed.clear();
                return self.ask(Asked::ByHand, Errand::EditTopics(change));
            }
            TopicsCommand::Follow(target) => return self.follow(target),
            TopicsCommand::SaveTo(path, format) => return self.save_picture(path, format),
            TopicsCommand::SavePixels(pixels) => {
                let Some(path) = self.topics.pixels_to.take() else { return Vec::new() };
                return self.write_picture(path, pixels.png_bytes());
            }
            // Asked of the system by the front end.
            TopicsCommand::SaveAs(_) => {}
        }
        Vec::new()
    }

    /// Goes where a mark of the picture that is shown leads: to a topic, a document, or every place of a word.
    fn follow(&mut self, target: Target) -> Vec<Request> {
        match target {
            Target::Topic(at) => {
                let id = self.topics.all.get(at).map(|topic| topic.id);
                id.map_or_else(Vec::new, |id| self.choose_topic(id))
            }
            Target::Document(at) => {
                let document = self.topics.collection.as_ref().and_then(|pictures| pictures.documents.get(at).copied());
                document.map_or_else(Vec::new, |document| self.apply(Command::OpenDocument(document)))
            }
            Target::TopicInDocument(topic, document) => self.open_topic_in(topic, document),
            Target::Word(at) => {
                let words = self.topics.words.as_ref();
                let word = words.and_then(|words| match self.topics.part {
                    TopicsPart::Words => words.relevance.word(at),
                    _ => words.graph.word(at),
                });
                let Some(word) = word.map(str::to_owned) else { return Vec::new() };
                self.find_places(word)
            }
        }
    }

    /// Opens a document with the words of a topic marked.
    fn open_topic_in(&mut self, topic: usize, document: usize) -> Vec<Request> {
        let document = self.topics.collection.as_ref().and_then(|pictures| pictures.documents.get(document).copied());
        let (Some(document), Some(topic)) = (document, self.topics.all.get(topic)) else { return Vec::new() };
        let first_unit = caesura::document::UnitIndex(0);
        let passage = Passage { document, first_unit, n_units: u32::MAX, words: words_to_mark(topic) };
        self.open_passage(passage)
    }

    fn save_picture(&mut self, path: PathBuf, format: PictureFormat) -> Vec<Request> {
        let Some(picture) = self.topics.picture(SAVED_SIZE.0, SAVED_SIZE.1) else { return Vec::new() };
        match format {
            PictureFormat::Csv => self.write_picture(path, csv_bytes(&picture.table)),
            PictureFormat::Svg => self.write_picture(path, svg_bytes(&picture, self.topics.provenance())),
            PictureFormat::Png => {
                self.topics.pixels_to = Some(path);
                Vec::new()
            }
        }
    }

    fn write_picture(&mut self, path: PathBuf, bytes: caesura::error::Result<Vec<u8>>) -> Vec<Request> {
        match bytes {
            Ok(bytes) => self.ask(Asked::Write, Errand::Write { path, bytes }),
            Err(error) => {
                self.say_failed("The picture was not saved", &error);
                Vec::new()
            }
        }
    }
}

/// Returns the words of a topic that are marked in a text.
pub(crate) fn words_to_mark(topic: &TopicRow) -> Vec<String> {
    const MARKED: usize = 12;
    topic.words.iter().take(MARKED).map(|(word, _)| word.clone()).collect()
}

/// Returns the passage of a topic that the reader opens at, with the words of its snippet marked.
pub(crate) fn passage(found: &TopicPassage) -> Passage {
    let mut words: Vec<String> = Vec::new();
    for part in found.snippet.iter().filter(|part| part.is_hit) {
        let word = part.text.to_lowercase();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Passage { document: found.bearer.chapter.document, first_unit: found.unit, n_units: 1, words }
}

#[cfg(test)]
mod tests {
    use caesura::pictures::{HeatMap, MapTopic, TopicMap};
    use caesura::topics::{Join, Leaf, TopicTree};

    use super::*;
    use crate::command::{Action, Tab};
    use crate::scout;
    use crate::state::tests::{loaded, reading};
    use crate::worker::Event;

    fn topic(id: i64, label: &str, n_documents: u32, npmi: f32) -> TopicRow {
        let words = vec![(label.to_owned(), 1.0), (format!("{label}s"), 0.5)];
        TopicRow {
            id: TopicId(id),
            index: id as u32,
            label: label.to_owned(),
            words,
            npmi,
            n_documents,
            n_chapters: 1,
            is_named: false,
            is_hidden: false,
            merged: Vec::new(),
            part_of: None,
        }
    }

    fn with_topics() -> State {
        let mut state = reading(loaded(&[0.1]));
        let topics = vec![topic(4, "bee", 3, 0.1), topic(5, "train", 9, 0.2), topic(6, "Anchor", 1, 0.9)];
        state.hear(Event::Topics { library: "own.caesura".into(), topics });
        state
    }

    fn pictures() -> CollectionPictures {
        let map = TopicMap::of(vec![MapTopic { label: "bee".to_owned(), documents: vec![(1, 1.0)] }; 3]);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let heat = HeatMap::of(names(&["bee", "train", "Anchor"]), names(&["A text"]), vec![vec![(0, 0.5)]]);
        CollectionPictures {
            map,
            heat,
            trend: caesura::pictures::Trend::default(),
            documents: vec![DocumentId(1)],
            provenance: Some(Provenance::of("minhash", serde_json::Map::new())),
        }
    }

    fn number(requests: &[Request]) -> u64 {
        match requests {
            [.., Request::Scout(scout::Asked { number, .. })] => *number,
            _ => panic!("the scout is asked: {requests:?}"),
        }
    }

    #[test]
    fn what_a_part_lacks_is_asked_for_once_it_is_shown() {
        let mut state = with_topics();
        let requests = state.apply(Command::Do(Action::ShowTopics));
        let errands: Vec<&Errand> = requests
            .iter()
            .filter_map(|request| if let Request::Scout(asked) = request { Some(&asked.errand) } else { None })
            .collect();
        assert_eq!(errands, [&Errand::ByHand, &Errand::Passages(TopicId(4))]);
        assert!(state.topics.is_running());
        state.hear(Event::Scouted { number: number(&requests), finding: Finding::Passages(TopicId(4), Vec::new()) });
        assert!(!state.topics.is_running());
        let requests = state.apply(Command::Topics(TopicsCommand::Show(TopicsPart::Map)));
        state.hear(Event::Scouted { number: number(&requests), finding: Finding::Pictures(Box::new(pictures())) });
        assert_eq!(state.apply(Command::Topics(TopicsCommand::Show(TopicsPart::Documents))), []);
        let requests = state.apply(Command::OpenTopic(TopicId(5)));
        assert_eq!(requests, [Request::Topic(TopicId(5))], "the picture is of all topics");
    }

    #[test]
    fn a_picture_that_is_saved_says_how_its_topics_came_to_be() {
        let mut state = with_topics();
        let requests = state.apply(Command::Topics(TopicsCommand::Show(TopicsPart::Map)));
        state.hear(Event::Scouted { number: number(&requests), finding: Finding::Pictures(Box::new(pictures())) });
        let requests = state.apply(Command::Topics(TopicsCommand::SaveTo("map.svg".into(), PictureFormat::Svg)));
        let [Request::Scout(scout::Asked { errand: Errand::Write { bytes, .. }, .. })] = &requests[..] else {
            panic!("it is written: {requests:?}")
        };
        let svg = String::from_utf8_lossy(bytes);
        assert!(svg.contains("<metadata>provenance: ") && svg.contains("minhash"), "{svg}");
    }

    #[test]
    fn marks_of_pictures_lead_somewhere() {
        let mut state = with_topics();
        let requests = state.apply(Command::Topics(TopicsCommand::Show(TopicsPart::Documents)));
        state.hear(Event::Scouted { number: number(&requests), finding: Finding::Pictures(Box::new(pictures())) });
        state.apply(Command::Topics(TopicsCommand::Follow(Target::Topic(1))));
        assert_eq!(state.topics.chosen, Some(TopicId(5)));
        state.apply(Command::Do(Action::ShowTopics));
        state.apply(Command::Topics(TopicsCommand::Follow(Target::TopicInDocument(0, 0))));
        assert_eq!(state.tab, Tab::Read);
        let marks = state.open.as_ref().and_then(|open| open.marks.as_ref()).expect("words are marked");
        assert_eq!(marks.words, ["bee", "bees"]);
        assert_eq!(state.apply(Command::Topics(TopicsCommand::Follow(Target::Document(7)))), []);
    }

    #[test]
    fn the_list_is_sorted_as_asked_and_filtered() {
        let mut state = with_topics();
        let mut labels = |order| {
            state.apply(Command::Topics(TopicsCommand::SortBy(order)));
            state.topics_in_order().iter().map(|topic| topic.label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(labels(TopicOrder::Mined), ["bee", "train", "Anchor"]);
        assert_eq!(labels(TopicOrder::Documents), ["train", "bee", "Anchor"]);
        assert_eq!(labels(TopicOrder::Coherence), ["Anchor", "train", "bee"]);
        assert_eq!(labels(TopicOrder::Label), ["Anchor", "bee", "train"]);
        state.apply(Command::FilterTopics("trains".to_owned()));
        assert_eq!(state.topics_in_order().len(), 1);
    }

    #[test]
    fn fewer_topics_are_general_ones_that_unfold_into_what_was_found() {
        let mut state = with_topics();
        let rows = state.topics.all.clone();
        let leaf = |row: &TopicRow| Leaf {
            label: row.label.clone(),
            is_named: false,
            is_shown: true,
            words: row.words.clone(),
            npmi: row.npmi,
            documents: vec![(DocumentId(row.id.0), 1.0), (DocumentId(90), 0.5)],
        };
        let joins = vec![Join { one: 0, other: 2, likeness: 0.8 }, Join { one: 0, other: 1, likeness: 0.1 }];
        let tree = TopicTree::new(rows.iter().map(leaf).collect(), joins);
        state.topics.by_hand.tree = Some(LibraryTree { ids: rows.iter().map(|row| row.id).collect(), tree });
        state.topics.join();
        let lines = |state: &State| -> Vec<String> {
            let name = |line: &TopicLine<'_>| match line {
                TopicLine::Topic { topic, is_part: false } => topic.label.clone(),
                TopicLine::Topic { topic, is_part: true } => format!("- {}", topic.label),
                TopicLine::General { general, .. } => {
                    format!("{} topics of {} documents", general.topics.len(), general.n_documents)
                }
            };
            state.topic_lines().iter().map(name).collect()
        };
        assert_eq!(lines(&state), ["bee", "train", "Anchor"]);
        state.apply(Command::Topics(TopicsCommand::SetGranularity(0.6)));
        assert_eq!(lines(&state), ["2 topics of 3 documents", "train"]);
        let first = rows[0].id;
        state.apply(Command::Topics(TopicsCommand::Fold(first)));
        assert_eq!(lines(&state), ["2 topics of 3 documents", "- bee", "- Anchor", "train"]);
        state.apply(Command::Topics(TopicsCommand::OpenGeneral(first)));
        assert_eq!(state.topics.general().map(|general| general.topics.len()), Some(2));
        state.apply(Command::FilterTopics("anchor".to_owned()));
        assert_eq!(lines(&state), ["Anchor"]);
        state.apply(Command::FilterTopics(String::new()));
        state.apply(Command::Topics(TopicsCommand::SetGranularity(0.0)));
        assert_eq!(lines(&state)[0], "3 topics of 4 documents");
        state.apply(Command::OpenTopic(rows[1].id));
        assert_eq!(state.topics.general(), None);
        state.apply(Command::Topics(TopicsCommand::SetGranularity(1.0)));
        assert_eq!(lines(&state), ["bee", "train", "Anchor"]);
    }

    #[test]
    fn a_picture_is_written_where_it_was_asked_for() {
        let mut state = with_topics();
        assert_eq!(state.apply(Command::Topics(TopicsCommand::SaveTo("x.svg".into(), PictureFormat::Svg))), []);
        let requests = state.apply(Command::Topics(TopicsCommand::Show(TopicsPart::Map)));
        state.hear(Event::Scouted { number: number(&requests), finding: Finding::Pictures(Box::new(pictures())) });
        for (format, start) in
            [(PictureFormat::Svg, &b"<svg "[..]), (PictureFormat::Csv, b"topic,"), (PictureFormat::Png, b"\x89PNG")]
        {
            let mut requests = state.apply(Command::Topics(TopicsCommand::SaveTo("x".into(), format)));
            if format == PictureFormat::Png {
                assert_eq!(state.topics.pixels_to, Some("x".into()));
                let pixels = Pixels { width: 1, height: 1, rgba: vec![1, 2, 3, 255] };
                requests = state.apply(Command::Topics(TopicsCommand::SavePixels(pixels)));
            }
            let [Request::Scout(scout::Asked { errand: Errand::Write { bytes, .. }, .. })] = &requests[..] else {
                panic!("it is written: {requests:?}");
            };
            assert!(bytes.starts_with(start), "{format:?}");
            state.hear(Event::Scouted { number: number(&requests), finding: Finding::Written("x".into()) });
            assert_eq!(state.topics.saved_to, Some("x".into()));
        }
    }
}
