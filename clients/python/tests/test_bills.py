"""What an ended task cost: every part of its bill, and less what a slash gave back."""

from __future__ import annotations

import json

import pytest

from millrace.views import BILL, EndedTask, read_task

from .conftest import MODEL, ROOT

FAILED = {"rent": "1", "retention": "20", "posting": "300", "compensation": "0"}
SETTLED = {**FAILED, "paid": "4000", "burned": "50000", "fee": "600000", "returned": "7000000", "miner": "5F"}


def ended(kind: str, parts: dict[str, str]) -> EndedTask:
    """A task that ended so, as a node tells of it."""
    fate = {"requester": "5F", "model": MODEL, "samples": 1, "block": 9, "end": {"kind": kind, **parts}}
    task = read_task({"kind": "ended", "task": 7, "fate": fate, "keptUntil": 10, "output": None})
    assert isinstance(task, EndedTask)
    return task


@pytest.mark.parametrize(
    ("kind", "parts", "cost"),
    [
        ("settled", SETTLED, 654_321),
        ("settled", {**SETTLED, "compensation": "300"}, 654_021),
        ("refunded", FAILED, 321),
        ("failed", {**FAILED, "compensation": "200"}, 121),
    ],
)
def test_a_bill_is_all_that_was_paid_less_what_came_back(kind: str, parts: dict[str, str], cost: int) -> None:
    assert ended(kind, parts).cost == cost


def test_a_bill_has_each_amount_that_a_node_tells_of() -> None:
    schemas = json.loads((ROOT / "docs" / "openrpc.json").read_text())["components"]["schemas"]
    amount = {"$ref": "#/components/schemas/Amount"}
    for end in schemas["End"]["oneOf"]:
        told = {name for name, schema in end["properties"].items() if schema == amount}
        assert told - {"returned"} <= BILL.keys(), end["properties"]["kind"]
