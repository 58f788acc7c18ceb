"""Of the doors of who is visited: told to them or who acts for them, to the community, and to who visits."""

from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import aliased

from backend.accounts.policy import Permission
from backend.attendance.events import DoorCodeEnded, DoorCodeIssued, HomeReplaced
from backend.attendance.models import DoorCode
from backend.demands.models import Beneficiary
from backend.foundation.database import Column
from backend.messages.occasions.occasion import About, Occasion, claimants, office, rows_of, whose
from backend.openings.models import Claim, Opening


def _doors(by_account_id: Column) -> Select[*tuple[Any, ...]]:
    """Codes, and whose door it is: the row that stays, where two were one elder."""
    on_code = aliased(Beneficiary)
    return (
        rows_of(
            subject_id=DoorCode.id,
            about_id=Beneficiary.id,
            area_path=Beneficiary.area_path,
            person_id=Beneficiary.person_id,
            by_account_id=by_account_id,
        )
        .select_from(DoorCode)
        .join(on_code, on_code.id == DoorCode.home_id)
        .join(Beneficiary, Beneficiary.id == func.coalesce(on_code.merged_into_id, on_code.id))
    )


_VISITED = whose(Permission.DEMAND_SEE)
_COMMUNITY = office(Permission.DOOR_CODE_ISSUE)
_ISSUED, _ENDED = _doors(DoorCode.issued_by), _doors(DoorCode.ended_by)
_VISITORS = (
    rows_of(
        subject_id=Opening.id,
        about_id=Claim.id,
        area_path=Opening.area_path,
        brand=Opening.brand,
        **{name: getattr(Claim, name) for name in ("team_id", "organisation_id", "work_unit_id", "person_id")},
    )
    .select_from(Opening)
    .join(Claim, Claim.opening_id == Opening.id)
    .where(Claim.is_held())
)

OCCASIONS = (
    Occasion(DoorCodeIssued, "visited", About.BENEFICIARY, _VISITED, _ISSUED),
    Occasion(DoorCodeIssued, "community", About.BENEFICIARY, _COMMUNITY, _ISSUED),
    Occasion(DoorCodeEnded, "visited", About.BENEFICIARY, _VISITED, _ENDED),
    Occasion(DoorCodeEnded, "community", About.BENEFICIARY, _COMMUNITY, _ENDED),
    Occasion(HomeReplaced, "claimant", About.CLAIM, claimants(Permission.PLACE_RELEASE), _VISITORS),
)
