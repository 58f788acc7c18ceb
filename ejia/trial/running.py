"""What a trial run tells the other commands of the same folder: the environment of its services, while it is up.

`ejia export`, `ejia create-account` and the others then reach the trial's database without a word; a copy with settings of its own is
never touched by this.
"""

import fcntl
import os
from pathlib import Path

LOCK = "run.lock"
ENVIRONMENT = "run.env"


def tell(var: Path, environment: dict[str, str]) -> None:
    """Write the environment, readable by the owner only."""
    scratch = var / f".{ENVIRONMENT}.{os.getpid()}"
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.writelines(f"{name}={value}\n" for name, value in environment.items())
    scratch.replace(var / ENVIRONMENT)


def forget(var: Path) -> None:
    """The run is over."""
    (var / ENVIRONMENT).unlink(missing_ok=True)


def environment_of(var: Path) -> dict[str, str]:
    """The environment of the run that is up in this folder; empty when none is, also when one was killed and left its file."""
    try:
        with (var / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return {}
    except BlockingIOError:
        pass
    except FileNotFoundError:
        return {}
    try:
        lines = (var / ENVIRONMENT).read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("=", 1) for line in lines)
