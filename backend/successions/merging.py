"""Communities that are merged into another one: who lives there, their teams, what is open and who holds office go on in the successor, and
what was counted before the day stays where it was.

All of it is one transaction: whoever kills it finds everything as it was.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from backend.areas import service as areas
from backend.areas.transfers import Handover
from backend.foundation.database import allow_long_statements
from backend.successions.handing_on import HandedOn, hand_on, in_the_way, refuse_unfit, to_succeeding_grids
from backend.successions.openness import found_in
from backend.successions.refusals import AreaInUse


def merge_communities(former_ids: Sequence[UUID], successor_id: UUID, *, day: date, now: datetime) -> HandedOn:
    """Let communities go on in another one of their street from a day on; their grids become grids of it.

    Raises SuccessorUnfit, MergeDayInvalid, AreaInUse, areas.NotACommunity, areas.AreaWithdrawn.
    """
    allow_long_statements()
    successor, total = areas.community(successor_id), HandedOn()
    for former_id in sorted(set(former_ids)):
        former = areas.hold_area(former_id)  # nothing begins there meanwhile
        for grid in areas.grids_of(former_id):  # nor in a part of it
            areas.hold_area(grid.id)
        refuse_unfit(former, successor, day, now=now)
        if found := found_in(former.path, in_the_way(successor, day), now=now):
            raise AreaInUse(found)
        grids = to_succeeding_grids(areas.grids_of(former_id), successor, day, now=now)
        total.grids += len(grids)
        for each in (*grids, Handover(former, successor, day)):
            hand_on(each, total, now=now)
            areas.let_succeed(each.former, each.successor, day=day, now=now)
    return total
