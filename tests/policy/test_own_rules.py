"""Own-rules walked by one human with two accounts and by yesterday's leader: neither gives the word on their own, and a colleague may.

Whoever adds an own-rule (a refusal whose code begins with `own_`) adds its row here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal
from tests.policy.rows_services import stretch, withdrawn_attendance
from tests.policy.viewers import ORGANISATION_OFFICER
from tests.policy.walking import Walk
from tests.policy.world import World
from tests.support.beginning import wechat_user
from tests.support.demands import give_role, grant_to
from tests.support.humans import check_papers
from tests.support.people import registration_form
from tests.support.phone import Phone
from tests.support.proxies import proxy_form, recorded_proxy
from tests.support.recoveries import seen

Request = tuple[str, Any]
OFFICE = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")


def joined(kept: Phone, dissolved: Phone) -> Phone:
    """Both accounts are one human's, whose papers were seen."""
    with transaction():
        accounts.merge_accounts(Actor.system(), UUID(kept.account_id), UUID(dissolved.account_id), reason="同一人", now=clock.now())
        check_papers(UUID(kept.account_id), OFFICE.area_path or "")
    return kept


def with_office(world: World, viewer: str) -> Phone:
    """The viewer, who brings an office from another account of theirs."""
    office = wechat_user(world.app)
    grant_to(office, OFFICE)
    return joined(world[viewer], office)


def colleague(world: World) -> Phone:
    """Another officer of the community, who has nothing to do with any of it."""
    phone = wechat_user(world.app)
    give_role(phone, OFFICE)
    return phone


def moved(phone: Phone, world: World) -> Phone:
    """The officer goes on with another account that took theirs over."""
    return joined(wechat_user(world.app), phone)


def of_volunteer(request: Callable[[World], Request]) -> Callable[[World], tuple[Phone, Request]]:
    def begin(world: World) -> tuple[Phone, Request]:
        asked = request(world)
        return with_office(world, "volunteer"), asked

    return begin


def confirming(world: World) -> Request:
    return f"/services/{world.fact_ids['team']}/confirmation", None


def correcting(world: World) -> Request:
    fact_id = world.fact_ids["team"]
    return f"/services/{fact_id}/corrections", stretch() | {"revision_id": world.revision_of(fact_id)}


def withdrawing(world: World) -> Request:
    fact_id = world.fact_ids["team"]
    return f"/services/{fact_id}/withdrawal", {"revision_id": world.revision_of(fact_id), "reason": "未到场"}


def adding(world: World) -> Request:
    about = withdrawn_attendance(world)
    return f"/attendances/{about.known['attendance_id']}/record", about.body


def own_word(world: World) -> tuple[Phone, Request]:
    """They add a record by one account, and confirm it by the other."""
    officer = colleague(world)
    about = withdrawn_attendance(world)
    fact_id = officer.made(f"/attendances/{about.known['attendance_id']}/record", about.body)["fact_id"]
    return moved(officer, world), (f"/services/{fact_id}/confirmation", None)


def own_proxy(world: World) -> tuple[Phone, Request]:
    resident = with_office(world, "resident elsewhere")
    return resident, ("/proxies", proxy_form(world.street, resident.card))


def own_renewal(world: World) -> tuple[Phone, Request]:
    card = world["resident elsewhere"].card
    proxy = recorded_proxy(world.officer, world.street, card)
    days = {"ends_on": proxy_form(world.street, card)["ends_on"]}
    return with_office(world, "resident elsewhere"), (f"/proxies/{proxy['id']}/renewal", days)


def own_registration(world: World) -> tuple[Phone, Request]:
    applied = world["volunteer"].made("/registrations", registration_form(world.street, world.unit_id))["id"]
    return with_office(world, "volunteer"), (f"/registrations/{applied}/acceptance", None)


def own_relocation(world: World) -> tuple[Phone, Request]:
    wish = world["volunteer elsewhere"].made("/me/relocations", {"community_id": world.street["和平社区"]})
    return with_office(world, "volunteer elsewhere"), (f"/relocations/{wish['id']}/acceptance", None)


def own_recovery(world: World) -> tuple[Phone, Request]:
    recovery_id = wechat_user(world.app).made("/account-recoveries", world["volunteer"].card)["id"]
    return with_office(world, "volunteer"), (f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))


def own_appointment(world: World) -> tuple[Phone, Request]:
    """They appoint by one account, and agree by the other."""
    officer, whom = colleague(world), world["volunteer"]
    form = {"role": "community_officer", "area_id": world.street["和平社区"], "volunteer_number": whom.volunteer_number, "name": "王志愿"}
    grant_id = officer.made("/role-grants", form)["id"]
    return moved(officer, world), (f"/role-grants/{grant_id}/approval", None)


def own_role(world: World) -> tuple[Phone, Request]:
    form = {"role": "grid_worker", "area_id": world.street["和平社区"]}
    form |= {"volunteer_number": world["volunteer"].volunteer_number, "name": "王志愿"}
    return with_office(world, "volunteer"), ("/role-grants", form)


def yesterdays_leader(world: World) -> tuple[Phone, Request]:
    """They led the team when it served, and handed over before they confirm."""
    leader = with_office(world, "team_leader")
    leader.made(f"/teams/{world.team_id}/successor", {"membership_id": world.membership_id})
    return leader, confirming(world)


def yesterdays_head(world: World) -> tuple[Phone, Request]:
    head = with_office(world, ORGANISATION_OFFICER)
    head.made(f"/organisations/{world.organisation_id}/successor", {"staff_id": world.staff_id})
    return head, (f"/services/{world.fact_ids['organisation']}/confirmation", None)


def served_for_unit(world: World) -> str:
    """Somebody of the unit serves for it: the record."""
    demand, employee = world.claimed_demand(), world["volunteer"]
    employee.made("/registrations", registration_form(world.street, world.unit_id))
    shift_id = world.shift_of(demand)
    on_claim = {"code": world.code(shift_id), "claim_id": demand["claims"]["work_unit"]}
    employee.made(f"/shifts/{shift_id}/sign-in", on_claim)
    fact_id: str = employee.made(f"/shifts/{shift_id}/sign-out", {"code": world.code(shift_id)})["fact_id"]
    return fact_id


def yesterdays_unit_officer(world: World) -> tuple[Phone, Request]:
    """They were officer of the unit when somebody served for it, and are that no more."""
    fact_id = served_for_unit(world)
    head = with_office(world, "work_unit_officer")
    of_unit = Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(world.unit_id))
    with transaction():
        assert accounts.withdraw_role(Actor.system(), UUID(head.account_id), of_unit, reason="换人", now=clock.now())
    return head, (f"/services/{fact_id}/confirmation", None)


@dataclass(frozen=True)
class OwnRule:
    """Who begins what they would give the word on themselves, and how they are refused."""

    code: str
    begin: Callable[[World], tuple[Phone, Request]]
    case: str


RULES = (
    OwnRule("own_service", of_volunteer(confirming), "confirms what they served"),
    OwnRule("own_service", of_volunteer(correcting), "corrects it"),
    OwnRule("own_service", of_volunteer(withdrawing), "withdraws it"),
    OwnRule("own_service", of_volunteer(adding), "adds it"),
    OwnRule("own_word", own_word, "confirms what they added"),
    OwnRule("own_proxy", own_proxy, "records themselves"),
    OwnRule("own_proxy", own_renewal, "renews themselves"),
    OwnRule("own_registration", own_registration, "accepts themselves"),
    OwnRule("own_relocation", own_relocation, "takes themselves in"),
    OwnRule("own_recovery", own_recovery, "confirms who asks to be them"),
    OwnRule("own_role", own_role, "appoints themselves"),
    OwnRule("second_needed", own_appointment, "agrees to what they appointed"),
    OwnRule("own_service", yesterdays_leader, "led the team on that day"),
    OwnRule("own_service", yesterdays_unit_officer, "was officer of the unit on that day"),
    OwnRule("own_service", yesterdays_head, "headed the organisation on that day"),
)
ELSEWHERE = {
    "own_account": "two log-ins that are to become one: tests/recoveries",
    "own_correction": "who they are, which officers above them say: tests/corrections",
    "own_death": "that they died: tests/deaths",
    "own_claim": "a place that they asked for: tests/openings/test_requests.py",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}, {rule.case}")
def test_nobody_gives_the_word_on_their_own_and_a_colleague_does(walk: Walk, world: World, rule: OwnRule) -> None:
    with walk.undone():
        human, (path, body) = rule.begin(world)
        answer = human.post(path, body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, rule.code)
        allowed = world["street_officer"].post(path, body)
        assert allowed.status_code < 300, allowed.get_json()


def test_each_own_rule_is_walked() -> None:
    codes = {code for kind in kinds(Refusal) if (code := getattr(kind, "code", "")).startswith("own_")}
    assert codes == {rule.code for rule in RULES if rule.code.startswith("own_")} | ELSEWHERE.keys()


def kinds(kind: type[Refusal]) -> set[type[Refusal]]:
    """All refusals of the product."""
    return {kind}.union(*map(kinds, kind.__subclasses__()))
