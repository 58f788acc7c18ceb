"""Whom a visit is for: sealed, shown to the community and to who holds a claim, and each reading is audited."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from backend.demands.models import Beneficiary
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from tests.support.attendance import open_shift
from tests.support.demands import (
    GRANDMOTHER,
    HOME,
    claimed,
    demand_form,
    give_role,
    organisation_of,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.phone import refused


def _readings():
    db.session.rollback()
    return db.session.execute(
        select(AuditEntry.account_id, AuditEntry.subject_id).where(AuditEntry.action == "beneficiary.see", AuditEntry.succeeded)
    ).all()


def test_address_and_phone_are_sealed(asker, street):
    asker.made("/demands", demand_form(street))

    row = db.session.scalars(select(Beneficiary)).one()
    assert HOME.encode() not in row.address_sealed
    assert b"13800001234" not in row.phone_sealed


def test_who_holds_a_claim_reads_the_address_and_nobody_else(officer, neighbour, leader, asker, phone_of, street):
    demand = published_demand(officer, street, places=3, by=asker)
    path = f"/demands/{demand['id']}/beneficiary"
    team_id = team_led_by(leader, street)

    for phone in (leader, asker, phone_of(), neighbour):
        assert refused(phone.get(path)) == (404, "not_found")
    claim = claimed(leader, demand, team_id)
    assert leader.seen(path) == {key: GRANDMOTHER.get(key) for key in ("name", "called", "address", "phone", "contact_note")} | {
        "id": str(db.session.scalars(select(Beneficiary.id)).one())
    }
    assert [str(reading.account_id) for reading in _readings()] == [leader.account_id]
    leader.made(f"/claims/{claim['id']}/release", {"reason": "改时间"})
    assert refused(leader.get(path)) == (404, "not_found")
    assert len(_readings()) == 1


def test_staff_and_party_members_read_it_while_they_hold_a_claim(officer, phone_of, street):
    demand = published_demand(officer, street, places=3)
    path = f"/demands/{demand['id']}/beneficiary"
    staff, member = resident(phone_of, street), resident(phone_of, street)
    organisation_id = organisation_of(staff, street)
    give_role(member, Grant(Role.PARTY_MEMBER, area_path="639999001001"))

    claimed(staff, demand, organisation_id=organisation_id)
    assert staff.seen(path)["address"] == HOME
    assert refused(member.get(path)) == (404, "not_found")
    claimed(member, demand, as_person=True)
    assert member.seen(path)["address"] == HOME


def test_when_the_visit_is_over_its_claimants_read_nothing_more(officer, leader, phone_of, street, pass_time):
    demand = published_demand(officer, street)
    claimed(leader, demand, team_led_by(leader, street))
    path = f"/demands/{demand['id']}/beneficiary"

    pass_time(hours=2, minutes=29)
    assert phone_of("leader").seen(path)["address"] == HOME
    pass_time(minutes=2)
    assert refused(phone_of("leader").get(path)) == (404, "not_found")


def test_between_two_visits_its_claimants_read_it_until_the_last_is_over_with_the_grace_of_its_own(
    officer, leader, phone_of, street, pass_time
):
    demand = published_demand(officer, street)
    claimed(leader, demand, team_led_by(leader, street))
    tomorrow = {"starts_in": timedelta(days=1), "lasts": timedelta(hours=1), "grace_minutes": 60}
    open_shift(street["和平社区"], opening_id=UUID(demand["opening_id"]), **tomorrow)
    path = f"/demands/{demand['id']}/beneficiary"

    for hours in (10, 14):  # between the two; and after the end of the second, within its grace
        pass_time(hours=hours, minutes=55)
        assert phone_of("leader").seen(path)["address"] == HOME
    pass_time(minutes=11)
    assert refused(phone_of("leader").get(path)) == (404, "not_found")


def test_a_visit_that_was_cancelled_shows_nothing(officer, leader, street):
    demand = published_demand(officer, street)
    claimed(leader, demand, team_led_by(leader, street))
    path = f"/demands/{demand['id']}/beneficiary"
    shift = officer.seen("/shifts", opening_id=demand["opening_id"])["items"][0]["id"]
    assert leader.seen(path)["address"] == HOME

    officer.made(f"/shifts/{shift}/cancellation", {"reason": "老人住院"})

    assert refused(leader.get(path)) == (404, "not_found")


def test_the_own_community_reads_it_and_each_reading_is_audited(officer, asker, street):
    demand = asker.made("/demands", demand_form(street))
    path = f"/demands/{demand['id']}/beneficiary"

    assert officer.seen(path)["phone"] == "13800001234"
    officer.seen(path)
    beneficiary_id = db.session.scalars(select(Beneficiary.id)).one()
    assert [tuple(reading) for reading in _readings()] == [(UUID(officer.account_id), beneficiary_id)] * 2
    assert refused(street.officer.get(path)) == (404, "not_found")


def test_a_demand_for_nobody_has_nobody_to_read(officer, street):
    demand = published_demand(officer, street, brand="red_ribbon")

    assert refused(officer.get(f"/demands/{demand['id']}/beneficiary")) == (404, "not_found")


def test_a_grid_worker_puts_somebody_of_the_own_grid_on_record(officer, phone_of, street):
    worker = resident(phone_of, street)
    give_role(worker, Grant(Role.GRID_WORKER, area_path="639999001001001"))

    made = worker.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平第一网格"]})

    demand = worker.made("/demands", demand_form(street, beneficiary=None, beneficiary_id=made["id"]))
    assert demand["called"] == "王奶奶"
    assert worker.seen(f"/demands/{demand['id']}/beneficiary")["address"] == HOME
    lines = officer.seen("/beneficiaries")["items"]
    assert [(line["name"], line["called"], line["area"]) for line in lines] == [("王**", "王奶奶", "和平第一网格")]
    assert HOME not in officer.get("/beneficiaries").get_data(as_text=True)


def test_who_may_not_put_somebody_on_record(asker, officer, phone_of, street):
    worker = resident(phone_of, street)
    give_role(worker, Grant(Role.GRID_WORKER, area_path="639999001001001"))

    assert refused(asker.post("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})) == (403, "forbidden")
    assert refused(worker.post("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})) == (403, "forbidden")
    assert refused(officer.post("/beneficiaries", GRANDMOTHER | {"area_id": street["团结社区"]})) == (403, "forbidden")
    assert refused(officer.post("/beneficiaries", GRANDMOTHER | {"area_id": street["青山街道"]})) == (422, "area_not_served")
    assert refused(officer.post("/beneficiaries", GRANDMOTHER | {"area_id": str(uuid4())})) == (422, "area_not_served")
    assert db.session.scalars(select(Beneficiary.id)).all() == []


def test_nobody_names_a_beneficiary_of_another_community_or_one_not_theirs_to_know(officer, neighbour, asker, street):
    elsewhere = neighbour.made("/beneficiaries", GRANDMOTHER | {"area_id": street["团结社区"]})
    here = officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})

    for phone, beneficiary in ((officer, elsewhere), (asker, here)):
        answer = phone.post("/demands", demand_form(street, beneficiary=None, beneficiary_id=beneficiary["id"]))
        assert refused(answer) == (422, "beneficiary_unknown")


def test_what_everybody_reads_does_not_name_whom_it_is_for(officer, asker, street):
    named = {"beneficiary": GRANDMOTHER | {"called": "独居的王秀英"}}
    assert refused(asker.post("/demands", demand_form(street, **named))) == (422, "names_beneficiary")
    assert refused(officer.post("/beneficiaries", named["beneficiary"] | {"area_id": street["和平社区"]})) == (422, "names_beneficiary")
    assert db.session.scalars(select(Beneficiary.id)).all() == []

    demand = asker.made("/demands", demand_form(street, title="看望王秀英"))
    path = f"/demands/{demand['id']}/publication"
    assert refused(officer.post(path, window())) == (422, "names_beneficiary")
    assert refused(officer.post(path, window() | {"title": "陪王秀英散步"})) == (422, "names_beneficiary")
    assert officer.made(path, window() | {"title": "陪王奶奶散步"})["title"] == "陪王奶奶散步"


def test_who_is_known_by_no_other_name_is_called_by_it(officer, street):
    officer.made("/beneficiaries", GRANDMOTHER | {"name": "王奶奶", "area_id": street["和平社区"]})
