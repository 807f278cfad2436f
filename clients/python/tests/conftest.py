"""A real development node for the tests, started once and ended by its own process id; a proxy that can be cut."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest

from millrace import Account, Client, connect, model_id

ROOT = Path(__file__).resolve().parents[3]
DIGITS = ROOT / "models" / "digits"
#: Seconds that a node may take to start, on a machine that is busy with others.
START = 600
#: Seconds for what takes a won sprint, of which several rounds may have none.
RARE = 900
BINARY = os.environ.get("MILLRACE_NODE", str(Path.home() / ".cache/millrace/target/release/millrace-node"))

MODEL = model_id((DIGITS / "digits.millrace").read_bytes())
INPUTS: npt.NDArray[np.int8] = np.frombuffer((DIGITS / "heldout.bin").read_bytes(), np.int8).reshape(-1, 64)
#: Planck: less than the 112 µMILL that slots ask for all of them, so that a task waits. Rent takes one in each block.
TOO_LITTLE = 100_000_000
#: What the model is, for people, as JSON.
DESCRIBED: dict[str, Any] = {
    "name": "digits",
    "licence": "CC-BY-4.0",
    "input": {
        "shape": [8, 8, 1],
        "meaning": "grey levels from 0 to 16, row by row",
        "scale": "0.14285714285714285",
        "zeroPoint": 0,
    },
    "output": {"shape": [1], "meaning": "the digit", "scale": "1", "zeroPoint": 0},
    "labels": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
}
#: What the reference execution says for each of them.
ANSWERS: npt.NDArray[np.int32] = np.frombuffer((DIGITS / "heldout-predictions.bin").read_bytes(), np.uint8).astype(
    np.int32
)


def pytest_configure() -> None:
    # SIGTERM ends pytest as Ctrl-C does, so that the fixtures end their nodes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


T = TypeVar("T")


def until(what: str, condition: Callable[[], T | None], limit: float = 120) -> T:
    """Waits until a condition gives something, and gives that; fails if it doesn't in so many seconds."""
    end = time.monotonic() + limit
    while not (found := condition()):
        assert time.monotonic() < end, f"{what}: not within {limit} s"
        time.sleep(0.1)
    return found


@contextlib.contextmanager
def running_node(block_time: int = 1000, *extra: str) -> Iterator[str]:
    """A development node; gives its address."""
    if not Path(BINARY).is_file():
        pytest.fail(f"there is no node at {BINARY}: build one with 'make build', or set MILLRACE_NODE")
    with tempfile.TemporaryDirectory(prefix="millrace-python-") as base, open(Path(base) / "node.log", "wb") as log:
        # The node takes free ports itself: one that is chosen here may be another's until it starts.
        command = [BINARY, "--dev", "--base-path", base, "--dev-block-time", str(block_time), "--rpc-port", "0"]
        command += ["--port", "0", "--no-hardware-benchmarks", "--no-prometheus", "--no-telemetry", *extra]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            url = address_of(process, Path(base) / "node.log")
            connect(url, timeout=START).close()
            yield url
        finally:
            # Its folder goes with it, so it needn't close its database first, which takes seconds.
            process.kill()
            process.wait()


def address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Waits until a node says in its log where it listens; fails with that if it ends before."""

    def said() -> re.Match[str] | None:
        text = log.read_text(errors="replace")
        assert process.poll() is None, f"the node has ended; the end of its log:\n{text[-2000:]}"
        return re.search(r"JSON-RPC server: addr=(127\.0\.0\.1:\d+)", text)

    return f"ws://{until('the node listens', said, START)[1]}"


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with running_node() as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with connect(url, Account("//Bob")) as bob:
        yield bob


class Proxy:
    """A TCP proxy that can be cut, stalled, and led to another node."""

    def __init__(self, url: str) -> None:
        self.lead_to(url)
        self.stalled = False
        self.connections = 0
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def lead_to(self, url: str) -> None:
        self._port = int(url.rsplit(":", 1)[1])

    def cut(self) -> None:
        """Breaks every connection that is open now."""
        for each in list(self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self.connections += 1
                self._sockets |= {near, far}
                self._start(self._pump, near, far)
                self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                while self.stalled:
                    time.sleep(0.05)
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            self._sockets.discard(each)


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    between = Proxy(url)
    yield between
    between.close()
