"""Somebody without a phone becomes a volunteer: at the desk of their community, before an officer, by a notice that they sign on paper.

They have no account, and need none. Who comes by WeChat later is that person again (`service.register_volunteer`), or the community lets
them into it (`recoveries`); until then the community, or a proxy, acts for them.
"""

from datetime import datetime
from uuid import UUID

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas.models import Area
from backend.foundation import audit
from backend.foundation.actor import Actor, Role
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service import (
    Channel,
    GuardianNeeded,
    IdentityDiffers,
    Named,
    give_consent,
    has_guardians_word,
    hold_person,
    look_up,
    move_person,
    put_on_record,
    read_identity,
    require_current,
    require_no_account,
)
from backend.volunteers.models import Volunteer
from backend.volunteers.service import state_volunteer


def register_at_desk(actor: Actor, papers: Named, *, area_id: UUID, notice_version: str, now: datetime) -> Volunteer:
    """Make somebody a registered volunteer of the community in which they live: their identity card and the signed notice lie on the desk.

    Who is on record already, without an account, is that person; of a minor a guardian has agreed before, and under fourteen the guardian's
    word alone registers them. Raises AlreadyVolunteer, HasAccount, IdentityDiffers, PersonExists, GuardianNeeded, NoticeOutdated,
    NameInvalid, IdNumberInvalid, TooManyToday, areas.NotACommunity, Forbidden.
    """
    community = areas.community(area_id)
    policy.require(actor, Permission.VOLUNTEER_ENTER, Scope(area_path=community.path))
    require_current(NoticeName.VOLUNTEER, notice_version)
    allowances.take(actor, Written.VOLUNTEER, now=now)
    person = _person_before(actor, papers, community, now=now)
    volunteer = state_volunteer(actor, person, community, now=now)
    give_consent(actor, person.id, NoticeName.VOLUNTEER, channel=Channel.PAPER, now=now)
    audit.record(actor, Permission.VOLUNTEER_ENTER, volunteer.id, now=now, role=Role.VOLUNTEER.value)
    return volunteer


def _person_before(actor: Actor, papers: Named, community: Area, *, now: datetime) -> Person:
    """Who stands before the officer, put on record where they are not, and living here from now on."""
    identity = read_identity(papers.name, papers.id_number, now=now)
    found = look_up(identity)
    if found.differs:
        raise IdentityDiffers
    if found.person is not None:
        hold_person(found.person.id)  # nobody ties an account to them meanwhile
        require_no_account(found.person.id)
    is_minor = identity.age_at(now) < AGE_OF_MAJORITY
    if is_minor and (found.person is None or not has_guardians_word(found.person.id)):
        raise GuardianNeeded
    if found.person is None:
        return put_on_record(actor, identity, community, None, now=now)
    move_person(found.person.id, community)
    return found.person
