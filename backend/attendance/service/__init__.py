"""Commands of attendance, by noun: shifts."""

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

__all__ = [
    "Place",
    "ShiftInUse",
    "ShiftNotPlanned",
    "ShiftTooLong",
    "cancel_shift",
    "cancel_shifts",
    "close_overdue",
    "plan_shift",
]
