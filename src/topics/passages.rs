//! Long texts in passages.
//!
//! Words of one subject keep company for a page, not for an hour of talk: in a bag that holds a whole transcript every
//! word keeps company with every other, and what tells such bags apart is names. So a long text is mined as several bags,
//! cut between sentences into about equal passages; to everyone else it stays one document.

/// A place where a text may be cut, this many words on.
struct Place {
    byte: usize,
    n_words: u32,
}

/// A sentence that goes on for so many words may be cut within.
const LONGEST_SENTENCE: u32 = 50;

/// What ends a sentence, or a line. A full stop of an abbreviation does no harm.
const ENDS: [char; 10] = ['.', '!', '?', '…', '\n', '\u{2029}', '。', '！', '？', '؟'];

/// Returns the passages of a text, in order: together they are the text.
///
/// There are as many as make them nearest to `passage_words` words; a text of less than one and a half times that many,
/// and any if that is 0, is one passage.
pub(crate) fn passages(text: &str, passage_words: u32) -> Vec<&str> {
    // A word takes a byte, and something sets it apart from the next.
    if passage_words == 0 || text.len() / 2 < passage_words as usize {
        return vec![text];
    }
    let (places, n_words) = places(text);
    let n_passages = u64::from(n_words).saturating_add(u64::from(passage_words / 2)) / u64::from(passage_words);
    let mut passages = Vec::new();
    let (mut start, mut next) = (0, 0);
    for passage in 1..n_passages {
        let wanted = (u64::from(n_words) * passage / n_passages) as u32;
        let later = next + places[next..].partition_point(|place| place.n_words < wanted);
        // The nearer of the places on both sides; of equals the earlier.
        let earlier = later.checked_sub(1).filter(|&earlier| next <= earlier);
        let chosen = match (earlier, places.get(later)) {
            (Some(earlier), Some(place)) if wanted - places[earlier].n_words <= place.n_words - wanted => earlier,
            (Some(earlier), None) => earlier,
            (_, Some(_)) => later,
            (None, None) => break,
        };
        passages.push(&text[start..places[chosen].byte]);
        (start, next) = (places[chosen].byte, chosen + 1);
    }
    passages.push(&text[start..]);
    passages
}

/// Returns where a text may be cut, in order, and how many words it has.
fn places(text: &str) -> (Vec<Place>, u32) {
    let mut places = Vec::new();
    let (mut n_words, mut end, mut last_place) = (0_u32, 0, 0);
    for token in crate::words::tokens(text) {
        if text[end..token.range.start].contains(ENDS) && 0 < n_words || LONGEST_SENTENCE <= n_words - last_place {
            places.push(Place { byte: token.range.start, n_words });
            last_place = n_words;
        }
        n_words = n_words.saturating_add(1);
        end = token.range.end;
    }
    (places, n_words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, passage_words: u32, expected: &[&str]) {
        assert_eq!(passages(text, passage_words), expected);
    }

    #[test]
    fn a_text_is_cut_between_sentences() {
        check("", 4, &[""]);
        check("One two three.", 0, &["One two three."]);
        check("One two three. Four five.", 4, &["One two three. Four five."]);
        check("One two three. Four five six.", 4, &["One two three. ", "Four five six."]);
        check("One two three\nFour five six", 4, &["One two three\n", "Four five six"]);
        check("One. Two three four. Five six seven eight.", 4, &["One. Two three four. ", "Five six seven eight."]);
        check("你好。我们走。", 3, &["你好。", "我们走。"]);
    }

    #[test]
    fn a_text_without_sentences_is_cut_between_words() {
        let text = "word ".repeat(1000);
        let lengths: Vec<usize> = passages(&text, 200).iter().map(|text| crate::words::count(text)).collect();
        assert_eq!(lengths, [200; 5]);
        assert_eq!(passages(&"x".repeat(10_000), 10).len(), 1);
    }

    proptest! {
        #[test]
        fn passages_are_the_text_and_about_as_long_as_asked(
            sentences in prop::collection::vec(1..40_usize, 0..80), passage_words in 1..300_u32,
        ) {
            let text: String = sentences.iter().map(|&n| format!("{}end. ", "word ".repeat(n - 1))).collect();
            let passages = passages(&text, passage_words);
            prop_assert_eq!(passages.concat(), text.clone());
            let n_words = crate::words::count(&text) as u32;
            let n_wanted = ((n_words + passage_words / 2) / passage_words).max(1);
            prop_assert!(passages.len() as u32 <= n_wanted);
            // Each of its two cuts is off by half a sentence of 39 words at most.
            let longest = passages.iter().map(|text| crate::words::count(text) as u32).max();
            prop_assert!(longest.unwrap_or(0) <= n_words / n_wanted + 41);
        }
    }
}
