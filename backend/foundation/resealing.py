"""Seals values anew with the present key, and indexes them anew. A change of keys needs both (`ejia keys rotate`).

A row's own bytes say by which key it is sealed, so a run that was killed leaves nothing to clean up: the next one finds what is left.
Rows are taken in small transactions, in the order of their keys, and never waited for while others are held; a row that a request has
in its hands is taken afterwards by itself. So no request waits longer than for one batch, and none is killed over a deadlock.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from backend.foundation.database import allow_long_statements, db, transaction
from backend.foundation.sealing import INDEX_OF, SEALED, SealBroken, head_of, keyring, row_of


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns: field by column, and the blind index of those that have one."""

    table: Table
    fields: Mapping[Column[Any], str]
    indexes: Mapping[Column[Any], Column[Any]]
    """Sealed column → its blind index."""

    @property
    def key(self) -> list[Column[Any]]:
        """The columns of the primary key."""
        return list(self.table.primary_key.columns)


@dataclass(frozen=True, slots=True)
class Count:
    """How many values of a column are sealed by a key."""

    column: str
    key_id: str
    values: int


@dataclass(slots=True)
class Outcome:
    """What a run did: values sealed or indexed anew, and values that no key of ours opens."""

    changed: int = 0
    unopened: list[str] = field(default_factory=list)


def sealed_tables(metadata: MetaData) -> list[SealedTable]:
    """Every table with sealed columns, as the models declare them."""
    found = []
    for table in metadata.sorted_tables:
        fields = {column: str(column.info[SEALED]) for column in table.columns if SEALED in column.info}
        indexes = {table.columns[column.info[INDEX_OF]]: column for column in table.columns if INDEX_OF in column.info}
        if fields:
            found.append(SealedTable(table, fields, indexes))
    return found


def count_by_key(tables: Sequence[SealedTable]) -> list[Count]:
    """Which key seals how many values of which column. Reads every row: for operators, not for requests."""
    counts = []
    allow_long_statements()
    for sealed in tables:
        for column in sealed.fields:
            head = _head(column).label("head")
            found: Counter[str] = Counter()
            for start, number in db.session.execute(select(head, func.count()).where(column.is_not(None)).group_by(head)):
                found[head_of(start).key_id] += number
            counts += [Count(f"{sealed.table.name}.{column.name}", key_id, number) for key_id, number in sorted(found.items())]
    return counts


def count_waiting(sealed: SealedTable, *, index_too: bool) -> int:
    """How many rows of the table a run looks at: those with a value of another key, or all when the index is made anew."""
    allow_long_statements()
    return db.session.scalar(select(func.count()).select_from(sealed.table).where(_waits(sealed, index_too=index_too))) or 0


def reseal(sealed: SealedTable, *, index_too: bool, batch: int, advance: Callable[[int], None]) -> Outcome:
    """Seal what waits in the table anew, and with `index_too` index all of it anew; `advance` is told of rows looked at.

    Opens its transactions itself. A value that no key opens is left as it is and told. Raises sqlalchemy's OperationalError when a row
    stays locked too long; a later run goes on.
    """
    outcome, after = Outcome(), None
    while keys := _next_keys(sealed, after, index_too=index_too, batch=batch):
        with transaction():
            free = _locked(sealed, keys, wait=False)
            _renew(sealed, free, outcome, index_too=index_too)
        done = {_key_of(sealed, row) for row in free}
        for key in keys:
            if key not in done:
                with transaction():
                    _renew(sealed, _locked(sealed, [key], wait=True), outcome, index_too=index_too)
        after = keys[-1]
        advance(len(keys))
    return outcome


def _next_keys(sealed: SealedTable, after: tuple[Any, ...] | None, *, index_too: bool, batch: int) -> list[tuple[Any, ...]]:
    wanted = select(*sealed.key).where(_waits(sealed, index_too=index_too)).order_by(*sealed.key).limit(batch)
    if after is not None:
        wanted = wanted.where(tuple_(*sealed.key) > after)
    with transaction():
        allow_long_statements()
        return [tuple(row) for row in db.session.execute(wanted)]


def _locked(sealed: SealedTable, keys: Sequence[tuple[Any, ...]], *, wait: bool) -> Sequence[RowMapping]:
    columns = [*sealed.key, *sealed.fields, *sealed.indexes.values()]
    wanted = select(*columns).where(tuple_(*sealed.key).in_(keys)).with_for_update(skip_locked=not wait)
    return db.session.execute(wanted).mappings().all()


def _renew(sealed: SealedTable, rows: Sequence[RowMapping], outcome: Outcome, *, index_too: bool) -> None:
    for row in rows:
        name = row_of(*_key_of(sealed, row))
        values: dict[str, bytes] = {}
        for column, of_field in sealed.fields.items():
            value: bytes | None = row[column.name]
            if value is None:
                continue
            try:
                plain = keyring().unseal_bytes(value, field=of_field, row=name)
            except SealBroken:
                outcome.unopened.append(f"{sealed.table.name}.{column.name} of {name}".replace("\x00", "/"))
                continue
            if not value.startswith(keyring().head):
                values[column.name] = keyring().seal_bytes(plain, field=of_field, row=name)
            index = sealed.indexes.get(column)
            if index_too and index is not None:
                found = keyring().index(plain.decode(), field=of_field)
                values |= {} if row[index.name] == found else {index.name: found}
        if values:
            db.session.execute(update(sealed.table).where(*_is(sealed, _key_of(sealed, row))).values(**values))
            outcome.changed += len(values)


def wrongly_indexed(sealed: SealedTable, *, batch: int, advance: Callable[[int], None]) -> int:
    """How many values of the table are not found by the first index key. Reads and opens every value; changes nothing."""
    wrong, after = 0, None
    while sealed.indexes and (keys := _next_keys(sealed, after, index_too=True, batch=batch)):
        with transaction():
            columns = [*sealed.key, *sealed.fields, *sealed.indexes.values()]
            for row in db.session.execute(select(*columns).where(tuple_(*sealed.key).in_(keys))).mappings():
                wrong += sum(not _is_found(sealed, row, column, index) for column, index in sealed.indexes.items())
        after = keys[-1]
        advance(len(keys))
    return wrong


def _is_found(sealed: SealedTable, row: RowMapping, column: Column[Any], index: Column[Any]) -> bool:
    value: bytes | None = row[column.name]
    if value is None:
        return row[index.name] is None
    of_field = sealed.fields[column]
    try:
        plain = keyring().unseal(value, field=of_field, row=row_of(*_key_of(sealed, row)))
    except SealBroken:
        return True  # told by who counts what cannot be opened
    return bool(row[index.name] == keyring().index(plain, field=of_field))


def _key_of(sealed: SealedTable, row: RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in sealed.key)


def _is(sealed: SealedTable, key: tuple[Any, ...]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in zip(sealed.key, key, strict=True)]


def _waits(sealed: SealedTable, *, index_too: bool) -> ColumnElement[bool]:
    if index_too and sealed.indexes:
        return or_(*(column.is_not(None) for column in sealed.fields))
    head = keyring().head
    now = literal(head, LargeBinary)
    return or_(*(and_(column.is_not(None), func.substring(column, 1, len(head)) != now) for column in sealed.fields))


def _head(column: Column[Any]) -> ColumnElement[bytes]:
    """The head of a sealed value (`sealing.head_of`), cut out by the database: the values themselves stay there."""
    length = case((func.octet_length(column) < 2, 0), else_=2 + func.get_byte(column, 1))
    return cast(ColumnElement[bytes], func.substring(column, 1, length, type_=LargeBinary))
