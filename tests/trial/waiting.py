"""Waiting for something to become true, and asking about processes."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def eventually(holds: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether it becomes true within the time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_running(process: int) -> bool:
    """Whether there is such a process, and not merely its exit code waiting to be fetched."""
    if Path("/proc/self").exists():  # where it is asked fifty times a second, a `ps` each time would cost more than what is waited for
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
        except (FileNotFoundError, ProcessLookupError):
            return False
    listing = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
    return listing.stdout.strip()[:1] not in ("", "Z")


def children_of(process: int) -> list[int]:
    """Its direct children."""
    return _families().get(process, [])


def descendants_of(process: int) -> list[int]:
    """Its children, their children and so on."""
    families = _families()

    def below(parent: int) -> list[int]:
        return [each for child in families.get(parent, []) for each in (child, *below(child))]

    return below(process)


def _families() -> dict[int, list[int]]:
    """Who has which children, of all processes of the machine: asked once for all that descend from one."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    found: dict[int, list[int]] = {}
    for line in listing.stdout.splitlines():
        child, parent = map(int, line.split())
        found.setdefault(parent, []).append(child)
    return found
