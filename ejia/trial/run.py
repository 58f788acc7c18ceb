"""A whole trial copy in one command: servers, migrations, data, web, worker, beat and the stand-in WeChat server."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import LiteralString

import psycopg

import backend
from ejia.trial import running, services
from ejia.trial.demo.told import kept
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import Command
from ejia.trial.secrets import local_secrets
from ejia.trial.servers import EmbeddedPostgres, EmbeddedValkey
from ejia.trial.supervisor import StopRequested, Supervisor

FIRST_PORT = 8000
FIRST_WECHAT_PORT = 8100
MIGRATIONS = Path(backend.__file__).parent / "migrations" / "versions"


class NotATrial(Exception):
    """The environment says that this copy is a production one."""


class TrialRun:
    """One run in one folder, with the environment that was given to it.

    `scale` is the size of the demonstration year that an empty database of our own gets, 0 for none; `web_processes` None as many as the
    machine has cores, within bounds; `say` gets each line for the terminal.
    """

    def __init__(
        self,
        var: Path,
        given: Mapping[str, str],
        *,
        port: int | None,
        scale: float,
        web_processes: int | None,
        say: Callable[[str], None],
    ) -> None:
        self.var = var.resolve()
        self.given = given
        self.asked_port = port
        self.scale = scale
        self.web_processes = web_processes
        self.say = say
        self.ports = Ports()
        self.started = time.monotonic()
        self.postgres: EmbeddedPostgres | None = None
        self.logins = self.var / "demonstration.jsonl"

    def __call__(self, *, check: bool) -> None:
        """Bring everything up, and keep it up until somebody stops it; with `check` stop as soon as everything is healthy.

        Raises NotATrial, AlreadyRunning, FolderGone, PortTaken, ServiceFailed, SecretsUnreadable, FolderUnusable or ServersMissing.
        """
        if self.given.get("EJIA_PROFILE", "trial") not in {"trial", "test"}:
            raise NotATrial("EJIA_PROFILE 不是 trial：ejia run 只用于试用，正式系统的各项服务请分别启动。")
        try:
            with Supervisor(self.var / running.LOCK, self.say) as supervisor:
                self._serve(supervisor, check=check)
        except StopRequested:
            self.say("全部启动之前已停止。")
            return
        finally:
            self.ports.release()
            if self.postgres is not None:
                self.postgres.tidy()
        self.say("已停止，数据保留。" if self.postgres is not None else "已停止。")

    def _serve(self, supervisor: Supervisor, *, check: bool) -> None:
        try:
            environment = self._start(supervisor)
            running.tell(self.var, environment | self._owner() | {"EJIA_TRIAL_ADDRESS": self._address()})
            self._announce(environment)
            if not check:
                supervisor.watch()
            self.say("正在停止 …")
        finally:
            running.forget(self.var)

    def _start(self, supervisor: Supervisor) -> dict[str, str]:
        self.say("正在启动 …")
        environment = {**local_secrets(self.var / "secrets.env"), "EJIA_PROFILE": "trial", "EJIA_CLOCK_FILE": str(self.var / "clock")}
        environment["EJIA_DEMONSTRATION_FILE"] = str(self.logins)
        environment["EJIA_SECOND_FACTOR_REQUIRED"] = "false"  # so that the demonstration's log-ins open in one step
        environment["EJIA_AUDIT_FOLDER"] = str(self.var / "audit-heads")
        environment |= self._start_servers(supervisor)
        if not self.given.get("EJIA_FILES_BUCKET"):
            environment["EJIA_FILES_FOLDER"] = str(self.var / "files")
        environment |= {name: value for name, value in self.given.items() if value and name.startswith("EJIA_")}
        wechat_port = None if "EJIA_WECHAT_BASE_URL" in environment else self.ports.take_from(FIRST_WECHAT_PORT)
        if wechat_port is not None:
            environment["EJIA_WECHAT_BASE_URL"] = f"http://{HOST}:{wechat_port}"
        # A proxy of the machine shall not see what stays on it.
        environment["NO_PROXY"] = environment["no_proxy"] = ",".join(filter(None, [self.given.get("NO_PROXY"), HOST, "localhost"]))
        self.web_port = self.ports.take(self.asked_port) if self.asked_port else self.ports.take_from(FIRST_PORT)
        environment.setdefault("EJIA_CONSOLE_ADDRESS", f"http://localhost:{self.web_port}")  # browsers take passkeys by a name only
        self.metrics_port = int(environment.get("EJIA_METRICS_PORT", 0)) or self.ports.take_any()

        self._prepare_data(supervisor, environment)
        measured = environment | services.metrics_folder(self.var)
        stand_in = [services.wechat(self.var, environment, wechat_port)] if wechat_port is not None else []
        metrics = services.metrics(self.var, measured, self.metrics_port)
        supervisor.start(*stand_in, metrics, services.worker(self.var, measured), services.beat(self.var, measured))
        supervisor.start(services.web(self.var, measured, self.web_port, workers=self.web_processes))
        supervisor.wait_healthy()
        return environment

    def _start_servers(self, supervisor: Supervisor) -> dict[str, str]:
        """Start what no address was given for, and return all three addresses."""
        addresses = {name: self.given[name] for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL") if self.given.get(name)}
        if "DATABASE_URL" not in addresses:
            self.postgres = EmbeddedPostgres(self.var / "postgres")
            addresses["DATABASE_URL"] = self.postgres.app_url
            supervisor.start(services.database(self.postgres, self.var))
        if not {"REDIS_URL", "BROKER_URL"} <= addresses.keys():
            valkey = EmbeddedValkey(self.var / "valkey")
            valkey.prepare()
            addresses = {"REDIS_URL": valkey.url_for(0), "BROKER_URL": valkey.url_for(1), **addresses}
            supervisor.start(services.broker(valkey, self.var))
        supervisor.wait_healthy()
        return addresses

    def _prepare_data(self, supervisor: Supervisor, environment: dict[str, str]) -> None:
        """Migrate, by the owner; load the demonstration year into a database of our own that is still empty."""
        ejia = (*services.MODULE, "ejia.cli.main")
        url, unfinished = environment["DATABASE_URL"], self.var / "demonstration.unfinished"
        if self.postgres is not None:
            if unfinished.exists():  # a load was cut short, before anybody could add something of their own: begin anew
                self.postgres.drop_database()
            self.postgres.create_database()
        if not _has_newest_schema(url):
            migrate = Command((*ejia, "migrate"), environment | self._owner())
            supervisor.run_once("更新数据库结构", migrate, services.log_of(self.var, "migrate"))
        if self.postgres is not None and self.scale > 0 and _is_empty(url):
            unfinished.touch()
            load = Command((*ejia, "demo", "load", "--scale", str(self.scale), "--logins", str(self.logins)), environment)
            supervisor.run_once("装载示范数据", load, log=None)
            unfinished.unlink()

    def _owner(self) -> dict[str, str]:
        """The owner's address of our own database, for the commands that need it; no service has it."""
        return {} if self.postgres is None else {"EJIA_OWNER_DATABASE_URL": self.postgres.url}

    def _address(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    def _announce(self, environment: Mapping[str, str]) -> None:
        base = self._address()
        self.say(f"社区E家已启动，用时 {time.monotonic() - self.started:.1f} 秒：")
        self.say(f"  首页       {base}/")
        self.say(f"  接口       {base}/api/v1")
        self.say(f"  接口说明   {base}/docs")
        self.say(f"  微信模拟   {environment['EJIA_WECHAT_BASE_URL']}")
        self.say(f"  PostgreSQL {environment['DATABASE_URL']}")
        self.say(f"  运行指标   http://{HOST}:{self.metrics_port}/metrics")
        self.say(f"  日志       {_short(self.var / 'log')}")
        logins = kept(self.logins) if self.postgres is not None else []
        if logins:
            self.say("\n".join(["示范账号：", *(login.line() for login in logins)]))
            self.say("微信账号先向微信模拟服务要一个登录码（如同 wx.login），再 POST 到 /api/v1/auth/wechat：")
            self.say(f'  curl -s {environment["EJIA_WECHAT_BASE_URL"]}/__stand-in__/codes/login -d \'{{"user": "leader"}}\'')
            self.say("五分钟导览见 README.zh-CN.md。")
        self.say("按 Ctrl-C 全部停止。")


def _has_newest_schema(database_url: str) -> bool:
    """Whether there is nothing to migrate: asking Alembic costs seconds at each start, the files and one row cost none.

    Every file is named after its migration, `0012_add_points.py`. In doubt the answer is no, and `ejia migrate` decides.
    """
    newest = max(file.name.split("_")[0] for file in MIGRATIONS.glob("[0-9]*_*.py"))
    try:
        return _rows(database_url, "SELECT version_num FROM alembic_version") == [(newest,)]
    except psycopg.Error:
        return False


def _is_empty(database_url: str) -> bool:
    return _rows(database_url, "SELECT EXISTS (SELECT FROM people)") == [(False,)]


def _rows(database_url: str, query: LiteralString) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1), connect_timeout=5) as connection:
        return connection.execute(query).fetchall()


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
