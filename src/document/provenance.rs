//! How a result came to be, kept beside it and carried by exports.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How a result came to be: enough to make it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The version of this program.
    pub caesura: String,
    /// The engine's name, such as `"context"`.
    pub engine: String,
    /// The SHA-256 of the model's weights in hexadecimal, if the engine has a model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model_sha256: Option<String>,
    /// The settings, by the names their flags have.
    pub settings: Map<String, Value>,
    /// The seed, if chance played a part.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<u64>,
}

/// Returns a setting as a person would write it: `0.55`, not what is next to it in binary.
pub fn setting(value: f32) -> Value {
    let shortest: f64 = value.to_string().parse().expect("a number is written as a number");
    shortest.into()
}

impl Provenance {
    /// Returns the provenance of a result by this version of the program, with neither model nor seed.
    pub fn of(engine: &str, settings: Map<String, Value>) -> Self {
        Self { caesura: crate::VERSION.to_owned(), engine: engine.to_owned(), model_sha256: None, settings, seed: None }
    }
}
