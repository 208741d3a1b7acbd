//! What the search shows: what is typed, where it looks, what was found, and where among it the reader is.

use caesura::search::{Filter, Found, Hit, Ranking};
use caesura::store::{DocumentId, SavedSearch, SavedSearchId, TopicId, TopicRow, WorkState};
use serde_json::{Value, json};

use crate::command::{Passage, SearchIn};
use crate::concordance::ConcordanceShown;
use crate::scout::{Errand, Finding, Wish};

/// What can be asked of the search beyond what is typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SearchCommand {
    /// Show chapters, or every place.
    ShowAs(SearchMode),
    /// Rank by that.
    RankBy(Ranking),
    /// Look only where that topic is borne.
    WithTopic(Option<TopicId>),
    /// Look only where that person speaks.
    WithSpeaker(Option<String>),
    /// Look only in documents with that tag.
    WithTag(Option<String>),
    /// Look only in documents that the work has come so far with.
    WithState(Option<WorkState>),
    /// Look only in documents of that year or later, and of that year or earlier.
    WithYears(Option<u16>, Option<u16>),
    /// Look everywhere.
    ClearFilters,
    /// Put an operator behind what is typed.
    TypeOperator(&'static str),
    /// Open a hit.
    OpenHit(usize),
    /// The name to save the search under is another text.
    TypeName(String),
    /// Save the search under the name typed.
    Save,
    /// Run a saved search.
    RunSaved(SavedSearchId),
    /// Forget a saved search.
    Forget(SavedSearchId),
}

/// What the search shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SearchMode {
    /// Chapters, best first.
    #[default]
    Chapters,
    /// Every place of a word or phrase.
    Places,
}

/// The search.
#[derive(Debug, Default)]
pub(crate) struct SearchShown {
    pub(crate) typed: String,
    pub(crate) within: SearchIn,
    pub(crate) mode: SearchMode,
    pub(crate) ranking: Ranking,
    pub(crate) topic: Option<TopicId>,
    pub(crate) speaker: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) state: Option<WorkState>,
    /// The first and the last year.
    pub(crate) years: (Option<u16>, Option<u16>),
    pub(crate) found: Option<Found>,
    /// The hits by document: the document of the best hit first.
    pub(crate) groups: Vec<Group>,
    /// The hit that was opened last.
    pub(crate) at: Option<usize>,
    pub(crate) concordance: ConcordanceShown,
    /// Who speaks in the library.
    pub(crate) speakers: Vec<String>,
    pub(crate) saved: Vec<SavedSearch>,
    pub(crate) name_typed: String,
    n_asked: u64,
    n_answered: u64,
}

/// The hits of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) document: DocumentId,
    pub(crate) title: String,
    /// Which of the hits, best first.
    pub(crate) hits: Vec<usize>,
}

impl SearchShown {
    /// Returns whether an answer is on its way.
    pub(crate) fn is_running(&self) -> bool {
        self.n_answered < self.n_asked
    }

    /// Returns whether any filter is set.
    pub(crate) fn is_filtered(&self) -> bool {
        self.topic.is_some()
            || self.speaker.is_some()
            || self.tag.is_some()
            || self.state.is_some()
            || self.years != (None, None)
            || self.within == SearchIn::Document
    }

    /// Returns where to look, `open` being the document that is open.
    fn filter(&self, open: Option<DocumentId>) -> Filter {
        let document = match self.within {
            SearchIn::Library => None,
            SearchIn::Document => open,
        };
        let year = |year: Option<u16>| year.map(|year| format!("{year:04}"));
        Filter {
            document,
            topic: self.topic,
            speaker: self.speaker.clone(),
            tag: self.tag.clone(),
            state: self.state,
            since: year(self.years.0),
            until: year(self.years.1),
        }
    }

    /// Returns the errand for what is typed, under `number`; nothing if that is too little to look for.
    pub(crate) fn errand(&mut self, open: Option<DocumentId>, number: u64) -> Option<Errand> {
        let filter = self.filter(open);
        if self.mode == SearchMode::Places {
            return self.concordance.errand(&self.typed, filter, number);
        }
        self.n_asked = number;
        if !is_enough(&self.typed) {
            self.n_answered = number;
            self.found = None;
            self.groups.clear();
            self.at = None;
            return None;
        }
        Some(Errand::Search(Wish { typed: self.typed.clone(), ranking: self.ranking, filter }))
    }

    /// Takes what was found out; nothing that is not of this search.
    pub(crate) fn take(&mut self, number: u64, finding: Finding) {
        match finding {
            Finding::Found(found) if number == self.n_asked => {
                self.n_answered = number;
                self.groups = groups(&found.hits);
                self.found = Some(*found);
                self.at = None;
            }
            Finding::Failed if number == self.n_asked => self.n_answered = number,
            Finding::Speakers(speakers) => self.speakers = speakers,
            Finding::Saved(saved) => self.saved = saved,
            finding => self.concordance.take(number, finding),
        }
    }

    /// Returns the passage of hit `at`, which becomes the one that the reader is at.
    pub(crate) fn open_hit(&mut self, at: usize) -> Option<Passage> {
        let passage = passage(self.found.as_ref()?.hits.get(at)?);
        self.at = Some(at);
        Some(passage)
    }

    /// Returns the passage of the hit `by` places on in the order they are shown in; nothing beyond the last and before the
    /// first.
    pub(crate) fn step(&mut self, by: isize) -> Option<Passage> {
        if self.mode == SearchMode::Places {
            return self.concordance.step(by);
        }
        let order: Vec<usize> = self.groups.iter().flat_map(|group| group.hits.iter().copied()).collect();
        let here = self.at.and_then(|at| order.iter().position(|hit| *hit == at));
        let next = match here {
            Some(here) => here.checked_add_signed(by)?,
            None => 0,
        };
        self.open_hit(*order.get(next)?)
    }

    /// Returns which of how many hits the reader is at, from 1.
    pub(crate) fn place(&self) -> Option<(usize, usize)> {
        if self.mode == SearchMode::Places {
            return self.concordance.place();
        }
        let mut order = self.groups.iter().flat_map(|group| group.hits.iter().copied());
        let here = order.position(|hit| Some(hit) == self.at)?;
        Some((here + 1, self.found.as_ref()?.hits.len()))
    }

    /// Returns the filters as they are saved: a topic by its label, since mining anew gives it another number.
    pub(crate) fn written_wish(&self, topics: &[TopicRow]) -> String {
        let label = self.topic.and_then(|id| topics.iter().find(|topic| topic.id == id)).map(|topic| &topic.label);
        let mode = match self.mode {
            SearchMode::Chapters => "chapters",
            SearchMode::Places => "places",
        };
        let state = self.state.map(WorkState::name);
        let (since, until) = self.years;
        json!({
            "show": mode, "ranking": self.ranking.name(), "topic": label, "speaker": self.speaker, "tag": self.tag,
            "state": state, "since": since, "until": until,
        })
        .to_string()
    }

    /// Takes a saved search. What it says that is not understood is as if it were not said.
    pub(crate) fn take_saved(&mut self, id: SavedSearchId, topics: &[TopicRow]) {
        let Some(saved) = self.saved.iter().find(|saved| saved.id == id) else { return };
        let wish: Value = serde_json::from_str(&saved.wish).unwrap_or_default();
        let of = |name: &str| wish.get(name).and_then(Value::as_str);
        self.typed.clone_from(&saved.typed);
        self.mode = if of("show") == Some("places") { SearchMode::Places } else { SearchMode::Chapters };
        self.ranking = of("ranking").and_then(Ranking::from_name).unwrap_or_default();
        self.topic =
            of("topic").and_then(|label| topics.iter().find(|topic| topic.label == label)).map(|topic| topic.id);
        self.speaker = of("speaker").map(str::to_owned);
        self.tag = of("tag").map(str::to_owned);
        self.state = of("state").and_then(WorkState::from_name);
        let year = |name: &str| wish.get(name).and_then(Value::as_u64).and_then(|year| u16::try_from(year).ok());
        self.years = (year("since"), year("until"));
        self.within = SearchIn::Library;
    }

    /// Looks everywhere.
    pub(crate) fn clear_filters(&mut self) {
        (self.topic, self.speaker, self.tag, self.state) = (None, None, None, None);
        self.years = (None, None);
        self.within = SearchIn::Library;
    }
}

/// Returns whether what is typed is worth looking for: two letters or digits, or one of a script whose letters are words.
pub(crate) fn is_enough(typed: &str) -> bool {
    let letters: Vec<char> = typed.chars().filter(|c| c.is_alphanumeric()).take(2).collect();
    letters.len() == 2 || letters.first().is_some_and(|letter| ('\u{2e80}'..).contains(letter))
}

/// Returns hits by document, in the order of the best hit of each.
fn groups(hits: &[Hit]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        match groups.iter_mut().find(|group| group.document == hit.chapter.document) {
            Some(group) => group.hits.push(at),
            None => {
                groups.push(Group {
                    document: hit.chapter.document,
                    title: hit.document_title.clone(),
                    hits: vec![at],
                });
            }
        }
    }
    groups
}

/// Returns the passage of a hit: its chapter or, found by meaning, its nearest unit, with the words to mark.
fn passage(hit: &Hit) -> Passage {
    let mut words: Vec<String> = Vec::new();
    for part in hit.snippet.iter().chain(&hit.title).filter(|part| part.is_hit) {
        for word in part.text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = word.to_lowercase();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    let chapter = &hit.chapter.chapter;
    let (first_unit, n_units) = match hit.unit {
        Some(unit) => (unit, 1),
        None => (chapter.first_unit, chapter.n_units),
    };
    Passage { document: hit.chapter.document, first_unit, n_units, words }
}

#[cfg(test)]
pub(crate) mod tests {
    use caesura::document::{Chapter, Origin, Span, UnitIndex};
    use caesura::search::FoundBy;
    use caesura::store::{ChapterId, ChapterRow, SnippetPart};

    use super::*;

    /// Returns a hit in a document, at a chapter of three units from `first_unit` on.
    pub(crate) fn hit(document: i64, first_unit: u32) -> Hit {
        let title = format!("Chapter {first_unit} of {document}");
        let chapter = Chapter {
            level: 1,
            title: title.clone(),
            first_unit: UnitIndex(first_unit),
            n_units: 3,
            span: Span::new(0..1),
            time: None,
            score: 1.0,
            origin: Origin::Found,
        };
        Hit {
            chapter: ChapterRow {
                id: ChapterId(document * 100 + i64::from(first_unit)),
                document: DocumentId(document),
                index: 0,
                chapter,
            },
            document_title: format!("Document {document}"),
            score: 1.0,
            found_by: FoundBy::Words,
            unit: None,
            snippet: vec![
                SnippetPart { text: "the ".to_owned(), is_hit: false },
                SnippetPart { text: "Lamp’s".to_owned(), is_hit: true },
                SnippetPart { text: " light".to_owned(), is_hit: false },
            ],
            title: vec![SnippetPart { text: title, is_hit: false }],
            topics: Vec::new(),
        }
    }

    pub(crate) fn found(hits: Vec<Hit>) -> Found {
        Found { understood_as: "lamp".to_owned(), hits, ..Found::default() }
    }

    fn searched(hits: Vec<Hit>) -> SearchShown {
        let mut search = SearchShown { typed: "lamp".to_owned(), ..SearchShown::default() };
        assert!(matches!(search.errand(None, 1), Some(Errand::Search(_))));
        search.take(1, Finding::Found(Box::new(found(hits))));
        search
    }

    #[test]
    fn one_letter_is_not_looked_for_but_one_ideograph_is() {
        for (typed, expected) in [("", false), ("a", false), (" a* ", false), ("ab", true), ("灯", true), ("1 2", true)]
        {
            assert_eq!(is_enough(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn hits_stand_by_document_in_the_order_of_the_best() {
        let search = searched(vec![hit(2, 0), hit(1, 0), hit(2, 9), hit(1, 3)]);
        let groups: Vec<(i64, &[usize])> =
            search.groups.iter().map(|group| (group.document.0, group.hits.as_slice())).collect();
        assert_eq!(groups, [(2, &[0, 2][..]), (1, &[1, 3][..])]);
    }

    #[test]
    fn steps_follow_what_is_shown_and_end_at_both_ends() {
        let mut search = searched(vec![hit(2, 0), hit(1, 0), hit(2, 9)]);
        let mut step = |by| search.step(by).map(|passage| (passage.document.0, passage.first_unit.0));
        assert_eq!(step(1), Some((2, 0)));
        assert_eq!(step(1), Some((2, 9)));
        assert_eq!(step(1), Some((1, 0)));
        assert_eq!(step(1), None);
        assert_eq!(step(-1), Some((2, 9)));
        assert_eq!(search.place(), Some((2, 3)));
    }

    #[test]
    fn a_passage_marks_each_word_of_its_snippet_once() {
        let passage = passage(&hit(1, 4));
        assert_eq!((passage.first_unit, passage.n_units), (UnitIndex(4), 3));
        assert_eq!(passage.words, ["lamp", "s"]);
        let by_meaning = Hit { unit: Some(UnitIndex(5)), ..hit(1, 4) };
        assert_eq!((super::passage(&by_meaning).first_unit, super::passage(&by_meaning).n_units), (UnitIndex(5), 1));
    }

    #[test]
    fn an_answer_to_an_older_question_is_not_shown() {
        let mut search = SearchShown { typed: "lamp".to_owned(), ..SearchShown::default() };
        search.errand(None, 1);
        search.typed.push('s');
        search.errand(None, 2);
        search.take(1, Finding::Found(Box::new(found(vec![hit(1, 0)]))));
        assert!(search.is_running() && search.found.is_none());
        search.take(2, Finding::Found(Box::new(found(Vec::new()))));
        assert!(!search.is_running() && search.found.is_some());
    }

    #[test]
    fn a_saved_search_is_read_back_as_it_was_and_nonsense_as_nothing() {
        let mut search = SearchShown { mode: SearchMode::Places, ranking: Ranking::Meaning, ..SearchShown::default() };
        search.speaker = Some("Ann".to_owned());
        let wish = search.written_wish(&[]);
        let saved = |wish: &str| SavedSearch {
            id: SavedSearchId(1),
            name: "x".to_owned(),
            typed: "lamp".to_owned(),
            wish: wish.to_owned(),
        };
        let mut again = SearchShown { saved: vec![saved(&wish)], ..SearchShown::default() };
        again.take_saved(SavedSearchId(1), &[]);
        assert_eq!(
            (again.mode, again.ranking, again.speaker.as_deref()),
            (SearchMode::Places, Ranking::Meaning, Some("Ann"))
        );
        for nonsense in ["", "[1]", "{\"ranking\": 3}"] {
            again.saved = vec![saved(nonsense)];
            again.take_saved(SavedSearchId(1), &[]);
            assert_eq!(
                (again.typed.as_str(), again.mode, again.speaker.as_deref()),
                ("lamp", SearchMode::Chapters, None)
            );
        }
    }
}
