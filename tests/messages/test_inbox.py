"""The inbox: one's own messages only, the newest first, read and unread, and what waits, by how the thing now stands."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.accounts.limits import Written
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from tests.support.attendance import counted_statements
from tests.support.beginning import officer_of
from tests.support.demands import demand_form, give_role, published_demand
from tests.support.messages import inbox, kinds, tell_all
from tests.support.phone import refused


@pytest.fixture
def three(street):
    """The resident's phone, with three messages, the oldest first: their ids."""
    resident, officer = street.home.resident, street.home.officer
    for _ in range(3):
        demand = resident.made("/demands", demand_form(street))
        officer.made(f"/demands/{demand['id']}/return", {"reason": "请补充"})
    return [message["id"] for message in reversed(inbox(resident))]


def test_a_page_leads_to_the_next_the_newest_first(street, three):
    first = street.home.resident.seen("/me/messages", limit=2)
    rest = street.home.resident.seen("/me/messages", limit=2, cursor=first["next_cursor"])

    assert [message["id"] for message in first["items"] + rest["items"]] == three[::-1]
    assert rest["next_cursor"] is None


def test_the_inbox_is_searched_by_what_its_messages_say_and_read_from_either_end(street, three):
    resident, officer = street.home.resident, street.home.officer
    said = resident.seen("/me/messages")["items"]
    number = resident.seen("/me/demands")["items"][0]["number"]

    def found(phone, **query):
        return [message["id"] for message in phone.seen("/me/messages", **query)["items"]]

    assert found(resident, sort="earliest") == three
    first = resident.seen("/me/messages", limit=2, sort="earliest")
    assert found(resident, limit=2, sort="earliest", cursor=first["next_cursor"]) == [three[2]]
    assert refused(resident.get("/me/messages", cursor=first["next_cursor"])) == (400, "cursor_invalid")
    assert found(resident, q=number) == found(resident, q=f"爱心敲门 {number[-4:]}") == [three[2]]
    assert number in said[0]["text"]
    assert found(resident, q=said[0]["title"][:3]) == three[::-1]
    assert found(resident, q="没有") == found(resident, q="number") == found(resident, q="爱心敲门 没有") == []
    assert found(resident, q=f"{said[0]['title'][0]} " * 25) == three[::-1], "each word once"
    assert refused(resident.get("/me/messages", q="一 二 三 四 五 六 七 八 九")) == (422, "invalid")
    assert (len(found(officer, q=number)), len(found(officer, q=f"和平 {number}"))) == (1, 1)
    assert found(street.home.leader, q=number) == []


def test_what_is_read_is_not_unread_any_more_and_the_first_time_counts(street, three, pass_time):
    resident = street.home.resident
    resident.made(f"/me/messages/{three[1]}/reading")
    read_at = inbox(resident)[1]["read_at"]
    pass_time(hours=1)
    resident.made(f"/me/messages/{three[1]}/reading")

    assert inbox(resident)[1]["read_at"] == read_at
    assert [message["id"] for message in inbox(resident, unread="true")] == [three[2], three[0]]
    assert resident.seen("/me/messages/count") == {"unread": 2, "waiting": []}


def test_all_up_to_a_message_are_read_at_once(street, three):
    resident = street.home.resident
    resident.made("/me/messages/readings", {"up_to": three[1]})

    assert [message["id"] for message in inbox(resident, unread="true")] == [three[2]]


def test_what_was_told_after_the_last_one_seen_stays_unread_though_it_happened_before(street, pass_time):
    """A delivery that failed comes late, and lies behind what the reader has seen."""
    resident, officer = street.home.resident, street.home.officer
    early, late = (resident.made("/demands", demand_form(street)) for _ in range(2))
    tell_all()
    officer.made(f"/demands/{early['id']}/return", {"reason": "请补充"})
    with transaction():
        db.session.execute(text("UPDATE outbox_deliveries SET due_at = due_at + interval '1 hour' WHERE consumer = 'messages'"))
    officer.made(f"/demands/{late['id']}/return", {"reason": "请补充"})
    (seen,) = inbox(resident)
    pass_time(hours=2)
    assert [message["about"]["id"] for message in inbox(resident)] == [late["id"], early["id"]]

    resident.made("/me/messages/readings", {"up_to": seen["id"]})

    assert [message["about"]["id"] for message in inbox(resident, unread="true")] == [early["id"]]


def test_nobody_reads_another_ones_messages_nor_marks_them(street, three):
    other = street.home.leader
    before = inbox(street.home.resident)
    today, told = clock.shanghai_day(clock.now()), before[0]["kind"]

    assert inbox(street.home.resident, kind=told, since=today, until=today) == [line for line in before if line["kind"] == told]
    assert inbox(street.home.resident, kind="demand_submitted") == inbox(street.home.resident, until="2020-01-01") == []

    assert inbox(other) == []
    assert refused(other.post(f"/me/messages/{three[0]}/reading")) == (404, "not_found")
    assert refused(other.post("/me/messages/readings", {"up_to": three[2]})) == (404, "not_found")
    assert refused(other.post(f"/me/messages/{new_id()}/reading")) == (404, "not_found")
    assert inbox(street.home.resident) == before


def test_what_came_by_an_office_is_seen_while_it_is_held(street, three):
    officer, resident = street.home.officer, street.home.resident
    resident.made("/demands", demand_form(street))
    assert "demand_submitted" in kinds(officer)
    (grant,) = (grant for grant in street.officer.seen("/role-grants")["items"] if grant["account_id"] == officer.account_id)

    street.officer.made(f"/role-grants/{grant['id']}/withdrawal", {"reason": "调离"})

    assert kinds(officer) == ["role_withdrawn", "role_granted"], "what is said to oneself stays"
    assert officer.seen("/me/messages/count") == {"unread": 2, "waiting": []}


def test_what_waits_is_asked_of_the_thing_and_not_of_the_reader(street):
    officer, resident = street.home.officer, street.home.resident
    first, second = (resident.made("/demands", demand_form(street)) for _ in range(2))
    due_on = (clock.shanghai_day(clock.now()) + timedelta(days=3)).isoformat()
    line = {"kind": "demand_submitted", "title": "有需求等待审核", "number": 2, "first_due_on": due_on}
    for message in inbox(officer):
        officer.made(f"/me/messages/{message['id']}/reading")
    assert officer.seen("/me/messages/count") == {"unread": 0, "waiting": [line]}

    officer.made(f"/demands/{first['id']}/return", {"reason": "请补充"})

    assert officer.seen("/me/messages/count")["waiting"] == [line | {"number": 1}]
    (waiting,) = inbox(officer, waiting="true")
    assert (waiting["about"]["id"], waiting["due_on"]) == (second["id"], due_on)
    assert [message["waits"] for message in inbox(officer)] == [True, False, False]


def test_an_officer_whose_papers_nobody_saw_is_told_of_their_office_and_asked_to_decide_nothing(app, street):
    officer, above = officer_of(app, Role.COMMUNITY_OFFICER, street.home.path, known=False), street.officer
    street.home.resident.made("/demands", demand_form(street))

    assert kinds(officer) == ["role_granted"]
    assert kinds(above, waiting="true") == ["demand_submitted"], "in the community there is nobody who could decide"


def test_a_page_costs_as_many_statements_for_thirty_messages_as_for_three(street, three, bounds):
    bounds(Written.DEMAND, a_day=100)

    def statements() -> int:
        with counted_statements() as sent:
            street.home.resident.seen("/me/messages", limit=100)
        return len(sent)

    few = statements()
    for _ in range(27):
        published_demand(street.home.officer, street, by=street.home.resident)
    assert len(inbox(street.home.resident)) == 30

    assert statements() == few


def test_the_role_that_is_granted_anew_shows_its_messages_again(street):
    officer = street.home.officer
    street.home.resident.made("/demands", demand_form(street))
    tell_all()
    (grant,) = (grant for grant in street.officer.seen("/role-grants")["items"] if grant["account_id"] == officer.account_id)
    street.officer.made(f"/role-grants/{grant['id']}/withdrawal", {"reason": "调离"})
    give_role(officer, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))

    assert "demand_submitted" in kinds(officer)
