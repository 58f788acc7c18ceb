"""The flooder: wants to fill the community's desk with what is written about others."""

from tests.support.demands import demand_form
from tests.support.teams import team_plan


def test_of_the_desk(villain, street):
    one = villain("flooder")
    resident, leader = street.home.resident, street.home.volunteer()
    waiting = {"/demands": 10, "/teams": 5}
    for phone, path, form in ((resident, "/demands", demand_form(street)), (leader, "/teams", team_plan(community_id=street["和平社区"]))):
        got = 0
        for _ in one.tries(40):
            one.tried += 1
            answer = phone.post(path, form | ({"name": f"互助{one.tried}队"} if path == "/teams" else {}))
            got += answer.status_code == 201
            one.told[str(answer.status_code)] += 1
        if got > waiting[path]:
            one.loot.append(f"{got} of {path}")
