"""The client for asyncio: every verb. The one that blocks (`sync.py`) runs this one."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from .account import Account, public_key
from .arrays import Quantization, is_real, model_id, to_bytes, whole_samples
from .chain import Event
from .connection import Connection, Deadline
from .errors import NODE_ERRORS, MillraceError, NodeError
from .market import Claimed, Posted, Registered
from .metadata import Described, ModelMetadata, beside, call_argument, metadata_of
from .sending import Receipt, Sender, Until
from .views import EndedTask, Miner, Model, Offer, OpenTask, Quote, Race, Share, Task, read, read_task

#: A call of `batch_all` and its like: pallet, function, arguments.
Call = tuple[str, str, dict[str, Any]]
Answer = npt.NDArray[np.int32] | npt.NDArray[np.int8] | npt.NDArray[np.float32]

#: Seconds for an answer of a node, for a transaction, and for a task.
ANSWER = 60.0
TRANSACTION = 180.0
TASK = 1_800.0

_PAGE = 100
_CLAIMS = 50

T = TypeVar("T")


async def connect_async(url: str, signer: Account | None = None, timeout: float = ANSWER) -> AsyncClient:
    """Connects to a node and waits until it answers. `signer` pays for what is sent; questions need none."""
    client = AsyncClient(url, signer)
    try:
        await client.wait_for_node(timeout)
    except BaseException:
        # Or it would go on trying.
        await client.close()
        raise
    return client


class AsyncClient:
    """A node of Millrace. Use `async with`, or `close` it."""

    def __init__(self, url: str, signer: Account | None = None) -> None:
        self.url = url
        self.signer = signer
        self._connection = Connection(url)
        self._sender = Sender(self._connection)

    async def wait_for_node(self, timeout: float = ANSWER) -> None:
        """Waits until the node answers."""
        remedy = "Check the address, and that the node runs."
        await self._ask("system_chain", deadline=Deadline(timeout, f"No node answers at {self.url}", remedy))

    async def close(self) -> None:
        """Ends the connection."""
        await self._connection.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def quote(self, model: str, samples: int, deadline: int | None = None, *, timeout: float = ANSWER) -> Quote:
        """What a batch would cost now, and who would take it. Nothing is reserved."""
        return read(Quote, await self._ask("millrace_quote", model, samples, deadline, deadline=_answer(timeout)))

    async def post(
        self,
        model: str,
        batch: npt.NDArray[Any] | bytes,
        *,
        max_price: int | None = None,
        blocks: int = 100,
        quantization: Quantization | None = None,
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Posted:
        """Posts a batch, one sample a row: int8 and uint8 as they are, real numbers by the model's metadata.

        `quantization` is for a model that has none, and takes their place. Metadata also say the shape of a sample, and
        a single one may come without the batch's axis.

        The deadline is `blocks` ahead. Without `max_price` (planck) the ceiling is twice what the slot asks that would
        take the batch now. `until` says when it counts as posted: a re-org can take back what only the best block
        holds, and with it the task's number.
        """
        end = _transaction(timeout)
        metadata = (await self._model(model, end)).metadata if quantization is None and is_real(batch) else None
        encoded = to_bytes(batch, quantization, metadata)
        one = read(Quote, await self._ask("millrace_quote", model, 1, None, deadline=end))
        # The metadata have the rows right already.
        samples = whole_samples(encoded if metadata else batch, len(encoded), one.input_bytes)
        due = await self._sender.number("best", end) + blocks
        if max_price is None:
            max_price = _ceiling(read(Quote, await self._ask("millrace_quote", model, samples, due, deadline=end)))
        # The input's hash is for libraries that may read bytes in another way; here they go as they are.
        arguments = {"model": model, "input": encoded, "max_price": max_price, "deadline": due, "input_hash": None}
        receipt = await self._send("Tasks", "post", arguments, until, end)
        return Posted(int(receipt.event("Tasks.TaskPosted").fields["task"]), samples, max_price, due, receipt)

    async def watch(self, task: int, *, until: Until = "finalized", timeout: float = TASK) -> AsyncIterator[Task]:
        """Tells of a task whenever something changed, and ends with it: the last one is an `EndedTask`.

        With `until="finalized"` that one comes when no re-org can undo the end.
        """
        end = Deadline(timeout, f"Task {task} didn't end", f"Watch it again, or ask task({task}).")
        last: Task | None = None
        while True:
            try:
                subscribe = ("millrace_subscribeTask", "millrace_unsubscribeTask", task)
                async for message in self._connection.subscribe(*subscribe, deadline=end):
                    view = read_task(message)
                    if isinstance(view, EndedTask):
                        ended = await self._ended_for_good(view, until, end)
                        if ended is None:
                            break
                        yield ended
                        return
                    if view != last:
                        last = view
                        yield view
            except NodeError as error:
                # Another node, or this one after a re-org, may be behind what it said before.
                if error.code != "no_task" or last is None:
                    raise
            await end.pause(0.5)

    async def _ended_for_good(self, view: EndedTask, until: Until, end: Deadline) -> EndedTask | None:
        """The end, once it is finalized; None if a re-org undid it."""
        while until == "finalized" and await self._sender.number("finalized", end) < view.fate.block:
            await end.pause(0.5)
        try:
            again = read_task(await self._ask("millrace_task", view.task, deadline=end))
        except NodeError as error:
            if error.code != "no_task":
                raise
            return None
        return again if isinstance(again, EndedTask) and again.fate == view.fate else None

    async def outcome(self, task: int, *, until: Until = "finalized", timeout: float = TASK) -> EndedTask:
        """Waits until a task ends, and gives its end: `.answer()` is its output, `.answers(model)` what that means."""
        async for view in self.watch(task, until=until, timeout=timeout):
            if isinstance(view, EndedTask):
                return view
        raise AssertionError("a watch ends with an EndedTask or an error")

    async def answer(
        self,
        task: int,
        *,
        quantization: Quantization | None = None,
        until: Until = "finalized",
        timeout: float = TASK,
    ) -> Answer:
        """Waits until a task ends and gives its output, a row for each sample.

        # Errors
        If it was refunded: the reason, and what to do about it.
        """
        return (await self.outcome(task, until=until, timeout=timeout)).answer(quantization)

    async def cancel(self, task: int, *, until: Until = "finalized", timeout: float = TRANSACTION) -> Receipt:
        """Takes back a task that still waits; what was held is released but the rent and the fee for its record."""
        return await self._send("Tasks", "cancel", {"task": task}, until, _transaction(timeout))

    async def claim_all(
        self, account: str | None = None, *, until: Until = "finalized", timeout: float = TRANSACTION
    ) -> Claimed:
        """Claims every share of closed rounds that an account has; the signer's, if none is given."""
        end = _transaction(timeout)
        who = public_key(account) if account is not None else self._signer().public_key
        amount = rounds = 0
        first = 0
        while True:
            shares = await self._unclaimed(who, first, end)
            if not shares:
                return Claimed(amount, rounds)
            calls: list[Call] = [("Rewards", "claim", {"round": each, "miner": who}) for each in shares]
            paid = await self._claim(calls, until, end)
            amount += sum(paid)
            rounds += len(paid)
            if paid:
                first = shares[-1] + 1

    async def _unclaimed(self, who: bytes, first: int, end: Deadline) -> list[int]:
        asked = who + first.to_bytes(4, "little") + _CLAIMS.to_bytes(4, "little")
        answer = await self._ask("state_call", "MarketApi_unclaimed", "0x" + asked.hex(), deadline=end)
        metadata = await self._sender.metadata(end)
        # Round, planck, and the first round in which it is void.
        return [share[0] for share in metadata.decode("Vec<(u32, u128, u32)>", bytes.fromhex(answer[2:]))]

    async def _claim(self, calls: list[Call], until: Until, end: Deadline) -> list[int]:
        try:
            receipt = await self._batch("batch_all", calls, until, end)
        except MillraceError as error:
            if error.code != "Rewards.NothingToClaim":
                raise
            # The miner's node claims, too, and was faster with one of them. What is left is asked for again.
            return []
        return [int(each.fields["amount"]) for each in receipt.events if each.name == "Rewards.Claimed"]

    async def register_model(
        self,
        encoding: bytes | str | os.PathLike[str],
        *,
        metadata: Described | bool = True,
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Registered:
        """Registers a model, from its bytes or its file, unless the chain has it.

        `metadata` say what it is, for people: as such, as a JSON object, or as the path of a JSON file. Without them, a
        file's are those of `NAME.metadata.json` beside `NAME.millrace`, if that is there. False leaves them out.
        """
        end = _transaction(timeout)
        content = encoding if isinstance(encoding, bytes) else _content(encoding)
        name = model_id(content)
        found: Described | None
        if isinstance(metadata, bool):
            found = beside(encoding) if metadata and not isinstance(encoding, bytes) else None
        else:
            found = metadata
        said = None if found is None else metadata_of(found)
        try:
            await self._ask("millrace_offers", name, None, 1, deadline=end)
        except NodeError as error:
            if error.code != "no_model":
                raise
            arguments = {"encoding": content, "metadata": call_argument(said)}
            return Registered(name, await self._send("Models", "register", arguments, until, end), said)
        return Registered(name, None, None)

    async def describe_model(
        self,
        model: str,
        metadata: Described | None,
        *,
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Receipt:
        """Says what a model is, for people, in place of what was said before; None takes that back.

        Only its owner may. The metadata come as such, as a JSON object, or as the path of a JSON file.
        """
        said: ModelMetadata | None = None if metadata is None else metadata_of(metadata)
        arguments = {"model": model, "metadata": call_argument(said)}
        return await self._send("Models", "describe", arguments, until, _transaction(timeout))

    async def retire_model(self, model: str, *, until: Until = "finalized", timeout: float = TRANSACTION) -> Receipt:
        """Takes no new tasks for a model, whose owner may remove it then: from its `removable_from` on."""
        return await self._send("Models", "retire", {"model": model}, until, _transaction(timeout))

    async def remove_model(self, model: str, *, until: Until = "finalized", timeout: float = TRANSACTION) -> Receipt:
        """Removes a retired model that no open task uses; its deposit comes back. Only its owner may."""
        return await self._send("Models", "remove", {"model": model}, until, _transaction(timeout))

    async def offer(
        self,
        *,
        ask: int,
        rates: list[int],
        models: list[str],
        until: Until = "finalized",
        wait: bool = True,
        timeout: float = 600.0,
    ) -> Receipt:
        """As a miner: offers slots of these rates (MAC per block) for these models, at an ask in planck per mega-MAC.

        It comes into force with the next round, for which this waits unless told otherwise.
        """
        end = Deadline(timeout, "The offer isn't in force", "Ask miner(account): its `next` is the offer that waits.")
        arguments = {"ask": ask, "rates": rates, "models": models}
        receipt = await self._send("Miners", "offer", arguments, until, end)
        while wait and (await self._miner(self._signer().address, end)).next is not None:
            await end.pause(1)
        return receipt

    async def register_miner(
        self,
        mill: str,
        proof: str,
        *,
        ask: int,
        rates: list[int],
        models: list[str],
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Receipt:
        """Makes the signer a miner that offers as `offer` does. Its node's millrace_proveMill has mill and proof."""
        arguments = {"mill": mill, "proof": proof, "ask": ask, "rates": rates, "models": models}
        return await self._send("Miners", "register", arguments, until, _transaction(timeout))

    async def resume(self, *, until: Until = "finalized", timeout: float = TRANSACTION) -> Receipt:
        """As a miner: puts suspended slots on sale again, and holds what the bond lacks."""
        return await self._send("Miners", "resume", {}, until, _transaction(timeout))

    async def model(self, model: str, *, timeout: float = ANSWER) -> Model:
        """A registered model."""
        return await self._model(model, _answer(timeout))

    async def models(self, *, timeout: float = ANSWER) -> list[Model]:
        """The registered models."""
        return await self._pages("millrace_models", [], lambda each: read(Model, each), _answer(timeout))

    async def offers(self, model: str, *, timeout: float = ANSWER) -> list[Offer]:
        """The free slots that offer a model, in the order in which they would be taken."""
        return await self._pages("millrace_offers", [model], lambda each: read(Offer, each), _answer(timeout))

    async def tasks(self, account: str, *, timeout: float = ANSWER) -> list[Task]:
        """An account's tasks, newest first: those that are open, and those that ended and are still kept."""
        return await self._pages("millrace_tasks", [account], read_task, _answer(timeout))

    async def unclaimed(self, account: str, *, timeout: float = ANSWER) -> list[Share]:
        """The shares of closed rounds that an account can claim, oldest first."""
        return await self._pages("millrace_unclaimed", [account], lambda each: read(Share, each), _answer(timeout))

    async def task(self, task: int, *, timeout: float = ANSWER) -> Task:
        """A task: an `OpenTask`, or an `EndedTask`."""
        return read_task(await self._ask("millrace_task", task, deadline=_answer(timeout)))

    async def miner(self, account: str, *, timeout: float = ANSWER) -> Miner:
        """A miner, with every reason why it doesn't earn, and all that it can claim."""
        return await self._miner(account, _answer(timeout))

    async def round(self, *, timeout: float = ANSWER) -> Race:
        """Round, emission, sprints, queue and leases."""
        return read(Race, await self._ask("millrace_round", deadline=_answer(timeout)))

    async def send(
        self,
        pallet: str,
        name: str,
        arguments: dict[str, Any],
        *,
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Receipt:
        """Any other call. Names are the metadata's, such as `Balances`, `transfer_keep_alive`; bytes go as they are."""
        return await self._send(pallet, name, arguments, until, _transaction(timeout))

    async def batch(
        self,
        calls: list[Call],
        *,
        kind: str = "batch_all",
        until: Until = "finalized",
        timeout: float = TRANSACTION,
    ) -> Receipt:
        """Several calls in one transaction. If one of them fails this fails with its reason, whatever the `kind`."""
        return await self._batch(kind, calls, until, _transaction(timeout))

    async def events(self, block: int, *, timeout: float = ANSWER) -> list[Event]:
        """The events of a block, whatever transactions it holds."""
        end = _answer(timeout)
        name = await self._ask("chain_getBlockHash", block, deadline=end)
        if name is None:
            raise MillraceError("no_block", f"There is no block {block} yet", "Wait for it.")
        return await self._sender.events(name, end)

    async def _send(self, pallet: str, name: str, arguments: dict[str, Any], until: Until, end: Deadline) -> Receipt:
        signer = self._signer()
        call = (await self._sender.metadata(end)).call(pallet, name, arguments)
        return await self._sender.send(call, (pallet, name), signer, until, end)

    async def _batch(self, kind: str, calls: list[Call], until: Until, end: Deadline) -> Receipt:
        signer = self._signer()
        if not calls:
            raise MillraceError("invalid_arguments", "A batch has one call at least", "Leave it out.")
        call = (await self._sender.metadata(end)).nested("Utility", kind, calls)
        # The remedy of an error within is in the documentation of the call within.
        return await self._sender.send(call, calls[0][:2], signer, until, end, len(calls))

    async def _miner(self, account: str, end: Deadline) -> Miner:
        told = await self._ask("millrace_miner", account, deadline=end)
        rest: list[Share] = []
        # The method has the first hundred shares; a sum over them alone would be too small.
        if (cursor := told["unclaimedNext"]) is not None:
            rest = await self._pages("millrace_unclaimed", [account], lambda each: read(Share, each), end, cursor)
        miner = read(Miner, told)
        return replace(miner, unclaimed=miner.unclaimed + rest)

    async def _model(self, model: str, end: Deadline) -> Model:
        # Models are listed by name, so the one behind the name before it is it.
        page = await self._ask("millrace_models", _name_before(model), 1, deadline=end)
        for each in page["items"]:
            if each["model"] == model.lower():
                return read(Model, each)
        raise MillraceError("no_model", f"No model {model} is registered", NODE_ERRORS[7002][1])

    async def _pages(
        self,
        method: str,
        first: list[Any],
        item: Callable[[dict[str, Any]], T],
        end: Deadline,
        cursor: Any = None,
    ) -> list[T]:
        """A whole list, or what is left of it from a cursor on."""
        items: list[T] = []
        while True:
            page = await self._ask(method, *first, cursor, _PAGE, deadline=end)
            items += [item(each) for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return items

    async def _ask(self, method: str, *params: Any, deadline: Deadline) -> Any:
        return await self._connection.call(method, *params, deadline=deadline)

    def _signer(self) -> Account:
        if self.signer is None:
            message = "This client has no account to sign with"
            raise MillraceError("no_signer", message, "Connect with signer=Account(secret).")
        return self.signer


def _answer(timeout: float) -> Deadline:
    return Deadline(timeout, "The node didn't answer", "Check that it runs, or give it more time.")


def _transaction(timeout: float) -> Deadline:
    remedy = "A block may hold it yet: look at the account before you send it again."
    return Deadline(timeout, "The transaction was in no block", remedy)


def _content(file: str | os.PathLike[str]) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        message = f"The model can't be read: {error}"
        raise MillraceError("invalid_input", message, "Give the path of its file, or its bytes.") from error


def _name_before(model: str) -> str | None:
    """The largest name that is less than a model's; None if there is none."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", model):
        remedy = "Give 0x and 64 digits, as model_id(encoding) does."
        raise MillraceError("invalid_arguments", f"{model!r} is no name of a model", remedy)
    number = int(model, 16)
    return f"0x{number - 1:064x}" if number else None


def _ceiling(quote: Quote) -> int:
    if quote.price is None:
        why = quote.taker["why"]["kind"]
        message = f"Nobody would take the batch now ({why}), so there is no price to go by"
        raise MillraceError(
            "no_taker", message, "Say what it may cost with max_price, or try again later.", quote.taker
        )
    return max(quote.least_ceiling, 2 * quote.price)


__all__ = ["AsyncClient", "OpenTask", "connect_async"]
