"""Sampling one character at a time in onnxruntime, state in and out: seconds of each round as JSON."""

import argparse
import json
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

parser = argparse.ArgumentParser()
parser.add_argument("--units", default="128,128")
parser.add_argument("--symbols", type=int, default=65)
parser.add_argument("--count", type=int, default=300)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
units = [int(part) for part in arguments.units.split(",")]
random = np.random.default_rng(1)


def model():
    nodes, weights, inputs, outputs = [], [], [], []

    def weight(name, *shape):
        values = random.normal(0, 0.1, shape).astype("float32")
        weights.append(numpy_helper.from_array(values, name))
        return name

    inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, arguments.symbols]))
    below, features = "x", arguments.symbols
    for layer, count in enumerate(units):
        for state in ("h", "c"):
            for side, list_ in (("in", inputs), ("out", outputs)):
                list_.append(helper.make_tensor_value_info(
                    f"{state}{layer}_{side}", TensorProto.FLOAT, [1, 1, count]))
        nodes.append(helper.make_node(
            "LSTM",
            [below, weight(f"W{layer}", 1, 4 * count, features), weight(f"R{layer}", 1, 4 * count, count),
             weight(f"B{layer}", 1, 8 * count), "", f"h{layer}_in", f"c{layer}_in"],
            [f"y{layer}", f"h{layer}_out", f"c{layer}_out"], hidden_size=count))
        # [steps, directions, batch, units] to [steps, batch, units]
        weights.append(numpy_helper.from_array(np.array([1], dtype="int64"), f"axis{layer}"))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", f"axis{layer}"], [f"s{layer}"]))
        below, features = f"s{layer}", count
    nodes.append(helper.make_node("MatMul", [below, weight("D", features, arguments.symbols)], ["z"]))
    nodes.append(helper.make_node("Softmax", ["z"], ["p"], axis=-1))
    outputs.append(helper.make_tensor_value_info("p", TensorProto.FLOAT, [1, 1, arguments.symbols]))
    graph = helper.make_graph(nodes, "lstm", inputs, outputs, weights)
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    result.ir_version = 8
    return result


options = onnxruntime.SessionOptions()
options.intra_op_num_threads = arguments.threads
session = onnxruntime.InferenceSession(model().SerializeToString(), options)
states = [output.name for output in session.get_outputs() if output.name != "p"]
feed = {name.replace("out", "in"): np.zeros((1, 1, units[int(name[1])]), "float32") for name in states}
feed["x"] = np.zeros((1, 1, arguments.symbols), "float32")
symbol = 0


def step():
    global symbol
    feed["x"].fill(0)
    feed["x"][0, 0, symbol] = 1
    p, *new = session.run(["p"] + states, feed)
    for name, value in zip(states, new):
        feed[name.replace("out", "in")] = value
    symbol = int(p.argmax())


step()
seconds = []
for _ in range(arguments.rounds):
    begin = time.perf_counter()
    for _ in range(arguments.count):
        step()
    seconds.append(time.perf_counter() - begin)
print(json.dumps(dict(seconds=seconds, per_round=arguments.count)))
