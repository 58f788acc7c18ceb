"""Correcting who somebody is, with papers on the desk: one officer proposes, a second one agrees, and the person is told and may refuse.

All facts stay: they name the person, not the name. Nobody corrects themselves or agrees to what they proposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.corrections.events import CorrectionConfirmed, CorrectionProposed, CorrectionReturned
from backend.corrections.models import (
    NEW_ID_NUMBER,
    NEW_NAME,
    CorrectionProof,
    CorrectionStatus,
    IdentityCorrection,
    IdentityCorrectionChange,
)
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.outbox import Happening
from backend.foundation.sealing import keyring
from backend.people import service as people
from backend.people.models import Person
from backend.people.service import Identity


class NothingToCorrect(Unprocessable):
    """Name and number stand as they were given."""

    code: ClassVar[str] = "nothing_to_correct"
    detail = "填写的姓名和身份证号与已登记的相同"


class CorrectionOpen(Conflict):
    """There is one for this person that waits for a second officer."""

    code: ClassVar[str] = "correction_open"
    detail = "已有一份更正在等待另一位工作人员核对"


class CorrectionDecided(Conflict):
    """It was confirmed or returned already."""

    code: ClassVar[str] = "correction_decided"
    detail = "该更正已处理，请刷新后再试"


class OwnCorrection(Forbidden):
    """Nobody says by their office who they are themselves."""

    code: ClassVar[str] = "own_correction"
    detail = "不能更正本人的身份信息，请由其他工作人员办理"


PROPOSED, CONFIRMED, RETURNED = CorrectionStatus.PROPOSED, CorrectionStatus.CONFIRMED, CorrectionStatus.RETURNED
_step = partial(Step, IdentityCorrection, IdentityCorrectionChange)
PROPOSE = _step(None, PROPOSED, CorrectionProposed, Permission.CORRECTION_PROPOSE)
CONFIRM = _step(PROPOSED, CONFIRMED, CorrectionConfirmed, Permission.CORRECTION_CONFIRM, CorrectionDecided)
RETURN = _step(PROPOSED, RETURNED, CorrectionReturned, Permission.CORRECTION_RETURN, CorrectionDecided)


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Name and number as the papers have them, whole, and which papers."""

    name: str
    id_number: str
    proof: CorrectionProof


def propose_correction(actor: Actor, person_id: UUID, wanted: NewIdentity, *, now: datetime) -> UUID:
    """Say what the papers say of a person. Nothing changes before a second officer agrees. Returns the correction's id.

    Raises NameInvalid, IdNumberInvalid, NothingToCorrect, PersonExists, GuardianNeeded, DataWithdrawn, ConsentNeeded, OwnCorrection,
    HolderOfOffice, CorrectionOpen, Missing, Forbidden.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise Missing
    scope = Scope(area_path=person.area_path, person_id=person_id)
    policy.require(actor, Permission.CORRECTION_PROPOSE, scope, seen_by=Permission.PERSON_SEE)
    refuse_own(actor, person_id)
    accounts.require_above_holder(actor, person_id, now=now)
    people.require_standing(actor, person_id)
    identity = people.read_identity(wanted.name, wanted.id_number, now=now)
    of_name, of_id_number = people.differs(person, identity)
    if not (of_name or of_id_number):
        raise NothingToCorrect(errors={"name": [NothingToCorrect.detail]})
    people.require_free(person_id, identity, now=now)
    correction_id = new_id()
    db.session.add(
        IdentityCorrection(
            id=correction_id,
            person_id=person_id,
            area_path=person.area_path,
            status=PROPOSED,
            proof=wanted.proof,
            of_name=of_name,
            of_id_number=of_id_number,
            name_sealed=keyring().seal(identity.name, field=NEW_NAME, row=correction_id),
            id_number_sealed=keyring().seal(identity.number.text, field=NEW_ID_NUMBER, row=correction_id),
            proposed_at=now,
            proposed_by=actor.account_id,
        )
    )
    flush_or_refuse({"uq_identity_corrections_open": CorrectionOpen})
    PROPOSE.begin(actor, correction_id, now=now, details={"of_name": of_name, "of_id_number": of_id_number})
    return correction_id


def confirm_correction(actor: Actor, correction_id: UUID, *, now: datetime) -> None:
    """Agree, as a second officer with the same papers before them: the person stands by the new name and number from now on.

    Raises CorrectionDecided, OwnCorrection, SecondNeeded, HolderOfOffice, PersonExists, GuardianNeeded, DataWithdrawn, ConsentNeeded,
    IdNumberInvalid, NameInvalid, Missing, Forbidden.
    """
    correction = known_correction(actor, correction_id)
    policy.require(actor, Permission.CORRECTION_CONFIRM, Scope(area_path=correction.area_path))
    refuse_own(actor, correction.person_id)
    accounts.require_second(actor, correction.proposed_by, now=now)
    accounts.require_above_holder(actor, correction.person_id, now=now)
    people.hold_person(correction.person_id)  # before all share the row: of two who agree at once the later one waits here
    people.require_standing(actor, correction.person_id)
    if correction.name_sealed is None or correction.id_number_sealed is None:
        raise CorrectionDecided
    identity = _proposed(correction_id, correction.name_sealed, correction.id_number_sealed, now=now)
    CONFIRM.take(
        actor,
        correction_id,
        now=now,
        details={"of_name": correction.of_name, "of_id_number": correction.of_id_number},
        name_sealed=None,
        id_number_sealed=None,
    )
    people.correct_identity(correction.person_id, identity, now=now)


def return_correction(actor: Actor, correction_id: UUID, *, reason: str, now: datetime) -> None:
    """Refuse it with a reason: an officer, or the person whom it is about. Raises CorrectionDecided, Missing, Forbidden."""
    correction = known_correction(actor, correction_id)
    policy.require(actor, Permission.CORRECTION_RETURN, Scope(area_path=correction.area_path, person_id=correction.person_id))
    RETURN.take(actor, correction_id, now=now, reason=reason, name_sealed=None, id_number_sealed=None)


def return_for_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """End what was proposed of these people before they withdrew their last consent."""
    for happening in happenings:
        waiting = select(IdentityCorrection.id).where(
            IdentityCorrection.person_id == happening.subject_id,
            IdentityCorrection.status == PROPOSED,
            IdentityCorrection.proposed_at <= happening.at,
        )
        correction_ids = db.session.scalars(waiting).all()
        reason = people.why_ended(happening.subject_id, at=happening.at)
        RETURN.take_all(Actor.system(), correction_ids, now=now, reason=reason, name_sealed=None, id_number_sealed=None)


def _proposed(correction_id: UUID, name: bytes, id_number: bytes, *, now: datetime) -> Identity:
    return people.read_identity(
        keyring().unseal(name, field=NEW_NAME, row=correction_id),
        keyring().unseal(id_number, field=NEW_ID_NUMBER, row=correction_id),
        now=now,
    )


def known_correction(actor: Actor, correction_id: UUID) -> IdentityCorrection:
    """The correction, for who may see it. Raises Missing."""
    correction = db.session.get(IdentityCorrection, correction_id)
    if correction is None:
        raise Missing
    policy.require_seen(actor, Permission.CORRECTION_SEE, scope_of(correction))
    return correction


def scope_of(correction: IdentityCorrection) -> Scope:
    """Where a correction belongs, for policy: the community of the person, and the person."""
    return Scope(area_path=correction.area_path, person_id=correction.person_id)


def refuse_own(actor: Actor, person_id: UUID) -> None:
    """Refuse who would say by their office who they are themselves. Raises OwnCorrection."""
    if actor.person_id == person_id:
        raise OwnCorrection


def hand_on_corrections(handover: Handover) -> None:
    """Let what waits for a second officer of a community wait for one of its successor."""
    transfers.hand_on(IdentityCorrection, IdentityCorrection.status == CorrectionStatus.PROPOSED, handover=handover)
