"""Access tokens end after minutes; refresh tokens rotate, and the reuse of an old one ends the whole login."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import select, update

from backend.accounts import tokens
from backend.accounts.models import Account, AccountStatus, TokenFamily
from backend.accounts.tokens import AccessClaims, RefreshClaims, TokenMaker
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from tests.support.demands import give_role
from tests.support.phone import refused


@pytest.fixture
def log_in(app, phone_of):
    """Logs in and gives the pair of tokens."""

    def make():
        phone = phone_of("zhang")
        family = db.session.scalars(select(TokenFamily).order_by(TokenFamily.id.desc()).limit(1)).one()
        return {"access_token": phone.access_token, "refresh_token": tokens.maker().refresh_token(RefreshClaims(family.id, 1))}

    return make


@pytest.fixture
def refresh(app):
    return lambda token: app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": token})


@pytest.fixture
def me(app):
    return lambda token: app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def claims_of(token: str) -> AccessClaims:
    return tokens.maker().read_access_token(token, now=clock.now())


def test_an_access_token_ends_after_its_minutes(log_in, me, pass_time):
    token = log_in()["access_token"]
    pass_time(minutes=14, seconds=50)
    assert me(token).status_code == 200

    pass_time(seconds=11)

    assert refused(me(token)) == (401, "token_invalid")


def test_an_access_token_ends_with_its_login_even_before_its_minutes(log_in, refresh, me, pass_time):
    """A login holds for 60 days; a token of its last minutes opens nothing afterwards."""
    pair = log_in()
    pass_time(days=59, hours=23, minutes=55)
    newer = refresh(pair["refresh_token"]).get_json()
    assert me(newer["access_token"]).status_code == 200

    pass_time(minutes=6)

    assert refused(me(newer["access_token"])) == (401, "token_invalid")


def test_a_token_that_somebody_else_made_is_refused(log_in, me):
    ours = log_in()["access_token"]
    claims, later = claims_of(ours), clock.now() + timedelta(minutes=10)
    body = {"sub": str(claims.account_id), "fam": str(claims.family_id), "exp": int(later.timestamp())}
    head, payload, signature = ours.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    forged = [
        TokenMaker(bytes([9]) * 32, timedelta(minutes=15)).access_token(claims, now=clock.now()),
        jwt.encode({"alg": "HS384"}, body, OctKey.import_key(bytes([1]) * 48), algorithms=["HS384"]),
        f"{unsigned}.{payload}.",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{head}.{payload}x.{signature}",
        jwt.encode({"alg": "HS256"}, body | {"exp": "later"}, OctKey.import_key(tokens.maker().key)),
        jwt.encode({"alg": "HS256"}, {"exp": body["exp"]}, OctKey.import_key(tokens.maker().key)),
        jwt.encode({"alg": "HS256"}, body | {"sub": "x"}, OctKey.import_key(tokens.maker().key)),
        "x",
        "....",
        "é",
    ]

    assert me(ours).status_code == 200
    for token in forged:
        assert refused(me(token.encode().decode("latin-1"))) == (401, "token_invalid")


def test_a_token_of_an_account_or_login_that_is_not_there_is_refused(log_in, me):
    claims = claims_of(log_in()["access_token"])
    maker = tokens.maker()

    for other in (AccessClaims(new_id(), claims.family_id), AccessClaims(claims.account_id, new_id())):
        assert refused(me(maker.access_token(other, now=clock.now()))) == (401, "token_invalid")


def test_the_token_of_another_account_does_not_open_a_family(log_in, me, phone_of):
    claims, stranger = claims_of(log_in()["access_token"]), UUID(phone_of("li").account_id)

    mixed = tokens.maker().access_token(AccessClaims(stranger, claims.family_id), now=clock.now())

    assert refused(me(mixed)) == (401, "token_invalid")


def test_refreshing_gives_a_new_pair_and_the_chain_goes_on(log_in, refresh, me, pass_time):
    pair = log_in()
    for _ in range(3):
        pass_time(minutes=20)
        newer = refresh(pair["refresh_token"]).get_json()
        assert newer["refresh_token"] != pair["refresh_token"]
        assert me(newer["access_token"]).status_code == 200
        pair = newer


def test_a_repeat_within_60_seconds_gets_the_same_successor(log_in, refresh, pass_time):
    first = log_in()["refresh_token"]
    successor = refresh(first).get_json()["refresh_token"]

    pass_time(seconds=50)

    assert refresh(first).get_json()["refresh_token"] == successor
    assert refresh(successor).status_code == 200


def test_repeats_at_once_get_the_same_successor(log_in, refresh):
    token, start = log_in()["refresh_token"], Barrier(6)

    def repeat(_):
        start.wait()
        return refresh(token)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(repeat, range(6)))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.get_json()["refresh_token"] for answer in answers}) == 1
    assert db.session.scalars(select(TokenFamily.generation)).one() == 2


@pytest.mark.parametrize("late", [True, False])
def test_the_reuse_of_an_old_refresh_token_ends_the_login(log_in, refresh, me, pass_time, late):
    first = log_in()["refresh_token"]
    second = refresh(first).get_json()
    if late:
        pass_time(seconds=61)
        newest = second
    else:
        newest = refresh(second["refresh_token"]).get_json()

    assert refused(refresh(first)) == (401, "token_invalid")

    assert refused(refresh(newest["refresh_token"])) == (401, "token_invalid")
    assert refused(me(newest["access_token"])) == (401, "token_invalid")
    assert db.session.scalars(select(TokenFamily.end_reason)).one() == "refresh_token_reused"
    assert db.session.scalars(select(AuditEntry.reason).where(AuditEntry.succeeded.is_(False))).one() == "refresh_token_reused"


def test_another_login_of_the_same_account_lives_on(log_in, refresh, me, pass_time):
    stolen, other = log_in()["refresh_token"], log_in()
    refresh(stolen)
    pass_time(seconds=61)

    refresh(stolen)

    assert me(other["access_token"]).status_code == 200


def test_a_refresh_token_ends_after_its_days(log_in, refresh, pass_time):
    token = log_in()["refresh_token"]

    pass_time(days=60, seconds=1)

    assert refused(refresh(token)) == (401, "token_invalid")


def test_a_refresh_token_that_nobody_was_given_is_refused(log_in, refresh):
    claims = claims_of(log_in()["access_token"])
    maker, other = tokens.maker(), TokenMaker(bytes([9]) * 32, timedelta(minutes=15))

    for token in (
        other.refresh_token(RefreshClaims(claims.family_id, 1)),
        maker.refresh_token(RefreshClaims(new_id(), 1)),
        maker.refresh_token(RefreshClaims(claims.family_id, 2)),
        maker.refresh_token(RefreshClaims(claims.family_id, 1))[:-2],
        "x",
        "é" * 40,
        maker.access_token(claims, now=clock.now())[:200],
    ):
        assert refused(refresh(token)) == (401, "token_invalid")
    assert db.session.scalars(select(TokenFamily.ended_at)).one() is None


def test_a_refresh_token_is_no_access_token(log_in, me):
    assert refused(me(log_in()["refresh_token"])) == (401, "token_invalid")


def test_who_logs_out_is_out_on_this_phone_only(phone_of):
    here, there = phone_of("zhang"), phone_of("zhang")

    assert here.post("/auth/logout").status_code == 204

    assert refused(here.get("/me")) == (401, "token_invalid")
    assert refused(here.post("/auth/logout")) == (401, "token_invalid")
    assert there.get("/me").status_code == 200


def test_a_closed_account_is_out_everywhere(log_in, refresh, me, phone_of):
    pair = log_in()
    with transaction():
        db.session.execute(update(Account).values(status=AccountStatus.CLOSED))

    assert refused(me(pair["access_token"])) == (401, "token_invalid")
    assert refused(refresh(pair["refresh_token"])) == (401, "token_invalid")


def test_a_login_is_written_into_the_audit_log(administrator, street):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")

    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == UUID(officer.account_id))).all()

    assert acts == ["account.log_in"]


@pytest.fixture
def grid_worker(street):
    """A resident's phone, by WeChat, whose holder is a grid worker."""
    phone = street.home.volunteer("worker")
    give_role(phone, Grant(Role.GRID_WORKER, area_path="639999001001"))
    phone.log_in = None
    return phone


def test_the_phone_of_an_office_that_rests_logs_in_anew_and_that_of_a_neighbour_does_not(grid_worker, street, pass_time):
    neighbour = street.home.volunteer("neighbour")
    for _ in range(3):
        pass_time(hours=11)
        assert grid_worker.get("/me").status_code == 200, "used every day"
    pass_time(hours=12, minutes=1)

    assert neighbour.get("/me").status_code == 200
    refused_to = grid_worker.client.post("/api/v1/auth/refresh", json={"refresh_token": grid_worker.refresh_token})
    assert refused(refused_to) == (401, "office_login_over")
    assert refused(grid_worker.get("/me")) == (401, "token_invalid")
    (family,) = db.session.scalars(select(TokenFamily).where(TokenFamily.account_id == UUID(grid_worker.account_id)))
    assert family.end_reason == "office_login_over"
    assert street.phone("worker").get("/me").status_code == 200


def test_the_phone_of_an_office_stays_in_for_a_week_at_most(grid_worker, pass_time):
    for _ in range(16):
        assert grid_worker.get("/me").status_code == 200
        pass_time(hours=10, minutes=30)
    assert refused(grid_worker.get("/me")) == (401, "token_invalid")


def test_whose_office_ended_is_a_neighbour_again(grid_worker, street, administrator, pass_time):
    officer = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    (grant,) = [held for held in grid_worker.seen("/me/role-grants")["items"] if held["role"] == "grid_worker"]
    assert officer.post(f"/role-grants/{grant['id']}/withdrawal", {"reason": "调岗"}).status_code < 300
    pass_time(days=2)
    assert grid_worker.get("/me").status_code == 200
