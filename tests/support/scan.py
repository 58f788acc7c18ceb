"""Looks for personal data in clear: in files, in every column of every table, in all that Redis holds or is told, in answers.

What is found is told by place and kind, never by the value. A value counts as found in the form it has on paper, percent-encoded, with
JSON's \\u escapes or the \\x escapes of bytes, as hexadecimal digits, within base64, or packed into a workbook.
"""

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import psycopg
import redis
from psycopg import sql

Values = Mapping[str, set[str]]
"""Kind (id_number, phone, address, name) → the values to look for."""

MEANT_FOR_IT = {
    "people.name": {"name"},
    "beneficiaries.name": {"name"},
    # What somebody wrote to explain a step. It may name people, and stands with the step alone; numbers are refused there.
    "service_records.reason": {"name"},
    "service_confirmations.reason": {"name"},
    "service_flags.reason": {"name"},
}
"""Columns that hold a kind in clear, because lists show it masked and sort and match by it, or because people wrote it there."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_BYTE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_ZIP = b"PK\x03\x04"
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_COLUMNS = """
    SELECT c.table_schema, c.table_name, c.column_name, c.data_type FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema AND t.table_type = 'BASE TABLE'
    WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema')
    AND c.data_type NOT IN ('uuid', 'boolean', 'date', 'timestamp with time zone', 'double precision') ORDER BY 1, 2, 3"""


def kinds_in(content: bytes, values: Values) -> set[str]:
    """The kinds of which a value stands in the content, in any of the forms."""
    forms = list(_forms(content))
    return {kind for kind, wanted in values.items() if any(value.encode() in form for value in wanted for form in forms)}


def _forms(content: bytes, depth: int = 2) -> Iterator[bytes]:
    yield content
    if not depth:
        return
    if b"%" in content:
        yield unquote_to_bytes(content)
    if b"\\u" in content:
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)).encode(errors="replace"), content)
    if b"\\x" in content:
        yield _BYTE.sub(lambda found: bytes([int(found[1], 16)]), content)
    if content.startswith(_ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _forms(archive.read(name), depth - 1)
    for found in _BASE64.finditer(content):
        for start in range(4):  # what is encoded need not begin where the run of letters does
            text = found[0][start:].replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
            yield from _decoded(text[: len(text) // 4 * 4], depth)
    for found in _HEX.finditer(content):
        yield bytes.fromhex(found[0].decode())


def _decoded(text: bytes, depth: int) -> Iterator[bytes]:
    try:
        decoded = base64.b64decode(text)
    except binascii.Error:
        return
    yield from _forms(decoded, depth - 1)


def in_files(folder: Path, values: Values) -> set[tuple[str, str]]:
    """File and kind of what stands in the files of a folder."""
    found = set()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            for line in file.read_bytes().splitlines():
                found |= {(file.name, kind) for kind in kinds_in(line, values)}
    return found


def in_tables(connection: "psycopg.Connection[Any]", values: Values) -> set[tuple[str, str]]:
    """Column and kind of what stands in the database, but for what columns are meant for."""
    found = set()
    for schema, table, column, data_type in connection.execute(_COLUMNS).fetchall():
        name = f"{table}.{column}"
        shown = sql.SQL("{}" if data_type == "bytea" else "{}::text").format(sql.Identifier(column))
        query = sql.SQL("SELECT DISTINCT {} FROM {} WHERE {} IS NOT NULL").format(
            shown, sql.Identifier(schema, table), sql.Identifier(column)
        )
        looked_for = {kind: wanted for kind, wanted in values.items() if kind not in MEANT_FOR_IT.get(name, set())}
        for (value,) in connection.execute(query).fetchall():
            content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            found |= {(name, kind) for kind in kinds_in(content, looked_for)}
    return found


def in_redis(store: "redis.Redis", values: Values) -> set[tuple[str, str]]:
    """Kind of key and kind of what stands in the keys and values of a Redis database: tokens, counters, messages that wait."""
    found = set()
    for key in store.scan_iter(count=1000):
        for content in (key, *_contents(store, key)):
            found |= {(key.decode(errors="replace")[:20], kind) for kind in kinds_in(content, values)}
    return found


def _contents(store: "redis.Redis", key: bytes) -> Iterable[bytes]:
    match store.type(key):
        case b"string":
            return [store.get(key) or b""]  # type: ignore[list-item]
        case b"list":
            return store.lrange(key, 0, -1)  # type: ignore[return-value]
        case b"hash":
            return [part for pair in store.hgetall(key).items() for part in pair]  # type: ignore[union-attr]
        case b"set":
            return store.smembers(key)  # type: ignore[return-value]
        case b"zset":
            return store.zrange(key, 0, -1)  # type: ignore[return-value]
        case b"stream":
            return [part for _, fields in store.xrange(key) for pair in fields.items() for part in pair]  # type: ignore[union-attr]
        case b"none":
            return []  # it was over meanwhile
        case kind:
            raise AssertionError(f"nobody looks into a {kind!r} of Redis")


@contextmanager
def told_to(store: "redis.Redis") -> Iterator[list[bytes]]:
    """All that anybody tells a Redis server meanwhile: a message is gone as soon as it is fetched."""
    told: list[bytes] = []
    the_end = uuid4().hex

    def listen() -> None:
        for command in monitor.listen():
            if the_end in command["command"]:
                return
            told.append(command["command"].encode())

    with store.monitor() as monitor:
        listening = Thread(target=listen, daemon=True)
        listening.start()
        try:
            yield told
        finally:
            store.echo(the_end)
            listening.join(timeout=30)
