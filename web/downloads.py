"""Files as downloads, in their Chinese names."""

from pathlib import PurePath
from urllib.parse import quote

from flask import Response

from backend.foundation import files
from backend.foundation.errors import Refusal
from backend.foundation.files import FileLine, FileLost


def sent(file: FileLine, *, lost: type[Refusal]) -> Response:
    """The file as a download, read whole: a store that goes away in the middle is still a refusal. Raises `lost`, StoreAway."""
    try:
        content = b"".join(files.read(file.id))
    except FileLost:
        raise lost from None
    return downloaded(content, file.name, file.media_type)


def downloaded(content: bytes, name: str, media_type: str) -> Response:
    """Bytes as a download, which nobody keeps on the way."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = _attachment(name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _attachment(name: str) -> str:
    """The header of a download in its Chinese name (RFC 5987), with a plain one for old clients."""
    return f"attachment; filename=\"export{PurePath(name).suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
