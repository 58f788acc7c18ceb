"""Files: their bytes in a store beside the database, and a row for each that says what it is and whose.

`put` stores the bytes, outside of any transaction; `add` adds the row in the transaction of whatever refers to it. So a kill at any
instant leaves at most bytes without a row, or a row that nothing refers to; `forget_unused` and `sweep` delete both after a day. Whoever
refers to a file does so by a foreign key to `files.id`, which is how its use is known.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, insert, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation import clock, contents
from backend.foundation.database import AreaPath, Base, RowId, db, delete_some, transaction
from backend.foundation.errors import Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.objects import Objects, StoreAway
from backend.foundation.refusals import refuses

GRACE = timedelta(days=1)
"""How long bytes may wait for their row, and a row for whatever refers to it."""

ADDRESS_HOLDS_FOR = timedelta(minutes=5)
_OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How our objects are called; what else lies in the store is let alone."""


class FileTooLarge(Unprocessable):
    """The file is larger than its kind may be."""

    code: ClassVar[str] = "file_too_large"
    detail = "文件太大"


class FileTypeRefused(Unprocessable):
    """By what stands in it, the file is of no type that its kind allows."""

    code: ClassVar[str] = "file_type_refused"
    detail = "不支持这种文件"


class FileLost(Exception):
    """The row is there and the bytes are not: somebody deleted them from the store."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it may be, how large, and for how long it is kept; for as long as it is referred to, without a term."""

    name: str
    media_types: frozenset[str]
    largest: int
    kept_for: timedelta | None = None


PHOTO = Kind("photo", frozenset({contents.JPEG, contents.PNG, contents.WEBP}), largest=10 * 1024 * 1024)
DOCUMENT = Kind("document", frozenset({contents.PDF}), largest=20 * 1024 * 1024)
PROOF = Kind("proof", PHOTO.media_types | DOCUMENT.media_types, largest=10 * 1024 * 1024)
"""What an officer brings forward for what they say: a photo, or a paper that was scanned."""


class File(Base):
    """One file. It belongs to a person or to an area."""

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, area_path) = 1", name="of_person_or_area"),
        CheckConstraint("size_bytes >= 0", name="size_not_negative"),
        Index("ix_files_stored_at", "stored_at", "id"),
        Index("ix_files_kept_until", "kept_until", postgresql_where="kept_until IS NOT NULL"),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(comment="as who fetches it may call it; holds no personal data")
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[bytes]
    person_id: Mapped[UUID | None]
    area_path: Mapped[AreaPath | None]
    stored_at: Mapped[datetime]
    kept_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes in the store that have no row yet."""

    id: UUID
    kind: Kind
    media_type: str
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class FileLine:
    """What a file is, for whoever may fetch it."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int


_objects: Objects | None = None
_address_key = b""


def use(objects: Objects, address_key: bytes) -> None:
    """Give this process its store, and the key that signs addresses, once, when it starts."""
    global _objects, _address_key
    _objects, _address_key = objects, address_key


def objects() -> Objects:
    """The store of this process. Raises RuntimeError before `use`."""
    if _objects is None:
        raise RuntimeError("no store of files: the process was not started by create_app")
    return _objects


@refuses(StoreAway)
def put(kind: Kind, content: bytes) -> Stored:
    """Store bytes of a kind, pictures without what their camera wrote into them. For outside of a transaction.

    Raises FileTooLarge, FileTypeRefused, StoreAway.
    """
    if len(content) > kind.largest:
        raise FileTooLarge(largest=kind.largest)
    media_type = contents.media_type_of(content)
    if media_type == contents.TEXT and contents.CSV in kind.media_types:
        media_type = contents.CSV  # nothing in the bytes tells a table from a text
    if media_type is None or media_type not in kind.media_types:
        raise FileTypeRefused
    if contents.is_picture(media_type):
        try:
            content = contents.without_traces(content)
        except contents.NotAPicture:
            raise FileTypeRefused from None
    file_id = new_id()
    objects().put(str(file_id), content)
    return Stored(file_id, kind, media_type, len(content), hashlib.sha256(content).digest())


def add(stored: Stored, name: str, *, person_id: UUID | None = None, area_path: str | None = None, now: datetime) -> UUID:
    """Add the row of stored bytes, in the transaction that refers to it; it belongs to a person or to an area. Returns its id."""
    db.session.execute(
        insert(File).values(
            id=stored.id,
            kind=stored.kind.name,
            name=name,
            media_type=stored.media_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            person_id=person_id,
            area_path=area_path,
            stored_at=now,
            kept_until=None if stored.kind.kept_for is None else now + stored.kind.kept_for,
        )
    )
    return stored.id


def line_of(file_id: UUID) -> FileLine | None:
    """What a file is; None where there is none any more."""
    found = db.session.execute(select(File.id, File.name, File.media_type, File.size_bytes).where(File.id == file_id)).one_or_none()
    return None if found is None else FileLine(*found)


@refuses(StoreAway)
def read(file_id: UUID) -> Iterator[bytes]:
    """The bytes of a file, piece by piece. For outside of a transaction. Raises FileLost, StoreAway."""
    try:
        return objects().get(str(file_id))
    except FileNotFoundError:
        raise FileLost from None


def signature(file_id: UUID, expires: int) -> str:
    """What makes an address of a file good for everybody until an instant (in seconds since 1970)."""
    return hmac.digest(_address_key, f"{file_id}\0{expires}".encode(), hashlib.sha256).hex()


def is_signed(file_id: UUID, expires: int, signed: str, *, now: datetime) -> bool:
    """Whether an address was made by us and is still good."""
    return hmac.compare_digest(signature(file_id, expires), signed) and now.timestamp() < expires


def forget_unused(*, now: datetime, at_most: int = 500) -> int:
    """Delete some rows that nothing refers to, a day after they were made; returns how many, 0 once none is left."""
    unused = select(File.id).where(File.stored_at < now - GRACE).order_by(File.stored_at, File.id)
    for column in _references():
        unused = unused.where(~select(literal(1)).where(column == File.id).correlate(File).exists())
    return delete_some(File, unused.limit(at_most).with_for_update(skip_locked=True))


def sweep() -> int:
    """Delete bytes that have had no row for a day, by the clocks of store and machine; returns how many. Opens its transactions itself."""
    before, swept = clock.machine() - GRACE, 0
    objects().clear_unfinished(before=before)
    for batch in objects().listed():
        old = {found.name for found in batch if found.stored_at < before and _OURS.fullmatch(found.name)}
        with transaction():
            gone = old - {str(known) for known in db.session.scalars(select(File.id).where(File.id.in_([UUID(name) for name in old])))}
        objects().delete(sorted(gone))
        swept += len(gone)
    return swept


def _references() -> list[Column[object]]:
    """Every column that refers to a file."""
    tables = Base.metadata.sorted_tables
    return [key.parent for table in tables for key in table.foreign_keys if key.column is File.__table__.c.id]
