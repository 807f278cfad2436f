"""What the verbs give back besides the node's own records."""

from __future__ import annotations

from dataclasses import dataclass

from .sending import Receipt


@dataclass(frozen=True)
class Posted:
    """A task that was posted: its number, and the transaction that posted it."""

    task: int
    samples: int
    max_price: int
    deadline: int
    receipt: Receipt


@dataclass(frozen=True)
class Registered:
    """A model's name, and the transaction that registered it; none if the chain had it already."""

    model: str
    receipt: Receipt | None


@dataclass(frozen=True)
class Claimed:
    """What was minted, planck, for how many rounds."""

    amount: int
    rounds: int
