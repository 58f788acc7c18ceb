"""Files that prove a past activity: photos and scanned papers, brought by who entered it, read by who may decide on it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.accounts.queries import accounts_of
from backend.attendance import limits
from backend.foundation import audit, contents, files
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.foundation.files import File, FileLine, Stored
from backend.foundation.ids import new_id
from backend.late_entries.models import LateEntry, LateEntryStatus, LateProof
from backend.late_entries.refusals import LateEntryDecided

_ENDINGS = {contents.JPEG: ".jpg", contents.PNG: ".png", contents.WEBP: ".webp", contents.PDF: ".pdf"}


class TooManyProofs(Conflict):
    """It has as many files as one entry may have (`[late_entries]` of config/services.toml)."""

    code: ClassVar[str] = "too_many_proofs"
    detail = "证明材料已达上限"


class LateEntryUnproven(Conflict):
    """No file proves it, and nobody wrote down why there is none."""

    code: ClassVar[str] = "late_entry_unproven"
    detail = "还没有上传证明材料，也没有写明为什么没有，不能批准"


def require_open_to_proof(actor: Actor, entry_id: UUID) -> LateEntry:
    """That the actor entered it and nobody decided on it yet: before bytes are stored. Raises Missing, Forbidden, LateEntryDecided."""
    entry = db.session.get(LateEntry, entry_id)
    if entry is None:
        raise Missing
    policy.require_seen(actor, Permission.LATE_ENTRY_SEE, Scope(area_path=entry.area_path))
    policy.require(actor, Permission.LATE_ENTRY_ENTER, Scope(area_path=entry.area_path))
    if actor.account_id is None or entry.entered_by not in set(db.session.scalars(accounts_of(actor.account_id))):
        raise Forbidden("由填写人上传证明材料")
    if entry.status is not LateEntryStatus.SUBMITTED:
        raise LateEntryDecided
    return entry


def add_proof(actor: Actor, entry_id: UUID, stored: Stored, *, now: datetime) -> None:
    """Let a stored file prove the entry; the same file again changes nothing.

    Raises Missing, Forbidden, LateEntryDecided, TooManyProofs.
    """
    entry = require_open_to_proof(actor, entry_id)
    # The row, as whoever decides holds it: nothing is added to what is decided, and of two files each sees the other.
    held = select(LateEntry.id).where(LateEntry.id == entry_id, LateEntry.status == LateEntryStatus.SUBMITTED).with_for_update()
    if db.session.scalar(held) is None:
        raise LateEntryDecided
    known = db.session.scalars(
        select(File.sha256).join(LateProof, LateProof.file_id == File.id).where(LateProof.entry_id == entry_id)
    ).all()
    if stored.sha256 in known:
        return
    if len(known) >= limits.current().late_entries.most_proofs:
        raise TooManyProofs
    name = f"补录证明{len(known) + 1}{_ENDINGS[stored.media_type]}"
    file_id = files.add(stored, name, area_path=entry.area_path, now=now)
    proof = LateProof(id=new_id(), entry_id=entry_id, file_id=file_id, added_at=now, added_by=actor.account_id)
    db.session.add(proof)
    db.session.flush()
    audit.record(actor, Permission.LATE_ENTRY_ENTER, entry_id, now=now, proof=str(proof.id))


def proof_file(actor: Actor, entry_id: UUID, proof_id: UUID, *, now: datetime) -> FileLine:
    """One file, for who may decide on the entry; fetching it is an audited act. Raises Missing, Forbidden."""
    found = db.session.execute(
        select(LateEntry.area_path, LateProof.file_id)
        .join(LateProof, LateProof.entry_id == LateEntry.id)
        .where(LateEntry.id == entry_id, LateProof.id == proof_id)
    ).one_or_none()
    if found is None:
        raise Missing
    policy.require_seen(actor, Permission.LATE_ENTRY_SEE, Scope(area_path=found.area_path))
    policy.require(actor, Permission.LATE_ENTRY_DECIDE, Scope(area_path=found.area_path))
    file = files.line_of(found.file_id)
    if file is None:
        raise Missing
    audit.record(actor, Permission.LATE_ENTRY_DECIDE, entry_id, now=now, fetched=True, proof=str(proof_id))
    return file


def require_proven(entry: LateEntry) -> None:
    """That a file proves it, or that somebody wrote down why there is none, where the street asks so. Raises LateEntryUnproven."""
    if not limits.current().late_entries.wants_proof or entry.no_file_because is not None:
        return
    if not db.session.scalar(select(exists().where(LateProof.entry_id == entry.id))):
        raise LateEntryUnproven
