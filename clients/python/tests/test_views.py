"""The records, against what docs/openrpc.json says of a node's answers, which a test of the node keeps true."""

from __future__ import annotations

import json
import typing
from dataclasses import fields
from typing import Any

import pytest

from millrace import views
from millrace.metadata import ModelMetadata, TensorMetadata
from millrace.views import read, read_task

from .conftest import ROOT

SCHEMAS: dict[str, Any] = json.loads((ROOT / "docs" / "openrpc.json").read_text())["components"]["schemas"]
OPEN, ENDED = SCHEMAS["Task"]["oneOf"]


def inner(schema: dict[str, Any], *path: str) -> dict[str, Any]:
    """What a member of a schema is; one of a list, and the one that isn't null."""
    for name in path:
        schema = schema["properties"][name]
        schema = schema.get("items", schema)
        schema = next((each for each in schema.get("oneOf", []) if each.get("type") != "null"), schema)
    return schema


@pytest.mark.parametrize(
    ("record", "schema"),
    [
        (views.Quote, SCHEMAS["Quote"]),
        (views.OpenTask, OPEN),
        (views.EndedTask, ENDED),
        (views.Fate, inner(ENDED, "fate")),
        (views.Model, SCHEMAS["Model"]),
        (views.Sizes, inner(SCHEMAS["Model"], "sizes")),
        (ModelMetadata, SCHEMAS["Metadata"]),
        (TensorMetadata, SCHEMAS["Tensor"]),
        (views.Offer, SCHEMAS["Offer"]),
        (views.Lease, SCHEMAS["Lease"]),
        (views.Miner, SCHEMAS["Miner"]),
        (views.Slot, inner(SCHEMAS["Miner"], "slots")),
        (views.NextOffer, inner(SCHEMAS["Miner"], "next")),
        (views.Share, SCHEMAS["Share"]),
        (views.Race, SCHEMAS["Race"]),
        (views.Round, inner(SCHEMAS["Race"], "round")),
        (views.Listing, inner(SCHEMAS["Race"], "sprints")),
        (views.Market, inner(SCHEMAS["Race"], "market")),
    ],
)
def test_a_record_has_each_member_of_the_answer(record: type[Any], schema: dict[str, Any]) -> None:
    # `kind` chooses the record, and a miner has all its shares at once.
    told = schema["properties"].keys() - {"kind", "unclaimedNext"}
    hints = typing.get_type_hints(record)
    names = {views._camel(field.name): field.name for field in fields(record)}
    assert names.keys() == told
    for name in told:
        member = schema["properties"][name]
        nullable = {"type": "null"} in member.get("oneOf", [])
        assert nullable == (type(None) in typing.get_args(hints[names[name]])), f"{name} may be None"


def test_an_open_task_says_what_it_cost_so_far() -> None:
    waiting = {
        "kind": "waiting",
        "before": 0,
        "waiting": 1,
        "rentPerBlock": "5",
        "why": {"kind": "tooDear", "price": "9"},
    }
    told: dict[str, Any] = {name: "7" if "$ref" in each else 7 for name, each in OPEN["properties"].items()}
    told |= {"kind": "open", "standing": waiting, "next": {"kind": "refund", "from": 8, "why": "deadline"}}
    told |= {"rent": "11", "posting": "300", "compensation": "200", "failed": [], "declined": []}
    task = read_task(told)
    assert isinstance(task, views.OpenTask)
    assert (task.rent, task.posting, task.compensation) == (11, 300, 200)
    assert task.standing["rentPerBlock"] == 5 and task.standing["why"]["price"] == 9


def test_a_model_says_from_when_on_it_can_be_removed() -> None:
    told: dict[str, Any] = {name: "7" if "$ref" in each else 7 for name, each in SCHEMAS["Model"]["properties"].items()}
    told |= {"sizes": dict.fromkeys(SCHEMAS["Model"]["properties"]["sizes"]["properties"], "1"), "metadata": None}
    assert read(views.Model, {**told, "removableFrom": 9}).removable_from == 9
    assert read(views.Model, {**told, "removableFrom": None}).removable_from is None
