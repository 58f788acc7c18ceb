"""Who asks in the walk: nobody, and every role twice, once where the subjects are and once elsewhere.

Named after the role; `elsewhere` holds the same role where it reaches none of the subjects. The officer of an organisation is a person
and no role of their own (policy: own), so they walk beside its plain staff.
"""

from backend.foundation.actor import Role

Viewers = frozenset[str]

ANONYMOUS = "anonymous"
ORGANISATION_OFFICER = "organisation officer"


def elsewhere(role: str) -> str:
    """The viewer of this role whom the subjects do not concern."""
    return f"{role} elsewhere"


def these(*viewers: str) -> Viewers:
    """Some of them, by name; a name that nobody has fails."""
    assert {*viewers} <= EVERYBODY, {*viewers} - EVERYBODY
    return frozenset(viewers)


NEWCOMER = "newcomer"
"""Logged in for the first time: nobody knows who that is."""
HERE: Viewers = frozenset({*(role.value for role in Role), ORGANISATION_OFFICER, NEWCOMER})
ELSEWHERE: Viewers = frozenset(elsewhere(role.value) for role in Role)
UNCHECKED = "community_officer unchecked"
"""Holds that office here, but nobody has seen their papers, and there is no person behind the account."""
EVERYBODY = HERE | ELSEWHERE
"""Who is logged in and stands in the table; of UNCHECKED it is said in walking.py what they get."""
NOBODY: Viewers = frozenset()

COMMUNITY, STREET, DISTRICT = "community_officer", "street_officer", "district_officer"
DECIDING = these(COMMUNITY, STREET)
OFFICERS = these(COMMUNITY, STREET, DISTRICT)
OFFICERS_ELSEWHERE = these(*(elsewhere(role) for role in OFFICERS))
GRID = "grid_worker"
ADMINISTRATORS = these("system_admin", "security_admin", "audit_admin")
IN_OFFICE = OFFICERS | ADMINISTRATORS
IN_OFFICE_ANYWHERE = IN_OFFICE | these(*(elsewhere(role) for role in IN_OFFICE))

# Accounts with a person behind them.
PERSONS = EVERYBODY - {NEWCOMER}
VOLUNTEERS_HERE = these("volunteer", "team_leader", "organisation_staff", ORGANISATION_OFFICER)
VOLUNTEERS = VOLUNTEERS_HERE | these("volunteer elsewhere", "team_leader elsewhere", "organisation_staff elsewhere")


def roles_of(viewer: str) -> frozenset[Role]:
    """What a viewer is: the role after which they are named, a resident as everybody is, and a volunteer where that comes first."""
    special = {ORGANISATION_OFFICER: Role.ORGANISATION_STAFF, NEWCOMER: Role.RESIDENT}
    named = special.get(viewer) or Role(viewer.removesuffix(" elsewhere"))
    return frozenset({named, Role.RESIDENT} | ({Role.VOLUNTEER} if viewer in VOLUNTEERS else set()))
