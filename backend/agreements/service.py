"""What begins when somebody agrees, and what ends when they take it back.

`people` writes the consents and guardianships. This capability calls it, and then `volunteers` or `proxies` in the same transaction.
"""

from datetime import datetime
from uuid import UUID

from backend.areas import service as areas
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.people import minors
from backend.people import service as people
from backend.people.models import Guardianship, Person
from backend.people.notices import NoticeName
from backend.people.service import Agreement
from backend.proxies import service as proxies
from backend.volunteers import queries as volunteer_queries
from backend.volunteers import service as volunteers


def withdraw_consent(actor: Actor, name: NoticeName, *, reason: str | None, now: datetime) -> None:
    """Take a consent back. Being a volunteer ends with its own and with the identity's; with the one to proxies nobody acts for the person
    any more.

    The facts of past services stay: recording them is a duty of the office, not a matter of consent (志愿服务条例 art. 19).
    Raises PersonNeeded, GuardiansConsent, ConsentNotGiven, StillLeading, AlreadyCorrected.
    """
    person_id = people.take_back_consent(actor, name, reason=reason, now=now)
    if name in (NoticeName.IDENTITY, NoticeName.VOLUNTEER):
        volunteers.end_registration(actor, person_id, reason="consent_withdrawn", now=now)
    if name is NoticeName.PROXY:
        proxies.end_proxies_of(actor, person_id, reason="本人已撤回同意", now=now)


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


def withdraw_agreement(actor: Actor, guardianship_id: UUID, *, reason: str | None, now: datetime) -> bool:
    """Take the guardian's word back. Returns whether the minor volunteers no more from now on, which is so unless another guardian's word
    stands; what was served stays on record.

    By the guardian, or at the desk. Raises GuardianshipOver, WardNotMinor, Missing, StillLeading, AlreadyCorrected.
    """
    ended = people.end_guardianship(actor, guardianship_id, reason=reason, now=now)
    if people.guardian_of(ended.ward_person_id) is not None:
        return False
    volunteers.end_registration(actor, ended.ward_person_id, reason="guardian_withdrew", now=now)
    return True
