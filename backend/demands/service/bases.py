"""On what it rests that a beneficiary's data is kept and used: somebody's consent to the notice, or the duty of care, with its cause."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import exists, select, true, update

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.demands import rules
from backend.demands.models import BasisKind, Beneficiary, BeneficiaryBasis
from backend.foundation import audit, facts
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.people.minors import may_be_minor
from backend.people.service import NoticeOutdated


class BasisUnfit(Unprocessable):
    """A minor's guardian agrees for them and nobody else; for grown-ups a guardian does not; and care is a duty of the community alone."""

    code: ClassVar[str] = "basis_unfit"
    detail = "这种依据不适用于该服务对象"


class AgeUnknown(Unprocessable):
    """Nobody said whether they are a minor, whose guardian would have to agree."""

    code: ClassVar[str] = "age_unknown"
    detail = "请填写出生年份，或者注明已满十八周岁"


class BasisMissing(Conflict):
    """Nobody agreed that their data is kept, nor said why care cannot wait for that; or it was taken back."""

    code: ClassVar[str] = "basis_missing"
    detail = "请先登记该服务对象的个人信息处理依据（本人、代办人或者监护人同意，或者履行职责的理由）"


class BasisStated(Conflict):
    """There is a basis that stands. Another one is stated once that is taken back."""

    code: ClassVar[str] = "basis_stated"
    detail = "该服务对象已登记过处理依据"


class BeneficiaryEnded(Conflict):
    """They moved away, died, do not wish to be visited any more, or stand in another row."""

    code: ClassVar[str] = "beneficiary_ended"
    detail = "该服务对象的登记已结束"


class AddressErased(Conflict):
    """Nobody had needed the address for so long that it was deleted."""

    code: ClassVar[str] = "address_erased"
    detail = "该服务对象的住址已按期限删除，请先登记现住址"


@dataclass(frozen=True, slots=True)
class StatedBasis:
    """What somebody says of it. `notice_version` that was read, but for the duty of care, which has a `cause`."""

    kind: BasisKind
    notice_version: str | None = None
    cause: str | None = None


def add_basis(actor: Actor, beneficiary_id: UUID, basis: StatedBasis, *, now: datetime) -> None:
    """State it for somebody on record, by their community's officers or grid workers.

    Raises BasisStated, BasisUnfit, AgeUnknown, NoticeOutdated, Missing, Forbidden.
    """
    beneficiary = in_care(actor, beneficiary_id, Permission.BENEFICIARY_CHANGE)
    state_basis(actor, beneficiary, basis, now=now)


def withdraw_basis(actor: Actor, beneficiary_id: UUID, *, reason: str, now: datetime) -> None:
    """Take it back: from now on no demand for them is published, and nobody reads their data by a claim.

    Raises BasisMissing, AlreadyCorrected, Missing, Forbidden.
    """
    beneficiary = in_care(actor, beneficiary_id, Permission.BENEFICIARY_CHANGE)
    standing = standing_basis(beneficiary.id)
    if standing is None:
        raise BasisMissing("该服务对象没有登记处理依据，或者已经撤回")
    facts.revise(standing, actor, now=now, reason=reason, void=True)
    beneficiary.basis_stands = False
    audit.record(actor, Permission.BENEFICIARY_CHANGE, beneficiary.id, now=now, basis="withdrawn")


def in_care(actor: Actor, beneficiary_id: UUID, permission: Permission) -> Beneficiary:
    """Somebody on record, whose row is held: for who may change it. Raises Missing, Forbidden."""
    beneficiary = db.session.get(Beneficiary, beneficiary_id, with_for_update=True, populate_existing=True)
    if beneficiary is None:
        raise Missing
    policy.require(actor, permission, Scope(area_path=beneficiary.area_path), seen_by=Permission.BENEFICIARY_SEE)
    return beneficiary


def state_basis(actor: Actor, beneficiary: Beneficiary, basis: StatedBasis, *, now: datetime, again: bool = True) -> None:
    """Write it down; the caller has asked policy and holds the row, or made it. `again=False`: where one stands, that is kept."""
    if not again and standing_basis(beneficiary.id) is not None:
        return
    _require_fit(actor, beneficiary, basis, now=now)
    facts.state(
        BeneficiaryBasis,
        actor,
        now=now,
        conflicts={"uq_beneficiary_bases_standing": BasisStated},
        beneficiary_id=beneficiary.id,
        basis=basis.kind,
        notice_version=basis.notice_version,
        cause_sealed=basis.cause,
    )
    beneficiary.basis_stands = True
    audit.record(actor, Permission.BENEFICIARY_CHANGE, beneficiary.id, now=now, basis=basis.kind.value)


def standing_basis(beneficiary_id: UUID) -> BeneficiaryBasis | None:
    """The basis that stands, if there is one."""
    standing = select(BeneficiaryBasis).where(BeneficiaryBasis.beneficiary_id == beneficiary_id, BeneficiaryBasis.is_current())
    return db.session.scalars(standing).one_or_none()


def recheck_bases(after: UUID | None, *, at_most: int = 2_000) -> tuple[UUID | None, int]:
    """Look again at some rows behind this one, whether what they say of a basis is so: a release before stated and took back without it.
    Returns the last one that was looked at, None behind the last, and how many said what is not so."""
    behind = true() if after is None else Beneficiary.id > after
    looked_at = db.session.scalars(select(Beneficiary.id).where(behind).order_by(Beneficiary.id).limit(at_most)).all()
    stands = exists().where(BeneficiaryBasis.beneficiary_id == Beneficiary.id, BeneficiaryBasis.is_current()).correlate(Beneficiary)
    differs = (one_of(Beneficiary.id, looked_at), Beneficiary.basis_stands.is_distinct_from(stands))
    # Held first and asked then: who states or takes back holds the row.
    held = select(Beneficiary.id, Beneficiary.basis_stands).where(*differs).with_for_update(skip_locked=True)
    said = {row.id: row.basis_stands for row in db.session.execute(held)}
    marking = update(Beneficiary).where(one_of(Beneficiary.id, list(said)), differs[1]).values(basis_stands=stands)
    marked = db.session.scalars(marking.returning(Beneficiary.id).execution_options(synchronize_session=False)).all()
    return (looked_at[-1] if looked_at else None), sum(said[row_id] is not None for row_id in marked)


def require_usable(beneficiary_id: UUID) -> None:
    """Let pass for whom a demand may be opened. What is so now stays so until the transaction ends.

    Raises BeneficiaryEnded, AddressErased, BasisMissing.
    """
    _refuse_unusable(db.session.get_one(Beneficiary, beneficiary_id, with_for_update={"read": True}, populate_existing=True))


def why_unusable(beneficiary_id: UUID) -> type[Conflict] | None:
    """What keeps a demand from being opened for somebody, as it stands at this moment; None: nothing."""
    try:
        _refuse_unusable(db.session.get_one(Beneficiary, beneficiary_id))
    except (BeneficiaryEnded, AddressErased, BasisMissing) as refusal:
        return type(refusal)
    return None


def _refuse_unusable(beneficiary: Beneficiary) -> None:
    if beneficiary.ended_at is not None:
        raise BeneficiaryEnded
    if beneficiary.address_sealed is None:
        raise AddressErased
    if standing_basis(beneficiary.id) is None:
        raise BasisMissing


def to_read(beneficiary: Beneficiary, *, now: datetime) -> Permission:
    """What is needed to read them in clear: of whom may be a minor, who reads minors' data."""
    return Permission.MINOR_REVEAL if may_be_minor(beneficiary.born_in, now) else Permission.BENEFICIARY_REVEAL


def require_readable(beneficiary: Beneficiary) -> None:
    """Let pass whose data may be read in clear. Who was on record before bases were has not taken one back.

    Raises BeneficiaryEnded, BasisMissing.
    """
    if beneficiary.ended_at is not None:
        raise BeneficiaryEnded
    ever = select(BeneficiaryBasis.id).where(BeneficiaryBasis.beneficiary_id == beneficiary.id).limit(1)
    if standing_basis(beneficiary.id) is None and db.session.scalar(ever) is not None:
        raise BasisMissing


def require_age_known(beneficiary: Beneficiary) -> None:
    """Let pass of whom somebody said whether they are a minor. Raises AgeUnknown."""
    if beneficiary.born_in is None and not beneficiary.said_adult:
        raise AgeUnknown(errors={"born_in": [AgeUnknown.detail]})


def _require_fit(actor: Actor, beneficiary: Beneficiary, basis: StatedBasis, *, now: datetime) -> None:
    """Raises BasisUnfit, AgeUnknown, NoticeOutdated."""
    by_office = policy.allows(actor, Permission.DEMAND_SUBMIT, Scope(area_path=beneficiary.area_path))
    if basis.kind is BasisKind.DUTY_OF_CARE:
        if not by_office:
            raise BasisUnfit("履行职责的理由由社区工作人员登记", errors={"basis.kind": ["由社区工作人员登记"]})
        return
    require_age_known(beneficiary)
    minor = may_be_minor(beneficiary.born_in, now)
    if minor != (basis.kind is BasisKind.GUARDIAN_CONSENT):
        sentence = "未成年人须由监护人同意" if minor else "已成年的不由监护人同意"
        raise BasisUnfit(sentence, errors={"basis.kind": [sentence]})
    if basis.kind is BasisKind.PROXY_CONSENT and not (by_office or any(grant.role is Role.PROXY for grant in actor.grants)):
        raise BasisUnfit("只有登记过的代办人能代为同意", errors={"basis.kind": ["只有登记过的代办人能代为同意"]})
    in_force = rules.current().notice.version
    if basis.notice_version != in_force:
        raise NoticeOutdated(current_version=in_force)
