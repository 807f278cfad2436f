"""What the chain's metadata says: calls to bytes, bytes to events, errors to sentences, and what a signature covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from scalecodec.base import RuntimeConfigurationObject, ScaleBytes  # type: ignore[attr-defined]
from scalecodec.type_registry import load_type_registry_preset

from .account import SS58_FORMAT, Account, compact
from .errors import MillraceError

#: Blocks for which a signature holds.
PERIOD = 64

_DOCUMENTED = re.compile(r"\[?`?Error::(\w+)`?\]?")


@dataclass(frozen=True)
class Version:
    """A runtime's version, which signatures cover."""

    spec: int
    transaction: int


@dataclass(frozen=True)
class Birth:
    """The block from which on a signature holds: its number and its hash."""

    number: int
    hash: bytes

    @property
    def era(self) -> bytes:
        """The era of a signature that holds from here for `PERIOD` blocks."""
        phase = self.number % PERIOD
        return ((PERIOD.bit_length() - 2) | phase << 4).to_bytes(2, "little")

    @property
    def death(self) -> int:
        """The first block that can't hold the transaction any more."""
        return self.number + PERIOD


@dataclass(frozen=True)
class Event:
    """An event: `pallet.Name`, its named fields, and the extrinsic that caused it, if one did."""

    name: str
    fields: dict[str, Any]
    extrinsic: int | None


class Metadata:
    """The runtime's description of itself, read once for each version."""

    def __init__(self, encoded: bytes, version: Version) -> None:
        self.version = version
        self._types = RuntimeConfigurationObject(ss58_format=SS58_FORMAT, implements_scale_info=True)
        core = load_type_registry_preset("core")
        assert core is not None, "the codec brings it"
        self._types.update_type_registry(core)
        self._metadata = self._types.create_scale_object("MetadataVersioned", data=ScaleBytes(encoded))
        self._metadata.decode()
        self._types.add_portable_registry(self._metadata)
        events = self._metadata.get_metadata_pallet("System").get_storage_function("Events")
        assert events is not None
        self._events = events.get_value_type_string()
        self.room = self._room()

    def call(self, pallet: str, name: str, arguments: dict[str, Any]) -> bytes:
        """A call's bytes. Give byte strings as `bytes`: they are sent as they are."""
        call = self._types.create_scale_object("Call", metadata=self._metadata)
        # As hexadecimal, which the codec takes for byte strings, hashes and accounts alike.
        try:
            call.encode({"call_module": pallet, "call_function": name, "call_args": _plain(arguments)})
        except Exception as error:  # The codec raises whatever fits.
            message = f"{pallet}.{name} can't be made of these arguments: {error}"
            raise MillraceError("invalid_arguments", message, "Compare them with the call's documentation.") from error
        assert call.data is not None
        return bytes(call.data.data)

    def nested(self, pallet: str, name: str, calls: list[tuple[str, str, dict[str, Any]]]) -> bytes:
        """A call that takes a list of calls, such as `Utility.batch_all`."""
        values = [
            {"call_module": inner, "call_function": function, "call_args": arguments}
            for inner, function, arguments in calls
        ]
        return self.call(pallet, name, {"calls": values})

    def _room(self) -> int:
        """Bytes that a block has for transactions of users."""
        constants = self._metadata.get_metadata_pallet("System").constants or []
        length = next(each for each in constants if each.name == "BlockLength")
        limits = self._types.create_scale_object(length.type, data=ScaleBytes(length.constant_value)).decode()
        return int(limits["max"]["normal"])

    def events(self, encoded: bytes) -> list[Event]:
        """The events of a block, as its storage holds them."""
        records = self._types.create_scale_object(
            self._events, data=ScaleBytes(encoded), metadata=self._metadata
        ).decode()
        return [
            Event(f"{each['module_id']}.{each['event_id']}", each["attributes"] or {}, each["extrinsic_idx"])
            for each in records
        ]

    def decode(self, kind: str, encoded: bytes) -> Any:
        """A value of a type of SCALE's own, such as `Vec<(u32, u128)>`."""
        return self._types.create_scale_object(kind, data=ScaleBytes(encoded)).decode()

    def error(self, dispatch: Any, call: tuple[str, str] | None = None) -> MillraceError:
        """The chain's name, text and remedy for an error. The remedy is what the call's documentation says."""
        if not isinstance(dispatch, dict) or "Module" not in dispatch:
            text = next(iter(dispatch.items())) if isinstance(dispatch, dict) and dispatch else (str(dispatch), None)
            kind = ".".join(str(part) for part in text if part is not None)
            return MillraceError(f"chain.{kind}", f"The chain refused it: {kind}", _GENERAL.get(kind, _OTHERWISE))
        pallet = self._metadata.get_pallet_by_index(dispatch["Module"]["index"])
        raw = dispatch["Module"]["error"]
        index = int(raw[2:4], 16) if isinstance(raw, str) else raw
        found = self._metadata.get_module_error(dispatch["Module"]["index"], index)
        code = f"{pallet.name}.{found.name}"
        message = " ".join(line.strip() for line in found.docs) or code
        remedy = self._remedy(str(pallet.name), found.name, call)
        if remedy is None:
            # Some errors say it themselves, behind what is wrong.
            message, _, remedy = message.partition(". ")
        return MillraceError(code, message, remedy or _OTHERWISE)

    def _remedy(self, pallet: str, error: str, call: tuple[str, str] | None) -> str | None:
        functions = list(self._metadata.get_metadata_pallet(pallet).calls or [])
        # The documentation of the call that failed, and else of any that says something of the error.
        functions.sort(key=lambda each: (pallet, each.name) != call)
        for function in functions:
            found = documented(list(function.value["docs"]), error)
            if found is not None:
                return found
        return None

    def extrinsic(self, call: bytes, signer: Account, nonce: int, birth: Birth, genesis: bytes) -> bytes:
        """A signed transaction, version 4."""
        given = {
            "CheckMortality": (birth.era, birth.hash),
            "CheckNonce": (compact(nonce), b""),
            "ChargeTransactionPayment": (compact(0), b""),
            "CheckMetadataHash": (b"\0", b"\0"),
            "CheckSpecVersion": (b"", self.version.spec.to_bytes(4, "little")),
            "CheckTxVersion": (b"", self.version.transaction.to_bytes(4, "little")),
            "CheckGenesis": (b"", genesis),
        }
        extra = additional = b""
        for name, kinds in self._metadata.get_signed_extensions().items():
            if name in given:
                extra, additional = extra + given[name][0], additional + given[name][1]
            elif not all(self._empty(kind) for kind in kinds.values()):
                message = f"Transactions of this chain carry {name}, which this client doesn't know"
                raise MillraceError("unknown_extension", message, "Install a newer release of this package.")
        payload = call + extra + additional
        signature = signer.sign(payload if len(payload) <= 256 else blake2_256(payload))
        body = b"\x84\0" + signer.public_key + b"\1" + signature + extra + call
        return compact(len(body)) + body

    def _empty(self, kind: str | None) -> bool:
        if kind is None:
            return True
        try:
            self._types.create_scale_object(kind, data=ScaleBytes(b""), metadata=self._metadata).decode()
        except Exception:  # It wants bytes.
            return False
        return True


_GENERAL = {
    "Token.FundsUnavailable": "Top the account up.",
    "Arithmetic.Underflow": "Top the account up.",
    "Token.BelowMinimum": "Leave the account more than the existential deposit.",
    "BadOrigin": "Sign with an account that may do this.",
}
_OTHERWISE = "Look the error up in the chain's documentation."


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        # The codec would cut it.
        raise ValueError(f"{value} is no whole number")
    return "0x" + value.hex() if isinstance(value, bytes) else value


def documented(docs: list[str], error: str) -> str | None:
    """What a call's documentation says to do about an error: the text after its name, up to the next item."""
    items = re.split(r"\n\s*-\s", "\n".join(line.strip() for line in docs))
    for item in items:
        head, colon, text = item.partition(": ")
        if colon and error in _DOCUMENTED.findall(head):
            plain = " ".join(re.sub(r"\[`([^`]*)`\](\([^)]*\))?", r"\1", text).split())
            return plain[:1].upper() + plain[1:]
    return None


def blake2_256(data: bytes) -> bytes:
    """The hash that names blocks' extrinsics."""
    return blake2b(data, digest_size=32).digest()
