"""Writes the people of the demonstration year as a street would bring them: workbooks to import, with some wrong rows."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation.database import db
from backend.foundation.sealing import keyring
from backend.imports import sheet
from backend.imports.kinds import Kind
from backend.imports.models import ImportKind
from backend.imports.service import KINDS
from backend.imports.teams import CATEGORIES
from backend.people.models import ID_NUMBER, Person
from backend.teams.models import Membership, Team, TeamStatus
from backend.volunteers.models import Volunteer

PAPER = "志愿者登记表"
_EACH = 100


def books() -> Iterator[tuple[ImportKind, bytes]]:
    """Kind and workbook: who is registered now, the teams that stand, and who belongs to them; in the order in which they are imported."""
    brought = ((ImportKind.VOLUNTEERS, _volunteers()), (ImportKind.TEAMS, _teams()), (ImportKind.TEAM_MEMBERS, _members()))
    for name, rows in brought:
        kind: Kind = KINDS[name]
        yield name, sheet.written(kind.title, kind.columns, _with_wrong_ones(rows))


def _with_wrong_ones(rows: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows, and after each hundredth that row once more with a day that does not exist."""
    for place, row in enumerate(rows, 1):
        yield row
        if place % _EACH == 0:
            yield ["不存在的日期" if _is_day(cell) else cell for cell in row]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _volunteers() -> list[list[str]]:
    wanted = (
        select(Person, Area.name.label("community"), Volunteer.registered_on)
        .join(Volunteer, Volunteer.person_id == Person.id)
        .join(Area, Area.id == Volunteer.area_id)
        .where(Volunteer.is_live(), Person.withdrawn_at.is_(None))
        .order_by(Volunteer.number)
    )
    return [
        [*_card(person), community, registered_on.isoformat(), PAPER, registered_on.isoformat()]
        for person, community, registered_on in db.session.execute(wanted)
    ]


def _teams() -> list[list[str]]:
    words = {category: word for word, category in CATEGORIES.items()}
    wanted = (
        select(Team, Area.name.label("community"), Person)
        .join(Area, Area.id == Team.area_id)
        .join(Person, Person.id == Team.leader_person_id)
        .where(Team.status == TeamStatus.ACTIVE)
        .order_by(Team.id)
    )
    return [
        [team.name, community, words[team.category], team.founded_on.isoformat(), *_card(leader), team.charter]
        for team, community, leader in db.session.execute(wanted)
        if team.founded_on is not None
    ]


def _members() -> list[list[str]]:
    wanted = (
        select(Team.name, Area.name.label("community"), Person, Membership.joined_on)
        .join(Team, Team.id == Membership.team_id)
        .join(Area, Area.id == Team.area_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.is_live(), Team.status == TeamStatus.ACTIVE, Person.withdrawn_at.is_(None))
        .order_by(Team.id, Membership.id)
    )
    return [[team, community, *_card(person), joined_on.isoformat()] for team, community, person, joined_on in db.session.execute(wanted)]


def _card(person: Person) -> list[str]:
    return [person.name, keyring().unseal(person.id_number_sealed, field=ID_NUMBER, row=person.id)]
