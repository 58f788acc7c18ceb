"""Counts the minutes and hours of a service (docs/design.md, Facts)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `ends_at` is not part of it."""

    starts_at: datetime
    ends_at: datetime

    def widened(self, by: timedelta) -> "Span":
        """With as much more on both sides."""
        return Span(self.starts_at - by, self.ends_at + by)

    def clipped_to(self, window: "Span") -> "Span":
        """What of it lies within the window; empty (at the window's nearer end) when nothing does."""
        starts_at = min(max(self.starts_at, window.starts_at), window.ends_at)
        return Span(starts_at, max(starts_at, min(self.ends_at, window.ends_at)))

    def lies_within(self, window: "Span") -> bool:
        """Whether no part of it stands out of the window."""
        return window.starts_at <= self.starts_at and self.ends_at <= window.ends_at

    @property
    def minutes(self) -> int:
        """Whole minutes."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


def tenths(minutes: int) -> int:
    """Tenths of an hour of one record, rounded down; totals sum these, so that a table adds up (domain facts §2.6)."""
    return minutes // 6


def hours(minutes: int) -> str:
    """Hours of one record, rounded down to 0.1, as answers have them: "1.5"."""
    whole, tenth = divmod(tenths(minutes), 10)
    return f"{whole}.{tenth}"
