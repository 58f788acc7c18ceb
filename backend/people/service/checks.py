"""Papers that were seen: a colleague comes with their identity card to who stands above them, and from then on their office decides."""

from datetime import datetime
from uuid import UUID

from backend.accounts import service as accounts
from backend.accounts.service import AccountTied
from backend.areas import service as areas
from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.people.notices import NoticeName
from backend.people.service.consents import Channel, give_consent, require_current
from backend.people.service.guardians import Named
from backend.people.service.identity import look_up, read_adult
from backend.people.service.persons import IdentityDiffers, put_on_record


def check_identity(actor: Actor, grant_id: UUID, papers: Named, community_id: UUID, *, notice_version: str, now: datetime) -> None:
    """See the papers of who holds an office, by who stands above all offices of that account; they read the notice on paper.

    Raises Missing, Forbidden, OwnRole, HolderOfOffice, RoleEnded, areas.NotACommunity, and as state_identity.
    """
    holder = accounts.holder_to_check(actor, grant_id, now=now)
    state_identity(actor, holder, papers, areas.community(community_id), notice_version=notice_version, now=now)


def state_identity(
    actor: Actor, account_id: UUID, papers: Named, community: Area, *, notice_version: str | None = None, now: datetime
) -> UUID:
    """Write down whose account it is, as their papers say, and that these were seen. Returns the person, who may have to be put on record;
    they live in the community. Without a notice that they read on paper (by `ejia`) nothing is agreed to.

    The caller has asked policy. Raises IdentityDiffers when the account or the number is somebody else's, PersonHasAccount when the person
    has another live account, which only they can join with this one, PersonExists, NoticeOutdated, NameInvalid, IdNumberInvalid,
    GuardianNeeded.
    """
    if notice_version is not None:
        require_current(NoticeName.IDENTITY, notice_version)
    identity = read_adult(papers.name, papers.id_number, now=now)
    found = look_up(identity)
    if found.differs:
        raise IdentityDiffers
    person = found.person or put_on_record(actor, identity, community, None, now=now)
    try:
        accounts.note_check(actor, account_id, person.id, now=now)
    except AccountTied:
        raise IdentityDiffers from None
    if notice_version is not None:
        give_consent(actor, person.id, NoticeName.IDENTITY, channel=Channel.PAPER, now=now)
    return person.id
