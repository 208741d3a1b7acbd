//! Which documents train a model, which tune it, and which are kept to measure it: fixed before anything was trained.
//!
//! By a hash of the provider, guest, show, course, meeting series, book or company, never of the document alone: two versions
//! of one company's terms, or two interviews with one guest, are on the same side.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// For training.
    Train,
    /// For stopping a training and for choosing settings: about a tenth.
    Tuning,
    /// For measuring: about a fifth.
    Validation,
}

impl Part {
    /// All.
    pub const ALL: [Self; 3] = [Self::Train, Self::Tuning, Self::Validation];

    /// Returns the name used in options, such as `"train"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Tuning => "tuning",
            Self::Validation => "validation",
        }
    }
}

/// Returns what a document belongs to that must not be divided.
pub fn group(fields: &Map<String, Value>) -> String {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let id = text("id");
    let (source, rest) = id.split_once('/').unwrap_or(("", id));
    match source {
        "legal" if !text("provider_key").is_empty() => format!("legal/{}", text("provider_key")),
        "lex" => format!("lex/{}", rest.split(" - ").nth(1).unwrap_or(rest)),
        "qmsum" if rest.len() == 7 && rest.as_bytes()[2..6].iter().all(u8::is_ascii_digit) => {
            format!("qmsum/{}", &rest[..6])
        }
        "manual" | "call" => format!("{source}/{}", rest.split('/').next().unwrap_or(rest)),
        "avlecture" => format!("avlecture/{}", rest.split("@@").next().unwrap_or(rest)),
        _ => id.to_owned(),
    }
}

/// Returns the part of a document: of a meeting of `QMSum` what its file says, for everything else a hash of its group.
///
/// The official split of `QMSum` has no meeting series of AMI on both sides.
pub fn part(fields: &Map<String, Value>) -> Part {
    let group = group(fields);
    let hash = Sha256::digest(group.as_bytes());
    let is_validation = match fields.get("split").and_then(Value::as_str) {
        Some(split) if group.starts_with("qmsum/") => split != "train",
        _ => hash[0] < 51,
    };
    match () {
        () if is_validation => Part::Validation,
        () if hash[1] < 28 => Part::Tuning,
        () => Part::Train,
    }
}

/// Returns whether a document is among a share of all, `0.0..=1.0`, that is the same each time: about that share of every
/// part, as its hash has nothing to do with the one that [`part`] goes by.
pub fn is_in_share(id: &str, share: f64) -> bool {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::new().chain_update("share\n").chain_update(id).finalize().into();
    f64::from(u32::from_be_bytes([a, b, c, d])) < share * 2_f64.powi(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `n` documents chance takes `n * share`, with a standard deviation of `sqrt(n * share * (1 - share))`: of the 2,850
    /// for training or so, 27 at most.
    #[test]
    fn a_share_is_that_share_of_every_part() {
        let ids: Vec<String> = (0..4000).map(|number| format!("shelf/{number}")).collect();
        for wanted in Part::ALL {
            let is_of_part = |id: &&String| part(&Map::from_iter([("id".to_owned(), id.as_str().into())])) == wanted;
            let of_part: Vec<&String> = ids.iter().filter(is_of_part).collect();
            for share in [0.1, 0.39, 0.5] {
                let expected = of_part.len() as f64 * share;
                let n_taken = of_part.iter().filter(|id| is_in_share(id, share)).count() as f64;
                let deviation = (expected * (1.0 - share)).sqrt();
                assert!((n_taken - expected).abs() < 4.0 * deviation, "{share} of {wanted:?}: {n_taken}");
            }
            assert!(of_part.iter().all(|id| is_in_share(id, 1.0) && !is_in_share(id, 0.0)));
        }
    }

    #[track_caller]
    fn check_group(id: &str, provider: &str, expected: &str) {
        let mut fields = Map::from_iter([("id".to_owned(), id.into())]);
        if !provider.is_empty() {
            fields.insert("provider_key".to_owned(), provider.into());
        }
        assert_eq!(group(&fields), expected);
    }

    #[test]
    fn a_provider_a_guest_a_series_and_a_course_are_groups() {
        check_group("legal/terms-2020", "shop", "legal/shop");
        check_group("legal/privacy-2024", "shop", "legal/shop");
        check_group("lex/012 - Ada Ames - Ships", "", "lex/Ada Ames");
        check_group("lex/345 - Ada Ames - Lamps", "", "lex/Ada Ames");
        check_group("qmsum/ES2008a", "", "qmsum/ES2008");
        check_group("qmsum/ES2008d", "", "qmsum/ES2008");
        check_group("avlecture/course@@lecture 3", "", "avlecture/course");
        check_group("manual/book/17", "", "manual/book");
        check_group("call/SHOP/SHOP_q1", "", "call/SHOP");
        check_group("shelf/17", "", "shelf/17");
    }

    #[test]
    fn documents_of_a_group_are_of_one_part() {
        for provider in 0..200 {
            let of = |number: usize| {
                let id = format!("legal/{provider}-{number}");
                let fields = [("id", id), ("provider_key", format!("provider {provider}"))];
                part(&fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
            };
            assert!((1..5).all(|number| of(number) == of(0)));
        }
    }
}
