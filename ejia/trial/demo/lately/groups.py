"""Teams, organisations and Party members of the last weeks: applied for, returned, joined, and left without who led them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.agreements import service as agreements
from backend.foundation import clock
from backend.foundation.database import db
from backend.organisations import service as organisations
from backend.organisations.models import Filing, Origin
from backend.organisations.service import OrganisationPlan
from backend.party.models import WorkUnit
from backend.people import notices
from backend.people.notices import NoticeName
from backend.registration import service as registration
from backend.teams import service as teams
from backend.teams.models import TeamCategory
from backend.teams.service import TeamPlan
from ejia.trial.demo.lately.cast import Cast, Story, acting

_CHARTER = "自愿参加，无偿服务，遵守约定的时间。"


class Groups:
    """Stories of those who serve together, or would like to."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.home = cast, cast.home

    def stories(self) -> Iterator[Story]:
        """Each of them."""
        yield from (self._would_lead(), self._plan_returned(), self._leader_left())
        yield from (self._would_work_here(), self._organisation_returned(), self._officer_left())
        yield from (
            self._would_join("lately-second", 8),
            self._would_join("lately-third", 2),
            self._member_returned(),
            self._member_applied(),
        )

    def _would_lead(self) -> Story:
        """A team was applied for longer ago than a review may take."""
        now = yield self.cast.at(9, 10, 5)
        founder = self.cast.neighbours["lately-first"]
        plan = TeamPlan("和美楼道互助队", TeamCategory.PUBLIC_WELFARE, _CHARTER)
        teams.apply_for_team(acting(founder.account, now), plan, community_id=self.home.id, now=now)

    def _plan_returned(self) -> Story:
        """What the volunteer applied for was returned, and has not been sent again."""
        now = yield self.cast.at(13, 20)
        plan = TeamPlan("周末骑行护河队", TeamCategory.CITY_MANAGEMENT, _CHARTER)
        team = teams.apply_for_team(self.cast.phone_of("volunteer", now), plan, community_id=self.home.id, now=now)
        now = yield self.cast.at(12, 9)
        teams.return_team(acting(self.home.officer, now), team, reason="请写明沿河活动的安全措施", now=now)

    def _leader_left(self) -> Story:
        """Who founded a team gave volunteering up before anybody had joined it."""
        now = yield self.cast.at(30, 10)
        founder = self.cast.volunteer("lately-leaver", self.home, now=now)
        plan = TeamPlan("银发合唱队", TeamCategory.CULTURE_SPORTS, _CHARTER)
        team = teams.apply_for_team(acting(founder.account, now), plan, community_id=self.home.id, now=now)
        now = yield self.cast.at(29, 10)
        teams.accept_team(acting(self.home.officer, now), team, now=now)
        now = yield self.cast.at(10, 21)
        agreements.leave_volunteering(acting(founder.account, now), reason="搬去外地和子女同住", now=now)

    def _would_work_here(self) -> Story:
        """An organisation was applied for longer ago than a review may take."""
        now = yield self.cast.at(10, 11)
        founder = self.cast.neighbours["lately-second"]
        organisations.apply_for_organisation(
            acting(founder.account, now), _on_record("暖阳邻里互助社", "901"), community_id=self.home.id, now=now
        )

    def _organisation_returned(self) -> Story:
        """The officer of the year's organisation would found another one; its application was returned."""
        now = yield self.cast.at(8, 15)
        applicant = self.cast.phone_of("organisation", now)
        plan = _on_record("示范助餐互助社", "902")
        organisation = organisations.apply_for_organisation(applicant, plan, community_id=self.home.id, now=now)
        now = yield self.cast.at(7, 9)
        officer = acting(self.home.officer, now)
        organisations.return_organisation(officer, organisation, reason="请补充食品安全负责人", now=now)

    def _officer_left(self) -> Story:
        """Who headed an organisation took their consent back, and nobody else is on its staff."""
        now = yield self.cast.at(28, 14)
        founder = self.cast.resident("lately-headed", self.home, now=now)
        plan = _on_record("书香邻里互助社", "903")
        organisation = organisations.apply_for_organisation(acting(founder.account, now), plan, community_id=self.home.id, now=now)
        now = yield self.cast.at(27, 9)
        officer, proof = acting(self.home.officer, now), "社区社会组织备案表第903号"
        organisations.verify_organisation(officer, organisation, agreed_on=clock.shanghai_day(now), proof=proof, now=now)
        now = yield self.cast.at(9, 20)
        agreements.withdraw_consent(acting(founder.account, now), NoticeName.IDENTITY, reason="不再负责", now=now)

    def _would_join(self, name: str, days_ago: int) -> Story:
        """Somebody asked the leader to be let into the team: one longer ago than the leader may take, one lately."""
        now = yield self.cast.at(days_ago, 19, days_ago)
        teams.ask_to_join(acting(self.cast.neighbours[name].account, now), self.cast.team, message="周末有空，愿意参加。", now=now)

    def _member_returned(self) -> Story:
        """The volunteer registered as a serving Party member under a wrong unit, and has not sent it again; where they are registered as
        one already, somebody else did."""
        now = yield self.cast.at(12, 20)
        phone = "volunteer" if self.cast.registered("volunteer") is None else "lately-second"
        applied = self._applied(phone, now)
        now = yield self.cast.at(11, 9)
        officer = acting(self.home.officer, now)
        registration.return_registration(officer, applied, reason="工作单位请写全称", now=now)

    def _member_applied(self) -> Story:
        """Somebody registered as a serving Party member yesterday."""
        now = yield self.cast.at(1, 12)
        self._applied("lately-first", now)

    def _applied(self, phone: str, now: datetime) -> UUID:
        unit, name = db.session.execute(select(WorkUnit.id, WorkUnit.name).order_by(WorkUnit.id).limit(1)).one()
        return registration.apply_for_registration(
            self.cast.phone_of(phone, now),
            community_id=self.home.id,
            work_unit_id=unit,
            party_organisation_name=f"{name}党支部",
            joined_party_on=None,
            skills=None,
            notice_version=notices.notice(NoticeName.PARTY_MEMBER).version,
            now=now,
        ).id


def _on_record(name: str, number: str) -> OrganisationPlan:
    return OrganisationPlan(name, Origin.INCUBATED, Filing.ON_RECORD, None, f"备社{number}", "居民自发的互助服务")
