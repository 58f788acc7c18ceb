"""The services of a trial run, and for each the check that it is alive."""

import contextlib
import http.client
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from celery import Celery

from ejia.trial.ports import HOST
from ejia.trial.processes import Command, turn_over
from ejia.trial.servers import EmbeddedPostgres, EmbeddedValkey
from ejia.trial.supervisor import Service

MODULE = (sys.executable, "-P", "-m")  # -P: a file in the working folder never takes the place of a module
THREADS = 4  # of each web process; with more they mostly wait for the interpreter's lock (docs/decisions/0011-few-round-trips.md)


def log_of(var: Path, name: str) -> Path:
    """The log of a service; one that has grown large is put aside first."""
    log = var / "log" / f"{name}.log"
    turn_over(log)
    return log


def database(postgres: EmbeddedPostgres, var: Path) -> Service:
    """PostgreSQL."""
    return Service("postgres", postgres.command(), postgres.answers, log_of(var, "postgres"), prepare=postgres.prepare, patience=30)


def broker(valkey: EmbeddedValkey, var: Path) -> Service:
    """Valkey. Its port was chosen before; a restart keeps it, for the others know it."""
    return Service("valkey", valkey.command(), valkey.answers, log_of(var, "valkey"))


def web(var: Path, environment: dict[str, str], port: int, *, workers: int | None = None) -> Service:
    """The web server, its clock steered over HTTP (ejia/trial/clock.py): healthy when `/readyz` says so, which asks the database."""
    workers = workers or max(2, min(8, os.cpu_count() or 1))
    command = granian("ejia.trial.web:create_trial_app", port, environment, "--workers", str(workers), "--blocking-threads", str(THREADS))
    return Service("web", command, answers(port, "/readyz", {200}), log_of(var, "web"))


def wechat(var: Path, environment: dict[str, str], port: int) -> Service:
    """The stand-in WeChat server: healthy when it answers at all."""
    command = Command((*MODULE, "ejia.trial.wechat_server", "--port", str(port)), environment)
    return Service("wechat", command, answers(port, "/", range(500)), log_of(var, "wechat"))


def worker(var: Path, environment: dict[str, str]) -> Service:
    """The Celery worker: healthy when it answers a ping through the broker."""
    node = f"worker-{os.getpid()}@ejia"
    options = ("--hostname", node, "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    command = Command((*MODULE, "ejia.worker", "worker", *options), environment)
    return Service("worker", command, _answers_ping(environment["BROKER_URL"], node), log_of(var, "worker"))


def beat(var: Path, environment: dict[str, str]) -> Service:
    """Celery beat: healthy when it answers a ping, which it does only while its schedule goes on."""
    node = f"beat-{os.getpid()}@ejia"
    options = ("--hostname", node, "--enable-remote-control", "--schedule", str(var / "beat-schedule"), "--loglevel", "WARNING")
    command = Command((*MODULE, "ejia.worker", "beat", *options), environment)
    return Service("beat", command, _answers_ping(environment["BROKER_URL"], node), log_of(var, "beat"))


def metrics(var: Path, environment: dict[str, str], port: int) -> Service:
    """The figures of all processes for Prometheus: healthy when they can be read."""
    command = Command((*MODULE, "ejia.metrics", "--port", str(port)), environment)
    return Service("metrics", command, answers(port, "/metrics", {200}), log_of(var, "metrics"))


def metrics_folder(var: Path) -> dict[str, str]:
    """Where the processes leave their figures, empty at the start of a run, as the variable that tells them."""
    folder = var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def granian(factory: str, port: int, environment: dict[str, str], *options: str) -> Command:
    options = ("--host", HOST, "--port", str(port), "--http", "1", "--no-ws", *options)
    # A worker process that died comes back; one that does not end within three seconds is killed.
    options += ("--respawn-failed-workers", "--workers-kill-timeout", "3")
    return Command((*MODULE, "granian", "--interface", "wsgi", "--factory", *options, factory), environment)


def answers(port: int, path: str, good: set[int] | range) -> Callable[[], bool]:
    def healthy() -> bool:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        with contextlib.closing(connection):
            try:
                connection.request("GET", path)
                return connection.getresponse().status in good
            except (OSError, http.client.HTTPException):
                return False

    return healthy


def _answers_ping(broker_url: str, node: str) -> Callable[[], bool]:
    # A bare Celery is enough to ask: it is the broker that carries the question, by the node's name.
    asking = Celery(broker=broker_url, set_as_current=False)
    asking.conf.broker_connection_retry = False

    def healthy() -> bool:
        try:
            return bool(asking.control.inspect(destination=[node], timeout=0.5, limit=1).ping())
        except Exception:
            return False  # whatever the transport raises: nobody answers

    return healthy
