"""场次: where one may serve, the code that is shown there, sign-in and sign-out."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.hours import hours
from backend.attendance.queries import AttendanceLine, ShiftLine
from backend.attendance.service import SignedInAs, SignedOutWith
from backend.demands import service as demands
from backend.demands.queries import demands_of_openings, openings_numbered
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.attendance import (
    AttendanceOut,
    CodeOut,
    ShiftDetailsOut,
    ShiftOut,
    SignedInOut,
    SignedOutOut,
    code_out,
)
from web.edge import creates, reads, writes
from web.inputs.attendance import MyShiftsQuery, ShiftsQuery, SignInIn, SignOutIn
from web.inputs.common import ReasonIn
from web.shapes import ListQuery

bp = Resource("shifts", tag="场次与签到")

CODES = (
    "\n\n码有三种写法：`EJ1.` 加 44 个字符（现场出示的签到码，每30秒更换），`EJD1.` 加 8 个字符（门牌上的二维码），"
    "和门牌上供手工输入的 8 个字符（例如 `K7QF-3M2X`，不分大小写）。以后的新码各有自己的开头。"
)


@bp.get("/me/shifts")
@reads
@bp.input(MyShiftsQuery, location="query")
@bp.output(Page[ShiftOut])
@bp.doc(summary="我可以参加的场次", description="尚未结束的，先开始的在前。")
def list_my_shifts(actor: Actor, query: MyShiftsQuery) -> paging.Page[ShiftOut]:
    search = query.search(openings_numbered(query.demand_number, query.demand_id))
    return with_demands(queries.my_shifts(actor, search, page=query.page, now=clock.now()))


@bp.get("/shifts")
@reads
@bp.input(ShiftsQuery, location="query")
@bp.output(Page[ShiftOut])
@bp.doc(summary="我负责的场次", description="社区、申请人、认领方能看到各自的场次，默认先开始的在前。")
def list_shifts(actor: Actor, query: ShiftsQuery) -> paging.Page[ShiftOut]:
    search = query.search(openings_numbered(query.demand_number, query.demand_id))
    return with_demands(queries.shifts(actor, search, sort=query.sort, page=query.page))


@bp.get("/shifts/<uuid:shift_id>")
@reads
@bp.output(ShiftDetailsOut)
@bp.doc(summary="场次详情", description="my_claims 是我可以用来签到的认领；签到时不填 claim_id 的，用第一个。")
def see_shift(actor: Actor, shift_id: UUID) -> ShiftDetailsOut:
    return _one(actor, shift_id, now=clock.now())


@bp.post("/shifts/<uuid:shift_id>/cancellation")
@writes
@bp.input(ReasonIn)
@bp.output(ShiftDetailsOut)
@bp.doc(
    summary="取消一个场次",
    description="由社区取消；已有人签到的、已结束的场次不能取消。取消最后一个场次时，需求随之取消，认领全部取消，名额收回。",
)
def cancel_shift(actor: Actor, shift_id: UUID, body: ReasonIn) -> ShiftDetailsOut:
    now = clock.now()
    demands.cancel_shift(actor, shift_id, reason=body.reason, now=now)
    return _one(actor, shift_id, now=now)


@bp.get("/shifts/<uuid:shift_id>/code")
@reads
@bp.output(CodeOut)
@bp.doc(
    summary="出示签到码",
    description="由社区、申请人（或其代办人）、认领方负责人在现场出示；每30秒更换，出示后60秒内有效。签到签退用同一个码。上门服务时由认领方自己出示的，记录会注明。",
)
def show_code(actor: Actor, shift_id: UUID) -> CodeOut:
    now = clock.now()
    code = attendance.show_code(actor, shift_id, now=now)
    return code_out(code.text, code.replaced_at, code.expires_at, now=now)


@bp.post("/shifts/<uuid:shift_id>/sign-in")
@creates
@bp.input(SignInIn)
@bp.output(SignedInOut, status_code=201)
@bp.doc(summary="签到", description="场次开始前、结束后的宽限时间内都可签到。定位可不提供，不在范围内也可签到；只保存是否在范围内和距离。")
def sign_in(actor: Actor, shift_id: UUID, body: SignInIn) -> SignedInAs:
    return _signed_in(actor, shift_id, body, now=clock.now())


@bp.post("/shifts/<uuid:shift_id>/sign-out")
@creates
@bp.input(SignOutIn)
@bp.output(SignedOutOut, status_code=201)
@bp.doc(summary="签退", description="签退后生成服务记录，由申请人或社区确认后计入。")
def sign_out(actor: Actor, shift_id: UUID, body: SignOutIn) -> SignedOutOut:
    return _signed_out(attendance.sign_out(actor, shift_id, body.code, position=body.where(), scanned_at=body.scanned_at, now=clock.now()))


@bp.post("/sign-ins")
@creates
@bp.input(SignInIn)
@bp.output(SignedInOut, status_code=201)
@bp.doc(
    summary="扫码签到",
    description="同上，不用先选场次：签到码里有场次；扫门牌码的，是本人此时可以参加的那次上门服务，有几次的答 409 several_visits。" + CODES,
)
def sign_in_by_code(actor: Actor, body: SignInIn) -> SignedInAs:
    now = clock.now()
    shift_id = attendance.shift_to_sign_in(actor, body.code, scanned_at=body.scanned_at, now=now)
    return _signed_in(actor, shift_id, body, now=now)


@bp.post("/sign-outs")
@creates
@bp.input(SignOutIn)
@bp.output(SignedOutOut, status_code=201)
@bp.doc(summary="扫码签退", description="同上，不用先选场次：签到码里有场次；扫门牌码的，是本人正在签到的那次服务。" + CODES)
def sign_out_by_code(actor: Actor, body: SignOutIn) -> SignedOutOut:
    now = clock.now()
    shift_id = attendance.shift_to_sign_out(actor, body.code)
    return _signed_out(attendance.sign_out(actor, shift_id, body.code, position=body.where(), scanned_at=body.scanned_at, now=now))


@bp.get("/shifts/<uuid:shift_id>/attendances")
@reads
@bp.input(ListQuery, location="query")
@bp.output(Page[AttendanceOut])
@bp.doc(summary="某个场次的签到情况", description="missing 说明还差哪一步才计入。认领方负责人只看到本方的人。")
def list_attendances(actor: Actor, shift_id: UUID, query: ListQuery) -> paging.Page[AttendanceLine]:
    return queries.attendances_of_shift(actor, shift_id, page=query.page, now=clock.now())


def _signed_in(actor: Actor, shift_id: UUID, body: SignInIn, *, now: datetime) -> SignedInAs:
    return attendance.sign_in(
        actor,
        shift_id,
        body.code,
        position=body.where(),
        claim_id=body.claim_id,
        ends_other=body.ends_other,
        scanned_at=body.scanned_at,
        now=now,
    )


def _signed_out(signed: SignedOutWith) -> SignedOutOut:
    return SignedOutOut(
        attendance_id=signed.attendance_id,
        shift_id=signed.shift_id,
        signed_in_at=signed.signed_in_at,
        signed_out_at=signed.signed_out_at,
        evidence=signed.evidence,
        inside=signed.inside,
        distance_m=signed.distance_m,
        fact_id=signed.fact_id,
        minutes=signed.minutes,
        hours=hours(signed.minutes),
    )


def with_demands(page: paging.Page[ShiftLine]) -> paging.Page[ShiftOut]:
    """Shifts, each with the demand for which it was made."""
    found = demands_of_openings([line.opening_id for line in page.items])
    return page.map(lambda line: ShiftOut.model_validate(asdict(line) | {"demand_id": found.get(line.opening_id)}))


def _one(actor: Actor, shift_id: UUID, *, now: datetime) -> ShiftDetailsOut:
    details = queries.shift_details(actor, shift_id, now=now)
    demand_id = demands_of_openings([details.opening_id]).get(details.opening_id)
    return ShiftDetailsOut.model_validate(asdict(details) | {"demand_id": demand_id})
