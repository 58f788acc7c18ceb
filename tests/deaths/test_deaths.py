"""An officer with papers on the desk says that somebody died, a second one agrees: nothing of theirs goes on, and what they did stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from backend.consumers import CONSUMERS
from backend.deaths.models import Death
from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.messages.models import Message
from backend.openings.models import Claim
from tests.support.attendance import Visit
from tests.support.demands import GRANDFATHER, claimed, demand_form, published_demand, window
from tests.support.guardians import child, guardianship_form
from tests.support.messages import kinds
from tests.support.people import identity_number
from tests.support.phone import refused
from tests.support.recoveries import seen


def today(**before):
    return (clock.shanghai_day(clock.now()) - timedelta(**before)).isoformat()


def papers(**fields):
    return {"died_on": today(), "proof": "cremation_certificate"} | fields


def reported(officer, phone, **fields):
    return officer.made(f"/people/{phone.person_id}/deaths", papers(**fields))


def path(death):
    return f"/deaths/{death['id']}"


def deliver():
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    db.session.remove()


def desk(street, card):
    return {**card, "community_id": street["和平社区"], "notice_version": "2026-12-02"}


def written_to(person_id):
    count = db.session.scalar(select(func.count()).select_from(Message).where(Message.recipient_id == UUID(person_id)))
    db.session.rollback()
    return count


def test_nothing_goes_on_and_what_was_done_stays_until_a_mistake_is_undone(street, phone_of, pass_time):
    visit = Visit(street)
    officer, above, volunteer = visit.officer, street.officer, visit.member
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    # They are visited themselves: by what somebody else asked for, and it is claimed.
    home = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    officer.made(f"/beneficiaries/{home}/person", {"person_id": volunteer.person_id})
    coming = officer.made("/demands", demand_form(street, beneficiary=None, beneficiary_id=home))
    coming = officer.made(f"/demands/{coming['id']}/publication", window(starts_in=timedelta(days=1)) | {"places": 1})
    held = claimed(visit.leader, coming, visit.team_id)["id"]
    waiting = officer.made("/demands", demand_form(street, beneficiary=None, beneficiary_id=home))
    deliver()
    record = officer.seen(f"/people/{volunteer.person_id}/record")
    lost = phone_of("lost").made("/account-recoveries", volunteer.card)["id"]

    death = reported(officer, volunteer)

    assert (death["status"], death["person_name"]) == ("reported", "王**")
    assert volunteer.seen("/me")["volunteer"]["number"] == volunteer.volunteer_number, "one officer alone changes nothing"
    assert refused(officer.post(f"{path(death)}/confirmation")) == (403, "second_needed")
    told = written_to(volunteer.person_id)

    assert above.made(f"{path(death)}/confirmation")["status"] == "confirmed"
    deliver()

    assert (
        volunteer.get("/me").status_code == volunteer.post("/auth/refresh", {"refresh_token": volunteer.refresh_token}).status_code == 401
    )
    assert written_to(volunteer.person_id) == told, "nobody writes to the dead"
    assert {"member_died", "place_released"} <= set(kinds(visit.leader))
    assert "death_confirmed" in kinds(officer)
    (left,) = visit.leader.seen(f"/teams/{visit.team_id}/members")["items"]
    assert left["is_leader"]
    assert visit.leader.seen(f"/claims/{held}")["status"] == "released"
    assert db.session.get_one(Claim, UUID(held)).released_at is not None
    assert [officer.seen(f"/demands/{one['id']}")["status"] for one in (coming, waiting)] == ["cancelled", "withdrawn"]
    assert officer.seen(f"/beneficiaries/{home}")["end_cause"] == "died"
    after = officer.seen(f"/people/{volunteer.person_id}/record")
    assert (after["years"], after["died_on"], after["roles"], after["open"]) == (record["years"], today(), [], [])
    assert officer.seen(f"/services/{fact_id}")["status"] == "confirmed"
    reading = {"field": "id_number", "purpose": "contact", "note": "联系家属"}
    assert refused(officer.post(f"/people/{volunteer.person_id}/reveals", reading))[1] in ("data_withdrawn", "field_not_for_purpose")
    assert above.seen(f"/account-recoveries/{lost}")["status"] == "returned"

    # Nobody agrees for them, nor comes to be them.
    assert refused(officer.post("/volunteers/at-desk", desk(street, volunteer.card))) == (409, "person_died")
    namesake = officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平社区"]})["id"]
    assert refused(officer.post(f"/beneficiaries/{namesake}/person", {"person_id": volunteer.person_id})) == (422, "person_not_here")
    assert refused(phone_of("thief").post("/volunteers", desk(street, volunteer.card))) == (409, "identity_at_desk")
    again = phone_of("again").made("/account-recoveries", volunteer.card)["id"]
    officer.made(f"/account-recoveries/{again}/confirmation", seen(again))
    assert refused(above.post(f"/account-recoveries/{again}/approval")) == (409, "person_died")

    # A mistake: who agreed does not undo it alone, and what ended stays ended until they stand at the desk.
    assert refused(above.post(f"{path(death)}/undoing", {"reason": "同名，认错了人"})) == (403, "second_needed")
    assert officer.made(f"{path(death)}/undoing", {"reason": "同名，认错了人"})["status"] == "undone"
    assert refused(officer.post(f"{path(death)}/undoing", {"reason": "再撤一次"})) == (409, "death_decided")
    assert "death_undone" in kinds(above)
    number = officer.made("/volunteers/at-desk", desk(street, volunteer.card))["number"]
    back = officer.seen(f"/people/{volunteer.person_id}/record")
    assert (back["died_on"], back["volunteer"]["number"], back["years"]) == (None, number, record["years"])
    written = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(death["id"]), AuditEntry.succeeded)
    assert db.session.scalars(written.order_by(AuditEntry.id)).all() == ["death.report", "death.decide", "death.undo"]


def test_who_may_not_and_what_is_no_death_is_refused(street, pass_time):
    officer, zhang = street.home.officer, street.home.volunteer(name="张山", id_number=identity_number())
    to = f"/people/{zhang.person_id}/deaths"
    assert refused(street.next.officer.post(to, papers())) == (404, "not_found")
    assert refused(zhang.post(to, papers())) == (403, "forbidden")
    for day in (today(days=-1), "1901-01-01"):
        assert refused(officer.post(to, papers(died_on=day))) == (422, "death_day_invalid")
    death = reported(officer, zhang)
    assert refused(street.officer.post(to, papers())) == (409, "death_known")
    assert refused(street.next.officer.post(f"{path(death)}/confirmation")) == (404, "not_found")
    assert refused(street.next.officer.get(path(death))) == (404, "not_found")
    assert refused(zhang.get(path(death))) == (404, "not_found")
    for area_path in ("639999001002", "639999001001"):
        with transaction():
            db.session.execute(text("UPDATE people SET area_path = :to WHERE id = :id"), {"to": area_path, "id": zhang.person_id})
        if area_path != street.home.path:
            assert refused(street.officer.post(f"{path(death)}/confirmation")) == (409, "person_moved_on")
    officer.made(f"{path(death)}/return", {"reason": "证明不是本人的"})
    assert refused(street.officer.post(f"{path(death)}/confirmation")) == (409, "death_decided")
    assert zhang.seen("/me")["volunteer"] is not None

    themselves = street.officer.seen("/me")["person_id"]
    with transaction():
        db.session.execute(text("UPDATE people SET area_path = '639999001001' WHERE id = :id"), {"id": themselves})
    assert refused(street.officer.post(f"/people/{themselves}/deaths", papers())) == (403, "own_death")
    assert refused(officer.post(f"/people/{themselves}/deaths", papers())) == (403, "holder_of_office")

    # Who served after that day is not dead, or the record is wrong.
    visit, day_before = Visit(street), today(days=1)
    early = reported(officer, visit.member, died_on=day_before)
    fact_id = visit.served(pass_time)
    assert refused(street.officer.post(f"{path(early)}/confirmation")) == (409, "served_since")
    officer.made(f"{path(early)}/return", {"reason": "日期不对"})
    assert refused(officer.post(f"/people/{visit.member.person_id}/deaths", papers(died_on=day_before))) == (409, "served_since")
    revision = officer.seen(f"/services/{fact_id}")["revision_id"]
    officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": revision, "reason": "不是本人"})
    reported(officer, visit.member, died_on=day_before)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Death)) == 3
    db.session.rollback()


def test_what_ended_by_a_mistake_that_is_undone_at_once_ended_by_a_death(street):
    officer, member = street.home.officer, street.home.party_member
    death = reported(officer, member)
    street.officer.made(f"{path(death)}/confirmation")
    officer.made(f"{path(death)}/undoing", {"reason": "同名，认错了人"})
    deliver()
    ended = officer.seen(f"/registrations/{member.registration_id}")
    assert (ended["status"], ended["reason"]) == ("ended", "本人已去世")


def test_a_guardians_word_ends_with_them_and_a_leaders_team_is_the_communitys(street):
    """Nothing stands in the way of a death, as it does of a closing: the ward needs another word, the team another leader."""
    home = street.home
    ward = home.mother.made("/guardianships", guardianship_form(street, child(12)))["id"]
    team_id, leader = home.team_id, home.leader
    assert home.membership_id
    for dead in (home.mother, leader):
        street.officer.made(f"{path(reported(home.officer, dead))}/confirmation")
    deliver()
    ended = db.session.execute(
        text("SELECT ended_on, reason FROM guardianships WHERE fact_id = :id AND superseded_at IS NULL"), {"id": ward}
    ).one()
    assert (ended.ended_on.isoformat(), ended.reason) == (today(), "died")
    db.session.rollback()
    assert home.officer.seen(f"/teams/{team_id}")["leader_name"] is None
    assert "team_without_leader" in kinds(home.officer)
    assert "member_died" not in kinds(home.member), "who belongs to it hears of the team"


def test_who_came_without_a_phone_and_died_is_nobody_elses(street, phone_of):
    """While they live, who comes with their card and an account of their own is tied to them."""
    officer, card = street.home.officer, {"name": "钱奶奶", "id_number": identity_number()}
    number = officer.made("/volunteers/at-desk", desk(street, card))["number"]
    (person_id,) = (line["person_id"] for line in officer.seen("/volunteers")["items"] if line["number"] == number)
    death = officer.made(f"/people/{person_id}/deaths", papers())
    street.officer.made(f"{path(death)}/confirmation")
    assert refused(phone_of("thief").post("/volunteers", desk(street, card))) == (409, "identity_at_desk")


@pytest.mark.parametrize("cause", ["died", "no_longer_wishes"])
def test_of_an_elder_without_an_account_visits_end_with_the_row_where_they_died(street, cause):
    officer, leader, team_id = street.home.officer, street.home.leader, street.home.team_id
    visit = published_demand(officer, street)
    held = claimed(leader, visit, team_id)["id"]
    (elder,) = officer.seen("/beneficiaries")["items"]
    answer = officer.post(f"/beneficiaries/{elder['id']}/ending", {"cause": cause})
    if cause != "died":
        assert refused(answer) == (409, "demands_open")
        return
    assert answer.get_json()["end_cause"] == "died"
    assert leader.seen(f"/claims/{held}")["status"] == "released"
    assert officer.seen(f"/demands/{visit['id']}")["status"] == "cancelled"
    assert "place_released" in kinds(leader)
