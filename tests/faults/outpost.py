"""A copy of which PostgreSQL and Redis can be stopped, frozen and brought back, each on its old address; web, worker and beat run on."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from apiflask import APIFlask

from backend.foundation import schema
from backend.foundation.database import db
from config.settings import Settings
from ejia.app import create_app
from ejia.trial import services
from ejia.trial.ports import HOST, Ports
from ejia.trial.processes import Command, end, spawn, wait_until
from ejia.trial.servers import EmbeddedPostgres, EmbeddedValkey, Servers
from ejia.trial.supervisor import Service
from tests.support.beginning import street_of
from tests.support.environment import environment_of, settings_on
from tests.support.phone import Phone
from tests.support.wire import Wire
from tests.trial.waiting import children_of, descendants_of
from tests.wechat.steering import Levers


class Program:
    """One program that can be stopped, frozen and started again."""

    def __init__(self, command: Command, log: Path, ready: Callable[[], bool]) -> None:
        self.command, self.log, self.ready = command, log, ready
        self.process: subprocess.Popen[bytes] | None = None
        self._frozen: list[int] = []

    @classmethod
    def of(cls, service: Service) -> "Program":
        """The program of a service."""
        return cls(service.command, service.log, service.healthy)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = spawn(self.command, self.log)
        wait_until(self.ready, self.process, name=self.command.argv[0], log=self.log)

    def stop(self) -> None:
        """End it, frozen or not."""
        self.thaw()
        if self.process is not None:
            end(self.process, self.command.stop_signal)
            self.process = None

    def freeze(self) -> None:
        """SIGSTOP: it keeps its connections, and the system takes new ones for it, but nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        self._frozen = [self.pid, *descendants_of(self.pid)]
        for process in self._frozen[1:]:
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        for process in reversed(self._frozen):
            os.kill(process, signal.SIGCONT)
        self._frozen = []


class Outpost:
    """The running copy: its servers, its processes, and how phones reach it."""

    def __init__(self, folder: Path, clock_file: Path) -> None:
        postgres, valkey = EmbeddedPostgres(folder / "postgres", durable=False), EmbeddedValkey(folder / "valkey")
        for server in (postgres, valkey):
            server.prepare()
        self.postgres = Program(postgres.command(), postgres.log, postgres.answers)
        self.redis = Program(valkey.command(), valkey.log, valkey.answers)
        self.folder = folder
        self._create_database = postgres.create_database
        self._ports = Ports()
        port, wechat_port = self._ports.take_any(), self._ports.take_any()
        wechat_url = f"http://{HOST}:{wechat_port}"
        self.settings: Settings = settings_on(Servers(postgres, valkey), clock_file).model_copy(
            update={"rate_limits_enabled": True, "wechat_base_url": wechat_url}
        )
        self.levers = Levers(wechat_url)
        self.base = f"http://{HOST}:{port}"
        environment = environment_of(self.settings)
        self.web = Program.of(services.web(folder, environment, port, workers=1))
        self.worker = Program.of(services.worker(folder, environment))
        self.beat = Program.of(services.beat(folder, environment))
        self.wechat = Program.of(services.wechat(folder, environment, wechat_port))
        self._wires: list[Wire] = []

    def start(self) -> None:
        """Bring all of it up, with a street in it."""
        for server in (self.postgres, self.redis):
            server.start()
        self._create_database()
        schema.upgrade(self.settings.database_url)
        self.app: APIFlask = create_app(self.settings)
        self.street = street_of(self.app)
        for program in (self.wechat, self.web, self.worker, self.beat):
            program.start()

    def stop(self) -> None:
        """Hang up, and stop all of it."""
        for wire in self._wires:
            wire.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for program in (self.beat, self.worker, self.web, self.wechat, self.redis, self.postgres):
            program.stop()
        self._ports.release()

    def wire(self) -> Wire:
        """A line to the web server."""
        self._wires.append(Wire(self.base))
        return self._wires[-1]

    def reached_by(self, phone: Phone) -> Phone:
        """The phone, on a line of its own to the web server."""
        phone.client = self.wire()  # type: ignore[assignment]
        return phone

    def processes(self) -> list[int]:
        """Those that must not need to be started again: of the web server and of the worker, each with its children."""
        return [process for program in (self.web, self.worker) for process in (program.pid, *children_of(program.pid))]
