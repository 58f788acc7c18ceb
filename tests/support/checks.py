"""What a nightly check found."""

from typing import Any

from backend.foundation.database import db, transaction
from backend.foundation.findings import Finding


def found_by(check: Any) -> int:
    """Run the check, a task of tasks/housekeeping.py, and read what it noted."""
    check()
    with transaction():
        return db.session.get_one(Finding, check.name).found
