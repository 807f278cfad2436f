"""Computes what the cases beside this file should give: what onnxruntime gives, with graph optimizations off.

    pip install numpy onnxruntime
    python importer/tests/cases/expected.py

Reads each NAME.onnx that has a NAME.samples.npy, and writes NAME.expected.npy.
"""

import pathlib

import numpy as np
import onnxruntime

for samples in sorted(pathlib.Path(__file__).parent.glob("*.samples.npy")):
    name = samples.name.removesuffix(".samples.npy")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        samples.with_name(f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
    )
    (given,) = session.run(None, {session.get_inputs()[0].name: np.load(samples)})
    np.save(samples.with_name(f"{name}.expected.npy"), given)
    print(f"{name}: {given.shape}")
