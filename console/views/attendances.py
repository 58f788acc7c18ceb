"""没有签退的签到: who signed in and never out, and how long they served by the community's word."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.areas.queries import communities_in_use
from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.queries import AttendanceState
from backend.attendance.service import ShiftCommand
from backend.foundation import clock
from backend.foundation.actor import Actor
from console import things
from console.addresses import ATTENDANCES
from console.asking import About, Doing, answered, ask
from console.drawing import draw, in_field
from console.forms import Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import SHIFTED
from web.edge import in_steps, reads
from web.inputs.attendance import AddedRecordIn, UnrecordedQuery
from web.lists import unrecorded_listed

bp = Blueprint("console_attendances", __name__)

TO_RECORD = with_filters(ATTENDANCES, {"for_me": "true"})
"""The list of those whose record the viewer is to add, the longest ago first."""
_RECORD = f"{ATTENDANCES}/<uuid:attendance_id>/record"
_asked = list_reader(UnrecordedQuery)


def _add(actor: Actor, attendance_id: UUID, sent: AddedRecordIn, now: datetime) -> None:
    # The page says so of who is signed in still; who is not can not be again.
    attendance.add_record(
        actor, attendance_id, started_at=sent.started_at, ended_at=sent.ended_at, reason=sent.reason, ends_sign_in=True, now=now
    )


_ADDING = Doing(
    ShiftCommand.ADD_RECORD,
    "补录服务时长",
    "向本人和现场的人核实服务到什么时候，写明理由。补录的记录由申请人或者另一位工作人员确认后才计入。",
    "补录",
    Form(AddedRecordIn, "started_at", "ended_at", "reason"),
    _add,
)


@bp.get(ATTENDANCES)
@reads
def attendances_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = unrecorded_listed(actor, query, now)
    return draw(
        "attendances/attendances.html",
        viewer=actor,
        place=SHIFTED,
        address=ATTENDANCES,
        found=found,
        recordable=attendance.may_add_record(actor, [line.id for line in found.items]),
        brands=brands.current(),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_RECORD)
@reads
def attendance_record_page(actor: Actor, attendance_id: UUID) -> Response:
    return ask(_ADDING, _about(actor, attendance_id))


@bp.post(_RECORD)
@in_steps
def submit_attendance_record(actor: Actor, attendance_id: UUID) -> Response:
    work = _ADDING.work(actor, attendance_id)
    return answered(_ADDING, work, to=TO_RECORD, about=lambda: _about(actor, attendance_id, refused=True))


def _about(actor: Actor, attendance_id: UUID, *, refused: bool = False) -> About:
    now = clock.now()
    attendance.require_record_to_add(actor, attendance_id, refused=refused)
    line = queries.attendance(actor, attendance_id, now=now)
    beside = [
        f"{line.name}，{line.served_for or '个人'}，{clock.moment(line.signed_in_at)}签到，没有签退",
        f"服务时间须在{clock.span(line.starts_at, line.ends_at)}之内",
    ]
    if line.state is AttendanceState.OPEN:
        beside.append("现在还在签到中：补录即结束其签到，本人不能再签退")
    standing = {"started_at": in_field(max(line.signed_in_at, line.starts_at)), "ended_at": ""}
    return About(actor, SHIFTED, line.title, things.address_of(SHIFTED, line.shift_id), beside, standing)
