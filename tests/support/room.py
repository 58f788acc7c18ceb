"""Where the folders of tests lie, with the data of all their servers: in memory, where there is plenty."""

import os
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of ours there, as it does elsewhere
NEEDED = 8 * 1024**3
"""Bytes that must be free: four times what a whole run leaves in its folders."""


def in_memory() -> bool:
    """Whether there is room for them. A program must start there, too, which some machines do not allow."""
    try:
        there = os.statvfs(MEMORY)
        return not there.f_flag & os.ST_NOEXEC and min(there.f_bavail * there.f_frsize, _available(), _allowed()) >= NEEDED
    except (OSError, KeyError):  # no Linux, or none that tells
        return False


def _available() -> int:
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(told["MemAvailable"].split()[0]) * 1024


def _allowed() -> int:
    """What a container leaves us, of which the machine knows nothing."""
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text().strip() if limit.exists() else "max"
    return NEEDED if told == "max" else int(told)
