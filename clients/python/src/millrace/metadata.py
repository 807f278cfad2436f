"""What a model is, for people: read from JSON and checked, and as the chain's calls take it."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import MillraceError

#: A positive decimal number of at most 32 characters, as the chain takes one.
_SCALE = re.compile(r"(?=.{1,32}\Z)(?=[0-9.]*[1-9])[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?")
_AXIS = (1, 2**32 - 1)
_ZERO_POINT = (-(2**31), 2**31 - 1)


@dataclass(frozen=True)
class TensorMetadata:
    """What the bytes of a sample mean: an element is `scale * (element - zero_point)`. The scale is decimal text."""

    shape: list[int]
    meaning: str
    scale: str
    zero_point: int


@dataclass(frozen=True)
class ModelMetadata:
    """What a model is, for people.

    An output of one element is the index of a label; one of as many elements as there are labels has a score for each.
    """

    name: str
    licence: str
    input: TensorMetadata
    output: TensorMetadata
    labels: list[str]


#: Metadata, their JSON object, or their JSON file.
Described = ModelMetadata | Mapping[str, Any] | str | os.PathLike[str]


def beside(model: str | os.PathLike[str]) -> Path | None:
    """The metadata's file beside a model's, `NAME.metadata.json` beside `NAME.millrace`; None if there is none."""
    path = Path(model)
    file = path.with_name(path.name.removesuffix(".millrace") + ".metadata.json")
    return file if file.is_file() else None


def metadata_of(described: Described) -> ModelMetadata:
    """Metadata, checked, however they are given."""
    if isinstance(described, ModelMetadata):
        return check_metadata(_as_json(described))
    if isinstance(described, Mapping):
        return check_metadata(described)
    try:
        text = Path(described).read_bytes()
    except OSError as error:
        raise _wrong(f"The metadata can't be read: {error}", "Give the path of a JSON file.") from error
    return parse_metadata(text)


def parse_metadata(text: str | bytes) -> ModelMetadata:
    """The metadata of a JSON file, such as `millrace-model import` writes beside a model."""
    try:
        value = json.loads(text)
    except ValueError as error:
        remedy = "Give the file that `millrace-model import` wrote beside the model."
        raise _wrong(f"The metadata aren't JSON: {error}", remedy) from error
    return check_metadata(value)


def check_metadata(value: Any) -> ModelMetadata:
    """A JSON object as metadata, if it is that. Whether their shapes are the model's, the chain says."""
    members = _members(value, "the metadata", ["name", "licence", "input", "output", "labels"])
    name = _text(members["name"], "name")
    if not name:
        raise _wrong("The metadata have an empty name", "Say what people call the model.")
    return ModelMetadata(
        name,
        _text(members["licence"], "licence"),
        _tensor(members["input"], "input"),
        _tensor(members["output"], "output"),
        [_text(label, f"labels[{i}]") for i, label in enumerate(_list(members["labels"], "labels"))],
    )


def call_argument(metadata: ModelMetadata | None) -> dict[str, Any] | None:
    """Metadata as an argument of a call: texts are bytes."""
    if metadata is None:
        return None
    return {
        "name": metadata.name.encode(),
        "licence": metadata.licence.encode(),
        "input": _tensor_argument(metadata.input),
        "output": _tensor_argument(metadata.output),
        "labels": [label.encode() for label in metadata.labels],
    }


def _tensor_argument(tensor: TensorMetadata) -> dict[str, Any]:
    return {
        "shape": tensor.shape,
        "meaning": tensor.meaning.encode(),
        "scale": tensor.scale.encode(),
        "zero_point": tensor.zero_point,
    }


def _as_json(metadata: ModelMetadata) -> dict[str, Any]:
    tensors = {
        name: {"shape": each.shape, "meaning": each.meaning, "scale": each.scale, "zeroPoint": each.zero_point}
        for name, each in (("input", metadata.input), ("output", metadata.output))
    }
    return {"name": metadata.name, "licence": metadata.licence, "labels": metadata.labels, **tensors}


def _wrong(message: str, remedy: str) -> MillraceError:
    return MillraceError("invalid_input", message, remedy)


def _tensor(value: Any, where: str) -> TensorMetadata:
    members = _members(value, f"'{where}' of the metadata", ["shape", "meaning", "scale", "zeroPoint"])
    scale = members["scale"]
    if not isinstance(scale, str) or not _SCALE.fullmatch(scale):
        remedy = 'Write a positive decimal number in quotes, such as "0.0625" or "1.5e-3", of at most 32 characters.'
        raise _wrong(f"'{where}.scale' of the metadata is {scale!r}", remedy)
    return TensorMetadata(
        [
            _whole(axis, f"{where}.shape[{i}]", _AXIS)
            for i, axis in enumerate(_list(members["shape"], f"{where}.shape"))
        ],
        _text(members["meaning"], f"{where}.meaning"),
        scale,
        _whole(members["zeroPoint"], f"{where}.zeroPoint", _ZERO_POINT),
    )


def _members(value: Any, what: str, names: list[str]) -> Mapping[str, Any]:
    """The members of an object that has these and no others."""
    if not isinstance(value, Mapping):
        raise _wrong(f"In place of {what} there is {value!r}", f"Give an object with {_among(names)}.")
    if missing := [name for name in names if name not in value]:
        remedy = f"Give {_among(names)}; texts and lists may be empty."
        raise _wrong(f"There is no {_among(missing)} in {what}", remedy)
    if unknown := [str(name) for name in value if name not in names]:
        raise _wrong(f"The chain keeps no {_among(unknown)} in {what}", f"Leave it out: there are {_among(names)}.")
    return value


def _among(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(f"'{where}' of the metadata is {value!r}", "Give a text in quotes.")
    # A terminal would obey the first, and UTF-8 has no half of a pair.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        message = f"'{where}' of the metadata has control characters, or halves of characters"
        raise _wrong(message, "Leave line breaks and the like out.")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise _wrong(f"'{where}' of the metadata is {value!r}", "Give a list in brackets.")


def _whole(value: Any, where: str, bounds: tuple[int, int]) -> int:
    least, most = bounds
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise _wrong(f"'{where}' of the metadata is {value!r}", f"Give a whole number from {least} to {most}.")
