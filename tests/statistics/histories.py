"""Random histories of a street: facts stated, corrected and withdrawn in every way that figures depend on, as bare rows with events."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import select, update

from backend.areas.models import Area, Level
from backend.attendance.models import Capacity, Confirmation, ServiceRecord
from backend.demands.models import Beneficiary, Demand, DemandChange, DemandPrompt, DemandStatus
from backend.demands.service.prompts import PROMPTS
from backend.foundation import facts
from backend.foundation.database import db
from backend.foundation.facts import FactRevision
from backend.foundation.ids import new_id
from backend.openings.models import Claim, ClaimChange, ClaimStatus
from backend.organisations.models import Filing, Organisation, OrganisationStatus, Origin
from backend.party.models import PartyMember, UnitNature, WorkUnit
from backend.people.models import Person
from backend.points.models import LedgerTransaction
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.teams.models import Membership, Team, TeamCategory, TeamStatus
from backend.volunteers.models import Volunteer
from tests.support.served import NOON, SYSTEM, confirm, happened, make_opening, make_person, make_record

YEAR = 2023
BRANDS = ("door_knock", "red_ribbon", "sunset_wish")
_FIRST_DAY = date(YEAR - 1, 11, 1)


class History:
    """Some people of some communities, and what happens to them. Nothing is committed here."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.communities = list(db.session.scalars(select(Area).where(Area.level == Level.COMMUNITY).order_by(Area.path)))
        self.people = [make_person(random.choice(self.communities)) for _ in range(5)]
        unit = WorkUnit(id=new_id(), name="测试单位", credit_code=None, nature=UnitNature.GOVERNMENT, created_at=NOON)
        db.session.add(unit)
        db.session.flush()
        self.party_members = [self._party_member(person, unit) for person in self.people]
        self.teams: list[Team] = []
        self.organisations: list[Organisation] = []
        self.demands: list[Demand] = []
        self.elders = [self._elder() for _ in range(4)]
        self.last_step: dict[UUID, datetime] = {}
        self.facts: dict[type[FactRevision], dict[UUID, FactRevision]] = {}

    def go_on(self) -> None:
        """One thing happens."""
        self.random.choice(
            (
                self.found_team, self.accept_team, self.dissolve_team, self.join,
                self.leave, self.join, self.register, self.unregister, self.organise,
                self.disband, self.report_in, self.move_away, self.publish, self.step_on, self.claim, self.ask,
                self.ask, self.answer, self.answer, self.release, self.serve, self.serve, self.serve, self.correct, self.withdraw_record,
                self.withdraw_confirmation, self.confirm_again, self.book, self.reverse, self.merge,
            )
        )()  # fmt: skip
        db.session.flush()

    def day(self, after: date = _FIRST_DAY) -> date:
        return after + timedelta(days=self.random.randrange(0, 480))

    def instant(self) -> datetime:
        return datetime.combine(self.day(), datetime.min.time(), UTC) + timedelta(minutes=self.random.randrange(1440))

    # Teams and members

    def found_team(self) -> None:
        area, active = self.random.choice(self.communities), self.random.random() < 0.5
        team = Team(
            id=new_id(),
            name=f"队伍{uuid4().hex}",
            category=self.random.choice(list(TeamCategory)),
            area_id=area.id,
            area_path=area.path,
            leader_person_id=self.people[0].id,
            charter="章程",
            status=TeamStatus.ACTIVE if active else TeamStatus.APPLIED,
            founded_on=self.day() if active else None,
            applied_at=NOON,
        )
        db.session.add(team)
        self.teams.append(team)
        db.session.flush()
        happened("team.activated" if active else "team.applied", team.id)

    def accept_team(self) -> None:
        waiting = [team for team in self.teams if team.status is TeamStatus.APPLIED]
        if waiting:
            team = self.random.choice(waiting)
            team.status, team.founded_on = TeamStatus.ACTIVE, self.day()
            happened("team.activated", team.id)

    def dissolve_team(self) -> None:
        in_force = [team for team in self.teams if team.status is TeamStatus.ACTIVE]
        if in_force:
            team = self.random.choice(in_force)
            assert team.founded_on is not None
            team.status, team.dissolved_on = TeamStatus.DISSOLVED, self.day(team.founded_on)
            happened("team.dissolved", team.id)

    def join(self) -> None:
        person = self.random.choice(self.people)
        open_ones = {m.team_id for m in self._current(Membership) if m.person_id == person.id and m.left_on is None}
        free = [team for team in self.teams if team.id not in open_ones]
        if free:
            team = self.random.choice(free)
            self._state(
                Membership, "membership.started", team_id=team.id, person_id=person.id, area_path=team.area_path, joined_on=self.day()
            )

    def leave(self) -> None:
        for membership in self._some(Membership, lambda fact: fact.left_on is None):
            self._revise(membership, "membership.ended", left_on=self.day(membership.joined_on))

    # Volunteers

    def register(self) -> None:
        person, area = self.random.choice(self.people[1:]), self.random.choice(self.communities)  # the first of them never is one
        if not any(v.person_id == person.id and v.left_on is None for v in self._current(Volunteer)):
            self._state(
                Volunteer,
                "volunteer.registered",
                person_id=person.id,
                number=uuid4().hex,
                area_id=area.id,
                area_path=area.path,
                registered_on=self.day(),
            )

    def unregister(self) -> None:
        for volunteer in self._some(Volunteer, lambda fact: fact.left_on is None):
            self._revise(volunteer, "volunteer.left", left_on=self.day(volunteer.registered_on))

    # Organisations

    def organise(self) -> None:
        area = self.random.choice(self.communities)
        organisation = Organisation(
            id=new_id(),
            name="社会组织",
            origin=self.random.choice(list(Origin)),
            filing=Filing.ON_RECORD,
            record_number=uuid4().hex,
            area_id=area.id,
            area_path=area.path,
            purpose="服务居民",
            officer_person_id=self.people[0].id,
            status=OrganisationStatus.VERIFIED,
            counted_on=self.day(),
            applied_at=NOON,
        )
        db.session.add(organisation)
        self.organisations.append(organisation)
        db.session.flush()
        happened("organisation.verified", organisation.id)

    def disband(self) -> None:
        in_force = [organisation for organisation in self.organisations if organisation.ended_on is None]
        if in_force:
            organisation = self.random.choice(in_force)
            assert organisation.counted_on is not None
            organisation.status, organisation.ended_on = OrganisationStatus.ENDED, self.day(organisation.counted_on)
            happened("organisation.ended", organisation.id)

    # 双报到

    def report_in(self) -> None:
        member, area = self.random.choice(self.party_members), self.random.choice(self.communities)
        if not any(r.person_id == member.person_id and r.ended_on is None for r in self._current(MemberRegistration)):
            self._state(
                MemberRegistration,
                "registration.accepted",
                person_id=member.person_id,
                party_member_id=member.id,
                area_id=area.id,
                area_path=area.path,
                status=RegistrationStatus.ACCEPTED,
                applied_at=NOON,
                accepted_on=self.day(),
            )

    def move_away(self) -> None:
        for registration in self._some(MemberRegistration, lambda fact: fact.ended_on is None):
            self._revise(registration, "registration.ended", status=RegistrationStatus.ENDED, ended_on=self.day(registration.accepted_on))

    # Demands and claims

    def publish(self) -> None:
        area, brand = self.random.choice(self.communities), self.random.choice(BRANDS)
        opening, _ = make_opening(area, brand)
        self.demands.append(demand := self._make_demand(area, brand, opening.id))
        self._step(demand, DemandStatus.PUBLISHED, "demand.published")
        self._prompt(demand)

    def _prompt(self, demand: Demand) -> None:
        """It stands still and takes some of the steps by itself, one after the other; without chance, which is for the rest."""
        for place, prompt in enumerate(PROMPTS[len(self.demands) % len(PROMPTS) :], start=1):
            at = self.last_step[demand.id] + timedelta(days=place)
            taken = DemandPrompt(id=new_id(), demand_id=demand.id, step=prompt.step, since=NOON, at=at, categories=[])
            db.session.add(taken)
            db.session.flush()
            happened(prompt.event.name, taken.id)

    def _make_demand(self, area: Area, brand: str, opening_id: UUID, elder: Beneficiary | None = None) -> Demand:
        what = {"number": uuid4().hex, "brand": brand, "title": "需求", "places": 3, "opening_id": opening_id}
        when = {"status": DemandStatus.PUBLISHED, "submitted_at": NOON, "published_at": NOON}
        demand = Demand(id=new_id(), **what, **when, area_id=area.id, area_path=area.path, beneficiary_id=elder and elder.id)
        db.session.add(demand)
        db.session.flush()
        for claim_id in db.session.scalars(select(Claim.id).where(Claim.opening_id == opening_id)):
            happened("place.claimed", claim_id)
        return demand

    def _elder(self) -> Beneficiary:
        area, named = self.random.choice(self.communities), {"name": "王秀英", "called": "王奶奶"}
        elder = Beneficiary(id=new_id(), area_id=area.id, area_path=area.path, **named, created_at=NOON)
        db.session.add(elder)
        db.session.flush()
        return elder

    def step_on(self) -> None:
        if self.demands:
            demand = self.random.choice(self.demands)
            if demand.status is DemandStatus.PUBLISHED and self.random.random() < 0.3:
                self._step(demand, DemandStatus.NOT_CARRIED_OUT, "demand.not_carried_out")
            elif demand.status in (DemandStatus.PUBLISHED, DemandStatus.NOT_CARRIED_OUT):
                self._step(demand, DemandStatus.COMPLETED, "demand.completed")
            else:
                self._step(demand, DemandStatus.PUBLISHED, "demand.reopened")

    def claim(self) -> None:
        claim = self._new_claim(ClaimStatus.HELD)
        if claim is not None:
            happened("place.claimed", claim.id)

    def ask(self) -> None:
        claim = self._new_claim(ClaimStatus.ASKED)
        if claim is not None:
            self._claim_step(claim, None, claim.claimed_at)
            happened("place.asked_for", claim.id)

    def answer(self) -> None:
        """The community answers, or nobody does until it is too late, or who asked does so no longer."""
        asked = self._claims(ClaimStatus.ASKED)
        if asked:
            claim, longest = self.random.choice(asked), self.random.choice((3_000, 90_000))
            claim.status, event, by = self.random.choice(
                (
                    (ClaimStatus.HELD, "place.claimed", uuid4()),
                    (ClaimStatus.REFUSED, "place.refused", uuid4()),
                    (ClaimStatus.REFUSED, "place.unanswered", None),
                    (ClaimStatus.WITHDRAWN, "place.withdrawn", uuid4()),
                )
            )
            at = claim.claimed_at + timedelta(minutes=self.random.randrange(longest))
            if claim.status is ClaimStatus.HELD:
                claim.claimed_at = at
            else:
                claim.released_at = at
            self._claim_step(claim, ClaimStatus.ASKED, at, by)
            happened(event, claim.id)

    def release(self) -> None:
        held = self._claims(ClaimStatus.HELD)
        if held:
            claim = self.random.choice(held)
            claim.status = self.random.choice([ClaimStatus.RELEASED, ClaimStatus.ENDED])
            claim.released_at = claim.claimed_at + timedelta(days=self.random.randrange(60))
            happened("place.released", claim.id)

    # Services

    def serve(self) -> None:
        area, brand = self.random.choice(self.communities), self.random.choice(BRANDS)
        how = {"minutes": self.random.randrange(0, 300), "day": self.day()}
        capacity = self.random.choice((Capacity.SELF, Capacity.REGISTRATION))
        late = self.random.random() < 0.2
        record = make_record(self.random.choice(self.people), area, brand, capacity=capacity, late_entry=late, **how)
        self.facts.setdefault(ServiceRecord, {})[record.fact_id] = record
        if self.random.random() < 0.7:
            self._make_demand(area, brand, record.opening_id, self.random.choice(self.elders))
        if self.random.random() < 0.8:
            self._confirm(record)

    def merge(self) -> None:
        """Two rows of the register were one person, and somebody else comes into it."""
        given, kept = self.random.sample(self.elders, 2)
        db.session.execute(update(Demand).where(Demand.beneficiary_id == given.id).values(beneficiary_id=kept.id))
        self.elders[self.elders.index(given)] = self._elder()
        happened("beneficiary.merged", kept.id)

    def correct(self) -> None:
        for record in self._some(ServiceRecord):
            self._revise(record, "service.corrected", minutes=self.random.randrange(0, 300), served_on=self.day())

    def withdraw_record(self) -> None:
        for record in self._some(ServiceRecord):
            self._revise(record, "service.withdrawn", void=True)

    def withdraw_confirmation(self) -> None:
        for confirmation in self._some(Confirmation):
            self._revise(confirmation, "confirmation.withdrawn", void=True)

    def confirm_again(self) -> None:
        confirmed = {confirmation.record_fact_id for confirmation in self._current(Confirmation)}
        for record in self._some(ServiceRecord, lambda fact: fact.fact_id not in confirmed):
            self._confirm(record)

    # Points

    def book(self) -> None:
        self._book(self.random.choice(self.people).id, self.random.choice(self.communities).path, self.day(), self.random.randrange(1, 9))

    def reverse(self) -> None:
        booked = db.session.scalars(select(LedgerTransaction).where(LedgerTransaction.points > 0)).all()
        reversed_ids = set(db.session.scalars(select(LedgerTransaction.reverses_id).where(LedgerTransaction.reverses_id.is_not(None))))
        open_ones = [line for line in booked if line.id not in reversed_ids]
        if open_ones:
            line = self.random.choice(open_ones)
            self._book(line.person_id, line.area_path, line.counts_on, -line.points, reverses_id=line.id)

    def _book(self, person_id: UUID, area_path: str, day: date, points: int, reverses_id: UUID | None = None) -> None:
        line = LedgerTransaction(
            id=new_id(),
            rule="rule",
            source=uuid4().hex,
            turn=0,
            reverses_id=reverses_id,
            person_id=person_id,
            points=points,
            fact_amount=1,
            counts_on=day,
            area_path=area_path,
            reason="服务",
            booked_at=NOON,
        )
        db.session.add(line)
        db.session.flush()
        happened("points.booked", line.id)

    # How facts are written

    def _state(self, kind: type[FactRevision], event: str, **values: object) -> None:
        fact = facts.state(kind, SYSTEM, now=NOON, **values)
        db.session.flush()
        self.facts.setdefault(kind, {})[fact.fact_id] = fact
        happened(event, fact.id)

    def _revise(self, fact: FactRevision, event: str, *, void: bool = False, **changes: object) -> None:
        revision = facts.revise(fact, SYSTEM, now=NOON, reason="更正", void=void, **changes)
        self.facts[type(fact)][fact.fact_id] = revision
        happened(event, revision.id)

    def _confirm(self, record: ServiceRecord) -> None:
        confirmation = confirm(record)
        self.facts.setdefault(Confirmation, {})[confirmation.fact_id] = confirmation

    def _current(self, kind):
        return [fact for fact in self.facts.get(kind, {}).values() if not fact.void]

    def _some(self, kind, condition=lambda _: True):
        found = [fact for fact in self._current(kind) if condition(fact)]
        return [self.random.choice(found)] if found else []

    def _claims(self, *statuses: ClaimStatus) -> list[Claim]:
        openings = [demand.opening_id for demand in self.demands]
        return list(db.session.scalars(select(Claim).where(Claim.status.in_(statuses), Claim.opening_id.in_(openings)).order_by(Claim.id)))

    def _new_claim(self, status: ClaimStatus) -> Claim | None:
        """A claim of somebody on some demand, where they have none."""
        if not self.demands:
            return None
        demand, person = self.random.choice(self.demands), self.random.choice(self.people)
        taking = self._claims(ClaimStatus.ASKED, ClaimStatus.HELD)
        if demand.opening_id is None or any(c.person_id == person.id for c in taking if c.opening_id == demand.opening_id):
            return None
        _, role = make_opening(self.communities[0], demand.brand)
        where = {"opening_id": demand.opening_id, "role_id": role.id}
        claim = Claim(id=new_id(), **where, person_id=person.id, status=status, claimed_at=self.instant())
        db.session.add(claim)
        db.session.flush()
        return claim

    def _claim_step(self, claim: Claim, before: ClaimStatus | None, at: datetime, by: UUID | None = None) -> None:
        step = {"from_status": before, "to_status": claim.status, "at": at, "actor_account_id": by}
        db.session.add(ClaimChange(id=new_id(), claim_id=claim.id, reason=None, **step))
        db.session.flush()

    def _step(self, demand: Demand, to: DemandStatus, event: str) -> None:
        before = self.last_step.get(demand.id)
        at = self.instant() if before is None else before + timedelta(minutes=self.random.randrange(1, 150_000))
        self.last_step[demand.id] = at
        db.session.add(DemandChange(id=new_id(), demand_id=demand.id, from_status=demand.status, to_status=to, at=at, reason=None))
        demand.status = to
        db.session.flush()
        happened(event, demand.id)

    def _party_member(self, person: Person, unit: WorkUnit) -> PartyMember:
        member = PartyMember(id=new_id(), person_id=person.id, party_organisation_name="机关党支部", work_unit_id=unit.id, created_at=NOON)
        db.session.add(member)
        db.session.flush()
        return member
