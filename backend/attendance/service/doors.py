"""Door codes of homes: issued and ended by the community, tried by who visits. Whoever tries too many wrong ones waits a day."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import and_, case, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance import doors, limits
from backend.attendance.doors import PrintedCode
from backend.attendance.events import DoorCodeEnded, DoorCodeIssued, HomeReplaced
from backend.attendance.models import Attendance, DoorCode, DoorTry, Shift, ShiftStatus
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, TooMany, Unprocessable
from backend.foundation.ids import new_id

TRIES_COUNT_FOR = timedelta(hours=24)


class DoorCodeWrong(Unprocessable):
    """It is not the code of this door, or no more, or there is none."""

    code: ClassVar[str] = "door_code_wrong"
    detail = "门牌码不正确，请核对后重新输入"


class TooManyDoorCodes(TooMany):
    """So many wrong ones that somebody seems to guess."""

    code: ClassVar[str] = "too_many_door_codes"
    detail = "门牌码错误次数过多，请明天再试，或请社区、申请人出示签到码"


class NoDoorCode(Conflict):
    """There is none to end."""

    code: ClassVar[str] = "no_door_code"
    detail = "没有在用的门牌码"


def issue_door_code(actor: Actor, home_id: UUID, area_path: str, *, now: datetime) -> PrintedCode:
    """Give a home a new code, as its community; the one before opens nothing from now on, and of two that are issued at once the later
    one opens. It is shown this once. Raises Forbidden."""
    policy.require(actor, Permission.DOOR_CODE_ISSUE, Scope(area_path=area_path))
    _end(actor, home_id, now=now)
    code = doors.draw()
    values = {"proof": doors.proof_of(code, home_id), "issued_at": now, "issued_by": actor.account_id}
    issued_id = db.session.scalars(
        insert(DoorCode)
        .values(id=new_id(), home_id=home_id, **values)
        .on_conflict_do_update(index_elements=["home_id"], index_where=DoorCode.is_in_use(), set_=values)
        .returning(DoorCode.id)
    ).one()
    outbox.record(DoorCodeIssued(issued_id), now=now)
    audit.record(actor, Permission.DOOR_CODE_ISSUE, issued_id, now=now, home=str(home_id))
    return doors.printed(code)


def end_door_code(actor: Actor, home_id: UUID, area_path: str, *, now: datetime) -> None:
    """Let the code of a home open nothing any more: it was lost, copied, or somebody moved. Raises Forbidden, NoDoorCode."""
    policy.require(actor, Permission.DOOR_CODE_ISSUE, Scope(area_path=area_path))
    if not leave_home(actor, home_id, now=now):
        raise NoDoorCode


def leave_home(actor: Actor, home_id: UUID, *, now: datetime) -> bool:
    """Let a code that a home may have open nothing any more, for nobody is visited there; says whether there was one. The caller has asked
    policy."""
    ended_id = _end(actor, home_id, now=now)
    if ended_id is None:
        return False
    outbox.record(DoorCodeEnded(ended_id), now=now)
    audit.record(actor, Permission.DOOR_CODE_ISSUE, ended_id, now=now, home=str(home_id), ended=True)
    return True


def has_door_code(home_id: UUID) -> bool:
    """Whether a code opens the door of a home. The caller has asked policy."""
    return bool(db.session.scalar(select(exists().where(DoorCode.home_id == home_id, DoorCode.is_in_use()))))


def visit_instead(actor: Actor, home_id: UUID, instead_id: UUID, opening_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let the occurrences of these openings be visits of another home, whose code opens them: two rows were one. The code of the first home
    opens nothing any more, and who visits is told while something is ahead. The caller has asked policy."""
    visits = update(Shift).where(Shift.opening_id.in_(opening_ids), Shift.home_id == home_id)
    ahead = and_(Shift.status == ShiftStatus.PLANNED, Shift.is_not_over(now))
    moved = visits.values(home_id=instead_id).returning(Shift.opening_id, ahead.label("ahead"))
    for opening_id in sorted({visit.opening_id for visit in db.session.execute(moved) if visit.ahead}):
        outbox.record(HomeReplaced(opening_id), now=now)
    leave_home(actor, home_id, now=now)


def check_door_code(home_id: UUID, code: str, person_id: UUID, *, leaving: UUID | None = None, now: datetime) -> None:
    """Let pass who knows the code of this door. `leaving`: at the end of this shift, also by a code that ended since they came in.

    Raises DoorCodeWrong, TooManyDoorCodes.
    """
    _count_try(home_id, person_id, now=now)
    came_in = select(Attendance.signed_in_at).where(Attendance.shift_id == leaving, Attendance.person_id == person_id, Attendance.is_open())
    good = DoorCode.is_in_use() if leaving is None else or_(DoorCode.is_in_use(), DoorCode.ended_at >= came_in.scalar_subquery())
    proof = doors.proof_of(code, home_id)
    kept = db.session.scalars(select(DoorCode.proof).where(DoorCode.home_id == home_id, good)).all()
    if not any(hmac.compare_digest(one, proof) for one in kept):
        raise DoorCodeWrong(errors={"code": [DoorCodeWrong.detail]})
    db.session.execute(delete(DoorTry).where(DoorTry.home_id == home_id, DoorTry.person_id == person_id))


def _end(actor: Actor, home_id: UUID, *, now: datetime) -> UUID | None:
    in_use = update(DoorCode).where(DoorCode.home_id == home_id, DoorCode.is_in_use())
    ended = {"ended_at": now, "ended_by": actor.account_id}
    return db.session.scalar(in_use.values(ended).returning(DoorCode.id).execution_options(synchronize_session=False))


def _count_try(home_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Count one more as wrong, in a transaction of its own, because the refusal of a wrong one undoes the caller's. One statement decides:
    tries at once get no further than tries one after the other."""
    forgotten = DoorTry.last_at <= now - TRIES_COUNT_FOR
    counted = (
        insert(DoorTry)
        .values(home_id=home_id, person_id=person_id, tries=1, last_at=now)
        .on_conflict_do_update(
            index_elements=["home_id", "person_id"],
            set_={"tries": case((forgotten, 1), else_=DoorTry.tries + 1), "last_at": now},
            where=or_(forgotten, DoorTry.tries < limits.current().door.most_wrong),
        )
        .returning(DoorTry.tries)
    )
    with db.engine.begin() as beside:
        if beside.scalar(counted) is not None:
            return
        last_at = beside.scalar(select(DoorTry.last_at).where(DoorTry.home_id == home_id, DoorTry.person_id == person_id)) or now
    raise TooManyDoorCodes(retry_after=max(1, int((last_at + TRIES_COUNT_FOR - now).total_seconds()) + 1))
