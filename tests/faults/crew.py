"""The processes that react: a Celery worker that can be killed, and two beats, so that every ring is sent twice."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg

from ejia.trial import services
from ejia.trial.processes import end, kill_group, spawn
from tests.trial.waiting import children_of, eventually, is_running

BEATS = 2
NAME = "killed-worker"
"""What the sessions of the worker are called in the database."""


@dataclass(frozen=True)
class Held:
    """A delivery that a batch in flight holds, in which session of the database, and whether the batch has deleted it already (which
    nobody else sees before it commits)."""

    session: int
    consumer: str
    event_id: UUID
    receipted: bool


class Crew:
    """A context with the worker and the beats running; leaving it ends them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)
        self.log = folder / "log" / "worker.log"
        self._worker: subprocess.Popen[bytes] | None = None
        self._beats: list[subprocess.Popen[bytes]] = []
        self._beats_started = 0
        self._witness = _connection(environment["DATABASE_URL"])
        self._witness.execute("CREATE EXTENSION IF NOT EXISTS pgrowlocks")  # who holds which row, and whether to delete it

    def __enter__(self) -> Self:
        self.start_worker()
        for _ in range(BEATS):
            self._start_beat()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
        self._witness.close()
        with _connection(self.environment["DATABASE_URL"]) as connection:
            connection.execute("DROP EXTENSION IF EXISTS pgrowlocks")

    def start_worker(self) -> None:
        """A worker, as a trial run has it."""
        service = services.worker(self.folder, self.environment | {"PGAPPNAME": NAME})
        self._worker = spawn(service.command, service.log)

    def end(self) -> None:
        """Ask all of them to end, and wait until they have."""
        for process in (self._worker, *self._beats):
            if process is not None:
                end(process)

    def kill(self, *, whole: bool) -> None:
        """SIGKILL to the whole worker, or to the processes in which tasks run; whichever it is, none runs until `go_on`."""
        worker = self._running_worker()
        if whole:
            kill_group(worker.pid)
            worker.wait()
            self._worker = None
            return
        os.kill(worker.pid, signal.SIGSTOP)  # it would make new ones at once
        pool = self._pool()
        for process in pool:
            os.kill(process, signal.SIGKILL)
        assert eventually(lambda: not any(map(is_running, pool)))

    def go_on(self) -> None:
        """A new worker in the place of the killed one, or new processes of the old one."""
        if self._worker is None:
            self.start_worker()
        else:
            os.kill(self._worker.pid, signal.SIGCONT)

    def freeze(self) -> None:
        """SIGSTOP to the processes in which tasks run: what they have sent to the database may still be done, nothing more comes."""
        for process in self._pool():
            os.kill(process, signal.SIGSTOP)

    def replace_a_beat(self) -> None:
        """SIGKILL to one of the beats, and a new one."""
        beat = self._beats.pop(0)
        kill_group(beat.pid)
        beat.wait()
        self._start_beat()

    def is_over(self, held: list[Held]) -> bool:
        """Whether the sessions that held these are gone, and with them their transactions."""
        return self.are_gone([each.session for each in held])

    def are_gone(self, sessions: list[int]) -> bool:
        """Whether these sessions of the database are no more."""
        return self._witness.execute("SELECT FROM pg_stat_activity WHERE pid = ANY (%s)", [sessions]).fetchone() is None

    def waiting_for(self, session: int) -> list[int]:
        """The sessions of the worker that wait for a lock of the given one."""
        waiting = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND %s = ANY (pg_blocking_pids(pid))"
        return [pid for (pid,) in self._witness.execute(waiting, [NAME, session])]

    def held(self, consumer: str | None = None, *, waiting_for: int | None = None) -> list[Held]:
        """What batches of the worker hold at this moment, in transactions that are open: all of it, or what those hold that wait for
        the given session."""
        sessions = self._witness.execute(
            """
            SELECT pid FROM pg_stat_activity
            WHERE application_name = %s AND backend_xid IS NOT NULL AND (%s::int IS NULL OR %s = ANY (pg_blocking_pids(pid)))
            """,
            [NAME, waiting_for, waiting_for],
        ).fetchall()
        if not sessions:
            return []
        rows = self._witness.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT r.locked_row, pid, 'Update' = ANY (r.modes) AS receipted FROM pgrowlocks('outbox_deliveries') r, unnest(r.pids) pid
                WHERE pid = ANY (%s)
            )
            SELECT held.pid, d.consumer, d.event_id, held.receipted FROM held JOIN outbox_deliveries d ON d.ctid = held.locked_row
            WHERE %s::text IS NULL OR d.consumer = %s
            """,
            [[pid for (pid,) in sessions], consumer, consumer],
        )
        return [Held(*row) for row in rows]

    def has_to_hear(self, consumer: str) -> bool:
        """Whether a delivery of the consumer is left, as others than the batch that holds it see it."""
        return self._witness.execute("SELECT FROM outbox_deliveries WHERE consumer = %s", [consumer]).fetchone() is not None

    def undone(self, held: list[Held]) -> int:
        """How many of these deliveries are there still."""
        there = self._witness.execute(
            "SELECT consumer, event_id FROM outbox_deliveries WHERE event_id = ANY (%s)", [[each.event_id for each in held]]
        ).fetchall()
        return len({(each.consumer, each.event_id) for each in held} & set(there))

    def _start_beat(self) -> None:
        self._beats_started += 1
        folder = self.folder / f"beat-{self._beats_started}"
        folder.mkdir(parents=True)
        service = services.beat(folder, self.environment)
        self._beats.append(spawn(service.command, service.log))

    def _pool(self) -> list[int]:
        return children_of(self._running_worker().pid)

    def _running_worker(self) -> "subprocess.Popen[bytes]":
        assert self._worker is not None
        assert self._worker.poll() is None, f"the worker ended by itself: {self.log}"
        return self._worker


def _connection(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True)
