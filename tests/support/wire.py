"""A running server as a `Phone` reaches it: over HTTP."""

from http import HTTPStatus
from typing import Any

import requests
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

PATIENCE = 30


class Wire:
    """Sends requests to the server at this address, on connections that stay open; answers as Flask's test client does."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between us and this machine

    def open(
        self,
        path: str,
        *,
        method: str,
        json: Any = None,
        data: bytes | None = None,
        content_type: str | None = None,
        query_string: Any = None,
        headers: dict[str, str] | None = None,
    ) -> TestResponse:
        """One request and its answer, whatever its status; `data` is its body as it is, of this content type."""
        said = (headers or {}) | ({} if content_type is None else {"Content-Type": content_type})
        answer = self.session.request(method, self.base + path, params=query_string, json=json, data=data, headers=said, timeout=PATIENCE)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            # The server says so before it read the body, and hangs up where that was still on its way: the next request would be lost.
            self.session.close()
        asked = EnvironBuilder(path, base_url=self.base, method=method).get_request()
        return TestResponse([answer.content], f"{answer.status_code} {answer.reason}", Headers(answer.headers.items()), asked)

    def get(self, path: str) -> TestResponse:
        """GET as nobody."""
        return self.open(path, method="GET")

    def post(self, path: str, json: Any) -> TestResponse:
        """POST as nobody."""
        return self.open(path, method="POST", json=json)

    def close(self) -> None:
        """Hang up."""
        self.session.close()
