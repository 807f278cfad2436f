"""Trains a small zoo on handwritten digits, quantizes it with onnxruntime, imports it, and compares.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    cargo build --release --workspace --bins
    venv/bin/python make.py [--tool PATH/TO/millrace-model]

Each model is trained with JAX, written as ONNX with onnx.helper, quantized by
onnxruntime.quantization.quantize_static (QuantFormat.QDQ) and imported by millrace-model, and once more imported from
floats with millrace-model's own calibration. Writes *.int8.onnx, *.millrace, *.metadata.json, *.npy, one float model and results.json.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).parent
STEPS, BATCH, RATE = 2000, 64, 2e-3
# The model whose float file and calibration samples are kept too, for the importer's tests.
CALIBRATED = "cnn"


class Jax:
    """Runs a model's definition with JAX; makes parameters that don't exist yet."""

    def __init__(self, parameters, random=None):
        self.parameters, self.random = parameters, random

    def parameter(self, name, shape, fan_in):
        if name not in self.parameters:
            scale = np.sqrt(2.0 / fan_in) if fan_in else 0.0
            self.parameters[name] = jnp.asarray(self.random.normal(size=shape) * scale, jnp.float32)
        return self.parameters[name]

    def channels(self, x):
        return x.shape[1]

    def conv(self, x, name, outputs, kernel=3, stride=1, groups=1):
        inputs = x.shape[1] // groups
        w = self.parameter(name + ".w", (outputs, inputs, kernel, kernel), inputs * kernel * kernel)
        b = self.parameter(name + ".b", (outputs,), 0)
        pad = [(kernel // 2, kernel // 2)] * 2
        y = jax.lax.conv_general_dilated(x, w, (stride, stride), pad, feature_group_count=groups)
        return y + b[None, :, None, None]

    def dense(self, x, name, outputs):
        w = self.parameter(name + ".w", (outputs, x.shape[1]), x.shape[1])
        return x @ w.T + self.parameter(name + ".b", (outputs,), 0)

    def relu(self, x):
        return jnp.maximum(x, 0)

    def relu6(self, x):
        return jnp.clip(x, 0, 6)

    def gelu(self, x):
        return jax.nn.gelu(x, approximate=False)

    def silu(self, x):
        return x * jax.nn.sigmoid(x)

    def tanh(self, x):
        return jnp.tanh(x)

    def add(self, a, b):
        return a + b

    def concat(self, *parts):
        return jnp.concatenate(parts, axis=1)

    def pool(self, x, kind, kernel, stride):
        window, strides = (1, 1, kernel, kernel), (1, 1, stride, stride)
        if kind == "max":
            return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, strides, "VALID")
        return jax.lax.reduce_window(x, 0.0, jax.lax.add, window, strides, "VALID") / kernel**2

    def global_average(self, x):
        return x.mean(axis=(2, 3), keepdims=True)

    def flatten(self, x):
        return x.reshape(x.shape[0], -1)

    def softmax(self, x):
        return x  # the loss takes logits


class Onnx:
    """Writes the same definition as an ONNX graph."""

    def __init__(self, parameters):
        self.parameters, self.nodes, self.constants, self.count, self.outputs = parameters, [], [], 0, {}

    def node(self, operator, inputs, outputs=None, **attributes):
        self.count += 1
        name = f"{operator.lower()}{self.count}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        self.outputs[name] = outputs if outputs is not None else self.outputs.get(inputs[0])
        return name

    def constant(self, name, value=None):
        value = np.asarray(self.parameters[name] if value is None else value)
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def channels(self, x):
        return self.outputs[x]

    def conv(self, x, name, outputs, kernel=3, stride=1, groups=1):
        inputs = [x, self.constant(name + ".w"), self.constant(name + ".b")]
        return self.node("Conv", inputs, outputs, kernel_shape=[kernel] * 2, strides=[stride] * 2,
                         pads=[kernel // 2] * 4, group=groups)

    def dense(self, x, name, outputs):
        return self.node("Gemm", [x, self.constant(name + ".w"), self.constant(name + ".b")], outputs, transB=1)

    def relu(self, x):
        return self.node("Relu", [x])

    def relu6(self, x):
        low = self.constant(f"low{self.count}", np.float32(0))
        return self.node("Clip", [x, low, self.constant(f"high{self.count}", np.float32(6))])

    def gelu(self, x):
        return self.node("Gelu", [x])

    def silu(self, x):
        return self.node("Mul", [x, self.node("Sigmoid", [x])])

    def tanh(self, x):
        return self.node("Tanh", [x])

    def add(self, a, b):
        return self.node("Add", [a, b])

    def concat(self, *parts):
        return self.node("Concat", list(parts), sum(self.outputs[part] for part in parts), axis=1)

    def pool(self, x, kind, kernel, stride):
        operator = "MaxPool" if kind == "max" else "AveragePool"
        return self.node(operator, [x], kernel_shape=[kernel] * 2, strides=[stride] * 2)

    def global_average(self, x):
        return self.node("GlobalAveragePool", [x])

    def flatten(self, x):
        return self.node("Flatten", [x], axis=1)

    def softmax(self, x):
        return self.node("Softmax", [x], axis=-1)

    def model(self, output):
        graph = helper.make_graph(
            self.nodes, "zoo",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", 10])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        onnx.checker.check_model(model)
        return model


def mlp(b, x):
    x = b.relu(b.dense(b.flatten(x), "hidden1", 96))
    return b.dense(b.relu(b.dense(x, "hidden2", 48)), "logits", 10)


def cnn(b, x):
    x = b.pool(b.relu(b.conv(x, "conv1", 16)), "max", 2, 2)
    x = b.pool(b.relu(b.conv(x, "conv2", 32)), "max", 2, 2)
    return b.softmax(b.dense(b.flatten(x), "logits", 10))


def separable(b, x):
    x = b.relu6(b.conv(x, "stem", 16))
    for at, (outputs, stride) in enumerate([(24, 2), (48, 1), (64, 2)]):
        x = b.relu6(b.conv(x, f"depthwise{at}", b.channels(x), stride=stride, groups=b.channels(x)))
        x = b.relu6(b.conv(x, f"pointwise{at}", outputs, kernel=1))
    return b.dense(b.flatten(b.global_average(x)), "logits", 10)


def residual(b, x):
    x = b.relu(b.conv(x, "stem", 16))
    for at, (outputs, stride) in enumerate([(16, 1), (32, 2), (32, 1)]):
        y = b.relu(b.conv(x, f"block{at}.conv1", outputs, stride=stride))
        y = b.conv(y, f"block{at}.conv2", outputs)
        straight = stride == 1 and outputs == b.channels(x)
        x = b.relu(b.add(y, x if straight else b.conv(x, f"block{at}.skip", outputs, kernel=1, stride=stride)))
    return b.dense(b.flatten(b.pool(x, "average", 4, 4)), "logits", 10)


def branches(b, x):
    x = b.gelu(b.conv(x, "stem", 12))
    x = b.concat(b.silu(b.conv(x, "small", 12, kernel=1)), b.tanh(b.conv(x, "large", 12, kernel=5)), b.relu(b.conv(x, "middle", 8)))
    x = b.pool(x, "max", 2, 2)
    return b.dense(b.flatten(b.gelu(b.conv(x, "mix", 16))), "logits", 10)


# Name, definition, and how onnxruntime is told to quantize it.
ZOO = [
    ("mlp", mlp, dict(per_channel=False, activation_type=QuantType.QInt8)),
    ("cnn", cnn, dict(per_channel=True, activation_type=QuantType.QUInt8)),
    ("separable", separable, dict(per_channel=True, activation_type=QuantType.QInt8)),
    ("residual", residual, dict(per_channel=True, activation_type=QuantType.QUInt8)),
    ("branches", branches, dict(per_channel=False, activation_type=QuantType.QUInt8)),
]


def train(definition, images, labels):
    random = np.random.default_rng(0)
    parameters = {}
    definition(Jax(parameters, random), images[:2])

    def loss(parameters, x, y):
        logits = definition(Jax(parameters), x)
        decay = sum((w**2).sum() for name, w in parameters.items() if name.endswith(".w"))
        return -jax.nn.log_softmax(logits)[jnp.arange(len(y)), y].mean() + 1e-4 * decay

    @jax.jit
    def step(state, x, y, rate, t):
        parameters, first, second = state
        gradient = jax.grad(loss)(parameters, x, y)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        move = lambda p, m, v: p - rate * m / (1 - 0.9**t) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return jax.tree.map(move, parameters, first, second), first, second

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, zeros)
    for t in range(1, STEPS + 1):
        batch = random.integers(0, len(images), BATCH)
        # Shifts by a pixel, so that small images don't have to be learnt by heart.
        down, across = random.integers(-1, 2, 2)
        x = np.roll(images[batch], (down, across), (2, 3)) if t % 2 else images[batch]
        state = step(state, x, labels[batch], RATE * (1 + np.cos(np.pi * t / STEPS)) / 2, float(t))
    return state[0]


class Samples(CalibrationDataReader):
    def __init__(self, images):
        self.batches = iter([{"image": images[i : i + 64]} for i in range(0, len(images), 64)])

    def get_next(self):
        return next(self.batches, None)


def predictions(path, images, fused=True):
    """Without fusing, onnxruntime computes each quantization as it is written; fused, with int8 kernels that
    saturate on processors without VNNI instructions."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    if not fused:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"image": images})[0].argmax(axis=1)


DESCRIBED = ["--licence", "CC-BY-4.0", "--labels", HERE / "labels.txt", "--output-meaning", "the digit",
             "--input-meaning", "grey levels from 0, which is paper, to 1, row by row"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.expanduser("~/.cache/millrace/target"))
    arguments.add_argument("--tool", default=f"{target}/release/millrace-model")
    tool = arguments.parse_args().tool

    digits = load_digits()
    images = (digits.images[:, None] / 16).astype(np.float32)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target, test_size=0.25, random_state=0, stratify=digits.target
    )
    np.save(HERE / "heldout.npy", test_x)
    np.save(HERE / "labels.npy", test_y.astype(np.uint8))
    results = []
    for name, definition, quantization in ZOO:
        writer = Onnx(train(definition, train_x, train_y))
        writer.outputs["image"] = 1
        model = writer.model(definition(writer, "image"))
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            onnx.save(model, folder / "float.onnx")
            quant_pre_process(str(folder / "float.onnx"), str(folder / "ready.onnx"))
            int8 = HERE / f"{name}.int8.onnx"
            quantize_static(str(folder / "ready.onnx"), str(int8), Samples(train_x[:512]),
                            quant_format=QuantFormat.QDQ, weight_type=QuantType.QInt8, **quantization)
            floats = predictions(folder / "float.onnx", test_x)
            written, fused = predictions(int8, test_x, fused=False), predictions(int8, test_x)

            def millrace(*arguments):
                return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout

            def imported(*arguments):
                """The held-out predictions of an imported model, and how its input is scaled."""
                said = millrace("import", *arguments, "--arg-max", *DESCRIBED)
                scale = next(line.split()[1:] for line in said.splitlines() if line.startswith("input "))
                output = arguments[arguments.index("-o") + 1]
                millrace("run", output, HERE / "heldout.npy", "-o", folder / "output.npy", *scale)
                return np.load(folder / "output.npy").reshape(-1), scale

            np.save(folder / "calibration.npy", train_x[:512])
            calibrated, _ = imported(folder / "float.onnx", "-o", folder / "calibrated.millrace",
                                     "--calibrate", folder / "calibration.npy", "--calibration", "min-max")
            if name == CALIBRATED:
                onnx.save(model, HERE / f"{name}.float.onnx")
                np.save(HERE / "calibration.npy", train_x[:128])
            ours, scale = imported(int8, "-o", HERE / f"{name}.millrace")
            said = millrace("trace", HERE / f"{name}.millrace", HERE / "heldout.npy", "-o", folder / "trace", *scale)
            trace_bytes = (folder / "trace").stat().st_size
            unpacked_bytes = int(said.split("instead of ")[1].split()[0])
        results.append({
            "model": name,
            "float_accuracy": float((floats == test_y).mean()),
            "onnxruntime_accuracy": float((written == test_y).mean()),
            "onnxruntime_fused_accuracy": float((fused == test_y).mean()),
            "millrace_accuracy": float((ours == test_y).mean()),
            "calibrated_accuracy": float((calibrated == test_y).mean()),
            "agreement": float((ours == written).mean()),
            "agreement_fused": float((ours == fused).mean()),
            "model_bytes": (HERE / f"{name}.millrace").stat().st_size,
            "trace_bytes_per_sample": trace_bytes / len(test_x),
            "unpacked_trace_bytes_per_sample": unpacked_bytes / len(test_x),
            "input": " ".join(scale),
        })
        print(json.dumps(results[-1]))
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
