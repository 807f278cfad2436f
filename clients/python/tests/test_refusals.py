"""What is refused, and in which words: arguments, batches whose parts fail, accounts, timeouts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from millrace import Account, Client, MillraceError, Quantization, connect
from millrace.arrays import to_array, to_bytes
from millrace.errors import NodeError
from millrace.views import REFUNDS

from .conftest import DESCRIBED, MODEL, ROOT

ROW = np.zeros((1, 64), np.int8)
UNKNOWN = "0x" + "11" * 32
BOB = Account("//Bob").address


@pytest.mark.parametrize(
    ("ask", "code", "words"),
    [
        (lambda c: c.post(MODEL, np.zeros((1, 63), np.int8)), "invalid_input", "whole samples of 64 bytes"),
        (lambda c: c.post(MODEL, np.zeros((2, 32), np.int8)), "invalid_input", "2 rows, but its bytes are 1 samples"),
        (lambda c: c.post(MODEL, np.zeros((0, 64), np.int8)), "invalid_input", "one row at least"),
        (lambda c: c.post(MODEL, np.zeros((1, 64), np.int64)), "invalid_input", "int64 is neither bytes nor real"),
        (lambda c: c.post(MODEL, ROW, quantization=Quantization(1.0)), "invalid_input", "holds bytes already"),
        (lambda c: c.post(MODEL, [[0] * 64]), "invalid_input", "Convert it with numpy.asarray"),
        (lambda c: c.post(UNKNOWN, ROW), "no_model", "No model 0x1111"),
        (lambda c: c.post("digits", ROW), "invalid_arguments", "Give \\[model, samples"),
        (lambda c: c.post(MODEL, ROW, blocks=0, max_price=10**12), "Tasks.InvalidDeadline", "Deadline|deadline"),
        (lambda c: c.post(MODEL, ROW, max_price=0), "Tasks.PriceTooLow", "ceiling"),
        (lambda c: c.post(MODEL, np.zeros((9000, 64), np.int8)), "unpostable", "at most"),
        (lambda c: c.post(MODEL, ROW, max_price=-1), "invalid_arguments", "can't be made of these arguments"),
        (lambda c: c.task(4_000_000_000), "no_task", "no task 4000000000"),
        (lambda c: list(c.watch(4_000_000_000)), "no_task", "Check the task's number"),
        (lambda c: c.miner(Account("//Nobody").address), "no_miner", "is no miner"),
        (lambda c: c.claim_all("Alice"), "invalid_account", "Give an SS58 address"),
        (lambda c: c.register_model(b"\1\2"), "Models.Undecodable", "."),
        (lambda c: c.register_model(ROOT / "none.millrace"), "invalid_input", "The model can't be read: .*none"),
        (lambda c: c.register_model(str(ROOT)), "invalid_input", "The model can't be read"),
        (lambda c: c.cancel(-1), "invalid_arguments", "can't be made of these arguments"),
        (lambda c: c.cancel(1.5), "invalid_arguments", "can't be made of these arguments"),
        (
            lambda c: c.send("Balances", "transfer_allow_death", {"dest": BOB, "value": 10**30}),
            "chain.Arithmetic.Underflow",
            "Top the account up",
        ),
        (
            lambda c: c.register_model(b"\1\2", metadata={"name": "x"}),
            "invalid_input",
            "There is no 'licence', 'input'",
        ),
        (lambda c: c.describe_model(MODEL, DESCRIBED), "Models.NotAuthorized", "."),
        (lambda c: c.describe_model(UNKNOWN, DESCRIBED), "Models.NotFound", "."),
        (lambda c: c.retire_model(MODEL), "Models.NotAuthorized", "."),
        (lambda c: c.remove_model(UNKNOWN), "Models.NotFound", "."),
        (lambda c: c.resume(), "Miners.NotFound", "."),
        (
            lambda c: c.register_miner(UNKNOWN, "0x" + "11" * 64, ask=1, rates=[10**9], models=[MODEL]),
            "Miners.InvalidProof",
            ".",
        ),
        (lambda c: c.describe_model(MODEL, ROOT / "none.json"), "invalid_input", "can't be read"),
        (lambda c: c.model(UNKNOWN), "no_model", "No model 0x1111"),
        (lambda c: c.model("0x" + "00" * 32), "no_model", "No model 0x0000"),
        (lambda c: c.model("digits"), "invalid_arguments", "'digits' is no name of a model"),
        (lambda c: c.post(UNKNOWN, np.zeros((1, 64))), "no_model", "No model 0x1111"),
        (lambda c: c.send("Tasks", "pots", {}), "invalid_arguments", "Tasks.pots can't be made"),
        (lambda c: c.batch([]), "invalid_arguments", "one call at least"),
        (lambda c: c.quote(MODEL, 1, timeout=0), "invalid_arguments", "positive number of seconds"),
        (lambda c: c.events(4_000_000), "no_block", "Wait for it"),
    ],
)
def test_nonsense_is_named(client: Client, ask: Callable[[Client], Any], code: str, words: str) -> None:
    with pytest.raises(MillraceError, match=words) as refused:
        ask(client)
    error = refused.value
    assert error.code == code
    assert error.message and error.remedy.endswith("."), error
    assert str(error) == f"{error.message.rstrip('.')}. {error.remedy}"


def test_a_trace_of_the_node_is_no_sentence() -> None:
    told = "Client error: Execution failed: wasm trap\nWASM backtrace:\nerror while executing at wasm\n    0: 0x1a2b"
    error = NodeError({"code": -32000, "message": told})
    assert error.message == "Client error: Execution failed: wasm trap" and error.remedy
    assert NodeError({"code": -32000}).message == "The node gave no reason"


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("batch", "Utility.BatchInterrupted at call 1, counted from 0: "),
        ("force_batch", "Utility.ItemFailed: "),
        ("batch_all", ""),
    ],
)
def test_a_batch_fails_with_the_call_within(client: Client, kind: str, where: str) -> None:
    fine = ("System", "remark_with_event", {"remark": b"fine"})
    wrong = ("Tasks", "cancel", {"task": 4_000_000_000})
    with pytest.raises(MillraceError) as failed:
        client.batch([fine, wrong], kind=kind)
    assert failed.value.code == "Tasks.NotFound"
    assert failed.value.message == f"{where}No open task has this number."
    assert failed.value.remedy == "The task is settled or refunded already."


def test_a_proxy_fails_with_the_call_within(client: Client) -> None:
    # Not even Bob's own proxy may do what Bob may not.
    bob, eve = Account("//Bob").address, Account("//Eve").address
    client.send("Proxy", "add_proxy", {"delegate": eve, "proxy_type": "Any", "delay": 0})
    inner = {"call_module": "Tasks", "call_function": "cancel", "call_args": {"task": 4_000_000_000}}
    with connect(client.url, Account("//Eve")) as delegate:
        with pytest.raises(MillraceError) as failed:
            delegate.send("Proxy", "proxy", {"real": bob, "force_proxy_type": None, "call": inner})
        assert failed.value.code == "Tasks.NotFound"


def test_an_account_that_cannot_pay(url: str) -> None:
    with connect(url, Account("//Nobody")) as poor:
        with pytest.raises(MillraceError, match="Inability to pay") as refused:
            poor.send("System", "remark", {"remark": b""})
        assert refused.value.code == "invalid_transaction"
    with connect(url) as nobody, pytest.raises(MillraceError, match="no account to sign with"):
        nobody.cancel(0)


def test_each_reason_for_a_refund_has_a_remedy() -> None:
    described = json.loads((ROOT / "docs" / "openrpc.json").read_text())
    assert REFUNDS.keys() == set(described["components"]["schemas"]["RefundReason"]["enum"])


def test_where_no_node_is() -> None:
    with pytest.raises(MillraceError, match=r"No node answers at ws://127\.0\.0\.1:1 within 1 s\. Check"):
        connect("ws://127.0.0.1:1", timeout=1)
    with pytest.raises(MillraceError, match="no address of a WebSocket"):
        connect("http://127.0.0.1", timeout=5)


def test_a_closed_client_says_so(url: str) -> None:
    client = connect(url)
    client.close()
    client.close()
    with pytest.raises(MillraceError, match="The client is closed"):
        client.round()


@pytest.mark.parametrize("secret", ["", "correct horse battery staple", "0x12", "0x" + "zz" * 32, "//Alice//"])
def test_secrets_that_are_none(secret: str) -> None:
    if secret == "":
        assert Account(secret).public_key, "the development phrase itself"
        return
    with pytest.raises(MillraceError) as refused:
        Account(secret)
    assert refused.value.code == "invalid_secret"


@pytest.mark.parametrize("path", ["//Alice", "//Bob"])
def test_development_accounts(path: str) -> None:
    known = {
        "//Alice": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
        "//Bob": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
    }
    assert Account(path).address == known[path]


def test_rounding_and_bounds() -> None:
    real = np.array([0.5, 1.5, -0.5, 1e9, -1e9, 2.0])
    assert to_bytes(real, Quantization(1.0)) == np.array([0, 2, 0, 127, -128, 2], np.int8).tobytes()
    assert to_bytes(np.asfortranarray([[1, 2], [3, 4]], np.int8), None) == bytes([1, 2, 3, 4])
    assert to_bytes(np.array([1.0], ">f4"), Quantization(0.5, 1)) == bytes([3])
    np.testing.assert_array_equal(to_array(b"\xff\2\3", 3, None), [[-1], [2], [3]])
    np.testing.assert_array_equal(to_array(b"\1\0\0\0", 1, None), [1])
    np.testing.assert_array_equal(
        to_array(b"\1\0\0\x80", 1, Quantization(0.5, 1)), np.array([[0, -0.5, -0.5, -64.5]], np.float32)
    )
    for scale, zero in ((0.0, 0), (float("nan"), 0), (1.0, 128), (1.0, 0.5)):
        with pytest.raises(MillraceError):
            Quantization(scale, zero)  # type: ignore[arg-type]
    for bad in (float("nan"), float("inf")):
        with pytest.raises(MillraceError, match="isn't finite"):
            to_bytes(np.array([bad]), Quantization(1.0))
