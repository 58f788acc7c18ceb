"""Where the bytes of files are: a folder of this machine, or a bucket of an S3-compatible server, behind one door.

Bytes are written once under a name of their own and never changed. Each call goes over the network or to the disk, so none stands inside
a transaction of the database.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from backend.foundation.errors import Unavailable

_PIECE = 1024 * 1024
_UNFINISHED = re.compile(r"#\d+$")
"""How the name ends under which a write to the disk begins; a kill leaves it behind."""


class StoreAway(Unavailable):
    """The store of files does not answer, or refuses us."""

    code: ClassVar[str] = "store_away"
    detail = "文件存储暂时不可用，请稍后再试"


class Listed(NamedTuple):
    """One object of the store."""

    name: str
    stored_at: datetime


class Objects:
    """One store: `in_folder` or `in_bucket` makes it."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def in_folder(cls, folder: Path) -> "Objects":
        """A store on a disk; all processes of the copy share it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    @classmethod
    def in_bucket(cls, bucket: str, *, endpoint: str, region: str, access_key: str, secret_key: str) -> "Objects":
        """A bucket of an S3-compatible server. A hung server is given up after some seconds."""
        store = S3Store(
            bucket,
            endpoint=endpoint,
            region=region,
            access_key_id=access_key,
            secret_access_key=secret_key,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=30),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )
        return cls(store)

    def put(self, name: str, content: bytes) -> None:
        """Store bytes; they are there as a whole or not at all, and outlast a crash of the machine. Raises StoreAway."""
        with _reaching():
            obstore.put(self._store, name, content)
            if self._folder is not None:
                file = self._folder / name
                for written in (file, self._folder):  # names are flat
                    _to_disk(written)

    def get(self, name: str) -> Iterator[bytes]:
        """The bytes, piece by piece. Raises FileNotFoundError at once where there are none, StoreAway also on the way."""
        with _reaching():
            pieces = obstore.get(self._store, name).stream(min_chunk_size=_PIECE)
        return _pieces(pieces)

    def delete(self, names: Sequence[str]) -> None:
        """Delete what is there of these. Raises StoreAway."""
        for name in names:
            with _reaching():
                try:
                    obstore.delete(self._store, name)
                except FileNotFoundError:
                    continue

    def listed(self) -> Iterator[list[Listed]]:
        """All that is stored, in batches. Raises StoreAway."""
        with _reaching():
            for batch in obstore.list(self._store, chunk_size=500):
                yield [Listed(found["path"], found["last_modified"]) for found in batch]

    def clear_unfinished(self, *, before: datetime) -> None:
        """Delete what killed writes left on the disk; a bucket shows none."""
        for file in [] if self._folder is None else self._folder.rglob("*"):
            if _UNFINISHED.search(file.name):
                with suppress(FileNotFoundError):  # a write that was under way has just ended
                    if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before:
                        file.unlink()


def _pieces(stream: "obstore.BytesStream") -> Iterator[bytes]:
    with _reaching():
        for piece in stream:
            yield bytes(piece)


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise StoreAway from error


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
