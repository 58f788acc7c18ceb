"""Demands and who may claim them: residents, teams, organisations and Party members as bare rows with their roles, the rest over HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from backend.accounts import service as accounts
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.openings import service as openings
from backend.openings.models import Claim, OpeningRole
from backend.organisations.models import Filing, Organisation, OrganisationStatus, Origin
from backend.teams.models import Team, TeamCategory, TeamStatus
from tests.support.humans import check_papers
from tests.support.phone import Phone
from tests.support.served import make_person

HOME = "和平路8号院3号楼2单元201"
AGREED = {"kind": "own_consent", "notice_version": "2026-11-01"}
GRANDMOTHER = {"name": "王秀英", "called": "王奶奶", "address": HOME, "born_in": 1942, "phone": "13800001234", "basis": AGREED}
GRANDFATHER = {"name": "李德山", "called": "李爷爷", "address": "幸福路3号", "born_in": 1938, "phone": "0951-5551234", "basis": AGREED}


def resident(phone_of: Callable[..., Phone], street: Mapping[str, str], community: str = "和平社区", user: str | None = None) -> Phone:
    """The phone of somebody with a person; `phone.person_id` is set."""
    phone = phone_of(user)
    with transaction():
        person_id = make_person(area(street, community)).id
        accounts.tie_to_person(UUID(phone.account_id), person_id, now=clock.now())
    phone.person_id = str(person_id)
    return phone


def area(street: Mapping[str, str], name: str = "和平社区") -> Area:
    """One area of the street, in the current session."""
    return db.session.get_one(Area, UUID(street[name]))


def give_role(phone: Phone, grant: Grant) -> None:
    """Let the phone's account hold a role; where that is an office, by somebody whose papers were seen."""
    grant_to(phone, grant)
    with transaction():
        if grant.area_path is not None and grant.role in accounts.OFFICES:
            check_papers(UUID(phone.account_id), grant.area_path)


def grant_to(phone: Phone, grant: Grant) -> None:
    """Let the phone's account hold a role, and leave who holds it as unknown as they are."""
    with transaction():
        accounts.grant_role(Actor.system(), UUID(phone.account_id), grant, now=clock.now())


def team_led_by(
    phone: Phone, street: Mapping[str, str], community: str = "和平社区", *, status: TeamStatus = TeamStatus.ACTIVE, name: str = "敲门队"
) -> str:
    """A team whose leader holds the phone: its id."""
    with transaction():
        home, team_id = area(street, community), new_id()
        db.session.add(
            Team(
                id=team_id,
                name=f"{name}{team_id}",
                category=TeamCategory.PUBLIC_WELFARE,
                area_id=home.id,
                area_path=home.path,
                leader_person_id=UUID(phone.person_id),
                charter="自愿、无偿",
                status=status,
                applied_at=clock.now(),
            )
        )
    give_role(phone, Grant(Role.TEAM_LEADER, team_id=team_id))
    return str(team_id)


def organisation_of(phone: Phone, street: Mapping[str, str], *, status: OrganisationStatus = OrganisationStatus.VERIFIED) -> str:
    """An organisation on whose staff the phone's holder is: its id."""
    with transaction():
        home, organisation_id = area(street), new_id()
        db.session.add(
            Organisation(
                id=organisation_id,
                name=f"邻里互助会{organisation_id}",
                origin=Origin.INCUBATED,
                filing=Filing.ON_RECORD,
                record_number=str(organisation_id),
                area_id=home.id,
                area_path=home.path,
                purpose="邻里互助",
                officer_person_id=UUID(phone.person_id),
                status=status,
                applied_at=clock.now(),
            )
        )
    give_role(phone, Grant(Role.ORGANISATION_STAFF, organisation_id=organisation_id))
    return str(organisation_id)


def demand_form(street: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """What somebody fills in who asks for a 爱心敲门 visit; another `brand` without a beneficiary unless one is given."""
    form = {"brand": "door_knock", "title": "每周看望一次", "details": "老人听力不好", "community_id": street[community]} | fields
    if form["brand"] in ("door_knock", "sunset_wish"):
        return {"beneficiary": GRANDMOTHER} | form
    return form


def window(*, starts_in: timedelta = timedelta(0), lasts: timedelta = timedelta(hours=2)) -> dict[str, str]:
    """When a service takes place, as a publication says it."""
    starts_at: datetime = clock.now() + starts_in
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + lasts).isoformat()}


def published_demand(
    officer: Phone, street: Mapping[str, str], *, places: int = 1, by: Phone | None = None, **fields: Any
) -> dict[str, Any]:
    """A demand that the officer published (asked for by `by`, else by the officer for nobody in particular): with `id`, `role_id`, …"""
    demand = (by or officer).made("/demands", demand_form(street, **fields))
    return officer.made(f"/demands/{demand['id']}/publication", window() | {"places": places})


def asked_for(phone: Phone, demand: Mapping[str, Any], team_id: str | None = None, **claimant: Any) -> dict[str, Any]:
    """A claim on the demand as it is made: of the team, or `organisation_id=…`, or `as_person=True`."""
    return phone.made("/claims", {"role_id": demand["role_id"]} | ({"team_id": team_id} if team_id else claimant))


def claimed(phone: Phone, demand: Mapping[str, Any], team_id: str | None = None, **claimant: Any) -> dict[str, Any]:
    """As `asked_for`, and accepted where the community is asked first."""
    claim = asked_for(phone, demand, team_id, **claimant)
    if claim["status"] == "asked":
        with transaction():
            openings.accept_claim(Actor.system(), UUID(claim["id"]), now=clock.now())
        claim = phone.seen(f"/claims/{claim['id']}")
    return claim


def place_count(demand: Mapping[str, Any]) -> tuple[int, int]:
    """Places taken, and the claims that take them, as committed."""
    db.session.rollback()
    role_id = UUID(demand["role_id"])
    taken = db.session.scalars(select(OpeningRole.taken).where(OpeningRole.id == role_id)).one()
    held = db.session.scalars(select(func.count()).select_from(Claim).where(Claim.role_id == role_id, Claim.takes_place())).one()
    return taken, held
