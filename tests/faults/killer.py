"""Kills processes of a running `ejia run`, one every few seconds, whatever they are doing."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from threading import Event, Thread

KINDS: Mapping[str, str] = {
    "web": "granian",
    "worker": "ejia.worker worker",
    "beat": "ejia.worker beat",
    "metrics": "ejia.metrics",
    "broker": "valkey-server",
    "database": "bin/postgres",
}
"""Services that may be killed → what stands in the command line of the process that leads each."""


class Killer:
    """Sends SIGKILL to one process of one kind of service after another: to the one that leads it, or to one of those it made."""

    def __init__(self, run: int, kinds: Sequence[str], random: Random, *, pause: float) -> None:
        self.run = run
        self.kinds = list(kinds)
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

    def _go_on(self) -> None:
        while not self._over.wait(self.random.uniform(0.2, 2 * self.pause)):
            kind = self.random.choice(self.kinds)
            victims = processes_of(self.run, kind)
            if victims:
                self._kill(kind, self.random.choice(victims))

    def _kill(self, kind: str, process: int) -> None:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:  # it was dying already
            return
        self.killed[kind] += 1


def processes_of(run: int, kind: str) -> list[int]:
    """The processes of a service: the one that `ejia run` started, and all in the group that it leads."""
    listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,pgid=,args="], capture_output=True, text=True, check=True)
    processes = [line.split(None, 3) for line in listing.stdout.splitlines()]
    leaders = {pid for pid, parent, _, command in processes if int(parent) == run and KINDS[kind] in command}
    return [int(pid) for pid, _, group, _ in processes if group in leaders]
