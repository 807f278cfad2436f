"""Measures our engine side by side with onnxruntime, rten and tract, and what a trace costs over plain inference;
prints the tables of docs/benchmarks.md.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    cargo build --release --workspace --bins          # in the repository's root, for millrace-model
    (cd engine/bench && cargo build --release)
    venv/bin/python engine/bench/run.py [--seconds 2] [--threads 2] [--gpu NAME]

The models are the zoo's, a wide MLP and a ResNet-like CNN; the last two have random parameters and are quantized here
by onnxruntime.quantization, as the zoo was. Every row is one process, all rows of a model follow each other.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", os.path.expanduser("~/.cache/millrace/target")))


class Graph:
    """An ONNX graph in the making, with parameters drawn at random."""

    def __init__(self):
        self.nodes, self.constants, self.random = [], [], np.random.default_rng(0)

    def node(self, operator, inputs, **attributes):
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], f"{operator}{len(self.nodes)}", **attributes))
        return output

    def parameter(self, shape, fan_in):
        values = self.random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
        self.constants.append(numpy_helper.from_array(values, f"c{len(self.constants)}"))
        return self.constants[-1].name

    def dense(self, x, n, m, relu=True):
        y = self.node("Gemm", [x, self.parameter((n, m), m), self.parameter((n,), m)], transB=1)
        return self.node("Relu", [y]) if relu else y

    def conv(self, x, n, m, kernel=3, stride=1, relu=True):
        y = self.node("Conv", [x, self.parameter((n, m, kernel, kernel), m * kernel**2), self.parameter((n,), m)],
                      kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)
        return self.node("Relu", [y]) if relu else y

    def model(self, output, sample):
        shape = ["N", *sample]
        graph = helper.make_graph(self.nodes, "bench", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                                  [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", 10])], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        return model


def wide():
    """The widest MLP of square layers that fits a model's 2 MiB: 64 → 1024 → 1024 → 512 → 10."""
    g, x, m = Graph(), "x", 64
    for n in (1024, 1024, 512):
        x, m = g.dense(x, n, m), n
    return g.model(g.dense(x, 10, m, relu=False), [64])


def resnet():
    """Nine convolutions in four residual blocks, 32 to 128 channels, on 3 × 32 × 32."""
    g = Graph()
    x, m = g.conv("x", 32, 3), 32
    for n, stride in ((32, 1), (64, 2), (128, 2), (128, 1)):
        y = g.conv(g.conv(x, n, m, stride=stride), n, n, relu=False)
        skip = x if (n, stride) == (m, 1) else g.conv(x, n, m, kernel=1, stride=stride, relu=False)
        x, m = g.node("Relu", [g.node("Add", [y, skip])]), n
    x = g.node("Flatten", [g.node("GlobalAveragePool", [x])])
    return g.model(g.dense(x, 10, m, relu=False), [3, 32, 32])


def quantize(folder, name, sample, millrace):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Samples(CalibrationDataReader):
        def __init__(self):
            self.batches = iter([{"x": np.random.default_rng(1).random((64, *sample), dtype=np.float32)}])

        def get_next(self):
            return next(self.batches, None)

    files = folder / f"{name}.float.onnx", folder / f"{name}.ready.onnx", folder / f"{name}.int8.onnx"
    quant_pre_process(str(files[0]), str(files[1]))
    quantize_static(str(files[1]), str(files[2]), Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
                    weight_type=QuantType.QInt8, activation_type=QuantType.QInt8)
    subprocess.run([millrace, "import", files[2], "-o", folder / f"{name}.millrace"], check=True, capture_output=True)


def onnxruntime_row(path, sample, batch, threads, seconds):
    """Runs in a process of its own: prints what the Rust program prints."""
    import resource
    import time

    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    x = {session.get_inputs()[0].name: np.random.default_rng(7).random((batch, *sample), dtype=np.float32)}
    session.run(None, x)
    session.run(None, x)
    best, runs, begin = 1e9, 0, time.perf_counter()
    while time.perf_counter() - begin < seconds or runs < 3:
        start = time.perf_counter()
        session.run(None, x)
        best, runs = min(best, time.perf_counter() - start), runs + 1
    print(json.dumps({"best_s": best, "mean_s": (time.perf_counter() - begin) / runs, "runs": runs,
                      "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def pivot(rows, value, compared=False):
    """Prints a line for each model and batch, a column for each engine that ran; `compared` adds how ours compare to the
    best of the others, without a trace, which they don't keep either, and with one."""
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    ours = ("Millrace, no trace", "Millrace, with trace") if compared else ()
    headings = [*engines, *(f"{engine.removeprefix('Millrace, ')}, to the best" for engine in ours)]
    print(f"| model | N | {' | '.join(headings)} |\n|---|---|{'---|' * len(headings)}")
    for model, batch in dict.fromkeys((row["model"], row["batch"]) for row in rows):
        of = {row["engine"]: row for row in rows if (row["model"], row["batch"]) == (model, batch)}
        others = [row["samples_per_s"] for engine, row in of.items() if not engine.startswith("Millrace")]
        cells = [value(of[engine]) if engine in of else "" for engine in engines]
        for engine in ours:
            cells.append(f"{of[engine]['samples_per_s'] / max(others):.2f}" if engine in of and others else "")
        print(f"| {model} | {batch} | {' | '.join(cells)} |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=2)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--json", help="write every row here too")
    arguments.add_argument("--models", nargs="*")
    arguments.add_argument("--batches", nargs="*", type=int, default=[1, 64, 256])
    arguments.add_argument("--gpu", nargs="*", default=[], help="backends to measure too, by name; build with --features wgpu")
    arguments.add_argument("--onnxruntime", nargs=3, metavar=("FILE", "SAMPLE", "BATCH"), help=argparse.SUPPRESS)
    a = arguments.parse_args()
    if a.onnxruntime:
        path, sample, batch = a.onnxruntime
        onnxruntime_row(path, [int(axis) for axis in sample.split(",")], int(batch), a.threads, a.seconds)
        return
    millrace = TARGET / "release/millrace-model"
    bench = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target")) / "release/millrace-engine-bench"
    if not bench.exists():
        bench = HERE / "target/release/millrace-engine-bench"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        models = [("cnn", [1, 8, 8], ROOT / "models/zoo"), ("residual", [1, 8, 8], ROOT / "models/zoo"),
                  ("separable", [1, 8, 8], ROOT / "models/zoo"), ("wide", [64], folder), ("resnet", [3, 32, 32], folder)]
        for name, make, sample in (("wide", wide, [64]), ("resnet", resnet, [3, 32, 32])):
            onnx.save(make(), folder / f"{name}.float.onnx")
            quantize(folder, name, sample, millrace)
        print("| model | N | engine | samples/s | GMAC/s a thread | peak MiB |\n|---|---|---|---|---|---|")
        for name, sample, where in models:
            if a.models and name not in a.models:
                continue
            said = subprocess.run([millrace, "inspect", where / f"{name}.millrace"], check=True, capture_output=True,
                                  text=True).stdout
            mac = int(next(line for line in said.splitlines() if line.startswith("model ")).split(",")[1].split()[0])
            axes = ",".join(map(str, sample))
            for batch in a.batches:
                def rust(engine, path):
                    return [bench, "--engine", engine, "--model", path, "--sample", axes, "--batch", str(batch),
                            "--threads", str(a.threads), "--seconds", str(a.seconds)]

                def python(path):
                    return [sys.executable, __file__, "--threads", str(a.threads), "--seconds", str(a.seconds),
                            "--onnxruntime", path, axes, str(batch)]
                int8, floats = where / f"{name}.int8.onnx", where / f"{name}.float.onnx"
                engines = [("Millrace, no trace", rust("millrace-plain", where / f"{name}.millrace"), a.threads),
                           ("Millrace, with trace", rust("millrace", where / f"{name}.millrace"), a.threads),
                           ("Millrace, floats only", rust("millrace-float", where / f"{name}.millrace"), a.threads),
                           ("Millrace, bytes only", rust("millrace-byte", where / f"{name}.millrace"), a.threads),
                           ("Millrace, integers only", rust("millrace-integer", where / f"{name}.millrace"), a.threads),
                           *((f"Millrace on {gpu}", [*rust("millrace", where / f"{name}.millrace"), "--backend", gpu],
                              a.threads) for gpu in a.gpu),
                           ("onnxruntime int8", python(int8), a.threads), ("rten int8", rust("rten", int8), a.threads),
                           ("tract int8", rust("tract", int8), 1)]
                if floats.exists():
                    engines += [("onnxruntime float", python(floats), a.threads), ("rten float", rust("rten", floats), a.threads),
                                ("tract float", rust("tract", floats), 1)]
                for engine, command, threads in engines:
                    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "RTEN_NUM_THREADS": str(a.threads)})
                    if done.returncode:
                        print(f"| {name} | {batch} | {engine} | failed: {done.stderr.strip().splitlines()[-1][:90]} | | |", flush=True)
                        continue
                    row = json.loads(done.stdout)
                    rate = batch / row["best_s"]
                    rows.append({"model": name, "batch": batch, "engine": engine, "samples_per_s": rate,
                                 "gmac_per_s_per_thread": rate * mac / 1e9 / threads, **row})
                    print(f"| {name} | {batch} | {engine} | {rate:,.0f} | {rate * mac / 1e9 / threads:.1f} | {row['peak_kib'] / 1024:.0f} |",
                          flush=True)
        for heading, value, compared in (("Samples a second", lambda row: f"{row['samples_per_s']:,.0f}", True),
                                         ("GMAC a second and thread", lambda row: f"{row['gmac_per_s_per_thread']:.1f}", False),
                                         ("Peak MiB", lambda row: f"{row['peak_kib'] / 1024:.0f}", False)):
            print(f"\n{heading}:\n")
            pivot(rows, value, compared)
        print("\nWhat a trace costs:\n", flush=True)
        chosen = [str(where / f"{name}.millrace") for name, _, where in models if not a.models or name in a.models]
        subprocess.run([bench.with_name("trace_cost"), *chosen, "--threads", str(a.threads), "--seconds",
                        str(4 * a.seconds), "--batches", ",".join(map(str, a.batches))], check=True)
    if a.json:
        pathlib.Path(a.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
