"""Questions to a node past the client that is tested, over HTTP."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def ask(url: str, method: str, *params: Any) -> Any:
    """What the node answers."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    address = url.replace("ws://", "http://")
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        answer = json.load(reply)
    assert "error" not in answer, answer
    return answer["result"]


def raw_extrinsics(url: str, block: str) -> list[str]:
    """The extrinsics of a block, in hexadecimal, as the node gives them."""
    return [str(each) for each in ask(url, "chain_getBlock", block)["block"]["extrinsics"]]
