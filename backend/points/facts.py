"""The visible list of what a points rule may name."""

from collections.abc import Mapping

from backend.attendance.rewards import FIRST_SERVICE_WITH_BRAND, MINUTES_SERVED
from backend.demands.rewards import DEMAND_FULFILLED
from backend.foundation.rewards import RewardedFact

FACTS: Mapping[str, RewardedFact] = {fact.name: fact for fact in (MINUTES_SERVED, FIRST_SERVICE_WITH_BRAND, DEMAND_FULFILLED)}
