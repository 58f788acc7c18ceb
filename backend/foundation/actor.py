"""Who is acting. Made by the edge from a login, or by a task or command for the system itself; services only read it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What somebody may be. A grant ties a role to exactly one scope; every account is a resident without any grant."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    TEAM_LEADER = "team_leader"
    ORGANISATION_STAFF = "organisation_staff"
    WORK_UNIT_OFFICER = "work_unit_officer"
    PARTY_MEMBER = "party_member"
    GRID_WORKER = "grid_worker"
    PROXY = "proxy"
    COMMUNITY_OFFICER = "community_officer"
    STREET_OFFICER = "street_officer"
    DISTRICT_OFFICER = "district_officer"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within one scope: the one field that is set besides `role`."""

    role: Role
    area_path: str | None = None
    party_organisation_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    team_id: UUID | None = None
    person_id: UUID | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """An account with its grants as they were when the request came in.

    `account_id` is None for the system itself (tasks, the command line of an operator), which policy lets do everything:
    whoever runs `ejia` holds the database anyway.
    """

    account_id: UUID | None
    person_id: UUID | None = None
    grants: tuple[Grant, ...] = field(default_factory=tuple)
    is_system: bool = False

    @classmethod
    def system(cls) -> "Actor":
        """The platform itself: tasks, demonstration data, commands of an operator."""
        return cls(account_id=None, is_system=True)
