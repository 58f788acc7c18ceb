"""Kills processes of a running `ejia run`, one every few seconds, whatever they are doing."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from threading import Event, Thread

import psycopg

KINDS: Mapping[str, str] = {
    "web": "granian",
    "worker": "ejia.worker worker",
    "beat": "ejia.worker beat",
    "metrics": "ejia.metrics",
    "broker": "valkey-server",
    "database": "bin/postgres",
}
"""Services that may be killed → what stands in the command line of the process that leads each."""
CONNECTIONS = "connections"
"""Not a process: what the web server and the workers hold to the database is cut, half of it at a time."""
CUT = """
    SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < 0.5"""
EVERY_KIND = (*KINDS, CONNECTIONS)


class Killer:
    """Sends SIGKILL to one process of one kind of service after another: to the one that leads it, or to one of those it made.

    Each kind has its turn before one has its second, in another order each time. Between two deaths the copy comes back so far that it
    answers somebody, or the phones would only ever meet one that is down.
    """

    def __init__(
        self, run: int, kinds: Sequence[str], random: Random, *, pause: float, database_url: str, answered: Callable[[], int]
    ) -> None:
        self.run = run
        self.answered = answered
        self.kinds = list(kinds)
        self.database_url = database_url.replace("postgresql+psycopg:", "postgresql:", 1)
        self.random = random
        self.pause = pause
        self.killed: Counter[str] = Counter()
        self._over = Event()
        self._thread = Thread(target=self._go_on)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """No more deaths from now on."""
        self._over.set()
        self._thread.join()

    def all_killed(self, times: int) -> bool:
        """Whether each kind was killed so often."""
        return all(self.killed[kind] >= times for kind in self.kinds)

    def _go_on(self) -> None:
        waiting: list[str] = []
        answered = -1
        while not self._over.wait(self.random.uniform(0.2, 2 * self.pause)):
            if self.answered() <= answered:
                continue
            answered = self.answered()
            waiting = waiting or self.random.sample(self.kinds, len(self.kinds))
            kind = waiting.pop()
            if kind == CONNECTIONS:
                self._cut()
            else:
                self._kill(kind)

    def _kill(self, kind: str) -> None:
        victims = processes_of(self.run, kind)
        if not victims:  # it is down already
            return
        try:
            os.kill(self.random.choice(victims), signal.SIGKILL)
        except ProcessLookupError:  # it was dying already
            return
        self.killed[kind] += 1

    def _cut(self) -> None:
        try:
            with psycopg.connect(self.database_url, autocommit=True, connect_timeout=2) as connection:
                cut = connection.execute(CUT).fetchone()
        except psycopg.OperationalError:  # it is down already
            return
        if cut and cut[0]:
            self.killed[CONNECTIONS] += 1


def processes_of(run: int, kind: str) -> list[int]:
    """The processes of a service: the one that `ejia run` started, and all in the group that it leads."""
    listing = subprocess.run(["ps", "-e", "-ww", "-o", "pid=,ppid=,pgid=,args="], capture_output=True, text=True, check=True)
    processes = [line.split(None, 3) for line in listing.stdout.splitlines()]
    leaders = {pid for pid, parent, _, command in processes if int(parent) == run and KINDS[kind] in command}
    return [int(pid) for pid, _, group, _ in processes if group in leaders]
