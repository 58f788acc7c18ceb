"""The workbooks of teams and of their members. Who leads or belongs to one is a volunteer already: volunteers are imported first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.skeletons import skeleton
from backend.imports.kinds import Column, Faulty, Findings, Kind, Line, Made, Place, When
from backend.imports.models import ImportKind
from backend.imports.standing import refer_to
from backend.imports.volunteers import ID_NUMBER, NAME, read_adult, read_identity, volunteers_among
from backend.people.service import Identity
from backend.teams import entry as teams
from backend.teams.entry import BroughtMember, BroughtTeam
from backend.teams.models import Team, TeamCategory, TeamStatus

CATEGORIES: Mapping[str, TeamCategory] = {category.chinese: category for category in TeamCategory}
_TEAM = Column("team", "队名", "志愿服务队的全名", "和平社区公益服务队")
_COMMUNITY = Column("community", "所在社区", "服务队所在的社区：全名或12位区划代码", "和平社区")
TEAM_COLUMNS = (
    _TEAM,
    _COMMUNITY,
    Column("category", "类别", "从列表中选择", "公益服务", choices=tuple(CATEGORIES)),
    Column("founded_on", "成立日期", "例如2021-05-01", "2021-05-01"),
    Column("name", "队长姓名", "身份证上的姓名；须已是志愿者", "张三"),
    Column("id_number", "队长身份证号", "18位，单元格格式为文本", "639999199001010014"),
    Column("charter", "章程", "服务队做什么、怎样做", "自愿参加，无偿服务"),
)
MEMBER_COLUMNS = (_TEAM, _COMMUNITY, NAME, ID_NUMBER, Column("joined_on", "入队日期", "例如2021-05-01", "2021-05-01"))
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class _Team:
    name: str
    community: Area
    category: TeamCategory
    founded_on: date
    leader: Identity
    charter: str


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    community: Area
    identity: Identity
    joined_on: date


def _team_name(line: Line) -> str:
    if len(name := line.words("team")) > _LONGEST_NAME:
        raise Faulty("team", f"不超过{_LONGEST_NAME}个字")
    return name


def _read_team(place: Place, line: Line, today: date) -> _Team:
    leader = read_adult(line, today)
    founded_on = line.day("founded_on", until=today)
    return _Team(
        _team_name(line), place.community(line, "community"), line.choice("category", CATEGORIES), founded_on, leader, line.words("charter")
    )


def _read_member(place: Place, line: Line, today: date) -> _Member:
    identity = read_identity(line, today)
    return _Member(_team_name(line), place.community(line, "community"), identity, line.day("joined_on", until=today))


def _sort_out_teams(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtTeam]:
    standing = set(teams.standing_teams([one.community.path for _, one in read]))
    new: list[BroughtTeam] = []
    for (line, one), leader_id in zip(read, volunteers_among([one.leader for _, one in read]), strict=True):
        key = (one.community.path, skeleton(one.name))
        if key in standing:
            findings.known += 1
        elif leader_id is None:
            findings.fault(line, Faulty("name", "队长还不是注册志愿者，或者姓名与登记的不一致，请先导入志愿者"))
        else:
            standing.add(key)
            new.append(BroughtTeam(one.name, one.category, one.charter, one.community, leader_id, one.founded_on))
    return new


def _sort_out_members(read: Sequence[tuple[Line, Any]], findings: Findings) -> Sequence[BroughtMember]:
    standing = teams.standing_teams([one.community.path for _, one in read])
    known = teams.members_of([team.id for team in standing.values()])
    new: list[BroughtMember] = []
    for (line, one), person_id in zip(read, volunteers_among([one.identity for _, one in read]), strict=True):
        team: Team | None = standing.get((one.community.path, skeleton(one.name)))
        if team is None or team.status is not TeamStatus.ACTIVE or team.founded_on is None:
            findings.fault(line, Faulty("team", "该社区没有这支服务队，请先导入服务队"))
        elif person_id is None:
            findings.fault(line, Faulty("name", "还不是注册志愿者，或者姓名与登记的不一致，请先导入志愿者"))
        elif one.joined_on < team.founded_on:
            findings.fault(line, Faulty("joined_on", "早于服务队的成立日期"))
        elif (team.id, person_id) in known:
            findings.known += 1
        else:
            known.add((team.id, person_id))
            new.append(BroughtMember(team, person_id, one.joined_on))
    return new


def _enter_teams(actor: Actor, new: Sequence[BroughtTeam], when: When) -> Made:
    team_ids, memberships = teams.enter_teams(actor, new, of=when.import_id, now=when.now)
    return {"teams": team_ids, "memberships": memberships}


def _enter_members(actor: Actor, new: Sequence[BroughtMember], when: When) -> Made:
    return {"memberships": teams.enter_members(actor, new, of=when.import_id, now=when.now)}


def _teams_are_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    besides = {"team_changes", "team_memberships", "role_grants"}
    return teams.have_others(made["teams"], made["memberships"]) or refer_to(Team.id, made["teams"], besides=besides)


def _members_are_used(made: Made, import_id: UUID) -> bool:  # noqa: ARG001 - asked of every kind alike
    return teams.lead_or_left(made["memberships"])


def _undo_teams(actor: Actor, made: Made, when: When) -> None:
    teams.undo_teams(actor, made["teams"], made["memberships"], of=when.import_id, now=when.now)


def _undo_members(actor: Actor, made: Made, when: When) -> None:
    teams.undo_members(actor, made["memberships"], of=when.import_id, now=when.now)


TEAMS = Kind(ImportKind.TEAMS, "志愿服务队", TEAM_COLUMNS, _read_team, _sort_out_teams, _enter_teams, _teams_are_used, _undo_teams)
MEMBERS = Kind(
    ImportKind.TEAM_MEMBERS, "队员", MEMBER_COLUMNS, _read_member, _sort_out_members, _enter_members, _members_are_used, _undo_members
)
