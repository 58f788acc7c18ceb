"""Makes what happened by itself to demands of the demonstration year that stood still, as the job would have done it."""

from datetime import datetime, timedelta
from uuid import UUID

from backend import brands
from backend.demands.models import DemandPrompt, NextStep
from ejia.trial.demo import plan
from ejia.trial.demo.world import World

_RINGS = timedelta(minutes=5)
"""The job comes by some minutes after a step is due."""

Stretch = tuple[datetime, datetime | None]
"""From when until when, if that has an end."""


class Prompts:
    """The steps of one demand after the other; its ids have a chance of their own and move nothing else."""

    def __init__(self, world: World) -> None:
        self.chance = World(plan.SEED + 7)
        self.rows = world.table(DemandPrompt, "id", "demand_id", "step", "since", "at", "categories")
        self._claimed: dict[UUID, list[Stretch]] = {}
        self._unconfirmed: dict[UUID, list[Stretch]] = {}

    def claimed(self, opening: UUID, since: datetime, until: datetime | None) -> None:
        """Somebody asked for a place, or held it, for so long."""
        self._claimed.setdefault(opening, []).append((since, until))

    def served(self, opening: UUID, left: datetime, confirmed: datetime | None) -> None:
        """A record waited for its confirmation for so long."""
        self._unconfirmed.setdefault(opening, []).append((left, confirmed))

    def take(self, demand: UUID, opening: UUID, brand: str, published: datetime, ends: datetime, closed: datetime) -> bool:
        """Write down the steps of a demand until it was `closed`. Returns whether it was offered to the neighbours."""
        days, offered = brands.brand(brand).days, False
        for step, after in ((NextStep.OFFERED, days.offered), (NextStep.NEIGHBOURS, days.neighbours), (NextStep.STREET, days.street)):
            free = self._free_from(opening, published + timedelta(days=after))
            if free is not None and free < min(ends, closed):
                self._write(demand, step, published, free, brand)
                offered |= step is NextStep.NEIGHBOURS
        for step, after in ((NextStep.CONFIRM_TOLD, days.confirm_told), (NextStep.CONFIRM_STREET, days.confirm_street)):
            due = ends + timedelta(days=after)
            waiting = (until is None or until > due for since, until in self._unconfirmed.get(opening, ()) if since <= due)
            if due < closed and any(waiting):
                self._write(demand, step, ends, due, brand)
        return offered

    def _free_from(self, opening: UUID, due: datetime) -> datetime | None:
        """When nobody had a place from then on."""
        for since, until in sorted(self._claimed.get(opening, ()), key=lambda stretch: stretch[0]):
            if since <= due and (until is None or until > due):
                if until is None:
                    return None
                due = until
        return due

    def _write(self, demand: UUID, step: NextStep, since: datetime, due: datetime, brand: str) -> None:
        at = due + _RINGS
        categories = [category.value for category in brands.brand(brand).offered_to]
        self.rows.add(self.chance.id_at(at), demand, step.value, since, at, categories)
