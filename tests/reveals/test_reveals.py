"""Personal data is read in clear for a purpose only, by who may, and whom it is about can see it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from backend.foundation.actor import Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.reveals import purposes
from backend.reveals.models import Reveal
from config.settings import CONFIG_FOLDER
from ejia.metrics import registry_of
from tests.support.attendance import Visit
from tests.support.demands import HOME
from tests.support.people import identity_number, registered_person, registered_volunteer
from tests.support.phone import refused

COMMUNITY, STREET, OTHER = "639999001001", "639999001", "639999001002"


def wanted(field: str = "id_number", purpose: str = "verify_identity", note: str = "补办志愿者证") -> dict[str, str]:
    return {"field": field, "purpose": purpose, "note": note}


def test_an_officer_reads_what_the_purpose_needs_and_the_person_sees_it(phone_of, street, officer, pass_time):
    number = identity_number()
    person = registered_volunteer(phone_of, street, id_number=number)
    answer = officer.post(f"/people/{person.person_id}/reveals", wanted())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert answer.get_json()["value"] == number
    pass_time(minutes=1)
    assert officer.made(f"/people/{person.person_id}/reveals", wanted("phone", "contact"))["value"] is None

    seen = person.seen("/me/reveals")["items"]
    assert [(line["fields"], line["purpose"], line["note"]) for line in seen] == [
        (["phone"], "联系本人", "补办志愿者证"),
        (["id_number"], "核实身份", "补办志愿者证"),
    ]
    assert person.seen("/me/reveals", sort="earliest")["items"] == seen[::-1]
    assert (seen[0]["role"], seen[0]["area"], seen[0]["of_beneficiary"]) == ("community_officer", "和平社区", False)


def test_a_reading_is_audited_without_what_was_read(phone_of, street, officer):
    number = identity_number()
    person = registered_volunteer(phone_of, street, id_number=number)
    officer.made(f"/people/{person.person_id}/reveals", wanted(note="核对 王志愿 的身份"))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.reveal")).one()
    assert (entry.subject_id, entry.account_id) == (UUID(person.person_id), UUID(officer.account_id))
    assert entry.details == {"field": "id_number", "purpose": "verify_identity"}
    row = db.session.scalars(select(Reveal)).one()
    assert number.encode() not in (row.note_sealed or b"")
    assert "王志愿".encode() not in (row.note_sealed or b"")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (wanted(purpose="curiosity"), "purpose_unknown"),
        (wanted("id_number", "contact"), "field_not_for_purpose"),
        (wanted("address", "visit"), "field_not_for_purpose"),
        (wanted(note=" "), "invalid"),
        (wanted("birthday"), "invalid"),
    ],
)
def test_without_a_fitting_purpose_nothing_is_read_and_nothing_written(phone_of, street, officer, asked, code):
    person = registered_volunteer(phone_of, street)
    assert refused(officer.post(f"/people/{person.person_id}/reveals", asked)) == (422, code)
    assert person.seen("/me/reveals")["items"] == []


def test_who_is_out_of_reach_does_not_exist_and_nobody_else_may(phone_of, street, administrator, officer):
    person, stranger = registered_volunteer(phone_of, street), registered_person(phone_of, street)
    path = f"/people/{person.person_id}/reveals"
    assert refused(administrator(Role.COMMUNITY_OFFICER, OTHER).post(path, wanted())) == (404, "not_found")
    assert refused(administrator(Role.GRID_WORKER, COMMUNITY).post(path, wanted())) == (404, "not_found")
    assert refused(stranger.post(path, wanted())) == (404, "not_found")
    assert refused(administrator(Role.DISTRICT_OFFICER, "639999").post(path, wanted())) == (403, "forbidden")
    assert refused(person.post(path, wanted())) == (403, "forbidden"), "one's own number is shown masked to the phone, too"
    assert refused(administrator(Role.AUDIT_ADMIN, STREET).post(path, wanted())) == (404, "not_found")
    assert db.session.scalars(select(Reveal.id)).all() == []


def test_an_account_reads_so_much_in_an_hour_and_no_more(phone_of, street, officer, administrator, pass_time, settings):
    person = registered_volunteer(phone_of, street)
    path = f"/people/{person.person_id}/reveals"
    for _ in range(purposes.current().most_in_an_hour):
        officer.made(path, wanted())
    answer = officer.post(path, wanted())
    assert refused(answer) == (429, "too_many_reveals")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert administrator(Role.STREET_OFFICER, STREET).post(path, wanted()).status_code == 201
    registry = registry_of(settings)
    assert registry.get_sample_value("ejia_reveals_hour_of_one_account") == purposes.current().most_in_an_hour
    assert registry.get_sample_value("ejia_reveals_hour") == purposes.current().most_in_an_hour + 1
    pass_time(minutes=61)
    officer.refresh_token = None
    assert administrator(Role.COMMUNITY_OFFICER, COMMUNITY).post(path, wanted()).status_code == 201


def test_a_repeated_request_is_one_reading(phone_of, street, officer):
    person = registered_volunteer(phone_of, street)
    first, again = (officer.post(f"/people/{person.person_id}/reveals", wanted(), key="the-same-key") for _ in range(2))
    assert first.status_code == 201
    assert refused(again) == (409, "answer_not_kept"), "what was read is kept nowhere"
    assert len(person.seen("/me/reveals")["items"]) == 1


def test_what_was_read_cannot_be_denied_later(phone_of, street, officer):
    person = registered_volunteer(phone_of, street)
    officer.made(f"/people/{person.person_id}/reveals", wanted())
    for change in ("DELETE FROM reveals", "UPDATE reveals SET purpose = 'contact'", "UPDATE reveals SET note_sealed = NULL"):
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(text(change))


def test_who_holds_the_place_of_a_visit_reads_the_address_and_who_asked_sees_it(street):
    visit = Visit(street)
    shown = visit.leader.get(f"/demands/{visit.demand['id']}/beneficiary")
    assert (shown.get_json()["address"], shown.headers["Cache-Control"]) == (HOME, "no-store")
    [line] = db.session.scalars(select(Reveal)).all()
    assert (line.role, line.purpose, line.fields) == (Role.TEAM_LEADER, "visit", ["name", "address", "phone"])
    assert str(line.account_id) == visit.leader.account_id
    path = f"/demands/{visit.demand['id']}/beneficiary/reveals"
    again = visit.leader.post(path, key="asked-once")
    assert (again.status_code, again.get_json()) == (201, shown.get_json()), "as it is to be asked for: it leaves a trace"
    assert refused(visit.leader.post(path, key="asked-once")) == (409, "answer_not_kept")
    assert len(db.session.scalars(select(Reveal)).all()) == 2


def test_officers_and_grid_workers_of_a_beneficiary_read_one_value_for_a_purpose(street, officer, administrator):
    Visit(street)
    [listed] = officer.seen("/beneficiaries")["items"]
    path = f"/beneficiaries/{listed['id']}/reveals"
    assert officer.made(path, wanted("address", "emergency"))["value"] == HOME
    assert administrator(Role.GRID_WORKER, COMMUNITY).made(path, wanted("phone", "visit"))["field"] == "phone"
    assert refused(officer.post(path, wanted("id_number", "verify_identity"))) == (422, "field_not_for_purpose")
    assert refused(administrator(Role.COMMUNITY_OFFICER, OTHER).post(path, wanted("address", "visit"))) == (404, "not_found")
    assert refused(street.officer.post(path, wanted("address", "visit"))) == (404, "not_found")
    written = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "beneficiary.reveal", AuditEntry.succeeded).order_by(AuditEntry.id)
    )
    assert [line.details["field"] for line in written] == ["address", "phone"]


def test_the_purposes_can_be_listed(phone_of, street):
    listed = phone_of().seen("/reveal-purposes")["items"]
    assert {purpose["code"] for purpose in listed} >= {"contact", "visit"}
    assert listed == [purpose.model_dump(mode="json") for purpose in purposes.read(CONFIG_FOLDER / "reveals.toml").purposes.values()]


def test_several_readings_at_once_are_counted_one_by_one(phone_of, street, officer):
    person = registered_volunteer(phone_of, street)
    path = f"/people/{person.person_id}/reveals"
    for _ in range(purposes.current().most_in_an_hour - 1):
        officer.made(path, wanted())
    together = Barrier(6)

    def read(_: int) -> int:
        together.wait()
        return officer.post(path, wanted()).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(read, range(6))) == [201, *[429] * 5]


def test_nobody_reads_more_by_way_of_the_demands(street, officer):
    visit = Visit(street)
    path = f"/demands/{visit.demand['id']}/beneficiary"
    for phone in (officer, visit.leader):
        for _ in range(purposes.current().most_in_an_hour):
            assert phone.get(path).status_code == 200
        assert refused(phone.get(path)) == refused(phone.post(f"{path}/reveals")) == (429, "too_many_reveals")
