//! Several topics seen as one.

use std::collections::BTreeMap;

/// A topic as a part of a more general one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicPart<'a> {
    /// What it is called: words with commas between them, or a name.
    pub label: &'a str,
    /// Whether a person called it so: a name is kept whole.
    pub is_named: bool,
    /// Its words and their weights, heaviest first.
    pub words: &'a [(String, f32)],
    /// How many documents bear it.
    pub n_documents: u32,
}

/// How many words a label has at most.
const N_LABEL_WORDS: usize = 3;

/// Returns the words of several topics together: a word weighs as the mean of its weights over all documents that bear
/// them, times the chance that of four such documents all bear parts that list it, scaled so that the heaviest weighs 1.
/// What the parts share thus comes before what is said in one of them alone. Ties are in the order of the words; as many are
/// kept as the longest part has.
pub fn combined_words(parts: &[TopicPart<'_>]) -> Vec<(String, f32)> {
    if let [only] = parts {
        return only.words.to_vec();
    }
    let mut words: Vec<(&str, f64)> = weights(parts).into_iter().collect();
    words.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    words.truncate(parts.iter().map(|part| part.words.len()).max().unwrap_or(0));
    let heaviest = words.first().map_or(1.0, |&(_, weight)| weight).max(f64::MIN_POSITIVE);
    words.into_iter().map(|(word, weight)| (word.to_owned(), (weight / heaviest) as f32)).collect()
}

/// Returns a label for several topics together: of the names, words and phrases that label them the three that weigh most,
/// a word as in [`combined_words`], a name as a word of full weight.
pub fn combined_label(parts: &[TopicPart<'_>]) -> String {
    if let [only] = parts {
        return only.label.to_owned();
    }
    let weights = weights(parts);
    let heaviest = weights.values().copied().fold(f64::MIN_POSITIVE, f64::max);
    // By what is compared, in lower case: how much it weighs, and how it is written.
    let mut labels: BTreeMap<String, (f64, &str)> = BTreeMap::new();
    let all_documents: f64 = parts.iter().map(weight_of).sum();
    for part in parts {
        let share = weight_of(part) / all_documents;
        let written = if part.is_named { vec![part.label] } else { part.label.split(", ").collect() };
        for (place, written) in written.into_iter().enumerate() {
            let folded = written.to_lowercase();
            let weight = if part.is_named {
                share
            } else {
                // A phrase weighs as its heaviest word; what is written in no listed form, by its place in its label.
                let listed = folded.split_whitespace().filter_map(|word| weights.get(word)).copied();
                let weight = listed.reduce(f64::max);
                weight.unwrap_or_else(|| weight_of_word(share / (place + 2) as f64, share)) / heaviest
            };
            let entry = labels.entry(folded).or_insert((weight, written));
            entry.0 = entry.0.max(weight);
        }
    }
    let mut labels: Vec<(f64, &str)> = labels.into_values().collect();
    labels.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    labels.into_iter().take(N_LABEL_WORDS).map(|(_, written)| written).collect::<Vec<_>>().join(", ")
}

/// Returns what each word of several topics weighs in them together.
fn weights<'a>(parts: &[TopicPart<'a>]) -> BTreeMap<&'a str, f64> {
    let all_documents: f64 = parts.iter().map(weight_of).sum();
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for part in parts {
        let share = weight_of(part) / all_documents;
        for (word, weight) in part.words {
            let (mean, listed_by) = sums.entry(word).or_default();
            *mean += f64::from(*weight) * share;
            *listed_by += share;
        }
    }
    sums.into_iter().map(|(word, (mean, listed_by))| (word, weight_of_word(mean, listed_by))).collect()
}

/// Returns what a word weighs of that mean weight, listed by parts that so large a share of the documents bears.
fn weight_of_word(mean: f64, listed_by: f64) -> f64 {
    mean * listed_by.powi(4)
}

fn weight_of(part: &TopicPart<'_>) -> f64 {
    f64::from(part.n_documents.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A label, whether it is a name, the words, and how many documents there are.
    type Given<'a> = (&'a str, bool, &'a [(&'a str, f32)], u32);

    #[track_caller]
    fn check(parts: &[Given<'_>], expected_label: &str, expected_words: &str) {
        let words: Vec<Vec<(String, f32)>> = parts
            .iter()
            .map(|(_, _, words, _)| words.iter().map(|&(word, weight)| (word.to_owned(), weight)).collect())
            .collect();
        let parts: Vec<TopicPart<'_>> = parts
            .iter()
            .zip(&words)
            .map(|(&(label, is_named, _, n_documents), words)| TopicPart { label, is_named, words, n_documents })
            .collect();
        assert_eq!(combined_label(&parts), expected_label);
        let combined: Vec<String> = combined_words(&parts).into_iter().map(|(word, _)| word).collect();
        assert_eq!(combined.join(" "), expected_words);
    }

    #[test]
    fn a_topic_alone_stays_as_it_is() {
        check(&[("Tide, mast", false, &[("tide", 1.0), ("mast", 0.5)], 3)], "Tide, mast", "tide mast");
    }

    #[test]
    fn the_words_of_many_documents_weigh_most_and_what_parts_share_before_them() {
        let (sea, bread) = (&[("tide", 1.0), ("mast", 0.5)][..], &[("oven", 1.0), ("tide", 0.5), ("loaf", 0.1)][..]);
        check(&[("Tide, mast", false, sea, 2), ("oven, tide", false, bread, 8)], "Tide, oven, mast", "tide oven loaf");
    }

    #[test]
    fn a_name_given_by_hand_is_part_of_the_label() {
        let (sea, bread) = (&[("tide", 1.0)][..], &[("oven", 1.0)][..]);
        check(&[("tide", false, sea, 9), ("Baking, at home", true, bread, 1)], "tide, Baking, at home", "tide");
    }

    #[test]
    fn a_phrase_weighs_as_its_heaviest_word() {
        let (sea, bread) = (&[("tide", 1.0), ("mast", 0.5)][..], &[("oven", 1.0), ("loaf", 0.2)][..]);
        check(
            &[("High tide, mast", false, sea, 9), ("oven, loaf", false, bread, 8)],
            "High tide, oven, mast",
            "tide oven",
        );
    }

    #[test]
    fn nothing_has_no_label() {
        check(&[], "", "");
    }
}
