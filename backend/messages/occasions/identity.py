"""Of who one is and who acts for one: phone, guardians, proxies, applications for an account, and that somebody died."""

from sqlalchemy import Date, Select, cast, exists, func, or_

from backend.accounts.policy import Permission
from backend.corrections.events import CorrectionConfirmed, CorrectionProposed, CorrectionReturned
from backend.corrections.models import CorrectionStatus, IdentityCorrection
from backend.deaths.events import DeathConfirmed, DeathReported, DeathReturned, DeathUndone
from backend.deaths.models import Death, DeathChange, DeathStatus
from backend.messages.occasions.occasion import About, Guardians, Holder, Occasion, office, rows_of, while_there_is, whoever, whose
from backend.people.events import GuardianAgreed, GuardianshipEnded, PersonTransferred, PhoneSet
from backend.people.models import Guardianship, Person
from backend.proxies.events import ProxyEnded, ProxyRecorded, ProxyRenewed
from backend.proxies.models import Proxy
from backend.recoveries.events import RecoveryApplied, RecoveryConfirmed, RecoveryReturned, RecoverySeen, RecoveryWithdrawn
from backend.recoveries.models import AccountRecovery, AccountRecoveryChange, RecoveryStatus
from backend.relocations.events import RelocationAccepted, RelocationAsked, RelocationRefused
from backend.relocations.models import Relocation, RelocationStatus
from backend.teams.models import Membership, Team, TeamStatus
from backend.volunteers.events import VolunteerMoved, VolunteerMovedAway
from backend.volunteers.models import Volunteer

_PERSONS = rows_of(subject_id=Person.id, about_id=Person.id, area_path=Person.area_path, person_id=Person.id)
_WARDS = rows_of(
    subject_id=Guardianship.id,
    about_id=Guardianship.ward_person_id,
    person_id=Guardianship.ward_person_id,
    by_account_id=Guardianship.actor_account_id,
)
_PROXY = {
    "subject_id": Proxy.id,
    "about_id": Proxy.fact_id,
    "area_path": Proxy.area_path,
    "by_account_id": Proxy.actor_account_id,
}
_PROXIES, _ACTED_FOR = rows_of(**_PROXY, person_id=Proxy.proxy_person_id), rows_of(**_PROXY, person_id=Proxy.person_id)
# The proxy hears as such, and does not hear once more for whom they act.
_OF_ONESELF = whose(Permission.PROXY_SEE)

_RECOVERY = {"subject_id": AccountRecovery.id, "about_id": AccountRecovery.id, "area_path": AccountRecovery.area_path}
_RECOVERIES = rows_of(**_RECOVERY, person_id=AccountRecovery.person_id)
_APPLICANTS = rows_of(**_RECOVERY, account_id=AccountRecovery.account_id)
_UNDECIDED = while_there_is(AccountRecovery.id, AccountRecovery.status == RecoveryStatus.SUBMITTED)
_SEEN = while_there_is(AccountRecovery.id, AccountRecovery.status == RecoveryStatus.SEEN)
_ASKED_FOR = whose(Permission.RECOVERY_SEE)


def _unless_by_oneself(rows: Select[*tuple[object, ...]], to: RecoveryStatus) -> Select[*tuple[object, ...]]:
    return rows.add_columns(whoever(AccountRecoveryChange, AccountRecovery.id, to).label("by_account_id"))


_CORRECTION = {"subject_id": IdentityCorrection.id, "about_id": IdentityCorrection.id, "area_path": IdentityCorrection.area_path}
_CORRECTIONS = rows_of(**_CORRECTION, person_id=IdentityCorrection.person_id)
_PROPOSED = while_there_is(IdentityCorrection.id, IdentityCorrection.status == CorrectionStatus.PROPOSED)
_CORRECTED = whose(Permission.CORRECTION_RETURN)

_DEATH = {"subject_id": Death.id, "area_path": Death.area_path}
_DEATHS = rows_of(**_DEATH, about_id=Death.id)
_REPORTERS = _DEATHS.add_columns(Death.reported_by.label("account_id"))
# Who was in the team until that day; their membership has ended by now, or is about to.
_LEADERS = (
    rows_of(**_DEATH | {"area_path": Team.area_path}, about_id=Team.id, person_id=Team.leader_person_id)
    .select_from(Death)
    .join(Membership, Membership.person_id == Death.person_id)
    .join(Team, Team.id == Membership.team_id)
    .where(
        Membership.is_current(),
        or_(Membership.left_on.is_(None), Membership.left_on >= cast(func.timezone("Asia/Shanghai", Death.confirmed_at), Date)),
        Team.status == TeamStatus.ACTIVE,
        Team.leader_person_id != Death.person_id,
    )
)

_RELOCATION = {"subject_id": Relocation.id, "person_id": Relocation.person_id}
_RELOCATIONS = rows_of(**_RELOCATION, about_id=Relocation.id, area_path=Relocation.area_path)
_LEFT_BEHIND = rows_of(**_RELOCATION, about_id=Relocation.person_id, area_path=Relocation.from_path)
_WISHED = while_there_is(Relocation.id, Relocation.status == RelocationStatus.ASKED)

# Who moved by their own wish hears of that, and so does the community that they left.
_VOLUNTEERS = rows_of(
    subject_id=Volunteer.id,
    about_id=Volunteer.person_id,
    area_path=Volunteer.area_path,
    person_id=Volunteer.person_id,
    by_account_id=Volunteer.actor_account_id,
).where(~exists().where(Relocation.person_id == Volunteer.person_id, Relocation.decided_at == Volunteer.recorded_at))

OCCASIONS = (
    Occasion(VolunteerMoved, "person", About.PERSON, whose(Permission.PHONE_SET), _VOLUNTEERS),
    Occasion(VolunteerMovedAway, "community", About.PERSON, office(Permission.VOLUNTEER_MOVE), _VOLUNTEERS),
    Occasion(RelocationAsked, "community", About.RELOCATION, office(Permission.RELOCATION_DECIDE), _RELOCATIONS, waits=_WISHED),
    Occasion(RelocationAsked, "guardian", About.RELOCATION, Guardians(), _RELOCATIONS),
    Occasion(RelocationAccepted, "person", About.RELOCATION, whose(Permission.RELOCATION_SEE), _RELOCATIONS),
    Occasion(RelocationAccepted, "former_community", About.PERSON, office(Permission.RELOCATION_DECIDE), _LEFT_BEHIND),
    Occasion(RelocationRefused, "person", About.RELOCATION, whose(Permission.RELOCATION_SEE), _RELOCATIONS),
    Occasion(CorrectionProposed, "person", About.CORRECTION, _CORRECTED, _CORRECTIONS, waits=_PROPOSED),
    Occasion(CorrectionProposed, "guardian", About.CORRECTION, Guardians(), _CORRECTIONS),
    Occasion(
        CorrectionProposed,
        "community",
        About.CORRECTION,
        office(Permission.CORRECTION_CONFIRM),
        _CORRECTIONS.add_columns(IdentityCorrection.proposed_by.label("by_account_id")),
        waits=_PROPOSED,
    ),
    Occasion(CorrectionConfirmed, "person", About.CORRECTION, _CORRECTED, _CORRECTIONS),
    Occasion(CorrectionReturned, "person", About.CORRECTION, _CORRECTED, _CORRECTIONS),
    Occasion(
        DeathReported,
        "community",
        About.DEATH,
        office(Permission.DEATH_DECIDE),
        _DEATHS.add_columns(Death.reported_by.label("by_account_id")),
        waits=while_there_is(Death.id, Death.status == DeathStatus.REPORTED),
    ),
    Occasion(DeathConfirmed, "reporter", About.DEATH, Holder(), _REPORTERS),
    Occasion(DeathConfirmed, "leader", About.TEAM, whose(Permission.TEAM_SEE), _LEADERS),
    Occasion(
        DeathReturned,
        "reporter",
        About.DEATH,
        Holder(),
        _REPORTERS.add_columns(whoever(DeathChange, Death.id, DeathStatus.RETURNED).label("by_account_id")),
    ),
    Occasion(DeathUndone, "confirmer", About.DEATH, Holder(), _DEATHS.add_columns(Death.confirmed_by.label("account_id"))),
    Occasion(PersonTransferred, "person", About.PERSON, whose(Permission.PERSON_SEE), _PERSONS),
    Occasion(PhoneSet, "person", About.PERSON, whose(Permission.PHONE_SET), _PERSONS),
    Occasion(GuardianAgreed, "ward", About.PERSON, whose(Permission.PERSON_SEE), _WARDS),
    Occasion(GuardianshipEnded, "ward", About.PERSON, whose(Permission.PERSON_SEE), _WARDS),
    *(
        Occasion(event, to, About.PROXY, _OF_ONESELF, rows)
        for event in (ProxyRecorded, ProxyRenewed, ProxyEnded)
        for to, rows in (("proxy", _PROXIES), ("person", _ACTED_FOR))
    ),
    Occasion(RecoveryApplied, "person", About.RECOVERY, _ASKED_FOR, _RECOVERIES, waits=_UNDECIDED),
    Occasion(RecoveryApplied, "guardian", About.RECOVERY, Guardians(), _RECOVERIES),
    Occasion(RecoveryApplied, "community", About.RECOVERY, office(Permission.RECOVERY_REVIEW), _RECOVERIES, waits=_UNDECIDED),
    Occasion(RecoverySeen, "person", About.RECOVERY, _ASKED_FOR, _RECOVERIES, waits=_SEEN),
    Occasion(RecoverySeen, "guardian", About.RECOVERY, Guardians(), _RECOVERIES),
    Occasion(
        RecoverySeen,
        "community",
        About.RECOVERY,
        office(Permission.RECOVERY_APPROVE),
        _RECOVERIES.add_columns(AccountRecovery.seen_by.label("by_account_id")),
        waits=_SEEN,
    ),
    Occasion(RecoveryConfirmed, "person", About.RECOVERY, _ASKED_FOR, _RECOVERIES),
    Occasion(RecoveryReturned, "applicant", About.RECOVERY, Holder(), _unless_by_oneself(_APPLICANTS, RecoveryStatus.RETURNED)),
    Occasion(RecoveryReturned, "person", About.RECOVERY, _ASKED_FOR, _unless_by_oneself(_RECOVERIES, RecoveryStatus.RETURNED)),
    Occasion(RecoveryWithdrawn, "person", About.RECOVERY, _ASKED_FOR, _RECOVERIES),
)
