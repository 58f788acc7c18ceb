"""The harvester of addresses: leads a team, and goes from door to door on the screen: claim, read, give back."""

from datetime import timedelta

from backend.accounts import limits
from backend.accounts.limits import Written
from tests.support.demands import demand_form, window

VISITS, AT_HOME = 30, 24
DAYS_AHEAD = timedelta(days=20)


def test_of_thirty_homes(villain, street):
    one, leader, team_id = villain("harvester of addresses"), street.home.leader, street.home.team_id
    offices = {community.name: community.officer for community in (street.home, street.next, street.far)}
    visits = []
    for number in range(VISITS):
        name = street.home.name if number < AT_HOME else list(offices)[1 + number % 2]
        demand = offices[name].made("/demands", demand_form(street, community=name))
        visits.append(offices[name].made(f"/demands/{demand['id']}/publication", window(starts_in=DAYS_AHEAD)))
    asked, uninvited = 0, 0
    for visit in visits:
        claim = leader.post("/claims", {"role_id": visit["role_id"], "team_id": team_id})
        asked += claim.status_code == 201
        uninvited += claim.get_json().get("code") == "claimant_not_invited"
        one.take("an address", leader.get(f"/demands/{visit['id']}/beneficiary"))
        if seen := leader.seen(f"/demands/{visit['id']}")["details"]:
            one.loot.append(seen)

    assert asked == limits.current().written[Written.CLAIM].open, "and no more can be asked for before some of it is answered"
    assert uninvited == VISITS - AT_HOME, "and nothing of other communities"
    assert one.told == {"404 not_found": VISITS}


def test_of_homes_that_a_careless_officer_gave_away(villain, street):
    """Even who is accepted everywhere reads nothing weeks ahead."""
    one, leader, team_id = villain("harvester with a friend"), street.home.leader, street.home.team_id
    for _ in one.tries(8):
        demand = street.home.officer.made("/demands", demand_form(street))
        visit = street.home.officer.made(f"/demands/{demand['id']}/publication", window(starts_in=DAYS_AHEAD))
        claim = leader.made("/claims", {"role_id": visit["role_id"], "team_id": team_id})
        street.home.officer.made(f"/claims/{claim['id']}/acceptance")
        one.take("an address", leader.get(f"/demands/{visit['id']}/beneficiary"))
        leader.made(f"/claims/{claim['id']}/release", {"reason": "有事"})

    assert set(one.told) == {"409 visit_too_far_ahead"}
