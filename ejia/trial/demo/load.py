"""Makes the demonstration year from a fixed seed, loads it by COPY in one transaction, and counts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import psycopg
from sqlalchemy import select

from backend.attendance import service as attendance
from backend.attendance.models import ServiceRecord
from backend.foundation import clock, demonstration
from backend.foundation.analysis import analysing
from backend.foundation.database import allow_long_statements, db, transaction
from backend.people.models import Person
from backend.tables import METADATA
from ejia.trial.demo import division, logins, plan
from ejia.trial.demo.desk import Desk
from ejia.trial.demo.groups import Groups
from ejia.trial.demo.late import LateEntries
from ejia.trial.demo.people import LAST, People
from ejia.trial.demo.plan import scaled
from ejia.trial.demo.services import Services
from ejia.trial.demo.told import DemonstrationLogin
from ejia.trial.demo.world import Someone, World


class NotEmpty(Exception):
    """The database holds people already; the demonstration year is loaded into an empty one only."""


_AT_ONCE = 10_000
"""How many shifts are settled in a statement."""

Progress = Callable[[str, int], Callable[[int], None]]
"""`progress("what", how_many)` begins a bar and gives the function that moves it on by some."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is now."""

    rows: int
    people: int
    logins: tuple[DemonstrationLogin, ...]


def load_demonstration_year(appid: str, *, scale: float, progress: Progress) -> Loaded:
    """Make the year at a scale (1: the report's own figures), load it into the empty database and count it. Raises NotEmpty."""
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise NotEmpty
    world, made = _make(appid, scale, progress("编制示范数据", 4))
    rows = sum(len(table.lines) for table in world.rows.values())
    advance = progress("装载", rows)
    with transaction():
        allow_long_statements()
        connection = db.session.connection().connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("COPY needs psycopg")
        # That nobody serves at two places at once is asked of an index for each row: in this order it takes a third of the time.
        world.rows[ServiceRecord.__tablename__].sort("person_id", "started_at")
        for table in world.rows.values():
            table.copy_into(connection, advance)
        demonstration.mark(now=clock.now())
        for name, last in world.given.items():
            connection.execute("SELECT setval(%s, %s)", (name, last))
    with transaction():
        allow_long_statements()
        looked_at, _ = attendance.settle_shifts(None, now=clock.now(), at_most=_AT_ONCE)
        while looked_at is not None:
            looked_at, _ = attendance.settle_shifts(looked_at, now=clock.now(), at_most=_AT_ONCE)
        db.session.execute(analysing(*METADATA.tables))
    with transaction():
        division.divide()
    with transaction():
        division.forget_events()
    return Loaded(rows, len(world.rows[Person.__tablename__].lines), made)


def _make(appid: str, scale: float, advance: Callable[[int], None]) -> tuple[World, tuple[DemonstrationLogin, ...]]:
    world = World(plan.SEED)
    people = People(world, scale)
    people.make_areas()
    staying = _volunteers(people, scaled(plan.VOLUNTEERS_IN_TEAMS, scale))
    leaving = _volunteers(people, scaled(plan.VOLUNTEERS_WITHOUT_TEAM, scale))
    people.number_volunteers()
    residents = [people.make_person(world.community(), people.registered_on()) for _ in range(scaled(plan.RESIDENTS, scale, least=12))]
    advance(1)
    groups = Groups(world, people, scale)
    groups.make_teams(staying, leaving)
    groups.make_organisations(staying)
    members = people.make_party([person for person, _ in staying])
    advance(1)
    services = Services(world, groups, members, residents, scale)
    services.make()
    LateEntries(services, scale).make()
    advance(1)
    ways_in = logins.Logins(world, people, appid)
    ways_in.administrators()
    ways_in.phones(groups, members, residents)
    desk = Desk(world, people, scale)
    desk.correct(residents)
    desk.close(ways_in)
    ways_in.three_administrators()
    advance(1)
    return world, tuple(ways_in.made)


def _volunteers(people: People, number: int) -> list[tuple[Someone, date]]:
    days = [min(people.registered_on(), LAST) for _ in range(number)]
    return [(people.make_volunteer(day), day) for day in days]
