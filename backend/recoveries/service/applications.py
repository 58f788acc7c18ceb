"""A person with a new WeChat asks for their account. The community sees the person, confirms, and the new WeChat opens the account."""

import hmac
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import func, select

from backend.accounts import allowances, policy, tokens
from backend.accounts import queries as account_queries
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.accounts.policy import Permission, Scope
from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Forbidden, Missing, TooMany, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.people import minors
from backend.people.service import GuardianNeeded, PersonKnown, look_up, read_identity
from backend.recoveries.events import RecoveryApplied, RecoveryConfirmed, RecoveryReturned, RecoverySeen, RecoveryWithdrawn
from backend.recoveries.models import AccountRecovery, AccountRecoveryChange, RecoveryProof, RecoveryStatus

MOST_APPLICATIONS, WITHIN = 3, timedelta(days=7)


class RecoveryOpen(Conflict):
    """The account has an application that waits for the community."""

    code = "recovery_open"
    detail = "已有一份申请在等待社区核实"


class RecoveryDecided(Conflict):
    """It was confirmed, returned or withdrawn already."""

    code = "recovery_decided"
    detail = "该申请已处理，请刷新后再试"


class TooManyRecoveries(TooMany):
    """As many applications as an account may make within a week: names and numbers are not tried out here."""

    code = "too_many_recoveries"
    detail = "申请次数过多，请携带身份证到社区办理"


class WechatLoginNeeded(Conflict):
    """Only a WeChat takes the place of a WeChat."""

    code = "wechat_login_needed"
    detail = "请用新的微信登录后申请"


class CheckCodeWrong(Unprocessable):
    """Not the digits that the application shows to who made it: it may be somebody else's, for the same person."""

    code = "check_code_wrong"
    detail = "核对码不正确，请核对申请人手机上显示的六位数字"


class OwnRecovery(Forbidden):
    """Whoever confirms would be confirming for themselves."""

    code = "own_recovery"
    detail = "不能核实本人的申请，请由其他工作人员办理"


SUBMITTED, SEEN, RETURNED, WITHDRAWN = RecoveryStatus.SUBMITTED, RecoveryStatus.SEEN, RecoveryStatus.RETURNED, RecoveryStatus.WITHDRAWN
_step = partial(Step, AccountRecovery, AccountRecoveryChange)
APPLY = _step(None, SUBMITTED, RecoveryApplied, Permission.RECOVERY_APPLY)
SEE = _step(SUBMITTED, SEEN, RecoverySeen, Permission.RECOVERY_REVIEW, RecoveryDecided)
BEGIN_SEEN = _step(None, SEEN, RecoverySeen, Permission.ACCOUNT_MERGE)
CONFIRM = _step(SEEN, RecoveryStatus.CONFIRMED, RecoveryConfirmed, Permission.RECOVERY_APPROVE, RecoveryDecided)
RETURN = _step(SUBMITTED, RETURNED, RecoveryReturned, Permission.RECOVERY_REFUSE, RecoveryDecided)
RETURN_SEEN = _step(SEEN, RETURNED, RecoveryReturned, Permission.RECOVERY_REFUSE, RecoveryDecided)
RETURN_OTHERS = [_step(before, RETURNED, RecoveryReturned, Permission.RECOVERY_APPROVE) for before in (SUBMITTED, SEEN)]
WITHDRAW = _step(SUBMITTED, WITHDRAWN, RecoveryWithdrawn, Permission.RECOVERY_APPLY, RecoveryDecided)
WITHDRAW_SEEN = _step(SEEN, WITHDRAWN, RecoveryWithdrawn, Permission.RECOVERY_APPLY, RecoveryDecided)


def apply_for_recovery(actor: Actor, *, name: str, id_number: str, now: datetime) -> UUID:
    """Ask for the account of the person with this name and number. Returns the application's id.

    Whether there is such a person is not said, and the same is written for one that there is not: that application waits for ever. Name
    and number are not kept. Raises PersonKnown, WechatLoginNeeded, NameInvalid, IdNumberInvalid, GuardianNeeded, RecoveryOpen,
    TooManyRecoveries.
    """
    policy.require(actor, Permission.RECOVERY_APPLY, Scope())
    if actor.person_id is not None:
        raise PersonKnown
    identity = read_identity(name, id_number, now=now)
    if identity.age_at(now) < minors.current().special_rule_under:  # they go by their guardian's account
        raise GuardianNeeded
    # The account's row is the lock: of two applications at once the later one counts the earlier.
    db.session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update(key_share=True))
    if actor.account_id is None or not account_queries.opens_by_wechat(actor.account_id):
        raise WechatLoginNeeded
    _refuse_too_many(actor.account_id, now=now)
    person = look_up(identity).person
    recovery = AccountRecovery(
        id=new_id(),
        account_id=actor.account_id,
        person_id=person.id if person else None,
        area_path=person.area_path if person else None,
        status=SUBMITTED,
        applied_at=now,
    )
    db.session.add(recovery)
    flush_or_refuse({"uq_account_recoveries_open": RecoveryOpen})
    APPLY.begin(actor, recovery.id, now=now)
    return recovery.id


def try_check_code(actor: Actor, recovery_id: UUID, check_code: str, *, now: datetime) -> CheckCodeWrong | None:
    """Count one try of the check code, and say whether it is wrong; to be committed before `confirm_recovery`: that keeps what it counted.

    Five a day for each application: six digits are not to be guessed. Raises TooManyToday, Missing, Forbidden.
    """
    policy.require(actor, Permission.RECOVERY_REVIEW, scope_of(known_recovery(actor, recovery_id)))
    allowances.take(actor, Written.CHECK_CODE, of=recovery_id, now=now)
    if _is_check_code(check_code, recovery_id):
        return None
    audit.record(actor, Permission.RECOVERY_REVIEW, recovery_id, now=now, succeeded=False, reason=CheckCodeWrong.code)
    return CheckCodeWrong(errors={"check_code": [CheckCodeWrong.detail]})


def confirm_recovery(actor: Actor, recovery_id: UUID, *, proof: RecoveryProof, check_code: str, now: datetime) -> None:
    """Say that the person was seen and is who applied. What that changes waits for a second officer, the holder's yes, or the clock.

    The check code is read from the phone at the desk: of two applications for one person it tells that phone's from a thief's. Raises
    CheckCodeWrong, RecoveryDecided, OwnRecovery, HolderOfOffice, Missing, Forbidden.
    """
    recovery = known_recovery(actor, recovery_id)
    policy.require(actor, Permission.RECOVERY_REVIEW, scope_of(recovery))
    if recovery.person_id is None:
        raise Missing
    refuse_own(actor, recovery)
    if not _is_check_code(check_code, recovery_id):
        raise CheckCodeWrong(errors={"check_code": [CheckCodeWrong.detail]})
    accounts.require_above_holder(actor, recovery.person_id, now=now)
    SEE.take(actor, recovery_id, now=now, proof=proof, seen_at=now, seen_by=actor.account_id)


def _is_check_code(check_code: str, recovery_id: UUID) -> bool:
    return hmac.compare_digest(check_code, tokens.maker().check_code(recovery_id))


def known_recovery(actor: Actor, recovery_id: UUID) -> AccountRecovery:
    """The application, for who may see it. Raises Missing."""
    recovery = db.session.get(AccountRecovery, recovery_id)
    if recovery is None:
        raise Missing
    is_own = account_queries.are_one(actor.account_id, recovery.account_id)
    if not is_own and not policy.allows(actor, Permission.RECOVERY_SEE, scope_of(recovery)):
        raise Missing
    return recovery


def refuse_own(actor: Actor, recovery: AccountRecovery) -> None:
    """Refuse who would give the word for themselves, as the applicant or as the person. Raises OwnRecovery."""
    is_theirs = actor.person_id is not None and actor.person_id == recovery.person_id
    if is_theirs or account_queries.are_one(actor.account_id, recovery.account_id):
        raise OwnRecovery


def scope_of(recovery: AccountRecovery) -> Scope:
    """Where an application belongs, for policy: the community of the person, and the person."""
    return Scope(area_path=recovery.area_path, person_id=recovery.person_id)


def _refuse_too_many(account_id: UUID, *, now: datetime) -> None:
    made = select(func.count(), func.min(AccountRecovery.applied_at)).where(
        AccountRecovery.account_id == account_id, AccountRecovery.applied_at > now - WITHIN
    )
    number, first = db.session.execute(made).one()
    if number >= MOST_APPLICATIONS:
        raise TooManyRecoveries(retry_after=int((first + WITHIN - now).total_seconds()) + 1)


def hand_on_recoveries(handover: Handover) -> None:
    """Let applications that wait for a community wait for its successor."""
    transfers.hand_on(AccountRecovery, AccountRecovery.status.in_((RecoveryStatus.SUBMITTED, RecoveryStatus.SEEN)), handover=handover)
