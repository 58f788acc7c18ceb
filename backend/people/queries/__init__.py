"""What people see of themselves: their own card, and what they agreed to."""

from backend.people.queries.consents import ConsentLine, own_consents
from backend.people.queries.persons import Community, OwnPerson, how_many, own_card, person_ids

__all__ = [
    "Community",
    "ConsentLine",
    "OwnPerson",
    "how_many",
    "own_card",
    "own_consents",
    "person_ids",
]
