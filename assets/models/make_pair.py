"""Makes the embedded pair model from what `caesura train pair` has written.

    python -m venv venv && venv/bin/pip install -r assets/models/requirements.txt
    venv/bin/python assets/models/make_pair.py FOLDER [OUTPUT]

Goes in: the folder that `caesura train pair` wrote: `model.safetensors`, a fine-tuned all-MiniLM-L6-v2 with
two labels, `config.json` and `pair.json`.
Comes out: `model.onnx` and `pair.json` in `OUTPUT`, the folder `pair` beside this script if it is not given.

Graph and rounding are those of `make_minilm.py`: the upper layers in int8, rounded with regard to what goes into them when
neighbouring texts of `corpora` are read, and on top of them pooler and classifier as they are, in f32; below them stand the
encoder's own. The order of the two scores becomes "same section", "different sections". Before anything is written, the f32
graph has to agree with numpy, and the int8 graph, on the encoder's int8 layers, must not be far from it, over other pairs.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto
from tokenizers import Tokenizer

import make_minilm as base
import make_upper as upper

OUTPUT = "scores"
# How far int8 may be from f32, in log-odds.
MAX_INT8_ERROR = 1.0
# The sentences on each side of a pair that the graphs are compared over.
SENTENCES_A_SIDE = 3
# One pair of neighbouring texts in so many is measured for the rounding.
MEASURED_ONE_IN = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what `caesura train pair` wrote")
    parser.add_argument("output", type=Path, nargs="?", default=base.HERE / "pair")
    arguments = parser.parse_args()

    weights, config = upper.read(arguments.folder)
    order = [next(int(i) for i, name in config["id2label"].items() if name == wanted) for wanted in ("same", "different")]
    settings = json.loads((arguments.folder / "pair.json").read_text(encoding="utf-8"))
    sentences = base.SENTENCES.read_text(encoding="utf-8").splitlines()
    starts = range(0, len(sentences), SENTENCES_A_SIDE)
    sides = [" | ".join(sentences[i : i + SENTENCES_A_SIDE]) for i in starts]
    ids, types = pairs(list(zip(sides, sides[1:] + sides[:1])), settings["max_pieces"])
    texts = base.own_texts()
    inputs = base.inputs_of(weights, *pairs(list(zip(texts, texts[1:]))[::MEASURED_ONE_IN], settings["max_pieces"]))
    exact = np.array([numpy_log_odds(weights, order, i, t) for i, t in zip(ids, types)])
    upper.make(
        arguments.output, "pair.json", settings, weights, (ids[0], types[0]),
        [pair_model(g, order) for g in (base.Graph(weights), base.Int8Graph(weights, inputs))],
        lambda model, lower: log_odds(model, lower, ids, types), exact, MAX_INT8_ERROR, "pairs",
    )


def pairs(texts, max_pieces):
    """Returns the pieces of pairs of texts, as the model reads them, and which of the two each is of."""
    tokenizer = Tokenizer.from_file(str(base.MODEL_DIR / "tokenizer.json"))
    tokenizer.enable_truncation(max_pieces, strategy="longest_first")
    encoded = tokenizer.encode_batch(texts)
    return [e.ids for e in encoded], [e.type_ids for e in encoded]


def pair_model(g, order):
    """Fills the empty graph `g` with upper layers and head and returns the model."""
    def head(g, x):
        pooled = g.op("Tanh", "pooled", upper.dense(g, "pooler.dense", x))
        for part in ("weight", "bias"):
            name = f"classifier.{part}"
            g.weights = {**g.weights, name: g.weights[name][order]}
        scores = upper.dense(g, "classifier", pooled)
        g.op("Squeeze", OUTPUT, scores, g.constant("axis_of_tokens", np.array([1], np.int64)))

    first = g.constant("place_of_first", np.array([0], np.int64))
    output = base.tensor(OUTPUT, TensorProto.FLOAT, "batch", 2)
    return upper.upper_model(g, "pair", first, [], head, output, "make_pair.py")


def log_odds(model, lower, ids, types):
    """Returns, for each pair run by itself on what `lower` gives, the log-odds that its texts are of different sections."""
    found = []
    for pair, of in zip(ids, types):
        [same, different] = model.run([OUTPUT], {upper.HIDDEN: lower(pair, of).astype(np.float32)})[0][0]
        found.append(float(different) - float(same))
    return np.array(found)


def numpy_log_odds(weights, order, ids, types):
    w = base.in_float64(weights)
    ids, types = np.array([ids], np.int64), np.array([types], np.int64)
    hidden = base.numpy_forward(weights, ids, np.ones_like(ids), types=types)[0, 0]
    pooled = np.tanh(w["pooler.dense.weight"] @ hidden + w["pooler.dense.bias"])
    same, different = (w["classifier.weight"] @ pooled + w["classifier.bias"])[order]
    return different - same


if __name__ == "__main__":
    main()
