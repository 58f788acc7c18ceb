"""The making of accounts that log in by name and password, each with one office."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.models import Account, AccountStatus, GrantStep, Login, LoginKind
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.drawn import initial_password
from backend.accounts.service.hashing import hash_of
from backend.accounts.service.rank import area_above
from backend.accounts.service.roles import ADMINISTRATORS, RolesExclude, grant_role, offer_grant, office_in
from backend.accounts.service.strength import PasswordTooWeak, refuse_weak
from backend.areas import service as areas
from backend.foundation import audit
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.foundation.skeletons import skeleton

_LOGIN_NAME = re.compile(r"[A-Za-z0-9._-]{3,60}")


class LoginNameTaken(Conflict):
    """Another administrator has this name, or one that looks like it."""

    code: ClassVar[str] = "login_name_taken"
    detail = "该用户名或者看起来一样的用户名已被使用"


class LoginNameInvalid(Unprocessable):
    """A login name is 3 to 60 letters of ASCII, digits, dots, hyphens and underscores."""

    code: ClassVar[str] = "login_name_invalid"
    detail = "用户名应为3至60个英文字母、数字或 . - _"


def create_office_account(actor: Actor, *, name: str, password: str, grant: Grant, is_initial: bool = False, now: datetime) -> UUID:
    """Make an account that logs in by name and password, with one office, by who may do so in the area above. Returns its id.

    An initial password opens nothing but its own change. The three administrators are made by `ejia` only.

    Raises LoginNameInvalid, LoginNameTaken, PasswordTooWeak, TermOver, Forbidden.
    """
    policy.require(actor, Permission.ACCOUNT_CREATE, area_above(grant.area_path))
    if grant.role in ADMINISTRATORS:
        policy.require(actor, Permission.ADMINISTRATOR_GRANT, Scope(area_path=grant.area_path))
    if not _LOGIN_NAME.fullmatch(name):
        raise LoginNameInvalid(errors={"name": [LoginNameInvalid.detail]})
    refuse_weak(password, name=name)
    account_id = new_id()
    db.session.add(Account(id=account_id, status=AccountStatus.ACTIVE, created_at=now))
    db.session.flush()
    added = db.session.scalar(
        insert(Login)
        .values(
            id=new_id(),
            account_id=account_id,
            kind=LoginKind.PASSWORD,
            name=name,
            name_skeleton=skeleton(name),
            password_hash=hash_of(password),
            password_initial=is_initial,
            password_given_at=now,
            created_at=now,
            added_by=actor.account_id,
        )
        .on_conflict_do_nothing()
        .returning(Login.id)
    )
    if added is None:
        raise LoginNameTaken
    audit.record(actor, Permission.ACCOUNT_CREATE, account_id, now=now, kind=LoginKind.PASSWORD.value)
    if actor.is_system:
        grant_role(actor, account_id, grant, now=now)
    else:
        offer_grant(actor, account_id, grant, waits_for=GrantStep.ACCEPTANCE, starts_at=now, now=now)
    return account_id


@dataclass(frozen=True, slots=True)
class OfficeLogin:
    """A new colleague's account, and the password to be handed on."""

    account_id: UUID
    initial_password: str


@never(PasswordTooWeak, RolesExclude, because="the password is of our making, and a new account holds nothing else")
def open_office_login(actor: Actor, *, name: str, role: Role, area_id: UUID, last_day: date | None, now: datetime) -> OfficeLogin:
    """Make an account for a new colleague who is to hold an office, with an initial password that is told this once.

    Raises areas.AreaUnknown, LevelMismatch, LoginNameInvalid, LoginNameTaken, TermOver, Forbidden.
    """
    grant = office_in(role, areas.area_in_use(area_id), until=last_day)
    password = initial_password()
    account_id = create_office_account(actor, name=name, password=password, grant=grant, is_initial=True, now=now)
    return OfficeLogin(account_id, password)
