"""What statistics may count of claims that ask the community first: asked for, answered, not answered, and how long who asked waited.

A claim is asked for once and waits until the first step after that: the community's yes or no, the platform's when nobody answered, or that
who asked does so no longer. Community and brand are those of the opening, which lay in that community on the day.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, and_, case, cast, func, select, true
from sqlalchemy.orm import aliased

from backend import brands
from backend.areas.transfers import lay_in
from backend.foundation.database import one_of
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, SourcesOf, contribution, day_of, themselves
from backend.openings.models import Claim, ClaimChange, ClaimStatus, Opening

BRAND = Dimension("品牌", lambda: {brand.code: brand.name for brand in brands.current().values()})

_SECONDS_PER_TENTH = 360
"""Waiting counts in tenths of an hour; each wait is floored, totals sum the floored ones."""

_asked, _over = aliased(ClaimChange, name="asked"), aliased(ClaimChange, name="over")
_WAITED = _over.at - _asked.at
_BY_NOBODY = and_(_over.to_status == ClaimStatus.REFUSED, _over.actor_account_id.is_(None))
"""The platform refused: the service began, or what was asked for was done, and nobody had answered."""


def _requests(known_at: AsOf) -> Select[Any]:
    return _waits(known_at, lasting=True)


def _answered(known_at: AsOf) -> Select[Any]:
    return _waits(known_at).where(_over.to_status.in_([ClaimStatus.HELD, ClaimStatus.REFUSED]), ~_BY_NOBODY)


def _answered_in_time(known_at: AsOf) -> Select[Any]:
    return _answered(known_at).where(_in_time())


def _unanswered(known_at: AsOf) -> Select[Any]:
    return _waits(known_at).where(_BY_NOBODY)


def _waits(known_at: AsOf, *, lasting: bool = False) -> Select[Any]:
    """Each claim that was asked for: `lasting` from the day on which it was to the one on which its waiting ended, else on this."""
    until = true() if known_at is None else _over.at <= known_at
    ended = (_over.claim_id == _asked.claim_id) & (_over.from_status == ClaimStatus.ASKED) & until
    day = day_of(_asked.at if lasting else _over.at)
    requests = (
        contribution(
            source_id=_asked.claim_id,
            starts_on=day,
            ends_on=day_of(_over.at) if lasting else None,
            area_path=lay_in(Opening.id, Opening.area_path, day, known_at),
            dimension=Opening.brand,
            quantity=None if lasting else cast(func.floor(func.extract("epoch", _WAITED) / _SECONDS_PER_TENTH), BigInteger),
        )
        .select_from(_asked)
        .join(Claim, Claim.id == _asked.claim_id)
        .join(Opening, Opening.id == Claim.opening_id)
        .join(_over, ended, isouter=lasting)
        .where(_asked.to_status == ClaimStatus.ASKED)
    )
    return requests if known_at is None else requests.where(_asked.at <= known_at)


def _in_time() -> Any:
    days = {brand.code: brand.answered_within_days for brand in brands.current().values()}
    return func.make_interval(0, 0, 0, case(days, value=Opening.brand, else_=brands.ANSWERED_WITHIN_DAYS)) >= _WAITED


def _of_openings(opening_ids: Sequence[UUID]) -> Select[Any]:
    return select(Claim.id).where(one_of(Claim.opening_id, opening_ids))


_TRANSFERRED: Mapping[str, SourcesOf] = {"opening.transferred": _of_openings}
_ENDED_BY: Mapping[str, SourcesOf] = {**_TRANSFERRED, "place.claimed": themselves, "place.refused": themselves}

PLACES_ASKED_FOR = Measure(
    name="places_asked_for",
    source="认领申请的办理记录",
    shape=Shape.INTERVALS,
    contributions=_requests,
    moved_by={**_ENDED_BY, "place.asked_for": themselves, "place.unanswered": themselves, "place.withdrawn": themselves},
    dimension=BRAND,
)
"""Claims from the day on which they were asked for until that on which they waited no more, however that came."""

PLACES_ANSWERED = Measure(
    name="places_answered",
    source="认领申请的办理记录",
    shape=Shape.EVENTS,
    contributions=_answered,
    moved_by=_ENDED_BY,
    dimension=BRAND,
)
"""Those of them that the community accepted or refused, on that day; the quantity is tenths of an hour from the asking to the answer."""

PLACES_ANSWERED_IN_TIME = Measure(
    name="places_answered_in_time",
    source="认领申请的办理记录",
    shape=Shape.EVENTS,
    contributions=_answered_in_time,
    moved_by=_ENDED_BY,
    dimension=BRAND,
)
"""Those of `PLACES_ANSWERED` that waited no longer than the brand says (`answered_within_days`)."""

PLACES_UNANSWERED = Measure(
    name="places_unanswered",
    source="认领申请的办理记录",
    shape=Shape.EVENTS,
    contributions=_unanswered,
    moved_by={**_TRANSFERRED, "place.refused": themselves, "place.unanswered": themselves},
    dimension=BRAND,
)
"""Those that the platform ended because nobody had answered, on that day; the quantity is for how long."""

MEASURES = (PLACES_ASKED_FOR, PLACES_ANSWERED, PLACES_ANSWERED_IN_TIME, PLACES_UNANSWERED)
