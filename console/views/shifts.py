"""场次与签到: the lists of shifts, one shift with who is in and out, the code that is shown there, and what its community decides."""

import math
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.areas.queries import communities_in_use
from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.models import ShiftStatus
from backend.attendance.service import ShiftCommand
from backend.demands import service as demands
from backend.demands.queries import demands_of_openings
from backend.foundation import clock
from backend.foundation.actor import Actor
from console import things
from console.addresses import SHIFTS
from console.asking import About, Asking, Doing, answered, ask, one_of
from console.charts import qr_code
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader
from console.places import SHIFTED
from web.edge import in_steps, reads
from web.inputs.attendance import LateRecordIn, ShiftPageQuery, ShiftsInCareQuery
from web.inputs.common import ReasonIn
from web.lists import order_of_shifts, shifts_listed

bp = Blueprint("console_shifts", __name__)

_SHIFT = f"{SHIFTS}/<uuid:shift_id>"
_SECONDS = 20
"""So often the page of a shift is asked for again that is shown as it goes on: until it is over, as each look is a use of the log-in."""
_asked = list_reader(ShiftsInCareQuery)
_page_asked = list_reader(ShiftPageQuery)


def _cancel(actor: Actor, shift_id: UUID, sent: ReasonIn, now: datetime) -> None:
    demands.cancel_shift(actor, shift_id, reason=sent.reason, now=now)


def _add_record(actor: Actor, shift_id: UUID, sent: LateRecordIn, now: datetime) -> None:
    attendance.add_late_record(
        actor,
        shift_id,
        volunteer_number=sent.volunteer_number,
        name=sent.name,
        started_at=sent.started_at,
        ended_at=sent.ended_at,
        reason=sent.reason,
        now=now,
    )


def _confirm(actor: Actor, shift_id: UUID, _sent: object, now: datetime) -> None:
    attendance.confirm_shift(actor, shift_id, now=now)


_CONFIRMATION = Doing(
    ShiftCommand.CONFIRM,
    "确认本场全部记录",
    "确认后计入时长、积分和统计；超过每人每日上限的部分不计入，另行批准。",
    "确认本场全部记录",
    NO_FIELDS,
    _confirm,
)
_ASKED: dict[str, Doing[ShiftCommand]] = {
    "confirmations": _CONFIRMATION,
    "records": Doing(
        ShiftCommand.ADD_RECORD,
        "补录没有签到的人",
        "用于到场服务、没有签到的志愿者，须属于当时的认领方。补录的记录由申请人或者另一位工作人员确认后才计入。",
        "补录没有签到的人",
        Form(LateRecordIn, "volunteer_number", "name", "started_at", "ended_at", "reason"),
        _add_record,
    ),
    "cancellation": Doing(
        ShiftCommand.CANCEL,
        "取消场次",
        "取消后本场不再开展，不能恢复，申请人和认领方会收到消息。如果这是最后一个场次，需求随之取消，认领全部取消，名额收回。",
        "取消场次",
        Form(ReasonIn),
        _cancel,
    ),
}
"""The end of its address → the command."""


@bp.get(SHIFTS)
@reads
def shifts_page(actor: Actor) -> Response:
    asked = _asked()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = shifts_listed(actor, query, clock.now())
    return draw(
        "shifts/shifts.html",
        viewer=actor,
        place=SHIFTED,
        found=found,
        present=queries.presence_at(actor, [line.id for line in found.items]),
        nobody=queries.Presence(),
        sort=order_of_shifts(query),
        statuses=list(ShiftStatus),
        brands=brands.current(),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        today=clock.shanghai_day(clock.now()).isoformat(),
        **asked.shown,
    )


@bp.get(_SHIFT)
@reads
def shift_page(actor: Actor, shift_id: UUID) -> Response:
    asked, now = _page_asked(), clock.now()
    shift = queries.shift_details(actor, shift_id, now=now)
    found = NOTHING
    if asked.refusal is None:
        found = queries.attendances_of_shift(actor, shift_id, page=asked.query.page, now=now)
    is_live = asked.query.live and shift.status is ShiftStatus.PLANNED and now <= shift.closes_at
    return draw(
        "shifts/shift.html",
        **things.head(actor, SHIFTED, shift_id, called=shift.title, status=shift.status, sides={}, side=things.FIRST),
        **things.offered(attendance.commands_on_shift(actor, shift_id, now=now)),
        shift=shift,
        brand=brands.current().get(shift.brand),
        demand_id=demands_of_openings([shift.opening_id]).get(shift.opening_id),
        present=queries.presence_at(actor, [shift_id]).get(shift_id, queries.Presence()),
        found=found,
        recordable=attendance.may_add_record(actor, [line.id for line in found.items]),
        goes_on=shift.status is ShiftStatus.PLANNED and shift.opens_at <= now <= shift.closes_at,
        now=now,
        again_in=_SECONDS if is_live else None,
        on_pages=_ASKED,
        **asked.shown,
    )


@bp.get(f"{_SHIFT}/code")
@reads
def code_page(actor: Actor, shift_id: UUID) -> Response:
    now = clock.now()
    code = attendance.show_code(actor, shift_id, now=now)
    shift = queries.shift_details(actor, shift_id, now=now)
    left = max(1, math.ceil((code.replaced_at - now).total_seconds()))
    # The code that is on the screen until then holds for half a minute more: whoever is scanning it meanwhile is not late.
    return draw("shifts/code.html", shift=shift, address=_address(shift_id), picture=qr_code(code.text), again_in=left)


@bp.get(f"{_SHIFT}/<{one_of(_ASKED)}:step>")
@reads
def shift_step_page(actor: Actor, shift_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, shift_id, _ASKED[step]))


@bp.post(f"{_SHIFT}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_shift_step(actor: Actor, shift_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, shift_id)
    return answered(asking, work, to=_address(shift_id), about=lambda: _about(actor, shift_id, asking, refused=True))


def _address(shift_id: UUID) -> str:
    return things.address_of(SHIFTED, shift_id)


def _about(actor: Actor, shift_id: UUID, asking: Asking[ShiftCommand], *, refused: bool = False) -> About:
    now = clock.now()
    attendance.require_shift_command(actor, shift_id, asking.command, now=now, refused=refused)
    shift = queries.shift_details(actor, shift_id, now=now)
    called = f"{shift.title} {clock.span(shift.starts_at, shift.ends_at)}"
    beside: list[str] = _confirmed_by_it(actor, shift_id) if asking.command is ShiftCommand.CONFIRM else []
    return About(actor, SHIFTED, called, _address(shift_id), beside)


def _confirmed_by_it(actor: Actor, shift_id: UUID) -> list[str]:
    waiting = attendance.awaiting_at(actor, shift_id)
    said = [f"{waiting.remaining}条待确认的记录会被确认，共{waiting.minutes}分钟" if waiting.remaining else "没有等您确认的记录"]
    if waiting.remaining > attendance.MOST_TOGETHER:
        said.append(f"每次最多确认{attendance.MOST_TOGETHER}条，其余的请再按一次")
    if waiting.own:
        said.append(f"{waiting.own}条是您本人、您负责的一方或者您补录的，由其他人确认")
    if waiting.flagged:
        said.append(f"{waiting.flagged}条有疑问，先核查")
    return said
