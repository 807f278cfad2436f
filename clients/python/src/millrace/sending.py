"""Signs a call, sends it, and finds it in a block by its hash.

Blocks are read raw: next to ours may lie transactions without a signature ("general", version 5), which no SCALE
library for Python decodes. So each extrinsic of a block is hashed, and the position of ours picks its events.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

from .account import Account
from .chain import Birth, Event, Metadata, Version, blake2_256
from .connection import Connection, Deadline
from .errors import MillraceError, NodeError
from .room import too_heavy, too_long

#: Where `System.Events` lies.
EVENTS = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7"

Until = Literal["best", "finalized"]

#: Seconds between two looks at the chain.
_LOOK = 0.5
#: Looks after which a pool gets the transaction once more, in case that it dropped it.
_LOOKS_BEFORE_RESENDING = 12
#: Attempts to get a nonce that no other transaction of the account takes first.
_ATTEMPTS = 5

_UNVERIFIED = 1002
_IN_POOL = 1013
_BANNED = 1012
_INVALID = 1010
_UNDERPRICED = 1014
_POOL_FULL = 1016


@dataclass(frozen=True)
class Receipt:
    """A call that the chain executed: where, what it cost (planck), and its events."""

    hash: str
    block: int
    block_hash: str
    fee: int
    events: list[Event] = field(repr=False)

    def event(self, name: str) -> Event:
        """The first event of a name, `Pallet.Name`."""
        for event in self.events:
            if event.name == name:
                return event
        message = f"The transaction caused no {name}"
        raise MillraceError("no_event", message, "Install the release of this package that fits the chain.")


@dataclass
class _Sent:
    """A transaction on its way: all forms that were signed with its nonce, of which one block can hold one."""

    nonce: int
    death: int
    extrinsic: bytes
    hashes: set[bytes]


class Sender:
    """Sends calls over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._genesis: bytes | None = None
        self._metadata: dict[Version, Metadata] = {}
        self._turns: dict[bytes, asyncio.Lock] = {}

    async def metadata(self, deadline: Deadline, at: str | None = None) -> Metadata:
        """The description of the runtime of a block, or of the newest."""
        params = [] if at is None else [at]
        said = await self._connection.call("state_getRuntimeVersion", *params, deadline=deadline)
        version = Version(said["specVersion"], said["transactionVersion"])
        if version not in self._metadata:
            # Version 15, by name: a node's default stays at 14.
            params = ["Metadata_metadata_at_version", "0x0f000000", *params]
            answer = _bytes(await self._connection.call("state_call", *params, deadline=deadline))
            if not answer or answer[0] != 1:
                message = "The runtime doesn't describe itself in version 15"
                raise MillraceError("metadata", message, "Connect to a Millrace node of this release.")
            self._metadata[version] = Metadata(_unwrapped(answer[1:]), version)
        return self._metadata[version]

    async def send(
        self, call: bytes, of: tuple[str, str], signer: Account, until: Until, deadline: Deadline, calls: int = 1
    ) -> Receipt:
        """Signs and sends a call, which makes `calls` if it is a batch; gives its receipt once a block holds it.

        # Errors
        The chain's reason if the call failed, or any call within it. The pool's, if it takes no such transaction.
        """
        # A node takes long messages for noise, and doesn't even answer.
        failure = too_long(len(call), calls, (await self.metadata(deadline)).room)
        if failure is not None:
            raise failure
        start = await self._number(await self._head(until, deadline), deadline)
        try:
            sent = await self._submit(call, signer, start, deadline)
        except NodeError as error:
            if error.number == _INVALID and "exhaust" in error.message.lower():
                raise too_heavy(calls) from error
            raise
        return await self._follow(call, of, signer, sent, start, until, deadline)

    async def _submit(self, call: bytes, signer: Account, start: int, deadline: Deadline) -> _Sent:
        # One at a time, or two calls would take one nonce.
        async with self._turns.setdefault(signer.public_key, asyncio.Lock()):
            for attempt in range(1, _ATTEMPTS + 1):
                nonce = await self._connection.call("system_accountNextIndex", signer.address, deadline=deadline)
                sent = await self._sign(call, signer, nonce, deadline)
                try:
                    await self._connection.call("author_submitExtrinsic", _hex(sent.extrinsic), deadline=deadline)
                except NodeError as error:
                    if error.number in (_IN_POOL, _BANNED, _POOL_FULL) or _astray(error):
                        # The wire may have broken after it had arrived. What was banned, had no room, or was looked
                        # up in a fork that has ended is tried again.
                        return sent
                    # Another program signs for this account, or a fork's end made it old.
                    taken = error.number == _UNDERPRICED or _outdated(error)
                    if not taken:
                        raise
                    if attempt == _ATTEMPTS:
                        raise
                    if await self._arrived(sent, start, deadline):
                        return sent
                    await deadline.pause(attempt * _LOOK)
                    continue
                return sent
        raise AssertionError("the last attempt returns or raises")

    async def _arrived(self, sent: _Sent, start: int, deadline: Deadline) -> bool:
        """Whether a block has it already: it was sent, and its answer got lost with the wire."""
        return await self._held(sent, await self._head("best", deadline), start, deadline)

    async def _sign(self, call: bytes, signer: Account, nonce: int, deadline: Deadline) -> _Sent:
        if self._genesis is None:
            self._genesis = _bytes(await self._connection.call("chain_getBlockHash", 0, deadline=deadline))
        metadata = await self.metadata(deadline)
        birth = await self._birth(deadline)
        extrinsic = metadata.extrinsic(call, signer, nonce, birth, self._genesis)
        return _Sent(nonce, birth.death, extrinsic, {blake2_256(extrinsic)})

    async def _birth(self, deadline: Deadline) -> Birth:
        """A finalized block, which no fork takes back; not the newest, which a pool may not have seen yet."""
        newest = await self._number(await self._head("best", deadline), deadline)
        finalized = await self._number(await self._head("finalized", deadline), deadline)
        number = max(0, min(finalized, newest - 1))
        return Birth(number, _bytes(await self._connection.call("chain_getBlockHash", number, deadline=deadline)))

    async def _follow(
        self,
        call: bytes,
        of: tuple[str, str],
        signer: Account,
        sent: _Sent,
        start: int,
        until: Until,
        deadline: Deadline,
    ) -> Receipt:
        seen: dict[int, str] = {}
        looks = 0
        while True:
            head = await self._number(await self._head(until, deadline), deadline)
            # Blocks of a fork that others replaced are looked at again: their hashes differ.
            finalized = await self._number(await self._head("finalized", deadline), deadline)
            for number in range(start, head + 1):
                block = await self._connection.call("chain_getBlockHash", number, deadline=deadline)
                if block is None or seen.get(number) == block:
                    continue
                position = await self._position(sent, block, deadline)
                if position is not None:
                    return await self._receipt(of, sent, number, block, position, deadline)
                seen[number] = block
            start = max(start, min(head, finalized))
            looks += 1
            if looks % _LOOKS_BEFORE_RESENDING == 0:
                await self._resend(call, signer, sent, start, finalized, deadline)
            await deadline.pause(_LOOK)

    async def _resend(
        self, call: bytes, signer: Account, sent: _Sent, start: int, finalized: int, deadline: Deadline
    ) -> None:
        """Gives the pool what it may have dropped. Signed again, it keeps its nonce: the chain takes it once."""
        if finalized >= sent.death:
            await self._sign_again(call, signer, sent, deadline)
        if await self._refused(signer, sent, start, deadline):
            await self._sign_again(call, signer, sent, deadline)
            # If that is refused, too, the next look goes on from there: what was signed before may be on its way.
            await self._refused(signer, sent, start, deadline)

    async def _refused(self, signer: Account, sent: _Sent, start: int, deadline: Deadline) -> bool:
        """Gives the pool the newest signature; says whether only another one can get in."""
        try:
            await self._connection.call("author_submitExtrinsic", _hex(sent.extrinsic), deadline=deadline)
        except NodeError as error:
            if error.number == _BANNED or (error.number == _INVALID and "ancient" in error.message.lower()):
                return True
            if _outdated(error):
                await self._check_nonce(signer, sent, start, deadline)
            elif error.number not in (_IN_POOL, _UNDERPRICED, _POOL_FULL) and not _astray(error):
                raise
        return False

    async def _sign_again(self, call: bytes, signer: Account, sent: _Sent, deadline: Deadline) -> None:
        again = await self._sign(call, signer, sent.nonce, deadline)
        sent.extrinsic, sent.death = again.extrinsic, again.death
        sent.hashes |= again.hashes

    async def _check_nonce(self, signer: Account, sent: _Sent, start: int, deadline: Deadline) -> None:
        """Fails if a finalized block has used the nonce, and it wasn't we."""
        block = await self._head("finalized", deadline)
        # Nobody but the account's own state says what was used for good.
        answer = await self._connection.call(
            "state_call", "AccountNonceApi_account_nonce", _hex(signer.public_key), block, deadline=deadline
        )
        used = int.from_bytes(_bytes(answer)[:4], "little")
        # The block that used it may be one that we are about to look at.
        if used > sent.nonce and not await self._held(sent, block, start, deadline):
            message = f"Another transaction used number {sent.nonce} of {signer.address}"
            raise MillraceError(
                "nonce_used", message, "Look whether the chain did what you asked for, and send it again."
            )

    async def _held(self, sent: _Sent, block: str, start: int, deadline: Deadline) -> bool:
        """Whether a block has it, or one of those before it down to number `start`."""
        while True:
            if await self._position(sent, block, deadline) is not None:
                return True
            header = await self._connection.call("chain_getHeader", block, deadline=deadline)
            if header is None or int(header["number"], 16) <= start:
                return False
            block = header["parentHash"]

    async def _position(self, sent: _Sent, block: str, deadline: Deadline) -> int | None:
        """Where in a block it lies, by its hash."""
        answer = await self._connection.call("chain_getBlock", block, deadline=deadline)
        if answer is None:
            return None
        for position, raw in enumerate(answer["block"]["extrinsics"]):
            # A node gives each with its length in front, and the hash covers that.
            if blake2_256(_bytes(raw)) in sent.hashes:
                return position
        return None

    async def events(self, block: str, deadline: Deadline) -> list[Event]:
        """The events of a block."""
        metadata = await self.metadata(deadline, block)
        encoded = await self._connection.call("state_getStorage", EVENTS, block, deadline=deadline)
        return metadata.events(_bytes(encoded or "0x00"))

    async def _receipt(
        self, of: tuple[str, str], sent: _Sent, number: int, block: str, position: int, deadline: Deadline
    ) -> Receipt:
        metadata = await self.metadata(deadline, block)
        events = [each for each in await self.events(block, deadline) if each.extrinsic == position]
        for event in events:
            failure = _failure(event)
            if failure is not None:
                where, dispatch = failure
                error = metadata.error(dispatch, of)
                raise MillraceError(error.code, where + error.message, error.remedy)
        fee = sum(each.fields["actual_fee"] for each in events if each.name == "TransactionPayment.TransactionFeePaid")
        extrinsic = next(iter(sent.hashes)) if len(sent.hashes) == 1 else blake2_256(sent.extrinsic)
        return Receipt(_hex(extrinsic), number, block, fee, events)

    async def _head(self, until: Until, deadline: Deadline) -> str:
        method = "chain_getFinalizedHead" if until == "finalized" else "chain_getBlockHash"
        return str(await self._connection.call(method, deadline=deadline))

    async def _number(self, block: str, deadline: Deadline) -> int:
        header = await self._connection.call("chain_getHeader", block, deadline=deadline)
        # A fork's block may be gone by now.
        return int(header["number"], 16) if header is not None else 0

    async def number(self, until: Until, deadline: Deadline) -> int:
        """The newest block's number."""
        return await self._number(await self._head(until, deadline), deadline)


def _failure(event: Event) -> tuple[str, Any] | None:
    """The error within an event, if it tells of a failure, and where: of the call itself, or of a call within it."""
    if event.name == "System.ExtrinsicFailed":
        return "", event.fields["dispatch_error"]
    if event.name == "Utility.BatchInterrupted":
        return f"{event.name} at call {event.fields['index']}, counted from 0: ", event.fields["error"]
    if event.name == "Utility.ItemFailed":
        return f"{event.name}: ", event.fields["error"]
    for name, key in _RESULTS:
        result = event.fields.get(key) if event.name == name else None
        if isinstance(result, dict) and "Err" in result:
            return f"{event.name}: ", result["Err"]
    return None


_RESULTS = (
    ("Utility.DispatchedAs", "result"),
    ("Proxy.ProxyExecuted", "result"),
    ("Multisig.MultisigExecuted", "result"),
    ("Sudo.Sudid", "sudo_result"),
    ("Sudo.SudoAsDone", "sudo_result"),
)


def _outdated(error: NodeError) -> bool:
    return error.number == _INVALID and "outdated" in error.message.lower()


def _astray(error: NodeError) -> bool:
    """Whether the pool looked at a block of a fork that has ended."""
    return error.number == _UNVERIFIED and "state already discarded" in error.message.lower()


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _unwrapped(encoded: bytes) -> bytes:
    """A byte string without the compact length in front."""
    size = {0: 1, 1: 2, 2: 4}.get(encoded[0] & 3, (encoded[0] >> 2) + 5)
    return encoded[size:]
