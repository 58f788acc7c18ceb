"""Keeps a set of services running: starts them, starts a dead one again, stops all of them, and leaves nothing behind.

It is one thread on purpose: Linux ties the parent-death signal to the thread that started a child.
"""

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from ejia.trial.processes import Command, ServiceFailed, end, kill_group, last_lines, spawn, turn_over
from ejia.trial.servers import FolderUnusable

LOOK_EVERY = 0.1
STEADY_AFTER = 30.0
"""A service that lived this many seconds starts again at once when it dies; younger ones wait longer each time."""
LONGEST_PAUSE = 30.0
LEFTOVERS_GO_WITHIN = 15.0
"""Seconds for which a start waits until the services of a killed run are gone."""
ONE_GESTURE = 0.3
"""Signals within so many seconds are one wish: a terminal and `make` may both pass on the same Ctrl-C."""


class AlreadyRunning(Exception):
    """Another supervisor uses the same folder."""


class FolderGone(Exception):
    """The folder was deleted or moved while its services ran: they hold files that nobody finds again."""


class StopRequested(Exception):
    """Somebody asked to stop while the services were still coming up."""


@dataclass(frozen=True)
class Service:
    """One program to keep running. `prepare` runs before each start; `patience` is how long it may take to end cleanly."""

    name: str
    command: Command
    healthy: Callable[[], bool]
    log: Path
    prepare: Callable[[], None] = lambda: None
    patience: float = 10.0


@dataclass
class _Running:
    service: Service
    process: "subprocess.Popen[bytes]"
    batch: int
    started: float = field(default_factory=time.monotonic)
    deaths: int = 0
    start_again_at: float | None = None
    known_healthy: bool = True


class Supervisor:
    """A context in which services run; leaving it, in whatever way, stops them in the reverse order of their start.

    The signals that ask to stop remain its own to the end of the process, so that one more Ctrl-C does not cut the end short.

    Entering raises AlreadyRunning when another supervisor holds the lock file. When the supervisor is killed, its services get
    `leftovers_have` seconds to end by themselves.
    """

    def __init__(self, lock_file: Path, say: Callable[[str], None], *, leftovers_have: float = 5.0) -> None:
        self._lock_file = lock_file
        self._say_aloud = say
        self._leftovers_have = leftovers_have
        self._running: list[_Running] = []
        self._signals = 0
        self._last_signal = 0.0
        self._terminal = select.poll() if os.isatty(0) else None
        if self._terminal is not None:
            self._terminal.register(0, 0)  # POLLHUP comes unasked
        self._lock: IO[str] | None = None
        self._guardian: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._lock = _take_lock(self._lock_file)
        # The guardian holds the lock too: the next start waits until the last service of a killed run is gone.
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guardian.py")), str(self._leftovers_have)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            start_new_session=True,
            pass_fds=(self._lock.fileno(),),
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._stop_all()
        finally:
            if self._guardian is not None and self._guardian.stdin is not None:
                self._guardian.stdin.close()
                self._guardian.wait()
            if self._lock is not None:
                self._lock.close()

    @property
    def stop_requested(self) -> bool:
        """Whether Ctrl-C, SIGTERM or SIGHUP arrived, or the terminal was closed."""
        return self._signals > 0 or self._lost_terminal()

    @property
    def _hurried(self) -> bool:
        return self._signals > 1

    def start(self, *services: Service) -> None:
        """Start the services side by side; those of one call are also stopped side by side."""
        batch = len(self._running)
        for service in services:
            self._heed_stop()
            service.prepare()
            running = _Running(service, spawn(service.command, service.log), batch)
            self._running.append(running)
            self._tell_guardian("+", running.process)

    def wait_healthy(self, seconds: float = 120.0) -> None:
        """Return once every started service is healthy.

        Raises ServiceFailed when one dies on the way or the time is over, StopRequested when somebody no longer wants to wait.
        """
        deadline = time.monotonic() + seconds
        waiting = list(self._running)
        while waiting:
            self._heed_stop()
            for running in waiting:
                service = running.service
                if running.process.poll() is not None:
                    raise ServiceFailed(f"{service.name} {_how(running.process)}；{service.log} 的末尾：\n{last_lines(service.log)}")
                if time.monotonic() > deadline:
                    raise ServiceFailed(f"{service.name} 在 {seconds:.0f} 秒内没有就绪；{service.log} 的末尾：\n{last_lines(service.log)}")
            waiting = [running for running in waiting if not running.service.healthy()]
            time.sleep(0.05 if waiting else 0)

    def run_once(self, name: str, command: Command, log: Path | None) -> None:
        """Run a program to its end, with its output in the log or (None) on the terminal.

        Raises ServiceFailed when it fails, StopRequested when it was cut short.
        """
        self._heed_stop()
        process = spawn(command, log)
        self._tell_guardian("+", process)
        try:
            while process.poll() is None:
                self._heed_stop()
                time.sleep(0.02)
        finally:
            end(process, command.stop_signal, patience=5)
            self._tell_guardian("-", process)
        if process.returncode != 0:
            raise ServiceFailed(f"{name} {_how(process)}" + (f"；{log} 的末尾：\n{last_lines(log)}" if log else ""))

    def watch(self) -> None:
        """Start dead services again, and say so, until somebody asks to stop. Raises FolderGone."""
        while not self.stop_requested:
            self._require_folder()
            for running in self._running:
                self._look_after(running)
                turn_over(running.service.log)
            time.sleep(LOOK_EVERY)

    def _require_folder(self) -> None:
        held = os.fstat(self._lock.fileno()) if self._lock is not None else None
        try:
            if held is not None and os.path.samestat(held, self._lock_file.stat()):
                return
        except FileNotFoundError:
            pass
        folder = self._lock_file.parent
        raise FolderGone(f"文件夹 {folder} 在运行期间被删除或移走，各项服务已停止。移走的请移回原处再启动；删除的数据无法找回。")

    def _look_after(self, running: _Running) -> None:
        now, service = time.monotonic(), running.service
        if running.start_again_at is not None:
            if now >= running.start_again_at:
                self._start_again(running)
        elif running.process.poll() is not None:
            steady = now - running.started > STEADY_AFTER
            running.deaths = 1 if steady else running.deaths + 1
            pause = pause_after(running.deaths)
            self._bury(running)
            running.start_again_at = now + pause
            self._say(f"{service.name} {_how(running.process)}，{pause:g} 秒后重新启动（日志：{service.log}）")
        elif not running.known_healthy and service.healthy():
            running.known_healthy = True
            self._say(f"{service.name} 已恢复正常")

    def _start_again(self, running: _Running) -> None:
        try:
            running.service.prepare()
        except Exception as error:
            running.deaths += 1
            running.start_again_at = time.monotonic() + pause_after(running.deaths)
            self._say(f"{running.service.name} 暂时无法重新启动：{error}")
            return
        running.process = spawn(running.service.command, running.service.log)
        self._tell_guardian("+", running.process)
        running.started, running.start_again_at, running.known_healthy = time.monotonic(), None, False

    def _stop_all(self) -> None:
        """In reverse order, each with its patience; at a second wish to stop everything is killed at once."""
        while self._running:
            batch = [running for running in self._running if running.batch == self._running[-1].batch]
            self._stop_together(batch)
            del self._running[-len(batch) :]

    def _stop_together(self, batch: list[_Running]) -> None:
        ending = [running for running in batch if running.process.poll() is None]
        for running in ending:
            running.process.send_signal(running.service.command.stop_signal)
        began = time.monotonic()
        killed: list[_Running] = []  # a machine under load takes its time even over these
        while ending and not self._hurried:
            for running in ending:
                if running not in killed and time.monotonic() - began > running.service.patience:
                    killed.append(running)
                    self._say(f"{running.service.name} 在 {running.service.patience:g} 秒内没有结束，已强行终止")
                    running.process.kill()
            time.sleep(0.01)
            ending = [running for running in ending if running.process.poll() is None]
        for running in batch:
            self._bury(running)

    def _bury(self, running: _Running) -> None:
        """Kill what is left of the service's group, children whose parent died included."""
        kill_group(running.process.pid)
        running.process.wait()
        self._tell_guardian("-", running.process)

    def _tell_guardian(self, sign: str, process: "subprocess.Popen[bytes]") -> None:
        guardian = self._guardian
        if guardian is not None and guardian.stdin is not None:
            try:
                guardian.stdin.write(f"{sign}{process.pid}\n")
            except BrokenPipeError:  # somebody killed the guardian; the parent-death signal is still there
                self._guardian = None

    def _lost_terminal(self) -> bool:
        """A closed terminal sends SIGHUP to the leader of its session alone; when that is `make`, it waits for us and tells nobody."""
        return self._terminal is not None and any(event & select.POLLHUP for _, event in self._terminal.poll(0))

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last_signal > ONE_GESTURE:
            self._signals, self._last_signal = self._signals + 1, now

    def _heed_stop(self) -> None:
        if self.stop_requested:
            raise StopRequested

    def _say(self, line: str) -> None:
        try:
            self._say_aloud(line)
        except OSError:  # the terminal is gone; stopping matters more
            return


def pause_after(deaths: int) -> float:
    """Seconds before the next start of a service that died so often in a row: twice as many each time, until they are enough."""
    doublings = min(deaths - 1, 10)  # a service may die for a night, and 2 to the power of that is soon no number of seconds any more
    return min(0.25 * 2.0**doublings, LONGEST_PAUSE)


def _how(process: "subprocess.Popen[bytes]") -> str:
    code = process.returncode
    return f"被信号 {-code} 终止" if code < 0 else f"已退出，退出码 {code}"


def _take_lock(file: Path) -> IO[str]:
    """The lock file, held. Waits a little when its owner is dead and only the remains are still going down.

    Raises AlreadyRunning, FolderUnusable.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.open("a+")
    except OSError:
        raise FolderUnusable(f"不能在文件夹 {file.parent} 中写入：请检查权限和磁盘，或者用 --data 另选一个。") from None
    deadline = time.monotonic() + LEFTOVERS_GO_WITHIN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            if (owner and _exists(int(owner))) or time.monotonic() > deadline:
                lock.close()
                raise AlreadyRunning(f"ejia run（进程 {owner or '未知'}）已经在使用 {file.parent}。") from None
            time.sleep(0.05)
        else:
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            return lock


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
