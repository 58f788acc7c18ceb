"""The one clock of a process, and the calendar of Asia/Shanghai.

`now` is handed down as an argument from the edge (view, task, command line); nothing below the edge asks for the time. In trial and
test a steering call may put the clock forward: the lead stands in a small file that all processes of the copy share.
"""

import fcntl
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_LEAD = timedelta(days=3653)
"""Ten years: enough for every term and deadline, and far from the end of the calendar."""

_lead_file: Path | None = None


def steer_by(lead_file: Path | None) -> None:
    """Let this process read its lead from the file (trial and test), or run by the machine's clock (None)."""
    global _lead_file  # noqa: PLW0603 - one clock per process is the point
    _lead_file = lead_file


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return machine() + lead()


def machine() -> datetime:
    """The machine's own instant, which nobody steers: to compare with what another server's clock wrote."""
    return datetime.now(UTC)


def lead() -> timedelta:
    """How far the steered clock is ahead of the machine's."""
    if _lead_file is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(_lead_file.read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta(0)


def advance(by: timedelta) -> timedelta:
    """Put the steered clock of all processes forward and return the new lead.

    Raises RuntimeError where the clock is not steered, ValueError for a step back (time only goes on) or beyond LONGEST_LEAD.
    """
    if _lead_file is None:
        raise RuntimeError("this copy does not steer its clock")
    if by < timedelta(0):
        raise ValueError("the clock only goes forward")
    with _lead_file.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two steps at the same moment both count
        new_lead = lead() + by
        if new_lead > LONGEST_LEAD:
            raise ValueError("the clock would be too far ahead")
        scratch = _lead_file.with_suffix(".new")
        scratch.write_text(str(new_lead.total_seconds()))
        scratch.replace(_lead_file)
        return new_lead


def shanghai_day(instant: datetime) -> date:
    """The calendar day of an instant in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The instant at which a Shanghai day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def month_of(day: date) -> date:
    """The first day of the day's month: the name that rollups give a month."""
    return day.replace(day=1)
