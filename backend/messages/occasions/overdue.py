"""Of what waits past its day in the communities: told to the street."""

from sqlalchemy import Text, cast

from backend.accounts.policy import Permission
from backend.messages.occasions.occasion import About, Occasion, office, rows_of
from backend.waiting.events import OverdueFound
from backend.waiting.models import OverdueReport

_REPORTS = rows_of(
    subject_id=OverdueReport.id, about_id=OverdueReport.id, area_path=OverdueReport.area_path, number=cast(OverdueReport.number, Text)
)

OCCASIONS = (Occasion(OverdueFound, "street", About.OVERDUE_REPORT, office(Permission.OVERDUE_SEE), _REPORTS),)
