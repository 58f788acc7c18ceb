"""One line for each request, its id on everything that it causes, and nothing personal in any of it."""

import json
import logging
from uuid import UUID

import pytest
import requests
from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.foundation.tracing import tracing
from ejia import logs
from tests.api.conftest import LogLines, Raised
from tests.support.served import confirm, make_person, make_record


def requests_in(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    return [line for line in lines if line["event"] == "request"]


def test_a_request_leaves_one_line_with_its_route_and_nothing_that_was_sent(client: FlaskClient, log_lines: LogLines) -> None:
    client.post(
        "/api/v1/auth/password?next=13800001234",
        json={"name": "张三", "password": "Secret-Horse-9"},
        headers={"X-Request-Id": "phone-0001", "Authorization": "Bearer abc.def.ghi", "User-Agent": "13800001234"},
    )
    (line,) = requests_in(log_lines())
    assert line.keys() == {"event", "method", "route", "status", "ms", "request_id", "level", "timestamp"}
    assert (line["method"], line["route"], line["status"], line["request_id"]) == ("POST", "/api/v1/auth/password", 401, "phone-0001")
    everything = json.dumps(log_lines(), ensure_ascii=False)
    for private in ("13800001234", "张三", "Secret-Horse-9", "abc.def.ghi"):
        assert private not in everything


def test_who_is_logged_in_stands_on_the_line_and_not_on_the_next(street, client: FlaskClient, log_lines: LogLines) -> None:
    officer = street.home.officer
    officer.get("/me")
    client.get("/api/v1/me")
    named, anonymous = requests_in(log_lines())[-2:]
    assert named["account_id"] == officer.account_id
    assert "account_id" not in anonymous


def test_unknown_addresses_are_not_written_down(client: FlaskClient, log_lines: LogLines) -> None:
    client.get("/api/v1/persons/639999199001011234")
    (line,) = requests_in(log_lines())
    assert (line["route"], line["status"]) == (None, 404)
    assert "639999199001011234" not in json.dumps(log_lines())


@pytest.mark.parametrize("offered", ["short", "x" * 65, "has blanks in it", "line\tbreak!", '"quoted-quoted"', "号码一二三四五六七"])
def test_a_strange_request_id_is_replaced(client: FlaskClient, offered: str) -> None:
    given = client.get("/healthz", headers={"X-Request-Id": offered.encode().decode("latin-1")}).headers["X-Request-Id"]
    assert given != offered
    assert len(given) == 32


def test_requests_without_an_id_get_one_each(client: FlaskClient) -> None:
    ids = {client.get("/healthz").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


def test_the_watcher_of_the_process_leaves_no_lines(client: FlaskClient, log_lines: LogLines) -> None:
    client.get("/healthz")
    client.get("/readyz")
    assert requests_in(log_lines()) == []


def test_a_ring_leaves_no_line_and_its_failure_does(app, log_lines: LogLines) -> None:
    """As Celery tells of each task that came and was done: several a second, all the night."""
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).info("Task doorbell.ring[…] received, succeeded")
        assert log_lines() == []
    logging.getLogger("celery.app.trace").error("Task doorbell.ring[…] raised unexpected")
    assert [line["level"] for line in log_lines()] == ["error"]


def confirmed_service(street: dict[str, str], request_id: str) -> None:
    with tracing(request_id), transaction():
        home = db.session.get_one(Area, UUID(street["和平社区"]))
        confirm(make_record(make_person(home), home, "door_knock", minutes=60))


def test_a_request_is_followed_into_what_the_worker_makes_of_it(app, street, log_lines: LogLines) -> None:
    confirmed_service(street, "phone-0001")
    outbox.deliver_batch("points", now=clock.now())
    (line,) = (line for line in log_lines() if line["event"] == "outbox.delivered")
    assert (line["request_id"], line["requests"]) == ("phone-0001", ["phone-0001"])
    assert set(db.session.scalars(select(OutboxEvent.request_id).where(OutboxEvent.name == "points.booked"))) == {"phone-0001"}


def test_a_batch_of_several_requests_names_them_all(app, street, log_lines: LogLines) -> None:
    confirmed_service(street, "phone-0001")
    confirmed_service(street, "phone-0002")
    with tracing("task-0001"):
        outbox.deliver_batch("points", now=clock.now())
    (line,) = (line for line in log_lines() if line["event"] == "outbox.delivered")
    assert (line["request_id"], line["requests"]) == ("task-0001", ["phone-0001", "phone-0002"])


class Strict(BaseModel):
    phone: int


def fail_with_pydantic() -> None:
    Strict.model_validate({"phone": "138-0000-1234"})


def fail_with_requests() -> None:
    requests.get("http://127.0.0.1:1/sns/jscode2session?secret=138-0000-1234", timeout=1)


def fail_with_key() -> None:
    _ = {}["138-0000-1234"]  # type: ignore[var-annotated]


def fail_with_database() -> None:
    db.session.add(OutboxEvent(name=None, subject_id="138-0000-1234"))
    db.session.flush()


@pytest.mark.parametrize("fail", [fail_with_pydantic, fail_with_requests, fail_with_key, fail_with_database])
def test_a_traceback_names_places_and_types_and_no_values(app, small: FlaskClient, raised: Raised, log_lines: LogLines, fail) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the library raises
        fail()
    raised.error = caught.value
    small.get("/raise")
    line = next(line for line in log_lines() if line["event"] == "unforeseen_error")
    assert f"in {fail.__name__}" in line["exception"]
    assert type(caught.value).__name__ in line["exception"]
    assert "138-0000-1234" not in json.dumps(log_lines())


def test_our_own_errors_and_those_of_the_language_keep_their_words(small: FlaskClient, raised: Raised, log_lines: LogLines) -> None:
    raised.error = AttributeError("'NoneType' object has no attribute 'slots'")
    small.get("/raise")
    assert log_lines()[-1]["exception"].endswith("'NoneType' object has no attribute 'slots'")


def test_lines_of_libraries_join_ours_as_json(log_lines: LogLines) -> None:
    logging.getLogger("celery.worker").warning("missed heartbeat from %s", "worker-1")
    logging.getLogger("urllib3").warning("Retrying: /sns/jscode2session?secret=%s", "s3cret")
    (line,) = log_lines()
    assert (line["event"], line["logger"], line["level"]) == ("missed heartbeat from worker-1", "celery.worker", "warning")


def test_a_terminal_gets_lines_for_people(settings, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure(json_lines=False)
    logging.getLogger("ejia.trial").warning("数据库已启动")
    logs.configure(json_lines=settings.log_json)
    assert "数据库已启动" in capfd.readouterr().err
