#!/usr/bin/env python3
"""Makes tests/data/tiny_pair.onnx: a graph with the inputs and the output of a pair model, and no weights.

    python scripts/tiny_pair.py

Its two scores are the means, over all pieces, of the numbers of the pieces of the first text and of the second, in
thousands. Made with onnx 1.23.2, see assets/models/requirements.txt.
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

PATH = Path(__file__).resolve().parents[1] / "tests" / "data" / "tiny_pair.onnx"


def node(kind, inputs, output, **attributes):
    return helper.make_node(kind, inputs, [output], **attributes)


def main():
    nodes = [
        node("Cast", ["input_ids"], "ids", to=TensorProto.FLOAT),
        node("Cast", ["token_type_ids"], "second", to=TensorProto.FLOAT),
        node("Cast", ["attention_mask"], "kept", to=TensorProto.FLOAT),
        node("Sub", ["kept", "second"], "first"),
        node("Mul", ["ids", "first"], "first_ids"),
        node("Mul", ["ids", "second"], "second_ids"),
        node("ReduceMean", ["first_ids"], "first_mean", axes=[1], keepdims=1),
        node("ReduceMean", ["second_ids"], "second_mean", axes=[1], keepdims=1),
        node("Concat", ["first_mean", "second_mean"], "means", axis=1),
        node("Div", ["means", "thousand"], "scores"),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "pieces"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["pairs", 2])]
    thousand = helper.make_tensor("thousand", TensorProto.FLOAT, [], [1000.0])
    graph = helper.make_graph(nodes, "tiny_pair", inputs, outputs, [thousand])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tiny_pair.py")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, PATH)


main()
