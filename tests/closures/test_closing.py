"""A person closes their account: what stands in the way is said, what is not needed goes, and what happened stays under a mask."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.accounts.models import Login, Preferences
from backend.attendance.queries import counting_records
from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.people.models import Person
from tests.support.attendance import Visit
from tests.support.demands import demand_form
from tests.support.guardians import born, child, guardianship_form
from tests.support.messages import kinds
from tests.support.people import identity_number, registration_form
from tests.support.phone import refused
from tests.support.recoveries import confirm
from tests.support.teams import join_team

CLOSING = {"confirmed": True}


def obstacles(answer):
    return answer.get_json()["obstacles"]


def stand_in_line(street, phone):
    """Everything that another one rests on, one after the other."""
    home = street.home
    if phone == "office":
        return home.officer
    if phone == "team":
        join_team(home.volunteer(), home.leader, home.team_id)
        return home.leader
    if phone == "ward":
        home.mother.made("/guardianships", guardianship_form(street, child(12)))
        return home.mother
    assert home.proxy_id
    return home.proxy


@pytest.mark.parametrize("code", ["office", "team", "ward", "elder"])
def test_what_others_rest_on_stands_in_the_way(street, code):
    phone = stand_in_line(street, code)
    answer = phone.post("/me/closing", CLOSING)
    assert refused(answer) == (409, "account_in_use")
    assert obstacles(answer) == code
    assert phone.seen("/me")["account_id"] == phone.account_id, "nothing ended"
    assert db.session.scalar(select(func.count()).select_from(Person).where(Person.withdrawn_at.is_not(None))) == 0


def test_who_serves_signs_out_first_and_what_was_served_counts_on_under_a_mask(street, pass_time, wechat):
    visit = Visit(street)
    visit.member.made("/me/phone", {"code": wechat.phone_code("wang")})
    visit.sign_in()
    assert obstacles(visit.member.post("/me/closing", CLOSING)) == "signed_in"
    pass_time(minutes=47)
    fact_id = visit.sign_out()["fact_id"]
    visit.officer.made(f"/services/{fact_id}/confirmation")
    counted = {str(row.fact_id): row.minutes for row in db.session.execute(counting_records())}
    db.session.rollback()

    visit.member.put("/me/preferences", {"elder_mode": True, "community_ids": []})
    assert db.session.scalar(select(func.count()).select_from(Preferences)) == 1
    told = visit.member.made("/me/closing", CLOSING)

    assert db.session.scalar(select(func.count()).select_from(Preferences)) == 0
    assert (told["erased"], told["kept"]) == (["phone"], ["name", "id_number"])
    assert {str(row.fact_id): row.minutes for row in db.session.execute(counting_records())} == counted
    person = db.session.get_one(Person, UUID(visit.member.person_id))
    assert (person.name, person.phone_sealed) == ("王**", None)
    assert "王**" in str(visit.officer.seen(f"/services/{fact_id}"))
    assert visit.member.get("/me").status_code == 401
    assert visit.member.post("/auth/refresh", {"refresh_token": visit.member.refresh_token}).status_code == 401
    assert {login.end_reason for login in db.session.scalars(select(Login).where(Login.account_id == UUID(visit.member.account_id)))} == {
        "account_closed"
    }
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "account.close")).one()
    assert str(entry.account_id) == visit.member.account_id


def test_who_acts_for_an_organisation_or_a_unit_may_close_and_the_others_are_told(street):
    home = street.home
    assert home.staff_id
    home.unit_officer.made("/me/closing", CLOSING)
    home.head.made("/me/closing", CLOSING)
    while outbox.deliver_batch("organisations", now=clock.now()):
        pass
    assert home.officer.seen(f"/organisations/{home.organisation_id}")["officer_name"] is None
    assert "organisation_without_officer" in kinds(home.officer)
    assert "officer_gone" in kinds(home.staff)


def test_who_comes_back_has_a_new_account_and_their_history_by_papers_only(street, phone_of):
    card = {"name": "周全", "id_number": identity_number()}
    phone = street.home.volunteer("zhou", **card)
    old, number = phone.account_id, phone.volunteer_number
    phone.made("/me/closing", CLOSING)

    again = phone_of("zhou")
    assert again.seen("/me")["account_id"] != old
    form = registration_form(street, street.home.unit_id) | card
    assert refused(again.post("/people", {"notice_version": "2026-12-02", "community_id": form["community_id"]} | card)) == (
        409,
        "identity_at_desk",
    )
    recovery_id = again.made("/account-recoveries", card)["id"]
    assert confirm(street.home.officer, recovery_id).status_code == 200

    again = phone_of("zhou")
    assert again.seen("/me")["person"]["id"] == phone.person_id
    assert refused(again.post("/demands", demand_form(street))) == (403, "consent_needed")
    again.made("/me/consents", {"notice": "identity", "version": "2026-12-02"})
    assert again.post("/demands", demand_form(street)).status_code == 201
    assert again.made("/volunteers", {"community_id": street["和平社区"], "notice_version": "2026-12-02"})["number"] != number


def test_of_two_guardians_one_may_close_and_the_other_guards_on(street, mother):
    father = street.home.person("father", name="张爸爸", id_number=identity_number(born(41)))
    ward = child(8)
    mother.made("/guardianships", guardianship_form(street, ward))
    street.home.officer.made("/guardianships", guardianship_form(street, ward, relation="father", guardian=father.card))
    father.made("/me/closing", CLOSING)
    assert mother.seen("/me/wards")["items"][0]["in_force"] is True


def test_who_did_nothing_leaves_nothing_and_registers_as_anybody(street, phone_of):
    card = {"name": "赵六六", "id_number": identity_number()}
    first = street.home.person("zhao", **card)
    assert first.made("/me/closing", CLOSING)["erased"] == ["name", "id_number"]
    assert street.home.person("zhao", **card).person_id != first.person_id
    nobody = phone_of("nobody")
    assert nobody.made("/me/closing", CLOSING)["kept"] == []
    assert nobody.get("/me").status_code == 401
