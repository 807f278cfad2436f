"""What a node tells of the market, as typed records. Amounts are whole numbers: planck, MAC, rates."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from .answers import Answers, answers
from .arrays import Quantization, to_array
from .errors import MillraceError
from .metadata import ModelMetadata

#: Planck in one MILL.
UNIT = 10**12

#: A reason or a choice: its `kind`, and what belongs to that kind under the names of `docs/openrpc.json`.
Choice = dict[str, Any]


@dataclass(frozen=True)
class Quote:
    """What a batch would cost now. `taker` is a slot, or nobody and why."""

    model: str
    samples: int
    deadline: int
    input_bytes: int
    output_bytes: int
    work: int
    verification_fee: int
    retention_fee: int
    refund_fee: int
    posting_fee: int
    deposit: int
    rent_per_block: int
    waiting: int
    least_ceiling: int
    taker: Choice

    @property
    def price(self) -> int | None:
        """What the slot that would take it asks, planck; None if nobody would."""
        return int(self.taker["price"]) if self.taker["kind"] == "slot" else None


@dataclass(frozen=True)
class Fate:
    """How a task ended: `end` is settled, refunded or failed."""

    requester: str
    model: str
    samples: int
    block: int
    end: Choice


@dataclass(frozen=True)
class OpenTask:
    """A task that waits or is leased, and what happens next."""

    task: int
    requester: str
    model: str
    input_hash: str
    samples: int
    work: int
    ceiling: int
    bid: int
    deposit: int
    fee: int
    retention: int
    #: What its waits and its posting cost so far, and what a slash gave back of posting.
    rent: int
    posting: int
    compensation: int
    deadline: int
    standing: Choice
    next: Choice
    failed: list[str]
    declined: list[str]

    ended = False


@dataclass(frozen=True)
class EndedTask:
    """A task that is over; its output is kept until a block. Lists leave outputs out."""

    task: int
    fate: Fate
    kept_until: int
    output: bytes | None

    ended = True

    @property
    def settled(self) -> bool:
        """Whether it was executed, verified and paid."""
        return bool(self.fate.end["kind"] == "settled")

    @property
    def cost(self) -> int:
        """All that it cost, planck: price, fees, rent of its waits and posting, less what a slash gave back of that."""
        return sum(sign * int(self.fate.end.get(part, 0)) for part, sign in BILL.items())

    def answer(
        self, quantization: Quantization | None = None
    ) -> npt.NDArray[np.int32] | npt.NDArray[np.int8] | npt.NDArray[np.float32]:
        """The output as an array: indices, or bytes, or real numbers if a quantization is given."""
        return to_array(self._bytes(), self.fate.samples, quantization)

    def answers(self, of: Model | ModelMetadata) -> Answers:
        """What the output means: labels and real numbers, by the metadata of the task's model."""
        return answers(of, self._bytes(), self.fate.samples)

    def _bytes(self) -> bytes:
        if not self.settled:
            why = str(self.fate.end.get("why", self.fate.end["kind"]))
            remedy = REFUNDS.get(why, "Post it again.")
            raise MillraceError(f"task.{why}", f"Task {self.task} has no answer: it was refunded ({why})", remedy)
        if self.output is None:
            message = f"The output of task {self.task} isn't here"
            raise MillraceError("no_output", message, f"Ask for it with task({self.task}) until it is pruned.")
        return self.output


#: The parts of a bill, and how each counts. What is `returned` of a ceiling never left.
BILL = {"paid": 1, "burned": 1, "fee": 1, "retention": 1, "rent": 1, "posting": 1, "compensation": -1}

#: What to do about each reason for a refund.
REFUNDS = {
    "deadline": "No slot took it in time: raise max_price or give it more blocks.",
    "cancelled": "It was cancelled: post it again if you want its answer.",
    "displaced": "The queue was full and others offered more: raise max_price or give it fewer blocks.",
    "rentSpent": "Waiting used up its ceiling: raise max_price.",
    "tooManyFailures": "Too many miners failed it: post it again.",
    "unverifiable": "The chain can't verify it: post fewer samples at once.",
    "forced": "Governance ended it: ask there before you post it again.",
}

Task = OpenTask | EndedTask


@dataclass(frozen=True)
class Sizes:
    """Sizes of a model; those of a sample, but for `encoded_bytes`."""

    encoded_bytes: int
    sample_bytes: int
    output_bytes: int
    trace_bytes: int
    work: int
    layers: int


@dataclass(frozen=True)
class Model:
    """A registered model."""

    model: str
    owner: str
    deposit: int
    retired: bool
    #: The first block in which its owner may remove it, if it is retired and no open task uses it by then.
    removable_from: int | None
    listed: bool
    open_tasks: int
    slots: int | None
    most_samples: int | None
    sizes: Sizes
    #: What it is, for people, if its owner said so.
    metadata: ModelMetadata | None


@dataclass(frozen=True)
class Offer:
    """A slot that offers a model; `rate` is what is free of it, MAC per block."""

    miner: str
    slot: int
    ask: int
    rate: int
    idle_since: int


@dataclass(frozen=True)
class Lease:
    """A slot's obligation to execute a task."""

    task: int
    miner: str
    descriptor: str
    model: str
    samples: int
    due: int
    until: int
    declinable_until: int


@dataclass(frozen=True)
class Slot:
    """A slot of a miner."""

    slot: int
    rate: int
    on_sale: bool
    leased_rate: int
    suspended: bool
    withdrawn: bool
    idle_since: int


@dataclass(frozen=True)
class NextOffer:
    """An offer that comes into force with a round."""

    from_: int
    ask: int
    rates: list[int]
    models: list[str]


@dataclass(frozen=True)
class Share:
    """A share of a closed round that can be claimed."""

    round: int
    amount: int
    void_from: int


@dataclass(frozen=True)
class Miner:
    """A miner, with every reason why it earns nothing, or less than it could."""

    miner: str
    mill: str
    ask: int
    models: list[str]
    slots: list[Slot]
    next: NextOffer | None
    bond: int
    needed_bond: int
    withdrawable_from: int
    unused_capacity: int
    may_sprint: bool
    leases: list[Lease]
    idle: list[Choice]
    unclaimed: list[Share]


@dataclass(frozen=True)
class Round:
    """The running round, its emission and the next halving."""

    round: int
    first_block: int
    ends_with: int
    emission: int
    emission_per_block: int
    halves_at: int | None
    mined: int
    total_score: int
    emission_per_mega_mac: int
    emitted: int
    emission_cap: int
    first_claimable: int


@dataclass(frozen=True)
class Listing:
    """A model that sprints run on."""

    model: str
    samples: int
    difficulty: int
    in_turn: bool


@dataclass(frozen=True)
class Market:
    """The queue and the leases as a whole."""

    waiting: int
    most_waiting: int
    leases: int
    rent_per_block: int
    bid_to_exceed: int | None
    posted: int


@dataclass(frozen=True)
class Race:
    """Round, emission, sprints, queue and leases, as of a block."""

    block: int
    round: Round
    sprints: list[Listing]
    market: Market


T = TypeVar("T")


def read(kind: type[T], value: Any) -> T:
    """A record from the node's JSON: names in camel case, amounts as decimal strings, bytes in hexadecimal."""
    return typing.cast(T, _read(kind, value))


def read_task(value: dict[str, Any]) -> Task:
    """A task, open or ended."""
    return read(EndedTask, value) if value["kind"] == "ended" else read(OpenTask, value)


@cache
def _members(kind: type[Any]) -> list[tuple[str, str, Any]]:
    hints = typing.get_type_hints(kind)
    return [(field.name, _camel(field.name), hints[field.name]) for field in fields(kind)]


def _camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other.capitalize() for other in others)


def _read(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        inner = next(each for each in typing.get_args(kind) if each is not type(None))
        return None if value is None else _read(inner, value)
    if origin is list:
        return [_read(typing.get_args(kind)[0], each) for each in value]
    if is_dataclass(kind):
        return typing.cast(Any, kind)(
            **{name: _read(hint, value[key]) for name, key, hint in _members(typing.cast(Any, kind))}
        )
    if origin is dict:
        return {key: _amount(each) for key, each in value.items()}
    if kind is int:
        return int(value)
    if kind is bytes:
        return bytes.fromhex(value[2:])
    return value


def _amount(value: Any) -> Any:
    """A choice's member: a decimal string is an amount; hashes and addresses are longer than any."""
    if isinstance(value, dict):
        return {key: _amount(each) for key, each in value.items()}
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 40 else value
