"""Makes the areas and persons of the demonstration year: communities, grids, volunteers, residents, serving Party members."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from uuid import UUID

from backend.areas.models import Area
from backend.foundation.clock import SHANGHAI
from backend.foundation.identifiers import Sex
from backend.foundation.sealing import keyring
from backend.foundation.skeletons import skeleton
from backend.party.models import PartyMember, PartyOrganisation, UnitMembership, WorkUnit
from backend.people import notices
from backend.people.models import Consent, Person
from backend.people.notices import NoticeName
from backend.people.service import BORN_ERASED, ERASED_NAME
from backend.registration.models import RECEIPT_NUMBERS, MemberRegistration
from backend.registration.service import receipt_number
from backend.volunteers.models import VOLUNTEER_NUMBERS, Volunteer
from backend.volunteers.service import volunteer_number
from ejia.trial.demo import plan
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.world import Community, Someone, World

OLD = date(2019, 1, 1)
FIRST, LAST = date(plan.YEAR, 1, 1), date(plan.YEAR, 12, 31)
_UNITS = ("第一中学", "中医医院", "供水公司", "税务所", "图书馆", "公交公司", "信用社", "园林队", "疾控中心", "印刷厂")


@dataclass(slots=True)
class Member:
    """A serving Party member whose registration a community accepted."""

    person: Someone
    since: date


class People:
    """Makes areas, persons and their registrations, in the order in which they refer to one another."""

    def __init__(self, world: World, scale: float) -> None:
        self.world, self.scale = world, scale
        self.moving = World(plan.SEED + 2)  # its own chance, as what moves a member moves nothing else in the year
        self.areas = world.table(
            Area,
            *("id", "code", "path", "level", "name", "parent_id", "valid_from", "pilot_since", "withdrawn_on", "successor_id"),
        )
        self.people = world.table(
            Person,
            *("id", "name", "id_number_sealed", "id_number_index", "born_on", "sex", "phone_sealed", "phone_index"),
            *("area_id", "area_path", "created_at", "withdrawn_at", "erased_at"),
        )
        self.volunteers = world.table(
            Volunteer,
            *("id", "fact_id", "recorded_at", "superseded_at", "void", "reason", "person_id", "number", "area_id", "area_path"),
            *("registered_on", "left_on", "since"),
        )
        self.consents = world.table(
            Consent, "id", "fact_id", "recorded_at", "void", "person_id", "notice", "version", "given_at", "channel"
        )
        self._registered: list[tuple[datetime, UUID, Someone, date]] = []

    def make_areas(self) -> None:
        """The district, the street, its communities and their grids."""
        world, began = self.world, OLD
        instant = datetime.combine(began, time(), SHANGHAI)
        district, street = world.id_at(instant), world.id_at(instant)
        self.areas.add(district, plan.DISTRICT[0], plan.DISTRICT[0][:6], "district", plan.DISTRICT[1], None, began, None, None, None)
        self.areas.add(street, plan.STREET[0], plan.STREET[0][:9], "street", plan.STREET[1], district, began, None, None, None)
        for planned in plan.COMMUNITIES:
            community = Community(world.id_at(instant), planned.code, planned.name, planned.strength)
            world.communities.append(community)
            pilot = plan.PILOT_SINCE if planned.pilot else None
            self.areas.add(community.id, planned.code, planned.code, "community", planned.name, street, began, pilot, None, None)
            for grid in range(1, plan.GRIDS_OF_A_COMMUNITY + 1):
                code = f"{planned.code}{grid:03d}"
                name = f"{planned.name}第{grid}网格"
                world.grids[code] = world.id_at(instant)
                self.areas.add(world.grids[code], code, code, "grid", name, community.id, began, None, None, None)
        self._make_merged(street, instant)

    def _make_merged(self, street: UUID, instant: datetime) -> None:
        """The community that went on in another one within the year."""
        [successor] = [community for community in self.world.communities if community.path == plan.MERGED_INTO]
        planned = plan.MERGED
        # By a chance of its own: nothing else in the year moves for it.
        merged = Community(World(plan.SEED + 8).id_at(instant), planned.code, planned.name, planned.strength)
        ended = (plan.MERGED_ON, successor.id)
        self.areas.add(merged.id, merged.path, merged.path, "community", merged.name, street, instant.date(), None, *ended)
        self.world.merged = (merged, successor)

    def make_person(self, community: Community, on: date, *, youngest: int = 19, oldest: int = 76) -> Someone:
        """A person who lives in the community."""
        world, keys = self.world, keyring()
        at = world.at(on, 9, 18)
        number, born, sex = world.identity(youngest, oldest)
        phone = world.phone()
        person = Someone(world.id_at(at), community)
        self.people.add(
            person.id,
            world.name(),
            keys.seal(number, field="people.id_number", row=person.id),
            keys.index(number, field="people.id_number"),
            born,
            sex,
            keys.seal(phone, field="people.phone", row=person.id),
            keys.index(phone, field="people.phone"),
            community.id,
            community.path,
            at,
            None,
            None,
        )
        return person

    def make_erased(self, community: Community, at: datetime, ended: datetime) -> None:
        """Somebody who agreed to nothing any more and whom no fact needs: a row that tells nothing."""
        person, keys = self.moving.id_at(at), keyring()
        number = (keys.seal(str(person), field="people.id_number", row=person), keys.index(str(person), field="people.id_number"))
        where = (community.id, community.path)
        self.people.add(person, ERASED_NAME, *number, BORN_ERASED, Sex.FEMALE.value, None, None, *where, at, ended, ended)

    def make_volunteer(self, on: date) -> Someone:
        """A person with a volunteer registration of that day."""
        person = self.make_person(self.world.community(), on)
        self.register(person, on)
        return person

    def register(self, person: Someone, on: date) -> None:
        """The volunteer registration of a person, with the consent that goes before it."""
        world, at = self.world, self.world.at(on, 9, 18)
        consent, volunteer = world.id_at(at), world.id_at(at)
        self._agree(person, NoticeName.VOLUNTEER, consent, at)
        self._registered.append((at, volunteer, person, on))

    def _agree(self, person: Someone, name: NoticeName, consent: UUID, at: datetime) -> None:
        version = notices.notice(name).version
        self.consents.add(consent, consent, at, False, person.id, name.value, version, at, "demonstration")

    def number_volunteers(self) -> None:
        """Write all volunteer registrations, numbered in the order in which they happened."""
        for place, (at, volunteer, person, on) in enumerate(sorted(self._registered, key=itemgetter(0, 1))):
            who = (person.id, volunteer_number(on.year, self.world.next_of(VOLUNTEER_NUMBERS)))
            if place % 100 == 5 and on < FIRST:
                self._moved(at, volunteer, who, person.community, on)
            else:
                where = (person.community.id, person.community.path)
                self.volunteers.add(volunteer, volunteer, at, None, False, None, *who, *where, on, None, None)

    def _moved(self, at: datetime, volunteer: UUID, who: tuple[UUID, str], community: Community, on: date) -> None:
        """A volunteer came to live here in the course of the year, and kept the number."""
        places, moving = self.world.communities, self.moving
        former = places[(places.index(community) + 1) % len(places)]
        moved_on = moving.day(FIRST, LAST)
        moved = moving.at(moved_on, 9, 17)
        there, here = (former.id, former.path), (community.id, community.path)
        self.volunteers.add(volunteer, volunteer, at, moved, False, None, *who, *there, on, None, None)
        self.volunteers.add(moving.id_at(moved), volunteer, moved, None, False, "moved", *who, *there, on, moved_on, None)
        fact = moving.id_at(moved)
        self.volunteers.add(fact, fact, moved, None, False, None, *who, *here, on, None, moved_on)

    def registered_on(self) -> date:
        """A day of registration: three in five before the year."""
        world = self.world
        return world.day(OLD, date(plan.YEAR - 1, 12, 31)) if world.random.random() < 0.6 else world.day(FIRST, date(plan.YEAR, 11, 30))

    def make_party(self, volunteers: list[Someone]) -> list[Member]:
        """Party organisations, work units, and serving Party members with their registrations; half of them are volunteers too."""
        world = self.world
        units = self._make_units()
        members = world.table(
            PartyMember,
            "id",
            "person_id",
            "party_organisation_name",
            "party_organisation_id",
            "work_unit_id",
            "joined_party_on",
            "created_at",
        )
        registrations = world.table(
            MemberRegistration,
            *("id", "fact_id", "recorded_at", "superseded_at", "void", "reason", "person_id", "party_member_id", "area_id", "area_path"),
            *("status", "receipt_number", "applied_at", "accepted_on", "ended_on"),
        )
        self.unit_memberships = world.table(
            UnitMembership,
            *("id", "fact_id", "recorded_at", "superseded_at", "void", "person_id", "work_unit_id", "party_organisation_name"),
            *("joined_on", "left_on"),
        )
        accepted: list[Member] = []
        receipts: list[tuple[datetime, UUID, tuple[UUID, tuple[UUID, UUID, UUID, str], datetime, date]]] = []
        count = scaled(plan.PARTY_MEMBERS, self.scale, least=4)
        chosen = world.random.sample(volunteers, k=min(count // 2, len(volunteers)))
        for place in range(count):
            on = world.day(date(plan.YEAR, 2, 1), date(plan.YEAR, 10, 31))
            person = chosen[place] if place < len(chosen) else self.make_person(world.community(), on, youngest=24, oldest=58)
            unit, organisation, name = world.random.choice(units)
            applied_at = world.at(on, 9, 12)
            member, applied = world.id_at(applied_at), world.id_at(applied_at)
            members.add(member, person.id, name, organisation, unit, world.day(date(1990, 1, 1), date(2020, 12, 31)), applied_at)
            self._agree(person, NoticeName.PARTY_MEMBER, self.moving.id_at(applied_at), applied_at)
            self._work_at(person, (unit, name), on, applied_at, before=units[place % len(units)] if place % 20 == 7 else None)
            accepted_at = world.at(on, 14, 18)
            same = (person.id, member, person.community.id, person.community.path)
            if place % 25 == 24:
                registrations.add(applied, applied, applied_at, None, False, None, *same, "applied", None, applied_at, None, None)
                continue
            registrations.add(applied, applied, applied_at, accepted_at, False, None, *same, "applied", None, applied_at, None, None)
            receipts.append((accepted_at, world.id_at(accepted_at), (applied, same, applied_at, on)))
            accepted.append(Member(person, on))
        for accepted_at, revision, (applied, same, applied_at, on) in sorted(receipts, key=itemgetter(0, 1)):
            receipt = receipt_number(on.year, world.next_of(RECEIPT_NUMBERS))
            registrations.add(revision, applied, accepted_at, None, False, None, *same, "accepted", receipt, applied_at, on, None)
        return accepted

    def _work_at(
        self, person: Someone, works_at: tuple[object, str], on: date, at: datetime, *, before: tuple[object, object, str] | None
    ) -> None:
        """Where the member works since they registered; some were elsewhere `before`, for a month."""
        month, joined_on = timedelta(days=30), on
        if before is not None:
            joined_on, moved_at, of = on + month, at + month, (person.id, before[0], before[2], on)
            fact = self.moving.id_at(at)
            self.unit_memberships.add(fact, fact, at, moved_at, False, *of, None)
            self.unit_memberships.add(self.moving.id_at(moved_at), fact, moved_at, None, False, *of, joined_on)
            at = moved_at
        fact = self.moving.id_at(at)
        self.unit_memberships.add(fact, fact, at, None, False, person.id, *works_at, joined_on, None)

    def _make_units(self) -> list[tuple[object, object, str]]:
        world = self.world
        organisations = world.table(PartyOrganisation, "id", "name", "kind", "parent_id", "area_path", "created_at", "name_skeleton")
        units = world.table(WorkUnit, "id", "name", "nature", "party_organisation_id", "created_at")
        at = datetime.combine(OLD, time(), SHANGHAI)
        committee = world.id_at(at)

        def add(party_organisation: UUID, name: str, *where: object) -> None:
            organisations.add(party_organisation, name, *where, at, skeleton(name))

        add(committee, f"{plan.STREET[1]}党工委", "working_committee", None, plan.STREET[0][:9])
        for community in world.communities:
            add(world.id_at(at), f"{community.name}党总支", "general_branch", committee, community.path)
        made: list[tuple[object, object, str]] = []
        for place in range(scaled(plan.WORK_UNITS, self.scale, least=3)):
            name = f"示范区{_UNITS[place % len(_UNITS)]}{'' if place < len(_UNITS) else place // len(_UNITS) + 1}"
            organisation, unit = world.id_at(at), world.id_at(at)
            add(organisation, f"{name}党支部", "branch", None, None)
            units.add(unit, name, "public_institution", organisation, at)
            made.append((unit, organisation, f"{name}党支部"))
        return made
