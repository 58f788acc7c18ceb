"""What a community gives to the one that succeeds it, in all (`merging`) or in a part (`splitting`): when it can, what is ended before, and
everybody who hands on what is theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import aliased

from backend.accounts import service as accounts
from backend.areas import service as areas
from backend.areas.models import Area, Level
from backend.areas.transfers import Handover
from backend.attendance import service as attendance
from backend.attendance.models import ServiceRecord, Shift, ShiftStatus
from backend.corrections import service as corrections
from backend.demands import service as demands
from backend.demands.models import Demand, DemandStatus
from backend.foundation import clock
from backend.foundation.errors import Unprocessable
from backend.openings import service as openings
from backend.openings.models import Claim, ClaimStatus, Opening
from backend.organisations import service as organisations
from backend.organisations.models import Organisation, OrganisationStatus
from backend.party import organisations as party
from backend.party.models import PartyOrganisation
from backend.people import service as people
from backend.proxies import service as proxies
from backend.recoveries import service as recoveries
from backend.registration import transfers as registration
from backend.relocations.models import Relocation, RelocationStatus
from backend.successions.openness import KINDS, Kind
from backend.teams import service as teams
from backend.teams.models import Team, TeamStatus
from backend.volunteers import service as volunteers


class SuccessorUnfit(Unprocessable):
    """A community goes on in another one, of the same street."""

    code: ClassVar[str] = "successor_unfit"
    detail = "接续的应当是同一街道的另一个社区"


class MergeDayInvalid(Unprocessable):
    """The day lies ahead, before this month (whose figures are told), or before the community was there."""

    code: ClassVar[str] = "merge_day_invalid"
    detail = "日期应在本月之内，不晚于今天，也不早于社区设立之日"


LIVE_TEAMS, LIVE_ORGANISATIONS = (TeamStatus.APPLIED, TeamStatus.ACTIVE), (OrganisationStatus.APPLIED, OrganisationStatus.VERIFIED)
"""Of these one of a name is in a community."""


@dataclass(slots=True)
class HandedOn:
    """How much went to the successor."""

    grids: int = 0
    people: int = 0
    volunteers: int = 0
    teams: int = 0
    organisations: int = 0
    party_organisations: int = 0
    registrations: int = 0
    demands: int = 0
    beneficiaries: int = 0
    roles: int = 0


def refuse_unfit(former: Area, successor: Area, day: date, *, now: datetime) -> None:
    """Let pass who may hand on from one to the other from that day. Raises SuccessorUnfit, MergeDayInvalid."""
    if former.level is not Level.COMMUNITY or former.id == successor.id or former.parent_id != successor.parent_id:
        raise SuccessorUnfit
    today = clock.shanghai_day(now)
    if not max(today.replace(day=1), former.valid_from) <= day <= today:
        raise MergeDayInvalid


def in_the_way(successor: Area, day: date) -> Sequence[Kind]:
    """What is to be ended before: what was done in the old community is decided on there, and nothing was served there since the day."""
    return (
        *(kind for kind in KINDS if not kind.goes_along),
        Kind(
            Opening.area_path,
            lambda _: Claim.status == ClaimStatus.ASKED,
            "个待答复的认领申请",
            "由社区答复，或者由申请人撤回",
            beside=(Claim, Claim.opening_id == Opening.id),
        ),
        Kind(
            Shift.area_path,
            lambda now: and_(Shift.status == ShiftStatus.PLANNED, Shift.starts_at <= now),
            "个已经开始的场次",
            "等时间过后自动结束",
        ),
        Kind(
            Demand.area_path,
            # Its shift is closed and stays, where nobody would add or confirm what was served any more.
            lambda now: and_(Demand.status == DemandStatus.PUBLISHED, ~attendance.goes_on(Demand.opening_id, now=now)),
            "件时间已过、未办结的服务需求",
            "由社区办结，没有开展的登记为未开展",
        ),
        Kind(
            Relocation.from_path,
            lambda _: and_(Relocation.status == RelocationStatus.ASKED, Relocation.area_path == successor.path),
            "件迁往接续社区、待答复的申请",
            "由接续社区答复，或者由本人撤回",
        ),
        Kind(
            ServiceRecord.area_path,
            lambda _: and_(ServiceRecord.is_current(), ServiceRecord.served_on >= day),
            f"条 {day} 或者以后的服务记录",
            "计入原社区，请把 --from 改为以后的日期",
        ),
        Kind(Team.area_path, lambda _: _named_alike(successor), "支与接续社区的队伍同名的服务队", "由社区更名"),
        Kind(
            Organisation.area_path,
            lambda _: _numbered_alike(successor),
            "家与接续社区的组织同名或者同备案编号的社会组织",
            "由社区更名或者终止",
        ),
        Kind(
            PartyOrganisation.area_path,
            lambda _: _called_alike(successor),
            "个与接续社区的党组织同名的党组织",
            "由街道撤销原来的导入，改为不同的名称后再导入",
        ),
    )


def _named_alike(successor: Area) -> Any:
    other = aliased(Team)
    alike = or_(other.name == Team.name, other.name_skeleton == Team.name_skeleton)
    there = exists().where(other.area_path == successor.path, other.status.in_(LIVE_TEAMS), alike)
    return and_(Team.status.in_(LIVE_TEAMS), there.correlate(Team))


def _numbered_alike(successor: Area) -> Any:
    other = aliased(Organisation)
    alike = or_(other.record_number == Organisation.record_number, other.name_skeleton == Organisation.name_skeleton)
    there = exists().where(other.area_path == successor.path, other.status.in_(LIVE_ORGANISATIONS), alike)
    return and_(Organisation.status.in_(LIVE_ORGANISATIONS), there.correlate(Organisation))


def _called_alike(successor: Area) -> Any:
    other = aliased(PartyOrganisation)
    there = exists().where(other.area_path == successor.path, other.name_skeleton == PartyOrganisation.name_skeleton)
    return there.correlate(PartyOrganisation)


def to_succeeding_grids(grids: Sequence[Area], successor: Area, day: date, *, now: datetime) -> list[Handover]:
    """From each grid to a new one of the successor: a grid has a number of its community's. Raises areas.AreaCodeTaken."""
    return [Handover(grid, areas.add_grid(successor, grid.name, now=now), day) for grid in grids]


def hand_on(handover: Handover, total: HandedOn, *, now: datetime) -> None:
    """Let everybody whose rows go hand them on, and add to `total` how many they were. Roles are those of an area that goes in all."""
    total.people += people.hand_on_people(handover, now=now)
    total.volunteers += volunteers.hand_on_volunteers(handover, now=now)
    total.teams += teams.hand_on_teams(handover, now=now)
    total.organisations += organisations.hand_on_organisations(handover, now=now)
    total.party_organisations += party.hand_on_organisations(handover)
    total.registrations += registration.hand_on_registrations(handover, now=now)
    openings.hand_on_openings(handover, now=now)
    attendance.hand_on_shifts(handover, now=now)
    total.demands += demands.hand_on_demands(handover, now=now)
    total.beneficiaries += demands.hand_on_register(handover, now=now)
    proxies.hand_on_proxies(handover, now=now)
    corrections.hand_on_corrections(handover)
    recoveries.hand_on_recoveries(handover)
    if handover.part is None:
        total.roles += accounts.hand_on_area(handover.former.path, handover.successor.path, now=now)
