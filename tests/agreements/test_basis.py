"""On what the data of a person rest: with the last consent their use ends, and what no law keeps is gone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import select

from backend.foundation import clock, facts, outbox, references
from backend.foundation.database import db
from backend.foundation.sealing import keyring
from backend.people.models import ID_NUMBER, Person
from backend.people.service.basis import TELLS_NO_FACT
from tests.support.demands import demand_form
from tests.support.guardians import born, child, guardianship_form
from tests.support.locks import somebody_waits
from tests.support.organisations import organisation_plan
from tests.support.people import identity_number, registration_form
from tests.support.phone import refused
from tests.support.proxies import proxy_form, recorded_proxy
from tests.trial.waiting import eventually


def deliver(consumer):
    while outbox.deliver_batch(consumer, now=clock.now()):
        pass


def shown(person_id):
    """How a person's row stands: name, phone, and the marks of the mask."""
    row = db.session.execute(select(Person).where(Person.id == UUID(person_id)).execution_options(populate_existing=True)).scalar_one()
    db.session.rollback()
    return row


def test_with_the_last_consent_the_phone_goes_and_what_stays_stands_under_a_mask(street, wechat):
    """M3: the number stayed with who was a volunteer, and whoever withdrew went on as before."""
    card = {"name": "张三丰", "id_number": identity_number()}
    phone = street.home.volunteer("zhang", **card)
    phone.made("/me/phone", {"code": wechat.phone_code("zhang")})
    person, reading = phone.person_id, {"purpose": "contact", "note": "回访"}

    told = phone.made("/me/consents/withdrawal", {"notice": "volunteer"})

    assert (told["erased"], told["kept"]) == (["phone"], ["name", "id_number"])
    row = shown(person)
    assert (row.name, row.phone_sealed, row.phone_index, row.erased_at) == ("张**", None, None, None)
    assert phone.seen("/me")["person"]["name"] == "张三丰", "their own name is theirs to see"
    for acting in (
        lambda: phone.post("/demands", demand_form(street)),
        lambda: phone.post("/organisations", organisation_plan(community_id=street["和平社区"])),
        lambda: phone.post("/registrations", registration_form(street, street.home.unit_id)),
        lambda: phone.post("/guardianships", guardianship_form(street, child(12))),
        lambda: phone.post("/me/phone", {"code": wechat.phone_code("zhang")}),
    ):
        assert refused(acting()) == (403, "consent_needed")
    officer = street.home.officer
    for asked in (
        officer.post("/demands", demand_form(street, requester_person_id=person)),
        officer.post(f"/people/{person}/reveals", reading | {"field": "name"}),
        officer.post(f"/people/{person}/reveals", reading | {"field": "phone"}),
        officer.post(f"/people/{person}/reveals", reading | {"field": "id_number", "purpose": "verify_identity"}),
        officer.post("/proxies", proxy_form(street, card)),
    ):
        assert refused(asked) == (409, "data_withdrawn")
    proving = {"purpose": "certificate", "note": "本人要求出具证明"}
    assert officer.made(f"/people/{person}/reveals", proving | {"field": "name"})["value"] == "张三丰", (
        "what the law keeps is kept for that"
    )

    phone.made("/me/consents", {"notice": "identity", "version": "2026-12-02"})

    row = shown(person)
    assert (row.name, row.name_sealed, row.withdrawn_at) == ("张三丰", None, None)
    assert phone.post("/demands", demand_form(street)).status_code == 201


def test_two_consents_at_once_after_the_last_was_taken_back_are_both_given(street, monkeypatch):
    phone, others, real = street.home.volunteer(), [], facts.state_missing
    phone.made("/me/consents/withdrawal", {"notice": "volunteer"})

    def agree(name):
        return phone.post("/me/consents", {"notice": name, "version": "2026-12-02"}).status_code

    def meanwhile_another(*args, **fields):
        monkeypatch.undo()
        others.append(pool.submit(agree, "volunteer"))
        assert eventually(somebody_waits)
        return real(*args, **fields)

    monkeypatch.setattr(facts, "state_missing", meanwhile_another)
    with ThreadPoolExecutor(1) as pool:
        assert (agree("identity"), others[0].result()) == (201, 201)
    assert shown(phone.person_id).withdrawn_at is None


def test_while_another_consent_stands_the_data_are_used_as_it_says(street):
    phone = street.home.person()
    phone.made("/me/consents", {"notice": "volunteer", "version": "2026-12-02"})
    assert phone.made("/me/consents/withdrawal", {"notice": "volunteer"})["kept"] == []
    assert phone.post("/demands", demand_form(street)).status_code == 201


def test_where_no_fact_names_them_name_and_number_are_erased_too_and_they_may_begin_anew(street):
    card = {"name": "李小四", "id_number": identity_number()}
    phone, living, officer = street.home.person("li", **card), street.home.person(), street.home.officer
    person = phone.person_id
    # That an officer took somebody for dead and another did not is none; that one waits for the other is.
    papers = {"died_on": "2026-03-01", "proof": "cremation_certificate"}
    mistaken, waiting = (officer.made(f"/people/{one.person_id}/deaths", papers) for one in (phone, living))
    officer.made(f"/deaths/{mistaken['id']}/return", {"reason": "同名，认错了人"})
    told = phone.made("/me/consents/withdrawal", {"notice": "identity"})
    assert (told["erased"], told["kept"]) == (["name", "id_number"], [])
    assert living.made("/me/consents/withdrawal", {"notice": "identity"})["kept"] == ["name", "id_number"]
    officer.made(f"/deaths/{waiting['id']}/return", {"reason": "同名，认错了人"})
    assert (shown(living.person_id).name, shown(living.person_id).erased_at is not None) == ("**", True)
    row = shown(person)
    assert (row.name, row.name_sealed, row.born_on.year) == ("**", None, 1900)
    assert card["id_number"] != keyring().unseal(row.id_number_sealed, field=ID_NUMBER, row=row.id)
    assert phone.seen("/me")["person"] is None
    assert refused(street.home.officer.post(f"/people/{person}/reveals", {"field": "name", "purpose": "certificate", "note": "证明"})) == (
        409,
        "data_withdrawn",
    )
    assert street.home.person("li", **card).person_id != person


def test_a_registration_ends_with_the_last_consent_and_the_role_at_once(street):
    member = street.home.party_member
    member.made("/me/consents/withdrawal", {"notice": "identity"})
    assert "party_member" not in {grant["role"] for grant in member.seen("/me")["roles"]}
    deliver("registration")
    [registration] = member.seen("/me/registrations")["items"]
    assert (registration["status"], registration["reason"]) == ("ended", "本人已撤回同意")

    member.made("/me/consents", {"notice": "identity", "version": "2026-12-02"})
    member.made("/registrations", registration_form(street, street.home.unit_id))
    assert [line["status"] for line in member.seen("/me/registrations")["items"]] == ["applied", "ended"]


def test_what_was_applied_for_is_not_accepted_of_who_withdrew_meanwhile(street):
    applicant = street.home.person()
    registration = applicant.made("/registrations", registration_form(street, street.home.unit_id))["id"]
    applicant.made("/me/consents/withdrawal", {"notice": "identity"})
    assert refused(street.home.officer.post(f"/registrations/{registration}/acceptance", {})) == (409, "data_withdrawn")
    deliver("registration")
    assert applicant.seen("/me/registrations")["items"][0]["status"] == "withdrawn"


def test_who_has_no_account_withdraws_at_the_desk_and_who_has_one_does_it_there(street):
    officer, elder = street.home.officer, {"name": "王桂芳", "id_number": identity_number()}
    proxy = recorded_proxy(officer, street, street.home.proxy.card, elder=elder)
    path = f"/people/{proxy['elder']['id']}/consents/withdrawal"
    for stranger, code in ((street.next.officer, (404, "not_found")), (street.officer, (403, "forbidden"))):
        assert refused(stranger.post(path, {"notice": "proxy"})) == code

    told = officer.made(path, {"notice": "proxy", "reason": "本人到社区当面提出"})

    assert told["kept"] == ["name", "id_number"]
    assert shown(proxy["elder"]["id"]).name == "王**"
    assert officer.seen(f"/proxies/{proxy['id']}")["status"] == "ended"
    assert refused(officer.post(f"/people/{street.home.proxy.person_id}/consents/withdrawal", {"notice": "identity"})) == (
        409,
        "has_account",
    )


def test_a_guardian_who_never_registered_goes_with_their_word(street):
    officer, guardian = street.home.officer, {"name": "赵伯伯", "id_number": identity_number(born(45))}
    held = officer.made("/guardianships", guardianship_form(street, child(12), guardian=guardian))
    told = officer.made(f"/guardianships/{held['id']}/withdrawal", {"reason": "本人提出"})
    assert told["kept"] == ["name", "id_number"]
    stand = db.session.execute(select(Person.name, Person.withdrawn_at.is_not(None)).order_by(Person.name)).all()
    assert ("赵**", True) in [tuple(row) for row in stand]


def test_whose_office_it_is_stays_known(street):
    officer = street.home.officer
    officer.made("/me/consents/withdrawal", {"notice": "identity"})
    assert shown(officer.seen("/me")["person_id"]).withdrawn_at is None


def test_every_column_by_which_a_fact_names_a_person_is_asked_by_an_index():
    asked = [column for column in references.referring(Person.id) if column.table.name not in TELLS_NO_FACT]
    slow = {"organisations.officer_person_id", "party_members.person_id"}  # of few rows
    without = {
        f"{column.table.name}.{column.name}"
        for column in asked
        if not any(next(iter(index.columns), None) is column for index in column.table.indexes)
    }
    assert without == slow
