"""Files as downloads, in their Chinese names."""

from pathlib import PurePath
from urllib.parse import quote
from uuid import UUID

from flask import Response

from backend.foundation import clock, contents, files, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Missing, Refusal
from backend.foundation.files import FileLine, FileLost
from backend.foundation.jobs import JobFileGone
from backend.imports import sheet
from backend.imports.service import KINDS
from backend.jobs.service import require_own_job
from web.attempts import note_read


def sent_own(actor: Actor, job_id: UUID) -> Response:
    """The file of a job as a download, to who asked for it; each is written down. Raises as require_own_job, jobs.file_of and `sent`."""
    with transaction():
        require_own_job(actor, job_id)
        file = jobs.file_of(actor, job_id, now=clock.now())
        note_read()
    return sent(file, lost=JobFileGone)


def roster_template(kind: str) -> Response:
    """The workbook that is filled in to bring a roster of this kind. Raises Missing."""
    wanted = next((KINDS[known] for known in KINDS if known == kind), None)
    if wanted is None:
        raise Missing
    return downloaded(sheet.template(wanted.title, wanted.columns), f"{wanted.title}.xlsx", contents.XLSX)


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
