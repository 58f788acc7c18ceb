"""Persons and volunteers: who somebody is, registering, leaving, and the list for officers."""

from typing import Any

from backend.agreements import service as agreements
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import Page as Lines
from backend.people import notices, queries
from backend.people import service as people
from backend.people.queries import OwnPerson
from backend.people.service import (
    Channel,
)
from backend.volunteers import desk
from backend.volunteers import service as volunteers
from backend.volunteers.models import Volunteer
from backend.volunteers.queries import VolunteerLine
from miniprogram_api.contract import Page, Resource, revalidated
from miniprogram_api.schemas.people import NoticesOut, OwnPersonOut, OwnVolunteerOut, RegisteredVolunteerOut, VolunteerOut
from web.edge import creates, public, reads, writes
from web.inputs.common import MaybeReasonIn
from web.inputs.people import PersonIn
from web.inputs.volunteers import VolunteerAtDeskIn, VolunteerIn, VolunteerMoveIn, VolunteerQuery
from web.limits import SAYING_WHO
from web.lists import volunteers_listed
from web.routes import at_most

bp = Resource("people", tag="实名与志愿者")


@bp.get("/notices")
@public
@revalidated
@bp.output(NoticesOut)
@bp.doc(summary="告知书", description="登记前请使用者阅读并同意；登记时把同意的版本放在 notice_version。")
def list_notices() -> dict[str, Any]:
    return {"items": list(notices.current().values())}


@bp.post("/people")
@creates
@at_most(SAYING_WHO)
@bp.input(PersonIn)
@bp.output(OwnPersonOut, status_code=201)
@bp.doc(summary="实名登记", description="不注册为志愿者，例如只办理党员报到。同意的是 identity 告知书。")
def register_person(actor: Actor, body: PersonIn) -> OwnPerson:
    person = people.register_person(
        actor,
        name=body.name,
        id_number=body.id_number,
        area_id=body.community_id,
        phone=None,
        notice_version=body.notice_version,
        channel=Channel.MINI_PROGRAM,
        now=clock.now(),
    )
    return queries.own_card(person.id)


@bp.post("/volunteers")
@creates
@at_most(SAYING_WHO)
@bp.input(VolunteerIn)
@bp.output(RegisteredVolunteerOut, status_code=201)
@bp.doc(summary="注册成为志愿者", description="同意的是 volunteer 告知书。已实名登记的，可以不再填写姓名和身份证号。")
def register_volunteer(actor: Actor, body: VolunteerIn) -> dict[str, Any]:
    volunteer = volunteers.register_volunteer(
        actor,
        name=body.name,
        id_number=body.id_number,
        area_id=body.community_id,
        phone=None,
        notice_version=body.notice_version,
        channel=Channel.MINI_PROGRAM,
        now=clock.now(),
    )
    person = queries.own_card(volunteer.person_id)
    return {
        "id": volunteer.fact_id,
        "number": volunteer.number,
        "registered_on": volunteer.registered_on,
        "community": person.community,
        "person": person,
    }


@bp.get("/volunteers")
@reads
@bp.input(VolunteerQuery, location="query")
@bp.output(Page[VolunteerOut])
@bp.doc(summary="志愿者名单", description="社区、街道、区的工作人员看到自己范围内的志愿者；其他人只看到自己。since、until 为注册的日期。")
def list_volunteers(actor: Actor, query: VolunteerQuery) -> Lines[VolunteerLine]:
    return volunteers_listed(actor, query, clock.now())


@bp.post("/volunteers/at-desk")
@creates
@bp.input(VolunteerAtDeskIn)
@bp.output(OwnVolunteerOut, status_code=201)
@bp.doc(
    summary="为没有手机的人登记志愿者",
    description="本人带身份证到社区，在纸质告知书（volunteer）上签字，由工作人员登记；不需要账号。"
    "未满 18 周岁的，须先由监护人同意；未满 14 周岁的，由监护人登记。以后本人用微信以同样的姓名和身份证号注册，就是这位志愿者。",
)
def enter_volunteer(actor: Actor, body: VolunteerAtDeskIn) -> dict[str, Any]:
    entered = desk.register_at_desk(actor, body.named(), area_id=body.community_id, notice_version=body.notice_version, now=clock.now())
    return _registration(entered)


@bp.post("/volunteers/moves")
@writes
@bp.input(VolunteerMoveIn)
@bp.output(OwnVolunteerOut)
@bp.doc(
    summary="志愿者迁入本社区",
    description="志愿者搬家后，到新社区由工作人员办理：志愿者编号和注册日期不变，以往的服务和统计留在原社区，所在队伍不变。本人和原社区会收到消息。",
)
def move_volunteer(actor: Actor, body: VolunteerMoveIn) -> dict[str, Any]:
    moved = volunteers.move_volunteer(actor, number=body.volunteer_number, name=body.name, area_id=body.community_id, now=clock.now())
    return _registration(moved)


@bp.post("/me/volunteer/leaving")
@writes
@bp.input(MaybeReasonIn)
@bp.output(None)
@bp.doc(
    summary="退出志愿者注册",
    description="以往的服务记录保留；以后可以重新注册，编号另给。队长请先交接；队里没有别人能当队长的，队伍交社区处理。",
)
def leave_volunteering(actor: Actor, body: MaybeReasonIn) -> None:
    agreements.leave_volunteering(actor, reason=body.reason, now=clock.now())


def _registration(volunteer: Volunteer) -> dict[str, Any]:
    return {
        "id": volunteer.fact_id,
        "number": volunteer.number,
        "registered_on": volunteer.registered_on,
        "community": queries.own_card(volunteer.person_id).community,
    }
