"""Reads of attendance, by noun."""

from backend.attendance.queries.attendances import AttendanceLine, AttendanceState, attendances_of_shift, my_services
from backend.attendance.queries.counting import counting_records, served_by
from backend.attendance.queries.services import ServiceDetails, ServiceLine, ServiceStatus, service_details, services
from backend.attendance.queries.shifts import ShiftLine, my_shifts, next_shift_begins_at, shift_details, shifts
