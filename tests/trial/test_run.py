"""`ejia run` as a person meets it: the real services, started, struck and stopped."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from ejia.trial.running import environment_of
from ejia.trial.servers import EmbeddedPostgres, Servers
from tests.support.trial_run import EJIA, address, begin_run, clean_environment, read_until
from tests.trial.waiting import descendants_of, eventually, is_running

Run = Callable[..., "subprocess.Popen[str]"]
ONE_PROCESS = ("--web-processes", "1")
"""For runs of which nobody asks how many answer: each process takes seconds to come up."""


@pytest.fixture
def start() -> Iterator[Run]:
    """Starts `ejia run` with its data in a folder, and other variables where given."""
    started: list[subprocess.Popen[str]] = []

    def begin(folder: Path, *options: str, **variables: str) -> "subprocess.Popen[str]":
        run = begin_run(folder, *options, **variables)
        started.append(run)
        return run

    yield begin
    for run in started:
        if run.poll() is None:
            run.terminate()
        run.communicate()


def test_two_copies_run_side_by_side_and_leave_nothing_cut_short_stopped_or_killed(start: Run, tmp_path: Path) -> None:
    _cuts_a_load_short(start, tmp_path / "two")
    one, two = start(tmp_path / "one", "--scale", "0"), start(tmp_path / "two", "--scale", "0.01", *ONE_PROCESS)
    heard, other = read_until(one, "Ctrl-C"), read_until(two, "Ctrl-C")
    assert address(heard, "接口") != address(other, "接口")
    for said in (heard, other):
        assert _is_ready(said)
        assert "ejia_database_up 1.0" in requests.get(address(said, "运行指标"), timeout=5).text
    keys = (tmp_path / "two" / "secrets.env").read_text()
    told = address(other, "PostgreSQL")
    with psycopg.connect(told) as connection:  # as the services do: so is the tour of the README, and the loop of tests/end_to_end
        own = "SELECT rolsuper, (SELECT count(*) FROM pg_tables WHERE tableowner = rolname) FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(own).fetchone() == (False, 0)
        known = "SELECT bool_and(reltuples >= 0) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        assert connection.execute(known).fetchone() == (True,), "the demonstration's tables are analysed"
    with psycopg.connect(told.replace("ejia_app@", "ejia@")) as connection:
        begun_anew = connection.execute("SELECT to_regclass('half_of_it'), count(*) > 50 FROM people").fetchone()
        assert begun_anew == (None, True), "of the load that was cut short nothing is left"
        connection.execute("CREATE TABLE kept AS SELECT 47 AS minutes")
    assert not (tmp_path / "two" / "demonstration.unfinished").exists()

    assert "jiedao" in requests.get(address(other, "首页"), timeout=5).text
    assert "没有装载示范数据" in requests.get(address(heard, "首页"), timeout=5).text

    assert "示范账号：" not in heard
    assert "jiedao" in other.split("示范账号：")[1]

    _refuses_a_second_run(one, tmp_path / "one")
    _is_found_by_other_commands(tmp_path / "one")
    _starts_postgres_again(one, tmp_path / "one")
    assert eventually(lambda: _is_ready(heard))

    assert "deliver.consumer[" not in (tmp_path / "two" / "log" / "worker.log").read_text(), "a ring leaves no line"

    processes = [*descendants_of(one.pid), *descendants_of(two.pid)]
    assert len(processes) > 16
    one.send_signal(signal.SIGINT)
    two.kill()
    assert one.wait(30) == 0
    assert eventually(lambda: not any(map(is_running, processes)), seconds=30)
    assert environment_of(tmp_path / "one") == environment_of(tmp_path / "two") == {}

    output, _ = start(tmp_path / "two", "--check", *ONE_PROCESS).communicate(timeout=90)
    assert "社区E家已启动" in output
    assert "jiedao" in output.split("示范账号：")[1], "the year is there already; who can log in is told again"
    assert output.endswith("已停止，数据保留。\n")
    assert (tmp_path / "two" / "secrets.env").read_text() == keys
    assert _minutes_kept(tmp_path / "two") == (47,)


def _cuts_a_load_short(start: Run, folder: Path) -> None:
    run = start(folder)
    assert eventually((folder / "demonstration.unfinished").exists, seconds=60)
    run.send_signal(signal.SIGINT)
    assert run.wait(20) == 0
    with _database_of(folder) as connection:
        connection.execute("CREATE TABLE half_of_it ()")


def _is_ready(said: str) -> bool:
    return requests.get(address(said, "接口").removesuffix("/api/v1") + "/readyz", timeout=5).status_code == 200


def _refuses_a_second_run(first: "subprocess.Popen[str]", folder: Path) -> None:
    second = subprocess.run([EJIA, "run", "--data", folder], capture_output=True, text=True)
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr == f"错误：ejia run（进程 {first.pid}）已经在使用 {folder}。\n"


def _is_found_by_other_commands(folder: Path) -> None:
    check = subprocess.run(
        [EJIA, "migrate", "--check"], capture_output=True, text=True, env={**clean_environment(), "EJIA_VAR": str(folder)}
    )
    assert (check.returncode, check.stderr) == (0, "")


def _starts_postgres_again(run: "subprocess.Popen[str]", folder: Path) -> None:
    postgres = (folder / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0]
    os.kill(int(postgres), signal.SIGKILL)
    assert "postgres 被信号 9 终止" in read_until(run, "postgres 已恢复正常")


def _minutes_kept(folder: Path) -> object:
    with _database_of(folder) as connection:
        return connection.execute("SELECT minutes FROM kept").fetchone()


@contextlib.contextmanager
def _database_of(folder: Path) -> Iterator[psycopg.Connection]:
    """The database of a run that is over."""
    postgres = EmbeddedPostgres(folder / "postgres")
    try:
        postgres.start()
        with psycopg.connect(postgres.url) as connection:
            yield connection
    finally:
        postgres.stop()


def test_given_addresses_replace_the_servers_one_by_one(start: Run, tmp_path: Path, servers: Servers) -> None:
    servers.postgres.create_database("elsewhere")
    given = {"DATABASE_URL": servers.postgres.url_for("elsewhere"), "BROKER_URL": servers.valkey.url_for(7)}
    output, _ = start(tmp_path, "--check", "--port", "18765", *ONE_PROCESS, **given).communicate(timeout=90)
    assert address(output, "接口") == "http://127.0.0.1:18765/api/v1"
    assert address(output, "PostgreSQL") == given["DATABASE_URL"]
    assert not (tmp_path / "postgres").exists()
    assert (tmp_path / "valkey").exists(), "no REDIS_URL was given"
    assert (tmp_path / "log" / "web.log").read_text().count("Spawning worker-") == 1, "as many answer as were asked for"
    with psycopg.connect(given["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_production_is_not_run_by_this_command(start: Run, tmp_path: Path) -> None:
    run = start(tmp_path, EJIA_PROFILE="production")
    output, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert output.startswith("错误：EJIA_PROFILE 不是 trial")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_is_told_in_one_line(start: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = start(tmp_path, "--data", str(tmp_path / "file" / "var"))
    output, _ = run.communicate(timeout=20)
    assert (run.returncode, output.count("\n")) == (1, 1)
    assert output.startswith("错误：不能在文件夹 ")
