"""Somebody without a phone registers at the desk, on paper; later they come by WeChat as who they are, or are seen by the community."""

from sqlalchemy import select

from backend.accounts.limits import Written
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.people.models import Consent
from tests.support.guardians import child, guardianship_form
from tests.support.people import volunteer_form
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy


def test_the_community_registers_on_paper_and_they_come_by_wechat_later(street, officer, phone_of):
    form = volunteer_form(street, name="钱奶奶")
    made = officer.made("/volunteers/at-desk", form)
    assert made["community"]["name"] == "和平社区"
    assert made["number"] in {line["number"] for line in officer.seen("/volunteers")["items"]}
    consent = db.session.scalars(select(Consent)).all()[-1]
    assert (consent.notice, consent.version, consent.channel) == ("volunteer", form["notice_version"], "paper")
    assert db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "volunteer.enter")).one()
    assert refused(officer.post("/volunteers/at-desk", form)) == (409, "already_volunteer")
    assert refused(officer.post("/volunteers/at-desk", form | {"name": "钱别人"})) == (409, "identity_differs")

    assert refused(phone_of("thief").post("/volunteers", form | {"name": "钱别人"})) == (409, "identity_at_desk")
    phone = phone_of("own")
    assert phone.made("/volunteers", form)["number"] == made["number"]
    seen = phone.seen("/me")
    assert (seen["volunteer"]["number"], [role["role"] for role in seen["roles"]]) == (made["number"], ["volunteer"])
    assert refused(phone_of("late").post("/volunteers", form)) == (409, "identity_at_desk")
    assert refused(officer.post("/volunteers/at-desk", form)) == (409, "has_account")


def test_of_whom_more_is_known_name_and_number_open_nothing(street, officer, phone_of):
    """They are acted for: whoever has their card is seen at the desk first."""
    form = volunteer_form(street, name="孙爷爷")
    officer.made("/volunteers/at-desk", form)
    recorded_proxy(officer, street, street.home.proxy.card, elder={"name": form["name"], "id_number": form["id_number"]})

    assert refused(phone_of("thief").post("/volunteers", form)) == (409, "identity_at_desk")


def test_who_registers_whom_at_the_desk(street, officer, mother, phone_of, bounds):
    ward = child(15)
    form = volunteer_form(street, **ward)
    assert refused(street.next.officer.post("/volunteers/at-desk", form)) == (403, "forbidden")
    assert refused(mother.post("/volunteers/at-desk", form)) == (403, "forbidden")
    assert refused(officer.post("/volunteers/at-desk", form)) == (409, "guardian_needed")
    assert refused(officer.post("/volunteers/at-desk", form | {"notice_version": "2020-01-01"})) == (409, "notice_outdated")
    mother.made("/guardianships", guardianship_form(street, ward))
    bounds(Written.VOLUNTEER, a_day=1)
    assert officer.made("/volunteers/at-desk", form)["number"]
    assert refused(officer.post("/volunteers/at-desk", volunteer_form(street))) == (429, "too_many_today")
