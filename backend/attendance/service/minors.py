"""The rules for minors at a shift. They are old enough for the brand, a guardian agreed, and the youngest come with the guardian."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend import brands
from backend.attendance.models import Attendance, Shift
from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.foundation.identifiers import age_on
from backend.people import minors
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Guardianship
from backend.people.notices import NoticeName
from backend.people.service import require_consent


class TooYoung(Conflict):
    """Younger than the brand's `youngest_age` on the day of the service."""

    code: ClassVar[str] = "too_young"
    detail = "未达到该类服务要求的年龄，不能参加"


class GuardianAbsent(Conflict):
    """So young that a guardian has to be there (`accompanied_under` of config/minors.toml)."""

    code: ClassVar[str] = "guardian_absent"
    detail = "须由监护人陪同：请监护人先在本场次签到"


def require_fit(person_id: UUID, born_on: date, shift: Shift, *, on: datetime, now: datetime) -> None:
    """Let adults pass, and minors who may serve at this shift; ages are those of the day `on`.

    Raises TooYoung, GuardianAbsent, people.ConsentNeeded.
    """
    age = age_on(born_on, clock.shanghai_day(on))
    if age >= AGE_OF_MAJORITY:
        return
    brand = brands.current().get(shift.brand)
    if brand is None or age < brand.youngest_age:  # of a brand that is gone from the catalogue nobody knows whether it is for minors
        raise TooYoung
    require_consent(person_id, NoticeName.VOLUNTEER, now=now)
    if age < minors.current().accompanied_under and not _guardian_is_there(person_id, shift.id):
        raise GuardianAbsent


def _guardian_is_there(person_id: UUID, shift_id: UUID) -> bool:
    guardians = select(Guardianship.guardian_person_id).where(
        Guardianship.ward_person_id == person_id, Guardianship.is_current(), Guardianship.ended_on.is_(None)
    )
    there = select(Attendance.id).where(Attendance.shift_id == shift_id, Attendance.person_id.in_(guardians))
    return db.session.scalar(there.limit(1)) is not None
