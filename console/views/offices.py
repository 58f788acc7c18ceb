"""账号与角色: who holds which office and until when; a colleague added or appointed, a term changed, an office withdrawn, a password given
anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.queries import GrantLine, GrantStatus
from backend.accounts.service import OfficeCommand
from backend.areas.queries import areas_within, communities_in_use
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict, Refusal, Unprocessable
from backend.people import notices
from backend.people import service as people
from backend.people.notices import NoticeName
from backend.volunteers import service as volunteers
from backend.volunteers.queries import KnownPerson, people_by_name
from console import things
from console.addresses import OFFICES
from console.asking import About, Asking, Doing, answered, ask, one_of
from console.drawing import done, draw, draw_again
from console.forms import NO_FIELDS, Form, by_name
from console.listing import NOTHING, list_reader, with_filters
from console.places import APPOINTED
from web.edge import in_steps, reads
from web.inputs.accounts import OfficeLoginIn, RoleGrantIn, RoleGrantsQuery, TermFormIn
from web.inputs.common import ReasonIn
from web.inputs.people import PapersIn
from web.lists import role_grants_listed
from web.routes import told_once
from web.submissions import last_step

bp = Blueprint("console_offices", __name__)

TO_APPROVE = with_filters(OFFICES, {"status": GrantStatus.TO_APPROVE.value, "for_me": "true"})
TO_CHECK = with_filters(OFFICES, {"unchecked": "true", "for_me": "true"})
TO_PROLONG = with_filters(OFFICES, {"status": GrantStatus.HELD.value, "for_me": "true"})
"""The lists of what waits for the viewer."""
_OFFICE = f"{OFFICES}/<uuid:grant_id>"
_asked = list_reader(RoleGrantsQuery)
_OPENING, _APPOINTING = Form(OfficeLoginIn), Form(RoleGrantIn)


def _set_term(actor: Actor, grant_id: UUID, sent: TermFormIn, now: datetime) -> None:
    accounts.set_term(actor, grant_id, last_day=sent.ends_on, now=now)


def _dismiss(actor: Actor, grant_id: UUID, sent: ReasonIn, now: datetime) -> None:
    accounts.dismiss(actor, grant_id, reason=sent.reason, now=now)


def _check_identity(actor: Actor, grant_id: UUID, sent: PapersIn, now: datetime) -> None:
    people.check_identity(actor, grant_id, sent.named(), sent.community_id, notice_version=sent.notice_version, now=now)


_ASKED = {
    "identity-check": Doing(
        OfficeCommand.CHECK_IDENTITY,
        "核验身份",
        "本人带身份证到场，由您核对后填写。核验之前，所任职务只能查看，不能办理。本人已有微信账号的，先在手机上办理账号合并。",
        "核验身份",
        Form(PapersIn, "name", "name_confirmed", "id_number", "community_id"),
        _check_identity,
    ),
    "term": Doing(
        OfficeCommand.CHANGE_TERM,
        "调整任期",
        "可以延长、缩短，或者改为长期有效。本级的职务只能缩短，延长由上级办理。",
        "调整任期",
        Form(TermFormIn),
        _set_term,
    ),
    "withdrawal": Doing(
        OfficeCommand.WITHDRAW,
        "收回角色",
        "即刻失效，本人不能再以这个角色办理。已经办理的不受影响。本人会收到消息，看得到理由。",
        "收回",
        Form(ReasonIn),
        _dismiss,
    ),
}
"""The end of its address → the command."""
_RESET = Asking(
    OfficeCommand.RESET_PASSWORD,
    "重置密码",
    "原密码立即失效，该账号在各处的登录全部结束，两步验证和改密之后添加的登录方式也一并取消。新的初始密码只显示一次，请当面交给本人；本人登录后须立即修改。",
    "重置密码",
    NO_FIELDS,
)


@dataclass(frozen=True, slots=True)
class _Giving:
    """A page that gives an office to somebody: its heading, what follows, the verb of its button, and its form."""

    title: str
    follows: str
    verb: str
    form: Form[Any]


_NEW_LOGIN = _Giving(
    "为新同事开通账号",
    "开通用户名登录，同时授予一个职务；只能授予在本人职务之下一级的。初始密码只显示一次，请当面交给本人；本人登录后须立即修改，并接受任命。",
    "开通",
    _OPENING,
)
_GRANT = _Giving(
    "授予角色",
    "对方须已有账号：用户名登录的填用户名，志愿者填编号和姓名。同级授予的，须另一位工作人员同意；本人接受后才生效。",
    "授予",
    _APPOINTING,
)


@bp.get(OFFICES)
@reads
def offices_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = role_grants_listed(actor, query, now)
    return draw(
        "offices/offices.html",
        viewer=actor,
        place=APPOINTED,
        found=found,
        people=_people(actor, found.items),
        statuses=list(GrantStatus),
        roles=list(accounts.OFFICES),
        areas=areas_within(queries.areas_of_offices(actor)),
        may_appoint=bool(accounts.roles_to_grant(actor)),
        may_open=accounts.may_open_logins(actor),
        **asked.shown,
    )


@bp.get(f"{OFFICES}/new")
@reads
def new_login_page(actor: Actor) -> Response:
    accounts.require_may_open_logins(actor)
    return _draw_giving(actor, _NEW_LOGIN)


@bp.post(f"{OFFICES}/new")
@in_steps
@told_once
def submit_new_login(actor: Actor) -> Response:
    try:
        with last_step():
            sent = _OPENING.read()
            opened = accounts.open_office_login(
                actor, name=sent.login_name, role=sent.role, area_id=sent.area_id, last_day=sent.ends_on, now=clock.now()
            )
    except (Unprocessable, Conflict) as refusal:
        with transaction():
            return _draw_giving(actor, _NEW_LOGIN, refusal)
    return _tell(actor, sent.login_name, opened.initial_password)


@bp.get(f"{OFFICES}/appointment")
@reads
def appointment_page(actor: Actor) -> Response:
    accounts.require_may_appoint(actor)
    return _draw_giving(actor, _GRANT)


@bp.post(f"{OFFICES}/appointment")
@in_steps
def submit_appointment(actor: Actor) -> Response:
    def appoint() -> None:
        sent = _APPOINTING.read()

        def account() -> UUID | None:
            if sent.login_name is not None:
                return accounts.account_of_login(sent.login_name)
            person_id = volunteers.volunteer_of_number(sent.volunteer_number or "", sent.name or "")
            return None if person_id is None else accounts.account_of_person(person_id)

        accounts.appoint(actor, sent.role, sent.area_id, account, first_day=sent.starts_on, last_day=sent.ends_on, now=clock.now())

    return done(appoint, to=OFFICES, again=lambda refusal: _draw_giving(actor, _GRANT, refusal))


@bp.get(_OFFICE)
@reads
def office_page(actor: Actor, grant_id: UUID) -> Response:
    return _draw_office(actor, grant_id)


@bp.post(f"{_OFFICE}/approval")
@in_steps
def submit_office_approval(actor: Actor, grant_id: UUID) -> Response:
    def approve() -> None:
        accounts.approve_appointment(actor, grant_id, now=clock.now())

    return done(approve, to=_address(grant_id), again=lambda refusal: _draw_office(actor, grant_id, refusal))


@bp.get(f"{_OFFICE}/<{one_of(_ASKED)}:step>")
@reads
def office_step_page(actor: Actor, grant_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, grant_id, _ASKED[step].command))


@bp.post(f"{_OFFICE}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_office_step(actor: Actor, grant_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, grant_id)
    return answered(asking, work, to=_address(grant_id), about=lambda: _about(actor, grant_id, asking.command, refused=True))


@bp.get(f"{_OFFICE}/password-reset")
@reads
def password_reset_page(actor: Actor, grant_id: UUID) -> Response:
    return ask(_RESET, _about(actor, grant_id, OfficeCommand.RESET_PASSWORD))


@bp.post(f"{_OFFICE}/password-reset")
@in_steps
@told_once
def submit_password_reset(actor: Actor, grant_id: UUID) -> Response:
    with last_step():
        now = clock.now()
        password = accounts.reset_password_of_holder(actor, grant_id, now=now)
        return _tell(actor, queries.role_grant(actor, grant_id, now=now).login_name or "", password)


def _address(grant_id: UUID) -> str:
    return things.address_of(APPOINTED, grant_id)


def _people(actor: Actor, lines: Sequence[GrantLine]) -> dict[UUID, KnownPerson]:
    return people_by_name(actor, {line.person_id for line in lines if line.person_id is not None})


def _called(line: GrantLine) -> str:
    return f"{line.area_name or ''}{line.role.chinese}"


def _draw_office(actor: Actor, grant_id: UUID, refusal: Refusal | None = None) -> Response:
    now = clock.now()
    line = queries.role_grant(actor, grant_id, now=now)
    sides = {things.FIRST: "概况"}
    found = accounts.commands_on_office(actor, grant_id, now=now)
    shown: dict[str, Any] = {
        **things.head(actor, APPOINTED, line.id, called=_called(line), status=line.status, sides=sides, side=things.FIRST),
        **things.offered(found),
        "line": line,
        "holder": _people(actor, [line]).get(line.person_id) if line.person_id else None,
        "on_pages": _ASKED | {"password-reset": _RESET},
    }
    return draw_again("offices/office.html", refusal, **shown) if refusal else draw("offices/office.html", **shown)


def _about(actor: Actor, grant_id: UUID, command: OfficeCommand, *, refused: bool = False) -> About:
    now = clock.now()
    accounts.require_office_command(actor, grant_id, command, refused=refused, now=now)
    line = queries.role_grant(actor, grant_id, now=now)
    holder = _people(actor, [line]).get(line.person_id) if line.person_id else None
    named = [line.login_name and f"用户名：{line.login_name}", holder and f"任职人员：{holder.name} {holder.volunteer_number or ''}"]
    if command is OfficeCommand.CHECK_IDENTITY:
        notice = notices.notice(NoticeName.IDENTITY)
        living = by_name(communities_in_use(queries.areas_of_offices(actor)))
        return About(
            actor,
            APPOINTED,
            _called(line),
            _address(grant_id),
            [*(said for said in named if said), f"填写前请本人先读《{notice.title}》{notice.version}版，并同意"],
            seen={"notice_version": notice.version},
            choices={"community_id": living},
        )
    until = f"现在的任期：{clock.last_day(line.ends_at) if line.ends_at else '长期有效'}"
    return About(actor, APPOINTED, _called(line), _address(grant_id), [*(said for said in named if said), until])


def _draw_giving(actor: Actor, giving: _Giving, refusal: Refusal | None = None) -> Response:
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": APPOINTED,
        "giving": giving,
        "roles": accounts.roles_to_grant(actor),
        "areas": areas_within(queries.areas_of_offices(actor)),
    }
    if refusal:
        return draw_again("offices/giving.html", refusal, keep=giving.form.names, labels=giving.form.labels, **shown)
    return draw("offices/giving.html", **shown)


def _tell(actor: Actor, login_name: str, password: str) -> Response:
    """The one page on which an initial password stands."""
    return draw("offices/initial_password.html", viewer=actor, place=APPOINTED, login_name=login_name, initial_password=password)
