"""Whether a transaction fits a block, and how many of its calls do."""

from __future__ import annotations

from .errors import MillraceError

#: Bytes at most that a transaction has beside its call: its length, signer, signature, era, number, tip and the like.
SIGNED = 160


def too_long(size: int, calls: int, room: int) -> MillraceError | None:
    """Why a transaction of so many calls that take `size` bytes doesn't fit a block; None if its length does."""
    if size + SIGNED <= room:
        return None
    each = -(-size // calls)
    fit = (room - SIGNED) // each
    message = f"The transaction takes {size + SIGNED} bytes, and a block has room for {room}"
    remedy = f"A block takes {fit} of such calls of {each} bytes: send no more at once."
    return MillraceError("too_large", message, remedy if fit > 0 else "Make the call shorter.")


def too_heavy(calls: int) -> MillraceError:
    """What to say when a node finds that a transaction takes too much of a block although its length fits."""
    what = "call takes" if calls == 1 else f"{calls} calls take"
    message = f"The node refused the transaction: its {what} more time than a block has"
    remedy = "Ask for less in one call." if calls == 1 else f"Send {calls // 2} of them at once, or fewer."
    return MillraceError("too_large", message, remedy)
