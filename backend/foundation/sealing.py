"""Sealed values: ID number, phone and a beneficiary's address are stored encrypted and found by a keyed index.

A sealed value is `version | key id | nonce | AES-256-GCM`, bound to the name of its field and to its row: it can be moved neither to
another column nor to another row without breaking. The blind index is HMAC-SHA256 over field and value: equal values of one field meet,
and nothing can be read from it. A column says what it holds by `info={SEALED: field}`, an index by `info={INDEX_OF: sealed column}`.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.foundation.in_use import InUse

SEALED, INDEX_OF = "sealed", "index_of"
"""Keys of a column's `info`."""

Row = UUID | str
"""What names a row within its table: its id, or the parts of a longer key joined by `row_of`."""

_NONCE_BYTES = 12
_VERSION = 1


class SealBroken(Exception):
    """A sealed value that no key of ours opens: the row was changed by hand, or its key is gone from the settings."""


class KeyMissing(SealBroken):
    """Sealed by a key that the settings do not hold."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a sealed value: version, and the id of its key after its length."""

    key_id: str
    length: int


def head_of(sealed: bytes) -> Head:
    """Read the head of a sealed value. Of what is no sealed value it gives the id of a key that nobody has."""
    end = 2 + sealed[1] if sealed[:1] == bytes([_VERSION]) and len(sealed) > 1 else 0
    return Head(sealed[2:end].decode(errors="replace"), end)


def row_of(*parts: object) -> Row:
    """The name of a row whose key has several parts, in the order of its primary key; of one part it is the part."""
    return "\x00".join(str(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The sealing keys by id, the id of the one that seals, and the keys of the blind index; 32 bytes each.

    `second_index_key` is looked up too while the index changes from one key to another (`ejia keys rotate --index`).
    """

    keys: Mapping[str, bytes]
    sealing_id: str
    index_key: bytes
    second_index_key: bytes | None = None

    @property
    def head(self) -> bytes:
        """How every value begins that is sealed now."""
        return _head(self.sealing_id)

    def seal(self, value: str, *, field: str, row: Row) -> bytes:
        """Encrypt a value for one field (`"people.id_number"`) of one row."""
        return self.seal_bytes(value.encode(), field=field, row=row)

    def seal_bytes(self, value: bytes, *, field: str, row: Row) -> bytes:
        """Encrypt bytes for one field of one row."""
        nonce = os.urandom(_NONCE_BYTES)
        return self.head + nonce + _cipher(self.keys[self.sealing_id]).encrypt(nonce, value, _bound_to(field, row))

    def unseal(self, sealed: bytes, *, field: str, row: Row) -> str:
        """Read a value of one field of one row in clear. Raises SealBroken."""
        return self.unseal_bytes(sealed, field=field, row=row).decode()

    def unseal_bytes(self, sealed: bytes, *, field: str, row: Row) -> bytes:
        """Read bytes of one field of one row in clear. Raises SealBroken."""
        head = head_of(sealed)
        key = self.keys.get(head.key_id)
        if key is None:
            raise KeyMissing(field)
        nonce, body = sealed[head.length : head.length + _NONCE_BYTES], sealed[head.length + _NONCE_BYTES :]
        try:
            return _cipher(key).decrypt(nonce, body, _bound_to(field, row))
        except (InvalidTag, ValueError) as error:
            raise SealBroken(field) from error

    def unseal_if_possible(self, sealed: bytes, *, field: str, row: Row) -> str | None:
        """As `unseal`; None where the key is missing, for what must be shown also after one was lost (`ejia keys give-up`)."""
        try:
            return self.unseal(sealed, field=field, row=row)
        except KeyMissing:
            return None

    def index(self, value: str, *, field: str) -> bytes:
        """The blind index of a value: 32 bytes, the same for the same value of the same field."""
        return _index(self.index_key, value, field)

    def indexes(self, value: str, *, field: str) -> list[bytes]:
        """All blind indexes under which a value may stand: one, or two while the index changes its key. For looking it up."""
        keys = [self.index_key] if self.second_index_key is None else [self.index_key, self.second_index_key]
        return [_index(key, value, field) for key in keys]


@cache
def _head(key_id: str) -> bytes:
    encoded = key_id.encode()
    return bytes([_VERSION, len(encoded)]) + encoded


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _bound_to(field: str, row: Row) -> bytes:
    return f"{_VERSION}\x00{field}\x00{row}".encode()


def _index(key: bytes, value: str, field: str) -> bytes:
    return hmac.digest(key, f"{field}\x00{value}".encode(), hashlib.sha256)


_in_use: InUse[Keyring] = InUse("sealing keys")
use, keyring = _in_use.use, _in_use.current
