"""What begins when somebody agrees, and what ends when they take it back.

`people` writes the consents and guardianships. This capability calls it, and then `volunteers` or `proxies` in the same transaction.
"""

from datetime import date, datetime
from uuid import UUID

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.areas import service as areas
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.refusals import never
from backend.people import minors
from backend.people import service as people
from backend.people.events import PartyConsentWithdrawn
from backend.people.models import Guardianship, Person
from backend.people.notices import NoticeName
from backend.people.service import Agreement, Ending
from backend.proxies import service as proxies
from backend.teams import queries as teams
from backend.volunteers import queries as volunteer_queries
from backend.volunteers import service as volunteers
from backend.volunteers.models import Volunteer
from backend.volunteers.service import StillLeading

DIED = "died"
"""Why, where a machine reads it."""


def withdraw_consent(actor: Actor, name: NoticeName, *, reason: str | None, now: datetime) -> Ending:
    """Take one's own consent back, as `_end`. Raises PersonNeeded, GuardiansConsent, ConsentNotGiven, StillLeading, AlreadyCorrected."""
    return _end(actor, people.consenting(actor), name, reason=reason, now=now)


def withdraw_at_desk(actor: Actor, person_id: UUID, name: NoticeName, *, reason: str | None, now: datetime) -> Ending:
    """Take a consent back for a person without an account, who stands before an officer of their community.

    Raises HasAccount, GuardiansConsent, ConsentNotGiven, AlreadyCorrected, Missing, Forbidden.
    """
    return _end(actor, people.consenting_at_desk(actor, person_id), name, reason=reason, now=now)


def _end(actor: Actor, person_id: UUID, name: NoticeName, *, reason: str | None, now: datetime) -> Ending:
    """Being a volunteer ends with its own and with the identity's; with the one to proxies nobody acts for the person any more; a
    registration as Party member with its own, and with the last by which the person is known. With the last of all they act for nobody, and
    their data stand under a mask.

    The facts of past services stay: recording them is a duty of the office, not a matter of consent (志愿服务条例 art. 19).
    """
    people.hold_to_end(person_id)
    people.take_back_consent(actor, person_id, name, reason=reason, now=now)
    if name in (NoticeName.IDENTITY, NoticeName.VOLUNTEER):
        _end_registration(actor, person_id, reason="consent_withdrawn", now=now)
    if name is NoticeName.PROXY:
        proxies.end_proxies_of(actor, person_id, reason=people.why_ended(person_id), now=now)
    elif name is NoticeName.PARTY_MEMBER or not people.agrees_to(person_id, NoticeName.IDENTITY, NoticeName.VOLUNTEER):
        _end_party(actor, person_id, now=now)
    return _end_what_rests(actor, person_id, without_phone=name is NoticeName.IDENTITY, now=now)


def withdraw_everything(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> Ending:
    """Take all consents of a person back, with what rests on them. The caller has asked policy. Raises StillLeading, AlreadyCorrected."""
    people.take_back_all(actor, person_id, reason=reason, now=now)
    _end_registration(actor, person_id, reason=reason, now=now)
    proxies.end_proxies_of(actor, person_id, reason=people.why_ended(person_id), now=now)
    _end_party(actor, person_id, now=now)
    return _end_what_rests(actor, person_id, without_phone=True, now=now)


@never(people.GuardianshipOver, people.WardNotMinor, Missing, because="only words that stand, of minors, are ended, by the platform")
@never(StillLeading, accounts.AccountClosed, because="the account is closed first, by whoever holds the person")
def end_for_death(actor: Actor, person_id: UUID, *, died_on: date, now: datetime) -> Ending:
    """End all that rests on a person who died: the ways into their account, what they hold, what they agreed to and others for them. The
    caller has asked policy and holds the person. Raises AlreadyCorrected."""
    people.note_death(person_id, died_on, now=now)
    account_id = accounts.account_of_person(person_id)
    if account_id is not None:
        accounts.hold_for_closing(account_id)
        accounts.close(actor, account_id, reason=DIED, now=now)
    for guardianship_id in (*people.words_of(person_id, now=now), *people.words_about(person_id, now=now)):
        withdraw_agreement(Actor.system(), guardianship_id, reason=DIED, now=now)
    return withdraw_everything(actor, person_id, reason=DIED, now=now)


def leave_volunteering(actor: Actor, *, reason: str | None, now: datetime) -> Volunteer:
    """Give up one's own registration; the record of past services stands. Who alone could lead their team leaves it without a leader.

    Raises PersonNeeded, NotAVolunteer, StillLeading, AlreadyCorrected.
    """
    alone = teams.leads_alone(people.person_of(actor), now=now)
    return volunteers.leave_volunteering(actor, reason=reason, leads_alone=alone, now=now)


def _end_registration(actor: Actor, person_id: UUID, *, reason: str, now: datetime) -> None:
    alone = teams.leads_alone(person_id, now=now)
    volunteers.end_registration(actor, person_id, reason=reason, leads_alone=alone, now=now)


def _end_party(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """What a registered Party member may do ends at once, the registration next, as `registration` hears of it."""
    outbox.record(PartyConsentWithdrawn(person_id), now=now)
    accounts.withdraw_everywhere(actor, person_id, Role.PARTY_MEMBER, reason="consent_withdrawn", now=now)


def _end_what_rests(actor: Actor, person_id: UUID, *, without_phone: bool, now: datetime) -> Ending:
    """With the last consent a person acts for nobody and in no community (what hangs on
    that ends by what hears of it); `people` puts what is kept under a mask."""
    ending = people.end_basis(person_id, now=now, without_phone=without_phone)
    if ending.is_last:
        proxies.end_proxies_by(actor, person_id, reason=people.why_ended(person_id), now=now)
        for role in (Role.PARTY_MEMBER, Role.ORGANISATION_STAFF, Role.WORK_UNIT_OFFICER):
            accounts.withdraw_everywhere(actor, person_id, role, reason="consent_withdrawn", now=now)
    return ending


def mask_next(after: UUID | None, *, now: datetime) -> UUID | None:
    """Do for one person who withdrew before there was a mask what their withdrawal would do today. Returns who was looked at, None where
    nobody is left. Whose data rest on something else, an office or the word for a minor, are left as they are."""
    person_id = people.next_unmasked(after)
    if person_id is None:
        return None
    actor = Actor.system()
    ending = _end_what_rests(actor, person_id, without_phone=people.took_identity_back(person_id), now=now)
    if ending.is_last or ending.erased:
        audit.record(actor, Permission.CONSENT_CHANGE, person_id, now=now, withdrawn=True, erased=",".join(ending.erased))
    return person_id


def agree_for_minor(actor: Actor, agreement: Agreement, *, now: datetime) -> Guardianship:
    """Put a minor on record with the guardian's word; under 14 the child is a registered volunteer from now on.

    By the guardian from their own account, or at the desk by an officer of the community before whom the guardian stands. Raises
    PersonNeeded, NoticeOutdated, GuardianNotAdult, WardNotMinor, WardTooYoung, GuardianAtDesk, GuardianshipKnown, IdentityDiffers,
    NameInvalid, IdNumberInvalid, AlreadyVolunteer, areas.NotACommunity, Forbidden.
    """
    community = areas.community(agreement.community_id)
    held = people.state_guardianship(actor, agreement, community, now=now)
    ward = db.session.get_one(Person, held.ward_person_id)
    if minors.is_under_special_rule(ward.born_on, now) and volunteer_queries.number_of(ward.id) is None:
        volunteers.state_volunteer(actor, ward, community, now=now)
    return held


def withdraw_agreement(actor: Actor, guardianship_id: UUID, *, reason: str | None, now: datetime) -> Ending | None:
    """Take the guardian's word back. Returns what became of the minor's data, who volunteers no more from now on; None where another
    guardian's word stands, and nothing ends. What was served stays on record.

    By the guardian, or at the desk. Raises GuardianshipOver, WardNotMinor, Missing, StillLeading, AlreadyCorrected.
    """
    ended = people.end_guardianship(actor, guardianship_id, reason=reason, now=now)
    is_alone = people.guardian_of(ended.ward_person_id) is None
    if is_alone:
        volunteers.end_registration(actor, ended.ward_person_id, reason="guardian_withdrew", now=now)
    endings = {person_id: people.end_basis(person_id, now=now) for person_id in sorted((ended.ward_person_id, ended.guardian_person_id))}
    return endings[ended.ward_person_id] if is_alone else None
