"""Rows for COPY: text made here, a table at a time, checked against the models so that a new column is not forgotten."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Table

from backend.foundation.database import Base

_LINES_AT_A_TIME = 5_000


def _list(value: list[str]) -> str:
    return "{" + ",".join(value) + "}"


_TEXT: dict[type, Callable[[Any], str]] = {
    str: lambda value: value.replace("\\", "\\\\").replace("\t", " ").replace("\n", "\\n"),
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    UUID: lambda value: f"{value.int:032x}",  # without the dashes, which cost more than the number
    datetime: datetime.isoformat,
    date: date.isoformat,
    list: _list,
}


class Rows:
    """The rows of one table, in the order of the columns named when it is made."""

    def __init__(self, model: type[Base], *columns: str) -> None:
        """Raises ValueError when a column that may not be null is missing."""
        self.table = cast(Table, model.__table__)
        self.columns = columns
        self.lines: list[str] = []
        missing = {column.name for column in self.table.columns if not column.nullable} - set(columns)
        unknown = set(columns) - {column.name for column in self.table.columns}
        if missing or unknown:
            raise ValueError(f"{model.__name__}: missing {sorted(missing)}, unknown {sorted(unknown)}")

    def add(self, *values: Any) -> None:
        """One row; words (`StrEnum`) may be given as their text."""
        self.lines.append("\t".join(["\\N" if value is None else _TEXT[type(value)](value) for value in values]))

    def sort(self, *columns: str) -> None:
        """Put the rows in the order of what stands in these columns."""
        places = [self.columns.index(column) for column in columns]
        self.lines.sort(key=lambda line: [line.split("\t")[place] for place in places])

    def copy_into(self, connection: psycopg.Connection[Any], advance: Callable[[int], None]) -> None:
        """Send the rows; `advance` is told how many more have gone."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.table.name), columns)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(self.lines), _LINES_AT_A_TIME):
                some = self.lines[start : start + _LINES_AT_A_TIME]
                copy.write("\n".join(some) + "\n")
                advance(len(some))
