"""The command line says plainly what happened, in words and by its exit code."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from backend.foundation import schema
from ejia.cli.main import COMMANDS, main
from ejia.trial.secrets import local_secrets
from ejia.trial.servers import Servers

Ejia = Callable[..., Result]


@pytest.fixture
def ejia(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ejia]:
    """Runs `ejia` with complete settings for an empty database."""
    monkeypatch.chdir(tmp_path)
    servers.postgres.create_database("commands")
    settings = local_secrets(tmp_path / "secrets.env") | {
        "DATABASE_URL": servers.postgres.url_for("commands"),
        "REDIS_URL": servers.redis_url,
        "BROKER_URL": servers.broker_url,
        "EJIA_PROFILE": "test",
        "EJIA_FILES_FOLDER": str(tmp_path / "files"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield lambda *arguments: CliRunner().invoke(main, arguments)
    with psycopg.connect(servers.postgres.url_for("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE commands")


def test_help_names_every_command_and_every_exit_code() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    for name in COMMANDS:
        assert f"  {name} " in shown
    for code in "01234":
        assert code in shown.split("退出码：")[1].split()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: main {name}")


def test_no_line_of_a_help_is_cut_short() -> None:
    for arguments in ([], *([name] for name in COMMANDS)):
        usage, *lines = CliRunner().invoke(main, [*arguments, "--help"]).output.splitlines()
        assert [line for line in lines if line.endswith("...")] == [], usage


def test_without_a_copy_and_settings_it_says_how_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    told = CliRunner().invoke(main, ["rebuild", "points"])
    assert told.exit_code == 4
    assert "  DATABASE_URL: 没有设置\n" in told.output
    assert told.output.splitlines()[-1].startswith("本文件夹中没有正在运行的试用系统：请在另一个终端运行 make run")


def test_migrate_brings_an_empty_database_up_to_date_and_may_be_repeated(ejia: Ejia) -> None:
    first = ejia("migrate")
    assert (first.exit_code, first.output) == (0, f"数据库结构已更新：空 → {schema.head()}。\n")
    second = ejia("migrate")
    assert (second.exit_code, second.output) == (0, f"数据库结构已是最新：{schema.head()}。\n")
    assert ejia("migrate", "--check").exit_code == 0


def test_a_check_of_an_old_schema_fails_and_changes_nothing(ejia: Ejia) -> None:
    assert ejia("migrate", "--to", "0003").exit_code == 0
    for _ in range(2):
        answer = ejia("migrate", "--check")
        assert (answer.exit_code, answer.output) == (
            1,
            f"错误：数据库结构是 0003，本版本需要 {schema.head()}：请运行 ejia migrate。\n",
        )


def test_an_unknown_migration_is_refused_in_one_line(ejia: Ejia) -> None:
    answer = ejia("migrate", "--to", "no-such-one")
    assert answer.exit_code == 1
    assert answer.output.count("\n") == 1
    assert "no-such-one" in answer.output


def test_a_word_that_is_no_command_is_wrong_use(ejia: Ejia) -> None:
    assert ejia("migrat").exit_code == 2
    assert ejia("migrate", "--sideways").exit_code == 2


def test_a_database_that_does_not_answer_is_told_in_one_line(ejia: Ejia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ejia@127.0.0.1:9/ejia")
    answer = ejia("migrate")
    assert answer.exit_code == 3
    assert answer.output.startswith("错误：连接不上数据库：")
    assert answer.output.count("\n") == 1


def test_missing_settings_are_named(ejia: Ejia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EJIA_TOKEN_KEY")
    answer = ejia("migrate")
    assert answer.exit_code == 4
    assert "EJIA_TOKEN_KEY" in answer.output
