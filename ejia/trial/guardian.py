"""Kills the process groups that the supervisor started, when the supervisor vanishes without a word.

Run as a file by `ejia.trial.supervisor`: `python -I guardian.py SECONDS`, with `+GROUP` and `-GROUP` lines on its standard input. The
parent-death signal already asks each service to end; this makes sure of it, for the services' own children too.
"""

import os
import signal
import sys
import time


def main() -> None:
    """Keep the list until the input ends, then see to it that nothing on the list is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    deadline = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < deadline and any(_send(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
