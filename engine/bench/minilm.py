"""all-MiniLM-L6-v2 beside onnxruntime's int8 model as quantize_dynamic makes it: how near the embeddings of
importer/tests/held_out.txt come to those of the float model. `scripts/minilm.sh` sets it up and runs it.

onnxruntime gets the graph once node by node, as exporters write it, and once with its own fused operators for attention,
residuals and GELU. Its int8 weights have a scale for each output channel, or one for each tensor.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent.parent
HEADS, BLOCKS, EPSILON = 12, 6, 1e-12
# Our own figures must be at least these, as `millrace-model import` demands.
BAR = {"cosine, mean": 0.9985, "cosine, least": 0.997, "Spearman": 0.998}


class Encoder:
    """The float model as an ONNX graph on ids of N sentences of T tokens, without padding."""

    def __init__(self, folder, fused):
        from safetensors.numpy import load_file

        self.weights = load_file(folder / "model.safetensors")
        self.nodes, self.constants, self.fused = [], [], fused
        x = self.embed()
        for block in range(BLOCKS):
            x = self.block(x, f"encoder.layer.{block}")
        self.output = self.node("ReduceMean", [x], axes=[1], keepdims=0)

    def constant(self, value):
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def node(self, operator, inputs, **attributes):
        from onnx import helper

        name = f"t{len(self.nodes)}"
        own = operator in ("Attention", "BiasGelu", "SkipLayerNormalization")
        self.nodes.append(helper.make_node(operator, inputs, [name], name, domain="com.microsoft" if own else "", **attributes))
        return name

    def floats(self, *names):
        return [self.constant(self.weights[".".join(names[:-1] + (name,))].astype(np.float32)) for name in names[-1].split()]

    def embed(self):
        table = {name: self.weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")}
        words = self.node("Gather", [self.constant(table["word"]), "ids"])
        places = self.node("Gather", [self.constant(table["position"] + table["token_type"][0]), "positions"])
        return self.norm(self.node("Add", [words, places]), "embeddings.LayerNorm")

    def norm(self, x, name):
        return self.node("LayerNormalization", [x, *self.floats(name, "weight bias")], axis=-1, epsilon=EPSILON)

    def product(self, x, name):
        return self.node("MatMul", [x, self.constant(self.weights[f"{name}.weight"].T)])

    def dense(self, x, name):
        return self.node("Add", [self.product(x, name), *self.floats(name, "bias")])

    def added(self, x, residual, name, norm):
        """x times the weights of a name plus the residual, normalised."""
        if self.fused:
            inputs = [self.product(x, name), residual, *self.floats(norm, "weight bias"), *self.floats(name, "bias")]
            return self.node("SkipLayerNormalization", inputs, epsilon=EPSILON)
        return self.norm(self.node("Add", [self.dense(x, name), residual]), norm)

    def attention(self, x, name):
        if self.fused:
            parts = [f"{name}.{part}" for part in ("query", "key", "value")]
            weights = np.concatenate([self.weights[f"{part}.weight"].T for part in parts], 1)
            bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
            return self.node("Attention", [x, self.constant(weights), self.constant(bias)], num_heads=HEADS)
        split = self.constant(np.array([0, 0, HEADS, -1], np.int64))
        queries, keys, values = (self.node("Reshape", [self.dense(x, f"{name}.{part}"), split]) for part in ("query", "key", "value"))
        queries, values = (self.node("Transpose", [part], perm=[0, 2, 1, 3]) for part in (queries, values))
        scores = self.node("MatMul", [queries, self.node("Transpose", [keys], perm=[0, 2, 3, 1])])
        width = self.weights[f"{name}.query.bias"].size // HEADS
        scores = self.node("Mul", [scores, self.constant(np.float32(width**-0.5))])
        context = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), values])
        context = self.node("Transpose", [context], perm=[0, 2, 1, 3])
        return self.node("Reshape", [context, self.constant(np.array([0, 0, -1], np.int64))])

    def gelu(self, x, name):
        if self.fused:
            return self.node("BiasGelu", [self.product(x, name), *self.floats(name, "bias")])
        x = self.dense(x, name)
        share = self.node("Erf", [self.node("Mul", [x, self.constant(np.float32(0.5**0.5))])])
        share = self.node("Add", [share, self.constant(np.float32(1))])
        return self.node("Mul", [self.node("Mul", [x, self.constant(np.float32(0.5))]), share])

    def block(self, x, name):
        context = self.attention(x, f"{name}.attention.self")
        x = self.added(context, x, f"{name}.attention.output.dense", f"{name}.attention.output.LayerNorm")
        return self.added(self.gelu(x, f"{name}.intermediate.dense"), x, f"{name}.output.dense", f"{name}.output.LayerNorm")

    def save(self, path):
        import onnx
        from onnx import TensorProto, helper

        inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["N", "T"]),
                  helper.make_tensor_value_info("positions", TensorProto.INT64, ["T"])]
        outputs = [helper.make_tensor_value_info(self.output, TensorProto.FLOAT, ["N", "W"])]
        graph = helper.make_graph(self.nodes, "minilm", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 8
        onnx.save(model, path)


def files(folder, source):
    """The models of onnxruntime by name."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    made = {}
    for fused in (False, True):
        suffix = ", fused" if fused else ""
        path = folder / f"float{fused}.onnx"
        Encoder(source, fused).save(path)
        made[f"onnxruntime float{suffix}"] = path
        for per_channel in (True, False):
            name = f"onnxruntime int8 per {'channel' if per_channel else 'tensor'}{suffix}"
            made[name] = folder / f"int8{fused}{per_channel}.onnx"
            # Shapes aren't inferred through onnxruntime's own operators.
            quantize_dynamic(path, made[name], per_channel=per_channel, weight_type=QuantType.QInt8,
                             extra_options={"DefaultTensorType": TensorProto.FLOAT})
    return made


def session(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def inputs(ids):
    return {"ids": ids, "positions": np.arange(ids.shape[1])}


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ranks(numbers):
    """The rank of each number; equal ones share the mean of theirs."""
    _, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def compare(reference, embeddings):
    cosines = (reference * embeddings).sum(1)
    above = np.triu_indices(len(reference), 1)
    pairs = [(rows @ rows.T)[above] for rows in (reference, embeddings)]
    spearman = np.corrcoef(*map(ranks, pairs))[0, 1]
    return dict(zip(BAR, (cosines.mean(), cosines.min(), spearman))) | {"worst": int(cosines.argmin())}


def nearness(a):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(a.source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = (ROOT / "importer/tests/held_out.txt").read_text().splitlines()
    ids = [np.array([tokenizer.encode(text).ids]) for text in texts]
    print(f"{len(texts)} texts, {sum(one.size for one in ids)} tokens\n")
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(pathlib.Path(folder), a.source).items():
            model = session(path, a.threads)
            rows[name] = unit(np.concatenate([model.run(None, inputs(one))[0] for one in ids]).astype(np.float64))
    command = [a.millrace, "run", a.model, "--integers", *(f"--text={text}" for text in texts)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows["Millrace"] = unit(np.array([json.loads(line) for line in said.splitlines()], np.float64))
    reference = rows.pop("onnxruntime float")
    print("| against onnxruntime float | cosine, mean | cosine, least | Spearman of all pairs | the farthest text |\n|---|---|---|---|---|")
    found = {}
    for name, embeddings in rows.items():
        found[name] = compare(reference, embeddings)
        cells = " | ".join(f"{found[name][key]:.5f}" for key in BAR)
        print(f"| {name} | {cells} | {texts[found[name]['worst']][:60].replace('|', '/')} |")
    others = [figures for name, figures in found.items() if "int8" in name]
    missed = [f"{key} is {found['Millrace'][key]:.5f}, expected {least} and more than onnxruntime's int8"
              for key, least in BAR.items()
              if found["Millrace"][key] < max(least, *(figures[key] for figures in others))]
    if missed:
        sys.exit("minilm: " + "; ".join(missed))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--source", type=pathlib.Path, help="the folder with model.safetensors")
    arguments.add_argument("--model", help="what millrace-model made of it")
    arguments.add_argument("--millrace", help="the program millrace-model")
    arguments.add_argument("--threads", type=int, default=2)
    nearness(arguments.parse_args())


if __name__ == "__main__":
    main()
