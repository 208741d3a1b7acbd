//! Gap scores to boundaries: the one rule that the pipeline and the granularity slider share.
//!
//! Where scores are probabilities, the cut looks at the whole document: dynamic programming finds the boundaries that are
//! worth most together, where a boundary is worth the true boundaries to be expected near it, each counted once, less a
//! cost. So three neighbouring gaps of which one must be a boundary make one, though none is likely by itself, and chapters
//! that are short for the document do not pay. Segmentation by dynamic programming with a prior is as old as Utiyama,
//! Isahara 2001 ("A Statistical Model for Domain-Independent Text Segmentation", ACL); what we add up is ours.
//!
//! What a boundary costs hangs on the document ([`BoundaryCost::OfDocument`]): the less sure the scores are of it, the less
//! sure a boundary must be.

use std::ops::Range;

use crate::document::{GapIndex, GapScores, UnitKind};

/// How finely a document is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutConfig {
    /// In `0.0..=1.0`: 0 is one chapter, 0.5 the engine's own judgement, 1 as many as there can be.
    pub granularity: f32,
    /// The fewest units a chapter may have. At least 1.
    pub min_chapter_units: u32,
    /// What the engine's own judgement is.
    pub rule: CutRule,
    /// What a boundary costs where scores are probabilities.
    pub boundary_cost: BoundaryCost,
    /// The fewest words of a chapter of that judgement, in chapters of the mean size that the scores let expect. At least
    /// 0; of no weight where the rule is a threshold, or where more chapters are wanted than that judgement makes.
    pub min_chapter_share: f32,
}

/// What a boundary costs, in true boundaries: it is worth the expected number near it, and besides what it is expected to hit
/// exactly. The higher, the fewer chapters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BoundaryCost {
    /// The same in every document, above 0.
    Fixed(f32),
    /// What agrees best: of all cuts the one of the highest `(worth - price * found) / (found + expected)`, where `found` and
    /// `expected` are numbers of boundaries. At a price of 0 that is the F1 to be expected, the mean of that of boundaries hit
    /// nearly and exactly. A boundary then costs the price and what that quotient is (Dinkelbach 1967, "On Nonlinear Fractional
    /// Programming"; for F1, Lipton, Elkan, Naryanaswamy 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure"),
    /// but at least [`MIN_COST`], as next to anything would pay where scores say hardly more than chance does, and at most
    /// [`MAX_COST`]: who is sure of most boundaries of a document need not be as sure of all.
    OfDocument {
        /// At least 0: `WindowDiff` counts a boundary too many as much as one too few, and F1 does not.
        price: f32,
    },
}

impl BoundaryCost {
    /// What a front end starts from.
    ///
    /// On the tuning part every price from 0.1 to 0.3 is about as good, by Pk, `WindowDiff` and F1 within one unit, in text of any
    /// kind; the higher finds fewer chapters, and this one about as many as there are.
    pub const USUAL: Self = Self::OfDocument { price: 0.25 };
}

/// What becomes of scores when nothing finer or coarser is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CutRule {
    /// A gap of 0.5 or more is a boundary: for scores that are no probabilities.
    Threshold,
    /// Scores are probabilities, and the whole document is looked at.
    Probability,
}

impl CutConfig {
    /// Returns the fewest units between a boundary that was found and one that was set by hand.
    pub fn min_units(self) -> u32 {
        self.min_chapter_units.max(1)
    }

    /// Returns the cut that a front end starts from, at that granularity, for units of `kind`.
    ///
    /// A section of terms may well be one paragraph. A sentence or two is no chapter, and neither is one exchange of
    /// words.
    pub fn usual(granularity: f32, kind: UnitKind, rule: CutRule) -> Self {
        let min_chapter_units = match (kind, rule) {
            (UnitKind::Paragraph, _) | (_, CutRule::Probability) => 1,
            (UnitKind::Sentence, _) => 3,
            (UnitKind::Utterance, _) => 4,
        };
        Self {
            granularity,
            min_chapter_units,
            rule,
            boundary_cost: BoundaryCost::USUAL,
            min_chapter_share: Self::usual_min_chapter_share(kind),
        }
    }

    /// Returns the usual [`CutConfig::min_chapter_share`]: terms have sections of a line, and talk no chapter of a greeting.
    ///
    /// On the tuning part every share up to 0.2 is about as good, by the same measures.
    const fn usual_min_chapter_share(kind: UnitKind) -> f32 {
        match kind {
            UnitKind::Paragraph => Self::EARLIER_MIN_CHAPTER_SHARE,
            UnitKind::Sentence | UnitKind::Utterance => 0.05,
        }
    }

    /// What a boundary cost, in text of any kind, before documents kept it with their chapters.
    pub const EARLIER_BOUNDARY_COST: f32 = 0.6;

    /// What [`CutConfig::min_chapter_share`] was before documents kept it.
    pub const EARLIER_MIN_CHAPTER_SHARE: f32 = 0.0;
}

/// Returns the gaps to cut at, ascending. `n_words` holds the words of each unit, one more than there are gaps.
///
/// A finer cut keeps every boundary of a coarser one: a coarser cut than the engine's own keeps its strongest
/// boundaries, a finer one adds the strongest of the other gaps, of equals the earlier. A gap of score 0 is never cut at,
/// and no chapter has fewer units than it may.
pub fn boundaries(scores: &GapScores, n_words: &[u32], config: CutConfig) -> Vec<GapIndex> {
    Cutter::new(scores, n_words, config).boundaries(config.granularity)
}

/// A document that is cut at one granularity after the other: what does not depend on it is worked out once.
#[derive(Clone, Debug)]
pub struct Cutter {
    search: Search,
    rule: CutRule,
    scores: Vec<f32>,
    /// The engine's own boundaries, the strongest first; of equals the earlier. None where the rule is a threshold.
    own: Vec<usize>,
    /// The gaps that may be cut at, the likeliest first; of equals the earlier.
    candidates: Vec<usize>,
}

impl Cutter {
    /// Takes the scores of a document and the words of each unit, one more than there are gaps. The granularity of `config`
    /// plays no part.
    pub fn new(scores: &GapScores, n_words: &[u32], config: CutConfig) -> Self {
        assert_eq!(scores.len() + 1, n_words.len().max(1), "a score for each gap between units");
        let search = Search::new(scores, n_words, config.min_units() as usize, config.min_chapter_share);
        let mut own = match config.rule {
            CutRule::Threshold => Vec::new(),
            CutRule::Probability => match config.boundary_cost {
                BoundaryCost::Fixed(cost) => search.best(f64::from(cost)),
                BoundaryCost::OfDocument { price } => search.best_of_document(f64::from(price)),
            },
        };
        own.sort_by(|&one, &other| strength(scores, other).total_cmp(&strength(scores, one)).then(one.cmp(&other)));
        let scores = scores.as_slice().to_vec();
        let mut candidates: Vec<usize> = (0..scores.len()).filter(|&gap| scores[gap] > 0.0).collect();
        candidates.sort_unstable_by(|&one, &other| scores[other].total_cmp(&scores[one]).then(one.cmp(&other)));
        Self { search, rule: config.rule, scores, own, candidates }
    }

    /// Returns the gaps to cut at, as [`boundaries`] does.
    pub fn boundaries(&self, granularity: f32) -> Vec<GapIndex> {
        let granularity = granularity.clamp(0.0, 1.0);
        match self.rule {
            CutRule::Threshold => self.strongest(&[], |_, score| 1.0 - granularity <= score),
            CutRule::Probability => {
                let wanted = n_wanted(self.own.len(), self.scores.len(), granularity);
                if wanted <= self.own.len() {
                    let mut kept = self.own[..wanted].to_vec();
                    kept.sort_unstable();
                    return kept.into_iter().map(GapIndex::from).collect();
                }
                self.strongest(&self.own, |n_taken, _| n_taken < wanted)
            }
        }
    }

    /// Returns how well a cut is likely to agree with a reader's, as [`confidence`] does.
    pub fn confidence(&self, boundaries: &[GapIndex]) -> f32 {
        self.search.confidence(boundaries)
    }

    /// Adds the strongest gaps to `taken`, of equals the earlier, as long as `is_wanted(boundaries so far, score)`; a gap is
    /// passed over if a chapter beside it would have too few units.
    fn strongest(&self, taken: &[usize], is_wanted: impl Fn(usize, f32) -> bool) -> Vec<GapIndex> {
        let n_units = self.scores.len() + 1;
        let mut is_start = vec![false; n_units + 1];
        for start in taken.iter().map(|gap| gap + 1).chain([0, n_units]) {
            is_start[start] = true;
        }
        let mut n_taken = taken.len();
        let near = self.search.min_units - 1;
        for &gap in &self.candidates {
            if !is_wanted(n_taken, self.scores[gap]) {
                break;
            }
            let start = gap + 1;
            let around = start.saturating_sub(near)..=(start + near).min(n_units);
            if !is_start[around].contains(&true) {
                is_start[start] = true;
                n_taken += 1;
            }
        }
        (1..n_units).filter(|&start| is_start[start]).map(|start| GapIndex::from(start - 1)).collect()
    }
}

/// Returns how well a cut is likely to agree with what a reader would cut, in `0.0..=1.0`, if the scores are calibrated
/// probabilities: the F1 to be expected of it, where a boundary counts as right if a true one is near.
///
/// The ends of the document, which are always agreed on, count as one boundary: a document that is not cut and should not
/// be is agreed on.
pub fn confidence(scores: &GapScores, n_words: &[u32], boundaries: &[GapIndex]) -> f32 {
    Search::new(scores, n_words, 1, 0.0).confidence(boundaries)
}

/// Returns what [`confidence`] foretells, in `0.0..=1.0`: the F1 of a cut, where boundaries within the same distance count
/// as right and the ends of the document as one boundary. Both cuts are ascending.
pub fn agreement(scores: &GapScores, n_words: &[u32], boundaries: &[GapIndex], true_boundaries: &[GapIndex]) -> f32 {
    let is_true = |gap: usize| true_boundaries.binary_search(&GapIndex::from(gap)).is_ok();
    let expected_before = sums_before((0..scores.len()).map(|gap| if is_true(gap) { 1.0 } else { 0.0 }));
    Search { expected_before, ..Search::new(scores, n_words, 1, 0.0) }.confidence(boundaries)
}

/// Returns the level of each boundary: 1 opens a chapter of the top level, 2 one within another.
///
/// Of a boundary the score is how likely there is one, and its top how likely that is one of the top level: both together how
/// likely a chapter of the top level begins there. The likeliest are of the top level, so many that the highest
/// `(hits - price * found) / (found + expected)` comes of it, as [`BoundaryCost::OfDocument`] has it, with hits twice the
/// number that is expected to be exact; and besides any that is so for sure if it is a boundary at all: a weak boundary of a
/// document without levels is not a chapter within another. If that is none of them, or all, there is but one level.
///
/// Where a boundary cost the same in every document, as in those that were cut before costs were their own, one is of the top
/// level if that is more likely than not.
pub fn levels(scores: &GapScores, boundaries: &[GapIndex], cost: BoundaryCost) -> Vec<u8> {
    levels_among(scores, boundaries, boundaries, cost)
}

/// Returns the level of each boundary as [`levels`] does, where `found` alone says how many levels there are and how likely a
/// boundary of the top level must be: so one boundary more, or one fewer, changes no level of the others. One that is not
/// among `found`, which is ascending, is there for certain, and of the top level if it is more likely so than not.
pub fn levels_among(scores: &GapScores, found: &[GapIndex], boundaries: &[GapIndex], cost: BoundaryCost) -> Vec<u8> {
    let one_level = || vec![1; boundaries.len()];
    let Some(tops) = scores.tops() else { return one_level() };
    let top = |gap: usize| tops.get(gap).copied().unwrap_or(0.0);
    let of_gap = |gap: usize| f64::from(scores.as_slice().get(gap).copied().unwrap_or(0.0)) * f64::from(top(gap));
    let is_likelier = |gap: &GapIndex| 0.5 <= top(gap.index());
    let least = match cost {
        BoundaryCost::Fixed(_) => None,
        BoundaryCost::OfDocument { .. } => {
            let of_found = found.iter().map(|gap| of_gap(gap.index())).collect();
            Some(least_of_top((0..scores.len()).map(of_gap).sum(), of_found))
        }
    };
    let is_found_top = |gap: &GapIndex| match least {
        None => is_likelier(gap),
        Some(least) => SURELY_TOP <= top(gap.index()) || least <= of_gap(gap.index()),
    };
    if !found.iter().any(is_found_top) {
        return one_level();
    }
    let is_top = |gap: &GapIndex| if found.binary_search(gap).is_ok() { is_found_top(gap) } else { is_likelier(gap) };
    boundaries.iter().map(|gap| if is_top(gap) { 1 } else { 2 }).collect()
}

/// Returns how likely of the top level a boundary must be at least to be of it, where `n_expected` are expected and `of_found` is
/// how likely each boundary is.
fn least_of_top(n_expected: f64, mut of_found: Vec<f64>) -> f64 {
    of_found.sort_unstable_by(|one, other| other.total_cmp(one));
    let (mut worth, mut best, mut least) = (0.0, 0.0, f64::INFINITY);
    for (rank, &probability) in of_found.iter().enumerate() {
        worth += 2.0 * probability - TOP_PRICE;
        let agreement = worth / ((rank + 1) as f64 + n_expected);
        if best < agreement {
            (best, least) = (agreement, probability);
        }
    }
    least
}

/// Returns how many boundaries there are at a granularity, where the engine's own judgement is `n_own`: one chapter at 0,
/// all gaps at 1, and in equal steps of granularity equal factors of chapters.
fn n_wanted(n_own: usize, n_gaps: usize, granularity: f32) -> usize {
    let (own, all) = ((n_own + 1) as f64, (n_gaps + 1) as f64);
    let granularity = f64::from(granularity);
    let n_chapters =
        if granularity <= 0.5 { own.powf(2.0 * granularity) } else { own * (all / own).powf(2.0 * granularity - 1.0) };
    (n_chapters.round() as usize).saturating_sub(1).min(n_gaps)
}

/// What a boundary is worth when only some are kept: those of the top level go last.
fn strength(scores: &GapScores, gap: usize) -> f32 {
    let top = scores.tops().map_or(1.0, |tops| tops[gap]);
    scores.as_slice()[gap] * (0.5 + 0.5 * top)
}

/// What a boundary of the top level costs: by the same measures, on what documents of the tuning part have two levels.
const TOP_PRICE: f64 = 0.4;

/// What is of the top level with this probability if it is a boundary is so in any case.
const SURELY_TOP: f32 = 0.8;

/// Gaps less likely than this are no boundaries of the engine's own judgement: a bound on the time, not on the result.
const MIN_PROBABILITY: f32 = 0.002;

/// The least and the most that a boundary costs where its cost is that of the document. Neither changes much on the tuning part;
/// the least holds back in what no training saw.
const MIN_COST: f64 = 0.45;
const MAX_COST: f64 = 0.8;

/// A true boundary is near if it is within this share of the mean chapter, in words. Measured on the tuning part of
/// terms, podcasts, meetings, lectures, dialogue and encyclopaedic text: of half and nearly twice as much neither is
/// better.
const TOLERANCE_SHARE: f64 = 0.12;

/// One document, to be searched for the best set of boundaries.
#[derive(Clone, Debug)]
struct Search {
    probabilities: Vec<f64>,
    /// The probabilities of all gaps before a gap, summed up; one more than there are gaps.
    expected_before: Vec<f64>,
    /// The probabilities of all gaps before a gap that may be cut at, summed up; one more than there are gaps. What is expected so
    /// near an end that it makes no chapter speaks for no other boundary.
    expected_within_before: Vec<f64>,
    /// The gaps that are near to each gap, itself among them.
    near: Vec<Range<u32>>,
    /// The words before each gap, and all words.
    words_before: Vec<u64>,
    n_units: usize,
    min_units: usize,
    min_words: u64,
}

impl Search {
    fn new(scores: &GapScores, n_words: &[u32], min_units: usize, min_chapter_share: f32) -> Self {
        let probabilities: Vec<f64> = scores.as_slice().iter().map(|&score| f64::from(score)).collect();
        let expected_before = sums_before(probabilities.iter().copied());
        let mut words = 0;
        let mut words_before: Vec<u64> = Vec::with_capacity(n_words.len());
        for &n in n_words {
            // Were units without a word no distance apart, all gaps of a text of them would be near each other.
            words += u64::from(n.max(1));
            words_before.push(words);
        }
        let n_gaps = probabilities.len();
        let mean_chapter = words as f64 / (1.0 + expected_before[n_gaps]);
        let mut search = Self {
            probabilities,
            expected_before,
            expected_within_before: Vec::new(),
            near: near_of(&words_before[..n_gaps.min(words_before.len())], (TOLERANCE_SHARE * mean_chapter) as u64),
            words_before,
            n_units: n_gaps + 1,
            min_units,
            min_words: (f64::from(min_chapter_share) * mean_chapter) as u64,
        };
        let within = |(gap, &probability)| if search.may_be_cut_at(gap) { probability } else { 0.0 };
        search.expected_within_before = sums_before(search.probabilities.iter().enumerate().map(within));
        search
    }

    /// Returns whether a chapter from one unit to before another, 0 and the number of units for the ends, is large enough.
    fn is_chapter(&self, units: Range<usize>) -> bool {
        let words_before = |unit: usize| unit.checked_sub(1).map_or(0, |before| self.words_before[before]);
        self.min_units <= units.len() && self.min_words <= words_before(units.end) - words_before(units.start)
    }

    /// Returns whether both what is before a gap and what is after it are large enough for a chapter.
    fn may_be_cut_at(&self, gap: usize) -> bool {
        self.is_chapter(0..gap + 1) && self.is_chapter(gap + 1..self.n_units)
    }

    /// Returns the gaps that are near to a gap, itself among them.
    fn near(&self, gap: usize) -> Range<usize> {
        let near = &self.near[gap];
        near.start as usize..near.end as usize
    }

    /// Returns the F1 to be expected of a cut at `boundaries`, ascending, the ends of the document counted as one.
    fn confidence(&self, boundaries: &[GapIndex]) -> f32 {
        let (mut hits, mut counted_to) = (1.0, 0);
        for boundary in boundaries {
            let near = self.near(boundary.index());
            hits += self.expected(near.start.max(counted_to)..near.end).min(1.0);
            counted_to = near.end;
        }
        let all = boundaries.len() as f64 + 1.0 + self.expected(0..self.probabilities.len()) + 1.0;
        (2.0 * hits / all).clamp(0.0, 1.0) as f32
    }

    /// Returns how many true boundaries are expected among these gaps.
    fn expected(&self, gaps: Range<usize>) -> f64 {
        sum_of(&self.expected_before, gaps)
    }

    /// Returns the set of boundaries that [`BoundaryCost::OfDocument`] means, ascending.
    ///
    /// Each round finds the best set at the cost that follows from the set before it, which never falls, and comes to an end
    /// after a few.
    fn best_of_document(&self, price: f64) -> Vec<usize> {
        let mut cost = price.max(MIN_COST);
        loop {
            let set = self.best(cost);
            let next = (price + self.quotient(&set, price)).min(MAX_COST);
            if next <= cost + 1e-9 {
                return set;
            }
            cost = next;
        }
    }

    /// Returns what a set of boundaries, ascending, is worth at a price each, over their number and that of all to be expected; 0
    /// where there are none and none is to be expected.
    fn quotient(&self, set: &[usize], price: f64) -> f64 {
        let all = set.len() as f64 + self.expected(0..self.probabilities.len());
        if all > 0.0 { self.value(set, price) / all } else { 0.0 }
    }

    /// Returns what a set of boundaries, ascending, is worth at a cost each, as [`Search::best`] counts it.
    fn value(&self, set: &[usize], cost: f64) -> f64 {
        let mut counted_to = 0;
        set.iter()
            .map(|&gap| {
                let near = self.near(gap);
                let own = sum_of(&self.expected_within_before, near.start.max(counted_to)..near.end);
                counted_to = near.end;
                own + self.probabilities[gap] - cost
            })
            .sum()
    }

    /// Returns the set of boundaries that is worth most, ascending; of equals one, the same each time.
    ///
    /// A boundary is worth the true ones expected near it that may be cut at, those near the boundary before it left out,
    /// and its own probability, less what it costs. Takes `O(gaps)` time, times the gaps that are near to one: that is,
    /// the square of the gaps where a few units hold nearly all words, and the others are near each other for it.
    fn best(&self, boundary_cost: f64) -> Vec<usize> {
        let is_candidate =
            |&gap: &usize| f64::from(MIN_PROBABILITY) <= self.probabilities[gap] && self.may_be_cut_at(gap);
        let candidates: Vec<usize> = (0..self.probabilities.len()).filter(is_candidate).collect();
        let near: Vec<Range<usize>> = candidates.iter().map(|&gap| self.near(gap)).collect();
        // The value of the best set that ends with each candidate, and the candidate before it in that set.
        let mut values: Vec<f64> = Vec::with_capacity(candidates.len());
        let mut before: Vec<Option<usize>> = Vec::with_capacity(candidates.len());
        // The best of the candidates so far back that they share nothing with this one, none at all being worth 0.
        let (mut far, mut n_far) = ((0.0, None), 0);
        for (last, &gap) in candidates.iter().enumerate() {
            while n_far < last && near[n_far].end <= near[last].start && self.is_chapter(candidates[n_far] + 1..gap + 1)
            {
                if far.0 < values[n_far] {
                    far = (values[n_far], Some(n_far));
                }
                n_far += 1;
            }
            let (mut value, mut from) = (far.0 + sum_of(&self.expected_within_before, near[last].clone()), far.1);
            for other in n_far..last {
                if !self.is_chapter(candidates[other] + 1..gap + 1) {
                    break;
                }
                let own = sum_of(&self.expected_within_before, near[last].start.max(near[other].end)..near[last].end);
                if value < values[other] + own {
                    (value, from) = (values[other] + own, Some(other));
                }
            }
            values.push(value + self.probabilities[gap] - boundary_cost);
            before.push(from);
        }
        let mut best: Option<usize> = None;
        for (candidate, &value) in values.iter().enumerate() {
            if best.map_or(0.0, |best: usize| values[best]) < value {
                best = Some(candidate);
            }
        }
        let mut set: Vec<usize> =
            std::iter::successors(best, |&candidate| before[candidate]).map(|c| candidates[c]).collect();
        set.reverse();
        set
    }
}

/// Returns the sum of all values before each, and of all.
fn sums_before(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0];
    sums.extend(values.scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    }));
    sums
}

/// Returns the sum over `gaps`, where `before` holds the sums of all before each; 0 of none.
fn sum_of(before: &[f64], gaps: Range<usize>) -> f64 {
    if gaps.start < gaps.end { before[gaps.end] - before[gaps.start] } else { 0.0 }
}

/// Returns for each gap the gaps that are at most `tolerance` words from it. `words_before` holds the words before each
/// gap, and never falls.
fn near_of(words_before: &[u64], tolerance: u64) -> Vec<Range<u32>> {
    let (mut start, mut end) = (0, 0);
    let near = |&here: &u64| {
        while words_before[start] + tolerance < here {
            start += 1;
        }
        while end < words_before.len() && words_before[end] <= here + tolerance {
            end += 1;
        }
        start as u32..end as u32
    };
    words_before.iter().map(near).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COST: f32 = 0.6;

    fn cut_of(granularity: f32, min_chapter_units: u32, rule: CutRule) -> CutConfig {
        CutConfig {
            granularity,
            min_chapter_units,
            rule,
            boundary_cost: BoundaryCost::Fixed(COST),
            min_chapter_share: 0.0,
        }
    }

    fn gaps_of(scores: &[f32], n_words: &[u32], config: CutConfig) -> Vec<u32> {
        boundaries(&GapScores::new(scores.to_vec()), n_words, config).iter().map(|gap| gap.0).collect()
    }

    #[test]
    fn agreement_is_the_confidence_of_one_who_knows() {
        let scores = GapScores::new(vec![0.1, 0.9, 0.1, 0.2, 0.8, 0.1]);
        let (n_words, truth) = ([50; 7], [GapIndex(1), GapIndex(5)]);
        for (found, expected) in [(&truth[..], 1.0), (&truth[..1], 0.8), (&[], 0.5)] {
            let agreement = agreement(&scores, &n_words, found, &truth);
            assert!((agreement - expected).abs() < 1e-6, "{found:?}: {agreement}");
        }
    }

    #[track_caller]
    fn check(scores: &[f32], granularity: f32, min_chapter_units: u32, expected: &[u32]) {
        let config = cut_of(granularity, min_chapter_units, CutRule::Threshold);
        assert_eq!(gaps_of(scores, &vec![1; scores.len() + 1], config), expected);
    }

    #[test]
    fn the_stronger_of_two_near_gaps_wins() {
        check(&[0.0, 0.6, 0.9, 0.0], 0.5, 2, &[2]);
    }

    #[test]
    fn of_two_equal_gaps_the_earlier_wins() {
        check(&[0.0, 0.7, 0.7, 0.0], 0.5, 2, &[1]);
    }

    #[test]
    fn half_is_the_engines_own_judgement() {
        check(&[0.49, 0.5, 0.51], 0.5, 1, &[1, 2]);
    }

    #[test]
    fn the_finest_cut_takes_all_but_gaps_of_no_change() {
        check(&[0.01, 0.0, 0.3], 1.0, 1, &[0, 2]);
        check(&[0.01, 0.0, 0.3], 0.0, 1, &[]);
    }

    #[test]
    fn no_chapter_at_the_ends_is_too_short() {
        check(&[0.9, 0.1, 0.1, 0.9], 0.5, 2, &[]);
    }

    #[test]
    fn one_unit_is_one_chapter() {
        check(&[], 1.0, 1, &[]);
    }

    #[track_caller]
    fn check_probabilities(scores: &[f32], granularity: f32, expected: &[u32]) {
        let config = cut_of(granularity, 1, CutRule::Probability);
        assert_eq!(gaps_of(scores, &vec![10; scores.len() + 1], config), expected);
    }

    #[test]
    fn neighbours_of_which_one_must_be_a_boundary_make_one() {
        let mut scores = vec![0.0; 40];
        scores[19..22].copy_from_slice(&[0.2, 0.25, 0.2]);
        check_probabilities(&scores, 0.5, &[20]);
        // The first of them by itself is no boundary.
        scores[20..22].fill(0.0);
        check_probabilities(&scores, 0.5, &[]);
    }

    #[test]
    fn sure_boundaries_are_cut_at_however_near_each_other() {
        let mut scores = vec![0.01; 40];
        scores[10..12].fill(0.95);
        check_probabilities(&scores, 0.5, &[10, 11]);
    }

    #[test]
    fn granularity_goes_from_one_chapter_to_all() {
        let scores = [0.1, 0.9, 0.1, 0.05, 0.2, 0.95, 0.1, 0.0];
        check_probabilities(&scores, 0.0, &[]);
        check_probabilities(&scores, 0.3, &[5]);
        check_probabilities(&scores, 0.5, &[1, 5]);
        check_probabilities(&scores, 0.6, &[1, 4, 5]);
        check_probabilities(&scores, 1.0, &[0, 1, 2, 3, 4, 5, 6]);
    }

    #[track_caller]
    fn check_levels(scores: &GapScores, expected: &[u8]) {
        check_levels_at(BoundaryCost::USUAL, scores, expected);
    }

    #[track_caller]
    fn check_levels_at(cost: BoundaryCost, scores: &GapScores, expected: &[u8]) {
        let all: Vec<GapIndex> = (0..scores.len()).map(GapIndex::from).collect();
        assert_eq!(levels(scores, &all, cost), expected);
    }

    #[test]
    fn the_likeliest_boundaries_of_the_top_level_are_of_it() {
        check_levels(&GapScores::with_tops(vec![0.9; 3], vec![0.2, 0.7, 0.7]), &[2, 1, 1]);
        // Others that nobody is sure of are as likely as that.
        check_levels(&GapScores::with_tops(vec![0.9; 3], vec![0.4, 0.4, 0.4]), &[1, 1, 1]);
        check_levels(&GapScores::with_tops(vec![0.9; 2], vec![0.1, 0.2]), &[1, 1]);
        check_levels(&GapScores::new(vec![0.9; 2]), &[1, 1]);
    }

    #[test]
    fn a_weak_boundary_that_is_of_the_top_level_if_it_is_one_is_of_it() {
        check_levels(&GapScores::with_tops(vec![0.9, 0.2, 0.2], vec![0.9, 0.85, 0.5]), &[1, 1, 2]);
    }

    #[test]
    fn at_one_cost_for_all_documents_what_is_likelier_of_the_top_level_is_of_it() {
        let check = |tops: Vec<f32>, expected: &[u8]| {
            check_levels_at(BoundaryCost::Fixed(COST), &GapScores::with_tops(vec![0.9; tops.len()], tops), expected);
        };
        check(vec![0.2, 0.5, 0.9], &[2, 1, 1]);
        check(vec![0.2, 0.3], &[1, 1]);
    }

    #[test]
    fn what_is_added_to_what_was_found_changes_no_level() {
        let scores = GapScores::with_tops(vec![0.9, 0.1, 0.9, 0.1], vec![0.7, 0.6, 0.2, 0.3]);
        let found = [GapIndex(0), GapIndex(2)];
        let levels = |boundaries: &[u32]| {
            let boundaries: Vec<GapIndex> = boundaries.iter().map(|&gap| GapIndex(gap)).collect();
            levels_among(&scores, &found, &boundaries, BoundaryCost::USUAL)
        };
        assert_eq!((levels(&[0, 2]), levels(&[0, 1, 2, 3]), levels(&[2])), (vec![1, 2], vec![1, 1, 2, 2], vec![2]));
    }

    #[test]
    fn who_is_sure_is_confident_and_who_is_not_is_not() {
        let confidence_of = |scores: &[f32]| {
            let scores = GapScores::new(scores.to_vec());
            let n_words = vec![10; scores.len() + 1];
            let config = cut_of(0.5, 1, CutRule::Probability);
            confidence(&scores, &n_words, &boundaries(&scores, &n_words, config))
        };
        assert!(confidence_of(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0]) > 0.99);
        assert!(confidence_of(&[0.0; 6]) > 0.99);
        assert!(confidence_of(&[]) > 0.99);
        assert!(confidence_of(&[0.3; 60]) < 0.7);
    }

    #[test]
    fn units_without_a_word_are_as_far_apart_as_those_of_one() {
        let scores = GapScores::new((0..60).map(|gap| if gap % 7 == 0 { 0.4 } else { 0.01 }).collect());
        let (none, one) = (Search::new(&scores, &[0; 61], 1, 0.0), Search::new(&scores, &[1; 61], 1, 0.0));
        assert_eq!(none.near, one.near);
        assert!(none.near.iter().all(|near| near.len() < 10), "{:?}", none.near);
    }

    #[test]
    fn the_less_sure_scores_are_of_a_document_the_less_sure_a_boundary_must_be() {
        let is_cut_at_doubt = |others: f32| {
            let mut scores = vec![0.0; 100];
            for gap in [10, 30, 70, 90] {
                scores[gap] = others;
            }
            scores[50] = 0.3;
            let config = CutConfig {
                min_chapter_share: 0.0,
                ..CutConfig::usual(0.5, UnitKind::Paragraph, CutRule::Probability)
            };
            gaps_of(&scores, &[10; 101], config).contains(&50)
        };
        assert_eq!([0.3, 0.95].map(is_cut_at_doubt), [true, false]);
    }

    /// The scores of some gaps, and the words of the units around them.
    fn units() -> impl Strategy<Value = (Vec<f32>, Vec<u32>)> {
        prop::collection::vec((0.0_f32..=1.0, 1_u32..40), 1..12).prop_map(|pairs| {
            let (scores, mut n_words): (Vec<f32>, Vec<u32>) = pairs.into_iter().unzip();
            n_words.push(7);
            (scores, n_words)
        })
    }

    fn shares() -> impl Strategy<Value = f32> {
        prop_oneof![Just(0.0_f32), 0.0_f32..1.5]
    }

    /// Every set of boundaries between chapters that are large enough, the empty one among them.
    fn allowed_sets(search: &Search) -> Vec<Vec<usize>> {
        let n_gaps = search.n_units - 1;
        let set = |bits: u32| (0..n_gaps).filter(|gap| bits >> gap & 1 == 1).collect::<Vec<usize>>();
        let is_allowed = |set: &Vec<usize>| {
            let starts: Vec<usize> =
                std::iter::once(0).chain(set.iter().map(|gap| gap + 1)).chain([search.n_units]).collect();
            set.is_empty() || starts.windows(2).all(|pair| search.is_chapter(pair[0]..pair[1]))
        };
        (0..1_u32 << n_gaps).map(set).filter(is_allowed).collect()
    }

    proptest! {
        #[test]
        fn no_set_is_worth_more_than_the_one_found(
            (scores, n_words) in units(), min_units in 1_usize..4, share in shares(),
        ) {
            let search = Search::new(&GapScores::new(scores), &n_words, min_units, share);
            let best = search.best(f64::from(COST));
            let sets = allowed_sets(&search);
            prop_assert!(sets.contains(&best), "{best:?}");
            let worth = |set: &[usize]| search.value(set, f64::from(COST));
            for set in sets {
                prop_assert!(worth(&set) <= worth(&best) + 1e-9, "{set:?} beats {best:?}");
            }
        }

        #[test]
        fn no_set_has_a_higher_quotient_than_the_one_found(
            (scores, n_words) in units(), min_units in 1_usize..4, share in shares(), price in 0.0_f64..0.5,
        ) {
            let search = Search::new(&GapScores::new(scores), &n_words, min_units, share);
            let found = search.best_of_document(price);
            let quotients = allowed_sets(&search).into_iter().map(|set| search.quotient(&set, price));
            let highest = quotients.fold(0.0, f64::max);
            match price + highest {
                cost if cost <= MIN_COST => prop_assert_eq!(found, search.best(MIN_COST)),
                cost if MAX_COST <= cost => prop_assert_eq!(found, search.best(MAX_COST)),
                _ => prop_assert!((search.quotient(&found, price) - highest).abs() < 1e-6, "{found:?}"),
            }
        }

        #[test]
        fn a_finer_cut_keeps_every_boundary(
            scores in prop::collection::vec((0.0_f32..=1.0, 0.0_f32..=1.0), 0..60),
            one in 0.0_f32..=1.0, other in 0.0_f32..=1.0, min_chapter_units in 1_u32..6, is_probability: bool,
        ) {
            let (scores, tops): (Vec<f32>, Vec<f32>) = scores.into_iter().unzip();
            let scores = GapScores::with_tops(scores, tops);
            let n_words = vec![10; scores.len() + 1];
            let rule = if is_probability { CutRule::Probability } else { CutRule::Threshold };
            let at = |granularity| boundaries(&scores, &n_words, cut_of(granularity, min_chapter_units, rule));
            let (coarse, fine) = (at(one.min(other)), at(one.max(other)));
            prop_assert!(coarse.iter().all(|gap| fine.binary_search(gap).is_ok()));
        }

        #[test]
        fn no_chapter_is_too_short_unless_it_is_all_there_is(
            scores in prop::collection::vec(0.0_f32..=1.0, 0..60), min_chapter_units in 1_u32..6, is_probability: bool,
        ) {
            let rule = if is_probability { CutRule::Probability } else { CutRule::Threshold };
            let config = cut_of(0.8, min_chapter_units, rule);
            let mut starts = vec![0];
            starts.extend(gaps_of(&scores, &vec![10; scores.len() + 1], config).iter().map(|gap| gap + 1));
            starts.push(scores.len() as u32 + 1);
            prop_assert!(starts.len() == 2 || starts.windows(2).all(|w| min_chapter_units <= w[1] - w[0]));
        }
    }
}
