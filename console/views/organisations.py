"""社会组织: the lists of them, one organisation with its staff and its history, and what the community decides: since when it counts, under
which name it works, who heads it, and when it ends."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.attendance.service import places_of_organisation
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import AnyRow, PageRequest
from backend.organisations import queries
from backend.organisations import service as organisations
from backend.organisations.models import OrganisationStatus, Origin
from backend.organisations.queries import OrganisationSort
from backend.organisations.service import OrganisationCommand
from console import things
from console.addresses import ORGANISATIONS
from console.asking import About, Asking, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import VERIFIED
from web.edge import in_steps, reads
from web.inputs.organisations import (
    OrganisationEndingIn,
    OrganisationRenamingIn,
    OrganisationReturnIn,
    OrganisationsQuery,
    RegisteredIn,
    StaffQuery,
    VerificationIn,
)
from web.lists import organisations_listed

bp = Blueprint("console_organisations", __name__)

TO_REVIEW = with_filters(ORGANISATIONS, {"status": OrganisationStatus.APPLIED.value, "for_me": "true"})
WITHOUT_OFFICER = with_filters(ORGANISATIONS, {"for_me": "true"})
"""The lists of what waits for the community."""
_ORGANISATION = f"{ORGANISATIONS}/<uuid:organisation_id>"
_MOST_STEPS = PageRequest(50)
_STAFF = things.Belonging("staff", "工作人员", "加入", head="负责人", is_head="is_officer", by_days=False)
_COUNTED = (OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)
"""Those that have a day from which they count."""
_asked = list_reader(OrganisationsQuery)
_staff_asked = list_reader(StaffQuery)


def _verify(actor: Actor, organisation_id: UUID, sent: VerificationIn, now: datetime) -> None:
    organisations.verify_organisation(actor, organisation_id, agreed_on=sent.agreed_on, proof=sent.proof, now=now)


def _return(actor: Actor, organisation_id: UUID, sent: OrganisationReturnIn, now: datetime) -> None:
    organisations.return_organisation(actor, organisation_id, reason=sent.in_words(), now=now)


def _rename(actor: Actor, organisation_id: UUID, sent: OrganisationRenamingIn, now: datetime) -> None:
    organisations.rename_organisation(actor, organisation_id, sent.name, reason=sent.reason, now=now)


def _register(actor: Actor, organisation_id: UUID, sent: RegisteredIn, now: datetime) -> None:
    code, day, proof = sent.credit_code, sent.registered_on, sent.proof
    organisations.register_organisation(actor, organisation_id, code, registered_on=day, proof=proof, now=now)


def _end(actor: Actor, organisation_id: UUID, sent: OrganisationEndingIn, now: datetime) -> None:
    organisations.end_organisation(actor, organisation_id, reason=sent.in_words(), now=now)


_ASKED = {
    "verification": Doing(
        OrganisationCommand.VERIFY,
        "核实社会组织",
        "核实后，申请人为负责人，可以添加工作人员、认领需求；从下面填写的日期起计入引进或者培育数。",
        "核实",
        Form(VerificationIn),
        _verify,
    ),
    "return": Doing(
        OrganisationCommand.RETURN,
        "退回入驻申请",
        "退回后，由申请人修改以后重新提交。申请人会收到消息，看得到理由。",
        "退回",
        Form(OrganisationReturnIn),
        _return,
    ),
    "renaming": Doing(
        OrganisationCommand.RENAME,
        "社会组织更名",
        "仍是同一个组织，不重复计数，以后都显示新的名称；原来的名称留在办理过程里。负责人会收到消息。",
        "更名",
        Form(OrganisationRenamingIn, "name", "reason"),
        _rename,
    ),
    "registration": Doing(
        OrganisationCommand.REGISTER,
        "备案转登记",
        "仍是同一个组织，不重复计数，计入的日期不变；备案编号和统一社会信用代码都保留。负责人会收到消息。",
        "转登记",
        Form(RegisteredIn),
        _register,
    ),
    "ending": Doing(
        OrganisationCommand.END,
        "终止社会组织",
        "终止以后不能恢复，再来须重新申请。已有的服务、时长和统计数不变。负责人会收到消息，看得到理由。",
        "终止",
        Form(OrganisationEndingIn),
        _end,
    ),
}
"""The end of its address → the command."""
_SUCCESSION = Asking(
    OrganisationCommand.HAND_OVER,
    "指定新负责人",
    "从现在起由这名工作人员负责，可以添加、移除工作人员。原负责人仍是工作人员。新负责人会收到消息。",
    "指定为负责人",
    NO_FIELDS,
)


@bp.get(ORGANISATIONS)
@reads
def organisations_page(actor: Actor) -> Response:
    asked = _asked()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = organisations_listed(actor, query, clock.now())
    return draw(
        "organisations/organisations.html",
        viewer=actor,
        place=VERIFIED,
        found=found,
        statuses=list(OrganisationStatus),
        counted=_COUNTED,
        origins=list(Origin),
        sorts=list(OrganisationSort),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_ORGANISATION)
@reads
def organisation_page(actor: Actor, organisation_id: UUID) -> Response:
    organisation = queries.organisation_sheet(actor, organisation_id)
    return draw(
        "organisations/organisation.html",
        **_head(actor, organisation, things.FIRST),
        **things.offered(organisations.commands_on_organisation(actor, organisation_id)),
        organisation=organisation,
        on_pages=_ASKED,
    )


@bp.get(f"{_ORGANISATION}/staff")
@reads
def organisation_staff_page(actor: Actor, organisation_id: UUID) -> Response:
    asked = _staff_asked()
    organisation = queries.organisation_sheet(actor, organisation_id)
    found = NOTHING
    if asked.refusal is None:
        query = asked.query
        found = queries.staff_of_organisation(actor, organisation_id, search=query.q, now=clock.now(), page=query.page)
    may_name = OrganisationCommand.HAND_OVER in organisations.commands_on_organisation(actor, organisation_id)
    nameable = [line.person_id for line in found.items] if may_name else None
    shown = things.members_of(actor, found, _STAFF, nameable=nameable)
    return draw("members.html", **_head(actor, organisation, _STAFF.end), **shown, **asked.shown)


@bp.get(f"{_ORGANISATION}/history")
@reads
def organisation_history_page(actor: Actor, organisation_id: UUID) -> Response:
    organisation = queries.organisation_sheet(actor, organisation_id)
    steps = queries.steps_of_organisation(actor, organisation_id, page=_MOST_STEPS)
    return draw("history.html", **_head(actor, organisation, things.HISTORY), steps=steps)


@bp.get(f"{_ORGANISATION}/<{one_of(_ASKED)}:step>")
@reads
def organisation_step_page(actor: Actor, organisation_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, organisation_id, _ASKED[step].command))


@bp.post(f"{_ORGANISATION}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_organisation_step(actor: Actor, organisation_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, organisation_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, organisation_id), to=things.address_of(VERIFIED, organisation_id), about=about)


@bp.get(f"{_ORGANISATION}/staff/<uuid:staff_id>/leadership")
@reads
def organisation_leadership_page(actor: Actor, organisation_id: UUID, staff_id: UUID) -> Response:
    return ask(_SUCCESSION, _about_successor(actor, organisation_id, staff_id))


@bp.post(f"{_ORGANISATION}/staff/<uuid:staff_id>/leadership")
@in_steps
def submit_organisation_leadership(actor: Actor, organisation_id: UUID, staff_id: UUID) -> Response:
    def hand_over() -> None:
        organisations.hand_over(actor, organisation_id, staff_id=staff_id, now=clock.now())

    def about() -> About:
        return _about_successor(actor, organisation_id, staff_id, refused=True)

    return answered(_SUCCESSION, hand_over, to=things.address_of(VERIFIED, organisation_id), about=about)


def _head(actor: Actor, organisation: AnyRow, side: str) -> dict[str, Any]:
    seen = queries.insides_of_organisation(actor, organisation)
    sides = {things.FIRST: "概况"}
    sides |= {_STAFF.end: _STAFF.who} if seen.staff else {}
    sides |= {things.HISTORY: "办理过程"} if seen.steps else {}
    return things.head(actor, VERIFIED, organisation.id, called=organisation.name, status=organisation.status, sides=sides, side=side)


def _about(actor: Actor, organisation_id: UUID, command: OrganisationCommand, *, refused: bool = False) -> About:
    organisations.require_organisation_command(actor, organisation_id, command, refused=refused)
    organisation = queries.organisation_sheet(actor, organisation_id)
    ends = command is OrganisationCommand.END and organisation.status is OrganisationStatus.VERIFIED
    beside = _ends_with(organisation_id) if ends else ()
    return About(actor, VERIFIED, organisation.name, things.address_of(VERIFIED, organisation_id), beside)


def _about_successor(actor: Actor, organisation_id: UUID, staff_id: UUID, *, refused: bool = False) -> About:
    about = _about(actor, organisation_id, OrganisationCommand.HAND_OVER, refused=refused)
    try:
        one = queries.member_of_staff(actor, organisation_id, staff_id, now=clock.now())
    except queries.StaffUnknown:
        if refused:  # the organisation, or they, went meanwhile: the refusal says so
            return about
        raise
    return replace(about, beside=[f"新负责人：{things.called_in_list(actor, one, _STAFF)}"])


def _ends_with(organisation_id: UUID) -> list[str]:
    staff, places = queries.staff_number(organisation_id), places_of_organisation(organisation_id, now=clock.now())
    said = [(staff, "名工作人员今天离职"), (places, "个认领取消，名额收回")]
    return [f"{number}{words}" for number, words in said if number]
