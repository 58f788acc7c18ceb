"""What the supervisor promises about its services, shown on small real processes."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ejia.trial.processes import LARGEST_LOG
from ejia.trial.supervisor import LONGEST_PAUSE, ONE_GESTURE, pause_after
from tests.trial.waiting import children_of, eventually, is_running

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Run]:
    """Starts a supervisor over the named services in the test's folder."""
    started: list[subprocess.Popen[str]] = []

    def begin(*names: str, stdin: int | None = None) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.trial.small_run", str(tmp_path), *names]
        run = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        started.append(run)
        return run

    yield begin
    for run in started:
        run.kill()
        run.communicate()


def _line(run: "subprocess.Popen[str]") -> str:
    assert run.stdout is not None
    return run.stdout.readline().strip()


def _processes(folder: Path, name: str = "") -> list[list[int]]:
    """Process and child of each start so far, of one service or of all, in order."""
    noted = folder / "pids"
    lines = [line.split() for line in noted.read_text().splitlines()] if noted.exists() else []
    return [[int(process), int(child)] for service, process, child in lines if name in (service, "")]


def test_a_dead_service_starts_again_and_this_is_said(start: Run, tmp_path: Path) -> None:
    run = start("one", "two")
    assert _line(run) == "up"
    first, child = _processes(tmp_path, "one")[0]
    os.kill(first, signal.SIGKILL)
    assert _line(run).startswith("one 被信号 9 终止，0.25 秒后重新启动")
    assert _line(run) == "one 已恢复正常"
    assert eventually(lambda: len(_processes(tmp_path)) == 3)
    assert not is_running(child), "what the dead service left behind stands in the way of its successor"


def test_a_log_turns_over_while_its_service_writes_it(start: Run, tmp_path: Path) -> None:
    run = start("one")
    assert _line(run) == "up"
    log, aside = tmp_path / "one.log", tmp_path / "one.log.1"
    os.truncate(log, LARGEST_LOG + 1)
    assert eventually(lambda: aside.exists() and log.stat().st_size == 0)
    assert aside.stat().st_size == LARGEST_LOG + 1
    os.kill(_processes(tmp_path, "one")[0][0], signal.SIGUSR1)
    assert eventually(lambda: log.read_bytes() == b"still here\n"), "at the beginning of the file, not behind a hole of ten megabytes"


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 0.25), (2, 0.5), (3, 1), (12, LONGEST_PAUSE), (5000, LONGEST_PAUSE)])
def test_the_pause_before_a_start_grows_and_has_an_end(deaths: int, seconds: float) -> None:
    assert pause_after(deaths) == seconds


def test_a_service_that_keeps_dying_is_started_less_and_less_often(start: Run, tmp_path: Path) -> None:
    run = start("one")
    assert _line(run) == "up"
    pauses = []
    for number in range(3):
        assert eventually(lambda: len(_processes(tmp_path)) == number + 1)  # noqa: B023 - used at once
        os.kill(_processes(tmp_path)[-1][0], signal.SIGKILL)
        said = _line(run)
        while "后重新启动" not in said:
            said = _line(run)
        pauses.append(said.split("，")[1].split(" 秒")[0])
    assert pauses == ["0.25", "0.5", "1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_services_in_reverse_order(start: Run, tmp_path: Path, number: signal.Signals) -> None:
    run = start("one", "two", "three")
    assert _line(run) == "up"
    run.send_signal(number)
    assert run.wait(10) == 0
    assert (tmp_path / "ends").read_text().split() == ["three", "two", "one"]
    assert eventually(lambda: not any(is_running(process) for pair in _processes(tmp_path) for process in pair))


def test_a_closed_terminal_stops_all_services_although_nobody_sends_a_signal(start: Run, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    run = start("one", stdin=theirs)
    os.close(theirs)
    assert _line(run) == "up"
    os.close(ours)
    assert run.wait(10) == 0
    assert (tmp_path / "ends").read_text().split() == ["one"]


def test_a_service_that_does_not_end_is_killed_after_its_patience(start: Run, tmp_path: Path) -> None:
    run = start("one", "stubborn")
    assert _line(run) == "up"
    run.terminate()
    assert _line(run) == "stubborn 在 2 秒内没有结束，已强行终止"
    assert _line(run) == "", "said once, however long it takes to be gone"
    assert run.wait(10) == 0
    assert eventually(lambda: not any(is_running(process) for pair in _processes(tmp_path) for process in pair))


def test_a_second_signal_kills_at_once(start: Run, tmp_path: Path) -> None:
    run = start("one", "stubborn")
    assert _line(run) == "up"
    while run.poll() is None:
        run.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(2 * ONE_GESTURE)
    assert run.returncode == 0
    assert _line(run) == "", "nobody waited for the stubborn one"
    assert eventually(lambda: not any(is_running(process) for pair in _processes(tmp_path) for process in pair))


def test_a_killed_supervisor_leaves_nothing_behind(start: Run, tmp_path: Path) -> None:
    run = start("one", "stubborn")
    assert _line(run) == "up"
    everything = [*children_of(run.pid), *(process for pair in _processes(tmp_path) for process in pair)]
    assert len(everything) > 4, "the guardian, two services and their children"
    run.kill()
    assert eventually(lambda: not any(map(is_running, everything)))


def test_services_hear_of_the_death_of_their_parent_even_without_the_guardian(start: Run, tmp_path: Path) -> None:
    run = start("one", "two")
    assert _line(run) == "up"
    services = [pair[0] for pair in _processes(tmp_path)]
    (guardian,) = set(children_of(run.pid)) - set(services)
    os.kill(guardian, signal.SIGKILL)
    run.kill()
    assert eventually(lambda: not any(map(is_running, services)))
    for _, child in _processes(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("moved", [True, False])
def test_a_folder_that_goes_away_ends_the_run_and_this_is_said(start: Run, tmp_path: Path, moved: bool) -> None:
    run = start("one", "two")
    assert _line(run) == "up"
    processes = [number for both in _processes(tmp_path) for number in both]
    (tmp_path / "run.lock").rename(tmp_path / "elsewhere.lock") if moved else (tmp_path / "run.lock").unlink()
    assert _line(run).startswith(f"FolderGone: 文件夹 {tmp_path} 在运行期间被删除或移走，各项服务已停止。")
    assert run.wait(20) == 1
    assert eventually(lambda: not any(map(is_running, processes)))


def test_a_folder_has_one_run_at_a_time(start: Run, tmp_path: Path) -> None:
    first = start("one")
    assert _line(first) == "up"
    second = start("one")
    assert _line(second) == f"AlreadyRunning: ejia run（进程 {first.pid}）已经在使用 {tmp_path}。"
    assert second.wait(5) == 1
    assert first.poll() is None


def test_a_run_after_a_killed_one_waits_until_its_services_are_gone(start: Run, tmp_path: Path) -> None:
    first = start("stubborn")
    assert _line(first) == "up"
    leftovers = _processes(tmp_path)[0]
    first.kill()
    first.wait()
    (tmp_path / "pids").unlink()
    second = start("one")
    assert _line(second) == "up"
    assert eventually(lambda: not any(map(is_running, leftovers)))


@pytest.mark.parametrize(("name", "said"), [("broken", "broken 已退出，退出码 1"), ("sick", "sick 在 2 秒内没有就绪")])
def test_a_service_that_does_not_come_up_ends_the_start(start: Run, tmp_path: Path, name: str, said: str) -> None:
    run = start("one", name)
    output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert output.startswith(f"ServiceFailed: {said}")
    assert str(tmp_path / f"{name}.log") in output
    assert (name == "broken") == ("no such luck" in output)
    assert eventually(lambda: not any(is_running(process) for pair in _processes(tmp_path) for process in pair))


def test_a_stop_while_starting_is_heeded(start: Run, tmp_path: Path) -> None:
    run = start("sick")
    assert eventually(lambda: len(_processes(tmp_path)) == 1)
    run.terminate()
    assert _line(run) == "StopRequested:"
    assert run.wait(5) == 1
    assert (tmp_path / "ends").read_text().split() == ["sick"]
