"""A browser before the console: keeps its cookie, sends its forms as a browser does, and is logged in or not."""

import re
from html import unescape
from uuid import uuid4

from apiflask import APIFlask
from werkzeug.test import TestResponse

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from tests.support.humans import check_papers

PASSWORD = "Correct-Horse-7"
COOKIE = "ejia"
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}


class Browser:
    """Of one person; `headers` are what it says of itself with each form."""

    def __init__(self, app: APIFlask) -> None:
        self.client = app.test_client()
        self.headers: dict[str, str] = dict(FROM_HERE)

    @property
    def cookie(self) -> str | None:
        """What it holds."""
        held = self.client.get_cookie(COOKIE)
        return held.value if held else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value)

    @property
    def claims(self) -> AccessClaims:
        """By what it is logged in."""
        return tokens.maker().read_cookie(self.cookie or "")

    def log_in(self, name: str, password: str = PASSWORD, *, then: str | None = None) -> TestResponse:
        """Send the form of the log-in."""
        query = {} if then is None else {"next": then}
        fields = {"name": name, "password": password}
        return self.client.post("/console/login", data=fields, query_string=query, headers=self.headers)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def submit(self, path: str, **fields: str) -> TestResponse:
        """Send a form with the token of the log-in, unless another is given."""
        token = {} if "csrf_token" in fields or self.cookie is None else {"csrf_token": tokens.maker().form_token(self.claims)}
        return self.client.post(path, data=token | fields, headers=self.headers)

    def is_in(self) -> bool:
        """Whether the console opens."""
        answer = self.get("/console/")
        assert answer.status_code in (200, 303)
        return answer.status_code == 200


def officer_named(
    app: APIFlask,
    *,
    initial: bool = False,
    known: bool = False,
    role: Role = Role.COMMUNITY_OFFICER,
    area_path: str = "639999001001",
) -> str:
    """A new administrator's log-in name; the password is PASSWORD. `known`: their papers were seen."""
    name = f"officer-{uuid4().hex[:8]}"
    with app.app_context(), transaction():
        grant = Grant(role, area_path=area_path)
        account_id = accounts.create_office_account(
            Actor.system(), name=name, password=PASSWORD, grant=grant, is_initial=initial, now=clock.now()
        )
        if known:
            check_papers(account_id, area_path)
    return name


def text_of(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def led_to(answer: TestResponse) -> str:
    """Where an answer leads."""
    assert (answer.status_code, answer.get_data()) == (303, b""), answer.text[:300]
    return answer.headers["Location"]
