"""A task from its quote to its answer, and the other verbs, against a real node."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from millrace import Account, Client, MillraceError, OpenTask, Quantization, check_metadata, connect, connect_async
from millrace.views import EndedTask

from .conftest import ANSWERS, DESCRIBED, INPUTS, MODEL, RARE, ROOT, TOO_LITTLE, until


def leases(client: Client, task: int, first: int, last: int) -> list[dict[str, Any]]:
    """The leases that a task was given in some blocks."""
    events = (event for block in range(first, last + 1) for event in client.events(block))
    return [each.fields for each in events if each.name == "Tasks.TaskLeased" and each.fields["task"] == task]


def test_a_batch_is_quoted_posted_watched_and_answered(client: Client) -> None:
    batch = INPUTS[:16]
    quote = client.quote(MODEL, len(batch))
    assert quote.input_bytes == batch.nbytes and quote.price is not None
    posted = client.post(MODEL, batch)
    assert posted.samples == 16 and posted.max_price == 2 * quote.price and posted.receipt.fee > 0
    views = list(client.watch(posted.task, timeout=120))
    assert all(isinstance(view, OpenTask) for view in views[:-1])
    end = views[-1]
    assert isinstance(end, EndedTask) and end.settled
    bill = end.fate.end
    price = bill["paid"] + bill["burned"]
    lease = leases(client, posted.task, posted.receipt.block, end.fate.block)[-1]
    assert lease["price"] == quote.price
    assert price == quote.price if end.fate.block <= lease["due"] else price < quote.price
    assert end.cost == price + bill["fee"] + bill["retention"] + bill["rent"] + bill["posting"]
    # A nonce and a length take a byte more or less, at a millionth each.
    assert abs(bill["posting"] - posted.receipt.fee) <= 8_000_000
    np.testing.assert_array_equal(end.answer(), ANSWERS[:16])
    assert client.answer(posted.task, timeout=30).dtype == np.int32, "an ended task answers at once"
    newest = client.tasks(Account("//Bob").address)[0]
    assert isinstance(newest, EndedTask) and newest.fate == end.fate and newest.output is None


def test_the_same_without_blocking(url: str) -> None:
    async def both() -> None:
        async with await connect_async(url, Account("//Dave")) as client:
            parts = [INPUTS[:3], INPUTS[3:8]]
            posted = await asyncio.gather(*(client.post(MODEL, part) for part in parts))
            assert len({each.task for each in posted}) == 2, "two calls of one account at the same time"
            answers = await asyncio.gather(*(client.answer(each.task, timeout=120) for each in posted))
            np.testing.assert_array_equal(np.concatenate(answers), ANSWERS[:8])

    asyncio.run(both())


def test_real_numbers_become_bytes_by_scale_and_zero_point(client: Client) -> None:
    quantization = Quantization(0.25, -3)
    real = (INPUTS[:4].astype(np.float32) + 3) * np.float32(0.25)
    posted = client.post(MODEL, real, quantization=quantization)
    np.testing.assert_array_equal(client.answer(posted.task, timeout=120), ANSWERS[:4])


def test_real_numbers_go_in_and_labels_come_out_once_a_model_is_described(url: str, client: Client) -> None:
    # Who owns the model on a development chain.
    with connect(url, Account("//Alice")) as owner:
        owner.describe_model(MODEL, DESCRIBED)
    described = client.model(MODEL)
    assert described.metadata == check_metadata(DESCRIBED)
    assert described.metadata in [each.metadata for each in client.models()]
    grey = (INPUTS[:8] / np.float32(7)).reshape(8, 8, 8, 1)
    said = client.outcome(client.post(MODEL, grey).task, timeout=120).answers(described)
    assert said.labels == [str(answer) for answer in ANSWERS[:8]] and said.scores is None
    np.testing.assert_array_equal(said.indices, ANSWERS[:8])
    alone = client.post(MODEL, grey[2])
    assert alone.samples == 1, "the axis of the batch may be missing"
    assert client.outcome(alone.task, timeout=120).answers(described).labels == [str(ANSWERS[2])]
    with pytest.raises(MillraceError, match=r"the shape \[8, 8, 7, 1\], and a sample of this model \[8, 8, 1\]"):
        client.post(MODEL, grey[:, :, 1:])
    with pytest.raises(MillraceError, match="isn't finite"):
        client.post(MODEL, np.full((1, 64), np.nan))


@pytest.mark.parametrize("start", [b"\1\1", b"0x", b"\xfc\xff"])
def test_bytes_are_sent_as_they_are(client: Client, start: bytes) -> None:
    batch = start + bytes(62)
    posted = client.post(MODEL, batch, until="best")
    first = next(iter(client.watch(posted.task, timeout=60)))
    if isinstance(first, OpenTask):
        assert first.input_hash == "0x" + blake2b(batch, digest_size=32).hexdigest()
    same = client.post(MODEL, np.frombuffer(batch, np.uint8).reshape(1, 64))
    np.testing.assert_array_equal(client.answer(posted.task, timeout=120), client.answer(same.task, timeout=120))
    # Within a call that holds others, too.
    receipt = client.batch([("System", "remark_with_event", {"remark": batch})])
    said = receipt.event("System.Remarked").fields["hash"]
    assert said == "0x" + blake2b(batch, digest_size=32).hexdigest()


def test_a_task_that_nobody_takes_is_late_and_can_be_cancelled(client: Client) -> None:
    posted = client.post(MODEL, INPUTS, max_price=TOO_LITTLE, blocks=200)
    before = time.monotonic()
    with pytest.raises(MillraceError, match=rf"Task {posted.task} didn't end within 3 s\. ") as late:
        client.answer(posted.task, timeout=3)
    assert late.value.code == "timeout" and time.monotonic() - before < 30
    receipt = client.cancel(posted.task)
    assert receipt.event("Tasks.TaskRefunded").fields["why"] == "Cancelled"
    with pytest.raises(MillraceError, match="post it again") as cancelled:
        client.answer(posted.task, timeout=30)
    assert cancelled.value.code == "task.cancelled"
    with pytest.raises(MillraceError) as gone:
        client.cancel(posted.task)
    assert gone.value.code == "Tasks.NotFound"
    assert gone.value.remedy == "The task is settled or refunded already."


def test_shares_are_claimed(client: Client) -> None:
    author = Account("//Alice").address
    until("an author has a share of a round", lambda: any(share.amount for share in client.unclaimed(author)), RARE)
    claimed = client.claim_all(author)
    assert claimed.rounds > 0 and claimed.amount > 0


def test_a_model_is_registered_and_offered(url: str) -> None:
    with connect(url, Account("//Charlie")) as miner:
        terms = miner.miner(Account("//Charlie").address)
        registered = miner.register_model(ROOT / "models" / "zoo" / "mlp.millrace")
        assert registered.receipt is not None
        again = miner.register_model((ROOT / "models" / "zoo" / "mlp.millrace").read_bytes())
        assert again.model == registered.model and again.receipt is None
        rates = [slot.rate for slot in terms.slots]
        miner.offer(ask=terms.ask, rates=rates, models=[*terms.models, registered.model], timeout=180)
        now = miner.miner(Account("//Charlie").address)
        assert now.next is None and registered.model in now.models
        found = {each.model: each for each in miner.models()}
        assert found[registered.model].slots == len(rates)
        assert {offer.miner for offer in miner.offers(MODEL)} <= {Account("//Charlie").address}
        race = miner.round()
        assert race.round.emission_per_block > 0 and any(each.in_turn for each in race.sprints)


def test_a_model_is_registered_with_the_metadata_beside_it(url: str, tmp_path: Path) -> None:
    file = tmp_path / "branches.millrace"
    shutil.copy(ROOT / "models" / "zoo" / "branches.millrace", file)
    (tmp_path / "branches.metadata.json").write_text(json.dumps({**DESCRIBED, "name": "branches", "labels": []}))
    with connect(url, Account("//Dave")) as owner:
        registered = owner.register_model(file)
        assert registered.metadata is not None and registered.metadata.name == "branches"
        first = owner.model(registered.model)
        assert first.metadata == registered.metadata
        again = owner.register_model(file)
        assert again.receipt is None and again.metadata is None

        small = {**DESCRIBED, "input": {**DESCRIBED["input"], "shape": [8, 7]}}
        with pytest.raises(MillraceError) as refused:
            owner.describe_model(first.model, small)
        assert refused.value.code == "Models.MetadataShape"
        assert owner.model(first.model).metadata == first.metadata
        owner.describe_model(first.model, None)
        last = owner.model(first.model)
        assert last.metadata is None and last.deposit < first.deposit, "the deposit for the bytes is back"
        with pytest.raises(MillraceError, match=r"no metadata .* quantization=Quantization\(scale") as unknown:
            owner.post(first.model, np.zeros((1, 64)))
        assert unknown.value.code == "invalid_input"

        (tmp_path / "residual.metadata.json").write_text("{}")
        residual = tmp_path / "residual.millrace"
        shutil.copy(ROOT / "models" / "zoo" / "residual.millrace", residual)
        with pytest.raises(MillraceError, match="There is no 'name'"):
            owner.register_model(residual)
        without = owner.register_model(residual, metadata=False)
        assert without.receipt is not None and without.metadata is None
        assert owner.model(without.model).metadata is None
