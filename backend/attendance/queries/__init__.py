"""Reads of attendance, by noun."""

from backend.attendance.queries.attendances import (
    AttendanceLine,
    AttendanceState,
    OwnServiceSearch,
    Presence,
    UnrecordedSearch,
    attendance,
    attendances_of_shift,
    attendances_without_record,
    my_services,
    presence_at,
)
from backend.attendance.queries.counting import counting_records, served_after, served_by
from backend.attendance.queries.deciding import (
    areas_looked_after,
    is_to_allow,
    is_to_clear,
    is_to_confirm,
    is_to_record,
    looks_after_some,
    sees_some_shifts,
)
from backend.attendance.queries.services import (
    LATEST_SERVED,
    ServiceDetails,
    ServiceLine,
    ServiceSearch,
    ServiceSort,
    ServiceStatus,
    service_details,
    service_lines,
    service_values,
    services,
)
from backend.attendance.queries.shifts import (
    ServedClaim,
    ShiftDetails,
    ShiftLine,
    ShiftSearch,
    ShiftSort,
    my_shifts,
    next_shift_begins_at,
    openings_around,
    place_of,
    shift_details,
    shifts,
    shifts_seen,
)
