"""Files by one door, whether their bytes are in a folder or in a bucket: what they are, whose, and that nothing stays for ever."""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.foundation import clock, contents, files
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.foundation.objects import Objects, StoreAway
from ejia.file_store import objects_of
from tasks import housekeeping

RCLONE = Path(sys.executable).with_name("rclone")
AREA = "639999001001"
SCRAP = files.Kind("scrap", frozenset({contents.TEXT}), largest=3_000_000)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Objects]]:
    """A bucket of an S3-compatible server of our own, reached over HTTP: rclone's."""
    folder = tmp_path_factory.mktemp("buckets")
    (folder / "ejia").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        RCLONE,
        "serve",
        "s3",
        "--addr",
        f"127.0.0.1:{port}",
        "--auth-key",
        "ejia-tests,secret-of-tests",
        "--config",
        "",
        "--vfs-cache-mode",
        "off",
    ]
    with subprocess.Popen([*command, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:

        def store(**other: str) -> Objects:
            named = {
                "endpoint": f"http://127.0.0.1:{port}",
                "region": "us-east-1",
                "access_key": "ejia-tests",
                "secret_key": "secret-of-tests",
            }
            return Objects.in_bucket("ejia", **{**named, **other})

        _await(port)
        yield store
        server.terminate()


def _await(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("rclone does not answer")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, app: object, settings, tmp_path: Path, bucket: Callable[..., Objects]) -> Iterator[Objects]:
    """The same store, of one and of the other kind, for this process."""
    chosen = Objects.in_folder(tmp_path / "files") if request.param == "folder" else bucket()
    files.use(chosen, b"key")
    yield chosen
    for batch in chosen.listed():
        chosen.delete([found.name for found in batch])


def stored(content: bytes, kind: files.Kind = SCRAP) -> UUID:
    """A file of the area, to which nothing refers."""
    put = files.put(kind, content)
    with transaction():
        return files.add(put, "x", area_path=AREA, now=clock.now())


def read(file_id: UUID) -> bytes:
    return b"".join(files.read(file_id))


def names(store: Objects) -> set[str]:
    return {found.name for batch in store.listed() for found in batch}


def days_go_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the machine, after whose clock bytes are swept."""
    monkeypatch.setattr(clock, "machine", lambda: datetime.now(UTC) + timedelta(days=2))


def picture(form: str, *, mode: str = "RGB", **options: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (40, 20), 1 if mode == "P" else "white").save(written, form, **options)
    return written.getvalue()


@pytest.mark.parametrize("length", [0, 1, 2_500_000])
def test_what_is_stored_is_read_again_and_its_hash_is_kept(store: Objects, length: int) -> None:
    content = os.urandom(length // 2).hex().encode()
    file_id = stored(content)
    assert read(file_id) == content
    with transaction():
        line, digest = files.line_of(file_id), db.session.scalar(select(files.File.sha256))
    assert line == files.FileLine(file_id, "x", contents.TEXT, len(content))
    assert digest is not None
    assert len(digest) == 32


def test_bytes_that_are_gone_are_told_at_once(store: Objects) -> None:
    file_id = stored(b"gone")
    store.delete([str(file_id), str(new_id())])
    with pytest.raises(files.FileLost):
        files.read(file_id)


def test_bytes_that_no_row_came_for_are_swept_after_a_day_and_others_stay(store: Objects, pass_time, monkeypatch) -> None:
    kept, lost = stored(b"kept"), files.put(SCRAP, b"lost")
    store.put("not-ours", b"lies beside")
    assert files.sweep() == 0
    days_go_by(monkeypatch)
    assert files.sweep() == 1
    assert names(store) == {str(kept), "not-ours"}
    assert str(lost.id) not in names(store)


def test_a_row_that_nothing_refers_to_goes_after_a_day_and_its_bytes_with_it(store: Objects, pass_time, monkeypatch) -> None:
    used, unused = stored(b"used"), stored(b"unused")
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO jobs (id, kind, area_path, params, state, done, total, attempts, created_at, finished_at, file_name, file_id)"
                " VALUES (:id, 'k', '6', '{}', 'done', 1, 1, 1, :now, :now, 'x', :id)"
            ),
            {"id": used, "now": clock.now()},
        )
    housekeeping.sweep_files()
    assert names(store) == {str(used), str(unused)}
    pass_time(days=1, seconds=1)
    days_go_by(monkeypatch)
    housekeeping.sweep_files()
    assert names(store) == {str(used)}
    with transaction():
        assert db.session.scalars(select(files.File.id)).all() == [used]


def test_a_file_belongs_to_a_person_or_to_an_area(store: Objects) -> None:
    put = files.put(SCRAP, b"whose")
    for owners in ({}, {"person_id": new_id(), "area_path": AREA}):
        with pytest.raises(IntegrityError, match="ck_files_of_person_or_area"), transaction():
            files.add(put, "x", now=clock.now(), **owners)


def test_with_a_wrong_key_the_bucket_is_away(app: object, bucket: Callable[..., Objects]) -> None:
    closed = bucket(secret_key="other")
    for ask in (lambda: closed.put("x", b"x"), lambda: closed.get("x"), lambda: list(closed.listed()), lambda: closed.delete(["x"])):
        with pytest.raises(StoreAway):
            ask()


def test_what_a_killed_write_left_on_the_disk_is_swept(app: object, tmp_path: Path, monkeypatch) -> None:
    files.use(Objects.in_folder(tmp_path), b"key")
    left = tmp_path / f"{new_id()}#1"
    left.write_bytes(b"half")
    files.sweep()
    assert left.exists()
    days_go_by(monkeypatch)
    files.sweep()
    assert not left.exists()


def test_a_disk_that_is_gone_is_a_store_that_is_away(app: object, tmp_path: Path) -> None:
    gone = Objects.in_folder(tmp_path / "files")
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(StoreAway):
        gone.put("x", b"x")


def test_the_settings_name_a_folder_or_a_bucket(settings, bucket: Callable[..., Objects], tmp_path: Path) -> None:
    objects_of(settings.model_copy(update={"files_folder": tmp_path / "a"})).put("x", b"in a folder")
    assert (tmp_path / "a" / "x").read_bytes() == b"in a folder"
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 x", files.PHOTO),
        (picture("PNG"), files.DOCUMENT),
        (picture("GIF"), files.PHOTO),
        (b"\xff\xd8\xff\xe0 no picture", files.PHOTO),
        (picture("JPEG")[:200], files.PHOTO),
        (b"PK\x03\x04 no archive", files.DOCUMENT),
        (b"a\0b", SCRAP),
        (b"\xff\xfe", SCRAP),
        (b"RIFF....WEBPVP8 ", files.PHOTO),
    ],
)
def test_what_a_file_is_says_its_content(app: object, content: bytes, kind: files.Kind) -> None:
    with pytest.raises(files.FileTypeRefused):
        files.put(kind, content)


def test_a_file_may_be_as_large_as_its_kind_allows(store: Objects) -> None:
    files.put(SCRAP, b"x" * SCRAP.largest)
    with pytest.raises(files.FileTooLarge):
        files.put(SCRAP, b"x" * (SCRAP.largest + 1))


def test_a_small_file_that_claims_a_huge_picture_is_not_opened(app: object) -> None:
    with pytest.raises(files.FileTypeRefused):
        files.put(files.PHOTO, _claiming(100_000, 100_000))


def _claiming(width: int, height: int) -> bytes:
    """A PNG whose head tells of another size."""
    small = bytearray(picture("PNG"))
    small[16:24] = width.to_bytes(4) + height.to_bytes(4)
    return bytes(small)


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")])
def test_a_picture_is_kept_without_place_time_and_device_and_stands_upright(store: Objects, form: str, mode: str) -> None:
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "SECRET-PHONE", 6  # taken with the phone held upright
    exif.get_ifd(0x8825)[1] = "N"
    taken = picture(form, mode=mode, exif=exif, **({"comment": b"SECRET-PHONE"} if form == "JPEG" else {}))
    assert b"SECRET-PHONE" in taken

    kept = read(stored(taken, files.PHOTO))

    assert b"SECRET-PHONE" not in kept
    with Image.open(io.BytesIO(kept)) as opened:
        assert (opened.format, opened.size, dict(opened.getexif())) == (form, (20, 40), {})
