"""Makes a backup. One snapshot is dumped and counted. The file is checked first and put in its place last."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from backend.foundation.files import File
from backend.foundation.objects import Objects
from ejia.backup import contents, file_archive, manifest
from ejia.backup.manifest import Archive, BackupUnusable, Manifest
from ejia.backup.tools import Server, Tools, finish, release_of, tools_for

_UNFINISHED = re.compile(r"\..+\.\d+\.unfinished")


def make_backup(server: Server, output: Path, *, objects: Objects, release: str, tools_folder: Path | None, now: datetime) -> Manifest:
    """Write the database into a file, and its manifest beside it; nobody who works on the copy has to wait.

    Both files appear once all is written and read again; whatever goes wrong leaves neither. Raises BackupUnusable, ToolsMissing,
    ToolFailed or an error of the database.
    """
    folder = output.absolute().parent
    if output.exists():
        raise BackupUnusable(f"{output} 已经存在：备份不覆盖已有的文件。")
    if not folder.is_dir():
        raise BackupUnusable(f"没有文件夹 {folder}。")
    _clear_away_what_was_killed(folder)
    with _scratch_file(folder / f".{output.name}.{os.getpid()}.unfinished") as scratch:
        with server.connect() as connection:
            made = _dump(connection, server, tools_for(release_of(connection), tools_folder), scratch, objects, release, now)
        _put_in_place(made, scratch, output)
    return made


@contextmanager
def _scratch_file(path: Path) -> Iterator[Path]:
    """A file that is locked for as long as we live, and gone afterwards unless it was put in its place."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path
    finally:
        path.unlink(missing_ok=True)
        _files_beside(path).unlink(missing_ok=True)
        os.close(descriptor)


def _clear_away_what_was_killed(folder: Path) -> None:
    """Delete what backups left behind that somebody killed: it is as large as a backup, and holds as much."""
    for left in folder.iterdir():
        if _UNFINISHED.fullmatch(left.name):
            with suppress(OSError), left.open("rb") as file:  # somebody is at it, or it is not ours
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink(missing_ok=True)
                _note_beside(left).unlink(missing_ok=True)
                _files_beside(left).unlink(missing_ok=True)


def _dump(
    connection: contents.Connection, server: Server, tools: Tools, scratch: Path, objects: Objects, release: str, now: datetime
) -> Manifest:
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
    head = contents.migration_of(connection)
    if head is None:
        raise BackupUnusable(f"数据库 {server.database} 不是社区E家的数据库：没有表结构版本。")
    with tools.start_dump(server, snapshot, scratch) as dump:
        try:
            rows, keys = contents.row_counts(connection), contents.key_ids(connection)
            files = _archive(connection, objects, _files_beside(scratch)) if rows.get(File.__tablename__) else None
            finish(dump)
        finally:
            dump.kill()
    lacking = rows.keys() - tools.tables_in(server, scratch)
    if lacking:
        raise BackupUnusable(f"pg_dump 写出的备份缺少这些表：{'、'.join(sorted(lacking))}。")
    return Manifest(
        made_at=now,
        release=release,
        migration_head=head,
        postgresql=release_of(connection),
        sealing_keys=tuple(sorted(keys)),
        rows=rows,
        size=scratch.stat().st_size,
        sha256=manifest.digest(scratch),
        files=files,
    )


def _archive(connection: contents.Connection, objects: Objects, archive: Path) -> Archive:
    os.close(os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    count, missing = file_archive.write(connection, objects, archive)
    return Archive(count=count, missing=missing, size=archive.stat().st_size, sha256=manifest.digest(archive))


def _put_in_place(made: Manifest, scratch: Path, output: Path) -> None:
    """The dump last: a backup that is there has its manifest and its files."""
    note, files = _note_beside(scratch), _files_beside(scratch)
    try:
        with open(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(made.model_dump_json(indent=2) + "\n")
        for written in (scratch, note, *([files] if made.files else [])):
            _to_disk(written)
        if made.files:
            files.replace(manifest.files_of(output))
        note.replace(manifest.path_of(output))
        scratch.replace(output)
        _to_disk(output.absolute().parent)
    finally:
        note.unlink(missing_ok=True)


def _note_beside(scratch: Path) -> Path:
    return scratch.with_name(f"{scratch.name}.json")


def _files_beside(scratch: Path) -> Path:
    return scratch.with_name(f"{scratch.name}.tar")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
