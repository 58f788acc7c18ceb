"""What is told of what waits."""

from typing import ClassVar

from backend.foundation.outbox import Event


class OverdueFound(Event):
    """Something waits past its day in the communities of a street [OverdueReport id]."""

    name: ClassVar[str] = "overdue.found"
