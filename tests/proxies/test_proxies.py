"""代办: a person acts for an elder without a phone: recorded, limited, ended at any time, and never for services of the proxy's own."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts.models import RoleGrant
from backend.accounts.permissions import Permission
from backend.attendance.models import Confirmation
from backend.demands.models import DemandChange
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.catalogues import CatalogueInvalid
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.people.models import Consent, Person
from backend.proxies import rules as proxy_rules
from backend.proxies.models import Proxy
from tests.support.attendance import Visit, counted_statements, counting, joins
from tests.support.demands import demand_form, give_role
from tests.support.people import identity_number, registered_person, registered_volunteer
from tests.support.phone import refused
from tests.support.proxies import proxy_form, recorded_proxy


@pytest.fixture
def card():
    return {"name": "陈邻居", "id_number": identity_number()}


@pytest.fixture
def neighbour(phone_of, street, card):
    """The phone of who acts for others; their card is `card`."""
    return registered_volunteer(phone_of, street, "chen", **card)


@pytest.fixture
def proxy(officer, neighbour, card, street):
    """As recorded: the neighbour acts for 王桂芳."""
    return recorded_proxy(officer, street, card)


def day(days: int) -> str:
    return (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()


def submitted(phone, street, elder_id, **fields):
    return phone.post("/demands", demand_form(street, requester_person_id=elder_id, **fields))


def roles(phone) -> list[tuple[str, str | None]]:
    return [(role["role"], role["person_id"]) for role in phone.seen("/me")["roles"]]


def test_an_elder_is_put_on_record_without_an_account_and_the_neighbour_acts_for_them(proxy, officer, neighbour, street):
    assert (proxy["elder"]["name"], proxy["proxy"]["name"]) == ("王**", "陈**")
    assert (proxy["status"], proxy["relation_name"], proxy["consent_seen_by"]) == ("held", "邻居", officer.account_id)
    elder = db.session.get(Person, UUID(proxy["elder"]["id"]))
    assert (elder.name, elder.area_path) == ("王桂芳", "639999001001")
    consent = db.session.scalars(select(Consent).where(Consent.person_id == elder.id)).one()
    assert (consent.notice, consent.channel, str(consent.actor_account_id)) == ("proxy", "paper", officer.account_id)
    assert ("proxy", proxy["elder"]["id"]) in roles(neighbour)
    assert "proxy.recorded" in db.session.scalars(select(OutboxEvent.name)).all()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "proxy.grant")).one()
    assert entry.details == {"person": proxy["elder"]["id"], "proxy": neighbour.person_id}


def test_the_proxy_submits_sees_and_withdraws_for_the_elder_and_it_says_for_whom(proxy, neighbour, officer, street):
    elder_id = proxy["elder"]["id"]

    made = submitted(neighbour, street, elder_id)

    assert made.status_code == 201, made.get_json()
    demand_id = made.get_json()["id"]
    assert made.get_json()["requester"] == "王**"
    assert [line["id"] for line in neighbour.seen("/me/demands")["items"]] == [demand_id]
    assert neighbour.seen(f"/demands/{demand_id}")["details"] is not None
    assert neighbour.post(f"/demands/{demand_id}/withdrawal").status_code == 200
    steps = db.session.scalars(select(DemandChange).where(DemandChange.demand_id == UUID(demand_id)).order_by(DemandChange.id)).all()
    assert [(step.to_status.value, str(step.on_behalf_of)) for step in steps] == [("submitted", elder_id), ("withdrawn", elder_id)]
    entries = select(AuditEntry).where(AuditEntry.subject_id == UUID(demand_id)).order_by(AuditEntry.id)
    for entry in db.session.scalars(entries):
        assert (str(entry.account_id), entry.details["on_behalf_of"]) == (neighbour.account_id, elder_id)


def test_what_the_proxy_does_for_themself_names_nobody_else(proxy, neighbour, street):
    demand_id = neighbour.made("/demands", demand_form(street))["id"]

    assert db.session.scalars(select(DemandChange.on_behalf_of).where(DemandChange.demand_id == UUID(demand_id))).one() is None


def test_what_the_elders_family_asked_for_the_proxy_sees_too(proxy, neighbour, officer, street):
    by_officer = submitted(officer, street, proxy["elder"]["id"]).get_json()["id"]

    assert [line["id"] for line in neighbour.seen("/me/demands")["items"]] == [by_officer]


@pytest.fixture
def visit(street, proxy):
    """A visit of a team to the elder."""
    return Visit(street, requester_person_id=proxy["elder"]["id"])


def test_the_proxy_confirms_a_service_that_the_elder_received(visit, proxy, neighbour, pass_time):
    fact_id = visit.served(pass_time)
    assert [line["fact_id"] for line in neighbour.seen("/services", status="awaiting_confirmation")["items"]] == [fact_id]
    assert neighbour.seen(f"/services/{fact_id}")["status"] == "awaiting_confirmation"

    assert neighbour.post(f"/services/{fact_id}/confirmation").status_code == 201

    assert counting() == {fact_id: 47}
    confirmation = db.session.scalars(select(Confirmation)).one()
    assert (confirmation.confirmer.value, str(confirmation.on_behalf_of)) == ("requester", proxy["elder"]["id"])
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "service.confirm")).one()
    assert (str(entry.account_id), entry.details["on_behalf_of"]) == (neighbour.account_id, proxy["elder"]["id"])


def test_the_proxy_shows_the_code_in_the_elders_home(visit, neighbour, pass_time):
    assert visit.sign_in(code=visit.shown_by(neighbour))["evidence"] == "code"
    pass_time(minutes=30)
    assert visit.sign_out(code=visit.shown_by(neighbour))["evidence"] == "code"


def test_the_proxy_confirms_no_service_of_their_own(visit, neighbour, pass_time):
    joins(neighbour, visit.team_id)
    fact_id = visit.served(pass_time, neighbour)

    assert refused(neighbour.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")
    assert counting() == {}


def test_the_proxy_confirms_no_service_of_a_team_that_they_belong_to(visit, neighbour, pass_time):
    joins(neighbour, visit.team_id)
    fact_id = visit.served(pass_time)

    assert refused(neighbour.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")
    assert counting() == {}


def test_the_elder_may_not_be_claimed_or_signed_in_for_nor_their_phone_set(proxy, neighbour, visit):
    assert refused(neighbour.get(f"/demands/{visit.demand['id']}/beneficiary")) == (404, "not_found")
    assert refused(neighbour.post(f"/demands/{visit.demand['id']}/completion")) == (403, "forbidden")
    assert refused(neighbour.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code()})) == (403, "not_entitled")
    for permission in ("place.claim", "shift.sign", "phone.set", "demand.complete", "points.see"):
        assert Role.PROXY not in Permission(permission).rule, permission


def test_a_stranger_may_not_act_for_the_elder(proxy, phone_of, street):
    stranger = registered_person(phone_of, street)

    assert refused(submitted(stranger, street, proxy["elder"]["id"])) == (403, "forbidden")


def test_the_term_runs_out_by_itself_and_may_be_renewed(officer, neighbour, card, street, pass_time):
    proxy = recorded_proxy(officer, street, card, ends_on=day(10))
    pass_time(days=11)
    assert roles(neighbour) == [("volunteer", None)]
    assert refused(submitted(neighbour, street, proxy["elder"]["id"])) == (403, "forbidden")
    assert officer.seen(f"/proxies/{proxy['id']}")["status"] == "run_out"

    renewed = officer.post(f"/proxies/{proxy['id']}/renewal", {"ends_on": day(365)})

    assert (renewed.status_code, renewed.get_json()["status"], renewed.get_json()["id"]) == (200, "held", proxy["id"])
    assert ("proxy", proxy["elder"]["id"]) in roles(neighbour)
    chain = db.session.scalars(select(Proxy).order_by(Proxy.id)).all()
    assert [(fact.superseded_at is None, fact.fact_id == chain[0].id) for fact in chain] == [(False, True), (True, True)]


@pytest.mark.parametrize("days", [-1, 366])
def test_a_term_that_is_over_or_longer_than_a_year_is_refused(officer, neighbour, card, street, days):
    assert refused(officer.post("/proxies", proxy_form(street, card, ends_on=day(days)))) == (422, "proxy_term_invalid")
    proxy = recorded_proxy(officer, street, card)
    assert refused(officer.post(f"/proxies/{proxy['id']}/renewal", {"ends_on": day(days)})) == (422, "proxy_term_invalid")


def test_the_community_ends_it_and_the_role_is_over_with_the_next_request(proxy, officer, neighbour, street):
    demand_id = submitted(neighbour, street, proxy["elder"]["id"]).get_json()["id"]

    ended = officer.post(f"/proxies/{proxy['id']}/ending", {"reason": "老人改由女儿代办"})

    assert (ended.status_code, ended.get_json()["status"], ended.get_json()["end_reason"]) == (200, "ended", "老人改由女儿代办")
    assert roles(neighbour) == [("volunteer", None)]
    assert refused(submitted(neighbour, street, proxy["elder"]["id"])) == (403, "forbidden")
    assert neighbour.seen("/me/demands")["items"] == []
    assert refused(neighbour.get(f"/demands/{demand_id}")) == (404, "not_found")
    assert refused(officer.post(f"/proxies/{proxy['id']}/ending", {})) == (409, "proxy_over")
    assert refused(officer.post(f"/proxies/{proxy['id']}/renewal", {"ends_on": day(30)})) == (409, "proxy_over")
    withdrawn = db.session.scalars(select(RoleGrant).where(RoleGrant.role == Role.PROXY)).one()
    assert withdrawn.withdrawn_reason == "proxy_ended"


def test_the_elder_and_the_proxy_end_it_too(officer, neighbour, phone_of, card, street):
    elder_card = {"name": "王桂芳", "id_number": identity_number()}
    elder = registered_person(phone_of, street, **elder_card)
    first = recorded_proxy(officer, street, card, elder=elder_card)
    assert first["elder"]["id"] == elder.person_id
    assert [line["id"] for line in elder.seen("/proxies")["items"]] == [first["id"]]
    assert elder.post(f"/proxies/{first['id']}/ending", {}).status_code == 200

    second = recorded_proxy(officer, street, card, elder=elder_card)
    assert neighbour.post(f"/proxies/{second['id']}/ending", {"reason": "搬家"}).status_code == 200
    assert [line["status"] for line in neighbour.seen("/proxies")["items"]] == ["ended", "ended"]


def test_one_person_acts_for_five_and_no_more_until_one_is_over(officer, neighbour, card, street):
    made = [recorded_proxy(officer, street, card) for _ in range(5)]

    assert refused(officer.post("/proxies", proxy_form(street, card))) == (409, "too_many_elders")

    officer.made(f"/proxies/{made[0]['id']}/ending", {})
    assert officer.post("/proxies", proxy_form(street, card)).status_code == 201


def test_a_term_counts_among_the_five_until_its_last_day_is_over(officer, neighbour, card, street, pass_time):
    for _ in range(5):
        recorded_proxy(officer, street, card, ends_on=day(0))
    assert refused(officer.post("/proxies", proxy_form(street, card))) == (409, "too_many_elders")

    pass_time(days=1)
    assert officer.post("/proxies", proxy_form(street, card)).status_code == 201


def test_of_many_recorded_at_once_five_stand(officer, neighbour, card, street):
    forms, start = [proxy_form(street, card) for _ in range(8)], Barrier(8)

    def record(form):
        start.wait()
        return officer.post("/proxies", form).status_code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(record, forms)) == {201: 5, 409: 3}
    assert len(officer.seen("/proxies", status="held")["items"]) == 5


def test_what_is_wrong_is_refused_and_nothing_is_kept(officer, neighbour, card, street, phone_of):
    own = {"name": "陈邻居", "id_number": card["id_number"]}
    known = set(db.session.scalars(select(Person.id)))
    for wrong, status, code in (
        ({"proxy": {"name": "陈邻居", "id_number": identity_number()}}, 422, "proxy_unknown"),
        ({"proxy": {"name": "陈别人", "id_number": card["id_number"]}}, 422, "proxy_unknown"),
        ({"elder": own}, 422, "proxy_of_oneself"),
        ({"relation": "friend_of_a_friend"}, 422, "relation_unknown"),
        ({"notice_version": "2020-01-01"}, 409, "notice_outdated"),
        ({"elder": {"name": "王桂芳", "id_number": "639999199001010015"}}, 422, "id_number_invalid"),
        ({"community_id": street["青山街道"]}, 422, "not_a_community"),
        ({"community_id": street["团结社区"]}, 403, "forbidden"),
    ):
        assert refused(officer.post("/proxies", proxy_form(street, card) | wrong)) == (status, code), wrong
    assert db.session.scalars(select(Proxy)).all() == []
    assert set(db.session.scalars(select(Person.id))) == known


def test_who_has_no_account_of_their_own_is_no_proxy(officer, street, card):
    recorded = proxy_form(street, card)
    assert refused(officer.post("/proxies", recorded)) == (422, "proxy_unknown")


def test_an_elder_of_another_community_is_not_told_apart_from_a_wrong_name(officer, neighbour, card, street, phone_of):
    elder_card = {"name": "王桂芳", "id_number": identity_number()}
    registered_person(phone_of, street, community="团结社区", **elder_card)

    elsewhere = officer.post("/proxies", proxy_form(street, card, elder=elder_card))
    by_another_name = officer.post("/proxies", proxy_form(street, card, elder=elder_card | {"name": "王桂花"}))

    assert refused(elsewhere) == refused(by_another_name) == (409, "person_exists")
    assert elsewhere.get_json()["detail"] == by_another_name.get_json()["detail"]


def test_nobody_records_or_renews_what_makes_them_the_proxy(administrator, neighbour, card, street, officer):
    give_role(neighbour, Grant(Role.GRID_WORKER, area_path="639999001001001"))
    assert refused(neighbour.post("/proxies", proxy_form(street, card))) == (403, "own_proxy")
    proxy = recorded_proxy(officer, street, card)
    assert refused(neighbour.post(f"/proxies/{proxy['id']}/renewal", {"ends_on": day(30)})) == (403, "own_proxy")


def test_a_pair_is_recorded_once(officer, neighbour, card, street):
    elder_card = {"name": "王桂芳", "id_number": identity_number()}
    recorded_proxy(officer, street, card, elder=elder_card)

    assert refused(officer.post("/proxies", proxy_form(street, card, elder=elder_card))) == (409, "already_proxy")


@pytest.mark.parametrize(
    ("role", "path", "sees"),
    [
        (Role.GRID_WORKER, "639999001001001", True),
        (Role.STREET_OFFICER, "639999001", True),
        (Role.DISTRICT_OFFICER, "639999", True),
        (Role.COMMUNITY_OFFICER, "639999001002", False),
        (Role.STREET_OFFICER, "639999002", False),
        (Role.SYSTEM_ADMIN, "639999", False),
    ],
)
def test_who_sees_it_in_the_list_may_open_it_and_others_neither(proxy, administrator, role, path, sees):
    viewer = administrator(role, path)

    assert [line["id"] for line in viewer.seen("/proxies")["items"]] == ([proxy["id"]] if sees else [])
    assert viewer.get(f"/proxies/{proxy['id']}").status_code == (200 if sees else 404)
    if not sees:
        assert refused(viewer.post(f"/proxies/{proxy['id']}/ending", {})) == (404, "not_found")


def test_a_list_sends_as_many_statements_for_many_as_for_few(officer, neighbour, card, street):
    def statements() -> int:
        with counted_statements() as sent:
            officer.seen("/proxies", limit=100)
        return len(sent)

    recorded_proxy(officer, street, card)
    with_one = statements()
    for _ in range(4):
        recorded_proxy(officer, street, card)
    assert statements() == with_one
    page = officer.seen("/proxies", limit=2)
    assert len(page["items"]) == 2
    assert len(officer.seen("/proxies", limit=5, cursor=page["next_cursor"])["items"]) == 3


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("most_elders = 5", "most_elders = 0"), "most_elders"),
        (("longest_term_days = 365", "longest_term_days = 4000"), "longest_term_days"),
        (('code = "spouse"', 'code = "child"'), "每个 code 只能出现一次"),
    ],
)
def test_a_catalogue_that_makes_no_sense_stops_the_start(project_root, tmp_path, change, complaint):
    edited = tmp_path / "proxies.toml"
    edited.write_text((project_root / "config" / "proxies.toml").read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")

    with pytest.raises(CatalogueInvalid, match=complaint):
        proxy_rules.read(edited)


def test_who_is_acted_for_agrees_anew_with_each_renewal(proxy, officer, new_version):
    version = new_version("proxy")
    officer.made(f"/proxies/{proxy['id']}/renewal", {"ends_on": day(365)})
    assert set(db.session.scalars(select(Consent.version).where(Consent.notice == "proxy"))) == {"2026-12-01", version}
