"""Trains the digits network, quantizes it to integers and writes everything beside this file.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python train.py

Writes digits.millrace (the model), digits.metadata.json (what it is), heldout.bin (450 inputs of 64 bytes), heldout-labels.bin (one byte
each), heldout-predictions.bin (the integer network's own answers) and accuracy.json. Deterministic for given versions of the two packages.
"""

import json
import pathlib
import struct

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

HERE = pathlib.Path(__file__).parent
HIDDEN = 64
SHIFT = 30
METADATA = {
    "name": "digits",
    "licence": "CC-BY-4.0",
    "input": {
        "shape": [8, 8],
        "meaning": "grey levels from 0, which is paper, to 16, row by row",
        "scale": repr(1 / 7),
        "zeroPoint": 0,
    },
    "output": {"shape": [1], "meaning": "the digit", "scale": "1", "zeroPoint": 0},
    "labels": list("0123456789"),
}


def compact(value):
    """SCALE's compact integers."""
    if value < 1 << 6:
        return bytes([value << 2])
    if value < 1 << 14:
        return struct.pack("<H", value << 2 | 1)
    return struct.pack("<I", value << 2 | 2)


def quantize(weights, bias, input_scale):
    """Symmetric int8 rows with one scale each; the bias in units of the accumulator."""
    row_scale = np.abs(weights).max(axis=1) / 127.0
    # A row that training has let die must not blow its bias up.
    row_scale = np.maximum(row_scale, row_scale.max() / 1000)
    rows = np.clip(np.rint(weights / row_scale[:, None]), -127, 127).astype(np.int64)
    accumulator_scale = row_scale * input_scale
    return rows, np.rint(bias / accumulator_scale).astype(np.int64), accumulator_scale


def requantize(accumulators, bias, multiplier, zero_point, low, high):
    scaled = ((accumulators + bias) * multiplier + (1 << (SHIFT - 1))) >> SHIFT
    return np.clip(scaled + zero_point, low, high)


def encode(first, channels, second):
    """The SCALE encoding of docs/inference-spec.md: input, linear, requantize, linear."""
    data = bytes([1]) + compact(4)
    data += bytes([0]) + compact(1) + struct.pack("<I", 64)
    data += bytes([1]) + struct.pack("<II", 0, len(first)) + compact(first.size) + first.astype(np.int8).tobytes()
    data += bytes([2]) + struct.pack("<I", 1) + compact(len(channels))
    for bias, multiplier in channels:
        data += struct.pack("<iIB", bias, multiplier, SHIFT)
    data += struct.pack("<bbb", -128, -128, 127)
    data += bytes([1]) + struct.pack("<II", 2, len(second)) + compact(second.size) + second.astype(np.int8).tobytes()
    return data


def main():
    digits = load_digits()
    # Grey levels 0..16 become 0..112: exact in i8, and small enough that nothing saturates.
    inputs = (digits.data * 7).astype(np.int64)
    train_x, test_x, train_y, test_y = train_test_split(
        inputs, digits.target, test_size=0.25, random_state=0, stratify=digits.target
    )
    network = MLPClassifier(
        (HIDDEN,), alpha=3e-2, learning_rate_init=2e-3, max_iter=1500, random_state=1, tol=1e-6, n_iter_no_change=60
    )
    network.fit(train_x / 112.0, train_y)
    float_accuracy = network.score(test_x / 112.0, test_y)

    w1, w2 = (layer.T for layer in network.coefs_)
    b1, b2 = network.intercepts_
    rows1, bias1, scale1 = quantize(w1, b1, 1 / 112.0)
    hidden = np.maximum(train_x / 112.0 @ w1.T + b1, 0)
    hidden_scale = hidden.max() / 255.0
    multipliers = np.rint(scale1 / hidden_scale * (1 << SHIFT)).astype(np.int64)
    # The second layer reads h in -128..127 that stands for (h + 128) * hidden_scale. An output has no
    # requantization, so its bias becomes a hidden unit that is always 127: it stands for 255 * hidden_scale.
    w2 = np.hstack([w2, (b2 / (255 * hidden_scale))[:, None]])
    rows1 = np.vstack([rows1, np.zeros((1, 64), dtype=np.int64)])
    bias1 = np.append(bias1, 255 << 10)
    multipliers = np.append(multipliers, 1 << (SHIFT - 10))
    # Rows of the output are compared with each other, so they share one scale. Each row's zero-point term,
    # 128 * sum(row), differs; a correction unit pair absorbs it below.
    scale2 = np.abs(w2).max() / 127.0
    rows2 = np.clip(np.rint(w2 / scale2), -127, 127).astype(np.int64)
    # logit ~ sum(row * (h + 128)) = sum(row * h) + 128 * sum(row): add units fixed at 127 whose parameters
    # make up the second term.
    correction = 128 * rows2.sum(axis=1)
    correction -= np.rint(correction.mean()).astype(np.int64)
    columns = []
    rest = correction.copy()
    while np.abs(rest).max() > 63:
        column = np.clip(np.rint(rest / 127.0), -127, 127).astype(np.int64)
        columns.append(column)
        rest -= column * 127
    for column in columns:
        rows1 = np.vstack([rows1, np.zeros((1, 64), dtype=np.int64)])
        bias1 = np.append(bias1, 255 << 10)
        multipliers = np.append(multipliers, 1 << (SHIFT - 10))
        rows2 = np.hstack([rows2, column[:, None]])

    h = requantize(test_x @ rows1.T, bias1, multipliers, -128, -128, 127)
    logits = h @ rows2.T
    integer_accuracy = float((logits.argmax(axis=1) == test_y).mean())

    channels = list(zip(bias1.tolist(), multipliers.tolist()))
    # The arg max is a node of its own, so that an output is ten times smaller.
    encoded = bytearray(encode(rows1, channels, rows2))
    encoded[1:2] = compact(5)
    encoded += bytes([6]) + struct.pack("<I", 3)
    (HERE / "digits.millrace").write_bytes(bytes(encoded))
    (HERE / "digits.metadata.json").write_text(json.dumps(METADATA, separators=(",", ":")) + "\n")
    (HERE / "heldout.bin").write_bytes(test_x.astype(np.int8).tobytes())
    (HERE / "heldout-labels.bin").write_bytes(test_y.astype(np.uint8).tobytes())
    (HERE / "heldout-predictions.bin").write_bytes(logits.argmax(axis=1).astype(np.uint8).tobytes())
    report = {
        "held_out": len(test_y),
        "hidden_units": len(rows1),
        "float_accuracy": round(float(float_accuracy), 5),
        "integer_accuracy": round(integer_accuracy, 5),
        "first_64": float((logits[:64].argmax(axis=1) == test_y[:64]).mean()),
    }
    (HERE / "accuracy.json").write_text(json.dumps(report, indent=2) + "\n")
    print(report)


if __name__ == "__main__":
    main()
