"""Who registers as volunteer, who may not, and what is kept of it."""

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.idempotency import IdempotencyKey
from backend.foundation.outbox import OutboxEvent
from backend.foundation.sealing import keyring
from backend.people.models import Consent, Person
from backend.volunteers.models import Volunteer
from tests.support.people import identity_number, registered_person, registered_volunteer, volunteer_form
from tests.support.phone import refused
from tests.support.teams import active_team, join_team

ADULT = "639999199001010014"


def rows(kind) -> int:
    return db.session.scalar(select(func.count()).select_from(kind))


def test_a_person_registers_and_sees_their_own_card_masked(phone_of, street):
    phone = phone_of("zhang")

    made = phone.made("/volunteers", volunteer_form(street, name="张三", id_number=ADULT))

    assert made["number"].startswith(f"V{clock.shanghai_day(clock.now()).year}")
    assert len(made["number"]) >= 11
    assert made["community"] == {"id": street["和平社区"], "name": "和平社区"}
    seen = phone.seen("/me")
    assert seen["person"] == {
        "id": made["person"]["id"],
        "name": "张三",
        "id_number": "639999********0014",
        "phone": None,
        "community": made["community"],
    }
    assert seen["person_id"] == seen["person"]["id"]
    assert seen["volunteer"] == {key: made[key] for key in ("id", "number", "registered_on", "community")}
    assert [(role["role"], role["area_path"]) for role in seen["roles"]] == [("volunteer", "639999001001")]


def test_registering_leaves_consent_event_and_audit_without_personal_data(phone_of, street):
    phone = registered_volunteer(phone_of, street, "zhang", name="张三", id_number=ADULT)

    consent = db.session.scalars(select(Consent)).one()
    assert (consent.notice, consent.version, consent.channel) == ("volunteer", "2026-12-02", "mini_program")
    assert str(consent.person_id) == phone.person_id
    assert consent.given_at <= clock.now()
    volunteer = db.session.scalars(select(Volunteer)).one()
    heard = {(happened.name, happened.subject_id) for happened in db.session.scalars(select(OutboxEvent))}
    assert heard == {
        ("person.registered", UUID(phone.person_id)),
        ("account.identified", UUID(phone.account_id)),
        ("volunteer.registered", volunteer.id),
    }
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.register")).all()
    assert {act.subject_id for act in acts} == {UUID(phone.person_id), volunteer.id}
    assert not any(secret in str(act.details) for act in db.session.scalars(select(AuditEntry)) for secret in ("张三", ADULT))


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"id_number": "639999199001010015"}, 422, "id_number_invalid"),
        ({"id_number": "63999919900101001"}, 422, "id_number_invalid"),
        ({"id_number": "999999199001010016"}, 422, "id_number_invalid"),
        ({"id_number": "440524188001010014"}, 422, "id_number_invalid"),
        ({"id_number": None}, 422, "identity_needed"),
        ({"name": None}, 422, "identity_needed"),
        ({"name": "张"}, 422, "invalid"),
        ({"name": "张3"}, 422, "name_invalid"),
        ({"name": "<b>张三</b>"}, 422, "name_invalid"),
        ({"name": "·张三"}, 422, "name_invalid"),
        ({"notice_version": "2020-01-01"}, 409, "notice_outdated"),
        ({"community_id": "01931f6e-7c1a-7d2e-8f00-00000000c001"}, 422, "not_a_community"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_kept(phone_of, street, wrong, status, code):
    phone = phone_of("zhang")

    assert refused(phone.post("/volunteers", volunteer_form(street, id_number=ADULT) | wrong)) == (status, code)

    assert (rows(Person), rows(Volunteer), rows(Consent), rows(OutboxEvent)) == (0, 0, 0, 0)
    assert phone.seen("/me")["person_id"] is None


def test_a_street_or_a_grid_is_no_community(phone_of, street):
    for name in ("测试区", "青山街道", "和平第一网格"):
        assert refused(phone_of("zhang").post("/volunteers", volunteer_form(street, community=name))) == (422, "not_a_community")


def test_an_outdated_notice_says_which_version_is_in_force(phone_of, street):
    answer = phone_of("zhang").post("/volunteers", volunteer_form(street, notice_version="2020-01-01"))

    assert answer.get_json()["current_version"] == "2026-12-02"


def test_whoever_is_younger_than_18_on_the_shanghai_day_needs_a_guardian(phone_of, street, pass_time):
    tomorrow = clock.shanghai_day(clock.now()) + timedelta(days=1)
    minor = identity_number(born_on=tomorrow.replace(year=tomorrow.year - 18), sequence=1)

    assert refused(phone_of("child").post("/volunteers", volunteer_form(street, id_number=minor))) == (409, "guardian_needed")
    assert rows(Person) == 0
    pass_time(hours=24)
    assert phone_of("child").post("/volunteers", volunteer_form(street, id_number=minor)).status_code == 201


def test_of_one_account_that_brings_two_numbers_at_once_one_registration_stands(phone_of, street):
    phones = [phone_of("zhang") for _ in range(6)]
    start = Barrier(len(phones))

    def register(phone):
        form = volunteer_form(street)
        start.wait()
        return phone.post("/volunteers", form)

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(register, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"identity_at_desk"}
    assert (rows(Person), rows(Volunteer)) == (1, 1)


def test_of_one_person_that_registers_twice_at_once_one_registration_stands(phone_of, street):
    phone = registered_person(phone_of, street, "zhang")
    phones = [phone_of("zhang") for _ in range(6)]
    form, start = volunteer_form(street, name=None, id_number=None), Barrier(6)

    def register(phone):
        start.wait()
        return phone.post("/volunteers", form)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(register, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"already_volunteer"}
    assert len(phone.seen("/me")["roles"]) == 1


def test_a_repeat_under_the_same_key_gets_the_first_answer(phone_of, street):
    phone, form = phone_of("zhang"), volunteer_form(street)

    first, again = phone.post("/volunteers", form, key="volunteer-zhang"), phone.post("/volunteers", form, key="volunteer-zhang")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_data() == again.get_data()
    assert rows(Volunteer) == 1


def test_what_was_sent_is_not_found_out_by_trying(phone_of, street):
    """Of a registration all but the number stands elsewhere in the database, and of the number the birthday and the sex."""
    phone, form = phone_of("zhang"), volunteer_form(street)
    phone.post("/volunteers", form, key="volunteer-zhang")
    plain = hashlib.sha256(b"/api/v1/volunteers\x00" + phone.client.application.json.dumps(form).encode()).digest()
    digest = db.session.scalars(select(IdempotencyKey.body_digest).where(IdempotencyKey.key == "volunteer-zhang")).one()
    assert digest == keyring().index(plain.hex(), field="idempotency_keys.body_digest")
    assert digest != plain


def test_who_is_a_volunteer_is_refused_a_second_registration(phone_of, street):
    phone = registered_volunteer(phone_of, street, "zhang")

    assert refused(phone.post("/volunteers", volunteer_form(street, name=None, id_number=None))) == (409, "already_volunteer")


def test_who_leaves_loses_the_role_at_once_and_may_come_back_under_a_new_number(phone_of, street, pass_time):
    phone = registered_volunteer(phone_of, street, "zhang")
    pass_time(minutes=5)

    assert phone.post("/me/volunteer/leaving", {"reason": "搬家"}).status_code == 204

    assert (phone.seen("/me")["volunteer"], phone.seen("/me")["roles"]) == (None, [])
    assert refused(phone.post("/me/volunteer/leaving", {})) == (409, "not_a_volunteer")
    pass_time(minutes=5)
    back = phone.made("/volunteers", volunteer_form(street, community="团结社区", name=None, id_number=None))
    assert back["number"] != phone.volunteer_number
    assert back["person"]["community"]["name"] == "团结社区"
    assert [role["area_path"] for role in phone.seen("/me")["roles"]] == ["639999001002"]
    assert (rows(Person), rows(Volunteer), rows(Consent)) == (1, 3, 1)
    chain = db.session.scalars(select(Volunteer).order_by(Volunteer.recorded_at)).all()
    assert [(fact.left_on is not None, fact.superseded_at is not None) for fact in chain] == [(False, True), (True, False), (False, False)]
    assert (chain[1].fact_id, chain[1].reason) == (chain[0].id, "搬家")
    names = db.session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)).all()
    assert names == ["person.registered", "account.identified", "volunteer.registered", "volunteer.left", "volunteer.registered"]


def test_who_comes_back_with_another_identity_is_refused(phone_of, street):
    phone = registered_person(phone_of, street, "zhang", name="张三", id_number=ADULT)

    for other in ({"id_number": identity_number()}, {"name": "李四"}):
        form = volunteer_form(street, name="张三", id_number=ADULT) | other
        assert refused(phone.post("/volunteers", form)) == (409, "identity_at_desk")
    assert phone.post("/volunteers", volunteer_form(street, name="张三", id_number=ADULT)).status_code == 201


def test_nobody_leaves_who_never_said_who_they_are(phone_of, street):
    assert refused(phone_of("zhang").post("/me/volunteer/leaving", {})) == (403, "person_needed")


def test_who_leads_a_team_hands_it_over_before_leaving(phone_of, street):
    leader = registered_volunteer(phone_of, street)
    team = active_team(leader, street.home.officer, street)
    join_team(street.home.volunteer(), leader, team["id"])

    assert refused(leader.post("/me/volunteer/leaving", {})) == (409, "still_leading")

    assert leader.seen("/me")["volunteer"]["number"] == leader.volunteer_number
    assert "volunteer.left" not in db.session.scalars(select(OutboxEvent.name)).all()
