//! Topics over what else is known of documents: over time, by source, by speaker.

use std::collections::{BTreeMap, BTreeSet};

/// How much of a topic there is where a field has some value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FieldCell {
    /// How many documents of that value bear the topic.
    pub n_documents: u32,
    /// The share of the documents of that value that do, in `0.0..=1.0`.
    pub share: f32,
    /// How strongly those that do bear it, on average; 0 if none does.
    pub mean_strength: f32,
}

/// Topics by the values of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldTable {
    /// The values in order, such as years: each with how many documents have it.
    pub values: Vec<(String, u32)>,
    /// For each topic a cell a value, in the order of `values`.
    pub topics: Vec<Vec<FieldCell>>,
}

/// Returns topics by a field.
///
/// `values_of` are the documents with each of the values they have; a document may have none or several. `topics` are
/// what bears each topic and how strongly, no document twice. What has no value is left out.
pub fn by_field<D: Copy + Ord>(values_of: &[(D, String)], topics: &[&[(D, f32)]]) -> FieldTable {
    let mut documents_of: BTreeMap<&str, BTreeSet<D>> = BTreeMap::new();
    for (document, value) in values_of {
        documents_of.entry(value).or_default().insert(*document);
    }
    let values: Vec<(String, u32)> =
        documents_of.iter().map(|(value, documents)| ((*value).to_owned(), documents.len() as u32)).collect();
    let mut places_of: BTreeMap<D, Vec<usize>> = BTreeMap::new();
    for (place, documents) in documents_of.values().enumerate() {
        for &document in documents {
            places_of.entry(document).or_default().push(place);
        }
    }
    let row = |bearers: &[(D, f32)]| -> Vec<FieldCell> {
        let mut sums = vec![(0_u32, 0.0_f64); values.len()];
        for (document, strength) in bearers {
            for &place in places_of.get(document).into_iter().flatten() {
                sums[place].0 += 1;
                sums[place].1 += f64::from(*strength);
            }
        }
        let cells = sums.into_iter().zip(&values).map(|((n, sum), (_, n_all))| FieldCell {
            n_documents: n,
            share: (f64::from(n) / f64::from(*n_all)) as f32,
            mean_strength: (sum / f64::from(n.max(1))) as f32,
        });
        cells.collect()
    };
    let topics = topics.iter().map(|bearers| row(bearers)).collect();
    FieldTable { values, topics }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_counted_where_its_documents_are() {
        let years: Vec<(u32, String)> = [(1, "2024"), (2, "2023"), (3, "2024"), (4, "2024"), (4, "2024")]
            .map(|(id, year)| (id, year.to_owned()))
            .to_vec();
        let table = by_field(&years, &[&[(1, 0.5), (3, 0.25), (9, 1.0)], &[(2, 0.5)]]);
        assert_eq!(table.values, [("2023".to_owned(), 1), ("2024".to_owned(), 3)]);
        let cell = table.topics[0][1];
        assert_eq!((cell.n_documents, cell.mean_strength), (2, 0.375));
        assert!((cell.share - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(table.topics[0][0], FieldCell::default());
        assert_eq!(table.topics[1][0], FieldCell { n_documents: 1, share: 1.0, mean_strength: 0.5 });
    }

    #[test]
    fn a_document_with_several_values_counts_for_each() {
        let speakers = [(1, "Ada".to_owned()), (1, "Bo".to_owned()), (2, "Bo".to_owned())];
        let table = by_field(&speakers, &[&[(1, 1.0)]]);
        assert_eq!(table.topics[0].iter().map(|cell| cell.share).collect::<Vec<_>>(), [1.0, 0.5]);
    }

    #[test]
    fn nothing_makes_an_empty_table() {
        assert_eq!(by_field::<u32>(&[], &[&[]]), FieldTable { values: Vec::new(), topics: vec![Vec::new()] });
    }
}
