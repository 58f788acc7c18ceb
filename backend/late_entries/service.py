"""Past activities that nobody published: entered by one officer with reason and proof, approved or refused by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import exists, select

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.accounts.queries import accounts_of
from backend.areas import service as areas
from backend.attendance import limits
from backend.attendance import service as attendance
from backend.attendance.entitlement import belongs_to
from backend.attendance.service import OwnService, OwnWord, PastService, PastShift
from backend.brands import Brand, ClaimantKind
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.refusals import never
from backend.late_entries.events import LateEntryApproved, LateEntryRefused, LateEntrySubmitted
from backend.late_entries.models import LateEntry, LateEntryChange, LateEntryStatus, LatePerson
from backend.late_entries.proofs import require_proven
from backend.late_entries.refusals import LateEntryDecided
from backend.openings.service import Claimant
from backend.people.service import PersonNeeded
from backend.volunteers.service import VolunteerUnknown, volunteer_of_number


class TooLateToEnter(Unprocessable):
    """So long ago that nobody enters it any more (`[late_entries]` of config/services.toml)."""

    code: ClassVar[str] = "too_late_to_enter"
    detail = "活动结束已久，超过补录期限"


class PastWindowInvalid(Unprocessable):
    """It is not over, runs backwards or is longer than the brand's; or somebody served longer than it took, or is named twice."""

    code: ClassVar[str] = "past_window_invalid"
    detail = "活动时间或服务时长不正确"


class NotOfGroup(Unprocessable):
    """On the day that was served they were no member of the team, or not on the staff of the organisation."""

    code: ClassVar[str] = "not_of_group"
    detail = "服务当天不属于该队伍或社会组织"


_SUBMITTED = LateEntryStatus.SUBMITTED
ENTER = Step(LateEntry, LateEntryChange, None, _SUBMITTED, LateEntrySubmitted, Permission.LATE_ENTRY_ENTER)
APPROVE = Step(
    LateEntry,
    LateEntryChange,
    _SUBMITTED,
    LateEntryStatus.APPROVED,
    LateEntryApproved,
    Permission.LATE_ENTRY_DECIDE,
    LateEntryDecided,
    "approved",
)
REFUSE = Step(
    LateEntry,
    LateEntryChange,
    _SUBMITTED,
    LateEntryStatus.REFUSED,
    LateEntryRefused,
    Permission.LATE_ENTRY_DECIDE,
    LateEntryDecided,
    "refused",
)


@dataclass(frozen=True, slots=True)
class Activity:
    """What took place, why it was not published, and what proves it."""

    brand: str
    title: str
    place_in_words: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    proven_by: str
    no_file_because: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """One volunteer who served there, for so many minutes from its beginning on; of a team, of an organisation, or for themselves."""

    volunteer_number: str
    name: str
    minutes: int
    team_id: UUID | None = None
    organisation_id: UUID | None = None


def enter(actor: Actor, activity: Activity, served: Sequence[Served], *, community_id: UUID, now: datetime) -> UUID:
    """Enter a past activity of a community, for a second officer to approve. Nobody enters one at which they served. Returns its id.

    Raises NotACommunity, Forbidden, BrandUnknown, PastWindowInvalid, TooLateToEnter, VolunteerUnknown, NotOfGroup, OwnService.
    """
    community = areas.community(community_id)
    policy.require(actor, Permission.LATE_ENTRY_ENTER, Scope(area_path=community.path))
    _refuse_window(brands.brand(activity.brand), activity, now=now)
    people = _people(activity, served)
    if actor.person_id in people:
        raise OwnService
    entry = LateEntry(
        id=new_id(),
        brand=activity.brand,
        title=activity.title,
        place_in_words=activity.place_in_words,
        area_id=community.id,
        area_path=community.path,
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        reason=activity.reason,
        proven_by=activity.proven_by,
        no_file_because=activity.no_file_because,
        entered_at=now,
        entered_by=actor.account_id,
        status=_SUBMITTED,
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        LatePerson(entry_id=entry.id, person_id=person_id, minutes=line.minutes, team_id=line.team_id, organisation_id=line.organisation_id)
        for person_id, line in people.items()
    )
    ENTER.begin(actor, entry.id, now=now)
    return entry.id


@never(PersonNeeded, because="who served is a volunteer, and nobody claims by themselves here")
def approve(actor: Actor, entry_id: UUID, *, now: datetime) -> None:
    """Let it count, as a second officer who neither entered it nor served there, nor led on that day those for whom others served: it has a
    shift, records and confirmations from now on, under the limits of a day, and no record overlaps another of the same person.

    Raises Missing, Forbidden, OwnWord, OwnService, LateEntryDecided, LateEntryUnproven, BrandUnknown, ClaimantNotAllowed, RecordsOverlap,
    TooYoung, GuardianAbsent, people.ConsentNeeded (minors).
    """
    entry = _to_decide(actor, entry_id)
    people = db.session.scalars(select(LatePerson).where(LatePerson.entry_id == entry_id).order_by(LatePerson.person_id)).all()
    # The row first: of two who approve at once the second waits, and finds it decided.
    held = select(LateEntry.id).where(LateEntry.id == entry_id, LateEntry.status == _SUBMITTED).with_for_update()
    if db.session.scalar(held) is None:
        raise LateEntryDecided
    require_proven(entry)
    past = PastShift(brands.brand(entry.brand), entry.title, entry.area_id, entry.area_path, entry.starts_at, entry.ends_at)
    served = [
        PastService(line.person_id, _claimant(line), entry.starts_at, entry.starts_at + timedelta(minutes=line.minutes)) for line in people
    ]
    shift_id = attendance.record_past(actor, past, served, entered_by=entry.entered_by, reason=entry.reason, now=now)
    APPROVE.take(actor, entry_id, now=now, shift_id=shift_id)


def refuse(actor: Actor, entry_id: UUID, *, reason: str, now: datetime) -> None:
    """Say with a reason that it does not count. Raises Missing, Forbidden, OwnWord, OwnService, LateEntryDecided."""
    _to_decide(actor, entry_id)
    REFUSE.take(actor, entry_id, now=now, reason=reason)


def _to_decide(actor: Actor, entry_id: UUID) -> LateEntry:
    entry = db.session.get(LateEntry, entry_id)
    if entry is None:
        raise Missing
    policy.require_seen(actor, Permission.LATE_ENTRY_SEE, Scope(area_path=entry.area_path))
    policy.require(actor, Permission.LATE_ENTRY_DECIDE, Scope(area_path=entry.area_path))
    own = own_in(actor, entry)
    if own is not None:
        raise own
    return entry


def own_in(actor: Actor, entry: LateEntry) -> type[OwnService | OwnWord] | None:
    """What keeps the actor from deciding on it, as it is their own: they served there, or entered it. None: nothing."""
    served = exists().where(LatePerson.entry_id == entry.id, LatePerson.person_id == actor.person_id)
    if db.session.scalar(select(served)):
        return OwnService
    if actor.account_id is not None and entry.entered_by in set(db.session.scalars(accounts_of(actor.account_id))):
        return OwnWord
    return None


def _claimant(line: LatePerson) -> Claimant:
    """For whom somebody served there."""
    if line.team_id is not None:
        return Claimant.team(line.team_id)
    if line.organisation_id is not None:
        return Claimant.organisation(line.organisation_id)
    return Claimant(ClaimantKind.PERSON, line.person_id)


def _refuse_window(brand: Brand, activity: Activity, *, now: datetime) -> None:
    longest = timedelta(hours=brand.longest_window_hours)
    if not activity.starts_at < activity.ends_at <= min(now, activity.starts_at + longest):
        sentence = f"须已经结束，一次最长{brand.longest_window_hours}小时"
        raise PastWindowInvalid(sentence, errors={"ends_at": [sentence]})
    within = limits.current().late_entries.within_days
    if clock.shanghai_day(activity.ends_at) < clock.shanghai_day(now) - timedelta(days=within):
        sentence = f"活动结束后{within}天内可以补录"
        raise TooLateToEnter(sentence, errors={"ends_at": [sentence]})


def _people(activity: Activity, served: Sequence[Served]) -> dict[UUID, Served]:
    """Who served, by the person. Raises VolunteerUnknown, PastWindowInvalid, NotOfGroup."""
    longest, people = (activity.ends_at - activity.starts_at) // timedelta(minutes=1), dict[UUID, Served]()
    day = clock.shanghai_day(activity.starts_at)
    for place, line in enumerate(served):
        person_id = volunteer_of_number(line.volunteer_number, line.name)
        if person_id is None:
            raise VolunteerUnknown(errors={f"served.{place}.volunteer_number": [VolunteerUnknown.detail]})
        if person_id in people:
            raise PastWindowInvalid(errors={f"served.{place}.volunteer_number": ["已经填写过"]})
        if line.minutes > longest:
            raise PastWindowInvalid(errors={f"served.{place}.minutes": ["超过活动的时长"]})
        if (line.team_id or line.organisation_id) and not belongs_to(
            person_id, day, team_id=line.team_id, organisation_id=line.organisation_id
        ):
            field = "team_id" if line.team_id else "organisation_id"
            raise NotOfGroup(errors={f"served.{place}.{field}": [NotOfGroup.detail]})
        people[person_id] = line
    return people
