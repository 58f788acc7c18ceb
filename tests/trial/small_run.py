"""A supervisor over services of a few lines, as a program: `python small_run.py FOLDER SERVICE…`.

A service writes `NAME PID CHILD_PID` to FOLDER/pids when it starts, and its name to FOLDER/ends when it ends cleanly. `stubborn` and its
child take no notice of SIGTERM, and are gone a while after they are killed, as on a machine under load; `broken` ends at once, `sick` never
becomes healthy. At SIGUSR1 each writes a line into its log.
"""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from ejia.trial import supervisor as supervising
from ejia.trial.processes import Command, ServiceFailed, spawn
from ejia.trial.supervisor import AlreadyRunning, FolderGone, Service, StopRequested, Supervisor

PROGRAM = """
import os, signal, subprocess, sys
folder, name = sys.argv[1:]
def note(file, text):
    with open(f"{folder}/{file}", "a") as output:
        output.write(text + "\\n")
if name == "broken":
    sys.exit("no such luck")
def end(number, frame):
    note("ends", name)
    child.terminate()
    sys.exit()
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"])
signal.signal(signal.SIGTERM, signal.SIG_IGN if name == "stubborn" else end)
signal.signal(signal.SIGUSR1, lambda number, frame: print("still here", flush=True))
note("pids", f"{name} {os.getpid()} {child.pid}")
while True:
    signal.pause()
"""


SLOW_TO_GO = 0.2


def spawn_on_a_loaded_machine(command: Command, log: Path | None) -> "subprocess.Popen[bytes]":
    """As `spawn`; a killed process is seen to be gone a while later."""
    process, killed = spawn(command, log), []
    kill, poll = process.kill, process.poll

    def kill_slowly() -> None:
        killed.append(time.monotonic())
        kill()

    process.kill = kill_slowly  # type: ignore[method-assign]
    process.poll = lambda: None if killed and time.monotonic() - killed[0] < SLOW_TO_GO else poll()  # type: ignore[method-assign]
    return process


def main(folder: Path, names: list[str]) -> int:
    """Run the services until a signal comes. Returns 1 when they do not come up."""

    def healthy(name: str) -> bool:
        noted = folder / "pids"
        return name != "sick" and noted.exists() and name in noted.read_text()

    supervising.spawn = spawn_on_a_loaded_machine
    say = partial(print, flush=True)
    services = [
        Service(
            name, Command((sys.executable, "-c", PROGRAM, str(folder), name)), partial(healthy, name), folder / f"{name}.log", patience=2
        )
        for name in names
    ]
    try:
        with Supervisor(folder / "run.lock", say, leftovers_have=1) as supervisor:
            for service in services:
                supervisor.start(service)
            supervisor.wait_healthy(seconds=2)
            say("up")
            supervisor.watch()
    except (AlreadyRunning, FolderGone, ServiceFailed, StopRequested) as error:
        say(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
