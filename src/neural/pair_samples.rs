//! Small checkpoints in the layout of model hubs, for tests, and what Python transformers says of pairs with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;
use tch::Tensor;

/// What Python transformers says of some pairs; `scripts/pair_golden.py` made it.
pub(crate) fn golden() -> Value {
    serde_json::from_str(include_str!("../../tests/data/pair_golden.json")).expect("the file is JSON")
}

/// Numbers in -0.3..0.3 that follow from a weight's name and their place, as the script makes them.
fn numbers(name: &str, n: usize) -> Vec<f32> {
    let seed = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    let one = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
    let number = |place: u64| {
        let x = seed.wrapping_add(place.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let x = x ^ (x >> 31);
        ((x >> 40) as f64 / f64::from(1 << 24) * 0.6 - 0.3 + one) as f32
    };
    (1..=n as u64).map(number).collect()
}

pub(crate) type Named = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn weights(model: &Value) -> Named {
    let shapes = model["shapes"].as_object().expect("an object");
    let weight = |(name, shape): (&String, &Value)| {
        let shape: Vec<usize> = serde_json::from_value(shape.clone()).expect("sizes");
        (name.clone(), (shape.clone(), numbers(name, shape.iter().product())))
    };
    shapes.iter().map(weight).collect()
}

pub(crate) fn write_safetensors(weights: &Named, folder: &Path) {
    let bytes: BTreeMap<&String, Vec<u8>> = weights
        .iter()
        .map(|(name, (_, numbers))| (name, numbers.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let view = |name| TensorView::new(Dtype::F32, weights[name].0.clone(), &bytes[name]).expect("four bytes each");
    let file = safetensors::serialize(bytes.keys().map(|&name| (name, view(name))), None).expect("names differ");
    fs::write(folder.join("model.safetensors"), file).expect("room for a file");
}

/// Puts another number in the place of the last of a folder's `model.safetensors`.
pub(crate) fn put_last(number: f32, folder: &Path) {
    let path = folder.join("model.safetensors");
    let mut bytes = fs::read(&path).expect("it is there");
    let last = bytes.len() - 4..;
    bytes[last].copy_from_slice(&number.to_le_bytes());
    fs::write(&path, bytes).expect("room for a file");
}

/// Writes the form that rust-bert has its weights in.
pub(crate) fn write_ot(weights: &Named, folder: &Path) {
    let tensors: Vec<(&String, Tensor)> = weights
        .iter()
        .map(|(name, (shape, numbers))| {
            let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
            (name, Tensor::from_slice(numbers).view(shape.as_slice()))
        })
        .collect();
    Tensor::save_multi(&tensors, folder.join("rust_model.ot")).expect("room for a file");
}

/// Returns a folder as a hub has it, with weights as `write` writes them.
pub(crate) fn hub(model: &Value, write: fn(&Named, &Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in model["files"].as_object().expect("an object") {
        fs::write(folder.path().join(name), text.as_str().expect("a text")).expect("room for a file");
    }
    fs::write(folder.path().join("config.json"), model["config"].to_string()).expect("room for a file");
    write(&weights(model), folder.path());
    folder
}
