"""What people see of themselves: their own card, and what they agreed to."""

from backend.people.queries.consents import (
    ConsentLine,
    asked_anew_since,
    consents_of,
    in_force_since,
    is_to_agree_anew,
    own_consents,
)
from backend.people.queries.naming import is_named, may_name, name_for
from backend.people.queries.persons import Community, OwnPerson, how_many, own_card, own_name, person_ids
