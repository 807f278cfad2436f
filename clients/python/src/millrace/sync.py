"""The client that blocks: the verbs of `AsyncClient`, run on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from .account import Account
from .aio import ANSWER, TASK, AsyncClient, connect_async
from .errors import MillraceError
from .sending import Until
from .views import Task

P = ParamSpec("P")
T = TypeVar("T")


class _Loop:
    """An event loop on a thread, and what runs on it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # A program that forgets to close its client still ends.
        self._thread = threading.Thread(target=self._loop.run_forever, name="millrace", daemon=True)
        self._thread.start()
        self._stopped = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._stopped:
            work.close()
            raise MillraceError("closed", "The client is closed", "Connect again.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            # An interrupt, for one, ends the work as well.
            future.cancel()
            raise

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            # What an interrupt left behind ends first.
            asyncio.run_coroutine_threadsafe(_cancelled(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _cancelled() -> None:
    """Ends everything else that runs on this loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _blocking(
    verb: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Client, P], T]:
    def blocking(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.run(verb(self._client, *args, **kwargs))

    functools.update_wrapper(blocking, verb)
    return blocking


def connect(url: str, signer: Account | None = None, timeout: float = ANSWER) -> Client:
    """Connects to a node and waits until it answers. `signer` pays for what is sent; questions need none."""
    loop = _Loop()
    try:
        return Client(loop.run(connect_async(url, signer, timeout)), loop)
    except BaseException:
        loop.stop()
        raise


class Client:
    """A node of Millrace. Use `with`, or `close` it. `AsyncClient` says what each verb does."""

    def __init__(self, client: AsyncClient, loop: _Loop) -> None:
        self._client = client
        self._loop = loop
        self.url = client.url

    quote = _blocking(AsyncClient.quote)
    post = _blocking(AsyncClient.post)
    outcome = _blocking(AsyncClient.outcome)
    answer = _blocking(AsyncClient.answer)
    cancel = _blocking(AsyncClient.cancel)
    claim_all = _blocking(AsyncClient.claim_all)
    register_model = _blocking(AsyncClient.register_model)
    describe_model = _blocking(AsyncClient.describe_model)
    retire_model = _blocking(AsyncClient.retire_model)
    remove_model = _blocking(AsyncClient.remove_model)
    register_miner = _blocking(AsyncClient.register_miner)
    offer = _blocking(AsyncClient.offer)
    resume = _blocking(AsyncClient.resume)
    model = _blocking(AsyncClient.model)
    models = _blocking(AsyncClient.models)
    offers = _blocking(AsyncClient.offers)
    tasks = _blocking(AsyncClient.tasks)
    unclaimed = _blocking(AsyncClient.unclaimed)
    task = _blocking(AsyncClient.task)
    miner = _blocking(AsyncClient.miner)
    round = _blocking(AsyncClient.round)
    send = _blocking(AsyncClient.send)
    batch = _blocking(AsyncClient.batch)
    events = _blocking(AsyncClient.events)

    def watch(self, task: int, *, until: Until = "finalized", timeout: float = TASK) -> Iterator[Task]:
        """Tells of a task whenever something changed, and ends with it: the last one is an `EndedTask`."""
        views = self._client.watch(task, until=until, timeout=timeout)

        async def following() -> Task | None:
            async for view in views:
                return view
            return None

        try:
            while (view := self._loop.run(following())) is not None:
                yield view
        finally:
            with contextlib.suppress(MillraceError, CancelledError):
                self._loop.run(_closed(views))

    def close(self) -> None:
        """Ends the connection and the thread."""
        with contextlib.suppress(MillraceError):
            self._loop.run(self._client.close())
        self._loop.stop()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _closed(views: Any) -> None:
    await views.aclose()
