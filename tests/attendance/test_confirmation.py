"""Whose word makes a service count."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from backend.accounts.policy import Permission
from backend.attendance.models import Confirmation
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from tests.support.attendance import Visit, counting, joins
from tests.support.demands import give_role
from tests.support.people import identity_number, registered_person, registered_volunteer
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy
from tests.support.teams import join_team

OFFICER_HERE = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")


@pytest.fixture
def requester(phone_of, street):
    return registered_person(phone_of, street)


@pytest.fixture
def asked_for(street, requester):
    """A visit that the requester asked for."""
    return Visit(street, requester=requester)


def confirmations():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Confirmation))


def events(subject_id):
    return db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == UUID(str(subject_id)))).all()


def late(visit, officer, pass_time):
    """A record that the officer added by their word, for a member who never signed in: its fact id."""
    begun = datetime.fromisoformat(visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"])
    pass_time(hours=3)
    stretch = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=60)).isoformat(), "reason": "手机没电"}
    whose = {"volunteer_number": visit.member.volunteer_number, "name": "王志愿"}
    return officer.made(f"/shifts/{visit.shift_id}/records", stretch | whose)["fact_id"]


def test_who_added_a_record_by_their_word_does_not_confirm_it_and_a_colleague_does(visit, officer, administrator, pass_time):
    fact_id = late(visit, officer, pass_time)

    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (403, "own_word")
    assert officer.made(f"/shifts/{visit.shift_id}/confirmations") == {"confirmed": 0, "own": 1, "flagged": 0, "remaining": 0}
    assert counting() == {}
    colleague = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    assert colleague.post(f"/services/{fact_id}/confirmation").status_code == 201
    assert counting() == {fact_id: 60}


def test_the_requester_confirms_what_the_community_added(asked_for, officer, requester, pass_time):
    fact_id = late(asked_for, officer, pass_time)

    assert requester.made(f"/services/{fact_id}/confirmation")["confirmer"] == "requester"


def test_a_word_stays_its_officers_own_when_it_is_corrected_by_another(visit, officer, pass_time, street):
    fact_id = late(visit, officer, pass_time)
    colleague, record = street.officer, officer.seen(f"/services/{fact_id}")
    body = {"revision_id": record["revision_id"], "started_at": record["started_at"], "ended_at": record["ended_at"], "reason": "核对"}
    colleague.made(f"/services/{fact_id}/corrections", body)

    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (403, "own_word")
    assert colleague.post(f"/services/{fact_id}/confirmation").status_code == 201


def test_who_corrects_what_was_signed_in_and_out_may_confirm_it(visit, officer, pass_time):
    fact_id = visit.served(pass_time)
    record = officer.seen(f"/services/{fact_id}")
    body = {"revision_id": record["revision_id"], "started_at": record["started_at"], "ended_at": record["ended_at"], "reason": "核对"}
    officer.made(f"/services/{fact_id}/corrections", body)

    assert officer.post(f"/services/{fact_id}/confirmation").status_code == 201


def test_a_record_counts_once_the_community_confirmed_it(visit, officer, pass_time):
    fact_id = visit.served(pass_time)
    assert counting() == {}

    confirmed = officer.made(f"/services/{fact_id}/confirmation")

    assert (confirmed["record_fact_id"], confirmed["confirmer"]) == (fact_id, "community")
    assert counting() == {fact_id: 47}
    assert db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == UUID(confirmed["id"]))).all() == [
        "service.confirmed"
    ]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(confirmed["id"]))).one()
    assert (entry.action, str(entry.account_id)) == (Permission.SERVICE_CONFIRM, officer.account_id)


def test_the_requester_confirms_what_they_asked_for(asked_for, requester, pass_time):
    fact_id = asked_for.served(pass_time)

    assert requester.made(f"/services/{fact_id}/confirmation")["confirmer"] == "requester"
    assert counting() == {fact_id: 47}


def test_where_the_brand_asks_for_the_community_the_requester_does_not_confirm(street, officer, requester, pass_time):
    visit = Visit(street, requester=requester, brand="red_ribbon")
    fact_id = visit.served(pass_time)

    assert refused(requester.post(f"/services/{fact_id}/confirmation")) == (403, "forbidden")
    assert officer.post(f"/services/{fact_id}/confirmation").status_code == 201


def test_what_is_confirmed_is_not_confirmed_again(asked_for, officer, requester, pass_time):
    fact_id = asked_for.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")

    for phone in (officer, requester):
        assert refused(phone.post(f"/services/{fact_id}/confirmation")) == (409, "already_confirmed")
    assert confirmations() == 1


def test_nobody_confirms_their_own_service(asked_for, pass_time):
    fact_id = asked_for.served(pass_time)
    give_role(asked_for.member, OFFICER_HERE)

    assert refused(asked_for.member.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")
    assert counting() == {}


def test_a_leader_does_not_confirm_a_service_of_their_team(asked_for, pass_time):
    fact_id = asked_for.served(pass_time)

    assert refused(asked_for.leader.post(f"/services/{fact_id}/confirmation")) == (403, "forbidden")
    give_role(asked_for.leader, OFFICER_HERE)
    assert refused(asked_for.leader.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")
    assert counting() == {}


def test_an_officer_who_leads_the_team_only_since_confirms_what_it_served_before(asked_for, pass_time, street):
    fact_id = asked_for.served(pass_time)
    successor = street.home.volunteer(name="钱志愿")
    give_role(successor, OFFICER_HERE)
    pass_time(days=1)
    membership = join_team(successor, asked_for.leader, asked_for.team_id)
    asked_for.leader.made(f"/teams/{asked_for.team_id}/successor", {"membership_id": membership["id"]})

    assert successor.post(f"/services/{fact_id}/confirmation").status_code == 201


@pytest.mark.parametrize(("leaves_in_days", "answer"), [(1, 403), (0, 403), (-1, 201)])
def test_a_proxy_confirms_for_a_team_only_what_was_served_after_they_left_it(phone_of, street, officer, pass_time, leaves_in_days, answer):
    card = {"name": "陈邻居", "id_number": identity_number()}
    neighbour = registered_volunteer(phone_of, street, **card)
    elder_id = recorded_proxy(officer, street, card)["elder"]["id"]
    visit = Visit(street, requester_person_id=elder_id)
    today = clock.shanghai_day(clock.now())
    joins(neighbour, visit.team_id, joined_on=today - timedelta(days=30), left_on=today + timedelta(days=leaves_in_days))
    fact_id = visit.served(pass_time)

    told = neighbour.post(f"/services/{fact_id}/confirmation")

    assert told.status_code == answer
    assert told.get_json().get("code") == ("own_service" if answer == 403 else None)


def test_strangers_and_other_communities_do_not_find_the_record(visit, administrator, phone_of, street, pass_time):
    fact_id = visit.served(pass_time)

    for phone in (street.next.officer, registered_volunteer(phone_of, street), phone_of()):
        assert refused(phone.post(f"/services/{fact_id}/confirmation")) == (404, "service_not_found")
    assert refused(administrator(Role.DISTRICT_OFFICER, "639999").post(f"/services/{fact_id}/confirmation")) == (403, "forbidden")
    assert refused(visit.member.post(f"/services/{fact_id}/confirmation")) == (403, "forbidden")
    assert refused(visit.officer.post(f"/services/{uuid4()}/confirmation")) == (404, "service_not_found")


def test_confirmed_by_many_at_once_it_is_confirmed_once(asked_for, officer, requester, pass_time):
    fact_id = asked_for.served(pass_time)
    phones = [officer, requester] * 3
    start = Barrier(len(phones))

    def confirm(phone):
        start.wait()
        return phone.post(f"/services/{fact_id}/confirmation")

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(confirm, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert {refused(answer)[1] for answer in answers if answer.status_code == 409} == {"already_confirmed"}
    assert confirmations() == 1


def test_a_withdrawn_record_is_not_confirmed(visit, officer, pass_time):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"})

    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (409, "record_withdrawn")


def test_the_community_takes_a_confirmation_back_and_may_give_it_again(asked_for, officer, requester, pass_time):
    fact_id = asked_for.served(pass_time)
    path = f"/services/{fact_id}/confirmation"
    assert refused(officer.post(f"{path}/withdrawal", {"reason": "误点"})) == (409, "not_confirmed")
    requester.made(path)

    assert refused(requester.post(f"{path}/withdrawal", {"reason": "误点"})) == (403, "forbidden")
    taken_back = officer.made(f"{path}/withdrawal", {"reason": "误点"})

    assert taken_back["status"] == "awaiting_confirmation"
    assert counting() == {}
    latest = db.session.scalars(select(Confirmation).where(Confirmation.superseded_at.is_(None))).one()
    assert (latest.void, latest.reason) == (True, "误点")
    assert events(latest.id) == ["confirmation.withdrawn"]
    officer.made(path)
    assert counting() == {fact_id: 47}


def test_of_two_withdrawals_at_once_one_succeeds(visit, officer, pass_time):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    start = Barrier(4)

    def withdraw(_):
        start.wait()
        return officer.post(f"/services/{fact_id}/confirmation/withdrawal", {"reason": "误点"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(withdraw, range(4)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    assert {refused(answer)[1] for answer in answers if answer.status_code == 409} <= {"already_corrected", "not_confirmed"}


def test_the_community_confirms_a_whole_shift_but_not_its_own(visit, officer, phone_of, street, pass_time):
    second = registered_volunteer(phone_of, street)
    join_team(second, visit.leader, visit.team_id)
    for phone in (visit.leader, visit.member, second):
        visit.sign_in(phone)
    pass_time(minutes=10)
    facts = {phone: visit.sign_out(phone)["fact_id"] for phone in (visit.leader, visit.member, second)}
    path = f"/shifts/{visit.shift_id}/confirmations"
    give_role(second, OFFICER_HERE)

    assert second.made(path) == {"confirmed": 2, "own": 1, "flagged": 0, "remaining": 0}
    assert set(counting()) == {facts[visit.leader], facts[visit.member]}
    assert officer.made(path) == {"confirmed": 1, "own": 0, "flagged": 0, "remaining": 0}
    assert officer.made(path) == {"confirmed": 0, "own": 0, "flagged": 0, "remaining": 0}
    assert confirmations() == 3


def test_only_the_community_confirms_a_whole_shift(asked_for, requester, pass_time, street):
    asked_for.served(pass_time)
    path = f"/shifts/{asked_for.shift_id}/confirmations"

    for phone in (requester, asked_for.leader, asked_for.member):
        assert refused(phone.post(path)) == (403, "forbidden")
    assert refused(street.next.officer.post(path)) == (404, "not_found")
    assert counting() == {}


def test_who_asked_for_it_does_not_confirm_for_their_own_team_and_the_community_does(asked_for, requester, officer, pass_time):
    joins(requester, asked_for.team_id)
    fact_id = asked_for.served(pass_time)

    assert refused(requester.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")
    officer.made(f"/services/{fact_id}/confirmation")


def test_who_left_the_team_before_that_day_confirms_what_they_asked_for(asked_for, requester, pass_time):
    today = clock.shanghai_day(clock.now())
    joins(requester, asked_for.team_id, joined_on=today - timedelta(days=9), left_on=today - timedelta(days=1))
    fact_id = asked_for.served(pass_time)

    assert requester.post(f"/services/{fact_id}/confirmation").status_code == 201
