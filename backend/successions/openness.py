"""What is open in an area, so that it does not go out of use: each kind once, in the order in which it is told, with the step that ends it.

Areas stand below all capabilities, so it is asked from above. Each column that says where something lies is looked at here, or said to be
over (tests/successions/test_openness.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, and_, func, literal, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from backend.accounts.models import RoleGrant
from backend.accounts.service import OFFICES
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, ServiceRecord, Shift, ShiftStatus
from backend.corrections.models import CorrectionStatus, IdentityCorrection
from backend.deaths.models import Death, DeathStatus
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.jobs import Job, State
from backend.imports.models import Import, ImportStatus
from backend.late_entries.models import LateEntry, LateEntryStatus
from backend.openings.models import Arrangement, Claim, Opening
from backend.organisations.models import Organisation, OrganisationStatus
from backend.people.models import Person
from backend.proxies.models import Proxy
from backend.recoveries.models import AccountRecovery, RecoveryStatus
from backend.registration.models import ACTIVE, MemberRegistration
from backend.relocations.models import Relocation, RelocationStatus
from backend.teams.models import Team, TeamStatus
from backend.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what may be open. `path`: where it lies. `what`: the counted word. `step`: what ends it, and by whom. `beside`: another
    table that is joined, and how. `goes_along`: where the area is merged into another one, it goes on there."""

    path: InstrumentedAttribute[Any]
    when: Callable[[datetime], ColumnElement[bool]]
    what: str
    step: str
    beside: tuple[type[Any], ColumnElement[bool]] | None = None
    goes_along: bool = True

    @property
    def rows(self) -> FromClause:
        """The rows among which it is."""
        table: FromClause = self.path.class_.__table__
        return table if self.beside is None else table.join(self.beside[0].__table__, self.beside[1])


@dataclass(frozen=True, slots=True)
class StillOpen:
    """So many of a kind are open."""

    kind: Kind
    count: int

    def __str__(self) -> str:
        return f"{self.count} {self.kind.what}：{self.kind.step}"


def _office(now: datetime) -> ColumnElement[bool]:
    return and_(RoleGrant.role.in_(OFFICES), RoleGrant.is_unended(now))


def _unrecorded(_now: datetime) -> ColumnElement[bool]:
    return and_(Shift.is_unsettled(), Attendance.lacks_record())


def _arranged(now: datetime) -> ColumnElement[bool]:
    return and_(Arrangement.is_current(), Arrangement.ended_at.is_(None), Arrangement.ends_on >= clock.shanghai_day(now))


def _acted_for(now: datetime) -> ColumnElement[bool]:
    return and_(Proxy.is_current(), Proxy.ended_at.is_(None), Proxy.ends_on >= clock.shanghai_day(now))


def _claimed(now: datetime) -> ColumnElement[bool]:
    return and_(Claim.takes_place(), Opening.ends_at > now)


def _in(column: InstrumentedAttribute[Any], *words: Any) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda _: column.in_(words)


KINDS: Sequence[Kind] = (
    Kind(RoleGrant.area_path, _office, "项职务", "由上级收回，或者用 ejia withdraw-role 收回"),
    Kind(
        Shift.area_path,
        _in(Shift.status, ShiftStatus.PLANNED),
        "个尚未结束的场次",
        "由社区取消，或者等时间过后自动结束",
    ),
    Kind(Opening.area_path, _claimed, "个认领", "由认领人取消，或者由社区取消需求", beside=(Claim, Claim.opening_id == Opening.id)),
    Kind(
        Demand.area_path,
        _in(Demand.status, DemandStatus.SUBMITTED, DemandStatus.PUBLISHED),
        "件未办结的服务需求",
        "由社区审核、办结或者取消",
    ),
    Kind(
        ServiceRecord.area_path,
        lambda _: attendance.record_waits(),
        "条待确认、部分时长待批准或者存疑的服务记录",
        "由社区或者街道确认、批准或者核实，不属实的更正或者撤销",
        goes_along=False,
    ),
    Kind(
        Shift.area_path,
        _unrecorded,
        "次没有签退的签到",
        "由社区补录服务记录，不属实的补录后撤销",
        beside=(Attendance, Attendance.shift_id == Shift.id),
        goes_along=False,
    ),
    Kind(
        LateEntry.area_path,
        _in(LateEntry.status, LateEntryStatus.SUBMITTED),
        "件待审批的补录活动",
        "由另一位工作人员批准或者不批准",
        goes_along=False,
    ),
    Kind(Arrangement.area_path, _arranged, "项服务约定或者邀请", "由社区终止，或者等期满"),
    Kind(Team.area_path, _in(Team.status, TeamStatus.APPLIED, TeamStatus.ACTIVE), "支志愿服务队", "由社区答复申请；不再服务的由社区解散"),
    Kind(
        Organisation.area_path,
        _in(Organisation.status, OrganisationStatus.APPLIED, OrganisationStatus.VERIFIED),
        "家社会组织",
        "由社区答复申请；不再服务的由社区终止",
    ),
    Kind(
        MemberRegistration.area_path,
        lambda _: and_(MemberRegistration.is_current(), MemberRegistration.status.in_(ACTIVE)),
        "名报到党员",
        "由社区答复申请；已接收的由社区转出，或者由本人迁居",
    ),
    Kind(Volunteer.area_path, lambda _: Volunteer.is_live(), "名注册志愿者", "由迁入的社区办理迁居，或者由本人退出"),
    Kind(Person.area_path, lambda _: Person.withdrawn_at.is_(None), "名登记居住的人员", "由本人申请迁居，迁入的社区接收"),
    Kind(Beneficiary.area_path, lambda _: Beneficiary.ended_at.is_(None), "名在册服务对象", "由社区改登记到所住社区，或者结束登记"),
    Kind(Proxy.area_path, _acted_for, "项代办", "由社区结束，或者等期满"),
    Kind(
        Relocation.area_path,
        _in(Relocation.status, RelocationStatus.ASKED),
        "件待答复的迁入申请",
        "由社区答复，或者由本人撤回",
        goes_along=False,
    ),
    Kind(
        IdentityCorrection.area_path,
        _in(IdentityCorrection.status, CorrectionStatus.PROPOSED),
        "件待核对的身份更正",
        "由另一位工作人员核对或者退回",
    ),
    Kind(Death.area_path, _in(Death.status, DeathStatus.REPORTED), "件待核对的去世登记", "由另一位工作人员核对或者退回", goes_along=False),
    Kind(
        AccountRecovery.area_path,
        _in(AccountRecovery.status, RecoveryStatus.SUBMITTED, RecoveryStatus.SEEN),
        "件找回账号的申请",
        "由社区核实或者退回，或者由本人撤回",
    ),
    Kind(
        Import.area_path,
        _in(Import.status, ImportStatus.RECEIVED, ImportStatus.ENTERING, ImportStatus.UNDOING),
        "次未完成的导入",
        "等后台完成，停下的请再次导入或者撤销",
        goes_along=False,
    ),
    Kind(Job.area_path, _in(Job.state, State.QUEUED, State.RUNNING), "项正在进行的任务", "等后台完成，或者由发起人取消", goes_along=False),
)

ELSEWHERE: Mapping[str, str] = {
    "areas.path": "its parts are asked for beside this",
    "areas.parent_id": "its parts are asked for beside this",
    "areas.successor_id": "of what is out of use",
    "area_transfers.from_path": "over when it is written down",
    "files.area_path": "kept for its term, and read by the street",
    "ledger_transactions.area_path": "booked where it was earned",
    "messages.area_path": "told where it happened",
    "openings.home_path": "of an opening, which is open with its demand",
    "openings.claimants_path": "of an opening, which is open with its demand",
    "overdue_lines.community_path": "counted in a week that is over",
    "overdue_reports.area_path": "counted in a week that is over",
    "party_organisations.area_path": "where it stands; nothing waits for it",
    "relocations.from_area_id": "whoever asks to leave lives there",
    "relocations.from_path": "whoever asks to leave lives there",
    "reveals.area_path": "over when it is written down",
    "statistics_bookings.area_path": "derived",
    "statistics_cells.area_path": "derived",
    "statistics_presences.area_path": "derived",
    "team_memberships.area_path": "of a team, which is open itself",
}
"""What says where something lies and is not open, or is so with another one."""


def still_open(path: str, *, now: datetime) -> list[StillOpen]:
    """What is open in an area or below it."""
    return found_in(path, KINDS, now=now)


def found_in(path: str, kinds: Sequence[Kind], *, part: Mapping[Any, ColumnElement[bool]] | None = None, now: datetime) -> list[StillOpen]:
    """What there is of some kinds in an area or below it; with `part` among those rows of a table alone. One statement."""
    counted = [
        select(literal(number, Integer).label("kind"), func.count().label("count"))
        .select_from(kind.rows)
        .where(kind.path.startswith(path, autoescape=True), kind.when(now), true() if part is None else part[kind.path.class_])
        for number, kind in enumerate(kinds)
        if part is None or kind.path.class_ in part
    ]
    found = db.session.execute(union_all(*counted)).all()
    return [StillOpen(kinds[number], count) for number, count in sorted(found) if count]
