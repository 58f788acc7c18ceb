"""A backup is whole or is not there; a restore gives back all of it or changes nothing, and says what stands in the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from backend.foundation import clock, files, schema
from backend.foundation.database import transaction
from config.settings import Settings
from ejia.backup.manifest import digest
from tests.support.command_line import CommandLine
from tests.support.demands import demand_form, resident
from tests.support.environment import environment_of
from tests.support.people import registered_volunteer
from tests.trial.waiting import eventually, is_running

OTHER = "ejia_restored"
MISTAKE = "UPDATE areas SET name = '改错了' WHERE code = '639999001001'"
MISTAKEN = "SELECT count(*) FROM areas WHERE name = '改错了'"
FOREIGN_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Copy:
    """The command line on another database of the same server."""

    def __init__(self, settings: Settings, url: str) -> None:
        self.url = url
        self.ejia = CommandLine(settings.model_copy(update={"database_url": url.replace("postgresql:", "postgresql+psycopg:", 1)}))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)


def databases(servers) -> set[str]:
    with psycopg.connect(servers.postgres.url_for("postgres")) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.fixture
def other(servers, settings) -> Iterator[Copy]:
    """A database that is not there yet; it goes at the end, with those that were put aside for it."""
    yield Copy(settings, servers.postgres.url_for(OTHER))
    for name in databases(servers):
        if name.startswith(OTHER):
            servers.postgres.drop_database(name)


@pytest.fixture
def life(phone_of, street) -> None:
    """Somebody with an ID number and a phone, and a demand with an address."""
    registered_volunteer(phone_of, street, "和平社区")
    resident(phone_of, street).made("/demands", demand_form(street))


@pytest.fixture
def saved(life, ejia: CommandLine, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "ejia.dump"
    made = ejia("backup", "-o", str(file))
    assert made.exit_code == 0, made.output
    return file


def manifest_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.manifest.json")


def broken_in_the_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def altered(file: Path, **changes: object) -> None:
    manifest_of(file).write_text(json.dumps(json.loads(manifest_of(file).read_text()) | changes))


def test_a_backup_is_two_files_for_its_owner_only_and_says_that_the_keys_are_not_in_it(saved, ejia, tmp_path, settings):
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ejia.dump", "ejia.dump.manifest.json"]
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    manifest = json.loads((tmp_path / "ejia.dump.manifest.json").read_text())
    assert (manifest["migration_head"], manifest["sealing_keys"], manifest["rows"]["demands"]) == (schema.head(), ["k1"], 1)

    told = ejia("backup", "-o", str(tmp_path / "second.dump")).output

    assert "备份中没有密钥" in told
    assert "k1" in told
    for key in (settings.index_key, *settings.sealing_keys.values()):
        assert key.get_secret_value() not in told + (tmp_path / "second.dump.manifest.json").read_text()


def test_a_backup_never_takes_the_place_of_another(saved, ejia):
    content = saved.read_bytes()

    told = ejia("backup", "-o", str(saved))

    assert (told.exit_code, "已经存在" in told.output) == (1, True)
    assert saved.read_bytes() == content


def test_a_backup_that_fails_leaves_no_file(life, ejia, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, content in {
        "pg_dump": 'case "$1" in --version) echo "pg_dump (PostgreSQL) 18.6";; *) exit 3;; esac',
        "pg_restore": "",
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{content}\n")
        (tools / name).chmod(0o755)
    folder = tmp_path / "backups"
    folder.mkdir()

    told = ejia("backup", "-o", str(folder / "ejia.dump"), "--tools", str(tools))

    assert (told.exit_code, "退出码 3" in told.output) == (1, True), told.output
    assert list(folder.iterdir()) == []


@pytest.fixture
def hanging(tmp_path) -> Iterator[Path]:
    """A folder of programs that write something, if they are to write, and never end; beside them stands the process that was begun."""
    tools = tmp_path / "tools"
    tools.mkdir()
    begins = f'case "$5" in --file=*) echo begun > "${{5#--file=}}";; esac; echo $$ > {tools}/process; exec tail -f /dev/null'
    for name in ("pg_dump", "pg_restore"):
        (tools / name).write_text(f'#!/bin/sh\ncase "$1" in --version) echo "pg_dump (PostgreSQL) 18.6";; *) {begins};; esac\n')
        (tools / name).chmod(0o755)
    yield tools
    if (tools / "process").exists() and is_running(begun_by(tools)):
        os.kill(begun_by(tools), signal.SIGKILL)


def begun_by(tools: Path) -> int:
    return int((tools / "process").read_text())


@contextmanager
def running(url: str, settings: Settings, tools: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The command line in a process of its own, once it waits for one of the programs that hang."""
    command = [sys.executable, "-m", "ejia.cli.main", *arguments, "--tools", str(tools)]
    process = subprocess.Popen(command, env=environment_of(settings) | {"DATABASE_URL": url}, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: (tools / "process").exists() and bool((tools / "process").read_text()), 60)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def begun(life, settings, hanging, tmp_path) -> Iterator["subprocess.Popen[bytes]"]:
    """A backup which has written something and is not done."""
    (tmp_path / "backups").mkdir()
    with running(settings.database_url, settings, hanging, "backup", "-o", str(tmp_path / "backups" / "ejia.dump")) as process:
        yield process


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_asked_to_end_leaves_no_file_and_no_process(begun, hanging, tmp_path, asked):
    begun.send_signal(asked)

    assert begun.wait(30) == 1
    assert list((tmp_path / "backups").iterdir()) == []
    assert not is_running(begun_by(hanging))


def test_what_a_killed_backup_left_behind_goes_with_the_next_and_what_somebody_is_at_stays(begun, tmp_path, ejia):
    folder = tmp_path / "backups"
    [left] = folder.iterdir()

    assert ejia("backup", "-o", str(folder / "first.dump")).exit_code == 0
    assert left.exists()
    begun.kill()
    begun.wait()
    assert ejia("backup", "-o", str(folder / "second.dump")).exit_code == 0

    names = ["first.dump", "first.dump.manifest.json", "second.dump", "second.dump.manifest.json"]
    assert sorted(file.name for file in folder.iterdir()) == names


def test_programs_of_another_release_are_refused_by_name(life, ejia, tmp_path):
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.18 (Debian)'\n")
        (tmp_path / name).chmod(0o755)

    told = ejia("backup", "-o", str(tmp_path / "ejia.dump"), "--tools", str(tmp_path))

    assert told.exit_code == 1
    assert f"需要 18 版的 pg_dump 和 pg_restore：{tmp_path} 中的是 15" in told.output


def test_what_is_restored_is_what_was_saved(saved, other, settings):
    told = other.ejia("restore", str(saved))

    assert (told.exit_code, "已恢复到" in told.output) == (0, True), told.output
    everything = "SELECT p.* FROM people p ORDER BY id"
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as present:
        assert other.rows(everything) == present.execute(everything).fetchall() != []
    assert schema.current(other.ejia.environment["DATABASE_URL"]) == schema.head()
    assert other.ejia("migrate", "--check").exit_code == 0


SPOILT: Mapping[str, Callable[[Path], None]] = {
    "已损坏：实际": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "已损坏：校验和": broken_in_the_middle,
    "行数与清单不符": lambda file: altered(file, rows={"demands": 7}),
    "本版本还不认识": lambda file: altered(file, migration_head="9999"),
    "备份来自 PostgreSQL 99": lambda file: altered(file, postgresql=99),
    "的格式是 2": lambda file: altered(file, form=2),
    "无法读取": lambda file: manifest_of(file).write_text("{"),
    "缺少": lambda file: manifest_of(file).unlink(),
    "不是文件": lambda file: file.unlink(),
}
"""What a restore says → what was done to the backup before."""


def test_a_backup_that_is_not_whole_or_does_not_fit_changes_nothing(saved, other, servers, tmp_path):
    assert other.ejia("restore", str(saved)).exit_code == 0
    other.change(MISTAKE)
    before = databases(servers)
    for number, (said, spoil) in enumerate(SPOILT.items()):
        spoilt = tmp_path / f"spoilt-{number}.dump"
        shutil.copy(saved, spoilt)
        shutil.copy(manifest_of(saved), manifest_of(spoilt))
        spoil(spoilt)

        told = other.ejia("restore", str(spoilt), "--replace")

        assert (told.exit_code, said in told.output) == (1, True), told.output
    assert databases(servers) == before
    assert other.rows(MISTAKEN) == [(1,)]


def test_a_backup_whose_checksum_was_made_to_fit_is_found_out_by_its_content(saved, other, servers):
    saved.write_bytes(saved.read_bytes()[:-1000])  # rows are at the end
    altered(saved, sha256=digest(saved), size=saved.stat().st_size)

    told = other.ejia("restore", str(saved))

    assert (told.exit_code, "PostgreSQL 自带的程序运行失败" in told.output) == (1, True), told.output
    assert not [name for name in databases(servers) if name.startswith(OTHER)]


def test_a_database_with_data_is_put_aside_only_where_somebody_said_so(saved, other, servers):
    assert other.ejia("restore", str(saved)).exit_code == 0
    other.change(MISTAKE)

    refused = other.ejia("restore", str(saved))
    assert (refused.exit_code, "已有数据" in refused.output) == (1, True)
    assert other.rows(MISTAKEN) == [(1,)]

    with psycopg.connect(other.url) as working:  # somebody still works on it
        replaced = other.ejia("restore", str(saved), "--replace")
        with pytest.raises(psycopg.OperationalError):
            working.execute("SELECT 1")
    assert replaced.exit_code == 0, replaced.output
    assert other.rows(MISTAKEN) == [(0,)]
    [aside] = [name for name in databases(servers) if name.startswith(f"{OTHER}_before_")]
    assert aside in replaced.output
    with psycopg.connect(servers.postgres.url_for(aside)) as kept:
        assert kept.execute(MISTAKEN).fetchall() == [(1,)]


def test_an_empty_database_is_filled_without_a_question(saved, other, servers, migrated):
    servers.postgres.create_database(OTHER, template=migrated)

    assert other.ejia("restore", str(saved)).exit_code == 0

    assert other.rows("SELECT count(*) FROM demands") == [(1,)]


@pytest.mark.parametrize(
    ("variable", "closed"), [("EJIA_SEALING_KEYS", "people.id_number (key k1)"), ("EJIA_INDEX_KEY", "people.id_number (blind index)")]
)
def test_keys_that_do_not_open_the_values_are_found_out_before_anything_is_replaced(saved, other, servers, variable, closed):
    other.ejia.environment[variable] = f"k1:{FOREIGN_KEY}" if variable == "EJIA_SEALING_KEYS" else FOREIGN_KEY

    refused = other.ejia("restore", str(saved))

    assert refused.exit_code == 1
    assert closed in refused.output, refused.output
    assert "备份时使用的加密密钥是 k1" in refused.output
    assert OTHER not in databases(servers)
    assert other.ejia("restore", str(saved), "--without-keys").exit_code == 0
    assert other.rows("SELECT count(*) FROM people WHERE id_number_sealed IS NOT NULL") == [(2,)]


def test_a_backup_of_an_older_schema_is_brought_to_this_one(saved, other, tmp_path, ejia):
    assert other.ejia("restore", str(saved)).exit_code == 0
    schema.downgrade(other.ejia.environment["DATABASE_URL"], "0016")
    older = tmp_path / "older.dump"
    assert other.ejia("backup", "-o", str(older)).exit_code == 0

    assert other.ejia("restore", str(older), "--replace").exit_code == 0

    assert other.ejia("migrate", "--check").exit_code == 0
    assert other.rows("SELECT count(*) FROM demands") == [(1,)]


@pytest.fixture
def kept(app: object, life) -> str:
    """A file of the copy, by its id."""
    stored = files.put(files.DOCUMENT, b"%PDF-1.7 " + bytes(3_000_000))
    with transaction():
        return str(files.add(stored, "x.pdf", area_path="639999001001", now=clock.now()))


def test_files_are_in_a_backup_and_come_back_with_it(kept: str, ejia, other, tmp_path: Path):
    backup = tmp_path / "ejia.dump"
    made = ejia("backup", "-o", str(backup))
    assert made.exit_code == 0, made.output
    assert "文件 1 个" in made.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ejia.dump", "ejia.dump.files.tar", "ejia.dump.manifest.json"]
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    files.objects().delete([kept])

    restored = other.ejia("restore", str(backup))

    assert restored.exit_code == 0, restored.output
    assert b"".join(files.read(UUID(kept))) == b"%PDF-1.7 " + bytes(3_000_000)


def test_a_file_that_is_not_what_its_row_says_stops_a_backup_and_one_that_is_gone_is_told(kept: str, ejia, tmp_path: Path):
    for other_bytes in (b"%PDF-1.7", b"x" * 3_000_009, b"x" * 3_000_010):
        files.objects().put(kept, other_bytes)
        refused = ejia("backup", "-o", str(tmp_path / "ejia.dump"))
        assert (refused.exit_code, list(tmp_path.iterdir())) == (1, [])
        assert f"文件 {kept} 在存储中的内容与记录不符" in refused.output
    files.objects().delete([kept])
    told = ejia("backup", "-o", str(tmp_path / "ejia.dump"))
    assert "文件 0 个" in told.output
    assert "另有 1 个已不在存储中" in told.output


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_a_backup_without_its_files_is_refused_before_anything_is_replaced(kept: str, ejia, other, servers, tmp_path: Path, harm: str):
    backup = tmp_path / "ejia.dump"
    assert ejia("backup", "-o", str(backup)).exit_code == 0
    archive = tmp_path / "ejia.dump.files.tar"
    if harm == "gone":
        archive.unlink()
    else:
        content = bytearray(archive.read_bytes())
        content[2000] ^= 1
        archive.write_bytes(content)

    refused = other.ejia("restore", str(backup))

    assert refused.exit_code == 1
    assert str(archive) in refused.output
    assert OTHER not in databases(servers)


def test_what_a_killed_restore_left_behind_does_not_stop_the_next(saved, other, servers):
    servers.postgres.create_database(f"{OTHER}_restoring")

    assert other.ejia("restore", str(saved)).exit_code == 0

    assert f"{OTHER}_restoring" not in databases(servers)


def test_a_restore_that_is_asked_to_end_leaves_no_database_and_no_process(saved, other, servers, settings, hanging):
    with running(other.url, settings, hanging, "restore", str(saved)) as process:
        assert f"{OTHER}_restoring" in databases(servers)
        process.terminate()
        assert process.wait(30) == 1

    assert [name for name in databases(servers) if name.startswith(OTHER)] == []
    assert not is_running(begun_by(hanging))


def test_a_database_user_without_the_right_to_make_databases_is_told_so(saved, other, servers):
    with psycopg.connect(servers.postgres.url_for("postgres"), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS modest")
        connection.execute("CREATE ROLE modest LOGIN")
    other.ejia.environment["DATABASE_URL"] = other.url.replace("postgresql://ejia@", "postgresql://modest@")

    told = other.ejia("restore", str(saved))

    assert (told.exit_code, "缺少权限" in told.output) == (1, True), told.output
