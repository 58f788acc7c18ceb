"""Of communities that give a part of what they have to another one: told to both."""

from backend.accounts.policy import Permission
from backend.areas.events import CommunityDivided, CommunityExtended
from backend.areas.models import Area
from backend.messages.occasions.occasion import About, Occasion, office, rows_of

_AREAS = rows_of(subject_id=Area.id, about_id=Area.id, area_path=Area.path)

OCCASIONS = tuple(
    Occasion(event, "community", About.AREA, office(Permission.TEAM_REVIEW), _AREAS) for event in (CommunityDivided, CommunityExtended)
)
