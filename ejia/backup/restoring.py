"""Restores a backup into a new database, checks and migrates it there, and puts it in the place of the old one by two renames."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import errors, sql

from backend.foundation import grants, schema
from backend.foundation.clock import SHANGHAI
from backend.foundation.objects import Objects
from backend.foundation.sealing import Keyring
from ejia.backup import contents, file_archive, manifest
from ejia.backup.contents import Connection
from ejia.backup.manifest import BackupUnusable, Manifest
from ejia.backup.tools import Server, Tools, release_of, tools_for

MAINTENANCE = "postgres"
"""The database from which others are made and renamed; every server has it."""

_LONGEST_NAME = 63
_ATTEMPTS = 5


class NotEmpty(Exception):
    """The database holds data, and nobody said that it may be replaced."""


class KeysDiffer(Exception):
    """The keys of the settings do not open what is in the backup."""


class SwapRefused(Exception):
    """The new database could not be put in the place of the old one, which is as it was."""


@dataclass(frozen=True)
class Restored:
    """What was restored, and the name under which the database before it is kept; None where there was none."""

    manifest: Manifest
    migration_head: str
    kept_as: str | None


@dataclass(frozen=True)
class Consent:
    """What somebody agreed to: that a database with data is put aside, that values stay closed for which there is no key."""

    replace: bool = False
    without_keys: bool = False


def restore_backup(
    server: Server,
    backup: Path,
    *,
    keyring: Keyring,
    objects: Objects,
    consent: Consent,
    app_user: str | None,
    tools_folder: Path | None,
    now: datetime,
    say: Callable[[str], None],
) -> Restored:
    """Make the database of the settings what it was when the backup was made, brought to the schema of this release.

    Until the last step, which is one transaction, nothing of the present database is touched: a broken file, a wrong key or a kill
    changes nothing. The app's own user, where there is one, is let in.
    Raises BackupUnusable, NotEmpty, KeysDiffer, SwapRefused, ToolsMissing, ToolFailed or an error of the database.
    """
    found = manifest.read(backup)
    say("核对备份文件 …")
    manifest.check(backup, found)
    if found.migration_head not in schema.revisions():
        raise BackupUnusable(
            f"{backup} 的表结构是 {found.migration_head}（版本 {found.release}），本版本还不认识：请用该版本或更新的版本恢复。"
        )
    fresh, aside = _name(server.database, "restoring"), _name(server.database, f"before_{now.astimezone(SHANGHAI):%Y%m%d_%H%M%S}")
    with server.connect(MAINTENANCE) as connection:
        tools = _tools(connection, found, tools_folder)
        occupied = _exists(connection, server.database)
        if occupied and not consent.replace:
            _require_empty(server)
        _create(connection, fresh, like=server.database)
        try:
            say("恢复到新的数据库 …")
            _fill(server, tools, backup, found, fresh)
            say("更新表结构，核对密钥 …")
            if found.files is not None:
                with server.connect(fresh) as there:
                    file_archive.put_back(there, manifest.files_of(backup), objects)
            schema.upgrade(server.url_of(fresh))
            if app_user is not None:
                grants.give(server.url_of(fresh), app_user)
            with server.connect(fresh) as there:
                closed = contents.unopened(there, keyring)
            if closed and not consent.without_keys:
                raise KeysDiffer(
                    f"设置中的密钥打不开 {'、'.join(closed)}。备份时使用的加密密钥是 {'、'.join(found.sealing_keys) or '（无）'}："
                    "请把 EJIA_SEALING_KEYS 和 EJIA_INDEX_KEY 设为当时的值；或者加 --without-keys，这些数据就再也读不出来。"
                )
            _swap(connection, server.database, fresh, aside if occupied else None)
        finally:
            _drop(connection, fresh)
    return Restored(found, schema.head(), aside if occupied else None)


def _tools(connection: Connection, found: Manifest, folder: Path | None) -> Tools:
    release = release_of(connection)
    if release < found.postgresql:
        raise BackupUnusable(f"备份来自 PostgreSQL {found.postgresql}，服务器是 {release}：服务器的版本不能低于备份的版本。")
    return tools_for(release, folder)


def _require_empty(server: Server) -> None:
    with server.connect() as present:
        if contents.holds_data(present):
            raise NotEmpty(f"数据库 {server.database} 中已有数据，没有改动。加 --replace 会把它改名保留，并断开正在使用的连接。")


def _create(connection: Connection, name: str, *, like: str) -> None:
    """An empty database that sorts and compares as the present one; as the server's usual ones where there is none.

    One that a killed restore left behind goes first.
    """
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    [described] = connection.execute(
        """
        SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider,
               coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')
        FROM pg_database d WHERE datname = ANY (%s) ORDER BY datname <> %s LIMIT 1
        """,
        [[like, "template1"], like],
    ).fetchall()
    encoding, collate, ctype, provider, locale = described
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
        sql.Identifier(name), encoding, collate, ctype
    )
    if provider == "i":
        statement += sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {}").format(locale)
    elif provider == "b":
        statement += sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(locale)
    connection.execute(statement)


def _fill(server: Server, tools: Tools, backup: Path, found: Manifest, fresh: str) -> None:
    tools.restore(server, backup, fresh)
    with server.connect(fresh) as there:
        counted = contents.row_counts(there)
        differing = sorted(table for table in counted.keys() | found.rows.keys() if counted.get(table) != found.rows.get(table))
        if differing:
            raise BackupUnusable(f"恢复出来的行数与清单不符：{'、'.join(differing)}。")
        there.execute("ANALYZE")


def _swap(connection: Connection, present: str, fresh: str, aside: str | None) -> None:
    """Put the new database in the place of the present one, which is kept; whoever was connected is cut off and may come again."""
    for _ in range(_ATTEMPTS):
        try:
            with connection.transaction():
                if aside is not None:
                    connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [present])
                    connection.execute(_rename(present, aside))
                connection.execute(_rename(fresh, present))
        except errors.ObjectInUse:  # somebody connected in between
            continue
        return
    raise SwapRefused(f"不断有新的连接使用 {present}，无法替换：请先停止使用它的程序。没有改动任何数据。")


def _rename(old: str, new: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))


def _drop(connection: Connection, name: str) -> None:
    """What is left of an attempt that failed. When the server is gone as well, the next attempt does it."""
    if not connection.broken:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _exists(connection: Connection, name: str) -> bool:
    return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _name(database: str, suffix: str) -> str:
    return f"{database[: _LONGEST_NAME - len(suffix) - 1]}_{suffix}"
