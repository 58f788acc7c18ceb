"""Many claimants at once, made by a few statements: each an account that leads an active team, with an access token."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from backend.accounts import tokens
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, RoleGrant, TokenFamily
from backend.accounts.tokens import AccessClaims
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.teams.models import Team, TeamCategory, TeamStatus
from tests.support.served import make_person


@dataclass(frozen=True)
class Claimer:
    """A leader's token, and the team to claim for."""

    token: str
    team_id: UUID


def claimers(area_id: UUID, count: int) -> list[Claimer]:
    """So many leaders of as many teams of a community."""
    now, made = clock.now(), []
    rows: dict[type, list[dict[str, object]]] = {Account: [], Login: [], TokenFamily: [], Team: [], RoleGrant: []}
    with transaction():
        home = db.session.get_one(Area, area_id)
        person_id = make_person(home).id  # one leader of all teams on paper; policy looks at the grants
        for number in range(count):
            account_id, login_id, family_id, team_id = (new_id() for _ in range(4))
            rows[Account].append({"id": account_id, "status": AccountStatus.ACTIVE, "created_at": now})
            login = {"kind": LoginKind.WECHAT, "appid": "wx-crowd", "openid": f"oCrowd-{number}", "created_at": now}
            rows[Login].append(login | {"id": login_id, "account_id": account_id})
            family = {"generation": 1, "rotated_at": now, "created_at": now, "expires_at": now.replace(year=now.year + 1)}
            rows[TokenFamily].append(family | {"id": family_id, "account_id": account_id, "login_id": login_id})
            team = {"name": f"第{number}队", "category": TeamCategory.PUBLIC_WELFARE, "charter": "自愿、无偿", "status": TeamStatus.ACTIVE}
            place = {"area_id": home.id, "area_path": home.path, "leader_person_id": person_id, "applied_at": now}
            rows[Team].append(team | place | {"id": team_id})
            grant = {"role": Role.TEAM_LEADER, "starts_at": now, "granted_at": now}
            rows[RoleGrant].append(grant | {"id": new_id(), "account_id": account_id, "team_id": team_id})
            made.append(Claimer(tokens.maker().access_token(AccessClaims(account_id, family_id), now=now), team_id))
        for kind, values in rows.items():
            db.session.execute(insert(kind), values)
    return made
