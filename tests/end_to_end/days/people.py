"""Who lives and works in a community, and what they do each day in the same way: read a list, find a line in it, act on it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.end_to_end.town import Town
from tests.support.demands import AGREED
from tests.support.phone import Phone

COMMUNITY, NEXT = "和平社区", "团结社区"
OFFICER, NEXT_OFFICER, STREET_OFFICER = "shequ-1", "shequ-2", "jiedao"

Line = dict[str, Any]


class Folk:
    """The people of one day; `mark` tells them from those of other days."""

    def __init__(self, town: Town) -> None:
        self.town, self.mark = town, uuid4().hex[:6]
        self.next_name = NEXT
        self.home, self.next = town.communities[COMMUNITY], town.communities[NEXT]
        self.officer = town.administrator(OFFICER)

    def name(self, surname: str) -> str:
        """A name that nobody else has: two characters made of the mark."""
        return surname + "".join(chr(0x4E00 + int(self.mark[half : half + 3], 16)) for half in (0, 3))

    def volunteer(self, name: str, *, community: str = COMMUNITY) -> Phone:
        """Somebody who registered as volunteer, and knows the number by heart."""
        phone = self.town.volunteer(f"{name}-{self.mark}", name, community=community)
        phone.volunteer_number = phone.seen("/me")["volunteer"]["number"]
        return phone

    def resident(self, name: str) -> Phone:
        """Somebody who said who they are."""
        return self.town.person(f"{name}-{self.mark}", name, community=COMMUNITY)

    def team(self, leader: Phone, *members: Phone, officer: Phone | None = None, home: str | None = None) -> Line:
        """A team as it comes about: applied for, agreed to by who finds it in the list, joined."""
        officer = officer or self.officer
        plan = {"name": f"银龄互助队{uuid4().hex[:6]}", "category": "public_welfare", "charter": "定期上门看望独居老人。"}
        leader.made("/teams", plan | {"community_id": home or self.home})
        asked = found(officer, "/teams", {"status": "applied"}, name=plan["name"])
        officer.made(f"/teams/{asked['id']}/acceptance")
        for member in members:
            line = found(member, "/teams", {"q": plan["name"]}, name=plan["name"])
            member.made(f"/teams/{line['id']}/join-requests", {"message": "周末有空。"})
        mine = found(leader, "/me/teams", name=plan["name"])
        for wish in leader.seen(f"/teams/{mine['id']}/join-requests")["items"]:
            leader.made(f"/teams/{mine['id']}/join-requests/{wish['id']}/acceptance")
        return mine

    def published(self, demand: Line, *, places: int = 1, starts_in: timedelta = timedelta(0), **stated: Any) -> Line:
        """The officer finds it among what is to be answered, and publishes it."""
        line = found(self.officer, "/demands/in-care", {"number": demand["number"]}, title=demand["title"])
        starts_at = self.town.now() + starts_in
        window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
        return self.officer.made(f"/demands/{line['id']}/publication", window | {"places": places} | stated)

    def claimed(self, by: Phone, demand: Line, **claimant: Any) -> Line:
        """Who wants to come finds it among the open ones, and claims it; the officer agrees, where it is asked first."""
        line = found(by, "/demands", {"number": demand["number"]}, title=demand["title"])
        claim = by.made("/claims", {"role_id": line["role_id"]} | claimant)
        if claim["status"] == "asked":
            waiting = found(self.officer, "/claims/waiting", title=demand["title"])
            self.officer.made(f"/claims/{waiting['id']}/acceptance")
        return found(by, "/me/claims", title=demand["title"])

    def elder(self, surname: str) -> Line:
        """What the office is told of an elder who agreed by word of mouth."""
        basis = {"kind": "own_consent", "notice_version": AGREED["notice_version"]}
        where = f"和平路{self.mark}号"
        return {"name": self.name(surname), "called": f"{surname}奶奶", "address": where, "born_in": 1940, "basis": basis}

    def registered(self, member: Phone, unit: str) -> Line:
        """Such a member is taken in by the community: the officer's line of it."""
        self.asks_to_register(member, unit)
        asked = found(self.officer, "/registrations", {"status": "applied"}, person_id=member.person_id)
        return self.officer.made(f"/registrations/{asked['id']}/acceptance")

    def asks_to_register(self, member: Phone, unit: str) -> None:
        """A serving Party member registers, of a unit found by its name."""
        [line] = lines(member, "/work-units", q=unit)
        party = {"party_organisation_name": "机关第一党支部", "notice_version": self.town.notices["party_member"]}
        where = {"community_id": self.home, "work_unit_id": line["id"], "joined_party_on": "2010-07-01"}
        member.made("/registrations", party | where)

    def present(self, demand: Line, *served: Phone, minutes: int) -> None:
        """They come, scan the code that the officer holds out, stay so long, and the officer confirms all of them."""
        held = found(self.officer, "/shifts", title=demand["title"])
        for step, lead in (("sign-in", minutes), ("sign-out", 0)):
            for phone in served:
                shift = found(phone, "/me/shifts", title=demand["title"])
                code = self.officer.seen(f"/shifts/{held['id']}/code")["code"]
                phone.made(f"/shifts/{shift['id']}/{step}", {"code": code})
            self.later(minutes=lead)
        assert self.officer.made(f"/shifts/{held['id']}/confirmations")["confirmed"] == len(served)

    @staticmethod
    def days(number: int) -> timedelta:
        """So many days."""
        return timedelta(days=number)

    @staticmethod
    def hours(number: int) -> timedelta:
        """So many hours."""
        return timedelta(hours=number)

    def later(self, **lead: float) -> datetime:
        """Time goes by."""
        self.town.wait_for(self.town.now() + timedelta(**lead))
        return self.town.now()


def lines(phone: Phone, path: str, **query: Any) -> list[Line]:
    """All lines of a list, page by page."""
    items: list[Line] = []
    cursor: dict[str, str] = {}
    while True:
        page = phone.seen(path, limit=100, **query, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def found(phone: Phone, path: str, query: Mapping[str, Any] | None = None, **shown: Any) -> Line:
    """The one line of a list, asked by a query, that shows this."""
    there = lines(phone, path, **(query or {}))
    fitting = [line for line in there if all(line[name] == word for name, word in shown.items())]
    assert len(fitting) == 1, (path, query, shown, fitting or there[:3])
    return fitting[0]
