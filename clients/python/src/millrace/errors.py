"""The one error of this package: a code for programs, a sentence for people, and what to do about it."""

from __future__ import annotations

from typing import Any

#: Names for the codes of a node's own methods, and what to do about each.
NODE_ERRORS: dict[int, tuple[str, str]] = {
    -32602: ("invalid_arguments", "Correct the argument that the message names."),
    -32601: ("unknown_method", "Connect to a Millrace node of this release."),
    1010: ("invalid_transaction", "Check the account's balance, and that no other program signs for it."),
    1016: ("pool_full", "Try again later, or through another node."),
    7000: ("runtime", "Try another node: this one is older or newer than the chain."),
    7001: ("no_task", "Check the task's number; a task's fate is kept for its retention only."),
    7002: ("no_model", "Register the model first, or choose one of models()."),
    7003: ("no_miner", "Check the account; a miner registers with miners.register."),
    7004: ("unpostable", "Change the batch or its deadline as the message says."),
}


class MillraceError(Exception):
    """Something that was asked for didn't happen.

    `code` is a word for programs, or `pallet.Name` for an error of the chain. `remedy` says what to do. `data` holds
    what the node added, if anything.
    """

    def __init__(self, code: str, message: str, remedy: str, data: Any = None) -> None:
        super().__init__(code, message, remedy)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.data = data

    def __str__(self) -> str:
        return f"{self.message.rstrip('.')}. {self.remedy}"


class NodeError(MillraceError):
    """What a node answered in place of a result; `number` is the code of its answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.number = int(error.get("code", 0))
        known = NODE_ERRORS.get(self.number)
        code, remedy = known or (f"node_{self.number}", "Look into the node's log.")
        data = error.get("data")
        # What follows the first line is a trace of the call that failed.
        message = str(error.get("message", "")).strip().partition("\n")[0] or "The node gave no reason"
        # The pool's own reason lies in the data; elsewhere data is for programs.
        if isinstance(data, str):
            message = f"{message}: {data}"
        super().__init__(code, message, remedy, data)


def late(what: str, timeout: float, remedy: str) -> MillraceError:
    """A wait that took longer than its timeout."""
    return MillraceError("timeout", f"{what} within {timeout:g} s", remedy)
