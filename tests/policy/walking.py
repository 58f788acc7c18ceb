"""A row of the walk's table, and the walk: one request by each viewer, each undone again.

The table says by hand what each viewer gets; it is no copy of policy's, so either may be wrong and the walk tells.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

from apiflask import APIFlask
from sqlalchemy import Connection, select, text
from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.accounts.policy import Permission
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing
from backend.foundation.idempotency import IdempotencyKey
from tests.policy.savepoints import cheap_savepoints
from tests.policy.viewers import ANONYMOUS, COMMUNITY, EVERYBODY, IN_OFFICE_ANYWHERE, NOBODY, UNCHECKED, Viewers, roles_of
from tests.policy.world import World
from tests.support.attendance import counted_statements
from tests.support.browser import COOKIE, FROM_HERE
from tests.support.operations import A_FILE, Json, Operation, a_file
from web.routes import contract_of

_SAYING_NOTHING = tuple(f'"detail": "{kind.detail}"' for kind in (Forbidden, Missing))
_WRITTEN = text(
    """
    SELECT relname,
           pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS rows
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
)
EMPTY = "200, and not in it"
YES = "2xx"
_END_OFFICE = text(
    """
    UPDATE role_grants SET withdrawn_at = now(), withdrawn_reason = '调离'
    WHERE account_id = :account_id AND area_path IS NOT NULL"""
)
_END_LOG_IN = text("UPDATE token_families SET ended_at = now() WHERE account_id = :account_id")
TRACES = frozenset({"audit_entries", "audit_sources", "audit_counts"})
"""Where a reading leaves that somebody read."""
USED = frozenset({"token_families"})
"""Where a page leaves when its log-in was used last."""
TOLD = frozenset({"outbox_events", "outbox_deliveries"})
MORE_THAN_A_TRACE = {
    "download_own_data": TOLD | {"allowances"},  # a copy is counted for its day, and told to whose it is
    "reveal_beneficiary": TOLD | {"reveals"},  # as former clients ask; others send a POST (docs/design.md)
}
Outcome = int | str

LOGGED_OUT_BY_IT = {
    "close_account": "who closed it is nobody any more",
    "end_login": "the walker's only one",
    "end_session": "the walker's own",
}
"""What leaves nobody who could send it again."""


@dataclass(frozen=True)
class Ask:
    """What a request is about: parameters of the address and fields of the body by their names, and what a reading must show."""

    known: Json
    body: Json | Callable[[], Json] | None = None
    query: Json = field(default_factory=dict)
    shows: str | None = None
    file: bytes | None = None


def ask(
    *,
    body: Json | Callable[[], Json] | None = None,
    query: Json | None = None,
    shows: str | None = None,
    file: bytes | None = None,
    **known: object,
) -> Ask:
    """`ask(team_id=…)`: where no body is given it is the document's example, with what is known."""
    return Ask(known, body, query or {}, shows, file)


@dataclass(frozen=True)
class Row:
    """One operation asked about one subject: who gets 2xx (and sees what it shows), and what all the others get.

    `about` makes the subject, once for the row; it is undone with the row. `by` is the permission that opens the way (None: one's own, or
    everybody's); test_walk.py compares it with policy's rules.
    """

    operation: str
    about: Callable[[World], Ask]
    yes: Viewers
    rest: Outcome = 404
    but: Mapping[Outcome, Viewers] = field(default_factory=dict)
    by: Permission | None = None
    case: str = ""
    public: bool = False
    shows_nothing: str = ""
    """Why a reading has nothing to show by which the one whom it is about is told from others."""

    @property
    def name(self) -> str:
        """As the test is named."""
        return f"{self.operation}, {self.case}" if self.case else self.operation

    def expected(self, viewer: str) -> Outcome:
        """What the viewer gets."""
        if viewer in self.yes or (viewer == ANONYMOUS and self.public):
            return YES
        if viewer == ANONYMOUS:
            return 401
        return next((outcome for outcome, viewers in self.but.items() if viewer in viewers), self.rest)

    def expected_of_unchecked(self) -> frozenset[Outcome]:
        """What an officer gets whose papers nobody saw, where their office opens the way: to look, and to decide nothing."""
        if self.by is None or Role.COMMUNITY_OFFICER not in self.by.rule or COMMUNITY not in self.yes:
            return frozenset()
        return frozenset({403, 404}) if self.by.decides else frozenset({YES})

    def __post_init__(self) -> None:
        named = [self.yes, *self.but.values()]
        assert sum(map(len, named)) == len(NOBODY.union(*named)), f"{self.name}: a viewer stands twice"
        assert NOBODY.union(*named) <= EVERYBODY


@dataclass(frozen=True)
class PageOperation:
    """One method of one address of the console, which no document describes: it is read from the map of addresses."""

    name: str
    method: str
    path: str


def pages_of(app: APIFlask) -> list[PageOperation]:
    """All of them but the files."""
    return [
        PageOperation(app.view_functions[rule.endpoint].__name__, method.lower(), re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/console/") and not rule.endpoint.endswith(".static")
    ]


MOST_STATEMENTS = 17
MORE_STATEMENTS = {"person_page": 19}  # a record is gathered from all that knows of a person
"""How many statements a page of the console sends, beside the prepared one that asks who calls. That they do not grow with the rows of a
list is proved list by list in tests/console."""


class Walk:
    """Asks as each viewer, in a transaction that is undone."""

    def __init__(self, world: World, operations: Mapping[str, Operation | PageOperation], connection: Connection) -> None:
        self.world, self.operations, self.connection = world, operations, connection
        self._client = world.app.test_client(use_cookies=False)
        self._secrets = {view.__name__ for view in world.app.view_functions.values() if contract_of(view).told_once}

    def complaints(self, row: Row) -> list[str]:
        """Each viewer who gets something else than the table says."""
        found, repeated = [], False
        with self.undone():
            about = row.about(self.world)
            db.session.remove()
            reads = self.operations[row.operation].method == "get"
            before = self._written() if reads else {}
            if reads and (about.shows is None) != bool(row.shows_nothing):
                found.append("a reading that shows nothing proves nothing: `shows`, or why not in `shows_nothing`")
            for viewer in (ANONYMOUS, *sorted(EVERYBODY)):
                with self.undone():
                    request = self.request(row, about, viewer)
                    answer = request()
                    got, expected = self._outcome(row, about, answer, viewer), row.expected(viewer)
                    if answer.status_code in {403, 404} and any(words in answer.get_data(as_text=True) for words in _SAYING_NOTHING):
                        found.append(f"{viewer}: not told what is not found, or who may: {answer.get_data(as_text=True)[:200]}")
                    if got != expected:
                        found.append(f"{viewer}: {expected} by the table, {got} in truth: {answer.get_data(as_text=True)[:200]}")
                    elif got == YES and not repeated:
                        repeated = True
                        found += self._complaints_of_repeat(row, answer, request)
                        if reads:
                            found += self._complaints_of_reading(row, before)
                            found += self._complaints_of_second_reading(row, answer, request)
            if row.expected_of_unchecked():
                with self.undone():
                    answer = self.send(row, about, UNCHECKED)
                    if self._outcome(row, about, answer, UNCHECKED) not in row.expected_of_unchecked():
                        found.append(f"{UNCHECKED}: {answer.status_code} {answer.get_data(as_text=True)[:200]}")
            found += self._complaints_of_ending(row, about)
        return found

    def _complaints_of_ending(self, row: Row, about: Ask) -> Iterator[str]:
        """A browser that stays open opens nothing more for whom it opened this by an office that ended, or by a log-in that ended."""
        in_office = sorted(row.yes & IN_OFFICE_ANYWHERE)
        if not isinstance(self.operations[row.operation], PageOperation) or row.by is None or row.public or not in_office:
            return
        viewer = in_office[0]
        ended = [("log-in", _END_LOG_IN)]
        if not row.by.rule.keys() & roles_of(viewer) & {Role.RESIDENT, Role.VOLUNTEER}:
            ended.append(("office", _END_OFFICE))
        for what, statement in ended:
            with self.undone():
                self.connection.execute(statement, {"account_id": self.world.browsers[viewer].account_id})
                if self._outcome(row, about, self.send(row, about, viewer), viewer) == YES:
                    yield f"{viewer}: still let in after their {what} ended"

    def _complaints_of_repeat(self, row: Row, answer: TestResponse, request: partial[TestResponse]) -> Iterator[str]:
        """What was written is done once under its key: the same request again gets the same answer, and a secret no second time."""
        operation = self.operations[row.operation]
        if isinstance(operation, PageOperation) or not operation.takes_key or operation.name in LOGGED_OUT_BY_IT:
            return
        again, secret = request(), operation.name in self._secrets
        if secret and again.status_code == 409 and again.get_json()["code"] == "answer_not_kept":
            return
        if secret or (again.status_code, again.get_data()) != (answer.status_code, answer.get_data()):
            yield f"sent again under its key: {again.status_code} {again.get_data(as_text=True)[:200]}"
        key = request.keywords["headers"]["Idempotency-Key"]
        if db.session.scalar(select(IdempotencyKey.status).where(IdempotencyKey.key == key)) != answer.status_code:
            yield "its key is kept nowhere"

    def _complaints_of_reading(self, row: Row, before: Mapping[str, int]) -> Iterator[str]:
        """What is read may be asked for again, by a phone or by what stands in between: it leaves no more than a trace of the asking."""
        changed = {table for table, rows in self._written().items() if rows != before.get(table)}
        used = USED if isinstance(self.operations[row.operation], PageOperation) else frozenset()
        if left := changed - TRACES - used - MORE_THAN_A_TRACE.get(row.operation, set()):
            yield f"reading changed {', '.join(sorted(left))}"

    def _complaints_of_second_reading(self, row: Row, answer: TestResponse, request: partial[TestResponse]) -> Iterator[str]:
        """Nor does it use up what lies outside of tables, or who asks; and a page sends no more statements than are counted for it."""
        is_page = isinstance(self.operations[row.operation], PageOperation)
        if row.case and not is_page:
            return
        with counted_statements() as sent:
            again = request().status_code
        if again != answer.status_code:
            yield f"read again: {again}"
        most = MORE_STATEMENTS.get(row.operation, MOST_STATEMENTS)
        if is_page and len(sent) > most:
            yield f"{len(sent)} statements, {most} at most"

    def _written(self) -> dict[str, int]:
        """How many rows the walk wrote into each table until now, also what was undone."""
        return {row.relname: row.rows for row in self.connection.execute(_WRITTEN) if row.rows}

    def send(self, row: Row, about: Ask, viewer: str) -> TestResponse:
        """The request of a row, by one viewer."""
        return self.request(row, about, viewer)()

    def request(self, row: Row, about: Ask, viewer: str) -> partial[TestResponse]:
        """What sends it, as often as it is called the same."""
        operation = self.operations[row.operation]
        if isinstance(operation, PageOperation):
            return partial(self._send_form, operation, about, viewer)
        headers = {} if viewer == ANONYMOUS else {"Authorization": f"Bearer {self.world.token_of(viewer)}"}
        if operation.takes_key:
            headers["Idempotency-Key"] = str(uuid4())
        about_this = Operation(operation.method, operation.path, operation.described, operation.components, self.world.known | about.known)
        content: dict[str, Any] = {}
        if operation.body is not None:
            body = about.body() if callable(about.body) else about_this.example if about.body is None else about.body
            content = {"data": json.dumps(body).encode(), "content_type": "application/json"}
        if operation.takes_file:
            content = a_file(A_FILE if about.file is None else about.file)
        query = about_this.needed_query | about.query
        return partial(self._client.open, about_this.address(), method=operation.method, headers=headers, query_string=query, **content)

    def _send_form(self, operation: PageOperation, about: Ask, viewer: str) -> TestResponse:
        """As a browser does; the body's fields are those of the form."""
        client = self.world.app.test_client()
        fields: dict[str, Any] = dict(about.body() if callable(about.body) else about.body or {})
        if viewer != ANONYMOUS:
            claims = self.world.browsers[viewer]
            client.set_cookie(COOKIE, tokens.maker().cookie(claims))
            fields["csrf_token"] = tokens.maker().form_token(claims)
        if about.file is not None:
            fields["file"] = (io.BytesIO(about.file), "roster.xlsx")
        address = operation.path.format(**about.known)
        return client.open(address, method=operation.method, data=fields or None, headers=FROM_HERE, query_string=about.query)

    def _outcome(self, row: Row, about: Ask, answer: TestResponse, viewer: str) -> Outcome:
        if answer.status_code == 303:
            where, _, asked = answer.headers["Location"].partition("?")
            return 401 if where == "/console/login" and (asked or viewer == ANONYMOUS) else YES  # who logs out is led there, too
        if answer.status_code >= 300:
            return answer.status_code
        reads = self.operations[row.operation].method == "get"
        return EMPTY if reads and about.shows is not None and about.shows not in answer.get_data(as_text=True) else YES

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens meanwhile did not happen."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            db.session.remove()
            savepoint.rollback()


@contextmanager
def on_one_connection(app: APIFlask) -> Iterator[Connection]:
    """Meanwhile every session of the app works on one connection, and what it commits goes no further than a savepoint of it."""
    db.session.remove()
    engine = db.engine
    usual = db.session.session_factory.kw.get("join_transaction_mode")
    with engine.connect() as connection:
        whole = connection.begin()
        db.session.configure(join_transaction_mode="create_savepoint")
        db._app_engines[app][None] = connection  # type: ignore[assignment]
        try:
            with cheap_savepoints(connection):
                yield connection
        finally:
            db.session.remove()
            db._app_engines[app][None] = engine
            db.session.configure(join_transaction_mode=usual or "conditional_savepoint")
            whole.rollback()
