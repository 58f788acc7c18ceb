"""Restores a backup into a new database, checks and migrates it there, and puts it in the place of the old one by two renames."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import errors, sql

from backend.foundation import schema
from backend.foundation.clock import SHANGHAI
from backend.foundation.sealing import Keyring
from ejia.backup import contents, manifest
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
    consent: Consent,
    tools_folder: Path | None,
    now: datetime,
    say: Callable[[str], None],
) -> Restored:
    """Make the database of the settings what it was when the backup was made, brought to the schema of this release.

    Until the last step, which is one transaction, nothing of the present database is touched: a broken file, a wrong key or a kill
    changes nothing. Raises BackupUnusable, NotEmpty, KeysDiffer, SwapRefused, ToolsMissing, ToolFailed or an error of the database.
    """
    found = manifest.read(backup)
    say("核对备份文件 …")
    manifest.check(backup, found)
    if found.migration_head not in schema.revisions():
        raise BackupUnusable(
            f"{backup} is of migration {found.migration_head} (release {found.release}), which this release does not know yet: "
            "restore it with that release or a newer one."
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
            schema.upgrade(server.url_of(fresh))
            with server.connect(fresh) as there:
                closed = contents.unopened(there, keyring)
            if closed and not consent.without_keys:
                raise KeysDiffer(
                    f"The keys of the settings do not open {', '.join(closed)}. The backup was made under the sealing keys "
                    f"{', '.join(found.sealing_keys) or '(none)'}: set EJIA_SEALING_KEYS and EJIA_INDEX_KEY as they were then, or say "
                    "--without-keys and never read those values again."
                )
            _swap(connection, server.database, fresh, aside if occupied else None)
        finally:
            _drop(connection, fresh)
    return Restored(found, schema.head(), aside if occupied else None)


def _tools(connection: Connection, found: Manifest, folder: Path | None) -> Tools:
    release = release_of(connection)
    if release < found.postgresql:
        raise BackupUnusable(f"The backup is of PostgreSQL {found.postgresql}, the server is {release}: it takes one as new, or newer.")
    return tools_for(release, folder)


def _require_empty(server: Server) -> None:
    with server.connect() as present:
        if contents.holds_data(present):
            raise NotEmpty(
                f"The database {server.database} holds data. With --replace it is put aside under another name, and whoever works on "
                "it is cut off; nothing was changed."
            )


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
            raise BackupUnusable(f"What was restored has other rows than the manifest tells of: {', '.join(differing)}.")
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
    raise SwapRefused(f"Others connect to {present} faster than they can be cut off: stop what works on it. Nothing was changed.")


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
