"""A community gives a part of what it has to another one of its street: grids with all in them, people, teams and organisations that are
named. It goes on itself, and what was counted before the day stays where it was.

What goes with whom is said once, in `_part`. All of it is one transaction: whoever kills it finds everything as it was.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true

from backend.accounts import service as accounts
from backend.areas import service as areas
from backend.areas.models import Area
from backend.areas.transfers import Handover
from backend.attendance.models import ServiceRecord, Shift
from backend.corrections.models import IdentityCorrection
from backend.deaths.models import Death
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.foundation.database import allow_long_statements, db, one_of
from backend.foundation.errors import Unprocessable
from backend.foundation.identifiers import folded
from backend.foundation.sealing import keyring
from backend.imports.models import Import
from backend.openings.models import Arrangement, Opening
from backend.organisations.models import Organisation
from backend.party.models import PartyOrganisation
from backend.people.models import ID_NUMBER, Person
from backend.proxies.models import Proxy
from backend.recoveries.models import AccountRecovery
from backend.registration.models import MemberRegistration
from backend.relocations.models import Relocation
from backend.successions.handing_on import LIVE_ORGANISATIONS, LIVE_TEAMS, HandedOn, hand_on, in_the_way, refuse_unfit, to_succeeding_grids
from backend.successions.openness import Kind, found_in
from backend.successions.refusals import AreaInUse
from backend.teams.models import Membership, Team
from backend.volunteers.models import Volunteer


class ShareEmpty(Unprocessable):
    """Nothing is named that goes."""

    code: ClassVar[str] = "share_empty"
    detail = "请写明划出哪些网格、居民、服务队、社会组织或者党组织"


class ShareUnknown(Unprocessable):
    """Some of what is named is not the community's; `lines` say which, and tell no number."""

    code: ClassVar[str] = "share_unknown"
    detail = "有的不属于该社区，请核对"

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Share:
    """What goes, as it is named: grids by code, people by 志愿者编号 or identity number, teams, organisations and Party organisations by
    name."""

    grids: Sequence[str] = ()
    people: Sequence[str] = ()
    teams: Sequence[str] = ()
    organisations: Sequence[str] = ()
    party_organisations: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Going:
    """The same as rows, with what hangs on it: who is on record in the grids, and what is open for these and for the people."""

    grids: Sequence[Area]
    people: Sequence[UUID]
    homes: Sequence[UUID]
    teams: Sequence[UUID]
    organisations: Sequence[UUID]
    party_organisations: Sequence[UUID]
    demands: Sequence[UUID]
    openings: Sequence[UUID]


def split_community(former_id: UUID, successor_id: UUID, share: Share, *, day: date, now: datetime) -> HandedOn:
    """Let a part of a community go on in another one of its street from a day on; the grids become grids of that.

    Raises ShareEmpty, ShareUnknown, SuccessorUnfit, MergeDayInvalid, AreaInUse, TeamNameTaken, OrganisationNameTaken, RecordNumberTaken,
    PartyOrganisationNameTaken, areas.NotACommunity, areas.AreaWithdrawn.
    """
    allow_long_statements()
    successor, former = areas.community(successor_id), areas.hold_area(former_id)  # nothing begins there meanwhile
    for grid in areas.grids_of(former_id):  # nor in a part of it
        areas.hold_area(grid.id)
    refuse_unfit(former, successor, day, now=now)
    going = _going(former, share)
    part = _part(going)
    kinds = (*in_the_way(successor, day), _at_home_elsewhere(former, going))
    if found := found_in(former.path, kinds, part=part, now=now):
        raise AreaInUse(found)
    grids = to_succeeding_grids(going.grids, successor, day, now=now)
    total = HandedOn(grids=len(grids))
    for each in (*grids, Handover(former, successor, day, part)):
        hand_on(each, total, now=now)
    for handover in grids:
        areas.let_succeed(handover.former, handover.successor, day=day, now=now)
    total.roles += accounts.hand_on_roles_of(going.people, former.path, successor.path, now=now)
    areas.let_divide(former, successor, day=day, now=now)
    return total


def _part(going: _Going) -> Mapping[type[Any], ColumnElement[bool]]:
    """Which rows of each table go. What the community agreed to for all of it stays with it; so does what it decides on itself."""
    of_person: Sequence[Any] = (Volunteer, MemberRegistration, Proxy, IdentityCorrection, AccountRecovery, Relocation, Death)
    of_opening: Sequence[Any] = (Shift, ServiceRecord)
    return {
        Person: one_of(Person.id, going.people),
        **{kind: one_of(kind.person_id, going.people) for kind in of_person},
        Beneficiary: or_(one_of(Beneficiary.id, going.homes), one_of(Beneficiary.person_id, going.people)),
        Team: one_of(Team.id, going.teams),
        Membership: one_of(Membership.team_id, going.teams),
        Organisation: one_of(Organisation.id, going.organisations),
        PartyOrganisation: one_of(PartyOrganisation.id, going.party_organisations),
        Demand: one_of(Demand.id, going.demands),
        Opening: one_of(Opening.id, going.openings),
        **{kind: one_of(kind.opening_id, going.openings) for kind in of_opening},
        Arrangement: or_(one_of(Arrangement.opening_id, going.openings), one_of(Arrangement.home_id, going.homes)),
        Import: true(),  # one at work may enter anybody
    }


def _at_home_elsewhere(former: Area, going: _Going) -> Kind:
    """Who goes by name, and is on record in a grid that stays."""
    grids = [grid.path for grid in going.grids]
    elsewhere = and_(Beneficiary.ended_at.is_(None), Beneficiary.area_path != former.path, ~one_of(Beneficiary.area_path, grids))
    return Kind(Beneficiary.area_path, lambda _: elsewhere, "名在不划出的网格登记的服务对象", "由社区改登记网格，或者不把本人列入名单")


def _going(former: Area, share: Share) -> _Going:
    unknown: list[str] = []
    grids = _named(share.grids, {grid.code: grid for grid in areas.grids_of(former.id)}, "网格", unknown)
    teams = _named(share.teams, _by_name(Team, Team.status.in_(LIVE_TEAMS), former), "服务队", unknown)
    organisations = _named(
        share.organisations, _by_name(Organisation, Organisation.status.in_(LIVE_ORGANISATIONS), former), "社会组织", unknown
    )
    party_organisations = _named(share.party_organisations, _by_name(PartyOrganisation, true(), former), "党组织", unknown)
    named = _people(share.people, former, unknown)
    if unknown:
        raise ShareUnknown(unknown)
    if not (grids or teams or organisations or party_organisations or named):
        raise ShareEmpty
    return _with_what_hangs_on(former, grids, named, teams, organisations, party_organisations)


def _with_what_hangs_on(
    former: Area,
    grids: Sequence[Area],
    named: Collection[UUID],
    teams: Sequence[UUID],
    organisations: Sequence[UUID],
    party_organisations: Sequence[UUID],
) -> _Going:
    here = Beneficiary.area_path.startswith(former.path, autoescape=True)
    in_grids = one_of(Beneficiary.area_path, [grid.path for grid in grids])
    residents = select(Person.id).join(Beneficiary, Beneficiary.person_id == Person.id)
    residents = residents.where(Person.area_path == former.path, Beneficiary.ended_at.is_(None), in_grids)
    people = sorted({*named, *db.session.scalars(residents)})
    going = or_(in_grids, one_of(Beneficiary.person_id, people))
    homes = db.session.scalars(select(Beneficiary.id).where(Beneficiary.ended_at.is_(None), here, going)).all()
    open_ones = Demand.status.in_((DemandStatus.SUBMITTED, DemandStatus.RETURNED, DemandStatus.PUBLISHED))
    own = and_(Demand.beneficiary_id.is_(None), one_of(Demand.requester_person_id, people))
    wanted = select(Demand.id, Demand.opening_id).where(Demand.area_path == former.path, open_ones)
    demands = db.session.execute(wanted.where(or_(one_of(Demand.beneficiary_id, homes), own)).order_by(Demand.id)).all()
    openings = [demand.opening_id for demand in demands if demand.opening_id is not None]
    return _Going(grids, people, homes, teams, organisations, party_organisations, [demand.id for demand in demands], openings)


def _by_name(kind: Any, live: ColumnElement[bool], former: Area) -> dict[str, UUID]:
    return {row.name: row.id for row in db.session.execute(select(kind.name, kind.id).where(kind.area_path == former.path, live))}


def _named(names: Sequence[str], known: Mapping[str, Any], what: str, unknown: list[str]) -> list[Any]:
    unknown += [f"{what}{name}：该社区没有" for name in names if name not in known]
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _people(lines: Sequence[str], former: Area, unknown: list[str]) -> set[UUID]:
    """Whom a list names, a line each; what is said of a line that names nobody of the community holds no number."""
    # The database takes no NUL, of which a file in another encoding is full.
    named = {row: text for row, line in enumerate(lines, 1) if (text := folded(line.replace("\0", "")))}
    volunteers = select(Volunteer.number, Person.id).join(Person, Person.id == Volunteer.person_id)
    volunteers = volunteers.where(Volunteer.is_live(), one_of(Volunteer.number, list(named.values())))
    indexes = {row: keyring().indexes(text, field=ID_NUMBER) for row, text in named.items()}
    holders = select(Person.id_number_index, Person.id).where(
        one_of(Person.id_number_index, [index for of_line in indexes.values() for index in of_line])
    )
    here = Person.area_path == former.path
    known: dict[object, UUID] = {
        key: person_id for wanted in (volunteers, holders) for key, person_id in db.session.execute(wanted.where(here))
    }
    found = {row: next((known[key] for key in (text, *indexes[row]) if key in known), None) for row, text in named.items()}
    unknown += [f"名单第 {row} 行：该社区没有这个志愿者编号或者身份证号的居民" for row, person_id in found.items() if person_id is None]
    return {person_id for person_id in found.values() if person_id is not None}
