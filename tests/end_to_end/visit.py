"""A visit as it comes about: a team is formed, a family asks for somebody to knock at grandmother's door, the team takes it on."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.end_to_end.town import Town
from tests.support.demands import AGREED, GRANDMOTHER, HOME
from tests.support.people import identity_number
from tests.support.phone import Phone, refused

COMMUNITY = "和平社区"
OFFICER = "shequ-1"


class Visit:
    """爱心敲门 from now on for two hours, claimed by a new team of a leader and two members."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.mark = uuid4().hex[:6]
        self.officer = town.administrator(OFFICER)
        self.leader = self._volunteer("leader", "李队长")
        self.member = self._volunteer("member", "王志愿")
        self.neighbour = self._volunteer("neighbour", "赵邻居")
        self.daughter = town.person(f"daughter-{self.mark}", "孙女儿", community=COMMUNITY)
        self.team_id = self._form_team()
        self.demand = self._publish_demand()
        self._claim()
        [shift] = self.member.seen("/me/shifts")["items"]
        assert (shift["opening_id"], shift["area_name"]) == (self.demand["opening_id"], COMMUNITY)
        self.shift_id: str = shift["id"]

    def serve(self, phone: Phone, minutes: int) -> str:
        """Sign in by the code on the daughter's phone, and out by the one of so many minutes later: the record's fact id."""
        code = self._code()
        signed_in = phone.made(f"/shifts/{self.shift_id}/sign-in", {"code": code})
        self.town.wait_for(datetime.fromisoformat(signed_in["signed_in_at"]) + timedelta(minutes=minutes))
        assert refused(phone.post(f"/shifts/{self.shift_id}/sign-out", {"code": code})) == (422, "code_expired")
        signed_out = phone.made(f"/shifts/{self.shift_id}/sign-out", {"code": self._code()})
        assert signed_out["minutes"] == minutes
        fact_id: str = signed_out["fact_id"]
        return fact_id

    def stay_until_the_end(self) -> None:
        """The two hours go by."""
        self.town.wait_for(datetime.fromisoformat(self.demand["ends_at"]))

    def confirm(self, fact_id: str) -> None:
        """The daughter finds the record among those that wait for her word, and gives it."""
        waiting = self.daughter.seen("/services", status="awaiting_confirmation")["items"]
        assert fact_id in [record["fact_id"] for record in waiting]
        assert self.daughter.made(f"/services/{fact_id}/confirmation")["confirmer"] == "requester"

    def correct(self, fact_id: str, minutes: int, reason: str) -> None:
        """The community says how long it really was: what it takes away counts no more at once, what it adds when the daughter agrees."""
        record = self.officer.seen(f"/services/{fact_id}")
        ended_at = datetime.fromisoformat(record["started_at"]) + timedelta(minutes=minutes)
        stretch = {"started_at": record["started_at"], "ended_at": ended_at.isoformat(), "reason": reason}
        corrected = self.officer.made(f"/services/{fact_id}/corrections", {"revision_id": record["revision_id"]} | stretch)
        raised = minutes > record["minutes"]
        assert (corrected["minutes"], corrected["status"]) == (minutes, "partly_confirmed" if raised else "confirmed")
        if raised:
            self.daughter.made(f"/services/{fact_id}/confirmation")

    def withdraw(self, fact_id: str, reason: str) -> None:
        """The community takes the record back."""
        record = self.officer.seen(f"/services/{fact_id}")
        withdrawn = self.officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": record["revision_id"], "reason": reason})
        assert withdrawn["status"] == "withdrawn"

    def _volunteer(self, user: str, name: str) -> Phone:
        return self.town.volunteer(f"{user}-{self.mark}", name, community=COMMUNITY)

    def _form_team(self) -> str:
        plan = {"name": f"银龄互助队{self.mark}", "category": "public_welfare", "charter": "定期上门看望独居老人。"}
        team = self.leader.made("/teams", plan | {"community_id": self.town.communities[COMMUNITY]})
        asked = self.officer.seen("/teams", status="applied")["items"]
        assert team["id"] in [line["id"] for line in asked]
        assert self.officer.made(f"/teams/{team['id']}/acceptance")["status"] == "active"
        for phone in (self.member, self.neighbour):
            wish = phone.made(f"/teams/{team['id']}/join-requests", {"message": "周末有空。"})
            assert [line["id"] for line in self.leader.seen(f"/teams/{team['id']}/join-requests")["items"]] == [wish["id"]]
            self.leader.made(f"/teams/{team['id']}/join-requests/{wish['id']}/acceptance")
        assert self.leader.seen(f"/teams/{team['id']}")["member_count"] == 3
        team_id: str = team["id"]
        return team_id

    def _publish_demand(self) -> dict[str, Any]:
        wanted = {"brand": "door_knock", "title": "每周看望一次，聊聊天", "details": "老人听力不好，请多敲几声"}
        form = wanted | {"community_id": self.town.communities[COMMUNITY], "beneficiary": GRANDMOTHER}
        demand = self.daughter.made("/demands", form)
        assert demand["id"] in [line["id"] for line in self.officer.seen("/demands/in-care")["items"]]
        return self._published(demand)

    def _published(self, demand: dict[str, Any]) -> dict[str, Any]:
        starts_at = self.town.now()
        window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
        return self.officer.made(f"/demands/{demand['id']}/publication", window | {"places": 1})

    def _claim(self) -> None:
        found = self.leader.seen("/demands", brand="door_knock", community_id=self.town.communities[COMMUNITY])["items"]
        [line] = [line for line in found if line["id"] == self.demand["id"]]
        beneficiary = f"/demands/{line['id']}/beneficiary"
        assert refused(self.leader.get(beneficiary)) == (404, "not_found")
        claim = self.leader.made("/claims", {"role_id": line["role_id"], "team_id": self.team_id})
        assert claim["status"] == "asked"
        assert refused(self.leader.get(beneficiary)) == (404, "not_found")
        assert claim["id"] in [waiting["id"] for waiting in self.officer.seen("/claims/waiting")["items"]]
        assert self.officer.made(f"/claims/{claim['id']}/acceptance")["status"] == "held"
        assert self.leader.seen(beneficiary)["address"] == HOME

    def _code(self) -> str:
        code: str = self.daughter.seen(f"/shifts/{self.shift_id}/code")["code"]
        return code


class ArrangedVisit(Visit):
    """The same for an elder without a phone: the desk puts them on record, the daughter acts for them, the team comes by a standing
    arrangement and signs by the code that is printed for the door."""

    def serve(self, phone: Phone, minutes: int) -> str:
        """Type the code of the door, and scan it so many minutes later: the record's fact id."""
        signed_in = phone.made(f"/shifts/{self.shift_id}/sign-in", {"code": self.printed["text"]})
        self.town.wait_for(datetime.fromisoformat(signed_in["signed_in_at"]) + timedelta(minutes=minutes))
        signed_out = phone.made(f"/shifts/{self.shift_id}/sign-out", {"code": self.printed["qr"]})
        assert (signed_in["evidence"], signed_out["minutes"]) == ("door_code", minutes)
        fact_id: str = signed_out["fact_id"]
        return fact_id

    def _publish_demand(self) -> dict[str, Any]:
        community_id, ends_on = self.town.communities[COMMUNITY], (self.town.now() + timedelta(days=200)).date().isoformat()
        elder = {"name": "周桂芳", "id_number": identity_number(date(1940, 5, 6))}
        why = {"relation": "child", "cause": "不使用手机", "ends_on": ends_on, "notice_version": self.town.notices["proxy"]}
        proxy = self.officer.made("/proxies", {"elder": elder, "proxy": self.daughter.card, "community_id": community_id} | why)
        basis = {"kind": "proxy_consent", "notice_version": AGREED["notice_version"]}
        known = {"name": elder["name"], "called": "周奶奶", "address": f"和平路{self.mark}号", "born_in": 1940, "basis": basis}
        self.elder_id: str = self.officer.made("/beneficiaries", known | {"area_id": community_id})["id"]
        self.officer.made(f"/beneficiaries/{self.elder_id}/person", {"person_id": proxy["elder"]["id"]})
        arranged = {"team_id": self.team_id, "beneficiary_id": self.elder_id, "cause": "长期结对", "ends_on": ends_on}
        assert self.officer.made("/arrangements", arranged)["holds"]
        self.printed = self.officer.made(f"/beneficiaries/{self.elder_id}/door-code")
        wanted = {"brand": "door_knock", "title": "每周看望一次，聊聊天", "details": "老人听力不好，请多敲几声"}
        demand = self.daughter.made("/demands", wanted | {"community_id": community_id, "requester_person_id": proxy["elder"]["id"]})
        return self._published(demand)

    def _claim(self) -> None:
        claim = self.leader.made("/claims", {"role_id": self.demand["role_id"], "team_id": self.team_id})
        assert claim["status"] == "held", "the community was asked when it made the arrangement"
        assert self.leader.seen(f"/demands/{self.demand['id']}/beneficiary")["called"] == "周奶奶"
