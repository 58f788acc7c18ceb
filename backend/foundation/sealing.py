"""Sealed values: ID number, phone and a beneficiary's address are stored encrypted and found by a keyed index.

A sealed value is `key id | nonce | AES-256-GCM`, bound to the name of its field so that it cannot be moved to another column. The
blind index is HMAC-SHA256 over field and value: equal values of one field meet, and nothing can be read from it.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value that no key of ours opens: the row was changed by hand, or its key is gone from the settings."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The sealing keys by id, the id of the one that seals, and the key of the blind index; 32 bytes each."""

    keys: Mapping[str, bytes]
    sealing_id: str
    index_key: bytes

    def seal(self, value: str, *, field: str) -> bytes:
        """Encrypt a value for one field (`"people.id_number"`)."""
        return self.seal_bytes(value.encode(), field=field)

    def seal_bytes(self, value: bytes, *, field: str) -> bytes:
        """Encrypt bytes for one field."""
        key_id = self.sealing_id.encode()
        nonce = os.urandom(_NONCE_BYTES)
        return bytes([len(key_id)]) + key_id + nonce + AESGCM(self.keys[self.sealing_id]).encrypt(nonce, value, field.encode())

    def unseal(self, sealed: bytes, *, field: str) -> str:
        """Read a value of one field in clear. Raises SealBroken."""
        return self.unseal_bytes(sealed, field=field).decode()

    def unseal_bytes(self, sealed: bytes, *, field: str) -> bytes:
        """Read bytes of one field in clear. Raises SealBroken."""
        head = 1 + sealed[0] if sealed else 0
        key = self.keys.get(sealed[1:head].decode(errors="replace"))
        if key is None:
            raise SealBroken(field)
        nonce, body = sealed[head : head + _NONCE_BYTES], sealed[head + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, field.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(field) from error

    def index(self, value: str, *, field: str) -> bytes:
        """The blind index of a value: 32 bytes, the same for the same value of the same field."""
        return hmac.digest(self.index_key, f"{field}\x00{value}".encode(), hashlib.sha256)


_keyring: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Give this process its keys, once, when it starts."""
    global _keyring  # noqa: PLW0603 - one keyring per process, as with the clock
    _keyring = keyring


def keyring() -> Keyring:
    """The keys of this process. Raises RuntimeError before `use`."""
    if _keyring is None:
        raise RuntimeError("no sealing keys: the process was not started by create_app")
    return _keyring
