"""找回账号: who lost phone or WeChat proves who they are, is seen by the community, and has their history again."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Account, Login, TokenFamily
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.foundation.sealing import keyring
from backend.people.models import Person
from backend.recoveries.models import AccountRecovery, AccountRecoveryChange
from tests.support.attendance import Visit, counting
from tests.support.beginning import officer_of
from tests.support.demands import give_role, grant_to
from tests.support.guardians import child, guardianship_form
from tests.support.people import identity_number, registered_person, registered_volunteer, volunteer_form
from tests.support.phone import refused
from tests.support.proxies import recorded_proxy
from tests.support.recoveries import confirm


@pytest.fixture
def card():
    return {"name": "张三", "id_number": identity_number()}


@pytest.fixture
def old(phone_of, street, card):
    """The lost phone: a registered volunteer's."""
    return registered_volunteer(phone_of, street, "old", **card)


@pytest.fixture
def new(phone_of, old):
    """The new WeChat, logged in, with an account without a person."""
    return phone_of("new")


def applied(phone, card) -> str:
    recovery_id: str = phone.made("/account-recoveries", card)["id"]
    return recovery_id


def test_after_the_community_saw_the_person_the_new_wechat_opens_the_old_account(phone_of, old, new, officer, card):
    recovery_id = applied(new, card)

    answer = confirm(officer, recovery_id)

    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["proof"]) == (200, "confirmed", "id_card")
    again = phone_of("new")
    me = again.seen("/me")
    assert (me["account_id"], me["person_id"], me["volunteer"]["number"]) == (old.account_id, old.person_id, old.volunteer_number)
    assert [role["role"] for role in me["roles"]] == ["volunteer"]
    assert db.session.get(Account, UUID(new.account_id)).status.value == "closed"


def test_the_digits_on_the_phone_tell_its_application_from_a_thiefs(phone_of, old, new, officer, card):
    """Both ask for the same person, and the community sees the same of both: who stands at the desk shows which one is theirs."""
    mine, thiefs = applied(new, card), applied(phone_of("thief"), card)
    code = new.seen(f"/account-recoveries/{mine}")["check_code"]
    assert {line["id"]: line["check_code"] for line in officer.seen("/account-recoveries")["items"]} == {mine: None, thiefs: None}
    assert {line["check_code"] for line in old.seen("/account-recoveries")["items"]} == {None}

    answer = officer.post(f"/account-recoveries/{thiefs}/confirmation", {"proof": "id_card", "check_code": code})

    assert refused(answer) == (422, "check_code_wrong")
    assert confirm(officer, mine).status_code == 200
    assert phone_of("new").seen("/me")["account_id"] == old.account_id
    assert phone_of("new").seen(f"/account-recoveries/{mine}")["check_code"] is None


def test_everything_that_was_logged_in_is_out(phone_of, old, new, officer, card):
    second = phone_of("old")

    confirm(officer, applied(new, card))

    for phone in (old, second, new):
        phone.refresh_token = None
        assert refused(phone.get("/me")) == (401, "token_invalid")
    assert db.session.scalars(select(TokenFamily.end_reason).where(TokenFamily.account_id == UUID(old.account_id))).all() == [
        "account_recovered",
        "account_recovered",
    ]


def test_the_old_wechat_opens_nothing_of_it_any_more_and_begins_anew(phone_of, old, new, officer, card):
    confirm(officer, applied(new, card))

    found = phone_of("old").seen("/me")

    assert found["person_id"] is None
    assert found["account_id"] not in (old.account_id, new.account_id)
    assert phone_of("old").seen("/me")["account_id"] == found["account_id"]


def test_who_finds_the_old_phone_again_goes_the_way_back_once_more(phone_of, old, new, officer, card):
    confirm(officer, applied(new, card))
    found = phone_of("old")

    confirm(officer, applied(found, card))

    assert phone_of("old").seen("/me")["account_id"] == old.account_id
    assert phone_of("new").seen("/me")["person_id"] is None


def test_points_services_and_teams_are_as_they_were(phone_of, street, officer, card, pass_time):
    visit = Visit(street)
    pass_time(minutes=1)
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    before, counted = visit.leader.seen("/me")["roles"], counting()
    leader = db.session.get(Person, UUID(visit.leader.person_id))
    name = leader.name
    new = phone_of("leaders-new")
    number = _number_of(leader)

    confirm(officer, applied(new, {"name": name, "id_number": number}))

    again = phone_of("leaders-new")
    assert again.seen("/me")["roles"] == before
    assert counting() == counted
    assert again.seen(f"/teams/{visit.team_id}/members")["items"]


def _number_of(person) -> str:
    return keyring().unseal(person.id_number_sealed, field="people.id_number", row=person.id)


def test_the_answer_does_not_tell_whether_there_is_such_a_person(phone_of, old, card):
    cards = {
        "known": card,
        "other name": card | {"name": "张四"},
        "unknown": {"name": "李四", "id_number": identity_number()},
    }
    answers = {what: phone_of(what).post("/account-recoveries", asked) for what, asked in cards.items()}

    shown = {what: answer.get_json() | {"id": "", "applied_at": "", "check_code": ""} for what, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {201}
    assert shown["known"] == shown["other name"] == shown["unknown"]
    for what, answer in answers.items():
        (line,) = phone_of(what).seen("/account-recoveries")["items"]
        assert (line["id"], line["person"]) == (answer.get_json()["id"], None)
    assert [row.person_id for row in db.session.scalars(select(AccountRecovery).order_by(AccountRecovery.id))] == [
        UUID(old.person_id),
        None,
        None,
    ]


def test_name_and_number_are_not_kept(new, card):
    applied(new, card)

    rows = [*db.session.scalars(select(AccountRecovery)), *db.session.scalars(select(AuditEntry)), *db.session.scalars(select(OutboxEvent))]
    for row in rows:
        assert card["id_number"] not in str(vars(row))
        assert card["name"] not in str(vars(row))


def test_the_community_sees_whom_masked_and_so_does_the_person(old, new, officer, card, street):
    recovery_id = applied(new, card)
    expected = {
        "id": old.person_id,
        "name": "张*",
        "id_number": f"639999********{card['id_number'][-4:]}",
        "community": {"id": street["和平社区"], "name": "和平社区"},
    }

    for viewer in (officer, old):
        (line,) = viewer.seen("/account-recoveries", status="submitted")["items"]
        assert (line["id"], line["person"]) == (recovery_id, expected)
        assert viewer.seen(f"/account-recoveries/{recovery_id}")["person"] == expected


def test_the_person_sees_it_in_their_record_afterwards(phone_of, old, new, officer, card):
    recovery_id = applied(new, card)
    confirm(officer, recovery_id)

    (line,) = phone_of("new").seen("/account-recoveries")["items"]

    assert (line["id"], line["status"], line["person"]["id"]) == (recovery_id, "confirmed", old.person_id)
    assert line["decided_at"] is not None
    steps = db.session.scalars(select(AccountRecoveryChange).order_by(AccountRecoveryChange.id)).all()
    assert [(step.to_status.value, str(step.actor_account_id)) for step in steps] == [
        ("submitted", new.account_id),
        ("seen", officer.account_id),
        ("confirmed", str(steps[-1].actor_account_id)),
    ]
    assert str(steps[-1].actor_account_id) not in (officer.account_id, new.account_id)
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == UUID(officer.account_id)).order_by(AuditEntry.id))
    assert [act for act in acts if act.startswith(("account.", "recovery."))][1:] == ["recovery.review"]
    assert {"recovery.applied", "recovery.seen", "recovery.confirmed"} <= set(db.session.scalars(select(OutboxEvent.name)))


def test_the_community_returns_it_with_a_reason_that_the_applicant_reads(old, new, officer, card):
    recovery_id = applied(new, card)

    assert officer.post(f"/account-recoveries/{recovery_id}/return", {"reason": "请携带身份证"}).status_code == 200

    line = new.seen(f"/account-recoveries/{recovery_id}")
    assert (line["status"], line["reason"], line["person"]) == ("returned", "请携带身份证", None)
    assert old.get("/me").status_code == 200
    assert refused(confirm(officer, recovery_id)) == (409, "recovery_decided")


def test_the_person_who_did_not_ask_for_it_refuses_it(old, new, officer, card):
    recovery_id = applied(new, card)

    assert old.post(f"/account-recoveries/{recovery_id}/return", {"reason": "不是我申请的"}).status_code == 200

    assert refused(confirm(officer, recovery_id)) == (409, "recovery_decided")
    assert old.get("/me").status_code == 200


def test_nobody_confirms_for_themselves(phone_of, old, new, card, street):
    grant_to(new, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    give_role(old, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    recovery_id = applied(new, card)

    assert refused(confirm(old, recovery_id)) == (403, "own_recovery")
    assert refused(confirm(new, recovery_id)) == (403, "holder_unchecked")
    assert confirm(street.officer, recovery_id).status_code == 200


@pytest.mark.parametrize(
    ("office", "confirming"),
    [
        (Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"), Role.COMMUNITY_OFFICER),
        (Grant(Role.COMMUNITY_OFFICER, area_path="639999002001"), Role.STREET_OFFICER),
        (Grant(Role.STREET_OFFICER, area_path="639999001"), Role.COMMUNITY_OFFICER),
        (Grant(Role.STREET_OFFICER, area_path="639999001"), Role.STREET_OFFICER),
        (Grant(Role.AUDIT_ADMIN, area_path="639999001"), Role.STREET_OFFICER),
    ],
    ids=lambda value: value.role.value if isinstance(value, Grant) else value.value,
)
def test_nobody_gives_the_account_of_an_equal_or_a_superior_away(old, new, administrator, card, office, confirming):
    """A colleague's number is known to many; with a second WeChat and one's own word one would hold their office."""
    give_role(old, office)
    other = administrator(confirming, "639999001001" if confirming is Role.COMMUNITY_OFFICER else "639999001")
    recovery_id = applied(new, card)

    assert refused(confirm(other, recovery_id)) == (403, "holder_of_office")

    assert old.seen("/me")["account_id"] == old.account_id
    assert other.seen(f"/account-recoveries/{recovery_id}")["status"] == "submitted"


def test_an_office_that_is_over_or_below_keeps_nobody_from_the_way_back(phone_of, old, new, officer, card, pass_time):
    give_role(old, Grant(Role.STREET_OFFICER, area_path="639999001", ends_at=clock.now() + timedelta(minutes=1)))
    give_role(old, Grant(Role.GRID_WORKER, area_path="639999001001001"))
    pass_time(minutes=2)

    assert confirm(officer, applied(new, card)).status_code == 200
    assert "grid_worker" in [role["role"] for role in phone_of("new").seen("/me")["roles"]]


@pytest.fixture
def merged(app, new, card):
    """The applicant joins the new WeChat with a log-in by password while the application waits, and goes on from the browser."""
    browser = officer_of(app, Role.COMMUNITY_OFFICER, "639999001002", known=False)
    recovery_id = applied(new, card)
    with transaction():
        accounts.merge_accounts(Actor.system(), UUID(browser.account_id), UUID(new.account_id), reason="同一人", now=clock.now())
    return browser, recovery_id


def test_an_application_goes_on_when_the_applicants_account_was_merged(phone_of, old, merged, officer):
    browser, recovery_id = merged
    assert browser.seen(f"/account-recoveries/{recovery_id}")["status"] == "submitted"

    assert confirm(officer, recovery_id).status_code == 200

    assert phone_of("new").seen("/me")["account_id"] == old.account_id


def test_it_is_still_ones_own_after_the_merge(merged):
    browser, recovery_id = merged
    give_role(browser, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))

    assert refused(confirm(browser, recovery_id)) == (403, "own_recovery")
    assert browser.post(f"/account-recoveries/{recovery_id}/withdrawal").get_json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("role", "path", "outcome"),
    [
        (Role.COMMUNITY_OFFICER, "639999001002", (404, "not_found")),
        (Role.STREET_OFFICER, "639999002", (404, "not_found")),
        (Role.GRID_WORKER, "639999001001001", (404, "not_found")),
        (Role.SECURITY_ADMIN, "639999", (404, "not_found")),
        (Role.DISTRICT_OFFICER, "639999", (403, "forbidden")),
    ],
)
def test_nobody_but_the_community_and_the_street_decides(old, new, administrator, card, role, path, outcome):
    recovery_id = applied(new, card)
    other = administrator(role, path)

    assert refused(confirm(other, recovery_id)) == outcome
    assert refused(other.post(f"/account-recoveries/{recovery_id}/return", {"reason": "x"})) == outcome
    assert len(other.seen("/account-recoveries")["items"]) == (1 if outcome[0] == 403 else 0)


def test_what_nobody_stands_behind_is_seen_by_the_applicant_only(phone_of, street, officer, administrator):
    recovery_id = applied(phone_of("stranger"), {"name": "李四", "id_number": identity_number()})

    assert refused(confirm(officer, recovery_id)) == (404, "not_found")
    assert officer.seen("/account-recoveries")["items"] == []
    assert administrator(Role.DISTRICT_OFFICER, "639999").seen("/account-recoveries")["items"] == []


def test_one_application_at_a_time_and_three_a_week(new, card, pass_time):
    for _ in range(3):
        recovery_id = applied(new, card)
        assert refused(new.post("/account-recoveries", card))[1] in ("recovery_open", "too_many_recoveries")
        assert new.post(f"/account-recoveries/{recovery_id}/withdrawal").status_code == 200

    answer = new.post("/account-recoveries", card)
    assert refused(answer) == (429, "too_many_recoveries")
    pass_time(seconds=int(answer.headers["Retry-After"]))
    assert new.post("/account-recoveries", card).status_code == 201


def test_of_many_applications_at_once_one_is_written(phone_of, old, card):
    phones, start = [phone_of("new") for _ in range(6)], Barrier(6)

    def apply(phone):
        start.wait()
        return phone.post("/account-recoveries", card).status_code

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(apply, phones)) == {201: 1, 409: 5}


def test_of_two_that_confirm_at_once_one_does_and_others_for_the_same_person_are_returned(phone_of, old, new, officer, card, street):
    first, thief = applied(new, card), applied(phone_of("thief"), card)
    officers, start = [officer, street.officer], Barrier(2)

    def decide(phone):
        start.wait()
        return confirm(phone, first).status_code

    with ThreadPoolExecutor(2) as pool:
        assert Counter(pool.map(decide, officers)) == {200: 1, 409: 1}
    assert officer.seen(f"/account-recoveries/{thief}")["status"] == "returned"
    assert refused(confirm(officer, thief)) == (409, "recovery_decided")
    assert phone_of("new").seen("/me")["account_id"] == old.account_id


def test_of_two_applications_for_one_account_confirmed_at_once_one_opens_it(phone_of, old, new, officer, card, street):
    applications = [applied(new, card), applied(phone_of("other"), card)]
    officers, start = [officer, street.officer], Barrier(2)

    def decide(number):
        start.wait()
        return confirm(officers[number], applications[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert Counter(pool.map(decide, range(2))) == {200: 1, 409: 1}
    opening = [user for user in ("old", "new", "other") if phone_of(user).seen("/me")["account_id"] == old.account_id]
    assert len(opening) == 1
    assert opening != ["old"]


def test_who_has_a_person_or_no_wechat_needs_none(app, phone_of, street, card):
    assert refused(registered_person(phone_of, street).post("/account-recoveries", card)) == (409, "person_known")
    browser = officer_of(app, Role.COMMUNITY_OFFICER, "639999001001", known=False)
    assert refused(browser.post("/account-recoveries", card)) == (409, "wechat_login_needed")


def test_an_applicant_who_became_somebody_else_meanwhile_gets_no_account(phone_of, street, old, new, officer, card):
    recovery_id = applied(new, card)
    registered_person(lambda _: new, street)

    assert refused(confirm(officer, recovery_id)) == (409, "account_tied")
    assert old.get("/me").status_code == 200


def test_somebody_on_record_without_an_account_gets_their_first_one(phone_of, street, officer, card):
    neighbour = {"name": "陈邻居", "id_number": identity_number()}
    registered_person(phone_of, street, **neighbour)
    elder = {"name": "王桂芳", "id_number": identity_number()}
    person_id = recorded_proxy(officer, street, neighbour, elder=elder)["elder"]["id"]

    confirm(officer, applied(phone_of("grandson's old phone"), elder))

    assert phone_of("grandson's old phone").seen("/me")["person_id"] == person_id


def test_a_minor_who_registered_by_themselves_goes_the_same_way_back(phone_of, street, officer):
    mother, ward = registered_person(phone_of, street, "mother"), child(16)
    mother.made("/guardianships", guardianship_form(street, ward))
    volunteer = phone_of("lost").made("/volunteers", volunteer_form(street, **ward))

    assert confirm(officer, applied(phone_of("new"), ward)).status_code == 200

    me = phone_of("new").seen("/me")
    assert (me["person_id"], me["volunteer"]["number"]) == (volunteer["person"]["id"], volunteer["number"])
    assert refused(phone_of().post("/account-recoveries", child(13))) == (409, "guardian_needed")


@pytest.mark.parametrize("years", [1, 5], ids=["a minor", "grown up"])
@pytest.mark.parametrize("by", ["recovery", "registration"])
def test_whom_a_guardian_registered_is_a_volunteer_on_their_first_account_too(phone_of, street, card, pass_time, years, by):
    mother, ward = registered_person(phone_of, street, "mother"), child(13)
    made = mother.made("/guardianships", guardianship_form(street, ward))
    pass_time(days=366 * years)
    first = phone_of("first")
    if by == "recovery":
        confirm(street.home.officer, applied(first, ward))
        first = phone_of("first")
    else:
        first.made("/volunteers", volunteer_form(street, **ward))

    me = first.seen("/me")

    assert me["volunteer"]["number"] == made["volunteer_number"]
    assert [role["role"] for role in me["roles"]] == ["volunteer"]


def test_what_is_no_identity_is_refused(new, card):
    for wrong, code in (({"id_number": "639999199001010015"}, "id_number_invalid"), ({"name": "<b>"}, "name_invalid")):
        assert refused(new.post("/account-recoveries", card | wrong)) == (422, code)
    assert db.session.scalars(select(AccountRecovery)).all() == []


def test_the_session_key_of_the_old_wechat_is_forgotten(old, new, officer, card):
    confirm(officer, applied(new, card))

    ended = db.session.scalars(select(Login).where(Login.ended_at.is_not(None))).one()
    assert (ended.session_key_sealed, ended.end_reason) == (None, "account_recovered")
