"""A phone (or an administrator's browser) that is logged in: talks to the API as one account, and keeps no cookies."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.operations import a_file


class Phone:
    """Sends requests with its access token, and a fresh Idempotency-Key with each POST unless one is given.

    Once the access token is over it refreshes and repeats the request, as the mini-program does; where an office has to log in anew, it
    does, by `log_in`.
    """

    log_in: "Callable[[], Phone] | None" = None

    def __init__(self, client: FlaskClient, access_token: str, account_id: str, *, refresh_token: str | None = None) -> None:
        self.client = client
        self.access_token = access_token
        self.refresh_token = refresh_token
        self.account_id = account_id
        self.person_id = ""
        self.volunteer_number = ""
        self.registration_id = ""
        self.card: dict[str, str] = {}  # name and number of whoever holds it, where they said who they are

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._sent("GET", path, query_string=query)

    def post(self, path: str, json: Any = None, *, key: str | None = None) -> TestResponse:
        return self._sent("POST", path, json={} if json is None else json, key=key or str(uuid4()))

    def sent_file(self, path: str, content: bytes, *, key: str | None = None) -> TestResponse:
        """POST of one file, in a form in parts."""
        return self._sent("POST", path, key=key, **a_file(content))

    def put(self, path: str, json: Any) -> TestResponse:
        return self._sent("PUT", path, json=json)

    def delete(self, path: str) -> TestResponse:
        return self._sent("DELETE", path)

    def made(self, path: str, json: Any = None) -> dict[str, Any]:
        """POST that must succeed: gives what was made."""
        answer = self.post(path, json)
        assert answer.status_code in (200, 201, 202, 204), (path, answer.status_code, answer.get_json(silent=True))
        return answer.get_json(silent=True) or {}

    def seen(self, path: str, **query: Any) -> dict[str, Any]:
        """GET that must succeed: gives what was seen."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_json(silent=True))
        found: dict[str, Any] = answer.get_json()
        return found

    def _sent(self, method: str, path: str, *, key: str | None = None, **content: Any) -> TestResponse:
        def send() -> TestResponse:
            headers = {"Authorization": f"Bearer {self.access_token}"} | ({} if key is None else {"Idempotency-Key": key})
            return self.client.open(f"/api/v1{path}", method=method, headers=headers, **content)

        answer = send()
        if answer.status_code == 401 and self.refresh_token is not None:
            renewed = self.client.post("/api/v1/auth/refresh", json={"refresh_token": self.refresh_token})
            if renewed.status_code == 200:
                self.access_token, self.refresh_token = renewed.get_json()["access_token"], renewed.get_json()["refresh_token"]
                answer = send()
            elif self.log_in is not None and renewed.get_json()["code"] == "office_login_over":
                anew = self.log_in()
                self.access_token, self.refresh_token = anew.access_token, anew.refresh_token
                answer = send()
        return answer


def refused(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer.mimetype == "application/problem+json", (answer.status_code, answer.get_data(as_text=True)[:300])
    body = answer.get_json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]
