"""What a volunteer has reached."""

from dataclasses import dataclass
from uuid import UUID

from backend.attendance.queries import served_by
from backend.foundation.actor import Actor
from backend.points.queries import balance_of, own_person
from backend.recognition.stars import hours_to_next, star_of_hours


@dataclass(frozen=True, slots=True)
class Standing:
    """Points, services, hours (in tenths, each record floored) and of which star these are the hours: no title, which takes an
    application."""

    points: int
    services: int
    tenths_of_hours: int
    star_of_hours: int
    tenths_to_next_star: int | None


def own_standing(actor: Actor) -> Standing:
    """What the actor has reached. Raises Missing before they are registered."""
    return standing_of(own_person(actor))


def standing_of(person_id: UUID) -> Standing:
    """What a person has reached by the services that count now."""
    served = served_by(person_id)
    return Standing(
        points=balance_of(person_id),
        services=served.services,
        tenths_of_hours=served.tenths_of_hours,
        star_of_hours=star_of_hours(served.tenths_of_hours),
        tenths_to_next_star=hours_to_next(served.tenths_of_hours),
    )
