"""Looking at a password takes memory: a few at a time, the others wait a moment, and who finds no room has tried nothing."""

from threading import Event, Thread

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import LoginLockout
from backend.accounts.service import hashing
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from tests.support.phone import refused

NAME, PASSWORD = "peace", "Correct-Horse-7"


@pytest.fixture
def log_in(app, street):
    with transaction():
        grant = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")
        accounts.create_office_account(Actor.system(), name=NAME, password=PASSWORD, grant=grant, now=clock.now())
    return lambda: app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": PASSWORD})


@pytest.fixture
def taken(monkeypatch):
    """Every place in which a password could be looked at is taken, until this is set."""
    monkeypatch.setattr(hashing, "ROOM_SECONDS", 0.05)
    free, ready = Event(), [Event() for _ in range(hashing.AT_ONCE)]

    def hold(is_ready: Event) -> None:
        with hashing.room_for_password():
            is_ready.set()
            free.wait(30)

    holders = [Thread(target=hold, args=(one,)) for one in ready]
    for holder in holders:
        holder.start()
    assert all(one.wait(10) for one in ready)
    yield free
    free.set()
    for holder in holders:
        holder.join()


def test_beyond_the_places_who_comes_is_asked_to_come_again_and_has_tried_nothing(log_in, taken):
    answers = [log_in() for _ in range(6)]

    assert {refused(answer) for answer in answers} == {(503, "passwords_busy")}
    assert {answer.headers["Retry-After"] for answer in answers} == {"2"}
    assert db.session.scalars(select(LoginLockout)).all() == [], "nobody is locked out by it"


def test_who_waits_a_moment_gets_the_place_that_becomes_free(log_in, taken, monkeypatch):
    monkeypatch.setattr(hashing, "ROOM_SECONDS", 30)
    answers = []
    waiting = Thread(target=lambda: answers.append(log_in().status_code))
    waiting.start()
    taken.set()
    waiting.join(30)

    assert answers == [200]
