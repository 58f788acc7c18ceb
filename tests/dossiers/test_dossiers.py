"""个人档案: the officer sees a person's whole record in one place, written down each time, and nobody else does."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.people.models import Person
from tests.console.test_demands import browser_of
from tests.support.attendance import Visit, counted_statements
from tests.support.browser import text_of
from tests.support.organisations import add_staff
from tests.support.people import registration_form
from tests.support.phone import refused
from tests.support.teams import active_team, join_team


def test_the_officer_sees_the_whole_record_of_a_person_in_one_place(street, pass_time):
    visit = Visit(street)
    member, officer = visit.member, street.home.officer
    path = f"/people/{member.person_id}/record"
    with counted_statements() as few:
        before = officer.seen(path)
    assert (before["person"]["name"], before["volunteer"]["number"]) == ("王**", member.volunteer_number)
    assert before["person"]["id_number"] == member.card["id_number"][:6] + "********" + member.card["id_number"][-4:]
    assert [(team["id"], team["leads"], team["left_on"]) for team in before["teams"]] == [(visit.team_id, False, None)]
    assert before["years"] == before["open"] == before["organisations"] == before["registrations"] == before["reveals"] == []

    fact_id = visit.served(pass_time)
    add_staff(street.home.head, street.home.organisation_id, member, member.card["name"])
    registration = member.made("/registrations", registration_form(street, street.home.unit_id))
    member.made(f"/teams/{street.home.team_id}/join-requests", {})
    member.made("/me/relocations", {"community_id": street["团结社区"]})
    officer.made(f"/people/{member.person_id}/reveals", {"field": "name", "purpose": "contact", "note": "通知更改时间"})

    with counted_statements() as much:
        record = officer.seen(path)
    assert len(few) == len(much), "as many statements for much as for little"
    year = clock.shanghai_day(clock.now()).year
    assert record["years"] == [{"year": year, "services": 0, "hours": "0.0", "waiting": 1, "points": 0}]
    assert [thing["kind"] for thing in record["open"]] == ["service", "registration", "join_request", "relocation"]
    assert [thing["id"] for thing in record["open"]][:2] == [fact_id, registration["id"]]
    assert [(one["id"], one["leads"]) for one in record["organisations"]] == [(street.home.organisation_id, False)]
    assert [(one["status"], one["community"]) for one in record["registrations"]] == [("applied", "和平社区")]
    assert {role["role"] for role in record["roles"]} == {"volunteer", "organisation_staff"}
    assert [(read["role"], read["fields"]) for read in record["reveals"]] == [("community_officer", ["name"])]
    assert {consent["notice"] for consent in record["consents"]} == {"volunteer", "party_member"}
    assert [one["to_community"] for one in record["relocations"]] == ["团结社区"]
    assert member.seen(path) == record, "one's own, as it stands for the officer"
    officer.made(f"/services/{fact_id}/confirmation")
    assert officer.seen(path)["years"] == member.seen("/me/years")["items"]

    opened = db.session.scalars(select(AuditEntry.account_id).where(AuditEntry.action == "person.open").order_by(AuditEntry.id)).all()
    assert [str(account_id) for account_id in opened] == [officer.account_id, officer.account_id, member.account_id, officer.account_id]

    browser = browser_of(street.app)
    with counted_statements() as sent:
        page = browser.get(f"/console/people/{member.person_id}")
    shown = (
        member.volunteer_number,
        record["person"]["id_number"],
        "实名登记",
        "入队申请",
        f"{year}年",
        "党员报到",
        "迁往团结社区",
        "查看姓名",
    )
    assert [said for said in shown if said not in text_of(page)] == []
    assert member.card["name"] not in page.text
    assert f"/console/teams/{visit.team_id}" in page.text
    assert len(sent) <= len(much) + 5, "as the record, who asks, by which name, and what may be begun: under way, and above whose offices"
    elsewhere = active_team(street.next.leader, street.next.officer, street, community="团结社区", name="团结互助队")["id"]
    join_team(member, street.next.leader, elsewhere)
    linked = [f"/console/teams/{elsewhere}" in browser.get(f"/console/people/{member.person_id}").text]
    street.next.officer.made(f"/teams/{elsewhere}/dissolution", {"reason": "队员不足"})
    gone = browser.get(f"/console/people/{member.person_id}")
    linked.append(f"/console/teams/{elsewhere}" in gone.text)
    assert (linked, "团结互助队" in text_of(gone)) == ([True, False], True), "what is gone elsewhere is named, and opens to nobody here"
    last = select(AuditEntry.account_id).where(AuditEntry.action == "person.open").order_by(AuditEntry.id.desc()).limit(1)
    assert db.session.scalars(last).one() == browser.claims.account_id


def test_nobody_opens_the_record_of_who_is_none_of_theirs(street):
    member = street.home.member
    path = f"/people/{member.person_id}/record"
    for phone in (street.next.officer, street.far_officer, street.home.leader, street.phone()):
        assert refused(phone.get(path)) == (404, "not_found")
    assert refused(street.district_officer.get(path)) == (403, "forbidden")
    with transaction():
        db.session.execute(update(Person).where(Person.id == UUID(member.person_id)).values(born_on=date(2015, 1, 1)))
    assert refused(street.home.officer.get(path)) == (403, "forbidden"), "of a minor the street"
    assert street.officer.seen(path)["person"]["name"] == member.seen(path)["person"]["name"] == "王**"
