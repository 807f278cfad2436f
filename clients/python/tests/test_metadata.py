"""Metadata without a node: real numbers to bytes, outputs to answers, and JSON that is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from millrace import (
    MillraceError,
    ModelMetadata,
    Quantization,
    TensorMetadata,
    answers,
    check_metadata,
    parse_metadata,
)
from millrace.arrays import to_bytes
from millrace.metadata import beside, call_argument, metadata_of
from millrace.views import EndedTask, Model, read

from .conftest import DESCRIBED

DIGITS = check_metadata(DESCRIBED)
PETS = replace(DIGITS, output=TensorMetadata([1, 3], "", "0.5", -1), labels=["cat", "dog", "cow"])


def takes(shape: list[int], scale: str = "1", zero_point: int = 0) -> ModelMetadata:
    return replace(DIGITS, input=TensorMetadata(shape, "", scale, zero_point))


def gives(shape: list[int], scale: str, zero_point: int, labels: list[str]) -> ModelMetadata:
    return replace(DIGITS, output=TensorMetadata(shape, "", scale, zero_point), labels=labels)


def refuses(doing: Callable[[], Any], words: str) -> None:
    with pytest.raises(MillraceError, match=words) as refused:
        doing()
    assert refused.value.code == "invalid_input"
    assert refused.value.remedy[0].isupper() and refused.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("real", "metadata", "expected"),
    [
        (np.array([0, 0.25, 0.75, -0.25]), takes([4], "0.5", 3), [3, 3, 5, 3]),
        (np.array([1e9, -1e9, 62, -65.5], np.float32), takes([4], "0.5", 3), [127, -128, 127, -128]),
        (np.full((1, 8, 8, 1), 16, np.float16), DIGITS, [112] * 64),
        # Numbers far from zero have a zero point beyond the bytes.
        (np.array([450, 500.4]), takes([2], "1", -450), [0, 50]),
        (np.array([3.0]), takes([1], "2.5e-1"), [12]),
        (np.array([1e300, -1e300]), takes([2], "1e-300"), [127, -128]),
    ],
)
def test_real_numbers_become_bytes_halves_to_even(
    real: npt.NDArray[Any], metadata: ModelMetadata, expected: list[int]
) -> None:
    assert np.frombuffer(to_bytes(real, None, metadata), np.int8).tolist() == expected


def test_bytes_are_as_they_are_and_a_quantization_comes_first() -> None:
    assert to_bytes(np.array([-1, 2], np.int8), None, DIGITS) == b"\xff\2"
    assert to_bytes(np.array([3.0]), Quantization(1.0, 1), DIGITS) == b"\4"


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 3, 8, 8), (2, 192), (384,), (1, 1, 3, 8, 8)])
def test_samples_have_the_shape_of_the_metadata(shape: tuple[int, ...]) -> None:
    assert len(to_bytes(np.zeros(shape), None, takes([3, 8, 8]))) == np.prod(shape)


@pytest.mark.parametrize("shape", [(8, 8, 3), (2, 8, 8, 3), (8, 24), (2, 191), (191,), (3, 8, 9)])
def test_others_are_refused(shape: tuple[int, ...]) -> None:
    refuses(lambda: to_bytes(np.zeros(shape), None, takes([3, 8, 8])), r"and a sample of this model \[3, 8, 8\]")


def test_samples_without_axes_of_which_one_is_long() -> None:
    refuses(lambda: to_bytes(np.zeros((0, 3, 8, 8)), None, takes([3, 8, 8])), "no sample")
    refuses(lambda: to_bytes(np.zeros(0), None, DIGITS), "no sample")
    assert len(to_bytes(np.zeros(()), None, takes([]))) == 1
    # The axes of length 1 are elsewhere, and the elements where they belong.
    assert len(to_bytes(np.zeros((2, 1, 8, 8)), None, DIGITS)) == 128


def test_numbers_that_have_no_bytes() -> None:
    for bad in (float("nan"), float("inf"), -float("inf")):
        real = np.zeros((8, 8, 1))
        real[7, 7] = bad
        refuses(lambda real=real: to_bytes(real, None, DIGITS), "isn't finite")  # type: ignore[misc]
    refuses(lambda: to_bytes(np.zeros(64), None), "no metadata to say how they become bytes")
    for scale in ("1e-400", "1e400"):
        refuses(lambda scale=scale: to_bytes(np.zeros(1), None, takes([1], scale)), "no floating-point")  # type: ignore[misc]


def test_an_index_in_one_two_or_four_bytes_has_a_label() -> None:
    for width in (1, 2, 4):
        said = answers(DIGITS, (7).to_bytes(width, "little") + (10).to_bytes(width, "little"), 2)
        assert said.labels == ["7", None] and said.scores is None
        assert said.indices is not None and said.indices.tolist() == [7, 10]
    many = replace(DIGITS, labels=[f"no. {i}" for i in range(300)])
    assert answers(many, b"\xc8", 1).labels == ["no. 200"]
    assert answers(many, b"\x2b\1", 1).labels == ["no. 299"]


def test_the_highest_score_has_the_label_the_first_of_equal_ones() -> None:
    said = answers(PETS, bytes([255, 5, 5, 0, 128, 253]), 2)
    assert said.labels == ["dog", "cat"]
    assert said.indices is not None and said.indices.tolist() == [1, 0]
    assert said.scores is not None and said.scores.dtype == np.float64
    np.testing.assert_array_equal(said.scores, [[[0, 3, 3]], [[0.5, -63.5, -1]]])
    two = answers(PETS, bytes([0, 1, 255, 255, 0, 0]), 1)
    np.testing.assert_array_equal(two.scores, [[[128.5, 0, 0.5]]])
    four = answers(gives([3], "1e-3", 7, PETS.labels), np.array([7, 2_000_000_007, -93], "<i4").tobytes(), 1)
    assert four.labels == ["dog"] and four.scores is not None
    np.testing.assert_array_equal(four.scores, [[0, 2_000_000, -0.1]])


def test_real_numbers_where_there_are_no_labels() -> None:
    price = answers(gives([1], "0.25", 10, []), b"\x1e", 1)
    assert price.labels == [None] and price.indices is None
    np.testing.assert_array_equal(price.scores, [[5]])
    mixed = answers(gives([2], "1", 0, ["one", "two", "three"]), b"\1\2", 1)
    assert mixed.labels == [None] and mixed.indices is None
    np.testing.assert_array_equal(mixed.scores, [[1, 2]])


def a_model(metadata: dict[str, Any] | None) -> Model:
    """As a node tells of one."""
    sizes = {"encodedBytes": 1, "sampleBytes": 64, "outputBytes": 4, "traceBytes": "9", "work": "9", "layers": 1}
    view = {"model": "0x00", "owner": "5", "deposit": "7", "retired": False, "listed": True, "openTasks": 0}
    view |= {"removableFrom": None, "slots": None, "mostSamples": 9}
    return read(Model, {**view, "sizes": sizes, "metadata": metadata})


def test_answers_of_a_model_and_of_a_task() -> None:
    model = a_model(DESCRIBED)
    assert model.metadata == DIGITS
    output = bytes([3, 0, 0, 0, 9, 0, 0, 0])
    assert answers(model, output).labels == ["3", "9"]
    fate = {"requester": "5", "model": "0x00", "samples": 2, "block": 1, "end": {"kind": "settled"}}
    ended = read(EndedTask, {"task": 1, "fate": fate, "keptUntil": 9, "output": "0x" + output.hex()})
    assert ended.answers(model).labels == ended.answers(DIGITS).labels == ["3", "9"]
    refunded = replace(ended, fate=replace(ended.fate, end={"kind": "refunded", "why": "deadline"}))
    with pytest.raises(MillraceError, match="has no answer"):
        refunded.answers(model)
    refuses(lambda: answers(a_model(None), output), "no metadata")
    refuses(lambda: answers(DIGITS, output), "don't say how many samples")
    refuses(lambda: answers(model, output[1:]), "7 bytes can't be whole outputs")
    for samples in (0, 1, 3, -1):
        refuses(lambda samples=samples: answers(DIGITS, output, samples), "8 bytes can't be")  # type: ignore[misc]


def test_metadata_are_what_a_file_says(tmp_path: Path) -> None:
    assert parse_metadata(json.dumps(DESCRIBED)) == DIGITS == metadata_of(DIGITS) == metadata_of(DESCRIBED)
    assert beside(tmp_path / "digits.millrace") is None
    file = tmp_path / "digits.metadata.json"
    file.write_text(json.dumps({**DESCRIBED, "name": "Ziffern, 数字"}))
    assert beside(str(tmp_path / "digits.millrace")) == file
    argument = call_argument(metadata_of(str(file)))
    assert argument is not None
    assert argument["name"] == "Ziffern, 数字".encode() and argument["labels"][9] == b"9"
    assert argument["input"] == {
        "shape": [8, 8, 1],
        "meaning": b"grey levels from 0 to 16, row by row",
        "scale": b"0.14285714285714285",
        "zero_point": 0,
    }
    assert call_argument(None) is None


def with_input(**changes: Any) -> dict[str, Any]:
    return {**DESCRIBED, "input": {**DESCRIBED["input"], **changes}}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "In place of the metadata there is None"),
        ([DESCRIBED], "In place of the metadata there is "),
        ({key: DESCRIBED[key] for key in DESCRIBED if key != "labels"}, "There is no 'labels' in the metadata"),
        ({**DESCRIBED, "license": "MIT"}, "keeps no 'license'"),
        ({**DESCRIBED, "name": ""}, "empty name"),
        ({**DESCRIBED, "name": 7}, "'name' of the metadata is 7"),
        ({**DESCRIBED, "licence": "MIT\n"}, "'licence' of the metadata has control characters"),
        ({**DESCRIBED, "labels": "cat"}, "'labels' of the metadata is 'cat'"),
        ({**DESCRIBED, "labels": ["cat", None]}, r"'labels\[1\]' of the metadata is None"),
        ({**DESCRIBED, "labels": ["\ud800"]}, r"'labels\[0\]' of the metadata has control characters, or halves"),
        ({**DESCRIBED, "output": 1}, "In place of 'output' of the metadata there is 1"),
        ({**DESCRIBED, "input": {"shape": [64]}}, "There is no 'meaning', 'scale', 'zeroPoint' in 'input'"),
        (with_input(shape=[8, 0]), r"'input.shape\[1\]' of the metadata is 0"),
        (with_input(shape=[8.5]), r"'input.shape\[0\]' of the metadata is 8.5"),
        (with_input(shape=[True]), r"'input.shape\[0\]' of the metadata is True"),
        (with_input(meaning="\x1b[2J"), "'input.meaning' of the metadata has control"),
        (with_input(scale=0.5), "'input.scale' of the metadata is 0.5"),
        (with_input(zeroPoint=2**31), "'input.zeroPoint' of the metadata is 2147483648"),
    ],
)
def test_the_place_of_a_mistake_is_named(value: Any, words: str) -> None:
    refuses(lambda: check_metadata(value), words)


@pytest.mark.parametrize(
    "scale",
    ["", "0", "0.0", "-1", "+1", ".5", "1.", "1e", "1e+5", "1,5", "NaN", " 1", "1\n", "1e5e5", "1" * 33, "\uff11"],
)
def test_no_scale(scale: str) -> None:
    refuses(lambda: check_metadata(with_input(scale=scale)), "'input.scale' of the metadata is")


@pytest.mark.parametrize("scale", ["1", "0.0625", "1.5e-3", "007", "3.0E8", "1e-45"])
def test_a_scale(scale: str) -> None:
    assert check_metadata(with_input(scale=scale)).input.scale == scale


def test_files_that_hold_none(tmp_path: Path) -> None:
    refuses(lambda: parse_metadata('{"name": '), "aren't JSON")
    refuses(lambda: parse_metadata(b"\xff"), "aren't JSON")
    refuses(lambda: metadata_of(tmp_path / "none.json"), "can't be read")
    refuses(lambda: metadata_of(replace(DIGITS, name="")), "empty name")
