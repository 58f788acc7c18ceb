"""The files of a copy as one archive beside its dump, and back into a store. Each is compared with the hash of its row on both ways."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from backend.foundation.objects import Objects
from ejia.backup.contents import Connection
from ejia.backup.manifest import BackupUnusable


class _Stream(io.RawIOBase):
    """Pieces as a file to read from, once; hashed on the way."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""
        self.found = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, None)) is not None:
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        self.found.update(taken)
        return taken


def write(connection: Connection, objects: Objects, archive: Path) -> tuple[int, int]:
    """Write the files that the snapshot knows of; returns how many, and how many had no bytes any more.

    Raises BackupUnusable where the bytes are others than the row says, StoreAway.
    """
    written = missing = 0
    with tarfile.open(archive, "w") as tar:
        for file_id, size, sha256 in connection.execute("SELECT id, size_bytes, sha256 FROM public.files ORDER BY id").fetchall():
            try:
                stream = _Stream(objects.get(str(file_id)))
            except FileNotFoundError:  # its time was over, and it was swept meanwhile
                missing += 1
                continue
            member = tarfile.TarInfo(str(file_id))
            member.size = size
            try:
                tar.addfile(member, stream)
            except OSError as error:
                if error.errno is not None:  # of the disk, not of the file: it has fewer bytes than its row says
                    raise
                raise BackupUnusable(f"文件 {file_id} 在存储中的内容与记录不符。") from None
            if stream.read(1) or stream.found.digest() != bytes(sha256):
                raise BackupUnusable(f"文件 {file_id} 在存储中的内容与记录不符。")
            written += 1
    return written, missing


def put_back(connection: Connection, archive: Path, objects: Objects) -> int:
    """Put the files of an archive into the store, each read again afterwards; returns how many.

    Raises BackupUnusable where one is none of the restored database's, or other than its row says; StoreAway.
    """
    wanted = {str(file_id): bytes(sha256) for file_id, sha256 in connection.execute("SELECT id, sha256 FROM public.files").fetchall()}
    count = 0
    with tarfile.open(archive, "r|") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None or member.name not in wanted:
                raise BackupUnusable(f"{archive} 中的 {member.name} 不是这份备份的文件。")
            objects.put(member.name, content.read())
            again = hashlib.sha256()
            for piece in objects.get(member.name):
                again.update(piece)
            if again.digest() != wanted[member.name]:
                raise BackupUnusable(f"文件 {member.name} 恢复后的内容与记录不符。")
            count += 1
    return count
