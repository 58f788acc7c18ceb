"""People are told what befalls their account and their data; and the inbox goes with its holder, whatever becomes of the account."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import text

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.messages.service import carry_over
from tests.support.beginning import officer_of
from tests.support.demands import demand_form, grant_to, published_demand
from tests.support.guardians import child, guardianship_form
from tests.support.humans import appointed
from tests.support.locks import somebody_waits
from tests.support.messages import inbox, kinds, tell_all
from tests.support.people import person_form
from tests.support.recoveries import confirm
from tests.trial.waiting import eventually

CONTACT = {"field": "name", "purpose": "contact", "note": "通知更改服务时间"}


def merged(kept, dissolved) -> None:
    with transaction():
        ids = UUID(kept.account_id), UUID(dissolved.account_id)
        accounts.merge_accounts(Actor.system(), *ids, reason="同一人", now=clock.now())


def test_whose_data_was_read_is_told_by_whom_in_which_role_and_not_why(street):
    resident = street.home.resident
    reading = street.home.officer.made(f"/people/{resident.person_id}/reveals", CONTACT)

    (message,) = inbox(resident)

    assert (message["kind"], message["about"]) == ("data_revealed", {"kind": "reveal", "id": reading["id"]})
    assert "社区工作人员" in message["text"]
    assert CONTACT["note"] not in str(message)
    assert kinds(street.home.officer) == ["role_granted"]


def test_a_guardian_is_told_who_read_the_data_of_the_minor(street, mother):
    made = mother.made("/guardianships", guardianship_form(street, child(10)))
    with transaction():
        ward_id = db.session.scalar(text("SELECT ward_person_id FROM guardianships WHERE fact_id = :id"), {"id": made["id"]})
    street.officer.made(f"/people/{ward_id}/reveals", CONTACT)

    assert kinds(mother) == ["ward_data_revealed"]


def test_who_gets_or_loses_an_office_is_told(street):
    leader, above = street.home.leader, street.officer
    form = {
        "role": "grid_worker",
        "area_id": street["和平第一网格"],
        "volunteer_number": leader.volunteer_number,
        "name": leader.card["name"],
    }
    grant = appointed(above, leader, form)
    above.made(f"/role-grants/{grant['id']}/withdrawal", {"reason": "调离"})

    lost, got = inbox(leader)

    assert (got["kind"], lost["kind"]) == ("role_offered", "role_withdrawn")
    assert got["text"] == "您被任命为和平第一网格的网格员。请打开核对任期，接受或者谢绝；接受后才生效。"
    assert kinds(above)[0] == "role_accepted"


def test_an_appointment_waits_with_who_is_to_agree_and_then_with_who_is_to_accept(street):
    officer, colleague, volunteer = street.home.officer, street.administrator(Role.COMMUNITY_OFFICER, street.home.path), street.home.member
    form = {"role": "community_officer", "area_id": street["和平社区"], "volunteer_number": volunteer.volunteer_number}
    grant_id = officer.made("/role-grants", form | {"name": volunteer.card["name"]})["id"]
    assert (kinds(colleague, waiting="true"), kinds(volunteer), kinds(officer, waiting="true")) == (["role_proposed"], [], [])

    colleague.made(f"/role-grants/{grant_id}/approval")
    assert (kinds(colleague, waiting="true"), kinds(volunteer, waiting="true")) == ([], ["role_offered"])

    volunteer.made(f"/me/role-grants/{grant_id}/refusal")
    assert (kinds(volunteer, waiting="true"), kinds(officer)[0]) == ([], "role_declined")
    assert "role_withdrawn" not in kinds(volunteer), "what one never held one does not lose"


def test_what_comes_with_a_step_of_life_is_no_office_and_not_told_twice(street):
    assert street.home.team_id
    assert kinds(street.home.leader) == ["team_accepted"]


def test_somebody_asks_to_be_me_and_what_becomes_of_it(street, phone_of):
    resident, officer, applicant = street.home.resident, street.home.officer, phone_of("new")
    recovery_id = applicant.made("/account-recoveries", resident.card)["id"]
    assert kinds(resident, waiting="true") == ["recovery_of_mine"]
    assert kinds(officer, waiting="true") == ["recovery_applied"]

    officer.made(f"/account-recoveries/{recovery_id}/return", {"reason": "请携带身份证"})

    assert kinds(resident, waiting="true") == []
    assert kinds(resident)[0] == "recovery_of_mine_refused"
    assert kinds(applicant) == ["recovery_refused"]


def test_of_a_person_whom_nobody_is_nobody_is_told(street, phone_of):
    phone_of("new").made("/account-recoveries", child(30, "李无名"))

    assert "recovery_applied" not in kinds(street.home.officer)


def test_a_way_in_that_was_added_is_told_and_the_recovered_inbox_is_whole(street, phone_of):
    resident, officer, applicant = street.home.resident, street.home.officer, phone_of("new")
    published_demand(officer, street, by=resident)
    refused_id = applicant.made("/account-recoveries", resident.card)["id"]
    officer.made(f"/account-recoveries/{refused_id}/return", {"reason": "请携带身份证"})
    tell_all()
    recovery_id = applicant.made("/account-recoveries", resident.card)["id"]
    assert confirm(officer, recovery_id).status_code == 200

    found = kinds(phone_of("new"))

    assert {"login_added", "recovery_confirmed", "demand_published", "recovery_of_mine"} <= set(found)
    assert "recovery_of_mine_refused" in found
    assert "recovery_refused" not in found, "both were told of that one event, and they are one human now"


def test_the_inbox_of_an_officer_goes_with_the_account_into_the_other(street, phone_of):
    officer, phone = street.home.officer, phone_of("new")
    street.home.resident.made("/demands", demand_form(street))
    tell_all()

    merged(phone, officer)

    assert "demand_submitted" in kinds(phone)
    assert phone.seen("/me/messages/count")["waiting"][0]["number"] == 1


def test_the_inbox_of_an_account_is_the_persons_once_it_has_one(street, phone_of):
    officer = phone_of("somebody")
    grant_to(officer, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert kinds(officer) == ["role_granted"]

    officer.made("/people", person_form(street))

    assert kinds(officer)[-1:] == ["role_granted"]


def test_a_message_that_is_being_told_while_its_account_goes_over_is_not_left_behind(app, street):
    """Whoever tells met the account as it was; the one who carries waits for them."""
    officer, resident = officer_of(app, Role.COMMUNITY_OFFICER, street.home.path, known=False), street.home.resident
    tell_all()
    merged(resident, officer)
    known, now = {"id": officer.account_id, "event_id": new_id()}, "2026-11-29T10:00:00Z"
    telling = text(
        "INSERT INTO messages (recipient_id, event_id, kind, happened_at, told_at) VALUES (:id, :event_id, 'role_granted', :now, :now)"
    )

    def carry() -> None:
        with app.app_context(), transaction():
            carry_over([UUID(officer.account_id)], now=clock.now())

    with ThreadPoolExecutor(1) as pool, db.engine.connect() as teller:
        teller.execute(telling, known | {"now": now})
        carried = pool.submit(carry)
        assert eventually(somebody_waits)
        teller.commit()
        carried.result()

    assert str(known["event_id"]) in {message["id"] for message in inbox(resident)}
