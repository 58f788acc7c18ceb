"""Who hears what: consumer → the events it hears and its reactions. The one visible list, handed to the outbox when a process starts."""

from collections.abc import Mapping

from backend.attendance import reactions as attendance
from backend.corrections import reactions as corrections
from backend.demands import reactions as demands
from backend.foundation.outbox import Reactions, Turn
from backend.messages import reactions as messages
from backend.openings import reactions as openings
from backend.organisations import reactions as organisations
from backend.points import service as points
from backend.registration import reactions as registration
from backend.relocations import reactions as relocations
from backend.statistics import service as statistics
from backend.teams import reactions as teams

CONSUMERS: Mapping[str, Reactions] = {
    "attendance": attendance.REACTIONS,
    "corrections": corrections.REACTIONS,
    "demands": demands.REACTIONS,
    "messages": messages.REACTIONS,
    "openings": openings.REACTIONS,
    "organisations": organisations.REACTIONS,
    "points": points.REACTIONS,
    "registration": registration.REACTIONS,
    "relocations": relocations.REACTIONS,
    "teams": teams.REACTIONS,
    statistics.CONSUMER: statistics.REACTIONS,
}

TURNS: Mapping[str, Turn] = {statistics.CONSUMER: statistics.takes_turn}
"""Of those whose batches go one by one."""
