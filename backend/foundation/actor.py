"""Who is acting. The edge makes the actor from a login; a task or command makes it for the system. Services only read it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from backend.foundation.terms import Term


class Role(Term):
    """What somebody may be. A grant ties a role to exactly one scope; every account is a resident without any grant."""

    RESIDENT = ("resident", "居民", "Every account, without a grant.")
    VOLUNTEER = ("volunteer", "志愿者", "Registered with a 志愿者编号; the grant names the person.")
    TEAM_LEADER = ("team_leader", "队长", "Leads one team; comes and goes with the team's life.")
    ORGANISATION_STAFF = ("organisation_staff", "社会组织工作人员", "Acts for one organisation; its officer (负责人) is one of them.")
    WORK_UNIT_OFFICER = ("work_unit_officer", "单位联络员", "Speaks for one work unit.")
    PARTY_MEMBER = ("party_member", "报到党员", "A serving Party member whose registration a community accepted; reaches that community.")
    GRID_WORKER = ("grid_worker", "网格员", "Knows the people of a grid or a whole community.")
    PROXY = ("proxy", "代办人", "Acts for one elder without a phone, for a term; what is done is recorded as theirs.")
    COMMUNITY_OFFICER = ("community_officer", "社区工作人员", "Decides in one community.")
    STREET_OFFICER = ("street_officer", "街道工作人员", "Decides in the communities of one street.")
    DISTRICT_OFFICER = (
        "district_officer",
        "区工作人员",
        "Sees the streets of one district, and decides on nothing but offices and work units.",
    )
    SYSTEM_ADMIN = ("system_admin", "系统管理员", "Sees that the copy runs; sees no personal data.")
    SECURITY_ADMIN = ("security_admin", "安全管理员", "Appoints officers and releases locked log-ins; sees no personal data.")
    AUDIT_ADMIN = ("audit_admin", "审计管理员", "Reads the audit log; sees no personal data.")


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

    @property
    def place(self) -> str | UUID:
        """Where it holds: its scope, whichever it is."""
        places = (self.area_path, self.party_organisation_id, self.organisation_id, self.work_unit_id, self.team_id, self.person_id)
        return next(place for place in places if place is not None)


@dataclass(frozen=True, slots=True)
class Actor:
    """An account with its grants as they were when the request came in.

    `account_id` is None for the system itself (tasks, the command line of an operator), which policy lets do everything:
    whoever runs `ejia` holds the database anyway. `is_checked` says that an officer saw the person's papers: an office decides only then.
    """

    account_id: UUID | None
    person_id: UUID | None = None
    grants: tuple[Grant, ...] = field(default_factory=tuple)
    is_system: bool = False
    is_checked: bool = False

    @classmethod
    def system(cls) -> "Actor":
        """The platform itself: tasks, demonstration data, commands of an operator."""
        return cls(account_id=None, is_system=True)
