"""The OpenAPI document and a page to read and try it, without anything from another host.

`static/swagger-ui/` holds the files of the npm package swagger-ui-dist as they are (Apache-2.0, its licence beside them);
`start.js` and `start.css` are ours.
"""

import gzip
import hashlib
import json
import threading
from dataclasses import dataclass
from typing import cast

from apiflask import APIFlask
from flask import Blueprint, Response, current_app, request

bp = Blueprint("docs", __name__, static_folder="static/swagger-ui", static_url_path="/docs/static")

# Swagger UI sets style attributes of its own; scripts come from files only.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>社区E家 接口文档</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
<link rel="stylesheet" href="/docs/static/start.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>此页需要 JavaScript；文档本身在 <a href="/openapi.json">/openapi.json</a>。</noscript>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/static/start.js"></script>
</body>
</html>
"""


@bp.get("/openapi.json")
def openapi_document() -> Response:
    """The document, built at the first request of a process and kept; a client that has it gets 304, one that takes gzip a tenth."""
    kept = _kept(cast(APIFlask, current_app))
    in_gzip = request.accept_encodings.best_match(["gzip", "identity"], default="identity") == "gzip"
    answer = Response(kept.in_gzip if in_gzip else kept.body, mimetype="application/json")
    answer.headers.update({"Cache-Control": "no-cache", "Vary": "Accept-Encoding"})
    if in_gzip:
        answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(f"{kept.tag}-gzip" if in_gzip else kept.tag)
    return cast(Response, answer.make_conditional(request))


@bp.get("/docs")
def docs_page() -> Response:
    """The page; its scripts and styles come from this server."""
    return Response(_PAGE, mimetype="text/html", headers={"Content-Security-Policy": _PAGE_POLICY})


def document_of(app: APIFlask) -> bytes:
    """The whole document of an application as it is sent."""
    return json.dumps(app.spec, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class _Kept:
    body: bytes
    in_gzip: bytes
    tag: str


_BUILDING = threading.Lock()
_KEPT = "openapi_document"


def _kept(app: APIFlask) -> _Kept:
    """What is sent; who comes while it is built waits for it, for that takes seconds."""
    with _BUILDING:
        if _KEPT not in app.extensions:
            body = document_of(app)
            app.extensions[_KEPT] = _Kept(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest())
    kept: _Kept = app.extensions[_KEPT]
    return kept
