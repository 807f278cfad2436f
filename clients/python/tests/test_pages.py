"""Lists that are longer than a page: from a node that knows nothing else, and from a real one in short pages."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from millrace import Account, Client, Share, aio, connect

from .conftest import INPUTS, MODEL, RARE, T, until

ROUNDS = 5
MINER: dict[str, Any] = {
    "miner": "5F",
    "mill": "5F",
    "ask": "1",
    "models": [],
    "slots": [],
    "next": None,
    "bond": "0",
    "neededBond": "0",
    "withdrawableFrom": 0,
    "unusedCapacity": "0",
    "maySprint": True,
    "leases": [],
    "idle": [],
}


def page(cursor: int | None, count: int) -> dict[str, Any]:
    """Shares of rounds from 1 on, so many at once."""
    first = cursor or 1
    rounds = range(first, min(first + count, ROUNDS + 1))
    items = [{"round": each, "amount": str(10**each), "voidFrom": each + 100} for each in rounds]
    return {"items": items, "next": first + count if len(items) == count else None}


def answer(method: str, params: list[Any]) -> Any:
    if method == "millrace_unclaimed":
        return page(*params[1:])
    first = page(None, 2)
    return {**MINER, "unclaimed": first["items"], "unclaimedNext": first["next"]}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, list[list[Any]]]]:
    """A client of a node that knows shares alone, two to a page; and what that is asked."""
    asked: list[list[Any]] = []

    def talk(socket: ServerConnection) -> None:
        for text in socket:
            question = json.loads(text)
            asked.append([question["method"], *question["params"]])
            result = answer(question["method"], question["params"])
            socket.send(json.dumps({"jsonrpc": "2.0", "id": question["id"], "result": result}))

    monkeypatch.setattr(aio, "_PAGE", 2)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serve(talk, "127.0.0.1", 0))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        client = stack.enter_context(connect(f"ws://127.0.0.1:{port}"))
        asked.clear()
        yield client, asked


def test_a_list_is_read_to_its_end(pages: tuple[Client, list[list[Any]]]) -> None:
    client, asked = pages
    shares = client.unclaimed("5F")
    assert [share.round for share in shares] == [1, 2, 3, 4, 5] and shares[4].amount == 100_000
    assert asked == [["millrace_unclaimed", "5F", cursor, 2] for cursor in (None, 3, 5)]


def test_what_a_miner_can_claim_is_whole(pages: tuple[Client, list[list[Any]]]) -> None:
    client, asked = pages
    miner = client.miner("5F")
    assert [share.round for share in miner.unclaimed] == [1, 2, 3, 4, 5]
    assert asked == [["millrace_miner", "5F"], ["millrace_unclaimed", "5F", 3, 2], ["millrace_unclaimed", "5F", 5, 2]]


def two(items: list[T]) -> list[T] | None:
    """A list, if it has two items."""
    return items if len(items) >= 2 else None


def two_shares(client: Client, author: str) -> list[Share]:
    return until("an author has shares of two rounds", lambda: two(client.unclaimed(author)), RARE)


def test_lists_of_a_node_are_the_same_in_pages_of_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody claims for an author but itself, so its shares wait.
    author, bob = Account("//Alice").address, Account("//Bob").address
    for each in (INPUTS[:1], INPUTS[1:2]):
        client.post(MODEL, each, until="best")
    shares = two_shares(client, author)
    # Only slots with something free are offered.
    offers = until("both slots are offered", lambda: two(client.offers(MODEL)))
    tasks, models = client.tasks(bob), client.models()
    assert len(tasks) >= 2
    monkeypatch.setattr(aio, "_PAGE", 1)
    # A round may have closed since.
    assert client.unclaimed(author)[: len(shares)] == shares
    assert [each.task for each in client.tasks(bob)] == [each.task for each in tasks]
    assert [each.model for each in client.models()] == [each.model for each in models]
    assert {(each.miner, each.slot) for each in client.offers(MODEL)} <= {(each.miner, each.slot) for each in offers}


def test_all_is_claimed_although_a_transaction_has_few(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    author = Account("//Alice").address
    shares = two_shares(client, author)
    monkeypatch.setattr(aio, "_CLAIMS", 1)
    claimed = client.claim_all(author)
    assert claimed.rounds >= len(shares) and claimed.amount >= sum(share.amount for share in shares)
    assert not {share.round for share in client.unclaimed(author)} & {share.round for share in shares}
