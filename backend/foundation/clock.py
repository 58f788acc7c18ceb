"""The one clock of a process, and the calendar of Asia/Shanghai.

`now` is handed down as an argument from the edge (view, task, command line); nothing below the edge asks for the time. All processes of a
copy, on whatever host, go by the clock of its database: what one of them wrote is never in the future for another (`keep_to`, which
database.py calls). In trial and test a steering call may put the clock forward: the lead stands in a small file that all processes of the
copy share.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_LEAD = timedelta(days=3653)
"""Ten years: enough for every term and deadline, and far from the end of the calendar."""

LONGEST_HOLD = timedelta(minutes=10)
"""So long the clock of a process stands still when that of the database goes back; where it goes back farther, it follows."""

_lead_file: Path | None = None
_turn = threading.Lock()
_ahead: timedelta | None = None
"""By how much the database's clock is ahead of this process's steady one; unknown before the first connection."""
_latest = datetime.min.replace(tzinfo=UTC)


def steer_by(lead_file: Path | None) -> None:
    """Let this process read its lead from the file (trial and test), or run by the machine's clock (None)."""
    global _lead_file  # noqa: PLW0603 - one clock per process is the point
    _lead_file = lead_file


def now() -> datetime:
    """The present instant, aware, in UTC. It never goes back within a process, whatever is done to the clocks of hosts."""
    global _latest  # noqa: PLW0603 - as above
    with _turn:
        found = machine() if _ahead is None else _steady() + _ahead
        if not found <= _latest <= found + LONGEST_HOLD:
            _latest = found
        return _latest + lead()


def machine() -> datetime:
    """The machine's own instant, which nobody steers: to compare with what another server's clock wrote."""
    return datetime.now(UTC)


def keep_to(database: Callable[[], datetime]) -> None:
    """Go by the database's clock from now on. The function asks it; half of the time that takes has passed since it answered."""
    global _ahead, _latest  # noqa: PLW0603 - as above
    asked = _steady()
    told = database()
    ahead = told - asked - (_steady() - asked) / 2
    with _turn:
        if _ahead is None:
            _latest = told  # until now it was the machine's, which may have been far ahead
        _ahead = ahead


def _steady() -> datetime:
    """Goes on by a second a second, also while somebody sets the host's clock; where it began, says nothing."""
    return datetime.fromtimestamp(time.monotonic(), UTC)


def lead() -> timedelta:
    """How far the steered clock is ahead of the machine's."""
    if _lead_file is None:
        return timedelta(0)
    try:
        opened = os.open(_lead_file, os.O_RDONLY)  # by hand: each request asks some times, and a file of Python costs thrice as much
    except FileNotFoundError:
        return timedelta(0)
    try:
        return timedelta(seconds=float(os.read(opened, 64)))
    except ValueError:
        return timedelta(0)
    finally:
        os.close(opened)


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


def moment(instant: datetime) -> str:
    """An instant as people read it: 2026年3月4日 09:00."""
    local = instant.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def span(begins: datetime, ends: datetime) -> str:
    """From when to when, as people read it: 2026年3月4日 09:00–11:00; with both days where they differ."""
    until = ends.astimezone(SHANGHAI)
    return f"{moment(begins)}–{until:%H:%M}" if shanghai_day(begins) == shanghai_day(ends) else f"{moment(begins)}–{moment(ends)}"


def day_of(instant: datetime | date) -> str:
    """The day of an instant, or a day, as people read it: 2026年3月4日."""
    day = shanghai_day(instant) if isinstance(instant, datetime) else instant
    return f"{day.year}年{day.month}月{day.day}日"


def last_day(ends_at: datetime) -> str:
    """Until when something holds that is over at an instant, as people read it: 到2027年3月4日 where that day is the last."""
    return f"到{day_of(ends_at - timedelta(microseconds=1))}"


def start_of_day(day: date) -> datetime:
    """The instant at which a Shanghai day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def month_of(day: date) -> date:
    """The first day of the day's month: the name that rollups give a month."""
    return day.replace(day=1)
