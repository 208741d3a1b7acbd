//! Upper layers that were fine-tuned for a task, on the lower layers of the encoder: what a word means does not change with the
//! task, so the program carries embeddings and lower layers once, and holds them once.

use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, Value, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::encoder::{ENCODER_WEIGHTS, model_options, unusable};
use super::shared::Shared;
use crate::error::Result;

/// What leaves the last of the encoder's layers that are shared, by its name in the encoder's graph.
const SHARED: &str = "encoder.layer.1.output.LayerNorm.out";

/// What an upper graph takes.
const HIDDEN: &str = "hidden";

/// Returns whether a graph begins where the encoder's lower layers end.
pub(super) fn is_upper(model: &Model) -> bool {
    model.find_node(HIDDEN).is_some()
}

/// Returns the graph of the encoder: one and the same for all who have it at a time.
pub(super) fn encoder_graph() -> Result<Arc<Model>> {
    static LOADED: Shared<Model> = Shared::new();
    LOADED.get(|| {
        let model = model_options().load_static_slice(ENCODER_WEIGHTS);
        Ok(Arc::new(model.map_err(|error| unusable("the encoder", &error))?))
    })
}

/// A graph that begins with word pieces, and what of it is wanted.
pub(super) struct OfPieces {
    inputs: [NodeId; 3],
    wanted: NodeId,
}

impl OfPieces {
    /// Finds the inputs of a graph. `name` names the model in an error.
    pub(super) fn new(name: &str, model: &Model, wanted: NodeId) -> Result<Self> {
        let node = |id: &str| model.node_id(id).map_err(|error| unusable(name, &error));
        Ok(Self { inputs: [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?], wanted })
    }

    /// Runs pieces by themselves. `types` says which text a piece is of, 0 or 1.
    pub(super) fn run(
        &self,
        model: &Model,
        ids: Vec<i32>,
        types: Vec<i32>,
        options: &RunOptions,
    ) -> Result<Value, String> {
        let n_pieces = ids.len();
        let rows = [ids, vec![1; n_pieces], types].map(|row| NdTensor::from_data([1, n_pieces], row));
        let inputs: Vec<(NodeId, ValueOrView)> =
            self.inputs.iter().zip(&rows).map(|(&node, row)| (node, row.view().into())).collect();
        let [wanted] = model.run_n(inputs, [self.wanted], Some(options.clone())).map_err(|error| error.to_string())?;
        Ok(wanted)
    }
}

/// Returns the first output of a graph. `name` names the model in an error.
pub(super) fn first_output(name: &str, model: &Model) -> Result<NodeId> {
    model.output_ids().first().copied().ok_or_else(|| unusable(name, &"it has no output"))
}

/// Returns the numbers of what a task makes of one text or pair.
pub(super) fn numbers(output: Value) -> Result<Vec<f32>, String> {
    let output: NdTensor<f32, 2> = output.try_into().map_err(|_| "the output is not of f32".to_owned())?;
    Ok(output.to_vec())
}

/// The encoder's lower layers, and others on top of them.
///
/// The upper graph takes `hidden`, f32 `[1, pieces, width]`, and perhaps `places`, i32 `[places]`: pieces that are asked about. Its
/// first output is what a task makes of them.
pub(super) struct Upper {
    encoder: Arc<Model>,
    lower: OfPieces,
    model: Model,
    hidden: NodeId,
    places: Option<NodeId>,
    output: NodeId,
}

impl Upper {
    /// Takes an upper graph. `name` names the model in an error.
    pub(super) fn new(name: &str, model: Model) -> Result<Self> {
        let encoder = encoder_graph()?;
        let node = |model: &Model, id: &str| model.node_id(id).map_err(|error| unusable(name, &error));
        Ok(Self {
            lower: OfPieces::new(name, &encoder, node(&encoder, SHARED)?)?,
            hidden: node(&model, HIDDEN)?,
            places: model.find_node("places"),
            output: first_output(name, &model)?,
            encoder,
            model,
        })
    }

    /// Runs pieces through all layers, and returns what the upper graph gives. `types` says which text a piece is of, 0 or 1;
    /// `places`, at least one, are left unheard by a graph that asks for none.
    pub(super) fn run(
        &self,
        ids: Vec<i32>,
        types: Vec<i32>,
        places: Vec<i32>,
        options: &RunOptions,
    ) -> Result<Vec<f32>, String> {
        let hidden = self.lower.run(&self.encoder, ids, types, options)?;
        let places = NdTensor::from_data([places.len()], places);
        let mut inputs: Vec<(NodeId, ValueOrView)> = vec![(self.hidden, hidden.into())];
        inputs.extend(self.places.map(|node| (node, places.view().into())));
        let [output] =
            self.model.run_n(inputs, [self.output], Some(options.clone())).map_err(|error| error.to_string())?;
        numbers(output)
    }
}
