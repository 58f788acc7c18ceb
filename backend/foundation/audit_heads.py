"""Signed heads of the audit chain: handed out daily, so that somebody outside of the database knows how far it went and what it was."""

import base64
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.foundation import audit_chain
from backend.foundation.audit_chain import Link
from backend.foundation.clock import shanghai_day
from backend.foundation.in_use import InUse


class HeadUnusable(Exception):
    """A file holds no signed head, or somebody else signed it; the message is in Chinese."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at an instant."""

    link: Link
    at: datetime

    def text(self) -> str:
        """What is signed."""
        return json.dumps({"position": self.link.position, "digest": self.link.digest.hex(), "at": self.at.astimezone(UTC).isoformat()})

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what was signed. Raises ValueError, KeyError, TypeError for anything else."""
        said = json.loads(text)
        return cls(Link(int(said["position"]), bytes.fromhex(said["digest"])), datetime.fromisoformat(said["at"]))


class Signer:
    """Signs heads, and keeps each in a file of a folder where there is one."""

    def __init__(self, key: bytes, folder: Path | None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._folder = folder

    @property
    def public_key(self) -> str:
        """By which everybody can check its signatures; in base64."""
        return _base64(self._key.public_key().public_bytes_raw())

    def signed(self, head: Head) -> str:
        """The head with its signature, as it is handed out."""
        text = head.text()
        return json.dumps({"head": text, "signature": _base64(self._key.sign(text.encode())), "public_key": self.public_key}) + "\n"

    def keep(self, head: Head) -> Path | None:
        """Write it into the file of its day, which no later one of the day replaces. Raises OSError."""
        if self._folder is None:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"audit-head-{shanghai_day(head.at).isoformat()}.json"
        scratch = file.with_name(f".{file.name}.{os.getpid()}")
        with scratch.open("w") as output:
            output.write(self.signed(head))
            output.flush()
            os.fsync(output.fileno())
        try:
            os.link(scratch, file)  # as a whole or not at all, and the first one of the day stays
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
        return file


_in_use: InUse[Signer] = InUse("key of audit heads")
use, current = _in_use.use, _in_use.current


def head(*, now: datetime) -> Head:
    """The end of the chain as it stands."""
    return Head(audit_chain.last_link(), now)


def read(content: str, *, public_key: str) -> Head:
    """A head that was handed out. Raises HeadUnusable."""
    try:
        said = json.loads(content)
        text = said["head"]
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(base64.b64decode(said["signature"]), text.encode())
        return Head.of(text)
    except InvalidSignature:
        raise HeadUnusable("签名不是本系统的密钥所签：文件被改过，或者密钥已更换（--public-key）") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HeadUnusable("不是签发的链首文件") from None


def flaw_of(given: Head) -> str | None:
    """Why the chain of today does not go on from a head that was handed out, in Chinese; None where it does."""
    found = audit_chain.digest_at(given.link.position)
    if found is None:
        return f"链首在第 {given.link.position} 条，现在没有这一条：其后的记录被删除，或者恢复了更早的备份"
    if found != given.link.digest:
        return f"第 {given.link.position} 条与签发时不同：在此之前的记录被改写过"
    return None


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
