"""Offices over HTTP: appointed by those above or beside, within their area, for a term; ended before its time with a reason."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Login, RoleGrant
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.attendance import counted_statements
from tests.support.demands import give_role
from tests.support.humans import appointed
from tests.support.people import registered_volunteer
from tests.support.phone import refused

HERE, THERE, STREET, DISTRICT = "639999001001", "639999001002", "639999001", "639999"


@pytest.fixture
def appointee(volunteer):
    return volunteer()


def office(street, appointee, role="grid_worker", community="和平社区", **term):
    return {"role": role, "area_id": street[community], "volunteer_number": appointee.volunteer_number, "name": "王志愿"} | term


def login_name(phone) -> str:
    return db.session.scalars(select(Login.name).where(Login.account_id == UUID(phone.account_id))).one()


def roles(phone) -> set[str]:
    return {role["role"] for role in phone.seen("/me")["roles"]} - {"volunteer"}


def test_an_officer_appoints_a_volunteer_by_number_and_name_and_it_holds_once_that_one_accepts(street, officer, appointee):
    offered = officer.made("/role-grants", office(street, appointee))
    assert (offered["status"], roles(appointee)) == ("to_accept", set())
    appointee.made(f"/me/role-grants/{offered['id']}/acceptance")
    made = officer.seen(f"/role-grants/{offered['id']}")

    assert roles(appointee) == {"grid_worker"}
    assert made["area"] == {"id": street["和平社区"], "name": "和平社区"}
    assert (made["status"], made["name"], made["volunteer_number"]) == ("held", "王**", appointee.volunteer_number)
    assert (made["granted_by"], made["login_name"], made["ends_at"]) == (officer.account_id, None, None)
    assert officer.seen(f"/role-grants/{made['id']}") == made
    assert made in officer.seen("/role-grants", role="grid_worker")["items"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "role.grant").order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (str(entry.account_id), str(entry.subject_id)) == (officer.account_id, appointee.account_id)
    assert entry.details == {"role": "grid_worker", "scope": f"area_path:{HERE}", "grant": made["id"]}


def test_an_officer_appoints_by_login_name(street, administrator):
    other = administrator(Role.COMMUNITY_OFFICER, THERE)
    form = {"role": "community_officer", "area_id": street["和平社区"], "login_name": login_name(other)}

    assert appointed(administrator(Role.STREET_OFFICER, STREET), other, form)["login_name"] == form["login_name"]
    assert {role["area_path"] for role in other.seen("/me")["roles"]} == {HERE, THERE}


@pytest.mark.parametrize(
    "fields",
    [
        {"volunteer_number": "V2026999999"},
        {"name": "李四"},
        {"volunteer_number": None, "name": None, "login_name": "nobody.knows"},
    ],
)
def test_whom_nobody_knows_nobody_appoints(street, officer, appointee, fields):
    assert refused(officer.post("/role-grants", office(street, appointee) | fields)) == (422, "account_unknown")


@pytest.mark.parametrize(
    "fields", [{"login_name": "x.y.z"}, {"name": None}, {"volunteer_number": None}, {"volunteer_number": None, "name": None}]
)
def test_whom_is_said_in_exactly_one_way(street, officer, appointee, fields):
    assert refused(officer.post("/role-grants", office(street, appointee) | fields)) == (422, "invalid")


APPOINTING = [
    # who, where; and what they may appoint to, by (role, area)
    (Role.COMMUNITY_OFFICER, HERE, {("grid_worker", "和平第一网格"), ("grid_worker", "和平社区"), ("community_officer", "和平社区")}),
    (
        Role.STREET_OFFICER,
        STREET,
        {
            ("grid_worker", "和平第一网格"),
            ("grid_worker", "和平社区"),
            ("community_officer", "和平社区"),
            ("community_officer", "团结社区"),
            ("street_officer", "青山街道"),
        },
    ),
    (
        Role.SECURITY_ADMIN,
        STREET,
        {
            ("grid_worker", "和平第一网格"),
            ("grid_worker", "和平社区"),
            ("community_officer", "和平社区"),
            ("community_officer", "团结社区"),
            ("street_officer", "青山街道"),
        },
    ),
    (Role.GRID_WORKER, HERE, set()),
    (Role.SYSTEM_ADMIN, STREET, set()),
    (Role.AUDIT_ADMIN, STREET, set()),
]
OFFICES = [
    ("grid_worker", "和平第一网格"),
    ("grid_worker", "和平社区"),
    ("community_officer", "和平社区"),
    ("community_officer", "团结社区"),
    ("community_officer", "向阳社区"),
    ("street_officer", "青山街道"),
    ("street_officer", "绿水街道"),
    ("district_officer", "测试区"),
    ("system_admin", "青山街道"),
    ("security_admin", "青山街道"),
    ("audit_admin", "青山街道"),
]


@pytest.mark.parametrize(("role", "path", "allowed"), APPOINTING, ids=lambda value: value if isinstance(value, str) else "")
def test_nobody_appoints_above_or_outside_their_own_area(street, administrator, phone_of, appointee, role, path, allowed):
    granter = administrator(role, path)
    for office_role, area in OFFICES:
        answer = granter.post("/role-grants", office(street, appointee, office_role, area))
        if (office_role, area) in allowed:
            assert answer.status_code == 201, (office_role, area)
        else:
            assert refused(answer) == (403, "forbidden"), (office_role, area)
    assert len(appointee.seen("/me/role-grants")["items"]) == len(allowed) + 1


def test_an_office_belongs_to_an_area_of_its_level(street, administrator, appointee):
    granter = administrator(Role.DISTRICT_OFFICER, DISTRICT)
    for role, area in (
        ("street_officer", "和平社区"),
        ("community_officer", "青山街道"),
        ("team_leader", "和平社区"),
        ("volunteer", "和平社区"),
    ):
        assert refused(granter.post("/role-grants", office(street, appointee, role, area))) == (422, "level_mismatch")
    assert roles(appointee) == set()


def test_nobody_grants_prolongs_or_withdraws_their_own_role(street, administrator):
    officer = administrator(Role.STREET_OFFICER, STREET)
    form = {"role": "community_officer", "area_id": street["和平社区"], "login_name": login_name(officer)}
    own = officer.seen("/role-grants", role="street_officer")["items"][0]["id"]

    assert refused(officer.post("/role-grants", form)) == (403, "own_role")
    assert refused(officer.post(f"/role-grants/{own}/term", {"ends_on": None})) == (403, "own_role")
    assert refused(officer.post(f"/role-grants/{own}/withdrawal", {"reason": "x"})) == (403, "own_role")


def test_who_may_not_appoint_learns_of_no_login_name(street, phone_of, officer):
    form = {"role": "community_officer", "area_id": street["和平社区"], "login_name": login_name(officer)}
    answers = [phone_of("nosy").post("/role-grants", form | {"login_name": name}) for name in (form["login_name"], "nobody.knows")]
    assert [refused(answer) for answer in answers] == [(403, "forbidden")] * 2


def test_a_term_begins_and_ends_with_its_days(street, officer, appointee, pass_time):
    today = clock.shanghai_day(clock.now())
    term = {"starts_on": (today + timedelta(days=1)).isoformat(), "ends_on": (today + timedelta(days=2)).isoformat()}
    made = appointed(officer, appointee, office(street, appointee, **term))
    assert (made["status"], roles(appointee)) == ("awaited", set())
    assert made["starts_at"] == f"{term['starts_on']}T00:00:00+08:00"

    pass_time(days=1)
    assert roles(appointee) == {"grid_worker"}
    assert officer.seen(f"/role-grants/{made['id']}")["status"] == "held"
    pass_time(days=2)
    assert roles(appointee) == set()
    assert officer.seen("/role-grants", role="grid_worker")["items"] == []
    (over,) = officer.seen("/role-grants", role="grid_worker", status="ended")["items"]
    assert (over["id"], over["withdrawn_at"]) == (made["id"], None)


@pytest.mark.parametrize(
    ("first", "last", "code"), [(-1, None, "term_in_past"), (None, -1, "term_over"), (3, 2, "term_over"), (3, 1, "term_over")]
)
def test_a_term_that_cannot_be_is_refused(street, officer, appointee, first, last, code):
    today = clock.shanghai_day(clock.now())
    days = {"starts_on": first, "ends_on": last}
    term = {name: (today + timedelta(days=ahead)).isoformat() for name, ahead in days.items() if ahead is not None}

    assert refused(officer.post("/role-grants", office(street, appointee, **term))) == (422, code)
    assert roles(appointee) == set()


def test_a_role_that_is_held_is_prolonged_not_granted_twice(street, officer, appointee, pass_time):
    today = clock.shanghai_day(clock.now())
    made = appointed(officer, appointee, office(street, appointee, ends_on=today.isoformat()))
    assert refused(officer.post("/role-grants", office(street, appointee))) == (409, "role_held")

    longer = officer.made(f"/role-grants/{made['id']}/term", {"ends_on": (today + timedelta(days=9)).isoformat()})

    assert longer["ends_at"] == f"{today + timedelta(days=10)}T00:00:00+08:00"
    pass_time(days=5)
    assert roles(appointee) == {"grid_worker"}
    assert officer.made(f"/role-grants/{made['id']}/term", {"ends_on": None})["ends_at"] is None
    yesterday = (clock.shanghai_day(clock.now()) - timedelta(days=1)).isoformat()
    assert refused(officer.post(f"/role-grants/{made['id']}/term", {"ends_on": yesterday})) == (422, "term_over")


def test_a_role_whose_term_ran_out_has_no_effect_and_is_granted_anew(street, officer, appointee, pass_time):
    today = clock.shanghai_day(clock.now())
    first = appointed(officer, appointee, office(street, appointee, ends_on=today.isoformat()))
    pass_time(days=3)
    for act, body in (("term", {"ends_on": None}), ("withdrawal", {"reason": "x"})):
        assert refused(officer.post(f"/role-grants/{first['id']}/{act}", body)) == (409, "role_ended")

    second = appointed(officer, appointee, office(street, appointee))

    assert second["id"] != first["id"]
    assert roles(appointee) == {"grid_worker"}
    mine = appointee.seen("/me/role-grants")["items"]
    assert [(grant["id"], grant["status"], grant["withdrawn_reason"]) for grant in mine[:2]] == [
        (second["id"], "held", None),
        (first["id"], "ended", "任期届满"),
    ]
    assert mine[1]["withdrawn_at"] == first["ends_at"]


def test_a_withdrawn_role_is_over_with_the_next_request_and_its_holder_reads_why(street, officer, appointee):
    made = appointed(officer, appointee, office(street, appointee))

    gone = officer.made(f"/role-grants/{made['id']}/withdrawal", {"reason": "调离本社区"})

    assert (gone["status"], gone["withdrawn_reason"]) == ("ended", "调离本社区")
    assert roles(appointee) == set()
    assert appointee.seen("/me/role-grants")["items"][0]["withdrawn_reason"] == "调离本社区"
    assert refused(officer.post(f"/role-grants/{made['id']}/withdrawal", {"reason": "x"})) == (409, "role_ended")
    assert officer.made("/role-grants", office(street, appointee))["id"] != made["id"]


def test_who_may_not_see_an_office_gets_404_and_who_may_not_end_it_403(street, administrator, officer, appointee, phone_of):
    made = officer.made("/role-grants", office(street, appointee))
    administrator(Role.AUDIT_ADMIN, STREET)
    above = administrator(Role.STREET_OFFICER, STREET)
    third = above.seen("/role-grants", role="audit_admin")["items"][0]
    strangers = [appointee, phone_of("x"), administrator(Role.COMMUNITY_OFFICER, THERE), administrator(Role.AUDIT_ADMIN, DISTRICT)]

    for stranger in strangers:
        assert stranger.get(f"/role-grants/{made['id']}").status_code == 404
        assert refused(stranger.post(f"/role-grants/{made['id']}/withdrawal", {"reason": "x"})) == (404, "not_found")
        assert made["id"] not in [grant["id"] for grant in stranger.seen("/role-grants")["items"]]
    assert refused(above.post(f"/role-grants/{third['id']}/withdrawal", {"reason": "x"})) == (403, "forbidden")
    assert refused(above.post(f"/role-grants/{third['id']}/term", {"ends_on": None})) == (403, "forbidden")
    assert refused(officer.post(f"/role-grants/{uuid4()}/withdrawal", {"reason": "x"})) == (404, "not_found")


def test_what_comes_with_a_step_of_another_capability_is_not_withdrawn_here(street, administrator, appointee):
    district = administrator(Role.DISTRICT_OFFICER, DISTRICT)
    give_role(appointee, Grant(Role.PARTY_MEMBER, area_path=HERE))
    (member,) = [grant for grant in appointee.seen("/me/role-grants")["items"] if grant["role"] == "party_member"]

    assert district.seen("/role-grants", role="party_member")["items"] == []
    assert district.get(f"/role-grants/{member['id']}").status_code == 404
    assert refused(district.post(f"/role-grants/{member['id']}/withdrawal", {"reason": "x"})) == (404, "not_found")


def test_the_security_administrator_sees_offices_and_nobodys_name(street, administrator, officer, appointee):
    made = officer.made("/role-grants", office(street, appointee))
    security = administrator(Role.SECURITY_ADMIN, STREET)

    seen = security.seen(f"/role-grants/{made['id']}")

    assert (seen["id"], seen["name"], seen["volunteer_number"]) == (made["id"], None, None)
    assert security.made(f"/role-grants/{made['id']}/withdrawal", {"reason": "账号异常"})["status"] == "ended"


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_one_of_the_three_administrators_takes_no_other_office_and_only_they_learn_why(street, administrator, officer, role):
    holder = administrator(role, STREET)
    form = {"role": "grid_worker", "area_id": street["和平社区"], "login_name": login_name(holder)}

    offered = officer.made("/role-grants", form)

    assert refused(holder.post(f"/me/role-grants/{offered['id']}/acceptance")) == (409, "roles_exclude")
    assert roles(holder) == {role.value}


def test_of_an_office_and_an_administrators_role_at_once_one_stands(app, street, officer, appointee):
    start, offered = Barrier(2), officer.made("/role-grants", office(street, appointee))["id"]

    def accept() -> int:
        start.wait()
        return appointee.post(f"/me/role-grants/{offered}/acceptance").status_code

    def administer() -> int:
        with app.app_context(), transaction():
            grant = Grant(Role.AUDIT_ADMIN, area_path=STREET)
            start.wait()
            try:
                accounts.grant_role(Actor.system(), UUID(appointee.account_id), grant, now=clock.now())
            except accounts.RolesExclude as refusal:
                return refusal.status
            return 201

    with ThreadPoolExecutor(2) as pool:
        answers = [attempt.result() for attempt in [pool.submit(accept), pool.submit(administer)]]

    assert sorted(answers) in ([201, 409], [204, 409])
    assert len(roles(appointee)) == 1


def test_of_the_same_appointment_at_once_one_is_made(street, officer, appointee):
    start = Barrier(6)

    def appoint(_: int) -> int:
        start.wait()
        return officer.post("/role-grants", office(street, appointee)).status_code

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(appoint, range(6))) == {201: 1, 409: 5}
    db.session.rollback()
    held = select(RoleGrant).where(RoleGrant.account_id == UUID(appointee.account_id), RoleGrant.role == Role.GRID_WORKER)
    assert len(db.session.scalars(held).all()) == 1


def test_a_repeated_appointment_gets_the_first_answer(street, officer, appointee):
    first = officer.post("/role-grants", office(street, appointee), key="appoint-once")
    again = officer.post("/role-grants", office(street, appointee), key="appoint-once")
    assert (again.status_code, again.get_data()) == (201, first.get_data())


def test_the_list_turns_its_pages_by_area_and_costs_the_same_for_thirty(street, administrator, phone_of):
    above = administrator(Role.STREET_OFFICER, STREET)

    def appoint(how_many: int) -> None:
        for number in range(how_many):
            phone = registered_volunteer(phone_of, street, name="王志愿")
            above.made("/role-grants", office(street, phone, community=("和平社区", "团结社区")[number % 2]))

    appoint(3)
    with counted_statements() as few:
        above.seen("/role-grants", limit=100)
    appoint(12)
    with counted_statements() as many:
        whole = above.seen("/role-grants", limit=100)["items"]

    assert len(few) == len(many)
    assert [grant["area"]["name"] for grant in whole] == ["青山街道"] + ["和平社区"] * 8 + ["团结社区"] * 7
    turned, cursor = [], None
    while True:
        page = above.seen("/role-grants", limit=4, **({} if cursor is None else {"cursor": cursor}))
        turned += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert turned == whole
    assert len(above.seen("/role-grants", area_id=street["团结社区"], limit=100)["items"]) == 7
