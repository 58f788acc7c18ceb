"""The visible list of occasions: which events are told, to whom, by what rows. `config/messages.toml` gives each its words."""

from collections.abc import Mapping

from backend.messages.occasions import accounts, areas, demands, groups, homes, identity, late_entries, overdue, services
from backend.messages.occasions.occasion import Occasion

_ALL = (
    *demands.OCCASIONS,
    *homes.OCCASIONS,
    *services.OCCASIONS,
    *late_entries.OCCASIONS,
    *groups.OCCASIONS,
    *identity.OCCASIONS,
    *accounts.OCCASIONS,
    *overdue.OCCASIONS,
    *areas.OCCASIONS,
)

OCCASIONS: Mapping[tuple[str, str], Occasion] = {(occasion.event.name, occasion.to): occasion for occasion in _ALL}
"""By the name of the event and the word for whom."""
