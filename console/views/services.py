"""服务记录: what was served, and the word by which it counts, one by one or for a whole shift."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from backend import brands
from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.queries import ServiceLine, ServiceSort, ServiceStatus
from backend.attendance.service import OutsideWindow, RecordsOverlap, ServiceCommand
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal, Unprocessable
from backend.points.queries import points_of_service
from console import things
from console.addresses import RECORDS
from console.asking import About, Doing, answered, ask, ask_again, one_of
from console.drawing import done, draw, draw_again, in_field, of_refusal
from console.forms import Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import RECORDED
from web.edge import in_steps, reads
from web.inputs.attendance import CorrectedTimesQuery, CorrectionIn, ServicesQuery, WithdrawalIn
from web.inputs.common import ReasonIn
from web.lists import services_listed
from web.shapes import in_shanghai, sent_form

bp = Blueprint("console_services", __name__)

TO_CONFIRM = with_filters(
    RECORDS, {"status": ServiceStatus.AWAITING_CONFIRMATION.value, "for_me": "true", "sort": ServiceSort.EARLIEST.value}
)
"""The list of what waits for the viewer's word, the longest first: each line of it can be confirmed."""
TO_ALLOW, TO_CLEAR = (
    with_filters(RECORDS, {"status": status.value, "for_me": "true", "sort": ServiceSort.EARLIEST.value})
    for status in (ServiceStatus.PARTLY_CONFIRMED, ServiceStatus.FLAGGED)
)
_RECORD = f"{RECORDS}/<uuid:fact_id>"
_asked = list_reader(ServicesQuery)


def _clear(actor: Actor, fact_id: UUID, sent: ReasonIn, now: datetime) -> None:
    attendance.clear_service(actor, fact_id, reason=sent.reason, now=now)


def _allow(actor: Actor, fact_id: UUID, sent: ReasonIn, now: datetime) -> None:
    attendance.allow_more(actor, fact_id, reason=sent.reason, now=now)


def _correct(actor: Actor, fact_id: UUID, sent: CorrectionIn, now: datetime) -> None:
    attendance.correct_record(
        actor, fact_id, sent.revision_id, started_at=sent.started_at, ended_at=sent.ended_at, reason=sent.reason, now=now
    )


def _withdraw_confirmation(actor: Actor, fact_id: UUID, sent: ReasonIn, now: datetime) -> None:
    attendance.withdraw_confirmation(actor, fact_id, reason=sent.reason, now=now)


def _withdraw(actor: Actor, fact_id: UUID, sent: WithdrawalIn, now: datetime) -> None:
    attendance.withdraw_record(actor, fact_id, sent.revision_id, reason=sent.reason, now=now)


_REASON = Form(ReasonIn)
_ASKED: dict[str, Doing[ServiceCommand]] = {
    "clearance": Doing(
        ServiceCommand.CLEAR,
        "核实存疑的服务",
        "签到或者签退时的定位离服务地点较远。向当事人核实、属实的，写明情况；核实以后可以确认。不属实的，撤销这条记录。",
        "核实属实",
        _REASON,
        _clear,
    ),
    "allowance": Doing(
        ServiceCommand.ALLOW,
        "批准多计时长",
        "这条记录没有全部计入：当日已到上限，或者更正增加了时长。批准以后全部计入，积分和统计随之增加。",
        "批准全部计入",
        _REASON,
        _allow,
    ),
    "confirmation-withdrawal": Doing(
        ServiceCommand.WITHDRAW_CONFIRMATION,
        "撤销确认",
        "撤销以后这条记录不再计入，可以重新确认。",
        "撤销确认",
        _REASON,
        _withdraw_confirmation,
    ),
    "withdrawal": Doing(
        ServiceCommand.WITHDRAW,
        "撤销服务记录",
        "用于没有到场等不属实的记录。撤销以后不再计入，服务者会收到消息，看得到理由。时间记错的，请用更正。",
        "撤销记录",
        Form(WithdrawalIn, "reason"),
        _withdraw,
    ),
}
"""The end of its address → the command."""
_CORRECTION = Doing(
    ServiceCommand.CORRECT,
    "更正服务时间",
    "改短的，立即按新的时间计入。改长的，已经确认的时长不变，增加的由另一人确认后才计入。原来的时间和理由留在历次更正里，服务者看得到。",
    "更正",
    Form(CorrectionIn, "reason"),
    _correct,
)
_TIMES = Form(CorrectionIn, "started_at", "ended_at")
_ON_PAGES = {"clearance": _ASKED["clearance"], "allowance": _ASKED["allowance"], "correction": _CORRECTION} | _ASKED
"""What a record's page leads to, the next step first."""
_times_asked = list_reader(CorrectedTimesQuery)


@bp.get(RECORDS)
@reads
def services_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = services_listed(actor, query, now)
    return draw(
        "services/services.html",
        viewer=actor,
        place=RECORDED,
        found=found,
        statuses=list(ServiceStatus),
        brands=brands.current(),
        waits_for_me=query.for_me and query.status is ServiceStatus.AWAITING_CONFIRMATION,
        **asked.shown,
    )


@bp.get(_RECORD)
@reads
def service_page(actor: Actor, fact_id: UUID) -> Response:
    return _draw_service(actor, fact_id)


@bp.post(f"{_RECORD}/confirmation")
@in_steps
def submit_confirmation(actor: Actor, fact_id: UUID) -> Response:
    def confirm() -> None:
        attendance.confirm_service(actor, fact_id, now=clock.now())

    return done(confirm, to=TO_CONFIRM, again=lambda refusal: _draw_service(actor, fact_id, refusal))


@bp.get(f"{_RECORD}/<{one_of(_ASKED)}:step>")
@reads
def service_step_page(actor: Actor, fact_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, fact_id, _ASKED[step].command))


@bp.post(f"{_RECORD}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_service_step(actor: Actor, fact_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, fact_id)
    return answered(asking, work, to=_address(fact_id), about=lambda: _about(actor, fact_id, asking.command, refused=True))


@bp.get(f"{_RECORD}/correction")
@reads
def correction_page(actor: Actor, fact_id: UUID) -> Response:
    """First to which times, then what comes of them, and why."""
    attendance.require_service_command(actor, fact_id, ServiceCommand.CORRECT, refused=False)
    asked = _times_asked()
    started_at, ended_at = asked.query.started_at, asked.query.ended_at
    if asked.refusal is not None or started_at is None or ended_at is None:
        return _draw_times(actor, fact_id, asked.refusal, request.args)
    try:
        return ask(_CORRECTION, _about_correction(actor, fact_id, started_at, ended_at))
    except (OutsideWindow, RecordsOverlap) as refusal:
        return _draw_times(actor, fact_id, refusal, request.args)


@bp.post(f"{_RECORD}/correction")
@in_steps
def submit_correction(actor: Actor, fact_id: UUID) -> Response:
    def correct() -> None:
        _correct(actor, fact_id, _CORRECTION.form.read(), clock.now())

    def again(refusal: Refusal) -> Response:
        sent = sent_form()
        if not isinstance(refusal, Unprocessable) or refusal.errors.keys() != {"reason"}:
            return _draw_times(actor, fact_id, refusal, sent)
        started_at, ended_at = (datetime.fromisoformat(in_shanghai(sent[name])) for name in ("started_at", "ended_at"))
        return ask_again(_CORRECTION, refusal, _about_correction(actor, fact_id, started_at, ended_at))

    return done(correct, to=_address(fact_id), again=again)


def _draw_times(actor: Actor, fact_id: UUID, refusal: Refusal | None, typed: Mapping[str, str]) -> Response:
    line = queries.service_details(actor, fact_id, now=clock.now()).line
    standing = {"started_at": in_field(line.started_at), "ended_at": in_field(line.ended_at)}
    told = {} if refusal is None else of_refusal(refusal)
    about = About(actor, RECORDED, line.title, _address(fact_id), [*_as_it_stands(line), *_counts(line)])
    return draw("services/times.html", viewer=actor, place=RECORDED, form=_TIMES, about=about, typed=standing | dict(typed), **told)


def _about_correction(actor: Actor, fact_id: UUID, started_at: datetime, ended_at: datetime) -> About:
    now = clock.now()
    to = attendance.look_at_correction(actor, fact_id, started_at=started_at, ended_at=ended_at, now=now)
    line = queries.service_details(actor, fact_id, now=now).line
    seen = {"started_at": in_field(started_at), "ended_at": in_field(ended_at), "revision_id": str(line.revision_id)}
    moved = [
        line.name,
        f"服务时间从{clock.span(line.started_at, line.ended_at)}改为{clock.span(started_at, ended_at)}",
        f"时长从{line.minutes}分钟改为{to.minutes}分钟",
    ]
    if to.counted is None or line.counted_minutes is None:
        moved.append("现在还没有计入：确认以后按新的时间计入")
    else:
        points = points_of_service(fact_id)
        stays = to.counted == line.counted_minutes
        counted = f"计入的仍是{to.counted}分钟" if stays else f"计入的从{line.counted_minutes}分钟改为{to.counted}分钟"
        moved.append(f"{counted}，{line.served_on.year}年的时长和统计{'不变' if stays else '随之改变'}")
        moved.append(f"由它得的{points}积分{'不变' if stays else '按新的时长重算'}")
        if to.minutes > to.counted:
            moved.append(f"其余{to.minutes - to.counted}分钟由另一人确认后才计入")
    return About(actor, RECORDED, line.title, _address(fact_id), moved, seen=seen)


def _address(fact_id: UUID) -> str:
    return things.address_of(RECORDED, fact_id)


def _about(actor: Actor, fact_id: UUID, command: ServiceCommand, *, refused: bool = False) -> About:
    attendance.require_service_command(actor, fact_id, command, refused=refused)
    line = queries.service_details(actor, fact_id, now=clock.now()).line
    seen = {"revision_id": str(line.revision_id)} if command is ServiceCommand.WITHDRAW else {}
    return About(actor, RECORDED, line.title, _address(fact_id), [*_as_it_stands(line), *_counts(line)], seen=seen)


def _as_it_stands(line: ServiceLine) -> list[str]:
    return [f"{line.name}，{clock.span(line.started_at, line.ended_at)}，{line.minutes}分钟"]


def _counts(line: ServiceLine) -> list[str]:
    """What counts of it now, and in which year's figures: that is what a command moves."""
    if line.counted_minutes is None:
        return ["现在还没有计入时长、积分和统计"]
    points = points_of_service(line.fact_id)
    return [f"现在计入{line.counted_minutes}分钟，由它得{points}积分，在{line.served_on.year}年的统计里"]


def _draw_service(actor: Actor, fact_id: UUID, refusal: Refusal | None = None) -> Response:
    details = queries.service_details(actor, fact_id, now=clock.now())
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": RECORDED,
        **things.offered(attendance.commands_on_service(actor, fact_id)),
        "address": _address(fact_id),
        "on_pages": _ON_PAGES,
        "line": details.line,
        "revisions": details.revisions,
        "brand": brands.current().get(details.line.brand),
    }
    return draw_again("services/service.html", refusal, **shown) if refusal else draw("services/service.html", **shown)
