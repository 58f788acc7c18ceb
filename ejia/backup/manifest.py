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


def path_of(backup: Path) -> Path:
    """Where the manifest of a backup is."""
    return backup.with_name(f"{backup.name}.manifest.json")


def read(backup: Path) -> Manifest:
    """The manifest of a backup. Raises BackupUnusable when there is none, or none that can be read."""
    path = path_of(backup)
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BackupUnusable(f"缺少 {path}：备份由两个文件组成，须放在一起。") from None
    except (OSError, ValidationError) as error:
        raise BackupUnusable(f"{path} 无法读取：{type(error).__name__}。") from None
    if manifest.form != FORM:
        raise BackupUnusable(f"{path} 的格式是 {manifest.form}，本版本只读 {FORM}。")
    return manifest


def check(backup: Path, manifest: Manifest) -> None:
    """Raises BackupUnusable unless the file is, byte for byte, the one that was written."""
    if not backup.is_file():
        raise BackupUnusable(f"{backup} 不是文件。")
    size = backup.stat().st_size
    if size != manifest.size:
        raise BackupUnusable(f"{backup} 已损坏：实际 {size:,} 字节，清单记载 {manifest.size:,} 字节。")
    if digest(backup) != manifest.sha256:
        raise BackupUnusable(f"{backup} 已损坏：校验和与清单不符。")


def digest(file: Path) -> str:
    """SHA-256 of a file of any size."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
