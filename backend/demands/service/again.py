"""Published again: what was needed once is needed once more, or nobody came the first time. A new demand, made from the old one, which
keeps its own record, places and figures."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission
from backend.areas import service as areas
from backend.attendance.queries import place_of
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.demands.service.life import PUBLISH_AGAIN, known_demand, scope_of
from backend.demands.service.publication import Announcement, Publication, open_places, to_announce
from backend.demands.service.submission import next_number
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.foundation.sealed_text import UNREADABLE, read_text, seal_text
from backend.openings import service as openings
from backend.people.models import Person

_OVER = (DemandStatus.COMPLETED, DemandStatus.CANCELLED, DemandStatus.NOT_CARRIED_OUT)
_WORDS = ("content", "place_in_words", "conditions", "risks", "safeguards")


class DemandNotOver(Conflict):
    """It was never published, or goes on: what is published is changed."""

    code: ClassVar[str] = "demand_not_over"
    detail = "该需求还没有结束：已发布的请直接改动，时间已过的请先办结或者登记为未开展"


class BeneficiaryMoved(Conflict):
    """Who was visited lives in another community now, which publishes what they need."""

    code: ClassVar[str] = "beneficiary_moved"
    detail = "服务对象已迁到其他社区，请由现在的社区办理"


def publish_again(actor: Actor, demand_id: UUID, publication: Publication, *, now: datetime) -> UUID:
    """Publish anew what was published and is over; what is not given is as it was. Returns the id of the new demand.

    Who asked the first time asks again, unless they agree to nothing any more: then it is the community's. What was needed in a community
    that was merged is the successor's now. Raises DemandNotOver, BeneficiaryMoved, NotACommunity, TooManyPlaces, WindowInvalid,
    PlaceNotAsked, PositionOutOfBounds, NamesBeneficiary, BeneficiaryEnded, AddressErased, BasisMissing, Missing, Forbidden.
    """
    former = known_demand(actor, demand_id)
    scope, community = scope_of(former), areas.goes_on_in(former.area_id)
    policy.require(actor, Permission.DEMAND_REVIEW, scope if community is None else replace(scope, area_path=community.path))
    if former.status not in _OVER:
        raise DemandNotOver
    if community is None:
        raise areas.NotACommunity("该需求所在的社区已撤销，不能再次发布")
    lives_in = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == former.beneficiary_id))
    if lives_in is not None and not lives_in.startswith(community.path):
        raise BeneficiaryMoved
    wanted = _as_before(former, publication)
    again_id, details = new_id(), read_text(Demand.details_sealed, former)
    db.session.add(
        Demand(
            id=again_id,
            number=next_number(now),
            brand=former.brand,
            details_sealed=None if details is None or details == UNREADABLE else seal_text(Demand.details_sealed, details, again_id),
            area_id=community.id,
            area_path=community.path,
            requester_person_id=_still_asking(former.requester_person_id),
            beneficiary_id=former.beneficiary_id,
            submitted_by=actor.account_id,
            submitted_at=now,
            status=DemandStatus.PUBLISHED,
            former_demand_id=former.id,
            **to_announce(former, wanted, now=now),
        )
    )
    db.session.flush()
    PUBLISH_AGAIN.begin(actor, again_id, now=now)
    open_places(actor, again_id, wanted, now=now)
    return again_id


def _as_before(former: Demand, publication: Publication) -> Publication:
    people, place = publication.people_per_place, (publication.latitude, publication.longitude)
    if former.opening_id is not None:
        people = people or openings.people_per_place(former.opening_id)
        if place == (None, None):
            place = place_of(former.opening_id)
    words = {name: getattr(publication.announcement, name) or getattr(former, name) for name in _WORDS}
    return replace(publication, people_per_place=people, latitude=place[0], longitude=place[1], announcement=Announcement(**words))


def _still_asking(person_id: UUID | None) -> UUID | None:
    return db.session.scalar(select(Person.id).where(Person.id == person_id, Person.withdrawn_at.is_(None)))
