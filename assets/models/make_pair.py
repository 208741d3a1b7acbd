"""Makes the embedded pair model from what `caesura train pair` has written.

    python -m venv venv && venv/bin/pip install -r assets/models/requirements.txt
    venv/bin/python assets/models/make_pair.py FOLDER [OUTPUT]

Goes in: the folder that `caesura train pair` wrote: `model.safetensors`, a fine-tuned all-MiniLM-L6-v2 with
two labels, `config.json` and `pair.json`.
Comes out: `model.onnx` and `pair.json` in `OUTPUT`, the folder `pair` beside this script if it is not given.

Graph and rounding are those of `make_minilm.py`: its encoder in int8, rounded with regard to what goes into it when
neighbouring texts of `corpora` are read, and on top of it pooler and classifier as they are, in f32. The order of the
two scores becomes "same section", "different sections". Before anything is written, the f32 graph has to agree with
numpy, and the int8 graph must not be far from it, over other pairs.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import make_minilm as base

OUTPUT = "scores"
# What a run has to reach before it writes anything, in log-odds.
MAX_F32_ERROR = 1e-3
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

    weights, order = read(arguments.folder)
    settings = json.loads((arguments.folder / "pair.json").read_text(encoding="utf-8"))
    sentences = base.SENTENCES.read_text(encoding="utf-8").splitlines()
    starts = range(0, len(sentences), SENTENCES_A_SIDE)
    sides = [" | ".join(sentences[i : i + SENTENCES_A_SIDE]) for i in starts]
    ids, types = pairs(list(zip(sides, sides[1:] + sides[:1])), settings["max_pieces"])
    texts = base.own_texts()
    inputs = base.inputs_of(weights, *pairs(list(zip(texts, texts[1:]))[::MEASURED_ONE_IN], settings["max_pieces"]))
    with tempfile.TemporaryDirectory() as scratch:
        f32_path, int8_path = Path(scratch) / "f32.onnx", Path(scratch) / "model.onnx"
        onnx.save(pair_model(base.Graph(weights), order), f32_path)
        onnx.save(pair_model(base.Int8Graph(weights, inputs), order), int8_path)
        f32, int8 = (log_odds(base.session(path), ids, types) for path in (f32_path, int8_path))
        exact = np.array([numpy_log_odds(weights, order, i, t) for i, t in zip(ids, types)])
        f32_error, int8_error = np.abs(f32 - exact).max(), np.abs(int8 - exact)
        base.require(f32_error <= MAX_F32_ERROR, f"the f32 graph is {f32_error:.1e} from numpy")
        base.require(int8_error.max() <= MAX_INT8_ERROR, f"int8 is {int8_error.max():.2f} from f32")
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "model.onnx").write_bytes(int8_path.read_bytes())
    (arguments.output / "pair.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    print(f"{len(ids)} pairs: f32 graph within {f32_error:.1e} of numpy; int8 log-odds within "
          f"{int8_error.max():.2f}, on average {int8_error.mean():.2f}, of a spread of {exact.std():.2f}")
    for path in sorted(arguments.output.iterdir()):
        print(f"| `{path.name}` | {path.stat().st_size} | `{base.sha256(path.read_bytes())}` |")


def read(folder):
    """Returns the weights under the names of the encoder alone, and which label is "same" and which "different"."""
    labels = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    order = [next(int(i) for i, name in labels.items() if name == wanted) for wanted in ("same", "different")]
    weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
    return weights, order


def pairs(texts, max_pieces):
    """Returns the pieces of pairs of texts, as the model reads them, and which of the two each is of."""
    tokenizer = Tokenizer.from_file(str(base.MODEL_DIR / "tokenizer.json"))
    tokenizer.enable_truncation(max_pieces, strategy="longest_first")
    encoded = tokenizer.encode_batch(texts)
    return [e.ids for e in encoded], [e.type_ids for e in encoded]


def pair_model(g, order):
    """Fills the empty graph `g` with encoder and head and returns the model."""
    first = g.op("Gather", "first_piece", base.hidden_states(g), g.constant("place_of_first", np.int64(0)), axis=1)
    pooled = g.op("Tanh", "pooled", dense(g, "pooler.dense", first))
    for part in ("weight", "bias"):
        name = f"classifier.{part}"
        g.weights = {**g.weights, name: g.weights[name][order]}
    dense(g, "classifier", pooled)
    g.nodes[-1].output[0] = OUTPUT
    return base.finished(g, "pair", base.tensor(OUTPUT, TensorProto.FLOAT, "batch", 2), "make_pair.py")


def dense(g, name, x):
    """Adds a linear layer in f32, whatever the graph does with others."""
    return g.with_bias(name, g.product(name, x))


def log_odds(model, ids, types):
    """Returns, for each pair run by itself, the log-odds that its texts are of different sections."""
    found = []
    for pair, of in zip(ids, types):
        pair, of = np.array([pair], np.int64), np.array([of], np.int64)
        inputs = dict(zip(base.INPUTS, (pair, np.ones_like(pair), of)))
        [same, different] = model.run([OUTPUT], inputs)[0][0]
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
