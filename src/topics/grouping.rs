//! What shares a key: one pass of a radix sort, and a look at the few that fell together.
//!
//! Keys are hashes, so as many buckets as there are items, by the highest bits, leave one item in most of them; those are
//! passed over without being compared.

use std::ops::Range;

/// Items with their keys, and the room to sort them; kept between uses.
#[derive(Default)]
pub(crate) struct Grouping {
    keyed: Vec<(u64, u32)>,
    /// The items by bucket.
    sorted: Vec<(u64, u32)>,
    /// Where each bucket ends in `sorted`.
    ends: Vec<u32>,
}

impl Grouping {
    /// Calls `visit` with each group of `min_items` or more of the items that share a key: ascending, in an order that only
    /// the keys decide. Keys must be evenly spread. Takes `O(items)` time.
    pub(crate) fn for_each(
        &mut self,
        keyed: impl Iterator<Item = (u64, u32)>,
        min_items: usize,
        mut visit: impl FnMut(&[(u64, u32)]),
    ) {
        self.keyed.clear();
        self.keyed.extend(keyed);
        let n_bits = self.keyed.len().next_power_of_two().ilog2().max(1);
        let bucket = |key: u64| (key >> (u64::BITS - n_bits)) as usize;
        self.ends.clear();
        self.ends.resize((1 << n_bits) + 1, 0);
        for &(key, _) in &self.keyed {
            self.ends[bucket(key) + 1] += 1;
        }
        for at in 1..self.ends.len() {
            self.ends[at] += self.ends[at - 1];
        }
        // Now entry b says where bucket b starts; each item moves it on, until it says where the bucket ends.
        self.sorted.clear();
        self.sorted.resize(self.keyed.len(), (0, 0));
        for &(key, item) in &self.keyed {
            let next = &mut self.ends[bucket(key)];
            self.sorted[*next as usize] = (key, item);
            *next += 1;
        }
        let mut start = 0;
        for at in 0..1 << n_bits {
            let bucket: Range<usize> = start..self.ends[at] as usize;
            start = bucket.end;
            if min_items <= bucket.len() {
                let items = &mut self.sorted[bucket];
                items.sort_unstable();
                items
                    .chunk_by(|one, other| one.0 == other.0)
                    .filter(|group| min_items <= group.len())
                    .for_each(&mut visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::minhash::mix;
    use super::*;

    proptest! {
        #[test]
        fn groups_are_those_of_a_map(keys in prop::collection::vec(0..20_u64, 0..60), min_items in 1..4_usize) {
            let keyed: Vec<(u64, u32)> = keys.iter().zip(0..).map(|(&key, item)| (mix(key), item)).collect();
            let mut expected: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            for &(key, item) in &keyed {
                expected.entry(key).or_default().push(item);
            }
            expected.retain(|_, items| min_items <= items.len());
            let (mut grouping, mut found) = (Grouping::default(), BTreeMap::new());
            for _ in 0..2 {
                found.clear();
                grouping.for_each(keyed.iter().copied(), min_items, |group| {
                    found.insert(group[0].0, group.iter().map(|&(_, item)| item).collect());
                });
            }
            prop_assert_eq!(found, expected);
        }
    }
}
