"""The machine under test: servers of its own, an empty migrated database, and web servers as a trial run starts them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from backend.foundation import schema
from backend.foundation.database import db
from config.settings import Settings
from ejia.app import create_app
from ejia.trial import services
from ejia.trial.ports import Ports
from ejia.trial.processes import end, last_lines, spawn, wait_until
from ejia.trial.servers import Servers, test_servers
from ejia.trial.supervisor import Service
from tests.support.environment import environment_of, settings_on

WEB_PROCESSES = 1  # the other core is for PostgreSQL and the phones
PRODUCT = "ejia.app:create_app"
UNMIGRATED = "template1"


@dataclass(frozen=True, slots=True)
class Machine:
    """Both servers and the application on them; `folder` is for what else it leaves. `template`: a database on them, empty and migrated, of
    which those beside are made; by default each of them is migrated."""

    settings: Settings
    folder: Path
    app: Flask
    servers: Servers
    ports: Ports = field(default_factory=Ports)
    template: str = UNMIGRATED

    @contextmanager
    def web(self, name: str, factory: str = PRODUCT) -> Iterator[int]:
        """A web server around an application: its port."""
        port = self.ports.take_any()
        options = ("--workers", str(WEB_PROCESSES), "--blocking-threads", str(services.THREADS))
        command = services.granian(factory, port, environment_of(self.settings), *options)
        log = self.folder / f"{name}.log"
        with self.process(Service(name, command, services.answers(port, "/", range(600)), log)):
            yield port

    @contextmanager
    def process(self, service: Service) -> Iterator[int]:
        """Any other service on this machine: its process id, once it answers."""
        process = spawn(service.command, service.log)
        try:
            wait_until(service.healthy, process, name=service.name, log=service.log or self.folder)
            yield process.pid
        except Exception as error:
            error.add_note(f"{service.name}:\n{last_lines(service.log)}") if service.log is not None else None
            raise
        finally:
            end(process, service.command.stop_signal)

    @contextmanager
    def beside(self, name: str) -> Iterator["Machine"]:
        """The same servers with a database of its own, migrated and empty, and its application; the database is gone afterwards."""
        self.servers.postgres.create_database(name, template=self.template)
        try:
            own = self.settings.model_copy(update={"database_url": self.servers.postgres.url_for(name)})
            with _on(own, self.folder, self.servers, self.template) as other:
                yield other
        finally:
            self.servers.postgres.drop_database(name)


@contextmanager
def machine(*, durable: bool) -> Iterator[Machine]:
    """Up, with all tables empty; gone afterwards.

    `durable`: what is committed is on the disk before it is answered, as in a copy that is used. Waiting costs every contestant the same,
    so it says something only where phones write; what reads, or writes in bulk, is measured without.
    """
    with TemporaryDirectory(prefix="ejia-bench-") as folder, test_servers(Path(folder), durable=durable) as servers:
        settings = settings_on(servers, None).model_copy(update={"log_json": True})
        with _on(settings, Path(folder), servers) as running:
            yield running


@contextmanager
def _on(settings: Settings, folder: Path, servers: Servers, template: str = UNMIGRATED) -> Iterator[Machine]:
    if template == UNMIGRATED:
        schema.upgrade(settings.database_url)
    app = create_app(settings)
    gc.freeze()  # as every process of the product does once it is up
    running = Machine(settings, folder, app, servers, template=template)
    with app.app_context():
        try:
            yield running
        finally:
            db.session.remove()
            db.engine.dispose()
            running.ports.release()
