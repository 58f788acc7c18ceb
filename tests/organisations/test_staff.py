"""The officer adds and removes staff and hands over; staff may leave; the community can name an officer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.organisations import queries
from backend.organisations.models import Organisation, Staff
from tests.support.organisations import add_staff, applied_organisation, verified_organisation
from tests.support.phone import refused

WHY = {"reason": "不再参与本项目。"}


@pytest.fixture
def organisation(head, officer, street):
    return verified_organisation(head, officer, street)


@pytest.fixture
def path(organisation):
    return f"/organisations/{organisation['id']}"


def roles_of(phone):
    return [(role["role"], role["organisation_id"]) for role in phone.seen("/me")["roles"] if role["organisation_id"]]


def live_officers():
    live = select(Staff.person_id).where(Staff.is_officer, Staff.is_live())
    return [str(person_id) for person_id in db.session.scalars(live)]


def test_the_officer_adds_a_volunteer_by_number_and_name(head, officer, volunteer, organisation, path):
    colleague = volunteer("李晓明")

    added = add_staff(head, organisation["id"], colleague, "李晓明")

    assert (added["name"], added["is_officer"]) == ("李晓明", False)
    assert roles_of(colleague) == [("organisation_staff", organisation["id"])]
    assert [line["name"] for line in colleague.seen(f"{path}/staff")["items"]] == ["赵**", "李晓明"]
    by_name = [[line["name"] for line in phone.seen(f"{path}/staff", q="晓明")["items"]] for phone in (officer, head)]
    assert by_name == [["李**"], []], "who may read it for a purpose finds it, and nobody else"
    assert db.session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id.desc()).limit(1)).one() == "staff.added"
    answer = head.post(f"{path}/staff", {"volunteer_number": colleague.volunteer_number, "name": "李晓明"})
    assert refused(answer) == (409, "already_staff")


def test_a_number_tells_nothing_to_who_does_not_know_the_name(head, volunteer, path):
    colleague = volunteer("李晓明")

    wrong_name = head.post(f"{path}/staff", {"volunteer_number": colleague.volunteer_number, "name": "李明晓"})
    no_such_number = head.post(f"{path}/staff", {"volunteer_number": "V1999999999", "name": "李明晓"})

    assert refused(wrong_name) == refused(no_such_number) == (422, "volunteer_unknown")
    assert wrong_name.get_json()["errors"] == no_such_number.get_json()["errors"]
    assert roles_of(colleague) == []


def test_the_same_key_adds_once(head, volunteer, path):
    colleague = volunteer("李晓明")
    body = {"volunteer_number": colleague.volunteer_number, "name": "李晓明"}

    first = head.post(f"{path}/staff", body, key="the-same-key")
    second = head.post(f"{path}/staff", body, key="the-same-key")

    assert (first.status_code, first.get_data()) == (201, second.get_data())
    assert db.session.scalar(select(func.count()).where(Staff.is_officer.is_(False))) == 1


def test_who_is_removed_acts_no_more(head, volunteer, organisation, path):
    colleague = volunteer("李晓明")
    staff = add_staff(head, organisation["id"], colleague, "李晓明")

    head.made(f"{path}/staff/{staff['id']}/removal", WHY)

    assert roles_of(colleague) == []
    assert [line["name"] for line in head.seen(f"{path}/staff")["items"]] == ["赵理事"]
    assert refused(head.post(f"{path}/staff/{staff['id']}/removal", WHY)) == (404, "staff_unknown")
    again = add_staff(head, organisation["id"], colleague, "李晓明")
    assert again["id"] != staff["id"]


def test_staff_act_from_the_day_of_joining_until_the_day_before_leaving(head, phone_of, volunteer, organisation, path, pass_time):
    colleague = volunteer("李晓明")
    joined = clock.shanghai_day(clock.now())
    staff = add_staff(head, organisation["id"], colleague, "李晓明")
    left = clock.shanghai_day(pass_time(days=2))
    phone_of("head").made(f"{path}/staff/{staff['id']}/removal", WHY)

    assert queries.was_staff(organisation["id"], colleague.person_id, joined)
    assert not queries.was_staff(organisation["id"], colleague.person_id, left)


def test_staff_may_leave_and_the_officer_only_after_handing_over(head, volunteer, organisation, path):
    colleague = volunteer("李晓明")
    staff = add_staff(head, organisation["id"], colleague, "李晓明")
    assert refused(head.post(f"{path}/departure")) == (409, "officer_must_hand_over")
    officer_line = head.seen(f"{path}/staff")["items"][0]
    assert refused(head.post(f"{path}/staff/{officer_line['id']}/removal", WHY)) == (409, "officer_must_hand_over")

    handed = head.made(f"{path}/successor", {"staff_id": staff["id"]})

    assert handed["officer_name"] == "李**"
    assert live_officers() == [colleague.person_id]
    assert refused(head.post(f"{path}/successor", {"staff_id": staff["id"]})) == (403, "forbidden")
    head.made(f"{path}/departure")
    assert roles_of(head) == []
    assert refused(head.post(f"{path}/departure")) == (409, "not_staff")
    assert refused(colleague.post(f"{path}/successor", {"staff_id": staff["id"]})) == (409, "already_officer")


def test_the_community_can_name_an_officer_where_the_old_one_is_gone(head, officer, neighbour, volunteer, organisation, path):
    colleague = volunteer("李晓明")
    staff = add_staff(head, organisation["id"], colleague, "李晓明")
    assert refused(neighbour.post(f"{path}/successor", {"staff_id": staff["id"]})) == (403, "forbidden")

    officer.made(f"{path}/successor", {"staff_id": staff["id"]})

    assert live_officers() == [colleague.person_id]
    assert str(db.session.scalars(select(Organisation.officer_person_id)).one()) == colleague.person_id


def test_only_the_officer_changes_the_staff(head, officer, volunteer, organisation, path):
    colleague, other = volunteer("李晓明"), volunteer("周小文")
    staff = add_staff(head, organisation["id"], colleague, "李晓明")
    body = {"volunteer_number": other.volunteer_number, "name": "周小文"}

    for stranger in (colleague, other, officer):
        assert refused(stranger.post(f"{path}/staff", body)) == (403, "forbidden")
        assert refused(stranger.post(f"{path}/staff/{staff['id']}/removal", WHY)) == (403, "forbidden")


def test_staff_of_another_organisation_is_unknown_here(head, officer, volunteer, organisation, path, street):
    other = verified_organisation(volunteer("孙负责"), officer, street)
    staff = db.session.scalars(select(Staff.fact_id).where(Staff.organisation_id == other["id"])).one()

    assert refused(head.post(f"{path}/staff/{staff}/removal", WHY)) == (404, "staff_unknown")
    assert refused(head.post(f"{path}/successor", {"staff_id": str(staff)})) == (404, "staff_unknown")


def test_what_is_not_verified_has_no_staff_to_change(head, volunteer, street):
    applied = applied_organisation(head, street)
    colleague = volunteer("李晓明")

    answer = head.post(f"/organisations/{applied['id']}/staff", {"volunteer_number": colleague.volunteer_number, "name": "李晓明"})

    assert refused(answer) == (409, "organisation_not_verified")


def test_many_additions_of_one_volunteer_are_one(head, phone_of, volunteer, organisation, path):
    colleague = volunteer("李晓明")
    body = {"volunteer_number": colleague.volunteer_number, "name": "李晓明"}
    phones = [phone_of("head") for _ in range(6)]
    start = Barrier(len(phones))

    def add(phone):
        start.wait()
        return phone.post(f"{path}/staff", body)

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(add, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Staff.is_officer.is_(False))) == 1


@pytest.mark.parametrize("turn", range(5))
def test_a_successor_who_leaves_at_that_moment_is_officer_or_gone(head, volunteer, organisation, path, turn):
    colleague = volunteer("李晓明")
    staff = add_staff(head, organisation["id"], colleague, "李晓明")
    start = Barrier(2)

    def run(call):
        start.wait()
        return call()

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(run, [lambda: head.post(f"{path}/successor", {"staff_id": staff["id"]}), lambda: colleague.post(f"{path}/departure")])
        )

    assert [answer.status_code for answer in answers] in ([200, 409], [404, 204])
    db.session.rollback()
    officer = db.session.scalars(select(Organisation.officer_person_id)).one()
    assert live_officers() == [str(officer)]


def test_the_list_of_staff_sends_as_many_statements_for_thirty_as_for_three(head, volunteer, organisation, path):
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    def cost(address):
        sent.clear()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            head.seen(address, limit=100)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    def grow(until):
        while len(head.seen(f"{path}/staff", limit=100)["items"]) < until:
            add_staff(head, organisation["id"], volunteer("李晓明"), "李晓明")

    grow(3)
    few = cost(f"{path}/staff")
    grow(30)

    assert cost(f"{path}/staff") == few
