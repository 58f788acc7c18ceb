"""角色: who is appointed officer or grid worker, for how long, and how it ends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.queries import GrantLine
from backend.dossiers.roles import place_names
from backend.foundation import clock, paging
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.refusals import never
from backend.people import service as people
from backend.volunteers import queries as volunteer_queries
from backend.volunteers import service as volunteers
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.people import CommunityOut
from miniprogram_api.schemas.role_grants import OwnRoleGrantOut, RoleGrantOut
from web.edge import creates, reads, writes
from web.inputs.accounts import OwnRoleGrantsQuery, RoleGrantIn, RoleGrantsQuery, TermIn
from web.inputs.common import ReasonIn
from web.inputs.people import PapersIn
from web.lists import role_grants_listed

bp = Resource("role_grants", tag="角色")


@bp.get("/role-grants")
@reads
@bp.input(RoleGrantsQuery, location="query")
@bp.output(Page[RoleGrantOut])
@bp.doc(summary="任职列表", description="本辖区的网格员、工作人员和三员；姓名隐去，只给可以看到此人的工作人员看。")
def list_role_grants(actor: Actor, query: RoleGrantsQuery) -> paging.Page[RoleGrantOut]:
    page = role_grants_listed(actor, query, clock.now())
    return page.holding(_shown(actor, page.items))


@bp.post("/role-grants")
@creates
@bp.input(RoleGrantIn)
@bp.output(RoleGrantOut, status_code=201)
@bp.doc(
    summary="授予角色",
    description="由上级或同级的工作人员、安全管理员在本辖区内授予，可以有任期。对方须已有账号：用户名登录的填用户名，"
    "志愿者填编号和姓名。不能授予自己；三员不兼任其他管理角色。同级授予的，须另一位工作人员同意；本人接受后才生效。",
)
@never(Missing, because="it shows what was made just now")
def grant_role(actor: Actor, body: RoleGrantIn) -> RoleGrantOut:
    now = clock.now()
    granted = accounts.appoint(
        actor, body.role, body.area_id, lambda: _account(body), first_day=body.starts_on, last_day=body.ends_on, now=now
    )
    return _one(actor, granted, now)


@bp.get("/role-grants/<uuid:grant_id>")
@reads
@bp.output(RoleGrantOut)
@bp.doc(summary="任职详情")
def see_role_grant(actor: Actor, grant_id: UUID) -> RoleGrantOut:
    return _one(actor, grant_id, clock.now())


@bp.post("/role-grants/<uuid:grant_id>/approval")
@writes
@bp.output(RoleGrantOut)
@bp.doc(summary="同意任命", description="同级授予的职务，由另一位有权授予的工作人员同意；其职务不能是经办人授予的。")
def approve_role(actor: Actor, grant_id: UUID) -> RoleGrantOut:
    now = clock.now()
    accounts.approve_appointment(actor, grant_id, now=now)
    return _one(actor, grant_id, now)


@bp.post("/role-grants/<uuid:grant_id>/term")
@writes
@bp.input(TermIn)
@bp.output(RoleGrantOut)
@bp.doc(summary="调整任期", description="延长、缩短，或改为长期有效；任期已满的须重新授予。本级的职务只能缩短，延长由上级办理。")
def change_term(actor: Actor, grant_id: UUID, body: TermIn) -> RoleGrantOut:
    now = clock.now()
    accounts.set_term(actor, grant_id, last_day=body.ends_on, now=now)
    return _one(actor, grant_id, now)


@bp.post("/role-grants/<uuid:grant_id>/withdrawal")
@writes
@bp.input(ReasonIn)
@bp.output(RoleGrantOut)
@bp.doc(summary="收回角色", description="即刻失效，须写明理由，本人看得到。")
def withdraw_role(actor: Actor, grant_id: UUID, body: ReasonIn) -> RoleGrantOut:
    now = clock.now()
    accounts.dismiss(actor, grant_id, reason=body.reason, now=now)
    return _one(actor, grant_id, now)


@bp.post("/role-grants/<uuid:grant_id>/identity-check")
@creates
@bp.input(PapersIn)
@bp.output(RoleGrantOut, status_code=201)
@bp.doc(
    summary="核验任职人员的身份",
    description="本人带身份证到场，由职务在其上一级的工作人员核对后填写；三员由运维人员用命令行核验。核验之前，所任职务只能查看，不能办理。"
    "本人已有微信账号的，先办理账号合并。",
)
def check_identity(actor: Actor, grant_id: UUID, body: PapersIn) -> RoleGrantOut:
    now = clock.now()
    people.check_identity(actor, grant_id, body.named(), body.community_id, notice_version=body.notice_version, now=now)
    return _one(actor, grant_id, now)


@bp.get("/me/role-grants")
@reads
@bp.input(OwnRoleGrantsQuery, location="query")
@bp.output(Page[OwnRoleGrantOut])
@bp.doc(summary="我的角色", description="现有的和以往的，新的在前；被收回的附有理由。")
def list_my_role_grants(actor: Actor, query: OwnRoleGrantsQuery) -> paging.Page[OwnRoleGrantOut]:
    now = clock.now()
    page = queries.own_role_grants(actor, status=query.status, for_me=query.for_me, now=now, page=query.page)
    names = place_names(actor, {place for line in page.items if (place := line.place) is not None}, now=now)
    named = page.map(lambda line: _fields(line) | {"name": line.area_name if line.place is None else names.get(line.place)})
    return named.map(OwnRoleGrantOut.model_validate)


@bp.post("/me/role-grants/<uuid:grant_id>/acceptance")
@writes
@bp.output(None)
@bp.doc(summary="接受任命", description="接受后，职务自下一次请求起生效；任期未开始的，自任期第一天起。")
def accept_role(actor: Actor, grant_id: UUID) -> None:
    accounts.accept_appointment(actor, grant_id, now=clock.now())


@bp.post("/me/role-grants/<uuid:grant_id>/refusal")
@writes
@bp.output(None)
@bp.doc(summary="谢绝任命", description="谢绝后，该任命随即结束。")
def decline_role(actor: Actor, grant_id: UUID) -> None:
    accounts.decline_appointment(actor, grant_id, now=clock.now())


def _account(body: RoleGrantIn) -> UUID | None:
    """Whose account is meant, by login name or by number and name."""
    if body.login_name is not None:
        return accounts.account_of_login(body.login_name)
    person_id = volunteers.volunteer_of_number(body.volunteer_number or "", body.name or "")
    return None if person_id is None else accounts.account_of_person(person_id)


def _one(actor: Actor, grant_id: UUID, now: datetime) -> RoleGrantOut:
    return _shown(actor, [queries.role_grant(actor, grant_id, now=now)])[0]


def _shown(actor: Actor, lines: Sequence[GrantLine]) -> list[RoleGrantOut]:
    known = volunteer_queries.people_by_name(actor, {line.person_id for line in lines if line.person_id is not None})
    shown = []
    for line in lines:
        holder = known.get(line.person_id) if line.person_id is not None else None
        named = {"name": holder and holder.name, "volunteer_number": holder and holder.volunteer_number}
        shown.append(RoleGrantOut.model_validate(_fields(line) | named))
    return shown


def _fields(line: GrantLine) -> dict[str, object]:
    fields = {name: getattr(line, name) for name in GrantLine.__slots__}
    area = None if line.area_id is None else CommunityOut(id=line.area_id, name=line.area_name or "")
    return fields | {"area": area}
