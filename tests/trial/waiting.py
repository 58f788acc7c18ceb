"""Waiting for something to become true, and asking about processes."""

import subprocess
import time
from collections.abc import Callable


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
    listing = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
    return listing.stdout.strip()[:1] not in ("", "Z")


def children_of(process: int) -> list[int]:
    """Its direct children."""
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True)
    return [int(number) for number in listing.stdout.split()]


def descendants_of(process: int) -> list[int]:
    """Its children, their children and so on."""
    return [each for child in children_of(process) for each in (child, *descendants_of(child))]
