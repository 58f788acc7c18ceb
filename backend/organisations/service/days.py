"""The days of an organisation: since when it counts, corrected by a second officer, and when one on record was registered (备案 → 登记)."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.foundation import audit, clock, identifiers, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.identifiers import NumberInvalid
from backend.foundation.ids import new_id
from backend.organisations.events import OrganisationDayCorrected, OrganisationRegistered
from backend.organisations.models import DayCorrection, Filing, Organisation, OrganisationChange, OrganisationStatus
from backend.organisations.service import rows
from backend.organisations.service.rows import NUMBERS, CreditCodeTaken, Former, OrganisationNotVerified
from backend.party.service import CreditCodeInvalid


class AgreedOnInvalid(Unprocessable):
    """A day that has not come yet, that stands already, or that does not fit the other days of the body here."""

    code: ClassVar[str] = "agreed_on_invalid"
    detail = "协议或备案日期不能晚于今天"


class NotOnRecord(Conflict):
    """It is registered already: only one that is on record becomes registered."""

    code: ClassVar[str] = "not_on_record"
    detail = "该组织不是备案组织，或者已经登记"


def refuse_day(organisation: Organisation, day: date, former: Former | None, *, now: datetime) -> None:
    """Let pass the day from which it may count. Raises AgreedOnInvalid."""
    if day > clock.shanghai_day(now):
        raise AgreedOnInvalid(errors={"agreed_on": [AgreedOnInvalid.detail]})
    if former is not None and former.ended_on is not None and day < former.ended_on:
        _refuse_with("该组织曾在本街道终止，新的协议或备案日期不能早于那时")
    last = min((known for known in (organisation.ended_on, organisation.registered_on) if known is not None), default=None)
    if last is not None and day > last:
        _refuse_with("不能晚于该组织登记或终止的日期")


def correct_day(actor: Actor, organisation_id: UUID, agreed_on: date, *, proof: str, reason: str, now: datetime) -> None:
    """Write down another day from which an organisation counts, and the paper that proves it, as a second officer: not who entered the day
    that stands. What was known before stays known as of then.

    Raises OrganisationNotVerified, AgreedOnInvalid, SecondNeeded, Missing, Forbidden.
    """
    organisation = _held(actor, organisation_id)
    if organisation.counted_on is None:
        raise OrganisationNotVerified
    accounts.require_second(actor, _entered_by(organisation_id), now=now)
    if agreed_on == organisation.counted_on:
        _refuse_with("与现在的日期相同")
    former = rows.counted_before(organisation) if organisation.former_id is not None else None
    refuse_day(organisation, agreed_on, former, now=now)
    correction_id = new_id()
    db.session.add(
        DayCorrection(
            id=correction_id,
            organisation_id=organisation_id,
            at=now,
            actor_account_id=actor.account_id,
            reason=reason,
            was=organisation.counted_on,
            was_proof=organisation.proof,
            counted_on=agreed_on,
            proof=proof,
        )
    )
    organisation.counted_on, organisation.proof = agreed_on, proof
    db.session.flush()
    outbox.record(OrganisationDayCorrected(organisation_id), now=now)
    audit.record(actor, Permission.ORGANISATION_REVIEW, organisation_id, now=now, decision="day_corrected", correction=str(correction_id))


def register_organisation(actor: Actor, organisation_id: UUID, credit_code: str, *, registered_on: date, proof: str, now: datetime) -> None:
    """Write down that one on record was registered: it stays the body that it was, with both numbers and both days, and is counted once.

    Raises OrganisationNotVerified, NotOnRecord, CreditCodeInvalid, CreditCodeTaken (also one that was counted here as another body),
    AgreedOnInvalid, Missing, Forbidden.
    """
    organisation = _held(actor, organisation_id)
    rows.require_verified(organisation)
    if organisation.filing is not Filing.ON_RECORD:
        raise NotOnRecord
    if registered_on > clock.shanghai_day(now) or (organisation.counted_on is not None and registered_on < organisation.counted_on):
        sentence = "登记日期不能早于备案日期，也不能晚于今天"
        raise AgreedOnInvalid(sentence, errors={"registered_on": [sentence]})
    organisation.credit_code = read_credit_code(credit_code)
    organisation.filing, organisation.registered_on, organisation.registration_proof = Filing.REGISTERED, registered_on, proof
    flush_or_refuse(NUMBERS)
    if (known := rows.counted_before(organisation)) is not None and known.first_id != organisation.former_id:
        raise CreditCodeTaken("该统一社会信用代码的组织曾在本街道计入，请核对")
    outbox.record(OrganisationRegistered(organisation_id), now=now)
    audit.record(actor, Permission.ORGANISATION_REVIEW, organisation_id, now=now, decision="registered")


def read_credit_code(text: str) -> str:
    """A credit code in the form in which it is kept. Raises CreditCodeInvalid."""
    try:
        return identifiers.credit_code(text)
    except NumberInvalid as error:
        raise CreditCodeInvalid(errors={"credit_code": [str(error)]}) from error


def _held(actor: Actor, organisation_id: UUID) -> Organisation:
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.ORGANISATION_REVIEW, organisation)
    return organisation


def _entered_by(organisation_id: UUID) -> UUID | None:
    """Who entered the day that stands: the last correction, or the verification."""
    corrected = select(DayCorrection.actor_account_id, DayCorrection.at).where(DayCorrection.organisation_id == organisation_id)
    verified = select(OrganisationChange.actor_account_id, OrganisationChange.at).where(
        OrganisationChange.organisation_id == organisation_id, OrganisationChange.to_status == OrganisationStatus.VERIFIED
    )
    either = corrected.union_all(verified).subquery()
    return db.session.scalar(select(either.c.actor_account_id).order_by(either.c.at.desc()).limit(1))


def _refuse_with(sentence: str) -> None:
    raise AgreedOnInvalid(sentence, errors={"agreed_on": [sentence]})
