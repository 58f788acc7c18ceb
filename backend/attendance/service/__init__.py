"""Commands of attendance, by noun: shifts, signing, records, confirmation."""

from backend.attendance.service.confirmation import (
    AlreadyConfirmed,
    Confirmed,
    ConfirmedTogether,
    NotConfirmed,
    confirm_service,
    confirm_shift,
    withdraw_confirmation,
)
from backend.attendance.service.minors import GuardianAbsent, TooYoung
from backend.attendance.service.records import (
    AttendanceExists,
    RecordExists,
    StillSignedIn,
    add_late_record,
    add_record,
    correct_record,
    withdraw_record,
)
from backend.attendance.service.refusals import (
    NotEntitled,
    OutsideWindow,
    OwnService,
    OwnWord,
    RecordsOverlap,
    RecordWithdrawn,
    ServiceNotFound,
    ShiftCancelled,
    ShiftNotBegun,
    ShiftOver,
)
from backend.attendance.service.releases import (
    UNSERVED,
    ClaimInService,
    release_claim,
    release_for_dissolved_teams,
    release_for_ended_organisations,
    release_for_former_members,
)
from backend.attendance.service.shifts import (
    Place,
    ShiftInUse,
    ShiftNotPlanned,
    ShiftTooLong,
    cancel_shift,
    cancel_shifts,
    close_overdue,
    plan_shift,
)
from backend.attendance.service.signing import (
    AlreadySignedIn,
    AlreadySignedOut,
    AttendanceClosed,
    NotSignedIn,
    SignedInAs,
    show_code,
    sign_in,
    sign_out,
)
