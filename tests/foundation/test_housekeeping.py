"""What is kept for a time goes when the time is over, also when there is much of it; what somebody still waits for stays."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from backend.foundation import clock, idempotency, outbox
from backend.foundation.database import db, transaction
from backend.openings import service as openings
from backend.statistics.service import CONSUMER
from backend.tables import METADATA
from tasks import housekeeping
from tasks.schedule import BEAT
from tests.support.demands import demand_form, published_demand, resident
from tests.support.phone import refused


def count(table: str) -> int:
    with transaction():
        return db.session.scalars(select(func.count()).select_from(METADATA.tables[table])).one()


def test_an_idempotency_key_is_kept_for_a_day_and_no_longer(phone_of, street, pass_time):
    asker, key = resident(phone_of, street), str(uuid4())
    first = asker.post("/demands", demand_form(street), key=key)
    assert first.status_code == 201
    kept = count("idempotency_keys")

    pass_time(hours=23, minutes=55)
    housekeeping.forget_old_keys()
    assert count("idempotency_keys") == kept
    assert asker.post("/demands", demand_form(street), key=key).get_data() == first.get_data()

    pass_time(minutes=10)
    housekeeping.forget_old_keys()
    assert count("idempotency_keys") == 0


def test_what_gathered_while_nobody_kept_house_goes_in_short_transactions(app, pass_time):
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO idempotency_keys (account_id, route, key, body_digest, created_at)"
                " SELECT gen_random_uuid(), 'r', 'k', '', :now FROM generate_series(1, 12000)"
            ),
            {"now": clock.now()},
        )
        db.session.execute(
            text(
                "INSERT INTO outbox_events (id, name, subject_id, at)"
                " SELECT gen_random_uuid(), 'n', gen_random_uuid(), :now FROM generate_series(1, 12000)"
            ),
            {"now": clock.now()},
        )
    now = pass_time(days=31)

    for forget in (idempotency.forget_old, outbox.forget_old):
        with transaction():
            assert 0 < forget(now=now) < 12_000
    housekeeping.forget_old_keys()
    housekeeping.forget_old_events()

    assert (count("idempotency_keys"), count("outbox_events")) == (0, 0)


def test_an_event_that_everybody_heard_goes_after_a_month_and_one_that_somebody_awaits_stays(street, pass_time):
    published_demand(street.home.officer, street)
    for consumer in outbox.consumers().keys() - {CONSUMER}:
        while outbox.deliver_batch(consumer, now=clock.now()):
            pass
    happened, awaited = count("outbox_events"), count("outbox_deliveries")
    assert happened > awaited > 0

    pass_time(days=29)
    housekeeping.forget_old_events()
    assert count("outbox_events") == happened
    pass_time(days=2)
    housekeeping.forget_old_events()

    assert count("outbox_events") == count("outbox_deliveries") == awaited
    assert outbox.deliver_batch(CONSUMER, now=clock.now()) == awaited
    housekeeping.forget_old_events()
    assert count("outbox_events") == 0


def test_a_log_in_is_forgotten_half_a_year_after_it_was_over_and_opens_nothing_then(phone_of, app, pass_time):
    over, logged_out = phone_of("zhang"), phone_of("li")
    assert logged_out.post("/auth/logout", {}).status_code == 204
    acts = count("audit_entries")

    pass_time(days=184)
    phone_of("wang")
    housekeeping.forget_old_log_ins()
    assert count("token_families") == 2, "one was over when its 60 days were"
    pass_time(days=58)
    housekeeping.forget_old_log_ins()
    assert count("token_families") == 2
    pass_time(days=2)
    housekeeping.forget_old_log_ins()

    assert count("token_families") == 1
    again = app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": over.refresh_token})
    assert refused(again) == (401, "token_invalid")
    assert count("audit_entries") >= acts, "that somebody logged in stays known"


def test_a_nightly_recount_takes_what_time_it_takes(app):
    with transaction():
        assert openings.recount() == []
        assert db.session.scalars(text("SHOW statement_timeout")).one() == "0"


@pytest.mark.parametrize(
    "task", [name for name in vars(housekeeping) if name.startswith(("forget_", "recount_", "count_", "close_", "remind_"))]
)
def test_every_task_of_the_house_stands_in_the_schedule(task):
    assert f"housekeeping.{task}" in {entry["task"] for entry in BEAT.values()}
