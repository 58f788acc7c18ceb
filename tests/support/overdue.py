"""What streets are told of what waits too long in their communities."""

from datetime import timedelta

from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.waiting import service
from backend.waiting.models import OverdueReport


def overdue_report(street_path: str, *, days: int = 9) -> str:
    """The id of the street's report, after each street was told of what is late so many days from now."""
    with transaction():
        while service.report_overdue(now=clock.now() + timedelta(days=days)):
            pass
        reported = select(OverdueReport.id).where(OverdueReport.area_path == street_path).order_by(OverdueReport.id.desc())
        return str(db.session.scalars(reported.limit(1)).one())
