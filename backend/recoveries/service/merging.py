"""One human has an officer's log-in and an account of their own. Somebody above both lets them become one account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts import queries as account_queries
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Forbidden
from backend.foundation.ids import new_id
from backend.people.models import Person
from backend.recoveries.models import AccountRecovery, RecoveryKind, RecoveryStatus
from backend.recoveries.service.applications import BEGIN_SEEN, RecoveryOpen
from backend.volunteers.service import VolunteerUnknown, volunteer_of_number


class OwnAccount(Forbidden):
    """Nobody merges an account of theirs by their own word; both log-ins prove it."""

    code = "own_account"
    detail = "本人的账号请用两个账号的登录信息自行合并"


def merge_login_into_person(actor: Actor, *, login_name: str, volunteer_number: str, name: str, reason: str, now: datetime) -> UUID:
    """Let the account of a registered volunteer take over the log-in and the offices of the account of this login name, once the volunteer
    says yes, a second officer agrees, or nobody refused while it was told.

    By who may do so where the volunteer lives, and in the area above each office that one of the two holds. Returns the id of what waits.
    Raises VolunteerUnknown, OwnAccount, AccountsAreOne, AccountsOfDifferentPersons, RecoveryOpen, Missing.
    """
    person_id = volunteer_of_number(volunteer_number, name)
    kept_id = accounts.account_of_person(person_id) if person_id is not None else None
    dissolved_id = accounts.login_named(login_name).account_id
    if actor.account_id in (kept_id, dissolved_id) or (actor.person_id is not None and actor.person_id == person_id):
        raise OwnAccount
    accounts.require_above(actor, Permission.ACCOUNT_MERGE, dissolved_id, now=now)
    # Only now: who may not merge learns of no volunteer.
    if person_id is None or kept_id is None:
        raise VolunteerUnknown(errors={"volunteer_number": [VolunteerUnknown.detail]})
    if account_queries.holds_office(kept_id, now=now):
        accounts.require_above(actor, Permission.ACCOUNT_MERGE, kept_id, now=now)
    lives_in = db.session.scalars(select(Person.area_path).where(Person.id == person_id)).one()
    policy.require_seen(actor, Permission.ACCOUNT_MERGE, Scope(area_path=lives_in))
    if kept_id == dissolved_id:
        raise accounts.AccountsAreOne
    if account_queries.has_person(dissolved_id):
        raise accounts.AccountsOfDifferentPersons
    merge = AccountRecovery(
        id=new_id(),
        kind=RecoveryKind.MERGE,
        account_id=dissolved_id,
        person_id=person_id,
        area_path=lives_in,
        status=RecoveryStatus.SEEN,
        applied_at=now,
        seen_at=now,
        seen_by=actor.account_id,
    )
    db.session.add(merge)
    flush_or_refuse({"uq_account_recoveries_open": RecoveryOpen})
    BEGIN_SEEN.begin(actor, merge.id, now=now, reason=reason)
    return merge.id
