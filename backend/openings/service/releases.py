"""Places given back because their holder is no more: the team was dissolved, the organisation ended, the registration ended.

Only what lies ahead is given back. A claim on which somebody signed in stays: whoever is in service signs out as usual, by a code that the
community or the requester shows, and what was served counts. A claim whose window is over stays too: it says who had taken the place, and
the figures of that time rest on it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Uuid, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.openings.models import Claim, ClaimStatus, Opening, OpeningRole
from backend.openings.service.claims import write_releases
from backend.organisations.models import Organisation, OrganisationStatus
from backend.teams.models import Team, TeamStatus

TEAM_DISSOLVED = "服务队已解散"
ORGANISATION_ENDED = "社会组织已终止"
REGISTRATION_ENDED = "报到已结束"


def release_for_dissolved_teams(team_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what these teams hold, as far as they are dissolved."""
    dissolved = select(Team.id).where(Team.id.in_(team_ids), Team.status == TeamStatus.DISSOLVED)
    _release(Claim.team_id.in_(dissolved), reason=TEAM_DISSOLVED, now=now)


def release_for_ended_organisations(organisation_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what these organisations hold, as far as they have ended."""
    ended = select(Organisation.id).where(Organisation.id.in_(organisation_ids), Organisation.status == OrganisationStatus.ENDED)
    _release(Claim.organisation_id.in_(ended), reason=ORGANISATION_ENDED, now=now)


def release_for_former_members(members: Sequence[tuple[UUID, str]], *, now: datetime) -> None:
    """Give back what these persons hold in the communities (person, area path) with which they are registered no longer."""
    held = [and_(Claim.person_id == person_id, Opening.area_path.startswith(area_path)) for person_id, area_path in members]
    if held:
        _release(or_(*held), reason=REGISTRATION_ENDED, now=now)


def _release(held: ColumnElement[bool], *, reason: str, now: datetime) -> None:
    ahead = (Claim.released_at.is_(None), Claim.in_service_since.is_(None))
    claims = db.session.execute(
        select(Claim.id, Claim.role_id).join(Opening, Opening.id == Claim.opening_id).where(held, *ahead, Opening.ends_at > now)
    ).all()
    if not claims:
        return
    # Roles first, in the order of their ids, as whoever claims takes them.
    role_ids = {claim.role_id for claim in claims}
    db.session.execute(select(OpeningRole.id).where(OpeningRole.id.in_(role_ids)).order_by(OpeningRole.id).with_for_update(key_share=True))
    # Who gave a place back meanwhile, or signed in on it, is passed over here.
    released = db.session.execute(
        update(Claim)
        .where(Claim.id.in_([claim.id for claim in claims]), *ahead)
        .values(status=ClaimStatus.RELEASED, released_at=now)
        .returning(Claim.id, Claim.role_id)
        .execution_options(synchronize_session=False)
    ).all()
    _give_back(Counter(claim.role_id for claim in released))
    write_releases(sorted(claim.id for claim in released), Actor.system(), reason=reason, now=now)


def _give_back(places: Counter[UUID]) -> None:
    columns = (literal(list(places), ARRAY(Uuid)), literal(list(places.values()), ARRAY(BigInteger)))
    given = func.unnest(*columns).table_valued("role_id", "places", name="given").render_derived()
    db.session.execute(
        update(OpeningRole)
        .where(OpeningRole.id == given.c.role_id)
        .values(taken=OpeningRole.taken - given.c.places)
        .execution_options(synchronize_session=False)
    )
