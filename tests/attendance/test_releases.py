"""A place is given back as far as nobody has served on it: wholly before the first sign-in, afterwards what lies ahead."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.attendance import service as attendance
from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.openings.models import ClaimChange
from backend.openings.service import recount
from tests.support.attendance import attendance_rows, open_shift
from tests.support.beginning import actor_of
from tests.support.demands import claimed, place_count
from tests.support.locks import somebody_waits
from tests.support.people import registered_volunteer
from tests.support.phone import refused
from tests.support.teams import active_team, join_team
from tests.trial.waiting import eventually

WHY = {"reason": "队员有事"}


@pytest.fixture
def visits(visit, street):
    """The visit, with a second one tomorrow on the same opening."""
    _, visit.next_shift_id = open_shift(street["和平社区"], opening_id=UUID(visit.demand["opening_id"]), starts_in=timedelta(days=1))
    return visit


def release(visit, phone=None):
    return (phone or visit.leader).post(f"/claims/{visit.claim_id}/release", WHY)


def status_of(visit):
    return visit.leader.seen(f"/claims/{visit.claim_id}")["status"]


def hear_everything():
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    db.session.rollback()


def test_while_somebody_is_signed_in_no_place_is_given_back_and_nothing_is_cancelled(visits, officer):
    visits.sign_in()

    assert refused(release(visits)) == (409, "claim_in_service")
    assert refused(officer.post(f"/demands/{visits.demand['id']}/cancellation", {"reason": "天气不好"})) == (409, "places_in_service")
    assert place_count(visits.demand) == (1, 1)


def test_after_the_only_visit_there_is_nothing_to_give_back(visit, pass_time):
    visit.served(pass_time)

    assert refused(release(visit)) == (409, "claim_in_service")
    assert (status_of(visit), place_count(visit.demand)) == ("held", (1, 1))


def test_who_has_served_once_gives_back_what_lies_ahead_and_the_claim_has_ended(visits, officer, street, phone_of, pass_time):
    fact_id = visits.served(pass_time)

    ended = visits.leader.made(f"/claims/{visits.claim_id}/release", WHY)

    assert (ended["status"], place_count(visits.demand)) == ("ended", (0, 0))
    other = registered_volunteer(phone_of, street, name="孙队长")
    assert claimed(other, visits.demand, active_team(other, officer, street)["id"])["status"] == "held"
    assert officer.post(f"/services/{fact_id}/confirmation").status_code == 201
    assert recount() == []


def test_an_ended_claim_is_written_down_as_one_and_released_no_more(visits, pass_time):
    visits.served(pass_time)
    release(visits)

    assert refused(release(visits)) == (409, "claim_released")
    steps = select(ClaimChange.from_status, ClaimChange.to_status, ClaimChange.reason).where(ClaimChange.claim_id == UUID(visits.claim_id))
    assert [tuple(step) for step in db.session.execute(steps.order_by(ClaimChange.id))][2:] == [("held", "ended", WHY["reason"])]
    entries = select(AuditEntry.details).where(AuditEntry.subject_id == UUID(visits.claim_id), AuditEntry.action == "place.release")
    assert db.session.scalars(entries).all() == [{"decision": "ended"}]


def test_on_an_ended_claim_nobody_signs_in_any_more(visits, pass_time, officer):
    visits.served(pass_time)
    release(visits)
    pass_time(days=1)
    code = officer.seen(f"/shifts/{visits.next_shift_id}/code")["code"]

    assert refused(visits.member.post(f"/shifts/{visits.next_shift_id}/sign-in", {"code": code})) == (403, "not_entitled")


@pytest.mark.parametrize("who", ["leader", "member"])
def test_who_served_on_an_ended_claim_still_sees_where_and_nothing_of_what_lies_ahead(visits, who, pass_time):
    visits.served(pass_time)
    release(visits)
    phone = getattr(visits, who)

    assert phone.seen(f"/shifts/{visits.shift_id}")["id"] == visits.shift_id
    assert [line["person_id"] for line in phone.seen(f"/shifts/{visits.shift_id}/attendances")["items"]] == [visits.member.person_id]
    assert [shift["id"] for shift in phone.seen("/shifts")["items"]] == [visits.shift_id]
    assert refused(phone.get(f"/shifts/{visits.next_shift_id}")) == (404, "not_found")


def test_who_leads_a_team_whose_claim_has_ended_is_in_charge_no_more(visits, pass_time):
    visits.served(pass_time)
    release(visits)

    assert refused(visits.leader.get(f"/shifts/{visits.shift_id}/code")) == (403, "forbidden")


def test_a_member_who_did_not_serve_sees_nothing_by_an_ended_claim(visits, phone_of, street, pass_time):
    other = registered_volunteer(phone_of, street, name="赵队员")
    join_team(other, visits.leader, visits.team_id)
    visits.served(pass_time)
    assert other.get(f"/shifts/{visits.shift_id}").status_code == 200
    release(visits)

    assert refused(other.get(f"/shifts/{visits.shift_id}")) == (404, "not_found")


@pytest.mark.parametrize("who", ["leader", "officer"])
def test_a_claim_whose_window_and_grace_are_over_is_not_given_back_by_hand(visit, officer, who, pass_time):
    pass_time(hours=2, minutes=31)

    assert refused(release(visit, officer if who == "officer" else visit.leader)) == (409, "claim_over")
    assert (status_of(visit), place_count(visit.demand)) == ("held", (1, 1))


def test_as_long_as_somebody_may_sign_in_the_place_can_be_given_back(visit, pass_time):
    pass_time(hours=2, minutes=29)

    assert visit.leader.made(f"/claims/{visit.claim_id}/release", WHY)["status"] == "released"


def test_a_claim_on_the_only_shift_is_given_back_when_that_is_called_off(visit, officer):
    officer.made(f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人住院"})

    assert refused(visit.leader.post(f"/claims/{visit.claim_id}/release", WHY)) == (409, "claim_released")


def late(visit, began):
    """The member, added by an officer's word for the first hour."""
    return {
        "volunteer_number": visit.member.volunteer_number,
        "name": "王志愿",
        "reason": "忘记签到",
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=1)).isoformat(),
    }


def test_nobody_is_added_to_a_claim_that_was_released(visit, officer, pass_time):
    began = clock.now()
    pass_time(hours=2)
    release(visit)

    assert refused(officer.post(f"/shifts/{visit.shift_id}/records", late(visit, began))) == (403, "not_entitled")
    assert attendance_rows() == []


def test_who_served_on_a_claim_before_it_ended_is_added_by_word(visits, officer, phone_of, street, pass_time):
    other = registered_volunteer(phone_of, street, name="赵队员")
    join_team(other, visits.leader, visits.team_id)
    began = clock.now()
    visits.served(pass_time, other, minutes=60)
    release(visits)

    assert officer.made(f"/shifts/{visits.shift_id}/records", late(visits, began))["minutes"] == 60


def test_what_was_served_stays_claimed_and_uncancelled_when_the_rest_is_given_back(visits, officer, pass_time):
    visits.served(pass_time)
    release(visits)
    hear_everything()

    figures = officer.seen(f"/figures/{clock.shanghai_day(clock.now()).year}")["figures"]
    assert next(figure["value"] for figure in figures if figure["code"] == "demands_claimed") == 1
    assert refused(officer.post(f"/demands/{visits.demand['id']}/cancellation", {"reason": "天气不好"})) == (409, "places_in_service")


def test_the_claim_of_a_dissolved_team_that_served_ends_and_gives_back_what_lies_ahead(visits, officer, pass_time):
    visits.served(pass_time)

    officer.made(f"/teams/{visits.team_id}/dissolution", {"reason": "队员不足"})
    hear_everything()

    claims = officer.seen(f"/demands/{visits.demand['id']}/claims")["items"]
    assert ([claim["status"] for claim in claims], place_count(visits.demand)) == (["ended"], (0, 0))


def test_a_shift_that_was_cancelled_lies_ahead_of_nobody(visits, officer, pass_time):
    visits.served(pass_time)
    officer.made(f"/shifts/{visits.next_shift_id}/cancellation", {"reason": "老人住院"})

    assert refused(release(visits)) == (409, "claim_in_service")


# At the same instant: whoever signs in shares the row of the claim until the commit, so one of the two comes first.


def test_who_gives_back_while_somebody_signs_in_is_refused(visits):
    code = visits.code()
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            actor = actor_of(visits.member)
            attendance.sign_in(actor, UUID(visits.shift_id), code, now=clock.now())
            releasing = pool.submit(release, visits)
            assert eventually(somebody_waits)
            assert not releasing.done()
        assert refused(releasing.result()) == (409, "claim_in_service")
    assert (place_count(visits.demand), len(attendance_rows())) == ((1, 1), 1)


def test_who_signs_in_while_the_place_is_given_back_is_refused(visits):
    code = visits.code()
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            actor = actor_of(visits.leader)
            attendance.release_claim(actor, UUID(visits.claim_id), reason="队员有事", now=clock.now())
            signing = pool.submit(visits.member.post, f"/shifts/{visits.shift_id}/sign-in", {"code": code})
            assert eventually(somebody_waits)
            assert not signing.done()
        assert refused(signing.result()) == (409, "claim_released")
    assert (place_count(visits.demand), attendance_rows()) == ((0, 0), [])


def test_who_is_added_by_word_while_the_place_is_given_back_is_refused(visit, officer, pass_time):
    actor = actor_of(visit.leader)
    began = clock.now()
    pass_time(hours=2)
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            attendance.release_claim(actor, UUID(visit.claim_id), reason="队员有事", now=clock.now())
            adding = pool.submit(officer.post, f"/shifts/{visit.shift_id}/records", late(visit, began))
            assert eventually(somebody_waits)
        assert refused(adding.result()) == (409, "claim_released")
    assert attendance_rows() == []


def test_a_demand_that_is_cancelled_while_somebody_is_added_to_it_by_word_is_not(visits, officer, pass_time):
    """A late record stands on a shift that is closed, which no cancelling holds: the claim decides."""
    actor = actor_of(officer)
    began = clock.now()
    pass_time(hours=3)
    with transaction():
        attendance.close_overdue(now=clock.now())
    late = {"volunteer_number": visits.member.volunteer_number, "name": "王志愿", "reason": "忘记签到"}
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            span = {"started_at": began, "ended_at": began + timedelta(hours=1), "now": clock.now()}
            attendance.add_late_record(actor, UUID(visits.shift_id), **late, **span)
            cancelling = pool.submit(officer.post, f"/demands/{visits.demand['id']}/cancellation", {"reason": "天气不好"})
            assert eventually(somebody_waits)
        assert refused(cancelling.result()) == (409, "places_in_service")
