"""Makes the demands of the demonstration year, with their claims, shifts, sign-ins, sign-outs, records and confirmations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from backend import brands
from backend.attendance import limits
from backend.attendance.models import Attendance, Confirmation, FlagKind, ServiceFlag, ServiceRecord, Shift, ShiftChange
from backend.demands.models import DEMAND_NUMBERS, Demand, DemandChange, PublicationChange
from backend.demands.service import NOBODY_CLAIMED, NOTHING_CONFIRMED, demand_number
from backend.foundation.clock import shanghai_day
from backend.foundation.sealed_text import seal_text
from backend.openings.models import Claim, ClaimChange, Opening, OpeningRole
from backend.openings.service import STREET_DIGITS, UNANSWERED
from ejia.trial.demo import plan
from ejia.trial.demo.groups import Group, Groups
from ejia.trial.demo.homes import Homes
from ejia.trial.demo.people import FIRST, Member
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.prompts import Prompts
from ejia.trial.demo.world import Community, Someone, World

_TITLES = {
    "door_knock": ("看望独居老人", "陪高龄老人说说话", "帮忙检查水电气", "代买日常用品"),
    "red_ribbon": ("周末便民服务", "广场集中服务", "节日便民集市", "健康知识宣传"),
    "sunset_wish": ("想拍一张全家福", "想听一场秦腔", "想修一修旧收音机", "想回老院子看看"),
}
_ROLE_NAMES = {"door_knock": "敲门人", "red_ribbon": "服务队伍", "sunset_wish": "圆梦人"}
GRACE_MINUTES = 30
_IN_ORDER = 0.02
"""Below that chance somebody forgot to sign out, or nobody has confirmed the service."""
_TRIES = 4


class Services:
    """Makes demands and follows each to its end."""

    def __init__(self, world: World, groups: Groups, members: Sequence[Member], residents: Sequence[Someone], scale: float) -> None:
        self.world, self.groups, self.members, self.residents, self.scale = world, groups, members, residents, scale
        self.asking = World(plan.SEED + 1)  # its own chance: what is asked for moves nothing else in the year
        self.waiting = World(plan.SEED + 3)  # and its own, as who waits in vain moves nothing else
        self.flagging = World(plan.SEED + 5)  # and its own, as what is doubted changes nothing
        self._numbered: list[tuple[datetime, UUID, tuple[object, ...]]] = []
        self._by_door: set[UUID] = set()
        self._served: set[UUID] = set()  # openings of which a service counts
        self._residents_of: dict[str, list[Someone]] = {}
        for resident in residents:
            self._residents_of.setdefault(resident.community.path, []).append(resident)
        self._teams_of: dict[str, list[Group]] = {}
        for team in groups.teams:
            self._teams_of.setdefault(team.community.path, []).append(team)
        # In the first community, where who can log in is at home, the officer is asked.
        elsewhere = sorted((team.since, team.id) for team in groups.teams if team.community is not world.communities[0])
        self.homes = Homes(world, {team for _, team in elsewhere[1::12]})
        self.openings = world.table(
            Opening,
            *("id", "brand", "title", "area_id", "area_path", "status", "claimant_kinds", "asks_first", "requester_person_id"),
            *("home_id", "home_path", "claimants_path", "starts_at", "ends_at", "made_at", "changed_at"),
        )
        self.demands = world.table(
            Demand,
            *("id", "number", "brand", "title", "details_sealed", "area_id", "area_path"),
            *("requester_person_id", "beneficiary_id", "submitted_at"),
            *("status", "places", "starts_at", "ends_at", "published_at", "opening_id"),
            *("content", "conditions", "risks", "safeguards"),
        )
        self.demand_changes = world.table(DemandChange, "id", "demand_id", "from_status", "to_status", "at", "reason")
        self.prompts = Prompts(world)
        self.changes = world.table(PublicationChange, "id", "demand_id", "at", "reason", "before", "after")
        self.roles = world.table(OpeningRole, "id", "opening_id", "name", "slots", "taken", "is_open", "closes_at")
        self.claims = world.table(
            Claim,
            *("id", "opening_id", "role_id", "team_id", "organisation_id", "person_id", "status", "claimed_at", "released_at"),
        )
        self.claim_changes = world.table(ClaimChange, "id", "claim_id", "from_status", "to_status", "at", "actor_account_id", "reason")
        self.shifts = world.table(
            Shift,
            *("id", "opening_id", "brand", "area_id", "area_path", "requester_person_id", "home_id", "confirmers"),
            *("starts_at", "ends_at", "grace_minutes", "status"),
        )
        self.homes.begin_arrangements()
        self.shift_changes = world.table(ShiftChange, "id", "shift_id", "from_status", "to_status", "at")
        self.attendances = world.table(
            Attendance,
            *("id", "shift_id", "claim_id", "person_id", "capacity", "capacity_id", "signed_in_at", "in_evidence"),
            *("in_inside", "in_distance_m", "signed_out_at", "out_evidence", "closed_at"),
        )
        self.records = world.table(
            ServiceRecord,
            *("id", "fact_id", "recorded_at", "superseded_at", "void", "reason", "attendance_id", "shift_id", "opening_id", "person_id"),
            *("brand", "area_id", "area_path", "capacity", "capacity_id", "served_on", "started_at", "ended_at", "minutes", "evidence"),
            "late_entry",
        )
        self.confirmations = world.table(
            Confirmation, "id", "fact_id", "recorded_at", "void", "record_fact_id", "confirmer", "confirmed_at"
        )
        self.flags = world.table(ServiceFlag, "id", "fact_id", "recorded_at", "superseded_at", "void", "reason", "record_fact_id", "kind")

    def make(self) -> None:
        """All demands of the year, by brand; then the homes that they were for."""
        for brand, number in plan.DEMANDS.items():
            for _ in range(scaled(number, self.scale, least=3)):
                self._make_demand(brand)
        for submitted, demand, values in sorted(self._numbered, key=itemgetter(0, 1)):
            self.demands.add(demand, demand_number(shanghai_day(submitted).year, self.world.next_of(DEMAND_NUMBERS)), *values)
        self.homes.settle()

    def _make_demand(self, brand: str) -> None:
        world = self.world
        community = world.community()
        day = world.day(date(plan.YEAR, 1, 8), date(plan.YEAR, 12, 22))
        submitted = world.at(max(FIRST, day - timedelta(days=6)), 9, 17)
        starts = world.at(day, 9, 15)
        need = _Need(
            id=world.id_at(submitted),
            brand=brand,
            title=world.random.choice(_TITLES[brand]),
            community=community,
            place=community,
            requester=self._resident(community),
            places={"door_knock": world.random.choice((1, 1, 2)), "red_ribbon": world.random.randrange(3, 6), "sunset_wish": 1}[brand],
            submitted=submitted,
            published=world.at(shanghai_day(submitted) + timedelta(days=1), 9, 17),
            starts=starts,
            ends=starts + timedelta(minutes=world.random.randrange(60, 181, 5)),
        )
        self.demand_changes.add(world.id_at(submitted), need.id, None, "submitted", submitted, None)
        chance = world.random.random()
        if chance < 0.06:
            self._end_early(need, "returned" if chance < 0.04 else "withdrawn")
        else:
            self.demand_changes.add(world.id_at(need.published), need.id, "submitted", "published", need.published, None)
            self._publish(need, cancelled=chance < 0.08, claimed=chance >= 0.15, by_hand=chance < 0.97)

    def _end_early(self, need: "_Need", status: str) -> None:
        at = need.published
        reason = "请补充具体时间" if status == "returned" else None
        self.demand_changes.add(self.world.id_at(at), need.id, "submitted", status, at, reason)
        self._add_demand(need, status, opening=None)

    def _publish(self, need: "_Need", *, cancelled: bool, claimed: bool, by_hand: bool) -> None:
        """What is published is called off, or completed; by nobody's hand when its days are over, or then not carried out."""
        need = replace(need, place=self._place(need))
        world, at = self.world, need.published
        opening, role, shift = world.id_at(at), world.id_at(at), world.id_at(at)
        taken = self._serve(need, opening, role, shift) if claimed else 0
        if not (claimed or cancelled):
            self._wait(need, opening, role)
        status = "cancelled" if cancelled else "completed" if opening in self._served else "not_carried_out"
        elder = self._add_demand(need, status, opening=opening)
        over = need.ends + timedelta(minutes=GRACE_MINUTES)
        if cancelled:
            ended = over = world.at(shanghai_day(need.starts) - timedelta(days=1), 17, 19)
            self._step(need, status, over, "居民已搬走")
        elif status == "completed" and by_hand:
            ended = world.at(shanghai_day(need.ends) + timedelta(days=6), 9, 17)
            self._step(need, status, ended, None)
        else:
            ended = self._end_by_itself(need, status, claimed=taken > 0)
        next_door = self.prompts.take(need.id, opening, need.brand, need.published, need.ends, ended)
        state = "cancelled" if cancelled else "closed"
        where = (need.place.id, need.place.path)
        kinds = ["team", "organisation", "person"]
        near = need.community.path[:STREET_DIGITS] if next_door else need.community.path
        home = (elder, self.homes.path_of(elder), near) if need.at_home else (None, None, None)
        rules = (kinds, need.at_home, need.requester.id, *home)
        self.openings.add(opening, need.brand, need.title, *where, state, *rules, need.starts, need.ends, at, self._change(need))
        self.roles.add(role, opening, _ROLE_NAMES[need.brand], need.places, taken, state == "open", need.ends)
        closed = "cancelled" if cancelled else "closed"
        window = (need.starts, need.ends, GRACE_MINUTES)
        self.shifts.add(shift, opening, need.brand, *where, need.requester.id, elder, need.confirmers, *window, closed)
        self.shift_changes.add(world.id_at(at), shift, None, "planned", at)
        self.shift_changes.add(world.id_at(over), shift, "planned", closed, over)

    def _place(self, need: "_Need") -> Community:
        """Where it counts: a while ago a part of the community was one of its own."""
        merged, successor = self.world.merged or (None, None)
        is_there = need.community is successor and not need.at_home and shanghai_day(need.ends) <= plan.LAST_SERVED_THERE
        return merged if merged is not None and is_there else need.community

    def _step(self, need: "_Need", status: str, at: datetime, reason: str | None) -> None:
        self.demand_changes.add(self.world.id_at(at), need.id, "published", status, at, reason)

    def _end_by_itself(self, need: "_Need", status: str, *, claimed: bool) -> datetime:
        """As the platform does: at once what nobody claimed, else when there were days enough to add and confirm who served. Returns
        when."""
        waits = timedelta(days=limits.current().demands.decided_after_days) if claimed else timedelta(minutes=GRACE_MINUTES)
        reason = NOTHING_CONFIRMED if claimed else NOBODY_CLAIMED
        ended = need.ends + waits + timedelta(minutes=10)
        self._step(need, status, ended, None if status == "completed" else reason)
        return ended

    def _change(self, need: "_Need") -> datetime | None:
        """Let some demands have been published for a day earlier, and moved within the hour. Returns when that was."""
        if self.asking.random.random() >= 0.03 or need.starts - need.published < timedelta(days=2):
            return None
        at = need.published + timedelta(minutes=self.asking.random.randrange(5, 55))
        window = {"starts_at": need.starts, "ends_at": need.ends}
        before, after = ({name: (when - ago).isoformat() for name, when in window.items()} for ago in (timedelta(days=1), timedelta(0)))
        self.changes.add(self.asking.id_at(at), need.id, at, "老人当天有事，改到第二天", json.dumps(before), json.dumps(after))
        return at

    def _add_demand(self, need: "_Need", status: str, *, opening: UUID | None) -> UUID | None:
        """Write it down; returns who is visited, where somebody is."""
        elder = self.homes.elder(need.community, need.submitted) if need.at_home else None
        window = (need.starts, need.ends, need.published) if opening is not None else (None, None, None)
        details = seal_text(Demand.details_sealed, f"{need.title}，时间请提前约定。", need.id)
        brand = brands.brand(need.brand)
        told = (need.title, brand.conditions, brand.risks, brand.safeguards) if opening is not None else (None,) * 4
        values = (
            *(need.brand, need.title, details, need.place.id, need.place.path),
            *(need.requester.id, elder, need.submitted, status, need.places, *window, opening, *told),
        )
        self._numbered.append((need.submitted, need.id, values))
        if elder is not None:
            self.homes.visited(elder, need.ends)
            if need.id in self._by_door:
                self.homes.print_code(elder, need.submitted)
        return elder

    def _resident(self, community: Community) -> Someone:
        near = self._residents_of.get(community.path)
        return self.world.random.choice(near or self.residents)

    def _serve(self, need: "_Need", opening: UUID, role: UUID, shift: UUID) -> int:
        """Let claimants take places and come; returns how many places are held in the end."""
        low, high = plan.SERVED_BY[need.brand]
        people = self.world.random.randrange(low, high + 1)
        claimants = min(need.places, 1 + people // 14)
        held: set[UUID] = set()
        for _ in range(claimants * _TRIES):
            group = self._group(need)
            if len(held) == claimants or group is None or group.id in held:
                continue
            coming = self._who_comes(group, need, people // claimants)
            if coming:
                held.add(group.id)
                self._claim(need, group, coming, opening, role, shift)
        return len(held)

    def _group(self, need: "_Need") -> Group | None:
        world, day, roll = self.world, shanghai_day(need.starts), self.world.random.random()
        if need.at_home and roll < 0.15:
            member = world.random.choice(self.members) if self.members else None
            if member is None or member.since > day or member.person.community is not need.community:
                return None
            return Group(member.person.id, need.community, member.since, "registration", [(member.person, member.since)])
        groups = self.groups.organisations if roll < 0.3 else self._teams_of.get(need.community.path, self.groups.teams)
        group = world.random.choice(groups)
        return group if group.since <= day else None

    def _who_comes(self, group: Group, need: "_Need", wanted: int) -> list[Someone]:
        day = shanghai_day(need.starts)
        free = [person for person, since in group.serving if since <= day and day not in person.busy_on]
        coming = self.world.random.sample(free, k=min(wanted, len(free)))
        for person in coming:
            person.busy_on.add(day)
        return coming

    def _claim(self, need: "_Need", group: Group, coming: Sequence[Someone], opening: UUID, role: UUID, shift: UUID) -> None:
        world = self.world
        at = need.published + timedelta(minutes=world.random.randrange(10, 900))
        claim = world.id_at(at)
        columns = {"team": (group.id, None, None), "organisation": (None, group.id, None), "registration": (None, None, group.id)}
        signed_in = [need.starts + timedelta(seconds=world.random.randrange(-900, 900)) for _ in coming]
        self.claims.add(claim, opening, role, *columns[group.capacity], "held", at, None)
        self._hold(need, group, claim, opening, at)
        self.prompts.claimed(opening, at, None)
        if world.random.random() < 0.05:
            self._released_claim(need, opening, role, at)
        if need.at_home and self.asking.random.random() < 0.04:
            self._refused_claim(need, opening, role, at)
        signed, grade = self._shown(need, coming)
        for person, came in zip(coming, signed_in, strict=True):
            self._attend(need, group, _Visitor(person, came, signed, grade), claim, opening, shift)

    def _shown(self, need: "_Need", coming: Sequence[Someone]) -> tuple[str, str]:
        """Whose code they signed by, and what a record of it rests on: at home now and then that of the door, or their own, because nobody
        else had a phone."""
        chance = self.asking.random.random() if need.at_home else 0
        if chance < 0.8:
            return "code", "code"
        if chance < 0.86:
            self._by_door.add(need.id)
            return "door_code", "door_code"
        return "own_code", "together" if len(coming) > 1 else "own_code"

    def _hold(self, need: "_Need", group: Group, claim: UUID, opening: UUID, at: datetime) -> None:
        """Write down how the claim came to be held: at home by the community's yes, which took half of the time, unless it was arranged."""
        asks = need.at_home and not self.homes.arranged(group, need.community, opening, at)
        asked = need.published + (at - need.published) / 2
        if asks:
            self.claim_changes.add(self.asking.id_at(asked), claim, None, "asked", asked, None, None)
        before, officer = ("asked", self.world.officer_of(need.community.path)) if asks else (None, None)
        self.claim_changes.add(self.world.id_at(at), claim, before, "held", at, officer, None)

    def _refused_claim(self, need: "_Need", opening: UUID, role: UUID, before: datetime) -> None:
        asked = need.published + (before - need.published) / 5
        self._ask_in_vain(self.asking, need, (opening, role), asked, need.published + (before - need.published) / 4)

    def _wait(self, need: "_Need", opening: UUID, role: UUID) -> None:
        """Let some ask for a home that nobody visited: they are refused after days, or hear nothing until the hour of the visit."""
        chance, asked = self.waiting.random.random(), need.published + timedelta(hours=1)
        if need.at_home and chance < 0.9:
            answered = need.published + (need.starts - need.published) * 4 / 5 if chance < 0.3 else None
            self._ask_in_vain(self.waiting, need, (opening, role), asked, answered)

    def _ask_in_vain(self, world: World, need: "_Need", of: tuple[UUID, UUID], asked: datetime, answered: datetime | None) -> None:
        near = self._teams_of.get(need.community.path)
        if not near:
            return
        team, over, claim = world.random.choice(near), answered or need.starts, world.id_at(asked)
        self.claims.add(claim, *of, team.id, None, None, "refused", asked, over)
        self.prompts.claimed(of[0], asked, over)
        self.claim_changes.add(world.id_at(asked), claim, None, "asked", asked, None, None)
        by = (world.officer_of(need.community.path), "老人希望熟悉的队伍上门") if answered else (None, UNANSWERED)
        self.claim_changes.add(world.id_at(over), claim, "asked", "refused", over, *by)

    def _released_claim(self, need: "_Need", opening: UUID, role: UUID, before: datetime) -> None:
        world, team = self.world, self.world.random.choice(self.groups.teams)
        at = need.published + (before - need.published) / 3
        released = need.published + (before - need.published) / 2
        claim = world.id_at(at)
        self.claims.add(claim, opening, role, team.id, None, None, "released", at, released)
        self.prompts.claimed(opening, at, released)
        self._hold(need, team, claim, opening, at)
        self.claim_changes.add(world.id_at(released), claim, "held", "released", released, None, "队员临时有事")

    def _attend(self, need: "_Need", group: Group, visitor: "_Visitor", claim: UUID, opening: UUID, shift: UUID) -> None:
        world, chance = self.world, self.world.random.random()
        person, came = visitor.person, visitor.came
        # In a square somebody now and then stands far away; of what was taken back, more often.
        is_far = not need.at_home and chance >= 0.008 and self.flagging.random.random() < (0.3 if chance > 0.996 else 0.002)
        attendance = world.id_at(came)
        signed_by, grade = ("code_elsewhere",) * 2 if is_far else (visitor.signed_by, visitor.grade)
        position = (False, 5200) if is_far else (None, None)
        head = (attendance, shift, claim, person.id, group.capacity, group.id, came, signed_by, *position)
        if chance < 0.008:
            if need.place is need.community:
                self.attendances.add(*head, None, None, need.ends + timedelta(minutes=GRACE_MINUTES))
            return
        left = need.ends + timedelta(seconds=world.random.randrange(-900, 900))
        fact = world.id_at(left)
        if chance < _IN_ORDER and need.place is not need.community:
            return  # before it was merged nothing was left to be decided there
        began, end = max(came, need.starts), min(left, need.ends)  # what is outside of the window does not count
        self.attendances.add(*head, left, signed_by, None)
        where = (need.brand, need.place.id, need.place.path)
        rest = (attendance, shift, opening, person.id, *where, group.capacity, group.id, shanghai_day(began), began)
        self._record(fact, left, rest, end, grade, chance)
        confirms = not 0.008 <= chance < _IN_ORDER
        if is_far:
            self._flag(fact, left, is_cleared=confirms and chance <= 0.996)
        confirmed = None
        if confirms:
            confirmed = left + timedelta(minutes=world.random.randrange(30, 5 * 24 * 60))
            confirmation = world.id_at(confirmed)
            confirmer = "requester" if need.at_home and world.random.random() < 0.5 and grade != "own_code" else "community"
            if not (is_far and chance > 0.996):
                self._served.update({opening} if chance <= 0.996 else ())
                self.confirmations.add(confirmation, confirmation, confirmed, False, fact, confirmer, confirmed)
        if chance <= 0.996:  # all others are taken back
            self.prompts.served(opening, left, confirmed)

    def _record(self, fact: UUID, left: datetime, rest: tuple[Any, ...], end: datetime, grade: str, chance: float) -> None:
        """The record of an attendance; a few are corrected on the next day, and some of these taken back."""
        minutes = int((end - rest[-1]).total_seconds()) // 60
        corrected = left + timedelta(days=1) if chance > 0.985 else None
        self.records.add(fact, fact, left, corrected, False, None, *rest, end, minutes, grade, False)
        if corrected is not None:
            shorter = (end - timedelta(minutes=minutes // 4), minutes - minutes // 4, "community_word", False)
            self.records.add(self.world.id_at(corrected), fact, corrected, None, chance > 0.996, "核对签到表后更正", *rest, *shorter)

    def _flag(self, fact: UUID, left: datetime, *, is_cleared: bool) -> None:
        """The record is looked at before it counts; where the community finds it in order, it says so, and confirms it later."""
        flag, later = self.flagging.id_at(left), left + timedelta(minutes=25)
        self.flags.add(flag, flag, left, later if is_cleared else None, False, None, fact, FlagKind.FAR_AWAY.value)
        if is_cleared:
            why = "签到表有本人签名，当时在公园另一侧"
            self.flags.add(self.flagging.id_at(later), flag, later, None, True, why, fact, FlagKind.FAR_AWAY.value)


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who comes and when, whose code they sign by, and what their record rests on."""

    person: Someone
    came: datetime
    signed_by: str
    grade: str


@dataclass(frozen=True, slots=True)
class _Need:
    """One demand with its dates, whatever becomes of it."""

    id: UUID
    brand: str
    title: str
    community: Community
    place: Community
    requester: Someone
    places: int
    submitted: datetime
    published: datetime
    starts: datetime
    ends: datetime

    @property
    def at_home(self) -> bool:
        """Whether somebody is visited: then a place is asked for, and the community accepts it."""
        return self.brand != "red_ribbon"

    @property
    def confirmers(self) -> list[str]:
        return ["requester", "community"] if self.at_home else ["community"]
