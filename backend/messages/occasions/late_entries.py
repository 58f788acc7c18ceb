"""Of past activities that were entered afterwards: told to who may approve, to who entered, and to who served."""

from backend.accounts.policy import Permission
from backend.attendance.models import ServiceRecord
from backend.late_entries.events import LateEntryApproved, LateEntryRefused, LateEntrySubmitted
from backend.late_entries.models import LateEntry, LateEntryStatus
from backend.messages.occasions.occasion import About, Guardians, Holder, Occasion, office, rows_of, while_there_is, whose

_ENTRY = {"subject_id": LateEntry.id, "area_path": LateEntry.area_path, "brand": LateEntry.brand}
_ENTRIES = rows_of(**_ENTRY, about_id=LateEntry.id, by_account_id=LateEntry.entered_by)
_OF_WHO_ENTERED = rows_of(**_ENTRY, about_id=LateEntry.id, account_id=LateEntry.entered_by)
_RECORDS = (
    rows_of(**_ENTRY, about_id=ServiceRecord.fact_id, person_id=ServiceRecord.person_id)
    .select_from(LateEntry)
    .join(ServiceRecord, ServiceRecord.shift_id == LateEntry.shift_id)
    .where(ServiceRecord.is_current())
)
_WAITS = while_there_is(LateEntry.id, LateEntry.status == LateEntryStatus.SUBMITTED)

OCCASIONS = (
    Occasion(LateEntrySubmitted, "community", About.LATE_ENTRY, office(Permission.LATE_ENTRY_DECIDE), _ENTRIES, waits=_WAITS),
    Occasion(LateEntryApproved, "served", About.SERVICE, whose(Permission.RECORD_SEE), _RECORDS),
    Occasion(LateEntryApproved, "guardian", About.SERVICE, Guardians(), _RECORDS),
    Occasion(LateEntryApproved, "holder", About.LATE_ENTRY, Holder(), _OF_WHO_ENTERED),
    Occasion(LateEntryRefused, "holder", About.LATE_ENTRY, Holder(), _OF_WHO_ENTERED),
)
