"""What an output means by a model's metadata: labels and real numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import MillraceError
from .metadata import ModelMetadata

if TYPE_CHECKING:
    from .views import Model


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says of each sample."""

    #: What the classes are called; None if there are no classes, or for an index that has no label.
    labels: list[str | None]
    #: The labels' indices: the output itself, or where the highest score is, the first of equal ones. None if there are
    #: no classes.
    indices: npt.NDArray[np.int64] | None
    #: Real numbers in the output's shape, sample after sample: a score for each label, if there are labels. None if the
    #: output is an index.
    scores: npt.NDArray[np.float64] | None


def answers(of: Model | ModelMetadata, output: bytes, samples: int | None = None) -> Answers:
    """What an output means. With metadata in place of the model, say how many samples it is of."""
    metadata = of if isinstance(of, ModelMetadata) else of.metadata
    if metadata is None:
        remedy = "Read the bytes with answer(), or let the model's owner describe it."
        raise _wrong("The model has no metadata, so nothing says what its output means", remedy)
    if samples is None:
        if isinstance(of, ModelMetadata):
            raise _wrong("Metadata alone don't say how many samples an output is of", "Give the samples, or the model.")
        samples = _whole_outputs(output, of.sizes.output_bytes)
    return _read(metadata, output, samples)


def _wrong(message: str, remedy: str) -> MillraceError:
    return MillraceError("invalid_input", message, remedy)


_WHOLE = "Take the metadata of the model that was executed, and the whole output."


def _whole_outputs(output: bytes, each: int) -> int:
    if len(output) % each:
        raise _wrong(f"{len(output)} bytes can't be whole outputs of {each} bytes", _WHOLE)
    return len(output) // each


def _read(metadata: ModelMetadata, output: bytes, samples: int) -> Answers:
    labels, tensor = metadata.labels, metadata.output
    count = math.prod(tensor.shape)
    is_index = count == 1 and bool(labels)
    elements = _elements(output, samples, count, is_index)
    if is_index:
        indices = elements[:, 0].astype(np.int64)
        return Answers([_label(labels, int(index)) for index in indices], indices, None)
    real = (elements.astype(np.float64) - tensor.zero_point) * float(tensor.scale)
    scores = real.reshape(samples, *tensor.shape)
    if count != len(labels):
        return Answers([None] * samples, None, scores)
    highest = elements.argmax(axis=1).astype(np.int64)
    return Answers([labels[index] for index in highest], highest, scores)


def _elements(output: bytes, samples: int, count: int, is_index: bool) -> npt.NDArray[Any]:
    """An output's integers, a row for each sample; indices have no sign."""
    width, rest = divmod(len(output), samples * count) if samples > 0 else (0, 0)
    if rest or width not in (1, 2, 4):
        raise _wrong(f"{len(output)} bytes can't be {samples} outputs of {count} elements", _WHOLE)
    return np.frombuffer(output, f"<{'u' if is_index else 'i'}{width}").reshape(samples, count)


def _label(labels: list[str], index: int) -> str | None:
    return labels[index] if index < len(labels) else None
