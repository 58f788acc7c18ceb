"""The register of beneficiaries: one elder has one row, a number is read in one way, and nobody is kept without a basis."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from backend.demands.models import NOTE, Beneficiary
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.sealing import keyring
from tasks.housekeeping import recheck_bases, seal_beneficiaries, seal_old_texts
from tests.support.checks import found_by
from tests.support.demands import (
    AGREED,
    GRANDFATHER,
    GRANDMOTHER,
    claimed,
    demand_form,
    give_role,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.phone import refused

CARE = {"kind": "duty_of_care", "cause": "独居高龄，几天没有出门"}


@pytest.fixture
def add(officer, street):
    """Puts somebody on record in 和平社区: the answer."""
    return lambda **fields: officer.post("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]} | fields)


def _id(answer):
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()["id"]


def _rows():
    db.session.rollback()
    return db.session.scalars(select(Beneficiary).order_by(Beneficiary.id)).all()


def test_telephones_are_accepted_as_people_write_them_and_kept_in_one_form(officer, add):
    read = {"purpose": "contact", "note": "约定时间", "field": "phone"}
    written = {
        "0951-5551234": "09515551234",
        "＋86 951 5552345": "09515552345",
        "(010)65551234": "01065551234",
        "8613800001234": "13800001234",
        "+86 138-0000-1235": "13800001235",
    }
    for i, (text, kept) in enumerate(written.items()):
        somebody = _id(add(name=f"王秀{'一二三四五六七八九十'[i]}", address=f"和平路{i}号", phone=text))
        assert officer.made(f"/beneficiaries/{somebody}/reveals", read)["value"] == kept

    for wrong in ("5551234", "0951555123456", "86138000012", "09511234567"):
        assert refused(add(name="王多", address="别处", phone=wrong)) == (422, "phone_invalid")


def test_a_land_line_is_sealed_and_found_in_another_spelling(add):
    first = _id(add(phone="0951-5551234"))
    assert b"5551234" not in _rows()[0].phone_sealed

    answer = add(name="赵大爷", address="团结路1号", phone="+86 951 5551234")
    assert refused(answer) == (409, "beneficiary_similar")
    assert answer.get_json()["similar"] == [first]


def test_who_looks_like_somebody_on_record_is_named_until_the_clerk_says_it_is_another(officer, add, street):
    first = _id(add())
    for alike in ({}, {"address": "和平路8号院 3号楼2单元２０１", "name": "赵大爷", "phone": None}, {"address": "别处", "phone": None}):
        answer = add(**alike)
        assert refused(answer) == (409, "beneficiary_similar")
        assert answer.get_json()["similar"] == [first]

    husband = _id(add(name="赵大爷", called="赵爷爷", different_from=[first]))
    assert len(_rows()) == 2
    seen = officer.seen(f"/beneficiaries/{husband}")
    assert [(line["id"], line["same_name"], line["same_address"], line["same_phone"]) for line in seen["similar"]] == [
        (first, False, True, True)
    ]
    assert street.next.officer.post("/beneficiaries", GRANDMOTHER | {"area_id": street["团结社区"]}).status_code == 201


def test_a_second_demand_for_the_same_elder_is_for_the_same_row(officer, asker, phone_of, street):
    for phone in (officer, officer, asker):
        phone.made("/demands", demand_form(street))
    other = resident(phone_of, street)
    for _ in range(2):
        other.made("/demands", demand_form(street, beneficiary=GRANDMOTHER | {"called": "邻居奶奶"}))

    called = [row.called for row in _rows()]
    assert called == ["王奶奶", "王奶奶", "邻居奶奶"], "a resident learns of nobody whom others put on record"
    another = demand_form(street, beneficiary=GRANDMOTHER | {"phone": "13800004321"})
    assert refused(officer.post("/demands", another)) == (409, "beneficiary_similar")


def test_a_grid_worker_is_told_of_who_is_in_their_own_grid_and_of_nobody_else(officer, phone_of, street):
    worker = resident(phone_of, street)
    give_role(worker, Grant(Role.GRID_WORKER, area_path="639999001001001"))
    officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})
    officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})

    in_grid = {"area_id": street["和平第一网格"]}
    assert refused(worker.post("/beneficiaries", GRANDFATHER | in_grid)) == (409, "beneficiary_similar")
    worker.made("/beneficiaries", GRANDMOTHER | in_grid)


def test_the_note_is_sealed_and_a_row_of_before_is_sealed_and_found_after_the_night(officer, add):
    beneficiary_id = _id(add(contact_note="听力不好"))
    [row] = _rows()
    assert row.contact_note is None
    assert "听力".encode() not in row.contact_note_sealed
    with transaction():
        before = {"contact_note": "腿脚不便", "contact_note_sealed": None, "address_index": None, "phone_index": None}
        db.session.execute(update(Beneficiary).values(before))

    seal_old_texts()
    seal_beneficiaries()

    [row] = _rows()
    assert row.contact_note is None
    assert keyring().unseal(row.contact_note_sealed, field=NOTE, row=UUID(beneficiary_id)) == "腿脚不便"
    assert refused(add()) == (409, "beneficiary_similar")
    assert refused(add(name="赵大爷", address="别处")) == (409, "beneficiary_similar")


def test_nothing_is_published_for_whom_nobody_agreed(officer, asker, street):
    """An old row, or one that a resident brought without a word on it: the demand waits, and its community settles it."""
    demand = asker.made("/demands", demand_form(street, beneficiary=GRANDMOTHER | {"basis": None}))
    path = f"/demands/{demand['id']}/publication"
    assert refused(officer.post(path, window())) == (409, "basis_missing")
    [listed] = officer.seen("/beneficiaries")["items"]
    assert listed["basis"] is None

    settled = officer.made(f"/beneficiaries/{listed['id']}/basis", CARE)

    assert (settled["basis"], settled["cause"], settled["notice_version"]) == ("duty_of_care", CARE["cause"], None)
    assert officer.made(path, window())["status"] == "published"
    assert refused(officer.post(f"/beneficiaries/{listed['id']}/basis", AGREED)) == (409, "basis_stated")


def test_a_consent_that_is_taken_back_stops_new_demands_and_readings_at_once(officer, leader, street):
    demand = published_demand(officer, street)
    claimed(leader, demand, team_led_by(leader, street))
    reading = f"/demands/{demand['id']}/beneficiary"
    assert leader.seen(reading)["name"] == GRANDMOTHER["name"]
    beneficiary_id = officer.seen("/beneficiaries")["items"][0]["id"]

    officer.made(f"/beneficiaries/{beneficiary_id}/basis-withdrawal", {"reason": "本人不愿意"})

    for phone in (leader, officer):
        assert refused(phone.get(reading)) == (409, "basis_missing")
    wanted = {"field": "phone", "note": "告知本人"}
    assert refused(officer.post(f"/beneficiaries/{beneficiary_id}/reveals", wanted | {"purpose": "contact"})) == (409, "basis_missing")
    chosen = demand_form(street, beneficiary=None, beneficiary_id=beneficiary_id)
    assert refused(officer.post("/demands", chosen)) == (409, "basis_missing")
    assert refused(officer.post(f"/beneficiaries/{beneficiary_id}/basis-withdrawal", {"reason": "又一次"})) == (409, "basis_missing")
    officer.made(f"/beneficiaries/{beneficiary_id}/basis", AGREED)
    officer.made("/demands", chosen)


def test_who_has_no_basis_is_found_by_a_mark_that_is_looked_at_again_by_night(officer, asker, street):
    asker.made("/demands", demand_form(street, beneficiary=GRANDMOTHER | {"basis": None}))
    [beneficiary_id] = to_settle = _without_basis(officer)
    for path, body, left in (("basis", CARE, []), ("basis-withdrawal", {"reason": "本人不愿意"}, to_settle), ("basis", CARE, [])):
        officer.made(f"/beneficiaries/{beneficiary_id}/{path}", body)
        assert (_without_basis(officer), found_by(recheck_bases)) == (left, 0), "the mark goes with the basis"
    with transaction():  # as a release before stated it
        db.session.execute(update(Beneficiary).values(basis_stands=None))
    assert (_without_basis(officer), found_by(recheck_bases), _rows()[0].basis_stands) == ([], 0, True)

    officer.made(f"/beneficiaries/{beneficiary_id}/basis-withdrawal", {"reason": "本人不愿意"})
    with transaction():  # as a release before took it back
        db.session.execute(update(Beneficiary).values(basis_stands=True))
    assert (_without_basis(officer), found_by(recheck_bases), _without_basis(officer)) == ([], 1, to_settle)


def _without_basis(officer):
    return [line["id"] for line in officer.seen("/beneficiaries", for_me="true")["items"]]


def test_who_agrees_fits_the_age(officer, add):
    this_year = clock.shanghai_day(clock.now()).year
    of_guardian = AGREED | {"kind": "guardian_consent"}
    child = {"name": "王小明", "called": "小明", "born_in": this_year - 9}

    assert refused(add(**child)) == (422, "basis_unfit")
    assert refused(add(basis=of_guardian)) == (422, "basis_unfit")
    assert refused(add(born_in=None)) == (422, "age_unknown")
    for years, adult in ((17, True), (19, False)):
        assert refused(add(born_in=this_year - years, adult=adult)) == (422, "age_contradicts")
    assert refused(add(basis=AGREED | {"notice_version": "2020-01-01"})) == (409, "notice_outdated")
    assert _rows() == []
    first = _id(add(**child, basis=of_guardian))
    _id(add(born_in=None, adult=True, different_from=[first]))
    assert [line["basis"] for line in officer.seen("/beneficiaries")["items"]] == ["own_consent", "guardian_consent"]


def test_who_may_say_what_of_the_basis(asker, phone_of, street):
    proxy = resident(phone_of, street)
    give_role(proxy, Grant(Role.PROXY, person_id=UUID(asker.person_id)))

    def asking(phone, basis, **fields):
        return phone.post("/demands", demand_form(street, beneficiary=GRANDMOTHER | {"basis": basis}, **fields))

    assert refused(asking(asker, CARE)) == (422, "basis_unfit")
    assert refused(asking(asker, AGREED | {"kind": "proxy_consent"})) == (422, "basis_unfit")
    for wrong in ({"kind": "duty_of_care"}, {"kind": "own_consent"}, AGREED | {"cause": "独居"}):
        assert refused(asking(asker, wrong)) == (422, "invalid")
    of_elder = {"requester_person_id": asker.person_id}
    assert asking(proxy, AGREED | {"kind": "proxy_consent"}, **of_elder).status_code == 201


def test_a_childs_door_is_read_by_who_visits_and_by_no_community_officer(officer, leader, street):
    child = GRANDMOTHER | {"born_in": clock.shanghai_day(clock.now()).year - 9, "basis": AGREED | {"kind": "guardian_consent"}}
    demand = published_demand(officer, street, beneficiary=child)
    reading = f"/demands/{demand['id']}/beneficiary"
    claimed(leader, demand, team_led_by(leader, street))

    assert refused(officer.get(reading)) == (403, "minor_protected")
    assert leader.seen(reading)["address"] == GRANDMOTHER["address"]
