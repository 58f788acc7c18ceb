"""A wish is completed by its first confirmed service, and reopens when that no longer counts (config/brands.toml: completion)."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from backend.attendance.models import Confirmation, ServiceRecord
from backend.demands import service as demands
from backend.demands.models import DemandChange
from backend.foundation import clock, facts, outbox
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxDelivery
from backend.openings.models import Claim, ClaimStatus, Opening
from tests.support.attendance import Visit
from tests.support.demands import area, claimed, place_count, published_demand, team_led_by
from tests.support.locks import somebody_waits
from tests.support.messages import kinds
from tests.support.phone import refused
from tests.support.served import SYSTEM, confirm, happened, make_person, make_record
from tests.trial.waiting import eventually


@pytest.fixture
def wish(asker, officer, street):
    return published_demand(officer, street, by=asker, brand="sunset_wish")


def _served(demand, street, *, confirmed=True):
    """A service on the demand: its record and confirmation."""
    with transaction():
        opening = db.session.get_one(Opening, UUID(demand["opening_id"]))
        record = make_record(make_person(area(street)), area(street), demand["brand"], minutes=47, opening=opening)
        # A bare row, of which no role counts the place: it is given back already.
        of_record = update(Claim).where(Claim.opening_id == opening.id, Claim.takes_place())
        db.session.execute(of_record.values(status=ClaimStatus.ENDED, released_at=Claim.claimed_at))
        return record.id, confirm(record).id if confirmed else None


def _withdraw(kind, revision_id, event_name):
    with transaction():
        voided = facts.revise(db.session.get_one(kind, revision_id), SYSTEM, now=clock.now(), reason="填错了", void=True)
        happened(event_name, voided.id)
        return voided.id


def _hear():
    while outbox.deliver_batch("demands", now=clock.now()):
        pass
    assert db.session.scalars(select(OutboxDelivery.event_id).where(OutboxDelivery.consumer == "demands")).all() == []
    db.session.rollback()


def _steps(demand):
    db.session.rollback()
    steps = select(DemandChange.from_status, DemandChange.to_status).where(DemandChange.demand_id == UUID(demand["id"]))
    return [tuple(step) for step in db.session.execute(steps.order_by(DemandChange.at, DemandChange.id))][2:]


COMPLETED, REOPENED = ("published", "completed"), ("completed", "published")


def test_the_first_confirmed_service_completes_a_wish(wish, officer, leader, street):
    _, _ = _served(wish, street, confirmed=False)
    _hear()
    assert officer.seen(f"/demands/{wish['id']}")["status"] == "published"

    with transaction():
        confirm(db.session.scalars(select(ServiceRecord)).one())
    _hear()

    assert officer.seen(f"/demands/{wish['id']}")["status"] == "completed"
    team_id = team_led_by(leader, street)
    assert leader.post("/claims", {"role_id": wish["role_id"], "team_id": team_id}).get_json()["code"] == "opening_closed"


@pytest.mark.parametrize(("kind", "name"), [(ServiceRecord, "service.withdrawn"), (Confirmation, "confirmation.withdrawn")])
def test_a_wish_reopens_when_its_only_counting_service_is_withdrawn(wish, leader, street, kind, name):
    record_id, confirmation_id = _served(wish, street)
    _hear()

    _withdraw(kind, record_id if kind is ServiceRecord else confirmation_id, name)
    _hear()

    assert _steps(wish) == [COMPLETED, REOPENED]
    assert claimed(leader, wish, team_led_by(leader, street))["status"] == "held"


def test_a_reopened_wish_has_its_place_again_and_who_served_keeps_the_claim(street, pass_time):
    requester = street.home.resident
    visit = Visit(street, brand="sunset_wish", requester=requester)
    visit.sign_in()
    pass_time(minutes=30)
    fact_id = visit.sign_out()["fact_id"]
    requester.made(f"/services/{fact_id}/confirmation")
    _hear()
    other = street.home.leader
    wanted = {"role_id": visit.demand["role_id"], "team_id": street.home.team_id}
    assert refused(other.post("/claims", wanted)) == (409, "opening_closed")

    visit.officer.made(f"/services/{fact_id}/confirmation/withdrawal", {"reason": "没有办成"})
    _hear()

    assert place_count(visit.demand) == (0, 0)
    assert visit.leader.seen(f"/claims/{visit.claim_id}")["status"] == "ended"
    assert "place_released" in kinds(visit.leader)
    assert claimed(other, visit.demand, street.home.team_id)["status"] == "held"
    assert refused(visit.leader.post("/claims", wanted | {"team_id": visit.team_id})) == (409, "opening_full")
    requester.made(f"/services/{fact_id}/confirmation")
    _hear()
    assert requester.seen(f"/demands/{visit.demand['id']}")["status"] == "completed"


def test_a_wish_stays_completed_while_another_service_counts(wish, street):
    record_id, _ = _served(wish, street)
    _served(wish, street)
    _hear()

    _withdraw(ServiceRecord, record_id, "service.withdrawn")
    _hear()

    assert _steps(wish) == [COMPLETED]


def test_repeated_late_and_disordered_events_change_nothing_more(wish, street):
    record_id, confirmation_id = _served(wish, street)
    voided_id = _withdraw(ServiceRecord, record_id, "service.withdrawn")
    with transaction():
        # The withdrawal is heard first, then the confirmation, twice: by then nothing counts any more.
        db.session.execute(delete(OutboxDelivery))
    _hear_of("service.withdrawn", voided_id)
    _hear_of("service.confirmed", confirmation_id)
    _hear_of("service.confirmed", confirmation_id)

    assert _steps(wish) == []
    _, second = _served(wish, street)
    _hear_of("service.confirmed", second)
    _hear_of("service.confirmed", second)
    assert _steps(wish) == [COMPLETED]


def _hear_of(name, subject_id):
    with transaction():
        happened(name, subject_id, now=clock.now())
    _hear()


def test_of_two_that_settle_a_wish_at_once_the_later_sees_what_the_first_did(wish, street, app):
    """Also where it began to hear before the first one did."""
    record_id, confirmation_id = _served(wish, street)
    with transaction():
        db.session.execute(delete(OutboxDelivery))

    began = clock.now()
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            demands.settle_by_confirmations([confirmation_id], now=clock.now())
            withdrawing = pool.submit(_withdraw_and_settle, app, record_id, began)
            assert eventually(lambda: withdrawing.done() or somebody_waits())
        withdrawing.result()

    assert _steps(wish) == [COMPLETED, REOPENED]


def _withdraw_and_settle(app, record_id, began):
    with app.app_context():
        voided_id = _withdraw(ServiceRecord, record_id, "service.withdrawn")
        with transaction():
            demands.settle_by_records([voided_id], now=began)


def test_a_corrected_record_completes_a_wish_as_well_as_before(wish, street):
    record_id, _ = _served(wish, street)
    _hear()
    with transaction():
        corrected = facts.revise(db.session.get_one(ServiceRecord, record_id), SYSTEM, now=clock.now(), reason="少记了", minutes=60)
        happened("service.corrected", corrected.id, now=clock.now())
    _hear()

    assert _steps(wish) == [COMPLETED]


def test_only_brands_that_say_so_complete_themselves(officer, street):
    visit = published_demand(officer, street)
    _served(visit, street)
    _hear()

    assert _steps(visit) == []


def test_a_demand_completed_by_hand_stays_so(officer, street):
    visit = published_demand(officer, street)
    record_id, _ = _served(visit, street)
    officer.made(f"/demands/{visit['id']}/completion")
    _withdraw(ServiceRecord, record_id, "service.withdrawn")
    _hear()

    assert _steps(visit) == [COMPLETED]


def test_a_wish_that_was_called_off_is_not_completed(wish, officer, street):
    officer.made(f"/demands/{wish['id']}/cancellation", {"reason": "老人住院"})
    _served(wish, street)
    _hear()

    assert _steps(wish) == [("published", "cancelled")]


def test_many_wishes_are_settled_in_one_batch(asker, officer, street):
    wishes = [published_demand(officer, street, by=asker, brand="sunset_wish") for _ in range(4)]
    for wish in wishes[:3]:
        _served(wish, street)

    assert outbox.deliver_batch("demands", now=clock.now()) == 3

    assert [_steps(wish) for wish in wishes] == [[COMPLETED]] * 3 + [[]]
