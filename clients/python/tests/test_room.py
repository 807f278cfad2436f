"""What a block has room for: how many calls of a length, and in which words that is said."""

from __future__ import annotations

import pytest

from millrace import Client, MillraceError
from millrace.room import SIGNED, too_heavy, too_long

from .conftest import MODEL

ROOM = 3_932_160
POST = 524_288 + 60


def test_a_batch_that_is_too_long_says_how_many_calls_fit() -> None:
    assert too_long(7 * POST, 7, ROOM) is None
    failure = too_long(8 * POST, 8, ROOM)
    assert failure is not None and failure.code == "too_large"
    assert failure.message == f"The transaction takes {8 * POST + SIGNED} bytes, and a block has room for {ROOM}"
    assert failure.remedy == f"A block takes 7 of such calls of {POST} bytes: send no more at once."


def test_the_room_ends_where_it_does() -> None:
    assert too_long(ROOM - SIGNED, 1, ROOM) is None
    failure = too_long(ROOM - SIGNED + 1, 1, ROOM)
    assert failure is not None and failure.remedy == "Make the call shorter."


def test_what_takes_too_much_time_is_halved() -> None:
    assert str(too_heavy(9)).endswith("its 9 calls take more time than a block has. Send 4 of them at once, or fewer.")
    assert str(too_heavy(1)).endswith("its call takes more time than a block has. Ask for less in one call.")


def test_eight_posts_of_the_longest_input_are_one_too_many(client: Client) -> None:
    due = client.round().block + 100
    arguments = {"model": MODEL, "input": bytes(524_288), "max_price": 10**9, "deadline": due, "input_hash": None}
    post = ("Tasks", "post", arguments)
    with pytest.raises(MillraceError, match="A block takes 7 of such calls of 5243") as refused:
        client.batch([post] * 8)
    assert refused.value.code == "too_large"
    # Seven are refused for what they hold, if at all.
    try:
        client.batch([post] * 7)
    except MillraceError as error:
        assert error.code.startswith("Tasks."), error
