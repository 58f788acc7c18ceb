"""Figures for Prometheus, from all processes of a copy.

Web and task workers write into the files of PROMETHEUS_MULTIPROC_DIR (whoever starts the copy empties that folder and names it in the
environment before Python starts); `python -m ejia.metrics --port N` adds them up, asks the database how the outbox stands, and answers on
a port of its own, which is never the public one.
"""

import os
import signal
import threading
from collections.abc import Iterator

import click
import structlog
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from backend.foundation import clock, findings, key_register, liveness
from backend.foundation.outbox import ALARM_AFTER, OutboxDelivery, OutboxEvent
from backend.foundation.sealing import Keyring
from backend.hearers import HEARERS
from backend.reveals.models import WINDOW, Reveal
from config.settings import Settings, read_settings
from ejia import logs
from ejia.keys import keyring_of

log = structlog.get_logger(__name__)

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


class OutboxCollector(Collector):
    """How many deliveries wait for each consumer, how old the oldest is, and how many have failed so often that somebody should look."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """The state of the outbox as it is now; without a database only that there is none."""
        reachable = GaugeMetricFamily("ejia_database_up", "Whether the database answered.")
        waiting = GaugeMetricFamily("ejia_outbox_waiting", "Deliveries not yet applied.", labels=["consumer"])
        oldest = GaugeMetricFamily("ejia_outbox_oldest_seconds", "Age of the oldest event not yet applied.", labels=["consumer"])
        failed = GaugeMetricFamily("ejia_outbox_failed", f"Deliveries that failed {ALARM_AFTER} times or more.", labels=["consumer"])
        try:
            standing = self._standing()
        except SQLAlchemyError as error:
            log.error("metrics.database_unavailable", reason=type(error).__name__)
            reachable.add_metric([], 0)
            yield reachable
            return
        reachable.add_metric([], 1)
        for consumer in sorted({*HEARERS, *standing}):
            count, age, failures = standing.get(consumer, (0, 0.0, 0))
            waiting.add_metric([consumer], count)
            oldest.add_metric([consumer], age)
            failed.add_metric([consumer], failures)
        yield from (reachable, waiting, oldest, failed)

    def _standing(self) -> dict[str, tuple[int, float, int]]:
        now = clock.now()
        query = (
            select(
                OutboxDelivery.consumer,
                func.count().label("waiting"),
                func.min(OutboxEvent.at).label("oldest_at"),
                func.count().filter(OutboxDelivery.attempts >= ALARM_AFTER).label("failed"),
            )
            .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
            .group_by(OutboxDelivery.consumer)
        )
        with self._engine.connect() as connection:
            lines = connection.execute(query).all()
        return {line.consumer: (line.waiting, max(0.0, (now - line.oldest_at).total_seconds()), line.failed) for line in lines}


class KeysCollector(Collector):
    """Whether the copy holds every key that its sealed values need."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine, self._keyring = engine, keyring

    def collect(self) -> Iterator[Metric]:
        """Nothing while the database does not answer, which another figure tells."""
        missing = GaugeMetricFamily("ejia_keys_missing", "Keys that sealed values need and the settings do not hold.")
        try:
            with self._engine.connect() as connection:
                missing.add_metric([], len(key_register.missing_of(self._keyring, connection.execute(key_register.NEEDED).all())))
        except SQLAlchemyError as error:
            log.error("metrics.keys_not_asked", reason=type(error).__name__)
            return
        yield missing


class RevealsCollector(Collector):
    """How much personal data was read in clear within the last hour, and by one account at most."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Nothing while the database does not answer, which another figure tells."""
        in_all = GaugeMetricFamily("ejia_reveals_hour", "Readings of personal data in clear within the last hour.")
        of_one = GaugeMetricFamily("ejia_reveals_hour_of_one_account", "The most of them that one account has made.")
        by_account = select(func.count().label("number")).where(Reveal.at > clock.now() - WINDOW).group_by(Reveal.account_id).subquery()
        try:
            with self._engine.connect() as connection:
                total, most = connection.execute(select(func.sum(by_account.c.number), func.max(by_account.c.number))).one()
        except SQLAlchemyError as error:
            log.error("metrics.reveals_not_counted", reason=type(error).__name__)
            return
        in_all.add_metric([], total or 0)
        of_one.add_metric([], most or 0)
        yield from (in_all, of_one)


class FindingsCollector(Collector):
    """What the checks of each night found last: they run on any host, so no process counts them for itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Nothing while the database does not answer, which another figure tells."""
        found = GaugeMetricFamily("ejia_task_found", "What a check found when it last ran; anything but 0 wants a look.", labels=["task"])
        at = GaugeMetricFamily("ejia_task_found_timestamp_seconds", "When the check last ran, in Unix seconds.", labels=["task"])
        try:
            with self._engine.connect() as connection:
                for line in connection.execute(findings.LAST):
                    found.add_metric([line.task], line.found)
                    at.add_metric([line.task], line.found_at.timestamp())
        except SQLAlchemyError as error:
            log.error("metrics.findings_not_asked", reason=type(error).__name__)
            return
        yield from (found, at)


def registry_of(settings: Settings) -> CollectorRegistry:
    """All figures of the copy, collected anew at each question."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER_VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    options = "-c statement_timeout=5000 -c default_transaction_read_only=on -c timezone=UTC"
    engine = create_engine(settings.database_url, poolclass=NullPool, connect_args={"options": options, "connect_timeout": 3})
    liveness.watch(engine)
    registry.register(OutboxCollector(engine))
    registry.register(RevealsCollector(engine))
    registry.register(FindingsCollector(engine))
    registry.register(KeysCollector(engine, keyring_of(settings)))
    return registry


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port to listen on.")
def main(host: str, port: int) -> None:
    """Answer Prometheus until SIGTERM or SIGINT."""
    settings = read_settings()
    logs.configure(json_lines=settings.log_json)
    clock.steer_by(settings.clock_file if settings.is_trial else None)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    server, thread = start_http_server(port, host, registry_of(settings))
    log.info("metrics.listening", host=host, port=port)
    over.wait()
    server.shutdown()
    thread.join()


if __name__ == "__main__":
    main()
