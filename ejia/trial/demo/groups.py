"""Makes the teams and organisations of the demonstration year, and their members and staff."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from backend.foundation.identifiers import body_check_char, credit_check_char
from backend.foundation.skeletons import skeleton
from backend.organisations.models import Organisation, OrganisationChange, Staff
from backend.teams.models import Membership, Team, TeamChange
from ejia.trial.demo import plan
from ejia.trial.demo.people import FIRST, LAST, OLD, People
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.world import Community, Someone, World

_TEAM_WORDS = {
    "public_welfare": "公益服务队",
    "culture_sports": "文体活动队",
    "city_management": "城市管理劝导队",
    "legal": "法律服务队",
    "skills": "技能培训队",
}


@dataclass(slots=True)
class Group:
    """A team or an organisation that can claim, with those who serve for it and since when."""

    id: UUID
    community: Community
    since: date
    capacity: str
    serving: list[tuple[Someone, date]] = field(default_factory=list)


class Groups:
    """Makes teams, memberships, organisations and staff."""

    def __init__(self, world: World, people: People, scale: float) -> None:
        self.world, self.people, self.scale = world, people, scale
        self.teams: list[Group] = []
        self.leaders: dict[UUID, Someone] = {}
        self.organisations: list[Group] = []

    def make_teams(self, volunteers: list[tuple[Someone, date]], leaving: list[tuple[Someone, date]]) -> None:
        """The teams of the report: every one of `volunteers` ends the year in one of them, everyone `leaving` in none."""
        world = self.world
        self._team_rows = world.table(
            Team,
            *(
                "id",
                "name",
                "name_skeleton",
                "category",
                "area_id",
                "area_path",
                "leader_person_id",
                "charter",
                "status",
                "founded_on",
                "applied_at",
            ),
        )
        self._team_changes = world.table(TeamChange, "id", "team_id", "from_status", "to_status", "at")
        self._memberships = world.table(
            Membership,
            *(
                "id",
                "fact_id",
                "recorded_at",
                "superseded_at",
                "void",
                "reason",
                "team_id",
                "person_id",
                "area_path",
                "joined_on",
                "left_on",
            ),
        )
        leaders = iter(volunteers)
        for category, number in plan.TEAMS.items():
            for place in range(scaled(number, self.scale)):
                self._make_team(category, place, *next(leaders))
        seconds = scaled(plan.SECOND_MEMBERSHIPS, self.scale)
        for person, since in leaders:
            team = self._team_of(person.community)
            self._join(team, person, since)
            if seconds and world.random.random() < 0.15:
                other = self._team_of(person.community)
                if other is not team:
                    seconds -= 1
                    self._join(other, person, since)
        for person, since in leaving:
            self._join(self._team_of(person.community), person, since, leaving=True)

    def _make_team(self, category: str, place: int, leader: Someone, since: date) -> None:
        world = self.world
        founded = max(
            since, world.day(OLD, date(plan.YEAR - 1, 12, 31)) if world.random.random() < 0.75 else world.day(FIRST, date(plan.YEAR, 9, 30))
        )
        applied_at, active_at = world.at(founded, 9, 11), world.at(founded, 14, 17)
        team = Group(world.id_at(applied_at), leader.community, founded, "team")
        name = f"{leader.community.name}{_TEAM_WORDS[category]}{place + 1}"
        charter = "自愿参加，无偿服务，遵守约定的时间，尊重服务对象的隐私。"
        self._team_rows.add(
            team.id,
            name,
            skeleton(name),
            category,
            leader.community.id,
            leader.community.path,
            leader.id,
            charter,
            "active",
            founded,
            applied_at,
        )
        self._team_changes.add(world.id_at(applied_at), team.id, None, "applied", applied_at)
        self._team_changes.add(world.id_at(active_at), team.id, "applied", "active", active_at)
        self.teams.append(team)
        self.leaders[team.id] = leader
        self._join(team, leader, founded)

    def _team_of(self, community: Community) -> Group:
        near = [team for team in self.teams if team.community is community]
        return self.world.random.choice(near or self.teams)

    def _join(self, team: Group, person: Someone, since: date, *, leaving: bool = False) -> None:
        world = self.world
        joined = min(max(since, team.since) + timedelta(days=world.random.randrange(30)), LAST)
        at = world.at(joined, 9, 18)
        first = world.id_at(at)
        same = (team.id, person.id, team.community.path, joined)
        if not leaving:
            self._memberships.add(first, first, at, None, False, None, *same, None)
            # Low participation, as the report admits: about a third ever serve.
            if world.random.random() < 0.34:
                team.serving.append((person, joined))
            return
        left = world.day(max(joined, FIRST), LAST)
        left_at = world.at(left, 18, 20)
        self._memberships.add(first, first, at, left_at, False, None, *same, None)
        self._memberships.add(world.id_at(left_at), first, left_at, None, False, "本人退出", *same, left)

    def make_organisations(self, volunteers: list[tuple[Someone, date]]) -> None:
        """Organisations introduced and incubated in the year, each with its officer and staff."""
        world = self.world
        rows = world.table(
            Organisation,
            *("id", "name", "name_skeleton", "origin", "filing", "credit_code", "record_number", "area_id", "area_path", "purpose"),
            *("officer_person_id", "status", "counted_on", "applied_at", "proof"),
        )
        changes = world.table(OrganisationChange, "id", "organisation_id", "from_status", "to_status", "at")
        staff = world.table(Staff, "id", "fact_id", "recorded_at", "void", "organisation_id", "person_id", "is_officer", "joined_on")
        introduced = scaled(plan.INTRODUCED, self.scale)
        for place in range(introduced + scaled(plan.INCUBATED, self.scale)):
            origin = "introduced" if place < introduced else "incubated"
            on_record = origin == "incubated" and place % 2 == 0
            community = world.community()
            counted = world.day(date(plan.YEAR, 1, 15), date(plan.YEAR, 11, 30))
            applied_at, verified_at = world.at(counted, 9, 11), world.at(counted, 14, 17)
            group = Group(world.id_at(applied_at), community, counted, "organisation")
            hired = world.random.sample(volunteers, k=min(plan.STAFF_OF_AN_ORGANISATION, len(volunteers)))
            name = f"示范{'社会工作服务中心' if origin == 'introduced' else '邻里互助社'}{place + 1}"
            rows.add(
                group.id,
                name,
                skeleton(name),
                origin,
                "on_record" if on_record else "registered",
                None if on_record else self._credit_code(place),
                f"备{plan.YEAR}-{place + 1:03d}" if on_record else None,
                community.id,
                community.path,
                "为社区居民提供专业服务" if origin == "introduced" else "居民自发的互助服务",
                hired[0][0].id,
                "verified",
                counted,
                applied_at,
                f"{'引进服务协议' if origin == 'introduced' else '备案证明'}{plan.YEAR}年第{place + 1}号",
            )
            changes.add(world.id_at(applied_at), group.id, None, "applied", applied_at)
            changes.add(world.id_at(verified_at), group.id, "applied", "verified", verified_at)
            for person, since in hired:
                joined = max(counted, since)
                fact = world.id_at(verified_at)
                staff.add(fact, fact, verified_at, False, group.id, person.id, person is hired[0][0], joined)
                group.serving.append((person, joined))
            self.organisations.append(group)

    @staticmethod
    def _credit_code(place: int) -> str:
        body = f"MJ{place:06d}"
        first_17 = f"52639999{body}{body_check_char(body)}"
        return first_17 + credit_check_char(first_17)
