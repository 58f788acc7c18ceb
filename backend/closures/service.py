"""注销账号: the end of an account by its holder. The ways in end, what is not needed is erased, facts and totals stand under a mask.

Whoever comes back by the same WeChat begins with a new account. Their history is theirs again by papers at the desk, as with a lost
phone (`recoveries`): a name and a number prove nothing about somebody who has no account. Where nothing was kept they register as anybody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.agreements import service as agreements
from backend.closures.obstacles import obstacles
from backend.foundation.actor import Actor
from backend.foundation.errors import Conflict
from backend.foundation.refusals import never
from backend.people import service as people
from backend.people.service import Ending


class AccountInUse(Conflict):
    """Others rest on the account: `obstacles` has their codes, and the sentence says what to do."""

    code: ClassVar[str] = "account_in_use"
    detail = "还有没办完的事，暂时不能注销"


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of an account and of the data of its holder."""

    at: datetime
    ending: Ending


def close_own_account(actor: Actor, *, now: datetime) -> Closed:
    """Close the account that acts, with every way into it. Raises AccountInUse, AccountClosed."""
    policy.require(actor, Permission.ACCOUNT_CLOSE, Scope())
    assert actor.account_id is not None  # noqa: S101 - who is logged in has one
    if actor.person_id is not None:
        people.hold_to_end(actor.person_id)
    accounts.hold_for_closing(actor.account_id)
    found = obstacles(actor.account_id, actor.person_id, now=now)
    if found:
        raise AccountInUse("还不能注销：" + "；".join(each.text for each in found), obstacles=",".join(each.code for each in found))
    ending = Ending(is_last=False) if actor.person_id is None else _end_person(actor, actor.person_id, now=now)
    accounts.close(actor, actor.account_id, now=now)
    return Closed(now, ending)


@never(people.GuardianshipOver, people.WardNotMinor, because="only words that stand are taken back")
def _end_person(actor: Actor, person_id: UUID, *, now: datetime) -> Ending:
    for guardianship_id in people.words_of(person_id, now=now):
        agreements.withdraw_agreement(actor, guardianship_id, reason="account_closed", now=now)
    return agreements.withdraw_everything(actor, person_id, reason="account_closed", now=now)
