"""The manifest beside a backup. It tells whether the backup is whole and fits the copy."""

import hashlib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

FORM = 1
"""Of the manifest; one that this release does not know is refused."""

_PIECE = 1024 * 1024


class BackupUnusable(Exception):
    """A backup that must not be restored; the message says why."""


class Archive(BaseModel):
    """The files beside the dump: how many, how many of the rows had none any more, and what the archive is byte for byte."""

    model_config = ConfigDict(frozen=True)

    count: int
    missing: int
    size: int
    sha256: str


class Manifest(BaseModel):
    """Of which copy a backup is, when it was made, and what must be in it."""

    model_config = ConfigDict(frozen=True)

    form: int = FORM
    made_at: datetime
    release: str
    migration_head: str
    postgresql: int
    sealing_keys: tuple[str, ...]
    """Ids of the keys that opened the values when it was made; the keys themselves are never in a backup."""
    rows: dict[str, int]
    size: int
    sha256: str
    files: Archive | None
    """None where the database knew of no file."""


def path_of(backup: Path) -> Path:
    """Where the manifest of a backup is."""
    return backup.with_name(f"{backup.name}.manifest.json")


def files_of(backup: Path) -> Path:
    """Where the files of a backup are, if it has any."""
    return backup.with_name(f"{backup.name}.files.tar")


def read(backup: Path) -> Manifest:
    """The manifest of a backup. Raises BackupUnusable when there is none, or none that can be read."""
    path = path_of(backup)
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BackupUnusable(f"缺少 {path}：备份由几个文件组成，须放在一起。") from None
    except (OSError, ValidationError) as error:
        raise BackupUnusable(f"{path} 无法读取：{type(error).__name__}。") from None
    if manifest.form != FORM:
        raise BackupUnusable(f"{path} 的格式是 {manifest.form}，本版本只读 {FORM}。")
    return manifest


def check(backup: Path, manifest: Manifest) -> None:
    """Raises BackupUnusable unless the files are, byte for byte, those that were written."""
    _check(backup, manifest.size, manifest.sha256)
    if manifest.files is not None:
        _check(files_of(backup), manifest.files.size, manifest.files.sha256)


def _check(file: Path, size: int, sha256: str) -> None:
    if not file.is_file():
        raise BackupUnusable(f"{file} 不是文件。")
    found = file.stat().st_size
    if found != size:
        raise BackupUnusable(f"{file} 已损坏：实际 {found:,} 字节，清单记载 {size:,} 字节。")
    if digest(file) != sha256:
        raise BackupUnusable(f"{file} 已损坏：校验和与清单不符。")


def digest(file: Path) -> str:
    """SHA-256 of a file of any size."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
