"""Whatever people do to a team, in whatever order: one leader who is a member, nobody twice, and a history that adds up."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from backend.accounts.limits import Written
from backend.accounts.models import RoleGrant
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.teams.models import Membership, Team, TeamChange
from tests.support.phone import Phone
from tests.support.teams import active_team, join_team

PEOPLE = 4
# Which of the people, in an order that puts those first with whom something would happen: small numbers are drawn most.
choice = st.integers(0, PEOPLE - 1)
# Mostly the leader, whoever that is by then.
leader_or_other = st.one_of(st.none(), st.none(), st.none(), choice)


class TeamLife(RuleBasedStateMachine):
    """A model of a team in plain sets beside the real one. Each example forms a team anew, of the same people."""

    phones: list[Phone]
    officer: Phone
    street: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.team = active_team(self.phones[0], self.officer, self.street)["id"]
        self.path = f"/teams/{self.team}"
        join_team(self.phones[1], self.phones[0], self.team)
        self.leader, self.members, self.asked = 0, {0, 1}, {}
        self.joined, self.left, self.handed = 2, 0, 0

    @rule(nth=choice)
    def ask(self, nth: int) -> None:
        who = self._choose(nth, set(range(PEOPLE)) - self.members - set(self.asked))
        answer = self.phones[who].post(f"{self.path}/join-requests")
        allowed = who not in self.members and who not in self.asked
        assert answer.status_code == (201 if allowed else 409), answer.get_json()
        if allowed:
            self.asked[who] = answer.get_json()["id"]

    @precondition(lambda self: self.asked)
    @rule(by=leader_or_other, nth=choice)
    def accept(self, by: int | None, nth: int) -> None:
        by, who = self._acting(by), sorted(self.asked)[nth % len(self.asked)]
        answer = self.phones[by].post(f"{self.path}/join-requests/{self.asked[who]}/acceptance")
        assert answer.status_code == (200 if by == self.leader else 403), answer.get_json()
        if by == self.leader:
            del self.asked[who]
            self.members.add(who)
            self.joined += 1

    @precondition(lambda self: self.asked)
    @rule(nth=choice)
    def withdraw(self, nth: int) -> None:
        who = sorted(self.asked)[nth % len(self.asked)]
        assert self.phones[who].post(f"{self.path}/join-requests/{self.asked.pop(who)}/withdrawal").status_code == 200

    @precondition(lambda self: len(self.members) > 1)
    @rule(nth=choice)
    def leave(self, nth: int) -> None:
        who = self._choose(nth, self.members - {self.leader})
        answer = self.phones[who].post(f"{self.path}/departure")
        allowed = who in self.members and who != self.leader
        assert answer.status_code == (204 if allowed else 409), answer.get_json()
        if allowed:
            self.members.remove(who)
            self.left += 1

    @precondition(lambda self: len(self.members) > 1)
    @rule(by=leader_or_other, nth=choice)
    def remove(self, by: int | None, nth: int) -> None:
        by, who = self._acting(by), self._choose(nth, self.members - {self.leader})
        answer = self.phones[by].post(f"{self.path}/members/{self._membership(who)}/removal", {"reason": "不再参加活动。"})
        expected = 403 if by != self.leader else 404 if who not in self.members else 409 if who == self.leader else 204
        assert answer.status_code == expected, answer.get_json()
        if expected == 204:
            self.members.remove(who)
            self.left += 1

    @precondition(lambda self: len(self.members) > 1)
    @rule(by=leader_or_other, nth=choice)
    def hand_over(self, by: int | None, nth: int) -> None:
        by, to = self._acting(by), self._choose(nth, self.members - {self.leader})
        answer = self.phones[by].post(f"{self.path}/successor", {"membership_id": str(self._membership(to))})
        expected = 403 if by != self.leader else 404 if to not in self.members else 409 if to == self.leader else 200
        assert answer.status_code == expected, answer.get_json()
        if expected == 200:
            self.leader = to
            self.handed += 1

    @invariant()
    def the_team_is_as_the_model_says(self) -> None:
        db.session.rollback()
        live = db.session.scalars(self._live()).all()
        assert sorted(map(str, live)) == sorted(self.phones[who].person_id for who in self.members)
        leads = str(db.session.scalars(select(Team.leader_person_id).where(Team.id == self.team)).one())
        assert leads == self.phones[self.leader].person_id
        holders = select(RoleGrant.account_id).where(RoleGrant.team_id == self.team, RoleGrant.withdrawn_at.is_(None))
        assert [str(holder) for holder in db.session.scalars(holders.where(RoleGrant.role == Role.TEAM_LEADER))] == [
            self.phones[self.leader].account_id
        ]

    @invariant()
    def its_history_adds_up(self) -> None:
        mine = select(Membership.id).where(Membership.team_id == self.team)
        heard = select(OutboxEvent.name, func.count()).where(OutboxEvent.subject_id.in_(mine)).group_by(OutboxEvent.name)
        assert dict(db.session.execute(heard).all()) == {
            name: count for name, count in {"membership.started": self.joined, "membership.ended": self.left}.items() if count
        }
        current = select(Membership.fact_id).where(Membership.team_id == self.team, Membership.is_current())
        facts = db.session.scalars(current).all()
        assert len(facts) == len(set(facts)) == self.joined
        changes = select(func.count()).where(TeamChange.team_id == self.team, TeamChange.from_status == TeamChange.to_status)
        assert db.session.scalar(changes) == self.handed

    def _acting(self, by: int | None) -> int:
        return self.leader if by is None else by

    def _choose(self, nth: int, first: set[int]) -> int:
        return [*sorted(first), *sorted(set(range(PEOPLE)) - first)][nth]

    def _live(self):
        return select(Membership.person_id).where(Membership.team_id == self.team, Membership.is_live())

    def _membership(self, who: int) -> UUID:
        """The live membership of the person, or that of nobody."""
        db.session.rollback()
        of_person = Membership.person_id == self.phones[who].person_id
        live = select(Membership.fact_id).where(Membership.team_id == self.team, of_person, Membership.is_current())
        return db.session.scalar(live.where(Membership.left_on.is_(None))) or UUID(self.team)


def test_in_any_order_a_team_has_one_leader_and_nobody_twice(volunteer, officer, street, bounds):
    bounds(Written.TEAM, a_day=1000, open=1000)
    bounds(Written.JOIN_REQUEST, a_day=1000, open=1000)
    TeamLife.phones, TeamLife.officer, TeamLife.street = [volunteer() for _ in range(PEOPLE)], officer, street

    run_state_machine_as_test(TeamLife, settings=settings(max_examples=15, stateful_step_count=25, deadline=None, database=None))
