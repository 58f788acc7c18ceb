"""For whom somebody could claim, as the page of a demand tells it, is for whom claiming lets them."""

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.teams.models import TeamStatus
from tests.support.demands import claimed, give_role, organisation_of, published_demand, resident, team_led_by

HERE, NEXT = "639999001001", "639999001002"


def _body(claimant):
    kind, claimant_id = claimant
    return {"as_person": True} if kind == "person" else {f"{kind}_id": claimant_id}


def _candidates(phone_of, street):
    """Phones with for whom they might claim: here and in the next community, active and not yet, registered and not."""

    def somebody():
        return resident(phone_of, street)

    def led(community="和平社区", **fields):
        phone = somebody()
        return phone, ("team", team_led_by(phone, street, community, **fields))

    def registered(path):
        phone = somebody()
        give_role(phone, Grant(Role.PARTY_MEMBER, area_path=path))
        return phone, ("person", phone.person_id)

    head = somebody()
    return [
        led(),
        led("团结社区"),
        led(status=TeamStatus.APPLIED),
        (head, ("organisation", organisation_of(head, street))),
        registered(HERE),
        registered(NEXT),
    ]


def test_the_page_offers_whom_claiming_accepts_and_nobody_else(officer, phone_of, street):
    candidates = _candidates(phone_of, street)
    visit = published_demand(officer, street, places=9)
    outside = published_demand(officer, street, places=9, brand="red_ribbon")
    invited = candidates[1][1][1]
    officer.made(
        "/arrangements",
        {"team_id": invited, "demand_id": visit["id"], "cause": "请来帮忙", "ends_on": str(clock.shanghai_day(clock.now()))},
    )
    verdicts = {}
    for demand in (visit, outside):
        path = f"/demands/{demand['id']}"
        for phone, claimant in candidates if demand is visit else candidates[2:]:
            page = phone.seen(path)
            offers = {(offer["claimant_kind"], offer["claimant_id"]): offer for offer in page["may_claim_as"]}
            assert page["my_claim"] is None
            assert set(offers) <= {claimant}
            answer = phone.post("/claims", {"role_id": demand["role_id"]} | _body(claimant) | {"overlap_confirmed": True})
            assert (answer.status_code == 201) is (claimant in offers), (demand["brand"], claimant, answer.get_json())
            if claimant in offers:
                claim = answer.get_json()
                assert offers[claimant]["asks_first"] is (claim["status"] == "asked")
                after = phone.seen(path)
                assert (after["my_claim"]["id"], after["my_claim"]["status"]) == (claim["id"], claim["status"])
                assert after["may_claim_as"] == []
                assert [line["id"] for line in phone.seen("/me/claims", demand_id=demand["id"])["items"]] == [claim["id"]]
            verdicts[demand["brand"], candidates.index((phone, claimant))] = claimant in offers
    assert {kind for kind, offered in verdicts.items() if offered} >= {("door_knock", 0), ("door_knock", 1), ("red_ribbon", 4)}
    assert not any(offered for (_, place), offered in verdicts.items() if place in (2, 5))


def test_what_is_full_or_called_off_is_offered_to_nobody(officer, phone_of, street):
    first, second = resident(phone_of, street), resident(phone_of, street)
    held, waiting = team_led_by(first, street), team_led_by(second, street)
    demand = published_demand(officer, street)
    path = f"/demands/{demand['id']}"
    assert [offer["claimant_id"] for offer in second.seen(path)["may_claim_as"]] == [waiting]

    claim = claimed(first, demand, held)
    assert second.seen(path)["may_claim_as"] == []
    assert second.seen(path)["my_claim"] is None
    assert first.seen(path)["my_claim"]["claimant_id"] == held
    first.made(f"/claims/{claim['id']}/release", {"reason": "有事"})
    assert first.seen(path)["my_claim"] is None
    assert len(second.seen(path)["may_claim_as"]) == 1
    officer.made(f"{path}/cancellation", {"reason": "天气原因"})
    assert officer.seen(path)["may_claim_as"] == []
