"""Of service records and attendances: told to who served, to the guardians of a minor who served, and to the community."""

from sqlalchemy import exists

from backend.accounts.policy import Permission
from backend.attendance.events import (
    AttendanceExpired,
    ConfirmationWithdrawn,
    ServiceCleared,
    ServiceCorrected,
    ServiceFlagged,
    ServiceWithdrawn,
)
from backend.attendance.models import Attendance, Confirmation, ServiceFlag, ServiceRecord, Shift
from backend.messages.occasions.occasion import About, Guardians, Occasion, office, rows_of, while_there_is, whose

_RECORD = {
    "about_id": ServiceRecord.fact_id,
    "area_path": ServiceRecord.area_path,
    "brand": ServiceRecord.brand,
    "person_id": ServiceRecord.person_id,
}
_RECORDS = rows_of(subject_id=ServiceRecord.id, **_RECORD, by_account_id=ServiceRecord.actor_account_id)
_CONFIRMATIONS = (
    rows_of(subject_id=Confirmation.id, **_RECORD, by_account_id=Confirmation.actor_account_id)
    .select_from(Confirmation)
    .join(ServiceRecord, ServiceRecord.fact_id == Confirmation.record_fact_id)
    .where(ServiceRecord.superseded_at.is_(None))
)
_ATTENDANCES = (
    rows_of(subject_id=Attendance.id, about_id=Attendance.id, area_path=Shift.area_path, brand=Shift.brand, person_id=Attendance.person_id)
    .select_from(Attendance)
    .join(Shift, Shift.id == Attendance.shift_id)
)
_PARTLY = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current(), Confirmation.is_partial())
_RAISED = rows_of(
    subject_id=ServiceRecord.id,
    about_id=ServiceRecord.fact_id,
    area_path=ServiceRecord.area_path,
    brand=ServiceRecord.brand,
    by_account_id=ServiceRecord.actor_account_id,
).where(_PARTLY)
_FLAGS = rows_of(subject_id=ServiceFlag.id, **_RECORD, by_account_id=ServiceFlag.actor_account_id).select_from(ServiceFlag)
_FLAGS = _FLAGS.join(ServiceRecord, ServiceRecord.fact_id == ServiceFlag.record_fact_id).where(ServiceRecord.superseded_at.is_(None))
_STILL_FLAGGED = while_there_is(ServiceRecord.fact_id, ServiceRecord.is_current(), ServiceFlag.stands_on(ServiceRecord.fact_id))
_WITHOUT_RECORD = while_there_is(
    Attendance.id, Shift.id == Attendance.shift_id, ~exists().where(ServiceRecord.attendance_id == Attendance.id)
)

_OWN = whose(Permission.RECORD_SEE)

OCCASIONS = (
    Occasion(ServiceCorrected, "served", About.SERVICE, _OWN, _RECORDS),
    Occasion(ServiceCorrected, "guardian", About.SERVICE, Guardians(), _RECORDS),
    Occasion(
        ServiceCorrected,
        "community",
        About.SERVICE,
        office(Permission.SERVICE_CONFIRM),
        _RAISED,
        waits=while_there_is(ServiceRecord.fact_id, ServiceRecord.is_current(), _PARTLY),
    ),
    Occasion(ServiceWithdrawn, "served", About.SERVICE, _OWN, _RECORDS),
    Occasion(ServiceWithdrawn, "guardian", About.SERVICE, Guardians(), _RECORDS),
    Occasion(ServiceFlagged, "served", About.SERVICE, _OWN, _FLAGS),
    Occasion(ServiceFlagged, "community", About.SERVICE, office(Permission.SERVICE_CLEAR), _FLAGS, waits=_STILL_FLAGGED),
    Occasion(ServiceCleared, "served", About.SERVICE, _OWN, _FLAGS),
    Occasion(ConfirmationWithdrawn, "served", About.SERVICE, _OWN, _CONFIRMATIONS),
    Occasion(AttendanceExpired, "served", About.ATTENDANCE, whose(Permission.ATTENDANCE_SEE), _ATTENDANCES),
    Occasion(AttendanceExpired, "community", About.ATTENDANCE, office(Permission.RECORD_ADD), _ATTENDANCES, waits=_WITHOUT_RECORD),
)
