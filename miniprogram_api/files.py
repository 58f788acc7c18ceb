"""文件: what is kept in the store of files, for whoever holds an address that was signed a moment ago."""

from datetime import datetime
from uuid import UUID

from flask import Response, url_for

from backend.foundation import clock, files
from backend.foundation.database import transaction
from backend.foundation.errors import Missing
from backend.foundation.files import FileLine
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.files import FileAddressOut
from web.downloads import sent
from web.edge import public
from web.inputs.files import SignedQuery
from web.routes import at_most

bp = Resource("files", tag="文件")


@bp.get("/files/<uuid:file_id>")
@public
@at_most("60/minute")
@bp.input(SignedQuery, location="query")
@bp.download("*/*")
@bp.doc(summary="凭临时地址下载文件", description="地址由 `/jobs/{job_id}/file/address` 等接口给出，几分钟内有效。")
def download_file(file_id: UUID, query: SignedQuery) -> Response:
    now = clock.now()
    if not files.is_signed(file_id, query.expires, query.signature, now=now):
        raise Missing
    with transaction():
        file = files.line_of(file_id)
    if file is None:
        raise Missing
    return sent(file, lost=Missing)


def address_of(file: FileLine, *, now: datetime) -> FileAddressOut:
    """An address that opens the file for everybody who holds it, for some minutes."""
    until = now + files.ADDRESS_HOLDS_FOR
    expires = int(until.timestamp())
    address = url_for("files.download_file", file_id=file.id, expires=expires, signature=files.signature(file.id, expires))
    return FileAddressOut(address=address, good_until=until)
