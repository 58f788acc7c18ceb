"""The visible list of what an indicator may name."""

from collections.abc import Mapping

from backend.attendance import measures as attendance
from backend.demands import measures as demands
from backend.foundation.measures import Measure
from backend.openings import measures as openings
from backend.organisations import measures as organisations
from backend.points import measures as points
from backend.registration import measures as registration
from backend.teams import measures as teams
from backend.volunteers import measures as volunteers

MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        *teams.MEASURES,
        *volunteers.MEASURES,
        *organisations.MEASURES,
        *registration.MEASURES,
        *demands.MEASURES,
        *openings.MEASURES,
        *attendance.MEASURES,
        *points.MEASURES,
    )
}
