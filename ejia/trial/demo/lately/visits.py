"""What was asked for in the last weeks and waits for somebody: to be reviewed, amended, answered, claimed, confirmed or closed."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from backend.attendance import service as attendance
from backend.attendance.models import ServiceRecord, Shift
from backend.attendance.positions import Position
from backend.brands import ClaimantKind
from backend.demands import service as demands
from backend.demands.models import Demand
from backend.demands.service import NewDemand, Publication, RegisteredMember, WantedArrangement
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.openings import service as openings
from backend.openings.models import OpeningRole
from backend.openings.service import Claimant
from ejia.trial.demo.lately.cast import Cast, Place, Story, acting

_SQUARE = (35.0123, 106.0456)
_FAR = Position(35.0623, 106.0456, 20)
"""Five kilometres away."""


@dataclass(frozen=True, slots=True)
class _Published:
    """A demand that can be claimed: its opening, and the places of that."""

    id: UUID
    opening: UUID
    role: UUID


class Visits:
    """Stories of what is needed, in the community of the demonstration's leader and in all others."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.home = cast, cast.home

    def stories(self) -> Iterator[Story]:
        """Each of them."""
        yield from (self._entered_at_the_desk(place, number) for number, place in enumerate(self.cast.places))
        yield from (self._asked_for(), self._invites_an_organisation(), self._invites_next_door(), self._basis_taken_back())
        yield from (self._returned(), self._visited(), self._in_the_square())

    def _entered_at_the_desk(self, place: Place, number: int) -> Story:
        """In each community somebody came to the desk; of three, one has waited for longer than a review may take."""
        now = yield self.cast.at(5 if number % 3 == 0 else 1 + number % 2, 9, number)
        wanted = NewDemand(
            "red_ribbon",
            "想请人教用手机挂号",
            "几位老人不会在手机上挂号，想请人集中教一次。",
            place.id,
            requester_person_id=self.cast.resident_of(place),
        )
        demands.submit_demand(acting(place.officer, now), wanted, now=now)

    def _returned(self) -> Story:
        """What the resident asked for was returned and has not been sent again; something else waits."""
        now = yield self.cast.at(34, 19)
        wanted = NewDemand("red_ribbon", "想请人修一修楼道的灯", "二单元的灯坏了。", self.home.id)
        demand = demands.submit_demand(self._resident(now), wanted, now=now)
        now = yield self.cast.at(33, 10)
        reason = "楼道照明请先联系物业；仍需志愿者的，请写明时间"
        demands.return_demand(acting(self.home.officer, now), demand, reason=reason, now=now)
        now = yield self.cast.at(1, 20)
        demands.submit_demand(self._resident(now), self._visit(self.home, "想请人陪着去医院", "周淑贞", 31), now=now)

    def _asked_for(self) -> Story:
        """The leader asked for a place at a home the day before yesterday, and nobody has answered."""
        wanted = self._visit(self.home, "看望独居老人", "吴素珍", 32)
        demand = yield from self._published(self.home, wanted, 4, self._window(-4, 10))
        now = yield self.cast.at(2, 18)
        openings.claim_place(self._leader(now), demand.role, Claimant.team(self.cast.team), now=now)

    def _invites_an_organisation(self) -> Story:
        """Nobody claims it for longer than the days of its brand, so that the community invites an organisation."""
        wanted = self._visit(self.home, "陪老人说说话", "郑凤琴", 33)
        demand = yield from self._published(self.home, wanted, 8, self._window(-5, 15))
        now = yield self.cast.at(2, 9)
        if self.cast.organisation is not None:
            self._invite(self.home, demand, ClaimantKind.ORGANISATION, self.cast.organisation, now)

    def _invites_next_door(self) -> Story:
        """The community next door invites the leader's team, and a serving Party member."""
        there = self.cast.neighbour
        wanted = replace(self._visit(there, "帮忙检查水电气", "钱淑珍", 34), places=2)
        demand = yield from self._published(there, wanted, 3, self._window(-6, 9))
        now = yield self.cast.at(1, 16)
        self._invite(there, demand, ClaimantKind.TEAM, self.cast.team, now)
        receipt, name = self.cast.registered("member") or (None, "")
        if receipt is not None:
            self._invite(there, demand, ClaimantKind.PERSON, RegisteredMember(receipt, name), now)

    def _basis_taken_back(self) -> Story:
        """Somebody who was to be visited took their consent back: the community ends the record, or states the duty of care."""
        now = yield self.cast.at(36, 10)
        known = self.cast.elder("孙素琴", self.home, 35)
        elder = demands.add_beneficiary(acting(self.home.officer, now), known, self.home.id, now=now)
        now = yield self.cast.at(35, 11)
        demands.withdraw_basis(acting(self.home.officer, now), elder, reason="本人来电，暂时不想登记", now=now)

    def _visited(self) -> Story:
        """The leader came to whom the resident asked for, and neither of those who may has confirmed it."""
        wanted = self._visit(self.home, "代买日常用品", "冯惠贞", 36)
        demand = yield from self._published(self.home, wanted, 8, self._window(6, 10), by_resident=True)
        now = yield self.cast.at(7, 20)
        claim = openings.claim_place(self._leader(now), demand.role, Claimant.team(self.cast.team), now=now)
        now = yield self.cast.at(7, 20, 30)
        openings.accept_claim(acting(self.home.officer, now), claim.id, now=now)
        yield from self._serve(demand, 6, 10, {"leader": None})

    def _in_the_square(self) -> Story:
        """Of who served in the square one stood far away, of one more minutes were stated than were confirmed, one is to be confirmed."""
        cast, wanted = self.cast, NewDemand("red_ribbon", "周末便民服务", "量血压、理发、磨刀。", self.home.id, places=2)
        demand = yield from self._published(self.home, wanted, 7, self._window(4, 9), where=_SQUARE)
        now = yield cast.at(6, 12)
        openings.claim_place(self._leader(now), demand.role, Claimant.team(cast.team), now=now)
        coming: dict[str, Position | None] = {"leader": None}
        if cast.account("volunteer") is not None:
            coming["volunteer"] = _FAR
        if cast.organisation is not None:
            openings.claim_place(cast.phone_of("organisation", now), demand.role, Claimant.organisation(cast.organisation), now=now)
            coming["organisation"] = None
        yield from self._serve(demand, 4, 9, coming)
        now = yield cast.at(4, 15)
        attendance.confirm_service(acting(self.home.officer, now), _record_of(demand, self._leader(now)).fact_id, now=now)
        now = yield cast.at(3, 9)
        officer, served = acting(self.home.officer, now), _record_of(demand, self._leader(now))
        times = {"started_at": served.started_at, "ended_at": served.ended_at + timedelta(minutes=25)}
        attendance.correct_record(officer, served.fact_id, served.id, **times, reason="收摊时忘了扫码，核对签到表后更正", now=now)

    def _serve(self, demand: _Published, days_ago: int, hour: int, coming: Mapping[str, Position | None]) -> Story:
        """Those who come sign in by the code that the officer shows, and out fifty minutes later."""
        shift = db.session.scalars(select(Shift.id).where(Shift.opening_id == demand.opening)).one()
        for sign, minute in ((attendance.sign_in, 2), (attendance.sign_out, 52)):
            for later, (name, position) in enumerate(coming.items()):
                now = yield self.cast.at(days_ago, hour, minute + later)
                code = attendance.show_code(acting(self.home.officer, now), shift, now=now).text
                sign(self.cast.phone_of(name, now), shift, code, position=position, now=now)

    def _published(
        self,
        place: Place,
        wanted: NewDemand,
        days_ago: int,
        window: tuple[datetime, datetime],
        *,
        where: tuple[float, float] | None = None,
        by_resident: bool = False,
    ) -> Generator[datetime, datetime, _Published]:
        """Ask for it so many days ago, and let the community publish it in the hour after."""
        now = yield self.cast.at(days_ago, 9, 10)
        asking = self._resident(now) if by_resident else acting(place.officer, now)
        demand_id = demands.submit_demand(asking, wanted, now=now)
        now = yield self.cast.at(days_ago, 9, 40)
        latitude, longitude = where or (None, None)
        publication = Publication(*window, latitude=latitude, longitude=longitude)
        demands.publish_demand(acting(place.officer, now), demand_id, publication, now=now)
        places = select(OpeningRole.opening_id, OpeningRole.id).join(Demand, Demand.opening_id == OpeningRole.opening_id)
        opening, role = db.session.execute(places.where(Demand.id == demand_id)).one()
        return _Published(demand_id, opening, role)

    def _invite(self, place: Place, demand: _Published, kind: ClaimantKind, party: UUID | RegisteredMember, now: datetime) -> None:
        ends_on = self.cast.today + timedelta(days=14)
        wanted = WantedArrangement(kind, party, "本社区暂无合适的队伍", ends_on, demand_id=demand.id)
        demands.arrange(acting(place.officer, now), wanted, now=now)

    def _visit(self, place: Place, title: str, elder: str, house: int) -> NewDemand:
        details = f"{title}，时间请提前约定。"
        return NewDemand("door_knock", title, details, place.id, beneficiary=self.cast.elder(elder, place, house))

    def _window(self, days_ago: int, hour: int) -> tuple[datetime, datetime]:
        return self.cast.at(days_ago, hour), self.cast.at(days_ago, hour + 2)

    def _leader(self, now: datetime) -> Actor:
        return self.cast.phone_of("leader", now)

    def _resident(self, now: datetime) -> Actor:
        return self.cast.phone_of("resident", now)


def _record_of(demand: _Published, actor: Actor) -> ServiceRecord:
    served = (ServiceRecord.opening_id == demand.opening, ServiceRecord.person_id == actor.person_id)
    return db.session.scalars(select(ServiceRecord).where(*served, ServiceRecord.is_current())).one()
