"""Commands on areas that concern what lies in them. Only `ejia areas …` calls them, so they ask no policy."""

from datetime import datetime
from uuid import UUID

from backend.areas import service as areas
from backend.successions.openness import still_open
from backend.successions.refusals import AreaInUse


def withdraw_area(area_id: UUID, *, now: datetime) -> None:
    """Take an area out of use from today on, in which nothing is open any more. What was recorded there stands.

    Raises AreaInUse, areas.AreaUnknown, areas.AreaWithdrawn, areas.AreaHasParts.
    """
    area = areas.hold_area(area_id)  # before it is asked: nothing begins in it meanwhile
    if found := still_open(area.path, now=now):
        raise AreaInUse(found)
    areas.withdraw_area(area_id, now=now)
