"""去世登记: what one officer saw on papers, until a second one agrees; and a mistake that is undone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.deaths import commands, queries
from backend.deaths import service as deaths
from backend.deaths.commands import DeathCommand
from backend.deaths.models import DeathStatus
from backend.deaths.queries import DeathLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import PageRequest
from console import things
from console.addresses import DEATHS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import MOURNED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.deaths import DeathQuery
from web.lists import deaths_listed
from web.shapes import Body

bp = Blueprint("console_deaths", __name__)

TO_CONFIRM = with_filters(DEATHS, {"status": DeathStatus.REPORTED.value, "for_me": "true"})
"""The list of what waits for a second officer."""
_DEATH = f"{DEATHS}/<uuid:death_id>"
_MOST_STEPS = PageRequest(50)
_asked = list_reader(DeathQuery)


def _confirm(actor: Actor, death_id: UUID, _sent: Body, now: datetime) -> None:
    deaths.confirm_death(actor, death_id, now=now)


def _return(actor: Actor, death_id: UUID, sent: ReasonIn, now: datetime) -> None:
    deaths.return_death(actor, death_id, reason=sent.reason, now=now)


def _undo(actor: Actor, death_id: UUID, sent: ReasonIn, now: datetime) -> None:
    deaths.undo_death(actor, death_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[DeathCommand]] = {
    "confirmation": Doing(
        DeathCommand.CONFIRM,
        "核对并同意去世登记",
        "请核对证明原件。同意后随即生效：账号不能再登录，职务、角色、同意、监护和代办结束，名额、报到、申请和邀请收回，为其上门的服务取消。"
        "以往的服务、积分和统计不变。",
        "核对无误，同意",
        NO_FIELDS,
        _confirm,
    ),
    "return": Doing(
        DeathCommand.RETURN,
        "退回去世登记",
        "退回后没有任何变化，理由留在办理过程里。",
        "退回",
        Form(ReasonIn),
        _return,
    ),
    "undoing": Doing(
        DeathCommand.UNDO,
        "撤销有误的去世登记",
        "已结束的不自动恢复：本人带身份证到社区，重新同意以后还是原来的人，编号和以往的记录都在。",
        "撤销登记",
        Form(ReasonIn),
        _undo,
    ),
}
"""The end of its address → the command."""


@bp.get(DEATHS)
@reads
def deaths_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = deaths_listed(actor, query, now)
    return draw(
        "deaths/deaths.html",
        viewer=actor,
        place=MOURNED,
        found=found,
        statuses=list(DeathStatus),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_DEATH)
@reads
def death_page(actor: Actor, death_id: UUID) -> Response:
    death = queries.death(actor, death_id)
    sides = {things.FIRST: "概况"}
    shown: dict[str, Any] = {
        **things.head(actor, MOURNED, death.id, called=_called(death), status=death.status, sides=sides, side=things.FIRST),
        **things.offered(commands.commands_on_death(actor, death_id, now=clock.now())),
        "death": death,
        "steps": queries.steps_of_death(death_id, page=_MOST_STEPS),
        "on_pages": _ASKED,
    }
    return draw("deaths/death.html", **shown)


@bp.get(f"{_DEATH}/<{one_of(_ASKED)}:step>")
@reads
def death_step_page(actor: Actor, death_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, death_id, _ASKED[step].command))


@bp.post(f"{_DEATH}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_death_step(actor: Actor, death_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, death_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, death_id), to=things.address_of(MOURNED, death_id), about=about)


def _about(actor: Actor, death_id: UUID, command: DeathCommand, *, refused: bool = False) -> About:
    commands.require_death_command(actor, death_id, command, now=clock.now(), refused=refused)
    death = queries.death(actor, death_id)
    return About(
        actor,
        MOURNED,
        _called(death),
        things.address_of(MOURNED, death_id),
        [f"去世日期：{clock.day_of(death.died_on)}", f"证明：{death.proof.chinese}"],
    )


def _called(death: DeathLine) -> str:
    return f"{death.person_name}的去世登记"
