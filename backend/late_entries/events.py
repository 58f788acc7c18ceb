"""The events of late entries. The subject is the id of the entry."""

from typing import ClassVar

from backend.foundation.outbox import Event


class LateEntrySubmitted(Event):
    """A past activity was entered, and waits for a second officer [entry id]."""

    name: ClassVar[str] = "late_entry.submitted"


class LateEntryApproved(Event):
    """A second officer approved it: its records count [entry id]."""

    name: ClassVar[str] = "late_entry.approved"


class LateEntryRefused(Event):
    """A second officer refused it [entry id]."""

    name: ClassVar[str] = "late_entry.refused"
