"""The OpenAPI document and a page to read and try it, without anything from another host.

`static/swagger-ui/` holds the files of the npm package swagger-ui-dist as they are (Apache-2.0, its licence beside them);
`start.js` and `start.css` are ours.
"""

import hashlib
import json
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
    """The document, built at the first request and kept; a client that has it gets 304."""
    body, tag = _document()
    answer = Response(body, mimetype="application/json", headers={"Cache-Control": "no-cache"})
    answer.set_etag(tag)
    return cast(Response, answer.make_conditional(request))


@bp.get("/docs")
def docs_page() -> Response:
    """The page; its scripts and styles come from this server."""
    return Response(_PAGE, mimetype="text/html", headers={"Content-Security-Policy": _PAGE_POLICY})


def _document() -> tuple[bytes, str]:
    kept: tuple[bytes, str] | None = current_app.extensions.get("openapi_document")
    if kept is None:
        body = json.dumps(cast(APIFlask, current_app).spec, ensure_ascii=False).encode()
        kept = body, hashlib.sha256(body).hexdigest()
        current_app.extensions["openapi_document"] = kept
    return kept
