"""JSON-RPC over a WebSocket that comes back after it broke. Every wait has an end.

Everything that is sent through it may be sent twice: a question changes nothing, and a pool takes a transaction once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidURI, WebSocketException

from .errors import MillraceError, NodeError, late

#: A block with its transactions, in hexadecimal, is some MiB.
MOST_BYTES = 64 * 1024 * 1024
#: A node that hasn't answered for so long is asked again over a new connection.
PATIENCE = 20.0
_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


class Deadline:
    """The end of a wait."""

    def __init__(self, timeout: float, what: str, remedy: str) -> None:
        if not timeout > 0:
            message = f"A timeout is a positive number of seconds, not {timeout}"
            raise MillraceError("invalid_arguments", message, "Give one, such as 60.")
        self.timeout = timeout
        self._end = time.monotonic() + timeout
        self._what = what
        self._remedy = remedy

    @property
    def left(self) -> float:
        """Seconds that are left.

        # Errors
        If none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise late(self._what, self.timeout, self._remedy)
        return left

    async def pause(self, seconds: float) -> None:
        """Waits so long, or until the end."""
        await asyncio.sleep(min(seconds, self.left))


class Broken(Exception):
    """The connection ended before the answer came."""


class _Wire:
    """One WebSocket, from its opening to its end."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._feeds: dict[str, asyncio.Queue[Any]] = {}
        self.open = True
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            async for text in self._socket:
                self._take(json.loads(text))
        self.open = False
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Broken())
        for feed in self._feeds.values():
            feed.put_nowait(Broken())

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            answer = self._answers.get(message["id"])
            if answer is not None and not answer.done():
                answer.set_result(message)
        else:
            params = message["params"]
            self._feed(params["subscription"]).put_nowait(params.get("result"))

    def _feed(self, subscription: str) -> asyncio.Queue[Any]:
        # The first message may come before whoever subscribed has read the answer.
        return self._feeds.setdefault(subscription, asyncio.Queue())

    def feed(self, subscription: str) -> asyncio.Queue[Any]:
        """The messages of a subscription; ends with `Broken`."""
        feed = self._feed(subscription)
        if not self.open:
            feed.put_nowait(Broken())
        return feed

    async def ask(self, method: str, params: list[Any], timeout: float) -> Any:
        """The node's answer, or its error."""
        if not self.open:
            raise Broken
        number = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        request = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        try:
            async with _limit(timeout):
                await self._socket.send(request)
                message = await answer
        except (WebSocketException, OSError, asyncio.TimeoutError) as error:
            raise Broken from error
        finally:
            del self._answers[number]
        if "error" in message:
            raise NodeError(message["error"])
        return message["result"]

    def forget(self, subscription: str) -> None:
        self._feeds.pop(subscription, None)

    async def close(self) -> None:
        self.open = False
        # A peer that is gone doesn't answer the closing handshake.
        with contextlib.suppress(asyncio.TimeoutError, WebSocketException, OSError):
            await asyncio.wait_for(self._socket.close(), 2)
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader


class _limit:
    """`asyncio.timeout`, which Python 3.10 lacks, for one task."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._late = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()

        def end() -> None:
            self._late = True
            if task is not None:
                task.cancel()

        self._timer = asyncio.get_running_loop().call_later(self._seconds, end)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if self._late and kind is asyncio.CancelledError:
            raise asyncio.TimeoutError


class Connection:
    """A node, reached again whenever the wire to it breaks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._wire: _Wire | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def _ready(self, deadline: Deadline) -> _Wire:
        pause = _PAUSE
        async with self._opening:
            while self._wire is None or not self._wire.open:
                if self._closed:
                    raise MillraceError("closed", "The client is closed", "Connect again.")
                if self._wire is not None:
                    await self._wire.close()
                    self._wire = None
                try:
                    limit = min(deadline.left, PATIENCE)
                    # No compression: the node's answers are mostly hexadecimal, once.
                    opening = open_socket(
                        self.url, max_size=MOST_BYTES, open_timeout=limit, compression=None, proxy=None
                    )
                    self._wire = _Wire(await opening)
                except InvalidURI as error:
                    message = f"{self.url} is no address of a WebSocket"
                    raise MillraceError("invalid_url", message, "Give one such as ws://127.0.0.1:9944.") from error
                except (WebSocketException, OSError, asyncio.TimeoutError):
                    await deadline.pause(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
            return self._wire

    async def call(self, method: str, *params: Any, deadline: Deadline) -> Any:
        """The node's answer; asked again over a new wire if the old one broke."""
        while True:
            wire = await self._ready(deadline)
            try:
                return await wire.ask(method, list(params), min(deadline.left, PATIENCE))
            except Broken:
                await wire.close()
                await deadline.pause(_PAUSE)

    async def subscribe(self, begin: str, end: str, *params: Any, deadline: Deadline) -> AsyncIterator[Any]:
        """The messages of one subscription, as long as its wire lasts; then the caller subscribes again."""
        wire = await self._ready(deadline)
        try:
            subscription = await wire.ask(begin, list(params), min(deadline.left, PATIENCE))
        except Broken:
            await wire.close()
            return
        feed = wire.feed(subscription)
        try:
            while True:
                try:
                    message = await asyncio.wait_for(feed.get(), deadline.left)
                except asyncio.TimeoutError:
                    # Says what it was that took too long.
                    await deadline.pause(0.001)
                    continue
                if isinstance(message, Broken):
                    return
                yield message
        finally:
            wire.forget(subscription)
            if wire.open:
                with contextlib.suppress(Broken, NodeError):
                    await wire.ask(end, [subscription], 2)

    async def close(self) -> None:
        """Ends it for good."""
        self._closed = True
        if self._wire is not None:
            await self._wire.close()
