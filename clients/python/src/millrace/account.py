"""Accounts: keys from a secret phrase or a development path, addresses, signatures."""

from __future__ import annotations

import re
from hashlib import blake2b

import bip39
import sr25519
from scalecodec.utils.ss58 import ss58_decode, ss58_encode  # type: ignore[attr-defined]

from .errors import MillraceError

#: The phrase behind //Alice, //Bob and so on, known to everybody.
DEVELOPMENT_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
SS58_FORMAT = 42

_SECRET = re.compile(r"^(?P<phrase>[^/]*)(?P<path>(//?[^/]+)*)$")
_JUNCTION = re.compile(r"(//?)([^/]+)")


def public_key(account: str | bytes) -> bytes:
    """The 32 bytes of an account, from its address or from 0x and 64 digits."""
    if isinstance(account, bytes):
        raw = account
    else:
        try:
            raw = bytes.fromhex(ss58_decode(account).removeprefix("0x"))
        except (ValueError, IndexError) as error:
            raise _no_account(account) from error
    if len(raw) != 32:
        raise _no_account(account)
    return raw


def _no_account(account: str | bytes) -> MillraceError:
    remedy = "Give an SS58 address, or 0x and 64 digits."
    return MillraceError("invalid_account", f"{account!r} is no account", remedy)


def address(public: bytes) -> str:
    """The SS58 address of a public key."""
    return str(ss58_encode(public.hex(), SS58_FORMAT))


class Account:
    """An sr25519 key that signs, from a secret such as a phrase of 12 words, `0x…` (a seed) or `//Alice`."""

    def __init__(self, secret: str) -> None:
        found = _SECRET.match(secret.strip())
        if found is None:
            raise _no_secret("The secret can't be read")
        public, private = sr25519.pair_from_seed(_seed(found["phrase"] or DEVELOPMENT_PHRASE))
        for slashes, name in _JUNCTION.findall(found["path"]):
            derive = sr25519.hard_derive_keypair if slashes == "//" else sr25519.derive_keypair
            # A junction takes the chain code's place, as in SURI.
            _, public, private = derive((_junction(name), public, private), b"")
        self.public_key: bytes = public
        self._private: bytes = private

    @property
    def address(self) -> str:
        """Its SS58 address."""
        return address(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Its signature of a message."""
        return bytes(sr25519.sign((self.public_key, self._private), message))

    def __repr__(self) -> str:
        return f"Account({self.address})"


def _seed(text: str) -> bytes:
    text = text.strip()
    if text.startswith("0x"):
        try:
            seed = bytes.fromhex(text[2:])
        except ValueError as error:
            raise _no_secret("The seed holds something else than digits") from error
        if len(seed) != 32:
            raise _no_secret(f"The seed has {len(seed)} bytes in place of 32")
        return seed
    if not bip39.bip39_validate(text, "en"):
        raise _no_secret("The secret phrase has a wrong word or checksum")
    return bytes(bip39.bip39_to_mini_secret(text, "", "en"))


def _no_secret(message: str) -> MillraceError:
    remedy = "Give a phrase of 12 to 24 English words, 0x and 64 digits, or a development account such as //Alice."
    return MillraceError("invalid_secret", message, remedy)


def _junction(name: str) -> bytes:
    """A step of a path, as SURI defines it: a number as u64, a text as SCALE; hashed if it is longer than 32 bytes."""
    if name.isdecimal() and int(name) < 2**64:
        code = int(name).to_bytes(8, "little")
    else:
        text = name.encode()
        code = compact(len(text)) + text
    return code.ljust(32, b"\0") if len(code) <= 32 else blake2b(code, digest_size=32).digest()


def compact(value: int) -> bytes:
    """A number in SCALE's compact encoding."""
    if value < 1 << 6:
        return (value << 2).to_bytes(1, "little")
    if value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if value < 1 << 30:
        return (value << 2 | 2).to_bytes(4, "little")
    size = (value.bit_length() + 7) // 8
    return bytes([(size - 4) << 2 | 3]) + value.to_bytes(size, "little")
