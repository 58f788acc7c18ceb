"""Reads of attendance, by noun."""

from backend.attendance.queries.attendances import AttendanceLine, AttendanceState, OwnServiceSearch, attendances_of_shift, my_services
from backend.attendance.queries.counting import counting_records, served_by
from backend.attendance.queries.services import (
    ServiceDetails,
    ServiceLine,
    ServiceSearch,
    ServiceSort,
    ServiceStatus,
    service_details,
    services,
)
from backend.attendance.queries.shifts import ShiftLine, ShiftSearch, ShiftSort, my_shifts, next_shift_begins_at, shift_details, shifts
