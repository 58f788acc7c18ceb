"""The world that tests share: a street, its communities and the people in them. Whoever is asked for is made at that moment, by the doors
that the product has for it, and stays the same; a test that needs an officer pays for no team."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

from apiflask import APIFlask

from backend.foundation.actor import Grant, Role
from tests.support.beginning import officer_of, street_of, wechat_user
from tests.support.demands import give_role
from tests.support.guardians import born
from tests.support.memory import AREAS, Recall, made_now
from tests.support.organisations import add_staff, verified_organisation
from tests.support.people import A_VOLUNTEER, identity_number, registered_person, registered_volunteer, registration_form, work_unit
from tests.support.phone import Phone
from tests.support.proxies import recorded_proxy
from tests.support.teams import active_team, join_team

T = TypeVar("T")

VISITORS = ("李队长", "王志愿")
"""The names of who leads a team that visits, and of who comes along."""
MOST_VOLUNTEERS = 3
"""Of those who only volunteer; few tests have more, and make the others."""


class Street(Mapping[str, str]):
    """青山街道 with 和平社区 and 团结社区, and 绿水街道 beside it with 向阳社区: area ids by name, and who is in office there.

    Paths: 639999001 (the street), 639999001001 and 639999001002 (its communities), 639999001001001 (a grid of the first), 639999002 and
    639999002001 (the other street and its community). `in_office` makes who holds an office; by the browser, unless it is given. Whoever
    is the same in most tests may be remembered by `recall`.
    """

    def __init__(self, app: APIFlask, *, in_office: Callable[[APIFlask, Role, str], Phone] = officer_of, recall: Recall = made_now) -> None:
        self.app = app
        self.recall = recall
        self._in_office = in_office
        self._areas = recall(AREAS, lambda: street_of(app))
        self.home = Community(self, "和平社区", "639999001001", grid="639999001001001")
        self.next = Community(self, "团结社区", "639999001002")
        self.far = Community(self, "向阳社区", "639999002001")

    def __getitem__(self, name: str) -> str:
        return self._areas[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._areas)

    def __len__(self) -> int:
        return len(self._areas)

    def phone(self, user: str | None = None) -> Phone:
        """The phone of a WeChat user, logged in; the same name is the same user."""
        return wechat_user(self.app, user)

    def administrator(self, role: Role, area_path: str = "639999001") -> Phone:
        """The browser of somebody in office there."""
        return self.recall(in_office(role, area_path), lambda: self._in_office(self.app, role, area_path))

    @cached_property
    def officer(self) -> Phone:
        return self.administrator(Role.STREET_OFFICER)

    @cached_property
    def far_officer(self) -> Phone:
        """The officer of the other street."""
        return self.administrator(Role.STREET_OFFICER, "639999002")

    @cached_property
    def district_officer(self) -> Phone:
        return self.administrator(Role.DISTRICT_OFFICER, "639999")

    @cached_property
    def system_admin(self) -> Phone:
        return self.administrator(Role.SYSTEM_ADMIN)

    @cached_property
    def security_admin(self) -> Phone:
        return self.administrator(Role.SECURITY_ADMIN)

    @cached_property
    def audit_admin(self) -> Phone:
        return self.administrator(Role.AUDIT_ADMIN)


class Community:
    """One community and its people. Nobody holds more than the role after which they are named, but for what makes it whole: who leads a
    team or acts for an organisation is a volunteer."""

    def __init__(self, street: Street, name: str, path: str, *, grid: str | None = None) -> None:
        self.street, self.name, self.path = street, name, path
        self._grid = grid or path
        self._volunteers: Counter[str] = Counter()

    def person(self, user: str | None = None, **fields: Any) -> Phone:
        """Somebody who lives here and said who they are."""
        return registered_person(self.street.phone, self.street, user, community=self.name, **fields)

    def volunteer(self, user: str | None = None, **fields: Any) -> Phone:
        """Somebody who registered here as volunteer."""
        make = partial(registered_volunteer, self.street.phone, self.street, user, community=self.name, **fields)
        if user is not None or fields.keys() - {"name"}:
            return make()
        name = fields.get("name", A_VOLUNTEER)
        self._volunteers[name] += 1
        return self._recall(f"volunteer {name} {self._volunteers[name]}", make)

    @property
    def visitors(self) -> tuple[Phone, Phone, str]:
        """Who leads a team that visits, a member of it, and the team's id; others each time."""
        return self._recall("visitors", self._make_visitors)

    def _make_visitors(self) -> tuple[Phone, Phone, str]:
        leader, member = (registered_volunteer(self.street.phone, self.street, community=self.name, name=name) for name in VISITORS)
        team_id: str = active_team(leader, self.officer, self.street, community=self.name)["id"]
        join_team(member, leader, team_id)
        return leader, member, team_id

    def _user(self, who: str) -> str:
        """Their name as a WeChat user, by which `phone_of` logs them in anew: `phone_of("leader")` in 和平社区."""
        return who if self is self.street.home else f"{who}-{self.path}"

    def _recall(self, who: str, make: Callable[[], T]) -> T:
        return self.street.recall(f"{who} {self.path}", make)

    @cached_property
    def officer(self) -> Phone:
        return self.street.administrator(Role.COMMUNITY_OFFICER, self.path)

    @cached_property
    def grid_worker(self) -> Phone:
        return self.street.administrator(Role.GRID_WORKER, self._grid)

    @cached_property
    def resident(self) -> Phone:
        return self.person()

    @cached_property
    def leader(self) -> Phone:
        """Who leads `team`, once there is one."""
        return self._recall("leader", lambda: self.volunteer(self._user("leader"), name="张队长"))

    @cached_property
    def team_id(self) -> str:
        leader, officer = self.leader, self.officer
        team_id: str = self._recall("team", lambda: active_team(leader, officer, self.street, community=self.name)["id"])
        return team_id

    @cached_property
    def member(self) -> Phone:
        """Who is to be a member of the team, by `membership_id`."""
        return self._recall("member", lambda: registered_volunteer(self.street.phone, self.street, community=self.name))

    @cached_property
    def membership_id(self) -> str:
        member, leader, team_id = self.member, self.leader, self.team_id
        membership_id: str = self._recall("membership", lambda: join_team(member, leader, team_id)["id"])
        return membership_id

    @cached_property
    def head(self) -> Phone:
        """Who heads `organisation`, once there is one."""
        return self.volunteer()

    @cached_property
    def organisation_id(self) -> str:
        organisation_id: str = verified_organisation(self.head, self.officer, self.street, community=self.name)["id"]
        return organisation_id

    @cached_property
    def staff(self) -> Phone:
        """Who is to be on the organisation's staff, by `staff_id`."""
        return self.volunteer()

    @cached_property
    def staff_id(self) -> str:
        staff_id: str = add_staff(self.head, self.organisation_id, self.staff, self.staff.card["name"])["id"]
        return staff_id

    @cached_property
    def unit_id(self) -> str:
        """Where those of `party_member` work."""
        return work_unit(self.officer, f"测试区{self.name}园林管理所")

    @cached_property
    def unit_officer(self) -> Phone:
        phone = self.person()
        give_role(phone, Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(self.unit_id)))
        return phone

    @cached_property
    def party_member(self) -> Phone:
        """A serving Party member whose registration the community accepted."""
        phone = self.person(name="李党员")
        phone.registration_id = phone.made("/registrations", registration_form(self.street, self.unit_id, community=self.name))["id"]
        self.officer.made(f"/registrations/{phone.registration_id}/acceptance")
        return phone

    @cached_property
    def proxy(self) -> Phone:
        """Who acts for an elder without a phone, by `proxy_id`."""
        return self.person(name="陈邻居")

    @cached_property
    def proxy_id(self) -> str:
        proxy_id: str = recorded_proxy(self.officer, self.street, self.proxy.card, community=self.name)["id"]
        return proxy_id

    @cached_property
    def mother(self) -> Phone:
        """A grown-up person who may agree for a minor."""
        number = identity_number(born(40))
        return self._recall("mother", lambda: self.person(self._user("mother"), name="李妈妈", id_number=number))


def in_office(role: Role, area_path: str) -> str:
    """How who holds an office there is remembered."""
    return f"{role.value} {area_path}"


def make_what_tests_share(app: APIFlask, recall: Recall) -> None:
    """Who is in most tests, from the oldest on: what `recall` remembers."""
    street = Street(app, recall=recall)
    for who in (street.officer, street.far_officer, street.district_officer, street.home.officer, street.next.officer, street.home.leader):
        assert who.account_id
    assert street.home.team_id
    assert street.home.mother.person_id
    assert all(street.home.volunteer().person_id for _ in range(MOST_VOLUNTEERS))
    assert street.home.membership_id
    assert street.home.visitors
