"""找回账号: who asks for the account of somebody, with the check code that their phone shows at the desk; a second officer agrees."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Unprocessable
from backend.foundation.paging import PageRequest
from backend.recoveries import commands, queries
from backend.recoveries import service as recoveries
from backend.recoveries.commands import RecoveryCommand
from backend.recoveries.models import RecoveryKind, RecoveryStatus
from backend.recoveries.queries import RecoveryLine
from console import things
from console.addresses import RECOVERIES
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import RECOVERED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.recoveries import RecoveryConfirmationIn, RecoveryQuery
from web.lists import recoveries_listed
from web.shapes import Body

bp = Blueprint("console_recoveries", __name__)

TO_CHECK = with_filters(RECOVERIES, {"status": RecoveryStatus.SUBMITTED.value, "for_me": "true"})
TO_APPROVE = with_filters(RECOVERIES, {"status": RecoveryStatus.SEEN.value, "for_me": "true"})
"""The lists of what waits for the viewer: to be seen with papers, and to be agreed to."""
_RECOVERY = f"{RECOVERIES}/<uuid:recovery_id>"
_MOST_STEPS = PageRequest(50)
_asked = list_reader(RecoveryQuery)
_CHECKED = Form(RecoveryConfirmationIn)
_KINDS = {RecoveryKind.RECOVERY: "找回申请", RecoveryKind.MERGE: "账号合并"}


def _check(actor: Actor, recovery_id: UUID, sent: RecoveryConfirmationIn, now: datetime) -> None:
    recoveries.confirm_recovery(actor, recovery_id, proof=sent.proof, check_code=sent.check_code, now=now)


def _approve(actor: Actor, recovery_id: UUID, _sent: Body, now: datetime) -> None:
    recoveries.approve_recovery(actor, recovery_id, now=now)


def _return(actor: Actor, recovery_id: UUID, sent: ReasonIn, now: datetime) -> None:
    recoveries.return_recovery(actor, recovery_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[RecoveryCommand]] = {
    "confirmation": Doing(
        RecoveryCommand.CHECK,
        "核实找回申请",
        "见到本人、核对证件，并看到其手机上显示的核对码以后再核实。核实后由另一位工作人员同意，或者本人在已登录的手机上同意；"
        "无人拒绝的，期满也会生效。",
        "核实",
        _CHECKED,
        _check,
    ),
    "approval": Doing(
        RecoveryCommand.APPROVE,
        "同意找回或合并账号",
        "同意后随即生效，双方所有登录都会退出。换微信找回的，原来的微信不能再登录；合并的，用户名登录转入本人的账号。",
        "同意",
        NO_FIELDS,
        _approve,
    ),
    "return": Doing(
        RecoveryCommand.RETURN,
        "退回申请",
        "账号没有任何变化。申请人看得到理由。",
        "退回",
        Form(ReasonIn),
        _return,
    ),
}
"""The end of its address → the command."""


@bp.get(RECOVERIES)
@reads
def recoveries_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = recoveries_listed(actor, query, now)
    return draw(
        "recoveries/recoveries.html",
        viewer=actor,
        place=RECOVERED,
        found=found,
        statuses=list(RecoveryStatus),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_RECOVERY)
@reads
def recovery_page(actor: Actor, recovery_id: UUID) -> Response:
    recovery = queries.recovery(actor, recovery_id)
    sides = {things.FIRST: "概况"}
    shown: dict[str, Any] = {
        **things.head(actor, RECOVERED, recovery.id, called=_called(recovery), status=recovery.status, sides=sides, side=things.FIRST),
        **things.offered(commands.commands_on_recovery(actor, recovery_id, now=clock.now())),
        "recovery": recovery,
        "steps": queries.steps_of_recovery(actor, recovery_id, page=_MOST_STEPS),
        "on_pages": _ASKED,
    }
    return draw("recoveries/recovery.html", **shown)


@bp.get(f"{_RECOVERY}/<{one_of(_ASKED)}:step>")
@reads
def recovery_step_page(actor: Actor, recovery_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, recovery_id, _ASKED[step].command))


@bp.post(f"{_RECOVERY}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_recovery_step(actor: Actor, recovery_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, recovery_id, asking.command, refused=True)

    return answered(asking, _counted(actor, recovery_id, asking), to=things.address_of(RECOVERED, recovery_id), about=about)


def _about(actor: Actor, recovery_id: UUID, command: RecoveryCommand, *, refused: bool = False) -> About:
    commands.require_recovery_command(actor, recovery_id, command, now=clock.now(), refused=refused)
    recovery = queries.recovery(actor, recovery_id)
    return About(actor, RECOVERED, _called(recovery), things.address_of(RECOVERED, recovery_id), _told(recovery))


def _called(recovery: RecoveryLine) -> str:
    return f"{recovery.person.name if recovery.person else '本人'}的{_KINDS[recovery.kind]}"


def _told(recovery: RecoveryLine) -> list[str]:
    said = [recovery.kind.chinese]
    if recovery.person is not None:
        said.append(f"账号本人：{recovery.person.name}，{recovery.person.id_number}，{recovery.person.community.name}")
    return said


def _counted(actor: Actor, recovery_id: UUID, asking: Doing[RecoveryCommand]) -> Callable[[], None]:
    """What does it; a check code that was tried counts, also where the work is undone."""
    if asking.command is not RecoveryCommand.CHECK:
        return asking.work(actor, recovery_id)
    try:
        sent = _CHECKED.read()
    except Unprocessable:
        return asking.work(actor, recovery_id)  # which says so
    with transaction():
        wrong = recoveries.try_check_code(actor, recovery_id, sent.check_code, now=clock.now())

    def check() -> None:
        if wrong is not None:
            raise wrong
        _check(actor, recovery_id, sent, clock.now())

    return check
