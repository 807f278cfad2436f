"""A block that holds a submission: the stock package fails on it, and a receipt from it is read all the same."""

from __future__ import annotations

import asyncio

import pytest
from async_substrate_interface import SubstrateInterface
from scalecodec.exceptions import RemainingScaleBytesNotEmptyException

from millrace import Account, Client, Receipt, connect, connect_async
from millrace.aio import AsyncClient
from millrace.chain import blake2_256
from millrace.views import EndedTask

from .conftest import INPUTS, MODEL
from .raw import ask, raw_extrinsics

NEIGHBOURS = ["//Alice", "//Dave", "//Eve", "//Ferdie"]


async def shared_block(url: str) -> Receipt:
    """A receipt from a block that holds a submission, too."""
    async with await connect_async(url, Account("//Bob")) as requester:
        neighbours = [await connect_async(url, Account(each)) for each in NEIGHBOURS]
        try:
            for _ in range(10):
                posted = await requester.post(MODEL, INPUTS[:64], until="best")
                going = asyncio.Event()
                talk = [asyncio.create_task(remarks(each, going, turn)) for turn, each in enumerate(neighbours)]
                async for view in requester.watch(posted.task, until="best", timeout=120):
                    end = view
                going.set()
                assert isinstance(end, EndedTask) and end.settled
                for receipt in [receipt for each in await asyncio.gather(*talk) for receipt in each]:
                    if receipt.block == end.fate.block:
                        return receipt
        finally:
            for each in neighbours:
                await each.close()
    raise AssertionError("none of ten submissions shared its block")


async def remarks(client: AsyncClient, done: asyncio.Event, turn: int) -> list[Receipt]:
    await asyncio.sleep(turn / len(NEIGHBOURS))
    receipts = []
    while not done.is_set():
        receipts.append(await client.send("System", "remark_with_event", {"remark": b"hello"}, until="best"))
    return receipts


def general(extrinsic: str) -> bool:
    """Whether an extrinsic is a general transaction, by the version after its compact length."""
    raw = bytes.fromhex(extrinsic[2:])
    return raw[{0: 1, 1: 2, 2: 4}[raw[0] & 3]] == 0x45


def plain(url: str, block: int) -> int:
    """The newest block up to one that holds no general transaction. Of old ones a node has pruned the state."""
    while any(map(general, raw_extrinsics(url, ask(url, "chain_getBlockHash", block)))):
        block -= 1
    return block


def test_a_receipt_is_read_where_the_stock_package_fails(url: str, client: Client) -> None:
    receipt = asyncio.run(shared_block(url))
    held = raw_extrinsics(url, receipt.block_hash)
    assert any(map(general, held)), "it holds a submission"
    assert receipt.hash in ["0x" + blake2_256(bytes.fromhex(each[2:])).hex() for each in held]
    assert receipt.event("System.Remarked").fields["hash"] == "0x" + blake2_256(b"hello").hex()
    assert receipt.fee > 0 and receipt.event("System.ExtrinsicSuccess")
    names = {each.name for each in client.events(receipt.block)}
    assert {"Tasks.TaskSettled", "System.Remarked"} <= names
    with SubstrateInterface(url=url) as stock:
        with pytest.raises(RemainingScaleBytesNotEmptyException):
            stock.get_block(receipt.block_hash)
        with pytest.raises(RemainingScaleBytesNotEmptyException):
            assert stock.retrieve_extrinsic_by_hash(receipt.block_hash, receipt.hash).is_success
        assert stock.get_block(block_number=plain(url, receipt.block)) is not None, "and it decodes others"
        found = [each["event_id"] for each in stock.get_events(receipt.block_hash)]
        assert {"TaskSettled", "Remarked"} <= set(found), "and the events of both"


def test_a_client_for_questions_needs_no_account(url: str) -> None:
    with connect(url) as nobody:
        names = {each.name for each in nobody.events(nobody.round().block)}
        assert "System.ExtrinsicSuccess" in names
