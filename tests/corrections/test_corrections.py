"""An officer with papers on the desk corrects a name or a number: two people, the holder is told, and every fact holds."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.corrections.models import IdentityCorrection
from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.people.models import Person
from tests.support.beginning import officer_of
from tests.support.demands import demand_form
from tests.support.guardians import born
from tests.support.messages import inbox
from tests.support.people import identity_number
from tests.support.phone import refused


@pytest.fixture
def zhang(street):
    return street.home.volunteer("zhang", name="张山", id_number=identity_number())


def papers(**fields):
    return {"name": "张三", "id_number": identity_number(), "proof": "id_card"} | fields


def proposed(street, phone, **fields):
    return street.home.officer.made(f"/people/{phone.person_id}/corrections", papers(**fields))


def path(correction):
    return f"/identity-corrections/{correction['id']}"


def test_a_second_officer_agrees_and_the_person_stands_as_the_papers_say(street, zhang, phone_of):
    old, new = zhang.card["id_number"], identity_number(born(33))
    demand = zhang.made("/demands", demand_form(street))
    correction = proposed(street, zhang, id_number=new)
    assert (correction["person_name"], correction["new_name"], correction["of_name"], correction["of_id_number"]) == (
        "张*",
        "张三",
        True,
        True,
    )
    assert new not in str(correction)
    assert zhang.seen("/me")["person"]["name"] == "张山", "one officer alone changes nothing"

    street.officer.made(f"{path(correction)}/confirmation")

    me = zhang.seen("/me")
    assert (me["person"]["name"], me["person"]["id_number"][-4:]) == ("张三", new[-4:])
    assert me["volunteer"]["number"] == zhang.volunteer_number
    assert [line["id"] for line in zhang.seen("/me/demands")["items"]] == [demand["id"]]
    row = db.session.get_one(Person, UUID(zhang.person_id))
    assert (row.born_on, db.session.scalars(select(IdentityCorrection.id_number_sealed)).one()) == (born(33), None)
    db.session.rollback()
    # The blind index holds: the new number finds them, the old one is free.
    assert refused(phone_of("thief").post("/people", registering(street, new, "张三"))) == (409, "identity_at_desk")
    assert phone_of("other").post("/people", registering(street, old, "张山")).status_code == 201
    kinds = [message["kind"] for message in inbox(zhang)]
    assert {"correction_proposed", "correction_confirmed"} <= set(kinds)
    written = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "correction.confirm")).one()
    assert written.details == {"of_name": True, "of_id_number": True}
    everything = "".join(str(row) for row in db.session.execute(text("SELECT * FROM audit_entries")))
    assert not any(value in everything for value in (old, new, "张山", "张三"))


def registering(street, number, name):
    return {"name": name, "id_number": number, "community_id": street["和平社区"], "notice_version": "2026-12-02"}


def test_nobody_agrees_to_what_they_proposed_nor_corrects_themselves(street, zhang):
    correction = proposed(street, zhang)
    assert refused(street.home.officer.post(f"{path(correction)}/confirmation")) == (403, "second_needed")
    assert refused(street.home.officer.post(f"/people/{zhang.person_id}/corrections", papers())) == (409, "correction_open")
    officer = street.officer
    themselves = officer.seen("/me")["person_id"]
    with transaction():
        db.session.execute(text("UPDATE people SET area_path = '639999001001' WHERE id = :id"), {"id": themselves})
    assert refused(officer.post(f"/people/{themselves}/corrections", papers())) == (403, "own_correction")
    assert refused(street.home.officer.post(f"/people/{themselves}/corrections", papers())) == (403, "holder_of_office")
    assert refused(zhang.post(f"/people/{zhang.person_id}/corrections", papers())) == (403, "forbidden")
    assert refused(street.next.officer.post(f"/people/{zhang.person_id}/corrections", papers())) == (404, "not_found")


def test_whom_it_is_about_may_refuse_it_and_nothing_is_kept_of_what_was_proposed(street, zhang):
    correction = proposed(street, zhang)
    zhang.made(f"{path(correction)}/return", {"reason": "我没有要求更正"})
    assert refused(street.officer.post(f"{path(correction)}/confirmation")) == (409, "correction_decided")
    seen = street.home.officer.seen(path(correction))
    assert (seen["status"], seen["new_name"], seen["new_id_number"]) == ("returned", None, None)
    assert zhang.seen("/me")["person"]["name"] == "张山"
    assert refused(zhang.post(f"{path(correction)}/return", {"reason": "再退一次"})) == (409, "correction_decided")


def test_what_is_no_correction_is_refused(street, zhang):
    officer, to = street.home.officer, f"/people/{zhang.person_id}/corrections"
    other = street.home.person(name="李四", id_number=identity_number())
    assert refused(officer.post(to, zhang.card | {"proof": "id_card"})) == (422, "nothing_to_correct")
    assert refused(officer.post(to, papers(id_number=other.card["id_number"]))) == (409, "person_exists")
    assert refused(officer.post(to, papers(id_number=identity_number(born(15))))) == (409, "guardian_needed")


def test_a_number_that_somebody_registered_meanwhile_is_theirs(street, zhang):
    number = identity_number()
    correction = proposed(street, zhang, id_number=number)
    street.home.person("quick", name="王快", id_number=number)
    assert refused(street.officer.post(f"{path(correction)}/confirmation")) == (409, "person_exists")
    assert street.officer.seen(path(correction))["status"] == "proposed"


def test_the_second_is_not_in_the_hands_of_the_first(street, zhang):
    correction = street.officer.made(f"/people/{zhang.person_id}/corrections", papers())
    appointed = officer_of(street.app, Role.COMMUNITY_OFFICER, "639999001001")
    with transaction():
        db.session.execute(
            text("UPDATE role_grants SET granted_by = :first WHERE account_id = :second"),
            {"first": street.officer.account_id, "second": appointed.account_id},
        )
    assert refused(appointed.post(f"{path(correction)}/confirmation")) == (403, "second_needed")
