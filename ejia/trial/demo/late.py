"""Makes the past activities of the demonstration year that nobody had published, entered by one officer and decided on by another."""

from collections.abc import Sequence
from datetime import date, timedelta

from backend.foundation.clock import shanghai_day
from backend.late_entries.models import LateEntry, LateEntryChange, LatePerson
from ejia.trial.demo import plan
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.services import Services
from ejia.trial.demo.world import Community, Someone, World

_BRAND, _TITLES = "red_ribbon", ("雪后清扫主路", "暴雨后清理积水", "临时搬运救灾物资", "寻找走失老人")
_REASON, _PROOF = "事发突然，来不及发布", "现场签到表原件，存社区档案盒"


class LateEntries:
    """Makes them after all else was served, on days on which nobody of them had served."""

    def __init__(self, services: Services, scale: float) -> None:
        self.services, self.scale = services, scale
        self.world = World(plan.SEED + 2)  # its own chance: what is entered late moves nothing else in the year
        world = services.world
        self.entries = world.table(
            LateEntry,
            *("id", "brand", "title", "place_in_words", "area_id", "area_path", "starts_at", "ends_at", "reason", "proven_by"),
            *("entered_at", "status", "shift_id"),
        )
        self.changes = world.table(LateEntryChange, "id", "entry_id", "from_status", "to_status", "at", "actor_account_id", "reason")
        self.people = world.table(LatePerson, "entry_id", "person_id", "minutes")

    def make(self) -> None:
        """All of the year: of eight one is refused."""
        for number in range(scaled(plan.LATE_ENTRIES, self.scale, least=3)):
            team = self.world.random.choice(self.services.groups.teams)
            day = self.world.day(date(plan.YEAR, 1, 10), date(plan.YEAR, 12, 15))
            free = [person for person, since in team.serving if since <= day and day not in person.busy_on]
            coming = self.world.random.sample(free, k=min(8, len(free)))
            if coming:
                self._make_entry(team.community, day, coming, approved=number % 8 != 2)

    def _make_entry(self, community: Community, day: date, coming: Sequence[Someone], *, approved: bool) -> None:
        world = self.world
        starts = world.at(day, 7, 15)
        ends = starts + timedelta(minutes=world.random.randrange(60, 181, 5))
        minutes = (ends - starts) // timedelta(minutes=1) - 15
        entered, decided = (world.at(day + timedelta(days=later), 9, 17) for later in (3, 5))
        entry, shift = world.id_at(entered), world.id_at(decided) if approved else None
        title, status = world.random.choice(_TITLES), "approved" if approved else "refused"
        where = (f"{community.name}主路", community.id, community.path)
        self.entries.add(entry, _BRAND, title, *where, starts, ends, _REASON, _PROOF, entered, status, shift)
        self.changes.add(world.id_at(entered), entry, None, "submitted", entered, self.world.officer_of(community.path), None)
        street, why = self.world.officer_of(plan.STREET[0][:9]), None if approved else "签到表与人数不符"
        self.changes.add(world.id_at(decided), entry, "submitted", status, decided, street, why)
        for person in coming:
            self.people.add(entry, person.id, minutes)
        if shift is None:
            return
        opening, role = world.id_at(decided), world.id_at(decided)
        services, of = self.services, (community.id, community.path)
        kinds = ["team", "organisation", "person"]
        services.openings.add(opening, _BRAND, title, *of, "closed", kinds, False, None, None, None, None, starts, ends, decided, None)
        services.roles.add(role, opening, "服务队伍", len(coming), 0, False, ends)
        services.shifts.add(shift, opening, _BRAND, *of, None, None, ["community"], starts, ends, 0, "closed")
        services.shift_changes.add(world.id_at(decided), shift, None, "closed", decided)
        for person in coming:
            person.busy_on.add(day)
            claim, attendance, fact, confirmation = (world.id_at(decided) for _ in range(4))
            ended = starts + timedelta(minutes=minutes)
            services.claims.add(claim, opening, role, None, None, person.id, "ended", starts, ends)
            services.claim_changes.add(world.id_at(decided), claim, None, "ended", decided, None, None)
            by_word = ("self", person.id, starts, "community_word", None, None, ended, "community_word", None)
            services.attendances.add(attendance, shift, claim, person.id, *by_word)
            rest = (attendance, shift, opening, person.id, _BRAND, *of, "self", person.id, shanghai_day(starts), starts, ended, minutes)
            services.records.add(fact, fact, decided, None, False, _REASON, *rest, "community_word", True)
            services.confirmations.add(confirmation, confirmation, decided, False, fact, "community", decided)
