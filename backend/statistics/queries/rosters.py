"""A community's rosters of a year: its registered volunteers and the Party members who registered with it, each with what they served.

They rest on the same rows as the figures: who stands at the year's end are as many as its table says. Names are masked, as in every list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backend.areas.models import AreaTransfer, Level
from backend.attendance.measures import MINUTES_PER_TENTH
from backend.attendance.models import ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.database import db
from backend.foundation.masking import masked, masked_name
from backend.foundation.measures import NOW, Measure
from backend.foundation.paging import AnyRow
from backend.party.models import WorkUnit
from backend.people.models import Person
from backend.registration.measures import MEMBER_REGISTRATIONS
from backend.registration.models import MemberRegistration
from backend.registration.queries import registrations_on_record
from backend.statistics.queries.reach import AreaLine
from backend.teams.measures import TEAM_MEMBERSHIPS
from backend.teams.models import Membership, Team
from backend.volunteers.measures import VOLUNTEERS
from backend.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One registration: what is on record of it, whether it stood at the year's end, and how often and how many tenths of hours its person
    served here while it stood. `group`: the team or unit with which it stands on paper."""

    group: str
    details: tuple[str, ...]
    stands: bool
    services: int
    tenths: int


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was registered in a community on some day of the year: by group, those of none last, and in each by the day on which they
    came. `by`: what a group is; `rest`: the words for those of none; `of_several`: what is said of those of several, who stand in one."""

    name: str
    by: str
    rest: str
    details: tuple[str, ...]
    lines: tuple[RosterLine, ...]
    of_several: str | None = None


def rosters_of(area: AreaLine, year: int) -> tuple[Roster, ...]:
    """Of volunteers and of Party members; none of a street or district."""
    return (_volunteers(area, year), _party_members(area, year)) if area.level is Level.COMMUNITY else ()


def _volunteers(area: AreaLine, year: int) -> Roster:
    theirs, teams = _registered(VOLUNTEERS, area, year), _teams(area, year)
    served = _served(theirs, area, year)
    wanted = (
        select(
            Volunteer.number,
            masked(Person.name),
            Volunteer.registered_on,
            theirs.c.ends_on,
            teams.c.teams,
            teams.c.first,
            served.c.services,
            served.c.tenths,
        )
        .select_from(theirs)
        .join(Volunteer, and_(Volunteer.fact_id == theirs.c.fact_id, Volunteer.is_current()))
        .join(Person, Person.id == Volunteer.person_id)
        .outerjoin(teams, teams.c.person_id == Volunteer.person_id)
        .outerjoin(served, _of_line(theirs, served))
        .order_by(teams.c.first.nulls_last(), Volunteer.registered_on, Volunteer.number, theirs.c.starts_on)
    )
    return Roster(
        "志愿者名册",
        "志愿服务队",
        "未加入服务队",
        ("志愿者编号", "姓名", "注册日期", "离开日期", "志愿服务队"),
        _lines(
            (
                (row, row.first, (row.number, row.name, row.registered_on.isoformat(), _ended(row, year), row.teams or ""))
                for row in db.session.execute(wanted)
            ),
            year,
        ),
        "属于几支服务队的，只计入名称排在最前的一支；各队全部队员数见“分服务队统计”表。",
    )


def _party_members(area: AreaLine, year: int) -> Roster:
    theirs = _registered(MEMBER_REGISTRATIONS, area, year)
    served = _served(theirs, area, year)
    # Which went on in another community is told there; what became of it since is not this one's to know, nor to be read off its place.
    unit = case((MemberRegistration.area_path.startswith(area.path), WorkUnit.name))
    wanted = (
        registrations_on_record()
        .join(theirs, theirs.c.fact_id == MemberRegistration.fact_id)
        .outerjoin(served, _of_line(theirs, served))
        .add_columns(
            MemberRegistration.receipt_number,
            MemberRegistration.accepted_on,
            unit.label("unit"),
            theirs.c.ends_on,
            served.c.services,
            served.c.tenths,
        )
        .order_by(unit.nulls_last(), MemberRegistration.accepted_on, MemberRegistration.fact_id, theirs.c.starts_on)
    )
    return Roster(
        "报到党员名册",
        "工作单位",
        "已转到其他社区",
        ("回执编号", "姓名", "工作单位", "党组织", "接收日期", "转出日期"),
        _lines(
            (
                (
                    row,
                    row.unit,
                    (
                        row.receipt_number or "",
                        masked_name(row.name),
                        row.unit or "",
                        "" if row.unit is None else row.party_organisation_name,
                        row.accepted_on.isoformat(),
                        _ended(row, year),
                    ),
                )
                for row in db.session.execute(wanted)
            ),
            year,
        ),
    )


def _registered(measure: Measure, area: AreaLine, year: int) -> Subquery:
    """What a measure states of the area that lasted on some day of the year, by the fact behind it: one that counts in a community of
    before has the transfer as its source."""
    stated = measure.contributions(NOW).subquery("stated")
    fact_id = func.coalesce(AreaTransfer.subject_id, stated.c.source_id).label("fact_id")
    return (
        select(fact_id, stated.c.person_id, stated.c.starts_on, stated.c.ends_on)
        .outerjoin(AreaTransfer, AreaTransfer.id == stated.c.source_id)
        .where(
            stated.c.area_path.startswith(area.path),
            stated.c.starts_on <= date(year, 12, 31),
            or_(stated.c.ends_on.is_(None), stated.c.ends_on > date(year, 1, 1)),
        )
        .subquery(f"{measure.name}_of_year")
    )


def _teams(area: AreaLine, year: int) -> Subquery:
    """To which teams of the area each person belonged in the year."""
    theirs = _registered(TEAM_MEMBERSHIPS, area, year)
    named = (
        select(theirs.c.person_id, Team.name)
        .join(Membership, and_(Membership.fact_id == theirs.c.fact_id, Membership.is_current()))
        .join(Team, Team.id == Membership.team_id)
        .distinct()
        .subquery("named")
    )
    together = func.string_agg(named.c.name, aggregate_order_by(literal("、"), named.c.name)).label("teams")
    return select(named.c.person_id, together, func.min(named.c.name).label("first")).group_by(named.c.person_id).subquery("teams")


def _served(theirs: Subquery, area: AreaLine, year: int) -> Subquery:
    """What counts of each registration: served in the area and year while it stood."""
    in_year = ServiceRecord.served_on.between(date(year, 1, 1), date(year, 12, 31))
    record = counting_records().where(ServiceRecord.area_path.startswith(area.path), in_year).subquery("record")
    while_it_stood = and_(
        record.c.person_id == theirs.c.person_id,
        record.c.served_on >= theirs.c.starts_on,
        or_(theirs.c.ends_on.is_(None), record.c.served_on < theirs.c.ends_on),
    )
    key = (theirs.c.fact_id, theirs.c.starts_on)
    tenths = func.sum(record.c.minutes // MINUTES_PER_TENTH)
    return (
        select(*key, func.count().label("services"), tenths.label("tenths")).join(record, while_it_stood).group_by(*key).subquery("served")
    )


def _of_line(theirs: Subquery, served: Subquery) -> ColumnElement[bool]:
    return and_(served.c.fact_id == theirs.c.fact_id, served.c.starts_on == theirs.c.starts_on)


def _lines(found: Iterable[tuple[AnyRow, str | None, tuple[str, ...]]], year: int) -> tuple[RosterLine, ...]:
    return tuple(
        RosterLine(group or "", details, not _ended(row, year), int(row.services or 0), int(row.tenths or 0))
        for row, group, details in found
    )


def _ended(row: AnyRow, year: int) -> str:
    """The day, where it ended within the year."""
    return "" if row.ends_on is None or row.ends_on.year > year else row.ends_on.isoformat()
