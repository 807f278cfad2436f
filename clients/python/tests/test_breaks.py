"""What breaks on the way: the wire, the pool, the fork. Each with real nodes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from millrace import Account, Client, MillraceError, connect
from millrace.account import compact
from millrace.chain import blake2_256
from millrace.connection import Deadline
from millrace.errors import NodeError
from millrace.views import EndedTask

from .conftest import ANSWERS, INPUTS, MODEL, TOO_LITTLE, Proxy, running_node, until
from .raw import ask, raw_extrinsics


@contextmanager
def cutting(proxy: Proxy, every: float) -> Iterator[None]:
    """Cuts the wire again and again, each time a little later: what a slow machine does must fit between two cuts."""
    stop = threading.Event()

    def cut() -> None:
        pause = every
        while not stop.wait(pause):
            proxy.cut()
            pause *= 1.03

    thread = threading.Thread(target=cut, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_task_outlives_a_wire_that_breaks(proxy: Proxy) -> None:
    with connect(proxy.url, Account("//Ferdie")) as client, cutting(proxy, 0.7):
        posted = client.post(MODEL, INPUTS[:8])
        views = list(client.watch(posted.task, timeout=120))
    assert isinstance(views[-1], EndedTask)
    np.testing.assert_array_equal(views[-1].answer(), ANSWERS[:8])
    assert proxy.connections > 2, "it was cut"
    assert len(views) == len({repr(view) for view in views}), "nothing is told twice"


def test_cuts_send_nothing_twice(proxy: Proxy, url: str) -> None:
    eve = Account("//Eve")
    before = ask(url, "system_accountNextIndex", eve.address)
    with connect(proxy.url, eve) as client:
        # What it reads once, above all the metadata, may take longer than there is between two cuts.
        client.send("System", "remark", {"remark": b""})
        with cutting(proxy, 0.15):
            for number in range(4):
                client.send("System", "remark_with_event", {"remark": bytes([number])}, timeout=120)
    assert ask(url, "system_accountNextIndex", eve.address) == before + 5


def test_a_node_that_stops_answering_is_late(proxy: Proxy) -> None:
    with connect(proxy.url) as client:
        proxy.stalled = True
        start = time.monotonic()
        with pytest.raises(MillraceError, match=r"The node didn't answer within 2 s\. Check that it runs"):
            client.round(timeout=2)
        assert time.monotonic() - start < 30
        proxy.stalled = False
        assert client.round(timeout=30).block > 0


def test_a_transaction_that_no_block_takes_is_late() -> None:
    with running_node(60_000, "--no-mine") as url, connect(url, Account("//Bob")) as client:
        with pytest.raises(MillraceError, match=r"in no block within 2 s\. A block may hold it yet"):
            client.send("System", "remark", {"remark": b""}, timeout=2)


def drop(url: str) -> list[str]:
    """Drops what comes into a pool, which bans it, and gives that."""
    waiting: list[str] = until("a transaction in the pool", lambda: ask(url, "author_pendingExtrinsics"))
    ask(url, "author_removeExtrinsic", [{"hash": "0x" + blake2_256(raw(each)).hex()} for each in waiting])
    return waiting


def test_what_the_pool_dropped_is_signed_again_with_its_nonce() -> None:
    with running_node(20_000, "--no-mine") as url, connect(url, Account("//Bob")) as client:
        with ThreadPoolExecutor() as pool:
            once = pool.submit(client.send, "System", "remark_with_event", {"remark": b"once"}, timeout=180)
            dropped = drop(url)
            receipt = once.result()
        held = raw_extrinsics(url, receipt.block_hash)
        assert dropped[0] not in held, "the pool's own copy is in no block"
        assert receipt.hash in ["0x" + blake2_256(each).hex() for each in map(raw, held)]
        assert ask(url, "system_accountNextIndex", Account("//Bob").address) == 1


def test_what_a_pool_looks_up_in_a_fork_that_has_ended_is_sent_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # As a node answers whose pool still looks at a block that finality has left behind.
    why = "Runtime error: Api called for an unknown Block: State already discarded for 0x31"
    eve = Account("//Eve")
    before = ask(url, "system_accountNextIndex", eve.address)
    with connect(url, eve) as client:
        connection = client._client._connection
        answer = connection.call
        refused: list[tuple[Any, ...]] = []

        async def call(method: str, *params: Any, deadline: Deadline) -> Any:
            if method == "author_submitExtrinsic" and not refused:
                refused.append(params)
                raise NodeError({"code": 1002, "message": f"Verification Error: {why}"})
            return await answer(method, *params, deadline=deadline)

        monkeypatch.setattr(connection, "call", call)
        receipt = client.send("System", "remark_with_event", {"remark": b"again"}, timeout=120)
    assert refused and receipt.event("System.Remarked")
    assert ask(url, "system_accountNextIndex", eve.address) == before + 1


def test_a_number_that_another_transaction_holds_in_the_pool_ends_nothing_yet() -> None:
    # Ours is dropped and banned, and another of the same account has its number before ours is sent again. The pool
    # refuses ours for that, but the other may never come into a block.
    with running_node(30_000, "--no-mine") as url, connect(url, Account("//Bob")) as client:
        with ThreadPoolExecutor() as pool:
            ours = pool.submit(client.send, "System", "remark", {"remark": b"ours"}, timeout=180)
            drop(url)
            with connect(url, Account("//Bob")) as another:
                another.send("System", "remark", {"remark": b"theirs"}, timeout=180)
            with pytest.raises(MillraceError, match="Another transaction used number 0") as used:
                ours.result()
    assert used.value.code == "nonce_used"


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    """A node of another fork."""
    with running_node() as address:
        yield address


@contextmanager
def through_a_proxy(url: str) -> Iterator[tuple[Proxy, Client]]:
    """Bob's client whose proxy can lead to another node."""
    proxy = Proxy(url)
    try:
        with connect(proxy.url, Account("//Bob")) as client:
            yield proxy, client
    finally:
        proxy.close()


def test_another_fork_takes_over(other: str) -> None:
    # Two nodes that don't know of each other: to the client, the second is a re-org of the first. Their genesis is all
    # that they share, so the first makes no block before the transaction is signed.
    with running_node(30_000, "--no-mine") as one, through_a_proxy(one) as (proxy, client):
        with ThreadPoolExecutor() as pool:
            posting = pool.submit(client.post, MODEL, INPUTS[:2], timeout=120)
            while not posting.done() and not ask(one, "author_pendingExtrinsics"):
                time.sleep(0.05)
            proxy.lead_to(other)
            proxy.cut()
            posted = posting.result()
        assert ask(other, "system_accountNextIndex", Account("//Bob").address) == 1
        np.testing.assert_array_equal(client.answer(posted.task, timeout=120), ANSWERS[:2])


def test_a_task_whose_fork_is_gone_is_watched_on(url: str, other: str) -> None:
    with connect(url, Account("//Dave")) as first, connect(other, Account("//Dave")) as second:
        there = second.post(MODEL, INPUTS[:1], max_price=10**10, until="best").task
        while (task := first.post(MODEL, INPUTS, max_price=TOO_LITTLE, blocks=300, until="best").task) <= there:
            pass
        with through_a_proxy(url) as (proxy, watcher):
            with ThreadPoolExecutor() as pool:
                views = watcher.watch(task, timeout=120)
                assert next(views).task == task
                rest = pool.submit(list, views)
                proxy.lead_to(other)
                proxy.cut()
                until("another connection", lambda: proxy.connections >= 2)
                # There is no such task there, which the watch is told, and then it comes.
                time.sleep(1)
                due = second.round().block + 100
                arguments = {"model": MODEL, "input": bytes(64), "max_price": 10**10, "deadline": due}
                post = ("Tasks", "post", {**arguments, "input_hash": None})
                # At a price of its own, whatever the slots ask by now.
                while (ahead := task - second.post(MODEL, INPUTS[:1], max_price=10**10, until="best").task) > 0:
                    second.batch([post] * min(ahead, 20), until="best")
                last = rest.result()[-1]
        first.cancel(task)
    assert isinstance(last, EndedTask) and last.fate.requester == Account("//Dave").address


def test_compact_numbers() -> None:
    known = {
        0: "00",
        63: "fc",
        64: "0101",
        16_383: "fdff",
        16_384: "02000100",
        2**30 - 1: "feffffff",
        2**30: "0300000040",
    }
    for value, code in known.items():
        assert compact(value).hex() == code
