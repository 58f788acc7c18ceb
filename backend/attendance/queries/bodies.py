"""For which team, organisation or unit somebody served, who leads it, and who must call them for the service."""

from typing import Any

from sqlalchemy import Case, Label, any_, case, select

from backend.accounts.policy import ScopeColumns
from backend.attendance.models import Attendance, Capacity, Confirmer, ServiceRecord, Shift
from backend.foundation.database import Column
from backend.organisations.models import Organisation
from backend.organisations.queries import officer_of
from backend.party.models import WorkUnit
from backend.teams.models import Team

Serving = type[Attendance] | type[ServiceRecord]


def served_for(serving: Serving) -> Label[str | None]:
    """The name of the team, organisation or unit; none where somebody served for themselves."""
    names = [
        (serving.capacity == capacity, select(name).where(body_id == serving.capacity_id).scalar_subquery())
        for capacity, name, body_id in (
            (Capacity.TEAM, Team.name, Team.id),
            (Capacity.ORGANISATION, Organisation.name, Organisation.id),
            (Capacity.WORK_UNIT, WorkUnit.name, WorkUnit.id),
        )
    ]
    return case(*names).label("served_for")


def led_by(serving: Serving) -> ScopeColumns:
    """The team, organisation or unit, as a scope; its person is the officer of the organisation."""
    return ScopeColumns(
        team_id=_where(serving, Capacity.TEAM, serving.capacity_id),
        organisation_id=_where(serving, Capacity.ORGANISATION, serving.capacity_id),
        work_unit_id=_where(serving, Capacity.WORK_UNIT, serving.capacity_id),
        person_id=_where(serving, Capacity.ORGANISATION, officer_of(serving.capacity_id)),
    )


def called_by(serving: Serving) -> tuple[ScopeColumns, ScopeColumns]:
    """The scopes of those who must call who served at `Shift`: whose word lets it count, and who leads the team or organisation."""
    asker = case((any_(Shift.confirmers) == Confirmer.REQUESTER.value, Shift.requester_person_id))
    return ScopeColumns(area_path=Shift.area_path, person_id=asker), led_by(serving)


def _where(serving: Serving, capacity: Capacity, value: Column) -> Case[Any]:
    return case((serving.capacity == capacity, value))
