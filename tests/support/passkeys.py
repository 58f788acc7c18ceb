"""A device that keeps passkeys, in software: it makes keys (ES256, attestation "none") and signs by them, as browsers have devices do.

What it says can be bent, to see what is believed: where the page was, for whom the key is, how often it signed.
"""

import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

Json = dict[str, Any]
HERE = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Key:
    """One key on the device."""

    rp_id: str
    id: bytes
    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    signed: int = 0


@dataclass
class Device:
    """Of one person. `flags`: what it saw of them; `counts`: whether it says how often it signed."""

    flags: int = PRESENT | VERIFIED
    counts: bool = True
    keys: list[Key] = field(default_factory=list)

    def make(self, request: Json, *, origin: str = HERE, rp_id: str | None = None, key_id: bytes | None = None) -> str:
        """A key that was asked for, as a page of ours sends what the browser gives."""
        key = Key(rp_id or request["rp"]["id"], id=key_id or os.urandom(32))
        self.keys.append(key)
        public = key.private.public_key().public_numbers()
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)})
        attested = bytes(16) + len(key.id).to_bytes(2) + key.id + cose
        statement = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._data(key, self.flags | ATTESTED) + attested})
        client = _client_data("webauthn.create", request, origin)
        return _credential(key, {"clientDataJSON": _text(client), "attestationObject": _text(statement), "transports": ["internal"]})

    def sign(self, request: Json, *, origin: str = HERE, rp_id: str | None = None, key: Key | None = None) -> str:
        """What was asked to be signed, by the newest key of this device that the request names; or by another one."""
        named = {item["id"] for item in request["allowCredentials"]}
        key = key or next(one for one in reversed(self.keys) if _text(one.id) in named)
        key.signed += 1
        client, data = _client_data("webauthn.get", request, origin), self._data(key, self.flags, rp_id=rp_id)
        signature = key.private.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        answer = {"clientDataJSON": _text(client), "authenticatorData": _text(data), "signature": _text(signature)}
        return _credential(key, answer)

    def _data(self, key: Key, flags: int, *, rp_id: str | None = None) -> bytes:
        count = key.signed if self.counts else 0
        return sha256((rp_id or key.rp_id).encode()).digest() + bytes([flags]) + count.to_bytes(4)


def _client_data(kind: str, request: Json, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": request["challenge"], "origin": origin, "crossOrigin": False}).encode()


def _credential(key: Key, response: Json) -> str:
    return json.dumps({"id": _text(key.id), "rawId": _text(key.id), "type": "public-key", "response": response})


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
