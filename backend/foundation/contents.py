"""What bytes are, by what stands in them and never by a name; and pictures without what a camera wrote into them.

Pillow is loaded by who has a picture in hand: no process starts slower for it.
"""

import io
import zipfile

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain"
CSV = "text/csv"

_PICTURES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
_FORMATS = {media_type: name for name, media_type in _PICTURES.items()}
_MOST_PIXELS = 50_000_000
"""More than any phone takes; a small file may claim more than memory holds."""


class NotAPicture(Exception):
    """It begins as a picture, and cannot be read as one, or is too large to be opened."""


def media_type_of(content: bytes) -> str | None:
    """What the bytes are; None for what we do not know."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return _picture_type(content)
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_workbook(content) else None
    return TEXT if _is_text(content) else None


def without_traces(picture: bytes) -> bytes:
    """The picture upright, drawn anew: without place, time, device and whatever else stood beside it. Raises NotAPicture."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(picture), formats=tuple(_PICTURES)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise NotAPicture
            upright = ImageOps.exif_transpose(opened)
            if upright.mode == "P":  # points that stand for colours of a table
                upright = upright.convert("RGBA")
            bare = Image.new(upright.mode, upright.size)
            bare.paste(upright)
            written = io.BytesIO()
            bare.save(written, format=opened.format, quality=90)
    except NotAPicture:
        raise
    except Exception as error:  # whatever a broken picture makes its reader raise
        raise NotAPicture from error
    return written.getvalue()


def is_picture(media_type: str) -> bool:
    """Whether `without_traces` draws it."""
    return media_type in _FORMATS


def _picture_type(content: bytes) -> str | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=tuple(_PICTURES)) as opened:
            return _PICTURES[opened.format or ""]
    except Exception:
        return None


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("[Content_Types].xml") as parts:
            return b"spreadsheetml.sheet.main+xml" in parts.read(64 * 1024)
    except (KeyError, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return False


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False
