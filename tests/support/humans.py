"""Who holds an office in a test: somebody whose papers were seen."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Account
from backend.accounts.policy import COMMUNITY_DIGITS
from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.people import notices
from backend.people import service as people
from backend.people.notices import NoticeName
from backend.people.service import Named
from tests.support.people import identity_number
from tests.support.phone import Phone


def appointed(by: Phone, whom: Phone, form: dict[str, Any]) -> dict[str, Any]:
    """Appoint, from the level above, somebody who accepts; the appointment as it stands then."""
    grant_id = by.made("/role-grants", form)["id"]
    whom.made(f"/me/role-grants/{grant_id}/acceptance")
    return by.seen(f"/role-grants/{grant_id}")


def check_papers(account_id: UUID, area_path: str) -> UUID:
    """Let the account be that of somebody whose papers were seen; who has no person yet lives nearby. Returns the person."""
    person_id = db.session.scalars(select(Account.person_id).where(Account.id == account_id)).one()
    if person_id is not None:
        accounts.note_check(Actor.system(), account_id, person_id, now=clock.now())
        return person_id
    near = Area.path.startswith(area_path[:COMMUNITY_DIGITS])
    communities = select(Area).where(Area.level == Level.COMMUNITY).order_by(near.desc(), Area.path)
    home = db.session.scalars(communities.limit(1)).one()
    version = notices.notice(NoticeName.IDENTITY).version
    papers = Named("赵干事", identity_number())
    return people.state_identity(Actor.system(), account_id, papers, home, notice_version=version, now=clock.now())
