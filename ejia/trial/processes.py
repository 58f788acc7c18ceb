"""Starts child processes that end with us. Each leads its own process group and gets a signal when its parent dies."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")
LARGEST_LOG = 10 * 1024 * 1024
"""Bytes; a log that has grown larger is turned over, so that two of each are kept."""


class ServiceFailed(Exception):
    """A service did not come up; the message says which one, why, and where its log is."""


@dataclass(frozen=True)
class Command:
    """How a service is started and asked to end.

    `stop_signal` is the program's own word for "end cleanly, now"; it also goes out when the parent dies. With `unprivileged` a
    start as root goes on as the user nobody.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    unprivileged: bool = False


def needs_other_user() -> bool:
    """Whether we are root, whom PostgreSQL refuses."""
    return os.geteuid() == 0


def spawn(command: Command, log: Path | None) -> "subprocess.Popen[bytes]":
    """Start the command with its output appended to the log, or (None) on our own terminal.

    Call it from the main thread: Linux sends the parent-death signal when the *thread* that started the child ends.
    """
    if log is None:
        return _popen(command, None)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return _popen(command, output)


def turn_over(log: Path) -> None:
    """Put a log aside that has grown large, also while its service writes it: who opened it goes on writing it, at its end, which is its
    beginning then (`spawn` opens it for appending). Lines of the same moment may be lost."""
    try:
        if log.stat().st_size > LARGEST_LOG:
            with contextlib.suppress(OSError):  # the disk is full: all the more it has to shrink
                shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
    except OSError:  # somebody took the file away: the services go on
        return


def _popen(command: Command, output: IO[bytes] | None) -> "subprocess.Popen[bytes]":
    user = "nobody" if command.unprivileged and needs_other_user() else "-"
    wrapper = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(command.stop_signal)), user, "--"]
    return subprocess.Popen(
        [*wrapper, *command.argv],
        env={**os.environ, **command.environment},
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        process_group=0,
    )


def end(process: "subprocess.Popen[bytes]", stop_signal: signal.Signals = signal.SIGTERM, *, patience: float = 10.0) -> None:
    """Ask the process to end, wait up to `patience` seconds, then kill its whole group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    kill_group(process.pid)
    process.wait()


def kill_group(group: int) -> None:
    """Kill whatever is left of a process group; nothing left is fine."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", *, name: str, log: Path, seconds: float = 60.0) -> None:
    """Return once `ready()` holds.

    Raises ServiceFailed with the last lines of the log when the process ends first or the time is over.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise ServiceFailed(f"{name} 已退出，退出码 {process.returncode}；{log} 的末尾：\n{last_lines(log)}")
        if time.monotonic() > deadline:
            raise ServiceFailed(f"{name} 在 {seconds:.0f} 秒内没有应答；{log} 的末尾：\n{last_lines(log)}")
        time.sleep(0.02)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, indented."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "  (nothing)"
    return "\n".join(f"  {line}" for line in lines[-count:])
