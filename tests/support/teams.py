"""Teams made through the API: applied for, active, with members."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.support.phone import Phone

_running = count(1)


def team_plan(**fields: Any) -> dict[str, Any]:
    """What an application says of the team, with a name of its own."""
    return {"name": f"互助队{next(_running)}号", "category": "public_welfare", "charter": "定期上门看望独居老人。"} | fields


def applied_team(leader: Phone, street: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """A team that its leader applied for."""
    return leader.made("/teams", team_plan(community_id=street[community], **fields))


def active_team(leader: Phone, officer: Phone, street: Mapping[str, str], *, community: str = "和平社区", **fields: Any) -> dict[str, Any]:
    """A team that the community's officer accepted; only its leader is a member."""
    team = applied_team(leader, street, community=community, **fields)
    return officer.made(f"/teams/{team['id']}/acceptance")


def join_team(member: Phone, leader: Phone, team_id: str) -> dict[str, Any]:
    """Somebody asks to join, and the leader accepts. Gives the member as the leader's list shows them: `id` is the membership's."""
    wish = member.made(f"/teams/{team_id}/join-requests")
    leader.made(f"/teams/{team_id}/join-requests/{wish['id']}/acceptance")
    listed: list[dict[str, Any]] = leader.seen(f"/teams/{team_id}/members", limit=100)["items"]
    return listed[-1]
