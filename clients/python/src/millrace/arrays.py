"""Arrays to the bytes that a model reads, and the bytes that it wrote to arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import MillraceError
from .metadata import ModelMetadata


def model_id(encoding: bytes) -> str:
    """Name of a model: the hash of its encoding."""
    return "0x" + blake2b(encoding, digest_size=32).hexdigest()


@dataclass(frozen=True)
class Quantization:
    """How real numbers become bytes, `real = scale * (byte - zero_point)`, as the importer printed it."""

    scale: float
    zero_point: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise _wrong(f"A scale is a positive number, not {self.scale}", "Give the one that the importer printed.")
        # Python would round a fraction on its way into an array.
        if int(self.zero_point) != self.zero_point or not -128 <= self.zero_point <= 127:
            message = f"A zero point is a whole number from -128 to 127, not {self.zero_point}"
            raise _wrong(message, "Give the one that the importer printed.")


def _wrong(message: str, remedy: str) -> MillraceError:
    return MillraceError("invalid_input", message, remedy)


def is_real(batch: npt.NDArray[Any] | bytes) -> bool:
    """Whether a batch needs a quantization, or the model's metadata."""
    return isinstance(batch, np.ndarray) and bool(np.issubdtype(batch.dtype, np.floating))


def to_bytes(
    batch: npt.NDArray[Any] | bytes, quantization: Quantization | None, metadata: ModelMetadata | None = None
) -> bytes:
    """The bytes to post: int8 and uint8 as they are, real numbers by the quantization or else by the metadata."""
    if isinstance(batch, bytes):
        if quantization is not None:
            raise _wrong("Bytes are posted as they are", "Leave the quantization out, or give the real numbers.")
        return batch
    if not isinstance(batch, np.ndarray):
        raise _wrong(f"A batch is an array, not {type(batch).__name__}", "Convert it with numpy.asarray.")
    if batch.dtype in (np.int8, np.uint8):
        if quantization is not None:
            remedy = "Leave the quantization out, or give the real numbers."
            raise _wrong(f"An array of {batch.dtype} holds bytes already", remedy)
        return batch.tobytes()
    if not is_real(batch):
        remedy = "Give int8 or uint8 for bytes, or floats for real numbers."
        raise _wrong(f"An array of {batch.dtype} is neither bytes nor real numbers", remedy)
    if quantization is not None:
        return _rounded(batch, quantization.scale, quantization.zero_point)
    if metadata is not None:
        samples_of(batch.shape, metadata.input.shape)
        return _rounded(batch, _input_scale(metadata), metadata.input.zero_point)
    raise _wrong(
        f"An array of {batch.dtype} holds real numbers, and the model has no metadata to say how they become bytes",
        "Give quantization=Quantization(scale, zero_point), as the importer printed it; or give bytes; or let the "
        "model's owner describe it.",
    )


def _input_scale(metadata: ModelMetadata) -> float:
    scale = float(metadata.input.scale)
    if math.isfinite(scale) and scale > 0:
        return scale
    message = f"The model's metadata have the scale {metadata.input.scale}, which no floating-point number holds"
    raise _wrong(message, "Give bytes, or a quantization of your own.")


def _rounded(batch: npt.NDArray[Any], scale: float, zero_point: int) -> bytes:
    if not np.isfinite(batch).all():
        raise _wrong("The array holds a number that isn't finite", "Replace NaN and infinity first.")
    # In float64, and halves to even, as ONNX rounds. What is beyond float64 is beyond the bytes, too.
    with np.errstate(over="ignore"):
        quantized = np.rint(batch.astype(np.float64) / scale) + zero_point
    data: npt.NDArray[np.int8] = np.clip(quantized, -128, 127).astype(np.int8)
    return data.tobytes()


def samples_of(shape: tuple[int, ...], sample: list[int]) -> int:
    """How many samples an array is.

    Numbers in a row are samples one after the other. Otherwise the outermost axis is the batch, or there is one sample
    without it; and each sample has the model's shape, or is itself numbers in a row.
    """
    elements = math.prod(sample)
    if shape[:1] == (0,):
        raise _wrong("The array has no sample", "Give one at least.")
    if len(shape) == 1 and shape[0] % elements == 0:
        return shape[0] // elements
    if len(shape) > 1 and _agree(shape[1:], sample):
        return shape[0]
    if len(shape) != 1 and _agree(shape, sample):
        return 1
    raise _wrong(
        f"The array has the shape {list(shape)}, and a sample of this model {sample}",
        f"Give samples of that shape one after the other, or {elements} numbers in a row for each.",
    )


def _agree(one: tuple[int, ...], other: list[int]) -> bool:
    """Whether two shapes of a sample have their elements in the same places. Axes of length 1 move none."""
    short, long = ([axis for axis in shape if axis != 1] for shape in (one, other))
    if math.prod(short) != math.prod(long):
        return False
    return len(short) < 2 or len(long) < 2 or short == long


def whole_samples(batch: npt.NDArray[Any] | bytes, length: int, sample_bytes: int) -> int:
    """How many samples so many bytes are.

    # Errors
    If they aren't whole samples, or the array's first axis says something else.
    """
    samples, rest = divmod(length, sample_bytes)
    if rest or not samples:
        message = f"{length} bytes aren't whole samples of {sample_bytes} bytes"
        raise _wrong(message, "Give one sample a row, and one row at least.")
    if isinstance(batch, np.ndarray) and batch.ndim > 1 and batch.shape[0] != samples:
        message = f"The array has {batch.shape[0]} rows, but its bytes are {samples} samples of {sample_bytes} bytes"
        raise _wrong(message, "Give one sample a row.")
    return samples


def to_array(
    output: bytes, samples: int, quantization: Quantization | None
) -> npt.NDArray[np.int32] | npt.NDArray[np.int8] | npt.NDArray[np.float32]:
    """An output as an array, a row for each sample.

    The chain doesn't say what a model's bytes mean. Four bytes a sample are one index, unless real numbers are asked
    for; anything else is int8.
    """
    if not samples or len(output) % samples:
        raise _wrong(f"{len(output)} bytes can't be the output of {samples} samples", "Ask a node of this release.")
    if quantization is not None:
        raw = np.frombuffer(output, np.int8).astype(np.int32)
        return (
            ((raw - quantization.zero_point) * np.float64(quantization.scale)).astype(np.float32).reshape(samples, -1)
        )
    if len(output) == 4 * samples:
        return np.frombuffer(output, "<i4").astype(np.int32)
    return np.frombuffer(output, np.int8).reshape(samples, -1).copy()
