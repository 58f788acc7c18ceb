"""The organisation's own row: found for policy, and held for the length of a command.

Lock order of every command: the organisation, then its staff, then role grants. Whatever changes who acts for it holds it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import and_, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas.models import LENGTH_OF_PATH, Level
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.organisations.models import Organisation, OrganisationStatus, Origin


class CreditCodeTaken(Conflict):
    """An organisation of this credit code is verified or applied for."""

    code: ClassVar[str] = "credit_code_taken"
    detail = "该统一社会信用代码已登记或正在审核"


class RecordNumberTaken(Conflict):
    """An organisation of this record number of the community is verified or applied for."""

    code: ClassVar[str] = "record_number_taken"
    detail = "该备案编号已登记或正在审核"


class OrganisationNotApplied(Conflict):
    """The application was decided already."""

    code: ClassVar[str] = "organisation_not_applied"
    detail = "该申请已经处理"


class OrganisationNameTaken(Conflict):
    """Another organisation of the community has this name, or one that looks like it."""

    code: ClassVar[str] = "organisation_name_taken"
    detail = "该社区已有同名或者看起来一样的社会组织"


class OrganisationNotReturned(Conflict):
    """Only an application that was returned can be amended and sent again."""

    code: ClassVar[str] = "organisation_not_returned"
    detail = "只有被退回的申请才能修改后重新提交"


class OrganisationNotVerified(Conflict):
    """The organisation does not work here: not yet, or no longer."""

    code: ClassVar[str] = "organisation_not_verified"
    detail = "该社会组织尚未经社区核实，或者已终止"


NUMBERS: Mapping[str, type[Conflict]] = {
    "uq_organisations_credit_code": CreditCodeTaken,
    "uq_organisations_record_number": RecordNumberTaken,
    "uq_organisations_name_skeleton": OrganisationNameTaken,
}


def found(organisation_id: UUID) -> Organisation:
    """The organisation of this id, as it is before anything is asked. Raises Missing."""
    return _one(organisation_id, lock=False)


def held(organisation_id: UUID) -> Organisation:
    """The organisation of this id, which nobody else changes until this transaction ends. Raises Missing."""
    return _one(organisation_id, lock=True)


def _one(organisation_id: UUID, *, lock: bool) -> Organisation:
    wanted = select(Organisation).where(Organisation.id == organisation_id).execution_options(populate_existing=True)
    organisation = db.session.scalar(wanted.with_for_update(key_share=True) if lock else wanted)
    if organisation is None:
        raise Missing
    return organisation


@dataclass(frozen=True, slots=True)
class Former:
    """A body as it ended in the street the last time; `first_id` is the organisation by which it was counted first."""

    first_id: UUID
    origin: Origin
    ended_on: date | None


def counted_before(organisation: Organisation) -> Former | None:
    """The same body, by its credit code or by the record number of its community (one that was registered since has both), where it was
    verified in the street before. Only one of a number is live, so it has ended, and nobody makes another one meanwhile."""
    here = Organisation.area_path == organisation.area_path
    numbers = {  # none is the same by a number that it does not have
        organisation.credit_code: Organisation.credit_code == organisation.credit_code,
        organisation.record_number: and_(Organisation.record_number == organisation.record_number, here),
    }
    same = or_(*(condition for number, condition in numbers.items() if number is not None))
    ended = select(Organisation.id, Organisation.former_id, Organisation.origin, Organisation.ended_on).where(
        same,
        Organisation.area_path.startswith(organisation.area_path[: LENGTH_OF_PATH[Level.STREET]], autoescape=True),
        Organisation.status == OrganisationStatus.ENDED,
        Organisation.counted_on.is_not(None),
    )
    last = db.session.execute(ended.order_by(Organisation.ended_on.desc(), Organisation.id.desc()).limit(1)).one_or_none()
    return None if last is None else Former(last.former_id or last.id, last.origin, last.ended_on)


def scope_of(organisation: Organisation) -> Scope:
    """Where an organisation belongs: its community, itself, and the person who is its officer."""
    return Scope(area_path=organisation.area_path, organisation_id=organisation.id, person_id=organisation.officer_person_id)


def require(actor: Actor, permission: Permission, organisation: Organisation) -> None:
    """Let the permitted pass. A verified one is public, so others learn 403; of any other they learn 404 unless they may see it."""
    public = organisation.status is OrganisationStatus.VERIFIED
    policy.require(actor, permission, scope_of(organisation), seen_by=None if public else Permission.ORGANISATION_SEE)


def require_seen(actor: Actor, organisation: Organisation) -> None:
    """Let those pass who may open the organisation: anybody a verified one. Raises Missing."""
    if organisation.status is not OrganisationStatus.VERIFIED:
        policy.require_seen(actor, Permission.ORGANISATION_SEE, scope_of(organisation))


def require_verified(organisation: Organisation) -> None:
    """Raises OrganisationNotVerified."""
    if organisation.status is not OrganisationStatus.VERIFIED:
        raise OrganisationNotVerified
