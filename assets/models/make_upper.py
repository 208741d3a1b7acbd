"""What `make_pair.py` and `make_passage.py` share: graphs of the upper layers of a fine-tuned all-MiniLM-L6-v2.

Training leaves embeddings and the lowest layers as they are. So the graphs begin with what leaves the last of those, in the
encoder that `make_minilm.py` makes, and the program runs one after the other. Of the last layer only those pieces are computed
that the head asks for.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto
from safetensors.numpy import load_file

import make_minilm as base

# So many of the lowest layers are the encoder's.
SHARED_LAYERS = 2
HIDDEN = "hidden"
# What leaves them in int8 is at least so near to what leaves them in f32.
MIN_COSINE = 0.98
# How far the f32 graph may be from numpy, in log-odds.
MAX_F32_ERROR = 1e-3
SHARED_OUTPUT = f"encoder.layer.{SHARED_LAYERS - 1}.output.LayerNorm.out"


def read(folder):
    """Returns the weights under the names of the encoder alone, and what `config.json` says."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
    return weights, config


def upper_model(g, name, asked, inputs, head, output, script):
    """Fills the empty graph `g` with the upper layers, of which the last computes the pieces `asked`, and what `head` adds to
    them; returns the model. Its inputs are the hidden states and `inputs`."""
    x = HIDDEN
    for layer in range(SHARED_LAYERS, base.LAYERS):
        x = base.encoder_layer(g, f"encoder.layer.{layer}", x, None, asked if layer == base.LAYERS - 1 else None)
    head(g, x)
    hidden = base.tensor(HIDDEN, TensorProto.FLOAT, "batch", "tokens", base.WIDTH)
    return base.finished(g, name, output, script, [hidden, *inputs])


def dense(g, name, x):
    """Adds a linear layer in f32, whatever the graph does with others."""
    return g.with_bias(name, base.Graph.product(g, name, x))


class Lower:
    """The shared layers as the program has them: those of the encoder, in int8."""

    def __init__(self):
        model = onnx.load(base.MODEL_DIR / "model.onnx")
        model.graph.output.append(base.tensor(SHARED_OUTPUT, TensorProto.FLOAT, "batch", "tokens", base.WIDTH))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        graph = model.SerializeToString()
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, ids, types):
        """Returns what leaves them, `[1, pieces, width]`, for pieces and their types, a list of numbers each."""
        ids, types = np.array([ids], np.int64), np.array([types], np.int64)
        return self.session.run([SHARED_OUTPUT], dict(zip(base.INPUTS, (ids, np.ones_like(ids), types))))[0]

    def check(self, weights, ids, types):
        """Ends the run unless `weights` have the same lower layers."""
        found = self.run(ids, types)[0]
        expected = shared_states(weights, ids, types)[0]
        cosines = (found * expected).sum(-1) / np.linalg.norm(found, axis=-1) / np.linalg.norm(expected, axis=-1)
        base.require(cosines.min() >= MIN_COSINE, f"the lower layers are not the encoder's: cosine {cosines.min():.4f}")


def shared_states(weights, ids, types):
    """Returns what leaves the shared layers in float64, by numpy."""
    ids, types = np.array([ids], np.int64), np.array([types], np.int64)
    return base.numpy_forward(weights, ids, np.ones_like(ids), types=types, layers=SHARED_LAYERS)


def make(output, settings_file, settings, weights, example, graphs, log_odds, exact, max_int8_error, things):
    """Writes `model.onnx` and `settings_file` to the folder `output`, once everything agrees, and prints what was measured.

    `graphs` are those in f32 and in int8, and `log_odds` gives what a session of either says of some `things`, on what a function
    makes of pieces and their types; `exact` is what numpy says of them. `example` are pieces and types of a text."""
    lower = Lower()
    lower.check(weights, *example)
    with tempfile.TemporaryDirectory() as scratch:
        f32_path, int8_path = Path(scratch) / "f32.onnx", Path(scratch) / "model.onnx"
        for graph, path in zip(graphs, (f32_path, int8_path)):
            onnx.save(graph, path)
        f32 = log_odds(base.session(f32_path), lambda ids, types: shared_states(weights, ids, types))
        int8 = log_odds(base.session(int8_path), lower.run)
        f32_error, int8_error = np.abs(f32 - exact).max(), np.abs(int8 - exact)
        base.require(f32_error <= MAX_F32_ERROR, f"the f32 graph is {f32_error:.1e} from numpy")
        base.require(int8_error.max() <= max_int8_error, f"int8 is {int8_error.max():.2f} from f32")
        output.mkdir(parents=True, exist_ok=True)
        (output / "model.onnx").write_bytes(int8_path.read_bytes())
    (output / settings_file).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    print(f"{len(exact)} {things}: f32 graph within {f32_error:.1e} of numpy; int8 log-odds within "
          f"{int8_error.max():.2f}, on average {int8_error.mean():.2f}, of a spread of {exact.std():.2f}")
    for path in sorted(output.iterdir()):
        print(f"| `{path.name}` | {path.stat().st_size} | `{base.sha256(path.read_bytes())}` |")
