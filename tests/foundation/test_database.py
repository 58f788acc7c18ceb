"""Connections that died at rest, and rows that wait for the commit."""

import pytest
from sqlalchemy import create_engine, func, select, text

from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry
from backend.foundation.clock import now as instant
from backend.foundation.database import db, ping_after_rest, transaction
from backend.foundation.ids import new_id

SYSTEM = Actor.system()


def test_a_connection_that_died_at_rest_is_replaced_before_it_is_used(app, settings):
    engine = create_engine(settings.database_url, pool_size=1)
    ping_after_rest(engine, seconds=0)
    with engine.connect() as connection:
        before = connection.scalar(text("SELECT pg_backend_pid()"))
    db.session.execute(select(func.pg_terminate_backend(before)))
    db.session.rollback()

    with engine.connect() as connection:
        after = connection.scalar(text("SELECT pg_backend_pid()"))

    assert after != before
    engine.dispose()


def noted() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


class WentWrong(Exception):
    """What the work inside may raise."""


def note_and_fail() -> None:
    note()
    raise WentWrong


def note() -> None:
    audit.record(SYSTEM, "place.claim", new_id(), now=instant(), claimant="team_id:-")


def test_rows_that_wait_for_the_commit_are_written_with_it(app):
    with transaction():
        note()
        note()
        assert noted() == 0
    assert noted() == 2


def test_rows_that_wait_go_with_the_rollback(app):
    with pytest.raises(WentWrong), transaction():
        note_and_fail()
    with transaction():
        pass
    assert noted() == 0


def test_a_savepoint_takes_only_its_own_rows_back(app):
    with transaction():
        note()
        with pytest.raises(WentWrong), db.session.begin_nested():
            note_and_fail()
        with db.session.begin_nested():
            note()
    assert noted() == 2
