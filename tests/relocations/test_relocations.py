"""Somebody says that they live elsewhere now: the new community answers, and what they have goes along."""

import pytest
from sqlalchemy import select

from backend.foundation import clock, outbox
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.demands import give_role
from tests.support.guardians import child, guardianship_form
from tests.support.messages import kinds
from tests.support.people import registration_form, volunteer_form
from tests.support.phone import refused
from tests.support.teams import join_team


@pytest.fixture
def there(street):
    return street.next


def wish(phone, community):
    return phone.made("/me/relocations", {"community_id": community.street[community.name]})


def path(relocation):
    return f"/relocations/{relocation['id']}"


def test_number_day_and_team_go_along_and_both_communities_and_the_person_are_told(street, there):
    home = street.home
    volunteer = home.volunteer(name="王搬家")
    join_team(volunteer, home.leader, home.team_id)
    before = volunteer.seen("/me")["volunteer"]
    asked = wish(volunteer, there)
    assert (asked["status"], asked["former_community"]["name"], asked["community"]["name"]) == ("asked", "和平社区", "团结社区")
    assert volunteer.seen("/me")["person"]["community"]["name"] == "和平社区", "a wish alone changes nothing"
    (shown,) = there.officer.seen("/relocations", status="asked")["items"]
    assert (shown["person_name"], shown["volunteer_number"]) == ("王**", volunteer.volunteer_number)
    assert kinds(there.officer).count("relocation_waits") == 1

    there.officer.made(f"{path(asked)}/acceptance")

    after = volunteer.seen("/me")
    assert (after["volunteer"]["number"], after["volunteer"]["registered_on"]) == (before["number"], before["registered_on"])
    assert (after["volunteer"]["community"]["name"], after["person"]["community"]["name"]) == ("团结社区", "团结社区")
    assert {role["area_path"] for role in after["roles"] if role["role"] == "volunteer"} == {there.path}
    assert [line["id"] for line in volunteer.seen("/me/teams")["items"]] == [home.team_id]
    told = kinds(volunteer)
    assert "relocation_accepted" in told
    assert "volunteer_moved" not in told, "told once"
    assert [kind for kind in kinds(home.officer) if kind in ("relocation_left", "volunteer_moved_away")] == ["relocation_left"]
    written = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "relocation.decide")).one()
    assert written.details == {"decision": "accepted"}
    assert refused(there.officer.post(f"{path(asked)}/refusal", {"reason": "不住这里"})) == (409, "relocation_decided")


def test_who_is_no_volunteer_moves_so_too(street, there):
    resident = street.home.person(name="李居民")
    there.officer.made(f"{path(wish(resident, there))}/acceptance")
    me = resident.seen("/me")
    assert (me["person"]["community"]["name"], me["volunteer"]) == ("团结社区", None)


def test_a_party_members_registration_ends_and_waits_where_they_live_now(street, there):
    member = street.home.party_member
    there.officer.made(f"{path(wish(member, there))}/acceptance")
    former, carried = (member.seen(f"/registrations/{line['id']}") for line in reversed(member.seen("/me/registrations")["items"]))
    assert (former["id"], former["status"], former["community"]["name"]) == (member.registration_id, "ended", "和平社区")
    assert (carried["status"], carried["community"]["name"]) == ("applied", "团结社区")
    assert carried["work_unit"] == former["work_unit"]
    assert "party_member" not in {role["role"] for role in member.seen("/me")["roles"]}
    there.officer.made(f"/registrations/{carried['id']}/acceptance")
    roles = {role["role"]: role["area_path"] for role in member.seen("/me")["roles"]}
    assert roles["party_member"] == there.path


def test_an_application_that_waits_is_carried_over(street, there):
    member = street.home.person(name="李党员")
    applied = member.made("/registrations", registration_form(street, street.home.unit_id))
    there.officer.made(f"{path(wish(member, there))}/acceptance")
    assert [line["status"] for line in member.seen("/me/registrations")["items"]] == ["applied", "withdrawn"]
    assert refused(street.home.officer.post(f"/registrations/{applied['id']}/acceptance")) == (409, "registration_not_applied")


def test_the_community_refuses_with_a_reason_that_the_person_reads(street, there):
    resident = street.home.person(name="李居民")
    asked = wish(resident, there)
    there.officer.made(f"{path(asked)}/refusal", {"reason": "房屋尚未交付"})
    seen = resident.seen(path(asked))
    assert (seen["status"], seen["reason"]) == ("refused", "房屋尚未交付")
    assert resident.seen("/me")["person"]["community"]["name"] == "和平社区"
    assert "relocation_refused" in kinds(resident)
    assert refused(there.officer.post(f"{path(asked)}/acceptance")) == (409, "relocation_decided")


def test_one_open_wish_at_a_time_and_the_person_takes_it_back(street, there):
    resident = street.home.person(name="李居民")
    asked = wish(resident, there)
    again = {"community_id": street["向阳社区"]}
    assert refused(resident.post("/me/relocations", again)) == (409, "relocation_open")
    assert refused(resident.post("/me/relocations", {"community_id": street["和平社区"]})) == (409, "already_here")
    assert refused(resident.post("/me/relocations", {"community_id": street["青山街道"]})) == (422, "not_a_community")
    assert resident.made(f"{path(asked)}/withdrawal")["status"] == "withdrawn"
    assert refused(there.officer.post(f"{path(asked)}/acceptance")) == (409, "relocation_decided")
    for _ in range(2):
        resident.made(f"{path(resident.made('/me/relocations', again))}/withdrawal")
    assert refused(resident.post("/me/relocations", again)) == (429, "too_many_today")


def test_nobody_decides_their_own_and_no_stranger_sees_it(street, there):
    officer = there.officer
    moving = street.home.volunteer("moving", name="王搬家")
    asked = wish(moving, there)
    assert refused(street.home.officer.get(path(asked))) == (404, "not_found")
    assert refused(street.far_officer.post(f"{path(asked)}/acceptance")) == (404, "not_found")
    assert refused(street.home.volunteer().post(f"{path(asked)}/withdrawal")) == (404, "not_found")
    assert refused(moving.post(f"{path(asked)}/acceptance")) == (403, "forbidden")
    assert refused(officer.post(f"{path(asked)}/withdrawal")) == (403, "forbidden")
    give_role(moving, Grant(Role.COMMUNITY_OFFICER, area_path=there.path))
    assert refused(moving.post(f"{path(asked)}/acceptance")) == (403, "own_relocation")
    assert refused(moving.post(f"{path(asked)}/refusal", {"reason": "试试"})) == (403, "own_relocation")
    assert officer.made(f"{path(asked)}/acceptance")["status"] == "accepted"


def test_who_was_moved_at_the_desk_meanwhile_is_there_already(street, there):
    volunteer = street.home.volunteer(name="王搬家")
    asked = wish(volunteer, there)
    there.officer.made(
        "/volunteers/moves",
        {"volunteer_number": volunteer.volunteer_number, "name": "王搬家", "community_id": street["团结社区"]},
    )
    assert refused(there.officer.post(f"{path(asked)}/acceptance")) == (409, "already_here")
    assert volunteer.seen(path(asked))["status"] == "asked"


def test_a_minors_guardian_is_told(street, there, phone_of):
    mother, ward = street.home.mother, child(15)
    mother.made("/guardianships", guardianship_form(street, ward))
    minor = phone_of("minor")
    minor.made("/volunteers", volunteer_form(street, **ward))
    wish(minor, there)
    assert "ward_relocation_asked" in kinds(mother)


def test_with_the_last_consent_the_wish_ends(street, there):
    resident = street.home.person(name="李居民")
    asked = wish(resident, there)
    resident.made("/me/consents/withdrawal", {"notice": "identity"})
    assert refused(there.officer.post(f"{path(asked)}/acceptance")) == (409, "data_withdrawn")
    while outbox.deliver_batch("relocations", now=clock.now()):
        pass
    assert there.officer.seen(path(asked))["status"] == "withdrawn"
