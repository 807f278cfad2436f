"""Each example of the README runs as it is printed, against a node that runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
NAMES = ["batch", "asyncio", "quantization", "metadata", "errors", "stock"]


def test_the_readme_has_these_examples() -> None:
    assert len(EXAMPLES) == len(NAMES)


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_an_example_runs(url: str, example: str) -> None:
    assert "ws://127.0.0.1:9944" in example
    code = example.replace("ws://127.0.0.1:9944", url)
    # In a process of its own: an example that doesn't end is a failure, too.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, timeout=180, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
