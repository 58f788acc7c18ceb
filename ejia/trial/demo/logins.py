"""Makes who can log in: administrators by name and password, and WeChat users that the stand-in server knows by name."""

from datetime import datetime, time
from uuid import UUID

from argon2 import PasswordHasher

from backend.accounts.models import Account, Login, RoleGrant
from backend.accounts.service import CLOSED
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.clock import SHANGHAI
from ejia.trial.demo import plan
from ejia.trial.demo.groups import Groups
from ejia.trial.demo.people import FIRST, Member, People
from ejia.trial.demo.told import PASSWORD, DemonstrationLogin
from ejia.trial.demo.world import APPOINTED_ON, Community, Someone, World
from ejia.trial.wechat.world import openid_of


class Logins:
    """Makes accounts with their ways in and their roles."""

    def __init__(self, world: World, people: People, appid: str) -> None:
        self.world, self.people, self.appid = world, people, appid
        self.at = datetime.combine(APPOINTED_ON, time(9), SHANGHAI)
        self.made: list[DemonstrationLogin] = []
        self.accounts = world.table(Account, "id", "status", "person_id", "checked_at", "created_at", "closed_at", "closed_reason")
        self.logins = world.table(
            Login, "id", "account_id", "kind", "appid", "openid", "name", "password_hash", "password_initial", "created_at", "last_used_at"
        )
        self.grants = world.table(
            RoleGrant, "id", "account_id", "role", "area_path", "organisation_id", "team_id", "starts_at", "granted_at"
        )

    def administrators(self) -> None:
        """A street officer, and an officer for each community, all with their papers seen; they share one password."""
        password_hash = PasswordHasher().hash(PASSWORD)
        communities = self.world.communities
        areas = [("jiedao", "street_officer", plan.STREET[0][:9], f"{plan.STREET[1]}工作人员", communities[0])]
        areas += [
            (f"shequ-{place}", "community_officer", community.path, f"{community.name}工作人员", community)
            for place, community in enumerate(communities, start=1)
        ]
        for name, role, path, who, home in areas:
            self._by_name(name, role, path, who, home, self.world.officer_of(path), password_hash)

    def three_administrators(self) -> None:
        """三员 of the street, each with their own part; made last, so that nothing else is drawn otherwise because of them."""
        password_hash, home, path = PasswordHasher().hash(PASSWORD), self.world.communities[0], plan.STREET[0][:9]
        for name, role in (("xitong", Role.SYSTEM_ADMIN), ("anquan", Role.SECURITY_ADMIN), ("shenji", Role.AUDIT_ADMIN)):
            account = self.world.id_at(self.at)
            self._by_name(name, role.value, path, f"{plan.STREET[1]}{role.chinese}", home, account, password_hash)

    def _by_name(self, name: str, role: str, path: str, who: str, home: Community, account: UUID, password_hash: str) -> None:
        """An office of somebody whose papers were seen, who logs in by a name."""
        person = self.people.make_person(home, FIRST, youngest=24, oldest=58)
        self.accounts.add(account, "active", person.id, self.at, self.at, None, None)
        self.logins.add(self.world.id_at(self.at), account, "password", None, None, name, password_hash, False, self.at, clock.now())
        self._grant(account, role, area_path=path)
        self.made.append(DemonstrationLogin(name, False, who))

    def phones(self, groups: Groups, members: list[Member], residents: list[Someone]) -> None:
        """A team leader, a volunteer of the same team, an organisation's officer, a Party member and a resident, of the first community."""
        community = self.world.communities[0]
        oldest = min(groups.teams, key=lambda team: team.since)
        team = next((team for team in groups.teams if team.community is community and len(team.serving) > 1), oldest)
        leader = groups.leaders[team.id]
        account = self._phone("leader", leader, f"{community.name}一支志愿服务队的队长", volunteer=True)
        self._grant(account, "team_leader", team_id=team.id)
        served = next((person for person, _ in team.serving if person is not leader), None)
        if served is not None:
            self._phone("volunteer", served, "同一支队伍的队员", volunteer=True)
        organisation = groups.organisations[0]
        officer = organisation.serving[0][0]
        if officer not in (leader, served):
            account = self._phone("organisation", officer, "一家社会组织的负责人", volunteer=True)
            self._grant(account, "organisation_staff", organisation_id=organisation.id)
        member = self._near(community, [member.person for member in members], {leader, served, officer})
        if member is not None:
            account = self._phone("member", member, f"在{member.community.name}报到的在职党员")
            self._grant(account, "party_member", area_path=member.community.path)
        resident = self._near(community, residents, set())
        if resident is not None:
            self._phone("resident", resident, f"{resident.community.name}居民")

    @staticmethod
    def _near(community: Community, people: list[Someone], taken: set[Someone | None]) -> Someone | None:
        free = [person for person in people if person not in taken]
        return next((person for person in free if person.community is community), free[0] if free else None)

    def closed(self, account: UUID, began: datetime, ended: datetime) -> None:
        """An account that its holder closed: nobody's, and no way leads into it."""
        self.accounts.add(account, "closed", None, None, began, ended, CLOSED)

    def _phone(self, name: str, person: Someone, who: str, *, volunteer: bool = False) -> UUID:
        account = self.world.id_at(self.at)
        self.accounts.add(account, "active", person.id, None, self.at, None, None)
        openid = openid_of(self.appid, name)
        self.logins.add(self.world.id_at(self.at), account, "wechat", self.appid, openid, None, None, False, self.at, None)
        if volunteer:
            self._grant(account, "volunteer", area_path=person.community.path)
        self.made.append(DemonstrationLogin(name, True, who))
        return account

    def _grant(
        self, account: UUID, role: str, *, area_path: str | None = None, organisation_id: UUID | None = None, team_id: UUID | None = None
    ) -> None:
        self.grants.add(self.world.id_at(self.at), account, role, area_path, organisation_id, team_id, self.at, self.at)
