"""Makes the embedded passage model from what `caesura train passage` has written.

    python -m venv venv && venv/bin/pip install -r assets/models/requirements.txt
    venv/bin/python assets/models/make_passage.py FOLDER [OUTPUT]

Goes in: the folder that `caesura train passage` wrote: `model.safetensors`, a fine-tuned all-MiniLM-L6-v2 with one label for
single pieces, `config.json` and `passage.json`.
Comes out: `model.onnx` and `passage.json` in `OUTPUT`, the folder `passage` beside this script if it is not given.

Graph and rounding are those of `make_minilm.py`: the upper layers in int8, rounded with regard to what goes into them when
passages of `corpora` are read, and on top of them the classifier as it is, in f32. Before anything is written, the f32 graph has
to agree with numpy, and the int8 graph, on the encoder's int8 layers, must not be far from it, over sentences that the rounding
does not go by.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto
from tokenizers import Tokenizer

import make_minilm as base
import make_upper as upper

PLACES, OUTPUT = "places", "log_odds"
# What stands before each unit: see `src/neural/passages.rs`.
UNIT_MARK = "|"
# The pieces of a passage that is measured or compared, about as many as the program reads.
PIECES_A_PASSAGE = 400
# How far int8 may be from f32, in log-odds.
MAX_INT8_ERROR = 2.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="what `caesura train passage` wrote")
    parser.add_argument("output", type=Path, nargs="?", default=base.HERE / "passage")
    arguments = parser.parse_args()

    weights, _ = upper.read(arguments.folder)
    settings = json.loads((arguments.folder / "passage.json").read_text(encoding="utf-8"))
    compared = passages(base.SENTENCES.read_text(encoding="utf-8").splitlines())
    measured = [ids for ids, _ in passages(base.own_texts())]
    exact = np.concatenate([numpy_log_odds(weights, *passage) for passage in compared])
    first = compared[0][0]
    upper.make(
        arguments.output, "passage.json", settings, weights, (first, [0] * len(first)),
        [passage_model(g) for g in (base.Graph(weights), base.Int8Graph(weights, base.inputs_of(weights, measured)))],
        lambda model, lower: np.concatenate(log_odds(model, lower, compared)), exact, MAX_INT8_ERROR, "marks",
    )


def passages(texts):
    """Returns texts as units of passages: of each its pieces, and at which of them the marks stand but for the first."""
    tokenizer = Tokenizer.from_file(str(base.MODEL_DIR / "tokenizer.json"))
    start, end = tokenizer.encode("").ids
    units = [encoded.ids for encoded in tokenizer.encode_batch([f"{UNIT_MARK} {text}" for text in texts],
                                                              add_special_tokens=False)]
    found, ids, places = [], [start], []
    for unit in units:
        if len(ids) > 1:
            places.append(len(ids))
        ids += unit[:PIECES_A_PASSAGE // 4]
        if len(ids) >= PIECES_A_PASSAGE:
            found.append(([*ids, end], places))
            ids, places = [start], []
    return found


def passage_model(g):
    """Fills the empty graph `g` with upper layers and classifier and returns the model."""
    def head(g, x):
        one = upper.dense(g, "classifier", x)
        g.op("Squeeze", OUTPUT, one, g.constant("last_axis", np.array([2], np.int64)))

    places = base.tensor(PLACES, TensorProto.INT64, "places")
    output = base.tensor(OUTPUT, TensorProto.FLOAT, "batch", "places")
    return upper.upper_model(g, "passage", PLACES, [places], head, output, "make_passage.py")


def log_odds(model, lower, compared):
    """Returns, for each passage run by itself on what `lower` gives, the log-odds at its marks."""
    def of(ids, places):
        hidden = lower(ids, [0] * len(ids)).astype(np.float32)
        return model.run([OUTPUT], {upper.HIDDEN: hidden, PLACES: np.array(places, np.int64)})[0][0].astype(np.float64)

    return [of(*passage) for passage in compared]


def numpy_log_odds(weights, ids, places):
    w = base.in_float64(weights)
    ids = np.array([ids], np.int64)
    hidden = base.numpy_forward(weights, ids, np.ones_like(ids))[0, places]
    return (hidden @ w["classifier.weight"].T + w["classifier.bias"])[:, 0]


if __name__ == "__main__":
    main()
