"""What the verbs give back besides the node's own records."""

from __future__ import annotations

from dataclasses import dataclass

from .metadata import ModelMetadata
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
    """A model's name, the transaction that registered it, and the metadata that went with it.

    The last two are None if the chain had the model already; its metadata are then what they were.
    """

    model: str
    receipt: Receipt | None
    metadata: ModelMetadata | None


@dataclass(frozen=True)
class Claimed:
    """What was minted, planck, for how many rounds."""

    amount: int
    rounds: int
