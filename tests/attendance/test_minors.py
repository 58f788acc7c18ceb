"""Minors at a shift: how old the brand wants them, and the youngest only beside a guardian (config/brands.toml, config/minors.toml)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.database import db
from backend.people.models import Guardianship
from tests.support.attendance import Visit, claim_for, open_shift
from tests.support.guardians import child, guardianship_form
from tests.support.people import volunteer_form
from tests.support.phone import refused
from tests.support.teams import join_team


def test_who_is_younger_than_the_brand_wants_does_not_sign_in(mother, phone_of, street):
    visit, phone, ward = Visit(street), phone_of("child"), child(17)
    mother.made("/guardianships", guardianship_form(street, ward))
    phone.volunteer_number = phone.made("/volunteers", volunteer_form(street, **ward))["number"]
    join_team(phone, visit.leader, visit.team_id)

    assert refused(phone.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code()})) == (409, "too_young")


def test_a_child_under_ten_serves_only_where_a_guardian_signed_in(mother, street, officer, pass_time):
    ward = child(8)
    number = mother.made("/guardianships", guardianship_form(street, ward))["volunteer_number"]
    opening_id, shift_id = open_shift(street["和平社区"], brand="red_ribbon")
    for person_id in (db.session.scalars(select(Guardianship.ward_person_id)).one(), UUID(mother.person_id)):
        claim_for(opening_id, person_id=person_id)
    begun = clock.now()
    pass_time(minutes=40)
    served = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=30)).isoformat(), "reason": "与母亲同来"}
    late = served | {"volunteer_number": number, "name": ward["name"]}

    assert refused(officer.post(f"/shifts/{shift_id}/records", late)) == (409, "guardian_absent")
    mother.made(f"/shifts/{shift_id}/sign-in", {"code": officer.seen(f"/shifts/{shift_id}/code")["code"]})
    assert officer.post(f"/shifts/{shift_id}/records", late).status_code == 201
