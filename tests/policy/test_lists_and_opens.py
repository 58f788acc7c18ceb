"""What a list shows opens, and what opens is shown by a list: for each role, over three communities with something in every state."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from backend.accounts.models import RoleGrant
from backend.accounts.service import OFFICES
from backend.attendance.models import Attendance, Capacity, ServiceRecord, Shift, ShiftStatus
from backend.corrections.models import IdentityCorrection
from backend.deaths.models import Death
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.foundation.database import db
from backend.foundation.jobs import Job
from backend.imports.models import Import
from backend.late_entries.models import LateEntry
from backend.openings.models import Arrangement, Claim
from backend.organisations.models import Organisation, OrganisationStatus
from backend.party.models import WorkUnit
from backend.proxies.models import Proxy
from backend.recoveries.models import AccountRecovery
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.relocations.models import Relocation
from backend.statistics import indicators
from backend.teams.models import Team, TeamStatus
from backend.waiting.models import OverdueReport
from tests.policy.holdings import Holdings
from tests.policy.viewers import HERE, OFFICERS, elsewhere
from tests.policy.walking import Walk
from tests.policy.world import World
from tests.support.operations import Operation
from tests.support.phone import Phone

FORMER = "former member"
# Of those elsewhere the officers have lists of their own; the others are as many strangers, of whom one of each kind is enough.
VIEWERS = sorted(
    HERE | {elsewhere(role) for role in (*OFFICERS, "resident", "team_leader", "work_unit_officer", "party_member")} | {FORMER}
)

List = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of thing: its lists, the field by which they name it, and where it opens.

    `for_some` are lists of it that are refused to who may not look there; `by_link` are the ids that open without standing in a list of
    the viewer's, and why.
    """

    name: str
    opens: str
    lists: Callable[[Phone], Sequence[List]]
    ids: InstrumentedAttribute[UUID]
    among: Sequence[Any] = ()
    by: str = "id"
    for_some: Callable[[], Sequence[str]] = list
    by_link: Callable[[], set[str]] = set


def of_each(path: str, name: str, kinds: type[Any], *, also: str) -> Callable[[Phone], list[List]]:
    return lambda _: [*((path, {name: kind.value}) for kind in kinds), (also, {})]


def filled_and_one_empty(filled: set[str], all_of_them: set[str]) -> list[str]:
    """Of what has a list of its own all those in whose list something stands, and one in whose list nothing does: as good as the others."""
    assert filled < all_of_them
    return [*filled, min(all_of_them - filled)]


def lists_of_demands(_: Phone) -> list[List]:
    return [
        ("/demands", {"with_room": "false"}),
        *(("/demands/in-care", {"status": kind.value}) for kind in DemandStatus),
        ("/me/demands", {}),
    ]


def claims_of_each() -> list[str]:
    claimed = ids_of(Demand.id, Demand.opening_id.in_(select(Claim.opening_id)))
    return [f"/demands/{demand_id}/claims" for demand_id in filled_and_one_empty(claimed, ids_of(Demand.id))]


def lists_of_services(_: Phone) -> list[List]:
    """Those of officers and requesters, and those of each body."""
    lists: list[List] = [("/services", {"status": status}) for status in ("awaiting_confirmation", "confirmed", "withdrawn")]
    for kind, of_kind in ((Capacity.TEAM, Team.id), (Capacity.ORGANISATION, Organisation.id), (Capacity.WORK_UNIT, WorkUnit.id)):
        served = filled_and_one_empty(ids_of(ServiceRecord.capacity_id, ServiceRecord.capacity == kind), ids_of(of_kind))
        lists += [("/served", {"served_for": kind.value, "served_for_id": one}) for one in served]
    return lists


def attendances_of_each() -> list[str]:
    attended = filled_and_one_empty(ids_of(Attendance.shift_id), ids_of(Shift.id))
    return ["/me/services", *(f"/shifts/{shift_id}/attendances" for shift_id in attended)]


def completed() -> set[str]:
    """What was published stays open to everybody by its link once it is completed; the lists show what can still be claimed."""
    return ids_of(Demand.id, Demand.status == DemandStatus.COMPLETED)


def over() -> set[str]:
    """Shifts called off: /me/shifts shows those to come, and who may serve still reads by the link what became of one."""
    return ids_of(Shift.id, Shift.status == ShiftStatus.CANCELLED)


def asked() -> set[str]:
    """Most askers are none of the viewers; that a job stands in its asker's list, tests/export/test_jobs.py says."""
    return ids_of(Job.id)


KINDS = (
    Kind("teams", "/teams/{}", of_each("/teams", "status", TeamStatus, also="/me/teams"), Team.id),
    Kind(
        "organisations",
        "/organisations/{}",
        of_each("/organisations", "status", OrganisationStatus, also="/me/organisations"),
        Organisation.id,
    ),
    Kind(
        "registrations",
        "/registrations/{}",
        of_each("/registrations", "status", RegistrationStatus, also="/me/registrations"),
        MemberRegistration.fact_id,
    ),
    Kind("demands", "/demands/{}", lists_of_demands, Demand.id, by_link=completed),
    # Of whom 向阳社区 has on record only that community knows, and nobody of it looks here.
    Kind(
        "beneficiaries",
        "/beneficiaries/{}",
        lambda _: [("/beneficiaries", {})],
        Beneficiary.id,
        (Beneficiary.area_path.startswith("639999001"),),
    ),
    Kind("arrangements", "/arrangements/{}", lambda _: [("/arrangements", {"holding": "false"})], Arrangement.fact_id),
    Kind("claims", "/claims/{}", lambda _: [("/me/claims", {}), ("/claims/waiting", {})], Claim.id, for_some=claims_of_each),
    Kind("shifts", "/shifts/{}", lambda _: [("/shifts", {})], Shift.id, for_some=lambda: ["/me/shifts"], by_link=over),
    Kind("services", "/services/{}", lists_of_services, ServiceRecord.fact_id, by="fact_id", for_some=attendances_of_each),
    Kind("late entries", "/late-entries/{}", lambda _: [("/late-entries", {})], LateEntry.id),
    Kind("imports", "/imports/{}", lambda _: [("/imports", {})], Import.id),
    Kind("jobs", "/jobs/{}", lambda _: [("/jobs", {})], Job.id, by_link=asked),
    Kind(
        "offices",
        "/role-grants/{}",
        lambda _: [("/role-grants", {}), ("/role-grants", {"status": "ended"})],
        RoleGrant.id,
        (RoleGrant.role.in_(OFFICES),),
    ),
    Kind("proxies", "/proxies/{}", lambda _: [("/proxies", {})], Proxy.fact_id),
    Kind("corrections", "/identity-corrections/{}", lambda _: [("/identity-corrections", {})], IdentityCorrection.id),
    Kind("deaths", "/deaths/{}", lambda _: [("/deaths", {})], Death.id),
    Kind("relocations", "/relocations/{}", lambda _: [("/relocations", {})], Relocation.id),
    Kind("overdue reports", "/overdue-reports/{}", lambda _: [("/overdue-reports", {})], OverdueReport.id),
    Kind("recoveries", "/account-recoveries/{}", lambda _: [("/account-recoveries", {})], AccountRecovery.id),
)


def test_no_kind_of_thing_that_opens_is_left_out(walk: Walk) -> None:
    """Whatever is read by its id alone; a file wants a signature beside it. A page of the console shows what the API opens."""
    operations = [operation for operation in walk.operations.values() if isinstance(operation, Operation)]
    opens = {operation.path for operation in operations if operation.method == "get" and operation.path.endswith("_id}")}
    assert {re.sub(r"{.*}", "{}", path) for path in opens} - {"/api/v1/files/{}"} == {f"/api/v1{kind.opens}" for kind in KINDS}


def ids_of(column: InstrumentedAttribute[UUID], *among: Any) -> set[str]:
    found = {str(row_id) for row_id in db.session.scalars(select(column).where(*among))}
    db.session.rollback()
    return found


@pytest.fixture(scope="module")
def phones(world: World) -> Iterator[dict[str, Phone]]:
    """The viewers by name, in a world that is fuller meanwhile."""
    savepoint = world.connection.begin_nested()
    holdings = Holdings(world)
    for phone in (*world.phones.values(), holdings.former):
        phone.access_token = world.token(phone)
    yield {**world.phones, FORMER: holdings.former}
    db.session.remove()
    savepoint.rollback()


def listed(kind: Kind, phone: Phone) -> set[str]:
    """The ids on every page of every list that the phone is let into."""
    found = set()
    lists = [*((path, query, False) for path, query in kind.lists(phone)), *((path, {}, True) for path in kind.for_some())]
    for path, query, is_for_some in lists:
        cursor: dict[str, str] = {}
        while True:
            answer = phone.get(path, limit=100, **query, **cursor)
            if is_for_some and answer.status_code in (403, 404):
                break
            assert answer.status_code == 200, (path, answer.get_data(as_text=True))
            page = answer.get_json()
            found |= {item[kind.by] for item in page["items"] if item[kind.by] is not None}
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_listed_opens_and_what_opens_is_listed(kind: Kind, phones: dict[str, Phone]) -> None:
    everything, by_link, complaints = ids_of(kind.ids, *kind.among), kind.by_link(), []
    assert len(everything) > 3
    seen_by_somebody: set[str] = set()
    for viewer in VIEWERS:
        phone = phones[viewer]
        shown = listed(kind, phone)
        answers = {one: phone.get(kind.opens.format(one)).status_code for one in everything}
        opened = {one for one, status in answers.items() if status == 200}
        seen_by_somebody |= shown
        complaints += [f"{viewer} is shown {one}, which is {answers.get(one)}" for one in shown - opened]
        complaints += [f"{viewer} opens {one}, which no list shows" for one in opened - shown - by_link]
        complaints += [f"{viewer} gets {status} for {one}" for one, status in answers.items() if status not in (200, 404)]
    assert not complaints, f"{len(complaints)}\n" + "\n".join(complaints[:40])
    assert everything - by_link == seen_by_somebody - by_link, "the world holds what nobody sees"


ROWS_OF = ("teams", "organisations", "demands", "services")
"""Kinds of things that open, and that figures count one by one."""

REACHED = {
    "community_officer": {"和平社区"},
    "street_officer": {"青山街道", "和平社区", "团结社区"},
    "district_officer": {"测试区", "青山街道", "绿水街道", "和平社区", "团结社区", "向阳社区"},
    "community_officer elsewhere": {"团结社区"},
    "street_officer elsewhere": {"绿水街道", "向阳社区"},
}
"""Whose figures and exports somebody may have; a grid has none."""

LOOKING_AFTER = sorted({*OFFICERS, *(elsewhere(role) for role in OFFICERS), "grid_worker", "audit_admin", "resident"})


@pytest.mark.parametrize("viewer", sorted(OFFICERS))
def test_each_row_behind_a_figure_opens_where_rows_of_its_kind_do(viewer: str, phones: dict[str, Phone], world: World) -> None:
    known = {one: kind for kind in KINDS if kind.name in ROWS_OF for one in ids_of(kind.ids)}
    opened = Counter[str]()
    for code in (counted.code for counted in indicators.current().values()):
        path = f"/figures/{world.known['year']}/{code}/rows"
        for row in phones[viewer].seen(path, limit=100)["items"]:
            kind = known.get(row["source_id"])
            if kind is not None:
                assert phones[viewer].get(kind.opens.format(row["source_id"])).status_code == 200, (code, row)
                opened[kind.name] += 1
    assert min(opened[name] for name in ROWS_OF) > 0, opened


@pytest.mark.parametrize("viewer", LOOKING_AFTER)
def test_figures_rows_and_exports_end_at_the_same_areas(viewer: str, phones: dict[str, Phone], world: World) -> None:
    phone, year = phones[viewer], world.known["year"]
    reached = set()
    for name, area_id in world.street.items():
        savepoint = world.connection.begin_nested()
        statuses = (
            phone.get(f"/figures/{year}", area_id=area_id).status_code,
            phone.get(f"/figures/{year}/teams/rows", area_id=area_id).status_code,
            phone.post("/exports/year-end", {"year": year, "area_id": area_id}).status_code,
        )
        db.session.remove()
        savepoint.rollback()
        assert statuses in ((200, 200, 202), (404, 404, 404)), name
        reached |= {name} if statuses[0] == 200 else set()
    assert reached == REACHED.get(viewer, set())
