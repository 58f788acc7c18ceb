"""Whatever is raised inside leaves as a problem document, and what nobody foresaw shows nothing of itself."""

import json
from collections import Counter

import psycopg
import pytest
import redis
import sqlalchemy
from flask.testing import FlaskClient
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ImATeapot, RequestedRangeNotSatisfiable, ServiceUnavailable

from backend.foundation.errors import Conflict, Forbidden, Malformed, Missing, Refusal, TooMany, Unauthenticated, Unavailable, Unprocessable
from backend.foundation.ids import new_id
from config.settings import Settings
from tests.api.conftest import LogLines, Raised
from tests.support.proxies import proxy_form
from tests.support.street import Street


class OpeningFull(Conflict):
    code, detail = "opening_full", "名额已满"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Malformed(), 400, "malformed"),
        (Unauthenticated(), 401, "unauthenticated"),
        (Forbidden(), 403, "forbidden"),
        (Missing(), 404, "not_found"),
        (OpeningFull(), 409, "opening_full"),
        (Unprocessable(), 422, "invalid"),
        (TooMany(retry_after=30), 429, "too_many_requests"),
        (Unavailable(), 503, "unavailable"),
        (ServiceUnavailable(), 503, "unavailable"),
        (ImATeapot(), 418, "im_a_teapot"),
        (RequestedRangeNotSatisfiable(10), 416, "requested_range_not_satisfiable"),
        (RuntimeError("x"), 500, "internal_error"),
    ],
)
def test_every_error_is_a_problem_with_its_status_and_code(
    small: FlaskClient, raised: Raised, error: Exception, status: int, code: str
) -> None:
    raised.error = error
    answer = small.get("/raise")
    document = answer.get_json()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (document["status"], document["code"], document["type"]) == (status, code, f"/problems/{code}")
    assert document["title"]
    assert document["detail"]


def test_a_refusal_brings_its_sentence_its_facts_and_its_fields(small: FlaskClient, raised: Raised) -> None:
    raised.error = OpeningFull("这次活动的名额已满", opening="7", places=10)
    assert small.get("/raise").get_json() | {"request_id": ""} == {
        "type": "/problems/opening_full",
        "title": "名额已满",
        "status": 409,
        "detail": "这次活动的名额已满",
        "code": "opening_full",
        "errors": {},
        "request_id": "",
        "opening": "7",
        "places": 10,
    }
    raised.error = Unprocessable(errors={"id_number": ["校验码不正确"]})
    assert small.get("/raise").get_json()["errors"] == {"id_number": ["校验码不正确"]}


def test_a_fact_never_takes_the_place_of_what_every_problem_has(small: FlaskClient, raised: Raised) -> None:
    raised.error = Conflict(status="挂起", code="x")
    document = small.get("/raise").get_json()
    assert (document["status"], document["code"]) == (409, "conflict")


def test_a_client_is_told_when_to_come_again_and_how_to_log_in(small: FlaskClient, raised: Raised) -> None:
    raised.error = TooMany(retry_after=30)
    assert small.get("/raise").headers["Retry-After"] == "30"
    raised.error = Unavailable(retry_after=7)
    assert small.get("/raise").headers["Retry-After"] == "7"
    raised.error = Unauthenticated()
    assert small.get("/raise").headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [
        ("40001", 503, "busy"),
        ("40P01", 503, "busy"),
        ("55P03", 503, "busy"),
        ("57014", 503, "unavailable"),
        ("53300", 503, "unavailable"),
        ("25006", 503, "unavailable"),
        ("08006", 503, "unavailable"),
        ("23505", 500, "internal_error"),
        ("22021", 500, "internal_error"),
    ],
)
def test_what_the_database_gave_up_may_be_sent_again(
    small: FlaskClient, raised: Raised, settings: Settings, sqlstate: str, status: int, code: str
) -> None:
    engine = sqlalchemy.create_engine(settings.database_url)
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(sqlalchemy.text(f"DO $$ BEGIN RAISE EXCEPTION '私密 13800001234' USING ERRCODE = '{sqlstate}'; END $$"))
    engine.dispose()
    raised.error = caught.value
    answer = small.get("/raise")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert "13800001234" not in answer.text


def test_a_lost_database_is_unavailable_and_no_fault_of_the_client(small: FlaskClient, raised: Raised, settings: Settings) -> None:
    nowhere = sqlalchemy.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(DBAPIError) as refused:
        nowhere.connect()
    engine = sqlalchemy.create_engine(settings.database_url)
    with engine.connect() as connection, psycopg.connect(settings.database_url.replace("+psycopg", "")) as other:
        process = connection.scalar(sqlalchemy.text("SELECT pg_backend_pid()"))
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))
        with pytest.raises(DBAPIError) as cut:
            connection.execute(sqlalchemy.text("SELECT 1"))
    engine.dispose()
    for error in (refused.value, cut.value):
        raised.error = error
        answer = small.get("/raise")
        assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")


def test_a_pool_without_a_free_connection_is_busy(small: FlaskClient, raised: Raised, settings: Settings) -> None:
    engine = sqlalchemy.create_engine(settings.database_url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect(), pytest.raises(sqlalchemy.exc.TimeoutError) as caught:
        engine.connect()
    engine.dispose()
    raised.error = caught.value
    answer = small.get("/raise")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")


def test_a_lost_redis_is_unavailable(small: FlaskClient, raised: Raised) -> None:
    with redis.Redis(port=1, retry=Retry(NoBackoff(), 0)) as nowhere, pytest.raises(redis.exceptions.ConnectionError) as caught:
        nowhere.ping()
    raised.error = caught.value
    assert small.get("/raise").status_code == 503


def test_an_unforeseen_error_is_in_the_log_under_the_id_that_the_person_sees(
    small: FlaskClient, raised: Raised, log_lines: LogLines
) -> None:
    raised.error = ValueError("invalid literal: '13800001234'")
    answer = small.get("/raise?name=张三", headers={"X-Request-Id": "from-the-phone-1"})
    assert answer.get_json()["request_id"] == "from-the-phone-1"
    assert "Traceback" not in answer.text
    assert "ValueError" not in answer.text
    (line,) = [line for line in log_lines() if line["event"] == "unforeseen_error"]
    assert (line["level"], line["request_id"], line["reason"]) == ("error", "from-the-phone-1", "ValueError")
    assert "in raise_it" in line["exception"]
    assert "13800001234" not in json.dumps(line, ensure_ascii=False)


def test_a_code_is_given_by_one_refusal_class_and_others_only_inherit_it() -> None:
    def below(kind: type[Refusal]) -> set[type[Refusal]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    givers = Counter(kind.code for kind in below(Refusal) if "code" in vars(kind) and not kind.__module__.startswith("tests."))
    assert [code for code, number in givers.items() if number > 1] == []


def test_what_is_none_of_our_words_is_refused_in_words_and_not_in_codes(street: Street) -> None:
    officer = street.home.officer
    told = officer.get("/teams", status="gone").get_json()["errors"]
    assert told == {"status": ["请选择：待审核、已退回、已成立、已解散"]}
    ending = officer.post(f"/beneficiaries/{new_id()}/ending", {"cause": "merged"}).get_json()["errors"]
    assert ending == {"cause": ["请选择：迁出、去世、不再需要"]}
    proxy = officer.post("/proxies", proxy_form(street, street.home.proxy.card, relation="friend")).get_json()["errors"]
    assert proxy == {"relation": ["请选择：子女、配偶、其他亲属、邻居、志愿者、社区工作人员、其他"]}
