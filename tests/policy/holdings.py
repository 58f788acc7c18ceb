"""More of everything in three communities, in each state that it may be in: for the lists and what opens.

和平社区 is the viewers' own, 团结社区 another one of the same street, 向阳社区 one of another street.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.imports.models import ImportStatus
from tests.policy.viewers import NEWCOMER, ORGANISATION_OFFICER, elsewhere
from tests.policy.world import FAR, HOME, World
from tests.support.beginning import wechat_user
from tests.support.demands import GRANDFATHER, area, claimed, demand_form, published_demand
from tests.support.imports import brought_import
from tests.support.late_entries import past_form
from tests.support.organisations import applied_organisation, verified_organisation
from tests.support.overdue import overdue_report
from tests.support.people import identity_number, registered_person, registered_volunteer, registration_form
from tests.support.phone import Phone
from tests.support.proxies import recorded_proxy
from tests.support.recoveries import seen
from tests.support.teams import active_team, applied_team, join_team

NEXT = "团结社区"


class Holdings:
    """Fills the world; `former` served with the team and left it."""

    def __init__(self, world: World) -> None:
        self.world, self.street = world, world.street
        # Who decides in each of the three communities, and who lives there: (officer, leader, head of an organisation, resident).
        street = self.street
        self.officers = {HOME: street.home.officer, NEXT: street.next.officer, FAR: street.far.officer}
        self.residents = {HOME: world["resident"], NEXT: street.next.resident, FAR: world[elsewhere("resident")]}
        self.leaders = {HOME: world["team_leader"], NEXT: street.next.leader, FAR: street.far.leader}
        self.heads = {HOME: world[ORGANISATION_OFFICER], NEXT: street.next.head, FAR: street.far.head}
        self.former = self._volunteer(HOME)
        for community in (HOME, NEXT, FAR):
            self._groups(community)
            self.officers[community].made("/beneficiaries", GRANDFATHER | {"area_id": street[community]})
            self._registrations(community)
            self._demands(community)
        self._services()
        self._offices()
        self._jobs()
        self._imports()
        self._proxies()
        self._recoveries()
        self._corrections()
        self._deaths()
        self._late_entries()
        self._relocations()
        self._overdue()

    def _person(self, community: str) -> Phone:
        return registered_person(partial(wechat_user, self.world.app), self.street, name="王居民", community=community)

    def _volunteer(self, community: str) -> Phone:
        return registered_volunteer(partial(wechat_user, self.world.app), self.street, name="王志愿", community=community)

    def _groups(self, community: str) -> None:
        """A team and an organisation in each state."""
        officer, leader, head = self.officers[community], self.leaders[community], self.heads[community]
        applied_team(leader, self.street, community=community)
        officer.made(f"/teams/{applied_team(leader, self.street, community=community)['id']}/return", {"reason": "章程不全"})
        self.team_id: str = active_team(leader, officer, self.street, community=community)["id"]
        officer.made(f"/teams/{active_team(leader, officer, self.street, community=community)['id']}/dissolution", {"reason": "无人"})
        applied_organisation(head, self.street, community=community)
        returned = applied_organisation(head, self.street, community=community)
        officer.made(f"/organisations/{returned['id']}/return", {"reason": "材料不全"})
        ended = verified_organisation(head, officer, self.street, community=community)
        officer.made(f"/organisations/{ended['id']}/ending", {"reason": "已注销"})

    def _registrations(self, community: str) -> None:
        """Registrations of the resident that were returned, withdrawn, ended, and one that waits."""
        resident, officer = self.residents[community], self.officers[community]
        form = registration_form(self.street, self.world.unit_id if community == HOME else self.world.far_unit_id, community=community)
        for act, by in (("return", officer), ("withdrawal", resident)):
            by.made(f"/registrations/{resident.made('/registrations', form)['id']}/{act}", {"reason": "有误"})
        registration_id = resident.made("/registrations", form)["id"]
        officer.made(f"/registrations/{registration_id}/acceptance")
        officer.made(f"/registrations/{registration_id}/ending", {"reason": "迁出"})
        resident.made("/registrations", form)

    def _demands(self, community: str) -> None:
        """Demands of the resident in each state; the published ones claimed by a team, one of whose claims was given back."""
        resident, officer, leader = self.residents[community], self.officers[community], self.leaders[community]
        form = demand_form(self.street, community=community)
        resident.made("/demands", form)
        resident.made(f"/demands/{resident.made('/demands', form)['id']}/withdrawal")
        officer.made(f"/demands/{resident.made('/demands', form)['id']}/return", {"reason": "请补充"})
        officer.made("/demands", form)  # nobody's
        team_id = active_team(leader, officer, self.street, community=community)["id"]
        cancelled, released, held = (self._published(community) for _ in range(3))
        for demand in (cancelled, released, held):
            claim = claimed(leader, demand, team_id)
            if demand is released:
                leader.made(f"/claims/{claim['id']}/release", {"reason": "有事"})
        officer.made(f"/demands/{cancelled['id']}/cancellation", {"reason": "老人住院"})
        ends_on = (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()
        with_team = {"team_id": team_id, "area_id": self.street[community], "cause": "长期结对", "ends_on": ends_on}
        ended, _ = (officer.made("/arrangements", with_team)["id"] for _ in range(2))
        officer.made(f"/arrangements/{ended}/end", {"reason": "队伍换人"})

    def _published(self, community: str) -> dict[str, Any]:
        return published_demand(self.officers[community], self.street, by=self.residents[community], places=3, community=community)

    def _services(self) -> None:
        """Of the services at home one is confirmed, one withdrawn, one of a member who left, and a demand is completed."""
        world = self.world
        served = published_demand(world.officer, self.street, by=world["resident"], places=3)
        join_team(self.former, world["team_leader"], world.team_id)
        claimed(world["team_leader"], served, world.team_id)
        shift_id = world.shift_of(served)
        for phone in (self.former, world["volunteer"]):
            phone.made(f"/shifts/{shift_id}/sign-in", {"code": world.code(shift_id)})
        with transaction():
            clock.advance(timedelta(minutes=5))
        facts = [
            phone.made(f"/shifts/{shift_id}/sign-out", {"code": world.code(shift_id)})["fact_id"]
            for phone in (self.former, world["volunteer"])
        ]
        self.former.made(f"/teams/{world.team_id}/departure")
        withdrawal = {"revision_id": world.revision_of(facts[1]), "reason": "未到场"}
        world.officer.made(f"/services/{facts[1]}/withdrawal", withdrawal)
        world["resident"].made(f"/services/{facts[0]}/confirmation")
        world["resident"].made(f"/demands/{served['id']}/completion")

    def _offices(self) -> None:
        """Offices that are over, and that have yet to begin, in each community."""
        day = clock.shanghai_day(clock.now()) + timedelta(days=3)
        for community, leader in self.leaders.items():
            form = {"role": "grid_worker", "area_id": self.street[community], "volunteer_number": leader.volunteer_number}
            form |= {"name": leader.card["name"]}
            ended = self.officers[community].made("/role-grants", form)["id"]
            self.officers[community].made(f"/role-grants/{ended}/withdrawal", {"reason": "调离"})
            self.officers[community].made("/role-grants", form | {"starts_on": day.isoformat()})

    def _jobs(self) -> None:
        """Somebody in each community asks for its workbook twice."""
        for community, officer in self.officers.items():
            for _ in range(2):
                officer.made("/exports/year-end", {"year": clock.shanghai_day(clock.now()).year, "area_id": self.street[community]})

    def _imports(self) -> None:
        """Each community has brought a workbook, and one of them was undone."""
        for community in self.officers:
            for status in (ImportStatus.CHECKED, ImportStatus.UNDONE):
                brought_import(area(self.street, community).path, status=status)

    def _proxies(self) -> None:
        """In each community somebody acts for two elders, for one of them no more."""
        for community, officer in self.officers.items():
            card = self.street.home.proxy.card if community == HOME else self._card(community)
            recorded_proxy(officer, self.street, card, community=community)
            ended = recorded_proxy(officer, self.street, card, community=community)
            officer.made(f"/proxies/{ended['id']}/ending", {"reason": "搬走"})

    def _recoveries(self) -> None:
        """In each community a new WeChat asked for accounts, each with another outcome; at home once for the resident's."""
        for community, officer in self.officers.items():
            card = self.street.home.resident.card if community == HOME else self._card(community)
            applicant = wechat_user(self.world.app)
            for step in ("return", "withdrawal", None):
                self._applied(applicant, card, officer, step)
            self._applied(wechat_user(self.world.app), self._card(community), officer, "confirmation")
        newcomer = self.world[NEWCOMER]
        self._applied(newcomer, {"name": "李无名", "id_number": identity_number()}, newcomer, None)

    def _corrections(self) -> None:
        """In each community one that whom it is about returned, and one of the same person that waits."""
        for community in (self.street.home, self.street.next, self.street.far):
            person, papers = community.person(), {"name": "李改名", "id_number": identity_number(), "proof": "id_card"}
            path = f"/people/{person.person_id}/corrections"
            returned = community.officer.made(path, papers)
            person.made(f"/identity-corrections/{returned['id']}/return", {"reason": "没有要求更正"})
            community.officer.made(path, papers)

    def _deaths(self) -> None:
        """In each community one that was returned, one that waits of the same person, and one that a second officer confirmed."""
        for name, officer in self.officers.items():
            reported = {"died_on": "2026-03-01", "proof": "medical_certificate"}
            path = f"/people/{self._person(name).person_id}/deaths"
            returned = officer.made(path, reported)
            officer.made(f"/deaths/{returned['id']}/return", {"reason": "证明不符"})
            officer.made(path, reported)
            of_other = officer.made(f"/people/{self._volunteer(name).person_id}/deaths", reported)
            above = self.street.far_officer if name == FAR else self.street.officer
            above.made(f"/deaths/{of_other['id']}/confirmation")

    def _relocations(self) -> None:
        """In each community one wish of its resident that was refused, and one that waits, both to the next."""
        for community, to in ((HOME, NEXT), (NEXT, FAR), (FAR, HOME)):
            resident, wish = self.residents[community], {"community_id": self.street[to]}
            refused = resident.made("/me/relocations", wish)
            self.officers[to].made(f"/relocations/{refused['id']}/refusal", {"reason": "不住这里"})
            resident.made("/me/relocations", wish)

    def _overdue(self) -> None:
        """Two weeks of each street."""
        for days in (9, 16):
            overdue_report("639999001", days=days)

    def _late_entries(self) -> None:
        """In each community one that was refused, and one that waits."""
        for community in (self.street.home, self.street.next, self.street.far):
            leader = self.leaders[community.name]
            form = past_form(self.street[community.name], leader.volunteer_number, leader.card["name"])
            refused = community.officer.made("/late-entries", form)
            deciding = self.street.far_officer if community is self.street.far else self.street.officer
            deciding.made(f"/late-entries/{refused['id']}/refusal", {"reason": "没有签到表"})
            community.officer.made("/late-entries", form)

    def _applied(self, applicant: Phone, card: dict[str, str], officer: Phone, step: str | None) -> None:
        recovery_id = applicant.made("/account-recoveries", card)["id"]
        if step is not None:
            by = applicant if step == "withdrawal" else officer
            by.made(f"/account-recoveries/{recovery_id}/{step}", {"reason": "请携带身份证"} if step == "return" else seen(recovery_id))

    def _card(self, community: str) -> dict[str, str]:
        """Name and number of somebody who lives there and has an account."""
        card = {"name": "王居民", "id_number": identity_number()}
        registered_person(partial(wechat_user, self.world.app), self.street, **card, community=community)
        return card
